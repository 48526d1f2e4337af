//! What a register says about itself: who prints receipts and how, what it wants to hear, what it can take.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 2.1 and 2.24, tables 1 to 3, and 9.4.2, tag 26.
//! *Not modelled:* character sets (14, 27), languages (28), displays (10, 11, 40), receipt order (1F04), message sequence
//! numbers (1F73). None of them is echoed, which by the published text means that the terminal does without.

use crate::apdu::Control;
use crate::bcd::{Currency, Password};
use crate::fields::Fields;
use crate::tlv::{Objects, Tag};

/// The bits of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config(pub u8);

impl Config {
    /// What holds after a log-off, and before the first registration.
    pub const LOGGED_OFF: Self = Self(0x86);

    const PAYMENT_RECEIPTS: u8 = 0x02;
    const ADMINISTRATION_RECEIPTS: u8 = 0x04;
    const INTERMEDIATE_STATUS: u8 = 0x08;
    const CONTROLS_PAYMENT: u8 = 0x10;
    const CONTROLS_ADMINISTRATION: u8 = 0x20;
    const PRINT_COMMANDS: u8 = 0x80;

    /// Whether the register wants to hear what the terminal is doing.
    #[must_use]
    pub const fn wants_intermediate_status(self) -> bool {
        self.has(Self::INTERMEDIATE_STATUS)
    }

    /// Whether only the register may start payments.
    #[must_use]
    pub const fn controls_payment(self) -> bool {
        self.has(Self::CONTROLS_PAYMENT)
    }

    /// Whether only the register may start what is no payment.
    #[must_use]
    pub const fn controls_administration(self) -> bool {
        self.has(Self::CONTROLS_ADMINISTRATION)
    }

    const fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

/// Which of the two sorts of receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Of payments, reversals, refunds, reservations, and repeated receipts.
    Payment,
    /// Of everything else.
    Administration,
}

/// Who puts a receipt on paper, and from what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printing {
    /// The terminal, on its own printer.
    Terminal,
    /// The register, which makes it up from the result. One that does not, prints none.
    FromResult,
    /// The register, from lines of the terminal (06 D1).
    Lines,
    /// The register, from blocks of the terminal (06 D3).
    Blocks,
}

/// A whole registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// What lets the register in.
    pub password: Password,
    /// Its bits.
    pub config: Config,
    /// What its amounts are in.
    pub currency: Option<Currency>,
    /// Service byte and container.
    pub fields: Fields,
}

impl Registration {
    /// Who prints receipts of this sort. `blocks` is a terminal that sends blocks without having been asked to.
    #[must_use]
    pub fn printing(&self, sort: Sort, blocks: bool) -> Printing {
        let bit = match sort {
            Sort::Payment => Config::PAYMENT_RECEIPTS,
            Sort::Administration => Config::ADMINISTRATION_RECEIPTS,
        };
        match (self.config.has(bit), self.config.has(Config::PRINT_COMMANDS)) {
            (false, _) => Printing::Terminal,
            (true, false) => Printing::FromResult,
            (true, true) if blocks || self.lists(Control(0x06, 0xD3)) => Printing::Blocks,
            (true, true) => Printing::Lines,
        }
    }

    /// Whether the register has a list of permitted commands, and this is on it.
    #[must_use]
    pub fn lists(&self, command: Control) -> bool {
        let wanted = [command.0, command.1];
        self.permitted().is_some_and(|list| {
            list.map_while(Result::ok).any(|object| object.tag == Tag::COMMAND && object.value == wanted)
        })
    }

    /// Whether a command that is neither result, status, completion nor receipt may be sent. A register that knows
    /// containers has to list it.
    #[must_use]
    pub fn permits(&self, command: Control) -> bool {
        self.fields.objects().is_none() || self.lists(command)
    }

    /// The most data that a message to the register may have, if it said so.
    #[must_use]
    pub fn max_apdu_bytes(&self) -> Option<u16> {
        let value = self.fields.objects()?.find(Tag::MAX_APDU_BYTES)?;
        value.first_chunk::<2>().copied().map(u16::from_be_bytes)
    }

    /// Characters a line of the register's printer, if it said so.
    #[must_use]
    pub fn printer_width(&self) -> Option<u8> {
        let value = self.fields.objects()?.find(Tag::PRINTER_WIDTH)?;
        u8::try_from(crate::bcd::read(value)?).ok()
    }

    fn permitted(&self) -> Option<Objects<'_>> {
        self.fields.objects()?.find(Tag::COMMANDS).map(Objects::new)
    }

    /// What holds for a register that has not registered.
    pub(crate) fn none() -> Self {
        let password = Password::new(0).expect("zero has few enough digits");
        Self { password, config: Config::LOGGED_OFF, currency: None, fields: Fields::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Printing, Registration, Sort};
    use crate::apdu::Control;
    use crate::fields::Fields;

    fn registration(config: u8, fields: &[u8]) -> Registration {
        Registration {
            config: Config(config),
            fields: Fields::parse(fields).unwrap(),
            ..Registration::none()
        }
    }

    /// PA00P015 revision 13.08, chapter 2.1, "Examples of receipt-printout over ECR".
    #[test]
    fn receipts_are_printed_by_whom_the_published_table_says() {
        use Printing::{FromResult, Lines, Terminal};
        let table = [
            (0x00, Terminal, Terminal),
            (0x06, FromResult, FromResult),
            (0x02, FromResult, Terminal),
            (0x04, Terminal, FromResult),
            (0x80, Terminal, Terminal),
            (0x86, Lines, Lines),
            (0x82, Lines, Terminal),
            (0x84, Terminal, Lines),
        ];
        for (config, payment, administration) in table {
            let registration = registration(config, &[]);
            assert_eq!(registration.printing(Sort::Payment, false), payment, "{config:02X}");
            assert_eq!(registration.printing(Sort::Administration, false), administration, "{config:02X}");
        }
    }

    #[test]
    fn blocks_are_sent_to_who_lists_them() {
        // PA00P015 revision 13.08, chapter 5.1.
        let listed = registration(0x9E, &[0x06, 0x06, 0x26, 0x04, 0x0A, 0x02, 0x06, 0xD3]);
        assert_eq!(listed.printing(Sort::Payment, false), Printing::Blocks);
        assert!(!listed.permits(Control(0x04, 0x01)));
        assert_eq!(registration(0x9E, &[]).printing(Sort::Payment, true), Printing::Blocks);
        assert!(registration(0x9E, &[]).permits(Control(0x04, 0x01)));
    }

    #[test]
    fn bounds_of_the_register_are_read() {
        let bounded = registration(0xDE, &[0x06, 0x07, 0x1A, 0x02, 0x04, 0x00, 0x12, 0x01, 0x40]);
        assert_eq!(bounded.max_apdu_bytes(), Some(1024));
        assert_eq!(bounded.printer_width(), Some(40));
    }
}

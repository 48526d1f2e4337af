//! What a register asks a terminal for, as it stands in a message.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapter 2. A command is its class and instruction, for some a password,
//! and fields. Card data that a register sends along (22, 23, 24, 2D, 0E, 3A) stay in the fields and mean nothing here.
//! *Not modelled:* the commands of chapter 2 without a variant; they are [`Command::Other`].

use crate::apdu::{Apdu, Control};
use crate::bcd::{Currency, Password};
use crate::fields::{FieldError, Fields};
use crate::registration::{Config, Registration};
use core::fmt;

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// 06 00: this register is here.
    Registration(Registration),
    /// 06 01: take a payment.
    Authorisation(Fields),
    /// 06 02: this register goes.
    LogOff(Fields),
    /// 06 10: what is in the turnover memory.
    Totals(Password, Fields),
    /// 06 1A: print how the terminal is set up.
    SystemConfiguration(Fields),
    /// 06 20: print, or tell, the last once more.
    RepeatReceipt(Password, Fields),
    /// 06 22: hold an amount.
    Reservation(Fields),
    /// 06 23: give an unused part of a held amount free; with receipt number FFFF, which holds are open.
    PartialReversal(Fields),
    /// 06 24: take a part of a held amount.
    BookTotal(Fields),
    /// 06 25: give a held amount free.
    ReservationReversal(Fields),
    /// 06 30: give a payment back, by its receipt.
    Reversal(Password, Fields),
    /// 06 31: give money to a card.
    Refund(Password, Fields),
    /// 06 50: settle with the host.
    EndOfDay(Password, Fields),
    /// 06 70: talk to the host.
    Diagnosis(Fields),
    /// 06 93: begin anew with the host.
    Initialisation(Password, Fields),
    /// 06 B0: stop.
    Abort(Fields),
    /// 05 01: how is the terminal.
    StatusEnquiry(Option<Password>, Fields),
    /// Any other.
    Other(Apdu),
}

impl Command {
    /// Reads a message.
    ///
    /// # Errors
    /// It is of a known command, and its data are not.
    pub fn parse(apdu: &Apdu) -> Result<Self, CommandError> {
        let data = apdu.data();
        let fields = || Ok::<_, CommandError>(Fields::parse(data)?);
        Ok(match apdu.control() {
            Control(0x06, 0x00) => Self::Registration(registration(data)?),
            Control(0x06, 0x01) => Self::Authorisation(fields()?),
            Control(0x06, 0x02) => Self::LogOff(fields()?),
            Control(0x06, 0x10) => with_password(data, Self::Totals)?,
            Control(0x06, 0x1A) => Self::SystemConfiguration(fields()?),
            Control(0x06, 0x20) => with_password(data, Self::RepeatReceipt)?,
            Control(0x06, 0x22) => Self::Reservation(fields()?),
            Control(0x06, 0x23) => Self::PartialReversal(fields()?),
            Control(0x06, 0x24) => Self::BookTotal(fields()?),
            Control(0x06, 0x25) => Self::ReservationReversal(fields()?),
            Control(0x06, 0x30) => with_password(data, Self::Reversal)?,
            Control(0x06, 0x31) => with_password(data, Self::Refund)?,
            Control(0x06, 0x50) => with_password(data, Self::EndOfDay)?,
            Control(0x06, 0x70) => Self::Diagnosis(fields()?),
            Control(0x06, 0x93) => with_password(data, Self::Initialisation)?,
            Control(0x06, 0xB0) => Self::Abort(fields()?),
            Control(0x05, 0x01) => status_enquiry(data)?,
            _ => Self::Other(apdu.clone()),
        })
    }

    /// The message.
    #[must_use]
    pub fn apdu(&self) -> Apdu {
        if let Self::Other(apdu) = self {
            return apdu.clone();
        }
        let mut data = Vec::new();
        match self {
            Self::Registration(registration) => {
                data.extend(registration.password.wire());
                data.push(registration.config.0);
                data.extend(registration.currency.iter().flat_map(|currency| currency.wire()));
            }
            _ => data.extend(self.password().iter().flat_map(|password| password.wire())),
        }
        data.extend_from_slice(self.fields().bytes());
        Apdu::of(self.control(), data)
    }

    /// Class and instruction.
    #[must_use]
    pub const fn control(&self) -> Control {
        match self {
            Self::Registration(_) => Control(0x06, 0x00),
            Self::Authorisation(_) => Control(0x06, 0x01),
            Self::LogOff(_) => Control(0x06, 0x02),
            Self::Totals(..) => Control(0x06, 0x10),
            Self::SystemConfiguration(_) => Control(0x06, 0x1A),
            Self::RepeatReceipt(..) => Control(0x06, 0x20),
            Self::Reservation(_) => Control(0x06, 0x22),
            Self::PartialReversal(_) => Control(0x06, 0x23),
            Self::BookTotal(_) => Control(0x06, 0x24),
            Self::ReservationReversal(_) => Control(0x06, 0x25),
            Self::Reversal(..) => Control(0x06, 0x30),
            Self::Refund(..) => Control(0x06, 0x31),
            Self::EndOfDay(..) => Control(0x06, 0x50),
            Self::Diagnosis(_) => Control(0x06, 0x70),
            Self::Initialisation(..) => Control(0x06, 0x93),
            Self::Abort(_) => Control(0x06, 0xB0),
            Self::StatusEnquiry(..) => Control(0x05, 0x01),
            Self::Other(apdu) => apdu.control(),
        }
    }

    /// The password that came with it.
    #[must_use]
    pub const fn password(&self) -> Option<Password> {
        match self {
            Self::Registration(registration) => Some(registration.password),
            Self::Totals(password, _)
            | Self::RepeatReceipt(password, _)
            | Self::Reversal(password, _)
            | Self::Refund(password, _)
            | Self::EndOfDay(password, _)
            | Self::Initialisation(password, _) => Some(*password),
            Self::StatusEnquiry(password, _) => *password,
            _ => None,
        }
    }

    /// Its fields; none of a command that is not known.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        const NONE: &Fields = &Fields::NONE;
        match self {
            Self::Registration(registration) => &registration.fields,
            Self::Authorisation(fields)
            | Self::LogOff(fields)
            | Self::Totals(_, fields)
            | Self::SystemConfiguration(fields)
            | Self::RepeatReceipt(_, fields)
            | Self::Reservation(fields)
            | Self::PartialReversal(fields)
            | Self::BookTotal(fields)
            | Self::ReservationReversal(fields)
            | Self::Reversal(_, fields)
            | Self::Refund(_, fields)
            | Self::EndOfDay(_, fields)
            | Self::Diagnosis(fields)
            | Self::Initialisation(_, fields)
            | Self::Abort(fields)
            | Self::StatusEnquiry(_, fields) => fields,
            Self::Other(_) => NONE,
        }
    }
}

/// The commands that a terminal of ours knows, in the order of their numbers.
pub(crate) const KNOWN: [Control; 17] = [
    Control(0x05, 0x01),
    Control(0x06, 0x00),
    Control(0x06, 0x01),
    Control(0x06, 0x02),
    Control(0x06, 0x10),
    Control(0x06, 0x1A),
    Control(0x06, 0x20),
    Control(0x06, 0x22),
    Control(0x06, 0x23),
    Control(0x06, 0x24),
    Control(0x06, 0x25),
    Control(0x06, 0x30),
    Control(0x06, 0x31),
    Control(0x06, 0x50),
    Control(0x06, 0x70),
    Control(0x06, 0x93),
    Control(0x06, 0xB0),
];

fn password(data: &[u8]) -> Result<(Password, &[u8]), CommandError> {
    let (digits, rest) = data.split_first_chunk::<3>().ok_or(CommandError::Cut)?;
    Ok((Password::read(digits).ok_or(CommandError::Password)?, rest))
}

fn with_password(data: &[u8], command: fn(Password, Fields) -> Command) -> Result<Command, CommandError> {
    let (password, rest) = password(data)?;
    Ok(command(password, Fields::parse(rest)?))
}

fn registration(data: &[u8]) -> Result<Registration, CommandError> {
    let (password, rest) = password(data)?;
    let (config, rest) = rest.split_first().ok_or(CommandError::Cut)?;
    let (currency, rest) = match rest.split_first_chunk::<2>() {
        None if rest.is_empty() => (None, rest),
        None => return Err(CommandError::Cut),
        Some((digits, rest)) => (Some(Currency::read(digits).ok_or(CommandError::Currency)?), rest),
    };
    Ok(Registration { password, config: Config(*config), currency, fields: Fields::parse(rest)? })
}

/// A password comes first if anything does; some registers leave it out and begin with a field.
fn status_enquiry(data: &[u8]) -> Result<Command, CommandError> {
    if let Ok((password, rest)) = password(data)
        && let Ok(fields) = Fields::parse(rest)
    {
        return Ok(Command::StatusEnquiry(Some(password), fields));
    }
    Ok(Command::StatusEnquiry(None, Fields::parse(data)?))
}

/// Why a message is not the command that it says. The register is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// What must stand before its fields is not whole.
    Cut,
    /// The password has other than decimal digits.
    Password,
    /// The currency has other than decimal digits.
    Currency,
    /// A field cannot be read.
    Field(FieldError),
}

impl From<FieldError> for CommandError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("the command is cut"),
            Self::Password => f.write_str("the password has other than decimal digits"),
            Self::Currency => f.write_str("the currency has other than decimal digits"),
            Self::Field(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for CommandError {}

#[cfg(test)]
mod tests {
    use super::{Command, CommandError, KNOWN};
    use crate::apdu::{Apdu, Control};
    use crate::bcd::{Amount, Currency, Password, ReceiptNo};
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Result<Command, CommandError> {
        Command::parse(&Apdu::parse(bytes).unwrap())
    }

    #[test]
    fn a_published_registration_and_payment_are_read() {
        // PA00P015 revision 13.08, chapter 5.1.
        let bytes = [
            0x06, 0x00, 0x14, 0, 0, 0, 0x9E, 0x09, 0x78, 0x06, 0x0C, 0x26, 0x04, 0x0A, 0x02, 0x06, 0xD3,
            0x1F, 0x73, 0x03, 0, 0, 0,
        ];
        let Command::Registration(registration) = parse(&bytes).unwrap() else { panic!("no registration") };
        assert_eq!((registration.config.0, registration.currency), (0x9E, Some(Currency::EUR)));
        assert_eq!(Some(registration.password), Password::new(0));
        assert_eq!(parse(&bytes).unwrap().apdu().bytes(), bytes);

        let bytes = [
            0x06, 0x01, 0x14, 0x04, 0, 0, 0, 0, 0x01, 0, 0x49, 0x09, 0x78, 0x19, 0x44, 0x06, 0x06, 0x1F,
            0x73, 0x03, 0, 0, 1,
        ];
        let payment = parse(&bytes).unwrap();
        assert_eq!(payment.fields().amount(), Ok(Amount::new(100)));
        assert_eq!(payment.apdu().bytes(), bytes);
    }

    #[test]
    fn a_reversal_names_the_receipt_behind_its_password() {
        let reversal = parse(&[0x06, 0x30, 0x06, 0x12, 0x34, 0x56, 0x87, 0x02, 0x31]).unwrap();
        assert_eq!(reversal.password(), Password::new(123_456));
        assert_eq!(reversal.fields().receipt_no(), Ok(ReceiptNo::new(231)));
    }

    #[test]
    fn a_status_enquiry_has_a_password_or_none() {
        let password = |bytes: &[u8]| parse(bytes).map(|command| command.password());
        assert_eq!(password(&[0x05, 0x01, 0x00]), Ok(None));
        assert_eq!(password(&[0x05, 0x01, 0x03, 0, 0, 0]), Ok(Password::new(0)));
        assert_eq!(password(&[0x05, 0x01, 0x02, 0x03, 0x04]), Ok(None));
    }

    #[test]
    fn a_command_that_lacks_its_beginning_is_refused() {
        assert_eq!(parse(&[0x06, 0x50, 0x02, 0x12, 0x34]), Err(CommandError::Cut));
        assert_eq!(parse(&[0x06, 0x00, 0x05, 0, 0, 0, 0x86, 0x09]), Err(CommandError::Cut));
        assert_eq!(parse(&[0x06, 0x50, 0x03, 0x12, 0x34, 0xFA]), Err(CommandError::Password));
        assert!(matches!(parse(&[0x06, 0x01, 0x01, 0x55]), Err(CommandError::Field(_))));
    }

    #[test]
    fn every_known_command_has_a_meaning() {
        for control in KNOWN {
            let data = vec![0; if control == Control(6, 0) { 4 } else { 3 }];
            let command = Command::parse(&Apdu::of(control, data))
                .or_else(|_| Command::parse(&Apdu::of(control, vec![])));
            let command = command.unwrap();
            assert_eq!(command.control(), control);
            assert!(!matches!(command, Command::Other(_)), "{control:?}");
        }
    }

    proptest! {
        #[test]
        fn a_command_that_can_be_read_is_written_the_same(
            control in prop::sample::select(KNOWN.to_vec()), data in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let apdu = Apdu::of(control, data);
            if let Ok(command) = Command::parse(&apdu) {
                prop_assert_eq!(command.apdu(), apdu);
            }
        }
    }
}

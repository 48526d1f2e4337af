//! Which copies of a slip are printed, of which kind of transaction: the print settings of a terminal.
//!
//! Source: the print menus of UnionPay POS terminals, where copies are counted by kind of transaction and the receipts of
//! wallets can be asked for ("print receipt?"). *Not modelled:* amounts from which a signature is wanted, logos, adverts.

use crate::charge::Kind;
use crate::event::Copy;
use core::fmt;

/// Some copies of a slip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copies(u8);

impl Copies {
    /// None at all: no slip comes out.
    pub const NONE: Self = Self(0);
    /// One stays with the merchant, one goes with the customer.
    pub const USUAL: Self = Self::NONE.and(Copy::Merchant).and(Copy::Customer);

    /// In the order in which they are printed: the customer's comes last, into the customer's hand.
    const ORDER: [Copy; 3] = [Copy::Merchant, Copy::Bank, Copy::Customer];

    /// These, and one more.
    #[must_use]
    pub const fn and(self, copy: Copy) -> Self {
        Self(self.0 | 1 << copy as u8)
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, copy: Copy) -> bool {
        self.0 & (1 << copy as u8) != 0
    }

    /// Those that are among these too.
    #[must_use]
    pub const fn of(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Each of them, in the order in which they are printed.
    pub fn iter(self) -> impl Iterator<Item = Copy> {
        Self::ORDER.into_iter().filter(move |copy| self.has(*copy))
    }
}

/// Which copies are printed of which kind; where nothing is set, the usual ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintSettings([Option<Copies>; Kind::ALL.len()]);

impl PrintSettings {
    /// As the terminal was delivered.
    pub const USUAL: Self = Self([None; Kind::ALL.len()]);

    /// From now on these copies are printed of this kind.
    pub fn set(&mut self, kind: Kind, copies: Copies) {
        if let Some(place) = self.0.get_mut(kind as usize) {
            *place = Some(copies);
        }
    }

    /// What is set for this kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Option<Copies> {
        self.0.get(kind as usize).copied().flatten()
    }

    /// Whether the customer's copy of this kind is switched off.
    #[must_use]
    pub fn leaves_customer_out(&self, kind: Kind) -> bool {
        self.of(kind).is_some_and(|copies| !copies.has(Copy::Customer))
    }
}

/// Why no customer's copy of a slip comes out, though nothing is wrong with the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSlip {
    /// A setting says that it is not printed.
    SwitchedOff,
    /// Asked whether a receipt is wanted, somebody has pressed the key for no.
    NotWanted,
    /// Nobody has pressed a key.
    NobodyAnswered,
}

impl fmt::Display for NoSlip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SwitchedOff => "switched off in the settings",
            Self::NotWanted => "not wanted",
            Self::NobodyAnswered => "nobody has answered",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Copies, PrintSettings};
    use crate::charge::Kind;
    use crate::event::Copy;

    #[test]
    fn a_setting_is_about_its_own_kind_alone() {
        let mut settings = PrintSettings::USUAL;
        settings.set(Kind::PreAuth, Copies::NONE.and(Copy::Merchant));
        assert!(settings.leaves_customer_out(Kind::PreAuth));
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::PreAuth) {
            assert_eq!(settings.of(kind), None);
            assert!(!settings.leaves_customer_out(kind));
        }
    }

    #[test]
    fn the_customers_copy_is_printed_last() {
        let all: Vec<Copy> = Copies::USUAL.and(Copy::Bank).iter().collect();
        assert_eq!(all, [Copy::Merchant, Copy::Bank, Copy::Customer]);
        assert_eq!(Copies::NONE.iter().count(), 0);
    }
}

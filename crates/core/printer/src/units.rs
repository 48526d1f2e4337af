//! Units that could be taken for each other, as types.
//!
//! Lengths along the paper are micrometres in the interface and nanometres inside, because a worn tooth
//! takes thousandths of a dot line. *Not modelled:* lengths beyond 4 km; a roll has 80 m.

use core::fmt;

/// A length along the paper, in micrometres.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micrometres(pub u32);

impl Micrometres {
    /// A length in whole millimetres.
    #[must_use]
    pub const fn from_mm(mm: u32) -> Self {
        Self(mm.saturating_mul(1000))
    }

    /// The same length in nanometres.
    #[must_use]
    pub const fn as_nm(self) -> i64 {
        self.0 as i64 * 1000
    }

    /// From nanometres, rounded down; nothing for a negative length.
    #[must_use]
    pub const fn from_nm(nm: i64) -> Self {
        let um = nm / 1000;
        if um < 0 {
            Self(0)
        } else if um > u32::MAX as i64 {
            Self(u32::MAX)
        } else {
            Self(um as u32)
        }
    }
}

/// Shown in millimetres, the unit in which people talk about receipts.
impl fmt::Display for Micrometres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03} mm", self.0 / 1000, self.0 % 1000)
    }
}

/// A share in thousandths; never more than the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permille(u16);

impl Permille {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The whole.
    pub const WHOLE: Self = Self(1000);

    /// That many thousandths; more than the whole is the whole.
    #[must_use]
    pub const fn new(thousandths: u16) -> Self {
        if thousandths > 1000 { Self::WHOLE } else { Self(thousandths) }
    }

    /// The share that `part` is of `whole`, rounded down; the whole of nothing is the whole.
    #[must_use]
    pub const fn of(part: u64, whole: u64) -> Self {
        if part >= whole { Self::WHOLE } else { Self((part as u128 * 1000 / whole as u128) as u16) }
    }

    /// Thousandths.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Permille {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}‰", self.0)
    }
}

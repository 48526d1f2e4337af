//! Tab stops.
//!
//! Places are dots from the left margin; `ESC D` gives them in characters, whose width at that moment counts. Facts:
//! printer sources, sections 1 and 2.1 (default every eight characters of Font A, 32 stops at most).

/// Most stops of `ESC D`.
const STOPS_MAX: usize = 32;

/// Dots between two stops at the start: eight characters of Font A.
const EIGHT_CHARACTERS: u16 = 8 * 12;

/// Where HT may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tabs {
    /// As at the start.
    EveryEight,
    /// What `ESC D` has set; unused ones are 0.
    Set([u16; STOPS_MAX]),
}

impl Tabs {
    /// The stops at the start.
    pub(super) const EVERY_EIGHT: Self = Self::EveryEight;

    /// Stops at these columns of `character` dots.
    pub(super) fn at(columns: &[u8], character: u16) -> Self {
        let mut stops = [0; STOPS_MAX];
        for (stop, column) in stops.iter_mut().zip(columns) {
            *stop = u16::from(*column).saturating_mul(character);
        }
        Self::Set(stops)
    }

    /// The next stop to the right, if there is one.
    pub(super) fn after(&self, x: u16) -> Option<u16> {
        match self {
            Self::EveryEight => Some((x / EIGHT_CHARACTERS + 1).saturating_mul(EIGHT_CHARACTERS)),
            Self::Set(stops) => stops.iter().copied().find(|stop| *stop > x),
        }
    }
}

//! Commands of kiosk printers: presenter, retraction, notch, counters.
//!
//! Units are as each item says.
//! Facts: printer sources, section 8.
//! Not modelled: Zebra's own language.

use crate::bytes::switch;

/// What a presenter is told. The first seven are `GS e n` of the Custom family, numbered as on the KPM210.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presenter {
    /// n = 0: present as the settings say (TPTCM).
    Default,
    /// n = 1: motor off (TPTCM; unreadable for the KPM210).
    MotorOff,
    /// n = 2: pull the receipt back in. The TPTCM switches its motor on instead.
    Retract,
    /// n = 3: move the receipt out by so many steps; the model says how long a step is (0.625 mm, 22 mm).
    Present {
        /// Steps.
        steps: u8,
    },
    /// n = 4: pull the receipt back in on the TPTCM ("catch"); unreadable for the KPM210.
    Catch,
    /// n = 5: push the receipt out.
    Eject,
    /// n = 6: answer with one [`EjectorStatus`](crate::status::EjectorStatus) byte.
    Status,
    /// `GS E0h n`: send the FULL status by itself at each change.
    AutoFull(bool),
    /// `GS E1h`: send the length of paper that is left.
    PaperLeft,
    /// `GS F6h`: align the paper to the notch before printing.
    NotchToPrint,
    /// `GS F8h`: align the paper to the notch before the cut.
    NotchToCut,
    /// `FS C0h 18h 10h 14h n`: reset as by the power switch; n is 1Ah or 1Bh.
    HardReset(u8),
    /// `FS C1h n`: pull back after each cut.
    PullBack {
        /// Length, 0-26 mm.
        mm: u8,
    },
    /// `GS R 0`: retract now (Citizen).
    CitizenRetract,
    /// `GS R 1 n`: retract by itself after n units of the model (1 s or 2.5 s), 0 never (Citizen).
    CitizenAutoRetract(u8),
    /// `ESC SYN 0 0`: recover the receipt, after a cut only (Star).
    StarRecover,
    /// `ESC SYN 1 n`: recover by itself after n half seconds, 0 never (Star).
    StarAutoRecover(u8),
    /// `ESC SYN 3 n`: send a counter of four bytes, the highest first (Star).
    StarCounter(u8),
    /// `ESC SYN 4`: clear the counters (Star).
    StarClearCounters,
}

impl Presenter {
    /// `GS e` and the other Custom commands, from the code on.
    pub(crate) fn decode_gs(bytes: &[u8]) -> Option<Self> {
        Some(match *bytes {
            [b'e', 0] => Self::Default,
            [b'e', 1] => Self::MotorOff,
            [b'e', 2] => Self::Retract,
            [b'e', 3, steps] => Self::Present { steps },
            [b'e', 4] => Self::Catch,
            [b'e', 5] => Self::Eject,
            [b'e', 6] => Self::Status,
            [0xE0, n] => Self::AutoFull(switch(n)?),
            [0xE1] => Self::PaperLeft,
            [0xF6] => Self::NotchToPrint,
            [0xF8] => Self::NotchToCut,
            [b'R', 0 | b'0'] => Self::CitizenRetract,
            [b'R', 1 | b'1', n] => Self::CitizenAutoRetract(n),
            _ => return None,
        })
    }

    /// `FS C0h` and `FS C1h`, from the code on.
    pub(crate) fn decode_fs(bytes: &[u8]) -> Option<Self> {
        Some(match *bytes {
            [0xC0, 0x18, 0x10, 0x14, n @ (0x1A | 0x1B)] => Self::HardReset(n),
            [0xC1, mm @ 0..=26] => Self::PullBack { mm },
            _ => return None,
        })
    }

    /// `ESC SYN`, from the function on.
    pub(crate) fn decode_star(parameters: &[u8]) -> Option<Self> {
        Some(match *parameters {
            [b'0', 0] => Self::StarRecover,
            [b'1', n] => Self::StarAutoRecover(n),
            [b'3', n] => Self::StarCounter(n),
            [b'4'] => Self::StarClearCounters,
            _ => return None,
        })
    }
}

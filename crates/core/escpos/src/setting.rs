//! Settings and memories of the printer: head control, stored settings, user memory, counters, logos, labels.
//!
//! Units are as each item says.
//! Facts: printer sources, sections 2.1, 2.2 and 2.5; parameters that they leave open follow the common command
//! reference.
//! Not modelled: which settings a model has; numbers of functions, counters and values are handed on as they came.

use crate::bytes::{digit_or_number, switch};

/// `GS ( K` and `GS E`: how the head prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadControl {
    /// `GS ( K` function 48: print control mode 1-4; 0 is that of power-on.
    Mode(u8),
    /// `GS ( K` function 49: density in steps of 5 % from the reference, -6 (70 %) to 8 (140 %) on most models.
    Density(i8),
    /// `GS ( K` function 50: speed level 1-14; 0 is the stored setting.
    Speed(u8),
    /// `GS ( K` function 97: parts in which the head is energised, 1-4; 0 is the stored setting, 128 automatic.
    Parts(u8),
    /// `GS E n`: the older form of all that, one byte.
    Method(u8),
}

impl HeadControl {
    /// From the function and its parameter.
    pub(crate) fn decode(parameters: &[u8]) -> Option<Self> {
        let number = |n| digit_or_number(n).and_then(|n| u8::try_from(n).ok());
        Some(match *parameters {
            [48, n] => Self::Mode(number(n).filter(|&n| n <= 4)?),
            [49, n] => Self::Density(n.cast_signed()),
            [50, n @ 10..=14] => Self::Speed(n),
            [50, n] => Self::Speed(number(n)?),
            [97, 128] => Self::Parts(128),
            [97, n] => Self::Parts(number(n).filter(|&n| n <= 4)?),
            _ => return None,
        })
    }
}

/// `GS ( M`: settings kept as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredSettings {
    /// Function 1: save those in force.
    Save,
    /// Function 2: load the saved ones, or else the initial ones.
    Load {
        /// The saved ones.
        saved: bool,
    },
    /// Function 3: which ones `ESC @` and power-on load.
    StartWith {
        /// The saved ones.
        saved: bool,
    },
}

impl StoredSettings {
    /// From the function and its parameter.
    pub(crate) fn decode(parameters: &[u8]) -> Option<Self> {
        Some(match *parameters {
            [1 | b'1', 1 | b'1'] => Self::Save,
            [2 | b'2', n] => Self::Load { saved: switch(n)? },
            [3 | b'3', n] => Self::StartWith { saved: switch(n)? },
            _ => return None,
        })
    }
}

/// `GS ( C`: records of the user's own in NV memory. Keys are two bytes 20h-7Eh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserRecord<'a> {
    /// Function 0: delete one.
    Delete([u8; 2]),
    /// Function 1: store one.
    Store {
        /// Its key.
        key: [u8; 2],
        /// 1 byte or more, 20h-FFh.
        data: &'a [u8],
    },
    /// Function 2: send one.
    Transmit([u8; 2]),
    /// Function 3: send how many bytes are used.
    Used,
    /// Function 4: send how many bytes are free.
    Free,
    /// Function 5: send the list of keys.
    List,
    /// Function 6: delete all.
    Clear,
}

impl<'a> UserRecord<'a> {
    /// From m, the function, b and its parameters.
    pub(crate) fn decode(parameters: &'a [u8]) -> Option<Self> {
        let &[0, function, 0, ref rest @ ..] = parameters else { return None };
        let key =
            |k1: u8, k2: u8| Some([k1, k2]).filter(|key| key.iter().all(|byte| (0x20..=0x7E).contains(byte)));
        Some(match (digit_or_number(function)?, rest) {
            (0, &[k1, k2]) => Self::Delete(key(k1, k2)?),
            (1, &[k1, k2, ref data @ ..]) if !data.is_empty() => Self::Store { key: key(k1, k2)?, data },
            (2, &[k1, k2]) => Self::Transmit(key(k1, k2)?),
            (3, []) => Self::Used,
            (4, []) => Self::Free,
            (5, []) => Self::List,
            (6, b"CLR") => Self::Clear,
            _ => return None,
        })
    }
}

/// `GS C` and `GS c`: numbers printed by a counter of the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SerialCounter {
    /// `GS C 0`: how the number looks.
    Format {
        /// Digits, 1-5; 0 as many as there are.
        digits: u8,
        /// 0 right with spaces, 1 right with zeros, 2 left.
        fill: u8,
    },
    /// `GS C 1` and `GS C ;`: how it counts.
    Range {
        /// One end; counting goes up when it is the smaller one.
        from: u16,
        /// The other end.
        to: u16,
        /// Step.
        step: u8,
        /// How often each number is printed.
        repeat: u8,
        /// `GS C ;` also sets the number itself.
        start: Option<u16>,
    },
    /// `GS C 2`: the number.
    Value(u16),
    /// `GS c`: print the number, and count.
    Print,
}

impl SerialCounter {
    /// From the function and its parameters.
    pub(crate) fn decode(parameters: &[u8]) -> Option<Self> {
        let pair = |low, high| u16::from_le_bytes([low, high]);
        Some(match *parameters {
            [b'0', digits @ 0..=5, fill @ (0..=2 | b'0'..=b'2')] => Self::Format { digits, fill: fill & 3 },
            [b'1', al, ah, bl, bh, step, repeat] => {
                Self::Range { from: pair(al, ah), to: pair(bl, bh), step, repeat, start: None }
            }
            [b'2', low, high] => Self::Value(pair(low, high)),
            [b';', ref text @ ..] => Self::decode_text(text)?,
            _ => return None,
        })
    }

    /// Five decimal numbers, each with a semicolon behind it. An empty one is 0.
    fn decode_text(text: &[u8]) -> Option<Self> {
        let mut numbers = text.strip_suffix(b";")?.split(|&byte| byte == b';').map(decimal);
        let mut next = || numbers.next().flatten();
        let (from, to, step, repeat) = (next()?, next()?, next()?, next()?);
        let start = Some(next()?);
        let byte = |n: u16| u8::try_from(n).ok();
        Some(Self::Range { from, to, step: byte(step)?, repeat: byte(repeat)?, start })
    }
}

fn decimal(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |number, &digit| {
        number.checked_mul(10)?.checked_add(u16::from(digit.checked_sub(b'0')?))
    })
}

/// `FS ( E`: logos above and below every receipt, from NV graphics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logo<'a> {
    /// Function 60: forget it.
    Cancel {
        /// The bottom one.
        bottom: bool,
    },
    /// Function 61: send what is set; 0 top, 1 bottom, 2 both.
    Transmit(u8),
    /// Function 62: print this one at the top.
    Top {
        /// Which NV image.
        key: [u8; 2],
        /// 0 left, 1 centre, 2 right.
        align: u8,
        /// Lines of the receipt to leave out.
        lines_left_out: u8,
    },
    /// Function 63: print this one at the bottom.
    Bottom {
        /// Which NV image.
        key: [u8; 2],
        /// 0 left, 1 centre, 2 right.
        align: u8,
    },
    /// Function 64: on which occasions; pairs of an occasion (48, 64-67) and 48 yes or 49 no.
    When(&'a [u8]),
    /// Function 65: on or off.
    Enable {
        /// The bottom one.
        bottom: bool,
        /// On.
        on: bool,
    },
}

impl<'a> Logo<'a> {
    /// From the function, m and its parameters.
    pub(crate) fn decode(parameters: &'a [u8]) -> Option<Self> {
        let &[function, 2, ref rest @ ..] = parameters else { return None };
        Some(match (function, rest) {
            (60, &[n @ (48 | 49), b'C', b'L', b'R']) => Self::Cancel { bottom: n == 49 },
            (61, &[n @ 48..=50]) => Self::Transmit(n - 48),
            (62, &[k1, k2, align @ 48..=50, lines_left_out]) => {
                Self::Top { key: [k1, k2], align: align - 48, lines_left_out }
            }
            (63, &[k1, k2, align @ 48..=50]) => Self::Bottom { key: [k1, k2], align: align - 48 },
            (64, pairs) if !pairs.is_empty() && pairs.len() % 2 == 0 => Self::When(pairs),
            (65, &[n @ (48 | 49), on @ (48 | 49)]) => Self::Enable { bottom: n == 49, on: on == 48 },
            _ => return None,
        })
    }
}

/// `FS ( L`: labels and black marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'a> {
    /// Function 33: what the paper is like.
    Layout {
        /// 0 plain, 1 labels, 2 labels with marks, 3 plain with marks.
        paper: u8,
        /// Lengths in 0.1 mm, as decimal numbers with semicolons behind them.
        lengths: &'a [u8],
    },
    /// Function 34: send it; 64 as set, 80 as it is.
    Transmit(u8),
    /// Function 65: feed to where a label is peeled off; 1 to the next one if it is there already.
    FeedToPeel(u8),
    /// Function 66: feed to the blade; 1 to the next one if it is there already.
    FeedToCut(u8),
    /// Function 67: feed to the first line; 1 to the next label if it is there already, 2 of this label.
    FeedToStart(u8),
    /// Function 80: margin within which the layout is not an error, in 0.1 mm, one or two digits.
    ErrorMargin(&'a [u8]),
}

impl<'a> Label<'a> {
    /// From the function and its parameters.
    pub(crate) fn decode(parameters: &'a [u8]) -> Option<Self> {
        Some(match *parameters {
            [33, paper @ 48..=51, ref lengths @ ..] => Self::Layout { paper: paper - 48, lengths },
            [34, n @ (64 | 80)] => Self::Transmit(n),
            [65, n @ (48 | 49)] => Self::FeedToPeel(n - 48),
            [66, n @ (48 | 49)] => Self::FeedToCut(n - 48),
            [67, n @ 48..=50] => Self::FeedToStart(n - 48),
            [80, ref digits @ ..] if matches!(digits, [b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9']) => {
                Self::ErrorMargin(digits)
            }
            _ => return None,
        })
    }
}

/// Address and length of `FS g`, and what stands behind them; `parameters` begin at m.
pub(crate) fn user_memory(parameters: &[u8]) -> Option<(u32, u16, &[u8])> {
    let &[0, a1, a2, a3, a4, low, high, ref data @ ..] = parameters else { return None };
    Some((u32::from_le_bytes([a1, a2, a3, a4]), u16::from_le_bytes([low, high]), data))
}

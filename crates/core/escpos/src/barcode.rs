//! Bar codes of `GS k`: which data each symbology takes, and where a bad one stops.
//!
//! Facts: printer sources, section 1 ("on bad m/n/d the command stops and following bytes become normal data") and
//! section 2.4; the data ranges follow the common command reference.
//! Not modelled: check digits, and the dots themselves.

use crate::frame::Walk;
use crate::symbol::Symbology;

/// Longest data of any symbology.
const DATA_LEN_MAX: usize = 255;

/// What one symbology takes.
struct Range {
    symbology: Symbology,
    /// Fewest data bytes.
    least: u8,
    /// Most data bytes.
    most: u8,
    data: fn(u8) -> bool,
}

/// One row a symbology, in the order of function B's numbers, from 65 on; function A knows the first seven, from 0.
const SYMBOLOGIES: &[Range] = &[
    Range { symbology: Symbology::UpcA, least: 11, most: 12, data: digit },
    Range { symbology: Symbology::UpcE, least: 6, most: 12, data: digit },
    Range { symbology: Symbology::Ean13, least: 12, most: 13, data: digit },
    Range { symbology: Symbology::Ean8, least: 7, most: 8, data: digit },
    Range { symbology: Symbology::Code39, least: 1, most: 255, data: code39 },
    Range { symbology: Symbology::Itf, least: 2, most: 254, data: digit },
    Range { symbology: Symbology::Codabar, least: 2, most: 255, data: codabar },
    Range { symbology: Symbology::Code93, least: 1, most: 255, data: ascii },
    Range { symbology: Symbology::Code128, least: 2, most: 255, data: ascii },
    Range { symbology: Symbology::Gs1128, least: 2, most: 255, data: ascii },
    Range { symbology: Symbology::DataBar, least: 13, most: 13, data: digit },
    Range { symbology: Symbology::DataBarTruncated, least: 13, most: 13, data: digit },
    Range { symbology: Symbology::DataBarLimited, least: 13, most: 13, data: digit },
    Range { symbology: Symbology::DataBarExpanded, least: 2, most: 255, data: ascii },
    Range { symbology: Symbology::Code128Auto, least: 1, most: 255, data: |_| true },
];

const FUNCTION_A_COUNT: u8 = 7;
const FUNCTION_B_FIRST: u8 = 65;

impl Range {
    fn takes_len(&self, len: usize) -> bool {
        (usize::from(self.least)..=usize::from(self.most)).contains(&len)
    }

    fn function_a(m: u8) -> Option<&'static Self> {
        (m < FUNCTION_A_COUNT).then(|| SYMBOLOGIES.get(usize::from(m)))?
    }

    fn function_b(m: u8) -> Option<&'static Self> {
        SYMBOLOGIES.get(usize::from(m.checked_sub(FUNCTION_B_FIRST)?))
    }
}

/// Bytes of the `GS k` at the front, up to its end or to where it stops; `None` until that is known.
pub(crate) fn measure(bytes: &[u8], walk: &mut Walk) -> Option<u64> {
    let m = *bytes.get(2)?;
    if let Some(range) = Range::function_a(m) {
        return function_a(range, bytes, walk);
    }
    match Range::function_b(m) {
        Some(range) => function_b(range, bytes, walk),
        None => Some(3),
    }
}

fn function_a(range: &Range, bytes: &[u8], walk: &mut Walk) -> Option<u64> {
    walk.at = walk.at.max(3);
    loop {
        let at = usize::try_from(walk.at).ok()?;
        let byte = *bytes.get(at)?;
        if byte == 0 {
            return Some(walk.at + 1);
        }
        if !(range.data)(byte) || at - 3 == DATA_LEN_MAX {
            return Some(walk.at);
        }
        walk.at += 1;
    }
}

fn function_b(range: &Range, bytes: &[u8], walk: &mut Walk) -> Option<u64> {
    let n = *bytes.get(3)?;
    if !range.takes_len(usize::from(n)) {
        return Some(4);
    }
    walk.at = walk.at.max(4);
    while walk.at < 4 + u64::from(n) {
        let byte = *bytes.get(usize::try_from(walk.at).ok()?)?;
        if !(range.data)(byte) {
            break;
        }
        walk.at += 1;
    }
    Some(walk.at)
}

/// Symbology, whether it is function A, and data of a measured `GS k`; `None` when it stopped early or its data have no
/// such length.
pub(crate) fn decode(bytes: &[u8]) -> Option<(Symbology, bool, &[u8])> {
    let m = *bytes.get(2)?;
    let (range, function_a, data) = match Range::function_a(m) {
        Some(range) => (range, true, bytes.get(3..)?.strip_suffix(&[0])?),
        None => {
            let range = Range::function_b(m)?;
            let data = bytes.get(4..)?;
            (range, false, (data.len() == usize::from(*bytes.get(3)?)).then_some(data)?)
        }
    };
    range.takes_len(data.len()).then_some((range.symbology, function_a, data))
}

fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn code39(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase() || b" $%*+-./".contains(&byte)
}

fn codabar(byte: u8) -> bool {
    byte.is_ascii_digit() || b"ABCDabcd$+-./:".contains(&byte)
}

fn ascii(byte: u8) -> bool {
    byte.is_ascii()
}

//! UPC and EAN: check digits and bars.
//!
//! Facts: printer sources, section 2.4. A check digit that the host sends is printed as it is, right or wrong; one that
//! it leaves out is computed. UPC-E begins with the number system 0, which may be left out, or is made of 11 or 12
//! digits of UPC-A; its readable text is the six digits alone. *Not modelled:* add-ons.

use super::bars::Bars;

/// Left codes of the digits with odd parity; the others are made of them.
const ODD: [u8; 10] = [0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B];
/// Which of six left digits have even parity, by the first digit of EAN-13.
const FIRST_PARITY: [u8; 10] = [0x00, 0x0B, 0x0D, 0x0E, 0x13, 0x19, 0x1C, 0x15, 0x16, 0x1A];
/// Which of the six digits of UPC-E have even parity, by the check digit.
const CHECK_PARITY: [u8; 10] = [0x38, 0x34, 0x32, 0x31, 0x2C, 0x26, 0x23, 0x2A, 0x29, 0x25];

/// One code of the family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Upc {
    pub(super) bars: Bars,
    /// All digits with the check digit.
    pub(super) digits: String,
    /// The readable text.
    pub(super) text: String,
}

/// EAN-13 of 12 or 13 digits, and UPC-A, which is EAN-13 with a zero before it, of 11 or 12.
pub(super) fn ean13(data: &[u8], upc_a: bool) -> Option<Upc> {
    let mut digits = vec![0; usize::from(upc_a)];
    digits.extend(values(data)?);
    complete(&mut digits, 13)?;
    let (first, rest) = digits.split_first()?;
    let (left, right) = rest.split_at_checked(6)?;
    let mut bars = Bars::default();
    bars.push_bits(0b101, 3);
    push_left(&mut bars, left, *FIRST_PARITY.get(usize::from(*first))?);
    bars.push_bits(0b01010, 5);
    push_right(&mut bars, right);
    bars.push_bits(0b101, 3);
    let digits: String = digits.iter().skip(usize::from(upc_a)).map(|digit| letter(*digit)).collect();
    Some(Upc { bars, text: digits.clone(), digits })
}

/// EAN-8 of 7 or 8 digits.
pub(super) fn ean8(data: &[u8]) -> Option<Upc> {
    let mut digits = values(data)?;
    complete(&mut digits, 8)?;
    let (left, right) = digits.split_at_checked(4)?;
    let mut bars = Bars::default();
    bars.push_bits(0b101, 3);
    push_left(&mut bars, left, 0);
    bars.push_bits(0b01010, 5);
    push_right(&mut bars, right);
    bars.push_bits(0b101, 3);
    let digits: String = digits.iter().map(|digit| letter(*digit)).collect();
    Some(Upc { bars, text: digits.clone(), digits })
}

/// UPC-E of 6, 7, 8, 11 or 12 digits.
pub(super) fn upc_e(data: &[u8]) -> Option<Upc> {
    let digits = values(data)?;
    let (six, check) = match *digits.as_slice() {
        [a, b, c, d, e, f] | [0, a, b, c, d, e, f] => ([a, b, c, d, e, f], None),
        [0, a, b, c, d, e, f, check] => ([a, b, c, d, e, f], Some(check)),
        [0, ref ten @ ..] if ten.len() == 10 => (shorten(ten)?, None),
        [0, ref ten @ .., check] if ten.len() == 10 => (shorten(ten)?, Some(check)),
        _ => return None,
    };
    let check = check.unwrap_or_else(|| check_digit(&lengthen(six)));
    let mut bars = Bars::default();
    bars.push_bits(0b101, 3);
    push_left(&mut bars, &six, *CHECK_PARITY.get(usize::from(check))?);
    bars.push_bits(0b01_0101, 6);
    let text: String = six.iter().map(|digit| letter(*digit)).collect();
    Some(Upc { bars, digits: format!("0{text}{check}"), text })
}

/// The check digit of a GS1 number: weights 3 and 1 from the right.
pub(super) fn check_digit(digits: &[u8]) -> u8 {
    let weighted = digits.iter().rev().zip([3, 1].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(*digit) * weight).sum();
    ((10 - sum % 10) % 10) as u8
}

/// The values of ASCII digits.
pub(super) fn values(data: &[u8]) -> Option<Vec<u8>> {
    data.iter().map(|byte| byte.checked_sub(b'0').filter(|digit| *digit <= 9)).collect()
}

fn letter(digit: u8) -> char {
    char::from(b'0' + digit)
}

/// Adds the check digit if only it is missing.
fn complete(digits: &mut Vec<u8>, len: usize) -> Option<()> {
    if digits.len() + 1 == len {
        digits.push(check_digit(digits));
    }
    (digits.len() == len).then_some(())
}

/// Manufacturer and product of UPC-A as six digits; `None` when they have too few zeros.
fn shorten(ten: &[u8]) -> Option<[u8; 6]> {
    Some(match *ten {
        [a, b, x @ 0..=2, 0, 0, 0, 0, c, d, e] => [a, b, c, d, e, x],
        [a, b, c, 0, 0, 0, 0, 0, d, e] => [a, b, c, d, e, 3],
        [a, b, c, d, 0, 0, 0, 0, 0, e] => [a, b, c, d, e, 4],
        [a, b, c, d, e, 0, 0, 0, 0, x @ 5..=9] => [a, b, c, d, e, x],
        _ => return None,
    })
}

/// The eleven digits of UPC-A that six digits stand for.
const fn lengthen([a, b, c, d, e, x]: [u8; 6]) -> [u8; 11] {
    match x {
        0..=2 => [0, a, b, x, 0, 0, 0, 0, c, d, e],
        3 => [0, a, b, c, 0, 0, 0, 0, 0, d, e],
        4 => [0, a, b, c, d, 0, 0, 0, 0, 0, e],
        _ => [0, a, b, c, d, e, 0, 0, 0, 0, x],
    }
}

fn push_left(bars: &mut Bars, digits: &[u8], even: u8) {
    let first = digits.len().saturating_sub(1);
    for (place, digit) in digits.iter().enumerate() {
        let odd = ODD.get(usize::from(*digit)).copied().unwrap_or_default();
        let code = if even >> (first - place) & 1 == 1 { mirrored(!odd & 0x7F) } else { odd };
        bars.push_bits(code.into(), 7);
    }
}

fn push_right(bars: &mut Bars, digits: &[u8]) {
    for digit in digits {
        let odd = ODD.get(usize::from(*digit)).copied().unwrap_or_default();
        bars.push_bits((!odd & 0x7F).into(), 7);
    }
}

/// Seven bits, read backwards.
const fn mirrored(code: u8) -> u8 {
    code.reverse_bits() >> 1
}

#[cfg(test)]
mod tests {
    use super::{ean8, ean13, upc_e};

    #[test]
    fn missing_check_digits_are_computed_and_given_ones_are_kept() {
        // 4006381333931 and 96385074 are the textbook examples of EAN-13 and EAN-8.
        assert_eq!(ean13(b"400638133393", false).unwrap().digits, "4006381333931");
        assert_eq!(ean13(b"4006381333935", false).unwrap().digits, "4006381333935");
        assert_eq!(ean8(b"9638507").unwrap().digits, "96385074");
        assert_eq!(ean13(b"03600029145", true).unwrap().digits, "036000291452");
        assert_eq!(ean13(b"123", false), None);
    }

    #[test]
    fn upc_e_is_made_of_any_of_its_lengths() {
        // UPC-E 425261 is UPC-A 042100005264.
        let texts = [&b"425261"[..], b"0425261", b"04252614", b"04210000526", b"042100005264"];
        for text in texts {
            let code = upc_e(text).unwrap();
            assert_eq!((code.digits.as_str(), code.text.as_str()), ("04252614", "425261"));
        }
        assert_eq!(upc_e(b"04212345678"), None, "too few zeros");
        assert_eq!(upc_e(b"1425261"), None, "number system 1");
    }
}

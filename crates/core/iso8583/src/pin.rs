//! The clear PIN block, ISO 9564 format 0: PIN and card number, mixed.
//!
//! Source: UnionPay POS dialect, "Keys and MAC", with a known answer. Not modelled: encryption under the PIN key.

use core::fmt;

use crate::pan::Pan;

/// The clear block: `0`, PIN length, PIN, filler F; XOR the twelve digits of the card number before its last.
///
/// # Errors
/// The PIN does not have 4 to 12 digits.
pub fn pin_block_iso0(pin: &str, pan: &Pan) -> Result<[u8; 8], PinError> {
    if !(4..=12).contains(&pin.len()) || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PinError);
    }
    let filled = pin.bytes().map(|byte| u64::from(byte - b'0')).chain(core::iter::repeat(0xF)).take(14);
    let pin_part = filled.fold(pin.len() as u64, |block, nibble| block << 4 | nibble);
    let account = pan.digits().bytes().rev().skip(1).take(12).map(|byte| u64::from(byte - b'0'));
    let pan_part = account.enumerate().fold(0, |block, (at, nibble)| block | nibble << (4 * at));
    Ok((pin_part ^ pan_part).to_be_bytes())
}

/// A PIN has 4 to 12 decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinError;

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a PIN has 4 to 12 digits")
    }
}

impl core::error::Error for PinError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_pin_gives_the_known_block() {
        let pan = Pan::new("6222021234567890128").unwrap();
        assert_eq!(pin_block_iso0("123456", &pan), Ok(0x0612_2662_A987_6FED_u64.to_be_bytes()));
    }

    #[test]
    fn a_pin_outside_the_format_is_refused() {
        let pan = Pan::new("6222021234567890128").unwrap();
        for pin in ["", "123", "1234567890123", "12a4"] {
            assert_eq!(pin_block_iso0(pin, &pan), Err(PinError));
        }
    }
}

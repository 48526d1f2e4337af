//! The check sum of a serial frame: CRC-16 with the reversed polynomial 8408, beginning with zero.
//!
//! Source: ZVT interface PA00P016 revision 04, chapter 3.3. It is taken over the message, without doubled DLEs, and the
//! closing ETX; its low byte is sent first.

use crate::serial::ETX;

/// Over a message and the ETX behind it.
#[must_use]
pub(crate) fn crc(message: &[u8]) -> u16 {
    add(message.iter().fold(0, |sum, byte| add(sum, *byte)), ETX)
}

const POLYNOMIAL: u16 = 0x8408;

/// The sum with one byte more.
fn add(sum: u16, byte: u8) -> u16 {
    let [low, high] = sum.to_le_bytes();
    let fold = |bits: u16| if bits & 1 == 1 { bits >> 1 ^ POLYNOMIAL } else { bits >> 1 };
    (0..8).fold(u16::from(low ^ byte), |bits, _| fold(bits)) ^ u16::from(high)
}

#[cfg(test)]
mod tests {
    use super::{add, crc};

    #[test]
    fn the_vector_of_a_positive_answer() {
        assert_eq!(crc(&[0x80, 0x00, 0x00]), 0x1FF5);
    }

    /// CRC-16/KERMIT is the same sum, and has a published check value.
    #[test]
    fn it_is_the_sum_known_as_kermit() {
        assert_eq!(b"123456789".iter().fold(0, |sum, byte| add(sum, *byte)), 0x2189);
    }
}

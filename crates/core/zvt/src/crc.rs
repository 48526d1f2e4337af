//! The check sum of a serial frame: CRC-16 with the reversed polynomial 8408, beginning with zero.
//!
//! Source: ZVT interface PA00P016 revision 04, chapter 3.3. It is taken over the message, without doubled DLEs, and the
//! closing ETX; its low byte is sent first.

use crate::serial::ETX;

/// Over a message and the ETX behind it.
#[must_use]
pub(crate) fn crc(message: &[u8]) -> u16 {
    message.iter().chain(&[ETX]).fold(0, |crc, byte| {
        let folded = (crc ^ u16::from(*byte)).to_le_bytes()[0];
        crc >> 8 ^ (0..8).fold(u16::from(folded), |crc, _| if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 })
    })
}

const POLYNOMIAL: u16 = 0x8408;

#[cfg(test)]
mod tests {
    use super::crc;

    #[test]
    fn the_vector_of_a_positive_answer() {
        assert_eq!(crc(&[0x80, 0x00, 0x00]), 0x1FF5);
    }

    /// CRC-16/KERMIT is the same sum; its published check value is over "123456789", without the ETX.
    #[test]
    fn it_is_the_sum_known_as_kermit() {
        let without_etx = b"123456789".iter().fold(0_u16, |crc, byte| {
            let mut sum = crc ^ u16::from(*byte);
            for _ in 0..8 {
                sum = if sum & 1 == 1 { sum >> 1 ^ super::POLYNOMIAL } else { sum >> 1 };
            }
            sum
        });
        assert_eq!(without_etx, 0x2189);
        let with_etx = crc(b"123456789");
        let mut sum = without_etx ^ 3;
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ super::POLYNOMIAL } else { sum >> 1 };
        }
        assert_eq!(with_etx, sum);
    }
}

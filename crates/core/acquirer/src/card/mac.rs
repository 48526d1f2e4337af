//! Message authentication codes on whole frames, by the algorithm of the terminal.
//!
//! Source: UnionPay POS dialect, "Keys and MAC": over the bytes from the message type to the byte before field 64.
//! *Not modelled:* a MAC in field 128.

use iso8583::{CUP, EncodeError, Header, MacAlgorithm, MacError, MacKey, Message, Tpdu, encode};

/// Where the message type stands in a body.
const MESSAGE: usize = Tpdu::LEN + Header::LEN;

/// Checks the MAC at the end of a frame's body.
pub(crate) fn verify(body: &[u8], algorithm: MacAlgorithm, key: &MacKey) -> Result<(), MacError> {
    let message = body.get(MESSAGE..).ok_or(MacError::TooShort)?;
    let (covered, received) = message.split_last_chunk::<8>().ok_or(MacError::TooShort)?;
    // Bit 64 is the last of the bitmap behind the message type.
    let announced = covered.get(9).ok_or(MacError::TooShort)? & 1 != 0;
    if !announced {
        return Err(MacError::Absent);
    }
    let (computed, received) = (algorithm.compute(key, covered), *received);
    if computed == received { Ok(()) } else { Err(MacError::Wrong { received, computed }) }
}

/// Appends the frame of a message, with its MAC if there is a key.
pub(crate) fn encode_signed(
    message: &mut Message,
    key: Option<(MacAlgorithm, MacKey)>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let start = out.len();
    if key.is_some() {
        message.set(64, [0; 8]);
    }
    encode(&CUP, message, out)?;
    let frame = out.get_mut(start + 2 + MESSAGE..).and_then(<[u8]>::split_last_chunk_mut::<8>);
    if let (Some((algorithm, key)), Some((covered, mac))) = (key, frame) {
        *mac = algorithm.compute(&key, covered);
    }
    Ok(())
}

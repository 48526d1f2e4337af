//! Cuts a byte stream into frames: two length bytes, big-endian, that do not count themselves.
//!
//! Source: UnionPay POS dialect, "Framing". A length beyond the limit stops the stream until
//! [`Framer::reset`]: after it, no byte can be trusted to start a frame.
//! Not modelled: keep-alives outside the framing.

use core::fmt;

/// Collects pushed bytes and lends out one body after the other.
#[derive(Debug, Clone)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that were already lent out.
    consumed: usize,
    max_body_bytes: usize,
}

impl Framer {
    /// Far above any POS message, far below what an ASCII stranger's first two bytes announce.
    pub const DEFAULT_MAX_BODY_BYTES: usize = 4096;

    /// A framer that refuses bodies longer than this.
    pub const fn new(max_body_bytes: usize) -> Self {
        Self { buffer: Vec::new(), consumed: 0, max_body_bytes }
    }

    /// Takes bytes as they come, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.consumed > 0 {
            self.buffer.drain(..self.consumed);
            self.consumed = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole body, without its length bytes; `None` until more bytes come.
    ///
    /// # Errors
    /// The peer announced a body above the limit. The error repeats until [`Framer::reset`].
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, FrameError> {
        let rest = self.buffer.get(self.consumed..).unwrap_or_default();
        let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
        let announced = usize::from(u16::from_be_bytes(*length));
        if announced > self.max_body_bytes {
            return Err(FrameError::TooLong { announced, max: self.max_body_bytes });
        }
        let Some(body) = rest.get(..announced) else { return Ok(None) };
        self.consumed += 2 + announced;
        Ok(Some(body))
    }

    /// Bytes that wait for the rest of their frame. When a connection closes, anything but 0 means a cut frame.
    pub const fn pending_bytes(&self) -> usize {
        self.buffer.len() - self.consumed
    }

    /// Forgets everything, for a new connection; keeps the memory.
    pub fn reset(&mut self) {
        self.buffer.clear();
        self.consumed = 0;
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new(Self::DEFAULT_MAX_BODY_BYTES)
    }
}

/// The peer does not speak this framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// The announced body exceeds the limit.
    TooLong {
        /// Bytes announced.
        announced: usize,
        /// Bytes allowed.
        max: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::TooLong { announced, max } = self;
        write!(f, "a frame announces {announced} bytes, at most {max} are allowed")
    }
}

impl core::error::Error for FrameError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drained(framer: &mut Framer) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        while let Ok(Some(body)) = framer.next_frame() {
            frames.push(body.to_vec());
        }
        frames
    }

    #[test]
    fn two_frames_in_one_piece_are_two_frames() {
        let mut framer = Framer::default();
        framer.push(&[0, 1, 7, 0, 2, 8, 9, 0]);
        assert_eq!(drained(&mut framer), [vec![7], vec![8, 9]]);
        assert_eq!(framer.pending_bytes(), 1);
    }

    #[test]
    fn a_stranger_is_refused_until_the_connection_is_reset() {
        let mut framer = Framer::default();
        framer.push(b"REFRESH");
        let refusal = Err(FrameError::TooLong { announced: 0x5245, max: 4096 });
        assert_eq!(framer.next_frame(), refusal);
        framer.push(&[0, 1, 7]);
        assert_eq!(framer.next_frame(), refusal);
        framer.reset();
        framer.push(&[0, 1, 7]);
        assert_eq!(framer.next_frame(), Ok(Some([7].as_slice())));
    }

    proptest! {
        #[test]
        fn frames_do_not_depend_on_how_the_bytes_were_cut(
            bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..6),
            chunk in 1_usize..50,
        ) {
            let mut stream = Vec::new();
            for body in &bodies {
                stream.extend_from_slice(&(body.len() as u16).to_be_bytes());
                stream.extend_from_slice(body);
            }
            let mut framer = Framer::default();
            let mut frames = Vec::new();
            for piece in stream.chunks(chunk) {
                framer.push(piece);
                frames.extend(drained(&mut framer));
            }
            prop_assert_eq!(frames, bodies);
            prop_assert_eq!(framer.pending_bytes(), 0);
        }
    }
}

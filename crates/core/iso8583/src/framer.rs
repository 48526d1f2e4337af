//! Cuts a byte stream into bodies: a length that does not count itself, and so many bytes.
//!
//! Source: UnionPay POS dialect, "Framing". A length that is none, or beyond the limit, stops the stream until
//! [`Framer::reset`]: after it, no byte can be trusted to start a frame. *Not modelled:* other keep-alives than the text
//! `REFRESH`.

use core::fmt;

use crate::dialect::{Dialect, LengthPrefix};

/// Collects pushed bytes and lends out one body after the other.
#[derive(Debug, Clone)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that were already lent out or passed over.
    consumed: usize,
    length: LengthPrefix,
    keep_alive: bool,
    max_body_bytes: usize,
}

/// What some hosts send between frames.
const KEEP_ALIVE: &[u8] = b"REFRESH";

impl Framer {
    /// Far above any POS message, far below what an ASCII stranger's first two bytes announce.
    pub const DEFAULT_MAX_BODY_BYTES: usize = 4096;

    /// A framer of two length bytes that refuses bodies longer than this, and knows no keep-alive.
    pub const fn new(max_body_bytes: usize) -> Self {
        Self::with(LengthPrefix::Binary2, false, max_body_bytes)
    }

    /// A framer of a dialect's frames that refuses bodies longer than this.
    pub const fn of(dialect: &Dialect, max_body_bytes: usize) -> Self {
        Self::with(dialect.envelope.length, dialect.envelope.keep_alive, max_body_bytes)
    }

    /// A framer of any kind. With `keep_alive`, `REFRESH` between frames is passed over; a body whose length begins like
    /// it is still a body, as long as the limit allows one.
    pub const fn with(length: LengthPrefix, keep_alive: bool, max_body_bytes: usize) -> Self {
        Self { buffer: Vec::new(), consumed: 0, length, keep_alive, max_body_bytes }
    }

    /// Takes bytes as they come, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.consumed > 0 {
            self.buffer.drain(..self.consumed);
            self.consumed = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole body, without its length; `None` until more bytes come.
    ///
    /// # Errors
    /// The peer announced a body above the limit, or no length at all. The error repeats until [`Framer::reset`].
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, FrameError> {
        if self.pass_over_keep_alives() {
            return Ok(None);
        }
        let rest = self.buffer.get(self.consumed..).unwrap_or_default();
        let Some((announced, rest)) = self.announced(rest)? else { return Ok(None) };
        if announced > self.max_body_bytes {
            return Err(FrameError::TooLong { announced, max: self.max_body_bytes });
        }
        let Some(body) = rest.get(..announced) else { return Ok(None) };
        self.consumed += self.length.bytes() + announced;
        Ok(Some(body))
    }

    /// Whether what is left may yet become a keep-alive, so that more bytes have to come.
    fn pass_over_keep_alives(&mut self) -> bool {
        if !self.keep_alive {
            return false;
        }
        loop {
            let rest = self.buffer.get(self.consumed..).unwrap_or_default();
            if !rest.starts_with(KEEP_ALIVE) {
                return !rest.is_empty() && KEEP_ALIVE.starts_with(rest);
            }
            self.consumed += KEEP_ALIVE.len();
        }
    }

    /// The length of the next body, and what follows it.
    fn announced<'a>(&self, rest: &'a [u8]) -> Result<Option<(usize, &'a [u8])>, FrameError> {
        let Some((prefix, rest)) = rest.split_at_checked(self.length.bytes()) else { return Ok(None) };
        let digit = |sum: usize, byte: &u8| match self.length {
            LengthPrefix::Binary2 => Some(sum << 8 | usize::from(*byte)),
            LengthPrefix::Ascii4 => byte.is_ascii_digit().then(|| sum * 10 + usize::from(byte - b'0')),
        };
        match prefix.iter().try_fold(0, digit) {
            Some(announced) => Ok(Some((announced, rest))),
            None => Err(FrameError::NoLength { found: *prefix.first_chunk().unwrap_or(&[0; 4]) }),
        }
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
    /// What stands where the length should is no decimal number.
    NoLength {
        /// The four bytes.
        found: [u8; 4],
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { announced, max } => {
                write!(f, "a frame announces {announced} bytes, at most {max} are allowed")
            }
            Self::NoLength { found } => {
                write!(f, "a frame begins with `{}`, four decimal digits were expected", found.escape_ascii())
            }
        }
    }
}

impl core::error::Error for FrameError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ASCII87, CUP};
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
        framer.push(b"GET / HTTP/1.1");
        let refusal = Err(FrameError::TooLong { announced: 0x4745, max: 4096 });
        assert_eq!(framer.next_frame(), refusal);
        framer.push(&[0, 1, 7]);
        assert_eq!(framer.next_frame(), refusal);
        framer.reset();
        framer.push(&[0, 1, 7]);
        assert_eq!(framer.next_frame(), Ok(Some([7].as_slice())));
    }

    #[test]
    fn a_keep_alive_is_passed_over_where_the_dialect_knows_it() {
        let stream = b"REFRESH\0\x01\x07REFRESHREFRESH\0\x01\x08REF";
        let mut framer = Framer::of(&CUP, 4096);
        framer.push(stream);
        assert_eq!(drained(&mut framer), [vec![7], vec![8]]);
        assert_eq!(framer.pending_bytes(), "REF".len(), "the three whole ones are gone");
        framer.push(b"USE");
        assert_eq!(framer.next_frame(), Err(FrameError::TooLong { announced: 0x5245, max: 4096 }));
        let mut strict = Framer::of(&ASCII87, 4096);
        strict.push(stream);
        assert_eq!(strict.next_frame(), Err(FrameError::TooLong { announced: 0x5245, max: 4096 }));
    }

    #[test]
    fn a_length_in_ascii_is_four_digits() {
        let mut framer = Framer::with(LengthPrefix::Ascii4, false, 4096);
        framer.push(b"0003abc000");
        assert_eq!(framer.next_frame(), Ok(Some(b"abc".as_slice())));
        assert_eq!(framer.next_frame(), Ok(None));
        framer.push(b"x");
        let error = framer.next_frame().unwrap_err();
        assert_eq!(error, FrameError::NoLength { found: *b"000x" });
        assert_eq!(error.to_string(), "a frame begins with `000x`, four decimal digits were expected");
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

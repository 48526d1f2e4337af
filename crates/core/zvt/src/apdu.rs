//! One message between register and terminal: class, instruction, length, data; and the reader that cuts them off a stream.
//!
//! Source: ZVT interface PA00P016 revision 04, chapter 5.2. The length is one byte to 254, or `FF` and two bytes, low
//! byte first. A short length in three bytes is read too, and written in one.
//! *Not modelled:* TLS.

use core::fmt;

/// What a message is: its class and its instruction, or `80 00` and `84 xx` in an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Control(pub u8, pub u8);

/// One whole message. `Debug` shows how long its data is, and never the data: there may be a card number in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Apdu {
    control: Control,
    data: Vec<u8>,
}

impl Apdu {
    /// The most bytes of data that a length can tell.
    pub const MAX_DATA_BYTES: usize = 0xFFFF;

    /// A message of these data.
    ///
    /// # Errors
    /// There are more than a length can tell.
    pub fn new(control: Control, data: Vec<u8>) -> Result<Self, ApduError> {
        if data.len() > Self::MAX_DATA_BYTES {
            return Err(ApduError::TooLong { announced: data.len(), max: Self::MAX_DATA_BYTES });
        }
        Ok(Self { control, data })
    }

    /// A message of our own making, whose parts are all bounded.
    pub(crate) fn of(control: Control, data: Vec<u8>) -> Self {
        Self::new(control, data).expect("every part of a message of ours is cut to its bound")
    }

    /// What it is.
    #[must_use]
    pub const fn control(&self) -> Control {
        self.control
    }

    /// What follows its length.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Appends the whole message.
    pub fn write(&self, buffer: &mut Vec<u8>) {
        let length = (self.data.len() as u16).to_le_bytes();
        buffer.extend_from_slice(&[self.control.0, self.control.1]);
        match length {
            [low, 0] if low != LONG => buffer.push(low),
            [low, high] => buffer.extend_from_slice(&[LONG, low, high]),
        }
        buffer.extend_from_slice(&self.data);
    }

    /// The whole message.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut buffer = Vec::with_capacity(self.data.len() + 5);
        self.write(&mut buffer);
        buffer
    }

    /// Reads bytes that are one message and no more.
    ///
    /// # Errors
    /// They are less or more than one.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        match Head::read(bytes) {
            Some(head) if bytes.len() == head.bytes + head.data_bytes => Ok(head.cut(bytes)),
            Some(head) if bytes.len() > head.bytes + head.data_bytes => Err(ApduError::Trailing),
            _ => Err(ApduError::Cut),
        }
    }
}

/// Announces a length of two bytes.
const LONG: u8 = 0xFF;

/// What stands before the data.
struct Head {
    control: Control,
    bytes: usize,
    data_bytes: usize,
}

impl Head {
    fn read(bytes: &[u8]) -> Option<Self> {
        let head = |bytes, class, instruction, data_bytes| Self {
            control: Control(class, instruction),
            bytes,
            data_bytes,
        };
        match *bytes {
            [class, instruction, LONG, low, high, ..] => {
                Some(head(5, class, instruction, usize::from(u16::from_le_bytes([low, high]))))
            }
            [_, _, LONG, ..] => None,
            [class, instruction, length, ..] => Some(head(3, class, instruction, usize::from(length))),
            _ => None,
        }
    }

    /// The message, when all its bytes are here.
    fn cut(&self, bytes: &[u8]) -> Apdu {
        let data = bytes.get(self.bytes..self.bytes + self.data_bytes).unwrap_or_default();
        Apdu { control: self.control, data: data.to_vec() }
    }
}

/// Collects pushed bytes and gives one message after the other.
#[derive(Clone, Debug)]
pub struct ApduReader {
    buffer: Vec<u8>,
    consumed: usize,
    max_data_bytes: usize,
}

impl ApduReader {
    /// A reader that refuses messages with more data than this.
    #[must_use]
    pub const fn new(max_data_bytes: usize) -> Self {
        Self { buffer: Vec::new(), consumed: 0, max_data_bytes }
    }

    /// Takes bytes as they come, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message; `None` until more bytes come.
    ///
    /// # Errors
    /// A message was announced that is above the limit. The error repeats until [`ApduReader::reset`].
    pub fn next_apdu(&mut self) -> Result<Option<Apdu>, ApduError> {
        let rest = self.buffer.get(self.consumed..).unwrap_or_default();
        let Some(head) = Head::read(rest) else { return Ok(None) };
        if head.data_bytes > self.max_data_bytes {
            return Err(ApduError::TooLong { announced: head.data_bytes, max: self.max_data_bytes });
        }
        if rest.len() < head.bytes + head.data_bytes {
            return Ok(None);
        }
        let apdu = head.cut(rest);
        self.consumed += head.bytes + head.data_bytes;
        Ok(Some(apdu))
    }

    /// Bytes that wait for the rest of their message.
    #[must_use]
    pub const fn pending_bytes(&self) -> usize {
        self.buffer.len() - self.consumed
    }

    /// Forgets everything, for a new connection.
    pub fn reset(&mut self) {
        self.buffer.clear();
        self.consumed = 0;
    }
}

/// Why bytes are no message. The peer is to blame, or the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApduError {
    /// There is less than a whole one.
    Cut,
    /// Something follows it.
    Trailing,
    /// It has more data than may be.
    TooLong {
        /// Bytes of data announced.
        announced: usize,
        /// Bytes of data allowed.
        max: usize,
    },
}

impl fmt::Display for ApduError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("the message is not whole"),
            Self::Trailing => f.write_str("something follows the message"),
            Self::TooLong { announced, max } => write!(f, "{announced} bytes of data, at most {max}"),
        }
    }
}

impl core::error::Error for ApduError {}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X} {:02X}", self.0, self.1)
    }
}

impl fmt::Debug for Apdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Apdu({:?}, {} bytes)", self.control, self.data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Apdu, ApduError, ApduReader, Control};
    use proptest::prelude::*;

    #[test]
    fn the_length_takes_three_bytes_from_255_on() {
        let head = |count: usize| Apdu::of(Control(6, 0xD3), vec![7; count]).bytes()[..5].to_vec();
        assert_eq!(head(254)[..3], [6, 0xD3, 254]);
        assert_eq!(head(255), [6, 0xD3, 0xFF, 255, 0]);
        assert_eq!(head(0x0461), [6, 0xD3, 0xFF, 0x61, 0x04]);
        assert_eq!(head(256), [6, 0xD3, 0xFF, 0, 1]);
    }

    #[test]
    fn a_message_above_the_limit_stops_the_stream() {
        let mut reader = ApduReader::new(10);
        reader.push(&[6, 1, 11]);
        assert_eq!(reader.next_apdu(), Err(ApduError::TooLong { announced: 11, max: 10 }));
        assert!(reader.next_apdu().is_err());
        reader.reset();
        reader.push(&[6, 2, 0]);
        assert_eq!(reader.next_apdu(), Ok(Some(Apdu::of(Control(6, 2), vec![]))));
    }

    #[test]
    fn less_or_more_than_one_message_is_none() {
        assert_eq!(Apdu::parse(&[6, 0xF, 1]), Err(ApduError::Cut));
        assert_eq!(Apdu::parse(&[6, 0xF, 0, 0]), Err(ApduError::Trailing));
        assert!(Apdu::new(Control(0, 0), vec![0; 0x1_0000]).is_err());
    }

    #[test]
    fn data_are_not_shown() {
        assert_eq!(format!("{:?}", Apdu::of(Control(6, 1), vec![0x62; 3])), "Apdu(06 01, 3 bytes)");
    }

    proptest! {
        #[test]
        fn a_stream_in_any_pieces_gives_the_same_messages(
            messages in prop::collection::vec((any::<u8>(), any::<u8>(), prop::collection::vec(any::<u8>(), 0..600)), 0..6),
            piece in 1_usize..40,
        ) {
            let messages: Vec<Apdu> =
                messages.into_iter().map(|(class, instruction, data)| Apdu::of(Control(class, instruction), data)).collect();
            let stream: Vec<u8> = messages.iter().flat_map(Apdu::bytes).collect();
            let mut reader = ApduReader::new(Apdu::MAX_DATA_BYTES);
            let mut read = Vec::new();
            for piece in stream.chunks(piece) {
                reader.push(piece);
                while let Some(apdu) = reader.next_apdu().unwrap() {
                    read.push(apdu);
                }
            }
            prop_assert_eq!(read, messages);
            prop_assert_eq!(reader.pending_bytes(), 0);
        }
    }
}

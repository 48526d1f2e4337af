//! Data objects inside field 06: tag, length, value, one after the other, some with more of them inside.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapter 9.3. A tag whose low five bits are all set has a second byte,
//! and always just one: the published list itself has tags `1F80` to `1F83`, which its own rule would make longer.
//! *Not modelled:* lengths of three bytes and more, which are reserved.

use core::fmt;

/// What an object is: one byte, or two of which the first ends in five set bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u16);

impl Tag {
    /// A line of text.
    pub const TEXT_LINE: Self = Self(0x07);
    /// A receipt number in a list of open reservations.
    pub const RECEIPT_NO: Self = Self(0x08);
    /// How the lines that follow are printed.
    pub const ATTRIBUTE: Self = Self(0x09);
    /// Class and instruction of a command in a list of permitted ones.
    pub const COMMAND: Self = Self(0x0A);
    /// Characters a line of the register's printer.
    pub const PRINTER_WIDTH: Self = Self(0x12);
    /// The most data that a message to this side may have.
    pub const MAX_APDU_BYTES: Self = Self(0x1A);
    /// Which diagnosis is wanted.
    pub const DIAGNOSIS: Self = Self(0x1B);
    /// List of open reservations.
    pub const RESERVATIONS: Self = Self(0x23);
    /// List of lines to be shown.
    pub const DISPLAY_TEXTS: Self = Self(0x24);
    /// List of lines to be printed.
    pub const PRINT_TEXTS: Self = Self(0x25);
    /// List of permitted commands.
    pub const COMMANDS: Self = Self(0x26);
    /// Which receipt this is.
    pub const RECEIPT_KIND: Self = Self(0x1F07);
    /// The device's name, version, serial number and state, inside [`Tag::DEVICE`].
    pub const DEVICE_NAME: Self = Self(0x1F40);
    /// Of its software.
    pub const DEVICE_VERSION: Self = Self(0x1F41);
    /// Decimal, packed.
    pub const DEVICE_SERIAL: Self = Self(0x1F42);
    /// 0 is well.
    pub const DEVICE_STATE: Self = Self(0x1F43);
    /// The terminal's number.
    pub const TERMINAL_ID: Self = Self(0x1F44);
    /// What the device is.
    pub const DEVICE: Self = Self(0xE4);
}

/// One object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// What it is.
    pub tag: Tag,
    /// What it holds: its value, or objects.
    pub value: &'a [u8],
}

/// Objects that stand in a row. Ends after the first that cannot be read.
#[derive(Clone, Copy)]
pub struct Objects<'a>(&'a [u8]);

impl<'a> Objects<'a> {
    /// The objects in these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The value of the first object of this tag that stands here, not deeper.
    #[must_use]
    pub fn find(self, tag: Tag) -> Option<&'a [u8]> {
        self.map_while(Result::ok).find(|object| object.tag == tag).map(|object| object.value)
    }

    /// Whether all of it can be read at this depth.
    #[must_use]
    pub fn is_whole(mut self) -> bool {
        self.all(|object| object.is_ok())
    }

    fn step(bytes: &'a [u8]) -> Result<(Object<'a>, &'a [u8]), TlvError> {
        let (tag, rest) = read_tag(bytes)?;
        let (length, rest) = read_length(rest)?;
        let (value, rest) = rest.split_at_checked(length).ok_or(TlvError::Cut)?;
        Ok((Object { tag, value }, rest))
    }
}

impl<'a> Iterator for Objects<'a> {
    type Item = Result<Object<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let step = Self::step(self.0);
        self.0 = step.map_or(&[], |(_, rest)| rest);
        Some(step.map(|(object, _)| object))
    }
}

fn read_tag(bytes: &[u8]) -> Result<(Tag, &[u8]), TlvError> {
    match bytes {
        [first, second, rest @ ..] if first & 0x1F == 0x1F => {
            Ok((Tag(u16::from_be_bytes([*first, *second])), rest))
        }
        [first, rest @ ..] if first & 0x1F != 0x1F => Ok((Tag(u16::from(*first)), rest)),
        _ => Err(TlvError::Cut),
    }
}

/// The length and what follows it: one byte to 127, or `81` and one, or `82` and two, high byte first.
pub(crate) fn read_length(bytes: &[u8]) -> Result<(usize, &[u8]), TlvError> {
    match bytes {
        [short @ ..=0x7F, rest @ ..] => Ok((usize::from(*short), rest)),
        [0x81, length, rest @ ..] => Ok((usize::from(*length), rest)),
        [0x82, high, low, rest @ ..] => Ok((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        [] | [0x81 | 0x82, ..] => Err(TlvError::Cut),
        [reserved, ..] => Err(TlvError::Length(*reserved)),
    }
}

/// Appends a length in as few bytes as it takes. Lengths above 65,535 are not written.
pub(crate) fn write_length(buffer: &mut Vec<u8>, length: usize) {
    let [high, low] = (length as u16).to_be_bytes();
    match (high, low) {
        (0, ..=0x7F) => buffer.push(low),
        (0, _) => buffer.extend_from_slice(&[0x81, low]),
        _ => buffer.extend_from_slice(&[0x82, high, low]),
    }
}

/// Appends one object.
pub(crate) fn write_object(buffer: &mut Vec<u8>, tag: Tag, value: &[u8]) {
    match tag.0.to_be_bytes() {
        [0, only] => buffer.push(only),
        both => buffer.extend_from_slice(&both),
    }
    write_length(buffer, value.len());
    buffer.extend_from_slice(value);
}

/// Why bytes are no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlvError {
    /// They end before it does.
    Cut,
    /// A length begins with this byte, which is reserved.
    Length(u8),
}

impl fmt::Display for TlvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("the data object is cut"),
            Self::Length(byte) => write!(f, "no length begins with {byte:02X}"),
        }
    }
}

impl core::error::Error for TlvError {}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({} bytes)", self.tag, self.value.len())
    }
}

impl fmt::Debug for Objects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.map_while(Result::ok)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Objects, Tag, TlvError, read_length, write_length, write_object};
    use proptest::prelude::*;

    #[test]
    fn the_published_list_of_commands_is_read() {
        // PA00P015 revision 13.08, chapter 5.1.
        let list = [0x26, 0x04, 0x0A, 0x02, 0x06, 0xD3, 0x1F, 0x73, 0x03, 0, 0, 0];
        let commands = Objects::new(&list).find(Tag::COMMANDS).unwrap();
        assert_eq!(Objects::new(commands).find(Tag::COMMAND), Some(&[0x06, 0xD3][..]));
        assert_eq!(Objects::new(&list).find(Tag(0x1F73)), Some(&[0, 0, 0][..]));
    }

    #[test]
    fn a_length_is_as_long_as_it_must_be() {
        let written = |length| {
            let mut buffer = Vec::new();
            write_length(&mut buffer, length);
            buffer
        };
        assert_eq!(written(127), [127]);
        assert_eq!(written(128), [0x81, 128]);
        assert_eq!(written(256), [0x82, 1, 0]);
        assert_eq!(read_length(&[0x80]), Err(TlvError::Length(0x80)));
        assert_eq!(read_length(&[0x83, 0, 0, 1]), Err(TlvError::Length(0x83)));
    }

    #[test]
    fn a_cut_object_ends_the_row() {
        let mut objects = Objects::new(&[0x07, 0x05, b'a']);
        assert_eq!(objects.next(), Some(Err(TlvError::Cut)));
        assert_eq!(objects.next(), None);
        assert!(!Objects::new(&[0x1F]).is_whole());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(objects in prop::collection::vec((any::<u16>(), prop::collection::vec(any::<u8>(), 0..300)), 0..5)) {
            let tag = |raw: u16| Tag(if raw & 0x1F00 == 0x1F00 { raw } else { (raw & 0xFF) & !1 });
            let mut bytes = Vec::new();
            for (raw, value) in &objects {
                write_object(&mut bytes, tag(*raw), value);
            }
            let read: Vec<_> = Objects::new(&bytes).map(|object| object.map(|object| (object.tag, object.value.to_vec()))).collect();
            let meant: Vec<_> = objects.into_iter().map(|(raw, value)| Ok((tag(raw), value))).collect();
            prop_assert_eq!(read, meant);
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Objects::new(&bytes).count() <= bytes.len());
        }
    }
}

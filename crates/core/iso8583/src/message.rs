//! One message in memory: type, envelope, and the fields that are present.
//!
//! Values stand as people read them: digits and track data as ASCII, everything else as bytes.
//! One arena holds all values, so that a reused message allocates nothing once it has grown.
//! Not modelled: sub-fields; they belong to whoever gives a field its meaning.

use core::fmt;

use crate::envelope::{Header, Tpdu};
use crate::mti::Mti;

/// An owned message, made to be reused: [`Message::clear`] keeps its memory.
#[derive(Clone)]
pub struct Message {
    tpdu: Tpdu,
    header: Header,
    mti: Mti,
    /// All values, one after the other, in the order in which they were set.
    arena: Vec<u8>,
    /// Sorted by field number.
    entries: Vec<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    field: u8,
    len: u16,
    start: u32,
}

impl Message {
    /// An empty message of this type, with the default TPDU and header.
    pub const fn new(mti: Mti) -> Self {
        Self { tpdu: Tpdu::DEFAULT, header: Header::DEFAULT, mti, arena: Vec::new(), entries: Vec::new() }
    }

    /// Drops all fields and keeps type, TPDU, header and memory.
    pub fn clear(&mut self) {
        self.arena.clear();
        self.entries.clear();
    }

    /// Sets a field, replacing an earlier value. Text and bytes are both welcome.
    ///
    /// Any number is taken here; [`encode`](crate::encode()) says which the dialect does not have.
    /// A value longer than 65,535 bytes is cut there, far beyond what any dialect allows.
    pub fn set(&mut self, field: u8, value: impl AsRef<[u8]>) {
        let value = value.as_ref();
        let value = value.get(..usize::from(u16::MAX)).unwrap_or(value);
        self.unset(field);
        let start = self.arena.len();
        self.arena.extend_from_slice(value);
        self.record(field, start);
    }

    /// Removes a field, if it was there.
    pub fn unset(&mut self, field: u8) {
        let Ok(index) = self.entries.binary_search_by_key(&field, |entry| entry.field) else { return };
        let gone = self.entries.remove(index);
        self.arena.drain(gone.range());
        for entry in self.entries.iter_mut().filter(|entry| entry.start > gone.start) {
            entry.start -= u32::from(gone.len);
        }
    }

    /// The value of a field, if it is present.
    pub fn field(&self, field: u8) -> Option<&[u8]> {
        let index = self.entries.binary_search_by_key(&field, |entry| entry.field).ok()?;
        self.arena.get(self.entries.get(index)?.range())
    }

    /// The value of a field as text, if it is present and is UTF-8 (GBK text is not).
    pub fn text(&self, field: u8) -> Option<&str> {
        core::str::from_utf8(self.field(field)?).ok()
    }

    /// All fields, by rising number.
    pub fn fields(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.entries.iter().filter_map(|entry| Some((entry.field, self.arena.get(entry.range())?)))
    }

    /// The message type.
    pub const fn mti(&self) -> Mti {
        self.mti
    }

    /// Changes the message type.
    pub const fn set_mti(&mut self, mti: Mti) {
        self.mti = mti;
    }

    /// Where the message goes and where it comes from.
    pub const fn tpdu(&self) -> Tpdu {
        self.tpdu
    }

    /// Changes the TPDU; a host answers with [`Tpdu::swapped`].
    pub const fn set_tpdu(&mut self, tpdu: Tpdu) {
        self.tpdu = tpdu;
    }

    /// The application header.
    pub const fn header(&self) -> Header {
        self.header
    }

    /// Changes the application header.
    pub const fn set_header(&mut self, header: Header) {
        self.header = header;
    }

    /// Makes this message an empty reply to `request`: type, swapped TPDU, same header, no fields.
    pub fn reply_to(&mut self, request: &Self) {
        self.clear();
        self.mti = request.mti.reply();
        self.tpdu = request.tpdu.swapped();
        self.header = request.header;
    }

    /// Copies those of the listed fields that `other` has.
    pub fn copy_fields(&mut self, other: &Self, fields: &[u8]) {
        for &field in fields {
            if let Some(value) = other.field(field) {
                self.set(field, value);
            }
        }
    }

    /// The arena's end, where the decoder writes a value before it calls [`Message::record`].
    pub(crate) const fn arena(&mut self) -> &mut Vec<u8> {
        &mut self.arena
    }

    /// Declares that everything in the arena from `start` on is the value of `field`, which is not yet present.
    pub(crate) fn record(&mut self, field: u8, start: usize) {
        let entry = Entry { field, start: start as u32, len: (self.arena.len() - start) as u16 };
        match self.entries.last() {
            Some(last) if last.field >= field => {
                let index = self.entries.partition_point(|entry| entry.field < field);
                self.entries.insert(index, entry);
            }
            _ => self.entries.push(entry),
        }
    }
}

impl Entry {
    const fn range(self) -> core::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// Two messages are equal when they say the same, however they came to say it.
impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        (self.tpdu, self.header, self.mti) == (other.tpdu, other.header, other.mti)
            && self.fields().eq(other.fields())
    }
}

impl Eq for Message {}

/// Shows the fields, with card numbers masked and whatever else holds secrets hidden.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message {} {{", self.mti)?;
        for (field, value) in self.fields() {
            match (field, core::str::from_utf8(value)) {
                (2, Ok(digits)) => write!(f, " {field}={}", crate::pan::Masked(digits))?,
                // Tracks, settlement details, PIN blocks and working keys.
                (35 | 36 | 45 | 48 | 52 | 62, _) => write!(f, " {field}=<{} hidden>", value.len())?,
                (_, Ok(text)) => write!(f, " {field}={text:?}")?,
                (_, Err(_)) => write!(f, " {field}=<{} bytes>", value.len())?,
            }
        }
        f.write_str(" }")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_again_replaces_and_moves_no_other_value() {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(11, "000001");
        message.set(4, "100");
        message.set(60, "22000001000");
        message.set(4, "000000000200");
        assert_eq!(message.text(4), Some("000000000200"));
        assert_eq!(message.text(11), Some("000001"));
        assert_eq!(message.text(60), Some("22000001000"));
        let order: Vec<u8> = message.fields().map(|(field, _)| field).collect();
        assert_eq!(order, [4, 11, 60]);
        assert_eq!(message.arena.len(), 12 + 6 + 11);
    }

    #[test]
    fn a_cleared_message_keeps_its_memory_and_its_envelope() {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set_tpdu(Tpdu([0x60, 1, 2, 3, 4]));
        message.set(59, [b'x'; 300]);
        let capacity = message.arena.capacity();
        message.clear();
        assert_eq!(message.fields().count(), 0);
        assert_eq!(message.arena.capacity(), capacity);
        assert_eq!(message.tpdu(), Tpdu([0x60, 1, 2, 3, 4]));
    }

    #[test]
    fn a_reused_message_grows_no_more() {
        let mut source = Message::new(Mti::FINANCIAL);
        for (field, value) in [(2, "6222021234567890128"), (4, "000000000100"), (59, "A3018134567890123456")]
        {
            source.set(field, value);
        }
        let mut frame = Vec::new();
        crate::encode(&crate::CUP, &source, &mut frame).unwrap();
        let mut reused = Message::new(Mti::FINANCIAL);
        crate::decode(&crate::CUP, &frame[2..], &mut reused).unwrap();
        let capacities = (reused.arena.capacity(), reused.entries.capacity());
        for _ in 0..100 {
            crate::decode(&crate::CUP, &frame[2..], &mut reused).unwrap();
        }
        assert_eq!((reused.arena.capacity(), reused.entries.capacity()), capacities);
    }

    #[test]
    fn a_reply_starts_empty_and_goes_back() {
        let mut request = Message::new(Mti::REVERSAL);
        request.set_tpdu(Tpdu([0x60, 0, 1, 0, 2]));
        request.set(11, "000009");
        let mut reply = Message::new(Mti::SIGN_ON);
        reply.set(39, "00");
        reply.reply_to(&request);
        reply.copy_fields(&request, &[3, 11]);
        assert_eq!((reply.mti(), reply.tpdu()), (Mti::REVERSAL_REPLY, Tpdu([0x60, 0, 2, 0, 1])));
        assert_eq!(reply.fields().collect::<Vec<_>>(), [(11, b"000009".as_slice())]);
    }

    #[test]
    fn nothing_printed_shows_a_whole_card_number() {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(2, "6222021234567890128");
        message.set(35, "6222021234567890128=2512");
        let shown = format!("{message:?}");
        assert!(shown.contains("622202*********0128"), "{shown}");
        assert!(!shown.contains("1234567890"), "{shown}");
    }
}

//! One message in memory: type, envelope, and the fields that are present.
//!
//! Values stand as people read them: digits and track data as ASCII, everything else as bytes.
//! One arena holds all values, so that a reused message allocates nothing once it has grown.
//! Not modelled: sub-fields; they belong to whoever gives a field its meaning.

use core::fmt;

use crate::bcd::BLOCK;
use crate::envelope::{Header, Tpdu};
use crate::f59::Field59;
use crate::mti::Mti;

/// An owned message, made to be reused: [`Message::clear`] keeps its memory.
#[derive(Clone)]
pub struct Message {
    tpdu: Tpdu,
    header: Header,
    mti: Mti,
    /// Which fields are present: 1 to 64 from the top bit of the first, as in a bitmap, and so on; 0 comes last.
    present: [u64; 4],
    /// Where the value of each field stands in the arena; by field number, as far as any field was set.
    slots: Vec<Slot>,
    /// All values. It is longer than what is used by a block at least, so that the codec may read whole blocks.
    arena: Vec<u8>,
    used: usize,
}

/// A place in the arena.
#[derive(Clone, Copy, Default)]
pub(crate) struct Slot {
    pub(crate) start: u32,
    pub(crate) len: u16,
}

/// The parts of a message that a decoder fills.
pub(crate) struct Intake<'a> {
    /// The body, and a block more.
    pub(crate) wire: &'a [u8],
    /// Room for twice the body, and a block more.
    pub(crate) unpacked: &'a mut [u8],
    /// Where `unpacked` begins in the arena.
    pub(crate) unpacked_start: usize,
    pub(crate) slots: &'a mut [Slot; 129],
}

impl Message {
    /// An empty message of this type, with the default TPDU and header.
    pub const fn new(mti: Mti) -> Self {
        Self {
            tpdu: Tpdu::DEFAULT,
            header: Header::DEFAULT,
            mti,
            present: [0; 4],
            slots: Vec::new(),
            arena: Vec::new(),
            used: 0,
        }
    }

    /// Drops all fields and keeps type, TPDU, header and memory.
    pub const fn clear(&mut self) {
        self.present = [0; 4];
        self.used = 0;
    }

    /// Sets a field, replacing an earlier value. Text and bytes are both welcome.
    ///
    /// Any number is taken here; [`encode`](crate::encode()) says which the dialect does not have.
    /// A value longer than 65,535 bytes is cut there, far beyond what any dialect allows.
    #[inline]
    pub fn set(&mut self, field: u8, value: impl AsRef<[u8]>) {
        let value = value.as_ref();
        let value = value.get(..usize::from(u16::MAX)).unwrap_or(value);
        if self.has(field) {
            self.unset(field);
        }
        let (start, end) = (self.used, self.used + value.len());
        if self.arena.len() < end + BLOCK || self.slots.len() <= usize::from(field) {
            self.grow(field, end);
        }
        if let (Some(place), Some(slot)) =
            (self.arena.get_mut(start..end), self.slots.get_mut(usize::from(field)))
        {
            place.copy_from_slice(value);
            *slot = Slot { start: start as u32, len: value.len() as u16 };
        }
        self.used = end;
        let (word, bit) = bit(field);
        self.present[word] |= bit;
    }

    /// Removes a field, if it was there.
    pub fn unset(&mut self, field: u8) {
        let Some(gone) = self.slot(field) else { return };
        let (word, bit) = bit(field);
        self.present[word] &= !bit;
        self.arena.copy_within(gone.range().end..self.used, gone.range().start);
        self.used -= usize::from(gone.len);
        // The slots of absent fields move too, which nobody sees.
        for slot in self.slots.iter_mut().filter(|slot| slot.start > gone.start) {
            slot.start = slot.start.saturating_sub(u32::from(gone.len));
        }
    }

    /// The value of a field, if it is present.
    pub fn field(&self, field: u8) -> Option<&[u8]> {
        self.arena.get(self.slot(field)?.range())
    }

    /// The value of a field as text, if it is present and is UTF-8 (GBK text is not).
    pub fn text(&self, field: u8) -> Option<&str> {
        core::str::from_utf8(self.field(field)?).ok()
    }

    /// All fields, by rising number.
    pub fn fields(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.numbers().map(|number| {
            let slot = self.slots.get(usize::from(number)).copied().unwrap_or_default();
            (number, self.arena.get(slot.range()).unwrap_or_default())
        })
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

    /// Copies a body and lends the places where its values go. The fields become present by [`Message::admit`].
    pub(crate) fn take_in(&mut self, body: &[u8]) -> Option<Intake<'_>> {
        self.clear();
        let unpacked_start = body.len() + BLOCK;
        let end = unpacked_start + 2 * body.len() + 2 * BLOCK;
        if self.arena.len() < end || self.slots.len() <= 128 {
            self.grow(128, end - BLOCK);
        }
        let (wire, unpacked) = self.arena.split_at_mut_checked(unpacked_start)?;
        wire.get_mut(..body.len())?.copy_from_slice(body);
        Some(Intake { wire, unpacked, unpacked_start, slots: self.slots.first_chunk_mut()? })
    }

    /// Declares that the slots of these fields are filled, and that the arena is used up to here.
    pub(crate) const fn admit(&mut self, [first, second]: [u64; 2], used: usize) {
        self.present = [first, second, 0, 0];
        self.used = used;
    }

    /// 1 to 255, then 0, which nobody sends.
    fn numbers(&self) -> impl Iterator<Item = u8> + use<> {
        let words = self.present.into_iter().zip([1_u8, 65, 129, 193]);
        words.flat_map(|(word, base)| bits(word).map(move |index| base.wrapping_add(index)))
    }

    fn has(&self, field: u8) -> bool {
        let (word, bit) = bit(field);
        self.present[word] & bit != 0
    }

    fn slot(&self, field: u8) -> Option<Slot> {
        if self.has(field) { self.slots.get(usize::from(field)).copied() } else { None }
    }

    /// Makes room for a field of this number, and for values up to `end`.
    #[cold]
    fn grow(&mut self, field: u8, end: usize) {
        let slots = (usize::from(field) + 1).next_multiple_of(65).max(self.slots.len());
        self.slots.resize(slots, Slot::default());
        let bytes = (end + BLOCK).next_power_of_two().max(self.arena.len());
        self.arena.resize(bytes, 0);
    }
}

/// The word and the bit of a field in `present`.
#[inline]
const fn bit(field: u8) -> (usize, u64) {
    let index = field.wrapping_sub(1);
    ((index >> 6) as usize, 1_u64.rotate_right(field as u32))
}

/// The places of the bits that are set, from the top.
pub(crate) fn bits(word: u64) -> impl Iterator<Item = u8> {
    // Turned round, for the lowest bit is the one that is quick to find and to clear.
    let mut rest = word.reverse_bits();
    core::iter::from_fn(move || {
        if rest == 0 {
            return None;
        }
        let index = rest.trailing_zeros();
        rest &= rest - 1;
        Some(index as u8)
    })
}

impl Slot {
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
                (2 | 34, Ok(digits)) => write!(f, " {field}={}", crate::pan::Masked(digits))?,
                (59, _) if let Some(tagged) = Field59::parse(value) => write!(f, " {field}={tagged:?}")?,
                // Tracks, settlement details, PIN blocks, chip data with track and card number in it, a field 59 whose
                // scanned code cannot be told from the rest, working keys and account numbers.
                (35 | 36 | 45 | 48 | 52 | 55 | 59 | 62 | 102 | 103, _) => {
                    write!(f, " {field}=<{} hidden>", value.len())?;
                }
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
        assert_eq!(message.used, 12 + 6 + 11);
    }

    #[test]
    fn a_cleared_message_keeps_its_memory_and_its_envelope() {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set_tpdu(Tpdu([0x60, 1, 2, 3, 4]));
        message.set(59, [b'x'; 300]);
        let memory = (message.arena.as_ptr(), message.arena.capacity());
        message.clear();
        assert_eq!(message.fields().count(), 0);
        assert_eq!((message.arena.as_ptr(), message.arena.capacity()), memory);
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
        let capacities = (reused.arena.capacity(), reused.slots.capacity());
        for _ in 0..100 {
            crate::decode(&crate::CUP, &frame[2..], &mut reused).unwrap();
        }
        assert_eq!((reused.arena.capacity(), reused.slots.capacity()), capacities);
    }

    #[test]
    fn every_number_can_be_set_and_stands_in_its_place() {
        let mut message = Message::new(Mti::FINANCIAL);
        for field in (0..=255).rev() {
            message.set(field, [field; 3]);
        }
        for field in [64, 0, 255, 128] {
            message.unset(field);
        }
        let numbers: Vec<u8> = message.fields().map(|(field, _)| field).collect();
        let expected: Vec<u8> = (1..=254).filter(|field| ![64, 128].contains(field)).collect();
        assert_eq!(numbers, expected);
        assert!(message.fields().all(|(field, value)| value == [field; 3]));
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

    #[test]
    fn a_scanned_code_stays_hidden_in_a_field_that_cannot_be_read() {
        let mut message = Message::new(Mti::FINANCIAL);
        for cut in ["A3019134567890123456789", "A3x18134567890123456789", "134567890123456789"] {
            message.set(59, cut);
            let shown = format!("{message:?}");
            assert!(!shown.contains("1345678"), "{shown}");
            assert!(shown.contains(&format!("59=<{} hidden>", cut.len())), "{shown}");
        }
    }

    #[test]
    fn chip_data_is_hidden_also_when_it_reads_as_text() {
        // Tag 57, track 2, whose first digits are those of a card number and letters of ASCII at once.
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(55, b"\x57\x04\x45\x56\x78\x12");
        let shown = format!("{message:?}");
        assert!(shown.contains("55=<6 hidden>") && !shown.contains("EVx"), "{shown}");
    }
}

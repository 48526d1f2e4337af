//! A frame written field by field, each at once in its wire form.
//!
//! Source: UnionPay POS dialect, "Framing". The second bitmap appears when it is needed. Fields by rising number are checked,
//! packed and appended in one pass; any other finds its place, at the cost of a search.
//! *Not modelled:* taking a field back.

use core::cmp::Ordering;
use core::ops::Range;

use crate::decode::announced_length;
use crate::dialect::{BitmapCoding, BitmapWidth, Dialect, DigitCoding, Form, LengthPrefix, Step};
use crate::encode_error::EncodeError;
use crate::envelope::{Header, Tpdu};
use crate::field_bytes;
use crate::message::{Message, bits};
use crate::mti::Mti;
use crate::ready_key::AnyMacKey;

/// What stands before the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where the message goes and where it comes from, where the dialect says that.
    pub tpdu: Tpdu,
    /// The application header, where the dialect has one.
    pub header: Header,
    /// The message type.
    pub mti: Mti,
}

impl Head {
    /// A message of this type, with the default TPDU and header.
    pub const fn new(mti: Mti) -> Self {
        Self { tpdu: Tpdu::DEFAULT, header: Header::DEFAULT, mti }
    }

    /// The head of the reply to `request`: type, swapped TPDU, same header.
    pub const fn reply_to(request: &Message) -> Self {
        Self { tpdu: request.tpdu().swapped(), header: request.header(), mti: request.mti().reply() }
    }
}

/// Appends one frame to a buffer. What is wrong with a field is kept, and said by [`FrameWriter::finish`].
///
/// A writer that is dropped instead of finished leaves half a frame behind.
///
/// ```
/// use tillrig_iso8583::{CUP, FrameWriter, Head, Mti};
///
/// let mut frame = Vec::new();
/// let mut writer = FrameWriter::new(&CUP, Head::new(Mti::NETWORK), &mut frame);
/// writer.field(11, "000042").field(41, "12345678");
/// writer.finish()?;
/// assert_eq!(frame.len(), 2 + 5 + 6 + 2 + 8 + 3 + 8);
/// # Ok::<(), tillrig_iso8583::EncodeError>(())
/// ```
#[must_use = "a frame is whole only when it is finished"]
pub struct FrameWriter<'a> {
    dialect: &'a Dialect,
    /// The dialect's, one look nearer.
    steps: &'a [Step; 256],
    /// Whose MAC ends the frame, if any does.
    key: Option<AnyMacKey<'a>>,
    out: &'a mut Vec<u8>,
    /// The highest field that was written.
    last: u8,
    /// The first field that does not just follow: it needs the second bitmap, or is the MAC, or comes after an error.
    limit: u8,
    /// The fields of the half of the bitmap in which `last` lies, field 1 or 65 in the top bit.
    present: u64,
    /// Those of the first half, when that is not it.
    first_half: u64,
    places: Places,
    /// Fields that the dialect does not have are left out, and are no error.
    passes_over: bool,
    error: Option<EncodeError>,
}

/// Where the parts of a frame begin.
#[derive(Clone, Copy, Default)]
struct Places {
    frame: usize,
    message_type: usize,
    bitmap: usize,
    fields: usize,
}

impl<'a> FrameWriter<'a> {
    /// Begins a frame behind what `out` holds.
    pub fn new(dialect: &'a Dialect, head: Head, out: &'a mut Vec<u8>) -> Self {
        Self::begin(dialect, head, None, out)
    }

    /// Begins a frame that will end with its MAC; what is written to the MAC's field is passed over.
    pub fn with_mac(
        dialect: &'a Dialect,
        head: Head,
        key: impl Into<AnyMacKey<'a>>,
        out: &'a mut Vec<u8>,
    ) -> Self {
        Self::begin(dialect, head, Some(key.into()), out)
    }

    /// Leaves out the fields that the dialect does not have.
    pub const fn passing_over_unknown_fields(mut self) -> Self {
        self.passes_over = true;
        self
    }

    pub(crate) fn begin(
        dialect: &'a Dialect,
        head: Head,
        key: Option<AnyMacKey<'a>>,
        out: &'a mut Vec<u8>,
    ) -> Self {
        let places = Places { frame: out.len(), ..Places::default() };
        out.reserve(ROOM);
        let mut writer = Self {
            dialect,
            steps: dialect.steps.all(),
            key,
            out,
            last: 1,
            limit: 0,
            present: 0,
            first_half: 0,
            places,
            passes_over: false,
            error: None,
        };
        writer.head(head);
        writer
    }

    /// Everything before the fields, in one piece.
    fn head(&mut self, head: Head) {
        let Dialect { envelope, coding, mac, .. } = self.dialect;
        let start = self.out.len();
        // Written in place: to copy what was written just before in smaller pieces is slow.
        self.out.extend_from_slice(&[0; HEAD_BYTES]);
        let Some(bytes) = self.out.last_chunk_mut() else { return };
        let mut at = envelope.length.bytes();
        if envelope.tpdu {
            at += put(head.tpdu.0, at, bytes);
        }
        if envelope.header {
            at += put(head.header.0, at, bytes);
        }
        self.places.message_type = start + at;
        at += match coding.message_type {
            DigitCoding::Bcd => put(head.mti.to_bcd(), at, bytes),
            DigitCoding::Ascii => put(head.mti.to_ascii(), at, bytes),
        };
        self.places.bitmap = start + at;
        let wide = coding.bitmap_width == BitmapWidth::Always128 || self.key.is_some() && mac.field > 64;
        at += coding.bitmap.half_bytes() << u8::from(wide);
        self.places.fields = start + at;
        self.limit = if self.key.is_some() { mac.field.min(SECOND_HALF) } else { SECOND_HALF };
        self.out.truncate(start + at);
    }

    /// Writes a field, replacing an earlier value. Text and bytes are both welcome.
    ///
    /// Any number is taken here, in any order. By rising number, no field costs more than its bytes.
    #[inline]
    pub fn field(&mut self, field: u8, value: impl AsRef<[u8]>) -> &mut Self {
        let value = value.as_ref();
        if field > self.last
            && field < self.limit
            && field_bytes::append(&self.steps[usize::from(field)], value, self.out)
        {
            self.last = field;
            self.present |= half_bit(field);
        } else {
            self.otherwise(field, value);
        }
        self
    }

    /// Ends the frame: bitmap, MAC, length.
    ///
    /// # Errors
    /// The first field, as they were written, that the dialect cannot say; or the frame is too long. The buffer is then as
    /// it was.
    pub fn finish(mut self) -> Result<(), EncodeError> {
        let result = match self.error {
            Some(error) => Err(error),
            None => self.complete(),
        };
        if result.is_err() {
            self.out.truncate(self.places.frame);
        }
        result
    }

    fn complete(&mut self) -> Result<(), EncodeError> {
        self.bitmap();
        if let Some(key) = self.key {
            let message = self.out.get(self.places.message_type..).unwrap_or_default();
            let mac = self.dialect.mac;
            let code = mac.algorithm.compute(key, message);
            let width = usize::from(self.dialect.steps.get(mac.field).max);
            self.out.extend_from_slice(code.get(..width).unwrap_or_default());
        }
        announce(self.dialect.envelope.length, self.out.get_mut(self.places.frame..).unwrap_or_default())
    }

    fn bitmap(&mut self) {
        let [mut first, mut second] = self.halves();
        match self.key.map(|_| self.dialect.mac.field) {
            Some(mac @ SECOND_HALF..) => second |= half_bit(mac),
            Some(mac) => first |= half_bit(mac),
            None => {}
        }
        let coding = self.dialect.coding.bitmap;
        let place = self.out.get_mut(self.places.bitmap..self.places.fields).unwrap_or_default();
        match place.split_at_mut_checked(coding.half_bytes()) {
            Some((half, [])) => write_half_bitmap(coding, first, half),
            Some((half, other)) => {
                write_half_bitmap(coding, first | 1 << 63, half);
                write_half_bitmap(coding, second, other);
            }
            None => {}
        }
    }

    const fn halves(&self) -> [u64; 2] {
        if self.last < SECOND_HALF { [self.present, 0] } else { [self.first_half, self.present] }
    }

    /// A field that does not just follow the ones before.
    #[cold]
    fn otherwise(&mut self, field: u8, value: &[u8]) {
        let mac = self.key.map(|_| self.dialect.mac.field);
        let step = self.dialect.steps.get(field);
        let is_passed_over = self.passes_over && step.form == Form::Absent;
        if self.error.is_some() || mac == Some(field) || is_passed_over {
            return;
        }
        if mac.is_some_and(|mac| (mac..BEHIND_ALL).contains(&field)) {
            self.fail(EncodeError::FieldAfterMac { field });
        } else if step.form == Form::Absent {
            self.fail(EncodeError::NotInDialect { field });
        } else if field <= self.last {
            self.insert(field, step, value);
        } else if field >= SECOND_HALF && self.limit == SECOND_HALF {
            self.open_second_half();
            self.field(field, value);
        } else {
            self.fail(field_bytes::explain(field, step, value));
        }
    }

    const fn fail(&mut self, error: EncodeError) {
        self.error = Some(error);
        self.limit = 0;
    }

    fn open_second_half(&mut self) {
        let Places { bitmap, fields, .. } = self.places;
        let half = self.dialect.coding.bitmap.half_bytes();
        if fields - bitmap == half {
            self.out.splice(fields..fields, core::iter::repeat_n(0, half));
            self.places.fields += half;
        }
        (self.first_half, self.present) = (self.present, 0);
        self.limit = if self.key.is_some() { self.dialect.mac.field } else { BEHIND_ALL };
    }

    /// Writes a field behind all others, and turns it into its place.
    fn insert(&mut self, field: u8, step: Step, value: &[u8]) {
        let place = self.find(field);
        let end = self.out.len();
        if !field_bytes::append(&step, value, self.out) {
            return self.fail(field_bytes::explain(field, step, value));
        }
        let behind = self.out.get_mut(place.start..).unwrap_or_default();
        behind.rotate_left(end - place.start);
        let new = self.out.len() - end;
        self.out.drain(place.start + new..place.end + new);
        let half = if (field < SECOND_HALF) == (self.last < SECOND_HALF) {
            &mut self.present
        } else {
            &mut self.first_half
        };
        *half |= half_bit(field);
    }

    /// Where a field stands, or would.
    fn find(&self, field: u8) -> Range<usize> {
        let mut start = self.places.fields;
        for (half, base) in self.halves().into_iter().zip([1, SECOND_HALF]) {
            for number in bits(half).map(|index| base + index) {
                let end = start + self.bytes_of(number, start);
                match number.cmp(&field) {
                    Ordering::Less => start = end,
                    Ordering::Equal => return start..end,
                    Ordering::Greater => return start..start,
                }
            }
        }
        start..start
    }

    /// Bytes of a field that stands here.
    fn bytes_of(&self, field: u8, start: usize) -> usize {
        let step = self.dialect.steps.get(field);
        let mut head = [0; 3];
        for (to, from) in head.iter_mut().zip(self.out.get(start..).unwrap_or_default()) {
            *to = *from;
        }
        usize::from(step.prefix) + step.wire_len(usize::from(announced_length(step, head)))
    }
}

/// The first field of the second bitmap.
const SECOND_HALF: u8 = 65;
/// The first number that no bitmap can announce.
const BEHIND_ALL: u8 = 129;
/// Room for most messages at once.
const ROOM: usize = 512;

/// The most that can stand before the fields: length, TPDU, header, type, bitmap, and some more.
const HEAD_BYTES: usize = 64;

/// Puts bytes into their place; how many.
#[inline]
fn put<const N: usize>(bytes: [u8; N], at: usize, into: &mut [u8; HEAD_BYTES]) -> usize {
    if let Some(place) = into.get_mut(at..at + N) {
        place.copy_from_slice(&bytes);
    }
    N
}

/// The bit of a field in its half of the bitmap.
#[inline]
const fn half_bit(field: u8) -> u64 {
    1_u64.rotate_right(field as u32)
}

fn write_half_bitmap(coding: BitmapCoding, half: u64, place: &mut [u8]) {
    match coding {
        BitmapCoding::Binary => place.copy_from_slice(&half.to_be_bytes()),
        BitmapCoding::Hex => {
            for (at, character) in place.iter_mut().enumerate() {
                *character = b"0123456789ABCDEF"[(half >> (60 - 4 * at) & 15) as usize];
            }
        }
    }
}

/// Writes the length of a frame into its prefix.
fn announce(prefix: LengthPrefix, frame: &mut [u8]) -> Result<(), EncodeError> {
    let bytes = frame.len() - prefix.bytes();
    if bytes > prefix.max_body_bytes() {
        return Err(EncodeError::FrameTooLong { bytes });
    }
    match prefix {
        LengthPrefix::Binary2 => {
            if let Some(place) = frame.first_chunk_mut() {
                *place = (bytes as u16).to_be_bytes();
            }
        }
        LengthPrefix::Ascii4 => {
            if let Some(place) = frame.first_chunk_mut() {
                *place = [1000, 100, 10, 1].map(|unit| b'0' + (bytes / unit % 10) as u8);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

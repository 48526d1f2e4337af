//! The parser of the printer's normal stream: bytes in, one command at a time out.
//!
//! What is held. After [`Parser::next`] has said `None`, at most [`HELD_MAX`] bytes are held, whatever came:
//! - text and ignored bytes are handed out at once (of UTF-8 text, the last character waits until it is whole);
//! - a raster image (`GS v 0`) is handed out in slices of whole rows, each as soon as all its bytes are there, and
//!   its eight-byte head is consumed before its first slice. How the rows are sliced depends on the slice limit
//!   alone, never on the chunks. A single row always fits;
//! - any other command is held until it is whole. One longer than [`HELD_MAX`] becomes [`Command::Skipped`], and its
//!   data are counted down and dropped by the following calls of `next`. All families with a 16-bit length fit, and
//!   so does an image of 2400 by 2400 dots, the largest that `GS ( L` and `GS 8 L` can name for one colour. What does
//!   not fit is more than such a printer could store: `GS 8 L`, `GS D`, `GS Q 0` and `FS q` with very large data.
//!
//! Facts: printer sources, section 1, and section 9 for multibyte characters.
//! Not modelled: the size of a printer's own memories.

use alloc::vec::Vec;
use core::ops::Range;

use crate::command::Command;
use crate::decode::decode;
use crate::dialect::{Dialect, Multibyte};
use crate::frame::{Items, Limits, Measure, Walk, measure};
use crate::graphics::RasterScale;
use crate::scan::{before_control, before_control_or_high};

/// Most bytes held for a command that is not whole yet, unless [`Parser::with_held_max`] says less: an image of
/// 2400 by 2400 dots (720,000 bytes), and some more. Printers have 256 to 400 KB for graphics.
pub const HELD_MAX: usize = 786_432;

/// The longest slice of a raster image, and the least that may be held: 64 KiB and a command's head.
pub const SLICE_MAX: usize = 65_544;

/// The piece in which bytes mostly come.
const PIECE: usize = 64;

/// Room for bytes that is kept when nothing is buffered any more.
const ROOM_KEPT: usize = 2 * SLICE_MAX;

/// Splits a stream of bytes into commands. Linear in any chunking; holds at most one command's bytes besides what
/// was pushed and not yet taken.
#[derive(Clone, Debug)]
pub struct Parser {
    buffer: Vec<u8>,
    /// Bytes at the front of `buffer` that are consumed already.
    consumed: usize,
    /// How far the command at the front has been measured.
    walk: Walk,
    ongoing: Ongoing,
    /// Nothing can be taken before so many bytes are held.
    needed: usize,
    dialect: Dialect,
    /// Multibyte mode is on.
    multibyte: bool,
    /// The multibyte code in force.
    code: Multibyte,
    /// Text is UTF-8.
    utf8: bool,
    /// What is text without a closer look.
    easy: Easy,
    slice_max: usize,
    held_max: usize,
}

/// What the front of the buffer belongs to.
#[derive(Clone, Copy, Debug)]
enum Ongoing {
    /// The start of a command.
    Nothing,
    /// The data of a raster image.
    Image { scale: RasterScale, width_bytes: u16, rows_left: u16 },
    /// The data of a skipped command: so many bytes to drop, then these items.
    Skip { left: u64, items: Items },
}

/// What can be handed out as text at once: so many bytes from 20h on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Easy {
    /// Every one: neither multibyte mode nor UTF-8.
    All = 0xE0,
    /// Those to 7Fh.
    Ascii = 0x60,
    /// None: JIS has lead bytes among the letters.
    Nothing = 0,
}

/// What was found at the front, as ranges of the buffer.
enum Found {
    Text(Range<usize>),
    Hanzi(Range<usize>),
    Single(Range<usize>),
    Framed(Range<usize>),
    Unknown(Range<usize>),
    Skipped(Range<usize>),
    Slice { scale: RasterScale, width_bytes: u16, rows: u16, data: Range<usize> },
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// A parser in single-byte mode, with nothing held.
    #[must_use]
    pub fn new() -> Self {
        Self {
            buffer: Vec::new(),
            consumed: 0,
            walk: Walk::default(),
            ongoing: Ongoing::Nothing,
            needed: 1,
            dialect: Dialect::EPSON,
            multibyte: false,
            code: Dialect::EPSON.multibyte,
            utf8: false,
            easy: Easy::All,
            slice_max: SLICE_MAX,
            held_max: HELD_MAX,
        }
    }

    /// Reads this dialect instead of the baseline.
    #[must_use]
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self.initialize();
        self
    }

    /// Whether multibyte mode is on at the start and after `ESC @`. Printers for the Chinese market have it on.
    /// Defaults to off.
    #[must_use]
    pub fn with_multibyte(mut self, on: bool) -> Self {
        self.dialect.multibyte_at_start = on;
        self.initialize();
        self
    }

    /// The longest slice of a raster image, in bytes; a slice is one row at least. Take less than the receive
    /// buffer, so that an image starts to print before all of it has come. Defaults to [`SLICE_MAX`], which is
    /// also the most.
    #[must_use]
    pub fn with_slice_max(mut self, bytes: usize) -> Self {
        self.slice_max = bytes.min(SLICE_MAX);
        self
    }

    /// The longest command that is held, in bytes; what is longer is skipped. [`SLICE_MAX`] at least, and
    /// [`HELD_MAX`] at most, which is also the default.
    #[must_use]
    pub fn with_held_max(mut self, bytes: usize) -> Self {
        self.held_max = bytes.clamp(SLICE_MAX, HELD_MAX);
        self
    }

    /// Appends bytes. They wait until [`next`](Self::next) takes them.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        if let [byte] = *bytes {
            // Hosts on serial lines send byte by byte. When nothing waits, the byte takes the place of the oldest one.
            let idle = self.consumed > 0 && self.consumed == self.buffer.len();
            if idle && self.buffer.capacity() <= ROOM_KEPT {
                self.buffer.truncate(1);
                self.consumed = 0;
                if let Some(first) = self.buffer.first_mut() {
                    *first = byte;
                }
                return;
            }
            if self.consumed <= self.buffered() && self.buffer.len() < self.buffer.capacity() {
                self.buffer.push(byte);
                return;
            }
        }
        self.push_many(bytes);
    }

    /// Appends bytes if [`next`](Self::next) has nothing to give behind them either, because they lie within a command
    /// whose length is known, such as an image; `false` if nothing was done, and they have to be pushed.
    #[inline]
    pub fn absorb(&mut self, bytes: &[u8]) -> bool {
        let len = self.buffer.len() + bytes.len();
        if len - self.consumed >= self.needed || len > self.buffer.capacity() {
            return false;
        }
        match bytes {
            [byte] => self.buffer.push(*byte),
            // What a receiver hands on at once, and what USB brings: a copy of known length needs no call.
            _ => match bytes.as_array::<PIECE>() {
                Some(piece) => self.buffer.extend_from_slice(piece),
                None => self.buffer.extend_from_slice(bytes),
            },
        }
        true
    }

    /// Whether this byte, if it were pushed now, would be text by itself at once: who knows what to do with it may keep
    /// it from the parser.
    #[inline]
    #[must_use]
    pub fn passes(&self, byte: u8) -> bool {
        self.is_easy(byte) && self.at_rest()
    }

    #[inline(never)]
    fn push_many(&mut self, bytes: &[u8]) {
        if self.consumed == self.buffer.len() && self.buffer.capacity() <= ROOM_KEPT {
            // Nothing waits, and nothing has to move.
            self.buffer.clear();
            self.consumed = 0;
        } else if self.absorb(bytes) {
            return;
        } else if self.consumed > 0 {
            self.make_room();
        }
        match bytes.as_array::<PIECE>() {
            Some(piece) => self.buffer.extend_from_slice(piece),
            None => self.buffer.extend_from_slice(bytes),
        }
    }

    /// Drops what is consumed: moving the rest to the front only when it is the smaller half keeps the cost linear.
    #[inline]
    fn make_room(&mut self) {
        if self.consumed == self.buffer.len() {
            self.buffer.clear();
            self.consumed = 0;
            if self.buffer.capacity() > ROOM_KEPT {
                self.buffer.shrink_to(ROOM_KEPT);
            }
        } else if self.consumed > self.buffered() {
            self.buffer.drain(..self.consumed);
            self.consumed = 0;
        }
    }

    /// Takes the next whole command, or says `None` until more bytes come.
    #[expect(
        clippy::should_implement_trait,
        reason = "a command borrows the parser, which Iterator cannot say"
    )]
    #[inline]
    pub fn next(&mut self) -> Option<Command<'_>> {
        if self.buffered() < self.needed { None } else { self.next_there() }
    }

    /// The shortest way, for a host that sends byte by byte: it needs no register of its caller's.
    #[inline(never)]
    fn next_there(&mut self) -> Option<Command<'_>> {
        match *self.pending() {
            [byte] if self.is_easy(byte) && matches!(self.ongoing, Ongoing::Nothing) => {
                self.consumed = self.buffer.len();
                Some(Command::Text(self.buffer.last().map_or(&[], core::slice::from_ref)))
            }
            _ => self.next_run(),
        }
    }

    /// The short way, for what most of a receipt consists of.
    #[inline(never)]
    fn next_run(&mut self) -> Option<Command<'_>> {
        if matches!(self.ongoing, Ongoing::Nothing) {
            match *self.pending() {
                [first, ..] if self.is_easy(first) => {
                    let (len, more) = self.easy_text();
                    if !more {
                        let range = self.take(len);
                        return Some(Command::Text(self.buffer.get(range).unwrap_or_default()));
                    }
                }
                [b'\n', ..] => {
                    self.take(1);
                    return Some(Command::LineFeed);
                }
                _ => {}
            }
        }
        self.next_found()
    }

    /// Whether this byte is text by itself.
    #[inline]
    const fn is_easy(&self, byte: u8) -> bool {
        // Below 20h the subtraction wraps round to the highest values.
        byte.wrapping_sub(0x20) < self.easy as u8
    }

    /// Bytes of easy text at the front, and whether the run may go on behind them.
    #[inline]
    fn easy_text(&self) -> (usize, bool) {
        let pending = self.pending();
        if self.easy == Easy::All {
            return (before_control(pending), false);
        }
        let len = before_control_or_high(pending);
        (len, pending.get(len).is_some_and(|&next| next >= 0x80 && !self.is_lead(next)))
    }

    /// The long way, for everything.
    #[inline(never)]
    fn next_found(&mut self) -> Option<Command<'_>> {
        self.needed = 1;
        let found = loop {
            match self.ongoing {
                Ongoing::Nothing => {
                    let first = *self.pending().first()?;
                    if first != 0x1D || !self.raster_starts() {
                        break self.find(first)?;
                    }
                }
                Ongoing::Image { scale, width_bytes, rows_left } => {
                    break self.slice(scale, width_bytes, rows_left)?;
                }
                Ongoing::Skip { left, items } => self.skip(left, items)?,
            }
        };
        Some(self.hand_out(found))
    }

    /// The last `len` bytes that were taken: what a command was made of, for who counted [`buffered`](Self::buffered)
    /// before and after. Asked for before more is pushed.
    #[must_use]
    pub fn taken(&self, len: usize) -> &[u8] {
        self.buffer.get(self.consumed.saturating_sub(len)..self.consumed).unwrap_or_default()
    }

    /// Forgets everything buffered, and the command that is being taken. Multibyte mode stays as it is.
    pub fn reset(&mut self) {
        self.buffer.clear();
        self.consumed = 0;
        self.walk = Walk::default();
        self.ongoing = Ongoing::Nothing;
        self.needed = 1;
    }

    /// How many more bytes have to come at least before [`next`](Self::next) can give anything: 0 when it may have
    /// something to give.
    #[must_use]
    pub fn lacking(&self) -> usize {
        self.needed.saturating_sub(self.buffered())
    }

    /// Bytes held: pushed, and not yet taken as a command or dropped.
    #[inline]
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len() - self.consumed
    }

    /// True when multibyte mode is on.
    #[must_use]
    pub fn multibyte(&self) -> bool {
        self.multibyte
    }

    /// True when the next byte pushed would start a command: nothing is held or under way.
    #[inline]
    #[must_use]
    pub fn at_rest(&self) -> bool {
        self.buffered() == 0 && matches!(self.ongoing, Ongoing::Nothing)
    }

    fn pending(&self) -> &[u8] {
        self.buffer.get(self.consumed..).unwrap_or_default()
    }

    /// `None` until so many bytes are held, which is then remembered.
    fn require(&mut self, len: usize) -> Option<()> {
        let held = self.buffered() >= len;
        self.needed = if held { 1 } else { len };
        held.then_some(())
    }

    fn take(&mut self, len: usize) -> Range<usize> {
        let start = self.consumed;
        self.consumed += len;
        start..self.consumed
    }

    /// Consumes the head of a printable raster image, if one stands at the front.
    fn raster_starts(&mut self) -> bool {
        let &[0x1D, b'v', b'0', m, xl, xh, yl, yh, ..] = self.pending() else { return false };
        let (width_bytes, rows_left) = (u16::from_le_bytes([xl, xh]), u16::from_le_bytes([yl, yh]));
        let scale = RasterScale::decode(m).filter(|_| width_bytes > 0 && rows_left > 0);
        let Some(scale) = scale else { return false };
        self.take(8);
        self.ongoing = Ongoing::Image { scale, width_bytes, rows_left };
        true
    }

    fn slice(&mut self, scale: RasterScale, width_bytes: u16, rows_left: u16) -> Option<Found> {
        let row = usize::from(width_bytes);
        let fitting = u16::try_from((self.slice_max / row.max(1)).max(1)).unwrap_or(u16::MAX);
        let rows = rows_left.min(fitting);
        let len = row * usize::from(rows);
        self.require(len)?;
        self.ongoing = match rows_left - rows {
            0 => Ongoing::Nothing,
            rows_left => Ongoing::Image { scale, width_bytes, rows_left },
        };
        Some(Found::Slice { scale, width_bytes, rows, data: self.take(len) })
    }

    /// Drops what is there of a skipped command; `None` when more has to come.
    fn skip(&mut self, left: u64, mut items: Items) -> Option<()> {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffered());
        self.take(here);
        let left = left - here as u64;
        self.ongoing = Ongoing::Skip { left, items };
        if left > 0 {
            return None;
        }
        self.ongoing = match items.done() {
            true => Ongoing::Nothing,
            false => Ongoing::Skip { left: items.take(self.pending())?, items },
        };
        Some(())
    }

    /// Finds what stands at the front, and consumes it.
    fn find(&mut self, first: u8) -> Option<Found> {
        match first {
            0x20.. if self.is_lead(first) => self.hanzi(),
            0x20.. => self.text(),
            0x10 | 0x1B..=0x1D => self.command(),
            0x12 if self.dialect.dc2 => self.command(),
            _ => Some(Found::Single(self.take(1))),
        }
    }

    fn is_lead(&self, byte: u8) -> bool {
        self.multibyte && !self.utf8 && self.code.is_lead(byte)
    }

    fn text(&mut self) -> Option<Found> {
        let pending = self.pending();
        let len = match (self.utf8, self.multibyte) {
            (false, false) => before_control(pending),
            (false, true) => self.before_lead(pending),
            (true, _) => match before_control(pending) {
                len if len < pending.len() => len,
                _ => whole_characters(pending),
            },
        };
        (len > 0).then(|| Found::Text(self.take(len)))
    }

    /// Bytes before the first control byte or lead byte. The first byte is text.
    fn before_lead(&self, pending: &[u8]) -> usize {
        if self.code == Multibyte::Jis {
            let ends = |&byte: &u8| byte < 0x20 || self.code.is_lead(byte);
            return pending.iter().position(ends).unwrap_or(pending.len());
        }
        let mut len = 0;
        loop {
            let rest = pending.get(len..).unwrap_or_default();
            let plain = before_control_or_high(rest);
            len += plain;
            match rest.get(plain) {
                Some(&byte) if byte >= 0x80 && !self.code.is_lead(byte) => len += 1,
                _ => return len,
            }
        }
    }

    fn hanzi(&mut self) -> Option<Found> {
        let len = self.code.len(*self.pending().get(1)?);
        self.require(len)?;
        let len = if len == 2 { self.pairs() } else { len };
        Some(Found::Hanzi(self.take(len)))
    }

    /// Bytes of the characters of two bytes at the front.
    fn pairs(&self) -> usize {
        let (pairs, _) = self.pending().as_chunks::<2>();
        let whole = |&[lead, second]: &[u8; 2]| self.code.is_lead(lead) && self.code.len(second) == 2;
        2 * pairs.iter().take_while(|pair| whole(pair)).count()
    }

    fn command(&mut self) -> Option<Found> {
        let mut walk = self.walk;
        let limits = Limits { dialect: &self.dialect, held_max: self.held_max as u64 };
        let measured = measure(self.pending(), &mut walk, &limits);
        self.walk = walk;
        let (head, rest) = match measured {
            Measure::More => {
                // What is here does not tell, so at least one more byte is needed.
                self.needed = self.buffered() + 1;
                return None;
            }
            Measure::Unknown => return Some(Found::Unknown(self.take(2))),
            Measure::Whole { head, total } => {
                match usize::try_from(total).ok().filter(|&len| len <= self.held_max) {
                    Some(len) => {
                        self.require(len)?;
                        return Some(Found::Framed(self.take(len)));
                    }
                    None => (head, total - head as u64),
                }
            }
            Measure::Overlong { head } => (head, walk.at - head as u64),
        };
        self.ongoing = Ongoing::Skip { left: rest, items: walk.items };
        Some(Found::Skipped(self.take(head)))
    }

    /// Turns what was found into a command, and follows the commands that concern the parser itself.
    fn hand_out(&mut self, found: Found) -> Command<'_> {
        self.walk = Walk::default();
        if let Found::Framed(range) = &found {
            self.follow(range.clone());
        }
        let bytes = |range: Range<usize>| self.buffer.get(range).unwrap_or_default();
        match found {
            Found::Text(range) => Command::Text(bytes(range)),
            Found::Hanzi(range) => Command::Hanzi(bytes(range)),
            Found::Single(range) => single(bytes(range)),
            Found::Framed(range) => decode(bytes(range), &self.dialect),
            Found::Unknown(range) => Command::Unknown { bytes: bytes(range) },
            Found::Skipped(range) => Command::Skipped { head: bytes(range) },
            Found::Slice { scale, width_bytes, rows, data } => {
                Command::Raster { scale, width_bytes, rows, data: bytes(data) }
            }
        }
    }

    fn follow(&mut self, range: Range<usize>) {
        match *self.buffer.get(range).unwrap_or_default() {
            [0x1B, b'@'] => self.initialize(),
            [0x1C, b'&'] => self.multibyte = true,
            [0x1C, b'.'] => self.multibyte = false,
            [0x1C, b'C', n] => self.change_code(n),
            [0x1C, b'(', b'C', 2, 0, 48, n @ (1 | 2 | b'1' | b'2')] => self.utf8 = n & 2 != 0,
            _ => {}
        }
        self.note_easy();
    }

    fn note_easy(&mut self) {
        self.easy = match (self.multibyte && !self.utf8, self.code) {
            (true, Multibyte::Jis) => Easy::Nothing,
            (true, _) => Easy::Ascii,
            (false, _) if self.utf8 => Easy::Ascii,
            (false, _) => Easy::All,
        };
    }

    fn initialize(&mut self) {
        self.multibyte = self.dialect.multibyte_at_start;
        self.code = self.dialect.multibyte;
        self.utf8 = false;
        self.note_easy();
    }

    /// `FS C`: only Japanese printers have two codes.
    fn change_code(&mut self, n: u8) {
        self.code = match (self.code, n) {
            (Multibyte::ShiftJis | Multibyte::Jis, 0 | b'0') => Multibyte::Jis,
            (Multibyte::ShiftJis | Multibyte::Jis, 1 | 2 | b'1' | b'2') => Multibyte::ShiftJis,
            (code, _) => code,
        };
    }
}

/// How many bytes of UTF-8 text are left when a last character that is not whole yet is left out.
fn whole_characters(text: &[u8]) -> usize {
    let behind = text.iter().rev().take(3).take_while(|&&byte| (0x80..0xC0).contains(&byte)).count();
    let Some(start) = text.len().checked_sub(behind + 1) else { return text.len() };
    let needed = match text.get(start) {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => 1,
    };
    if behind + 1 < needed { start } else { text.len() }
}

/// A control byte that is a command by itself, or nothing.
fn single(bytes: &[u8]) -> Command<'_> {
    match bytes {
        [0x07] => Command::NoEffect { bytes },
        [0x09] => Command::Tab,
        [0x0A] => Command::LineFeed,
        [0x0C] => Command::FormFeed,
        [0x0D] => Command::CarriageReturn,
        [0x18] => Command::Cancel,
        _ => Command::Ignored { bytes },
    }
}

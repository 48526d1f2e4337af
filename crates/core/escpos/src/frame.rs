//! How long each command is: the length table, and the few lines that read it.
//!
//! Lengths count every byte, prefix included. Facts: printer sources, section 1 (framing rules, length table), with
//! `GS C`, `GS D`, `GS FF` and the vendor rows from sections 2.1, 2.3, 2.4 and 8.
//! Not modelled: clones that give a command of the baseline another length.

use crate::barcode;
use crate::bytes::little_endian;
use crate::dialect::Dialect;

/// One rule of the table.
enum Rule {
    /// So many bytes.
    Fixed(u8),
    /// The third byte is a function code, and each function has its own rule. For a code not listed, the
    /// command ends after it.
    Function(&'static [Row]),
    /// `base` bytes, and as many more as the product of `each` and the little-endian fields says.
    Sized { base: u8, each: u8, fields: &'static [Field] },
    /// `FS q`: the third byte counts images; each has two 16-bit fields x and y and 8 * x * y bytes.
    NvImages,
    /// `ESC &`: bytes y, c1, c2; then for each character c1 to c2 a byte x and x * y bytes.
    UserCharacters,
    /// `ESC D`: up to 32 increasing values, then NUL. A value that does not increase is data again.
    TabStops,
    /// `GS C ;`: five decimal numbers, each ended by a semicolon.
    Counter,
    /// `GS k`: bar codes stop at their first bad byte, which is data again.
    Barcode,
    /// `GS N`: bytes m and e, then a big-endian length, then so many bytes.
    BigEndian,
    /// The first rule in dialects that have it, else the second.
    Either(fn(&Dialect) -> bool, &'static Self, &'static Self),
    /// No such command.
    Undefined,
}

/// A rule, and the codes it stands for.
struct Row(&'static [u8], Rule);

/// A little-endian number inside a command: where it starts, and its bytes.
struct Field(u8, u8);

use Rule::{
    Barcode, BigEndian, Counter, Either, Fixed, Function, NvImages, Sized, TabStops, Undefined,
    UserCharacters,
};

/// The families that carry pL pH at bytes 3 and 4.
const PARENTHESIS: Row = Row(b"(", Sized { base: 5, each: 1, fields: &[Field(3, 2)] });

/// `GS k 97 v r nL nH d…` of clones.
static CLONE_QR: Rule = Sized { base: 7, each: 1, fields: &[Field(5, 2)] };

const ESC: &[Row] = &[
    Row(b"@2<\x0cLSimqv", Fixed(2)),
    Row(b" !%-3=?EGJKMRTUVadertu{CF", Fixed(3)),
    Row(b"$\\f", Fixed(4)),
    Row(b"c", Function(&[Row(b"01345", Fixed(4))])),
    Row(b"B", Fixed(4)), // Clones: buzzer.
    Row(b"p", Fixed(5)),
    Row(b"W", Fixed(10)),
    Row(
        b"*",
        Function(&[
            Row(&[0, 1], Sized { base: 5, each: 1, fields: &[Field(3, 2)] }),
            Row(&[32, 33], Sized { base: 5, each: 3, fields: &[Field(3, 2)] }),
        ]),
    ),
    Row(b"D", TabStops),
    Row(b"7", Either(|dialect| dialect.heat_settings, &Fixed(5), &Undefined)),
    Row(b"4", Either(|dialect| dialect.italics, &Fixed(3), &Undefined)),
    Row(
        b"Z",
        Either(|dialect| dialect.esc_z_qr, &Sized { base: 7, each: 1, fields: &[Field(5, 2)] }, &Undefined),
    ),
    Row(
        &[0x16],
        Either(
            |dialect| dialect.star_presenter,
            &Function(&[Row(b"013", Fixed(4)), Row(b"4", Fixed(3))]),
            &Undefined,
        ),
    ),
    Row(b"&", UserCharacters),
    PARENTHESIS,
];

const GS: &[Row] = &[
    Row(b":c\x0c", Fixed(2)),
    Row(b"!/BEHITabfhjrw", Fixed(3)),
    Row(b"|", Fixed(3)), // Clones: print density.
    Row(b"V", Function(&[Row(b"\x00\x0101", Fixed(3)), Row(b"ABabgh", Fixed(4))])),
    Row(b"$LPW\\", Fixed(4)),
    Row(b"^", Fixed(5)),
    Row(b"z", Function(&[Row(b"0", Fixed(5))])),
    Row(b"g", Function(&[Row(b"02", Fixed(6))])),
    Row(b"C", Function(&[Row(b"0", Fixed(5)), Row(b"1", Fixed(9)), Row(b"2", Fixed(5)), Row(b";", Counter)])),
    Row(b"k", Barcode),
    Row(b"N", Either(|dialect| dialect.gs_n_qr, &BigEndian, &Undefined)),
    Row(
        b"R",
        Either(
            |dialect| dialect.citizen_presenter,
            &Function(&[Row(b"\x000", Fixed(3)), Row(b"\x011", Fixed(4))]),
            &Undefined,
        ),
    ),
    Row(b"v", Function(&[Row(b"0", Sized { base: 8, each: 1, fields: &[Field(4, 2), Field(6, 2)] })])),
    Row(b"*", Sized { base: 4, each: 8, fields: &[Field(2, 1), Field(3, 1)] }),
    Row(b"Q", Function(&[Row(b"0", Sized { base: 8, each: 1, fields: &[Field(4, 2), Field(6, 2)] })])),
    // The size is that of the BMP file which starts at byte 9.
    Row(b"D", Sized { base: 9, each: 1, fields: &[Field(11, 4)] }),
    Row(b"8", Function(&[Row(b"L", Sized { base: 7, each: 1, fields: &[Field(3, 4)] })])),
    Row(b"e", Function(&[Row(&[0, 1, 2, 4, 5, 6], Fixed(3)), Row(&[3], Fixed(4))])), // Custom: presenter.
    Row(&[0xE0], Fixed(3)),             // Custom: automatic status.
    Row(&[0xE1, 0xF6, 0xF8], Fixed(2)), // Custom: paper left, notch.
    PARENTHESIS,
];

const FS: &[Row] = &[
    Row(b"&", Fixed(2)),
    Row(b".", Either(|dialect| dialect.fs_dot_ignored, &Undefined, &Fixed(2))),
    Row(b"!-CW", Fixed(3)),
    Row(b"Sp?", Fixed(4)),
    Row(b"q", NvImages),
    Row(
        b"g",
        Function(&[Row(b"1", Sized { base: 10, each: 1, fields: &[Field(8, 2)] }), Row(b"2", Fixed(10))]),
    ),
    Row(b"2", Fixed(76)),
    Row(&[0xC0], Fixed(6)), // Custom: hard reset.
    Row(&[0xC1], Fixed(3)), // Custom: pull back after the cut.
    PARENTHESIS,
];

/// Functions of `DLE EOT` that are not listed take no sub-selection, as 1 to 6.
const DLE: &[Row] = &[
    Row(&[0x04], Function(&[Row(&[0, 7, 8, 18], Fixed(4))])),
    Row(&[0x05], Fixed(3)),
    Row(
        &[0x14],
        Function(&[Row(&[1, 2], Fixed(5)), Row(&[3], Fixed(8)), Row(&[7], Fixed(4)), Row(&[8], Fixed(10))]),
    ),
    Row(&[0x19], Either(|dialect| dialect.ncr_status, &Fixed(3), &Undefined)),
];

/// Clones; elsewhere DC2 is a control byte that means nothing.
const DC2: &[Row] = &[Row(b"#", Fixed(3)), Row(b"T", Fixed(2))];

/// The rules of one prefix, by code.
type Table = [&'static Rule; 256];

static ESC_TABLE: Table = table(ESC);
static GS_TABLE: Table = table(GS);
static FS_TABLE: Table = table(FS);
static DLE_TABLE: Table = table(DLE);
static DC2_TABLE: Table = table(DC2);

/// Spreads the rows out, so that a code is found without a search.
const fn table(rows: &'static [Row]) -> Table {
    let mut table: Table = [&Undefined; 256];
    let mut row = 0;
    while row < rows.len() {
        let Row(codes, rule) = &rows[row];
        let mut code = 0;
        while code < codes.len() {
            table[codes[code] as usize] = rule;
            code += 1;
        }
        row += 1;
    }
    table
}

/// What the table says about the bytes at the front of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Nothing yet: more bytes are needed to tell.
    More,
    /// A command of so many bytes, of which the first `head` told the length.
    Whole { head: usize, total: u64 },
    /// No such command: prefix and code, two bytes.
    Unknown,
    /// Too long to be held, and its items are not all seen yet: `walk` says where the next one starts.
    Overlong { head: usize },
}

/// How far the measuring of one command has come, so that no byte is looked at twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walk {
    /// Offset of the next byte or item to look at; 0 before the start.
    pub(crate) at: u64,
    /// Items not yet seen.
    pub(crate) items: Items,
}

/// The self-describing parts of `FS q` and `ESC &`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Items {
    left: u16,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shape {
    /// x and y, 16 bits each, then 8 * x * y bytes.
    #[default]
    NvImage,
    /// x, then x columns of so many bytes.
    Character { column_bytes: u8 },
}

impl Items {
    /// The length of the item that starts here: `None` until its head is there.
    fn item_len(self, bytes: &[u8]) -> Option<u64> {
        match self.shape {
            Shape::NvImage => Some(4 + 8 * little_endian(bytes, 0, 2)? * little_endian(bytes, 2, 2)?),
            Shape::Character { column_bytes } => {
                Some(1 + u64::from(*bytes.first()?) * u64::from(column_bytes))
            }
        }
    }

    /// Takes the item that starts here; `None` when all are taken or its head is not there yet.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Option<u64> {
        let left = self.left.checked_sub(1)?;
        let len = self.item_len(bytes)?;
        self.left = left;
        Some(len)
    }

    /// True when every item has been taken.
    pub(crate) fn done(self) -> bool {
        self.left == 0
    }
}

/// What is given with every measuring.
pub(crate) struct Limits<'a> {
    /// Which commands there are.
    pub(crate) dialect: &'a Dialect,
    /// Most bytes of a command that are held.
    pub(crate) held_max: u64,
}

/// Measures the command at the front of `bytes`, which starts with one of the prefixes.
pub(crate) fn measure(bytes: &[u8], walk: &mut Walk, limits: &Limits<'_>) -> Measure {
    let &[prefix, code, ..] = bytes else { return Measure::More };
    let table = match prefix {
        0x1B => &ESC_TABLE,
        0x1D => &GS_TABLE,
        0x1C => &FS_TABLE,
        0x12 => &DC2_TABLE,
        _ => &DLE_TABLE,
    };
    match table[usize::from(code)] {
        Fixed(len) => whole(usize::from(*len), u64::from(*len)),
        rule => apply(rule, bytes, walk, limits),
    }
}

fn function_of(rows: &'static [Row], function: u8) -> Option<&'static Rule> {
    rows.iter().find(|row| row.0.contains(&function)).map(|row| &row.1)
}

fn apply(rule: &'static Rule, bytes: &[u8], walk: &mut Walk, limits: &Limits<'_>) -> Measure {
    let measured = match rule {
        Fixed(len) => Some(whole(usize::from(*len), u64::from(*len))),
        Function(rows) => bytes.get(2).map(|&function| match function_of(rows, function) {
            Some(rule) => apply(rule, bytes, walk, limits),
            None => whole(3, 3),
        }),
        Either(has, with, without) => {
            return apply(if has(limits.dialect) { with } else { without }, bytes, walk, limits);
        }
        Undefined => return Measure::Unknown,
        Sized { base, each, fields } => sized(*base, *each, fields, bytes),
        NvImages => nv_images(bytes, walk, limits.held_max),
        UserCharacters => user_characters(bytes, walk, limits.held_max),
        TabStops => tab_stops(bytes, walk),
        Counter => counter(bytes, walk),
        Barcode if limits.dialect.gs_k_qr && bytes.get(2) == Some(&97) => {
            return apply(&CLONE_QR, bytes, walk, limits);
        }
        Barcode => barcode::measure(bytes, walk).map(|total| whole(2, total)),
        BigEndian => big_endian(bytes),
    };
    measured.unwrap_or(Measure::More)
}

fn whole(head: usize, total: u64) -> Measure {
    Measure::Whole { head, total }
}

fn sized(base: u8, each: u8, fields: &[Field], bytes: &[u8]) -> Option<Measure> {
    let mut product = u64::from(each);
    let mut head = usize::from(base);
    for Field(at, width) in fields {
        product = product.saturating_mul(little_endian(bytes, usize::from(*at), usize::from(*width))?);
        head = head.max(usize::from(*at + *width));
    }
    let total = u64::from(base).saturating_add(product).max(head as u64);
    (bytes.len() >= head).then(|| whole(head, total))
}

/// `GS N m e nH nL d…`.
fn big_endian(bytes: &[u8]) -> Option<Measure> {
    let &[_, _, _, _, high, low, ..] = bytes else { return None };
    Some(whole(6, 6 + u64::from(u16::from_be_bytes([high, low]))))
}

fn nv_images(bytes: &[u8], walk: &mut Walk, held_max: u64) -> Option<Measure> {
    if walk.at == 0 {
        *walk = Walk { at: 3, items: Items { left: u16::from(*bytes.get(2)?), shape: Shape::NvImage } };
    }
    walk_items(3, bytes, walk, held_max)
}

fn user_characters(bytes: &[u8], walk: &mut Walk, held_max: u64) -> Option<Measure> {
    if walk.at == 0 {
        let &[_, _, column_bytes, first, last, ..] = bytes else { return None };
        let left = last.checked_sub(first).map_or(0, |more| u16::from(more) + 1);
        *walk = Walk { at: 5, items: Items { left, shape: Shape::Character { column_bytes } } };
    }
    walk_items(5, bytes, walk, held_max)
}

/// The longest head of an item, x and y of `FS q`; it must fit into what may be held.
const ITEM_HEAD_MAX: u64 = 4;

fn walk_items(head: usize, bytes: &[u8], walk: &mut Walk, held_max: u64) -> Option<Measure> {
    while !walk.items.done() {
        if walk.at + ITEM_HEAD_MAX > held_max {
            return Some(Measure::Overlong { head });
        }
        let rest = bytes.get(usize::try_from(walk.at).ok()?..)?;
        walk.at += walk.items.take(rest)?;
    }
    Some(whole(head, walk.at))
}

/// Most tab stops that `ESC D` takes.
const TAB_STOPS_MAX: usize = 32;

fn tab_stops(bytes: &[u8], walk: &mut Walk) -> Option<Measure> {
    walk.at = walk.at.max(2);
    loop {
        let at = usize::try_from(walk.at).ok()?;
        let value = *bytes.get(at)?;
        let previous = if at > 2 { *bytes.get(at - 1)? } else { 0 };
        if value == 0 {
            return Some(whole(2, walk.at + 1));
        }
        if value <= previous || at - 2 == TAB_STOPS_MAX {
            return Some(whole(2, walk.at));
        }
        walk.at += 1;
    }
}

/// Semicolons of `GS C ;` after the code, one behind each number; each number has at most five digits.
const COUNTER_FIELDS: usize = 5;
const COUNTER_LEN_MAX: usize = 3 + COUNTER_FIELDS * 6;

fn counter(bytes: &[u8], walk: &mut Walk) -> Option<Measure> {
    walk.at = walk.at.max(3);
    loop {
        let at = usize::try_from(walk.at).ok()?;
        let byte = *bytes.get(at)?;
        let semicolons = bytes.get(3..at)?.iter().filter(|&&b| b == b';').count();
        if !(byte == b';' || byte.is_ascii_digit()) || at == COUNTER_LEN_MAX {
            return Some(whole(3, walk.at));
        }
        walk.at += 1;
        if byte == b';' && semicolons + 1 == COUNTER_FIELDS {
            return Some(whole(3, walk.at));
        }
    }
}

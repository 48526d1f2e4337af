//! Receipts on their way to a register's printer: line by line (06 D1) or in blocks (06 D3).
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 3.5, 3.6 and 9.4.2. A receipt ends with attribute `FF`, one line
//! feed: of all attributes that mark a last line it alone prints nothing that was not asked for.
//! *Not modelled:* bar codes (E3), receipt information (1F37), other character sets (14).

use crate::apdu::{Apdu, Control};
use crate::text;
use crate::tlv::{self, Objects, Tag};

/// A receipt, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whose it is.
    pub kind: ReceiptKind,
    /// What is on it.
    pub lines: Vec<Line>,
}

/// Whose a receipt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptKind {
    /// The shop's, of a transaction.
    Merchant = 1,
    /// The customer's, of a transaction.
    Customer = 2,
    /// Of anything else.
    Administration = 3,
}

impl ReceiptKind {
    const fn read(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Merchant),
            2 => Some(Self::Customer),
            3 => Some(Self::Administration),
            _ => None,
        }
    }
}

/// How a line is printed. The low four bits indent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attribute(pub u8);

impl Attribute {
    /// As it is.
    pub const NORMAL: Self = Self(0x00);
    /// Twice as high.
    pub const DOUBLE_HEIGHT: Self = Self(0x50);
    /// Twice as wide.
    pub const DOUBLE_WIDTH: Self = Self(0x60);
    /// In the middle.
    pub const CENTRED: Self = Self(0x40);
    /// Line feeds instead of text, and the end of a receipt.
    pub const FEED: Self = Self(0xFF);

    /// Whether a receipt ends here.
    #[must_use]
    pub const fn is_last(self) -> bool {
        self.0 > 0x80
    }
}

/// One line, without a line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How it is printed.
    pub attribute: Attribute,
    /// What it says; the first 200 characters are sent.
    pub text: String,
}

impl Line {
    /// A line as it is.
    #[must_use]
    pub fn normal(text: impl Into<String>) -> Self {
        Self { attribute: Attribute::NORMAL, text: text.into() }
    }

    /// Reads the data of a 06 D1. With attribute `FF` the text is a number of line feeds, which is kept as that character.
    #[must_use]
    pub fn parse(data: &[u8]) -> Option<Self> {
        let (attribute, said) = data.split_first()?;
        Some(Self { attribute: Attribute(*attribute), text: text::read(said) })
    }

    fn apdu(&self) -> Apdu {
        let mut data = vec![self.attribute.0];
        text::write(&mut data, &self.text, MAX_LINE_BYTES);
        Apdu::of(PRINT_LINE, data)
    }
}

/// A part of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBlock {
    /// Whose it is, if the terminal says so.
    pub kind: Option<ReceiptKind>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Whether the receipt ends with it.
    pub last: bool,
}

impl TextBlock {
    /// Reads the objects of a 06 D3. Objects of other kinds are passed over.
    #[must_use]
    pub fn parse(objects: Objects<'_>) -> Option<Self> {
        let kind = objects.find(Tag::RECEIPT_KIND).and_then(|value| ReceiptKind::read(*value.last()?));
        let (mut lines, mut attribute) = (Vec::new(), Attribute::NORMAL);
        for object in Objects::new(objects.find(Tag::PRINT_TEXTS)?) {
            let object = object.ok()?;
            match (object.tag, object.value) {
                (Tag::ATTRIBUTE, [byte]) => attribute = Attribute(*byte),
                (Tag::TEXT_LINE, said) => lines.push(Line { attribute, text: text::read(said) }),
                _ => {}
            }
        }
        Some(Self { kind, lines, last: attribute.is_last() })
    }

    /// The objects of it.
    pub(crate) fn objects(&self) -> Vec<u8> {
        let (mut texts, mut attribute) = (Vec::new(), Attribute::NORMAL);
        for line in &self.lines {
            if line.attribute != attribute {
                attribute = line.attribute;
                tlv::write_object(&mut texts, Tag::ATTRIBUTE, &[attribute.0]);
            }
            tlv::write_object(&mut texts, Tag::TEXT_LINE, &text::bytes(&line.text, MAX_LINE_BYTES));
        }
        if self.last {
            tlv::write_object(&mut texts, Tag::ATTRIBUTE, &[Attribute::FEED.0]);
        }
        let mut objects = Vec::new();
        if let Some(kind) = self.kind {
            tlv::write_object(&mut objects, Tag::RECEIPT_KIND, &[kind as u8]);
        }
        tlv::write_object(&mut objects, Tag::PRINT_TEXTS, &texts);
        objects
    }

    /// The message.
    #[must_use]
    pub fn apdu(&self) -> Apdu {
        let objects = self.objects();
        let mut data = vec![CONTAINER];
        tlv::write_length(&mut data, objects.len());
        data.extend(objects);
        Apdu::of(PRINT_TEXT_BLOCK, data)
    }
}

pub(crate) const PRINT_LINE: Control = Control(0x06, 0xD1);
pub(crate) const PRINT_TEXT_BLOCK: Control = Control(0x06, 0xD3);
const CONTAINER: u8 = 0x06;
const MAX_LINE_BYTES: usize = 200;
/// What a block has beside its lines, at most: field, kind, texts, each with the longest length, and the last attribute.
const BLOCK_OVERHEAD_BYTES: usize = 4 + 4 + 4 + 3;
/// What a line has beside its text, at most: tag and length, and an attribute.
const LINE_OVERHEAD_BYTES: usize = 3 + 3;

impl Receipt {
    /// One message a line, and one for the end.
    #[must_use]
    pub fn as_lines(&self) -> Vec<Apdu> {
        let end = Apdu::of(PRINT_LINE, vec![Attribute::FEED.0, 1]);
        self.lines.iter().map(Line::apdu).chain([end]).collect()
    }

    /// As few messages as it takes, none with more data than this; a line is never cut for it.
    #[must_use]
    pub fn as_blocks(&self, max_data_bytes: usize) -> Vec<Apdu> {
        let room = max_data_bytes.saturating_sub(BLOCK_OVERHEAD_BYTES);
        let mut blocks: Vec<Vec<Line>> = vec![Vec::new()];
        let mut used = 0;
        for line in &self.lines {
            let bytes = line.text.chars().count().min(MAX_LINE_BYTES) + LINE_OVERHEAD_BYTES;
            let block = blocks.last_mut().filter(|block| block.is_empty() || used + bytes <= room);
            if let Some(block) = block {
                used += bytes;
                block.push(line.clone());
            } else {
                used = bytes;
                blocks.push(vec![line.clone()]);
            }
        }
        let count = blocks.len();
        let block = |(at, lines)| TextBlock { kind: Some(self.kind), lines, last: at + 1 == count };
        blocks.into_iter().enumerate().map(|block_lines| block(block_lines).apdu()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, Line, Receipt, ReceiptKind, TextBlock};
    use crate::apdu::Apdu;
    use crate::fields::Fields;
    use proptest::prelude::*;

    fn block(apdu: &Apdu) -> TextBlock {
        TextBlock::parse(Fields::parse(apdu.data()).unwrap().objects().unwrap()).unwrap()
    }

    #[test]
    fn lines_go_out_one_by_one_and_end_with_a_feed() {
        let lines = vec![Line { attribute: Attribute::CENTRED, text: "Größe".into() }, Line::normal("")];
        let apdus = Receipt { kind: ReceiptKind::Customer, lines }.as_lines();
        let bytes: Vec<_> = apdus.iter().map(Apdu::bytes).collect();
        assert_eq!(bytes[0], [0x06, 0xD1, 6, 0x40, b'G', b'r', 0x94, 0xE1, b'e']);
        assert_eq!(bytes[1], [0x06, 0xD1, 1, 0x00]);
        assert_eq!(bytes[2], [0x06, 0xD1, 2, 0xFF, 0x01]);
    }

    #[test]
    fn a_small_block_is_as_published() {
        // Kind 1F07, then texts 25 of lines 07, closed by attribute 09 FF.
        let receipt = Receipt { kind: ReceiptKind::Customer, lines: vec![Line::normal("ab")] };
        let [only] = &receipt.as_blocks(1024)[..] else { panic!("one block") };
        assert_eq!(
            only.bytes(),
            [0x06, 0xD3, 15, 0x06, 13, 0x1F, 0x07, 1, 2, 0x25, 7, 0x07, 2, b'a', b'b', 0x09, 1, 0xFF]
        );
    }

    #[test]
    fn attributes_that_end_a_receipt_are_told_from_the_reserved_one() {
        assert!(!Attribute(0x80).is_last());
        assert!(Attribute(0x81).is_last() && Attribute::FEED.is_last());
        assert!(!Attribute::CENTRED.is_last());
    }

    proptest! {
        #[test]
        fn blocks_keep_every_line_and_their_bound(
            lines in prop::collection::vec((prop::sample::select(vec![0_u8, 0x40, 0x60]), "[ -~äöü]{0,60}"), 0..40),
            max in 100_usize..400,
        ) {
            let lines: Vec<Line> =
                lines.into_iter().map(|(attribute, text)| Line { attribute: Attribute(attribute), text }).collect();
            let receipt = Receipt { kind: ReceiptKind::Merchant, lines };
            let apdus = receipt.as_blocks(max);
            let blocks: Vec<TextBlock> = apdus.iter().map(block).collect();
            prop_assert!(apdus.iter().all(|apdu| apdu.data().len() <= max));
            let lasts: Vec<bool> = blocks.iter().map(|block| block.last).collect();
            prop_assert_eq!(lasts.iter().filter(|last| **last).count(), 1);
            prop_assert!(lasts[lasts.len() - 1]);
            let together: Vec<Line> = blocks.into_iter().flat_map(|block| block.lines).collect();
            prop_assert_eq!(together, receipt.lines);
        }
    }
}

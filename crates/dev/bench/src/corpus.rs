//! What a printer is sent, for the benches of its parser: receipts of text, and receipts with an image.
//!
//! Lengths are bytes. A receipt of text has about 1.6 KB; the image is 512 dots wide and 800 high, which is
//! 64 * 800 = 51,200 bytes.
//! Facts: printer sources, section 10: drivers send short lines, modes between them, and logos by `GS v 0`.
//! *Not here:* other image commands, multibyte text but for GB18030.

use escpos::{Align, CutMode, QrLevel, QrModel, RasterScale, Symbology, Writer};
use std::fmt::Write as _;

/// What a stream consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corpus {
    /// Receipts of text.
    Text,
    /// By turns an image and a receipt.
    Mixed,
    /// Receipts of nothing but lines in one font, so that a raster of text can stand beside them.
    Plain,
    /// Receipts in Chinese: GB18030, two bytes a character, with prices in ASCII.
    Chinese,
}

/// Width of the image in bytes, and its rows.
const IMAGE: (u16, u16) = (64, 800);

impl Corpus {
    /// What a parser is timed with.
    pub const PARSED: [Self; 2] = [Self::Text, Self::Mixed];
    /// What an interpreter is timed with.
    pub const INTERPRETED: [Self; 3] = [Self::Text, Self::Mixed, Self::Chinese];

    /// Whole receipts, at least so many bytes.
    #[must_use]
    pub fn bytes(self, least: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(least + 60_000);
        let image: Vec<u8> = (0..u32::from(IMAGE.0) * u32::from(IMAGE.1))
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let mut number = 0;
        while bytes.len() < least {
            if self == Self::Mixed {
                Writer::new(&mut bytes).raster(RasterScale::default(), IMAGE.0, &image);
            }
            match self {
                Self::Plain => plain(number, &mut bytes),
                Self::Chinese => chinese(number, &mut bytes),
                Self::Text | Self::Mixed => receipt(number, &mut bytes),
            }
            number += 1;
        }
        bytes
    }
}

impl core::fmt::Display for Corpus {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Self::Text => "text",
            Self::Mixed => "mixed",
            Self::Plain => "plain",
            Self::Chinese => "Chinese",
        })
    }
}

/// One receipt of 35 articles.
fn receipt(number: u32, bytes: &mut Vec<u8>) {
    let mut to = Writer::new(bytes);
    to.init().align(Align::Center).bold(true).size(2, 2).text(b"CORNER SHOP").line_feed();
    to.size(1, 1).bold(false).text(b"12 Harbour Street, 2nd floor").line_feed().align(Align::Left);
    let mut line = String::new();
    for article in 0..35 {
        line.clear();
        let price = (number + article) * 37 % 9_999;
        let _ = write!(
            line,
            "{article:>3}  ARTICLE NUMBER {price:05}  1 x {:>5}.{:02}",
            price / 100,
            price % 100
        );
        to.text(line.as_bytes()).line_feed();
    }
    to.bold(true).size(1, 2).text(b"TOTAL").raw(b"\t").text(b"123.45").line_feed().bold(false).size(1, 1);
    to.align(Align::Center).barcode_height(80).barcode(Symbology::Ean13, b"400638133393");
    to.qr(QrModel::Two, 4, QrLevel::M, b"https://example.test/receipt/123456");
    to.text(b"Thank you").line_feed().cut(CutMode::Partial, Some(3));
}

/// One receipt of 34 articles and its total, 1.6 KB, and a cut.
fn plain(number: u32, bytes: &mut Vec<u8>) {
    let mut line = String::new();
    for article in 0..34 {
        line.clear();
        let price = (number + article) * 37 % 9_999;
        let _ = write!(
            line,
            "{article:>3}  ARTICLE NUMBER {price:05}  1 x {:>5}.{:02}",
            price / 100,
            price % 100
        );
        Writer::new(bytes).text(line.as_bytes()).line_feed();
    }
    Writer::new(bytes)
        .text(b"TOTAL                              CNY 123.45")
        .line_feed()
        .cut(CutMode::Full, Some(0));
}

/// One receipt of 35 articles with Chinese names, on a printer that starts in multibyte mode.
fn chinese(number: u32, bytes: &mut Vec<u8>) {
    // "Corner shop", "article", "total" and "welcome again", in GB 2312.
    let (shop, article_name, total, thanks) = (
        b"\xBD\xD6\xBD\xC7\xC9\xCC\xB5\xEA",
        b"\xC9\xCC\xC6\xB7\xC3\xFB\xB3\xC6\xB9\xE6\xB8\xF1",
        b"\xBA\xCF\xBC\xC6",
        b"\xBB\xB6\xD3\xAD\xD4\xD9\xB4\xCE\xB9\xE2\xC1\xD9",
    );
    let mut to = Writer::new(bytes);
    to.init().raw(b"\x1C&").align(Align::Center).bold(true).text(shop).line_feed();
    to.bold(false).align(Align::Left);
    let mut line = String::new();
    for article in 0..35 {
        line.clear();
        let price = (number + article) * 37 % 9_999;
        let _ = write!(line, "  1 x {:>5}.{:02}", price / 100, price % 100);
        to.text(article_name).text(article_name).text(line.as_bytes()).line_feed();
    }
    to.text(total).text(b" 123.45").line_feed().text(thanks).line_feed().cut(CutMode::Partial, Some(3));
}

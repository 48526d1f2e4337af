//! What a printer is sent, for the benches of its parser: receipts of text, and receipts with an image.
//!
//! Lengths are bytes. A receipt of text has about 1.6 KB; the image is 512 dots wide and 800 high, which is
//! 64 * 800 = 51,200 bytes.
//! Facts: printer sources, section 10: drivers send short lines, modes between them, and logos by `GS v 0`.
//! *Not here:* other image commands, multibyte text.

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
}

/// Width of the image in bytes, and its rows.
const IMAGE: (u16, u16) = (64, 800);

impl Corpus {
    /// What a parser and an interpreter are timed with.
    pub const ALL: [Self; 2] = [Self::Text, Self::Mixed];

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
            if self == Self::Plain {
                plain(number, &mut bytes);
            } else {
                receipt(number, &mut bytes);
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

//! What is on a receipt: read off the picture by other people's software, and off the piece as text.
//!
//! Codes are decoded by rxing. A receipt is cut into bands first, at the rows that are blank from edge to edge, so
//! that each code stands alone; dots are those of the picture, 8 a millimetre. The logo is the file that the drivers
//! were given, read by the `png` crate, and must be there dot by dot.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use printer::{Picture, Piece};
use rxing::{BarcodeFormat, DecodeHints};
use tillrig_tests::repository::root;

/// A code and what it says.
pub(crate) type Code = (BarcodeFormat, &'static str);

/// White around a code, which scanners need, in dots.
const QUIET: u32 = 48;

/// From this darkness on a dot is printed; paper is never quite white, and a printed dot never quite black.
const INK: u8 = 100;

/// One receipt, and all that can be seen on it.
pub(crate) struct Paper {
    pub(crate) lines: Vec<String>,
    bands: Vec<Band>,
    pub(crate) picture: Picture,
}

impl Paper {
    pub(crate) fn of(piece: &Piece) -> Self {
        Self::new(piece.lines().map(|line| line.text.to_owned()).collect(), piece.picture())
    }

    pub(crate) fn new(lines: Vec<String>, picture: Picture) -> Self {
        Self { lines, bands: bands(&picture), picture }
    }

    /// All codes, from the top down.
    pub(crate) fn codes(&self) -> Vec<(BarcodeFormat, String)> {
        self.bands.iter().filter_map(Band::code).collect()
    }

    /// What is printed first, and last.
    pub(crate) fn first(&self) -> Result<&Band, Box<dyn Error>> {
        self.bands.first().ok_or_else(|| "the receipt is blank".into())
    }

    pub(crate) fn last(&self) -> Result<&Band, Box<dyn Error>> {
        self.bands.last().ok_or_else(|| "the receipt is blank".into())
    }

    /// How many times the logo stands on it.
    pub(crate) fn logos(&self) -> Result<usize, Box<dyn Error>> {
        let logo = logo()?;
        let (wide, high) = (self.picture.width as usize, self.picture.height as usize);
        let is_black =
            |x: usize, y: usize| self.picture.dots.get(y * wide + x).is_some_and(|dot| *dot >= INK);
        let stands = |left: usize, top: usize| {
            let mut rows = logo.iter().enumerate();
            rows.all(|(y, row)| {
                row.iter().enumerate().all(|(x, black)| is_black(left + x, top + y) == *black)
            })
        };
        let width = logo.first().map_or(0, Vec::len);
        let tops = 0..=high.saturating_sub(logo.len());
        Ok(tops.filter(|top| (0..=wide.saturating_sub(width)).any(|left| stands(left, *top))).count())
    }
}

/// Keeps a picture where a person can look at it, and says where.
pub(crate) fn keep(picture: &Picture, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("png");
    let mut encoder = png::Encoder::new(File::create(&path)?, picture.width, picture.height);
    encoder.set_color(png::ColorType::Grayscale);
    let light: Vec<u8> = picture.dots.iter().map(|dark| 255 - dark).collect();
    encoder.write_header()?.write_image_data(&light)?;
    Ok(path)
}

/// The logo's dots, row by row; `true` is black.
fn logo() -> Result<Vec<Vec<bool>>, Box<dyn Error>> {
    let file = BufReader::new(File::open(root().join("tests/peers/logo.png"))?);
    let mut decoder = png::Decoder::new(file);
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info()?;
    let mut grey = vec![0; reader.output_buffer_size().ok_or("the logo is too big")?];
    let info = reader.next_frame(&mut grey)?;
    Ok(grey.chunks(info.line_size).map(|row| row.iter().map(|grey| *grey < 128).collect()).collect())
}

/// A strip of paper with something on every row.
pub(crate) struct Band {
    width: u32,
    /// Darkness, row after row.
    dots: Vec<u8>,
}

impl Band {
    pub(crate) fn rows(&self) -> usize {
        self.dots.len() / self.width as usize
    }

    /// White paper to the left of the ink, and to the right.
    pub(crate) fn margins(&self) -> (usize, usize) {
        let row = self.width as usize;
        let inked: Vec<bool> =
            (0..row).map(|x| self.dots.iter().skip(x).step_by(row).any(|dot| *dot >= INK)).collect();
        let white = |inked: &mut dyn Iterator<Item = &bool>| inked.take_while(|inked| !**inked).count();
        (white(&mut inked.iter()), white(&mut inked.iter().rev()))
    }

    /// The black share of the box around the ink, in per cent.
    pub(crate) fn black_percent(&self) -> usize {
        let (left, right) = self.margins();
        let black = self.dots.iter().filter(|dot| **dot >= INK).count();
        100 * black / (self.rows() * (self.width as usize - left - right)).max(1)
    }

    /// What a scanner reads in it.
    fn code(&self) -> Option<(BarcodeFormat, String)> {
        let width = (self.width + 2 * QUIET) as usize;
        let mut luma = vec![255; width * QUIET as usize];
        for row in self.dots.chunks(self.width as usize) {
            luma.extend([255; QUIET as usize]);
            luma.extend(row.iter().map(|dark| 255 - dark));
            luma.extend([255; QUIET as usize]);
        }
        luma.extend(vec![255; width * QUIET as usize]);
        let (width, height) = (self.width + 2 * QUIET, u32::try_from(luma.len() / width).ok()?);
        let mut hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
        let found = rxing::helpers::detect_in_luma_with_hints(luma, width, height, None, &mut hints).ok()?;
        Some((*found.getBarcodeFormat(), found.getText().to_owned()))
    }
}

fn bands(picture: &Picture) -> Vec<Band> {
    let rows = picture.dots.chunks(picture.width as usize);
    let rows: Vec<&[u8]> = rows.collect();
    let printed = rows.split(|row| row.iter().all(|dot| *dot < INK)).filter(|band| !band.is_empty());
    printed.map(|band| Band { width: picture.width, dots: band.concat() }).collect()
}

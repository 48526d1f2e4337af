//! What is on a receipt: read off the picture by other people's software, and off the piece as text.
//!
//! Codes are decoded by rxing. A receipt is cut into bands first, at the rows that are blank from edge to edge, so
//! that each code stands alone; dots are those of the picture, 8 a millimetre. The logo is the file that the drivers
//! were given, read by the `png` crate, and must be there dot by dot.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::slice::Chunks;

use printer::Piece;
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
    pub(crate) dots: Dots,
    bands: Vec<Dots>,
}

impl Paper {
    pub(crate) fn of(piece: &Piece) -> Self {
        let picture = piece.picture();
        let dots = Dots { width: picture.width, dark: picture.dots };
        Self::new(piece.lines().map(|line| line.text.to_owned()).collect(), dots)
    }

    pub(crate) fn new(lines: Vec<String>, dots: Dots) -> Self {
        Self { lines, bands: dots.bands(), dots }
    }

    /// All codes, from the top down.
    pub(crate) fn codes(&self) -> Vec<(BarcodeFormat, String)> {
        self.bands.iter().filter_map(Dots::code).collect()
    }

    /// The band that is printed first.
    pub(crate) fn first(&self) -> Result<&Dots, Box<dyn Error>> {
        self.bands.first().ok_or_else(|| "the receipt is blank".into())
    }

    /// The band that is printed last.
    pub(crate) fn last(&self) -> Result<&Dots, Box<dyn Error>> {
        self.bands.last().ok_or_else(|| "the receipt is blank".into())
    }

    /// How many times the logo stands on it.
    pub(crate) fn logos(&self) -> Result<usize, Box<dyn Error>> {
        let logo = Dots::read(&root().join("tests/peers/logo.png"))?;
        let rows: Vec<&[u8]> = self.dots.rows().collect();
        let is_same = |(paper, logo): (&u8, &u8)| (*paper >= INK) == (*logo >= INK);
        let row_stands = |y: usize, left: usize, row: &[u8]| {
            let paper = rows.get(y).and_then(|paper| paper.get(left..)).unwrap_or_default();
            paper.len() >= row.len() && paper.iter().zip(row).all(is_same)
        };
        let stands = |top: usize, left: usize| {
            // The motor of a starved printer starts anew, and sets what follows a dot line away.
            let near = |y: usize, row: &[u8]| (y.saturating_sub(1)..=y + 1).any(|y| row_stands(y, left, row));
            let found = (top..).zip(logo.rows()).filter(|(y, row)| near(*y, row)).count();
            found + DISTURBED_ROWS >= logo.rows().len()
        };
        let lefts = 0..=self.dots.width.saturating_sub(logo.width) as usize;
        let (mut top, mut count) = (0, 0);
        while top < rows.len() {
            let first = logo.rows().next().unwrap_or_default();
            let found = lefts.clone().any(|left| row_stands(top, left, first) && stands(top, left));
            count += usize::from(found);
            top += if found { logo.rows().len() - DISTURBED_ROWS } else { 1 };
        }
        Ok(count)
    }
}

/// Dot lines that may be disturbed when the motor starts again (printer sources, section 6.1).
const DISTURBED_ROWS: usize = 3;

/// Darkness of some paper, row after row: 0 white, 255 black.
pub(crate) struct Dots {
    width: u32,
    dark: Vec<u8>,
}

impl Dots {
    /// Out of a picture of light.
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path)?));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info()?;
        let mut light = vec![0; reader.output_buffer_size().ok_or("the picture is too big")?];
        let info = reader.next_frame(&mut light)?;
        // A palette comes out as colours; those of paper are all grey.
        let light = light.iter().step_by(info.color_type.samples());
        Ok(Self { width: info.width, dark: light.map(|light| 255 - light).collect() })
    }

    /// Keeps a picture where a person can look at it, and says where.
    pub(crate) fn keep(&self, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("png");
        let height = u32::try_from(self.rows().len())?;
        let mut encoder = png::Encoder::new(File::create(&path)?, self.width, height);
        encoder.set_color(png::ColorType::Grayscale);
        let light: Vec<u8> = self.dark.iter().map(|dark| 255 - dark).collect();
        encoder.write_header()?.write_image_data(&light)?;
        Ok(path)
    }

    pub(crate) fn rows(&self) -> Chunks<'_, u8> {
        self.dark.chunks(self.width as usize)
    }

    /// White paper to the left of the ink, and to the right.
    pub(crate) fn margins(&self) -> (usize, usize) {
        let inked = |x: &usize| self.rows().any(|row| row.get(*x).is_some_and(|dark| *dark >= INK));
        let columns = 0..self.width as usize;
        let left = columns.clone().take_while(|x| !inked(x)).count();
        (left, columns.rev().take_while(|x| !inked(x)).count())
    }

    /// The black share of the box around the ink, in per cent.
    pub(crate) fn black_percent(&self) -> usize {
        let (left, right) = self.margins();
        let black = self.dark.iter().filter(|dark| **dark >= INK).count();
        100 * black / (self.rows().len() * (self.width as usize - left - right)).max(1)
    }

    /// The strips with something on every row, from the top down.
    fn bands(&self) -> Vec<Self> {
        let rows: Vec<&[u8]> = self.rows().collect();
        let printed = rows.split(|row| row.iter().all(|dark| *dark < INK)).filter(|band| !band.is_empty());
        printed.map(|band| Self { width: self.width, dark: band.concat() }).collect()
    }

    /// What a scanner reads in it.
    fn code(&self) -> Option<(BarcodeFormat, String)> {
        let width = (self.width + 2 * QUIET) as usize;
        let blank = vec![255; width * QUIET as usize];
        let mut light = blank.clone();
        for row in self.rows() {
            light.extend([255; QUIET as usize]);
            light.extend(row.iter().map(|dark| 255 - dark));
            light.extend([255; QUIET as usize]);
        }
        light.extend(blank);
        let height = u32::try_from(light.len() / width).ok()?;
        let mut hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
        let (width, any) = (self.width + 2 * QUIET, None);
        let found = rxing::helpers::detect_in_luma_with_hints(light, width, height, any, &mut hints).ok()?;
        Some((*found.getBarcodeFormat(), found.getText().to_owned()))
    }
}

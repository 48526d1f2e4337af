//! Paper as a PNG. A slip: on the left the paper as it is, on the right the paper as it should have been. Or one piece
//! of paper alone, without anything around it.
//!
//! Of a slip, both stand at the same scale, 8 dots a millimetre, with their leading edges level, on grey. *Not drawn:* a caption
//! (the file's text chunk says which is which), and what was printed on the paper before this slip.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter, PixelDimensions, Unit};
use printer::{Geometry, Picture, Piece};
use runner::Slip;

/// Grey values, 0 black to 255 white.
const BACKGROUND: u8 = 168;
/// Thermal paper is a little yellowish: not quite white.
const PAPER: u8 = 248;
/// Dots around and between the two papers: 5 mm.
const MARGIN_DOTS: u32 = 40;

/// The PNG file of a slip, 8 bits of grey.
///
/// # Errors
/// When the paper is longer than a PNG can say.
pub fn png(slip: &Slip) -> Result<Vec<u8>, EncodingError> {
    let canvas = Canvas::side_by_side(&slip.piece.picture(), &slip.piece.ideal());
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, canvas.width, canvas.height);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.add_text_chunk(
        "Description".to_owned(),
        "left: the paper as it is; right: as it should have been".to_owned(),
    )?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&canvas.grey)?;
    writer.finish()?;
    Ok(file)
}

/// The PNG file of one piece of paper, edge to edge and at its real size: 1 bit a dot where it has no more than two
/// shades, as sound paper has, and 8 bits of grey otherwise.
///
/// # Errors
/// When the paper is longer than a PNG can say, or has no length.
pub fn paper(piece: &Piece) -> Result<Vec<u8>, EncodingError> {
    if piece.is_sound() {
        let bitmap = piece.bitmap();
        let shades = [shade(0), shade(Picture::BURNT)];
        return file(piece.geometry(), (bitmap.width, bitmap.height), Some(shades), &bitmap.packed());
    }
    shaded(&piece.picture(), piece.geometry())
}

/// The same of the paper as it should have been.
///
/// # Errors
/// When the paper is longer than a PNG can say, or has no length.
pub fn ideal_paper(piece: &Piece) -> Result<Vec<u8>, EncodingError> {
    shaded(&piece.ideal(), piece.geometry())
}

fn shaded(picture: &Picture, geometry: Geometry) -> Result<Vec<u8>, EncodingError> {
    let size = (picture.width, picture.height);
    match two_shades(&picture.dots) {
        Some(shades) => file(geometry, size, Some(shades.map(shade)), &packed(picture, shades[0])),
        None => {
            let dots: Vec<u8> = picture.dots.iter().map(|dark| shade(*dark)).collect();
            file(geometry, size, None, &dots)
        }
    }
}

/// A file of one bit a dot in two greys, or of 8 bits of grey.
fn file(
    geometry: Geometry,
    (width, height): (u32, u32),
    greys: Option<[u8; 2]>,
    dots: &[u8],
) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    let dots_per_m = 1_000_000_000 / geometry.pitch_nm.max(1);
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: dots_per_m, yppu: dots_per_m, unit: Unit::Meter }));
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Up);
    match greys {
        Some(greys) => {
            encoder.set_color(ColorType::Indexed);
            encoder.set_depth(BitDepth::One);
            encoder.set_palette(greys.iter().flat_map(|grey| [*grey; 3]).collect::<Vec<u8>>());
        }
        None => {
            encoder.set_color(ColorType::Grayscale);
            encoder.set_depth(BitDepth::Eight);
        }
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(dots)?;
    writer.finish()?;
    Ok(file)
}

/// The only two darknesses of these dots, the lighter one first; `None` if there are more.
fn two_shades(dots: &[u8]) -> Option<[u8; 2]> {
    let first = dots.first().copied().unwrap_or_default();
    let other = dots.iter().copied().find(|dot| *dot != first).unwrap_or(first);
    let only = dots.iter().all(|dot| *dot == first || *dot == other);
    only.then_some([first.min(other), first.max(other)])
}

/// Eight dots a byte, the first in the highest bit: 0 for light, 1 for dark. Each row fills its last byte up with light.
fn packed(picture: &Picture, light: u8) -> Vec<u8> {
    let byte = |dots: &[u8]| {
        let bit = |at: u32, dot: u8| u8::from(dot != light) << (7 - at);
        (0..).zip(dots).fold(0_u8, |byte, (at, dot)| byte | bit(at, *dot))
    };
    let rows = picture.dots.chunks(picture.width.max(1) as usize);
    rows.flat_map(|row| row.chunks(8).map(byte)).collect()
}

struct Canvas {
    width: u32,
    height: u32,
    /// Row after row, a byte a dot.
    grey: Vec<u8>,
}

impl Canvas {
    fn side_by_side(left: &Picture, right: &Picture) -> Self {
        let width = left.width + right.width + 3 * MARGIN_DOTS;
        let height = left.height.max(right.height) + 2 * MARGIN_DOTS;
        let mut canvas = Self { width, height, grey: vec![BACKGROUND; width as usize * height as usize] };
        canvas.lay(left, MARGIN_DOTS);
        canvas.lay(right, left.width + 2 * MARGIN_DOTS);
        canvas
    }

    /// Lays a paper down with its upper left corner at `x` and one margin from the top.
    fn lay(&mut self, paper: &Picture, x: u32) {
        let wide = paper.width as usize;
        let rows = self.grey.chunks_exact_mut(self.width as usize).skip(MARGIN_DOTS as usize);
        for (row, dots) in rows.zip(paper.dots.chunks_exact(wide.max(1))) {
            let place = row.iter_mut().skip(x as usize);
            place.zip(dots).for_each(|(grey, dark)| *grey = shade(*dark));
        }
    }
}

/// How light a dot of this darkness looks.
const fn shade(dark: u8) -> u8 {
    // At most PAPER, so it fits.
    (PAPER as u16 * (255 - dark as u16) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::{BACKGROUND, Canvas, MARGIN_DOTS, PAPER, shade, shaded};
    use printer::{Geometry, Picture};

    #[test]
    fn white_is_paper_and_black_is_black() {
        assert_eq!((shade(0), shade(255)), (PAPER, 0));
        assert!(shade(90) > shade(200));
    }

    fn decoded(file: &[u8]) -> (png::BitDepth, Vec<u8>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let depth = reader.info().bit_depth;
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut dots).unwrap();
        dots.truncate(info.buffer_size());
        (depth, dots)
    }

    fn picture(width: u32, dots: &[u8]) -> Picture {
        let height = dots.len() as u32 / width;
        Picture { width, height, dots: dots.to_vec() }
    }

    #[test]
    fn sound_paper_takes_one_bit_a_dot_and_looks_the_same() {
        // Eleven dots a row, so that the last byte of a row is not full; three channels of the palette each.
        let dots: Vec<u8> = (0..33).map(|at| if at % 3 == 0 { 200 } else { 0 }).collect();
        let (depth, shown) = decoded(&shaded(&picture(11, &dots), Geometry::WIDE_203_DPI).unwrap());
        assert_eq!(depth, png::BitDepth::One);
        let expected: Vec<u8> = dots.iter().flat_map(|dot| [shade(*dot); 3]).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn paper_with_more_shades_stays_grey() {
        let dots = [0, 90, 200, 255];
        let (depth, shown) = decoded(&shaded(&picture(2, &dots), Geometry::WIDE_203_DPI).unwrap());
        assert_eq!((depth, shown), (png::BitDepth::Eight, dots.map(shade).to_vec()));
    }

    #[test]
    fn blank_paper_is_white_and_black_paper_is_black() {
        for dark in [0, 200] {
            let (_, shown) = decoded(&shaded(&picture(8, &[dark; 16]), Geometry::WIDE_203_DPI).unwrap());
            assert_eq!(shown, [shade(dark); 48]);
        }
    }

    #[test]
    fn papers_of_different_length_hang_from_the_same_line() {
        let black = |height: usize| picture(2, &vec![255; 2 * height]);
        let canvas = Canvas::side_by_side(&black(1), &black(3));
        let at = |x: u32, y: u32| canvas.grey[(y * canvas.width + x) as usize];
        let (left, right, top) = (MARGIN_DOTS, 2 * MARGIN_DOTS + 2, MARGIN_DOTS);
        assert_eq!(canvas.height, 3 + 2 * MARGIN_DOTS);
        assert_eq!((at(left, top), at(left, top + 1), at(left - 1, top)), (0, BACKGROUND, BACKGROUND));
        assert_eq!((at(right + 1, top), at(right, top + 2), at(right + 2, top)), (0, 0, BACKGROUND));
    }
}

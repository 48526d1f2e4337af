//! A slip as a PNG: on the left the paper as it is, on the right the paper as it should have been.
//!
//! Both stand at the same scale, 8 dots a millimetre, with their leading edges level, on grey. *Not drawn:* a caption
//! (the file's text chunk says which is which), and what was printed on the paper before this slip.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};
use printer::Picture;
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
    use super::{BACKGROUND, Canvas, MARGIN_DOTS, PAPER, shade};
    use printer::{Geometry, Picture};

    #[test]
    fn white_is_paper_and_black_is_black() {
        assert_eq!((shade(0), shade(255)), (PAPER, 0));
        assert!(shade(90) > shade(200));
    }

    #[test]
    fn papers_of_different_length_hang_from_the_same_line() {
        let paper = |height: u32| Picture {
            width: 2,
            height,
            dots: vec![255; 2 * height as usize],
            geometry: Geometry::WIDE_203_DPI,
        };
        let canvas = Canvas::side_by_side(&paper(1), &paper(3));
        let at = |x: u32, y: u32| canvas.grey[(y * canvas.width + x) as usize];
        let (left, right, top) = (MARGIN_DOTS, 2 * MARGIN_DOTS + 2, MARGIN_DOTS);
        assert_eq!(canvas.height, 3 + 2 * MARGIN_DOTS);
        assert_eq!((at(left, top), at(left, top + 1), at(left - 1, top)), (0, BACKGROUND, BACKGROUND));
        assert_eq!((at(right + 1, top), at(right, top + 2), at(right + 2, top)), (0, 0, BACKGROUND));
    }
}

//! Bitmap files of one bit a dot, for `GS D`.
//!
//! The darker of the two colours is printed. *Not modelled:* more colours, compression, heads older than 40 bytes.

use super::bitmap::Bitmap;

/// Bytes of the file's head, and the least of the information head that follows it.
const FILE_HEAD: usize = 14;
const INFORMATION_HEAD: u32 = 40;
/// Widest and highest image.
const SIDE_MAX: i32 = 2400;

/// The image in a whole file; `None` if it is not of this kind, or not whole.
pub(super) fn read(file: &[u8]) -> Option<Bitmap> {
    let head = number(file, FILE_HEAD)?;
    let one_bit = file.get(28..30)? == [1, 0] && number(file, 30)? == 0 && head >= INFORMATION_HEAD;
    let (width, height) = (signed(file, 18)?, signed(file, 22)?);
    let sides = [width, height.checked_abs()?];
    if !one_bit || file.get(..2)? != b"BM" || !sides.iter().all(|side| (1..=SIDE_MAX).contains(side)) {
        return None;
    }
    let [width, rows] = sides.map(|side| u16::try_from(side).unwrap_or_default());
    let row_bytes = usize::from(width.div_ceil(8));
    let stride = row_bytes.next_multiple_of(4);
    let dots = file.get(usize::try_from(number(file, 10)?).ok()?..)?;
    let dots = dots.get(..stride * usize::from(rows))?;
    let palette = FILE_HEAD.checked_add(usize::try_from(head).ok()?)?;
    let light =
        |place: usize| Some(file.get(place..place + 3)?.iter().map(|part| u32::from(*part)).sum::<u32>());
    let invert = if light(palette)? < light(palette + 4)? { 0xFF } else { 0 };
    let row = |row: &[u8]| row.iter().take(row_bytes).map(|byte| byte ^ invert).collect::<Vec<u8>>();
    let mut lines: Vec<Vec<u8>> = dots.chunks_exact(stride).map(row).collect();
    // The lowest row comes first, unless the height is negative.
    if height > 0 {
        lines.reverse();
    }
    let mut bitmap = Bitmap::light(width, rows);
    bitmap.add_rows(&lines.concat());
    Some(bitmap)
}

fn number(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*file.get(at..)?.first_chunk()?))
}

fn signed(file: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_le_bytes(*file.get(at..)?.first_chunk()?))
}

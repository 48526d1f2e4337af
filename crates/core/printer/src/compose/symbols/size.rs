//! How large a stored symbol is: the answer to function 82 of `GS ( k`.
//!
//! Facts: printer sources, section 2.4 and 3.5: header 37h, identifier, width and height in dots as decimal digits,
//! `1`, and whether it can be printed (`0`) or not (`1`), each followed by 1Fh, the last by NUL.

use super::grid::Drawn;

/// Identifiers, by kind of symbol. Sources give PDF417, QR and DataBar; the others follow by kind.
pub(super) const PDF417: u8 = 0x2F;
pub(super) const QR: u8 = 0x36;
pub(super) const MAXI_CODE: u8 = 0x38;
pub(super) const STACKED: u8 = 0x4F;
pub(super) const AZTEC: u8 = 0x51;
pub(super) const DATA_MATRIX: u8 = 0x53;

/// The answer; sizes are 0 when no symbol holds the data.
pub(super) fn reply(identifier: u8, drawn: Option<&Drawn>, area_dots: u16) -> Vec<u8> {
    let (width, height) = drawn.map_or((0, 0), |drawn| (drawn.width_dots(), drawn.height_dots()));
    let printable = drawn.is_some() && width <= u32::from(area_dots);
    let mut bytes = vec![0x37, identifier];
    bytes.extend(format!("{width}\u{1F}{height}\u{1F}1\u{1F}{}\0", u8::from(!printable)).bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::grid::{Drawn, Grid};
    use super::{QR, reply};

    #[test]
    fn the_size_of_a_qr_code_is_told_as_in_the_manual() {
        // The sources' example: 21 modules of 10 dots.
        let grid = Grid::new(21, 21, |_, _| true).into();
        let drawn = Drawn { grid, cell: (10, 10), symbology: "QR", data: Vec::new() };
        let told = reply(QR, Some(&drawn), 576);
        let expected = [0x37, 0x36, 0x32, 0x31, 0x30, 0x1F, 0x32, 0x31, 0x30, 0x1F, 0x31, 0x1F, 0x30, 0x00];
        assert_eq!(told, expected);
    }
}

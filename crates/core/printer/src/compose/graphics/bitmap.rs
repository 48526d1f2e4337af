//! Rows of dots in memory, from rows or from columns.
//!
//! Units are dots. Bits beyond the width are light. *Not modelled:* anything but light and dark.

use super::Rows;

/// An image of whole rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bitmap {
    width_dots: u16,
    height_dots: u16,
    /// Row by row in whole bytes; the most significant bit is the leftmost dot.
    bits: Vec<u8>,
}

impl Bitmap {
    /// All light.
    pub(super) fn light(width_dots: u16, height_dots: u16) -> Self {
        let bits = vec![0; row_bytes(width_dots) * usize::from(height_dots)];
        Self { width_dots, height_dots, bits }
    }

    /// Blackens what is dark in rows of whole bytes.
    pub(super) fn add_rows(&mut self, data: &[u8]) {
        let row_bytes = row_bytes(self.width_dots);
        let last = match self.width_dots % 8 {
            0 => 0xFF,
            dots => !(0xFF_u8 >> dots),
        };
        for (row, source) in self.bits.chunks_exact_mut(row_bytes).zip(data.chunks_exact(row_bytes)) {
            for (byte, more) in row.iter_mut().zip(source) {
                *byte |= more;
            }
            if let Some(byte) = row.last_mut() {
                *byte &= last;
            }
        }
    }

    /// Blackens what is dark in columns of whole bytes, the top dot in the most significant bit.
    pub(super) fn add_columns(&mut self, data: &[u8]) {
        let column_bytes = usize::from(self.height_dots.div_ceil(8)).max(1);
        transpose(data, column_bytes, row_bytes(self.width_dots), &mut self.bits);
    }

    /// Turned by 180 degrees.
    pub(super) fn turned(&self) -> Self {
        let mut turned = Self::light(self.width_dots, self.height_dots);
        let row_bytes = row_bytes(self.width_dots);
        let rows = self.bits.chunks_exact(row_bytes).rev();
        for (row, source) in turned.bits.chunks_exact_mut(row_bytes).zip(rows) {
            for x in 0..usize::from(self.width_dots) {
                let from = usize::from(self.width_dots) - 1 - x;
                let dark = source.get(from / 8).is_some_and(|byte| byte & 0x80 >> (from % 8) != 0);
                if let Some(byte) = row.get_mut(x / 8).filter(|_| dark) {
                    *byte |= 0x80 >> (x % 8);
                }
            }
        }
        turned
    }

    pub(super) fn is_same_size(&self, other: &Self) -> bool {
        (self.width_dots, self.height_dots) == (other.width_dots, other.height_dots)
    }

    /// Blackens what is dark in another of the same size.
    pub(super) fn add(&mut self, other: &Self) {
        for (byte, more) in self.bits.iter_mut().zip(&other.bits) {
            *byte |= more;
        }
    }

    pub(super) fn rows(&self) -> Rows<'_> {
        let width_bytes = self.width_dots.div_ceil(8);
        Rows { width_bytes, width_dots: self.width_dots, rows: self.height_dots, data: &self.bits }
    }

    /// Bytes of its dots.
    pub(super) fn len(&self) -> usize {
        self.bits.len()
    }
}

fn row_bytes(width_dots: u16) -> usize {
    usize::from(width_dots.div_ceil(8)).max(1)
}

/// Blackens in rows what is dark in columns; what lies below the rows is left out.
pub(super) fn transpose(columns: &[u8], column_bytes: usize, row_bytes: usize, rows: &mut [u8]) {
    for (x, column) in columns.chunks_exact(column_bytes.max(1)).enumerate() {
        let mask = 0x80 >> (x % 8);
        for (byte, eight) in column.iter().zip(rows.chunks_mut(8 * row_bytes.max(1))) {
            if *byte == 0 {
                continue;
            }
            for (bit, row) in eight.chunks_exact_mut(row_bytes.max(1)).enumerate() {
                if let Some(dots) = row.get_mut(x / 8).filter(|_| byte & 0x80 >> bit != 0) {
                    *dots |= mask;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bitmap;

    #[test]
    fn rows_and_columns_of_one_image_give_the_same_bitmap() {
        // Ten dots by three: a diagonal, and the last column.
        let mut by_rows = Bitmap::light(10, 3);
        by_rows.add_rows(&[0x80, 0x7F, 0x40, 0x40, 0x20, 0x40]);
        let mut by_columns = Bitmap::light(10, 3);
        by_columns.add_columns(&[0x80, 0x40, 0x20, 0, 0, 0, 0, 0, 0, 0xE0]);
        assert_eq!(by_rows, by_columns, "six bits beyond the width are light");
    }
}

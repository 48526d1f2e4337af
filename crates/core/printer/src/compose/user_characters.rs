//! Characters that the user has drawn.
//!
//! Single-byte ones belong to the font that was selected when they came; multibyte ones have 24 by 24 dots. Facts:
//! printer sources, section 2.2 (`ESC &`, `ESC %`, `ESC ?`, `FS 2`, `FS ?`). They are gone with `ESC @`. A definition
//! that finds no room has no effect. *Not modelled:* that some models keep them in the same memory as images.

use crate::paper::style::Cell;
use escpos::{UserCharacter, UserCharacters};

/// Bytes of one column of a multibyte character.
const WIDE_COLUMN_BYTES: usize = 3;
const WIDE_DOTS: u16 = 24;

/// What the user has drawn.
#[derive(Clone, Debug)]
pub(super) struct UsersOwn {
    enabled: bool,
    narrow: Vec<Drawn<(Cell, u8)>>,
    wide: Vec<Drawn<[u8; 2]>>,
    used_bytes: usize,
    room_bytes: usize,
}

/// Row by row in whole bytes.
#[derive(Clone, Debug)]
struct Drawn<Code> {
    code: Code,
    dots: Vec<u8>,
}

impl UsersOwn {
    /// None yet, and so many bytes for them.
    pub(super) const fn new(room_bytes: u16) -> Self {
        Self {
            enabled: false,
            narrow: Vec::new(),
            wide: Vec::new(),
            used_bytes: 0,
            room_bytes: room_bytes as usize,
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.enabled = false;
        self.narrow.clear();
        self.wide.clear();
        self.used_bytes = 0;
    }

    /// Bytes that their dots take.
    pub(super) const fn footprint_bytes(&self) -> usize {
        self.used_bytes
    }

    /// `ESC %`.
    pub(super) const fn enable(&mut self, on: bool) {
        self.enabled = on;
    }

    pub(super) const fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// `ESC &` for the font that is selected now.
    pub(super) fn define(&mut self, cell: Cell, characters: UserCharacters<'_>) {
        for character in characters.iter() {
            let code = (cell, character.code);
            self.cancel(cell, character.code);
            if character.columns > 0 {
                let dots = narrow_rows(cell, characters.column_bytes, &character);
                keep(&mut self.narrow, &mut self.used_bytes, self.room_bytes, Drawn { code, dots });
            }
        }
    }

    /// `ESC ?`.
    pub(super) fn cancel(&mut self, cell: Cell, code: u8) {
        forget(&mut self.narrow, &mut self.used_bytes, (cell, code));
    }

    /// `FS 2`.
    pub(super) fn define_wide(&mut self, code: [u8; 2], data: &[u8]) {
        self.cancel_wide(code);
        let dots = rows(data, WIDE_COLUMN_BYTES, (WIDE_DOTS, WIDE_DOTS));
        keep(&mut self.wide, &mut self.used_bytes, self.room_bytes, Drawn { code, dots });
    }

    /// `FS ?`.
    pub(super) fn cancel_wide(&mut self, code: [u8; 2]) {
        forget(&mut self.wide, &mut self.used_bytes, code);
    }

    /// The dots of a character in a font, if the user has drawn it.
    pub(super) fn dots(&self, cell: Cell, code: u8) -> Option<&[u8]> {
        let drawn = self.narrow.iter().find(|drawn| drawn.code == (cell, code));
        drawn.map(|drawn| drawn.dots.as_slice())
    }

    /// Whether the user has drawn any multibyte character.
    pub(super) const fn has_any_wide(&self) -> bool {
        !self.wide.is_empty()
    }

    pub(super) fn has_wide(&self, code: &[u8]) -> bool {
        self.wide.iter().any(|drawn| drawn.code == code)
    }

    /// The dots of a multibyte character, if the user has drawn it.
    pub(super) fn wide_dots(&self, code: &[u8]) -> Option<&[u8]> {
        self.wide.iter().find(|drawn| drawn.code == code).map(|drawn| drawn.dots.as_slice())
    }
}

fn keep<Code>(all: &mut Vec<Drawn<Code>>, used: &mut usize, room: usize, drawn: Drawn<Code>) {
    if *used + drawn.dots.len() <= room {
        *used += drawn.dots.len();
        all.push(drawn);
    }
}

fn forget<Code: PartialEq>(all: &mut Vec<Drawn<Code>>, used: &mut usize, code: Code) {
    if let Some(at) = all.iter().position(|drawn| drawn.code == code) {
        *used -= all.swap_remove(at).dots.len();
    }
}

fn narrow_rows(cell: Cell, column_bytes: u8, character: &UserCharacter<'_>) -> Vec<u8> {
    rows(character.data, usize::from(column_bytes), (cell.width(), cell.height()))
}

/// Columns of dots, the top one most significant, as rows of whole bytes of a box of this size.
fn rows(columns: &[u8], column_bytes: usize, (width, height): (u16, u16)) -> Vec<u8> {
    let row_bytes = usize::from(width.div_ceil(8));
    let mut rows = vec![0; row_bytes * usize::from(height)];
    for (x, column) in (0..usize::from(width)).zip(columns.chunks_exact(column_bytes.max(1))) {
        for (y, row) in rows.chunks_exact_mut(row_bytes).enumerate() {
            let black = column.get(y / 8).is_some_and(|byte| byte << (y % 8) & 0x80 != 0);
            if let Some(byte) = row.get_mut(x / 8).filter(|_| black) {
                *byte |= 0x80 >> (x % 8);
            }
        }
    }
    rows
}

//! The characters of a model: how it reads bytes, its fonts, code pages, and its habits with lines.
//!
//! Facts: printer sources, section 0 (row 6, the habits of clones), 1 (motion units), 2.1, 2.2 and 9. *Not modelled:*
//! more than three fonts, fonts D and E and the special ones print as the nearest of A, B and C; the high cells of Thai
//! models (12x72, 9x51); models with other widths of B and C.

use super::CodePage;
use escpos::{Dialect, Multibyte};

/// How one model takes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeFace {
    /// How it reads bytes: vendors' commands, multibyte codes and whether they are on at the start, `FS .`.
    pub dialect: Dialect,
    /// Motion units at the start, as parts of an inch: across and along (section 1).
    pub units_per_inch: (u16, u16),
    /// The line spacing of `ESC 2`, in dot lines.
    pub line_spacing_dots: u8,
    /// The box of font C (section 9).
    pub font_c: FontC,
    /// The numbers of `ESC t`; a number that is not here prints as page 0.
    pub code_pages: &'static [(u8, CodePage)],
    /// How far `ESC K` and `ESC e` may feed back; `None` where they have no effect (section 2.1).
    pub reverse_feed: Option<ReverseFeed>,
    /// Room for characters of the user's own, in bytes.
    pub user_memory_bytes: u16,
    /// Where it differs from an Epson printer.
    pub habits: Habits,
}

/// The box of font C, in dots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FontC {
    /// 8 across, 16 down.
    #[default]
    EightBySixteen,
    /// 9 across, 24 down.
    NineByTwentyFour,
}

/// Limits of reverse feeds. What asks for more has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReverseFeed {
    /// Most motion units of `ESC K`.
    pub units_max: u8,
    /// Most lines of `ESC e`.
    pub lines_max: u8,
}

impl ReverseFeed {
    /// What the common command table says.
    pub const COMMON: Self = Self { units_max: 48, lines_max: 2 };
}

/// Habits with lines and commands that differ from model to model. All off is an Epson printer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// CR feeds a line, as a DIP or memory switch says (section 2.1).
    pub auto_line_feed: bool,
    /// `ESC J` prints, and feeds no more than the line's own height (section 0, row 6: NT-5890K).
    pub ignores_feed_dots: bool,
    /// `ESC \` with a negative distance has no effect (section 0, row 6: NT-5890K).
    pub ignores_negative_move: bool,
    /// `ESC $` has no effect once the line has data (section 0, row 6: NT-5890K).
    pub ignores_absolute_after_data: bool,
    /// One LF right after `GS v 0` has no effect (section 0, row 6: NT-5890K).
    pub swallows_lf_after_raster: bool,
    /// `GS V 66 n` cuts without the feed of n units (section 0, row 6: NT-5890K).
    pub ignores_cut_feed: bool,
    /// `GS k` of function A sets the settings of bar codes back (section 0, row 6: NT-5890K).
    pub resets_barcode_settings: bool,
    /// The rows of an 8-dot `ESC *` stand side by side, not three dots apart (section 2.3).
    pub adjacent_8dot_rows: bool,
}

impl Habits {
    /// An Epson printer.
    pub const EPSON: Self = Self {
        auto_line_feed: false,
        ignores_feed_dots: false,
        ignores_negative_move: false,
        ignores_absolute_after_data: false,
        swallows_lf_after_raster: false,
        ignores_cut_feed: false,
        resets_barcode_settings: false,
        adjacent_8dot_rows: false,
    };

    /// The NT-5890K and its kin.
    pub const NT_5890K: Self = Self {
        ignores_feed_dots: true,
        ignores_negative_move: true,
        ignores_absolute_after_data: true,
        swallows_lf_after_raster: true,
        ignores_cut_feed: true,
        resets_barcode_settings: true,
        adjacent_8dot_rows: true,
        ..Self::EPSON
    };
}

impl TypeFace {
    /// An Epson printer of 203 dpi.
    pub const EPSON_203_DPI: Self = Self {
        dialect: Dialect::EPSON,
        units_per_inch: (203, 203),
        line_spacing_dots: 30,
        font_c: FontC::NineByTwentyFour,
        code_pages: CodePage::EPSON,
        reverse_feed: Some(ReverseFeed::COMMON),
        user_memory_bytes: 12 * 1024,
        habits: Habits::EPSON,
    };

    /// An Epson printer of the T88 class: 180 dpi, with vertical units of half a dot and no reverse feed.
    pub const EPSON_180_DPI: Self =
        Self { units_per_inch: (180, 360), reverse_feed: None, ..Self::EPSON_203_DPI };

    /// 80 mm, 203 dpi, for the Chinese market: GB18030 without being asked for.
    pub const CHINESE_80: Self = Self {
        dialect: Dialect { multibyte_at_start: true, ..Dialect::EPSON },
        font_c: FontC::EightBySixteen,
        ..Self::EPSON_203_DPI
    };

    /// A small clone on 58 mm paper, with all of its habits, and GBK alone: four bytes of GB18030 are two wrong Hanzi.
    pub const CLONE_58: Self = Self {
        dialect: Dialect { multibyte: Multibyte::Gbk, ..Dialect::CLONE_58 },
        font_c: FontC::EightBySixteen,
        code_pages: CodePage::POS_5890,
        reverse_feed: None,
        habits: Habits::NT_5890K,
        ..Self::EPSON_203_DPI
    };

    /// The code page of a number of `ESC t`, if there is one.
    #[must_use]
    pub fn code_page(&self, number: u8) -> Option<CodePage> {
        self.code_pages.iter().find(|(known, _)| *known == number).map(|(_, page)| *page)
    }
}

//! The characters of a model: fonts, code pages, multibyte text, and its habits with lines.
//!
//! Facts: printer sources, sections 0, 2.2 and 9. *Not modelled yet:* other fonts than A and B.

/// How one model takes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeFace {
    /// Multibyte characters without being asked for, as printers for the Chinese market do.
    pub multibyte: bool,
    /// The line spacing of `ESC 2`, in dot lines.
    pub line_spacing_dots: u8,
}

impl TypeFace {
    /// 80 mm, 203 dpi, for the Chinese market.
    pub const CHINESE_80: Self = Self { multibyte: true, line_spacing_dots: 30 };
}

//! The paper: what was meant to be on it, where the head heated it, and what it looks like.
//!
//! | file | holds |
//! |---|---|
//! | `content`, `style` | what was composed, and the dot line at which it begins |
//! | `burn`, `surface` | where each dot line was heated, how dark, and on what |
//! | `strip`, `piece` | the paper that hangs uncut; a piece that came off |
//! | `raster`, `letters`, `glyph` | composed things as rows of dots |
//! | `picture`, `legibility` | what it looks like, and whether it can be read |
//!
//! *Not modelled:* creases, and the back of the paper.

pub(crate) mod burn;
pub(crate) mod content;
pub(crate) mod glyph;
pub(crate) mod legibility;
pub(crate) mod letters;
pub(crate) mod picture;
pub(crate) mod piece;
pub(crate) mod raster;
pub(crate) mod strip;
pub(crate) mod style;
pub(crate) mod surface;

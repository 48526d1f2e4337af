//! The paper: what was meant to be on it, where the head heated it, and what it looks like.
//!
//! | file | holds |
//! |---|---|
//! | `content`, `style` | what was composed, and the dot line at which it begins |
//! | `burn`, `surface` | where each dot line was heated, how dark, and on what |
//! | `strip`, `piece` | the paper that hangs uncut; a piece that came off |
//! | `raster`, `letters`, `ascii`, `glyph` | composed things as rows of dots |
//! | `ink` | black dots a row, counted without drawing |
//! | `landing`, `tone` | where heated rows come to lie, and how dark heat makes them |
//! | `picture`, `bitmap`, `legibility` | what it looks like, and whether it can be read |
//!
//! *Not modelled:* creases, and the back of the paper.

pub(crate) mod ascii;
pub(crate) mod bitmap;
pub(crate) mod burn;
pub(crate) mod content;
pub(crate) mod glyph;
pub(crate) mod ink;
pub(crate) mod landing;
pub(crate) mod legibility;
pub(crate) mod letters;
pub(crate) mod picture;
pub(crate) mod piece;
pub(crate) mod raster;
pub(crate) mod strip;
pub(crate) mod style;
pub(crate) mod surface;
pub(crate) mod tone;

#[cfg(test)]
mod sample;

//! Head and paper where they meet: which dots heat, how hard they press, and what the paper makes of it.
//!
//! A surface holds across the whole width and changes only when somebody touches the printer; what changes
//! from dot line to dot line is the [`Shade`] in the burn log. Facts: printer sources, section 7. *Not
//! modelled:* single worn dots that are only weak, dirt that moves.

use crate::Permille;
use crate::paper::raster::{BLANK, DotRow};

/// How dark a dot line was made where everything else is sound, and on which surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shade {
    /// Share of full darkness, in steps of 1/250.
    pub(crate) darkness: u8,
    /// Number of the surface, as the strip counts them; 0 is sound.
    pub(crate) surface: u8,
}

impl Shade {
    /// Full darkness.
    pub(crate) const FULL_DARKNESS: u8 = 250;
    /// Full darkness on a sound surface.
    pub(crate) const SOUND: Self = Self { darkness: Self::FULL_DARKNESS, surface: 0 };
}

/// One state of head and paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surface {
    /// Dots that stay white.
    pub(crate) open: DotRow,
    /// Dots that are heated with every dot line.
    pub(crate) shorted: DotRow,
    /// Contact of the head at its left and right end; it changes evenly between.
    pub(crate) contact: (Permille, Permille),
    /// The coated side faces the head.
    pub(crate) coated: bool,
    /// What the paper shows of the heat.
    pub(crate) sensitivity: Permille,
    /// How far the paper runs to the right for its way forward, in thousandths.
    pub(crate) skew_permille: i16,
}

impl Surface {
    /// Everything as it should be.
    pub(crate) const SOUND: Self = Self {
        open: BLANK,
        shorted: BLANK,
        contact: (Permille::WHOLE, Permille::WHOLE),
        coated: true,
        sensitivity: Permille::WHOLE,
        skew_permille: 0,
    };
}

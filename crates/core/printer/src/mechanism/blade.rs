//! The blade: its stroke, and the switch that tells when it is home.
//!
//! The firmware runs the blade out and waits until its switch says home again. If that does not come in time it
//! runs the blade back the other way and reports an error (printer sources, sections 7 and 13). Paper is
//! severed when the stroke is complete. *Not modelled:* wear, the points that a partial cut leaves.

use crate::{Cutter, Permille, Wire};
use core::time::Duration;

/// The blade, what stands in its way, and its switch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blade {
    /// The share of the stroke that is free.
    free: Permille,
    switch: Wire,
}

/// What a stroke comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stroke {
    /// The paper is severed after this time.
    pub(crate) severs_after: Option<Duration>,
    /// The firmware knows the result after this time.
    pub(crate) takes: Duration,
    /// The switch said that the blade has left and come home.
    pub(crate) home: bool,
}

impl Blade {
    pub(crate) const fn new() -> Self {
        Self { free: Permille::WHOLE, switch: Wire::Sound }
    }

    pub(crate) const fn block(&mut self, free: Permille) {
        self.free = free;
    }

    pub(crate) const fn set_switch(&mut self, wire: Wire) {
        self.switch = wire;
    }

    /// One stroke.
    pub(crate) fn stroke(&self, cutter: Cutter) -> Stroke {
        let whole = self.free == Permille::WHOLE;
        let home = whole && self.switch == Wire::Sound;
        Stroke {
            severs_after: whole.then_some(cutter.stroke_time / 2),
            takes: if home { cutter.stroke_time } else { cutter.home_timeout.max(cutter.stroke_time) },
            home,
        }
    }

    /// Whether the switch says home while the blade rests there; with the cable off it says nothing.
    pub(crate) fn seems_home(&self, plugged: bool) -> bool {
        plugged && self.switch != Wire::Open
    }
}

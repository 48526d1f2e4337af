//! The panel: the FEED button and the lamps.
//!
//! Facts: printer sources, sections 2.1 (`ESC c 5`), 2.5 (macro wait), 3.1, 4 and 4.2. The button feeds while it is
//! held; while the printer waits for somebody, it says go on, even if the buttons are off; held at power-on, it asks
//! for a self-test. *Not modelled:* the makers' codes of flashes, which differ from each other.

use super::{Power, Printer};
use crate::OfflineReason;
use crate::event::{Lamp, Lamps};
use sim::SimTime;

/// The panel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    /// The FEED button is down.
    pub(super) pressed: bool,
    /// It feeds paper.
    pub(super) feeding: bool,
    /// `ESC c 5`: whether it works.
    pub(super) enabled: bool,
    lamps: Lamps,
}

impl Panel {
    pub(super) const fn new() -> Self {
        let lamps = Lamps { power: true, paper: Lamp::Off, error: Lamp::Off };
        Self { pressed: false, feeding: false, enabled: true, lamps }
    }

    /// What the lamps show.
    pub(super) const fn lamps(&self) -> Lamps {
        self.lamps
    }

    /// Sets the lamps; tells what they show if that has changed.
    pub(super) fn show(&mut self, lamps: Lamps) -> Option<Lamps> {
        (core::mem::replace(&mut self.lamps, lamps) != lamps).then_some(lamps)
    }

    /// The supply is gone: all is dark, and nothing feeds.
    pub(super) const fn lose_power(&mut self) {
        self.feeding = false;
        self.enabled = true;
        self.lamps = Lamps::DARK;
    }
}

impl Printer {
    /// The FEED button goes down: says go on to a printer that waits; clears an error where that is how; else feeds.
    pub(super) fn press_feed(&mut self, now: SimTime) {
        if core::mem::replace(&mut self.panel.pressed, true) || self.power != Power::On || self.confirm() {
            return;
        }
        if self.panel.enabled {
            self.panel.feeding = true;
            if self.profile.identity.feed_recovers {
                self.recover(now);
            }
        }
    }
}

/// What the lamps show in this state. PAPER is lit near the end and at it, and blinks while the printer waits before
/// it goes online with new paper; ERROR is lit while the printer is offline, and blinks at an error.
pub(super) const fn lamps(offline: Option<OfflineReason>, little_paper: bool) -> Lamps {
    let error = match offline {
        None | Some(OfflineReason::RecoveryWait) => Lamp::Off,
        Some(
            OfflineReason::HeadHot
            | OfflineReason::CutterError
            | OfflineReason::MechanicalError
            | OfflineReason::Unrecoverable
            | OfflineReason::Supply
            | OfflineReason::MacroWait,
        ) => Lamp::Blinking,
        Some(_) => Lamp::On,
    };
    let paper = match offline {
        Some(OfflineReason::RecoveryWait) => Lamp::Blinking,
        _ if little_paper => Lamp::On,
        _ => Lamp::Off,
    };
    Lamps { power: true, paper, error }
}

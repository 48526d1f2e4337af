//! How the host wants the head driven: density, speed, parts of a line.
//!
//! Facts: printer sources, section 2.1: `GS ( K` functions 49 (density in steps of 5 %), 50 (speed levels) and 97 (parts
//! of a line that are energised one after the other); the clones' `GS |` (-50 % to +50 % in eight steps), `ESC 7` (dots
//! at once, heating time and pause in units of 10 µs, 800 µs being usual) and `DC2 #` (50 % and 5 % a step; pauses of
//! 250 µs). Speed levels share the range evenly, which the sources leave open. *Not modelled:* print control modes and
//! `GS E`, whose bits differ from model to model.

use super::{Interpreter, Outcome};
use crate::mechanism::{Drive, Mechanism, Order};
use escpos::{Command, HeadControl};

/// Speed levels of `GS ( K` function 50.
const SPEED_LEVELS: u32 = 14;
/// A dot line at the highest level, in nanoseconds: about as fast as any printer of this class.
const FASTEST_LINE_NS: u32 = 600_000;
/// Steps of `GS |`.
const DENSITY_STEPS: u16 = 8;
/// Heating time that `ESC 7` takes for usual, in units of 10 µs.
const USUAL_HEAT_10US: u16 = 80;

impl Interpreter {
    /// Density, speed and parts.
    pub(super) fn head_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        let mut drive = self.drive;
        match *command {
            Command::HeadControl(HeadControl::Density(steps)) => {
                drive.energy_permille = (1000 + 50 * i16::from(steps.clamp(-18, 20))).unsigned_abs();
            }
            Command::HeadControl(HeadControl::Speed(level)) => drive.line_ns = line_ns(level),
            Command::HeadControl(HeadControl::Parts(parts)) => {
                drive.dots_at_once = self.modes.geometry.head_dots.checked_div(u16::from(parts)).unwrap_or(0);
            }
            Command::DensityStep(step) => {
                drive.energy_permille = 500 + 1000 / DENSITY_STEPS * u16::from(step).min(DENSITY_STEPS);
            }
            Command::Dc2Density { density, pause } => {
                drive.energy_permille = 500 + 50 * u16::from(density);
                drive.pause_ns = u32::from(pause) * 250_000;
            }
            Command::HeatSettings { dots, heat_10us, interval_10us } => {
                drive.dots_at_once = dots;
                drive.energy_permille = u16::from(heat_10us.max(1)).saturating_mul(1000) / USUAL_HEAT_10US;
                drive.pause_ns = u32::from(interval_10us) * 10_000;
            }
            _ => return None,
        }
        self.drive_head(drive, to);
        Some(Outcome::Done)
    }

    /// Drives the head like this, from what comes next on.
    pub(super) fn drive_head(&mut self, drive: Drive, to: &mut Mechanism) {
        if self.drive != drive {
            self.drive = drive;
            to.order(Order::Drive(drive));
        }
    }
}

fn line_ns(level: u8) -> u32 {
    match u32::from(level) {
        0 => 0,
        level => FASTEST_LINE_NS * SPEED_LEVELS / level.min(SPEED_LEVELS),
    }
}

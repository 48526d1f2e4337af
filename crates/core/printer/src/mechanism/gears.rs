//! The gear train and the platen: which tooth is in mesh, and which part of the rubber presses.
//!
//! A worn tooth slips its share of the step while it is in mesh, so the loss returns with the gear's turn; a spot on
//! the platen presses less, once in a turn of its circumference. Facts: printer sources, section 7. *Not
//! modelled:* backlash, resonance, teeth that share the load.

use crate::{GearName, Micrometres, Permille, Train};

/// The train, as the wear of every tooth, and the platen's spot.
#[derive(Clone, Debug)]
pub(crate) struct Gears {
    train: Train,
    lines_per_tooth: u64,
    pitch_nm: i64,
    /// Teeth that are not as new: gear, tooth, and the share that they slip.
    worn: Vec<(GearName, u16, Permille)>,
    spot: Option<Spot>,
}

/// A spot of the platen, in nanometres of its circumference.
#[derive(Clone, Copy, Debug)]
struct Spot {
    at_nm: u64,
    length_nm: u64,
    contact: Permille,
}

impl Gears {
    pub(crate) fn new(train: Train, steps_per_line: u8, pitch_nm: i64) -> Self {
        let lines_per_tooth = u64::from(train.steps_per_tooth) / u64::from(steps_per_line.max(1));
        Self { train, lines_per_tooth: lines_per_tooth.max(1), pitch_nm, worn: Vec::new(), spot: None }
    }

    const fn teeth(&self, gear: GearName) -> u16 {
        match gear {
            GearName::Motor => self.train.motor_teeth,
            GearName::Idler => self.train.idler_teeth,
            GearName::Platen => self.train.platen_teeth,
        }
    }

    pub(crate) fn wear(&mut self, gear: GearName, tooth: u16, wear: Permille) {
        let tooth = tooth % self.teeth(gear).max(1);
        self.worn.retain(|(other, place, _)| (*other, *place) != (gear, tooth));
        if wear > Permille::NONE {
            self.worn.push((gear, tooth, wear));
        }
    }

    pub(crate) fn renew(&mut self) {
        self.worn.clear();
    }

    pub(crate) const fn is_sound(&self) -> bool {
        self.worn.is_empty() && self.spot.is_none()
    }

    /// Circumference of the platen.
    pub(crate) const fn platen_nm(&self) -> u64 {
        let around = self.train.platen_um as u64 * 355_000 / 113;
        if around == 0 { 1 } else { around }
    }

    /// How far the platen turns with the next dot line.
    pub(crate) fn pitch_nm(&self, turned: u64) -> i64 {
        if self.worn.is_empty() {
            return self.pitch_nm;
        }
        let passed = turned / self.lines_per_tooth;
        let engaged = |pitch: i64, (gear, tooth, wear): &(GearName, u16, Permille)| {
            let times = i64::from(self.times_in_mesh(*gear, *tooth, passed));
            (0..times).fold(pitch, |pitch, _| pitch * i64::from(1000 - wear.get()) / 1000)
        };
        self.worn.iter().fold(self.pitch_nm, engaged)
    }

    /// How many meshes a tooth is in after so many teeth have passed: the idler meets both its neighbours, half
    /// a turn apart.
    fn times_in_mesh(&self, gear: GearName, tooth: u16, passed: u64) -> u8 {
        let teeth = u64::from(self.teeth(gear).max(1));
        let here = passed % teeth == u64::from(tooth);
        let opposite = gear == GearName::Idler && (passed + teeth / 2) % teeth == u64::from(tooth);
        u8::from(here) + u8::from(opposite)
    }

    /// A spot on the platen presses less; the whole contact takes it away.
    pub(crate) fn set_spot(&mut self, at: Micrometres, length: Micrometres, contact: Permille) {
        let [at_nm, length_nm] = [at, length].map(|um| um.as_nm().unsigned_abs());
        self.spot = (contact < Permille::WHOLE).then_some(Spot {
            at_nm: at_nm % self.platen_nm(),
            length_nm,
            contact,
        });
    }

    pub(crate) fn renew_platen(&mut self) {
        self.spot = None;
    }

    /// How well the platen presses the paper against the head for the next dot line.
    pub(crate) fn contact(&self, turned: u64) -> Permille {
        let Some(spot) = self.spot else { return Permille::WHOLE };
        let around = self.platen_nm();
        let angle = turned.wrapping_mul(self.pitch_nm.unsigned_abs()) % around;
        if (angle + around - spot.at_nm) % around < spot.length_nm { spot.contact } else { Permille::WHOLE }
    }
}

#[cfg(test)]
mod tests {
    use super::Gears;
    use crate::{DESK_80, GearName, Micrometres, Permille};

    const PITCH_NM: i64 = 125_000;

    fn gears() -> Gears {
        Gears::new(DESK_80.train, DESK_80.motor.steps_per_line, PITCH_NM)
    }

    #[test]
    fn a_missing_tooth_is_lost_once_a_turn_of_its_gear() {
        // 12 half-steps a tooth are 3 dot lines; so a turn is 24, 108 and 300 dot lines.
        let turns = [(GearName::Motor, 24, 3), (GearName::Idler, 108, 6), (GearName::Platen, 300, 3)];
        for (gear, turn_lines, lost_lines) in turns {
            let mut gears = gears();
            gears.wear(gear, 5, Permille::WHOLE);
            let moved: i64 = (0..10 * turn_lines).map(|turned| gears.pitch_nm(turned)).sum();
            assert_eq!(moved, 10 * (turn_lines as i64 - lost_lines) * PITCH_NM, "{gear:?}");
        }
    }

    #[test]
    fn a_spot_on_a_platen_of_12_mm_comes_round_every_37_7_mm() {
        let mut gears = gears();
        gears.set_spot(Micrometres::from_mm(10), Micrometres::from_mm(5), Permille::new(300));
        let light: Vec<u64> = (0..1200).filter(|line| gears.contact(*line) < Permille::WHOLE).collect();
        let begins: Vec<u64> = light.iter().copied().filter(|line| !light.contains(&(line - 1))).collect();
        // 10 mm are 80 dot lines, and π · 12 mm = 37.7 mm are 301.6.
        assert_eq!(begins, [80, 382, 684, 985]);
        assert_eq!(light.len(), 4 * 40);
    }
}

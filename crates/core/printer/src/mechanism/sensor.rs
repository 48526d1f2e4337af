//! Sensors: light on a phototransistor, dust on it, and what the firmware makes of the reading.
//!
//! Readings are thousandths of the range. Paper reflects 800, nothing 100, and 400 is the border; in the way
//! out paper leaves 100 of 900, and 500 is the border (levels typical of the class; printer sources, section 6.5).
//! Dust moves the reading, and makes it jump about: it changes once every 16 dot lines or glances, by a hash,
//! so that the same run gives the same jumps. *Not modelled:* black marks, light from outside.

use crate::{Permille, Sensor, Wire};

/// Dot lines, or glances of a standing printer, for which a disturbed reading stays the same.
const BLOCK: u64 = 16;
/// Above this moisture contacts corrode: readings jump by three thousandths for each thousandth more.
const CORRODING_PERMILLE: u16 = 800;

/// One sensor and what is on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Eye {
    sensor: Sensor,
    offset: i16,
    noise: u16,
}

impl Eye {
    pub(crate) const fn new(sensor: Sensor) -> Self {
        Self { sensor, offset: 0, noise: 0 }
    }

    pub(crate) const fn soil(&mut self, offset: i16, noise: u16) {
        (self.offset, self.noise) = (offset, noise);
    }

    /// What it says of paper that is there or not, at some moment.
    pub(crate) fn sees(&self, paper: bool, moment: u64, damp: Permille) -> bool {
        let (with, without, border) = self.levels();
        let reading = if paper { with } else { without } + i32::from(self.offset) + self.jump(moment, damp);
        self.says(reading, border)
    }

    /// What it says with its cable off: darkness.
    pub(crate) fn sees_in_the_dark(&self) -> bool {
        self.says(0, self.levels().2)
    }

    /// Whether it can say anything else than what is so.
    pub(crate) fn is_reliable(&self, damp: Permille) -> bool {
        let noise = self.noise(damp);
        [true, false].into_iter().all(|paper| {
            let (with, without, border) = self.levels();
            let reading = if paper { with } else { without } + i32::from(self.offset);
            [reading - noise, reading + noise].into_iter().all(|reading| self.says(reading, border) == paper)
        })
    }

    const fn levels(&self) -> (i32, i32, i32) {
        match self.sensor {
            Sensor::PaperEnd | Sensor::NearEnd => (800, 100, 400),
            Sensor::Exit => (100, 900, 500),
        }
    }

    fn says(&self, reading: i32, border: i32) -> bool {
        (reading > border) == (self.sensor != Sensor::Exit)
    }

    fn noise(&self, damp: Permille) -> i32 {
        i32::from(self.noise) + i32::from(damp.get().saturating_sub(CORRODING_PERMILLE)) * 3
    }

    fn jump(&self, moment: u64, damp: Permille) -> i32 {
        let noise = self.noise(damp);
        if noise == 0 {
            return 0;
        }
        let span = u64::from(noise.unsigned_abs()) * 2 + 1;
        (scatter(moment / BLOCK * 8 + self.sensor as u64) % span) as i32 - noise
    }
}

/// The finaliser of SplitMix64: spreads neighbouring numbers over the whole range.
const fn scatter(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// All eyes, the thermistor's wire, the air, and what is plugged in.
#[derive(Clone, Debug)]
pub(crate) struct Senses {
    pub(crate) paper_end: Eye,
    pub(crate) near_end: Eye,
    pub(crate) exit: Eye,
    pub(crate) thermistor: Wire,
    pub(crate) damp: Permille,
    /// The flat cable is on.
    pub(crate) plugged: bool,
    /// The paper lies over the paper-end sensor.
    pub(crate) over_sensor: bool,
}

impl Senses {
    pub(crate) const fn new() -> Self {
        Self {
            paper_end: Eye::new(Sensor::PaperEnd),
            near_end: Eye::new(Sensor::NearEnd),
            exit: Eye::new(Sensor::Exit),
            thermistor: Wire::Sound,
            damp: Permille::NONE,
            plugged: true,
            over_sensor: true,
        }
    }

    pub(crate) const fn eye(&mut self, sensor: Sensor) -> &mut Eye {
        match sensor {
            Sensor::PaperEnd => &mut self.paper_end,
            Sensor::NearEnd => &mut self.near_end,
            Sensor::Exit => &mut self.exit,
        }
    }

    pub(crate) const fn clean(&mut self) {
        self.paper_end.soil(0, 0);
        self.near_end.soil(0, 0);
        self.exit.soil(0, 0);
    }

    /// Whether the paper-end sensor says that there is paper. `left_nm` has not passed it yet.
    pub(crate) fn sees_paper(&self, left_nm: i64, moment: u64) -> bool {
        if !self.plugged {
            return self.paper_end.sees_in_the_dark();
        }
        self.paper_end.sees(self.over_sensor && left_nm > 0, moment, self.damp)
    }

    /// Whether the near-end sensor says that the roll is thick.
    pub(crate) fn sees_thick_roll(&self, left_nm: i64, near_end_nm: i64, moment: u64) -> bool {
        if !self.plugged {
            return self.near_end.sees_in_the_dark();
        }
        self.near_end.sees(left_nm > near_end_nm, moment, self.damp)
    }

    /// Whether the sensor in the way out says that there is paper.
    pub(crate) fn sees_exit(&self, paper: bool, moment: u64) -> bool {
        if self.plugged { self.exit.sees(paper, moment, self.damp) } else { self.exit.sees_in_the_dark() }
    }

    /// True while the paper-end sensor tells the truth, whatever comes.
    pub(crate) fn end_is_reliable(&self) -> bool {
        self.plugged && self.over_sensor && self.paper_end.is_reliable(self.damp)
    }

    /// Whether a paper-end sensor that sees none may see paper the next time.
    pub(crate) fn may_see_paper(&self, left_nm: i64) -> bool {
        self.plugged && (0..64).any(|block| self.sees_paper(left_nm, block * BLOCK))
    }
}

#[cfg(test)]
mod tests {
    use super::Eye;
    use crate::{Permille, Sensor};

    #[test]
    fn dust_that_takes_half_the_light_hides_paper_and_light_that_gets_in_hides_its_end() {
        let mut eye = Eye::new(Sensor::PaperEnd);
        assert!(eye.is_reliable(Permille::NONE));
        eye.soil(-500, 0);
        assert_eq!([true, false].map(|paper| eye.sees(paper, 0, Permille::NONE)), [false, false]);
        eye.soil(500, 0);
        assert_eq!([true, false].map(|paper| eye.sees(paper, 0, Permille::NONE)), [true, true]);
    }

    #[test]
    fn a_noisy_reading_is_wrong_now_and_then_and_the_same_in_every_run() {
        let mut eye = Eye::new(Sensor::PaperEnd);
        eye.soil(0, 800);
        let wrong = |eye: &Eye| (0..1000).filter(|block| !eye.sees(true, block * 16, Permille::NONE)).count();
        // Readings from 0 to 1600, of which those up to 400 are wrong: one in four.
        assert!((200..300).contains(&wrong(&eye)), "{}", wrong(&eye));
        assert_eq!(eye.sees(true, 32, Permille::NONE), eye.sees(true, 47, Permille::NONE));
    }

    #[test]
    fn damp_air_alone_makes_readings_jump() {
        let eye = Eye::new(Sensor::PaperEnd);
        assert!(eye.is_reliable(Permille::new(900)) && !eye.is_reliable(Permille::new(950)));
    }
}

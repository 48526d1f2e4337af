//! What hands, tools, dirt and age do to the mechanism.
//!
//! Facts: printer sources, sections 6, 7 and 13. *Not modelled:* hands that are too slow, tools that slip.

use super::Mechanism;
use crate::geometry::HEAD_DOTS_MAX;
use crate::paper::raster::DotRow;
use crate::paper::surface::Surface;
use crate::{Event, Micrometres, Permille, Piece, Poke, Roll, Wire};
use std::sync::Arc;

impl Mechanism {
    /// Does to the mechanism what the poke says. Pokes that concern the controller or its plug are not for here.
    /// Whatever moves has been run up to now before.
    pub(crate) fn touch(&mut self, poke: Poke, report: &mut impl FnMut(Event)) {
        self.tell(report);
        self.stand(self.now);
        match poke {
            Poke::OpenCover => self.open_cover(),
            Poke::CloseCover => self.close_cover(),
            Poke::LoadPaper => self.load(Roll::sound(self.profile.roll_um()), report),
            Poke::LoadRoll(roll) => self.load(roll, report),
            Poke::PaperLeft(left) => self.set_paper_left(left),
            Poke::TakeReceipt => self.take(report),
            Poke::Inspect => self.inspect(report),
            Poke::ClearJam => self.clear_jam(report),
            Poke::FillBin { pieces } => self.exit.bin = pieces,
            Poke::EmptyBin => self.exit.bin = 0,
            Poke::BlockPresenter => self.exit.blocked = true,
            Poke::FreePresenter => self.exit.blocked = false,
            Poke::BlockBlade { at } => self.blade.block(at),
            Poke::FreeBlade => self.blade.block(Permille::WHOLE),
            Poke::HomeSwitch(wire) => self.blade.set_switch(wire),
            other => self.touch_feed(other),
        }
        self.look_after_touch(report);
    }

    fn touch_feed(&mut self, poke: Poke) {
        let turned = self.motion.turned;
        match poke {
            Poke::WearGear { gear, tooth, wear } => self.feed.wear(gear, tooth, wear),
            Poke::RenewGears => self.feed.renew_gears(),
            Poke::WeakenMotor { force } => self.feed.weaken(force),
            Poke::GlazePlaten { grip } => self.feed.glaze(grip),
            Poke::SpotPlaten { at, length, contact } => self.feed.spot(at, length, contact),
            Poke::RenewPlaten => self.feed.renew_platen(),
            Poke::Jam { at } => self.feed.obstruct(Some(at)),
            Poke::WrapPaper => self.feed.wrap(Some(self.motion.position_nm)),
            Poke::Drag { force_mn, over } => self.feed.hold_back(force_mn, over, turned),
            Poke::FreePaper => self.feed.free(),
            Poke::Pull { force_mn, over } => self.feed.pull(force_mn, over, turned),
            other => self.touch_head(other),
        }
    }

    fn touch_head(&mut self, poke: Poke) {
        match poke {
            Poke::OpenDots { first, count } => mark(&mut self.face.open, first, count),
            Poke::ShortDots { first, count } => mark(&mut self.face.shorted, first, count),
            Poke::TiltHead { left, right } => self.face.contact = (left, right),
            Poke::AgeHead { km } => self.heating.age(km),
            Poke::RenewHead => {
                let Surface { coated, sensitivity, skew_permille, .. } = self.face;
                self.face = Surface { coated, sensitivity, skew_permille, ..Surface::SOUND };
                self.heating.age(0);
                self.senses.thermistor = Wire::Sound;
            }
            Poke::Thermistor(wire) => self.senses.thermistor = wire,
            Poke::Supply { voltage_mv } => self.heating.set_voltage(voltage_mv),
            Poke::SupplyResistance { resistance_mohm } => self.heating.set_resistance(resistance_mohm),
            Poke::RenewSupply => {
                self.heating.set_voltage(self.profile.supply.voltage_mv);
                self.heating.set_resistance(self.profile.supply.resistance_mohm);
            }
            other => return self.touch_surroundings(other),
        }
        self.renew_face();
    }

    fn touch_surroundings(&mut self, poke: Poke) {
        match poke {
            Poke::UnplugModule => {
                self.senses.plugged = false;
                self.halt();
            }
            Poke::PlugModule => self.senses.plugged = true,
            Poke::Soil { sensor, offset_permille, noise_permille } => {
                self.senses.eye(sensor).soil(offset_permille, noise_permille);
            }
            Poke::CleanSensors => self.senses.clean(),
            Poke::Ambient { temp_c } => {
                self.motion.heat_uj = self.thermal.set_ambient(temp_c, self.motion.heat_uj);
                self.renew_waiting_for_cool();
            }
            Poke::Humidity { relative } => {
                self.senses.damp = relative;
                self.feed.dampen(relative);
            }
            _ => {}
        }
    }

    /// What the head does to the paper may be different from now on.
    fn renew_face(&mut self) {
        let lit = |row: &DotRow| row.iter().map(|word| word.count_ones() as u16).sum::<u16>();
        self.heating.set_dots(lit(&self.face.open), lit(&self.face.shorted));
        self.surface = self.strip.set_surface(self.face.clone());
    }

    /// The controller sees what can be seen at once.
    fn look_after_touch(&mut self, report: &mut impl FnMut(Event)) {
        self.check_vitals();
        if self.powered && !self.is_feeding() {
            self.look_at_standing_paper(self.now, report);
        }
        if !self.may_move() {
            self.halt();
        }
    }

    /// A head that waits until it is cool waits for another time when the air changes.
    fn renew_waiting_for_cool(&mut self) {
        if self.known.hot_until.is_some() {
            let wait = self.thermal.cooling_time(self.motion.heat_uj);
            self.known.hot_until = Some(wait.map_or(sim::SimTime::NEVER, |wait| self.now + wait));
        }
    }

    fn open_cover(&mut self) {
        self.known.interrupted |= self.powered && self.is_feeding();
        self.cover_open = true;
        self.halt();
    }

    const fn close_cover(&mut self) {
        self.cover_open = false;
        self.known.interrupted = false;
    }

    fn load(&mut self, roll: Roll, report: &mut impl FnMut(Event)) {
        self.tear_out(report);
        self.feed.wrap(None);
        self.face.coated = roll.coating_to_head;
        self.face.sensitivity = roll.sensitivity;
        self.face.skew_permille = roll.skew_permille;
        self.senses.over_sensor = roll.over_sensor;
        self.set_paper_left(roll.length);
        self.renew_face();
        self.close_cover();
    }

    fn clear_jam(&mut self, report: &mut impl FnMut(Event)) {
        if self.feed.is_obstructed() {
            self.feed.obstruct(None);
            self.feed.wrap(None);
            self.tear_out(report);
        }
    }

    /// Tears out the strip; gives it if something is printed on it.
    fn tear_out(&mut self, report: &mut impl FnMut(Event)) {
        self.halt();
        if let Some(piece) = self.strip.tear(self.place(), self.taken_bytes) {
            report(Event::Removed { piece: Arc::new(piece) });
        }
        // Whoever pulled at it has it in his hand.
        self.feed.let_go();
        self.unseen_since_nm = Some(self.motion.nominal_nm);
        self.reserved.clear();
    }

    /// So much paper is left.
    fn set_paper_left(&mut self, left: Micrometres) {
        self.motion.left_nm = left.as_nm();
        self.motion.blind_lines = 0;
    }

    /// The customer takes what lies there; without a cutter, tears off what has come out.
    fn take(&mut self, report: &mut impl FnMut(Event)) {
        self.exit.take(report);
        let tears = self.profile.cutter.is_none() && !self.is_feeding() && !self.feed.is_wrapped();
        let place = self.place();
        if let Some(piece) = tears.then(|| self.strip.cut(place, self.taken_bytes)).flatten() {
            report(Event::Taken { piece: Arc::new(Piece { torn: true, ..piece }) });
        }
    }
}

/// Marks so many dots from a first one on.
fn mark(row: &mut DotRow, first: u16, count: u16) {
    for dot in (first..first.saturating_add(count)).take_while(|dot| *dot < HEAD_DOTS_MAX) {
        if let Some(word) = row.get_mut(usize::from(dot / 64)) {
            *word |= 1 << (63 - dot % 64);
        }
    }
}

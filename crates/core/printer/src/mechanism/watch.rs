//! What the controller concludes from its sensors: near-end, end, heat, load, and what is broken for good.
//!
//! After each stop of the motor it looks whether the motor may go on; while paper stands, it glances at it. Facts: printer
//! sources, sections 4, 6 and 13. *Not modelled:* a controller that is slow to notice.

use super::motion::{Halt, Motion};
use super::orders::UnderWay;
use super::{Mechanism, heating, motion, thermistor};
use crate::Event;
use core::time::Duration;
use sim::SimTime;

/// After the voltage has broken down under load, the firmware waits so long before it heats again.
const RECOVERY_TIME: Duration = Duration::from_millis(500);

impl Mechanism {
    /// Looks at the sensors after a dot line, and stops the motor where they say so.
    pub(super) fn sense(&mut self, halt: Halt, report: &mut impl FnMut(Event)) {
        let UnderWay::Feeding { task, .. } = self.under_way else { return };
        let done = task.done >= task.lines;
        self.look_at_moving_paper(done, report);
        self.look_at_exit();
        self.note_load(halt);
        if self.thermal.is_hot(self.motion.heat_uj) {
            let wait = self.thermal.cooling_time(self.motion.heat_uj);
            let until = wait.map_or(SimTime::NEVER, |wait| self.motion.clock + wait);
            self.known.hot_until = Some(until);
            report(Event::HeadHot);
        }
        if done {
            self.orders.pop_front();
            self.under_way = UnderWay::Waiting;
        } else {
            self.under_way = UnderWay::Halted { task };
        }
        if self.may_move() && !self.is_reserved_cut_due() && !done {
            self.plan(task);
        }
    }

    /// Paper that was printed and is not seen in the way out has not come out.
    fn look_at_exit(&mut self) {
        let around = self.surroundings();
        if self.motion.nominal_nm >= around.expected_nm {
            self.known.feed_error = !self.sees_strip_at_exit();
            self.unseen_since_nm = None;
        }
    }

    pub(super) fn cool_down(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        self.known.hot_until = None;
        self.stand(now);
        report(Event::HeadCool);
    }

    /// Reads the paper sensors while the motor turns. Between two bands the end of the paper stops it at once.
    fn look_at_moving_paper(&mut self, between_bands: bool, report: &mut impl FnMut(Event)) {
        let Motion { left_nm, blind_lines, turned, .. } = self.motion;
        let gone = blind_lines >= motion::out_lines(self.profile);
        self.note_paper(gone || (self.known.paper_end && blind_lines > 0), turned, report);
        let coasted = blind_lines >= self.profile.sensors.coast_lines;
        self.known.paper_stop = self.known.paper_end && (between_bands || coasted);
        if self.known.paper_stop && self.senses.may_see_paper(left_nm) {
            self.known.paper_again_at = Some(self.motion.clock + self.profile.sensors.in_time);
        }
    }

    /// Reads them while it stands. Paper that is gone is believed at once, paper that is back after some time.
    pub(super) fn look_at_standing_paper(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        let seen = self.glance();
        if seen && !self.known.paper_end {
            self.note_paper(false, self.motion.turned, report);
        } else if !seen {
            self.known.paper_again_at = None;
            self.note_paper(true, self.motion.turned, report);
            self.known.paper_stop = true;
        }
        if self.known.paper_end && self.senses.may_see_paper(self.motion.left_nm) {
            self.known.paper_again_at.get_or_insert(now + self.profile.sensors.in_time);
        }
    }

    /// Paper was seen some time ago; if it still is, it is believed.
    pub(super) fn look_again(&mut self, now: SimTime, report: &mut impl FnMut(Event)) {
        self.known.paper_again_at = None;
        if self.glance() {
            self.motion.blind_lines = 0;
            self.note_paper(false, self.motion.turned, report);
            self.known.paper_stop = false;
        } else if self.senses.may_see_paper(self.motion.left_nm) {
            self.known.paper_again_at =
                Some(now + self.profile.sensors.in_time.max(Duration::from_millis(1)));
        }
    }

    pub(super) fn glance(&mut self) -> bool {
        self.known.glances += 1;
        self.senses.sees_paper(self.motion.left_nm, self.motion.turned + self.known.glances * 16)
    }

    pub(super) fn note_paper(&mut self, paper_end: bool, moment: u64, report: &mut impl FnMut(Event)) {
        let near_end_nm = self.profile.near_end_um().as_nm();
        let near_end = !self.senses.sees_thick_roll(self.motion.left_nm, near_end_nm, moment);
        if near_end && !self.known.near_end {
            report(Event::PaperNearEnd);
        }
        if paper_end && !self.known.paper_end {
            report(Event::PaperEnd);
        }
        (self.known.near_end, self.known.paper_end) = (near_end, paper_end);
    }

    fn note_load(&mut self, halt: Halt) {
        match halt {
            Halt::Load(heating::Load::Reset) => self.known.browned_out = true,
            Halt::Load(heating::Load::Low) => {
                self.known.rests_until = Some(self.motion.clock + RECOVERY_TIME);
            }
            Halt::Load(heating::Load::Fine) | Halt::OutOfTime | Halt::Done | Halt::Sensor => {}
        }
    }

    /// Looks at what tells the controller that something is broken for good, as long as it has its supply.
    pub(super) fn check_vitals(&mut self) {
        if !self.powered {
            return;
        }
        let reading = thermistor::reading(self.thermal.temp_mc(self.motion.heat_uj), self.senses.thermistor);
        let dead = !self.senses.plugged || !thermistor::is_plausible(reading);
        let (voltage_mv, supply) = (self.heating.voltage_mv(), &self.profile.supply);
        let too_low = supply.low_is_final && voltage_mv < supply.lowest_mv;
        self.known.unrecoverable |= dead || too_low || voltage_mv > supply.highest_mv;
        self.known.cutter_error |=
            self.profile.cutter.is_some() && !self.blade.seems_home(self.senses.plugged);
        let [with, without] = [true, false].map(|paper| self.senses.sees_exit(paper, self.motion.turned));
        self.exit.set_eye(with, without);
    }
}

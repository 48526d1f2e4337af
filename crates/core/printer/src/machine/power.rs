//! Power: on, off, starting up, starting anew, and the supply that fails under load.
//!
//! Facts: printer sources, sections 2.5 (`GS ( E` 2), 4, 4.1 and 13. Memory is lost with the supply but for what is
//! lasting; the buffer is busy until the printer has started. *Not modelled:* what remains in capacitors.

use super::macros::Macros;
use super::{Asb, DATA, DONE, Power, Printer, Reload, Switches};
use crate::{Event, OfflineReason, Profile};
use escpos::Parser;
use sim::SimTime;

/// An image is printed in slices of at most this many bytes: 24 rows of a whole line.
const SLICE_BYTES: usize = 24 * 72;
/// What the printer tells the host when it is up, if it is told to.
const POWER_ON_NOTICE: [u8; 3] = [0x3B, 0x31, 0x00];
/// The printer's own order for a self-test: print the settings.
const SELF_TEST: &[u8] = &[0x1D, b'(', b'A', 2, 0, 0, 2];

/// A parser for this printer.
pub(super) fn parser(profile: &Profile) -> Parser {
    Parser::new().with_dialect(profile.type_face.dialect).with_slice_max(SLICE_BYTES)
}

impl Printer {
    pub(super) fn start_up(&mut self, now: SimTime) {
        self.power = Power::On;
        self.outbox.event(Event::Ready);
        let Self { mechanism, outbox, .. } = self;
        mechanism.wake_up(now, &mut |event| outbox.event(event));
        self.counters.wake_up(now, &self.mechanism);
        if self.memory.gives_notice() {
            self.outbox.send(DATA, DONE, &POWER_ON_NOTICE);
        }
        if self.panel.pressed {
            self.self_test = true;
            self.parser.push(SELF_TEST);
        }
    }

    /// The plug is pulled.
    pub(super) fn unplug(&mut self) {
        self.plugged = false;
        if self.power != Power::Off {
            self.go_dark();
            self.outbox.event(Event::PowerLost);
        }
    }

    /// Starts anew by itself: counters are saved, nothing else is kept.
    pub(super) fn restart(&mut self, now: SimTime) {
        if matches!(self.power, Power::On | Power::Down) {
            self.counters.save(now, &self.mechanism);
            self.go_dark();
            self.outbox.event(Event::Restarting);
            self.power = Power::Starting { until: now + self.profile.boot_time };
        }
    }

    /// A supply too low for the processor stops everything; when there is enough of it, the printer starts.
    pub(super) fn watch_supply(&mut self, now: SimTime) {
        if self.power != Power::Off && self.mechanism.is_reset() {
            self.go_dark();
            self.outbox.event(Event::PowerLost);
        }
        // Without load, the supply may be enough again at once.
        if self.power == Power::Off && self.plugged && !self.mechanism.is_reset() {
            self.power = Power::Starting { until: now + self.profile.boot_time };
        }
    }

    /// All that is not lasting is lost.
    fn go_dark(&mut self) {
        self.power = Power::Off;
        self.offline = Some(OfflineReason::Starting);
        self.forget();
        self.mechanism.lose_power();
        self.line.go_down(&mut self.outbox);
    }

    fn forget(&mut self) {
        self.active = self.memory.interface(self.interface);
        self.waiting = None;
        self.self_test = false;
        self.handed_on += self.receiver.lose_power() as u64;
        self.receiver.set(self.active);
        self.parser = parser(self.profile);
        self.interpreter.lose_power();
        self.macros = Macros::default();
        self.switches = Switches::AT_START;
        self.asb = Asb::new(self.profile.identity.asb_at_start);
        self.reload = Reload::new(self.profile.identity.recovery_wait);
        self.drawer.lose_power();
        self.panel.lose_power();
    }
}

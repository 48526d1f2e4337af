//! The cash drawer: pulses on its connector, the drawer behind it, and the level of pin 3.
//!
//! Facts: printer sources, sections 2.1 (`ESC p`: times, a share of at most 0.2) and 13. One pulse at a time; the next
//! waits for the pause of the one before, and a solenoid that would be on for more than a fifth of the time is not
//! driven. The drawer opens as the pulse begins. *Not modelled:* the current, pulses too short for the solenoid.

use crate::DrawerPort;
use core::time::Duration;
use escpos::DrawerPin;
use sim::SimTime;

/// A driver is on for one in so many parts of the time at most.
const DUTY: u32 = 5;

/// The connector, and what hangs on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawer {
    port: Option<DrawerPort>,
    plugged: bool,
    open: bool,
    /// The end of the last pulse's pause.
    paused_until: SimTime,
    /// Before this the driver of pin 2, and that of pin 5, may not be switched on.
    rested_at: [SimTime; 2],
}

/// One pulse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pulse {
    pub(super) pin: DrawerPin,
    pub(super) on: Duration,
    pub(super) off: Duration,
}

/// What became of a pulse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driven {
    /// The printer has no such connector, or the time is nothing.
    Nothing,
    /// The driver has not rested long enough.
    Refused,
    /// It was driven; whether the drawer sprang open.
    Pulsed { opened: bool },
}

impl Pulse {
    /// `ESC p`, in units of 2 ms; a pause shorter than the pulse is as long as it.
    pub(super) fn queued(pin: DrawerPin, on_2ms: u8, off_2ms: u8) -> Self {
        let times = |n: u8| Duration::from_millis(2 * u64::from(n));
        Self { pin, on: times(on_2ms), off: times(off_2ms.max(on_2ms)) }
    }

    /// `DLE DC4 1`, in units of 100 ms.
    pub(super) fn realtime(pin: DrawerPin, time_100ms: u8) -> Self {
        let time = Duration::from_millis(100 * u64::from(time_100ms));
        Self { pin, on: time, off: time }
    }
}

impl Drawer {
    /// A drawer that is plugged in and shut.
    pub(super) const fn new(port: Option<DrawerPort>) -> Self {
        Self { port, plugged: true, open: false, paused_until: SimTime::ZERO, rested_at: [SimTime::ZERO; 2] }
    }

    /// When the next pulse may begin, if that is later than now.
    pub(super) fn busy_until(&self, now: SimTime) -> Option<SimTime> {
        Some(self.paused_until).filter(|until| *until > now)
    }

    /// The end of the last pulse and its pause.
    pub(super) const fn paused_until(&self) -> SimTime {
        self.paused_until
    }

    /// Drives a pulse.
    pub(super) fn drive(&mut self, now: SimTime, pulse: Pulse) -> Driven {
        let Some(port) = self.port.filter(|_| !pulse.on.is_zero()) else { return Driven::Nothing };
        let [two, five] = &mut self.rested_at;
        let rested_at = if pulse.pin == DrawerPin::Two { two } else { five };
        if now < *rested_at {
            return Driven::Refused;
        }
        *rested_at = now + pulse.on * DUTY;
        self.paused_until = now + pulse.on + pulse.off;
        let opened = self.plugged && !self.open && pulse.pin == port.wired;
        self.open |= opened;
        Driven::Pulsed { opened }
    }

    /// Somebody shuts it.
    pub(super) const fn close(&mut self) {
        self.open = false;
    }

    /// Its cable is plugged in or pulled out.
    pub(super) const fn plug(&mut self, plugged: bool) {
        self.plugged = plugged;
    }

    /// The level of pin 3.
    pub(super) fn is_high(&self) -> bool {
        self.port.is_some_and(|port| !self.plugged || port.high_when_closed != self.open)
    }

    /// The supply is gone, and with it the pause. The drivers have rested by the time that it is back.
    pub(super) const fn lose_power(&mut self) {
        self.paused_until = SimTime::ZERO;
        self.rested_at = [SimTime::ZERO; 2];
    }
}

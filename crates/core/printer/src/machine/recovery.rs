//! Why the printer is offline, and how it comes back.
//!
//! | class | examples | comes back |
//! |---|---|---|
//! | no error | cover open, paper end, FEED held, macro wait | when the cause is gone; with new paper, after a wait |
//! | by itself | head hot, cover opened while printing, supply too low, on Epson only for a moment | when the cause is gone |
//! | recoverable | blade stuck, jam | cause cleared, then `DLE ENQ` 1 or 2, `DLE DC4 8`, on some models cover or FEED |
//! | unrecoverable | thermistor, circuits, supply too high, on Epson also too low | power off |
//!
//! Facts: printer sources, sections 3.1 and 4. *Not modelled:* errors of processor and memories.

use super::{Power, Printer, Waiting};
use crate::mechanism::State;
use crate::{Event, OfflineReason};
use core::time::Duration;
use sim::SimTime;

/// The wait before the printer goes online with new paper.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reload {
    /// `GS z 0`: how long.
    pub(super) wait: Duration,
    /// Printing has stopped for want of paper.
    stopped: bool,
    pub(super) until: Option<SimTime>,
}

impl Reload {
    pub(super) const fn new(wait: Duration) -> Self {
        Self { wait, stopped: false, until: None }
    }

    /// Somebody says that the paper is in order: the wait is over. `false` if there was none.
    pub(super) fn confirm(&mut self) -> bool {
        let waited = self.until.take().is_some();
        self.stopped &= !waited;
        waited
    }

    /// When the wait ends by itself.
    pub(super) fn ends_at(&self) -> Option<SimTime> {
        self.until.filter(|until| *until < SimTime::NEVER)
    }

    /// Begins or ends the wait. `clear` says that nothing else keeps the printer offline.
    fn note(&mut self, now: SimTime, paper_stop: bool, clear: bool) {
        self.stopped |= paper_stop;
        if !clear {
            self.until = None;
        } else if self.stopped {
            let until = *self.until.get_or_insert(now + self.wait);
            if until <= now {
                (self.stopped, self.until) = (false, None);
            }
        }
    }
}

impl Printer {
    /// Whether a paper sensor stops printing now: the end of the paper always, its near end if `ESC c 4` says so.
    pub(super) const fn stops_for_paper(&self, state: &State) -> bool {
        state.paper_stop || self.switches.stops_near_end && state.near_end
    }

    /// What keeps the printer offline, the wait for new paper apart.
    fn obstacle(&self, state: &State, paper_stop: bool) -> Option<OfflineReason> {
        Some(if matches!(self.power, Power::Off | Power::Starting { .. }) {
            OfflineReason::Starting
        } else if self.power == Power::Down {
            OfflineReason::PoweredDown
        } else if state.unrecoverable {
            OfflineReason::Unrecoverable
        } else if state.supply_abnormal {
            OfflineReason::Supply
        } else if state.cover_open {
            OfflineReason::CoverOpen
        } else if paper_stop {
            OfflineReason::PaperEnd
        } else if state.cutter_error {
            OfflineReason::CutterError
        } else if state.mechanical_error {
            OfflineReason::MechanicalError
        } else if state.hot {
            OfflineReason::HeadHot
        } else if self.self_test {
            OfflineReason::SelfTest
        } else if self.waiting == Some(Waiting::Feed) {
            OfflineReason::MacroWait
        } else if self.panel.feeding {
            OfflineReason::FeedButton
        } else {
            return None;
        })
    }

    /// Finds anew whether the printer is online.
    pub(super) fn note_online(&mut self, now: SimTime) {
        let state = self.mechanism.state();
        let paper_stop = self.stops_for_paper(&state);
        let obstacle = self.obstacle(&state, paper_stop);
        self.reload.note(now, paper_stop, obstacle.is_none());
        let waits = self.reload.until.map(|_| OfflineReason::RecoveryWait);
        let reason = obstacle.or(waits);
        let before = core::mem::replace(&mut self.offline, reason);
        match (before, reason) {
            (None | Some(OfflineReason::Starting), Some(cause)) if before != reason => {
                self.outbox.event(Event::Offline { cause });
                if before.is_none() {
                    self.tell_offline();
                }
            }
            (Some(_), None) => self.outbox.event(Event::Online),
            _ => {}
        }
    }

    /// `GS ( H` function 49: the host wants to be told that the printer has gone offline.
    fn tell_offline(&mut self) {
        let causes = match self.switches.offline_response {
            1 => false,
            2 => true,
            _ => return,
        };
        let block = self.sensed().offline_block(causes);
        self.line.answer_offline(block, &mut self.outbox);
    }

    /// Whether an error is there that somebody has to clear, and none that only a power-off clears.
    pub(super) fn is_recoverable(&self) -> bool {
        let state = self.mechanism.state();
        (state.cutter_error || state.mechanical_error) && !state.unrecoverable
    }

    /// Goes on after an error that was cleared, where it stopped. Nothing happens without such an error.
    pub(super) fn recover(&mut self, now: SimTime) {
        if self.is_recoverable() {
            self.mechanism.recover(now);
        }
    }

    /// Forgets what was received and composed, the settings apart. In page mode, the page goes.
    pub(super) fn clear(&mut self, now: SimTime) {
        self.handed_on += self.receiver.clear() as u64;
        self.parser.reset();
        self.macros.stop();
        self.interpreter.clear_line();
        self.mechanism.catch_up(now);
        self.mechanism.forget_orders();
        self.waiting = None;
    }
}

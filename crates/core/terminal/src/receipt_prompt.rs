//! After a wallet payment the terminal can ask whether a receipt is wanted: enter is yes, cancel is no, and a time-out.
//!
//! A sound firmware takes no key for no choice, and prints; what was not wanted stays in the journal and can be had from
//! the reprint key. While it asks, the terminal is ready for the next charge: whatever is begun ends the question without
//! an answer, and its keys are those of what is under way. A power cut ends it too, and so does a hang: the receipt is
//! printed after the start with whatever else is missing.
//! *Not modelled:* a question for each copy; the e-mail address or number of a phone instead.

use crate::charge::{Approval, Kind};
use crate::copies::NoSlip;
use crate::event::{Copy, Event, Poke, Press};
use crate::journal::Record;
use crate::machine::Terminal;
use crate::profile::NoAnswer;
use sim::{Key, Reason, SimTime};

/// A receipt that is asked about.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    approval: Box<Approval>,
    until: SimTime,
}

impl Question {
    /// When it ends by itself.
    pub(crate) const fn wake_at(&self) -> (SimTime, Reason) {
        (self.until, Reason("nobody says whether a receipt is wanted"))
    }
}

impl Terminal {
    /// Whether the customer's copy of this kind is asked about.
    pub(crate) const fn asks_about(&self, kind: Kind) -> bool {
        self.settings.receipt_prompt.is_some() && matches!(kind, Kind::Order | Kind::Scan)
    }

    /// Asks whether the receipt of this payment is wanted. One question at a time: an older one is over without an answer.
    pub(crate) fn ask_about_receipt(&mut self, now: SimTime, approval: &Approval) {
        let Some(span) = self.settings.receipt_prompt else { return };
        self.on_no_answer(now);
        self.outbox.event(Event::AsksReceipt { key: approval.charge.key });
        self.memory.question = Some(Question { approval: Box::new(approval.clone()), until: now + span });
    }

    /// Whether the display asks, so that its keys are those for yes and no.
    pub(crate) const fn is_asking(&self) -> bool {
        self.memory.question.is_some() && self.is_idle()
    }

    /// The key for yes.
    pub(crate) fn on_receipt_wanted(&mut self, now: SimTime) {
        if let Some(question) = self.memory.question.take() {
            self.print_copy(now, *question.approval, Copy::Customer);
        }
    }

    /// The key for no.
    pub(crate) fn on_receipt_declined(&mut self, now: SimTime) {
        if let Some(question) = self.memory.question.take() {
            self.leave_out(now, &question, NoSlip::NotWanted);
        }
    }

    /// Something else is begun while it asks.
    pub(crate) fn end_question_for(&mut self, now: SimTime, poke: &Poke) {
        match poke {
            Poke::Charge(_)
            | Poke::ChargeBy(..)
            | Poke::Settle
            | Poke::SignOn
            | Poke::LogOn { .. }
            | Poke::LogOff => self.on_no_answer(now),
            // These have a say of their own in the question.
            Poke::Press(Press::Cancel | Press::Enter | Press::Reprint) | Poke::Reprint(_) | Poke::Hang => {}
            // The supply takes the question with everything else in memory.
            Poke::PowerOff | Poke::PowerOn => {}
            // Nothing is begun.
            Poke::Flash(_)
            | Poke::KeyIn(_)
            | Poke::Shows(_)
            | Poke::Scanner(_)
            | Poke::RegisterPrints { .. }
            | Poke::RegisterPrinted(..) => {}
        }
    }

    /// The number of a slip is keyed in, and that slip wanted again. The number of the one that is asked about is a yes;
    /// any other ends the question, and its slip comes after the one that was asked about.
    pub(crate) fn on_number_keyed_in(&mut self, now: SimTime, key: Key) {
        if self.memory.question.as_ref().is_some_and(|question| question.approval.charge.key == key) {
            return self.on_receipt_wanted(now);
        }
        let printer_is_free = self.may_print();
        self.on_no_answer(now);
        if printer_is_free {
            self.reprint(now, key);
        }
    }

    /// The time is up.
    pub(crate) fn on_question_over(&mut self, now: SimTime) {
        if self.memory.question.as_ref().is_some_and(|question| now >= question.until) {
            self.on_no_answer(now);
        }
    }

    fn on_no_answer(&mut self, now: SimTime) {
        match self.settings.profile.habits.no_answer {
            NoAnswer::Prints => self.on_receipt_wanted(now),
            NoAnswer::IsNo => {
                if let Some(question) = self.memory.question.take() {
                    self.leave_out(now, &question, NoSlip::NobodyAnswered);
                }
            }
        }
    }

    fn leave_out(&mut self, now: SimTime, question: &Question, why: NoSlip) {
        let key = question.approval.charge.key;
        self.journal.write(now, Record::NotWanted(key));
        self.say_no_slip(key, why, self.settings.profile.habits.no_answer == NoAnswer::Prints);
    }
}

//! A card transaction: recorded, sent, answered, and reversed or told again where no answer comes.
//!
//! ```text
//!            flash            reply 00            flash
//! Recording ───────► Waiting ──────────► Storing ───────► paid
//!                     │  │ reply: declined         flash
//!                     │  └───────────────► Ending ───────► over
//!                     │ silence, cancel, doubt        ▲
//!                     └──────────► Reversing ─────────┘ answered: nothing stands
//!                                   │    ▲
//!                             silence    pause, or fresh keys
//!                                   ▼    │
//!                                  Resting
//! ```
//!
//! What cannot be reversed, a refund or an advice, goes from Waiting to Resting and is told again, word for word.
//!
//! Source of the rules: UnionPay POS dialect, "Reversal rules": the record is in flash before the first byte
//! leaves; a reversal keeps its original's trace number; reason 98 is "no reply in time", 06 "other". "Keys and MAC":
//! after three replies whose MAC is wrong, or one that says so of ours, the terminal signs on.
//! *Not modelled:* PINs, chip data, approvals of a part.

mod message;

use crate::charge::{Approval, Charge};
use crate::desk::{Desk, Next};
use crate::event::{ChargeResult, Event, Request};
use crate::journal::Record;
use crate::profile::{Advices, Cancel, HostTrouble, Replies, ReversalEnds, Reversals, Silence, Store};
use crate::screen::Belief;
use core::time::Duration;
use iso8583::{FollowUp, Message, Mti, ReplyClass, reply_entry};
use sim::{Key, Reason, SimTime, TerminalNo};

/// A card transaction under way.
#[derive(Clone, Debug)]
pub(crate) struct CardCharge {
    pub(crate) charge: Charge,
    stage: Stage,
    /// The request that was sent last.
    message: Message,
    /// Replies in a row whose MAC was wrong.
    wrong_macs: u8,
}

#[derive(Clone, Debug)]
enum Stage {
    Recording { cancelled: bool },
    Waiting { tries: u32, until: SimTime },
    Storing(Box<Approval>),
    Ending { belief: Belief, afterwards: Afterwards },
    Reversing { reason: &'static str, tries: u32, until: SimTime },
    Resting { reason: &'static str, until: SimTime },
}

#[derive(Clone, Copy, Debug)]
enum Afterwards {
    Over,
    ChargeAgain,
}

/// Messages sent in a row before a pause.
const TRIES: u32 = 3;
/// The pause after that. A reversal is never dropped: it is tried again until the host has answered.
const PAUSE: Duration = Duration::from_secs(60);
/// Reason of a reversal: no reply in time.
const NO_REPLY: &str = "98";
/// Reason of a reversal: anything else.
const OTHER: &str = "06";
/// Replies of a host or a switch in trouble. The dialect calls them refusals, but not every host that says so has
/// refused: the trouble may have come after the commit.
const TROUBLE: [[u8; 2]; 4] = [*b"06", *b"91", *b"92", *b"96"];
/// Reason of a reversal: the reply's MAC was wrong.
const BAD_MAC: &str = "A0";
/// So many wrong MACs in a row are no accident: the keys differ.
const WRONG_MACS: u8 = 3;

impl CardCharge {
    /// Begins a transaction: into the journal first, unless this firmware keeps reversals in memory.
    pub(crate) fn begin(charge: Charge, desk: &mut Desk<'_>) -> Self {
        let mut card = Self::new(charge);
        let original = charge.original.map(|original| original.key);
        let Charge { intent, kind, key, amount, .. } = charge;
        desk.event(Event::Began { intent, kind, key, amount, original });
        match desk.settings.profile.habits.reversal_store {
            Store::Flash => desk.write(Record::Begun(charge)),
            Store::Memory => card.ask(0, desk),
        }
        card
    }

    /// Takes up a transaction that the journal says was begun: nobody knows what became of it.
    pub(crate) fn recover(charge: Charge, desk: &mut Desk<'_>) -> Self {
        Self::undo(charge, desk)
    }

    /// Reverses a transaction, or tells it again where it cannot be reversed.
    pub(crate) fn undo(charge: Charge, desk: &mut Desk<'_>) -> Self {
        let mut card = Self::new(charge);
        card.settle_doubt(OTHER, desk);
        card
    }

    fn new(charge: Charge) -> Self {
        let stage = Stage::Recording { cancelled: false };
        Self { charge, stage, message: Message::new(Mti::FINANCIAL), wrong_macs: 0 }
    }

    /// The next trace number of this terminal, in its open batch.
    pub(crate) fn next_key(desk: &mut Desk<'_>) -> Key {
        let stan = desk.next_stan();
        Key::Card { terminal: TerminalNo::default(), batch: desk.batch(), stan }
    }

    /// Everything that was being written is in flash.
    pub(crate) fn on_durable(&mut self, desk: &mut Desk<'_>) -> Next {
        match &self.stage {
            Stage::Recording { cancelled: true } => self.end(Belief::Declined, Afterwards::Over, desk),
            Stage::Recording { cancelled: false } => {
                self.ask(0, desk);
                Next::Stay
            }
            Stage::Storing(approval) => Next::Paid(approval.clone()),
            Stage::Ending { belief, afterwards: Afterwards::Over } => Next::Over(*belief),
            Stage::Ending { afterwards: Afterwards::ChargeAgain, .. } => {
                let key = Self::next_key(desk);
                Next::Instead(Charge { key, ..self.charge })
            }
            Stage::Waiting { .. } | Stage::Reversing { .. } | Stage::Resting { .. } => Next::Stay,
        }
    }

    /// A whole frame has come, and its MAC has been checked.
    pub(crate) fn on_reply(&mut self, reply: &Message, authentic: bool, desk: &mut Desk<'_>) -> Next {
        if let Err(why) = self.matches(reply, desk) {
            desk.event(Event::Disbelieved { why });
            return Next::Stay;
        }
        match self.stage {
            Stage::Waiting { .. } | Stage::Reversing { .. } if !authentic => self.on_wrong_mac(desk),
            Stage::Waiting { .. } => self.on_answer(reply, desk),
            Stage::Reversing { .. } => self.on_reversal_reply(reply, desk),
            _ => Next::Stay,
        }
    }

    /// Nobody listens at the acquirer: what was sent last did not leave.
    pub(crate) fn on_refused(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Waiting { tries: 1, .. } => {
                desk.event(Event::Unreached { key: self.charge.key });
                self.end(Belief::Declined, Afterwards::Over, desk)
            }
            Stage::Waiting { .. } => self.rest(NO_REPLY, PAUSE / 6, desk),
            Stage::Reversing { reason, .. } => self.rest(reason, PAUSE / 6, desk),
            _ => Next::Stay,
        }
    }

    /// The cancel key.
    pub(crate) fn on_cancel(&mut self, desk: &mut Desk<'_>) -> Next {
        match (&self.stage, desk.settings.profile.habits.cancel) {
            // Told is told: what cannot be reversed cannot be cancelled.
            (Stage::Waiting { .. }, Cancel::UndoesTheCharge) if !self.charge.kind.is_reversible() => {
                Next::Stay
            }
            (Stage::Waiting { .. }, Cancel::UndoesTheCharge) => self.doubt(OTHER, desk),
            (Stage::Waiting { .. }, Cancel::ForgetsTheCharge) => {
                self.end(Belief::Declined, Afterwards::Over, desk)
            }
            // Nothing has left yet: once the record is in flash, the charge is ended instead of sent.
            (Stage::Recording { .. }, _) => {
                self.stage = Stage::Recording { cancelled: true };
                Next::Stay
            }
            // The charge is being settled already.
            _ => Next::Stay,
        }
    }

    /// The moment that [`Self::wake_at`] asked for.
    pub(crate) fn on_wake(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Waiting { tries, until } if desk.now >= until => {
                desk.event(Event::GaveUp { key: self.charge.key });
                self.on_silence(tries, desk)
            }
            Stage::Reversing { reason, tries, until } if desk.now >= until => {
                if tries < TRIES {
                    self.reverse(reason, tries, desk);
                    Next::Stay
                } else {
                    self.rest(reason, PAUSE, desk)
                }
            }
            Stage::Resting { reason, until } if desk.now >= until => {
                self.settle_doubt(reason, desk);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    /// Whether nobody knows whether it stands, and it is being undone.
    pub(crate) const fn is_being_undone(&self) -> bool {
        matches!(self.stage, Stage::Reversing { .. } | Stage::Resting { .. })
    }

    /// Whether it waits for nothing but time, so that something else may be asked meanwhile.
    pub(crate) const fn is_resting(&self) -> bool {
        matches!(self.stage, Stage::Resting { .. })
    }

    /// What had to come first has come: it is tried again at once.
    pub(crate) fn go_on(&mut self, desk: &mut Desk<'_>) {
        if let Stage::Resting { reason, .. } = self.stage {
            self.wrong_macs = 0;
            self.settle_doubt(reason, desk);
        }
    }

    /// When this charge wants to be woken, and why.
    pub(crate) fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.stage {
            Stage::Waiting { until, .. } => Some((until, Reason("card reply is overdue"))),
            Stage::Reversing { until, .. } => Some((until, Reason("reversal reply is overdue"))),
            Stage::Resting { until, .. } if !self.charge.kind.is_reversible() => {
                Some((until, Reason("advice is told again")))
            }
            Stage::Resting { until, .. } => Some((until, Reason("reversal is tried again"))),
            Stage::Recording { .. } | Stage::Storing(_) | Stage::Ending { .. } => None,
        }
    }

    fn on_silence(&mut self, tries: u32, desk: &mut Desk<'_>) -> Next {
        match desk.settings.profile.habits.silence.about_cards() {
            Silence::Unknown if self.charge.kind.is_reversible() => self.doubt(NO_REPLY, desk),
            Silence::Unknown if desk.settings.profile.habits.advices == Advices::Once => {
                self.store(&Message::new(Mti::ADVICE_REPLY), desk)
            }
            Silence::Unknown if tries < TRIES => {
                self.ask(tries, desk);
                Next::Tell(Belief::Unknown)
            }
            Silence::Unknown => self.rest(NO_REPLY, PAUSE, desk),
            Silence::ChargeAgain => self.end(Belief::Unknown, Afterwards::ChargeAgain, desk),
            Silence::Declined | Silence::UnknownForCards => {
                self.end(Belief::Declined, Afterwards::Over, desk)
            }
            Silence::Approved => self.store(&Message::new(Mti::FINANCIAL_REPLY), desk),
        }
    }

    fn on_wrong_mac(&mut self, desk: &mut Desk<'_>) -> Next {
        desk.event(Event::Disbelieved { why: "its MAC is wrong" });
        self.wrong_macs += 1;
        if self.wrong_macs >= WRONG_MACS {
            *desk.sign_on_due = true;
            return self.rest(BAD_MAC, PAUSE, desk);
        }
        match self.stage {
            Stage::Waiting { .. } => self.doubt(BAD_MAC, desk),
            // What it says of the reversal cannot be believed, and its time runs on.
            _ => Next::Stay,
        }
    }

    fn on_answer(&mut self, reply: &Message, desk: &mut Desk<'_>) -> Next {
        let Some(entry) = reply.field(39).and_then(reply_entry) else {
            return self.doubt(OTHER, desk);
        };
        match (entry.class, entry.follow_up) {
            (ReplyClass::Approved, _) => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Approved });
                self.store(reply, desk)
            }
            (_, FollowUp::SignOnAndReverse) => {
                *desk.sign_on_due = true;
                self.rest(OTHER, PAUSE, desk)
            }
            (_, FollowUp::Query | FollowUp::Reverse) => self.doubt(OTHER, desk),
            _ if TROUBLE.contains(&entry.code)
                && desk.settings.profile.habits.trouble == HostTrouble::Doubted =>
            {
                self.doubt(OTHER, desk)
            }
            (_, follow_up) => {
                *desk.sign_on_due |= follow_up == FollowUp::SignOn;
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Declined });
                self.end(Belief::Declined, Afterwards::Over, desk)
            }
        }
    }

    fn on_reversal_reply(&mut self, reply: &Message, desk: &mut Desk<'_>) -> Next {
        let code = reply.field(39);
        let done = match code {
            Some(b"00") => true,
            Some(b"25") => desk.settings.profile.habits.reversal_ends == ReversalEnds::WhenNothingStands,
            _ => false,
        };
        if done {
            desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Undone });
            return self.end(Belief::Declined, Afterwards::Over, desk);
        }
        let follow_up = code.and_then(reply_entry).map(|entry| entry.follow_up);
        *desk.sign_on_due |= matches!(follow_up, Some(FollowUp::SignOn | FollowUp::SignOnAndReverse));
        self.rest(OTHER, PAUSE, desk)
    }

    /// Nobody knows whether the charge stands: say so, and undo it.
    fn doubt(&mut self, reason: &'static str, desk: &mut Desk<'_>) -> Next {
        if self.is_taken_for_done(desk) {
            self.end(Belief::Declined, Afterwards::Over, desk)
        } else if self.charge.kind.is_reversible() {
            self.reverse(reason, 0, desk);
            Next::Tell(Belief::Unknown)
        } else {
            self.rest(reason, PAUSE, desk)
        }
    }

    /// Whether a firmware that looks for its number alone finds an older charge in its place.
    fn is_taken_for_done(&self, desk: &Desk<'_>) -> bool {
        let looks = desk.settings.profile.habits.reversals == Reversals::UnlessItsNumberSucceeded;
        let Key::Card { stan, .. } = self.charge.key else { return false };
        looks && self.charge.kind.is_reversible() && desk.journal.has_approved_stan(stan)
    }

    /// Undoes what may stand, or tells it again where that is the way.
    fn settle_doubt(&mut self, reason: &'static str, desk: &mut Desk<'_>) {
        if self.charge.kind.is_reversible() {
            self.reverse(reason, 0, desk);
        } else {
            // Not the first time: somebody may have heard it, so that "nobody listens" does not end it.
            self.ask(1, desk);
        }
    }

    fn rest(&mut self, reason: &'static str, pause: Duration, desk: &Desk<'_>) -> Next {
        self.stage = Stage::Resting { reason, until: desk.now + pause };
        Next::Tell(Belief::Unknown)
    }

    fn end(&mut self, belief: Belief, afterwards: Afterwards, desk: &mut Desk<'_>) -> Next {
        desk.write(Record::Ended(self.charge.key));
        self.stage = Stage::Ending { belief, afterwards };
        Next::Stay
    }

    /// Keeps the approval, with what the reply says of it.
    fn store(&mut self, reply: &Message, desk: &mut Desk<'_>) -> Next {
        let text = |field| reply.text(field).unwrap_or("").trim().to_owned();
        let date_mmdd = reply.text(13).and_then(|date| date.parse().ok());
        let approval = Approval {
            charge: self.charge,
            reference: text(37),
            auth_code: text(38),
            date_mmdd: date_mmdd.unwrap_or_default(),
            at: desk.now,
        };
        desk.write(Record::Approved(approval.clone()));
        self.stage = Stage::Storing(Box::new(approval));
        Next::Stay
    }

    /// A reply counts only for the open request: same answer type, trace number, amount, terminal, merchant.
    fn matches(&self, reply: &Message, desk: &Desk<'_>) -> Result<(), &'static str> {
        if !matches!(self.stage, Stage::Waiting { .. } | Stage::Reversing { .. }) {
            return Err("no request is open");
        }
        if desk.settings.profile.habits.replies == Replies::Any {
            return Ok(());
        }
        let same = |field| reply.field(field) == self.message.field(field);
        if reply.mti() != self.message.mti().reply() {
            Err("it answers another kind of request")
        } else if !same(11) {
            Err("its trace number is another")
        } else if !same(4) {
            Err("its amount is another")
        } else if !same(41) || !same(42) {
            Err("it is for another terminal")
        } else {
            Ok(())
        }
    }

    fn ask(&mut self, tries: u32, desk: &mut Desk<'_>) {
        message::request(&mut self.message, &self.charge, desk.settings);
        let tag = desk.asks(Request::Charge(self.charge.kind), &self.charge);
        desk.send_card(tag, &self.message);
        self.stage = Stage::Waiting { tries: tries + 1, until: desk.now + desk.settings.reply_timeout };
    }

    fn reverse(&mut self, reason: &'static str, tries: u32, desk: &mut Desk<'_>) {
        message::reversal(&mut self.message, &self.charge, reason, desk.settings);
        let tag = desk.asks(Request::Reversal, &self.charge);
        desk.send_card(tag, &self.message);
        let until = desk.now + desk.settings.reply_timeout;
        self.stage = Stage::Reversing { reason, tries: tries + 1, until };
    }
}

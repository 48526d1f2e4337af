//! A card charge: recorded, sent, answered or reversed.
//!
//! ```text
//!            flash            reply 00            flash
//! Recording ───────► Waiting ──────────► Storing ───────► paid
//!                     │  │ reply: declined         flash
//!                     │  └───────────────► Ending ───────► over
//!                     │ silence, cancel, doubt        ▲
//!                     └──────────► Reversing ─────────┘ answered: nothing stands
//!                                   │    ▲
//!                             silence    pause
//!                                   ▼    │
//!                                  Resting
//! ```
//!
//! Source of the rules: UnionPay POS dialect, "Reversal rules": the record is in flash before the first byte
//! leaves; a reversal keeps its original's trace number; reason 98 is "no reply in time", 06 "other".
//! *Not modelled yet:* void, refund, pre-authorisation, chip data.

use crate::CARD;
use crate::desk::{Desk, Next};
use crate::event::{ChargeResult, Event, Request};
use crate::journal::{Approval, Charge, Record};
use crate::profile::{Cancel, HostTrouble, Replies, ReversalEnds, Silence, Store};
use crate::screen::Belief;
use core::time::Duration;
use iso8583::{CUP, FollowUp, Message, Mti, ReplyClass, encode_with_mac, reply_entry};
use sim::{Key, Reason, SimTime, Tag, TerminalNo};

/// A card charge under way.
#[derive(Clone, Debug)]
pub(crate) struct CardCharge {
    pub(crate) charge: Charge,
    stage: Stage,
    message: Message,
}

#[derive(Clone, Debug)]
enum Stage {
    Recording { cancelled: bool },
    Waiting { until: SimTime },
    Storing(Approval),
    Ending { belief: Belief, afterwards: Afterwards },
    Reversing { reason: &'static str, tries: u32, until: SimTime },
    Resting { reason: &'static str, until: SimTime },
}

#[derive(Clone, Copy, Debug)]
enum Afterwards {
    Over,
    ChargeAgain,
}

/// Reversals sent in a row before a pause.
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

impl CardCharge {
    /// Begins a charge: into the journal first, unless this firmware keeps reversals in memory.
    pub(crate) fn begin(charge: Charge, desk: &mut Desk<'_>) -> Self {
        let mut card = Self {
            charge,
            stage: Stage::Recording { cancelled: false },
            message: Message::new(Mti::FINANCIAL),
        };
        desk.event(Event::Began { intent: charge.intent, key: charge.key, amount: charge.amount });
        match desk.settings.profile.habits.reversal_store {
            Store::Flash => desk.write(Record::Begun(charge)),
            Store::Memory => card.send_sale(desk),
        }
        card
    }

    /// Takes up a charge that the journal says was begun: nobody knows what became of it.
    pub(crate) fn recover(charge: Charge, desk: &mut Desk<'_>) -> Self {
        Self::undo(charge, desk)
    }

    /// Reverses a charge.
    pub(crate) fn undo(charge: Charge, desk: &mut Desk<'_>) -> Self {
        let mut card = Self {
            charge,
            stage: Stage::Recording { cancelled: false },
            message: Message::new(Mti::REVERSAL),
        };
        card.reverse(OTHER, 0, desk);
        card
    }

    /// The next trace number of this terminal.
    pub(crate) fn next_key(desk: &mut Desk<'_>) -> Key {
        let known = match desk.settings.profile.habits.number_store {
            Store::Flash => desk.journal.last_stan().max(desk.numbers.stan),
            Store::Memory => desk.numbers.stan,
        };
        desk.numbers.stan = known % 999_999 + 1;
        Key::Card { terminal: TerminalNo::default(), batch: desk.settings.batch, stan: desk.numbers.stan }
    }

    /// Everything that was being written is in flash.
    pub(crate) fn on_durable(&mut self, desk: &mut Desk<'_>) -> Next {
        match &self.stage {
            Stage::Recording { cancelled: true } => self.end(Belief::Declined, Afterwards::Over, desk),
            Stage::Recording { cancelled: false } => {
                self.send_sale(desk);
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
            Stage::Waiting { .. } if !authentic => {
                desk.event(Event::Disbelieved { why: "its MAC is wrong" });
                self.doubt(BAD_MAC, desk)
            }
            Stage::Waiting { .. } => self.on_sale_reply(reply, desk),
            Stage::Reversing { .. } if authentic => self.on_reversal_reply(reply, desk),
            _ => Next::Stay,
        }
    }

    /// Nobody listens at the acquirer: what was sent last did not leave.
    pub(crate) fn on_refused(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Waiting { .. } => {
                desk.event(Event::Unreached { key: self.charge.key });
                self.end(Belief::Declined, Afterwards::Over, desk)
            }
            Stage::Reversing { reason, .. } => {
                self.stage = Stage::Resting { reason, until: desk.now + PAUSE / 6 };
                Next::Tell(Belief::Unknown)
            }
            _ => Next::Stay,
        }
    }

    /// The cancel key.
    pub(crate) fn on_cancel(&mut self, desk: &mut Desk<'_>) -> Next {
        match (&self.stage, desk.settings.profile.habits.cancel) {
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
            Stage::Waiting { until } if desk.now >= until => {
                desk.event(Event::GaveUp { key: self.charge.key });
                self.on_silence(desk)
            }
            Stage::Reversing { reason, tries, until } if desk.now >= until => {
                if tries < TRIES {
                    self.reverse(reason, tries, desk);
                } else {
                    self.stage = Stage::Resting { reason, until: desk.now + PAUSE };
                }
                Next::Stay
            }
            Stage::Resting { reason, until } if desk.now >= until => {
                self.reverse(reason, 0, desk);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    /// Whether nobody knows whether it stands, and it is being undone.
    pub(crate) const fn is_being_undone(&self) -> bool {
        matches!(self.stage, Stage::Reversing { .. } | Stage::Resting { .. })
    }

    /// When this charge wants to be woken, and why.
    pub(crate) fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.stage {
            Stage::Waiting { until } => Some((until, Reason("card reply is overdue"))),
            Stage::Reversing { until, .. } => Some((until, Reason("reversal reply is overdue"))),
            Stage::Resting { until, .. } => Some((until, Reason("reversal is tried again"))),
            Stage::Recording { .. } | Stage::Storing(_) | Stage::Ending { .. } => None,
        }
    }

    fn on_silence(&mut self, desk: &mut Desk<'_>) -> Next {
        match desk.settings.profile.habits.silence {
            Silence::Unknown => self.doubt(NO_REPLY, desk),
            Silence::ChargeAgain => self.end(Belief::Unknown, Afterwards::ChargeAgain, desk),
            Silence::Declined => self.end(Belief::Declined, Afterwards::Over, desk),
            Silence::Approved => self.store(String::new(), String::new(), desk),
        }
    }

    fn on_sale_reply(&mut self, reply: &Message, desk: &mut Desk<'_>) -> Next {
        let Some(entry) = reply.field(39).and_then(reply_entry) else {
            return self.doubt(OTHER, desk);
        };
        match (entry.class, entry.follow_up) {
            (ReplyClass::Approved, _) => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Approved });
                let text = |field| reply.text(field).unwrap_or("").trim().to_owned();
                self.store(text(37), text(38), desk)
            }
            (_, FollowUp::Query | FollowUp::Reverse | FollowUp::SignOnAndReverse) => self.doubt(OTHER, desk),
            _ if TROUBLE.contains(&entry.code)
                && desk.settings.profile.habits.trouble == HostTrouble::Doubted =>
            {
                self.doubt(OTHER, desk)
            }
            _ => {
                desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Declined });
                self.end(Belief::Declined, Afterwards::Over, desk)
            }
        }
    }

    fn on_reversal_reply(&mut self, reply: &Message, desk: &mut Desk<'_>) -> Next {
        let done = match reply.field(39) {
            Some(b"00") => true,
            Some(b"25") => desk.settings.profile.habits.reversal_ends == ReversalEnds::WhenNothingStands,
            _ => false,
        };
        if done {
            desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Undone });
            self.end(Belief::Declined, Afterwards::Over, desk)
        } else {
            self.stage = Stage::Resting { reason: OTHER, until: desk.now + PAUSE };
            Next::Tell(Belief::Unknown)
        }
    }

    /// Nobody knows whether the charge stands: say so, and undo it.
    fn doubt(&mut self, reason: &'static str, desk: &mut Desk<'_>) -> Next {
        self.reverse(reason, 0, desk);
        Next::Tell(Belief::Unknown)
    }

    fn end(&mut self, belief: Belief, afterwards: Afterwards, desk: &mut Desk<'_>) -> Next {
        desk.write(Record::Ended(self.charge.key));
        self.stage = Stage::Ending { belief, afterwards };
        Next::Stay
    }

    fn store(&mut self, reference: String, auth_code: String, desk: &mut Desk<'_>) -> Next {
        let approval = Approval { charge: self.charge, reference, auth_code, at: desk.now };
        desk.write(Record::Approved(approval.clone()));
        self.stage = Stage::Storing(approval);
        Next::Stay
    }

    /// A reply counts only for the open request: same answer type, trace number, amount, terminal, merchant.
    fn matches(&self, reply: &Message, desk: &Desk<'_>) -> Result<(), &'static str> {
        let expected = match self.stage {
            Stage::Waiting { .. } => Mti::FINANCIAL_REPLY,
            Stage::Reversing { .. } => Mti::REVERSAL_REPLY,
            _ => return Err("no request is open"),
        };
        if desk.settings.profile.habits.replies == Replies::Any {
            return Ok(());
        }
        let same = |field| reply.field(field) == self.message.field(field);
        if reply.mti() != expected {
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

    fn send_sale(&mut self, desk: &mut Desk<'_>) {
        self.message.clear();
        self.message.set_mti(Mti::FINANCIAL);
        self.message.set(35, track2(desk.settings.pan));
        self.fill(desk);
        let tag = desk.asks(Request::Sale, &self.charge);
        self.send(tag, desk);
        self.stage = Stage::Waiting { until: desk.now + desk.settings.reply_timeout };
    }

    fn reverse(&mut self, reason: &'static str, tries: u32, desk: &mut Desk<'_>) {
        self.message.clear();
        self.message.set_mti(Mti::REVERSAL);
        self.fill(desk);
        self.message.set(39, reason);
        let tag = desk.asks(Request::Reversal, &self.charge);
        self.send(tag, desk);
        let until = desk.now + desk.settings.reply_timeout;
        self.stage = Stage::Reversing { reason, tries: tries + 1, until };
    }

    /// The fields that a sale and its reversal share.
    fn fill(&mut self, desk: &Desk<'_>) {
        let Key::Card { batch, stan, .. } = self.charge.key else {
            return;
        };
        let mut digits = Digits::default();
        self.message.set(3, "000000");
        self.message.set(4, digits.of(self.charge.amount.unsigned(), 12));
        self.message.set(11, digits.of(u64::from(stan), 6));
        self.message.set(22, "072");
        self.message.set(25, "00");
        self.message.set(41, desk.settings.tid);
        self.message.set(42, desk.settings.mid);
        self.message.set(49, "156");
        // 60.1 sale, 60.2 batch, 60.3 network code 000.
        let mut private = *b"22000000000";
        private[2..8].copy_from_slice(digits.of(u64::from(batch), 6));
        self.message.set(60, private);
    }

    fn send(&self, tag: Tag, desk: &mut Desk<'_>) {
        let (message, key) = (&self.message, &desk.settings.mac_key);
        desk.outbox.send_with(CARD, tag, |buffer| {
            encode_with_mac(&CUP, message, key, buffer)
                .expect("the fields set above fit the dialect's table");
        });
    }
}

/// Track 2 of a test card: number, separator, expiry 12/30, service code 201, zeros.
fn track2(pan: &str) -> String {
    format!("{pan}=30122010000")
}

/// Decimal digits without an allocation.
#[derive(Default)]
struct Digits([u8; 20]);

impl Digits {
    /// `value` in exactly `width` digits, at most 20; higher digits are cut off.
    fn of(&mut self, value: u64, width: usize) -> &[u8] {
        let mut rest = value;
        for place in self.0[..width].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        &self.0[..width]
    }
}

#[cfg(test)]
mod tests {
    use super::Digits;

    #[test]
    fn digits_are_filled_with_zeros_on_the_left() {
        assert_eq!(Digits::default().of(1850, 12), b"000000001850");
        assert_eq!(Digits::default().of(1_234_567, 6), b"234567");
    }
}

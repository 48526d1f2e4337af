//! Settlement: the terminal says what its batch amounts to, the host compares, and the batch is closed.
//!
//! ```text
//! Recording ──► Asking ──► Closing ──► over          totals are equal
//!                │  ▲        ▲
//!         silence│  │pause   │ all taken
//!                ▼  │        │
//!               Resting   Uploading ◄── Asking       totals differ
//! ```
//!
//! Source: UnionPay POS dialect, "Batch, STAN, settlement": field 48 both ways, details eight at a time (0320/201), 0320/202
//! after the last. That a batch is being settled is in flash before the first byte leaves: after a power cut the
//! settlement goes on, and nothing is sold until it is done. A repeated 0500 of the same totals is answered as before.
//! *Not modelled:* the upload of chip certificates after equal totals (203 to 207), cards from abroad.

use crate::charge::Approval;
use crate::desk::{Closing, Desk, Next};
use crate::event::{Errand, Event};
use crate::journal::{Record, Totals};
use crate::profile::{Differences, Store};
use core::time::Duration;
use iso8583::{
    BatchDetail, CardTotals, Field60, FollowUp, Message, Mti, Pan, SettlementTotals, TotalsVerdict,
    reply_entry,
};
use sim::{Key, Reason, SimTime};

/// A settlement under way.
#[derive(Clone, Debug)]
pub(crate) struct Settlement {
    batch: u32,
    totals: Totals,
    /// Whether the host has said that its totals are others.
    differs: bool,
    stage: Stage,
    message: Message,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Recording,
    Asking {
        tries: u32,
        until: SimTime,
    },
    /// So many details have been taken; those behind them are on their way.
    Uploading {
        taken: usize,
        tries: u32,
        until: SimTime,
    },
    Resting {
        until: SimTime,
    },
    Closing,
}

const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(60);
const ERRAND: &str = "settlement";
/// Field 60.3 of a settlement, and of details in field 48.
const DETAILS: u16 = 201;
/// Field 60.3 of the end of an upload after totals that differ.
const END_AFTER_DIFFERENCE: u16 = 202;

impl Settlement {
    /// Begins to settle the open batch: into the journal first.
    pub(crate) fn begin(desk: &mut Desk<'_>) -> Self {
        let batch = desk.batch();
        let mut settlement = Self::of(batch, desk);
        match desk.settings.profile.habits.settlement_store {
            Store::Flash => desk.write(Record::Settling { batch }),
            Store::Memory => settlement.ask(0, desk),
        }
        settlement
    }

    /// Takes up a settlement that the journal says was begun.
    pub(crate) fn recover(batch: u32, desk: &mut Desk<'_>) -> Self {
        let mut settlement = Self::of(batch, desk);
        settlement.ask(0, desk);
        settlement
    }

    fn of(batch: u32, desk: &Desk<'_>) -> Self {
        let totals = desk.journal.totals(batch);
        Self {
            batch,
            totals,
            differs: false,
            stage: Stage::Recording,
            message: Message::new(Mti::SETTLEMENT),
        }
    }

    pub(crate) fn on_durable(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Recording => {
                self.ask(0, desk);
                Next::Stay
            }
            Stage::Closing => {
                let (batch, agreed) = (self.batch, !self.differs);
                desk.event(Event::BatchClosed { batch, agreed });
                Next::BatchClosed(Closing { batch, totals: self.totals, agreed })
            }
            _ => Next::Stay,
        }
    }

    pub(crate) fn on_reply(&mut self, reply: &Message, desk: &mut Desk<'_>) -> Next {
        if reply.mti() != self.message.mti().reply() || reply.field(11) != self.message.field(11) {
            desk.event(Event::Disbelieved { why: "it answers another kind of request" });
            return Next::Stay;
        }
        match self.stage {
            Stage::Asking { .. } => self.on_verdict(reply, desk),
            Stage::Uploading { taken, .. } => self.on_taken(taken, reply, desk),
            _ => Next::Stay,
        }
    }

    pub(crate) fn on_refused(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Asking { .. } | Stage::Uploading { .. } => self.rest("nobody listens at the host", desk),
            _ => Next::Stay,
        }
    }

    pub(crate) fn on_wake(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Asking { tries, until } if desk.now >= until => {
                if tries >= TRIES {
                    return self.rest("no reply in time", desk);
                }
                self.ask(tries, desk);
            }
            Stage::Uploading { taken, tries, until } if desk.now >= until => {
                if tries >= TRIES {
                    return self.rest("no reply in time", desk);
                }
                self.upload(taken, tries, desk);
            }
            // From the beginning: what the host has of an upload, it compares once more.
            Stage::Resting { until } if desk.now >= until => self.ask(0, desk),
            _ => {}
        }
        Next::Stay
    }

    /// Whether it waits for nothing but time, so that something else may be asked meanwhile.
    pub(crate) const fn is_resting(&self) -> bool {
        matches!(self.stage, Stage::Resting { .. })
    }

    /// What had to come first has come: it is tried again at once. A host that has another batch open has closed this
    /// one.
    pub(crate) fn go_on(&mut self, desk: &mut Desk<'_>) {
        match self.stage {
            Stage::Resting { .. } if desk.batch() == self.batch => self.ask(0, desk),
            Stage::Resting { .. } => self.close(desk),
            _ => {}
        }
    }

    pub(crate) const fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.stage {
            Stage::Asking { until, .. } => Some((until, Reason("settlement reply is overdue"))),
            Stage::Uploading { until, .. } => Some((until, Reason("upload reply is overdue"))),
            Stage::Resting { until } => Some((until, Reason("settlement is tried again"))),
            Stage::Recording | Stage::Closing => None,
        }
    }

    fn on_verdict(&mut self, reply: &Message, desk: &mut Desk<'_>) -> Next {
        if reply.field(39) != Some(b"00") {
            let entry = reply.field(39).and_then(reply_entry);
            *desk.sign_on_due |= entry.is_some_and(|entry| entry.follow_up == FollowUp::SignOn);
            return self.rest("the host refuses", desk);
        }
        let Some(said) = reply.text(48).and_then(SettlementTotals::parse) else {
            return self.rest("its totals cannot be read", desk);
        };
        match (said.domestic.verdict, said.foreign.verdict) {
            _ if desk.settings.profile.habits.differences == Differences::Unread => {
                self.close(desk);
                Next::Stay
            }
            (TotalsVerdict::Equal, TotalsVerdict::Equal) => {
                self.differs = false;
                self.close(desk);
                Next::Stay
            }
            (
                TotalsVerdict::Equal | TotalsVerdict::Different,
                TotalsVerdict::Equal | TotalsVerdict::Different,
            ) => {
                self.differs = true;
                self.upload(0, 0, desk);
                Next::Stay
            }
            _ => self.rest("the host cannot compare", desk),
        }
    }

    fn on_taken(&mut self, taken: usize, reply: &Message, desk: &mut Desk<'_>) -> Next {
        if reply.field(39) != Some(b"00") {
            return self.rest("the host does not take the details", desk);
        }
        if self.is_end() {
            self.close(desk);
        } else {
            self.upload(taken + BatchDetail::MOST, 0, desk);
        }
        Next::Stay
    }

    /// Whether what was sent last says that all details are there.
    fn is_end(&self) -> bool {
        let parts = self.message.text(60).and_then(Field60::parse);
        parts.is_some_and(|parts| parts.network_code == Some(END_AFTER_DIFFERENCE))
    }

    fn close(&mut self, desk: &mut Desk<'_>) {
        desk.write(Record::Settled { batch: self.batch });
        self.stage = Stage::Closing;
    }

    fn rest(&mut self, why: &'static str, desk: &mut Desk<'_>) -> Next {
        desk.event(Event::Failed { errand: ERRAND, why });
        self.stage = Stage::Resting { until: desk.now + PAUSE };
        Next::Stay
    }

    fn ask(&mut self, tries: u32, desk: &mut Desk<'_>) {
        self.head(Mti::SETTLEMENT, DETAILS, desk);
        self.message.set(48, field_48(&self.totals).write());
        self.message.set(49, desk.settings.currency);
        let (batch, totals) = (self.batch, self.totals);
        let tag = desk.runs(Errand::Settlement { batch, totals });
        desk.send_errand(tag, &self.message);
        self.stage = Stage::Asking { tries: tries + 1, until: desk.now + desk.settings.reply_timeout };
    }

    /// Sends the details behind the first `taken`, or says that there are none left.
    fn upload(&mut self, taken: usize, tries: u32, desk: &mut Desk<'_>) {
        let counted = desk.journal.counted_in(self.batch).skip(taken).take(BatchDetail::MOST);
        let details: Vec<BatchDetail> = counted.filter_map(|one| detail(one, desk.settings.pan)).collect();
        let tag = if details.is_empty() {
            self.head(Mti::BATCH_UPLOAD, END_AFTER_DIFFERENCE, desk);
            let all = desk.journal.counted_in(self.batch).count();
            self.message.set(48, format!("{all:04}"));
            desk.runs(Errand::UploadEnd)
        } else {
            self.head(Mti::BATCH_UPLOAD, DETAILS, desk);
            let field =
                BatchDetail::write(&details).expect("no more details are taken than a field has room for");
            self.message.set(48, field);
            desk.runs(Errand::Upload { details: details.len() })
        };
        desk.send_errand(tag, &self.message);
        let until = desk.now + desk.settings.reply_timeout;
        self.stage = Stage::Uploading { taken, tries: tries + 1, until };
    }

    fn head(&mut self, mti: Mti, network_code: u16, desk: &mut Desk<'_>) {
        let stan = desk.next_stan();
        let message = &mut self.message;
        message.clear();
        message.set_mti(mti);
        message.set(11, format!("{stan:06}"));
        message.set(41, desk.settings.tid);
        message.set(42, desk.settings.mid);
        message.set(60, Field60::new(0, self.batch, network_code).write());
        message.set(63, format!("{:02} ", desk.operator()));
    }
}

/// What the terminal says in field 48; every card here is of the own country.
fn field_48(totals: &Totals) -> SettlementTotals {
    let domestic = CardTotals {
        debit_fen: totals.debit.unsigned(),
        debit_count: totals.debit_count,
        credit_fen: totals.credit.unsigned(),
        credit_count: totals.credit_count,
        verdict: TotalsVerdict::Open,
    };
    SettlementTotals { domestic, foreign: CardTotals::default() }
}

fn detail(approval: &Approval, pan: &str) -> Option<BatchDetail> {
    let Key::Card { stan, .. } = approval.charge.key else {
        return None;
    };
    let amount_fen = approval.charge.amount.unsigned();
    Some(BatchDetail { card_organisation: 0, stan, pan: Pan::new(pan).ok()?, amount_fen })
}

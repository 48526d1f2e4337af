//! Money of a wallet order goes back, under a number of the refund's own: recorded, sent, and asked after or sent again
//! under the same number until the gateway has said what became of it.
//!
//! ```text
//!            flash              taken            flash
//! Recording ───────► Refunding ───────► Storing ───────► given back
//!                     │      ▲ no such refund    ▲
//!  silence, trouble,  ▼      │                   │ taken
//!  refused          Querying ┴───────────────────┘
//!                     │ ▲ silence              flash
//!                     ▼ │   refused three times ───────► Ending ──► over
//!                   Resting
//! ```
//!
//! Source of the rules: WeChat Pay v2, "Refund": `out_refund_no` is the key, so that the same number again is the same
//! refund; silence and `SYSTEMERROR` are answered by the query or by the same number, never by another one. A refusal names
//! no refund, and may be the late one of an older message: only three of them, each with no such refund behind it, end it.
//! Money that is frozen in a wallet is let go the same way. Alipay, `fastpay.refund.query`: without a `refund_status` the refund
//! has not come or has failed, so it is sent again under its number. *Not modelled:* refunds that find no account (the
//! screen says unknown, and a person must look).

use crate::charge::{Charge, Kind};
use crate::desk::{Desk, Next};
use crate::event::{ChargeResult, Event, Request};
use crate::journal::Record;
use crate::last_record::LastRecord;
use crate::profile::{Cancel, HostTrouble, Silence};
use crate::screen::Belief;
use crate::settled::Settled;
use crate::speech::Codec;
use core::time::Duration;
use sim::{Fen, Key, OrderNo, Reason, SimTime};
use wallet::messages::{self, AnswerError, Call, ErrCode, Refund, RefundStatus};

/// A refund of a wallet order under way.
#[derive(Clone, Debug)]
pub(crate) struct OrderRefund {
    pub(crate) charge: Charge,
    number: OrderNo,
    stage: Stage,
    /// Something has left under its number.
    has_left: bool,
    /// Refusals that counted.
    refused: u32,
    /// After the pause it is sent again, not asked after.
    resends: bool,
}

#[derive(Clone, Debug)]
enum Stage {
    Recording { cancelled: bool },
    Refunding { until: SimTime },
    Querying { until: SimTime },
    Resting { until: SimTime },
    Last(LastRecord),
}

/// How long one answer of the gateway may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The pause after trouble.
const PAUSE: Duration = Duration::from_secs(5);
/// So many refusals are believed.
const REFUSALS: u32 = 3;

impl OrderRefund {
    /// Begins a refund: into the journal first.
    pub(crate) fn begin(charge: Charge, number: OrderNo, desk: &mut Desk<'_>) -> Self {
        let Charge { intent, kind, key, amount, original } = charge;
        let original = original.map(|original| original.key);
        desk.event(Event::Began { intent, kind, key, amount, original });
        desk.write(Record::Begun(charge));
        let stage = Stage::Recording { cancelled: false };
        Self { charge, number, stage, has_left: false, refused: 0, resends: false }
    }

    /// Takes up a refund that the journal says was begun: nobody knows what became of it.
    pub(crate) fn recover(charge: Charge, number: OrderNo, desk: &mut Desk<'_>, codec: &mut Codec) -> Self {
        let stage = Stage::Recording { cancelled: false };
        let mut refund = Self { charge, number, stage, has_left: true, refused: 0, resends: false };
        refund.query(desk, codec);
        refund
    }

    /// Everything that was being written is in flash.
    pub(crate) fn on_durable(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match &self.stage {
            Stage::Recording { cancelled: true } => self.end(Belief::Declined, false, desk),
            Stage::Recording { cancelled: false } => self.refund(desk, codec),
            Stage::Last(last) => last.in_flash(self.charge, self.number, desk),
            Stage::Refunding { .. } | Stage::Querying { .. } | Stage::Resting { .. } => Next::Stay,
        }
    }

    /// Which call is open, if any.
    pub(crate) const fn open_call(&self) -> Option<Call> {
        match self.stage {
            Stage::Refunding { .. } => Some(Call::Refund),
            Stage::Querying { .. } => Some(Call::RefundQuery),
            _ => None,
        }
    }

    /// What the gateway answered to the open call.
    pub(crate) fn on_answer(
        &mut self,
        answer: Result<Settled, AnswerError>,
        desk: &mut Desk<'_>,
        codec: &mut Codec,
    ) -> Next {
        let why = match answer {
            Ok(Settled::Refund { status, reference }) => return self.on_status(status, reference, desk),
            Ok(Settled::Foreign) => "it is about another refund",
            Ok(_) => return Next::Stay,
            Err(AnswerError::Business { err_code, .. }) => return self.on_refusal(err_code, desk, codec),
            Err(AnswerError::Sign(_)) => "its signature is wrong",
            Err(_) => "it cannot be read",
        };
        desk.event(Event::Disbelieved { why });
        Next::Stay
    }

    /// Nobody listens at the gateway: what was sent last did not leave.
    pub(crate) fn on_refused(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Refunding { .. } if !self.has_left => {
                desk.event(Event::Unreached { key: self.charge.key });
                self.end(Belief::Declined, false, desk)
            }
            Stage::Refunding { .. } | Stage::Querying { .. } => self.rest(desk),
            _ => Next::Stay,
        }
    }

    /// The cancel key: what has left cannot be called back.
    pub(crate) fn on_cancel(&mut self, desk: &mut Desk<'_>) -> Next {
        match (&mut self.stage, desk.settings.profile.habits.cancel) {
            (Stage::Recording { cancelled }, _) => *cancelled = true,
            (Stage::Refunding { .. } | Stage::Querying { .. }, Cancel::ForgetsTheCharge) => {
                return self.end(Belief::Declined, false, desk);
            }
            _ => {}
        }
        Next::Stay
    }

    /// The moment that [`Self::wake_at`] asked for.
    pub(crate) fn on_wake(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self.stage {
            Stage::Refunding { until } if desk.now >= until => self.on_silence(desk, codec),
            Stage::Querying { until } if desk.now >= until => self.rest(desk),
            Stage::Resting { until } if desk.now >= until && self.resends => self.refund(desk, codec),
            Stage::Resting { until } if desk.now >= until => {
                self.query(desk, codec);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    /// When this refund wants to be woken, and why.
    pub(crate) const fn wake_at(&self) -> Option<(SimTime, Reason)> {
        Some(match self.stage {
            Stage::Refunding { until } => (until, Reason("answer to the refund is overdue")),
            Stage::Querying { until } => (until, Reason("answer to the refund query is overdue")),
            Stage::Resting { until } => (until, Reason("refund is asked after")),
            Stage::Recording { .. } | Stage::Last(_) => return None,
        })
    }

    fn on_status(&mut self, status: RefundStatus, reference: String, desk: &mut Desk<'_>) -> Next {
        let key = self.charge.key;
        match status {
            // What is taken is the gateway's to bring to its end.
            RefundStatus::Processing | RefundStatus::Done => {
                desk.event(Event::Learned { key, result: ChargeResult::Approved });
                self.store(reference, desk)
            }
            RefundStatus::Closed => {
                desk.event(Event::Learned { key, result: ChargeResult::Undone });
                self.end(Belief::Declined, false, desk)
            }
            RefundStatus::Abnormal => self.end(Belief::Unknown, false, desk),
            // Lost, failed or under way: the same number again is the same refund.
            RefundStatus::Unsaid => {
                self.resends = true;
                self.rest(desk)
            }
        }
    }

    fn on_refusal(&mut self, code: ErrCode, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        let unknown = code.leaves_result_unknown();
        match self.stage {
            Stage::Refunding { .. } if unknown => match desk.settings.profile.habits.trouble {
                HostTrouble::Doubted => self.rest(desk),
                HostTrouble::Declined => self.decline(desk),
            },
            Stage::Refunding { .. } => {
                self.refused += 1;
                self.query(desk, codec);
                Next::Stay
            }
            Stage::Querying { .. } if code == ErrCode::RefundNotExist => {
                if self.refused < REFUSALS {
                    self.refund(desk, codec)
                } else {
                    self.decline(desk)
                }
            }
            // Its time runs out by itself.
            _ => Next::Stay,
        }
    }

    fn on_silence(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        desk.event(Event::GaveUp { key: self.charge.key });
        match desk.settings.profile.habits.silence {
            Silence::Unknown => {
                self.query(desk, codec);
                Next::Tell(Belief::Unknown)
            }
            Silence::ChargeAgain => self.end(Belief::Unknown, true, desk),
            Silence::Declined | Silence::UnknownForCards => self.end(Belief::Declined, false, desk),
            Silence::Approved => self.store(String::new(), desk),
        }
    }

    fn decline(&mut self, desk: &mut Desk<'_>) -> Next {
        desk.event(Event::Learned { key: self.charge.key, result: ChargeResult::Declined });
        self.end(Belief::Declined, false, desk)
    }

    fn rest(&mut self, desk: &Desk<'_>) -> Next {
        self.stage = Stage::Resting { until: desk.now + PAUSE };
        Next::Tell(Belief::Unknown)
    }

    fn store(&mut self, reference: String, desk: &mut Desk<'_>) -> Next {
        self.stage = Stage::Last(LastRecord::storing(self.charge, reference, desk));
        Next::Stay
    }

    fn end(&mut self, belief: Belief, again: bool, desk: &mut Desk<'_>) -> Next {
        self.stage = Stage::Last(LastRecord::ending(self.charge, belief, again, desk));
        Next::Stay
    }

    /// Sends it, or sends it again: the same number is the same refund.
    fn refund(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        self.resends = false;
        let Some((order, total, transaction)) = self.original(desk) else {
            return self.end(Belief::Declined, false, desk);
        };
        let number = self.number;
        let refund = Refund {
            out_trade_no: order.as_str(),
            transaction_id: &transaction,
            out_refund_no: number.as_str(),
            total_fee_fen: total.unsigned(),
            refund_fee_fen: self.charge.amount.unsigned(),
        };
        let request = Request::Charge(self.charge.kind);
        desk.call(request, &messages::Request::Refund(refund), &self.charge, codec);
        self.stage = Stage::Refunding { until: desk.now + ANSWER };
        Next::Stay
    }

    /// The order that it is about, what that was about, and the gateway's number of it.
    fn original(&self, desk: &Desk<'_>) -> Option<(OrderNo, Fen, String)> {
        let key = self.charge.original?.key;
        let Key::Order(order) = key else { return None };
        let approval = desk.journal.approval(key)?;
        Some((order, approval.charge.amount, approval.reference.clone()))
    }

    fn query(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) {
        self.has_left = true;
        let (number, order) = (self.number, self.charge.original.map(|original| original.key));
        let out_trade_no = if let Some(Key::Order(order)) = &order { order.as_str() } else { "" };
        let query = messages::Request::RefundQuery { out_trade_no, out_refund_no: number.as_str() };
        let request = match self.charge.kind {
            Kind::WalletHoldVoid => Request::Query,
            _ => Request::RefundQuery,
        };
        desk.call(request, &query, &self.charge, codec);
        self.stage = Stage::Querying { until: desk.now + ANSWER };
    }
}

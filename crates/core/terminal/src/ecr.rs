//! A cash register's wishes: what its session asks for becomes what people could do to the terminal, and what the terminal
//! reports becomes what the register is told.
//!
//! | the register asks for | the terminal does |
//! |---|---|
//! | a payment, a reservation | a sale, a pre-authorisation |
//! | a reversal by receipt number | the void that undoes it: of a sale, a completion, a hold |
//! | a refund | a refund of the newest payment that has so much left: the register names none, and there is one card |
//! | booking a hold, wholly or in part; releasing it | a completion; a pre-authorisation void |
//! | the end of the day; the totals | a settlement; what the open batch amounts to so far |
//! | the last receipt | the slip of the newest approval, as a reprint |
//! | diagnosis, initialisation | a sign-on |
//! | to stop | the cancel key |
//!
//! The receipt number is the last four digits of the trace number, and means the newest approval with them. Goods that were
//! not issued are a void, a part of them a refund of the rest. When the register is lost, what was begun goes on, and what
//! was captured stays captured: it can ask for the last receipt (ZVT, chapter 4). A charge that the terminal is still
//! undoing when it says so a second time has failed for the register; the next payment is put off until it is done. A
//! refund is told again until somebody answers, and so long the register hears that the terminal waits.
//! *Not modelled:* the receipt of an end of day once more, a slip of the terminal's set-up, totals so far on the terminal's
//! own paper, the host's own reply codes (a decline is 05), undoing a refund whose result the register refuses, the trace
//! number of the original (37) in the result of a reversal: the public crate `zvt` stops reading there.

mod originals;
mod results;

use crate::charge::{Charge, Kind};
use crate::event::{Copy, Errand, Event, Intent, Poke, Press, Request, Wish};
use crate::machine::Terminal;
use crate::screen::{Belief, Face, Screen};
use crate::slip_text;
use originals::{change, hold, open_holds, refund, reversal};
use results::{operator, receipt};
use sim::{Fen, Key, SimTime};
use std::collections::VecDeque;
use zvt::bcd::{Amount, Currency, TerminalId};
use zvt::code::{Intermediate, ResultCode, TerminalStatus};
use zvt::outcome::Outcome;
use zvt::registration::{Printing, Sort};
use zvt::{Ask, ReceiptKind, Session, Tell};

/// What is to be done because of what was asked or reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Do this to the terminal.
    Do(Poke),
    /// Tell this to the register's session.
    Tell(Tell),
}

/// What a terminal is doing for its register.
#[derive(Clone, Debug)]
pub struct Ecr {
    currency: Currency,
    job: Job,
    /// What was told last to be approved.
    last: Option<Charge>,
    /// Receipts that were told, and that the register has not yet said to be on paper.
    told: VecDeque<(Key, Copy)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    Nothing,
    /// A wish that the terminal is at.
    Wish(Errant),
    /// The last charge is to be changed as soon as the terminal is free.
    Changing {
        intent: Intent,
        why: Why,
    },
    Settling,
    SigningOn,
    Reprinting(Key),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Errant {
    intent: Intent,
    kind: Kind,
    why: Why,
    /// How it fails, if it does.
    code: ResultCode,
    reversals: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// The register asked for it.
    Asked,
    /// The goods were not issued.
    Undo(ResultCode),
    /// A part of the goods was issued, worth so much.
    Reduce(Fen),
}

/// The host said no.
const DECLINED: ResultCode = ResultCode(0x05);

/// What the register asks.
impl Ecr {
    /// For a register whose amounts are called this. The terminal's own are yuan.
    #[must_use]
    pub const fn new(currency: Currency) -> Self {
        Self { currency, job: Job::Nothing, last: None, told: VecDeque::new() }
    }

    /// The session asks for something. `intent` is a wish that nobody has had before.
    pub fn ask(
        &mut self,
        now: SimTime,
        ask: &Ask,
        intent: Intent,
        session: &Session,
        terminal: &Terminal,
    ) -> Vec<Deed> {
        let began = self.begin(now, ask, intent, session, terminal);
        began.unwrap_or_else(|code| self.fail(code))
    }

    fn begin(
        &mut self,
        now: SimTime,
        ask: &Ask,
        intent: Intent,
        session: &Session,
        terminal: &Terminal,
    ) -> Result<Vec<Deed>, ResultCode> {
        let wish = |kind, amount, original| Ok(Wish { intent, kind, amount, original });
        let wish: Result<Wish, ResultCode> = match ask {
            Ask::Pay { amount, .. } => wish(Kind::Sale, fen(*amount), None),
            Ask::Reserve { amount: Some(amount), .. } => wish(Kind::PreAuth, fen(*amount), None),
            Ask::Reserve { amount: None, .. } => Err(ResultCode::RESERVATION_AMOUNT),
            Ask::Refund { amount } => refund(fen(*amount), intent, terminal),
            Ask::Reverse { receipt_no, amount } => reversal(*receipt_no, *amount, intent, terminal),
            Ask::Release { receipt_no } => {
                let hold = hold(*receipt_no, terminal)?;
                wish(Kind::PreAuthVoid, hold.amount, Some(hold.key))
            }
            Ask::Book { receipt_no, used, .. } => {
                let hold = hold(*receipt_no, terminal)?;
                wish(Kind::Completion, used.map_or(hold.amount, fen), Some(hold.key))
            }
            Ask::ReleasePart { receipt_no, unused, .. } => {
                let hold = hold(*receipt_no, terminal)?;
                let rest = hold.amount - fen(*unused);
                let rest = Some(rest).filter(|rest| *rest > Fen::ZERO);
                wish(Kind::Completion, rest.ok_or(ResultCode::RESERVATION_AMOUNT)?, Some(hold.key))
            }
            _ => return self.begin_other(now, ask, intent, session, terminal),
        };
        let wish = wish?;
        self.wish(wish, Why::Asked, session, terminal)
    }

    fn begin_other(
        &mut self,
        now: SimTime,
        ask: &Ask,
        intent: Intent,
        session: &Session,
        terminal: &Terminal,
    ) -> Result<Vec<Deed>, ResultCode> {
        Ok(match ask {
            Ask::ListReservations => vec![Deed::Tell(Tell::OpenReservations(open_holds(terminal)))],
            Ask::EndOfDay => {
                free(terminal)?;
                self.job = Job::Settling;
                vec![register_prints(session), Deed::Do(Poke::Settle)]
            }
            Ask::Totals => self.totals_so_far(now, terminal),
            Ask::Diagnose { .. } | Ask::Initialise => {
                free(terminal)?;
                self.job = Job::SigningOn;
                vec![Deed::Do(Poke::SignOn)]
            }
            Ask::PrintConfiguration => return Err(ResultCode::NOT_POSSIBLE),
            Ask::RepeatReceipt { print, .. } => return self.repeat(*print, session, terminal),
            Ask::Status => vec![Deed::Tell(Tell::State(status(terminal)))],
            Ask::Abort => self.stop(),
            Ask::UndoLast { code } => self.change(intent, Why::Undo(*code), session, terminal),
            Ask::Reduce { issued } => self.change(intent, Why::Reduce(fen(*issued)), session, terminal),
            Ask::Taken => self.taken(session),
            Ask::Printed => self.printed(),
            Ask::NotPrinted { .. } | Ask::Lost { .. } => {
                self.told.clear();
                Vec::new()
            }
            _ => Vec::new(),
        })
    }

    /// Hands a wish to the terminal.
    fn wish(
        &mut self,
        wish: Wish,
        why: Why,
        session: &Session,
        terminal: &Terminal,
    ) -> Result<Vec<Deed>, ResultCode> {
        free(terminal)?;
        let Wish { intent, kind, .. } = wish;
        self.job = Job::Wish(Errant { intent, kind, why, code: DECLINED, reversals: 0 });
        Ok(vec![register_prints(session), Deed::Do(Poke::Charge(wish))])
    }

    fn totals_so_far(&self, now: SimTime, terminal: &Terminal) -> Vec<Deed> {
        let batch = terminal.journal().batch().unwrap_or_else(|| terminal.settings().batch);
        self.totals(now, batch, true, terminal)
    }

    fn totals(&self, now: SimTime, batch: u32, agreed: bool, terminal: &Terminal) -> Vec<Deed> {
        let totals = terminal.journal().totals(batch);
        let outcome = self.outcome_of_day(batch, totals, now, terminal);
        let lines = slip_text::totals(batch, totals, agreed, now, operator(terminal), terminal.settings());
        vec![
            Deed::Tell(Tell::Result(Box::new(outcome))),
            Deed::Tell(Tell::Receipt(receipt(ReceiptKind::Administration, lines))),
            Deed::Tell(Tell::Done),
        ]
    }

    fn repeat(
        &mut self,
        print: bool,
        session: &Session,
        terminal: &Terminal,
    ) -> Result<Vec<Deed>, ResultCode> {
        let approval = terminal.journal().approvals().next_back().ok_or(ResultCode::NOT_POSSIBLE)?;
        let key = approval.charge.key;
        let mut deeds = vec![Deed::Tell(Tell::Result(Box::new(self.outcome(approval, terminal))))];
        match session.printing(Sort::Payment) {
            Printing::Terminal if print && !terminal.may_print() => {
                return Err(ResultCode::PRINTER_NOT_READY);
            }
            Printing::Terminal if print => {
                self.job = Job::Reprinting(key);
                deeds.push(Deed::Do(Poke::Reprint(key)));
            }
            _ => {
                if print {
                    deeds.extend(self.receipts(approval, &[Copy::Customer], true, terminal));
                }
                deeds.push(Deed::Tell(Tell::Done));
            }
        }
        Ok(deeds)
    }

    fn stop(&mut self) -> Vec<Deed> {
        let Job::Wish(errant) = &mut self.job else { return Vec::new() };
        errant.code = ResultCode::ABORTED;
        vec![Deed::Do(Poke::Press(Press::Cancel))]
    }

    /// The register has a result from which it prints by itself.
    fn taken(&self, session: &Session) -> Vec<Deed> {
        let by_itself = session.printing(Sort::Payment) == Printing::FromResult;
        let last = self.last.filter(|_| by_itself && self.job == Job::Nothing);
        let copies = [Copy::Merchant, Copy::Customer];
        last.into_iter().flat_map(|last| copies.map(|copy| printed(last.key, copy))).collect()
    }

    fn printed(&mut self) -> Vec<Deed> {
        self.told.pop_front().into_iter().map(|(key, copy)| printed(key, copy)).collect()
    }

    /// Changes the last charge, now or as soon as the terminal is free.
    fn change(&mut self, intent: Intent, why: Why, session: &Session, terminal: &Terminal) -> Vec<Deed> {
        self.told.clear();
        self.job = Job::Changing { intent, why };
        self.change_if_free(session, terminal)
    }

    fn change_if_free(&mut self, session: &Session, terminal: &Terminal) -> Vec<Deed> {
        let Job::Changing { intent, why } = self.job else { return Vec::new() };
        if !terminal.is_idle() {
            return Vec::new();
        }
        let wish = self.last.and_then(|last| change(last, why, intent));
        match wish {
            Some(wish) => self.wish(wish, why, session, terminal).unwrap_or_else(|code| self.fail(code)),
            None => self.fail(ResultCode::REVERSAL_NOT_POSSIBLE),
        }
    }
}

/// What the terminal reports.
impl Ecr {
    /// The terminal has reported this.
    pub fn note(&mut self, now: SimTime, event: &Event, session: &Session, terminal: &Terminal) -> Vec<Deed> {
        if matches!(event, Event::PowerLost | Event::Restarted) {
            self.job = Job::Nothing;
            self.told.clear();
            return vec![Deed::Tell(Tell::Failed(ResultCode::SYSTEM))];
        }
        match self.job {
            Job::Nothing => Vec::new(),
            Job::Wish(errant) => self.note_of_wish(errant, event, session, terminal),
            Job::Changing { .. } => self.change_if_free(session, terminal),
            Job::Settling => self.note_of_settlement(now, event, terminal),
            Job::SigningOn => self.note_of_sign_on(event),
            Job::Reprinting(key) => self.note_of_reprint(key, event),
        }
    }

    fn note_of_wish(
        &mut self,
        errant: Errant,
        event: &Event,
        session: &Session,
        terminal: &Terminal,
    ) -> Vec<Deed> {
        match event {
            Event::Began { intent, .. } if *intent == errant.intent => {
                working(Intermediate::WAITING_FOR_HOST)
            }
            Event::Busy { intent } if *intent == errant.intent => self.fail(ResultCode::WAIT),
            Event::Refused { intent, .. } if *intent == errant.intent => self.fail(refused(errant.kind)),
            Event::GaveUp { .. } => self.will_fail(ResultCode::REMOTE_SILENT),
            Event::Unreached { .. } => self.will_fail(ResultCode::NO_CONNECTION),
            Event::Asked { request: Request::Reversal, .. } => self.note_reversal(errant),
            Event::Shows(Screen { verdict: Some((intent, belief)), face, .. })
                if *intent == errant.intent =>
            {
                match (belief, face) {
                    (Belief::Approved, _) => self.approved(errant, session, terminal),
                    (_, Face::Working { .. } | Face::Code { .. } | Face::Asking) => Vec::new(),
                    (Belief::Declined, _) => self.declined(errant),
                    (Belief::Unknown, _) => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    /// What fails from now on fails because of this, unless the register has stopped it.
    fn will_fail(&mut self, code: ResultCode) -> Vec<Deed> {
        if let Job::Wish(errant) = &mut self.job
            && errant.code != ResultCode::ABORTED
        {
            errant.code = code;
        }
        Vec::new()
    }

    /// It is being undone. When nobody has answered the first time, the register need not wait for it.
    fn note_reversal(&mut self, errant: Errant) -> Vec<Deed> {
        if errant.reversals > 0 {
            return self.fail(errant.code);
        }
        self.job = Job::Wish(Errant { reversals: 1, ..errant });
        working(Intermediate::AUTO_REVERSAL)
    }

    fn approved(&mut self, errant: Errant, session: &Session, terminal: &Terminal) -> Vec<Deed> {
        let approvals = terminal.journal().approvals();
        let Some(approval) = approvals.rev().find(|approval| approval.charge.intent == errant.intent) else {
            return Vec::new();
        };
        self.job = Job::Nothing;
        let mut deeds = vec![Deed::Do(NOBODY_ELSE_PRINTS)];
        match errant.why {
            Why::Asked => {
                self.last = Some(approval.charge);
                deeds.push(Deed::Tell(Tell::Result(Box::new(self.outcome(approval, terminal)))));
                if matches!(session.printing(Sort::Payment), Printing::Lines | Printing::Blocks) {
                    let copies = [Copy::Merchant, Copy::Customer];
                    deeds.extend(self.receipts(approval, &copies, false, terminal));
                }
                deeds.push(Deed::Tell(Tell::Done));
            }
            Why::Undo(code) => deeds.push(Deed::Tell(Tell::Failed(code))),
            Why::Reduce(_) => {}
        }
        deeds
    }

    fn declined(&mut self, errant: Errant) -> Vec<Deed> {
        match errant.why {
            Why::Asked => self.fail(errant.code),
            Why::Undo(_) | Why::Reduce(_) => self.fail(ResultCode::REVERSAL_NOT_POSSIBLE),
        }
    }

    fn note_of_settlement(&mut self, now: SimTime, event: &Event, terminal: &Terminal) -> Vec<Deed> {
        match event {
            Event::Runs(Errand::Settlement { .. }) => working(Intermediate::WAITING_FOR_HOST),
            Event::BatchClosed { batch, agreed } => {
                self.job = Job::Nothing;
                // The totals are told before the terminal's own printer is asked for the next ones.
                let mut deeds = self.totals(now, *batch, *agreed, terminal);
                deeds.push(Deed::Do(NOBODY_ELSE_PRINTS));
                deeds
            }
            // It goes on by itself; nothing is sold until it is done.
            Event::Failed { why, .. } => self.fail(failed(why)),
            _ => Vec::new(),
        }
    }

    fn note_of_sign_on(&mut self, event: &Event) -> Vec<Deed> {
        match event {
            Event::Runs(Errand::SignOn) => working(Intermediate::WAITING_FOR_HOST),
            Event::SignedOn { .. } => {
                self.job = Job::Nothing;
                vec![Deed::Tell(Tell::Done)]
            }
            Event::Shows(Screen { face: Face::Idle | Face::LoggedOff, .. }) => {
                self.fail(ResultCode::COMMUNICATION)
            }
            _ => Vec::new(),
        }
    }

    fn note_of_reprint(&mut self, wanted: Key, event: &Event) -> Vec<Deed> {
        match event {
            Event::Printed { key, .. } if *key == wanted => {
                self.job = Job::Nothing;
                vec![Deed::Tell(Tell::Done)]
            }
            Event::PrinterTrouble { .. } => self.fail(ResultCode::PRINTER_NOT_READY),
            _ => Vec::new(),
        }
    }

    /// What was asked for has not been done.
    fn fail(&mut self, code: ResultCode) -> Vec<Deed> {
        let job = core::mem::replace(&mut self.job, Job::Nothing);
        let mut deeds = vec![Deed::Do(NOBODY_ELSE_PRINTS)];
        if matches!(job, Job::Wish(Errant { why: Why::Asked, .. })) {
            deeds.push(Deed::Tell(Tell::Result(Box::new(Outcome::of(code)))));
        }
        let reduces = matches!(
            job,
            Job::Wish(Errant { why: Why::Reduce(_), .. }) | Job::Changing { why: Why::Reduce(_), .. }
        );
        if !reduces {
            deeds.push(Deed::Tell(Tell::Failed(code)));
        }
        deeds
    }
}

/// The terminal's number as the protocol has it: digits. Where there are others, nothing.
#[must_use]
pub fn terminal_id(tid: &str) -> Option<TerminalId> {
    tid.parse().ok().and_then(TerminalId::new)
}

const NOBODY_ELSE_PRINTS: Poke = Poke::RegisterPrints { slips: false, totals: false };

fn register_prints(session: &Session) -> Deed {
    let elsewhere = |sort| session.printing(sort) != Printing::Terminal;
    let (slips, totals) = (elsewhere(Sort::Payment), elsewhere(Sort::Administration));
    Deed::Do(Poke::RegisterPrints { slips, totals })
}

const fn printed(key: Key, copy: Copy) -> Deed {
    Deed::Do(Poke::RegisterPrinted(key, copy))
}

fn working(status: Intermediate) -> Vec<Deed> {
    vec![Deed::Tell(Tell::Working { status, minutes: None })]
}

fn free(terminal: &Terminal) -> Result<(), ResultCode> {
    if terminal.is_idle() { Ok(()) } else { Err(ResultCode::WAIT) }
}

fn status(terminal: &Terminal) -> TerminalStatus {
    if terminal.journal().settling().is_some() {
        TerminalStatus::RECONCILIATION_REQUIRED
    } else if !terminal.is_idle() {
        TerminalStatus::WAIT
    } else if terminal.screen().trouble.is_some() {
        TerminalStatus::PRINTER_NOT_READY
    } else {
        TerminalStatus::READY
    }
}

/// Twelve digits of the smallest unit are less than an `i64` holds.
const fn fen(amount: Amount) -> Fen {
    Fen(amount.get().cast_signed())
}

/// Why the terminal itself turned a wish away.
fn refused(kind: Kind) -> ResultCode {
    if kind.originals().is_empty() { ResultCode::NOT_POSSIBLE } else { ResultCode::REVERSAL_NOT_POSSIBLE }
}

fn failed(why: &str) -> ResultCode {
    match why {
        "nobody listens at the host" => ResultCode::NO_CONNECTION,
        "no reply in time" => ResultCode::REMOTE_SILENT,
        _ => ResultCode::PROCESSING,
    }
}

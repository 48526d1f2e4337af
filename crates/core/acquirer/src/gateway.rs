//! The wallet gateways: reads and authenticates a call, decides it on the books, answers it in its own dialect.
//!
//! Sources: WeChat Pay v2 and v3, Alipay `gateway.do` and v3: their calls, levels of results and what is unknown after
//! them. The dialects are those of [`wallet::platform`]; the rules of the orders those of `orders`. A request is decided
//! at its commit; whatever comes first, a close or a payment, wins. *Not modelled:* client certificates, which belong to
//! the transport; nonces of WeChat Pay v2 and of `gateway.do`, which the platforms do not look at.

mod guard;
mod words;

use crate::books::{Books, Change};
use crate::config::{Config, WalletSetup};
use crate::event::{Event, Kind, Movement, PaymentRefusal};
use crate::fault::{Course, Desk as AtDesk, Subject};
use crate::notifier::Scene;
use crate::orders::{self, Brand, Clock, Desk, Happened, Pen};
use crate::payers::payer_of;
use crate::short::{Code, Why};
use core::time::Duration;
use guard::Guard;
use sim::{Fen, Key, OrderNo, ShopNo, SimTime, TerminalNo};
use wallet::ask::{Ask, Hold, Operation};
use wallet::exchange::{Dialect, HttpAnswer, HttpRequest};
use wallet::moment::Day;
use wallet::platform::{Heard, Manner, Stamp};
use wallet::told::{Refusal, Told};

/// The wallet platforms' way from requests to answers.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    setup: WalletSetup,
    clock: Clock,
    /// From a payer's agreement to the landing of the money.
    paying: Duration,
    guard: Guard,
    answers: u64,
}

/// A request that somebody known has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRequest {
    /// What it asks for.
    pub kind: Kind,
    /// Of which order, where it says so.
    pub order: Option<OrderNo>,
    call: Call,
    manner: Manner,
}

/// What is to be decided, without its wording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) asked: Result<Ask, Refusal>,
    pub(crate) dialect: Dialect,
    /// The merchant's place in the setup.
    pub(crate) merchant: usize,
}

/// A request that is turned away without a decision; nothing moves because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// What to answer, at once.
    pub answer: HttpAnswer,
    /// What it seems to ask for.
    pub kind: Option<Kind>,
    /// What is wrong with it.
    pub why: Why,
}

/// What happens to a decision whatever the rules say: faults of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forced {
    /// Nothing.
    #[default]
    No,
    /// It is refused, and nothing is committed.
    Refuse(Refusal),
    /// It is committed, and refused all the same: whoever believes the refusal is wrong.
    CommitAndRefuse(Refusal),
}

/// What the gateway has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// In no dialect's words.
    pub told: Told,
    /// The word of the answer that counts: a state, an error code.
    pub code: Code,
    /// Whether it was refused and nothing moved, whatever it is told.
    pub declined: bool,
    /// What has moved, also behind a forced refusal.
    pub moved: Option<(Movement, Fen)>,
}

impl WalletRequest {
    /// Its number: a refund has one of its own, everything else that of its order; all zero where the request does not
    /// say.
    #[must_use]
    pub fn key(&self) -> Key {
        self.refund_no().map_or_else(|| self.payment(), Key::Order)
    }

    /// Of which payment; all zero where the request does not say.
    #[must_use]
    pub fn payment(&self) -> Key {
        self.order.map_or(Key::Card { terminal: TerminalNo(0), batch: 0, stan: 0 }, Key::Order)
    }

    fn refund_no(&self) -> Option<OrderNo> {
        let number = match self.call.asked.as_ref().ok()? {
            Ask::Refund(refund) | Ask::Hold(Hold::Unfreeze(refund)) => Some(&refund.refund_no),
            Ask::Hold(Hold::Query { operation: Operation::RequestNo(number), .. }) => Some(number),
            Ask::RefundQuery(refund) => refund.refund_no.as_ref(),
            _ => None,
        };
        Some(OrderNo::new(number?)?.at(self.call.shop()))
    }

    /// What the faults make of its decision. A word that is none of its dialect's means that the host is at fault.
    #[must_use]
    pub fn forced(&self, course: &Course) -> Forced {
        let Some(code) = course.says else { return Forced::No };
        let why = words::refusal(&self.manner, code.as_str());
        if course.without_commit { Forced::Refuse(why) } else { Forced::CommitAndRefuse(why) }
    }

    /// What a fault can aim at. Fields have the names of WeChat Pay v2, in every dialect.
    pub fn with_subject<T>(&self, look: impl FnOnce(&Subject<'_>) -> T) -> T {
        let ask = self.call.asked.as_ref().ok();
        let amount = ask.and_then(words::amount);
        let digits = amount.map(|fen| fen.unsigned().to_string());
        let field = |name: &str| match name {
            "total_fee" | "refund_fee" => digits.as_deref().map(str::as_bytes),
            "out_trade_no" => self.order.as_ref().map(|order| order.as_str().as_bytes()),
            _ => words::field(ask?, name).map(str::as_bytes),
        };
        look(&Subject { desk: AtDesk::Wallet, kind: self.kind, key: self.key(), amount, field: &field })
    }

    /// The dialect.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.call.dialect
    }
}

impl Gateway {
    pub(crate) fn new(config: &Config) -> Self {
        let (setup, clock) = (config.wallets.clone(), Clock::new(config.start));
        Self { setup, clock, paying: config.paying, guard: Guard::default(), answers: 0 }
    }

    /// Reads a request and finds out who sent it. Changes nothing but what the gateway remembers against replays.
    ///
    /// # Errors
    /// It is no call, or nobody known has signed it: [`TurnedAway`] has the answer.
    pub(crate) fn read(
        &mut self,
        now: SimTime,
        request: &HttpRequest<'_>,
        books: &Books,
    ) -> Result<WalletRequest, Box<TurnedAway>> {
        // What was understood says it itself.
        let kind = || words::kind_of(request);
        let Some(heard) = self.setup.platform.hear(request, self.clock.wall(now)) else {
            let answer = HttpAnswer::new(404, "text/plain", Vec::new());
            let why = Why::new("no gateway has this path");
            return Err(Box::new(TurnedAway { answer, kind: None, why }));
        };
        let Heard { asked, manner } = heard;
        let Some(merchant) = manner.merchant().filter(|_| !asked.as_ref().is_err_and(words::is_nobodys))
        else {
            let why = asked.err().unwrap_or(Refusal::NoSuchMerchant);
            return Err(self.turn_away(now, &manner, kind(), why));
        };
        if let Err(why) = self.guard.admit(now, &manner, merchant, &self.setup) {
            return Err(self.turn_away(now, &manner, kind(), why));
        }
        let dialect = manner.dialect();
        let call = Call { asked, dialect, merchant };
        let order = call.order(books);
        let kind = call.asked.as_ref().map_or_else(|_| kind(), |ask| Some(words::kind_of_ask(ask)));
        Ok(WalletRequest { kind: kind.unwrap_or(Kind::Query), order, call, manner })
    }

    /// Decides at the commit, on the books as they are then. Pushes what changes; moves nothing itself.
    pub(crate) fn decide(
        &self,
        now: SimTime,
        request: &WalletRequest,
        forced: Forced,
        books: &Books,
        changes: &mut Vec<Change>,
    ) -> Decision {
        let (result, moved) = match forced {
            Forced::Refuse(why) => (Err(why), None),
            Forced::No | Forced::CommitAndRefuse(_) => self.judge(now, &request.call, books, changes),
        };
        let declined = result.is_err();
        let told = match forced {
            Forced::CommitAndRefuse(why) => Told::from(why),
            Forced::No | Forced::Refuse(_) => result.unwrap_or_else(Told::from),
        };
        let code = words::code(&request.manner, &told);
        Decision { told, code, declined, moved }
    }

    /// The whole answer.
    pub(crate) fn answer(
        &mut self,
        now: SimTime,
        request: &WalletRequest,
        decision: &Decision,
    ) -> HttpAnswer {
        self.put(now, &request.manner, &decision.told)
    }

    /// A payer who has scanned a shown code agrees to pay it.
    ///
    /// # Errors
    /// The order cannot be paid.
    pub(crate) fn confirm(
        &self,
        now: SimTime,
        number: OrderNo,
        books: &Books,
        changes: &mut Vec<Change>,
    ) -> Result<(), PaymentRefusal> {
        let mut order = books.orders().payable(number)?.clone();
        let is_alipay = Brand::of(order.terms.dialect) == Brand::Alipay;
        let payer = payer_of("0001", is_alipay);
        let mut pen = Pen { now, clock: self.clock, books, changes };
        pen.begin(&mut order, now, self.paying, payer);
        Ok(())
    }

    /// Decides the first of what is due by itself; whether there was any. The changes must be made before it is asked
    /// again.
    pub(crate) fn settle_due(&self, scene: &mut Scene<'_>) -> bool {
        let Scene { now, books, changes, events } = scene;
        let mut pen = Pen { now: *now, clock: self.clock, books, changes };
        let Some(happened) = orders::settle_due(&mut pen, |brand| *self.setup.rules(brand)) else {
            return false;
        };
        let committed = |order, movement, amount| {
            let key = Key::Order(order);
            Event::Committed { key, movement, amount, by: Some(key) }
        };
        match happened {
            Happened::Paid(order, way, amount) => events.push(committed(order, way.taken().0, amount)),
            Happened::PaidInVain(order, way, amount) => {
                events.push(committed(order, way.taken().0, amount));
                events.push(committed(order, way.undone().0, amount));
            }
            Happened::Ended(order, amount) => events.push(committed(order, Movement::Closed, amount)),
            Happened::Refused(order, why) => events.push(Event::PaymentRefused { order, why }),
        }
        true
    }

    /// What a call comes to, and what it moves.
    pub(crate) fn judge(
        &self,
        now: SimTime,
        call: &Call,
        books: &Books,
        changes: &mut Vec<Change>,
    ) -> (Result<Told, Refusal>, Option<(Movement, Fen)>) {
        let Call { asked, dialect, merchant } = call;
        let ask = match asked {
            Ok(ask) => ask,
            Err(why) => return (Err(*why), None),
        };
        let brand = Brand::of(*dialect);
        let mut desk = Desk {
            pen: Pen { now, clock: self.clock, books, changes },
            shop: call.shop(),
            dialect: *dialect,
            rules: self.setup.rules(brand),
            holds: matches!(ask, Ask::Hold(_)),
            payers: &self.setup.payers,
            notify_url: self.setup.notify_url.as_deref(),
            paying: self.paying,
            moved: None,
        };
        let told = match ask {
            Ask::Pay(pay) => desk.pay(pay),
            Ask::Make(make) => desk.make(make),
            Ask::Query(order) => desk.query(order),
            Ask::Reverse(order) => desk.reverse(order),
            Ask::Close(order) => desk.close(order),
            Ask::Refund(refund) => desk.refund(refund),
            Ask::RefundQuery(refund) => desk.refunds(refund),
            Ask::Hold(Hold::Make(make)) => desk.make(make),
            Ask::Hold(Hold::Query { hold, operation }) => desk.query_hold(hold, operation),
            Ask::Hold(Hold::Cancel(hold)) => desk.reverse(hold),
            Ask::Hold(Hold::Unfreeze(refund)) => desk.refund(refund),
            Ask::Bill { day } => desk.bill(*day, self.bill_address(*day, *merchant)).map(Told::Bill),
            Ask::BillFile { token } => match bill_day(token, *merchant) {
                Some(day) => desk.bill(day, self.bill_address(day, *merchant)).map(Told::Bill),
                None => Err(Refusal::NoBill),
            },
            Ask::Certificates => Ok(Told::Certificates),
            Ask::SandboxKey => Ok(Told::SandboxKey),
        };
        (told, desk.moved)
    }

    fn turn_away(
        &mut self,
        now: SimTime,
        manner: &Manner,
        kind: Option<Kind>,
        why: Refusal,
    ) -> Box<TurnedAway> {
        let answer = self.put(now, manner, &Told::from(why));
        Box::new(TurnedAway { answer, kind, why: Why::new(words::reason(why)) })
    }

    fn put(&mut self, now: SimTime, manner: &Manner, told: &Told) -> HttpAnswer {
        self.answers += 1;
        let nonce = (u128::from(now.as_nanos()) << 64) | u128::from(self.answers);
        self.setup.platform.answer(manner, told, Stamp { now: self.clock.wall(now), nonce })
    }

    fn bill_address(&self, day: Day, merchant: usize) -> String {
        format!("{}{merchant}-{}", self.setup.bill_address, day.compact())
    }
}

impl Call {
    fn shop(&self) -> ShopNo {
        Brand::of(self.dialect).shop_of(u16::try_from(self.merchant).unwrap_or(u16::MAX))
    }

    /// The order of its shop that it is about, also where it names only the platform's number.
    pub(crate) fn order(&self, books: &Books) -> Option<OrderNo> {
        let ask = self.asked.as_ref().ok()?;
        if let Some(number) = ask.order_no() {
            return Some(OrderNo::new(number)?.at(self.shop()));
        }
        let which = match ask {
            Ask::Query(order) | Ask::Reverse(order) | Ask::Close(order) => order,
            Ask::Refund(refund) | Ask::Hold(Hold::Unfreeze(refund)) => &refund.order,
            Ask::Hold(Hold::Query { hold, .. } | Hold::Cancel(hold)) => hold,
            _ => return None,
        };
        books.orders().find(self.shop(), which).map(|order| order.number)
    }
}

/// The day of a token that was given to this merchant.
fn bill_day(token: &str, merchant: usize) -> Option<Day> {
    let (whose, day) = token.split_once('-')?;
    Day::parse_compact(day).filter(|_| whose.parse() == Ok(merchant))
}

//! A tiny platform of wallet orders for the claims about them: rules, books and notifier, without dialects or ports.

use crate::books::{Books, Change};
use crate::config::{Config, WalletSetup};
use crate::event::{Event, Movement};
use crate::gateway::{Call, Gateway};
use crate::notifier::{Delivery, DeliveryOutcome, Due, NoticeFault, Notifier, Scene, Sending};
use crate::orders::Clock;
use crate::payers::{Does, PayerRule, Payers, Who};
use ::wallet::amount::Amount;
use ::wallet::ask::{Ask, Make, OrderRef, Pay, PaymentCode, Refund, RefundRef};
use ::wallet::exchange::Dialect;
use ::wallet::told::{OrderState, Refusal, Told, Undone};
use core::time::Duration;
use sim::{Fen, Key, OrderNo, ShopNo, SimTime};

/// A platform, the present, and everything that was decided.
#[derive(Clone)]
pub(super) struct Book {
    pub(super) gateway: Gateway,
    pub(super) notifier: Notifier,
    pub(super) books: Books,
    pub(super) now: SimTime,
    pub(super) log: Vec<Change>,
    pub(super) events: Vec<(SimTime, Event)>,
    /// What the last request moved.
    pub(super) moved: Option<(Movement, Fen)>,
}

pub(super) const V2: Dialect = Dialect::WeChatV2;
pub(super) const ALIPAY: Dialect = Dialect::AlipayGateway;

/// Codes whose last two digits say what their payers do; any other ending pays at once.
const PAYERS: [(&str, Does); 8] = [
    ("01", Does::TypesPassword { after: Duration::from_secs(10) }),
    ("02", Does::NeverConfirms),
    ("03", Does::LacksMoney),
    ("04", Does::ShowsOldCode),
    ("05", Does::ShowsInvalidCode),
    ("06", Does::ShowsUsedCode),
    ("07", Does::ShowsUnsupportedCard),
    ("08", Does::TypesPassword { after: Duration::from_secs(50) }),
];

impl Book {
    pub(super) fn new() -> Self {
        Self::with(WalletSetup::default())
    }

    pub(super) fn with(setup: WalletSetup) -> Self {
        let rule = |(ends, does): (&str, Does)| PayerRule {
            who: Who::Code { begins: String::new(), ends: ends.into() },
            does,
        };
        let payers = Payers { rules: PAYERS.map(rule).into(), ..Payers::default() };
        let config = Config { wallets: WalletSetup { payers, ..setup }, ..Config::default() };
        let notifier = Notifier::new(&config.wallets, Clock::new(config.start), config.acknowledging);
        let gateway = Gateway::new(&config);
        let (books, now, log, events) = (Books::default(), SimTime::ZERO, vec![], vec![]);
        Self { gateway, notifier, books, now, log, events, moved: None }
    }

    pub(super) fn ask(&mut self, dialect: Dialect, ask: Ask) -> Result<Told, Refusal> {
        let mut changes = vec![];
        let call = Call { asked: Ok(ask), dialect, merchant: 0 };
        let (told, moved) = self.gateway.judge(self.now, &call, &self.books, &mut changes);
        self.moved = moved;
        self.apply(changes);
        told
    }

    /// A word for what was told.
    pub(super) fn say(&mut self, dialect: Dialect, ask: Ask) -> String {
        match self.ask(dialect, ask) {
            Ok(told) => word(&told),
            Err(why) => format!("{why:?}"),
        }
    }

    pub(super) fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.books.apply(&change);
            self.log.push(change);
        }
    }

    /// Lets this many milliseconds pass; nobody is told anything meanwhile.
    pub(super) fn pass_ms(&mut self, millis: u64) -> &mut Self {
        let end = self.now + Duration::from_millis(millis);
        while let Some((at, _)) = self.books.orders().next_due().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            assert!(self.scene(|book, scene| book.0.settle_due(scene)), "what is due can be settled");
        }
        self.now = end;
        self
    }

    pub(super) fn pass(&mut self, secs: u64) -> &mut Self {
        self.pass_ms(secs * 1000)
    }

    /// The payer of a shown code agrees; whether that was possible.
    pub(super) fn confirm(&mut self, number: OrderNo) -> bool {
        let mut changes = vec![];
        let taken = self.gateway.confirm(self.now, number, &self.books, &mut changes).is_ok();
        self.apply(changes);
        taken
    }

    /// Everything that is to be sent now.
    pub(super) fn send(&mut self, mut spoil: impl FnMut(&Due) -> Option<NoticeFault>) -> Vec<Delivery> {
        let mut sent = vec![];
        while let Some(sending) = self.scene(|book, scene| book.1.next(scene, &mut spoil)) {
            if let Sending::Leaves(delivery) = sending {
                sent.push(delivery);
            }
        }
        sent
    }

    pub(super) fn answer(&mut self, delivery: &Delivery, outcome: DeliveryOutcome<'_>) {
        self.scene(|book, scene| book.1.delivered(delivery.id, outcome, scene));
    }

    /// Gives up what is overdue.
    pub(super) fn expire(&mut self) {
        while self.scene(|book, scene| book.1.expire(scene)).is_some() {}
    }

    pub(super) fn scene<R>(&mut self, act: impl FnOnce((&Gateway, &mut Notifier), &mut Scene<'_>) -> R) -> R {
        let (mut changes, mut events) = (vec![], vec![]);
        let Self { gateway, notifier, books, now, .. } = self;
        let mut scene = Scene { now: *now, books, changes: &mut changes, events: &mut events };
        let result = act((gateway, notifier), &mut scene);
        self.apply(changes);
        self.events.extend(events.into_iter().map(|event| (self.now, event)));
        result
    }

    pub(super) fn net(&self, number: OrderNo) -> Fen {
        self.books.ledger().net(Key::Order(number))
    }

    pub(super) fn story(&self) -> Vec<String> {
        self.events.iter().map(|(at, event)| format!("{at} {event}")).collect()
    }

    /// The books as they come back from what was written down.
    pub(super) fn rebuilt(&self) -> Books {
        let mut books = Books::default();
        for change in &self.log {
            let text = serde_json::to_string(change).unwrap();
            books.apply(&serde_json::from_str(&text).unwrap());
        }
        books
    }
}

fn word(told: &Told) -> String {
    match told {
        Told::Order(order) => match order.state {
            OrderState::Paid => format!("paid {}", order.amount.fen()),
            state => format!("{state:?}").to_lowercase(),
        },
        Told::Made { code_url, .. } => code_url.clone(),
        Told::Reversed(reversed) => match reversed.undone {
            Undone::Nothing => "nothing to undo".into(),
            Undone::Closed => "undone, closed".into(),
            Undone::Refunded => "undone, refunded".into(),
        },
        Told::Closed { .. } => "closed".into(),
        Told::Refunded(refund) => {
            let moved = if refund.moved_now { "" } else { " before" };
            format!("refunded {} of {}{moved}", refund.amount.fen(), refund.total.fen())
        }
        Told::Refunds(refunds) => {
            let each =
                |refund: &::wallet::told::RefundTold| format!("{} {}", refund.refund_no, refund.amount.fen());
            refunds.iter().map(each).collect::<Vec<_>>().join(", ")
        }
        other => format!("{other:?}"),
    }
}

/// The order of this number at a platform's shop of the first merchant.
pub(super) fn number(dialect: Dialect, text: &str) -> OrderNo {
    let shop = if matches!(dialect, Dialect::WeChatV2 | Dialect::WeChatV3) { 0 } else { 1 };
    OrderNo::new(text).unwrap().at(ShopNo(shop))
}

pub(super) fn fen(fen: u64) -> Amount {
    Amount::from_fen(fen).unwrap()
}

/// A code of the right wallet, of payer `who`, the `nth` that he shows.
pub(super) fn code(dialect: Dialect, nth: u32, who: &str) -> PaymentCode {
    let prefix = if matches!(dialect, Dialect::WeChatV2 | Dialect::WeChatV3) { "13" } else { "28" };
    PaymentCode::new(format!("{prefix}{nth:014}{who:0>2}"))
}

pub(super) fn pay(no: &str, amount: u64, payment_code: PaymentCode) -> Ask {
    let (order_no, amount, subject) = (no.to_owned(), fen(amount), "tea".to_owned());
    let (expires, notify_url, attach, device) = (None, None, None, None);
    Ask::Pay(Pay { order_no, amount, subject, payment_code, expires, notify_url, attach, device })
}

pub(super) fn make(no: &str, amount: u64) -> Ask {
    let (order_no, amount, subject) = (no.to_owned(), fen(amount), "tea".to_owned());
    let (expires, attach, device) = (None, None, None);
    let notify_url = Some("http://shop/notify".to_owned());
    Ask::Make(Make { order_no, amount, subject, notify_url, expires, attach, device })
}

pub(super) fn by_no(no: &str) -> OrderRef {
    OrderRef::OrderNo(no.to_owned())
}

pub(super) fn query(no: &str) -> Ask {
    Ask::Query(by_no(no))
}

pub(super) fn close(no: &str) -> Ask {
    Ask::Close(by_no(no))
}

pub(super) fn reverse(no: &str) -> Ask {
    Ask::Reverse(by_no(no))
}

pub(super) fn refund(no: &str, refund_no: &str, amount: u64) -> Ask {
    let (order, refund_no, amount) = (by_no(no), refund_no.to_owned(), fen(amount));
    let notify_url = Some("http://shop/refunds".to_owned());
    Ask::Refund(Refund { order, refund_no, amount, total: None, reason: None, notify_url })
}

pub(super) fn refunds_of(no: &str) -> Ask {
    Ask::RefundQuery(RefundRef { order: Some(by_no(no)), ..RefundRef::default() })
}

//! The rules of the wallet gateway: make an order, ask for it, close it, pay it.
//!
//! Source: WeChat Pay v2, "payment-code" (calls, three result levels, trade states). One merchant. A request is
//! decided at its commit; whatever comes first, a close or a payment, wins.
//! *Not modelled:* payment codes, reverse, refunds, expiry of orders, several connections at once.

use crate::config::Config;
use crate::event::{Kind, Movement, PaymentRefusal};
use crate::fault::{Desk, Subject};
use crate::ledger::{Cause, Entry, Ledger};
use crate::notifier::Payment;
use crate::short::{Code, Short, Why};
use sim::Key;
use sim::OrderNo;
use sim::{Fen, SimTime};
use std::collections::BTreeMap;
use wallet::http::RequestParser;
use wallet::messages::{Answer, Call, Codec, ErrCode, OrderState, Request, TradeState};

/// Twelve digits of fen, as a card host; sums of such amounts stay far from the end of the numbers.
const AMOUNT_MAX: Fen = Fen(999_999_999_999);

/// The orders, and the way to and from their bytes.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    orders: BTreeMap<OrderNo, Order>,
    parser: RequestParser,
    codec: Codec,
    nonce: u64,
}

#[derive(Clone, Debug)]
struct Order {
    terms: Terms,
    state: State,
    /// Makes the code and the transaction id.
    serial: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Paid,
    Closed,
}

/// What an order is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    amount: Fen,
    body: String,
}

/// A readable, authentic request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WalletRequest {
    pub(crate) order: OrderNo,
    ask: Ask,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Ask {
    Order(Terms),
    Query,
    Close,
}

/// What has come out of the bytes.
#[derive(Clone, Debug)]
pub(crate) enum Incoming {
    Request(WalletRequest),
    /// A call, but forged, foreign or unreadable.
    Unacceptable {
        kind: Kind,
        why: Why,
    },
    /// No call of this gateway: the HTTP status says so.
    NoCall {
        status: u16,
        why: Why,
    },
}

/// What the gateway has decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub(crate) code: Code,
    pub(crate) declined: bool,
    pub(crate) moved: Option<(Movement, Fen)>,
}

impl WalletRequest {
    pub(crate) const fn kind(&self) -> Kind {
        match self.ask {
            Ask::Order(_) => Kind::Order,
            Ask::Query => Kind::Query,
            Ask::Close => Kind::Close,
        }
    }

    /// What a fault can aim at.
    pub(crate) fn with_subject<T>(&self, look: impl FnOnce(&Subject<'_>) -> T) -> T {
        let field = |name: &str| (name == "out_trade_no").then_some(self.order.as_str().as_bytes());
        let amount = match &self.ask {
            Ask::Order(terms) => Some(terms.amount),
            Ask::Query | Ask::Close => None,
        };
        let (kind, key) = (self.kind(), Key::Order(self.order));
        look(&Subject { desk: Desk::Wallet, kind, key, amount, field: &field })
    }

    fn of(request: &Request<'_>) -> Result<Self, Why> {
        let order = OrderNo::new(request.out_trade_no()).ok_or_else(|| Why::of("no order number"))?;
        let ask = match request {
            Request::UnifiedOrder(order) => {
                let amount =
                    i64::try_from(order.total_fee_fen).map_err(|_| Why::new("total_fee is too large"))?;
                Ask::Order(Terms { amount: Fen(amount), body: order.body.to_owned() })
            }
            Request::OrderQuery { .. } => Ask::Query,
            Request::CloseOrder { .. } => Ask::Close,
        };
        Ok(Self { order, ask })
    }
}

impl Gateway {
    pub(crate) fn new(config: &Config) -> Self {
        let codec = Codec::new(config.merchant.clone(), "gateway");
        Self { orders: BTreeMap::new(), parser: RequestParser::default(), codec, nonce: 0 }
    }

    /// Takes bytes as they come.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.parser.push(bytes);
    }

    /// Whether a part of a request waits for its rest.
    pub(crate) const fn is_reading(&self) -> bool {
        self.parser.pending_bytes() > 0
    }

    /// Forgets what was read of an unfinished request.
    pub(crate) fn reset(&mut self) {
        self.parser.reset();
    }

    /// What the bytes say next.
    pub(crate) fn next_incoming(&mut self) -> Option<Incoming> {
        let http = match self.parser.next_request() {
            Ok(request) => request?,
            Err(error) => {
                self.parser.reset();
                return Some(Incoming::NoCall { status: 400, why: Why::of(error) });
            }
        };
        let request = self.codec.decode_request(&http).map_err(Why::of);
        let request = request.and_then(|request| WalletRequest::of(&request));
        Some(match (request, kind_of(http.target)) {
            (Ok(request), _) => Incoming::Request(request),
            (Err(why), Some(kind)) => Incoming::Unacceptable { kind, why },
            (Err(why), None) => Incoming::NoCall { status: 404, why },
        })
    }

    /// Decides a request, now and for good, and appends the answer.
    pub(crate) fn decide(&mut self, request: WalletRequest, out: &mut Vec<u8>) -> Decision {
        let number = request.order;
        let decided = match request.ask {
            Ask::Order(terms) => self.make(number, terms, out),
            Ask::Query => self.tell(number, out),
            Ask::Close => self.close(number, out),
        };
        decided.unwrap_or_else(|error| self.refuse(error, out))
    }

    /// Takes the payer's money, if the order can be paid.
    pub(crate) fn pay(
        &mut self,
        now: SimTime,
        number: OrderNo,
        ledger: &mut Ledger,
    ) -> Result<Payment, PaymentRefusal> {
        self.payable(number)?;
        let order = self.orders.get_mut(&number).ok_or(PaymentRefusal::UnknownOrder)?;
        order.state = State::Paid;
        let amount = order.terms.amount;
        ledger.append(Entry::capture(now, Key::Order(number), Cause::OrderPaid, amount));
        Ok(Payment { order: number, amount, transaction: transaction_id(order.serial) })
    }

    /// Whether the order can be paid, as far as is known now.
    pub(crate) fn payable(&self, number: OrderNo) -> Result<(), PaymentRefusal> {
        match self.orders.get(&number).map(|order| order.state) {
            None => Err(PaymentRefusal::UnknownOrder),
            Some(State::Closed) => Err(PaymentRefusal::Closed),
            Some(State::Paid) => Err(PaymentRefusal::AlreadyPaid),
            Some(State::Open) => Ok(()),
        }
    }

    /// Refuses on the business level.
    pub(crate) fn refuse(&mut self, error: ErrCode, out: &mut Vec<u8>) -> Decision {
        let nonce = self.fresh_nonce();
        self.codec.encode_result_fail(error, error.as_str(), nonce, out);
        Decision { code: Code::new(error.as_str()), declined: true, moved: None }
    }

    /// Refuses on the communication level: `return_code` FAIL, unsigned.
    pub(crate) fn turn_away(&mut self, why: &str, out: &mut Vec<u8>) {
        self.codec.encode_return_fail(why, out);
    }

    fn make(&mut self, number: OrderNo, terms: Terms, out: &mut Vec<u8>) -> Result<Decision, ErrCode> {
        let amount = terms.amount;
        let (serial, moved) = match self.orders.get(&number) {
            Some(Order { state: State::Paid, .. }) => return Err(ErrCode::OrderPaid),
            Some(Order { state: State::Closed, .. }) => return Err(ErrCode::OrderClosed),
            Some(order) if order.terms != terms => return Err(ErrCode::OutTradeNoUsed),
            Some(order) => (order.serial, None),
            None if amount <= Fen::ZERO || amount > AMOUNT_MAX => return Err(ErrCode::ParamError),
            None => {
                let serial = self.orders.len() as u64 + 1;
                self.orders.insert(number, Order { terms, state: State::Open, serial });
                (serial, Some((Movement::Ordered, amount)))
            }
        };
        let code_url = Short::<64>::of(format_args!("weixin://wxpay/bizpayurl?pr={serial:09}"));
        Ok(self.answer(&Answer::CodeUrl(code_url.as_str()), "SUCCESS", moved, out))
    }

    fn tell(&mut self, number: OrderNo, out: &mut Vec<u8>) -> Result<Decision, ErrCode> {
        let order = self.orders.get(&number).ok_or(ErrCode::OrderNotExist)?;
        let trade_state = match order.state {
            State::Open => TradeState::NotPay,
            State::Paid => TradeState::Success,
            State::Closed => TradeState::Closed,
        };
        let paid = order.state == State::Paid;
        let transaction_id = transaction_id(order.serial);
        let state = OrderState {
            out_trade_no: number.as_str(),
            trade_state,
            transaction_id: paid.then_some(transaction_id.as_str()),
            total_fee_fen: paid.then_some(order.terms.amount.unsigned()),
        };
        Ok(self.answer(&Answer::Order(state), trade_state.as_str(), None, out))
    }

    fn close(&mut self, number: OrderNo, out: &mut Vec<u8>) -> Result<Decision, ErrCode> {
        let order = self.orders.get_mut(&number).ok_or(ErrCode::OrderNotExist)?;
        match order.state {
            State::Paid => return Err(ErrCode::OrderPaid),
            State::Closed => return Err(ErrCode::OrderClosed),
            State::Open => order.state = State::Closed,
        }
        let moved = Some((Movement::Closed, order.terms.amount));
        Ok(self.answer(&Answer::Closed, "SUCCESS", moved, out))
    }

    fn answer(
        &mut self,
        answer: &Answer<'_>,
        code: &str,
        moved: Option<(Movement, Fen)>,
        out: &mut Vec<u8>,
    ) -> Decision {
        let nonce = self.fresh_nonce();
        self.codec.encode_answer(answer, nonce, out);
        Decision { code: Code::new(code), declined: false, moved }
    }

    const fn fresh_nonce(&mut self) -> u64 {
        self.nonce = self.nonce.wrapping_add(1);
        self.nonce
    }
}

fn kind_of(path: &str) -> Option<Kind> {
    let kinds =
        [(Call::UnifiedOrder, Kind::Order), (Call::OrderQuery, Kind::Query), (Call::CloseOrder, Kind::Close)];
    kinds.into_iter().find(|(call, _)| call.path() == path).map(|(_, kind)| kind)
}

/// Twenty-eight digits, as the platform's own.
fn transaction_id(serial: u64) -> Short<28> {
    Short::of(format_args!("42{serial:026}"))
}

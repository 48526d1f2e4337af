//! Is it true? Orders are asked after at the wallet's gateway, card charges at the acquirer.
//!
//! A voucher is true when the books of the acquirer have its charge, with its amount. Silence, HTTP errors, wrong
//! signatures and "busy" say nothing, and it is asked again.
//! *Not modelled:* how much of an order was refunded at WeChat Pay (the gateway's answer does not say), so a refund of such
//! an order is true when anything was; and later changes: what was true once is not asked again when it is redeemed.

use crate::books::{Books, Held, Verdict};
use crate::enquiries::{DENIALS, Enquiry};
use crate::event::{Delay, Event, VerifyFailure};
use crate::habits::Verification;
use crate::journal::Record;
use crate::machine::BackOffice;
use crate::settings::Settings;
use crate::{ACQUIRER, WALLET};
use sim::{Fen, Key, OrderNo, SimTime, Tag};
use voucher::verification::{self, Finding, Question};
use voucher::{Kind, Number, Voucher};
use wallet::http::Response;
use wallet::messages::{
    AlipayCodec, Answer, AnswerError, Call, Codec, ErrCode, OrderState, Product, RefundStatus, RefundTold,
    Request, TradeState,
};

/// What an answer makes of a question.
enum Heard {
    /// The books say this.
    Found(Finding),
    /// The gateway says that there is no such order, and not which one.
    NoSuchOrder,
    /// Nothing, or nothing that can be believed.
    Nothing(&'static str),
    /// It is about something else; the question stays open.
    Stray,
}

impl BackOffice {
    /// Gives overdue answers up, and asks what is due.
    pub(crate) fn pursue(&mut self, now: SimTime) {
        for wallet in [true, false] {
            if self.line(wallet).is_overdue(now) {
                self.on_no_answer(now, wallet, Delay::Silent);
            }
            if let Some(number) = self.line(wallet).due(now) {
                self.ask(now, number);
            }
        }
    }

    const fn line(&mut self, wallet: bool) -> &mut Enquiry {
        let enquiries = &mut self.memory.enquiries;
        if wallet { &mut enquiries.wallet } else { &mut enquiries.acquirer }
    }

    fn ask(&mut self, now: SimTime, number: Number) {
        let Some(voucher) = self.books.get(number).map(|held| held.voucher.clone()) else { return };
        let Voucher { key, kind, .. } = voucher;
        let order = order_of(&voucher, &self.books);
        if matches!(key, Key::Order(_)) && order.is_none() {
            // The voucher that it names is still on its way.
            self.delay(now, number, Delay::UnderWay, false);
            return;
        }
        self.report(Event::Asked { number, key });
        self.memory.enquiries.asked += 1;
        // Moments differ between questions, and counts since the power came between questions of one moment.
        let nonce = now.as_nanos().wrapping_add(self.memory.enquiries.asked);
        let until = now + self.settings.patience;
        let mut bytes = Vec::new();
        if let Some(order) = order {
            let own = voucher.order().filter(|_| kind == Kind::Refund);
            match &mut self.memory.alipay {
                Some(alipay) if self.settings.is_alipays(order) => {
                    let out_trade_no = order.as_str();
                    let query = match &own {
                        Some(own) => Request::RefundQuery { out_trade_no, out_refund_no: own.as_str() },
                        None => Request::OrderQuery { out_trade_no },
                    };
                    alipay.encode_request(Product::Trade, &query, self.settings.wall(now), &mut bytes);
                }
                _ => {
                    let query = Request::OrderQuery { out_trade_no: order.as_str() };
                    self.memory.codec.encode_request(&query, nonce, &mut bytes);
                }
            }
            self.send_when_written(WALLET, Tag("query"), bytes);
            self.memory.enquiries.wallet.ask(number, None, until);
        } else {
            let (merchant, key_of) = (&self.settings.merchant, &self.settings.acquirer_key);
            let question = Question { key, kind };
            let seal = verification::encode_question(merchant, question, nonce, key_of, &mut bytes);
            self.send_when_written(ACQUIRER, Tag("verification"), bytes);
            self.memory.enquiries.acquirer.ask(number, Some(seal), until);
        }
    }

    /// Bytes have come on one of the two lines.
    pub(crate) fn on_finding_bytes(&mut self, now: SimTime, wallet: bool, bytes: &[u8]) {
        self.line(wallet).answers.push(bytes);
        loop {
            let Some(heard) = self.next_heard(wallet) else { return };
            match heard {
                Heard::Stray => self.report(Event::Disbelieved { why: "it answers another question" }),
                Heard::Nothing(why) => {
                    self.report(Event::Disbelieved { why });
                    self.on_no_answer(now, wallet, Delay::NoAnswer);
                }
                Heard::Found(finding) => {
                    if let Some(number) = self.line(wallet).close() {
                        self.on_finding(now, number, finding);
                    }
                }
                Heard::NoSuchOrder => {
                    if let Some(number) = self.line(wallet).close() {
                        self.on_denial(now, number);
                    }
                }
            }
        }
    }

    /// The next answer on a line, against the question that is open there.
    fn next_heard(&mut self, wallet: bool) -> Option<Heard> {
        let open = self.line(wallet).open();
        let Self { memory, books, settings, .. } = self;
        let enquiry = if wallet { &mut memory.enquiries.wallet } else { &mut memory.enquiries.acquirer };
        let response = match enquiry.answers.next_response() {
            Ok(None) => return None,
            Ok(Some(response)) => response,
            Err(_) => {
                enquiry.answers.reset();
                return Some(Heard::Nothing("it is no HTTP response"));
            }
        };
        let held = open.and_then(|open| Some((open, books.get(open.number)?)));
        Some(match held {
            None => Heard::Stray,
            Some((_, held)) if wallet => {
                match decoded((&mut memory.codec, memory.alipay.as_mut()), settings, held, &response) {
                    Ok(Answer::Order(order)) => order_heard(&order, held, books),
                    Ok(Answer::Refund(refund)) => refund_heard(&refund, held),
                    Ok(_) => Heard::Nothing("it is no answer to a query"),
                    Err(error) => refusal_heard(&error),
                }
            }
            Some((open, _)) => match open.seal {
                Some(seal) => card_heard(&response, &settings.acquirer_key, seal),
                None => Heard::Stray,
            },
        })
    }

    /// There is nobody at the other end of a line.
    pub(crate) fn on_unreached(&mut self, now: SimTime, wallet: bool) {
        self.on_no_answer(now, wallet, Delay::Unreached);
    }

    fn on_no_answer(&mut self, now: SimTime, wallet: bool, why: Delay) {
        let Some(number) = self.line(wallet).close() else { return };
        if self.habits().verification == Verification::SilenceIsNo {
            self.set_verdict(now, number, Verdict::Failed(VerifyFailure::Silence));
        } else {
            self.delay(now, number, why, false);
        }
    }

    fn on_finding(&mut self, now: SimTime, number: Number, finding: Finding) {
        let Some(Voucher { amount, .. }) = self.books.get(number).map(|held| held.voucher.clone()) else {
            return;
        };
        let verdict = match finding {
            Finding::Stands(found) if found == amount => Verdict::Verified,
            Finding::TakenBack(found) if found == amount => Verdict::TakenBack,
            Finding::Stands(found) | Finding::TakenBack(found) => {
                Verdict::Failed(VerifyFailure::Amount(found))
            }
            Finding::Unknown => Verdict::Failed(VerifyFailure::NotCaptured),
            Finding::UnderWay => return self.on_denial(now, number),
        };
        self.set_verdict(now, number, verdict);
    }

    /// It is not there. Said often enough, that is an answer.
    fn on_denial(&mut self, now: SimTime, number: Number) {
        if self.delay(now, number, Delay::UnderWay, true) >= DENIALS {
            self.set_verdict(now, number, Verdict::Failed(VerifyFailure::NotCaptured));
        }
    }

    fn delay(&mut self, now: SimTime, number: Number, why: Delay, denied: bool) -> u32 {
        let Some(key) = self.books.get(number).map(|held| held.voucher.key) else { return 0 };
        self.report(Event::VerifyDelayed { number, key, why });
        self.memory.enquiries.of(key).postpone(number, now, denied)
    }

    /// It is settled what is known of a voucher's money.
    pub(crate) fn set_verdict(&mut self, now: SimTime, number: Number, verdict: Verdict) {
        let Some(key) = self.books.get(number).map(|held| held.voucher.key) else { return };
        self.memory.enquiries.of(key).forget(number);
        self.write(now, Record::Judged(number, verdict));
        match verdict {
            Verdict::Open => {}
            Verdict::Verified | Verdict::TakenBack => {
                self.report_when_written(Event::Verified { number, key });
            }
            Verdict::Failed(why) => self.report_when_written(Event::VerifyFailed { number, key, why }),
        }
    }
}

/// Which order the gateway is asked after: a refund has a number of its own, and is about the order of the voucher that it
/// names.
fn order_of(voucher: &Voucher, books: &Books) -> Option<OrderNo> {
    let key = match voucher.names.filter(|_| voucher.kind.amends()) {
        Some(first) => books.get(first)?.voucher.key,
        None => voucher.key,
    };
    match key {
        Key::Order(order) => Some(order),
        Key::Card { .. } => None,
    }
}

/// The answer to the question about this voucher. Alipay says what became of a refund only to who asks after the refund;
/// WeChat Pay's order says that money went back.
fn decoded<'a>(
    codecs: (&'a mut Codec, Option<&'a mut AlipayCodec>),
    settings: &Settings,
    held: &Held,
    response: &Response<'_>,
) -> Result<Answer<'a>, AnswerError> {
    let (codec, alipay) = codecs;
    match (alipay, held.voucher.order()) {
        (Some(alipay), Some(order)) if settings.is_alipays(order) => {
            let is_refund = held.voucher.kind == Kind::Refund;
            let call = if is_refund { Call::RefundQuery } else { Call::OrderQuery };
            alipay.decode_answer(Product::Trade, call, response)
        }
        _ => codec.decode_answer(Call::OrderQuery, response),
    }
}

/// What an authentic answer about a refund says about its voucher.
fn refund_heard(refund: &RefundTold<'_>, held: &Held) -> Heard {
    if held.voucher.order().is_none_or(|own| own.as_str() != refund.out_refund_no) {
        return Heard::Stray;
    }
    Heard::Found(match (refund.status, i64::try_from(refund.refund_fee_fen)) {
        (RefundStatus::Done, Ok(fen)) => Finding::Stands(Fen(fen)),
        _ => Finding::UnderWay,
    })
}

/// What an authentic state of an order says about a voucher.
fn order_heard(order: &OrderState<'_>, held: &Held, books: &Books) -> Heard {
    let Voucher { kind, amount, .. } = &held.voucher;
    if order_of(&held.voucher, books).is_none_or(|asked| asked.as_str() != order.out_trade_no) {
        return Heard::Stray;
    }
    let said = order.total_fee_fen.and_then(|fen| i64::try_from(fen).ok()).map(Fen);
    let amends = matches!(kind, Kind::Void | Kind::Refund);
    Heard::Found(match (order.trade_state, said) {
        (TradeState::Refund | TradeState::Revoked, _) if amends => Finding::Stands(*amount),
        (TradeState::Success, _) if amends => Finding::UnderWay,
        (TradeState::Success, Some(said)) => Finding::Stands(said),
        (TradeState::Refund | TradeState::Revoked, Some(said)) => Finding::TakenBack(said),
        (TradeState::Success | TradeState::Refund, None) => return Heard::Nothing("it names no amount"),
        // Revoked without an amount: it never had a payment.
        (TradeState::Closed | TradeState::PayError | TradeState::Revoked, _) => Finding::Unknown,
        (TradeState::NotPay | TradeState::UserPaying | TradeState::Accept, _) => Finding::UnderWay,
    })
}

const fn refusal_heard(error: &AnswerError) -> Heard {
    match error {
        AnswerError::Business { err_code: ErrCode::OrderNotExist | ErrCode::RefundNotExist, .. } => {
            Heard::NoSuchOrder
        }
        AnswerError::Business { .. } => Heard::Nothing("the gateway refuses the query"),
        AnswerError::Communication { .. } => Heard::Nothing("the gateway did not take the query"),
        AnswerError::Transport(_) => Heard::Nothing("it is no answer of a gateway"),
        AnswerError::Sign(_) => Heard::Nothing("it is not authentic"),
        AnswerError::Field(_) => Heard::Nothing("it lacks a field"),
    }
}

fn card_heard(response: &Response<'_>, key: &voucher::SealKey, asked: voucher::Seal) -> Heard {
    match verification::decode_finding(response, key, asked) {
        Ok(finding) => Heard::Found(finding),
        Err(verification::FindingError::ToAnother) => Heard::Stray,
        Err(verification::FindingError::Status(_)) => Heard::Nothing("it is no finding"),
        Err(verification::FindingError::Envelope(_)) => Heard::Nothing("it is not authentic"),
        Err(verification::FindingError::Unreadable) => Heard::Nothing("it cannot be read"),
    }
}

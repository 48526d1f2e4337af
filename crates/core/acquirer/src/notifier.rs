//! Tells the merchant of payments, again and again, until the merchant says that it has understood.
//!
//! Source: WeChat Pay, "Notifications": the pauses of the schedule, counted here from one sending to the next.
//! An attempt fails when the answer is anything but HTTP 200 with SUCCESS, when it does not come within
//! [`Config::acknowledging`], or when nobody listens.
//! *Not modelled:* the second route that sends an extra copy. A port has no connections, so one delivery
//! is outstanding at a time, and an answer counts for that one, even if it is the late answer to another.

use crate::config::Config;
use crate::event::{Event, Kind};
use crate::machine::NOTIFY;
use crate::short::{Short, Why};
use core::time::Duration;
use sim::OrderNo;
use sim::Outbox;
use sim::{Fen, Reason, SimTime};
use wallet::http::ResponseParser;
use wallet::messages::{
    Acknowledgement, AnswerError, Codec, NOTIFICATION_RETRY_PAUSES_S, Notification, TransportFault,
};

/// The deliveries that are still to be made.
#[derive(Clone, Debug)]
pub(crate) struct Notifier {
    waiting: Vec<Delivery>,
    outstanding: Option<Delivery>,
    patience: Duration,
    parser: ResponseParser,
    codec: Codec,
    nonce: u64,
}

/// What there is to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payment {
    pub(crate) order: OrderNo,
    pub(crate) amount: Fen,
    pub(crate) transaction: Short<28>,
}

#[derive(Clone, Copy, Debug)]
struct Delivery {
    payment: Payment,
    /// Attempts so far.
    attempts: u8,
    /// When the next attempt is due; of an outstanding one, when this attempt was sent.
    at: SimTime,
}

/// Whether the merchant has said that the notification was understood.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Understood(bool);

/// Notifications and answers of the gateway never share a nonce.
const FIRST_NONCE: u64 = 1 << 63;

impl Notifier {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            waiting: Vec::new(),
            outstanding: None,
            patience: config.acknowledging,
            parser: ResponseParser::default(),
            codec: Codec::new(config.merchant.clone(), "gateway"),
            nonce: FIRST_NONCE,
        }
    }

    /// Begins to tell of a payment.
    pub(crate) fn begin(&mut self, now: SimTime, payment: Payment) {
        self.waiting.push(Delivery { payment, attempts: 0, at: now });
    }

    /// Gives up on an answer that is overdue, and sends what is due.
    pub(crate) fn advance(&mut self, now: SimTime, outbox: &mut Outbox<Event>) {
        if self.outstanding.is_some_and(|delivery| delivery.at + self.patience <= now) {
            self.fail(now, outbox);
        }
        if self.outstanding.is_none() {
            self.send_due(now, outbox);
        }
    }

    /// Reads answers.
    pub(crate) fn receive(&mut self, now: SimTime, bytes: &[u8], outbox: &mut Outbox<Event>) {
        self.parser.push(bytes);
        while let Some(answer) = self.next_answer() {
            if let Err(why) = answer {
                outbox.event(Event::Malformed { port: NOTIFY, why });
            }
            match self.outstanding {
                Some(Delivery { payment, .. }) if answer == Ok(Understood(true)) => {
                    self.outstanding = None;
                    outbox.event(Event::Acknowledged { order: payment.order });
                }
                _ => self.fail(now, outbox),
            }
        }
    }

    /// The attempt has failed: another one later, or no more.
    pub(crate) fn fail(&mut self, now: SimTime, outbox: &mut Outbox<Event>) {
        self.parser.reset();
        let Some(Delivery { payment, attempts, at }) = self.outstanding.take() else { return };
        let pause = NOTIFICATION_RETRY_PAUSES_S.get(usize::from(attempts).saturating_sub(1));
        match pause {
            Some(secs) => {
                let at = (at + Duration::from_secs(*secs)).max(now);
                self.waiting.push(Delivery { payment, attempts, at });
            }
            None => outbox.event(Event::NotificationsExhausted { order: payment.order }),
        }
    }

    /// When there is something to do next, and what.
    pub(crate) fn next(&self) -> Option<(SimTime, Reason)> {
        if let Some(delivery) = self.outstanding {
            return Some((delivery.at + self.patience, Reason("notification unanswered")));
        }
        let at = self.waiting.iter().map(|delivery| delivery.at).min()?;
        Some((at, Reason("notification retry")))
    }

    fn send_due(&mut self, now: SimTime, outbox: &mut Outbox<Event>) {
        let due = self.waiting.iter().enumerate().filter(|(_, delivery)| delivery.at <= now);
        let Some((index, _)) = due.min_by_key(|(_, delivery)| delivery.at) else { return };
        let Delivery { payment, attempts, .. } = self.waiting.remove(index);
        let attempt = attempts.saturating_add(1);
        self.nonce = self.nonce.wrapping_add(1);
        let notification = Notification {
            transaction_id: payment.transaction.as_str(),
            out_trade_no: payment.order.as_str(),
            total_fee_fen: payment.amount.unsigned(),
            succeeded: true,
        };
        let Self { codec, nonce, .. } = self;
        outbox.send_with(NOTIFY, Kind::Notification.tag(), |out| {
            codec.encode_notification(&notification, *nonce, out);
        });
        outbox.event(Event::Notified { order: payment.order, attempt });
        self.outstanding = Some(Delivery { payment, attempts: attempt, at: now });
    }

    /// The next answer in what has arrived, or why it is none.
    fn next_answer(&mut self) -> Option<Result<Understood, Why>> {
        let Self { parser, codec, .. } = self;
        match parser.next_response() {
            Ok(None) => None,
            Ok(Some(response)) => Some(match codec.decode_acknowledgement(&response) {
                Ok(acknowledgement) => Ok(Understood(acknowledgement == Acknowledgement::Success)),
                Err(AnswerError::Transport(TransportFault::Status(_))) => Ok(Understood(false)),
                Err(error) => Err(Why::of(error)),
            }),
            Err(error) => {
                parser.reset();
                Some(Err(Why::of(error)))
            }
        }
    }
}

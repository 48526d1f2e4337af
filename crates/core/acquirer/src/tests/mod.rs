//! Claims about the whole acquirer, over a tiny driver that is clock, terminal, payer and merchant at once.

mod book;
mod card;
mod dialects;
mod faults;
mod holds;
mod hostile;
mod merchant;
mod notices;
mod notifications;
mod orders;
mod races;
mod wallet;

use crate::{Acquirer, CARD, Config, Event, Poke, WALLET};
use ::wallet::messages::{Codec, Merchant, Request, UnifiedOrder};
use ::wallet::sign::{ApiKey, SignType};
use core::time::Duration;
use iso8583::{CUP, Framer, MacKey, Message, Mti, decode, encode_with_mac, verify_mac};
use sim::OrderNo;
use sim::{Input, Machine, Output, Port, Reason, SimTime, Tag};

/// An acquirer, the present, and everything that came out of it.
#[derive(Clone)]
struct Driver {
    acquirer: Acquirer,
    now: SimTime,
    events: Vec<(SimTime, Event)>,
    sent: Vec<(SimTime, Port, Vec<u8>)>,
    tags: Vec<Tag>,
    reasons: Vec<Reason>,
}

impl Driver {
    fn new() -> Self {
        Self::with(Config::default())
    }

    fn with(config: Config) -> Self {
        let acquirer = Acquirer::new(config);
        Self { acquirer, now: SimTime::ZERO, events: vec![], sent: vec![], tags: vec![], reasons: vec![] }
    }

    fn give(&mut self, input: Input<'_, Poke>) {
        self.acquirer.handle(self.now, input);
        while let Some(output) = self.acquirer.poll() {
            match output {
                Output::Event(event) => self.events.push((self.now, event)),
                Output::Send { port, tag, bytes } => {
                    self.tags.push(tag);
                    self.sent.push((self.now, port, bytes.to_vec()));
                }
            }
        }
    }

    fn receive(&mut self, port: Port, bytes: &[u8]) -> &mut Self {
        self.give(Input::Received { port, bytes });
        self
    }

    fn pay(&mut self, order: &str) -> &mut Self {
        self.give(Input::Poke(Poke::CustomerPays { order: OrderNo::new(order).unwrap() }));
        self
    }

    /// Lets this many milliseconds pass.
    fn pass(&mut self, millis: u64) -> &mut Self {
        let end = self.now + Duration::from_millis(millis);
        while let Some((at, reason)) = self.acquirer.wake_at().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            self.reasons.push(reason);
            self.give(Input::Wake);
        }
        self.now = end;
        self
    }

    /// Everything that was reported, each with its moment.
    fn story(&self) -> Vec<String> {
        self.events.iter().map(|(at, event)| format!("{at} {event}")).collect()
    }

    /// The field 39 of every card answer so far, after checking its MAC.
    fn codes(&self) -> Vec<String> {
        self.replies().iter().map(|reply| reply.text(39).unwrap().to_owned()).collect()
    }

    fn replies(&self) -> Vec<Message> {
        let mut framer = Framer::default();
        self.sent.iter().filter(|(_, port, _)| *port == CARD).for_each(|(_, _, bytes)| framer.push(bytes));
        let mut replies = vec![];
        while let Some(body) = framer.next_frame().unwrap() {
            let mut reply = Message::new(Mti::FINANCIAL_REPLY);
            decode(&CUP, body, &mut reply).unwrap();
            // Whom the host does not know, it has no key for.
            let is_stranger = ["03", "97", "30"].contains(&reply.text(39).unwrap());
            assert!(is_stranger && reply.field(64).is_none() || verify_mac(&CUP, body, &mak()) == Ok(()));
            replies.push(reply);
        }
        replies
    }
}

fn message(mti: Mti, stan: u32, amount: u64) -> Message {
    let mut message = Message::new(mti);
    message.set(2, "6222020000000000009");
    message.set(3, "000000");
    message.set(4, format!("{amount:012}"));
    message.set(11, format!("{stan:06}"));
    message.set(22, "012");
    message.set(25, "00");
    message.set(41, "12345678");
    message.set(42, "123456789012345");
    message.set(49, "156");
    message.set(60, "22000001000");
    message
}

/// The MAC key of the published vectors, which is that of the default terminal.
const fn mak() -> MacKey {
    MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF])
}

fn frame(message: &Message, key: &MacKey) -> Vec<u8> {
    let mut bytes = vec![];
    encode_with_mac(&CUP, message, key, &mut bytes).unwrap();
    bytes
}

fn sale(stan: u32, amount: u64) -> Vec<u8> {
    frame(&message(Mti::FINANCIAL, stan, amount), &mak())
}

fn reversal(stan: u32, amount: u64) -> Vec<u8> {
    let mut message = message(Mti::REVERSAL, stan, amount);
    message.set(39, "98");
    frame(&message, &mak())
}

/// The first merchant, as its terminal knows itself.
fn merchant() -> Merchant {
    Merchant {
        app_id: "wxd930ea5d5a258f4f".into(),
        mch_id: "10000100".into(),
        api_key: ApiKey::new("192006250b4c09247ec02edce69f6a2d"),
        sign_type: SignType::HmacSha256,
        notify_url: "http://terminal/notify".into(),
    }
}

fn codec() -> Codec {
    Codec::new(merchant(), "gateway")
}

fn call(request: &Request<'_>) -> Vec<u8> {
    let mut bytes = vec![];
    codec().encode_request(request, 1, &mut bytes);
    bytes
}

fn order(out_trade_no: &str, total_fee_fen: u64) -> Vec<u8> {
    call(&Request::UnifiedOrder(UnifiedOrder { out_trade_no, total_fee_fen, body: "tea" }))
}

fn query(out_trade_no: &str) -> Vec<u8> {
    call(&Request::OrderQuery { out_trade_no })
}

fn close(out_trade_no: &str) -> Vec<u8> {
    call(&Request::CloseOrder { out_trade_no })
}

#[test]
fn every_wake_up_has_a_name_and_an_early_one_does_nothing() {
    let mut driver = Driver::new();
    driver.receive(CARD, &sale(1, 100)).pass(10).receive(WALLET, &order("T-1", 100));
    driver.give(Input::Wake);
    assert_eq!(driver.events.len(), 2);
    driver.pass(1000).pay("T-1").pass(20_000);
    let names: Vec<&str> = driver.reasons.iter().map(|reason| reason.0).collect();
    let expected = [
        "host commits",
        "gateway commits",
        "answer leaves",
        "answer leaves",
        "payer confirms",
        "notification unanswered",
        "notification retry",
    ];
    assert_eq!(names[..7], expected);
}

#[test]
fn every_message_carries_the_tag_of_its_kind() {
    let mut driver = Driver::new();
    driver.receive(CARD, &sale(1, 100)).pass(1000).receive(CARD, &reversal(1, 100)).pass(1000);
    driver.receive(WALLET, &order("T-1", 100)).pass(1000).receive(WALLET, &query("T-1")).pass(1000);
    driver.pay("T-1").pass(1000).receive(WALLET, &close("T-1")).pass(1000);
    let tags: Vec<&str> = driver.tags.iter().map(|tag| tag.0).collect();
    assert_eq!(tags, ["sale", "reversal", "order", "query", "notification", "close"]);
}

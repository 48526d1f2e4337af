//! Claims about terminals of ISO 8583:1987 in ASCII: no field 60, no MAC, no batch, and the same money.

use crate::driver::CARD;
use iso8583::{ASCII87, Message, Mti, decode, encode};
use sim::{Fen, Key, SimTime, TerminalNo};
use tillrig_acquirer::{Config, Platform, Speech};

/// A platform with such terminals, and the present.
struct Host {
    platform: Platform,
    secs: u64,
}

impl Host {
    fn new() -> Self {
        let mut config = Config::default();
        std::sync::Arc::make_mut(&mut config.card).speech = Speech::Ascii87;
        let mut platform = Platform::new(&config);
        platform.open();
        Self { platform, secs: 0 }
    }

    /// Sends a message, and reads the answer in the terminal's own dialect.
    fn send(&mut self, message: &Message) -> Message {
        self.secs += 1;
        let (now, mut frame, mut out) = (SimTime::from_secs(self.secs), vec![], vec![]);
        encode(&ASCII87, message, &mut frame).unwrap();
        let mut request = tillrig_acquirer::CardRequest::default();
        let course = self.platform.receive_card(now, &frame[2..], &mut request).unwrap();
        self.platform.commit_card(now, &request, &course, &mut out);
        let mut reply = Message::new(Mti::FINANCIAL);
        decode(&ASCII87, &out[2..], &mut reply).unwrap();
        assert_eq!(reply.mti(), message.mti().reply());
        assert_eq!((reply.field(60), reply.field(64)), (None, None), "nobody has spoken of those");
        reply
    }

    fn code(&mut self, message: &Message) -> String {
        self.send(message).text(39).unwrap().to_owned()
    }

    fn net(&self, stan: u32) -> Fen {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan };
        self.platform.books().ledger().net(key)
    }

    fn held(&self, stan: u32) -> Fen {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan };
        self.platform.books().ledger().standing(key).held
    }
}

fn message(mti: Mti, stan: u32, code: &str, fen: u64) -> Message {
    let mut message = Message::new(mti);
    message.set(2, CARD);
    message.set(3, code);
    message.set(4, format!("{fen:012}"));
    message.set(11, format!("{stan:06}"));
    message.set(22, "012");
    message.set(41, "12345678");
    message.set(42, "123456789012345");
    message.set(49, "156");
    message
}

/// The reversal of a message: its own trace number, and the original's in field 90.
fn reversal(of: &Message, stan: u32) -> Message {
    let mut reversal = of.clone();
    reversal.set_mti(Mti::REVERSAL);
    reversal.set(11, format!("{stan:06}"));
    reversal.set(39, "68");
    let original = format!("{}{}", of.mti(), of.text(11).unwrap());
    reversal.set(90, format!("{original:0<42}"));
    reversal
}

#[test]
fn a_purchase_is_captured_and_its_reversal_takes_it_back() {
    let mut host = Host::new();
    let sale = message(Mti::FINANCIAL, 1, "000000", 1850);
    let reply = host.send(&sale);
    assert_eq!((reply.text(39), reply.text(11)), (Some("00"), Some("000001")));
    assert_eq!((reply.text(25), reply.text(3)), (None, Some("000000")));
    assert_eq!(host.net(1), Fen(1850));
    assert_eq!(host.code(&sale), "94");
    let reply = host.send(&reversal(&sale, 2));
    assert_eq!((reply.text(39), reply.text(11)), (Some("00"), Some("000002")));
    assert_eq!(host.net(1), Fen::ZERO);
}

#[test]
fn an_authorisation_holds_money_and_its_reversal_lets_it_go() {
    let mut host = Host::new();
    let hold = message(Mti::AUTHORISATION, 1, "000000", 1000);
    assert_eq!(host.code(&hold), "00");
    assert_eq!((host.net(1), host.held(1)), (Fen::ZERO, Fen(1000)));
    assert_eq!(host.code(&reversal(&hold, 2)), "00");
    assert_eq!(host.held(1), Fen::ZERO);
}

#[test]
fn a_card_without_money_is_declined_and_an_echo_is_answered() {
    let mut host = Host::new();
    let mut poor = message(Mti::FINANCIAL, 1, "000000", 100);
    poor.set(2, "6222020000000000051");
    assert_eq!(host.code(&poor), "51");
    let mut echo = Message::new(Mti::SIGN_ON);
    for (field, value) in [(11, "000002"), (41, "12345678"), (42, "123456789012345"), (70, "301")] {
        echo.set(field, value);
    }
    assert_eq!(host.code(&echo), "00");
}

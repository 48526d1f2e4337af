//! Claims about the vouchers of the sound firmware, with the test in the place of host and back office.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::time::Duration;
use iso8583::{CUP, Framer, MacKey, Message, Mti, decode, encode_with_mac};
use sim::{Fen, Input, Key, Machine, Output, Port, SimTime, TerminalNo};
use tillrig_terminal::{CARD, Event, Intent, Kind, Poke, Settings, Terminal, VOUCHERS, Wish};
use voucher::upload::{Answer, LIMITS, encode_answer, encode_turned_away, uploaded};
use voucher::{Envelope, Format, Number, Outcome, Reason, Seal, SealKey, Voucher};
use wallet::http::RequestParser;

struct Till {
    terminal: Terminal,
    now: SimTime,
    sent: Vec<(Port, Vec<u8>)>,
    events: Vec<Event>,
}

fn key() -> SealKey {
    SealKey::new(b"test key of one terminal")
}

impl Till {
    fn new() -> Self {
        let settings = Settings { voucher_key: Some(key()), ..Settings::default() };
        Self { terminal: Terminal::new(settings), now: SimTime::ZERO, sent: Vec::new(), events: Vec::new() }
    }

    fn give(&mut self, input: Input<'_, Poke>) {
        self.terminal.handle(self.now, input);
        while let Some(output) = self.terminal.poll() {
            match output {
                Output::Send { port, bytes, .. } => self.sent.push((port, bytes.to_vec())),
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    fn wait_ms(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        while let Some((at, _)) = self.terminal.wake_at().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            self.give(Input::Wake);
        }
        self.now = end;
    }

    /// The terminal asks for something, and the host approves it.
    fn approved(&mut self, wish: Wish) {
        self.give(Input::Poke(Poke::Charge(wish)));
        self.wait_ms(20);
        let (_, bytes) = self.sent.iter().rev().find(|(port, _)| *port == CARD).unwrap();
        let mut framer = Framer::default();
        framer.push(bytes);
        let mut request = Message::new(Mti::FINANCIAL);
        decode(&CUP, framer.next_frame().unwrap().unwrap(), &mut request).unwrap();
        let mut reply = Message::new(Mti::FINANCIAL_REPLY);
        reply.reply_to(&request);
        reply.copy_fields(&request, &[3, 4, 11, 41, 42]);
        reply.set(37, "000000000042");
        reply.set(38, "012345");
        reply.set(39, "00");
        let mut frame = Vec::new();
        let mac = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
        encode_with_mac(&CUP, &reply, &mac, &mut frame).unwrap();
        self.give(Input::Received { port: CARD, bytes: &frame });
        self.wait_ms(20);
    }

    fn sale(&mut self) {
        self.approved(Wish::pay(Intent(0), Kind::Sale, Fen(2500)));
    }

    /// Every upload so far: its seal, and what it says.
    fn uploads(&self) -> Vec<(Seal, Voucher)> {
        let mut parser = RequestParser::new(LIMITS);
        self.sent.iter().filter(|(port, _)| *port == VOUCHERS).for_each(|(_, bytes)| parser.push(bytes));
        let mut uploads = Vec::new();
        while let Some(request) = parser.next_request().unwrap() {
            let envelope = Envelope::open(uploaded(&request).unwrap(), &key()).unwrap();
            assert_eq!(envelope.from, "12345678");
            uploads.push((envelope.seal, Voucher::read(envelope.body).unwrap()));
        }
        uploads
    }

    fn numbers(&self) -> Vec<Number> {
        self.uploads().iter().map(|(_, voucher)| voucher.number()).collect()
    }

    /// The back office says this about the last upload.
    fn told(&mut self, outcome: Outcome) {
        let to = self.uploads().last().unwrap().0;
        self.told_about(to, outcome);
    }

    fn told_about(&mut self, to: Seal, outcome: Outcome) {
        let mut bytes = Vec::new();
        encode_answer(Answer { to, outcome }, &key(), &mut bytes);
        self.give(Input::Received { port: VOUCHERS, bytes: &bytes });
        self.wait_ms(20);
    }

    fn cut_power(&mut self) {
        self.give(Input::Poke(Poke::PowerOff));
        self.give(Input::Poke(Poke::PowerOn));
        self.wait_ms(3_100);
    }
}

#[test]
fn a_voucher_says_what_was_paid() {
    let mut till = Till::new();
    till.sale();
    let (_, voucher) = till.uploads().remove(0);
    assert_eq!((voucher.kind, voucher.amount, voucher.reprints), (voucher::Kind::Payment, Fen(2500), 0));
    assert_eq!(voucher.key, Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 });
    assert_eq!(voucher.reference, "000000000042");
    assert_eq!((voucher.format.version(), voucher.names), (1, None));
    // By `date -d '2026-01-05 10:00:00 +0800' +%s`; the approval came in the first second.
    assert_eq!(voucher.time.unix_s(), 1_767_578_400);
}

#[test]
fn the_voucher_of_a_void_waits_until_that_of_its_sale_is_done_with() {
    let mut till = Till::new();
    till.sale();
    let sale = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 };
    till.approved(Wish { original: Some(sale), ..Wish::pay(Intent(1), Kind::Void, Fen::ZERO) });
    // After ten seconds of patience and a pause of two, the sale's goes up again.
    till.wait_ms(13_000);
    assert!(
        till.uploads().iter().all(|(_, voucher)| voucher.key == sale),
        "nobody has said a word about the sale"
    );
    assert_eq!(till.uploads().len(), 2);
    till.told(Outcome::Accepted);
    assert_eq!(till.uploads().last().unwrap().1.kind, voucher::Kind::Void);
}

#[test]
fn without_a_word_the_same_bytes_go_up_again_after_growing_pauses() {
    let mut till = Till::new();
    till.sale();
    // Ten seconds of patience each, and pauses of 2, 5, 15 and 30 s.
    for (second, uploads) in [(11, 1), (13, 2), (26, 2), (28, 3), (52, 3), (54, 4), (91, 4), (93, 5)] {
        let millis = second * 1_000 - till.now.as_nanos() / 1_000_000;
        till.wait_ms(millis);
        assert_eq!(till.uploads().len(), uploads, "after {second} s");
    }
    let first = till.uploads()[0].0;
    assert!(till.uploads().iter().all(|(seal, _)| *seal == first));
}

#[test]
fn a_word_that_is_final_ends_it_and_survives_a_power_cut() {
    for outcome in [
        Outcome::Accepted,
        Outcome::AlreadyThere,
        Outcome::Kept,
        Outcome::Refused(Reason::Conflict),
        Outcome::Refused(Reason::UnknownFormat),
    ] {
        let mut till = Till::new();
        till.sale();
        till.told(outcome);
        till.wait_ms(200_000);
        till.cut_power();
        till.wait_ms(200_000);
        assert_eq!(till.uploads().len(), 1, "{outcome}");
    }
}

#[test]
fn a_word_that_blames_the_line_or_another_status_is_not_final() {
    let mut till = Till::new();
    till.sale();
    till.told(Outcome::Refused(Reason::Seal));
    till.wait_ms(2_000);
    assert_eq!(till.uploads().len(), 2);
    let mut busy = Vec::new();
    encode_turned_away(503, &mut busy);
    till.give(Input::Received { port: VOUCHERS, bytes: &busy });
    till.wait_ms(5_000);
    assert_eq!(till.uploads().len(), 3);
    till.give(Input::Refused { port: VOUCHERS });
    till.wait_ms(15_000);
    assert_eq!(till.uploads().len(), 4);
}

#[test]
fn a_word_about_another_upload_or_with_a_foreign_seal_ends_nothing() {
    let mut till = Till::new();
    till.sale();
    till.told_about(key().seal("something else"), Outcome::Accepted);
    let to = till.uploads()[0].0;
    let mut forged = Vec::new();
    encode_answer(Answer { to, outcome: Outcome::Accepted }, &SealKey::new(b"x"), &mut forged);
    till.give(Input::Received { port: VOUCHERS, bytes: &forged });
    till.wait_ms(3_000);
    assert_eq!(till.uploads().len(), 2);
}

#[test]
fn a_newer_format_is_sealed_at_once_under_the_same_number() {
    let mut till = Till::new();
    till.sale();
    till.told(Outcome::Refused(Reason::NewerFormatNeeded));
    let uploads = till.uploads();
    assert_eq!(uploads.len(), 2);
    assert_eq!(uploads[1].1.format, Format::Two { operator: "01".to_owned() });
    assert_eq!(uploads[0].1.number(), uploads[1].1.number());
    till.told(Outcome::Refused(Reason::NewerFormatNeeded));
    till.wait_ms(200_000);
    assert_eq!(till.uploads().len(), 2, "there is no third format");
}

#[test]
fn a_power_cut_takes_nothing_that_was_not_answered() {
    let mut till = Till::new();
    till.sale();
    till.cut_power();
    assert_eq!(till.uploads().len(), 2);
    till.told(Outcome::Accepted);
    till.cut_power();
    // The slips were cut off with the power and have been printed again since, marked: that is told, and no more.
    assert!(till.numbers().iter().all(|number| *number == till.numbers()[0]));
}

#[test]
fn a_void_names_the_voucher_that_it_takes_back() {
    let mut till = Till::new();
    till.sale();
    till.told(Outcome::Accepted);
    let original = Some(Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 });
    till.approved(Wish { intent: Intent(1), kind: Kind::Void, amount: Fen(0), original });
    let uploads = till.uploads();
    assert_eq!(uploads[1].1.kind, voucher::Kind::Void);
    assert_eq!(uploads[1].1.names, Some(uploads[0].1.number()));
    assert_eq!(uploads[1].1.amount, Fen(2500));
}

#[test]
fn no_key_means_no_voucher() {
    let mut till = Till { terminal: Terminal::new(Settings::default()), ..Till::new() };
    till.sale();
    till.wait_ms(100_000);
    assert_eq!(till.uploads().len(), 0);
}

#[test]
fn no_bytes_of_a_back_office_break_it() {
    let mut till = Till::new();
    till.sale();
    for bytes in
        [&b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"[..], b"\xFF\x00", b"HTTP/1.1 99999 x\r\n\r\n"]
    {
        till.give(Input::Received { port: VOUCHERS, bytes });
        till.wait_ms(70_000);
    }
    // The pause is over at some moment of the next minute.
    let before = till.uploads().len();
    while till.uploads().len() == before {
        till.wait_ms(1_000);
    }
    till.told(Outcome::Accepted);
    assert!(till.events.iter().any(|event| matches!(event, Event::VoucherAnswered { .. })));
}

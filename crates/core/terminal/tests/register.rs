//! What a register's asks become, without sockets: the session of the `zvt` crate of this project, the terminal, and a host
//! that is a closure.
//!
//! The register here is bytes as the published protocol has them (PA00P015 revision 13.08, chapter 2).

use iso8583::{CUP, Framer, MacKey, Message, Mti, decode, encode_with_mac};
use sim::{Input, Machine, Output, Port, SimTime};
use tillrig_terminal::ecr::{Deed, Ecr};
use tillrig_terminal::{CARD, Event, Intent, PRINTER, Settings, Terminal};
use zvt::bcd::{Currency, TerminalId};
use zvt::{Ask, Session};

const REGISTER: Port = Port(4);
const ACK: &[u8] = &[0x80, 0, 0];

/// A terminal, its register's session, and the host's words: the code of an answer, or silence.
struct Shop {
    now: SimTime,
    terminal: Terminal,
    session: Session,
    ecr: Ecr,
    intents: u16,
    code: fn(&Message) -> Option<&'static str>,
    said: Vec<Vec<u8>>,
    asked: Vec<Ask>,
    printed: usize,
    /// What the register answers to a result.
    to_result: &'static [u8],
}

impl Shop {
    fn new(code: fn(&Message) -> Option<&'static str>) -> Self {
        let yuan = Currency::new(156).expect("the bench works");
        let id = TerminalId::new(12_345_678).expect("the bench works");
        let settings = zvt::Settings { currency: yuan, ..zvt::Settings::tcp(REGISTER, id) };
        Self {
            now: SimTime::from_secs(1),
            terminal: Terminal::new(Settings::default()),
            session: Session::new(settings),
            ecr: Ecr::new(yuan),
            intents: 0,
            code,
            said: Vec::new(),
            asked: Vec::new(),
            printed: 0,
            to_result: ACK,
        }
    }

    /// The register sends this, acknowledges all that comes, and time goes on until nothing more does.
    fn sends(&mut self, bytes: &[u8]) -> String {
        self.said.clear();
        self.session.receive(self.now, bytes);
        self.run(true);
        self.said.iter().map(|said| letter(said)).collect()
    }

    /// Lets time go on, at most as long as a register waits; for the register alone, until it has its answer.
    fn run(&mut self, for_the_register: bool) {
        let until = self.now + core::time::Duration::from_secs(170);
        loop {
            self.settle();
            let wakes = self.terminal.wake_at().into_iter().chain(self.session.wake_at());
            let Some(at) = wakes.map(|(at, _)| at).min().filter(|at| *at <= until) else { break };
            if for_the_register && !self.session.is_master() {
                break;
            }
            self.now = at;
            self.terminal.handle(at, Input::Wake);
            self.session.wake(at);
        }
    }

    fn settle(&mut self) {
        loop {
            let (mut events, mut asks, mut requests, mut said) = (vec![], vec![], vec![], vec![]);
            while let Some(output) = self.terminal.poll() {
                match output {
                    Output::Send { port: CARD, bytes, .. } => requests.push(bytes.to_vec()),
                    Output::Send { port: PRINTER, .. } => self.printed += 1,
                    Output::Send { .. } => {}
                    Output::Event(event) => events.push(event),
                }
            }
            while let Some(output) = self.session.poll() {
                match output {
                    Output::Send { bytes, .. } => said.push(bytes.to_vec()),
                    Output::Event(ask) => asks.push(ask),
                }
            }
            if events.is_empty() && asks.is_empty() && requests.is_empty() && said.is_empty() {
                return;
            }
            requests.iter().for_each(|request| self.answer(request));
            events.iter().for_each(|event| self.note(event));
            asks.into_iter().for_each(|ask| self.ask(ask));
            for bytes in said {
                match letter(&bytes) {
                    'a' => {}
                    'R' => self.session.receive(self.now, self.to_result),
                    _ => self.session.receive(self.now, ACK),
                }
                self.said.push(bytes);
            }
        }
    }

    fn note(&mut self, event: &Event) {
        let deeds = self.ecr.note(self.now, event, &self.session, &self.terminal);
        self.do_all(deeds);
    }

    fn ask(&mut self, ask: Ask) {
        self.intents += 1;
        let deeds = self.ecr.ask(self.now, &ask, Intent(self.intents), &self.session, &self.terminal);
        self.asked.push(ask);
        self.do_all(deeds);
    }

    fn do_all(&mut self, deeds: Vec<Deed>) {
        for deed in deeds {
            match deed {
                Deed::Do(poke) => self.terminal.handle(self.now, Input::Poke(poke)),
                Deed::Tell(tell) => self.session.tell(self.now, tell),
            }
        }
    }

    /// The host answers a request under the terminal's own key.
    fn answer(&mut self, frame: &[u8]) {
        let mut framer = Framer::new(Framer::DEFAULT_MAX_BODY_BYTES);
        framer.push(frame);
        let mut message = Message::new(Mti::FINANCIAL);
        decode(&CUP, framer.next_frame().expect("the bench works").expect("the bench works"), &mut message)
            .expect("the bench works");
        let Some(code) = (self.code)(&message) else { return };
        message.set_mti(message.mti().reply());
        message.unset(35);
        message.set(37, "000000000007");
        message.set(39, code);
        let mut reply = Vec::new();
        let key = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
        encode_with_mac(&CUP, &message, &key, &mut reply).expect("the bench works");
        self.terminal.handle(self.now, Input::Received { port: CARD, bytes: &reply });
    }

    fn registered(mut self, config: u8) -> Self {
        assert_eq!(self.sends(&[0x06, 0x00, 0x06, 0, 0, 0, config, 0x01, 0x56]), "aC");
        self
    }

    /// A payment of so many fen, below 100.
    fn pays(&mut self, fen: u8) -> String {
        self.sends(&[0x06, 0x01, 0x07, 0x04, 0, 0, 0, 0, 0, fen])
    }
}

/// What a message of the terminal is; states of waiting are `s`.
fn letter(bytes: &[u8]) -> char {
    match (bytes[0], bytes[1]) {
        (0x80 | 0x84, _) => 'a',
        (0x04, 0xFF) => 's',
        (0x04, 0x0F) => 'R',
        (0x06, 0xD1) => 'l',
        (0x06, 0x0F) => 'C',
        (0x06, 0x1E) => 'A',
        _ => '?',
    }
}

const SILENT: u8 = 0x02;

#[test]
fn a_payment_is_a_sale_and_its_result_has_the_numbers_of_the_slip() {
    let mut shop = Shop::new(|_| Some("00")).registered(SILENT);
    assert_eq!(shop.pays(0x50), "aRC");
    let result = &shop.said[1];
    // Amount 04 of 50 fen, trace number 0B 1, receipt number 87 1.
    for field in [&[0x04, 0, 0, 0, 0, 0, 0x50][..], &[0x0B, 0, 0, 1], &[0x87, 0, 1]] {
        let found = result.windows(field.len()).any(|window| window == field);
        assert!(found, "{field:02X?} in {result:02X?}");
    }
    assert_eq!(shop.printed, 0);
}

#[test]
fn the_terminal_prints_when_the_register_does_not() {
    let mut shop = Shop::new(|_| Some("00")).registered(0x00);
    assert_eq!(shop.pays(0x50), "aRC");
    assert!(shop.printed > 0);
}

#[test]
fn a_decline_is_told_as_the_hosts_no() {
    let mut shop = Shop::new(|_| Some("51")).registered(SILENT);
    assert_eq!(shop.pays(0x50), "aRA");
    assert_eq!(shop.said[2][..4], [0x06, 0x1E, 0x01, 0x05]);
}

#[test]
fn silence_ends_in_a_reversal_and_only_then_in_a_failure() {
    let reversals_are_answered = |message: &Message| (message.mti() == Mti::REVERSAL).then_some("00");
    let mut shop = Shop::new(reversals_are_answered).registered(0x0A);
    assert_eq!(shop.pays(0x50), "assRA");
    // "Auto-reversal" is told before the failure, which is "remote station does not respond".
    assert_eq!(shop.said[2][3], 0x05);
    assert_eq!(shop.said[4][..4], [0x06, 0x1E, 0x01, 0xA1]);
    assert!(shop.terminal.journal().approvals().next().is_none());
    assert!(shop.terminal.journal().open_charges().next().is_none());
}

#[test]
fn a_copy_that_the_register_has_printed_is_not_printed_again_after_a_power_cut() {
    let mut shop = Shop::new(|_| Some("00")).registered(0x82);
    assert!(shop.pays(0x50).starts_with("aRl"));
    assert_eq!(shop.asked.iter().filter(|ask| **ask == Ask::Printed).count(), 2);
    shop.now += core::time::Duration::from_secs(1);
    shop.terminal.handle(shop.now, Input::Wake);
    let printed = shop.terminal.journal().records().iter();
    let printed = printed.filter(|record| matches!(record, tillrig_terminal::journal::Record::Printed(..)));
    assert_eq!(printed.count(), 2);
}

#[test]
fn only_a_part_of_the_goods_is_a_refund_of_the_rest() {
    let mut shop = Shop::new(|_| Some("00")).registered(SILENT);
    // "Partial issue", with what was issued: 20 of 50.
    shop.to_result = &[0x84, 0x9D, 0x07, 0x04, 0, 0, 0, 0, 0, 0x20];
    assert_eq!(shop.pays(0x50), "aRC");
    shop.run(false);
    let refund = shop.terminal.journal().approvals().next_back().unwrap();
    assert_eq!((refund.charge.kind, refund.charge.amount), (tillrig_terminal::Kind::Refund, sim::Fen(30)));
    assert!(refund.charge.original.is_some());
}

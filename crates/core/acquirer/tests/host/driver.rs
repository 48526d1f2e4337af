//! A terminal before a card host, which knows its own numbers and nothing else: frames in, frames out.
//!
//! Amounts are fen, times seconds.

use iso8583::{
    CUP, Field59, Field61, MacAlgorithm, MacKey, Message, Mti, Tag, decode, encode, encode_with_mac,
    verify_mac,
};
use sim::{Fen, Key, SimTime, TerminalNo};
use tillrig_acquirer::fault::Content;
use tillrig_acquirer::{
    BatchTotals, Books, CardDesk, CardRequest, CardSetup, Change, Civil, Decision, Event, Move, NoRequest,
    ReplyRule, Standing, TerminalKeys,
};

const START: Civil = Civil { year: 2026, month: 1, day: 5, hour: 9, minute: 0, second: 0 };
pub(crate) const CARD: &str = "6222020000000000009";
pub(crate) const OTHER_CARD: &str = "6222020000000000017";
/// A code of 18 digits that begins with 13: WeChat.
pub(crate) const PAYER_CODE: &str = "134567890123456789";
pub(crate) const DAY: u64 = 86_400;

/// A host and one terminal before it.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) desk: CardDesk,
    pub(crate) books: Books,
    /// Every change that was made, oldest first.
    pub(crate) log: Vec<Change>,
    pub(crate) events: Vec<Event>,
    pub(crate) now: SimTime,
    pub(crate) terminal: Device,
    /// The number of the last message.
    pub(crate) stan: u32,
    /// What the host settles by.
    pub(crate) settles_by: tillrig_acquirer::fault::Totals,
}

/// What a terminal knows of itself.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) tid: &'static str,
    pub(crate) mid: &'static str,
    pub(crate) batch: u32,
    pub(crate) algorithm: MacAlgorithm,
    pub(crate) key: MacKey,
}

/// A reply that was read.
pub(crate) struct Reply(pub(crate) Message);

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(CardSetup::default())
    }

    /// A host at which requests are answered by these rules.
    pub(crate) fn ruled(rules: Vec<ReplyRule>) -> Self {
        Self::with(CardSetup { rules, ..CardSetup::default() })
    }

    pub(crate) fn with(setup: CardSetup) -> Self {
        let key = TerminalKeys::default().mac.des().into();
        let (tid, mid) = ("12345678", "123456789012345");
        let mut shop = Self {
            desk: CardDesk::new(setup, START),
            books: Books::default(),
            log: vec![],
            events: vec![],
            now: SimTime::from_secs(60),
            terminal: Device { tid, mid, batch: 1, algorithm: MacAlgorithm::CupEcb, key },
            stan: 0,
            settles_by: tillrig_acquirer::fault::Totals::Right,
        };
        let mut changes = vec![];
        shop.desk.open(&shop.books, &mut changes);
        shop.make(changes);
        shop
    }

    fn make(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.books.apply(&change);
            self.log.push(change);
        }
    }

    /// Lets so many seconds pass; holds that run out are let go.
    pub(crate) fn pass(&mut self, secs: u64) -> &mut Self {
        self.now = SimTime::from_secs(self.now.as_secs() + secs);
        let (mut changes, mut moves): (Vec<Change>, Vec<Move>) = (vec![], vec![]);
        self.desk.expire(self.now, &self.books, &mut changes, &mut moves);
        self.make(changes);
        self.events.extend(moves.into_iter().map(Event::from));
        self
    }

    /// A request with the next trace number.
    pub(crate) fn ask(&mut self, mti: Mti, code: &str, condition: &str, kind: u8, amount: i64) -> Message {
        self.stan += 1;
        let mut message = self.blank(mti, kind, 0);
        message.set(3, code);
        message.set(4, format!("{amount:012}"));
        message.set(22, "022");
        message.set(25, condition);
        message.set(49, "156");
        message
    }

    /// A message with this trace number, type and network code, and nothing else.
    pub(crate) fn blank(&self, mti: Mti, kind: u8, network: u16) -> Message {
        let mut message = Message::new(mti);
        message.set(11, format!("{:06}", self.stan));
        message.set(41, self.terminal.tid);
        message.set(42, self.terminal.mid);
        message.set(60, format!("{kind:02}{:06}{network:03}", self.terminal.batch));
        message
    }

    pub(crate) fn management(&mut self, mti: Mti, network: u16) -> Message {
        self.stan += 1;
        self.blank(mti, 0, network)
    }

    pub(crate) fn sale(&mut self, amount: i64) -> Message {
        let mut message = self.ask(Mti::FINANCIAL, "000000", "00", 22, amount);
        message.set(2, CARD);
        message
    }

    pub(crate) fn qr_sale(&mut self, amount: i64, code: &str) -> Message {
        let mut message = self.ask(Mti::FINANCIAL, "000000", "00", 22, amount);
        message.set(59, tagged(Tag::SCANNED_CODE, code));
        message
    }

    /// Voids what this reply approved.
    pub(crate) fn void(&mut self, of: &Reply, amount: i64) -> Message {
        let message = self.ask(Mti::FINANCIAL, "200000", "00", 23, amount);
        about(message, of, &[2, 37, 38, 61])
    }

    pub(crate) fn refund(&mut self, of: &Reply, amount: i64) -> Message {
        let message = self.ask(Mti::ADVICE, "200000", "00", 25, amount);
        about(message, of, &[2, 37, 61])
    }

    pub(crate) fn hold(&mut self, amount: i64) -> Message {
        let mut message = self.ask(Mti::AUTHORISATION, "030000", "06", 10, amount);
        message.set(2, CARD);
        message
    }

    pub(crate) fn hold_void(&mut self, of: &Reply, amount: i64) -> Message {
        let message = self.ask(Mti::AUTHORISATION, "200000", "06", 11, amount);
        about(message, of, &[2, 38, 61])
    }

    pub(crate) fn complete(&mut self, of: &Reply, amount: i64) -> Message {
        let message = self.ask(Mti::FINANCIAL, "000000", "06", 20, amount);
        about(message, of, &[2, 38, 61])
    }

    pub(crate) fn completion_advice(&mut self, of: &Reply, amount: i64) -> Message {
        let message = self.ask(Mti::ADVICE, "000000", "06", 24, amount);
        about(message, of, &[2, 38, 61])
    }

    pub(crate) fn completion_void(&mut self, of: &Reply, amount: i64) -> Message {
        let message = self.ask(Mti::FINANCIAL, "200000", "06", 21, amount);
        about(message, of, &[2, 37, 38, 61])
    }

    pub(crate) fn offline_sale(&mut self, amount: i64) -> Message {
        let mut message = self.ask(Mti::ADVICE, "000000", "00", 30, amount);
        message.set(2, CARD);
        message
    }

    /// Sends a message, with a MAC if its kind has one, and gives the answer.
    pub(crate) fn send(&mut self, message: &Message) -> Reply {
        let frame = self.frame(message);
        self.deliver(&frame).1
    }

    /// Sends a message and gives the code of the answer.
    pub(crate) fn code(&mut self, message: &Message) -> String {
        self.send(message).code()
    }

    pub(crate) fn frame(&self, message: &Message) -> Vec<u8> {
        self.pack(message, has_mac(message.mti()))
    }

    fn pack(&self, message: &Message, with_mac: bool) -> Vec<u8> {
        let mut frame = vec![];
        if with_mac {
            let dialect = CUP.clone().with_mac_algorithm(self.terminal.algorithm);
            encode_with_mac(&dialect, message, &self.terminal.key, &mut frame).unwrap();
        } else {
            encode(&CUP, message, &mut frame).unwrap();
        }
        frame
    }

    /// Delivers a frame, and gives the decision and the answer, whose MAC must be right if it has one.
    pub(crate) fn deliver(&mut self, frame: &[u8]) -> (Decision, Reply) {
        let (decision, answer) = self.try_deliver(&frame[2..]).unwrap();
        let mut reply = Message::new(Mti::FINANCIAL_REPLY);
        decode(&CUP, &answer[2..], &mut reply).unwrap();
        if reply.field(64).is_some() {
            let dialect = CUP.clone().with_mac_algorithm(self.terminal.algorithm);
            assert_eq!(verify_mac(&dialect, &answer[2..], &self.terminal.key), Ok(()));
        }
        assert_eq!(
            self.pack(&reply, reply.field(64).is_some()),
            answer,
            "field by field or as a whole, it is the same frame"
        );
        (decision, Reply(reply))
    }

    pub(crate) fn try_deliver(&mut self, body: &[u8]) -> Result<(Decision, Vec<u8>), NoRequest> {
        let request = self.read(body)?;
        Ok(self.decide(&request))
    }

    /// A request that has arrived and is not decided yet.
    pub(crate) fn read(&self, body: &[u8]) -> Result<CardRequest, NoRequest> {
        let mut request = CardRequest::default();
        self.desk.read(body, &self.books, &mut request)?;
        request.settle_by(self.settles_by);
        Ok(request)
    }

    /// Decides a request that was read, and gives its answer.
    pub(crate) fn decide(&mut self, request: &CardRequest) -> (Decision, Vec<u8>) {
        let mut changes = vec![];
        let decision = self.desk.decide(self.now, request, &self.books, &mut changes);
        self.make(changes);
        self.events.extend(decision.events(request));
        let mut answer = vec![];
        self.desk.answer(self.now, request, &decision, &self.books, Content::Whole, &mut answer).unwrap();
        (decision, answer)
    }

    pub(crate) fn key(&self, stan: u32) -> Key {
        Key::Card { terminal: TerminalNo(0), batch: self.terminal.batch, stan }
    }

    pub(crate) fn standing(&self, stan: u32) -> Standing {
        self.books.ledger().standing(self.key(stan))
    }

    pub(crate) fn net(&self, stan: u32) -> i64 {
        self.standing(stan).net.0
    }

    pub(crate) fn totals(&self) -> BatchTotals {
        self.books.card().terminals()[0].totals()
    }

    /// Debit and credit of the open batch, amounts and counts.
    pub(crate) fn debit_and_credit(&self) -> [(i64, u32); 2] {
        let half = self.totals().domestic;
        [(half.debit.0, half.debit_count), (half.credit.0, half.credit_count)]
    }

    /// What was told, as lines.
    pub(crate) fn story(&self) -> Vec<String> {
        self.events.iter().map(ToString::to_string).collect()
    }
}

impl Reply {
    pub(crate) fn code(&self) -> String {
        self.0.text(39).unwrap().to_owned()
    }

    pub(crate) fn text(&self, field: u8) -> Option<&str> {
        self.0.text(field)
    }

    pub(crate) fn voucher(&self) -> Option<String> {
        let field = Field59::parse(self.0.field(59)?)?;
        field.get(Tag::VOUCHER).map(|voucher| String::from_utf8(voucher.to_vec()).unwrap())
    }
}

/// A terminal's day as one stream of frames, every kind of message in it.
pub(crate) fn card_frames() -> Vec<u8> {
    let (mut shop, mut stream) = (Shop::new(), vec![]);
    let mut play = |shop: &mut Shop, message: Message| {
        stream.extend(shop.frame(&message));
        shop.send(&message)
    };
    let sale = shop.sale(1000);
    let sold = play(&mut shop, sale.clone());
    let refund = shop.refund(&sold, 300);
    play(&mut shop, refund);
    play(&mut shop, reversal(&sale));
    let qr_sale = shop.qr_sale(500, PAYER_CODE);
    let paid = play(&mut shop, qr_sale);
    let void = shop.void(&paid, 500);
    play(&mut shop, void.clone());
    play(&mut shop, reversal(&void));
    let hold = shop.hold(1000);
    let held = play(&mut shop, hold);
    let complete = shop.completion_advice(&held, 900);
    let completed = play(&mut shop, complete);
    let void = shop.completion_void(&completed, 900);
    play(&mut shop, void);
    let void = shop.hold_void(&held, 1000);
    play(&mut shop, void);
    let offline = shop.offline_sale(70);
    play(&mut shop, offline);
    let mut settlement = shop.management(Mti::SETTLEMENT, 201);
    settlement.set(48, "0".repeat(62));
    play(&mut shop, settlement);
    let end = shop.management(Mti::BATCH_UPLOAD, 202);
    play(&mut shop, end);
    stream
}

/// The reversal of a message: the same but for type and reason.
pub(crate) fn reversal(of: &Message) -> Message {
    let mut message = of.clone();
    message.set_mti(Mti::REVERSAL);
    message.set(39, "98");
    [2, 22, 26, 35, 37, 38, 52, 53].into_iter().for_each(|field| message.unset(field));
    message
}

/// Takes from a reply what names the original: 37, 38 and 61 as a terminal would have kept them, and the card.
fn about(mut message: Message, of: &Reply, fields: &[u8]) -> Message {
    for &field in fields {
        match field {
            61 => {
                let number =
                    |at: core::ops::Range<usize>, field| of.text(field).unwrap()[at].parse().unwrap();
                let date = of.text(13).unwrap().parse().unwrap();
                message.set(61, Field61::new(number(2..8, 60), number(0..6, 11), date).write());
            }
            2 => {
                if let Some(voucher) = of.voucher() {
                    message.set(59, tagged(Tag::VOUCHER, &voucher));
                } else {
                    message.set(2, of.text(2).unwrap());
                }
            }
            _ => message.set(field, of.text(field).unwrap()),
        }
    }
    message
}

fn tagged(tag: Tag, value: &str) -> Vec<u8> {
    let mut field = vec![];
    Field59::append(&mut field, tag, value.as_bytes()).unwrap();
    field
}

pub(crate) fn has_mac(mti: Mti) -> bool {
    ![Mti::SIGN_ON, Mti::NETWORK, Mti::SETTLEMENT, Mti::BATCH_UPLOAD].contains(&mti)
}

pub(crate) const fn fen(amount: i64) -> Fen {
    Fen(amount)
}

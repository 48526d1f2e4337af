//! Card sales at the acquirer's card host, and the same frames through codec and MAC without a rule.
//!
//! A sale is what a frame costs from its first byte to the last byte of its answer: decoded, MAC checked, decided, put
//! into the books, answered with a MAC. Every frame is a new trace number. The codec alone decodes the same frames,
//! checks their MACs, and writes the same fields into its answers, by rising number. *Not measured here:* sockets, and
//! the disk on which changes are kept.

use acquirer::fault::Content;
use acquirer::{Books, CardDesk, CardRequest, CardSetup, Change, Civil, Code};
use iso8583::{
    CUP, FrameWriter, Head, MacKey, Message, Mti, ReadyMacKey, decode, encode_with_mac, verify_mac,
};
use sim::SimTime;
use std::rc::Rc;

/// Sales in one round of [`CardHost::new`]: more than a sample of a contest takes.
pub const SALES: u32 = 1 << 17;
const START: Civil = Civil { year: 2026, month: 1, day: 5, hour: 9, minute: 0, second: 0 };
/// What an answer repeats from its request, and the MAC, which is made.
const ECHOED: [u8; 10] = [2, 3, 4, 11, 25, 41, 42, 49, 60, 64];

/// A card host before a round of sales, or in it.
#[derive(Clone)]
pub struct CardHost {
    frames: Rc<[Vec<u8>]>,
    next: usize,
    host: Host,
}

/// Desk and books, and buffers that are used again.
#[derive(Clone)]
struct Host {
    desk: CardDesk,
    books: Books,
    request: CardRequest,
    changes: Vec<Change>,
    out: Vec<u8>,
}

/// The same frames, answered by nobody who thinks.
#[derive(Clone)]
pub struct Codec {
    frames: Rc<[Vec<u8>]>,
    next: usize,
    /// Expanded, as the host's own.
    key: ReadyMacKey,
    request: Message,
    /// The fields of an answer by rising number; without a value, it is the request's.
    fields: Vec<(u8, Option<Vec<u8>>)>,
    out: Vec<u8>,
}

impl CardHost {
    /// A host with empty books.
    #[must_use]
    pub fn new() -> Self {
        Self::after(0, SALES)
    }

    /// A host whose books hold so many sales already, before a round of so many more.
    ///
    /// # Panics
    /// If the host does not approve them.
    #[must_use]
    pub fn after(earlier: u32, sales: u32) -> Self {
        let mut host = Host::new();
        for stan in 1..=earlier {
            assert_eq!(host.take(&sale(stan)).as_str(), "00", "an earlier sale is approved");
        }
        let frames = (1..=sales).map(|stan| sale(earlier + stan)).collect();
        Self { frames, next: 0, host }
    }

    /// One sale; its reply code.
    ///
    /// # Panics
    /// Behind the last sale of the round.
    pub fn sell(&mut self) -> Code {
        let code = self.repeat();
        self.next += 1;
        code
    }

    /// The next sale, without going on to the one behind it: the second time it is refused, and changes nothing.
    ///
    /// # Panics
    /// Behind the last sale of the round.
    pub fn repeat(&mut self) -> Code {
        let frame = self.frames.get(self.next).expect("a round is longer than what is measured in it");
        self.host.take(frame)
    }

    /// The answer to the last sale.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.host.out
    }
}

impl Host {
    fn new() -> Self {
        let desk = CardDesk::new(CardSetup::default(), START);
        let (mut books, mut changes) = (Books::default(), Vec::new());
        desk.open(&books, &mut changes);
        changes.drain(..).for_each(|change| books.apply(&change));
        Self { desk, books, request: CardRequest::default(), changes, out: Vec::new() }
    }

    fn take(&mut self, frame: &[u8]) -> Code {
        let now = SimTime::from_secs(1);
        let Self { desk, books, request, changes, out } = self;
        desk.read(&frame[2..], books, request).expect("the frame is a sale");
        let decision = desk.decide(now, request, books, changes);
        changes.drain(..).for_each(|change| books.apply(&change));
        out.clear();
        desk.answer(now, request, &decision, books, Content::Whole, out).expect("a sale has an answer");
        decision.code
    }
}

impl Codec {
    /// The frames of this host's round, before the first. What its answers say is taken from the host's answer to that.
    ///
    /// # Panics
    /// If the host's answer cannot be read.
    #[must_use]
    pub fn beside(host: &CardHost) -> Self {
        let mut host = CardHost { next: 0, ..host.clone() };
        host.sell();
        let mut reply = Message::new(Mti::FINANCIAL_REPLY);
        decode(&CUP, &host.answer()[2..], &mut reply).expect("the host's answer can be read");
        let said = |(field, value): (u8, &[u8])| (field, (!ECHOED.contains(&field)).then(|| value.to_vec()));
        Self {
            fields: reply.fields().map(said).collect(),
            frames: host.frames,
            next: 0,
            key: ReadyMacKey::new(key()),
            request: Message::new(Mti::FINANCIAL),
            out: Vec::new(),
        }
    }

    /// One frame in, one frame out. How many bytes.
    ///
    /// # Panics
    /// Behind the last frame of the round.
    pub fn exchange(&mut self) -> usize {
        let Self { frames, next, key, request, fields, out } = self;
        let key = &*key;
        let body = &frames.get(*next).expect("a round is longer than what is measured in it")[2..];
        *next += 1;
        decode(&CUP, body, request).expect("the frame is a sale");
        verify_mac(&CUP, body, key).expect("its MAC is right");
        out.clear();
        let mut frame = FrameWriter::with_mac(&CUP, Head::reply_to(request), key, out);
        for (field, value) in fields.iter() {
            match value {
                Some(value) => frame.field(*field, value),
                None => frame.field(*field, request.field(*field).unwrap_or_default()),
            };
        }
        frame.finish().expect("a sale has an answer");
        out.len()
    }

    /// The answer to the last frame.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.out
    }
}

impl Default for CardHost {
    fn default() -> Self {
        Self::new()
    }
}

const fn key() -> MacKey {
    MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF])
}

fn sale(stan: u32) -> Vec<u8> {
    let mut message = Message::new(Mti::FINANCIAL);
    for (field, value) in [
        (2, "6222020000000000009"),
        (3, "000000"),
        (4, "000000001850"),
        (22, "012"),
        (25, "00"),
        (41, "12345678"),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001000"),
    ] {
        message.set(field, value);
    }
    message.set(11, format!("{stan:06}"));
    let mut frame = Vec::new();
    encode_with_mac(&CUP, &message, &key(), &mut frame).expect("a sale fits the dialect");
    frame
}

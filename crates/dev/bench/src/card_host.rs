//! Card sales at the acquirer's card host, and the same frames through codec and MAC without a rule.
//!
//! A sale is what a frame costs from its first byte to the last byte of its answer: decoded, MAC checked, decided, put
//! into the books, answered with a MAC. Every frame is a new trace number; once all are used, the books begin anew, and
//! that is part of the cost. *Not measured here:* sockets, and the disk on which changes are kept.

use acquirer::fault::Content;
use acquirer::{Books, CardDesk, CardRequest, CardSetup, Change, Civil, Code};
use iso8583::{CUP, MacKey, Message, Mti, decode, encode_with_mac, verify_mac};
use sim::SimTime;

/// Sales in one round of [`CardHost::new`].
const SALES: u32 = 4096;
const START: Civil = Civil { year: 2026, month: 1, day: 5, hour: 9, minute: 0, second: 0 };

/// A card host under a stream of sales.
pub struct CardHost {
    frames: Vec<Vec<u8>>,
    next: usize,
    desk: CardDesk,
    /// As they are at the start of each round.
    opened: Books,
    books: Books,
    request: CardRequest,
    changes: Vec<Change>,
    out: Vec<u8>,
}

/// The same frames, answered by nobody who thinks.
pub struct Codec {
    frames: Vec<Vec<u8>>,
    next: usize,
    key: MacKey,
    request: Message,
    reply: Message,
    out: Vec<u8>,
}

impl CardHost {
    /// A host whose books are empty at the start of each round.
    #[must_use]
    pub fn new() -> Self {
        Self::after(0, SALES)
    }

    /// A host whose books hold so many sales already, with one round of so many more.
    ///
    /// # Panics
    /// If the host does not approve them.
    #[must_use]
    pub fn after(earlier: u32, sales: u32) -> Self {
        let desk = CardDesk::new(CardSetup::default(), START);
        let (mut books, mut changes) = (Books::default(), Vec::new());
        desk.open(&books, &mut changes);
        changes.drain(..).for_each(|change| books.apply(&change));
        let (request, opened, out) = (CardRequest::default(), Books::default(), Vec::new());
        let mut host = Self { frames: Vec::new(), next: 0, desk, opened, books, request, changes, out };
        for stan in 1..=earlier {
            assert_eq!(host.take(&sale(stan)).as_str(), "00", "an earlier sale is approved");
        }
        host.opened = host.books.clone();
        host.frames = (1..=sales).map(|stan| sale(earlier + stan)).collect();
        host
    }

    /// One sale; its reply code. Behind the last of a round, the books are as they were before the first.
    pub fn sell(&mut self) -> Code {
        if self.next == self.frames.len() {
            self.next = 0;
            self.books = self.opened.clone();
        }
        let code = self.repeat();
        self.next += 1;
        code
    }

    /// The next sale, without going on to the one behind it: the second time it is refused, and changes nothing.
    pub fn repeat(&mut self) -> Code {
        let at = self.next.min(self.frames.len() - 1);
        let frame = core::mem::take(&mut self.frames[at]);
        let code = self.take(&frame);
        self.frames[at] = frame;
        code
    }

    /// The answer to the last sale.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.out
    }

    fn take(&mut self, frame: &[u8]) -> Code {
        let now = SimTime::from_secs(1);
        let Self { desk, books, request, changes, out, .. } = self;
        desk.read(&frame[2..], books, request).expect("the frame is a sale");
        let decision = desk.decide(now, request, books, changes);
        changes.drain(..).for_each(|change| books.apply(&change));
        out.clear();
        desk.answer(now, request, &decision, books, Content::Whole, out).expect("a sale has an answer");
        decision.code
    }
}

impl Codec {
    /// The frames of a round.
    #[must_use]
    pub fn new() -> Self {
        Self {
            frames: (1..=SALES).map(sale).collect(),
            next: 0,
            key: key(),
            request: Message::new(Mti::FINANCIAL),
            reply: Message::new(Mti::FINANCIAL_REPLY),
            out: Vec::new(),
        }
    }

    /// One frame in, one frame out. How many bytes.
    pub fn exchange(&mut self) -> usize {
        self.next = (self.next + 1) % self.frames.len();
        let body = &self.frames[self.next][2..];
        decode(&CUP, body, &mut self.request).expect("the frame is a sale");
        verify_mac(&CUP, body, &self.key).expect("its MAC is right");
        self.reply.reply_to(&self.request);
        self.reply.copy_fields(&self.request, &[2, 3, 4, 11, 25, 41, 42, 49, 60]);
        for (field, value) in
            [(12, "090001"), (13, "0105"), (15, "0105"), (32, "00010000"), (37, "000000000001"), (39, "00")]
        {
            self.reply.set(field, value);
        }
        self.out.clear();
        encode_with_mac(&CUP, &self.reply, &self.key, &mut self.out).expect("a sale has an answer");
        self.out.len()
    }
}

impl Default for CardHost {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Codec {
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

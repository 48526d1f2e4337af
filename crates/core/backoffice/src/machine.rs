//! The back office itself: power, ports, and what reaches the disk before it is said.
//!
//! What survives a power cut is the journal, the release and the settings; the books are read from the journal again,
//! everything else lives in `Memory` and is gone with the supply. Whatever tells of a decision waits behind the record of
//! that decision. *Not modelled:* a standby that takes over.

use crate::books::{Books, Held, Verdict};
use crate::enquiries::Enquiries;
use crate::event::{Event, Poke};
use crate::habits::{Answers, Habits};
use crate::journal::{Journal, Record, WRITE, WRITE_BEHIND};
use crate::release::Release;
use crate::settings::Settings;
use crate::uploads::Connection;
use crate::{ACQUIRER, FIRST_UPLOADS, NOTICES, WALLET};
use core::time::Duration;
use sim::{Input, Machine, Outbox, Output, Port, Reason, SimTime, Tag};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use voucher::Number;
use wallet::messages::{AlipayCodec, Codec};

/// The back office.
#[derive(Clone, Debug)]
pub struct BackOffice {
    pub(crate) settings: Settings,
    pub(crate) release: Release,
    pub(crate) journal: Journal,
    pub(crate) books: Books,
    pub(crate) memory: Memory,
    power: Power,
    outbox: Outbox<Event>,
}

/// All that a power cut takes, but for the books, which are read again.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    pub(crate) uploads: BTreeMap<Port, Connection>,
    pub(crate) notices: Connection,
    pub(crate) codec: Codec,
    pub(crate) alipay: Option<AlipayCodec>,
    /// The last notice was one of Alipay's.
    pub(crate) told_by_alipay: bool,
    pub(crate) enquiries: Enquiries,
    /// What is said when so many records are on the disk.
    departures: VecDeque<(usize, Departure)>,
}

#[derive(Clone, Debug)]
enum Departure {
    Send { port: Port, tag: Tag, bytes: Vec<u8> },
    Event(Event),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Off,
    Booting { until: SimTime },
    On,
}

/// From power to ready. Servers take minutes; ten seconds keep a run short and a cut visible.
const BOOT: Duration = Duration::from_secs(10);

impl Memory {
    fn new(settings: &Settings) -> Self {
        Self {
            uploads: BTreeMap::new(),
            notices: Connection::new(),
            codec: Codec::new(settings.wallet.clone(), "api.mch.weixin.qq.com"),
            alipay: settings
                .alipay
                .as_ref()
                .map(|(_, shop)| AlipayCodec::new(Arc::clone(shop), "openapi.alipay.com")),
            told_by_alipay: false,
            enquiries: Enquiries::default(),
            departures: VecDeque::new(),
        }
    }
}

impl BackOffice {
    /// A back office that has been on for long, without a voucher.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            release: Release::new(settings.formats),
            journal: Journal::default(),
            books: Books::default(),
            memory: Memory::new(&settings),
            power: Power::On,
            outbox: Outbox::default(),
            settings,
        }
    }

    /// Every voucher that can be read, by number.
    pub fn vouchers(&self) -> impl Iterator<Item = (Number, &Held)> {
        self.books.iter()
    }

    /// How many documents cannot be read.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.books.unread()
    }

    pub(crate) const fn habits(&self) -> &Habits {
        &self.settings.profile.habits
    }

    fn on_poke(&mut self, now: SimTime, poke: Poke) {
        match (poke, self.power) {
            (Poke::PowerOff, Power::On | Power::Booting { .. }) => self.lose_power(),
            (Poke::PowerOn, Power::Off) => self.power = Power::Booting { until: now + BOOT },
            (Poke::Query(lookup), Power::On) => self.query(now, lookup),
            (Poke::Redeem(lookup), Power::On) => self.redeem(now, lookup),
            (Poke::Inspect, Power::On) => self.inspect(),
            (Poke::Upgrade(formats), Power::On) => self.install(now, formats),
            // What lies on the disk with the programs can be changed in the dark: it counts from the next start on.
            (Poke::Upgrade(formats), _) => self.install_in_the_dark(formats),
            (Poke::Close(service), _) => self.release.doors.close(service, true),
            (Poke::Reopen(service), _) => self.release.doors.close(service, false),
            (Poke::RateLimit(service, limit), _) => self.release.doors.limit(service, limit),
            (Poke::RuleFrom(from), _) => self.release.format_2_from = Some(self.settings.wall(from)),
            // Nobody is served in the dark, and a second pull of the plug does nothing.
            _ => {}
        }
    }

    fn inspect(&mut self) {
        let held: Vec<(Number, Held)> =
            self.vouchers().map(|(number, held)| (number, held.clone())).collect();
        for (number, held) in held {
            let Some(standing) = self.books.standing(number) else { continue };
            let voucher::Voucher { key, kind, amount, .. } = held.voucher;
            self.report(Event::Holds { number, key, kind, amount, copies: held.copies, standing });
        }
    }

    fn lose_power(&mut self) {
        self.journal.cut();
        self.memory = Memory::new(&self.settings);
        self.books = Books::default();
        self.outbox.lose_sends();
        self.power = Power::Off;
        self.outbox.event(Event::PowerLost);
    }

    fn boot(&mut self, now: SimTime) {
        self.power = Power::On;
        self.reopen_books(now);
        self.outbox.event(Event::Booted { vouchers: self.books.len() });
        self.take_up_aside(now);
    }

    /// Reads the journal as this release can, and takes up what nobody knows yet.
    pub(crate) fn reopen_books(&mut self, now: SimTime) {
        self.books = Books::of(self.journal.records(), self.release.formats);
        // What a question is told from others by goes on counting.
        let asked = self.memory.enquiries.asked;
        self.memory.enquiries = Enquiries { asked, ..Enquiries::default() };
        let open = self.books.iter().filter(|(_, held)| held.verdict == Verdict::Open);
        for (number, held) in open {
            self.memory.enquiries.of(held.voucher.key).add(number, now);
        }
    }

    fn on_bytes(&mut self, now: SimTime, port: Port, bytes: &[u8]) {
        match port {
            WALLET => self.on_finding_bytes(now, true, bytes),
            ACQUIRER => self.on_finding_bytes(now, false, bytes),
            NOTICES => self.on_notice_bytes(now, bytes),
            Port(FIRST_UPLOADS..) => self.on_upload_bytes(now, port, bytes),
            Port(_) => {}
        }
    }

    fn on_refused(&mut self, now: SimTime, port: Port) {
        match port {
            WALLET => self.on_unreached(now, true),
            ACQUIRER => self.on_unreached(now, false),
            // Who does not wait for an answer asks again.
            Port(_) => {}
        }
    }

    /// Decides something: it counts from now on, and can be told of when it is on the disk.
    pub(crate) fn write(&mut self, now: SimTime, record: Record) {
        self.books.apply(&record, self.release.formats);
        let takes = match self.habits().answers {
            Answers::WhenDurable => WRITE,
            Answers::AtOnce => WRITE_BEHIND,
        };
        self.journal.write(now, takes, record);
    }

    /// Reports what needs no record.
    pub(crate) fn report(&mut self, event: Event) {
        self.outbox.event(event);
    }

    /// Reports something when all that was decided so far is on the disk.
    pub(crate) fn report_when_written(&mut self, event: Event) {
        self.depart(Departure::Event(event));
    }

    /// Sends something when all that was decided so far is on the disk.
    pub(crate) fn send_when_written(&mut self, port: Port, tag: Tag, bytes: Vec<u8>) {
        self.depart(Departure::Send { port, tag, bytes });
    }

    fn depart(&mut self, departure: Departure) {
        let after = match self.habits().answers {
            Answers::WhenDurable => self.journal.written(),
            Answers::AtOnce => 0,
        };
        self.memory.departures.push_back((after, departure));
    }

    /// Lets go what waits for no more than this many records.
    pub(crate) fn release_departures(&mut self, durable: usize) {
        while let Some((after, _)) = self.memory.departures.front()
            && *after <= durable
            && let Some((_, departure)) = self.memory.departures.pop_front()
        {
            match departure {
                Departure::Send { port, tag, bytes } => self.outbox.send(port, tag, &bytes),
                Departure::Event(event) => self.outbox.event(event),
            }
        }
    }
}

impl Machine for BackOffice {
    type Poke = Poke;
    type Event = Event;

    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) {
        self.journal.settle(now);
        self.release_departures(self.journal.durable());
        match (input, self.power) {
            (Input::Poke(poke), _) => self.on_poke(now, poke),
            (Input::Wake, Power::Booting { until }) if until <= now => self.boot(now),
            (Input::Received { port, bytes }, Power::On) => self.on_bytes(now, port, bytes),
            (Input::Refused { port }, Power::On) => self.on_refused(now, port),
            (Input::Wake | Input::Received { .. } | Input::Refused { .. }, _) => {}
        }
        if self.power == Power::On {
            self.pursue(now);
        }
        self.release_departures(self.journal.durable());
    }

    fn poll(&mut self) -> Option<Output<'_, Event>> {
        self.outbox.poll()
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.power {
            Power::Off => return None,
            Power::Booting { until } => return Some((until, Reason("boot"))),
            Power::On => {}
        }
        let enquiries = &self.memory.enquiries;
        let wakes = [
            self.journal.wake_at().map(|at| (at, Reason("disk"))),
            enquiries.wallet.wake_at().map(|at| (at, Reason("order-query"))),
            enquiries.acquirer.wake_at().map(|at| (at, Reason("verification"))),
        ];
        wakes.into_iter().flatten().min_by_key(|(at, _)| *at)
    }
}

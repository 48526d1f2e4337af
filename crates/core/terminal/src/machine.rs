//! The terminal itself: power, ports, keys, and which flow gets what.
//!
//! What survives a power cut is the journal and the settings; everything else lives in [`Memory`] and is gone
//! with the supply. *Not modelled yet:* operators, several flows at once, settlement.

use crate::card::CardCharge;
use crate::desk::{Desk, Next, Numbers};
use crate::event::{Copy, Event, Intent, Noted, Poke, Press};
use crate::journal::{Approval, Charge, Journal, Record};
use crate::order::{Order, Settled};
use crate::profile::{PrinterStatus, Reprint, Unprinted};
use crate::screen::{Belief, Face, Screen};
use crate::settings::Settings;
use crate::slip::Delivery;
use crate::spooler::{Job, Spooler, Told};
use crate::{CARD, NOTIFY, PRINTER, WALLET};
use core::time::Duration;
use escpos::Presenter;
use iso8583::{CUP, Framer, Message, Mti};
use sim::{Fen, Input, Key, Machine, OrderNo, Outbox, Output, Port, Reason, SimTime, Tag};
use wallet::http::{Limits, RequestParser, ResponseParser};
use wallet::messages::{Acknowledgement, AnswerError, Codec, Merchant};
use wallet::sign::{ApiKey, SignType};

/// The emulated terminal.
#[derive(Clone, Debug)]
pub struct Terminal {
    settings: Settings,
    journal: Journal,
    power: Power,
    memory: Memory,
    outbox: Outbox<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Off,
    Booting { until: SimTime },
    On,
}

/// All that a power cut takes.
#[derive(Clone, Debug)]
struct Memory {
    flow: Flow,
    numbers: Numbers,
    repeats: u32,
    recovering: bool,
    spooler: Spooler,
    held: Option<Held>,
    late: Option<Charge>,
    verdict: Option<(Intent, Belief)>,
    printer: Option<crate::event::Trouble>,
    screen: Screen,
    card_frames: Framer,
    card_message: Message,
    answers: ResponseParser,
    notices: RequestParser,
    codec: Codec,
}

#[derive(Clone, Debug)]
enum Flow {
    Idle,
    Card(Box<CardCharge>),
    Order(Box<Order>),
}

/// A receipt that the presenter holds until the result is known.
#[derive(Clone, Copy, Debug)]
struct Held {
    key: Key,
    on_paper: bool,
    wanted: Option<Presenter>,
}

/// From power to ready. Payment terminals take far longer; three seconds keep a run short and a cut visible.
const BOOT: Duration = Duration::from_secs(3);
/// Charges for one wish before even a careless firmware stops.
const REPEATS: u32 = 2;

impl Terminal {
    /// A terminal that has been on for long, with an empty journal.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let memory = Memory::new(&settings);
        Self { settings, journal: Journal::default(), power: Power::On, memory, outbox: Outbox::default() }
    }

    fn on_poke(&mut self, now: SimTime, poke: Poke) {
        match (poke, self.power) {
            (Poke::PowerOff, Power::On | Power::Booting { .. }) => self.lose_power(),
            (Poke::PowerOn, Power::Off) => self.power = Power::Booting { until: now + BOOT },
            (Poke::CardSale { intent, amount }, Power::On) => self.start_card(now, intent, amount),
            (Poke::ShowQr { intent, amount }, Power::On) => self.start_order(now, intent, amount),
            (Poke::Press(Press::Cancel), Power::On) => {
                self.step(now, Flow::on_cancel);
            }
            (Poke::Press(Press::Reprint), Power::On) => self.reprint(now),
            // A key on a dark terminal does nothing, nor does a second pull of the plug.
            _ => {}
        }
    }

    fn lose_power(&mut self) {
        self.journal.cut();
        self.memory = Memory::new(&self.settings);
        self.memory.screen = Screen::OFF;
        self.outbox.clear();
        self.power = Power::Off;
        self.outbox.event(Event::PowerLost);
    }

    fn boot(&mut self, now: SimTime) {
        self.power = Power::On;
        self.memory.recovering = true;
        self.outbox.event(Event::Booted);
        self.take_up(now);
    }

    /// After a boot: takes up what the journal says is open, one charge after the other, then what is unprinted.
    fn take_up(&mut self, now: SimTime) {
        let open = self.journal.open_charges().next().copied();
        if let Some(charge) = open {
            self.memory.verdict = Some((charge.intent, Belief::Unknown));
            let (mut desk, memory) =
                desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
            *memory.flow = match charge.key {
                Key::Card { .. } => Flow::Card(Box::new(CardCharge::recover(charge, &mut desk))),
                Key::Order(number) => {
                    Flow::Order(Box::new(Order::recover(charge, number, &mut desk, memory.codec)))
                }
            };
            return;
        }
        self.memory.recovering = false;
        if self.settings.profile.habits.printer_status == PrinterStatus::Watched {
            self.print_what_is_missing(now);
        }
    }

    fn print_what_is_missing(&mut self, now: SimTime) {
        let mut after_trouble = true;
        let approvals: Vec<Approval> = self.journal.approvals().cloned().collect();
        for approval in approvals {
            self.memory.verdict.get_or_insert((approval.charge.intent, Belief::Approved));
            for copy in self.copies(approval.charge.key) {
                if !self.journal.is_printed(approval.charge.key, *copy) {
                    let job = self.job(approval.clone(), *copy, true, after_trouble);
                    after_trouble = false;
                    self.memory.spooler.print(job, now, &self.settings, &mut self.outbox);
                }
            }
        }
    }

    fn start_card(&mut self, now: SimTime, intent: Intent, amount: Fen) {
        if !self.accepts(intent) {
            return;
        }
        let (mut desk, memory) =
            desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
        let key = CardCharge::next_key(&mut desk);
        *memory.flow = Flow::Card(Box::new(CardCharge::begin(Charge { intent, key, amount }, &mut desk)));
    }

    fn start_order(&mut self, now: SimTime, intent: Intent, amount: Fen) {
        if !self.accepts(intent) {
            return;
        }
        let (mut desk, memory) =
            desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
        let number = Order::next_number(&mut desk);
        let charge = Charge { intent, key: Key::Order(number), amount };
        *memory.flow = Flow::Order(Box::new(Order::begin(charge, number, &mut desk)));
    }

    /// One charge at a time: while one is open, the next is turned away.
    fn accepts(&mut self, intent: Intent) -> bool {
        self.memory.repeats = 0;
        let free = matches!(self.memory.flow, Flow::Idle);
        if free {
            self.memory.verdict = None;
        } else {
            self.outbox.event(Event::Busy { intent });
        }
        free
    }

    fn reprint(&mut self, now: SimTime) {
        if self.settings.profile.habits.reprint == Reprint::Missing || !self.memory.spooler.is_idle() {
            return;
        }
        if let Some(approval) = self.journal.approvals().next_back().cloned() {
            let job = self.job(approval, Copy::Customer, true, false);
            self.memory.spooler.print(job, now, &self.settings, &mut self.outbox);
        }
    }

    /// Gives the flow one step, and does what it asks for.
    fn step(&mut self, now: SimTime, act: impl FnOnce(&mut Flow, &mut Desk<'_>, &mut Codec) -> Next) {
        let (mut desk, memory) =
            desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
        let next = act(memory.flow, &mut desk, memory.codec);
        match next {
            Next::Stay => {}
            Next::Tell(belief) => self.tell(belief),
            Next::Over(belief) => {
                self.tell(belief);
                self.rest(now);
            }
            Next::Paid(approval) => self.on_paid(now, approval),
            Next::Instead(charge) => self.charge_instead(now, charge),
            Next::PrintAhead(charge) => self.print_ahead(now, charge),
            Next::PullBack(charge) => self.pull_back(now, charge),
        }
    }

    fn tell(&mut self, belief: Belief) {
        if let Some(charge) = self.memory.flow.charge() {
            self.memory.verdict = Some((charge.intent, belief));
        }
    }

    fn rest(&mut self, now: SimTime) {
        self.memory.flow = Flow::Idle;
        if self.memory.recovering {
            self.take_up(now);
        }
    }

    fn on_paid(&mut self, now: SimTime, approval: Approval) {
        self.tell(Belief::Approved);
        let key = approval.charge.key;
        if self.memory.held.is_some_and(|held| held.key == key) {
            self.move_held(Presenter::Present { steps: 80 });
        } else if !self.memory.recovering {
            for copy in self.copies(key) {
                let job = self.job(approval.clone(), *copy, false, false);
                self.memory.spooler.print(job, now, &self.settings, &mut self.outbox);
            }
        }
        self.rest(now);
    }

    fn charge_instead(&mut self, now: SimTime, charge: Charge) {
        self.memory.repeats += 1;
        if self.memory.repeats > REPEATS {
            self.tell(Belief::Declined);
            self.rest(now);
            return;
        }
        let (mut desk, memory) =
            desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
        *memory.flow = match charge.key {
            Key::Card { .. } => Flow::Card(Box::new(CardCharge::begin(charge, &mut desk))),
            Key::Order(number) => Flow::Order(Box::new(Order::begin(charge, number, &mut desk))),
        };
    }

    fn print_ahead(&mut self, now: SimTime, charge: Charge) {
        self.memory.held = Some(Held { key: charge.key, on_paper: false, wanted: None });
        let approval = Approval { charge, reference: String::new(), auth_code: String::new(), at: now };
        let job = Job {
            delivery: Delivery::Hold,
            counts: false,
            ..self.job(approval, Copy::Customer, false, false)
        };
        self.memory.spooler.print(job, now, &self.settings, &mut self.outbox);
    }

    fn pull_back(&mut self, now: SimTime, charge: Charge) {
        self.outbox.event(Event::PullsBack { key: charge.key });
        self.move_held(Presenter::Retract);
        self.tell(Belief::Unknown);
        self.memory.late = Some(charge);
        self.rest(now);
    }

    /// Moves the held receipt, now or as soon as it is on paper.
    fn move_held(&mut self, function: Presenter) {
        let Some(held) = &mut self.memory.held else {
            return;
        };
        held.wanted = Some(function);
        if held.on_paper {
            self.memory.held = None;
            self.memory.spooler.move_held(function, &mut self.outbox);
        }
    }

    fn on_told(&mut self, now: SimTime, told: Told) {
        match told {
            Told::Printed(job) => self.on_printed(now, &job),
            Told::Trouble(trouble) => {
                self.memory.printer = trouble;
                if let Some(trouble) = trouble {
                    self.outbox.event(Event::PrinterTrouble { trouble });
                    self.undo_what_cannot_be_printed(now);
                }
            }
        }
    }

    fn on_printed(&mut self, now: SimTime, job: &Job) {
        let key = job.approval.charge.key;
        self.outbox.event(Event::Printed { key, copy: job.copy });
        if job.counts && !self.journal.is_printed(key, job.copy) {
            self.journal.write(now, Record::Printed(key, job.copy));
        }
        if let Some(held) = &mut self.memory.held
            && held.key == key
        {
            held.on_paper = true;
            if let Some(function) = held.wanted {
                self.move_held(function);
            }
        }
    }

    fn undo_what_cannot_be_printed(&mut self, now: SimTime) {
        let undoes = self.settings.profile.habits.unprinted == Unprinted::Reversed;
        if !undoes || !matches!(self.memory.flow, Flow::Idle) {
            return;
        }
        let Some(charge) = self.journal.approvals().next_back().map(|approval| approval.charge) else {
            return;
        };
        if matches!(charge.key, Key::Card { .. }) && self.memory.spooler.holds(charge.key) {
            self.memory.spooler.withdraw(charge.key);
            let (mut desk, memory) =
                desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
            *memory.flow = Flow::Card(Box::new(CardCharge::undo(charge, &mut desk)));
        }
    }

    fn on_card_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.memory.card_frames.push(bytes);
        loop {
            let memory = &mut self.memory;
            let body = match memory.card_frames.next_frame() {
                Ok(Some(body)) => body,
                Ok(None) => return,
                Err(_) => {
                    memory.card_frames.reset();
                    self.outbox.event(Event::Disbelieved { why: "it is no frame" });
                    return;
                }
            };
            let authentic = iso8583::verify_mac(&CUP, body, &self.settings.mac_key).is_ok();
            if iso8583::decode(&CUP, body, &mut memory.card_message).is_err() {
                self.outbox.event(Event::Disbelieved { why: "it cannot be read" });
                continue;
            }
            let reply = core::mem::replace(&mut memory.card_message, Message::new(Mti::FINANCIAL_REPLY));
            self.step(now, |flow, desk, _| flow.on_reply(&reply, authentic, desk));
            self.memory.card_message = reply;
        }
    }

    fn on_answer_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.memory.answers.push(bytes);
        loop {
            let Memory { answers, codec, flow, .. } = &mut self.memory;
            let response = match answers.next_response() {
                Ok(Some(response)) => response,
                Ok(None) => return,
                Err(_) => {
                    answers.reset();
                    self.outbox.event(Event::Disbelieved { why: "it is no HTTP response" });
                    return;
                }
            };
            let Flow::Order(order) = flow else { continue };
            let Some(call) = order.open_call() else { continue };
            let settled = codec
                .decode_answer(call, &response)
                .map(|answer| Settled::of(&answer, order.number, order.charge.amount));
            self.step(now, |flow, desk, codec| flow.on_answer(settled, desk, codec));
        }
    }

    fn on_notice_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.memory.notices.push(bytes);
        loop {
            let Memory { notices, codec, .. } = &mut self.memory;
            let request = match notices.next_request() {
                Ok(Some(request)) => request,
                Ok(None) => return,
                Err(_) => {
                    notices.reset();
                    self.outbox.event(Event::Disbelieved { why: "it is no HTTP request" });
                    return;
                }
            };
            let notice = codec.decode_notification(&request).ok().map(|notice| Notice {
                number: OrderNo::new(notice.out_trade_no),
                transaction: notice.transaction_id.to_owned(),
                amount: Fen(i64::try_from(notice.total_fee_fen).unwrap_or(i64::MAX)),
                paid: notice.succeeded,
            });
            self.on_notice(now, notice);
        }
    }

    fn on_notice(&mut self, now: SimTime, notice: Option<Notice>) {
        let acknowledgement = match &notice {
            Some(_) => Acknowledgement::Success,
            None => Acknowledgement::Fail("not believed".to_owned()),
        };
        let codec = &mut self.memory.codec;
        self.outbox.send_with(NOTIFY, Tag("acknowledgement"), |buffer| {
            codec.encode_acknowledgement(&acknowledgement, buffer);
        });
        let Some(notice) = notice.filter(|notice| notice.paid) else {
            if acknowledgement != Acknowledgement::Success {
                self.outbox.event(Event::Disbelieved { why: "a notification is not authentic" });
            }
            return;
        };
        if let Flow::Order(order) = &self.memory.flow
            && Some(order.number) == notice.number
        {
            self.step(now, |flow, desk, codec| match flow {
                Flow::Order(order) => order.on_notification(&notice.transaction, notice.amount, desk, codec),
                Flow::Idle | Flow::Card(_) => Next::Stay,
            });
        } else {
            self.on_late_notice(now, notice);
        }
    }

    /// A firmware that printed first and pulled back still learns, too late, that it was paid.
    fn on_late_notice(&mut self, now: SimTime, notice: Notice) {
        let Some(charge) = self.memory.late else {
            return;
        };
        if notice.number.map(Key::Order) == Some(charge.key) && notice.amount == charge.amount {
            self.memory.late = None;
            self.outbox.event(Event::Learned { key: charge.key, result: crate::event::Result::Approved });
            let (reference, auth_code) = (notice.transaction, String::new());
            self.journal.write(now, Record::Approved(Approval { charge, reference, auth_code, at: now }));
            self.memory.verdict = Some((charge.intent, Belief::Approved));
        }
    }

    fn on_wake(&mut self, now: SimTime) {
        match self.power {
            Power::Off => return,
            Power::Booting { until } => {
                if now >= until {
                    self.boot(now);
                }
                return;
            }
            Power::On => {}
        }
        while let Some(record) = self.journal.settle(now) {
            let (key, noted) = record.subject();
            self.outbox.event(Event::Durable { key, noted });
            // A copy that has been printed is nothing that a charge waits for.
            if !matches!(noted, Noted::Printed(_)) {
                self.step(now, |flow, desk, codec| flow.on_durable(key, desk, codec));
            }
        }
        self.step(now, Flow::on_wake);
        if let Some(told) = self.memory.spooler.wake(now, &self.settings, &mut self.outbox) {
            self.on_told(now, told);
        }
    }

    fn on_printer_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        if let Some(told) = self.memory.spooler.receive(bytes, now, &self.settings, &mut self.outbox) {
            self.on_told(now, told);
        }
    }

    fn copies(&self, key: Key) -> &'static [Copy] {
        match key {
            _ if self.has_presenter() => &[Copy::Customer],
            Key::Card { .. } | Key::Order(_) => &[Copy::Merchant, Copy::Customer],
        }
    }

    fn job(&self, approval: Approval, copy: Copy, reprint: bool, after_trouble: bool) -> Job {
        let delivery = if self.has_presenter() { Delivery::Present } else { Delivery::Mouth };
        Job { approval, copy, reprint, after_trouble, delivery, counts: true }
    }

    fn has_presenter(&self) -> bool {
        self.settings.profile.printer.starts_with("kiosk")
    }

    /// What the display shows now; reported when it changes.
    fn refresh_screen(&mut self) {
        let offers = self.settings.profile.habits.reprint == Reprint::Offered;
        let last = self.journal.approvals().next_back().map(|approval| approval.charge.key);
        let screen = match self.power {
            Power::Off | Power::Booting { .. } => Screen::OFF,
            Power::On => Screen {
                face: self.memory.flow.face(self.memory.verdict),
                verdict: self.memory.verdict,
                trouble: self.memory.printer,
                reprint: last.filter(|_| offers),
            },
        };
        if screen != self.memory.screen {
            self.memory.screen = screen;
            self.outbox.event(Event::Shows(screen));
        }
    }
}

/// What a notification says, taken out of the buffers that it was read in.
struct Notice {
    number: Option<OrderNo>,
    transaction: String,
    amount: Fen,
    paid: bool,
}

/// The parts of memory that a step needs beside the desk.
struct Rest<'a> {
    flow: &'a mut Flow,
    codec: &'a mut Codec,
}

fn desk<'a>(
    now: SimTime,
    settings: &'a Settings,
    journal: &'a mut Journal,
    outbox: &'a mut Outbox<Event>,
    memory: &'a mut Memory,
) -> (Desk<'a>, Rest<'a>) {
    let Memory { flow, codec, numbers, .. } = memory;
    (Desk { now, settings, journal, outbox, numbers }, Rest { flow, codec })
}

impl Memory {
    fn new(settings: &Settings) -> Self {
        let merchant = Merchant {
            app_id: settings.app_id.to_owned(),
            mch_id: settings.mch_id.to_owned(),
            api_key: ApiKey::new(settings.api_key),
            sign_type: SignType::HmacSha256,
            notify_url: "http://terminal/notify".to_owned(),
        };
        Self {
            flow: Flow::Idle,
            numbers: Numbers::default(),
            repeats: 0,
            recovering: false,
            spooler: Spooler::new(),
            held: None,
            late: None,
            verdict: None,
            printer: None,
            screen: Screen { face: Face::Idle, ..Screen::OFF },
            card_frames: Framer::new(Framer::DEFAULT_MAX_BODY_BYTES),
            card_message: Message::new(Mti::FINANCIAL_REPLY),
            answers: ResponseParser::new(Limits::DEFAULT),
            notices: RequestParser::new(Limits::DEFAULT),
            codec: Codec::new(merchant, "api.mch.weixin.qq.com"),
        }
    }
}

impl Flow {
    fn charge(&self) -> Option<Charge> {
        match self {
            Self::Idle => None,
            Self::Card(card) => Some(card.charge),
            Self::Order(order) => Some(order.charge),
        }
    }

    fn face(&self, verdict: Option<(Intent, Belief)>) -> Face {
        match self {
            Self::Idle => Face::Idle,
            Self::Card(_) | Self::Order(_) if matches!(verdict, Some((_, Belief::Unknown))) => Face::Asking,
            Self::Card(card) => Face::Working { amount: card.charge.amount },
            Self::Order(order) => Face::Code { amount: order.charge.amount },
        }
    }

    fn on_durable(&mut self, key: Key, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Card(card) if card.charge.key == key => card.on_durable(desk),
            Self::Order(order) if order.charge.key == key => order.on_durable(desk, codec),
            Self::Idle | Self::Card(_) | Self::Order(_) => Next::Stay,
        }
    }

    fn on_wake(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Idle => Next::Stay,
            Self::Card(card) => card.on_wake(desk),
            Self::Order(order) => order.on_wake(desk, codec),
        }
    }

    fn on_cancel(&mut self, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Idle => Next::Stay,
            Self::Card(card) => card.on_cancel(desk),
            Self::Order(order) => order.on_cancel(desk, codec),
        }
    }

    fn on_reply(&mut self, reply: &Message, authentic: bool, desk: &mut Desk<'_>) -> Next {
        match self {
            Self::Card(card) => card.on_reply(reply, authentic, desk),
            Self::Idle | Self::Order(_) => {
                desk.event(Event::Disbelieved { why: "no request is open" });
                Next::Stay
            }
        }
    }

    fn on_answer(
        &mut self,
        settled: Result<Settled, AnswerError>,
        desk: &mut Desk<'_>,
        codec: &mut Codec,
    ) -> Next {
        match self {
            Self::Order(order) => order.on_answer(settled, desk, codec),
            Self::Idle | Self::Card(_) => Next::Stay,
        }
    }

    fn on_refused(&mut self, port: Port, desk: &mut Desk<'_>, codec: &mut Codec) -> Next {
        match self {
            Self::Card(card) if port == CARD => card.on_refused(desk),
            Self::Order(order) if port == WALLET => order.on_refused(desk, codec),
            Self::Idle | Self::Card(_) | Self::Order(_) => Next::Stay,
        }
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self {
            Self::Idle => None,
            Self::Card(card) => card.wake_at(),
            Self::Order(order) => order.wake_at(),
        }
    }
}

impl Machine for Terminal {
    type Poke = Poke;
    type Event = Event;

    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) {
        match input {
            Input::Poke(poke) => self.on_poke(now, poke),
            Input::Wake => self.on_wake(now),
            // A dark terminal hears nothing.
            Input::Received { .. } | Input::Refused { .. } if self.power != Power::On => {}
            Input::Received { port: PRINTER, bytes } => self.on_printer_bytes(now, bytes),
            Input::Received { port: CARD, bytes } => self.on_card_bytes(now, bytes),
            Input::Received { port: WALLET, bytes } => self.on_answer_bytes(now, bytes),
            Input::Received { port: NOTIFY, bytes } => self.on_notice_bytes(now, bytes),
            Input::Received { .. } => {}
            Input::Refused { port } => {
                self.step(now, |flow, desk, codec| flow.on_refused(port, desk, codec));
            }
        }
        self.refresh_screen();
    }

    fn poll(&mut self) -> Option<Output<'_, Event>> {
        self.outbox.poll()
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.power {
            Power::Off => None,
            Power::Booting { until } => Some((until, Reason("terminal is up"))),
            Power::On => {
                let journal = self.journal.wake_at().map(|at| (at, Reason("journal record is in flash")));
                [journal, self.memory.flow.wake_at(), self.memory.spooler.wake_at()]
                    .into_iter()
                    .flatten()
                    .min()
            }
        }
    }
}

//! The terminal itself: power, ports, keys, and which flow gets what.
//!
//! What survives a power cut is the journal and the settings; everything else lives in `Memory` and is gone
//! with the supply. *Not modelled yet:* operators, several flows at once, settlement.

use crate::card::CardCharge;
use crate::desk::{Desk, Next};
use crate::event::{Copy, Event, Intent, Noted, Poke, Press};
use crate::flow::Flow;
use crate::journal::{Approval, Charge, Journal, Record};
use crate::memory::{Held, Memory};
use crate::order::Order;
use crate::profile::{Pending, PrinterStatus, Reprint, Unprinted};
use crate::screen::{Belief, Screen};
use crate::settings::Settings;
use crate::slip::Delivery;
use crate::spooler::{Job, Told};
use crate::{CARD, NOTIFY, PRINTER, WALLET};
use core::time::Duration;
use escpos::Presenter;
use sim::{Fen, Input, Key, Machine, Outbox, Output, Reason, SimTime};
use wallet::messages::Codec;

/// The emulated terminal.
#[derive(Clone, Debug)]
pub struct Terminal {
    pub(crate) settings: Settings,
    pub(crate) journal: Journal,
    power: Power,
    pub(crate) memory: Memory,
    pub(crate) outbox: Outbox<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Off,
    Booting { until: SimTime },
    On,
}

/// From power to ready. Payment terminals take far longer; three seconds keep a run short and a cut visible.
const BOOT: Duration = Duration::from_secs(3);
/// Charges for one wish before even a careless firmware stops.
const REPEATS: u32 = 2;

impl Terminal {
    /// A terminal that has been on for long, with an empty journal.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let journal = Journal::default();
        let memory = Memory::new(&settings, &journal);
        Self { settings, journal, power: Power::On, memory, outbox: Outbox::default() }
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
        self.memory = Memory::new(&self.settings, &self.journal);
        self.memory.screen = Screen::OFF;
        self.outbox.lose_sends();
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
            for copy in self.copies(approval.charge.key) {
                if !self.journal.is_printed(approval.charge.key, *copy) {
                    self.memory.verdict = Some((approval.charge.intent, Belief::Approved));
                    let job = self.job(approval.clone(), *copy, true, after_trouble);
                    after_trouble = false;
                    self.memory.spooler.print(job, now, &self.settings, &mut self.outbox);
                }
            }
        }
    }

    fn start_card(&mut self, now: SimTime, intent: Intent, amount: Fen) {
        self.give_way(now);
        if !self.accepts(intent) {
            return;
        }
        let (mut desk, memory) =
            desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
        let key = CardCharge::next_key(&mut desk);
        *memory.flow = Flow::Card(Box::new(CardCharge::begin(Charge { intent, key, amount }, &mut desk)));
    }

    fn start_order(&mut self, now: SimTime, intent: Intent, amount: Fen) {
        self.give_way(now);
        if !self.accepts(intent) {
            return;
        }
        let (mut desk, memory) =
            desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
        let number = Order::next_number(&mut desk);
        let charge = Charge { intent, key: Key::Order(number), amount };
        *memory.flow = Flow::Order(Box::new(Order::begin(charge, number, &mut desk)));
    }

    /// A careless firmware has one place for the charge that may have to be undone, and wipes it for the next one.
    fn give_way(&mut self, now: SimTime) {
        if self.settings.profile.habits.pending == Pending::Blocks {
            return;
        }
        if let Flow::Card(card) = &self.memory.flow
            && card.is_being_undone()
        {
            self.journal.write(now, Record::Ended(card.charge.key));
            self.memory.flow = Flow::Idle;
        }
    }

    /// One charge at a time: while one is open, the next is turned away.
    fn accepts(&mut self, intent: Intent) -> bool {
        self.memory.repeats = 0;
        self.memory.reprints = 0;
        let free = matches!(self.memory.flow, Flow::Idle);
        if free {
            self.memory.verdict = None;
        } else {
            self.outbox.event(Event::Busy { intent });
        }
        free
    }

    /// The reprint key: the newest slip, and pressed again the one before, round and round until the next charge.
    fn reprint(&mut self, now: SimTime) {
        if self.settings.profile.habits.reprint == Reprint::Missing || !self.memory.spooler.is_idle() {
            return;
        }
        let approvals = self.journal.approvals().count();
        if approvals == 0 {
            return;
        }
        let back = self.memory.reprints % approvals;
        self.memory.reprints += 1;
        if let Some(approval) = self.journal.approvals().rev().nth(back).cloned() {
            let job = self.job(approval, Copy::Customer, true, false);
            self.memory.spooler.print(job, now, &self.settings, &mut self.outbox);
        }
    }

    /// Gives the flow one step, and does what it asks for.
    pub(crate) fn step(
        &mut self,
        now: SimTime,
        act: impl FnOnce(&mut Flow, &mut Desk<'_>, &mut Codec) -> Next,
    ) {
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

    pub(crate) fn on_told(&mut self, now: SimTime, told: Told) {
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

    const fn has_presenter(&self) -> bool {
        self.settings.profile.presenter
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

//! The terminal itself: power, what wakes it, and which flow gets what.
//!
//! What survives a power cut is the journal and the settings; everything else lives in `Memory` and is gone
//! with the supply. *Not modelled:* several flows at once.

use crate::charge::{Approval, Charge};
use crate::counter::{begun_as, recovered};
use crate::desk::{Desk, Next};
use crate::event::{Event, Noted, Poke, Press};
use crate::flow::Flow;
use crate::journal::{Journal, Record};
use crate::memory::Memory;
use crate::profile::{PrinterStatus, Reads, Rekeys};
use crate::receipt_prompt::Question;
use crate::scanner::{Barcode, Scanner};
use crate::screen::{Belief, Face, Screen};
use crate::settings::Settings;
use crate::settlement::Settlement;
use crate::sign_on::SignOn;
use crate::speech::Codec;
use crate::{CARD, NOTIFY, PRINTER, VOUCHERS, WALLET};
use core::time::Duration;
use sim::{Input, Machine, Outbox, Output, Reason, SimTime};
use wallet::ask::Wallet;

/// The emulated terminal.
#[derive(Clone, Debug)]
pub struct Terminal {
    pub(crate) settings: Settings,
    pub(crate) journal: Journal,
    pub(crate) power: Power,
    pub(crate) memory: Memory,
    pub(crate) outbox: Outbox<Event>,
    pub(crate) scanner: Scanner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    Off,
    Booting {
        until: SimTime,
    },
    On,
    /// The firmware has stopped; its watchdog restarts it then.
    Hung {
        restart: SimTime,
    },
}

impl Power {
    pub(crate) fn booting(now: SimTime) -> Self {
        Self::Booting { until: now + BOOT }
    }
}

/// From power to ready. Payment terminals take far longer; three seconds keep a run short and a cut visible.
const BOOT: Duration = Duration::from_secs(3);
/// Charges for one wish before even a careless firmware stops.
const REPEATS: u32 = 2;
/// A terminal that has just signed on does not sign on again because of the same trouble.
const SIGN_ON_PAUSE: Duration = Duration::from_secs(60);

impl Terminal {
    /// A terminal that has been on for long, with an empty journal.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let journal = Journal::default();
        let memory = Memory::new(&settings, &journal);
        let (outbox, scanner) = (Outbox::default(), Scanner::default());
        Self { settings, journal, power: Power::On, memory, outbox, scanner }
    }

    /// A terminal that is just being switched on, with what its flash has kept.
    #[must_use]
    pub fn switched_on(settings: Settings, journal: Journal, now: SimTime) -> Self {
        let mut memory = Memory::new(&settings, &journal);
        memory.screen = Screen::OFF;
        let power = Power::booting(now);
        let (outbox, scanner) = (Outbox::default(), Scanner::default());
        Self { settings, journal, power, memory, outbox, scanner }
    }

    /// How it is set up.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What its flash has, and what is on its way there.
    #[must_use]
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What its display shows.
    #[must_use]
    pub const fn screen(&self) -> Screen {
        self.memory.screen
    }

    /// Whether it is on, and nothing is under way.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        matches!((self.power, &self.memory.flow), (Power::On, Flow::Idle))
    }

    /// Whether nothing is being printed and nothing waits to be.
    #[must_use]
    pub fn may_print(&self) -> bool {
        self.memory.spooler.is_idle()
    }

    fn on_poke(&mut self, now: SimTime, poke: Poke) {
        if self.power == Power::On {
            self.end_question_for(now, &poke);
        }
        let asks = self.is_asking();
        match (poke, self.power) {
            (Poke::PowerOff, Power::On | Power::Booting { .. } | Power::Hung { .. }) => self.lose_power(now),
            (Poke::PowerOn, Power::Off) => self.power = Power::booting(now),
            (Poke::Hang, Power::On | Power::Booting { .. }) => self.hang(now),
            (Poke::Flash(poke), _) => self.on_flash(now, poke),
            (Poke::Charge(wish), Power::On) => self.on_wish(now, wish, Wallet::WeChat),
            (Poke::ChargeBy(wish, wallet), Power::On) => self.on_wish(now, wish, wallet),
            (Poke::Press(Press::Cancel), Power::On) if asks => self.on_receipt_declined(now),
            (Poke::Press(Press::Enter | Press::Reprint), Power::On) if asks => self.on_receipt_wanted(now),
            (Poke::Press(Press::Cancel), Power::On) => self.step(now, Flow::on_cancel),
            (Poke::Press(Press::Reprint), Power::On) => self.reprint_newest(now),
            (Poke::Reprint(key), Power::On) => self.on_number_keyed_in(now, key),
            (Poke::Settle, Power::On) => self.on_settle(now),
            (Poke::SignOn, Power::On) => self.on_sign_on(now),
            (Poke::LogOn { operator }, Power::On) => self.on_operator(now, Some(operator)),
            (Poke::KeyIn(keyed), Power::On) => {
                self.settings.key_in(keyed);
                self.memory.codec = Codec::new(&self.settings);
            }
            (Poke::LogOff, Power::On) => self.on_operator(now, None),
            (Poke::Shows(shown), Power::On) => self.scanner.show(now, shown),
            (Poke::Scanner(poke), _) => self.scanner.poke(poke),
            (Poke::RegisterPrints { slips, totals }, Power::On) => {
                self.memory.register_prints = (slips, totals);
            }
            (Poke::RegisterPrinted(key, copy), Power::On) => self.note_printed(now, key, copy),
            // A key on a dark terminal does nothing, nor does a second pull of the plug.
            _ => {}
        }
    }

    fn lose_power(&mut self, now: SimTime) {
        self.lose_memory(now);
        self.power = Power::Off;
        self.outbox.event(Event::PowerLost);
    }

    fn boot(&mut self, now: SimTime) {
        self.power = Power::On;
        self.memory.recovering = true;
        self.outbox.event(Event::Booted);
        self.read_journal(now);
        self.memory.spooler.start_up(&self.settings);
        if !self.begins_anew(now) {
            self.take_up(now);
        }
    }

    /// After a boot: takes up what the journal says is open, one after the other, then what is unprinted.
    fn take_up(&mut self, now: SimTime) {
        let open = self.journal.open_charges().next().copied();
        if let Some(charge) = open {
            self.memory.verdict = Some((charge.intent, Belief::Unknown));
            self.enter(now, |desk, codec| recovered(charge, desk, codec));
        } else if let Some(batch) = self.journal.settling() {
            self.enter(now, |desk, _| Flow::Settlement(Box::new(Settlement::recover(batch, desk))));
        } else {
            self.memory.recovering = false;
            if self.settings.profile.habits.printer_status == PrinterStatus::Watched {
                self.print_what_is_missing(now);
            }
        }
    }

    /// Makes a flow the one that is under way.
    pub(crate) fn enter(&mut self, now: SimTime, make: impl FnOnce(&mut Desk<'_>, &mut Codec) -> Flow) {
        let (mut desk, rest) =
            desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
        *rest.flow = make(&mut desk, rest.codec);
    }

    /// Gives the flow one step, and does what it asks for.
    pub(crate) fn step(
        &mut self,
        now: SimTime,
        act: impl FnOnce(&mut Flow, &mut Desk<'_>, &mut Codec) -> Next,
    ) {
        let (mut desk, rest) =
            desk(now, &self.settings, &mut self.journal, &mut self.outbox, &mut self.memory);
        let next = act(rest.flow, &mut desk, rest.codec);
        match next {
            Next::Stay => {}
            Next::Tell(belief) => self.tell(belief),
            Next::Over(belief) => {
                if belief == Belief::Declined {
                    self.take_back_unpaid();
                }
                self.tell(belief);
                self.rest(now);
            }
            Next::Paid(approval) => self.on_paid(now, &approval),
            Next::Instead(charge) => self.charge_instead(now, charge),
            Next::PrintAhead(charge) => self.print_ahead(now, charge),
            Next::PullBack(charge) => self.pull_back(now, charge),
            Next::SignedOn => self.after_sign_on(now, true),
            Next::NotSignedOn => self.after_sign_on(now, false),
            Next::BatchClosed(closing) => {
                self.print_totals(now, closing);
                self.rest(now);
            }
        }
        self.sign_on_if_due(now);
    }

    pub(crate) fn tell(&mut self, belief: Belief) {
        if let Some(charge) = self.memory.flow.charge() {
            self.memory.verdict = Some((charge.intent, belief));
        }
    }

    pub(crate) fn rest(&mut self, now: SimTime) {
        self.memory.flow = Flow::Idle;
        if self.memory.recovering {
            self.take_up(now);
        }
    }

    fn on_paid(&mut self, now: SimTime, approval: &Approval) {
        self.tell(Belief::Approved);
        self.print_slips_of(now, approval);
        self.rest(now);
    }

    fn charge_instead(&mut self, now: SimTime, charge: Charge) {
        self.memory.repeats += 1;
        if self.memory.repeats > REPEATS {
            self.tell(Belief::Declined);
            self.rest(now);
            return;
        }
        self.enter(now, |desk, _| begun_as(charge, desk));
        if let Some(code) = self.memory.reread.take() {
            self.step(now, |flow, desk, codec| flow.on_code(code, desk, codec));
        }
    }

    /// The scanner has sent a code.
    fn on_code(&mut self, now: SimTime, code: Barcode) {
        let every_one = self.settings.profile.habits.reads == Reads::EveryOne;
        if every_one && self.memory.flow.is_open_scan() {
            self.memory.reread = Some(code);
            self.step(now, |flow, desk, _| flow.charge_again(desk));
        } else if self.memory.used_code == Some(code) {
            self.outbox.event(Event::CodeIgnored { why: "that payment code was used before" });
        } else {
            self.step(now, |flow, desk, codec| flow.on_code(code, desk, codec));
        }
    }

    /// The host wants fresh keys or another batch: the terminal signs on as soon as nothing else waits for an answer.
    fn sign_on_if_due(&mut self, now: SimTime) {
        if !self.memory.sign_on_due || !self.memory.flow.may_wait() {
            return;
        }
        self.memory.sign_on_due = false;
        let just_did = self.memory.signed_on_at.is_some_and(|at| now.since(at) < SIGN_ON_PAUSE);
        if !just_did && self.settings.profile.habits.rekeys == Rekeys::WhenTold {
            self.sign_on(now);
        }
    }

    /// Signs on; what was under way goes on afterwards.
    pub(crate) fn sign_on(&mut self, now: SimTime) {
        let then = match core::mem::replace(&mut self.memory.flow, Flow::Idle) {
            Flow::Idle => None,
            flow => Some(Box::new(flow)),
        };
        self.enter(now, |desk, _| Flow::SignOn(Box::new(SignOn::begin(then, desk))));
    }

    fn after_sign_on(&mut self, now: SimTime, signed_on: bool) {
        self.memory.signed_on_at = Some(now);
        let Flow::SignOn(sign_on) = core::mem::replace(&mut self.memory.flow, Flow::Idle) else {
            return;
        };
        match sign_on.then {
            None => self.rest(now),
            Some(then) => self.enter(now, |desk, _| {
                let mut flow = *then;
                if signed_on {
                    flow.go_on(desk);
                }
                flow
            }),
        }
    }

    fn on_wake(&mut self, now: SimTime) {
        match self.power {
            Power::Off => return,
            Power::Hung { restart } => return self.wake_hung(now, restart),
            Power::Booting { until } => {
                if now >= until {
                    self.boot(now);
                }
                return;
            }
            Power::On => {}
        }
        while let Some(record) = self.journal.settle(now) {
            let subject = record.subject();
            let waited_for = !matches!(record, Record::LeftOut { .. });
            if let Some((key, noted)) = subject {
                self.outbox.event(Event::Durable { key, noted });
                self.on_noted(now, key, noted);
            }
            // A copy that has been printed is nothing that a charge waits for, nor is its voucher.
            if waited_for
                && !matches!(
                    subject,
                    Some((_, Noted::Printed(_) | Noted::Reprinted | Noted::Vouched | Noted::NotWanted))
                )
            {
                self.step(now, |flow, desk, codec| flow.on_durable(subject.map(|(key, _)| key), desk, codec));
            }
        }
        self.step(now, Flow::on_wake);
        self.on_question_over(now);
        if let Some(told) = self.memory.spooler.wake(now, &self.settings, &mut self.outbox) {
            self.on_told(now, told);
        }
        if let Some(code) = self.scanner.take_due(now) {
            self.on_code(now, code);
        }
    }

    /// What the display shows now; reported when it changes.
    fn refresh_screen(&mut self) {
        let last = self.journal.approvals().rev().find(|approval| self.can_reprint(approval));
        let last = last.map(|approval| approval.charge.key);
        let screen = match self.power {
            Power::Off | Power::Booting { .. } => Screen::OFF,
            Power::Hung { .. } => return,
            Power::On => Screen {
                face: self.face(),
                verdict: self.memory.verdict,
                trouble: self.memory.printer,
                reprint: last,
                no_slip: self.memory.no_slip,
                look_after: self.memory.look_after.filter(|key| self.is_of_open_batch(*key)),
            },
        };
        if screen != self.memory.screen {
            self.memory.screen = screen;
            self.outbox.event(Event::Shows(screen));
        }
    }

    fn face(&self) -> Face {
        match self.memory.flow.face(self.memory.verdict) {
            Face::Idle if self.memory.question.is_some() => Face::WantsReceipt,
            Face::Idle if self.journal.operator() == Some(None) => Face::LoggedOff,
            face => face,
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
    let Memory { flow, codec, numbers, sign_on_due, used_code, .. } = memory;
    (Desk { now, settings, journal, outbox, numbers, sign_on_due, used_code }, Rest { flow, codec })
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
            Input::Received { port: VOUCHERS, bytes } => self.on_word_bytes(now, bytes),
            Input::Received { .. } => {}
            Input::Refused { port: VOUCHERS } => self.on_no_word(now, "nobody listens"),
            Input::Refused { port } => {
                self.step(now, |flow, desk, codec| flow.on_refused(port, desk, codec));
            }
        }
        self.scanner.light(self.power == Power::On && self.memory.flow.wants_code());
        if self.power == Power::On {
            self.upload(now);
        }
        self.refresh_screen();
    }

    fn poll(&mut self) -> Option<Output<'_, Event>> {
        self.outbox.poll()
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.power {
            Power::Off => None,
            Power::Hung { restart } => {
                let journal = self.journal.wake_at().map(|at| (at, Reason("journal record is in flash")));
                let watchdog = (restart != SimTime::NEVER).then_some((restart, Reason("watchdog restarts")));
                [journal, watchdog].into_iter().flatten().min()
            }
            Power::Booting { until } => Some((until, Reason("terminal is up"))),
            Power::On => {
                let journal = self.journal.wake_at().map(|at| (at, Reason("journal record is in flash")));
                let scanner = self.scanner.wake_at().map(|at| (at, Reason("scanner has read")));
                [
                    journal,
                    self.memory.flow.wake_at(),
                    self.memory.spooler.wake_at(),
                    self.memory.uploads.wake_at(),
                    self.memory.question.as_ref().map(Question::wake_at),
                    scanner,
                ]
                .into_iter()
                .flatten()
                .min()
            }
        }
    }
}

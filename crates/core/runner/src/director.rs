//! Who does what when: people's steps, the scenario's faults, the customer's habits, and the phases.
//!
//! The director watches the trace, and from it alone knows that an event has happened. It holds an agenda of
//! acts at absolute times, so that leaving one fault out moves no other. It is `Clone`, like the world.

mod harms;
mod whims;

use crate::customers;
use crate::device::{ACQUIRER, BACK_OFFICE, Device, PRINTER, Poke, TERMINAL};
use crate::fact::{Fact, Phase};
use crate::office;
use crate::people::{Meant, People, Person, Whim};
use crate::plan::{Act, Harm, Plan};
use acquirer::fault::Rush;
use core::time::Duration;
use scenario::{Customer, Event, ShownCode, Trigger, Wallet};
use sim::{Entry, Key, OrderNo, Seed, SimTime, Verdict, World};
use terminal::{Intent, Press, Wish};

/// From the scanner's light to the code in front of it.
const SHOWS_AFTER: Duration = Duration::from_secs(2);

/// Directs one run of one plan.
#[derive(Clone, Debug)]
pub(crate) struct Director {
    agenda: Vec<Cue>,
    order: u64,
    waiting: Vec<Waiting>,
    /// Records of the trace that have been looked at.
    seen: usize,
    phase: Phase,
    bound: SimTime,
    in_force: Vec<bool>,
    fired: Vec<bool>,
    done: Vec<bool>,
    /// The newest rush at the host, and which fault it is. Its queue outlasts it.
    rush: Option<(usize, Rush)>,
    /// What the customer of each wish does about a code, and the wish behind each number that was given out.
    payers: Vec<(Intent, Option<Duration>)>,
    numbers: Vec<(Key, Intent)>,
    /// Numbers that have left the terminal, and the wish that each was for.
    used: Vec<(Key, Intent)>,
    /// Which step each wish to scan was last tried by, what its customer shows, and how often that was shown.
    codes: Vec<(Intent, usize, ShownCode, Wallet, usize)>,
    /// For which charge the scanner's light is on, or was last.
    wanted: Option<Key>,
    people: People,
    /// The terminal stands still, as anybody can see who looks long enough.
    hung: bool,
}

#[derive(Clone, Copy, Debug)]
struct Cue {
    at: SimTime,
    order: u64,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// The steps say that this is to be done.
    Step(usize),
    /// It is done.
    Deed(usize),
    WrongKey(Press),
    /// Somebody does what was meant about this display.
    Meant(Meant, u32),
    LooksAfter(usize),
    Noted(Person, Whim),
    Fault(usize),
    Mend(usize),
    CustomerPays(OrderNo),
    CustomerShows(Key),
    SomebodyTakes,
    Heal,
    Bound,
}

/// A step or fault that waits for an event to happen so many more times.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    event: Event,
    left: u32,
    what: What,
}

impl Director {
    pub(crate) fn new(plan: &Plan, seed: Seed) -> Self {
        let mut director = Self {
            agenda: Vec::new(),
            order: 0,
            waiting: Vec::new(),
            seen: 0,
            phase: Phase::Inject,
            bound: SimTime::NEVER,
            in_force: vec![false; plan.faults.len()],
            fired: vec![false; plan.faults.len()],
            done: vec![false; plan.steps.len()],
            rush: None,
            payers: Vec::new(),
            numbers: Vec::new(),
            used: Vec::new(),
            codes: Vec::new(),
            wanted: None,
            people: People::new(&plan.scenario.people, seed),
            hung: false,
        };
        // Faults come before steps of the same moment: what is broken from the start is broken first.
        for (index, (trigger, _)) in plan.faults.iter().enumerate() {
            director.await_trigger(*trigger, What::Fault(index));
        }
        for (index, (trigger, _)) in plan.steps.iter().enumerate() {
            director.await_trigger(*trigger, What::Step(index));
        }
        director.schedule(plan.scenario.heal_at, What::Heal);
        director
    }

    /// When the director does something next.
    pub(crate) fn next_at(&self) -> Option<SimTime> {
        if self.is_over() { None } else { self.agenda.first().map(|cue| cue.at) }
    }

    pub(crate) const fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Rest | Phase::Restless)
    }

    /// Which faults have had any effect.
    pub(crate) fn fired(&self) -> &[bool] {
        &self.fired
    }

    /// Which steps have been done.
    pub(crate) fn done(&self) -> &[bool] {
        &self.done
    }

    /// Does the next thing on the agenda; the world is at its moment already.
    pub(crate) fn act(&mut self, plan: &Plan, seed: Seed, world: &mut World<Device>) {
        if self.agenda.is_empty() {
            return;
        }
        let cue = self.agenda.remove(0);
        match cue.what {
            What::Step(index) => self.approach(index, plan, world),
            What::Deed(index) => self.step(index, plan, world),
            What::WrongKey(key) => whims::press(Person::Operator, Whim::HitsWrongKey(key), key, world),
            What::Meant(meant, sight) => self.do_what_was_meant(meant, sight, world),
            What::LooksAfter(index) => self.look_after(index, plan, world),
            What::Noted(person, whim) => world.note(Fact::Whim(person, whim)),
            What::Fault(index) => self.begin(index, plan, seed, world),
            What::Mend(index) => self.mend(index, plan, world),
            What::CustomerPays(order) => {
                world.note(Fact::CustomerPays(order));
                world.poke(ACQUIRER, Poke::Acquirer(acquirer::Poke::CustomerPays { order }));
            }
            What::CustomerShows(key) => self.show_code(key, world),
            What::SomebodyTakes => {
                world.note(Fact::SomebodyTakes);
                world.poke(PRINTER, Poke::Printer(printer::Poke::TakeReceipt));
            }
            What::Heal => self.heal(plan, world),
            // What people still have in mind for later does not keep a world from resting.
            What::Bound if world.next_at().is_none() => self.end(Phase::Rest, plan, world),
            What::Bound => self.end(Phase::Restless, plan, world),
        }
        self.watch(plan, world);
    }

    /// Nothing will happen by itself any more: the next phase begins.
    pub(crate) fn came_to_rest(&mut self, plan: &Plan, world: &mut World<Device>) {
        match self.phase {
            Phase::Inject => self.heal(plan, world),
            Phase::Settle => self.end(Phase::Rest, plan, world),
            Phase::Rest | Phase::Restless => {}
        }
        self.watch(plan, world);
    }

    /// Whether anything but the end of a phase is still to be done.
    pub(crate) fn has_work(&self) -> bool {
        self.agenda.iter().any(|cue| !matches!(cue.what, What::Heal | What::Bound))
    }

    /// Looks at what the trace has grown by, and schedules what follows from it.
    pub(crate) fn watch(&mut self, plan: &Plan, world: &World<Device>) {
        while let Some(record) = world.trace().records().get(self.seen) {
            self.seen += 1;
            let fact = match &record.entry {
                Entry::Sent { fault: Some(fault), .. } => {
                    self.mark(usize::from(*fault));
                    continue;
                }
                Entry::Event { event: Fact::Acquirer(acquirer::Event::Faulted { hit, .. }), .. } => {
                    self.mark(usize::from(hit.fault.0));
                    continue;
                }
                Entry::Sent { lane, verdict: Verdict::Cut, .. } => {
                    self.mark_all(
                        plan,
                        |harm| matches!(harm, Harm::Cut { lanes, .. } if lanes.contains(lane)),
                    );
                    continue;
                }
                Entry::Refused { .. } => {
                    self.mark_all(plan, |harm| matches!(harm, Harm::Down { .. }));
                    continue;
                }
                Entry::Event { event, .. } | Entry::Noted(event) => event,
                Entry::Sent { lane, .. } => {
                    self.mark_all(
                        plan,
                        |harm| matches!(harm, Harm::Narrow { lanes, .. } if lanes.contains(lane)),
                    );
                    continue;
                }
                Entry::Woke { .. } | Entry::Delivered { .. } => continue,
            };
            self.met_a_rush(record.at, fact);
            self.follow(plan, record.at, fact);
            if let Some(event) = occurrence(fact) {
                self.occurred(record.at, event);
            }
        }
    }

    /// A request that waits in a rush, or finds its queue full, is an effect of it.
    fn met_a_rush(&mut self, at: SimTime, fact: &Fact) {
        if let Some((index, rush)) = self.rush
            && matches!(fact, Fact::Acquirer(acquirer::Event::Received { .. }))
            && rush.wait(at) != Some(Duration::ZERO)
        {
            self.mark(index);
        }
    }

    /// What people do because of what they see.
    fn follow(&mut self, plan: &Plan, at: SimTime, fact: &Fact) {
        match fact {
            Fact::Terminal(terminal::Event::Began { intent, key, .. }) => self.numbers.push((*key, *intent)),
            Fact::Terminal(terminal::Event::Asked { request: terminal::Request::Charge(_), key }) => {
                self.used.extend(self.numbers.iter().rev().find(|(other, _)| other == key));
            }
            Fact::Terminal(terminal::Event::CodeShown { order }) => {
                if let Some((intent, span)) = self.payer_of(*order) {
                    self.customer_acts(intent, at, span, What::CustomerPays(*order));
                }
            }
            Fact::Terminal(terminal::Event::WantsCode { key }) => {
                self.wanted = Some(*key);
                if let Some(intent) = self.wish_of(*key) {
                    self.customer_acts(intent, at, SHOWS_AFTER, What::CustomerShows(*key));
                }
            }
            Fact::Terminal(terminal::Event::CodeRead { .. }) => self.wanted = None,
            Fact::Terminal(terminal::Event::Hung) => self.hung = true,
            Fact::Terminal(terminal::Event::Restarted | terminal::Event::PowerLost) => self.hung = false,
            Fact::Printer(printer::Event::Offered { .. }) => {
                if let Customer::TakesReceiptAfter(span) = plan.scenario.customer {
                    self.customer_takes(at, span);
                }
            }
            Fact::Terminal(terminal::Event::Shows(screen)) => {
                if let Some((span, meant)) = self.people.see(screen) {
                    self.schedule(at + span, What::Meant(meant, self.people.sight()));
                }
            }
            _ => {}
        }
    }

    /// The customer of the charge for which a code is wanted shows one; nobody does for one that is over.
    fn show_code(&mut self, key: Key, world: &mut World<Device>) {
        let intent = self.wish_of(key);
        let Some(place) = self.codes.iter().position(|(other, ..)| Some(*other) == intent) else { return };
        if self.wanted != Some(key) {
            return;
        }
        let (_, step, code, wallet, showings) = &mut self.codes[place];
        let shown = customers::shown(*step, *code, *wallet, *showings);
        *showings += 1;
        world.note(Fact::CustomerShows(u16::try_from(*step).unwrap_or(u16::MAX)));
        if let Some(shown) = shown {
            world.poke(TERMINAL, Poke::Terminal(terminal::Poke::Shows(shown)));
        }
    }

    /// Whose order this is, and how long after the code is shown the customer pays; `None` is never.
    fn payer_of(&self, order: OrderNo) -> Option<(Intent, Duration)> {
        let intent = self.wish_of(Key::Order(order))?;
        let (_, patience) = self.payers.iter().rev().find(|(other, _)| *other == intent)?;
        Some((intent, (*patience)?))
    }

    /// Whose wish it was for which this number was given out.
    fn wish_of(&self, key: Key) -> Option<Intent> {
        self.numbers.iter().rev().find(|(other, _)| *other == key).map(|(_, intent)| *intent)
    }

    /// The number under which a wish was last asked for: what stands on its slip. None if it never was; a number that a
    /// power cut took back before it was used may be somebody else's by now.
    fn number_of(&self, wish: Intent) -> Option<Key> {
        self.used.iter().rev().find(|(_, intent)| *intent == wish).map(|(key, _)| *key)
    }

    fn occurred(&mut self, at: SimTime, event: Event) {
        let mut index = 0;
        while let Some(waiting) = self.waiting.get_mut(index) {
            if waiting.event != event {
                index += 1;
                continue;
            }
            waiting.left = waiting.left.saturating_sub(1);
            if waiting.left == 0 {
                let what = waiting.what;
                self.waiting.remove(index);
                self.schedule(at, what);
            } else {
                index += 1;
            }
        }
    }

    fn await_trigger(&mut self, trigger: Trigger, what: What) {
        match trigger {
            Trigger::At(at) => self.schedule(at, what),
            Trigger::When { event, nth } => self.waiting.push(Waiting { event, left: nth, what }),
        }
    }

    fn schedule(&mut self, at: SimTime, what: What) {
        self.order += 1;
        let cue = Cue { at, order: self.order, what };
        let place = self.agenda.partition_point(|other| (other.at, other.order) <= (at, cue.order));
        self.agenda.insert(place, cue);
    }

    fn step(&mut self, index: usize, plan: &Plan, world: &mut World<Device>) {
        world.note(Fact::Step(index as u16));
        self.done[index] = true;
        match plan.steps[index].1 {
            Act::Terminal(poke) => world.poke(TERMINAL, Poke::Terminal(poke)),
            Act::Printer(poke) => world.poke(PRINTER, Poke::Printer(poke)),
            Act::ShowQr { poke, intent, pays_after } => {
                self.payers.push((intent, pays_after));
                self.will_look_after(index, world.now());
                world.poke(TERMINAL, Poke::Terminal(poke));
            }
            Act::Scan { poke, intent, code, wallet } => {
                self.codes.retain(|(other, ..)| *other != intent);
                self.codes.push((intent, index, code, wallet, 0));
                self.will_look_after(index, world.now());
                world.poke(TERMINAL, Poke::Terminal(poke));
            }
            Act::Later { intent, kind, of, amount } => {
                let original = self.number_of(of);
                let amount = amount.unwrap_or_default();
                let wish = Wish { intent, kind, amount, original };
                world.poke(TERMINAL, Poke::Terminal(terminal::Poke::Charge(wish)));
            }
            Act::Visit { redeems, of, amount, known_by } => {
                if let Some(key) = self.number_of(of) {
                    let lookup = office::lookup(world.trace(), key, amount, known_by);
                    let poke = if redeems { backoffice::Poke::Redeem } else { backoffice::Poke::Query };
                    world.poke(BACK_OFFICE, Poke::BackOffice(poke(lookup)));
                }
            }
            Act::Reprint { of } => {
                if let Some(key) = self.number_of(of) {
                    world.poke(TERMINAL, Poke::Terminal(terminal::Poke::Reprint(key)));
                }
            }
        }
    }

    fn end(&mut self, phase: Phase, plan: &Plan, world: &mut World<Device>) {
        self.phase = phase;
        world.note(Fact::Phase(phase));
        world.poke(PRINTER, Poke::Printer(printer::Poke::Inspect));
        if plan.back_office.is_some() {
            world.poke(BACK_OFFICE, Poke::BackOffice(backoffice::Poke::Inspect));
        }
    }
}

/// Which word of the scenario language a fact is an occurrence of.
fn occurrence(fact: &Fact) -> Option<Event> {
    use acquirer::{Event as A, Movement};
    use backoffice::Event as B;
    use printer::Event as P;
    use terminal::{Event as T, Noted, Request};
    Some(match fact {
        Fact::Terminal(T::Asked { request: Request::Reversal | Request::Reverse, .. }) => {
            Event::TerminalReverses
        }
        Fact::Terminal(T::Asked { .. }) => Event::TerminalAsks,
        Fact::Terminal(T::Durable { noted: Noted::Approved, .. }) => Event::TerminalApproves,
        Fact::Terminal(T::Durable { noted: Noted::Ended, .. }) => Event::TerminalDeclines,
        Fact::Terminal(T::GaveUp { .. }) => Event::TerminalGivesUp,
        Fact::Terminal(T::AsksReceipt { .. }) => Event::TerminalAsksReceipt,
        Fact::Acquirer(A::Received { .. }) => Event::AcquirerReceives,
        Fact::Acquirer(A::Committed { movement: Movement::Closed | Movement::Ordered, .. }) => return None,
        Fact::Acquirer(A::Committed { .. }) => Event::AcquirerCommits,
        Fact::Acquirer(A::Answered { .. }) => Event::AcquirerAnswers,
        Fact::Acquirer(A::Notified { .. }) => Event::AcquirerNotifies,
        Fact::Printer(P::Printing { .. }) => Event::PrinterPrints,
        Fact::Printer(P::Cut { .. }) => Event::PrinterCuts,
        Fact::Printer(P::Presented { .. }) => Event::PrinterPresents,
        Fact::Printer(P::Retracted { .. }) => Event::PrinterRetracts,
        Fact::Printer(P::Offline { .. }) => Event::PrinterOffline,
        Fact::Printer(P::Taken { .. }) => Event::CustomerTakes,
        Fact::Terminal(T::VoucherSent { .. }) => Event::TerminalUploads,
        Fact::BackOffice(B::Accepted { .. }) => Event::BackOfficeAccepts,
        Fact::BackOffice(B::Refused { .. }) => Event::BackOfficeRefuses,
        Fact::BackOffice(B::Verified { .. }) => Event::BackOfficeVerifies,
        Fact::BackOffice(B::Redeemed { .. }) => Event::BackOfficeRedeems,
        Fact::CustomerPays(_) => Event::CustomerPays,
        _ => return None,
    })
}

//! A world: machines joined by lanes, advanced one happening at a time.
//!
//! A world does not wait. [`World::next_at`] says when anything happens next; a testbed jumps there or
//! waits for it, and calls [`World::step`]. Equal moments are ordered by sequence number, so the same
//! inputs give the same trace. *Not modelled:* what lies outside; a lane marked external ends at the
//! testbed, which reports what came back with [`World::arrive`].

use crate::lane::{Cargo, next};
use crate::{Entry, Input, Lane, LaneId, Machine, Output, Port, Reason, Rule, SimTime, Tag, Trace, Verdict};

/// Which machine of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineId(pub u8);

/// Machines, the lanes between them, the time, and what has happened so far.
#[derive(Clone, Debug)]
pub struct World<M: Machine> {
    now: SimTime,
    orders: u64,
    machines: Vec<Slot<M>>,
    lanes: Vec<Lane>,
    rules: Vec<Placed>,
    outgoing: Vec<u8>,
    trace: Trace<M::Event>,
}

/// A rule and the lanes that it watches. It counts and rolls once for all of them.
#[derive(Clone, Debug)]
struct Placed {
    rule: Rule,
    lanes: Vec<LaneId>,
}

#[derive(Clone, Debug)]
struct Slot<M> {
    machine: M,
    wake: Option<Wake>,
}

#[derive(Clone, Copy, Debug)]
struct Wake {
    at: SimTime,
    order: u64,
    reason: Reason,
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Woke a machine.
    Woke(MachineId, Reason),
    /// Delivered bytes to the machine at the end of a lane.
    Delivered(LaneId),
    /// Told a sender that nobody listens.
    Refused(LaneId),
    /// Brought bytes to the end of an external lane: [`World::outgoing`] holds them.
    Outgoing(LaneId),
}

#[derive(Clone, Copy)]
enum Due {
    Wake(usize),
    Lane(usize),
}

impl<M: Machine> Default for World<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Machine> World<M> {
    /// An empty world.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            now: SimTime::ZERO,
            orders: 0,
            machines: Vec::new(),
            lanes: Vec::new(),
            rules: Vec::new(),
            outgoing: Vec::new(),
            trace: Trace::empty(),
        }
    }

    /// Gives the trace room for this many records and bytes, so that a usual run does not allocate for it.
    pub fn reserve(&mut self, records: usize, bytes: usize) {
        self.trace = Trace::with_capacity(records, bytes);
    }

    /// Adds a machine. At most 256 fit.
    pub fn add(&mut self, machine: M) -> MachineId {
        let id = MachineId(u8::try_from(self.machines.len()).expect("a world holds at most 256 machines"));
        self.machines.push(Slot { machine, wake: None });
        self.schedule(self.machines.len() - 1);
        id
    }

    /// Adds a lane. At most 256 fit.
    pub fn connect(&mut self, lane: Lane) -> LaneId {
        let id = LaneId(u8::try_from(self.lanes.len()).expect("a world holds at most 256 lanes"));
        self.lanes.push(lane);
        id
    }

    /// The present moment.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// What has happened so far.
    #[must_use]
    pub const fn trace(&self) -> &Trace<M::Event> {
        &self.trace
    }

    /// Takes the trace out and leaves an empty one.
    pub fn take_trace(&mut self) -> Trace<M::Event> {
        core::mem::take(&mut self.trace)
    }

    /// A machine.
    ///
    /// # Panics
    /// If `id` is of another world.
    #[must_use]
    pub fn machine(&self, id: MachineId) -> &M {
        &self.machines[usize::from(id.0)].machine
    }

    /// Puts a rule on these lanes, behind those that are there. "The first two" means the first two of all of them.
    pub fn install(&mut self, rule: Rule, lanes: &[LaneId]) {
        self.rules.push(Placed { rule, lanes: lanes.to_vec() });
    }

    /// Takes away the rules of one fault.
    pub fn lift(&mut self, fault: u16) {
        self.rules.retain(|placed| placed.rule.fault != fault);
    }

    /// A lane, to cut and to join it.
    ///
    /// # Panics
    /// If `id` is of another world.
    pub fn lane_mut(&mut self, id: LaneId) -> &mut Lane {
        &mut self.lanes[usize::from(id.0)]
    }

    /// The lanes, in the order in which they were added.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The bytes that the last [`Happening::Outgoing`] brought to the end of an external lane.
    #[must_use]
    pub fn outgoing(&self) -> &[u8] {
        &self.outgoing
    }

    /// When anything happens next, by itself.
    #[must_use]
    pub fn next_at(&self) -> Option<SimTime> {
        self.due().map(|(at, _)| at)
    }

    /// When a machine wants to be woken next, and why.
    #[must_use]
    pub fn wake_of(&self, id: MachineId) -> Option<(SimTime, Reason)> {
        self.machines.get(usize::from(id.0))?.wake.map(|wake| (wake.at, wake.reason))
    }

    /// Moves the present forward to `at` without doing anything; never backwards, never past what is due.
    pub fn advance_to(&mut self, at: SimTime) {
        let limit = self.next_at().unwrap_or(SimTime::NEVER);
        self.now = self.now.max(at.min(limit));
    }

    /// Does the next thing, and says what it was; `None` when nothing will ever happen by itself.
    pub fn step(&mut self) -> Option<Happening> {
        let (at, due) = self.due()?;
        self.now = self.now.max(at);
        match due {
            Due::Wake(index) => self.wake(index),
            Due::Lane(index) => self.deliver(index),
        }
    }

    /// Does something to a machine from outside, now.
    pub fn poke(&mut self, id: MachineId, poke: M::Poke) {
        self.give(usize::from(id.0), Input::Poke(poke));
    }

    /// Bytes came back through an external lane, now: they reach the machine at its end.
    pub fn arrive(&mut self, id: LaneId, tag: Tag, bytes: &[u8]) {
        let to = self.lanes[usize::from(id.0)].to;
        let kept = self.trace.keep(bytes);
        self.trace.record(self.now, Entry::Delivered { lane: id, tag, bytes: kept });
        self.give(usize::from(to.machine.0), Input::Received { port: to.port, bytes });
    }

    /// Writes down something that the testbed did.
    pub fn note(&mut self, event: M::Event) {
        self.trace.record(self.now, Entry::Noted(event));
    }

    /// The earliest of all that is due. Two plain loops: a world is small, and a heap would cost more.
    fn due(&self) -> Option<(SimTime, Due)> {
        let mut best = (SimTime::NEVER, u64::MAX);
        let mut due = None;
        for (index, slot) in self.machines.iter().enumerate() {
            if let Some(wake) = &slot.wake
                && (wake.at, wake.order) < best
            {
                best = (wake.at, wake.order);
                due = Some(Due::Wake(index));
            }
        }
        for (index, lane) in self.lanes.iter().enumerate() {
            if let Some(next) = lane.next_at()
                && next < best
            {
                best = next;
                due = Some(Due::Lane(index));
            }
        }
        due.map(|due| (best.0, due))
    }

    fn wake(&mut self, index: usize) -> Option<Happening> {
        let wake = self.machines[index].wake.take()?;
        let machine = MachineId(index as u8);
        self.trace.record(self.now, Entry::Woke { machine, reason: wake.reason });
        self.give(index, Input::Wake);
        Some(Happening::Woke(machine, wake.reason))
    }

    fn deliver(&mut self, index: usize) -> Option<Happening> {
        let lane = &mut self.lanes[index];
        let id = LaneId(index as u8);
        let parcel = lane.take()?;
        let (from, to, external) = (lane.from, lane.to, lane.external);
        let Cargo::Bytes(bytes) = &parcel.cargo else {
            self.trace.record(self.now, Entry::Refused { lane: id, tag: parcel.tag });
            self.give(usize::from(from.machine.0), Input::Refused { port: from.port });
            return Some(Happening::Refused(id));
        };
        let happening = if external {
            self.outgoing.clear();
            self.outgoing.extend_from_slice(bytes);
            Happening::Outgoing(id)
        } else {
            self.trace.record(self.now, Entry::Delivered { lane: id, tag: parcel.tag, bytes: parcel.kept });
            self.give(usize::from(to.machine.0), Input::Received { port: to.port, bytes });
            Happening::Delivered(id)
        };
        self.lanes[index].recycle(parcel.cargo);
        Some(happening)
    }

    /// One mutation, then drain: what the machine sends enters its lanes, what it reports the trace.
    fn give(&mut self, index: usize, input: Input<'_, M::Poke>) {
        let Self { now, orders, machines, lanes, rules, trace, .. } = self;
        let id = MachineId(index as u8);
        let machine = &mut machines[index].machine;
        machine.handle(*now, input);
        while let Some(output) = machine.poll() {
            match output {
                Output::Send { port, tag, bytes } => {
                    send(*now, id, port, tag, bytes, lanes, rules, trace, orders);
                }
                Output::Event(event) => trace.record(*now, Entry::Event { machine: id, event }),
            }
        }
        self.schedule(index);
    }

    /// Keeps a machine's place among equal moments for as long as it asks for the same one.
    fn schedule(&mut self, index: usize) {
        let slot = &mut self.machines[index];
        slot.wake = slot.machine.wake_at().map(|(at, reason)| match slot.wake {
            Some(wake) if wake.at == at && wake.reason == reason => wake,
            _ => Wake { at, order: next(&mut self.orders), reason },
        });
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of a world that a send touches, borrowed apart")]
fn send<E>(
    now: SimTime,
    machine: MachineId,
    port: Port,
    tag: Tag,
    bytes: &[u8],
    lanes: &mut [Lane],
    rules: &mut [Placed],
    trace: &mut Trace<E>,
    orders: &mut u64,
) {
    let plugged = |lane: &Lane| lane.from.machine == machine && lane.from.port == port;
    let Some(index) = lanes.iter().position(plugged) else {
        return; // An open port: the bytes go nowhere, as on a real device.
    };
    let lane = &mut lanes[index];
    let kept = trace.keep(bytes);
    let id = LaneId(index as u8);
    let (verdict, fault) = judge(lane, id, tag, rules);
    trace.record(now, Entry::Sent { lane: id, tag, bytes: kept, verdict, fault });
    lane.send(now, tag, kept, verdict, trace, orders);
}

/// What becomes of a message that enters a lane. A rule sees only what a joined lane would carry; of those that do, the
/// first that does not pass decides, in the order in which they were installed.
fn judge(lane: &Lane, id: LaneId, tag: Tag, rules: &mut [Placed]) -> (Verdict, Option<u16>) {
    if lane.is_cut() {
        return (Verdict::Cut, None);
    }
    if !lane.is_joined() {
        return (Verdict::Pass, None);
    }
    for Placed { rule, .. } in rules.iter_mut().filter(|placed| placed.lanes.contains(&id)) {
        let verdict = rule.on_message(tag);
        if verdict != Verdict::Pass {
            return (verdict, Some(rule.fault));
        }
    }
    (Verdict::Pass, None)
}

#[cfg(test)]
mod tests {
    use super::{Happening, World};
    use crate::{
        Endpoint, Entry, Input, Lane, LaneId, Machine, MachineId, Output, Port, Reason, Rule, Seed, Selector,
        SimTime, Tag, Timing, Verdict,
    };
    use core::time::Duration;

    const PORT: Port = Port(0);
    const PING: Tag = Tag("ping");

    /// Sends `say` when poked, and reports whatever it hears, with the moment.
    #[derive(Clone, Debug, Default)]
    struct Talker {
        to_say: Option<Vec<u8>>,
        saying: Vec<u8>,
        heard: Vec<String>,
    }

    impl Machine for Talker {
        type Poke = &'static str;
        type Event = String;

        fn handle(&mut self, now: SimTime, input: Input<'_, &'static str>) {
            match input {
                Input::Poke(text) => self.to_say = Some(text.as_bytes().to_vec()),
                Input::Received { bytes, .. } => {
                    self.heard.push(format!("{now} {}", String::from_utf8_lossy(bytes)));
                }
                Input::Refused { .. } => self.heard.push(format!("{now} refused")),
                Input::Wake => {}
            }
        }

        fn poll(&mut self) -> Option<Output<'_, String>> {
            if let Some(text) = self.to_say.take() {
                self.saying = text;
                return Some(Output::Send { port: PORT, tag: PING, bytes: &self.saying });
            }
            self.heard.pop().map(Output::Event)
        }

        fn wake_at(&self) -> Option<(SimTime, Reason)> {
            None
        }
    }

    fn pair(timing: Timing) -> (World<Talker>, MachineId, LaneId) {
        let mut world = World::new();
        let (a, b) = (world.add(Talker::default()), world.add(Talker::default()));
        let end = |machine| Endpoint { machine, port: PORT };
        let lane = world.connect(Lane::new(end(a), end(b), timing));
        (world, a, lane)
    }

    fn heard(mut world: World<Talker>) -> Vec<String> {
        while world.step().is_some() {}
        world.trace().events().map(|(_, _, text)| text.clone()).collect()
    }

    fn rule(verdict: Verdict) -> Rule {
        let selector = Selector { times: 1, ..Selector::EVERYTHING };
        Rule { fault: 3, selector, ruling: verdict.into(), dice: Seed(0).stream("rule") }
    }

    fn network() -> (World<Talker>, MachineId, LaneId) {
        pair(Timing::network(Duration::from_millis(50)))
    }

    #[test]
    fn a_message_takes_the_latency_of_its_lane() {
        let (mut world, a, _) = network();
        world.poke(a, "hello");
        assert_eq!(heard(world), ["0.050s hello"]);
    }

    #[test]
    fn each_verdict_does_what_it_says() {
        let cases = [
            (Verdict::Drop, vec!["0.050s two"]),
            (Verdict::Delay(Duration::from_secs(1)), vec!["0.050s two", "1.050s one"]),
            (Verdict::Duplicate(Duration::from_secs(2)), vec!["0.050s one", "0.050s two", "2.050s one"]),
            (Verdict::Reorder, vec!["0.050s two", "0.050s one"]),
            // The highest bit but one of 'o' (6Fh) turned over is '/' (2Fh).
            (Verdict::Corrupt { bit: 1 }, vec!["0.050s /ne", "0.050s two"]),
            (Verdict::Cut, vec![]),
        ];
        for (verdict, expected) in cases {
            let (mut world, a, lane) = network();
            world.install(rule(verdict), &[lane]);
            world.poke(a, "one");
            world.poke(a, "two");
            assert_eq!(heard(world), expected, "{verdict:?}");
        }
    }

    #[test]
    fn a_hit_is_in_the_trace_with_the_fault_that_caused_it() {
        let (mut world, a, lane) = network();
        world.install(rule(Verdict::Drop), &[lane]);
        world.poke(a, "one");
        let Entry::Sent { verdict, fault, .. } = &world.trace().records()[0].entry else {
            panic!("the first record is the message");
        };
        assert_eq!((*verdict, *fault), (Verdict::Drop, Some(3)));
    }

    #[test]
    fn a_rule_on_two_lanes_counts_for_both_and_sees_nothing_that_a_cut_lane_loses() {
        let (mut world, a, one) = network();
        let end = |machine| Endpoint { machine: MachineId(machine), port: Port(1) };
        let two = world.connect(Lane::new(end(0), end(1), Timing::network(Duration::ZERO)));
        world.install(rule(Verdict::Drop), &[two, one]);
        world.lane_mut(one).cut(SimTime::ZERO);
        world.lane_mut(one).cut(SimTime::ZERO);
        world.poke(a, "lost by the cut");
        world.lane_mut(one).join();
        world.poke(a, "lost by the other cut");
        world.lane_mut(one).join();
        world.poke(a, "lost by the rule");
        world.poke(a, "carried");
        assert_eq!(heard(world), ["0.050s carried"]);
    }

    #[test]
    fn a_refusing_lane_tells_the_sender() {
        let (mut world, a, lane) = network();
        world.lane_mut(lane).refuse();
        world.poke(a, "one");
        assert_eq!(heard(world), ["0.100s refused"]);
    }

    #[test]
    fn a_serial_line_delivers_at_its_rate() {
        // 10 bits a byte at 1,000 bit/s is 10 ms a byte: 70 bytes come as 64 at 0.64 s and 6 at 0.70 s.
        let (mut world, a, _) = pair(Timing::serial(1000));
        world.poke(a, "0123456789012345678901234567890123456789012345678901234567890123456789");
        let texts = heard(world);
        assert_eq!(texts.len(), 2);
        assert!(texts[0].starts_with("0.640s 0123") && texts[1] == "0.700s 456789", "{texts:?}");
    }

    #[test]
    fn a_narrowed_network_delivers_at_its_rate_until_it_is_widened() {
        // 10 ms a byte: 64 bytes come after 0.64 s and the latency; what follows comes behind them.
        let (mut world, a, lane) = network();
        world.lane_mut(lane).narrow(Duration::from_millis(10));
        world.poke(a, "0123456789012345678901234567890123456789012345678901234567890123");
        world.lane_mut(lane).widen(Duration::from_millis(10));
        world.poke(a, "next");
        let texts = heard(world);
        assert!(texts[0].starts_with("0.690s 0123") && texts[1] == "0.690s next", "{texts:?}");
    }

    #[test]
    fn a_cut_delivers_the_bytes_that_were_through() {
        let (mut world, a, lane) = pair(Timing::serial(1000));
        world.poke(a, "abcdefghij");
        world.advance_to(SimTime::from_millis(45));
        world.lane_mut(lane).cut(SimTime::from_millis(45));
        world.poke(a, "lost");
        assert_eq!(heard(world), ["0.045s abcd"]);
    }

    #[test]
    fn what_leaves_an_external_lane_is_the_testbeds_to_carry() {
        let (mut world, a, lane) = network();
        world.lane_mut(lane).external = true;
        world.poke(a, "out");
        assert_eq!(world.step(), Some(Happening::Outgoing(lane)));
        assert_eq!(world.outgoing(), b"out");
        assert_eq!(world.step(), None);
        world.arrive(lane, PING, b"back");
        assert_eq!(heard(world), ["0.050s back"]);
    }

    #[test]
    fn a_fork_carries_on_as_the_original_does() {
        let (mut world, a, lane) = network();
        let coin = Rule {
            selector: Selector { chance: crate::Ratio { times: 1, of: 2 }, ..Selector::EVERYTHING },
            ..rule(Verdict::Drop)
        };
        world.install(coin, &[lane]);
        for text in ["1", "2", "3", "4"] {
            world.poke(a, text);
        }
        let mut fork = world.clone();
        for text in ["5", "6", "7", "8"] {
            world.poke(a, text);
            fork.poke(a, text);
        }
        assert_eq!(heard(world), heard(fork));
    }
}

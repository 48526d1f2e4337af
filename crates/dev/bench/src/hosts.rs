//! The workload on our own `sim::World`: a client and echo hosts as machines, links as lanes, trace on.
//!
//! Times are `SimTime`, sizes bytes. The machines are one enum, as in the runner, so that dispatch costs
//! what it costs there. *Not modelled:* faults. The lanes carry no rules; the hook that asks them is there.

use crate::workload::{MESSAGE_BYTES, Tally, Workload, message};
use core::convert::Infallible;
use sim::{
    Endpoint, Input, Lane, Machine, MachineId, Outbox, Output, Port, Reason, SimTime, Tag, Timing, World,
};

const REQUEST: Tag = Tag("request");
const REPLY: Tag = Tag("reply");
const TIMEOUT: Reason = Reason("no answer yet");
const LINK: Port = Port(0);

/// Plays a workload in a new world.
#[must_use]
pub fn play(workload: &Workload) -> Tally {
    let mut world = world(workload, 1);
    play_round(&mut world);
    tally(&world)
}

/// A world that stands ready, with room in its trace for this many rounds.
#[must_use]
pub fn world(workload: &Workload, rounds: usize) -> World<Host> {
    let mut world = World::new();
    let sent = workload.deliveries() as usize * rounds;
    // Each message is sent and delivered; each silence is ended by a wake-up.
    let records = 2 * sent + (workload.exchanges * workload.silences) as usize * rounds;
    world.reserve(records, sent * MESSAGE_BYTES);
    let client = world.add(Host::Client(Client::new(*workload)));
    for number in 0..workload.echo_hosts {
        let echo = world.add(Host::Echo(Echo::new(workload.silences)));
        let near = Endpoint { machine: client, port: Port(number) };
        let far = Endpoint { machine: echo, port: LINK };
        world.connect(Lane::new(near, far, Timing::network(workload.latency)));
        world.connect(Lane::new(far, near, Timing::network(workload.latency)));
    }
    world
}

/// Pokes the client and steps until nothing is left to happen. A world can play any number of rounds.
pub fn play_round(world: &mut World<Host>) {
    world.poke(CLIENT, Begin);
    while world.step().is_some() {}
}

/// What has arrived at the hosts of a world.
#[must_use]
pub fn tally(world: &World<Host>) -> Tally {
    let echo_hosts = world.lanes().len() / 2;
    Tally::of_all((0..=echo_hosts).map(|id| world.machine(MachineId(id as u8)).tally()))
}

/// The machine that is added first.
const CLIENT: MachineId = MachineId(0);

/// The physical input that starts a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin;

/// A machine of the workload.
#[derive(Clone, Debug)]
pub enum Host {
    /// Asks.
    Client(Client),
    /// Answers.
    Echo(Echo),
}

impl Host {
    const fn tally(&self) -> Tally {
        match self {
            Self::Client(client) => client.tally,
            Self::Echo(echo) => echo.tally,
        }
    }
}

impl Machine for Host {
    type Poke = Begin;
    type Event = Infallible;

    fn handle(&mut self, now: SimTime, input: Input<'_, Begin>) {
        match self {
            Self::Client(client) => client.handle(now, input),
            Self::Echo(echo) => echo.handle(now, input),
        }
    }

    fn poll(&mut self) -> Option<Output<'_, Infallible>> {
        match self {
            Self::Client(client) => client.outbox.poll(),
            Self::Echo(echo) => echo.outbox.poll(),
        }
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self {
            Self::Client(client) => client.deadline.map(|at| (at, TIMEOUT)),
            Self::Echo(_) => None,
        }
    }
}

/// Asks the hosts in turn, and again when an answer stays away.
#[derive(Clone, Debug)]
pub struct Client {
    workload: Workload,
    exchange: u32,
    deadline: Option<SimTime>,
    tally: Tally,
    outbox: Outbox<Infallible>,
}

impl Client {
    fn new(workload: Workload) -> Self {
        let (tally, outbox) = (Tally::default(), Outbox::default());
        Self { workload, exchange: 0, deadline: None, tally, outbox }
    }

    fn handle(&mut self, now: SimTime, input: Input<'_, Begin>) {
        match input {
            Input::Poke(Begin) => {
                self.exchange = 0;
                self.ask(now);
            }
            Input::Received { bytes, .. } => {
                self.tally.arrived(now.as_nanos(), bytes);
                self.deadline = None;
                self.exchange += 1;
                if self.exchange < self.workload.exchanges {
                    self.ask(now);
                }
            }
            Input::Wake if self.deadline.is_some_and(|at| at <= now) => self.ask(now),
            Input::Wake | Input::Refused { .. } => {}
        }
    }

    fn ask(&mut self, now: SimTime) {
        let port = Port(self.workload.host_of(self.exchange));
        self.outbox.send(port, REQUEST, &message(self.exchange));
        self.deadline = self.workload.timeout.map(|timeout| now + timeout);
    }
}

/// Sends back what it gets, after it has swallowed a few.
#[derive(Clone, Debug)]
pub struct Echo {
    silences: u32,
    still_silent: u32,
    tally: Tally,
    outbox: Outbox<Infallible>,
}

impl Echo {
    fn new(silences: u32) -> Self {
        Self { silences, still_silent: silences, tally: Tally::default(), outbox: Outbox::default() }
    }

    fn handle(&mut self, now: SimTime, input: Input<'_, Begin>) {
        let Input::Received { port, bytes } = input else { return };
        self.tally.arrived(now.as_nanos(), bytes);
        match self.still_silent.checked_sub(1) {
            Some(left) => self.still_silent = left,
            None => {
                self.still_silent = self.silences;
                self.outbox.send(port, REPLY, bytes);
            }
        }
    }
}

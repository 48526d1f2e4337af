//! One run under way: a world and its director, advanced one happening at a time.
//!
//! A session does not wait. [`VirtualTestbed`] jumps from moment to moment; a live testbed waits for them, and
//! feeds in what real ports receive with [`Session::arrive`]. Both give the same [`Run`]. A session is
//! `Clone`: it can be forked at any happening, and both forks carry on as the whole would have.

use crate::device::{Device, assemble};
use crate::director::Director;
use crate::fact::{Fact, Phase};
use crate::plan::Plan;
use acquirer::Acquirer;
use backoffice::BackOffice;
use sim::{Happening, LaneId, Seed, SimTime, Tag, Trace, World};
use std::sync::Arc;
use terminal::{Settings, Terminal};

/// One run under way.
#[derive(Clone, Debug)]
pub struct Session {
    plan: Arc<Plan>,
    seed: Seed,
    world: World<Device>,
    director: Director,
}

/// A run that is over: what happened, and which faults had any effect.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was run.
    pub plan: Arc<Plan>,
    /// With which seed.
    pub seed: Seed,
    /// What happened.
    pub trace: Trace<Fact>,
    /// Whether the world came to rest within its bound.
    pub settled: bool,
    /// When it ended.
    pub ended_at: SimTime,
    /// Which faults of the scenario had any effect.
    pub fired: Vec<bool>,
    /// Which steps of the scenario were done.
    pub done: Vec<bool>,
}

/// Records and bytes of a usual run, so that it does not allocate for its trace.
const USUAL_RECORDS: usize = 160;
const USUAL_BYTES: usize = 6 * 1024;

/// Happenings after which a run that does not end is ended: a world that makes no progress in time would
/// otherwise never reach its bound.
pub const HAPPENINGS_MAX: u64 = 20_000_000;

impl Session {
    /// A run of this plan, about to begin.
    #[must_use]
    pub fn new(plan: &Arc<Plan>, seed: Seed) -> Self {
        Self::at_line_rate(plan, seed, plan.settings.printer_baud_bps)
    }

    /// The same, where terminal and printer are both set to this line rate, whatever the plan's terminal says.
    #[must_use]
    pub fn at_line_rate(plan: &Arc<Plan>, seed: Seed, printer_baud_bps: u32) -> Self {
        let mut world = assemble(
            Terminal::new(Settings { printer_baud_bps, ..plan.settings.clone() }),
            plan.new_printer.clone(),
            Acquirer::new(host(plan)),
            plan.back_office.clone().map(BackOffice::new),
            printer_baud_bps,
        );
        world.reserve(USUAL_RECORDS, USUAL_BYTES);
        world.note(Fact::Phase(Phase::Inject));
        Self { plan: Arc::clone(plan), seed, world, director: Director::new(plan, seed) }
    }

    /// When anything happens next by itself.
    #[must_use]
    pub fn next_at(&self) -> Option<SimTime> {
        match (self.director.next_at(), self.world.next_at()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Whether nothing will happen any more in this phase but its end.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.world.next_at().is_none() && !self.director.has_work()
    }

    /// Whether the run is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.director.is_over()
    }

    /// The present moment.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.world.now()
    }

    /// What has happened so far.
    #[must_use]
    pub const fn trace(&self) -> &Trace<Fact> {
        self.world.trace()
    }

    /// The world, for a look.
    #[must_use]
    pub const fn world(&self) -> &World<Device> {
        &self.world
    }

    /// Does the next thing: an act of the director before a happening of the world at the same moment.
    pub fn step(&mut self) -> Option<Happening> {
        let (acts_at, happens_at) = (self.director.next_at(), self.world.next_at());
        if let Some(at) = acts_at
            && happens_at.is_none_or(|other| at <= other)
        {
            self.world.advance_to(at);
            self.director.act(&self.plan, self.seed, &mut self.world);
            return None;
        }
        let happening = self.world.step();
        self.director.watch(&self.plan, &self.world);
        happening
    }

    /// Nothing is on its way, inside or outside: the next phase begins, or the run is over.
    pub fn came_to_rest(&mut self) {
        self.director.came_to_rest(&self.plan, &mut self.world);
    }

    /// Makes this lane end at the testbed: what comes out of it is for real ports to carry.
    pub fn make_external(&mut self, lane: LaneId) {
        self.world.lane_mut(lane).external = true;
    }

    /// The bytes that the last [`Happening::Outgoing`] brought to the end of an external lane.
    #[must_use]
    pub fn outgoing(&self) -> &[u8] {
        self.world.outgoing()
    }

    /// Bytes came in at the far end of an external lane at this moment. Everything due before it is done first.
    pub fn arrive(&mut self, at: SimTime, lane: LaneId, tag: Tag, bytes: &[u8]) {
        self.world.advance_to(at);
        self.world.arrive(lane, tag, bytes);
        self.director.watch(&self.plan, &self.world);
    }

    /// Does something to a device that the scenario does not know of: for forks that ask "what if?".
    pub fn poke(&mut self, device: sim::MachineId, poke: crate::device::Poke) {
        self.world.poke(device, poke);
        self.director.watch(&self.plan, &self.world);
    }

    /// Moves the present forward to `at`, as far as nothing is due before it.
    pub fn advance_to(&mut self, at: SimTime) {
        let limit = self.next_at().unwrap_or(SimTime::NEVER);
        self.world.advance_to(at.min(limit));
    }

    /// Ends the run and takes it apart.
    #[must_use]
    pub fn finish(mut self) -> Run {
        Run {
            settled: self.director.phase() == Phase::Rest,
            ended_at: self.world.now(),
            fired: self.director.fired().to_vec(),
            done: self.director.done().to_vec(),
            trace: self.world.take_trace(),
            plan: self.plan,
            seed: self.seed,
        }
    }
}

/// The acquirer of a run: test keys, a clock that agrees with the terminal's, the payers of its scenario, and the back
/// office's merchant where one takes part.
fn host(plan: &Plan) -> acquirer::Config {
    let start = acquirer::Civil { year: 2026, month: 1, day: 5, hour: 10, minute: 0, second: 0 };
    let back_office = plan.back_office.as_ref();
    let merchant = |office: &backoffice::Settings| (office.merchant.clone(), office.acquirer_key.clone());
    let merchants = back_office.map(merchant).into_iter().collect();
    let notify_also = back_office.map(|office| office.wallet.notify_url.clone());
    let mut config = acquirer::Config { start, merchants, notify_also, ..acquirer::Config::default() };
    config.wallets.payers = plan.payers.clone();
    config
}

/// The testbed that does not wait: it jumps to the next moment at which anything happens.
#[derive(Clone, Copy, Debug, Default)]
pub struct VirtualTestbed;

impl VirtualTestbed {
    /// Runs a plan from its start.
    #[must_use]
    pub fn run(self, plan: &Arc<Plan>, seed: Seed) -> Run {
        self.carry_on(Session::new(plan, seed))
    }

    /// Runs a session to its end.
    #[must_use]
    pub fn carry_on(self, mut session: Session) -> Run {
        for _ in 0..HAPPENINGS_MAX {
            if session.is_over() {
                break;
            }
            self.advance(&mut session);
        }
        session.finish()
    }

    /// One happening, or the next phase where nothing happens any more.
    pub fn advance(self, session: &mut Session) {
        if session.is_quiet() {
            session.came_to_rest();
        } else {
            session.step();
        }
    }
}

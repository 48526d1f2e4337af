//! What goes wrong, begun and mended: rules on links, states of devices, and all of it at the end of the first phase.
//!
//! A harm that is an instant has nothing to mend. *Not here:* when a fault begins; that is the agenda's.

use super::{Director, What};
use crate::device::{
    ACQUIRER, BACK_OFFICE, CARD_ASKS, Device, ORDER_QUERIES, PRINTER, Poke, QUESTIONS, TERMINAL, WALLET_ASKS,
};
use crate::fact::{Fact, Phase};
use crate::office;
use crate::plan::{Harm, Plan};
use acquirer::Arming;
use acquirer::fault::{FaultId, Rush};
use scenario::HostRush;
use sim::{LaneId, Rule, Seed, SimTime, World};

impl Director {
    pub(super) fn mark(&mut self, fault: usize) {
        if let Some(fired) = self.fired.get_mut(fault) {
            *fired = true;
        }
    }

    /// Every fault in force of this kind has had an effect.
    pub(super) fn mark_all(&mut self, plan: &Plan, is_it: impl Fn(&Harm) -> bool) {
        for (index, (_, harm)) in plan.faults.iter().enumerate() {
            if self.in_force[index] && is_it(harm) {
                self.fired[index] = true;
            }
        }
    }

    pub(super) fn begin(&mut self, index: usize, plan: &Plan, seed: Seed, world: &mut World<Device>) {
        if self.phase != Phase::Inject {
            return;
        }
        world.note(Fact::FaultBegins(index as u16));
        let harm = &plan.faults[index].1;
        self.in_force[index] = !harm.is_an_instant();
        self.inflict(index, harm, seed, world);
        // What is done to a device with hands counts as done, whatever comes of it; a cut or a closed door counts when
        // it has stopped something, a deed of the host when it has hit a request, a rush when one had to wait.
        if harm.is_done_by_hand() {
            self.mark(index);
        }
        if let Some(span) = harm.lasts() {
            self.schedule(world.now() + span, What::Mend(index));
        }
    }

    fn inflict(&mut self, index: usize, harm: &Harm, seed: Seed, world: &mut World<Device>) {
        let fault = index as u16;
        match harm {
            Harm::Rule { lanes, name, selector, ruling } => {
                let dice = Harm::dice(name, seed);
                world.install(Rule { fault, selector: *selector, ruling: *ruling, dice }, lanes);
            }
            Harm::Narrow { lanes, byte_time, .. } => {
                lanes.iter().for_each(|lane| world.lane_mut(*lane).narrow(*byte_time));
            }
            Harm::Cut { lanes, .. } => self.cut(index, lanes, world),
            Harm::Printer { harm, .. } => {
                harm.iter().for_each(|poke| world.poke(PRINTER, Poke::Printer(*poke)));
            }
            Harm::Scanner { harm } => {
                for poke in harm {
                    world.poke(TERMINAL, Poke::Terminal(terminal::Poke::Scanner(*poke)));
                }
            }
            Harm::Terminal(poke) => world.poke(TERMINAL, Poke::Terminal(*poke)),
            Harm::Hang { .. } => world.poke(TERMINAL, Poke::Terminal(terminal::Poke::Hang)),
            Harm::Power { terminal, printer, .. } => {
                if *terminal {
                    world.poke(TERMINAL, Poke::Terminal(terminal::Poke::PowerOff));
                }
                if *printer {
                    world.poke(PRINTER, Poke::Printer(printer::Poke::PowerOff));
                }
            }
            Harm::Down { .. } => {
                doors(world).iter().for_each(|lane| world.lane_mut(*lane).refuse());
            }
            Harm::Slow { by } => {
                world.poke(ACQUIRER, Poke::Acquirer(acquirer::Poke::Slow { by: *by }));
            }
            Harm::Rush(rush) => {
                let rush = begun(*rush, world.now());
                self.rush = Some((index, rush));
                world.poke(ACQUIRER, Poke::Acquirer(acquirer::Poke::Rush(rush)));
            }
            Harm::BackOffice { harm, .. } => world.poke(BACK_OFFICE, Poke::BackOffice(*harm)),
            Harm::Forged { amount } => {
                if let Some((key, _)) = self.numbers.last().copied() {
                    office::forge(world, key, *amount);
                    self.mark(index);
                }
            }
            Harm::Deed { name, fault: deed, .. } => {
                let dice = Harm::dice(name, seed);
                let arming = Box::new(Arming { id: FaultId(fault), fault: deed.clone(), dice });
                world.poke(ACQUIRER, Poke::Acquirer(acquirer::Poke::Arm(arming)));
            }
        }
    }

    fn cut(&mut self, index: usize, lanes: &[LaneId], world: &mut World<Device>) {
        let now = world.now();
        for lane in lanes {
            self.fired[index] |= !world.lanes()[usize::from(lane.0)].is_idle();
            world.lane_mut(*lane).cut(now);
        }
    }

    pub(super) fn mend(&mut self, index: usize, plan: &Plan, world: &mut World<Device>) {
        if !core::mem::take(&mut self.in_force[index]) {
            return;
        }
        world.note(Fact::FaultEnds(index as u16));
        match &plan.faults[index].1 {
            Harm::Rule { .. } => world.lift(index as u16),
            Harm::Narrow { lanes, byte_time, .. } => {
                for lane in *lanes {
                    world.lane_mut(*lane).widen(*byte_time);
                }
            }
            Harm::Cut { lanes, .. } => {
                for lane in *lanes {
                    world.lane_mut(*lane).join();
                }
            }
            Harm::Printer { mend, .. } => {
                for poke in mend {
                    world.poke(PRINTER, Poke::Printer(*poke));
                }
            }
            Harm::Scanner { .. } => {
                let replace = terminal::Poke::Scanner(terminal::ScannerPoke::Replace);
                world.poke(TERMINAL, Poke::Terminal(replace));
            }
            // What is damaged stays so, and nobody but a watchdog restarts what nobody was told to restart.
            Harm::Terminal(_) | Harm::Hang { restarted_after: None } => {}
            Harm::Hang { restarted_after: Some(_) } => {
                if self.hung {
                    world.poke(TERMINAL, Poke::Terminal(terminal::Poke::PowerOff));
                    world.poke(TERMINAL, Poke::Terminal(terminal::Poke::PowerOn));
                }
            }
            Harm::Power { terminal, printer, .. } => {
                if *printer {
                    world.poke(PRINTER, Poke::Printer(printer::Poke::PowerOn));
                }
                if *terminal {
                    world.poke(TERMINAL, Poke::Terminal(terminal::Poke::PowerOn));
                }
            }
            Harm::Down { .. } => {
                doors(world).iter().for_each(|lane| world.lane_mut(*lane).listen());
            }
            Harm::Slow { .. } => world.poke(ACQUIRER, Poke::Acquirer(acquirer::Poke::Usual)),
            // Nobody else comes any more, and who waits is served; only healing sends them away.
            Harm::Rush(_) | Harm::Forged { .. } => {}
            Harm::BackOffice { mend, .. } => {
                if let Some(poke) = mend {
                    world.poke(BACK_OFFICE, Poke::BackOffice(*poke));
                }
            }
            Harm::Deed { .. } => {
                let id = FaultId(index as u16);
                world.poke(ACQUIRER, Poke::Acquirer(acquirer::Poke::Disarm(id)));
            }
        }
    }

    /// Mends everything, and gives the world its bound.
    pub(super) fn heal(&mut self, plan: &Plan, world: &mut World<Device>) {
        if self.phase != Phase::Inject {
            return;
        }
        self.phase = Phase::Settle;
        world.note(Fact::Phase(Phase::Settle));
        for index in 0..plan.faults.len() {
            self.mend(index, plan, world);
        }
        if self.rush.take().is_some() {
            world.poke(ACQUIRER, Poke::Acquirer(acquirer::Poke::Usual));
        }
        // Whoever mends a kiosk also empties the bin, which many tries may have filled.
        if matches!(plan.printer.outlet, printer::Outlet::Presenter { .. }) {
            world.poke(PRINTER, Poke::Printer(printer::Poke::EmptyBin));
        }
        self.agenda.retain(|cue| !matches!(cue.what, What::Heal | What::Fault(_) | What::Mend(_)));
        self.bound = world.now() + plan.scenario.settles_within;
        self.schedule(self.bound, What::Bound);
    }
}

/// Where requests come in at the acquirer.
fn doors(world: &World<Device>) -> Vec<LaneId> {
    let doors = [CARD_ASKS, WALLET_ASKS, QUESTIONS, ORDER_QUERIES];
    doors.into_iter().filter(|lane| usize::from(lane.0) < world.lanes().len()).collect()
}

/// A rush that begins now.
fn begun(rush: HostRush, now: SimTime) -> Rush {
    let HostRush { arrivals_per_s, served_per_s, queue_max, lasts } = rush;
    let until = lasts.map_or(SimTime::NEVER, |lasts| now + lasts);
    Rush { from: now, until, arrivals_per_s, served_per_s, queue_max }
}

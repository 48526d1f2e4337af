//! What people do by chance, on the director's agenda.

use super::{Director, What};
use crate::device::{Device, Poke, TERMINAL};
use crate::fact::Fact;
use crate::people::{Left, Meant, Person, Taking, Whim};
use crate::plan::{Act, Plan};
use core::time::Duration;
use sim::{SimTime, World};
use terminal::{Intent, Press};

impl Director {
    /// The steps say that somebody does something now.
    pub(super) fn approach(&mut self, index: usize, plan: &Plan, world: &mut World<Device>) {
        // Who comes to the back office is nobody at this counter.
        if matches!(plan.steps[index].1, Act::Visit { .. }) {
            return self.step(index, plan, world);
        }
        let approach = self.people.approach(world.now());
        if let Some(span) = approach.hesitation {
            world.note(Fact::Whim(Person::Operator, Whim::Hesitates(span)));
        }
        if let Some((at, key)) = approach.wrong_key {
            self.schedule(at, What::WrongKey(key));
        }
        if approach.at == world.now() && approach.wrong_key.is_none() {
            self.step(index, plan, world);
        } else {
            self.schedule(approach.at, What::Deed(index));
        }
    }

    /// The customer of this wish is to do something after a span.
    pub(super) fn customer_acts(&mut self, intent: Intent, at: SimTime, span: Duration, what: What) {
        match self.people.pays(intent) {
            Ok(hesitation) => {
                if let Some(span) = hesitation {
                    self.schedule(at, What::Noted(Person::Customer, Whim::Hesitates(span)));
                }
                self.schedule(at + span + hesitation.unwrap_or_default(), what);
            }
            Err(Left::JustNow) => self.schedule(at, What::Noted(Person::Customer, Whim::WalksAway)),
            Err(Left::Before) => {}
        }
    }

    pub(super) fn customer_takes(&mut self, at: SimTime, usual: Duration) {
        let note = |whim| What::Noted(Person::Customer, whim);
        match self.people.takes_slip(usual) {
            Taking::After(span) => self.schedule(at + span, What::SomebodyTakes),
            Taking::Late(span) => {
                self.schedule(at, note(Whim::TakesLate(span)));
                self.schedule(at + span, What::SomebodyTakes);
            }
            Taking::Never => self.schedule(at, note(Whim::LeavesSlip)),
        }
    }

    pub(super) fn do_what_was_meant(&self, meant: Meant, sight: u32, world: &mut World<Device>) {
        if sight != self.people.sight() {
            return;
        }
        match meant {
            Meant::Cancel => press(Person::Operator, Whim::Cancels, Press::Cancel, world),
            Meant::Answer(wanted) => {
                let key = if wanted { Press::Enter } else { Press::Cancel };
                press(Person::Customer, Whim::Answers(wanted), key, world);
            }
        }
    }

    /// A payment by wallet has been begun: the operator may look whether it is paid.
    pub(super) fn will_look_after(&mut self, index: usize, now: SimTime) {
        if let Some(span) = self.people.looks_after() {
            self.schedule(now + span, What::LooksAfter(index));
        }
    }

    /// The operator has the customer pay once more, unless the display has said that it is paid.
    pub(super) fn look_after(&self, index: usize, plan: &Plan, world: &mut World<Device>) {
        let (Act::ShowQr { poke, intent, .. } | Act::Scan { poke, intent, .. }) = plan.steps[index].1 else {
            return;
        };
        if self.people.seems_unpaid(intent) {
            let step = u16::try_from(index).unwrap_or(u16::MAX);
            world.note(Fact::Whim(Person::Operator, Whim::ScansAgain(step)));
            world.poke(TERMINAL, Poke::Terminal(poke));
        }
    }
}

pub(super) fn press(person: Person, whim: Whim, key: Press, world: &mut World<Device>) {
    world.note(Fact::Whim(person, whim));
    world.poke(TERMINAL, Poke::Terminal(terminal::Poke::Press(key)));
}

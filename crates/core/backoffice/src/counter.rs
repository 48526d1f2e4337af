//! People at the counter: who looks for a voucher, who comes to redeem one, and when that is possible.
//!
//! *Not modelled:* who they are. Whoever has the number, or knows amount and time, may ask.

use crate::books::Standing;
use crate::event::{Event, Limit, Lookup, QueryRefusal, RedeemRefusal, Service};
use crate::habits::Redemption;
use crate::journal::Record;
use crate::machine::BackOffice;
use sim::SimTime;
use std::collections::{BTreeMap, VecDeque};
use voucher::Number;

/// A query shows no more than this many vouchers.
const SHOWN: usize = 10;

/// What is open, and for how many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doors(BTreeMap<Service, Door>);

#[derive(Clone, Debug, Default)]
struct Door {
    closed: bool,
    limit: Option<Limit>,
    /// When somebody came through, as far back as the limit looks.
    passed: VecDeque<SimTime>,
}

/// Why somebody does not come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    Closed,
    Limited,
}

impl Doors {
    pub(crate) fn close(&mut self, service: Service, closed: bool) {
        self.0.entry(service).or_default().closed = closed;
    }

    pub(crate) fn limit(&mut self, service: Service, limit: Option<Limit>) {
        let door = self.0.entry(service).or_default();
        door.limit = limit;
        door.passed.clear();
    }

    /// Somebody wants something. Whoever is turned away does not count.
    pub(crate) fn pass(&mut self, service: Service, now: SimTime) -> Result<(), Turned> {
        let door = self.0.entry(service).or_default();
        if door.closed {
            return Err(Turned::Closed);
        }
        let Some(limit) = door.limit else { return Ok(()) };
        while door.passed.front().is_some_and(|first| *first + limit.within <= now) {
            door.passed.pop_front();
        }
        if door.passed.len() >= limit.times as usize {
            return Err(Turned::Limited);
        }
        door.passed.push_back(now);
        Ok(())
    }
}

impl BackOffice {
    pub(crate) fn query(&mut self, now: SimTime, lookup: Lookup) {
        let found = match self.release.doors.pass(Service::Queries, now) {
            Err(Turned::Closed) => Err(QueryRefusal::Closed),
            Err(Turned::Limited) => Err(QueryRefusal::Limited),
            Ok(()) => Ok(self.look_up(lookup)),
        };
        match found {
            Err(why) => self.report(Event::QueryRefused { lookup, why }),
            Ok(found) if found.is_empty() && self.books.unread() > 0 => {
                let why = QueryRefusal::CannotTell { unread: self.books.unread() };
                self.report(Event::QueryRefused { lookup, why });
            }
            Ok(found) if found.is_empty() => self.report(Event::NotFound { lookup }),
            Ok(found) => found.into_iter().take(SHOWN).for_each(|number| self.show(number)),
        }
    }

    fn show(&mut self, number: Number) {
        let (Some(held), Some(standing)) = (self.books.get(number), self.books.standing(number)) else {
            return;
        };
        let (key, amount) = (held.voucher.key, held.voucher.amount);
        self.report_when_written(Event::Found { number, key, amount, standing });
    }

    fn look_up(&self, lookup: Lookup) -> Vec<Number> {
        match lookup {
            Lookup::Number(number) => self.books.get(number).map(|_| number).into_iter().collect(),
            Lookup::Charge(key) => {
                let held = self.books.of_charge(key);
                held.filter(|(_, held)| held.voucher.kind.takes_money()).map(|(number, _)| number).collect()
            }
            Lookup::AmountAndTime { amount, around, within } => {
                self.books.near(amount, self.settings.wall(around).unix_s(), within)
            }
        }
    }

    pub(crate) fn redeem(&mut self, now: SimTime, lookup: Lookup) {
        match self.redeemable(now, lookup) {
            Err(why) => self.report_when_written(Event::RedeemRefused { lookup, why }),
            Ok(number) => {
                let Some(key) = self.books.get(number).map(|held| held.voucher.key) else { return };
                let amount = self.books.remaining(number);
                self.write(now, Record::Redeemed(number, now));
                self.report_when_written(Event::Redeemed { number, key, amount });
            }
        }
    }

    fn redeemable(&mut self, now: SimTime, lookup: Lookup) -> Result<Number, RedeemRefusal> {
        self.release.doors.pass(Service::Redemptions, now).map_err(|turned| match turned {
            Turned::Closed => RedeemRefusal::Closed,
            Turned::Limited => RedeemRefusal::Limited,
        })?;
        let number = match *self.look_up(lookup) {
            [number] => number,
            [_, _, ..] => return Err(RedeemRefusal::Ambiguous),
            [] if self.books.unread() > 0 => {
                return Err(RedeemRefusal::CannotTell { unread: self.books.unread() });
            }
            [] => return Err(RedeemRefusal::NotFound),
        };
        let takes_money = self.books.get(number).is_some_and(|held| held.voucher.kind.takes_money());
        if !takes_money {
            return Err(RedeemRefusal::NoPayment);
        }
        match self.books.standing(number) {
            None => Err(RedeemRefusal::NotFound),
            Some(Standing::Verified) => Ok(number),
            Some(Standing::Redeemed(_)) if self.habits().redemption == Redemption::AsOftenAsAsked => {
                Ok(number)
            }
            Some(Standing::Redeemed(at)) => Err(RedeemRefusal::AlreadyRedeemed { at }),
            Some(Standing::Unverified) => Err(RedeemRefusal::Unverified),
            Some(Standing::GivenBack) => Err(RedeemRefusal::GivenBack),
            Some(Standing::Failed(why)) => Err(RedeemRefusal::Failed(why)),
        }
    }
}

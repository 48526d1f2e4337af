//! A journal in which records are missing: which numbers were given out all the same, and which charges stand.
//!
//! A number is given out once, whichever of its records is left: each of them names it. A number of which every record is
//! lost is named by none; so a start that finds a gap behind the newest beginning leaves numbers out.
//! A card charge whose approval is lost stands if a record is there that is written of approved ones alone: that its slip is
//! on paper, say. A firmware writes down what it knows of it: amount, kind and number, from the record of its beginning.
//! Such a record has no reference and no moment, and its slip says so.
//!
//! *Not modelled:* asking the host for a lost approval: the dialect has no query. A wallet is asked as for any open order.

use crate::charge::{Approval, Charge};
use crate::damage::Amiss;
use crate::event::Event;
use crate::journal::{Journal, Record};
use crate::machine::Terminal;
use sim::{Key, SimTime};

/// A place in a journal where something stands that is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// How many whole records are in front of it.
    pub behind: usize,
    /// How many records of beginnings it has room for.
    pub beginnings: u32,
}

/// So many numbers are left out for a gap, beside one for each beginning that it may have held: sign-ons and
/// settlements take trace numbers too, and leave no record of them.
const LEFT_OUT: u32 = 1_000;
/// Trace numbers go round from this one to 1.
const LAST_STAN: u32 = 999_999;

/// What the records say of numbers.
impl Journal {
    /// The trace number that was given out last, by any record that names one; 0 when none does. It begins again at 1 after
    /// 999,999, so that a later number is one that is less than half a round ahead. What a charge is about came
    /// before it, and says nothing new.
    #[must_use]
    pub fn last_stan(&self) -> u32 {
        let numbers = self.records().iter().filter_map(|record| match (record, record.subject()) {
            (&Record::LeftOut { stan, .. }, _) | (_, Some((Key::Card { stan, .. }, _))) => Some(stan),
            _ => None,
        });
        numbers.fold(0, |last, stan| if last == 0 || is_ahead(stan, last) { stan } else { last })
    }

    /// The order that was given out last, by any record that names one; 0 when none does.
    #[must_use]
    pub fn last_order(&self) -> u32 {
        let numbers = self.records().iter().filter_map(|record| match (record, record.subject()) {
            (&Record::LeftOut { orders, .. }, _) => Some(orders),
            (_, Some((Key::Order(order), _))) => order.as_str().rsplit_once('W')?.1.parse().ok(),
            _ => None,
        });
        numbers.max().unwrap_or(0)
    }

    /// How many numbers may have been given out that no record names any more. A beginning behind a gap has a newer
    /// number than whatever stood in it.
    pub(crate) fn numbers_in_doubt(&self) -> u32 {
        let newest = self.newest(|record| matches!(record, Record::Begun(_) | Record::LeftOut { .. }));
        let after = newest.map_or(0, |(place, _)| place + 1);
        let open = self.gaps().iter().filter(|gap| gap.behind >= after);
        open.map(|gap| LEFT_OUT.saturating_add(gap.beginnings))
            .fold(0, u32::saturating_add)
            .min(LAST_STAN / 4)
    }

    /// Whether a record names this one that is written of approved charges alone.
    pub(crate) fn shows_approved(&self, key: Key) -> bool {
        let is_about = |charge: &Charge| charge.original.is_some_and(|original| original.key == key);
        self.records().iter().any(|record| match record {
            Record::Printed(named, _) | Record::Reprinted(named) | Record::NotWanted(named) => *named == key,
            Record::Vouched { key: named, .. } => *named == key,
            Record::Begun(charge) => is_about(charge),
            Record::Approved(approval) => approval.charge.key == key || is_about(&approval.charge),
            _ => false,
        })
    }

    /// A card charge that stands though the record of its approval is lost.
    fn approved_by_others(&self, charge: &Charge) -> bool {
        let settles = |record: &Record| match record {
            Record::Approved(approval) => approval.charge.key == charge.key,
            Record::Ended(key) | Record::Undoing(key) => *key == charge.key,
            _ => false,
        };
        matches!(charge.key, Key::Card { .. })
            && !self.records().iter().chain(self.on_its_way()).any(settles)
            && self.shows_approved(charge.key)
    }
}

/// Whether a trace number comes after another, by the shorter way round.
const fn is_ahead(stan: u32, last: u32) -> bool {
    let ahead = (stan + LAST_STAN - last % LAST_STAN) % LAST_STAN;
    0 < ahead && ahead < LAST_STAN / 2
}

/// The number so many after this one.
pub(crate) const fn stan_after(stan: u32, by: u32) -> u32 {
    if by == 0 { stan } else { (stan + by % LAST_STAN + LAST_STAN - 1) % LAST_STAN + 1 }
}

impl Terminal {
    /// After a start: leaves out numbers that may have been given out, and writes down which.
    pub(crate) fn leave_numbers_out(&mut self, now: SimTime) {
        let by = self.journal.numbers_in_doubt();
        if by > 0 {
            let stan = stan_after(self.journal.last_stan(), by);
            let orders = self.journal.last_order().saturating_add(by);
            self.journal.write(now, Record::LeftOut { stan, orders });
            self.outbox.event(Event::Amiss(Amiss::LeftOut { stan, orders }));
        }
    }

    /// Writes down again which charges stand though their approvals are lost: all of them, or one.
    pub(crate) fn restore_approvals(&mut self, now: SimTime, only: Option<Key>) {
        let wanted = |charge: &Charge| only.is_none_or(|only| only == charge.key);
        let begun = self.journal.records().iter().filter_map(|record| match record {
            Record::Begun(charge) if wanted(charge) => Some(*charge),
            _ => None,
        });
        let standing: Vec<Charge> = begun.filter(|charge| self.journal.approved_by_others(charge)).collect();
        for charge in standing {
            self.journal.write(now, Record::Approved(Approval::restored(charge)));
            self.outbox.event(Event::Amiss(Amiss::Restored { key: charge.key }));
            self.memory.look_after = Some(charge.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LEFT_OUT, is_ahead, stan_after};
    use crate::charge::{Approval, Charge, Kind};
    use crate::damage::tests::events;
    use crate::desk::Numbers;
    use crate::event::{Copy, Event, Intent, Noted, Poke};
    use crate::journal::{Journal, Record, Totals};
    use crate::machine::Terminal;
    use crate::settings::Settings;
    use crate::{Amiss, FlashPoke, Kept, flash};
    use iso8583::Tdes;
    use proptest::prelude::*;
    use sim::{Fen, Input, Key, Machine, OrderNo, ShopNo, SimTime, TerminalNo};

    const MASTER: Tdes = Tdes::new(*b"0123456789ABCDEF");

    const fn key(stan: u32) -> Key {
        Key::Card { terminal: TerminalNo(0), batch: 1, stan }
    }

    fn order(number: u32) -> Key {
        Key::Order(OrderNo::new(&format!("12345678W{number:06}")).unwrap().at(ShopNo(0)))
    }

    const fn sale(key: Key) -> Charge {
        Charge { intent: Intent(0), kind: Kind::Sale, key, amount: Fen(1850), original: None }
    }

    fn approval(charge: Charge) -> Approval {
        let (reference, auth_code) = ("000000000001".to_owned(), "000001".to_owned());
        Approval { charge, reference, auth_code, date_mmdd: 105, at: SimTime::from_secs(1) }
    }

    fn void(stan: u32, of: u32) -> Charge {
        let original = Some(approval(sale(key(of))).as_original());
        Charge { kind: Kind::Void, original, ..sale(key(stan)) }
    }

    /// The records of a sale that was paid and printed, and of an order.
    fn whole(stan: u32) -> Vec<Record> {
        let records = |key| {
            [
                Record::Begun(sale(key)),
                Record::Approved(approval(sale(key))),
                Record::Printed(key, Copy::Merchant),
                Record::Printed(key, Copy::Customer),
            ]
        };
        [records(key(stan)), records(order(stan))].concat()
    }

    fn next_numbers(journal: &Journal) -> (u32, u32) {
        let numbers = Numbers::of(&Settings::default(), journal);
        (stan_after(numbers.stan, 1), numbers.orders + 1)
    }

    #[test]
    fn a_number_is_given_out_once_whichever_of_its_records_is_left() {
        for named in [
            Record::Approved(approval(sale(key(7)))),
            Record::Ended(key(7)),
            Record::Undoing(key(7)),
            Record::Printed(key(7), Copy::Bank),
            Record::Reprinted(key(7)),
            Record::NotWanted(key(7)),
            Record::Vouched { key: key(7), reprints: 0 },
        ] {
            assert_eq!(Journal::of(vec![named.clone()]).last_stan(), 7, "{named:?}");
        }
        assert_eq!(Journal::of(vec![Record::Ended(order(3))]).last_order(), 3);
    }

    #[test]
    fn what_is_said_later_of_an_older_charge_takes_no_number_back() {
        let journal = Journal::of(vec![
            Record::Begun(sale(key(8))),
            Record::Begun(sale(key(9))),
            Record::Printed(key(8), Copy::Customer),
            Record::Begun(sale(order(2))),
            Record::Ended(order(1)),
        ]);
        assert_eq!(next_numbers(&journal), (10, 3));
    }

    #[test]
    fn trace_numbers_go_round_with_and_without_a_gap() {
        let records = [999_998, 999_999, 1, 2].map(|stan| Record::Begun(sale(key(stan))));
        let mut journal = Journal::of(records.to_vec());
        journal.keep(Record::Printed(key(999_999), Copy::Customer));
        assert_eq!(next_numbers(&journal).0, 3);
        assert!(is_ahead(1, 999_999) && is_ahead(2, 999_998) && !is_ahead(999_999, 1) && !is_ahead(5, 5));
        let mut journal = Journal::of(records[..2].to_vec());
        journal.lose(1);
        assert_eq!(next_numbers(&journal).0, LEFT_OUT + 1);
    }

    #[test]
    fn numbers_are_left_out_behind_a_gap_and_only_until_that_is_written() {
        let mut journal = Journal::of(whole(6));
        journal.lose(7);
        let (stan, orders) = next_numbers(&journal);
        assert_eq!((stan, orders), (6 + LEFT_OUT + 2, 6 + LEFT_OUT + 2));
        journal.keep(Record::LeftOut { stan: stan - 1, orders: orders - 1 });
        assert_eq!((journal.numbers_in_doubt(), next_numbers(&journal)), (0, (stan, orders)));
    }

    #[test]
    fn a_gap_in_front_of_a_beginning_costs_no_number() {
        let mut journal = Journal::of([whole(6), whole(7)].concat());
        journal.lose(2);
        assert_eq!(next_numbers(&journal), (8, 8));
    }

    #[test]
    fn a_card_charge_of_which_a_slip_is_left_stands_and_a_declined_one_does_not() {
        let begun = Record::Begun(sale(key(1)));
        let printed = Record::Printed(key(1), Copy::Merchant);
        let stands = |records: &[&Record]| {
            let journal = Journal::of(records.iter().copied().cloned().collect());
            let open = journal.open_charges().count();
            (journal.approved_by_others(&sale(key(1))), open)
        };
        assert_eq!(stands(&[&begun]), (false, 1));
        assert_eq!(stands(&[&begun, &printed]), (true, 0));
        assert_eq!(stands(&[&begun, &Record::Begun(void(2, 1))]), (true, 1));
        assert_eq!(stands(&[&begun, &Record::Ended(key(1))]), (false, 0));
        assert_eq!(stands(&[&begun, &Record::Undoing(key(1))]), (false, 1));
    }

    /// Switched on with this journal, and all of its first records written.
    fn started(journal: Journal) -> Terminal {
        let mut terminal = Terminal::switched_on(Settings::default(), journal, SimTime::ZERO);
        for at in [SimTime::from_secs(3), SimTime::from_secs(4)] {
            terminal.handle(at, Input::Wake);
        }
        terminal
    }

    #[test]
    fn a_void_whose_approval_is_lost_ends_its_sale_still_and_counts() {
        let mut journal = Journal::of(vec![
            Record::Begun(sale(key(1))),
            Record::Approved(approval(sale(key(1)))),
            Record::Begun(void(2, 1)),
            Record::Approved(approval(void(2, 1))),
            Record::Printed(key(2), Copy::Merchant),
        ]);
        journal.lose(3);
        let mut terminal = started(journal);
        assert!(events(&mut terminal).contains(&Event::Amiss(Amiss::Restored { key: key(2) })));
        let journal = terminal.journal();
        assert!(journal.is_ended_by_another(key(1)));
        let expected = Totals { debit: Fen(1850), debit_count: 1, credit: Fen(1850), credit_count: 1 };
        assert_eq!(journal.totals(1), expected);
        assert_eq!(terminal.screen().look_after, Some(key(2)));
        assert_eq!(terminal.screen().reprint, Some(key(2)));
    }

    #[test]
    fn an_approval_that_is_lost_before_its_slip_is_noted_is_restored_when_it_is() {
        let records = vec![Record::Begun(sale(key(1))), Record::Approved(approval(sale(key(1))))];
        let mut terminal = started(Journal::of(records));
        let t = SimTime::from_secs(5);
        let erase = FlashPoke::Erase { of: Kept::Approved, both: true };
        terminal.handle(t, Input::Poke(Poke::Flash(erase)));
        terminal.handle(t, Input::Poke(Poke::RegisterPrinted(key(1), Copy::Customer)));
        for later in 6..9 {
            terminal.handle(SimTime::from_secs(later), Input::Wake);
        }
        let told = events(&mut terminal);
        assert!(told.contains(&Event::Durable { key: key(1), noted: Noted::Approved }));
        assert!(terminal.journal().approval(key(1)).is_some_and(Approval::is_restored));
    }

    proptest! {
        /// One record of many is erased, in the bytes of the flash, between two starts.
        #[test]
        fn no_lost_record_makes_a_number_go_out_twice(lost in 0_usize..24, charges in 1_u32..4) {
            let records: Vec<Record> = (1..=charges).flat_map(whole).collect();
            let lost = lost % records.len();
            let mut bytes = flash::HEADER.to_vec();
            for (place, record) in records.iter().enumerate() {
                let start = bytes.len();
                flash::write(record, &MASTER, &mut bytes);
                if place == lost {
                    bytes[start..].fill(0xFF);
                }
            }
            let journal = Journal::read(flash::read(&bytes, &MASTER).unwrap());
            prop_assert_eq!(journal.records().len(), records.len() - 1);
            let (stan, orders) = next_numbers(&journal);
            prop_assert!(stan > charges && orders > charges);
            let mut terminal = started(journal);
            let again = Journal::of(terminal.journal().records().to_vec());
            let after = next_numbers(&again);
            prop_assert!(after.0 >= stan && after.1 >= orders, "{:?}", events(&mut terminal));
        }
    }
}

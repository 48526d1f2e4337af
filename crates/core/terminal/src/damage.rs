//! A journal that is not as it was written, and a firmware that stops: what is done to them, and what the firmware makes
//! of it.
//!
//! A record lies in two banks of the flash, which are programmed at once; it carries the check of `flash` in each. A cut
//! of the supply leaves the record that was being written as far as it got, in both banks; a cell that loses its
//! charge or a sector that is erased is in one of them. What a firmware then reads is found out on the record's bytes. A firmware that has stopped
//! ends no write and begins none, but the flash ends by itself the one that it has begun.
//!
//! What is gone from both banks is made good where another record says it: `gaps`. The rest is out of reach of any firmware
//! where nobody can be asked: a charge that was under way and of which not even the beginning is left; a card charge that
//! has lost both beginning and approval, which no total counts; and a card approval that is lost before any record says
//! that it was printed, asked about, uploaded or gone on with: after a restart that charge is reversed. A restored approval
//! has no reference, so that a host may refuse to void it, and no voucher.
//! *Not modelled:* a record that could be put together from two damaged ones; damage to records of keys, batches and
//! operators; wear; a stop in the middle of one input.

use crate::desk::Numbers;
use crate::event::{Event, Noted};
use crate::flash;
use crate::journal::{Record, WRITE};
use crate::machine::{Power, Terminal};
use crate::memory::Memory;
use crate::profile::{Records, Restart, Watchdog};
use crate::screen::Screen;
use core::fmt;
use core::time::Duration;
use sim::{Key, SimTime};

/// What is done to a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashPoke {
    /// A cell of the first bank loses its charge.
    FlipBit {
        /// The newest record of this kind.
        of: Kept,
        /// Which bit, from the first byte's highest, over and over the record and its check.
        bit: u32,
    },
    /// The sector of a record is erased.
    Erase {
        /// The newest record of this kind.
        of: Kept,
        /// In both banks, and not only in the first.
        both: bool,
    },
}

/// A kind of record of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// That it was begun.
    Begun,
    /// That it was approved.
    Approved,
    /// That it ended without approval.
    Ended,
    /// That a copy of its slip is on paper.
    Printed,
}

impl Kept {
    const fn is(self, record: &Record) -> bool {
        matches!(
            (self, record),
            (Self::Begun, Record::Begun(_))
                | (Self::Approved, Record::Approved(_))
                | (Self::Ended, Record::Ended(_))
                | (Self::Printed, Record::Printed(..))
        )
    }
}

/// What a firmware makes of a record that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amiss {
    /// It is read from the other bank.
    Mended {
        /// Of which charge.
        key: Key,
        /// What it says.
        noted: Noted,
    },
    /// It is in neither bank.
    Lost {
        /// Of which charge.
        key: Key,
        /// What it said.
        noted: Noted,
    },
    /// It is taken for what was written.
    Taken {
        /// Of which charge it was.
        key: Key,
        /// What it said.
        noted: Noted,
    },
    /// Its approval is lost, and it stands all the same: the journal has it again, without a reference.
    Restored {
        /// Which charge.
        key: Key,
    },
    /// Records are missing, and the numbers up to these are not given out.
    LeftOut {
        /// The trace number.
        stan: u32,
        /// The order.
        orders: u32,
    },
    /// It was cut short, and is left out.
    Torn,
    /// The whole journal is taken for broken, and the flash is formatted.
    Formatted,
}

impl fmt::Display for Amiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mended { key, noted } => {
                write!(f, "journal: {key} {noted} is damaged, and is read from the other bank")
            }
            Self::Lost { key, noted } => write!(f, "journal: {key} {noted} is gone"),
            Self::Taken { key, noted } => {
                write!(f, "journal: {key} {noted} is damaged, and is taken as it is")
            }
            Self::Restored { key } => {
                write!(f, "journal: {key} stands by its other records, and its approval is put down again")
            }
            Self::LeftOut { stan, orders } => {
                write!(
                    f,
                    "journal: records are missing; numbers up to {stan:06} and W{orders:06} are left out"
                )
            }
            Self::Torn => f.write_str("journal: the last record was cut short, and is left out"),
            Self::Formatted => f.write_str("journal: a record is wrong, and the flash is formatted"),
        }
    }
}

/// The journal.
impl Terminal {
    pub(crate) fn on_flash(&mut self, now: SimTime, poke: FlashPoke) {
        let (FlashPoke::FlipBit { of, .. } | FlashPoke::Erase { of, .. }) = poke;
        let Some((place, record)) = self.journal.newest(|record| of.is(record)) else { return };
        let Some((key, noted)) = record.subject() else { return };
        let left = self.left_of(record, poke);
        let amiss = match (self.settings.profile.habits.records, left) {
            (Records::Checked, _) if !matches!(poke, FlashPoke::Erase { both: true, .. }) => {
                Amiss::Mended { key, noted }
            }
            (Records::FormattedWhenWrong, _) => {
                self.journal.spoil();
                return;
            }
            (Records::Unchecked, Some(altered)) => {
                self.journal.alter(place, altered);
                Amiss::Taken { key, noted }
            }
            (Records::Checked, _) => {
                self.journal.lose(place);
                Amiss::Lost { key, noted }
            }
            (Records::Unchecked, None) => {
                self.journal.remove(place);
                Amiss::Lost { key, noted }
            }
        };
        self.outbox.event(Event::Amiss(amiss));
        if self.power == Power::On {
            self.restore_approvals(now, None);
        }
    }

    /// What a firmware that looks at no check reads where this record was.
    fn left_of(&self, record: &Record, poke: FlashPoke) -> Option<Record> {
        let FlashPoke::FlipBit { bit, .. } = poke else { return None };
        let mut bytes = Vec::new();
        flash::write(record, &self.settings.master_key, &mut bytes);
        let at = usize::try_from(bit).unwrap_or_default() % (8 * bytes.len());
        if let Some(byte) = bytes.get_mut(at / 8) {
            *byte ^= 0x80 >> (at % 8);
        }
        flash::read_unchecked(&bytes, &self.settings.master_key)
    }

    /// The supply is gone in the middle of a record: what is left of it.
    fn tear(&mut self, record: &Record, for_so_long: Duration) {
        let mut bytes = Vec::new();
        flash::write(record, &self.settings.master_key, &mut bytes);
        // The bytes are programmed one after the other. The last is never known to be.
        let done = bytes.len() * for_so_long.as_micros() as usize / WRITE.as_micros() as usize;
        let done = done.min(bytes.len() - 1);
        bytes.iter_mut().skip(done).for_each(|byte| *byte = ERASED);
        match flash::read_unchecked(&bytes, &self.settings.master_key) {
            Some(record) if self.settings.profile.habits.records == Records::Unchecked => {
                self.journal.keep(record);
            }
            _ => self.journal.spoil(),
        }
    }

    /// After a start: what the firmware makes of a journal in which something is wrong.
    pub(crate) fn read_journal(&mut self, now: SimTime) {
        if self.journal.take_spoilt() {
            self.on_spoilt();
        }
        if !self.journal.gaps().is_empty() {
            self.memory.numbers = Numbers::of(&self.settings, &self.journal);
            self.leave_numbers_out(now);
            self.restore_approvals(now, None);
        }
    }

    fn on_spoilt(&mut self) {
        if self.settings.profile.habits.records == Records::FormattedWhenWrong {
            self.journal.format();
            self.memory = Memory::new(&self.settings, &self.journal);
            self.outbox.event(Event::Amiss(Amiss::Formatted));
        } else {
            self.outbox.event(Event::Amiss(Amiss::Torn));
        }
    }
}

/// A byte of flash that was not programmed.
const ERASED: u8 = 0xFF;

/// The firmware.
impl Terminal {
    /// The firmware stops: nothing that comes is heard, and nothing leaves.
    pub(crate) fn hang(&mut self, now: SimTime) {
        self.journal.halt();
        self.memory.question = None;
        let restart = match self.settings.profile.habits.watchdog {
            Watchdog::Restarts => now + self.settings.watchdog,
            Watchdog::Missing => SimTime::NEVER,
        };
        self.power = Power::Hung { restart };
        self.outbox.event(Event::Hung);
    }

    /// While the firmware has stopped: the flash ends what it has begun, and the watchdog's time comes.
    pub(crate) fn wake_hung(&mut self, now: SimTime, restart: SimTime) {
        while let Some(record) = self.journal.settle(now) {
            if let Some((key, noted)) = record.subject() {
                self.outbox.event(Event::Durable { key, noted });
            }
        }
        if now >= restart {
            self.lose_memory(now);
            self.power = Power::booting(now);
            self.outbox.event(Event::Restarted);
        }
    }

    /// All that is not in flash is gone.
    pub(crate) fn lose_memory(&mut self, now: SimTime) {
        if let Some((record, for_so_long)) = self.journal.cut(now) {
            self.tear(&record, for_so_long);
        }
        self.memory = Memory::new(&self.settings, &self.journal);
        self.memory.screen = Screen::OFF;
        self.outbox.lose_sends();
        self.scanner.lose_power();
    }

    /// A careless firmware begins the day anew: what was open is over, and what lies in the presenter goes back.
    pub(crate) fn begins_anew(&mut self, now: SimTime) -> bool {
        if self.settings.profile.habits.restart == Restart::TakesUp {
            return false;
        }
        let open: Vec<Key> = self.journal.open_charges().map(|charge| charge.key).collect();
        open.into_iter().for_each(|key| self.journal.write(now, Record::Ended(key)));
        self.memory.recovering = false;
        self.clear_presenter();
        true
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Amiss, FlashPoke, Kept};
    use crate::charge::{Approval, Charge, Kind};
    use crate::event::{Event, Intent, Noted, Poke};
    use crate::journal::{Journal, Record, WRITE};
    use crate::machine::Terminal;
    use crate::profile::{Profile, REFERENCE, Records};
    use crate::settings::Settings;
    use sim::{Fen, Input, Key, Machine, Output, SimTime, TerminalNo};

    const KEY: Key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 };
    const SALE: Charge =
        Charge { intent: Intent(0), kind: Kind::Sale, key: KEY, amount: Fen(2500), original: None };

    fn approved() -> Record {
        let (reference, auth_code) = ("000000000001".to_owned(), "000001".to_owned());
        Record::Approved(Approval { charge: SALE, reference, auth_code, date_mmdd: 105, at: SimTime::ZERO })
    }

    const fn with(records: Records) -> Profile {
        let mut profile = REFERENCE;
        profile.habits.records = records;
        profile
    }
    static UNCHECKED: Profile = with(Records::Unchecked);
    static FORMATS: Profile = with(Records::FormattedWhenWrong);

    /// A terminal whose journal has a sale and its approval.
    fn terminal(profile: &'static Profile) -> Terminal {
        let journal = Journal::of(vec![Record::Begun(SALE), approved()]);
        let mut terminal = Terminal::switched_on(Settings::of(profile), journal, SimTime::ZERO);
        terminal.handle(SimTime::from_secs(3), Input::Wake);
        events(&mut terminal);
        terminal
    }

    /// What has happened since it was last asked.
    pub(crate) fn events(terminal: &mut Terminal) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(output) = terminal.poll() {
            if let Output::Event(event) = output {
                events.push(event);
            }
        }
        events
    }

    fn poke(terminal: &mut Terminal, at: SimTime, poke: Poke) -> Vec<Event> {
        terminal.handle(at, Input::Poke(poke));
        events(terminal)
    }

    /// The amount of the only approval, if there is one.
    fn amount(terminal: &Terminal) -> Option<Fen> {
        terminal.journal().approval(KEY).map(|approval| approval.charge.amount)
    }

    const T: SimTime = SimTime::from_secs(4);
    /// Length, tag, intent, kind, then eleven bytes of number, and eight of amount; this is the bit worth 40.96.
    const IN_THE_AMOUNT: u32 = 8 * (2 + 1 + 2 + 1 + 11 + 6) + 3;

    #[test]
    fn a_bit_in_one_bank_changes_nothing_where_records_are_checked() {
        let mut terminal = terminal(&REFERENCE);
        let flip = FlashPoke::FlipBit { of: Kept::Approved, bit: IN_THE_AMOUNT };
        let mended = Event::Amiss(Amiss::Mended { key: KEY, noted: Noted::Approved });
        assert_eq!(poke(&mut terminal, T, Poke::Flash(flip)), [mended]);
        assert_eq!(amount(&terminal), Some(Fen(2500)));
    }

    #[test]
    fn a_bit_in_an_amount_is_another_amount_where_nobody_checks() {
        let mut terminal = terminal(&UNCHECKED);
        let flip = FlashPoke::FlipBit { of: Kept::Approved, bit: IN_THE_AMOUNT };
        poke(&mut terminal, T, Poke::Flash(flip));
        assert_eq!(amount(&terminal), Some(Fen(2500 + 4096)));
    }

    #[test]
    fn what_was_printed_is_not_reversed_though_its_approval_is_gone_from_both_banks() {
        let mut terminal = terminal(&REFERENCE);
        let erase = FlashPoke::Erase { of: Kept::Approved, both: true };
        poke(&mut terminal, T, Poke::Flash(erase));
        assert_eq!((amount(&terminal), terminal.journal().open_charges().count()), (None, 1));
        poke(&mut terminal, T, Poke::RegisterPrinted(KEY, crate::Copy::Customer));
        terminal.handle(T + WRITE, Input::Wake);
        assert_eq!(terminal.journal().open_charges().count(), 0);
    }

    #[test]
    fn a_record_that_was_cut_short_is_left_out_and_all_before_it_are_there() {
        let mut terminal = terminal(&REFERENCE);
        poke(&mut terminal, T, Poke::RegisterPrinted(KEY, crate::Copy::Customer));
        poke(&mut terminal, T + WRITE / 2, Poke::PowerOff);
        poke(&mut terminal, T + WRITE, Poke::PowerOn);
        terminal.handle(SimTime::from_secs(8), Input::Wake);
        assert!(events(&mut terminal).contains(&Event::Amiss(Amiss::Torn)));
        assert_eq!(terminal.journal().records().len(), 2);
    }

    #[test]
    fn a_record_that_lacks_the_end_of_its_check_is_taken_where_nobody_checks() {
        for (profile, records) in [(&REFERENCE, 2), (&UNCHECKED, 3)] {
            let mut terminal = terminal(profile);
            poke(&mut terminal, T, Poke::RegisterPrinted(KEY, crate::Copy::Customer));
            poke(&mut terminal, T + WRITE * 99 / 100, Poke::PowerOff);
            assert_eq!(terminal.journal().records().len(), records, "{}", profile.name);
        }
    }

    #[test]
    fn a_torn_record_costs_the_whole_journal_where_it_is_formatted() {
        let mut terminal = terminal(&FORMATS);
        poke(&mut terminal, T, Poke::RegisterPrinted(KEY, crate::Copy::Customer));
        poke(&mut terminal, T + WRITE / 2, Poke::PowerOff);
        poke(&mut terminal, T + WRITE, Poke::PowerOn);
        terminal.handle(SimTime::from_secs(8), Input::Wake);
        assert!(events(&mut terminal).contains(&Event::Amiss(Amiss::Formatted)));
        assert!(terminal.journal().records().is_empty());
    }

    #[test]
    fn a_hung_terminal_hears_nothing_until_its_watchdog_restarts_it() {
        let mut terminal = terminal(&REFERENCE);
        assert_eq!(poke(&mut terminal, T, Poke::Hang), [Event::Hung]);
        assert_eq!(poke(&mut terminal, T, Poke::Press(crate::Press::Reprint)), []);
        let (restart, _) = terminal.wake_at().unwrap();
        assert_eq!(restart, T + terminal.settings().watchdog);
        terminal.handle(restart, Input::Wake);
        assert!(events(&mut terminal).contains(&Event::Restarted));
    }

    #[test]
    fn a_hang_leaves_the_record_that_is_being_written_and_loses_those_behind_it() {
        let mut terminal = terminal(&REFERENCE);
        for copy in [crate::Copy::Customer, crate::Copy::Bank] {
            poke(&mut terminal, T, Poke::RegisterPrinted(KEY, copy));
        }
        poke(&mut terminal, T, Poke::Hang);
        assert_eq!(terminal.wake_at().unwrap().0, T + WRITE);
        terminal.handle(T + WRITE, Input::Wake);
        terminal.handle(terminal.wake_at().unwrap().0, Input::Wake);
        assert_eq!(terminal.journal().records().len(), 3);
    }

    #[test]
    fn without_a_watchdog_it_stays_as_it_is_until_somebody_pulls_the_plug() {
        static DEAD: Profile = {
            let mut profile = REFERENCE;
            profile.habits.watchdog = crate::profile::Watchdog::Missing;
            profile
        };
        let mut terminal = terminal(&DEAD);
        poke(&mut terminal, T, Poke::Hang);
        assert_eq!(terminal.wake_at(), None);
        poke(&mut terminal, T, Poke::PowerOff);
        poke(&mut terminal, T, Poke::PowerOn);
        assert!(terminal.wake_at().is_some());
    }
}

//! Vouchers on their way to the back office: one for every approval in flash, sent again until an answer is final.
//!
//! The record of an approval is the voucher's place in flash: what it says and its seal follow from that record and from
//! the settings, so the same bytes go up again after a power cut, and no cut can come between an approval and its
//! voucher. A record more says that a voucher is done with. Times in seconds, from [`voucher::upload::RESEND_PAUSES_S`].
//! *Not modelled:* several vouchers in one upload, vouchers of holds in a wallet, a store that is full, an approval that names no reference (a firmware
//! that approved on silence has none, and no voucher either).

use crate::VOUCHERS;
use crate::charge::Approval;
use crate::event::{Event, Noted};
use crate::journal::{Journal, Record};
use crate::machine::Terminal;
use crate::profile::{Uploading, Vouchers};
use crate::settings::Settings;
use core::time::Duration;
use sim::{Key, Reason, SimTime, Tag};
use std::collections::BTreeMap;
use voucher::upload::{LIMITS, RESEND_PAUSES_S, decode_answer};
use voucher::{AnswerError, Format, Number, Outcome, Seal, Sealed, Voucher};
use wallet::http::ResponseParser;
use wallet::moment::WallTime;

/// How long an upload waits for its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Runs start on 5 January 2026 at 10:00:00 in Beijing, by `date -d '2026-01-05 10:00:00 +0800' +%s`.
const START: WallTime = WallTime::from_unix_s(1_767_578_400);

/// What is still to be uploaded, and what is being uploaded. A power cut takes it, and the journal gives it back.
#[derive(Clone, Debug)]
pub(crate) struct Uploads {
    waiting: BTreeMap<Key, Wait>,
    open: Option<Open>,
    answers: ResponseParser,
    heard: SimTime,
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    /// The charge with which its business began: a void is about a sale, and a completion about a hold.
    root: Key,
    due: SimTime,
    tries: usize,
    in_format_2: bool,
}

impl Wait {
    /// A completion void is three steps from its hold.
    const STEPS: usize = 3;

    fn of(key: Key, journal: &Journal) -> Self {
        let mut root = key;
        for _ in 0..Self::STEPS {
            let about = journal.approval(root).and_then(|approval| approval.charge.original);
            root = about.map_or(root, |original| original.key);
        }
        Self { root, due: SimTime::ZERO, tries: 0, in_format_2: false }
    }
}

/// The upload that waits for its answer.
#[derive(Clone, Copy, Debug)]
struct Open {
    key: Key,
    number: Number,
    seal: Seal,
    reprints: u16,
    until: SimTime,
}

impl Uploads {
    /// What the journal says is not done with.
    pub(crate) fn of(settings: &Settings, journal: &Journal) -> Self {
        let asks_again = settings.profile.habits.uploading == Uploading::UntilAnswered;
        let pending = |key: &Key| asks_again && settings.voucher_key.is_some() && !journal.is_vouched(*key);
        let approved = journal.approvals().map(|approval| approval.charge.key);
        let waiting = approved.filter(pending).map(|key| (key, Wait::of(key, journal))).collect();
        Self { waiting, open: None, answers: ResponseParser::new(LIMITS), heard: SimTime::ZERO }
    }

    fn add(&mut self, key: Key, due: SimTime, journal: &Journal) {
        self.waiting.entry(key).or_insert_with(|| Wait::of(key, journal)).due = due;
    }

    /// Tries it again after a pause.
    fn postpone(&mut self, key: Key, now: SimTime) {
        let last = RESEND_PAUSES_S.len() - 1;
        if let Some(wait) = self.waiting.get_mut(&key) {
            let pause_s = RESEND_PAUSES_S.get(wait.tries.min(last)).copied().unwrap_or_default();
            wait.tries += 1;
            wait.due = now + Duration::from_secs(pause_s);
        }
    }

    fn due(&self, now: SimTime) -> Option<(Key, Wait)> {
        let due = self.next_of_each().filter(|(_, wait)| self.open.is_none() && wait.due <= now);
        due.min_by_key(|(key, wait)| (wait.due, **key)).map(|(key, wait)| (*key, *wait))
    }

    /// The first that waits of each business. The others wait for it: a back office that has heard of a void before the
    /// completion in between takes the completion for one too many.
    fn next_of_each(&self) -> impl Iterator<Item = (&Key, &Wait)> {
        self.waiting
            .iter()
            .filter(|(key, wait)| !self.waiting.range(..*key).any(|(_, other)| other.root == wait.root))
    }

    pub(crate) fn wake_at(&self) -> Option<(SimTime, Reason)> {
        let at = match self.open {
            Some(open) => Some(open.until),
            None => self.next_of_each().map(|(_, wait)| wait.due).min(),
        };
        at.map(|at| (at, Reason("voucher upload")))
    }
}

impl Terminal {
    /// A record about a charge is in flash: its voucher may be due, for the first time or with another count.
    pub(crate) fn on_noted(&mut self, now: SimTime, key: Key, noted: Noted) {
        if matches!(noted, Noted::Printed(_) | Noted::NotWanted) && !self.journal.gaps().is_empty() {
            self.restore_approvals(now, Some(key));
        }
        let again = self.settings.profile.habits.uploading == Uploading::UntilAnswered;
        let is_due = noted == Noted::Approved || (noted == Noted::Reprinted && again);
        if is_due && self.settings.voucher_key.is_some() {
            self.memory.uploads.add(key, now, &self.journal);
        }
    }

    /// Gives up an answer that is overdue, and sends what is due.
    pub(crate) fn upload(&mut self, now: SimTime) {
        if self.memory.uploads.open.is_some_and(|open| open.until <= now) {
            self.on_no_word(now, "no answer in time");
        }
        while let Some((key, wait)) = self.memory.uploads.due(now) {
            match self.sealed(key, wait.in_format_2) {
                Some((sealed, reprints)) => self.send_voucher(now, key, &sealed, reprints),
                // It does not stand any more, or there is nothing to say of it.
                None => {
                    self.memory.uploads.waiting.remove(&key);
                }
            }
        }
    }

    fn send_voucher(&mut self, now: SimTime, key: Key, sealed: &Sealed, reprints: u16) {
        let Sealed { seal, number, .. } = *sealed;
        self.outbox.event(Event::VoucherSent { number, key });
        self.outbox.send_with(VOUCHERS, Tag("voucher"), |out| sealed.write_to(out));
        let uploads = &mut self.memory.uploads;
        match self.settings.profile.habits.uploading {
            Uploading::UntilAnswered => {
                uploads.open = Some(Open { key, number, seal, reprints, until: now + PATIENCE });
            }
            Uploading::Once => {
                uploads.waiting.remove(&key);
            }
        }
    }

    /// Bytes have come from the back office.
    pub(crate) fn on_word_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        if !crate::memory::Heard::goes_on(&mut self.memory.uploads.heard, now) {
            self.memory.uploads.answers.reset();
        }
        self.memory.uploads.answers.push(bytes);
        while let Some(word) = self.next_word() {
            match word {
                Ok(outcome) => self.on_word(now, outcome),
                Err(None) => self.outbox.event(Event::Disbelieved { why: "it answers no open upload" }),
                Err(Some(why)) => self.on_no_word(now, why),
            }
        }
    }

    /// The next answer: a word about the open upload, why there is none, or nothing about it at all.
    fn next_word(&mut self) -> Option<Result<Outcome, Option<&'static str>>> {
        let uploads = &mut self.memory.uploads;
        let response = match uploads.answers.next_response() {
            Ok(response) => response?,
            Err(_) => {
                uploads.answers.reset();
                return Some(Err(Some("its answer is no HTTP response")));
            }
        };
        let (Some(open), Some(key)) = (uploads.open, &self.settings.voucher_key) else {
            return Some(Err(None));
        };
        Some(decode_answer(&response, key, open.seal).map_err(|error| match error {
            AnswerError::ToAnother => None,
            AnswerError::Status(429) => Some("too many uploads"),
            AnswerError::Status(503) => Some("not now"),
            AnswerError::Status(_) => Some("it was not understood"),
            AnswerError::Envelope(_) => Some("its answer is not authentic"),
            AnswerError::Unreadable => Some("its answer cannot be read"),
        }))
    }

    fn on_word(&mut self, now: SimTime, outcome: Outcome) {
        let uploads = &mut self.memory.uploads;
        let Some(Open { key, number, reprints, .. }) = uploads.open.take() else { return };
        self.outbox.event(Event::VoucherAnswered { number, key, outcome });
        let knows_newer = self.settings.profile.speaks.vouchers == Vouchers::BothFormats;
        let newer = knows_newer && outcome == Outcome::Refused(voucher::Reason::NewerFormatNeeded);
        match uploads.waiting.get_mut(&key) {
            Some(wait) if newer && !wait.in_format_2 => {
                *wait = Wait { due: now, tries: 0, in_format_2: true, ..*wait };
            }
            // Another merchant's, it says: a number was keyed in wrongly, and the voucher is right when that is.
            _ if outcome == Outcome::Refused(voucher::Reason::Foreign) => uploads.postpone(key, now),
            _ if !outcome.is_final() => uploads.postpone(key, now),
            _ => {
                self.journal.write(now, Record::Vouched { key, reprints });
                // A slip may have been printed again while this was under way.
                if self.journal.reprints(key) == reprints {
                    uploads.waiting.remove(&key);
                } else {
                    uploads.add(key, now, &self.journal);
                }
            }
        }
    }

    /// The open upload has no answer that counts.
    pub(crate) fn on_no_word(&mut self, now: SimTime, why: &'static str) {
        let Some(Open { key, number, .. }) = self.memory.uploads.open.take() else { return };
        self.outbox.event(Event::VoucherDelayed { number, key, why });
        self.memory.uploads.postpone(key, now);
    }

    fn sealed(&self, key: Key, in_format_2: bool) -> Option<(Sealed, u16)> {
        let seal_key = self.settings.voucher_key.as_ref()?;
        let voucher = voucher_of(self.journal.approval(key)?, in_format_2, &self.journal, &self.settings)?;
        Some((Sealed::new(&voucher, seal_key), voucher.reprints))
    }
}

/// The voucher of an approval; nothing when it cannot be one.
fn voucher_of(
    approval: &Approval,
    in_format_2: bool,
    journal: &Journal,
    settings: &Settings,
) -> Option<Voucher> {
    let charge = &approval.charge;
    let names = match charge.original {
        // What it is about has the same number in every format.
        Some(original) => {
            let first = journal.ever_approved(original.key)?;
            Some(voucher_of(first, false, journal, settings)?.number())
        }
        None => None,
    };
    let operator = journal.operator_at(charge.key).unwrap_or(settings.operator);
    let voucher = Voucher {
        format: if in_format_2 { Format::Two { operator: format!("{operator:02}") } } else { Format::One },
        merchant: settings.mid.to_owned(),
        terminal: settings.tid.to_owned(),
        kind: charge.kind.voucher()?,
        key: charge.key,
        amount: charge.amount,
        reference: approval.reference.clone(),
        time: START.plus_s(approval.at.as_secs()),
        names,
        reprints: journal.reprints(charge.key),
    };
    voucher.check().is_ok().then_some(voucher)
}

/// What the records say of vouchers.
impl Journal {
    /// Whether the voucher of a charge is done with, as its slip was printed so often.
    fn is_vouched(&self, wanted: Key) -> bool {
        let reprints = self.reprints(wanted);
        let done = |record: &Record| *record == Record::Vouched { key: wanted, reprints };
        self.records().iter().any(done)
    }

    /// How often the customer's copy was printed again.
    fn reprints(&self, key: Key) -> u16 {
        let count = self.records().iter().filter(|record| **record == Record::Reprinted(key)).count();
        u16::try_from(count).unwrap_or(u16::MAX)
    }

    /// The approval of this number, whatever became of it.
    fn ever_approved(&self, key: Key) -> Option<&Approval> {
        self.records().iter().find_map(|record| match record {
            Record::Approved(approval) if approval.charge.key == key => Some(approval),
            _ => None,
        })
    }

    /// Who was logged on when this charge was approved, if the records say.
    fn operator_at(&self, key: Key) -> Option<u8> {
        let is_it = |record: &Record| matches!(record, Record::Approved(one) if one.charge.key == key);
        let before = self.records().iter().take_while(|record| !is_it(record));
        let operator = |record: &Record| match record {
            Record::Operator(operator) => *operator,
            _ => None,
        };
        before.filter_map(operator).last()
    }
}

//! The spooler: one slip at a time to the printer, and the truth about it back.
//!
//! A sound firmware asks the printer before it sends (`DLE EOT` 1, 2 and 4), while it sends, and until the
//! printer has said that everything is on paper (`GS ( H`). When the printer is in trouble, what it still
//! holds is cleared (`DLE DC4 8`), an error is asked to end (`DLE ENQ 2`), and once the trouble is over the slip is printed again, whole and marked.
//! The same goes for the first slip after a start, whatever was printed before it: half a command may be waiting in the
//! printer for its parameters, and would swallow what comes next, and half a slip would become a part of it. A firmware that ignores its printer sends and believes.
//!
//! Bytes leave in pieces of 64 at the line's rate, so that XOFF is obeyed in time: a receive buffer raises it
//! with 128 bytes to spare. *Not modelled:* drawers, images, more than one printer.

use crate::PRINTER;
use crate::charge::Charge;
use crate::event::{Event, Trouble};
use crate::profile::PrinterStatus;
use crate::settings::Settings;
use crate::slip::{self, Delivery, Form, Sheet};
use core::time::Duration;
use escpos::status::{OfflineCause, PaperStatus, PrinterStatus as Printer};
use escpos::{Presenter, Reply, ReplyParser, Writer};
use sim::{Key, Outbox, Reason, SimTime, Tag};
use std::collections::VecDeque;

/// The spooler of one terminal. Lost with the power.
#[derive(Clone, Debug)]
pub(crate) struct Spooler {
    queue: VecDeque<Job>,
    stage: Stage,
    replies: ReplyParser,
    asked: VecDeque<Asked>,
    found: Found,
    bytes: Vec<u8>,
    sent: usize,
    jobs: u32,
    /// Since when the printer says stop.
    paused_since: Option<SimTime>,
    /// Whether this firmware asks the printer at all; one that does not still obeys XOFF.
    watches: bool,
    /// When the line has taken everything that was sent.
    line_free: SimTime,
    /// The printer has said that it holds nothing of an older slip, not even half a command.
    cleared: bool,
    /// The firmware has just started, and does not know what it was printing before: half a slip may hang in the printer.
    starts: bool,
    trouble: Option<Trouble>,
    /// How often the slip at the front has been spoilt, and before when it is not tried again.
    spoilt: u32,
    not_before: SimTime,
}

/// One slip to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) sheet: Sheet,
    pub(crate) operator: u8,
    pub(crate) reprint: bool,
    pub(crate) after_trouble: bool,
    pub(crate) delivery: Delivery,
    /// Whether the customer's or the merchant's copy counts as printed by it.
    pub(crate) counts: bool,
}

/// What the spooler tells the firmware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A slip is on paper, or believed to be.
    Printed(Box<Job>),
    /// The printer has got into trouble, or out of it.
    Trouble(Option<Trouble>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    /// Asked how the printer is before anything is sent.
    Probing {
        until: SimTime,
    },
    /// Sending; the next piece leaves then. While the printer says stop, it is asked then how it is.
    Sending {
        next: SimTime,
    },
    /// Everything is sent; waiting for the printer to say that it is printed.
    Finishing {
        ask_again: SimTime,
        since: SimTime,
    },
    /// In trouble: asked to clear what it holds.
    Clearing {
        until: SimTime,
    },
    /// In trouble: asked how it is, from time to time.
    Ailing {
        ask_again: SimTime,
        since: SimTime,
    },
}

/// A status byte that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Printer,
    Cause,
    Paper,
}

/// What the last round of status bytes said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Found {
    offline: bool,
    cover_open: bool,
    error: bool,
    paper_end: bool,
    silent_rounds: u32,
}

const PIECE_BYTES: usize = 64;
/// How long a status byte may take. Host libraries wait half a second to a second.
const STATUS_TIMEOUT: Duration = Duration::from_secs(1);
/// How often the printer is asked while a slip is being printed.
const WATCH: Duration = Duration::from_millis(500);
/// How often it is asked while it is in trouble: at first, and after [`PATIENCE`].
const AILING: Duration = Duration::from_secs(1);
const AILING_LONG: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(10);
/// So often a spoilt slip is tried again at once; after that the printer is left alone for longer and longer.
const TRIES_AT_ONCE: u32 = 3;
const LEFT_ALONE: Duration = Duration::from_secs(5);
const LEFT_ALONE_MAX: Duration = Duration::from_secs(120);
/// How long a printer that is well may take for one slip. The longest takes three seconds.
const SLIP_TIMEOUT: Duration = Duration::from_secs(30);

const PRINT: Tag = Tag("slip");
const ASK: Tag = Tag("status");

impl Spooler {
    /// An idle spooler. `first_job` is a number that no slip before the last power cut had: the printer may still
    /// confirm one of those.
    pub(crate) fn new(first_job: u32) -> Self {
        Self {
            queue: VecDeque::new(),
            stage: Stage::Idle,
            replies: ReplyParser::new(),
            asked: VecDeque::new(),
            found: Found::default(),
            bytes: Vec::new(),
            sent: 0,
            jobs: first_job,
            paused_since: None,
            watches: true,
            line_free: SimTime::ZERO,
            cleared: false,
            starts: false,
            trouble: None,
            spoilt: 0,
            not_before: SimTime::ZERO,
        }
    }

    /// Puts a slip behind those that wait.
    pub(crate) fn print(&mut self, job: Job, now: SimTime, settings: &Settings, out: &mut Outbox<Event>) {
        self.queue.push_back(job);
        if self.stage == Stage::Idle {
            self.start(now, settings, out);
        }
    }

    /// The firmware has started: the first slip is printed as after trouble, by a firmware that knows what that is.
    pub(crate) fn start_up(&mut self, settings: &Settings) {
        self.starts = settings.profile.habits.printer_status == PrinterStatus::Watched;
    }

    /// Whether nothing is being printed and nothing waits.
    pub(crate) fn is_idle(&self) -> bool {
        self.stage == Stage::Idle
    }

    /// Whether a slip of this charge is being printed or waits.
    pub(crate) fn holds(&self, key: Key) -> bool {
        self.queue.iter().any(|job| job.sheet.key() == Some(key))
    }

    /// Forgets every slip but those of one charge, or but the totals.
    pub(crate) fn keep_only(&mut self, key: Option<Key>) {
        self.queue.retain(|job| job.sheet.key() == key);
        if self.queue.is_empty() {
            self.stage = Stage::Idle;
        }
    }

    /// Forgets the slips of a charge.
    pub(crate) fn withdraw(&mut self, key: Key) {
        self.queue.retain(|job| job.sheet.key() != Some(key));
        if self.queue.is_empty() {
            self.stage = Stage::Idle;
        }
    }

    /// Moves a held slip: out to the customer, or back into the machine.
    pub(crate) fn move_held(&self, function: Presenter, out: &mut Outbox<Event>) {
        out.send_with(PRINTER, Tag("presenter"), |bytes| {
            Writer::new(bytes).presenter(function);
        });
    }

    /// Takes one byte of the printer.
    pub(crate) fn receive(
        &mut self,
        byte: u8,
        now: SimTime,
        settings: &Settings,
        out: &mut Outbox<Event>,
    ) -> Option<Told> {
        let reply = self.replies.feed(byte)?;
        self.on_reply(&reply, now, settings, out)
    }

    /// The moment that [`Self::wake_at`] asked for.
    pub(crate) fn wake(
        &mut self,
        now: SimTime,
        settings: &Settings,
        out: &mut Outbox<Event>,
    ) -> Option<Told> {
        match self.stage {
            Stage::Probing { until } if now >= until => self.on_silence(now, out),
            Stage::Sending { .. } if self.paused_since.is_some() && !self.watches => None,
            Stage::Sending { next } if now >= next && self.paused_since.is_some() => {
                self.watch_paused(now, out)
            }
            Stage::Sending { next } if now >= next => self.send_piece(now, settings, out),
            Stage::Finishing { ask_again, since } if now >= ask_again => self.watch(now, since, out),
            Stage::Clearing { until } if now >= until => {
                self.ail(now, now, out);
                None
            }
            Stage::Ailing { ask_again, since } if now >= ask_again => {
                self.ail(now, since, out);
                None
            }
            _ => None,
        }
    }

    /// When the spooler wants to be woken, and why.
    pub(crate) fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.stage {
            Stage::Idle => None,
            Stage::Probing { until } => Some((until, Reason("printer status is overdue"))),
            Stage::Sending { .. } if self.paused_since.is_some() && !self.watches => None,
            Stage::Sending { next } if self.paused_since.is_some() => {
                Some((next, Reason("printer is asked why it says stop")))
            }
            Stage::Sending { next } => Some((next, Reason("the line takes the next piece of the slip"))),
            Stage::Finishing { ask_again, .. } => {
                Some((ask_again, Reason("printer is asked while it prints")))
            }
            Stage::Clearing { until } => Some((until, Reason("printer's clear reply is overdue"))),
            Stage::Ailing { ask_again, .. } => {
                Some((ask_again, Reason("printer is asked whether it is well")))
            }
        }
    }

    fn start(&mut self, now: SimTime, settings: &Settings, out: &mut Outbox<Event>) {
        let Some(job) = self.queue.front_mut() else {
            self.stage = Stage::Idle;
            return;
        };
        job.after_trouble |= core::mem::take(&mut self.starts);
        self.watches = settings.profile.habits.printer_status == PrinterStatus::Watched;
        if self.watches && job.after_trouble && !self.cleared {
            self.clear(now, out);
            return;
        }
        self.bytes.clear();
        self.sent = 0;
        self.jobs = self.jobs.wrapping_add(1);
        let Job { operator, reprint, after_trouble, delivery, .. } = *job;
        let form = Form { operator, reprint, after_trouble, delivery };
        slip::write(&job.sheet, form, settings, &mut self.bytes);
        match settings.profile.habits.printer_status {
            PrinterStatus::Watched => {
                Writer::new(&mut self.bytes).process_id(job_id(self.jobs));
                self.stage = Stage::Probing { until: now + STATUS_TIMEOUT };
                self.ask(out);
            }
            PrinterStatus::Ignored => self.begin_sending(now, out),
        }
    }

    /// Asks how the printer is while it prints. One that is well and still does not finish has lost the slip.
    fn watch(&mut self, now: SimTime, since: SimTime, out: &mut Outbox<Event>) -> Option<Told> {
        if !self.asked.is_empty() {
            return self.on_silence(now, out);
        }
        if now.since(since) >= SLIP_TIMEOUT {
            self.spoil(now);
            self.clear(now, out);
            return self.tell(Some(Trouble::Stuck));
        }
        self.stage = Stage::Finishing { ask_again: now + WATCH, since };
        self.ask(out);
        None
    }

    /// The printer says stop. A full buffer ends by itself; an open cover or the end of the paper does not.
    fn watch_paused(&mut self, now: SimTime, out: &mut Outbox<Event>) -> Option<Told> {
        if !self.asked.is_empty() {
            return self.on_silence(now, out);
        }
        if self.paused_since.is_some_and(|since| now.since(since) >= SLIP_TIMEOUT) {
            // It is well and has not said go for as long as a whole slip takes: its go was lost.
            self.paused_since = None;
            self.spoil(now);
            self.clear(now, out);
            return self.tell(Some(Trouble::Stuck));
        }
        self.stage = Stage::Sending { next: now + WATCH };
        self.ask(out);
        None
    }

    fn begin_sending(&mut self, now: SimTime, out: &mut Outbox<Event>) {
        if let Some(Job { sheet, reprint, .. }) = self.queue.front() {
            out.event(match sheet {
                Sheet::Slip { approval, copy } => {
                    let Charge { key, amount, .. } = approval.charge;
                    Event::Printing { key, copy: *copy, amount, reprint: *reprint }
                }
                Sheet::Totals { closing, .. } => Event::PrintingTotals { batch: closing.batch },
            });
        }
        self.cleared = false;
        self.stage = Stage::Sending { next: now };
    }

    fn send_piece(&mut self, now: SimTime, settings: &Settings, out: &mut Outbox<Event>) -> Option<Told> {
        let end = self.bytes.len().min(self.sent + PIECE_BYTES);
        let piece = self.bytes.get(self.sent..end).unwrap_or_default();
        out.send(PRINTER, PRINT, piece);
        let on_the_line = line_time(piece.len(), settings.printer_baud_bps);
        self.sent = end;
        self.line_free = now + on_the_line;
        if end < self.bytes.len() {
            self.stage = Stage::Sending { next: self.line_free };
            return None;
        }
        match settings.profile.habits.printer_status {
            PrinterStatus::Watched => {
                self.stage = Stage::Finishing { ask_again: now + on_the_line + WATCH, since: now };
                None
            }
            PrinterStatus::Ignored => self.finish(now, settings, out),
        }
    }

    fn on_reply(
        &mut self,
        reply: &Reply,
        now: SimTime,
        settings: &Settings,
        out: &mut Outbox<Event>,
    ) -> Option<Told> {
        match reply {
            Reply::Xoff => {
                self.paused_since.get_or_insert(now);
                if let Stage::Sending { .. } = self.stage {
                    self.stage = Stage::Sending { next: now + WATCH };
                }
                None
            }
            Reply::Xon => {
                self.paused_since = None;
                if let Stage::Sending { .. } = self.stage {
                    self.stage = Stage::Sending { next: self.line_free.max(now) };
                }
                None
            }
            Reply::Dle(byte) => self.on_status(*byte, now, settings, out),
            Reply::ProcessId(id)
                if *id == job_id(self.jobs) && matches!(self.stage, Stage::Finishing { .. }) =>
            {
                self.finish(now, settings, out)
            }
            Reply::Cleared if matches!(self.stage, Stage::Clearing { .. }) => {
                self.cleared = true;
                self.ail(now, now, out);
                None
            }
            _ => None,
        }
    }

    fn on_status(
        &mut self,
        byte: u8,
        now: SimTime,
        settings: &Settings,
        out: &mut Outbox<Event>,
    ) -> Option<Told> {
        match self.asked.pop_front()? {
            Asked::Printer => {
                let status = Printer::from_byte(byte)?;
                self.found = Found { offline: status.contains(Printer::OFFLINE), ..Found::default() };
            }
            Asked::Cause => {
                let cause = OfflineCause::from_byte(byte)?;
                self.found.cover_open = cause.contains(OfflineCause::COVER_OPEN);
                self.found.error = cause.contains(OfflineCause::ERROR);
                self.found.paper_end = cause.contains(OfflineCause::PAPER_STOP);
            }
            Asked::Paper => {
                let paper = PaperStatus::from_byte(byte)?;
                self.found.paper_end |= paper.contains(PaperStatus::END);
            }
        }
        if self.asked.is_empty() { self.judge(now, settings, out) } else { None }
    }

    /// A whole round of status bytes is in.
    fn judge(&mut self, now: SimTime, settings: &Settings, out: &mut Outbox<Event>) -> Option<Told> {
        let trouble = self.found.trouble();
        match (self.stage, trouble) {
            (Stage::Probing { .. }, None) => {
                self.begin_sending(now, out);
                self.tell(None)
            }
            (Stage::Probing { .. }, Some(_)) => {
                self.stage = Stage::Ailing { ask_again: now + AILING, since: now };
                self.tell(trouble)
            }
            (Stage::Sending { .. } | Stage::Finishing { .. }, Some(_)) => {
                self.spoil(now);
                self.clear(now, out);
                self.tell(trouble)
            }
            (Stage::Ailing { since, .. }, None) if now < self.not_before => {
                let ask_again = self.not_before.max(now + AILING);
                self.stage = Stage::Ailing { ask_again, since };
                self.tell(None)
            }
            (Stage::Ailing { .. }, None) => {
                self.paused_since = None;
                self.start(now, settings, out);
                self.tell(None)
            }
            (Stage::Ailing { .. }, Some(Trouble::Error)) if now >= self.not_before => {
                self.recover(out);
                self.tell(trouble)
            }
            _ => None,
        }
    }

    /// Somebody may have freed the blade or the presenter by now: the printer goes on only when it is told to
    /// (`DLE ENQ 2`), and takes no notice of this otherwise.
    fn recover(&self, out: &mut Outbox<Event>) {
        out.send_with(PRINTER, Tag("recover"), |bytes| {
            Writer::new(bytes).realtime_request(2);
        });
    }

    /// The printer owes a reply. Once may be chance; twice in a row is trouble.
    fn on_silence(&mut self, now: SimTime, out: &mut Outbox<Event>) -> Option<Told> {
        self.asked.clear();
        self.replies.reset();
        self.found.silent_rounds += 1;
        if self.found.silent_rounds < 2 {
            match &mut self.stage {
                Stage::Probing { until } => *until = now + STATUS_TIMEOUT,
                Stage::Finishing { ask_again, .. } => *ask_again = now + STATUS_TIMEOUT,
                Stage::Sending { next } => *next = now + STATUS_TIMEOUT,
                _ => {}
            }
            self.ask(out);
            return None;
        }
        if matches!(self.stage, Stage::Sending { .. } | Stage::Finishing { .. }) {
            self.spoil(now);
        }
        self.ail(now, now, out);
        self.tell(Some(Trouble::Silent))
    }

    /// Throws away what the printer still holds of a slip: half a slip helps nobody.
    fn clear(&mut self, now: SimTime, out: &mut Outbox<Event>) {
        self.asked.clear();
        out.send_with(PRINTER, Tag("clear"), |bytes| {
            Writer::new(bytes).realtime_clear();
        });
        self.stage = Stage::Clearing { until: now + STATUS_TIMEOUT };
    }

    /// Part of this slip may be on paper: what is printed next is a reprint, and cuts that part off first.
    /// A printer that spoils one after the other is left alone for longer and longer: every try costs paper.
    fn spoil(&mut self, now: SimTime) {
        self.spoilt += 1;
        self.not_before = match self.spoilt.saturating_sub(TRIES_AT_ONCE) {
            0 => now,
            more => now + (LEFT_ALONE * (1 << more.min(5))).min(LEFT_ALONE_MAX),
        };
        if let Some(job) = self.queue.front_mut() {
            job.reprint = true;
            job.after_trouble = true;
        }
    }

    fn ail(&mut self, now: SimTime, since: SimTime, out: &mut Outbox<Event>) {
        let pause = if now.since(since) < PATIENCE { AILING } else { AILING_LONG };
        self.stage = Stage::Ailing { ask_again: now + pause, since };
        self.ask(out);
    }

    fn finish(&mut self, now: SimTime, settings: &Settings, out: &mut Outbox<Event>) -> Option<Told> {
        let job = self.queue.pop_front()?;
        (self.spoilt, self.not_before) = (0, now);
        self.stage = Stage::Idle;
        self.start(now, settings, out);
        Some(Told::Printed(Box::new(job)))
    }

    /// Asks how the printer is: three real-time commands, which it answers even when it is offline.
    fn ask(&mut self, out: &mut Outbox<Event>) {
        self.asked.clear();
        self.asked.extend([Asked::Printer, Asked::Cause, Asked::Paper]);
        out.send_with(PRINTER, ASK, |bytes| {
            Writer::new(bytes).realtime_status(1).realtime_status(2).realtime_status(4);
        });
    }

    fn tell(&mut self, trouble: Option<Trouble>) -> Option<Told> {
        if self.trouble == trouble {
            return None;
        }
        self.trouble = trouble;
        Some(Told::Trouble(trouble))
    }
}

impl Found {
    fn trouble(&self) -> Option<Trouble> {
        if self.cover_open {
            Some(Trouble::CoverOpen)
        } else if self.paper_end {
            Some(Trouble::PaperEnd)
        } else if self.error {
            Some(Trouble::Error)
        } else if self.offline {
            Some(Trouble::Offline)
        } else {
            None
        }
    }
}

/// The name of a slip for `GS ( H`: four digits, from 20h up.
fn job_id(job: u32) -> [u8; 4] {
    let digit = |power: u32| b'0' + (job / power % 10) as u8;
    [digit(1000), digit(100), digit(10), digit(1)]
}

/// How long bytes are on the line: ten bits a byte at 8N1.
fn line_time(bytes: usize, baud_bps: u32) -> Duration {
    let bits = bytes as u64 * 10;
    Duration::from_nanos(bits * 1_000_000_000 / u64::from(baud_bps.max(1)))
}

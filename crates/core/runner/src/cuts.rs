//! What if it went dark just now? A run is forked before each of its happenings, the terminal is interrupted there,
//! the fork runs to its end, and every law is asked.
//!
//! The scenario goes on beside it: its steps are done, its faults heal. *Not modelled:* more than two
//! interruptions in one run; an interruption of the acquirer or of the back office, for which scenarios have words.

use crate::device::{PRINTER, Poke, TERMINAL};
use crate::evidence::Evidence;
use crate::laws::{Breach, judge};
use crate::plan::Plan;
use crate::session::{Session, VirtualTestbed};
use core::fmt;
use core::time::Duration;
use sim::{Seed, SimTime};
use std::sync::Arc;

/// How the terminal is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// Its supply fails, and is back after eight seconds.
    PowerOfTerminal,
    /// The same, half way to the next happening: in the middle of a journal record, where one is being written.
    PowerOfTerminalBetween,
    /// Its supply fails, and fails again while it takes up what was open, or soon after.
    PowerOfTerminalTwice,
    /// The supply of terminal and printer fails, and is back after eight seconds.
    PowerOfBoth,
    /// The supply of the printer fails, and is back after eight seconds.
    PowerOfPrinter,
    /// Its firmware hangs, until its watchdog restarts it.
    Hang,
}

impl Interruption {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PowerOfTerminal,
        Self::PowerOfTerminalBetween,
        Self::PowerOfTerminalTwice,
        Self::PowerOfBoth,
        Self::PowerOfPrinter,
        Self::Hang,
    ];
}

impl fmt::Display for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PowerOfTerminal => "power of the terminal",
            Self::PowerOfTerminalBetween => "power of the terminal, half way to what comes next",
            Self::PowerOfTerminalTwice => "power of the terminal, twice",
            Self::PowerOfBoth => "power of terminal and printer",
            Self::PowerOfPrinter => "power of the printer",
            Self::Hang => "hang",
        })
    }
}

/// Which happenings a run is interrupted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Every so manieth; 1 is all of them.
    pub every: usize,
    /// From this one on, counted from 0.
    pub from: usize,
}

impl Sample {
    /// Before every happening.
    pub const WHOLE: Self = Self { every: 1, from: 0 };

    const fn has(self, happening: usize) -> bool {
        happening >= self.from && (happening - self.from).is_multiple_of(self.every)
    }
}

/// What came of interrupting one scenario.
#[derive(Clone, Debug, Default)]
pub struct Cuts {
    /// Before how many happenings it was interrupted.
    pub happenings: usize,
    /// How many interruptions there were: each of them in every way.
    pub points: usize,
    /// Those that broke a law.
    pub broken: Vec<Broken>,
}

/// An interruption that broke a law.
#[derive(Clone, Debug)]
pub struct Broken {
    /// When it was.
    pub at: SimTime,
    /// Before which happening of the run, counted from 0.
    pub happening: usize,
    /// What it was.
    pub by: Interruption,
    /// What it broke.
    pub breaches: Vec<Breach>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}, before happening {}", self.by, self.at, self.happening)?;
        for Breach { law, at, why } in &self.breaches {
            write!(f, "\n  at {at}: {law}: {why}")?;
        }
        Ok(())
    }
}

/// Interrupts a run of this plan in every way before each happening of the sample.
#[must_use]
pub fn cut(plan: &Arc<Plan>, seed: Seed, sample: Sample) -> Cuts {
    let mut session = Session::new(plan, seed);
    let mut cuts = Cuts::default();
    let mut happening = 0;
    while !session.is_over() {
        cuts.happenings += usize::from(sample.has(happening));
        for by in Interruption::ALL.into_iter().filter(|_| sample.has(happening)) {
            cuts.points += 1;
            let at = session.now();
            let breaches = interrupted(session.clone(), by, happening);
            if !breaches.is_empty() {
                cuts.broken.push(Broken { at, happening, by, breaches });
            }
        }
        VirtualTestbed.advance(&mut session);
        happening += 1;
    }
    cuts
}

/// How long the supply is gone: longer than any message takes, shorter than any patience.
const DARK: Duration = Duration::from_secs(8);

fn interrupted(mut session: Session, by: Interruption, happening: usize) -> Vec<Breach> {
    match by {
        Interruption::Hang => session.poke(TERMINAL, Poke::Terminal(terminal::Poke::Hang)),
        Interruption::PowerOfTerminal => go_dark(&mut session, TERMINAL_ONLY),
        Interruption::PowerOfTerminalBetween => {
            let now = session.now();
            let gap = session.next_at().map_or(Duration::ZERO, |next| next.since(now));
            session.advance_to(now + gap / 2);
            go_dark(&mut session, TERMINAL_ONLY);
        }
        Interruption::PowerOfTerminalTwice => {
            go_dark(&mut session, TERMINAL_ONLY);
            for _ in 0..happening % RECOVERY {
                if !session.is_over() {
                    VirtualTestbed.advance(&mut session);
                }
            }
            go_dark(&mut session, TERMINAL_ONLY);
        }
        Interruption::PowerOfBoth => go_dark(&mut session, Dark { terminal: true, printer: true }),
        Interruption::PowerOfPrinter => go_dark(&mut session, Dark { terminal: false, printer: true }),
    }
    judge(&Evidence::of(&VirtualTestbed.carry_on(session)), None)
}

/// A start with a reversal or a query after it, and the first slip, are so many happenings. A prime, so that the same place
/// of a slip is not always met by the same place of a start.
const RECOVERY: usize = 61;

/// Whose supply fails.
#[derive(Clone, Copy)]
struct Dark {
    terminal: bool,
    printer: bool,
}

const TERMINAL_ONLY: Dark = Dark { terminal: true, printer: false };

fn go_dark(session: &mut Session, of: Dark) {
    switch(session, of, (printer::Poke::PowerOff, terminal::Poke::PowerOff));
    let back = session.now() + DARK;
    while !session.is_over() && !session.is_quiet() && session.next_at().is_some_and(|at| at <= back) {
        session.step();
    }
    session.advance_to(back);
    switch(session, of, (printer::Poke::PowerOn, terminal::Poke::PowerOn));
}

fn switch(session: &mut Session, of: Dark, (printer, terminal): (printer::Poke, terminal::Poke)) {
    if of.printer {
        session.poke(PRINTER, Poke::Printer(printer));
    }
    if of.terminal {
        session.poke(TERMINAL, Poke::Terminal(terminal));
    }
}

//! A bar on stderr, for people who wait: only on a terminal, and only when it takes longer than a moment.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr, stdout};
use std::time::{Duration, Instant};

/// What nobody notices as waiting.
const MOMENT: Duration = Duration::from_millis(200);

/// How far a run has come.
pub(super) struct Progress {
    started: Instant,
    done: u64,
    total: u64,
    bar: Option<ProgressBar>,
    is_watched: bool,
    /// Data goes to a terminal too.
    is_shared: bool,
}

impl Progress {
    /// Nothing done yet, nothing shown yet.
    pub(super) fn new(total: usize, started: Instant) -> Self {
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        Self {
            started,
            done: 0,
            total,
            bar: None,
            is_watched: stderr().is_terminal(),
            is_shared: stdout().is_terminal(),
        }
    }

    /// One begins that takes its time: says which, and keeps the clock running.
    pub(super) fn begin(&mut self, title: &str) {
        if let Some(bar) = self.bar() {
            bar.set_message(format!(" {title}"));
            bar.enable_steady_tick(MOMENT);
        }
    }

    /// One more is done.
    pub(super) fn advance(&mut self) {
        self.done += 1;
        let done = self.done;
        if (self.bar.is_some() || self.started.elapsed() > MOMENT)
            && let Some(bar) = self.bar()
        {
            bar.set_position(done);
        }
    }

    /// The bar, if anybody can see it; made when it is first asked for.
    fn bar(&mut self) -> Option<&ProgressBar> {
        if !self.is_watched {
            return None;
        }
        let total = self.total;
        Some(self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(total);
            // The default style is not wrong, should this one ever be.
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} scenarios, {elapsed}{msg}");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar
        }))
    }

    /// Writes to stdout, with the bar out of the way if both are on the terminal.
    pub(super) fn beside_data<R>(&self, write: impl FnOnce() -> R) -> R {
        match &self.bar {
            Some(bar) if self.is_shared => bar.suspend(write),
            _ => write(),
        }
    }

    /// Writes to stderr, with the bar out of the way.
    pub(super) fn beside_words<R>(&self, write: impl FnOnce() -> R) -> R {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

//! A contest: several contenders timed in turns in one run, so that a ratio of their medians means
//! something on a machine whose speed wanders.
//!
//! Facts: performance notes, "How to read the numbers": the median of 21 samples of at least 25 ms each,
//! after warm-up. Times are wall nanoseconds. *Not done:* pinning to a core (use `taskset`), and
//! removing outliers: the median does not mind them.

use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;

const SAMPLES: usize = 21;
const SAMPLE_TIME: Duration = Duration::from_millis(25);

/// Contenders, in the order in which they were entered.
#[derive(Default)]
pub struct Contest<'a> {
    contenders: Vec<Contender<'a>>,
}

struct Contender<'a> {
    name: String,
    /// Does the work so often, and says how long that took.
    sample: Box<dyn FnMut(u32) -> Duration + 'a>,
    runs: u32,
    samples_ns: Vec<f64>,
}

impl<'a> Contest<'a> {
    /// A contest without contenders.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a contender. `run` does the work once; what it computes goes through `black_box`.
    #[must_use]
    pub fn enter<R>(self, name: &str, mut run: impl FnMut() -> R + 'a) -> Self {
        self.add(name, move |runs| {
            timed(runs, &mut || {
                black_box(run());
            })
        })
    }

    /// Adds a contender that begins each sample with a new state. Making and dropping it is not timed.
    #[must_use]
    pub fn enter_with<S, R>(
        self,
        name: &str,
        mut make: impl FnMut() -> S + 'a,
        mut run: impl FnMut(&mut S) -> R + 'a,
    ) -> Self {
        self.add(name, move |runs| {
            let mut state = make();
            timed(runs, &mut || {
                black_box(run(&mut state));
            })
        })
    }

    fn add(mut self, name: &str, sample: impl FnMut(u32) -> Duration + 'a) -> Self {
        let (name, sample) = (name.to_owned(), Box::new(sample));
        self.contenders.push(Contender { name, sample, runs: 1, samples_ns: Vec::new() });
        self
    }

    /// Warms everybody up, then takes one sample of each in turn, 21 times.
    #[must_use]
    pub fn hold(mut self) -> Medians {
        for contender in &mut self.contenders {
            contender.warm_up();
        }
        for _ in 0..SAMPLES {
            for contender in &mut self.contenders {
                let sample = contender.time().as_nanos() as f64 / f64::from(contender.runs);
                contender.samples_ns.push(sample);
            }
        }
        Medians { of: self.contenders.into_iter().map(Contender::median).collect() }
    }
}

/// How long so many runs take. The work is hidden, so that no run is folded into the one before it.
fn timed(runs: u32, work: &mut dyn FnMut()) -> Duration {
    let work = black_box(work);
    let start = Instant::now();
    for _ in 0..runs {
        work();
    }
    start.elapsed()
}

impl Contender<'_> {
    /// Doubles the runs of a sample until it is long enough. The shorter tries are the warm-up.
    fn warm_up(&mut self) {
        while self.time() < SAMPLE_TIME {
            self.runs = self.runs.saturating_mul(2);
        }
    }

    fn time(&mut self) -> Duration {
        (self.sample)(self.runs)
    }

    fn median(mut self) -> (String, f64) {
        self.samples_ns.sort_by(f64::total_cmp);
        (self.name, self.samples_ns[SAMPLES / 2])
    }
}

/// The median time of one run of each contender.
#[derive(Clone, Debug)]
pub struct Medians {
    of: Vec<(String, f64)>,
}

impl Medians {
    /// The median of one contender, in nanoseconds.
    ///
    /// # Panics
    /// If nobody of that name was entered.
    #[must_use]
    pub fn nanos(&self, name: &str) -> f64 {
        let found = self.of.iter().find(|(entered, _)| entered == name);
        found.expect("a ratio names contenders that were entered").1
    }

    /// How many times longer `slow` takes than `fast`.
    ///
    /// # Panics
    /// If either was not entered.
    #[must_use]
    pub fn ratio(&self, slow: &str, fast: &str) -> f64 {
        self.nanos(slow) / self.nanos(fast)
    }

    /// Every contender and its median in nanoseconds.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.of.iter().map(|(name, nanos)| (name.as_str(), *nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::{Contest, SAMPLES};
    use std::cell::Cell;

    #[test]
    fn contenders_are_sampled_in_turns() {
        let order = Cell::new(0u64);
        let changes = Cell::new(0);
        let visit = |who: u64| {
            if order.replace(who) != who {
                changes.set(changes.get() + 1);
            }
        };
        let medians = Contest::new().enter("a", || visit(1)).enter("b", || visit(2)).hold();
        // Each is warmed up once and then sampled in every round.
        assert_eq!(changes.get(), 2 * (1 + SAMPLES));
        assert!(medians.iter().map(|(name, _)| name).eq(["a", "b"]));
    }

    #[test]
    fn a_state_is_made_for_each_sample_and_not_for_each_run() {
        let (made, runs) = (Cell::new(0), Cell::new(0_u64));
        let make = || made.set(made.get() + 1);
        let _medians = Contest::new().enter_with("a", make, |()| runs.set(runs.get() + 1)).hold();
        assert!(made.get() > SAMPLES && runs.get() > 100 * made.get() as u64, "{made:?} {runs:?}");
    }
}

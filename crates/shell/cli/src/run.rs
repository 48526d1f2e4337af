//! `tillrig run`: replays scenarios, judges them, and compares their outcomes with the snapshots.
//!
//! Every scenario is run twice, for the law that both runs are equal. On a rig the second run is the virtual replay
//! of the first one's capture.

mod case;
mod human;
mod json;
mod live;
pub(crate) mod pool;
mod progress;
mod result;
mod summary;
mod virtual_rig;

use crate::catalogue;
use crate::exit::Exit;
use crate::firmware;
use crate::output::{self, Format};
use crate::trouble::Trouble;
use case::Case;
use clap::Args;
use live::News;
use progress::Progress;
use report::snapshot;
use result::Replayed;
use sim::Seed;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;
use summary::Summary;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Scenario files, or folders of them; the folder `scenarios` here or above unless given.
    paths: Vec<PathBuf>,
    /// Run on the rig that this file describes, one scenario at a time.
    #[arg(long, value_name = "FILE")]
    rig: Option<PathBuf>,
    /// Run at a terminal with this firmware, built in or of a profile file, whichever one a scenario names. The laws alone
    /// judge it: what the files expect, and the snapshots, are of the firmware that they name.
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "accept")]
    terminal: Option<String>,
    /// The seed of all chance; outcomes are compared with their snapshots for seed 1 alone.
    #[arg(long, value_name = "N", default_value_t = snapshot::SEED.0)]
    seed: u64,
    /// How many scenarios to run at once; as many as is quickest unless given.
    #[arg(long, value_name = "N", conflicts_with = "rig")]
    jobs: Option<NonZeroUsize>,
    /// Only scenarios whose path or name contains this.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Write outcome, trace and pictures of every scenario below this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Make the outcomes that are as expected the accepted ones.
    #[arg(long, conflicts_with = "rig")]
    accept: bool,
}

/// What is the same for all scenarios of a run.
#[derive(Clone, Copy, Debug)]
struct Settings {
    seed: Seed,
    accept: bool,
    /// Whether outcomes are compared with their snapshots.
    compares: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let started = Instant::now();
    let settings = settings(arguments)?;
    let rig = arguments.rig.as_deref().map(live::read_rig).transpose()?;
    let listed = match (&rig, &arguments.rig) {
        (Some(rig), Some(file)) if arguments.paths.is_empty() => live::listed(rig, file)?,
        _ => arguments.paths.clone(),
    };
    let firmware = arguments.terminal.as_deref().map(firmware::find).transpose()?;
    let entries = catalogue::read(&listed)?;
    let cases = case::make(entries, firmware, arguments.filter.as_deref(), arguments.out.as_deref())?;
    if let Some(out) = &arguments.out {
        report::folder::make(out)?;
    }
    if settings.seed != snapshot::SEED && firmware.is_none() {
        let (ours, theirs) = (settings.seed, snapshot::SEED);
        output::note(format!(
            "with seed {ours} outcomes are not compared with their snapshots of seed {theirs}"
        ));
    }
    let mut audience = Audience::new(arguments, &cases, started);
    match &rig {
        Some(rig) => live::run_all(rig, &cases, settings, |news| match news {
            News::Begins(case) => {
                audience.progress.begin(case.title());
                Ok(())
            }
            News::Ended(case, replayed) => audience.hear(case, *replayed),
        })?,
        None => {
            let jobs = pool::jobs(arguments.jobs, cases.len());
            let work = |case: &Case| virtual_rig::replay(case, settings);
            pool::in_order(&cases, jobs, work, |case, replayed| audience.hear(case, replayed))?;
        }
    }
    audience.end()
}

fn settings(arguments: &Arguments) -> Result<Settings, Trouble> {
    let seed = Seed(arguments.seed);
    if arguments.accept && seed != snapshot::SEED {
        let what = format!("--accept with seed {seed}: snapshots are outcomes of seed {}", snapshot::SEED);
        return Err(Trouble::bad_input(what, "leave --seed out"));
    }
    let compares = seed == snapshot::SEED && arguments.terminal.is_none();
    Ok(Settings { seed, accept: arguments.accept, compares })
}

/// Whoever reads the results, one after the other.
struct Audience {
    started: Instant,
    progress: Progress,
    summary: Summary,
    teller: Teller,
}

enum Teller {
    Human(human::Lines),
    Json(json::Document),
}

impl Audience {
    fn new(arguments: &Arguments, cases: &[Case], started: Instant) -> Self {
        let teller = match arguments.format {
            Format::Human => {
                let lines = human::Lines::new(cases, arguments.rig.as_deref(), arguments.terminal.as_deref());
                Teller::Human(lines)
            }
            Format::Json => Teller::Json(json::Document::default()),
        };
        Self { started, progress: Progress::new(cases.len(), started), summary: Summary::default(), teller }
    }

    fn hear(&mut self, case: &Case, replayed: Replayed) -> Result<(), Trouble> {
        tracing::debug!(path = %case.shown, verdict = ?replayed.outcome.verdict, "replayed");
        self.summary.count(&replayed);
        let told = match &mut self.teller {
            Teller::Human(lines) => {
                let text = lines.of(case, &replayed);
                self.progress.beside_data(|| output::data(&text))
            }
            Teller::Json(document) => {
                document.add(case, &replayed);
                Ok(())
            }
        };
        if !replayed.troubles.is_empty() {
            self.progress.beside_words(|| replayed.troubles.iter().for_each(Trouble::say));
        }
        self.progress.advance();
        told.map_err(Trouble::from)
    }

    fn end(self) -> Result<Exit, Trouble> {
        self.progress.clear();
        let elapsed = self.started.elapsed();
        match self.teller {
            Teller::Human(_) => human::end(&self.summary, elapsed),
            Teller::Json(document) => output::json(&document.close(&self.summary, elapsed))?,
        }
        Ok(self.summary.exit())
    }
}

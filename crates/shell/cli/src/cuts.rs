//! `tillrig cuts`: interrupts the sound firmware before every happening of every scenario, and asks every law.
//!
//! Scenarios of a flawed firmware or back office are left out, and counted: they break laws anyway. Where no other is left,
//! nothing was looked at, and that is wrong input.

use crate::catalogue::{self, Entry, shown};
use crate::exit::Exit;
use crate::output::{self, BAD, FAINT, Format, GOOD};
use crate::run::pool;
use crate::trouble::Trouble;
use clap::Args;
use report::snapshot::SEED;
use runner::Plan;
use runner::cuts::{Broken, Cuts, Sample, cut};
use serde_json::json;
use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Scenario files, or folders of them; the folder `scenarios` here or above unless given.
    paths: Vec<PathBuf>,
    /// Only before every so manieth happening.
    #[arg(long, value_name = "N", default_value = "1")]
    every: NonZeroUsize,
    /// How many scenarios to work on at once; as many as is quickest unless given.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// One scenario of a sound firmware.
struct Case {
    path: String,
    plan: Arc<Plan>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let started = Instant::now();
    let (cases, left_out) = sound(catalogue::read(&arguments.paths)?)?;
    if cases.is_empty() {
        let what = match left_out {
            1 => {
                "the one scenario is of a flawed firmware or back office, which breaks laws anyway".to_owned()
            }
            count => format!(
                "all {count} scenarios are of a flawed firmware or back office, which breaks laws anyway"
            ),
        };
        return Err(Trouble::bad_input(what, "name one of a sound terminal: tillrig list"));
    }
    let sample = Sample { every: arguments.every.get(), from: 0 };
    let (mut happenings, mut points, mut broken, mut scenarios) = (0, 0, 0, Vec::new());
    let jobs = pool::jobs(arguments.jobs, cases.len());
    pool::in_order(
        &cases,
        jobs,
        |case| cut(&case.plan, SEED, sample),
        |case, cuts| {
            happenings += cuts.happenings;
            points += cuts.points;
            broken += cuts.broken.len();
            match arguments.format {
                Format::Human => output::data(&lines(case, &cuts)),
                Format::Json => {
                    scenarios.push(document(case, &cuts));
                    Ok(())
                }
            }
        },
    )?;
    let elapsed = started.elapsed();
    match arguments.format {
        Format::Human => {
            let says = match broken {
                0 => format!("{GOOD}no law broken{GOOD:#}"),
                some => format!("{BAD}{some} break a law{BAD:#}"),
            };
            let of = counted(cases.len());
            output::data(&format!(
                "{points} interruptions before {happenings} happenings of {of}: {says}; {elapsed:.1?}\n"
            ))?;
            if left_out > 0 {
                let left_out = counted(left_out);
                output::data(&format!(
                    "{FAINT}{left_out} left out: flawed firmware or back office breaks laws anyway{FAINT:#}\n"
                ))?;
            }
        }
        Format::Json => output::json(&json!({
            "happenings": happenings,
            "interruptions": points,
            "broken": broken,
            "left_out": left_out,
            "seconds": elapsed.as_secs_f64(),
            "scenarios": scenarios,
        }))?,
    }
    Ok(if broken == 0 { Exit::AsExpected } else { Exit::Wrong })
}

/// The scenarios that can show something, and how many others there were.
fn sound(entries: Vec<Entry>) -> Result<(Vec<Case>, usize), Trouble> {
    let (mut cases, mut left_out) = (Vec::new(), 0);
    for Entry { path, scenario } in entries {
        let path = shown(&path);
        let plan = Plan::new(scenario)
            .map_err(|why| Trouble::BadInput { what: format!("{path}: {why}"), help: None })?;
        if plan.is_sound() {
            cases.push(Case { path, plan: Arc::new(plan) });
        } else {
            left_out += 1;
        }
    }
    Ok((cases, left_out))
}

fn counted(scenarios: usize) -> String {
    match scenarios {
        1 => "1 scenario".to_owned(),
        count => format!("{count} scenarios"),
    }
}

fn lines(Case { path, .. }: &Case, cuts: &Cuts) -> String {
    let (word, style) = if cuts.broken.is_empty() { ("ok   ", GOOD) } else { ("FAIL ", BAD) };
    let mut text = format!("{style}{word}{style:#} {path}  {FAINT}{} interruptions{FAINT:#}\n", cuts.points);
    for broken in &cuts.broken {
        let indented = broken.to_string().replace('\n', "\n      ");
        let _ = writeln!(text, "      {indented}");
    }
    text
}

fn document(Case { path, .. }: &Case, cuts: &Cuts) -> serde_json::Value {
    let broken = |broken: &Broken| {
        let laws: Vec<String> = broken.breaches.iter().map(|breach| breach.law.to_string()).collect();
        json!({
            "at_ns": broken.at.as_nanos(),
            "happening": broken.happening,
            "interruption": broken.by.to_string(),
            "laws": laws,
        })
    };
    json!({
        "path": path,
        "happenings": cuts.happenings,
        "interruptions": cuts.points,
        "broken": cuts.broken.iter().map(broken).collect::<Vec<_>>(),
    })
}

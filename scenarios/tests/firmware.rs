//! What every firmware makes of the catalogue: `docs/TERMINALS.md` is written from it, and compared.
//!
//! Each profile has two counts of every law: of the scenarios that are about it, and of the whole catalogue with this
//! firmware in the place of the one that a scenario names. A sound firmware breaks none anywhere; a flawed one breaks a
//! law or shows a symptom in a scenario of its own. *Not told by this:* what random faults find.

use runner::{Coverage, Outcome, Plan, VirtualTestbed};
use scenario::{Law, Scenario};
use sim::Seed;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terminal::{Habits, Knob, PROFILES, Parameters, Profile, Speaks};

type Checked<T = ()> = Result<T, Box<dyn Error>>;

/// In how many scenarios each law breaks.
type Broken = BTreeMap<Law, usize>;

/// What came of one profile.
#[derive(Default)]
struct Row {
    /// Scenarios that are about it.
    own: usize,
    /// Of them, how many show their symptom or break a law.
    shown: usize,
    own_broken: Broken,
    all_broken: Broken,
}

#[test]
fn every_flawed_firmware_breaks_something_and_a_sound_one_nothing_in_the_whole_catalogue() -> Checked {
    let catalogue = read_catalogue()?;
    let mut page = String::from(BEGINS);
    knobs(&mut page, Habits::KNOBS)?;
    page += SPEAKS;
    knobs(&mut page, Speaks::KNOBS)?;
    page += PARAMETERS;
    for parameter in Parameters::ALL {
        writeln!(
            page,
            "| `{}` | `{}` | {} |",
            parameter.name,
            parameter.default.trim_matches('"'),
            parameter.says
        )?;
    }
    write!(page, "{LAWS_BEGIN}{}{LAWS_END}", catalogue.len())?;
    let mut wrong = Vec::new();
    for (profile, row) in PROFILES.iter().zip(rows(&catalogue)) {
        complain(profile, &row, &mut wrong);
        writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            profile.name,
            profile.about,
            owned(profile, &row),
            told(&row.own_broken),
            told(&row.all_broken)
        )?;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/TERMINALS.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page)?;
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        page,
        "run with UPDATE=1, and read the difference"
    );
    Ok(())
}

const BEGINS: &str = "\
# Terminals

Firmware as data: what a terminal does when things go wrong, which releases it knows, and what was keyed in. A test writes this page from the firmware's own declarations and from runs of the catalogue. `rigs/terminals` has a file for every profile, with where its weakness is from; a file of your own says what it is like and what is different, `tillrig schema terminal` says every word, `tillrig run --terminal my-terminal.yaml` lets the laws judge it in every scenario, and `tillrig serve terminal --profile my-terminal.yaml` puts it on real ports.

## Habits

The first word of a knob is the sound one.

| knob | decides | words | why the first is sound |
|---|---|---|---|
";

const SPEAKS: &str = "
## Releases

| knob | decides | words | why the first is sound |
|---|---|---|---|
";

const PARAMETERS: &str = "
## Parameters

What is keyed in, and can be keyed in wrongly: under `parameters` in a profile, or beside `profile` in a scenario's `terminal`. A wrong one is no weakness of the firmware: a sound one sells nothing with it, loses nothing, and goes on when somebody puts it right (`key-in` in a scenario).

| parameter | default | what it is, and why this is its default |
|---|---|---|
";

const LAWS_BEGIN: &str = "
## What each firmware breaks

Laws, and in how many scenarios each breaks: of those that are about this firmware, and of all ";

const LAWS_END: &str = " of the catalogue with this firmware in the place of the one that they name. *Shown* is how many of its own show their symptom, or break a law.

| profile | is | its own scenarios | laws that they break | laws that the whole catalogue breaks |
|---|---|---|---|---|
";

fn knobs(page: &mut String, knobs: &[Knob]) -> Checked {
    for knob in knobs {
        let words: Vec<String> = knob.words.iter().map(|word| format!("`{word}`")).collect();
        let sound = knob.says.first().copied().unwrap_or_default();
        writeln!(page, "| `{}` | {} | {} | {sound} |", knob.name, knob.decides, words.join(", "))?;
    }
    Ok(())
}

/// What comes of each profile, in their order; as many at once as there are processors.
fn rows(catalogue: &[Scenario]) -> Vec<Row> {
    let jobs = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    std::thread::scope(|scope| {
        let share = |profiles: &'static [Profile]| {
            scope.spawn(move || profiles.iter().map(|profile| row(profile, catalogue)).collect::<Vec<_>>())
        };
        let shares: Vec<_> = PROFILES.chunks(PROFILES.len().div_ceil(jobs)).map(share).collect();
        shares.into_iter().flat_map(|share| share.join().expect("a row ends by itself")).collect()
    })
}

fn row(profile: &'static Profile, catalogue: &[Scenario]) -> Row {
    let mut row = Row::default();
    for scenario in catalogue {
        if scenario.terminal.profile == profile.name {
            let plan = Arc::new(Plan::new(scenario.clone()).expect("the catalogue is right"));
            let outcome = Outcome::of(&VirtualTestbed.run(&plan, Seed(1)), None);
            row.own += 1;
            // Any law counts here; for the catalogue, only one that is about the symptom.
            row.shown += usize::from(Coverage::of(&plan, &outcome).shown || !outcome.breaches.is_empty());
            count(&plan, &outcome, &mut row.own_broken);
        }
        let plan = Arc::new(Plan::with_terminal(scenario.clone(), profile).expect("its printer fits"));
        count(&plan, &Outcome::of(&VirtualTestbed.run(&plan, Seed(1)), None), &mut row.all_broken);
    }
    row
}

/// What a flawed back office breaks is not the terminal's doing.
fn count(plan: &Plan, outcome: &Outcome, broken: &mut Broken) {
    let mends = plan.back_office_is_sound();
    for law in outcome.broken_laws().into_iter().filter(|law| mends || !plan.may_break(*law)) {
        *broken.entry(law).or_default() += 1;
    }
}

fn complain(profile: &Profile, row: &Row, wrong: &mut Vec<String>) {
    let name = profile.name;
    if profile.is_sound() {
        if !row.own_broken.is_empty() || !row.all_broken.is_empty() {
            wrong.push(format!("{name} is sound, and breaks {:?} {:?}", row.own_broken, row.all_broken));
        }
    } else if row.shown == 0 {
        wrong.push(format!("{name} breaks nothing and shows no symptom in any scenario of its own"));
    }
}

fn owned(profile: &Profile, row: &Row) -> String {
    if profile.is_sound() { row.own.to_string() } else { format!("{}, {} shown", row.own, row.shown) }
}

fn told(broken: &Broken) -> String {
    if broken.is_empty() {
        return "none".to_owned();
    }
    broken.iter().map(|(law, times)| format!("{law} {times}")).collect::<Vec<_>>().join(", ")
}

fn read_catalogue() -> Checked<Vec<Scenario>> {
    let mut paths = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), &mut paths)?;
    paths.sort();
    let mut scenarios = Vec::new();
    for path in paths {
        scenarios.extend(Scenario::parse_all(&path.to_string_lossy(), &fs::read(&path)?)?);
    }
    Ok(scenarios)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Checked {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    Ok(())
}

//! Every fault that has a name, on one ordinary receipt: what the host is told, and what the paper looks like.
//!
//! The sentences of the faults are the expectation; the list is for people to read. Each fault has ten minutes to act
//! before the receipt comes. A fault of the presenter is shown on the kiosk printer, all others on the counter printer.
//! Facts: printer sources, sections 3.1, 4, 6, 7 and 13.

use crate::driver::{Bench, receipt};
use escpos::{Presenter, Writer};
use insta::assert_snapshot;
use printer::words::{PRESETS, Preset, missing_part};
use printer::{DESK_80, Event, Interface, KIOSK_80, Picture, Piece, Poke, Printer, Profile, SLIP_58};
use std::fmt::Write;
use std::sync::Arc;

/// Lines of which less can be read are not readable (the design, "Legibility is measured").
const READABLE_PERMILLE: u16 = 600;

/// What became of one receipt.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// `DLE EOT` 1 to 4 before the receipt, and after.
    asked_before: Vec<u8>,
    asked_after: Vec<u8>,
    /// What happened, from the fault on.
    events: Vec<String>,
    /// From the first byte until nothing moved any more.
    took_ms: u128,
    piece: Option<Arc<Piece>>,
    picture: Option<Picture>,
}

impl Outcome {
    fn of(profile: &'static Profile, faults: &[Poke]) -> Self {
        let mut bench = Bench::with(Printer::new(profile).with_interface(Interface::TRANSPORT));
        for fault in faults {
            bench.poke(*fault);
        }
        bench.pass_ms(600_000);
        let (asked_before, begins) = (ask(&mut bench), bench.now);
        bench.send(&receipt());
        let mut offer = Vec::new();
        Writer::new(&mut offer).presenter(Presenter::Present { steps: 2 });
        bench.send(&offer).settle();
        let took_ms = bench.now.since(begins).as_millis();
        let (events, asked_after) = (bench.story(), ask(&mut bench));
        let piece = piece(&mut bench);
        let picture = piece.as_ref().map(|piece| piece.picture());
        Self { asked_before, asked_after, events, took_ms, piece, picture }
    }

    fn told(&self) -> String {
        let (before, after) = (hex(&self.asked_before), hex(&self.asked_after));
        if before == after { before } else { format!("{before}, then {after}") }
    }

    /// Length, and how many lines of text can be read.
    fn paper(&self) -> String {
        let Some(piece) = &self.piece else { return "no paper".to_owned() };
        let reading = piece.reading();
        let readable = |line: &&printer::ReadLine| line.legibility.get() >= READABLE_PERMILLE;
        let (can, all) = (reading.lines.iter().filter(readable).count(), reading.lines.len());
        let [is, meant] = [piece.length_um(), piece.nominal_length_um()].map(|um| f64::from(um / 100) / 10.0);
        let sound = if piece.is_sound() { "as it should be" } else { "not as it should be" };
        format!("{is:.1} mm of {meant:.1} mm, {can} of {all} lines readable, {sound}")
    }

    /// What happened, each kind once, with how often.
    fn story(&self) -> String {
        let mut kinds: Vec<(&str, usize)> = Vec::new();
        for event in self.events.iter().filter(|event| !event.starts_with("lamps")) {
            match kinds.iter_mut().find(|(kind, _)| kind == event) {
                Some((_, times)) => *times += 1,
                None => kinds.push((event, 1)),
            }
        }
        let times = |(kind, times): &(&str, usize)| match times {
            1 => (*kind).to_owned(),
            more => format!("{kind} ({more} times)"),
        };
        kinds.iter().map(times).collect::<Vec<_>>().join(", ")
    }
}

fn ask(bench: &mut Bench) -> Vec<u8> {
    (1..=4).filter_map(|n| bench.status(n)).collect()
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

/// The piece that the receipt is on, wherever it is now.
fn piece(bench: &mut Bench) -> Option<Arc<Piece>> {
    bench.poke(Poke::Inspect);
    bench.events.iter().find_map(|(_, event)| match event {
        Event::Found { piece, .. } | Event::Removed { piece } | Event::Retracted { piece } => {
            Some(Arc::clone(piece))
        }
        _ => None,
    })
}

/// Where a fault is shown: where the part is that it is about.
fn shown_on(preset: &Preset) -> &'static Profile {
    let felt = |profile: &Profile| preset.pokes().iter().all(|poke| missing_part(*poke, profile).is_none());
    if felt(&DESK_80) { &DESK_80 } else { &KIOSK_80 }
}

#[test]
fn every_fault_by_name_shows_on_an_ordinary_receipt() {
    let sound = [&DESK_80, &KIOSK_80].map(|profile| (profile.name, Outcome::of(profile, &[])));
    let mut list = String::new();
    let mut note = |name: &str, says: &str, outcome: &Outcome| {
        let (told, paper, story, ms) = (outcome.told(), outcome.paper(), outcome.story(), outcome.took_ms);
        writeln!(list, "{name}: {says}\n  told  {told}\n  paper {paper}\n  story {story}; {ms} ms").unwrap();
    };
    for (name, outcome) in &sound {
        note(&format!("({name})"), "nothing is wrong", outcome);
    }
    for preset in PRESETS {
        let profile = shown_on(preset);
        let faulty = Outcome::of(profile, &preset.pokes());
        note(preset.name, preset.says, &faulty);
        let (_, sound) = sound.iter().find(|(name, _)| *name == profile.name).unwrap();
        assert_ne!(&faulty, sound, "{} changes nothing", preset.name);
    }
    assert_snapshot!("faults_by_name", list);
}

#[test]
fn what_is_done_to_a_part_that_a_model_lacks_is_known_to_change_nothing() {
    let lacks = |words, profile| missing_part(printer::words::parse_poke(words).unwrap(), profile);
    assert_eq!(lacks("block presenter", &DESK_80), Some("presenter"));
    assert_eq!(lacks("block presenter", &KIOSK_80), None);
    assert_eq!(lacks("home switch open", &SLIP_58), Some("cutter"));
    assert_eq!(lacks("jam at 30 mm", &SLIP_58), None);
}

//! Which commands take effect, found by experiment: the same job with and without the command.
//!
//! Every row of the catalogue of commands is sent into several situations. If anything that a host or a person can
//! see differs from the run without it (paper, replies, events, time), it takes effect. What has none must stand in
//! the list of those that deliberately do nothing, with the reason. The table
//! in `docs/COMMANDS.md` is written from this. *Not told by this:* whether an effect is the right one.

use crate::driver::Bench;
use core::fmt::Write;
use escpos::{COMMANDS, Command, CommandRow, Dialect, Multibyte, Parser, Tier};
use printer::{DESK_80, Event, KIOSK_80, Micrometres, Permille, Piece, Poke, Profile};
use std::fs;
use std::sync::Arc;

/// Commands that are taken and do nothing here, by the beginning of their names, and why.
const DELIBERATELY_NOT: &[(&str, &str)] = &[
    ("BEL", "no buzzer"),
    ("ESC ( A", "no buzzer"),
    ("ESC B", "no buzzer"),
    ("CR", "feeds only where the model's switch for it is on"),
    ("ESC U", "for impact printers"),
    ("ESC <", "for impact printers"),
    ("ESC c 0", "one paper path"),
    ("ESC c 1", "one paper path"),
    ("ESC c 3", "no parallel interface"),
    ("ESC C", "no slip"),
    ("ESC F", "no slip"),
    ("ESC f", "no slip"),
    ("ESC q", "no slip"),
    ("GS C", "no serial-number counter"),
    ("GS c", "no serial-number counter"),
    ("GS FF", "no mark sensor"),
    ("ESC r", "one-colour paper: the second colour is black"),
    ("GS ( N", "one-colour paper: colours and shades are black"),
    ("GS b", "characters are printed dot by dot"),
    ("FS ( A", "one font of multibyte characters"),
    ("FS ( C fn 60", "one font of multibyte characters"),
    ("FS ( E", "no logos of its own at the ends of a receipt"),
    ("FS ( L", "no labels and marks"),
    ("GS ( E fn", "a setting of what is not modelled"),
    ("DLE EOT", "no such part"),
    ("DLE DC4 3", "no buzzer"),
    ("DLE EM", "no such status"),
    ("GS j", "no ink"),
    ("FS ( e", "no such status"),
    ("GS e 1", "differs from model to model"),
    ("GS E1h", "the roll's length is not counted"),
    ("GS F6h", "no notch"),
    ("GS F8h", "no notch"),
    ("FS C1h", "paper is not pulled back after a cut"),
    ("GS E", "its bits differ from model to model"),
    ("GS ( K fn 48", "one print control mode"),
    ("ESC SYN 3", "no such counters"),
    ("ESC SYN 4", "no such counters"),
];

/// A situation: what is done and sent before the command, and what happens after it.
struct Situation {
    done: fn(&mut Bench),
    sent: &'static [u8],
    after: fn(&mut Bench),
}

const fn sent(sent: &'static [u8], after: fn(&mut Bench)) -> Situation {
    Situation { done: |_| {}, sent, after }
}

const fn done(done: fn(&mut Bench), after: fn(&mut Bench)) -> Situation {
    Situation { done, sent: b"", after }
}

const SITUATIONS: &[Situation] = &[
    sent(b"", everything),
    sent(b"ab", everything),
    done(unusual_settings, everything),
    done(stored_things, everything),
    sent(b"\x1BL\x1BW\0\0\0\0\x40\x02\0\x02abc\n", rest_of_page),
    sent(b"\x1D:mac\n\x1D:", everything),
    sent(b"\x1D:mac", end_of_macro),
    done(stuck_blade, free_blade),
    done(no_paper, new_paper),
    sent(b"\x1B=\x02", everything),
    sent(b"\x1Da\xFF", everything),
    sent(b"\x1D(D\x05\x00\x14\x01\x00\x02\x01", everything),
    sent(b"\x1D(E\x03\x00\x01IN", everything),
    done(waiting_macro, everything),
    done(held_piece, everything),
    sent(b"\x1D(K\x02\x00a\x04", everything),
    sent(b"", paper_out_and_back),
    sent(b"\x1B&\x03AA\x0Cabcdefghijklmnopqrstuvwxyzabcdefghij\x1B%\x01", everything),
    done(held_piece, leave_on_offer),
    done(
        |bench| {
            bench.poke(Poke::PaperLeft(Micrometres::from_mm(2000)));
        },
        everything,
    ),
    sent(b"\x1D(E\x03\x00\x01IN\x1D(E\x04\x00\x05\x05\x01\x00", leave_settings),
    sent(b"\x1Ba\x01\x1D(M\x02\x00\x01\x01\x1Ba\x02", everything),
];

fn unusual_settings(bench: &mut Bench) {
    stored_things(bench);
    bench.send(b"\x1B!\x88\x1D!\x01\x1BE\x01\x1B-\x02\x1Ba\x02\x1BM\x01\x1B \x05\x1Bt\x02\x1BR\x01");
    bench.send(b"\x1B3\x40\x1DL\x20\0\x1DW\0\x01\x1DP\x64\x64\x1Dh\x20\x1Dw\x02\x1DH\x01\x1Df\x01");
    bench.send(
        b"\x1D(k\x03\x001C\x06\x1D(k\x03\x001E3\x1D(k\x03\x000A\x04\x1D(k\x03\x000B\x20\x1D(k\x03\x000C\x05",
    );
    bench.send(
        b"\x1D(k\x03\x000D\x06\x1D(k\x04\x000E03\x1D(k\x03\x000F\x01\x1D(k\x03\x005C\x06\x1D(k\x03\x006C\x06",
    );
    bench.send(b"\x1D(k\x04\x005B\x01\x08\x1D(k\x05\x006B\x01\x0C\x24\x1C!\x80\x1CS\x05\x05\x1BD\x04\x00");
    bench.send(b"\x1D(k\x03\x005E\x40\x1D(K\x02\x0001\x1D(K\x02\x001\x10\x1D(K\x02\x002\x01\x1C&\x1B%\x01");
}

fn stored_things(bench: &mut Bench) {
    bench
        .send(b"\x1D(k\x06\x001P0abc\x1D(k\x06\x000P0abc\x1D(k\x06\x002P0abc\x1D(k\x11\x003P0H0401234567890");
    bench.send(b"\x1D(k\x06\x005P0abc\x1D(k\x06\x006P0abc\x1D(k\x08\x004P01Aabc");
    bench.send(b"\x1B&\x03AA\x0Cabcdefghijklmnopqrstuvwxyzabcdefghij");
    bench.send(b"\x1D(L\x0D\x000C0AB\x01\x08\x00\x02\x001ab\x1D(L\x0D\x000S0AB\x01\x08\x00\x02\x001ab");
    bench.send(
        b"\x1D(L\x0C\x000p0\x01\x011\x08\x00\x02\x00ab\x1D*\x01\x01abcdefgh\x1Cq\x01\x01\x00\x01\x00abcdefgh",
    );
    bench.send(
        b"\x1D(C\x08\x00\x00\x01\x00ABxyz\x1Cg1\x00\x00\x00\x00\x00\x02\x00qr\x1DC1\x02\x00\x0F\x27\x01\x01",
    );
    let mut kanji = [0x55; 76];
    kanji[..4].copy_from_slice(&[0x1C, b'2', 0xFE, 0xA1]);
    bench.send(&kanji);
    // NV memory is slow, and a host waits.
    bench.pass_ms(5000);
}

/// A job that shows every mode, and every status that can be asked for.
fn everything(bench: &mut Bench) {
    bench
        .send_obediently(b"Hello #$@[] {|}\tAx\r\x82\xA4\xD6\xD0\xFE\xA1\nsecond A\x1BJ\x10third\x1BK\x02\n");
    bench.send_obediently(b"\x1C&\xD6\xD0\xFE\xA1\x1C.\xFE\xA1\x41\nleft\x1B\\\xE0\xFF\x1B$\x60\x00right\n");
    bench.send_obediently(b"\x1DkC\x0C400638133393\x1DkG\x05A123B");
    bench.send_obediently(
        b"\x1D(k\x03\x001Q0\x1D(k\x03\x000Q0\x1D(k\x03\x002Q0\x1D(k\x03\x003Q0\x1D(k\x03\x004Q0",
    );
    bench.send_obediently(
        b"\x1D(k\x03\x005Q0\x1D(k\x03\x006Q0\x1B*\x21\x02\x00abcdef\n\x1Dv0\x00\x01\x00\x02\x00ab\n",
    );
    bench.send_obediently(&[b"\x1Dv0\x00\x48\x00\x08\x00".as_slice(), &[0xFF; 72 * 8]].concat());
    bench.send_obediently(
        b"\x1D(L\x02\x0002\x1D(L\x06\x000EAB\x01\x01\x1D(L\x06\x000UAB\x01\x01\x1D/\x00\x1Cp\x01\x00",
    );
    bench.send_obediently(
        b"\x1D^\x01\x00\x00\x1Dc\n\x1D(C\x05\x00\x00\x02\x00AB\x1Cg2\x00\x00\x00\x00\x00\x02\x00",
    );
    bench.send_obediently(
        b"\x1D(E\x02\x00\x04\x01\x1D(E\x02\x00\x06\x05\x1D(E\x02\x00\x0C\x01\x1DI\x01\x1DI\x43",
    );
    bench.send_obediently(b"\x1Dr\x01\x1Dg2\x00\x14\x00\x1Dg2\x00\x94\x00last\n\x1DVB\x10");
    bench.settle();
    finish(bench);
}

fn finish(bench: &mut Bench) {
    for n in 1..=4 {
        bench.status(n);
    }
    bench.send(b"\x10\x14\x01\x00\x01").settle();
    bench.poke(Poke::PressFeed).pass_ms(300).poke(Poke::ReleaseFeed).settle();
    bench.poke(Poke::OpenCover).pass_ms(50).poke(Poke::CloseCover).settle();
    bench.send(b"end\n\x1DVA\x00").settle();
    bench.poke(Poke::Inspect).poke(Poke::PowerOff).pass_ms(100).poke(Poke::PowerOn).settle();
    bench.send(b"\x1D(L\x06\x000EAB\x01\x01again\n").settle().poke(Poke::Inspect);
}

fn rest_of_page(bench: &mut Bench) {
    bench.send_obediently(b"more\n\x1DkC\x0C400638133393x\x1B\x0C\x0C").settle();
    everything(bench);
}

fn end_of_macro(bench: &mut Bench) {
    bench.send(b"ro\n\x1D:\x1D^\x02\x01\x00").settle();
    everything(bench);
}

fn stuck_blade(bench: &mut Bench) {
    bench.poke(Poke::BlockBlade { at: Permille::new(400) }).send(b"one\n\x1DVA\x00two\n").settle();
    bench.poke(Poke::FreeBlade);
}

fn free_blade(bench: &mut Bench) {
    bench.pass_ms(3000);
    finish(bench);
}

fn no_paper(bench: &mut Bench) {
    bench.poke(Poke::PaperLeft(Micrometres(5000))).send(b"\x1Dz0\x64\x64one\ntwo\nthree\n").settle();
    bench.poke(Poke::LoadPaper);
}

fn new_paper(bench: &mut Bench) {
    bench.pass_ms(100);
    bench.status(1);
    finish(bench);
}

fn paper_out_and_back(bench: &mut Bench) {
    bench.poke(Poke::PaperLeft(Micrometres(5000))).send(b"one\ntwo\nthree\n").settle().poke(Poke::LoadPaper);
    for _ in 0..20 {
        bench.pass_ms(250);
        bench.status(1);
    }
    finish(bench);
}

fn leave_settings(bench: &mut Bench) {
    bench.send(b"\x1D(E\x04\x00\x02OUT").pass_ms(5000);
    everything(bench);
}

fn waiting_macro(bench: &mut Bench) {
    bench.send(b"\x1D:mac\n\x1D:\x1D^\x02\x00\x01").pass_ms(2000);
}

fn held_piece(bench: &mut Bench) {
    bench.send(b"piece\n\x1DVA\x00").settle();
}

fn leave_on_offer(bench: &mut Bench) {
    bench.send(b"\x1De\x03\x03").settle();
}

/// Everything that a host or a person can see.
#[derive(PartialEq)]
struct Seen {
    replies: Vec<u8>,
    events: Vec<(u64, String)>,
    pictures: Vec<Vec<u8>>,
}

impl Seen {
    fn of(profile: &'static Profile, situation: &Situation, command: &[u8]) -> Self {
        let mut bench = Bench::new(profile);
        (situation.done)(&mut bench);
        bench.send(situation.sent);
        bench.send(command);
        (situation.after)(&mut bench);
        let story = bench.events.iter();
        // That a command was ignored is seen by nobody at the till.
        let told = story.filter(|(_, event)| !matches!(event, Event::CommandIgnored { .. }));
        let events = told.map(|(at, event)| (at.as_nanos(), event.to_string())).collect();
        let paper = bench.events.iter().filter_map(|(_, event)| match event {
            Event::Taken { piece } | Event::Retracted { piece } | Event::Removed { piece } => Some(piece),
            Event::Found { piece, .. } => Some(piece),
            _ => None,
        });
        let look = |piece: &Arc<Piece>| match piece.is_sound() {
            true => piece.bitmap().packed(),
            false => piece.picture().dots,
        };
        let pictures = paper.map(look).collect();
        Self { replies: bench.replies, events, pictures }
    }
}

/// Printers that read a dialect, and have what its commands need.
struct Printers {
    profiles: Vec<&'static Profile>,
    /// What is seen without any command, by profile and situation.
    usual: Vec<Vec<Seen>>,
}

impl Printers {
    fn reading(dialect: Dialect) -> Self {
        let models =
            [(&DESK_80, dialect.multibyte), (&KIOSK_80, dialect.multibyte), (&DESK_80, Multibyte::Jis)];
        let profiles: Vec<&Profile> = models
            .into_iter()
            .map(|(model, multibyte)| {
                let mut profile = model.clone();
                profile.type_face.dialect = Dialect { multibyte, ..dialect };
                profile.type_face.reverse_feed = Some(printer::ReverseFeed::COMMON);
                &*Box::leak(Box::new(profile))
            })
            .collect();
        let usual =
            |profile: &&'static Profile| SITUATIONS.iter().map(|it| Seen::of(profile, it, b"")).collect();
        let usual = profiles.iter().map(usual).collect();
        Self { profiles, usual }
    }

    /// Nothing, and as many bytes of nothing, show something else. The second tells an effect from bytes that only
    /// fill the receive buffer a little sooner.
    fn show_an_effect_of(&self, command: &[u8]) -> bool {
        let nothing = vec![0; command.len()];
        self.profiles.iter().zip(&self.usual).any(|(profile, usual)| {
            SITUATIONS.iter().zip(usual).any(|(situation, usual)| {
                let seen = Seen::of(profile, situation, command);
                seen != *usual && seen != Seen::of(profile, situation, &nothing)
            })
        })
    }
}

fn is_framed(row: &CommandRow) -> bool {
    let mut parser = Parser::new().with_dialect(row.dialect);
    parser.push(row.bytes);
    let known = !matches!(parser.next(), None | Some(Command::Unknown { .. } | Command::Ignored { .. }));
    while parser.next().is_some() {}
    known && parser.at_rest()
}

fn reason(name: &str) -> Option<&'static str> {
    let found =
        DELIBERATELY_NOT.iter().find(|(start, _)| name == *start || name.starts_with(&format!("{start} ")));
    found.map(|(_, reason)| *reason)
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the table is a file, and a developer asks for it to be written anew"
)]
fn every_command_takes_effect_or_deliberately_does_not() {
    let mut table = String::from(
        "# Commands\n\nEvery command of the printer, found by experiment: the same job with it, without it, and with as many \
         NULs instead, in several situations. *Takes effect* means that paper, replies, events or timing differ. Written by \
         `UPDATE=1 cargo test -p tillrig-printer --test printer commands`.\n\n\
         | command | tier | framed | effect |\n|---|---|---|---|\n",
    );
    let mut wrong = Vec::new();
    let mut printers: Vec<(Dialect, Printers)> = Vec::new();
    for row in COMMANDS {
        if !printers.iter().any(|(dialect, _)| *dialect == row.dialect) {
            printers.push((row.dialect, Printers::reading(row.dialect)));
        }
        let reading = printers.iter().find(|(dialect, _)| *dialect == row.dialect);
        let effect = reading.is_some_and(|(_, printers)| printers.show_an_effect_of(row.bytes));
        let (framed, not) = (is_framed(row), reason(row.name).filter(|_| !effect));
        let says = match (effect, not) {
            (true, _) => "takes effect".to_owned(),
            (false, Some(reason)) => format!("deliberately not: {reason}"),
            _ => "none".to_owned(),
        };
        if !framed || effect == not.is_some() {
            wrong.push(format!("{}: framed {framed}, {says}", row.name));
        }
        let tier = match row.tier {
            Tier::Essential => "essential",
            Tier::Common => "common",
            Tier::Rare => "rare",
            Tier::Legacy => "legacy",
            Tier::Vendor => "vendor",
        };
        let name = row.name.replace('|', "\\|");
        writeln!(table, "| `{name}` | {tier} | {} | {says} |", if framed { "yes" } else { "no" }).unwrap();
    }
    for (start, reason) in DELIBERATELY_NOT {
        if !table.contains(&format!("| `{start}"))
            || !table.contains(&format!("deliberately not: {reason} |"))
        {
            wrong.push(format!("{start}: nothing is left of which it is true that {reason}"));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/COMMANDS.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, &table).unwrap();
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), COMMANDS.len(), wrong.join("\n"));
    assert_eq!(
        fs::read_to_string(path).unwrap_or_default(),
        table,
        "run with UPDATE=1, and read the difference"
    );
}

//! Every fault as one row: what the host is told, and what becomes of the job that the fault interrupts.
//!
//! Facts: printer sources, sections 3.1 to 3.3 (bytes), 4 (classes and recovery) and 13 (the table of faults). *Not
//! here:* pictures and times, which are in `faults` and `printing`.

use crate::driver::Bench;
use printer::{
    DESK_80, Event, GearName, KIOSK_80, Micrometres, Permille, Poke, Profile, Roll, SLIP_58, Sensor, Wire,
};

/// One fault.
struct Row {
    says: &'static str,
    profile: &'static Profile,
    /// What is done before the job is sent, and how long ago.
    before: &'static [Poke],
    /// The fault, so many milliseconds into the job.
    fault: (u64, &'static [Poke]),
    /// `DLE EOT` 1 to 4 once everything has come to rest.
    told: [u8; 4],
    /// The automatic status then.
    automatic: [u8; 4],
    /// `GS r 1`: nothing while it is offline.
    queued: Option<u8>,
    /// What is done against it, and what the host sends.
    cure: (&'static [Poke], &'static [u8]),
    after: After,
}

/// What becomes of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// Every line once, on one piece.
    Whole,
    /// Every line once, on two pieces; the line in which the paper was torn stands on both.
    InTwo,
    /// The lines up to some place; what waited is lost, and the next job is whole.
    Lost,
}

const LINES: usize = 30;
/// `DLE ENQ` 1 and 2, `DLE DC4` 8.
const GO_ON: &[u8] = &[0x10, 0x05, 1];
const CLEAR: &[u8] = &[0x10, 0x05, 2];
const CLEAR_ALL: &[u8] = &[0x10, 0x14, 8, 1, 3, 0x14, 1, 6, 2, 8];
/// `DLE DC4` 7: the automatic status, now.
const AUTOMATIC: &[u8] = &[0x10, 0x14, 7, 1];
/// A reply to it that is not a clear's: 37h 25h 00h.
const SOON: u64 = 60;

const STUCK: Poke = Poke::BlockBlade { at: Permille::new(400) };
const PULLED: &[Poke] = &[Poke::PowerOff, Poke::PowerOn];

/// A counter printer without any fault; the others differ in what they say.
const SOUND: Row = Row {
    says: "nothing",
    profile: &DESK_80,
    before: &[],
    fault: (0, &[]),
    // 12h, and 04h: the drawer's pin is high.
    told: [0x16, 0x12, 0x12, 0x12],
    automatic: [0x14, 0x00, 0x00, 0x0F],
    queued: Some(0x00),
    cure: (&[], &[]),
    after: After::Whole,
};

/// The same of a kiosk, whose pin is low and whose fourth byte is nothing.
const KIOSK: Row = Row { profile: &KIOSK_80, told: [0x12; 4], automatic: [0x10, 0x00, 0x00, 0x00], ..SOUND };

/// Offline 08h and an error 40h that somebody has to clear: mechanical 04h.
const KIOSK_JAM: Row =
    Row { told: [0x1A, 0x52, 0x16, 0x12], automatic: [0x18, 0x04, 0x00, 0x00], queued: None, ..KIOSK };

/// Offline 08h and an error 40h: cutter 08h.
const CUTTER: Row = Row {
    before: &[STUCK],
    told: [0x1E, 0x52, 0x1A, 0x12],
    automatic: [0x1C, 0x08, 0x00, 0x0F],
    queued: None,
    ..SOUND
};

/// Offline 08h and an error 40h: unrecoverable 20h.
const BROKEN: Row = Row {
    told: [0x1E, 0x52, 0x32, 0x12],
    automatic: [0x1C, 0x20, 0x00, 0x0F],
    queued: None,
    after: After::Lost,
    ..SOUND
};

const ROWS: &[Row] = &[
    SOUND,
    KIOSK,
    Row {
        says: "P-paper-out: near-end 0Ch and 03h",
        fault: (SOON, &[Poke::PaperLeft(Micrometres::from_mm(1000))]),
        told: [0x16, 0x12, 0x12, 0x1E],
        automatic: [0x14, 0x00, 0x03, 0x0F],
        queued: Some(0x03),
        cure: (&[Poke::TakeReceipt, Poke::LoadPaper], &[]),
        ..SOUND
    },
    Row {
        says: "P-paper-out: the end, offline 08h, stop 20h, end 60h and near-end 0Ch; 0Ch and 03h",
        fault: (SOON, &[Poke::PaperLeft(Micrometres::from_mm(20))]),
        told: [0x1E, 0x32, 0x12, 0x7E],
        automatic: [0x1C, 0x00, 0x0F, 0x0F],
        queued: None,
        cure: (&[Poke::LoadPaper], &[]),
        after: After::InTwo,
        ..SOUND
    },
    Row {
        says: "P-paper-out on a kiosk",
        fault: (SOON, &[Poke::PaperLeft(Micrometres::from_mm(20))]),
        told: [0x1A, 0x32, 0x12, 0x7E],
        automatic: [0x18, 0x00, 0x0F, 0x00],
        queued: None,
        cure: (&[Poke::LoadPaper], &[]),
        after: After::InTwo,
        ..KIOSK
    },
    Row {
        says: "P-paper-wrong: not over its sensor, whose end 60h is not near-end",
        before: &[Poke::LoadRoll(Roll { over_sensor: false, ..Roll::sound(Micrometres::from_mm(73_000)) })],
        told: [0x1E, 0x32, 0x12, 0x72],
        automatic: [0x1C, 0x00, 0x0C, 0x0F],
        queued: None,
        cure: (&[Poke::LoadPaper], &[]),
        ..SOUND
    },
    Row {
        says: "P-paper-wrong: the coating on the far side",
        before: &[Poke::LoadRoll(Roll {
            coating_to_head: false,
            ..Roll::sound(Micrometres::from_mm(73_000))
        })],
        ..SOUND
    },
    Row {
        says: "cover open before the job: 04h; 20h",
        before: &[Poke::OpenCover],
        told: [0x1E, 0x16, 0x12, 0x12],
        automatic: [0x3C, 0x00, 0x00, 0x0F],
        queued: None,
        cure: (&[Poke::CloseCover], &[]),
        ..SOUND
    },
    Row {
        says: "cover open while printing: 04h and error 40h, by itself 40h",
        fault: (SOON, &[Poke::OpenCover]),
        told: [0x1E, 0x56, 0x52, 0x12],
        automatic: [0x3C, 0x40, 0x00, 0x0F],
        queued: None,
        cure: (&[Poke::CloseCover], &[]),
        ..SOUND
    },
    Row {
        says: "the end of the paper and an open cover",
        fault: (SOON, &[Poke::PaperLeft(Micrometres(0)), Poke::OpenCover]),
        told: [0x1E, 0x76, 0x52, 0x7E],
        automatic: [0x3C, 0x40, 0x0F, 0x0F],
        queued: None,
        cure: (&[Poke::LoadPaper], &[]),
        after: After::InTwo,
        ..SOUND
    },
    Row {
        says: "E-heat: the head is too hot, by itself 40h",
        before: &[Poke::Ambient { temp_c: 120 }],
        told: [0x1E, 0x52, 0x52, 0x12],
        automatic: [0x1C, 0x40, 0x00, 0x0F],
        queued: None,
        cure: (&[Poke::Ambient { temp_c: 25 }], &[]),
        ..SOUND
    },
    Row {
        says: "hot, and the cover is opened: both",
        before: &[Poke::Ambient { temp_c: 120 }],
        fault: (5000, &[Poke::OpenCover]),
        told: [0x1E, 0x56, 0x52, 0x12],
        automatic: [0x3C, 0x40, 0x00, 0x0F],
        queued: None,
        cure: (&[Poke::Ambient { temp_c: 25 }, Poke::CloseCover], &[]),
        ..SOUND
    },
    Row {
        says: "P-power: too low on an Epson",
        fault: (SOON, &[Poke::Supply { voltage_mv: 19_000 }]),
        cure: (&[Poke::RenewSupply, Poke::PowerOff, Poke::PowerOn], &[]),
        ..BROKEN
    },
    Row {
        says: "P-power: too low on another printer, by itself 40h",
        fault: (SOON, &[Poke::Supply { voltage_mv: 19_000 }]),
        told: [0x1A, 0x52, 0x52, 0x12],
        automatic: [0x18, 0x40, 0x00, 0x00],
        queued: None,
        cure: (&[Poke::RenewSupply], &[]),
        ..KIOSK
    },
    Row {
        says: "P-power: low, and not too low",
        fault: (SOON, &[Poke::Supply { voltage_mv: 22_000 }]),
        cure: (&[Poke::RenewSupply], &[]),
        ..SOUND
    },
    Row {
        says: "P-power: too high",
        fault: (SOON, &[Poke::Supply { voltage_mv: 27_000 }]),
        cure: (&[Poke::RenewSupply, Poke::PowerOff, Poke::PowerOn], &[]),
        ..BROKEN
    },
    Row { says: "E-power-cut", fault: (SOON, PULLED), after: After::Lost, queued: Some(0), ..SOUND },
    Row { says: "E-power-cut on a kiosk", fault: (SOON, PULLED), after: After::Lost, ..KIOSK },
    Row {
        says: "P-power: a brown-out starts the printer anew",
        fault: (SOON, &[Poke::Supply { voltage_mv: 5000 }, Poke::RenewSupply]),
        after: After::Lost,
        ..SOUND
    },
    Row { says: "P-head: dead dots", fault: (SOON, &[Poke::OpenDots { first: 100, count: 64 }]), ..SOUND },
    Row { says: "P-head: shorted", fault: (SOON, &[Poke::ShortDots { first: 9, count: 1 }]), ..SOUND },
    Row {
        says: "P-head: thermistor open",
        fault: (SOON, &[Poke::Thermistor(Wire::Open)]),
        cure: (&[Poke::Thermistor(Wire::Sound), Poke::PowerOff, Poke::PowerOn], &[]),
        ..BROKEN
    },
    Row {
        says: "P-head: thermistor shorted",
        fault: (SOON, &[Poke::Thermistor(Wire::Shorted)]),
        cure: (&[Poke::RenewHead, Poke::PowerOff, Poke::PowerOn], &[]),
        ..BROKEN
    },
    Row {
        says: "P-module-dead: thermistor 20h, blade 08h, and no paper on any sensor",
        fault: (SOON, &[Poke::UnplugModule]),
        told: [0x1E, 0x72, 0x3A, 0x7E],
        automatic: [0x1C, 0x28, 0x0F, 0x0F],
        cure: (&[Poke::PlugModule, Poke::PowerOff, Poke::PowerOn], &[]),
        ..BROKEN
    },
    Row { says: "P-ageing", before: &[Poke::AgeHead { km: 450 }], ..SOUND },
    Row {
        says: "P-gear-worn",
        before: &[Poke::WearGear { gear: GearName::Motor, tooth: 3, wear: Permille::WHOLE }],
        ..SOUND
    },
    Row {
        says: "P-feed-stall: a counter printer does not know",
        fault: (SOON, &[Poke::Drag { force_mn: 3000, over: None }]),
        cure: (&[Poke::FreePaper], &[]),
        ..SOUND
    },
    Row {
        says: "P-feed-stall: a kiosk misses the paper",
        fault: (SOON, &[Poke::Drag { force_mn: 3000, over: None }]),
        cure: (&[Poke::FreePaper], GO_ON),
        ..KIOSK_JAM
    },
    Row {
        says: "P-jam, cleared and told to go on",
        before: &[Poke::Jam { at: Micrometres::from_mm(30) }],
        cure: (&[Poke::ClearJam], GO_ON),
        after: After::InTwo,
        ..KIOSK_JAM
    },
    Row {
        says: "P-jam, cleared, and the host clears too",
        before: &[Poke::Jam { at: Micrometres::from_mm(30) }],
        cure: (&[Poke::ClearJam], CLEAR),
        after: After::Lost,
        ..KIOSK_JAM
    },
    Row { says: "P-cutter, told to go on", cure: (&[Poke::FreeBlade], GO_ON), ..CUTTER },
    Row { says: "P-cutter, cleared", cure: (&[Poke::FreeBlade], CLEAR), after: After::Lost, ..CUTTER },
    Row {
        says: "P-cutter, all cleared",
        cure: (&[Poke::FreeBlade], CLEAR_ALL),
        after: After::Lost,
        ..CUTTER
    },
    Row {
        says: "P-cutter on a kiosk, whose cover clears it",
        before: &[STUCK],
        told: [0x1A, 0x52, 0x1A, 0x12],
        automatic: [0x18, 0x08, 0x00, 0x00],
        queued: None,
        cure: (&[Poke::FreeBlade, Poke::OpenCover, Poke::CloseCover], &[]),
        ..KIOSK
    },
    Row {
        says: "P-presenter: its rollers are stopped",
        before: &[Poke::BlockPresenter],
        cure: (&[Poke::FreePresenter], GO_ON),
        ..KIOSK_JAM
    },
    Row {
        says: "P-presenter: a full bin",
        before: &[Poke::FillBin { pieces: 20 }],
        cure: (&[Poke::EmptyBin], &[]),
        ..KIOSK
    },
    Row {
        says: "P-dust: a false end, 60h alone",
        fault: (SOON, &[Poke::Soil { sensor: Sensor::PaperEnd, offset_permille: -500, noise_permille: 0 }]),
        told: [0x1E, 0x32, 0x12, 0x72],
        automatic: [0x1C, 0x00, 0x0C, 0x0F],
        queued: None,
        cure: (&[Poke::CleanSensors], &[]),
        ..SOUND
    },
    Row {
        says: "P-dust: a false near-end",
        fault: (SOON, &[Poke::Soil { sensor: Sensor::NearEnd, offset_permille: -500, noise_permille: 0 }]),
        told: [0x16, 0x12, 0x12, 0x1E],
        automatic: [0x14, 0x00, 0x03, 0x0F],
        queued: Some(0x03),
        cure: (&[Poke::CleanSensors], &[]),
        ..SOUND
    },
    Row { says: "E-humidity: moderate", before: &[Poke::Humidity { relative: Permille::new(700) }], ..SOUND },
    Row {
        says: "a slip printer's supply, by itself 40h",
        profile: &SLIP_58,
        fault: (SOON, &[Poke::Supply { voltage_mv: 4500 }]),
        told: [0x1A, 0x52, 0x52, 0x12],
        automatic: [0x18, 0x40, 0x00, 0x00],
        queued: None,
        cure: (&[Poke::RenewSupply], &[]),
        ..SOUND
    },
];

fn wanted(job: &str) -> Vec<String> {
    (0..LINES).map(|line| format!("{job} {line:02}")).collect()
}

/// A job as its host sends it: text, a cut at the blade, and out with it where there is a presenter.
fn send(bench: &mut Bench, job: &str) {
    let eject: &[u8] = if bench.printer.profile().name == "kiosk-80" { b"\x1De\x05" } else { b"" };
    let text: String = wanted(job).iter().map(|line| format!("{line}\n")).collect();
    bench.send(&[text.as_bytes(), b"\x1DVA\0", eject].concat());
}

fn poke(bench: &mut Bench, pokes: &[Poke]) {
    for poke in pokes {
        bench.poke(*poke);
    }
}

/// Takes, and gives what stands on every piece that has come out or was torn out since.
fn taken(bench: &mut Bench) -> Vec<Vec<String>> {
    bench.poke(Poke::TakeReceipt);
    let texts = |piece: &printer::Piece| piece.lines().map(|line| line.text.to_owned()).collect();
    bench.pieces().iter().map(|piece| texts(piece)).collect()
}

fn four(bench: &mut Bench) -> [u8; 4] {
    [1, 2, 3, 4].map(|n| bench.status(n).unwrap_or_default())
}

/// The last automatic status that came by itself.
fn last_automatic(bench: &Bench) -> Option<Vec<u8>> {
    let is_one = |message: &&Vec<u8>| matches!(message.as_slice(), [first, _, _, _] if first & 0x93 == 0x10);
    bench.messages.iter().rev().find(is_one).cloned()
}

fn check_while_it_lasts(row: &Row, bench: &mut Bench) {
    assert_eq!(four(bench), row.told, "{}: {:02X?}", row.says, row.told);
    assert_eq!(bench.ask(AUTOMATIC), row.automatic, "{}", row.says);
    if row.after != After::Lost {
        assert_eq!(last_automatic(bench).as_deref(), Some(&row.automatic[..]), "{}", row.says);
    }
    let offline = row.told[0] & 0x08 != 0;
    let before = bench.messages.len();
    bench.send(&[0x1D, b'r', 1]).pass_ms(2000);
    let answer = bench.messages.iter().skip(before).find(|message| message.len() == 1);
    assert_eq!(answer.and_then(|answer| answer.first().copied()), row.queued, "{}", row.says);
    assert_eq!(row.queued.is_none(), offline, "{}: a queued question is answered online only", row.says);
}

fn check_the_job(row: &Row, bench: &mut Bench) {
    let pieces = taken(bench);
    let mut lines: Vec<String> = pieces.concat();
    match row.after {
        After::Whole => assert_eq!(pieces, [wanted("first")], "{}", row.says),
        After::InTwo => {
            assert_eq!(pieces.len(), 2, "{}", row.says);
            lines.dedup();
            assert_eq!(lines, wanted("first"), "{}", row.says);
        }
        After::Lost => assert!(wanted("first").starts_with(&lines), "{}: {lines:?}", row.says),
    }
}

#[test]
fn every_fault_is_told_as_the_table_says() {
    for row in ROWS {
        let mut bench = Bench::new(row.profile);
        let sound = if row.profile.drawer.is_some() { [0x16, 0x12, 0x12, 0x12] } else { [0x12; 4] };
        bench.send(b"\x1Da\xFF").settle();
        poke(&mut bench, row.before);
        bench.pass_ms(600_000);
        send(&mut bench, "first");
        let (ms, fault) = row.fault;
        bench.pass_ms(ms);
        poke(&mut bench, fault);
        bench.pass_ms(10_000);
        check_while_it_lasts(row, &mut bench);
        let (hands, host) = row.cure;
        poke(&mut bench, hands);
        bench.pass_ms(5000).send(host).settle();
        assert_eq!(four(&mut bench), sound, "{}: cured", row.says);
        check_the_job(row, &mut bench);
        // What hangs there is torn out, and the next job is whole.
        bench.poke(Poke::LoadPaper).settle();
        let before = taken(&mut bench).len();
        send(&mut bench, "second");
        bench.settle();
        let pieces = taken(&mut bench);
        assert_eq!(pieces.get(before..), Some(&[wanted("second")][..]), "{}", row.says);
        assert!(
            !bench.events.iter().any(|(_, event)| matches!(event, Event::BytesLost { .. })),
            "{}",
            row.says
        );
    }
}

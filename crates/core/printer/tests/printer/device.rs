//! Claims about the device around the mechanism: buffer, flow control, presenter, power, forks.

use crate::driver::{Bench, receipt, receipt_text};
use escpos::{CutMode, Presenter};
use printer::{DESK_80, Event, GearName, KIOSK_80, Micrometres, Permille, Poke};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

const XON: u8 = 0x11;
const XOFF: u8 = 0x13;

fn job(bench: &mut Bench, text: &str) {
    bench.write(|host| {
        host.text(text.as_bytes()).line_feed().cut(CutMode::Full, Some(0));
    });
}

fn moved(bench: &mut Bench, function: Presenter) {
    bench.write(|host| {
        host.presenter(function);
    });
}

fn told(bench: &Bench, words: &[&str]) -> bool {
    bench.story().iter().any(|line| words.iter().all(|word| line.contains(word)))
}

#[test]
fn an_idle_printer_says_that_all_is_well() {
    let mut desk = Bench::new(&DESK_80);
    // 12h, and the drawer pin is high on a counter printer.
    assert_eq!([1, 2, 3, 4].map(|n| desk.status(n)), [Some(0x16), Some(0x12), Some(0x12), Some(0x12)]);
    assert_eq!(Bench::new(&KIOSK_80).status(1), Some(0x12));
    desk.send(&[0x1D, b'r', 1]);
    assert_eq!(desk.replies.last(), Some(&0x00));
}

#[test]
fn a_host_that_ignores_xoff_loses_bytes_and_one_that_obeys_loses_none() {
    let long: Vec<u8> = (0..20).flat_map(|_| receipt()).collect();
    let mut rude = Bench::new(&DESK_80);
    rude.send(&long);
    assert!(rude.replies.contains(&XOFF) && told(&rude, &["bytes lost"]));

    let mut polite = Bench::new(&DESK_80);
    polite.send_obediently(&long).settle().poke(Poke::TakeReceipt);
    assert!(!told(&polite, &["bytes lost"]));
    assert_eq!(
        polite.replies.iter().filter(|byte| **byte == XOFF).count() as i32,
        polite.replies.iter().filter(|byte| **byte == XON).count() as i32
    );
    let pieces = polite.pieces();
    assert_eq!(pieces.len(), 20);
    for piece in pieces {
        let lines: Vec<&str> = piece.lines().map(|line| line.text).collect();
        assert_eq!(lines, receipt_text());
    }
}

#[test]
fn a_full_buffer_still_answers_real_time_requests() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::OpenCover).send(&[b'x'; 5000]);
    assert_eq!(bench.status(2), Some(0x16));
}

#[test]
fn clear_empties_everything_and_says_so_even_offline() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(&receipt()).poke(Poke::OpenCover);
    bench.write(|host| {
        host.realtime_clear();
    });
    assert!(bench.replies.ends_with(&[0x37, 0x25, 0x00]));
    bench.poke(Poke::CloseCover).settle();
    assert!(!told(&bench, &["cut"]));
}

#[test]
fn clear_in_mid_line_leaves_the_part_that_is_burnt() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(&receipt()).pass_ms(200);
    bench.write(|host| {
        host.realtime_clear();
    });
    bench.settle().poke(Poke::LoadPaper);
    let pieces = bench.pieces();
    let cleared: Vec<_> = pieces.first().into_iter().flat_map(|piece| piece.reading().lines).collect();
    assert!(cleared.len() > 1 && cleared.len() < receipt_text().len());
    assert!(cleared.first().is_some_and(|line| line.legibility == Permille::WHOLE));
}

#[test]
fn what_a_clear_interrupted_is_not_finished_by_the_feed_that_follows() {
    let mut bench = Bench::new(&DESK_80);
    // Both are torn out, so both have a torn edge; without a feed, what is torn out is what was burnt by then.
    let interrupted = |bench: &mut Bench| {
        bench.send(&receipt()).pass_ms(20);
        bench.write(|host| {
            host.realtime_clear();
        });
    };
    let ink = |bench: &Bench| -> usize {
        bench.pieces().iter().map(|piece| piece.picture().dots.iter().filter(|dot| **dot > 0).count()).sum()
    };
    let mut at_once = bench.clone();
    interrupted(&mut at_once);
    at_once.settle().poke(Poke::LoadPaper);
    interrupted(&mut bench);
    bench.write(|host| {
        host.feed_dots(200);
    });
    bench.settle().poke(Poke::LoadPaper);
    assert!(ink(&at_once) > 0);
    assert_eq!(ink(&bench), ink(&at_once));
}

#[test]
fn a_presenter_holds_the_piece_until_told_and_pulls_it_back_after_thirty_seconds() {
    let mut bench = Bench::new(&KIOSK_80);
    job(&mut bench, "receipt");
    bench.settle().poke(Poke::TakeReceipt).poke(Poke::Inspect);
    assert!(!told(&bench, &["taken"]) && told(&bench, &["found", "inside"]));
    moved(&mut bench, Presenter::Present { steps: 10 });
    bench.pass_ms(700);
    assert!(told(&bench, &["presented #1"]) && told(&bench, &["offered #1"]));
    moved(&mut bench, Presenter::Status);
    // Paper present 04h and a ticket at the output 08h.
    assert_eq!(bench.replies.last(), Some(&0x0C));
    bench.pass_ms(29_800);
    assert!(!told(&bench, &["retracted"]));
    bench.pass_ms(1000).poke(Poke::TakeReceipt);
    assert!(told(&bench, &["retracted #1"]) && !told(&bench, &["taken"]));
}

#[test]
fn a_receipt_that_is_taken_in_time_is_not_pulled_back() {
    let mut bench = Bench::new(&KIOSK_80);
    job(&mut bench, "receipt");
    moved(&mut bench, Presenter::Eject);
    bench.settle().poke(Poke::TakeReceipt).settle();
    assert!(told(&bench, &["taken #1", "receipt"]) && !told(&bench, &["retracted"]));
}

#[test]
fn a_new_cut_or_a_restart_pulls_back_what_is_still_held() {
    let mut bench = Bench::new(&KIOSK_80);
    job(&mut bench, "older");
    job(&mut bench, "newer");
    bench.settle();
    let story = bench.story();
    let place = |words: &str| story.iter().position(|line| line.contains(words));
    assert!(place("retracted #1").is_some() && place("retracted #1") < place("cut #2"), "{story:?}");
    bench.poke(Poke::PowerOff).pass_ms(100).poke(Poke::PowerOn).settle();
    assert!(told(&bench, &["retracted #2"]));
}

#[test]
fn a_whole_receipt_takes_little_memory() {
    let mut bench = Bench::new(&DESK_80);
    let receipt = receipt();
    bench.send(receipt.get(..receipt.len() - 4).unwrap()).settle();
    assert!(bench.printer.footprint_bytes() < 16 * 1024, "{}", bench.printer.footprint_bytes());
}

#[test]
fn a_fork_carries_on_as_the_original_does() {
    let mut original = Bench::new(&KIOSK_80);
    original.poke(Poke::WearGear { gear: GearName::Idler, tooth: 3, wear: Permille::new(700) });
    original.send(&receipt()).pass_ms(321);
    let mut fork = original.clone();
    for bench in [&mut original, &mut fork] {
        bench.poke(Poke::OpenCover).pass_ms(77).poke(Poke::CloseCover).settle();
    }
    assert_eq!((original.events, original.replies), (fork.events, fork.replies));
}

#[test]
fn being_woken_often_changes_nothing() {
    let mut seldom = Bench::new(&DESK_80);
    seldom.send(&receipt()).settle().poke(Poke::TakeReceipt);
    let mut often = Bench::new(&DESK_80);
    often.send(&receipt());
    for _ in 0..3000 {
        often.pass_ms(1);
    }
    often.poke(Poke::TakeReceipt);
    let (seldom, often) = (seldom.events, often.events);
    let (last, before) = often.split_last().unwrap();
    assert_eq!(seldom[..before.len()], *before);
    assert_eq!(seldom.last().map(|(_, event)| event), Some(&last.1));
}

#[derive(Clone, Debug)]
enum Act {
    Poke(Poke),
    Bytes(Vec<u8>),
    Pass(u64),
}

fn acts() -> impl Strategy<Value = Act> {
    let poke = prop_oneof![
        prop::sample::select(vec![
            Poke::PowerOff,
            Poke::PowerOn,
            Poke::PowerOn,
            Poke::OpenCover,
            Poke::CloseCover,
            Poke::LoadPaper,
            Poke::RenewGears,
            Poke::ClearJam,
            Poke::FreePaper,
            Poke::TakeReceipt,
            Poke::Inspect,
        ]),
        any::<u32>().prop_map(|um| Poke::PaperLeft(Micrometres(um))),
        (0_u32..100_000).prop_map(|um| Poke::PaperLeft(Micrometres(um))),
        (0_u32..100_000).prop_map(|um| Poke::Jam { at: Micrometres(um) }),
        (any::<u32>(), prop::option::of(any::<u32>().prop_map(Micrometres)))
            .prop_map(|(force_mn, over)| Poke::Drag { force_mn, over }),
        (
            prop::sample::select(vec![GearName::Motor, GearName::Idler, GearName::Platen]),
            any::<u16>(),
            any::<u16>()
        )
            .prop_map(|(gear, tooth, wear)| Poke::WearGear {
                gear,
                tooth,
                wear: Permille::new(wear)
            }),
    ];
    let command = prop::sample::select(vec![
        b"text\n".to_vec(),
        b"\x1DVA\x00".to_vec(),
        b"\x1DV\x00".to_vec(),
        b"\x1De\x03\x05".to_vec(),
        b"\x1De\x02".to_vec(),
        b"\x1De\x05".to_vec(),
        b"\x1B@".to_vec(),
        b"\x1BJ\xFF".to_vec(),
        b"\x1D(H\x06\x0000abcd".to_vec(),
        b"\x1Dv0\x03\x02\x00\x03\x00abcdef".to_vec(),
        b"\x1D!\x77\xD6\xD0\n".to_vec(),
    ]);
    prop_oneof![
        2 => poke.prop_map(Act::Poke),
        2 => command.prop_map(Act::Bytes),
        1 => prop::collection::vec(any::<u8>(), 0..80).prop_map(Act::Bytes),
        1 => (0_u64..3000).prop_map(Act::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn status_bytes_keep_their_fixed_bits_whatever_happens(
        kiosk in any::<bool>(),
        acts in prop::collection::vec(acts(), 1..40),
    ) {
        let mut bench = Bench::new(if kiosk { &KIOSK_80 } else { &DESK_80 });
        for act in acts {
            match act {
                Act::Poke(poke) => bench.poke(poke),
                Act::Bytes(bytes) => bench.send(&bytes),
                Act::Pass(ms) => bench.pass_ms(ms),
            };
            // Whatever real-time command the bytes have begun, zeros end it.
            bench.send(&[0; 10]);
            for n in 1..=4 {
                let status = bench.status(n);
                assert!(status.is_none_or(|byte| byte & 0x93 == 0x12), "{status:?}");
            }
        }
        bench.poke(Poke::Inspect).poke(Poke::LoadPaper);
        for (_, event) in &bench.events {
            if let Event::Removed { piece } | Event::Retracted { piece } | Event::Found { piece, .. } = event {
                assert!(piece.reading().legibility <= Permille::WHOLE);
            }
        }
    }
}

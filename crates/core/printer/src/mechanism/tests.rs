//! Claims about the mechanism alone, with orders put in by hand.
//!
//! Facts: printer sources, sections 6.1 and 7. *Not modelled:* the interpreter before it.

use super::{Mechanism, Order, Usage};
use crate::{DESK_80, DESK_80_180, Event, GearName, KIOSK_80, Micrometres, Permille, Poke, Profile, SLIP_58};
use core::time::Duration;
use escpos::CutMode;
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use sim::SimTime;

/// A mechanism with a clock, and the lengths of the pieces that came off.
struct Rig {
    mechanism: Mechanism,
    now: SimTime,
    cut_um: Vec<u32>,
}

impl Rig {
    fn new(profile: &'static Profile) -> Self {
        Self { mechanism: Mechanism::new(profile), now: SimTime::ZERO, cut_um: Vec::new() }
    }

    fn run(&mut self, orders: &[Order]) -> &mut Self {
        for order in orders {
            self.mechanism.order(*order);
        }
        self.settle()
    }

    fn settle(&mut self) -> &mut Self {
        let cut_um = &mut self.cut_um;
        let report = &mut |event| {
            if let Event::Taken { piece } | Event::Retracted { piece } = event {
                cut_um.push(piece.length_um());
            }
        };
        for _ in 0..10_000 {
            self.mechanism.proceed(self.now, report);
            let Some((at, _)) = self.mechanism.due() else { break };
            assert!(at >= self.now);
            self.now = at;
            self.mechanism.happen(self.now, report);
            // Without a cutter, a hand would tear off what is not finished.
            if self.mechanism.profile.cutter.is_some() {
                self.mechanism.touch(Poke::TakeReceipt, report);
            }
        }
        self
    }

    fn poke(&mut self, poke: Poke) -> &mut Self {
        self.mechanism.catch_up(self.now);
        self.mechanism.touch(poke, &mut |_| ());
        self.mechanism.replan();
        self
    }
}

#[test]
fn a_sound_job_is_one_segment_however_many_orders_it_has() {
    for profile in [&DESK_80, &DESK_80_180, &KIOSK_80, &SLIP_58] {
        let mut rig = Rig::new(profile);
        for lines in [30, 24, 120, 1] {
            let item = rig.mechanism.content().add_image(lines, 0, 1, (false, false), &[0xFF; 120], "");
            let rows = u32::from(lines);
            rig.mechanism.order(Order::Print { item, rows, lines: rows + 6 });
        }
        rig.settle();
        let lines: Vec<u32> = rig.mechanism.strip.burns.segments().map(|segment| segment.lines).collect();
        assert_eq!(lines, [199], "{}", profile.name);
    }
}

#[test]
fn top_speed_is_what_the_model_is_sold_with() {
    // 150 mm/s; T88 class 150 mm/s; kiosk 100 mm/s; 52 mm/s (sections 5 and 6.1).
    for (profile, mm_a_second) in [(&DESK_80, 150), (&DESK_80_180, 150), (&KIOSK_80, 100), (&SLIP_58, 52)] {
        let time_ns = |lines| {
            let mut rig = Rig::new(profile);
            rig.run(&[Order::Feed { lines }]).now.as_nanos()
        };
        let line_ns = (time_ns(2000) - time_ns(1000)) / 1000;
        let speed = u64::from(profile.geometry.pitch_nm) * 1_000_000 / line_ns;
        assert!(speed.abs_diff(mm_a_second * 1000) < 200, "{}: {speed} µm/s", profile.name);
    }
}

#[test]
fn what_is_used_up_is_counted() {
    let mut rig = Rig::new(&DESK_80);
    let item = rig.mechanism.content().add_image(40, 0, 1, (false, false), &[0x80; 40], "");
    rig.run(&[
        Order::Print { item, rows: 40, lines: 60 },
        Order::Cut { mode: CutMode::Full, byte: 0 },
        Order::FeedBack { lines: 30 },
    ]);
    assert_eq!(rig.mechanism.usage(), Usage { lines_fed: 2, head_strokes: 40, cuts: 1 });
    rig.mechanism.lose_power();
    assert_eq!(rig.mechanism.usage().cuts, 1);
}

#[test]
fn feeding_back_moves_the_paper_and_leaves_the_numbers_of_dot_lines() {
    let mut rig = Rig::new(&DESK_80);
    rig.run(&[Order::Feed { lines: 100 }, Order::FeedBack { lines: 40 }]);
    let motion = rig.mechanism.motion;
    assert_eq!((motion.line, motion.position_nm), (100, 60 * 125_000));
    // 15 mm stand out beyond the 60 lines; a millimetre stays: 60 + 112 lines.
    rig.run(&[Order::FeedBack { lines: 1000 }]);
    assert_eq!(rig.mechanism.motion.position_nm, 60 * 125_000 - 172 * 125_000);
}

#[test]
fn a_feed_back_that_is_cut_short_has_moved_so_far() {
    let mut rig = Rig::new(&KIOSK_80);
    rig.run(&[Order::Feed { lines: 400 }]);
    rig.mechanism.order(Order::FeedBack { lines: 100 });
    rig.mechanism.proceed(rig.now, &mut |_| ());
    // A line takes the time of the first four steps: 4.292 + 2.652 + 2.048 + 1.719 = 10.7 ms.
    rig.now += Duration::from_millis(108);
    rig.poke(Poke::OpenCover);
    assert_eq!(rig.mechanism.motion.position_nm, (400 - 10) * 125_000);
    rig.poke(Poke::CloseCover).settle();
    assert_eq!(rig.mechanism.motion.position_nm, 300 * 125_000);
}

fn feed_pokes() -> impl Strategy<Value = Poke> {
    let permille = || any::<u16>().prop_map(Permille::new);
    let length = || (0_u32..60_000).prop_map(Micrometres);
    prop_oneof![
        (any::<u16>(), permille()).prop_map(|(tooth, wear)| Poke::WearGear {
            gear: GearName::Idler,
            tooth,
            wear
        }),
        permille().prop_map(|force| Poke::WeakenMotor { force }),
        permille().prop_map(|grip| Poke::GlazePlaten { grip }),
        (0_u32..5000, length()).prop_map(|(force_mn, over)| Poke::Pull { force_mn, over }),
        (0_u32..3000, length()).prop_map(|(force_mn, over)| Poke::Drag { force_mn, over: Some(over) }),
        length().prop_map(|at| Poke::Jam { at }),
        (1_u32..60_000).prop_map(|mm| Poke::PaperLeft(Micrometres::from_mm(mm))),
    ]
}

fn orders() -> impl Strategy<Value = Order> {
    prop_oneof![
        3 => (1_u32..600).prop_map(|lines| Order::Feed { lines }),
        1 => (0_u32..300).prop_map(|lines| Order::FeedBack { lines }),
        2 => prop::strategy::Just(Order::Cut { mode: CutMode::Full, byte: 0 }),
        1 => (0_u32..100).prop_map(|lines| Order::ReserveCut { mode: CutMode::Partial, lines, byte: 0 }),
    ]
}

proptest! {
    #[test]
    fn paper_that_has_passed_the_head_is_in_the_pieces_and_on_the_strip(
        acts in prop::collection::vec((orders(), prop::option::of(feed_pokes())), 1..30),
    ) {
        let mut rig = Rig::new(&DESK_80);
        let edge_nm = rig.mechanism.strip.edge_nm();
        for (order, poke) in acts {
            if let Some(poke) = poke {
                rig.poke(poke);
            }
            rig.run(&[order]);
        }
        let cut_nm: i64 = rig.cut_um.iter().map(|um| i64::from(*um) * 1000).sum();
        let missing = rig.mechanism.strip.edge_nm() - edge_nm - cut_nm;
        // Each length is rounded down to a micrometre.
        assert!((0..=rig.cut_um.len() as i64 * 1000).contains(&missing), "{missing}");
    }
}

//! A power cut at any instant loses nothing that was accepted, and redeems nothing twice.

use super::*;
use crate::release::Formats;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What happens in a day, and when, in nanoseconds.
type Step = (u64, Box<dyn Fn(&mut Scene)>);

/// Plays a small day, pulls the plug at this moment, and gives what was promised by then.
fn day_with_cut(profile: &str, cut_at_ns: u64) -> (Scene, BTreeSet<Number>, Option<Number>) {
    let mut scene = Scene::of(profile);
    let vouchers = [payment(1, 100), order_payment("A-1", 200), format_2(payment(2, 300))];
    vouchers.iter().for_each(|voucher| scene.capture(voucher));
    let redeemed = vouchers[0].number();
    let mut steps: Vec<Step> = Vec::new();
    for (at, voucher) in vouchers.iter().enumerate() {
        let sealed = Sealed::new(voucher, &till_key());
        steps.push((at as u64 * 1_000_000, Box::new(move |scene: &mut Scene| scene.send(&sealed))));
    }
    steps.push((20_000_000, Box::new(move |scene| scene.poke(Poke::Redeem(Lookup::Number(redeemed))))));
    steps.push((cut_at_ns, Box::new(|scene| scene.poke(Poke::PowerOff))));
    steps.sort_by_key(|(at, _)| *at);
    for (at, step) in steps {
        while let Some((wake, _)) = scene.office.wake_at().filter(|(wake, _)| wake.as_nanos() < at) {
            scene.now = wake;
            scene.handle(Input::Wake);
        }
        scene.now = SimTime::from_nanos(at);
        step(&mut scene);
    }
    let accepted = scene.events.iter().filter_map(|event| match event {
        Event::Accepted { number, .. } => Some(*number),
        _ => None,
    });
    let accepted = accepted.collect();
    let is_redeemed = scene.count(|event| matches!(event, Event::Redeemed { .. })) > 0;
    (scene, accepted, is_redeemed.then_some(redeemed))
}

fn held(scene: &Scene) -> BTreeSet<Number> {
    scene.office.vouchers().map(|(number, _)| number).collect()
}

proptest! {
    #[test]
    fn what_was_accepted_is_there_after_a_power_cut_at_any_instant(cut_at_ns in 0_u64..30_000_000) {
        let (mut scene, accepted, redeemed) = day_with_cut("reference", cut_at_ns);
        scene.poke(Poke::PowerOn);
        scene.pass(12);
        prop_assert!(accepted.is_subset(&held(&scene)), "{:?} of {accepted:?}", held(&scene));
        if let Some(number) = redeemed {
            let again = scene.redeem(number);
            prop_assert!(matches!(again, Event::RedeemRefused { .. }), "{}", again);
        }
        // The till sends everything again: each voucher is there once, whatever was lost.
        for voucher in [payment(1, 100), order_payment("A-1", 200), format_2(payment(2, 300))] {
            prop_assert!(scene.upload(&voucher).is_ok_and(Outcome::is_taken));
        }
        prop_assert!(scene.office.vouchers().all(|(_, held)| held.copies == 1));
        prop_assert_eq!(scene.office.vouchers().count(), 3);
    }
}

#[test]
fn who_answers_first_loses_what_it_has_promised() {
    let (mut scene, accepted, _) = day_with_cut("answers-first", 10_000_000);
    assert_eq!(accepted.len(), 3);
    scene.poke(Poke::PowerOn);
    scene.pass(12);
    assert_eq!(held(&scene).len(), 0);
}

#[test]
fn nothing_is_said_before_it_is_on_the_disk() {
    let mut scene = Scene::new();
    let sealed = Sealed::new(&payment(1, 100), &till_key());
    scene.mood = Mood::Silent;
    scene.send(&sealed);
    // A copy right behind it must not be told that it is there.
    scene.send(&sealed);
    assert_eq!(scene.sent.len(), 0);
    assert_eq!(scene.count(|event| matches!(event, Event::Accepted { .. } | Event::Repeated { .. })), 0);
    scene.pass(1);
    assert_eq!(scene.answers(&sealed), [Ok(Outcome::Accepted), Ok(Outcome::AlreadyThere)]);
}

#[test]
fn what_was_not_verified_is_asked_again_after_a_power_cut() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 100));
    scene.capture(&voucher);
    scene.mood = Mood::Silent;
    scene.upload(&voucher).unwrap();
    scene.poke(Poke::PowerOff);
    scene.mood = Mood::Honest;
    scene.poke(Poke::PowerOn);
    scene.pass(12);
    assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
}

#[test]
fn a_dark_back_office_does_and_says_nothing() {
    let mut scene = Scene::new();
    scene.poke(Poke::PowerOff);
    scene.events.clear();
    scene.send(&Sealed::new(&payment(1, 100), &till_key()));
    scene.poke(Poke::Query(Lookup::Number(payment(1, 100).number())));
    scene.poke(Poke::Upgrade(Formats::TWO));
    scene.poke(Poke::PowerOff);
    scene.pass(60);
    assert_eq!((scene.sent.len(), scene.events.len()), (0, 0));
}

#[test]
fn a_sound_back_office_comes_to_rest() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 100));
    scene.capture(&voucher);
    scene.upload(&voucher).unwrap();
    scene.upload(&order_payment("never-paid", 1)).unwrap();
    scene.pass(600);
    assert_eq!(scene.office.wake_at(), None);
}

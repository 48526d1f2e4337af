//! The rows of the catalogue that begin with B, and those of notices: each fault, what the reference makes of it, and
//! the back office that has the weakness.

use super::*;
use crate::Standing;
use crate::event::{Delay, Limit, QueryRefusal, RedeemRefusal, Service, VerifyFailure};
use crate::release::Formats;
use core::time::Duration;
use voucher::{EnvelopeError, Reason};

fn sealed(voucher: &Voucher) -> Sealed {
    Sealed::new(voucher, &till_key())
}

fn was_accepted(number: Number) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Accepted { number: accepted, .. } if *accepted == number)
}

fn request(sealed: &Sealed) -> Vec<u8> {
    let mut bytes = Vec::new();
    sealed.write_to(&mut bytes);
    bytes
}

// B-upload-lost.

#[test]
fn a_voucher_that_was_cut_short_is_taken_when_it_comes_again() {
    let (mut scene, sealed) = (Scene::new(), sealed(&payment(1, 1850)));
    let bytes = request(&sealed);
    for length in (1..bytes.len()).step_by(37) {
        scene.receive(uploads(0), &bytes[..length]);
        // The connection is gone; the next one begins anew.
        scene.pass(11);
    }
    assert_eq!(scene.count(was_accepted(sealed.number)), 0);
    assert_eq!(scene.upload_sealed(&sealed), Ok(Outcome::Accepted));
}

#[test]
fn a_voucher_whose_answer_was_lost_is_there_when_it_comes_again() {
    let (mut scene, sealed) = (Scene::new(), sealed(&payment(1, 1850)));
    scene.send(&sealed);
    scene.pass(2);
    assert_eq!(scene.upload_sealed(&sealed), Ok(Outcome::AlreadyThere));
    assert_eq!(scene.count(was_accepted(sealed.number)), 1);
}

#[test]
fn two_copies_in_one_breath_are_one_voucher() {
    let (mut scene, sealed) = (Scene::new(), sealed(&payment(1, 1850)));
    scene.send(&sealed);
    scene.send(&sealed);
    scene.pass(1);
    assert_eq!(scene.answers(&sealed), [Ok(Outcome::Accepted), Ok(Outcome::AlreadyThere)]);
    assert_eq!(scene.office.vouchers().count(), 1);
}

#[test]
fn who_counts_repeats_has_two_vouchers_of_one_payment() {
    let (mut scene, sealed) = (Scene::of("counts-repeats"), sealed(&payment(1, 1850)));
    scene.send(&sealed);
    scene.send(&sealed);
    scene.pass(1);
    assert_eq!(scene.count(was_accepted(sealed.number)), 2);
    assert_eq!(scene.office.vouchers().map(|(_, held)| held.copies).collect::<Vec<_>>(), [2]);
}

// B-verify-timeout.

#[test]
fn an_acquirer_that_is_down_costs_time_and_no_voucher() {
    for (mood, why) in
        [(Mood::Silent, Delay::Silent), (Mood::Unreachable, Delay::Unreached), (Mood::Busy, Delay::NoAnswer)]
    {
        for voucher in [payment(1, 1850), order_payment("A-1", 1850)] {
            let mut scene = Scene::new();
            scene.capture(&voucher);
            scene.mood = mood;
            assert_eq!(scene.upload(&voucher), Ok(Outcome::Accepted));
            scene.pass(600);
            let delayed =
                |event: &Event| matches!(event, Event::VerifyDelayed { why: said, .. } if *said == why);
            assert!(scene.count(delayed) >= 5, "{mood:?}: it is asked again");
            let refused = scene.redeem(voucher.number());
            assert!(
                matches!(refused, Event::RedeemRefused { why: RedeemRefusal::Unverified, .. }),
                "{refused}"
            );
            scene.mood = Mood::Honest;
            scene.pass(71);
            assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }), "{mood:?}");
        }
    }
}

#[test]
fn who_takes_silence_for_no_loses_a_good_voucher() {
    let (mut scene, voucher) = (Scene::of("silence-is-no"), payment(1, 1850));
    scene.capture(&voucher);
    scene.mood = Mood::Silent;
    scene.upload(&voucher).unwrap();
    scene.pass(20);
    scene.mood = Mood::Honest;
    scene.pass(600);
    let why = RedeemRefusal::Failed(VerifyFailure::Silence);
    let lookup = Lookup::Number(voucher.number());
    assert_eq!(scene.redeem(voucher.number()), Event::RedeemRefused { lookup, why });
}

// B-redeem-limited.

#[test]
fn maintenance_refuses_and_says_so_and_loses_nothing() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 1850));
    scene.capture(&voucher);
    scene.upload(&voucher).unwrap();
    let lookup = Lookup::Number(voucher.number());
    scene.poke(Poke::Close(Service::Queries));
    scene.poke(Poke::Close(Service::Redemptions));
    scene.poke(Poke::Close(Service::Uploads));
    assert_eq!(scene.query(lookup), Event::QueryRefused { lookup, why: QueryRefusal::Closed });
    assert_eq!(scene.redeem(voucher.number()), Event::RedeemRefused { lookup, why: RedeemRefusal::Closed });
    assert_eq!(scene.upload(&payment(2, 100)), Err(AnswerError::Status(503)));
    // Closed is closed, also after the power was gone.
    scene.cut_power();
    assert_eq!(scene.query(lookup), Event::QueryRefused { lookup, why: QueryRefusal::Closed });
    for service in [Service::Queries, Service::Redemptions, Service::Uploads] {
        scene.poke(Poke::Reopen(service));
    }
    assert!(matches!(scene.query(lookup), Event::Found { standing: Standing::Verified, .. }));
    assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
    assert_eq!(scene.upload(&payment(2, 100)), Ok(Outcome::Accepted));
}

#[test]
fn a_rate_limit_refuses_what_is_too_much_and_takes_it_later() {
    let mut scene = Scene::new();
    let limit = Limit { times: 2, within: Duration::from_secs(60) };
    scene.poke(Poke::RateLimit(Service::Queries, Some(limit)));
    scene.poke(Poke::RateLimit(Service::Uploads, Some(limit)));
    let lookup = Lookup::Number(payment(1, 1).number());
    let said: Vec<Event> = (0..3).map(|_| scene.query(lookup)).collect();
    let limited = Event::QueryRefused { lookup, why: QueryRefusal::Limited };
    assert_eq!(said, [Event::NotFound { lookup }, Event::NotFound { lookup }, limited]);
    let answers: Vec<_> = (1..=3).map(|stan| scene.upload(&payment(stan, 1))).collect();
    assert_eq!(answers, [Ok(Outcome::Accepted), Ok(Outcome::Accepted), Err(AnswerError::Status(429))]);
    // The first of the three queries came at the start: a minute later there is room for one, and not for two.
    scene.now = SimTime::from_secs(60);
    assert!(matches!(scene.query(lookup), Event::Found { .. }));
    scene.now = SimTime::from_secs(60);
    assert_eq!(scene.query(lookup), limited);
    scene.pass(60);
    assert_eq!(scene.upload(&payment(3, 1)), Ok(Outcome::Accepted));
    scene.poke(Poke::RateLimit(Service::Queries, None));
    assert!((0..9).all(|_| matches!(scene.query(lookup), Event::Found { .. })));
}

// B-format-new.

fn upgraded(profile: &str) -> (Scene, Voucher, Voucher) {
    let (mut scene, old, late) = (Scene::of(profile), payment(1, 1850), payment(2, 900));
    scene.capture(&old);
    scene.capture(&late);
    assert_eq!(scene.upload(&old), Ok(Outcome::Accepted));
    scene.poke(Poke::Upgrade(Formats::TWO));
    (scene, old, late)
}

#[test]
fn an_upgrade_that_cannot_read_old_vouchers_keeps_them_and_says_that_it_cannot_tell() {
    let (mut scene, old, late) = upgraded("reference");
    let lookup = Lookup::Number(old.number());
    assert_eq!(
        scene.query(lookup),
        Event::QueryRefused { lookup, why: QueryRefusal::CannotTell { unread: 1 } }
    );
    let why = RedeemRefusal::CannotTell { unread: 1 };
    assert_eq!(scene.redeem(old.number()), Event::RedeemRefused { lookup, why });
    assert_eq!(scene.upload(&late), Ok(Outcome::Kept));
    scene.cut_power();
    scene.poke(Poke::Upgrade(Formats::ALL));
    scene.pass(1);
    assert_eq!(scene.office.unread(), 0);
    for voucher in [old, late] {
        assert_eq!(scene.count(was_accepted(voucher.number())), 1);
        assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
    }
}

#[test]
fn what_was_kept_unread_is_taken_after_the_migration_whatever_a_rule_says_of_its_format() {
    let (mut scene, _, late) = upgraded("reference");
    scene.poke(Poke::RuleFrom(SimTime::ZERO));
    assert_eq!(scene.upload(&late), Ok(Outcome::Kept));
    scene.poke(Poke::Upgrade(Formats::ALL));
    scene.pass(1);
    assert_eq!(scene.count(was_accepted(late.number())), 1);
}

#[test]
fn an_upgrade_in_the_dark_counts_from_the_next_start_on() {
    let (mut scene, old, _) = upgraded("reference");
    scene.poke(Poke::PowerOff);
    scene.poke(Poke::Upgrade(Formats::ALL));
    scene.poke(Poke::PowerOn);
    scene.pass(11);
    assert_eq!(scene.office.unread(), 0);
    assert!(matches!(scene.redeem(old.number()), Event::Redeemed { .. }));
}

#[test]
fn an_inspection_reports_every_voucher_with_its_standing() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 1850));
    scene.capture(&voucher);
    scene.upload(&voucher).unwrap();
    scene.poke(Poke::Inspect);
    let Voucher { key, kind, amount, .. } = voucher;
    let (number, standing) = (voucher.number(), Standing::Verified);
    let held = Event::Holds { number, key, kind, amount, copies: 1, standing };
    assert_eq!(scene.events.last(), Some(&held));
}

#[test]
fn what_was_redeemed_before_the_upgrade_is_redeemed_after_the_migration() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 1850));
    scene.capture(&voucher);
    scene.upload(&voucher).unwrap();
    assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
    scene.poke(Poke::Upgrade(Formats::TWO));
    scene.poke(Poke::Upgrade(Formats::ALL));
    let again = scene.redeem(voucher.number());
    assert!(
        matches!(again, Event::RedeemRefused { why: RedeemRefusal::AlreadyRedeemed { .. }, .. }),
        "{again}"
    );
}

#[test]
fn a_voucher_that_cannot_be_read_is_still_known_when_it_comes_in_the_new_format() {
    let (mut scene, old, _) = upgraded("reference");
    assert_eq!(scene.upload(&format_2(old.clone())), Ok(Outcome::AlreadyThere));
    let rival = format_2(Voucher { amount: Fen(9_900), ..old.clone() });
    assert_eq!(scene.upload(&rival), Ok(Outcome::Refused(Reason::Conflict)));
    assert_eq!(scene.upload(&old), Ok(Outcome::Kept));
    scene.poke(Poke::Upgrade(Formats::ALL));
    scene.pass(1);
    assert_eq!(scene.count(was_accepted(old.number())), 1);
    assert_eq!(scene.office.vouchers().map(|(_, held)| held.copies).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_back_office_older_than_its_terminals_reads_their_vouchers_after_its_migration() {
    let mut scene = Scene::with(Settings { formats: Formats::ONE, ..Settings::default() });
    let voucher = format_2(payment(1, 1850));
    scene.capture(&voucher);
    assert_eq!(scene.upload(&voucher), Ok(Outcome::Kept));
    scene.poke(Poke::Upgrade(Formats::ALL));
    scene.pass(1);
    assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
}

#[test]
fn what_nobody_can_read_is_kept_only_under_a_right_seal() {
    let mut scene = Scene::new();
    let upload = |key: &SealKey| {
        let (mut bytes, document) = (Vec::new(), "{\"is\":\"voucher\",\"format\":9}");
        let seal = voucher::envelope::write("12345678", document, key, &mut bytes);
        Sealed { bytes, seal, number: payment(1, 1).number() }
    };
    assert_eq!(scene.upload_sealed(&upload(&SealKey::new(b"x"))), Ok(Outcome::Refused(Reason::Seal)));
    assert_eq!(scene.upload_sealed(&upload(&till_key())), Ok(Outcome::Kept));
    assert_eq!(scene.upload_sealed(&upload(&till_key())), Ok(Outcome::Kept));
    assert_eq!(scene.office.unread(), 1);
}

#[test]
fn a_document_that_was_set_aside_is_judged_when_it_can_be_read() {
    let mut scene = Scene::with(Settings { formats: Formats::TWO, ..Settings::default() });
    let foreign = Voucher { merchant: "somebody".to_owned(), ..payment(1, 1850) };
    assert_eq!(scene.upload(&foreign), Ok(Outcome::Kept));
    scene.poke(Poke::Upgrade(Formats::ALL));
    scene.pass(1);
    let refused = |event: &Event| matches!(event, Event::Refused { reason: Reason::Foreign, .. });
    assert_eq!((scene.count(refused), scene.office.unread(), scene.office.vouchers().count()), (1, 0, 0));
    scene.cut_power();
    assert_eq!(scene.count(refused), 1, "once is enough");
}

#[test]
fn who_drops_what_it_cannot_read_loses_old_and_late_vouchers_for_good() {
    let (mut scene, old, late) = upgraded("loses-old-formats");
    assert_eq!(scene.upload(&late), Ok(Outcome::Accepted), "it says that it has it");
    scene.poke(Poke::Upgrade(Formats::ALL));
    for voucher in [old, late] {
        let lookup = Lookup::Number(voucher.number());
        assert_eq!(scene.query(lookup), Event::NotFound { lookup });
    }
}

#[test]
fn who_refuses_old_formats_turns_a_paid_voucher_away_for_good() {
    let (mut scene, old, late) = upgraded("refuses-old-formats");
    let refused = scene.upload(&late).unwrap();
    assert!(refused == Outcome::Refused(Reason::UnknownFormat) && refused.is_final());
    scene.poke(Poke::Upgrade(Formats::ALL));
    scene.pass(1);
    assert!(matches!(scene.redeem(old.number()), Event::Redeemed { .. }), "it has kept what it had");
}

// B-tampered.

#[test]
fn a_forged_voucher_is_refused_and_reported() {
    let mut scene = Scene::new();
    let forged = Sealed::new(&payment(1, 1850), &SealKey::new(b"a forger's"));
    assert_eq!(scene.upload_sealed(&forged), Ok(Outcome::Refused(Reason::Seal)));
    assert_eq!(scene.events, [Event::Refused { number: None, key: None, reason: Reason::Seal }]);
}

#[test]
fn an_altered_voucher_is_refused_wherever_it_was_altered() {
    let sealed = sealed(&payment(1, 1850));
    let text = String::from_utf8(sealed.bytes.clone()).unwrap();
    for (from, to) in [
        ("\"amount_fen\":1850", "\"amount_fen\":9850"),
        ("\"kind\":\"payment\"", "\"kind\":\"pre-auth\""),
        ("\"stan\":1", "\"stan\":2"),
        ("20260105100000", "20260105100001"),
        ("000000000001", "000000000002"),
        ("\"reprints\":0", "\"reprints\":1"),
    ] {
        let mut scene = Scene::new();
        let altered = Sealed { bytes: text.replace(from, to).into_bytes(), ..sealed.clone() };
        assert_ne!(altered.bytes, sealed.bytes, "{from} stands in the document");
        assert_eq!(scene.upload_sealed(&altered), Ok(Outcome::Refused(Reason::Seal)), "{to}");
        assert_eq!(scene.office.vouchers().count(), 0);
    }
}

#[test]
fn a_replayed_voucher_changes_nothing_and_is_reported() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 1850));
    scene.capture(&voucher);
    let sealed = sealed(&voucher);
    scene.upload_sealed(&sealed).unwrap();
    scene.redeem(voucher.number());
    let before: Vec<_> = scene.office.vouchers().map(|(_, held)| held.clone()).collect();
    scene.pass(86_400);
    scene.events.clear();
    assert_eq!(scene.upload_sealed(&sealed), Ok(Outcome::AlreadyThere));
    let after: Vec<_> = scene.office.vouchers().map(|(_, held)| held.clone()).collect();
    assert_eq!(after, before);
    let (number, key) = (voucher.number(), voucher.key);
    assert_eq!(scene.events, [Event::Received { number, key }, Event::Repeated { number, key }]);
    let again = scene.redeem(number);
    assert!(
        matches!(again, Event::RedeemRefused { why: RedeemRefusal::AlreadyRedeemed { .. }, .. }),
        "{again}"
    );
}

#[test]
fn a_second_voucher_of_one_charge_is_refused_though_its_seal_is_right() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 1850));
    scene.upload(&voucher).unwrap();
    for rival in [
        Voucher { amount: Fen(9_850), ..voucher.clone() },
        Voucher { reference: "another".to_owned(), ..voucher.clone() },
    ] {
        assert_eq!(scene.upload(&rival), Ok(Outcome::Refused(Reason::Conflict)));
    }
}

#[test]
fn a_foreign_voucher_is_refused_though_its_seal_is_right() {
    let other = |terminal| Key::Card { terminal: TerminalNo(terminal), batch: 1, stan: 1 };
    let shop = OrderNo::new("A-1").unwrap().at(sim::ShopNo(1));
    for foreign in [
        Voucher { merchant: "somebody".to_owned(), ..payment(1, 1850) },
        Voucher { key: other(1), ..payment(1, 1850) },
        Voucher { key: Key::Order(shop), ..payment(1, 1850) },
    ] {
        let mut scene = Scene::new();
        assert_eq!(scene.upload(&foreign), Ok(Outcome::Refused(Reason::Foreign)), "{foreign:?}");
    }
    // A document of one terminal in the envelope of another.
    let mut scene = Scene::new();
    let (mut bytes, document) =
        (Vec::new(), Voucher { terminal: "99".to_owned(), ..payment(1, 1850) }.document());
    let seal = voucher::envelope::write("12345678", &document, &till_key(), &mut bytes);
    let lent = Sealed { bytes, seal, number: payment(1, 1850).number() };
    assert_eq!(scene.upload_sealed(&lent), Ok(Outcome::Refused(Reason::Foreign)));
}

#[test]
fn nobody_uploads_for_a_terminal_that_nobody_knows() {
    let mut scene = Scene::new();
    let unknown = sealed(&Voucher { terminal: "99999999".to_owned(), ..payment(1, 1850) });
    assert_eq!(scene.upload_sealed(&unknown), Err(AnswerError::Status(400)));
    let refused = Event::Refused { number: None, key: None, reason: Reason::UnknownTerminal };
    assert_eq!(scene.events, [refused]);
}

#[test]
fn who_ignores_seals_takes_a_forged_voucher() {
    let (mut scene, voucher) = (Scene::of("ignores-seals"), payment(1, 1850));
    let forged = Sealed::new(&voucher, &SealKey::new(b"a forger's"));
    assert_eq!(scene.upload_sealed(&forged), Ok(Outcome::Accepted));
}

#[test]
fn a_voucher_of_nothing_captured_is_found_out_and_not_redeemed() {
    for voucher in [payment(1, 1850), order_payment("A-1", 1850)] {
        let mut scene = Scene::new();
        assert_eq!(scene.upload(&voucher), Ok(Outcome::Accepted), "the till has sealed it");
        scene.pass(300);
        let why = VerifyFailure::NotCaptured;
        let (number, key) = (voucher.number(), voucher.key);
        assert!(scene.events.contains(&Event::VerifyFailed { number, key, why }));
        let lookup = Lookup::Number(number);
        assert_eq!(scene.redeem(number), Event::RedeemRefused { lookup, why: RedeemRefusal::Failed(why) });
    }
}

#[test]
fn a_voucher_of_more_than_was_captured_is_found_out() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 9_850));
    scene.cards.insert(voucher.key, Finding::Stands(Fen(1_850)));
    scene.upload(&voucher).unwrap();
    let (number, key, why) = (voucher.number(), voucher.key, VerifyFailure::Amount(Fen(1_850)));
    assert!(scene.events.contains(&Event::VerifyFailed { number, key, why }));
}

#[test]
fn who_believes_uploads_redeems_what_nobody_has_paid() {
    let (mut scene, voucher) = (Scene::of("believes-uploads"), payment(1, 1850));
    scene.upload(&voucher).unwrap();
    assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
}

#[test]
fn a_voucher_is_redeemed_once_and_by_the_careless_twice() {
    for (profile, times) in [("reference", 1), ("redeems-again", 2)] {
        let (mut scene, voucher) = (Scene::of(profile), payment(1, 1850));
        scene.capture(&voucher);
        scene.upload(&voucher).unwrap();
        // At two tills in one breath, before the disk has the first.
        scene.poke(Poke::Redeem(Lookup::Number(voucher.number())));
        scene.poke(Poke::Redeem(Lookup::Number(voucher.number())));
        scene.pass(1);
        assert_eq!(scene.count(|event| matches!(event, Event::Redeemed { .. })), times, "{profile}");
    }
}

// B-rule-change.

#[test]
fn from_its_date_on_a_rule_needs_format_2_of_new_payments_alone() {
    for (profile, delayed) in [
        ("reference", Ok(Outcome::Accepted)),
        ("rules-by-arrival", Ok(Outcome::Refused(Reason::NewerFormatNeeded))),
    ] {
        let mut scene = Scene::of(profile);
        scene.poke(Poke::RuleFrom(SimTime::from_secs(100)));
        assert_eq!(scene.upload(&payment(1, 100)), Ok(Outcome::Accepted), "before the date");
        scene.pass(200);
        let after = Voucher { time: Settings::default().wall(scene.now), ..payment(2, 200) };
        assert_eq!(scene.upload(&after), Ok(Outcome::Refused(Reason::NewerFormatNeeded)));
        assert_eq!(scene.upload(&format_2(after)), Ok(Outcome::Accepted));
        assert_eq!(scene.upload(&payment(3, 300)), delayed, "{profile}: paid before, delayed over the date");
    }
}

#[test]
fn a_rule_holds_from_its_very_second_and_survives_a_power_cut() {
    let mut scene = Scene::new();
    scene.poke(Poke::RuleFrom(SimTime::from_secs(100)));
    scene.cut_power();
    scene.pass(200);
    let at = |second| Settings::default().wall(SimTime::from_secs(second));
    let (before, on) =
        (Voucher { time: at(99), ..payment(1, 1) }, Voucher { time: at(100), ..payment(2, 1) });
    assert_eq!(scene.upload(&before), Ok(Outcome::Accepted));
    assert_eq!(scene.upload(&on), Ok(Outcome::Refused(Reason::NewerFormatNeeded)));
}

// B-slip-lost.

#[test]
fn a_payment_is_found_by_amount_and_time_when_the_paper_is_gone() {
    let mut scene = Scene::new();
    let at = |second| Settings::default().wall(SimTime::from_secs(second));
    scene.pass(1_000);
    let near = Voucher { time: at(400), ..payment(1, 1850) };
    let far = Voucher { time: at(700), ..payment(2, 1850) };
    let other = Voucher { time: at(400), ..payment(3, 1851) };
    for voucher in [&near, &far, &other] {
        scene.capture(voucher);
        scene.upload(voucher).unwrap();
    }
    let lookup = |within| Lookup::AmountAndTime {
        amount: Fen(1850),
        around: SimTime::from_secs(420),
        within: Duration::from_secs(within),
    };
    scene.events.clear();
    scene.poke(Poke::Query(lookup(300)));
    scene.pass(1);
    let found: Vec<Number> = scene
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Found { number, .. } => Some(*number),
            _ => None,
        })
        .collect();
    assert_eq!(found, [near.number(), far.number()], "the nearest first");
    let ambiguous = Event::RedeemRefused { lookup: lookup(300), why: RedeemRefusal::Ambiguous };
    scene.events.clear();
    scene.poke(Poke::Redeem(lookup(300)));
    scene.poke(Poke::Redeem(lookup(60)));
    scene.pass(1);
    assert_eq!(scene.events[0], ambiguous);
    assert!(matches!(scene.events[1], Event::Redeemed { number, .. } if number == near.number()));
}

#[test]
fn a_reprint_is_noted_and_changes_neither_number_nor_money() {
    let (mut scene, voucher) = (Scene::new(), payment(1, 1850));
    scene.upload(&voucher).unwrap();
    let reprinted = |reprints| Voucher { reprints, ..voucher.clone() };
    assert_eq!(scene.upload(&reprinted(2)), Ok(Outcome::AlreadyThere));
    assert_eq!(scene.upload(&reprinted(1)), Ok(Outcome::AlreadyThere), "an older one comes late");
    let (number, key) = (voucher.number(), voucher.key);
    let noted: Vec<&Event> =
        scene.events.iter().filter(|event| matches!(event, Event::Reprinted { .. })).collect();
    assert_eq!(noted, [&Event::Reprinted { number, key, reprints: 2 }]);
    scene.cut_power();
    assert_eq!(scene.office.vouchers().map(|(_, held)| held.voucher.reprints).collect::<Vec<_>>(), [2]);
}

// A-notification-*.

#[test]
fn a_lost_notice_is_made_good_by_asking() {
    let (mut scene, voucher) = (Scene::new(), order_payment("A-1", 1850));
    scene.capture(&voucher);
    scene.upload(&voucher).unwrap();
    assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
}

#[test]
fn a_late_notice_makes_the_question_come_now_and_finds_what_was_given_up() {
    let (mut scene, voucher) = (Scene::new(), order_payment("A-1", 1850));
    scene.orders.insert("A-1".to_owned(), (TradeState::NotPay, Fen(1850)));
    scene.upload(&voucher).unwrap();
    scene.pass(300);
    assert_eq!(scene.count(|event| matches!(event, Event::VerifyFailed { .. })), 1);
    scene.capture(&voucher);
    assert!(scene.notify("A-1", 1850, SHOP_KEY).contains("SUCCESS"));
    assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
}

#[test]
fn a_notice_twice_is_taken_twice_and_counts_once() {
    let (mut scene, voucher) = (Scene::new(), order_payment("A-1", 1850));
    scene.capture(&voucher);
    scene.upload(&voucher).unwrap();
    for _ in 0..2 {
        assert!(scene.notify("A-1", 1850, SHOP_KEY).contains("SUCCESS"));
        scene.cut_power();
    }
    let order = OrderNo::new("A-1").unwrap();
    let believed = Event::NoticeBelieved { order, amount: Fen(1850), paid: true };
    assert_eq!(scene.count(|event| *event == believed), 1);
    assert_eq!(scene.count(|event| *event == Event::NoticeRepeated { order }), 1);
    assert_eq!(scene.count(|event| matches!(event, Event::Verified { .. })), 1);
}

#[test]
fn a_notice_before_its_voucher_and_one_between_two_others_do_no_harm() {
    let mut scene = Scene::new();
    let (first, second) = (order_payment("A-1", 1850), order_payment("A-2", 900));
    scene.capture(&first);
    scene.capture(&second);
    scene.notify("A-2", 900, SHOP_KEY);
    scene.upload(&first).unwrap();
    scene.notify("A-1", 1850, SHOP_KEY);
    scene.upload(&second).unwrap();
    for voucher in [first, second] {
        assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
    }
}

#[test]
fn a_forged_notice_changes_nothing_and_a_signed_lie_only_makes_it_ask() {
    let (mut scene, voucher) = (Scene::new(), order_payment("A-1", 1850));
    scene.orders.insert("A-1".to_owned(), (TradeState::NotPay, Fen(1850)));
    scene.upload(&voucher).unwrap();
    let asked = |scene: &Scene| scene.count(|event| matches!(event, Event::Asked { .. }));
    let before = asked(&scene);
    assert!(scene.notify("A-1", 1850, "a forger's").contains("FAIL"));
    assert_eq!(asked(&scene), before);
    assert_eq!(scene.count(|event| matches!(event, Event::NoticeDisbelieved { .. })), 1);
    scene.notify("A-1", 1850, SHOP_KEY);
    assert_eq!(asked(&scene), before + 1);
    let refused = scene.redeem(voucher.number());
    assert!(matches!(refused, Event::RedeemRefused { why: RedeemRefusal::Unverified, .. }), "{refused}");
}

#[test]
fn who_believes_notices_redeems_what_a_forger_has_paid() {
    for told_first in [true, false] {
        let (mut scene, voucher) = (Scene::of("believes-notices"), order_payment("A-1", 1850));
        if told_first {
            scene.notify("A-1", 1850, "a forger's");
        }
        scene.upload(&voucher).unwrap();
        if !told_first {
            scene.notify("A-1", 1850, "a forger's");
        }
        assert!(matches!(scene.redeem(voucher.number()), Event::Redeemed { .. }));
    }
}

#[test]
fn an_answer_under_another_key_is_no_answer_to_the_till() {
    let (mut scene, sealed) = (Scene::new(), sealed(&payment(1, 1850)));
    scene.sent.clear();
    scene.send(&sealed);
    scene.pass(1);
    let mut parser = ResponseParser::new(LIMITS);
    parser.push(&scene.sent[0].1);
    let response = parser.next_response().unwrap().unwrap();
    let forged = upload::decode_answer(&response, &SealKey::new(b"x"), sealed.seal);
    assert_eq!(forged, Err(AnswerError::Envelope(EnvelopeError::Seal)));
}

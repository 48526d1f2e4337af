//! Whole files, right and wrong. The right ones are read into the values that they say; the rendered
//! complaints about the wrong ones are snapshots, because a person has to be able to use them.

use acquirer::fault::{Aim, AmountAim, Content, Deed, Desk, FieldAim, Latency, Totals};
use acquirer::{Claim, Code, Forgery, Kind, Malformation, NoticeFault, Signing};
use core::time::Duration;
use insta::assert_snapshot;
use printer::{GearName, Micrometres, Permille, Poke, Roll, Sensor, Wire};
use proptest::prelude::{ProptestConfig, any, proptest};
use scenario::{
    AcquirerConnection, AcquirerFault, Action, BackOfficeFault, Customer, Diagnostics, Effect, Event, Fate,
    KnownBy, Law, LinkPoint, LinkVerdict, Payer, PrinterConnection, PrinterFault, Rig, Scenario, Service,
    Symptom, Trigger, Visit,
};
use sim::{Fen, OrderNo, Ratio, SimTime};
use tillrig_scenario as scenario;

type HostAct = acquirer::fault::Fault;

const DESIGN: &str = include_str!("notification-lost.yaml");
const EVERYTHING: &str = include_str!("everything.yaml");

fn right(text: &str) -> Scenario {
    Scenario::parse("right.yaml", text.as_bytes()).expect("this file is right")
}

fn complaints(text: &str) -> Diagnostics {
    Scenario::parse("wrong.yaml", text.as_bytes()).expect_err("this file is wrong")
}

/// The complaints about a file in which one passage of the design's example is replaced.
fn changed(passage: &str, by: &str) -> String {
    assert!(DESIGN.contains(passage), "{passage}");
    complaints(&DESIGN.replace(passage, by)).render(false)
}

/// The complaints about a file with these steps and faults.
fn with(steps: &str, faults: &str) -> String {
    let head = "name: x\nsymptom: paid-no-receipt\ncause: none\n";
    complaints(&format!("{head}steps:\n{steps}faults:\n{faults}expect: {{ captured: nothing }}\n"))
        .render(false)
}

const CARD: &str = "  - { at: 0s, id: first, card-sale: { amount: CNY 25.00 } }\n";
const STEP: &str = "  - { at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50 } }";

#[test]
fn the_example_of_the_design_is_read_as_it_stands() {
    let scenario = right(DESIGN);
    assert_eq!(scenario.symptom, Symptom::ReceiptRetracted);
    assert_eq!((scenario.terminal.profile, scenario.printer), ("kiosk-prints-first", "kiosk-80"));
    let Action::ShowQr(qr) = scenario.steps[0].action else { panic!("{:?}", scenario.steps) };
    assert_eq!((qr.amount, qr.customer), (Fen(1850), Payer::PaysAfter(Duration::from_secs(3))));
    let Effect::Link(fault) = &scenario.faults[0].effect else { panic!("{:?}", scenario.faults) };
    assert_eq!(fault.on, LinkPoint::AcquirerNotifies);
    assert!(matches!(fault.verdict, LinkVerdict::Drop(hits) if hits.times == Some(1)));
    assert_eq!(scenario.faults[0].start, Trigger::At(SimTime::ZERO));
    assert_eq!(scenario.faults[0].place.line, 9);
    assert_eq!(scenario.expect.captured.value, Fen(1850));
    assert_eq!(scenario.expect.receipts.unwrap().value[0].value.fate, Fate::Retracted);
    assert_eq!(scenario.expect.breaks[0].value, Law::ReceiptNotRetracted);
    assert_eq!(scenario.expect.breaks[0].place.line, 13);
}

#[test]
fn every_word_of_the_language_is_read() {
    let scenario = right(EVERYTHING);
    assert_eq!(scenario.customer, Customer::LeavesReceipt);
    assert_eq!(scenario.terminal.keyed.reply_timeout, Some(Duration::from_secs(5)));
    assert_eq!(scenario.steps.len(), 6);
    assert_eq!(scenario.intent_of(2), 0);
    assert_eq!(scenario.faults.len(), 72);
    let deeds: Vec<&HostAct> = scenario
        .faults
        .iter()
        .filter_map(|fault| match &fault.effect {
            Effect::Acquirer(AcquirerFault::Deed { fault, .. }) => Some(fault),
            _ => None,
        })
        .collect();
    assert_eq!(deeds, host_acts().iter().chain(&notice_acts()).collect::<Vec<_>>());
    assert_eq!(scenario.heal_at, SimTime::from_secs(180));
    let effects: Vec<&Effect> = scenario.faults.iter().map(|fault| &fault.effect).collect();
    let pokes: Vec<Poke> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Printer(PrinterFault { harm, .. }) => Some(harm.iter().copied()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(pokes.len(), PRINTER_POKES.len() + 1, "the two worn teeth come first");
    assert!(PRINTER_POKES.iter().all(|poke| pokes.contains(poke)), "{pokes:?}");
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Link(fault) if matches!(fault.verdict, LinkVerdict::Drop(hits) if hits.chance == Ratio { times: 1, of: 3 })
    )));
    assert_eq!(scenario.steps[3].start, Trigger::When { event: Event::TerminalGivesUp, nth: 2 });
    assert_eq!(scenario.expect.captured.value, Fen::ZERO);
    assert!(scenario.expect.receipts.unwrap().value.is_empty());
}

/// What the host's deeds of that file are, in its order.
fn host_acts() -> Vec<HostAct> {
    let all = Aim::EVERYTHING;
    let to = |kind| Aim { kind: Some(kind), ..Aim::EVERYTHING };
    let over = |amount| Aim { amount: Some(amount), ..Aim::EVERYTHING };
    let field = |name: &str, ends: &str| {
        let field = Some(FieldAim { name: name.into(), ends: ends.into() });
        Aim { field, ..Aim::EVERYTHING }
    };
    let at = |desk| Aim { desk: Some(desk), ..Aim::EVERYTHING };
    let says = |code, commits| Deed::Says { code: Code::new(code), commits };
    let span = Duration::from_secs;
    let tail = vec![(0, Duration::from_millis(50)), (990, span(3)), (1000, span(60))];
    let third = Ratio { times: 1, of: 3 };
    [
        (Aim { amount: Some(AmountAim::Exactly(Fen(2500))), ..to(Kind::Sale) }, Deed::LoseRequest),
        (Aim { times: 1, skip: 1, chance: third, ..to(Kind::Sale) }, Deed::LoseAnswer),
        (over(AmountAim::AtMost(Fen(10_000))), Deed::Hold(Latency::fixed(span(60)))),
        (over(AmountAim::AtLeast(Fen(10_000))), Deed::Hold(Latency::between(span(1), span(9)))),
        (all.clone(), Deed::LateAnswer(Latency::table(tail).expect("it rises from 0 to 1000"))),
        (to(Kind::Reversal), says("09", false)),
        (at(Desk::Wallet), says("SYSTEMERROR", true)),
        (to(Kind::Query), Deed::AnswerIntoNext),
        (field("2", "0128"), Deed::RepeatAnswer(span(1))),
        (field("out_trade_no", ""), Deed::SlowAnswer { byte_time: Duration::from_millis(100) }),
        (at(Desk::Card), Deed::Damage(Content::ErrorPage)),
        (all.clone(), Deed::CutAnswer { after_bytes: 20, reset: false }),
        (over(AmountAim::Cents(69)), Deed::CutAnswer { after_bytes: 0, reset: true }),
        (all, Deed::Totals(Totals::MissTheLast)),
    ]
    .map(|(aim, deed)| HostAct { aim, deed })
    .to_vec()
}

/// What the faults of notifications of that file are, behind those.
fn notice_acts() -> Vec<HostAct> {
    let all = || Aim::EVERYTHING;
    let forged = |claim, signing| NoticeFault::Forged(Forgery { claim, signing });
    let third = OrderNo::new("12345678W000003").expect("it has fifteen letters and digits");
    [
        (Aim { times: 1, ..all() }, NoticeFault::Drop),
        (Aim { skip: 1, chance: Ratio { times: 1, of: 3 }, ..all() }, NoticeFault::HeldBack),
        (
            Aim { amount: Some(AmountAim::Exactly(Fen(1850))), ..all() },
            NoticeFault::Late { by: Duration::from_secs(90) },
        ),
        (all(), NoticeFault::Repeat { after: Duration::from_secs(1) }),
        (all(), NoticeFault::Malformed(Malformation::CutShort)),
        (all(), NoticeFault::Malformed(Malformation::WrongEncoding)),
        (all(), NoticeFault::Malformed(Malformation::NotADocument)),
        (all(), forged(Claim::Order(third), Signing::WrongKey)),
        (all(), forged(Claim::Amount { by_fen: 100 }, Signing::Right)),
        (all(), forged(Claim::Amount { by_fen: -1 }, Signing::Missing)),
        (all(), forged(Claim::True, Signing::WrongKeyId)),
    ]
    .map(|(aim, notice)| HostAct { aim, deed: Deed::Notice(notice) })
    .to_vec()
}

/// What the printer's faults of that file do, by the units of each poke.
const PRINTER_POKES: &[Poke] = &[
    Poke::WearGear { gear: GearName::Platen, tooth: 4, wear: Permille::new(700) },
    Poke::WearGear { gear: GearName::Idler, tooth: 5, wear: Permille::WHOLE },
    Poke::Jam { at: Micrometres(30_000) },
    Poke::Drag { force_mn: 2400, over: Some(Micrometres(20_000)) },
    Poke::PaperLeft(Micrometres(60_000)),
    Poke::OpenCover,
    Poke::Pull { force_mn: 2000, over: Micrometres(20_000) },
    Poke::LoadRoll(Roll {
        length: Micrometres(20_000_000),
        coating_to_head: false,
        sensitivity: Permille::new(400),
        skew_permille: 30,
        over_sensor: false,
    }),
    Poke::WeakenMotor { force: Permille::new(400) },
    Poke::GlazePlaten { grip: Permille::new(300) },
    Poke::SpotPlaten { at: Micrometres(10_000), length: Micrometres(6000), contact: Permille::new(400) },
    Poke::OpenDots { first: 64, count: 64 },
    Poke::ShortDots { first: 100, count: 1 },
    Poke::TiltHead { left: Permille::WHOLE, right: Permille::new(300) },
    Poke::Thermistor(Wire::Open),
    Poke::AgeHead { km: 180 },
    Poke::Soil { sensor: Sensor::PaperEnd, offset_permille: -600, noise_permille: 200 },
    Poke::Supply { voltage_mv: 19_000 },
    Poke::SupplyResistance { resistance_mohm: 2000 },
    Poke::BlockBlade { at: Permille::new(400) },
    Poke::HomeSwitch(Wire::Shorted),
    Poke::FillBin { pieces: 60 },
    Poke::WrapPaper,
    Poke::UnplugModule,
    Poke::BlockPresenter,
    Poke::PressFeed,
    Poke::Ambient { temp_c: -10 },
    Poke::Humidity { relative: Permille::new(950) },
];

#[test]
fn a_fault_of_a_part_that_the_printer_lacks_is_refused() {
    let text = |printer: &str, fault: &str| {
        format!(
            "name: A\nsymptom: paid-no-receipt\ncause: none\nprinter: {printer}\n\
             steps: [{{ at: 0s, card-sale: {{ amount: CNY 1.00 }} }}]\n\
             faults: [{{ printer: {fault} }}]\nexpect: {{ captured: CNY 1.00 }}\n"
        )
    };
    let parts =
        [("kiosk-80", "unplug-drawer"), ("desk-80", "block-presenter"), ("slip-58", "{ block-blade: 40% }")];
    for (printer, fault) in parts {
        let wrong = complaints(&text(printer, fault)).to_string();
        assert!(wrong.contains(&format!("the printer `{printer}` has no ")), "{wrong}");
    }
    let right = right(&text("desk-80", "unplug-drawer"));
    assert_eq!(
        right.faults[0].effect,
        Effect::Printer(PrinterFault {
            harm: vec![Poke::DrawerCable { plugged: false }],
            mend: vec![Poke::DrawerCable { plugged: true }],
        })
    );
}

#[test]
fn what_is_left_out_takes_the_sound_defaults() {
    let text = "name: x\nsymptom: paid-no-receipt\ncause: none\nsteps: [{ at: 0s, press: enter }]\nexpect: { captured: nothing }\n";
    let scenario = right(text);
    assert_eq!((scenario.terminal.profile, scenario.printer), ("reference", "desk-80"));
    assert_eq!(scenario.customer, Customer::TakesReceiptAfter(Duration::from_secs(2)));
    assert_eq!(scenario.heal_at, SimTime::from_secs(600));
    assert_eq!(scenario.settles_within, Duration::from_secs(1800));
    assert!(scenario.faults.is_empty() && scenario.expect.receipts.is_none());
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let windows = format!("\u{FEFF}{}", DESIGN.replace('\n', "\r\n"));
    assert_eq!(right(&windows).expect.captured.value, right(DESIGN).expect.captured.value);
}

#[test]
fn an_unknown_field_is_named_with_the_one_that_was_meant() {
    assert_snapshot!("unknown_field", changed("amount: CNY 18.50 } }", "amout: CNY 18.50 } }"));
}

#[test]
fn a_wrong_unit_is_put_right() {
    assert_snapshot!("wrong_unit", changed("at: 0s", "at: 10sec"));
    assert_snapshot!("no_unit", changed("at: 0s", "at: 10"));
}

#[test]
fn a_field_that_comes_twice_is_shown_at_both_places() {
    assert_snapshot!("duplicate_key", changed("expect:", "symptom: paid-no-receipt\nexpect:"));
}

#[test]
fn an_amount_without_its_currency_is_refused() {
    assert_snapshot!("missing_currency", changed("captured: CNY 18.50", "captured: 18.50"));
    assert_snapshot!("foreign_currency", changed("captured: CNY 18.50", "captured: USD 18.50"));
}

#[test]
fn an_unknown_profile_brings_the_nearest_one() {
    assert_snapshot!(
        "unknown_profile",
        changed("terminal: kiosk-prints-first ", "terminal: kiosk-print-first ")
    );
}

#[test]
fn an_unknown_cause_brings_the_nearest_one() {
    assert_snapshot!("unknown_cause", changed("cause: notification-lost", "cause: A-notification-lost"));
}

#[test]
fn faults_that_can_never_happen_are_refused_all_at_once() {
    let faults = "  - { on: acquirer.notifies, drop: { times: 1 } }\n\
                  \x20 - { on: terminal.asks, message: notification, drop: always }\n\
                  \x20 - { on: terminal.asks, message: query, drop: always }\n\
                  \x20 - { printer: open-cover, when: printer.retracts }\n\
                  \x20 - { power: { cut: both }, at: 11m }\n\
                  \x20 - { acquirer: { loses: answer, to: query } }\n\
                  \x20 - { on: printer.link, bandwidth: 9600bps }\n\
                  \x20 - { on: acquirer.link, message: sale, bandwidth: 9600bps }\n";
    assert_snapshot!("never_happens", with(CARD, faults));
}

#[test]
fn numbers_that_mean_never_are_refused() {
    let faults = "  - { on: acquirer.answers, drop: { times: 0 } }\n\
                  \x20 - { on: acquirer.answers, drop: { chance: 0/5 } }\n\
                  \x20 - { on: acquirer.answers, drop: { chance: 5/3 } }\n\
                  \x20 - { on: acquirer.answers, bandwidth: 0bps }\n";
    assert_snapshot!("never_by_number", with(CARD, faults));
}

#[test]
fn ids_lead_somewhere_and_only_once() {
    let steps = format!(
        "{CARD}  - {{ at: 9s, card-sale: {{ amount: CNY 25.00, again: frist }} }}\n  - {{ at: 9s, id: first, press: enter }}\n"
    );
    assert_snapshot!("ids", with(&steps, "  - { on: acquirer.answers, cut: until-healed }\n"));
}

#[test]
fn another_try_is_for_the_same_amount() {
    let steps = format!("{CARD}  - {{ at: 9s, card-sale: {{ amount: CNY 52.00, again: first }} }}\n");
    assert_snapshot!("other_amount", with(&steps, "  - { on: acquirer.answers, cut: until-healed }\n"));
}

#[test]
fn a_missing_field_is_asked_for() {
    assert_snapshot!("missing_field", changed("  captured: CNY 18.50\n", ""));
    assert_snapshot!("missing_fields", complaints("name: x\nsteps: []\n").render(false));
}

#[test]
fn two_actions_in_one_step_are_shown_together() {
    assert_snapshot!(
        "two_actions",
        changed(STEP, "  - { at: 0s, press: cancel, card-sale: { amount: CNY 18.50 } }")
    );
}

#[test]
fn a_step_says_when_and_what() {
    assert_snapshot!("neither_when_nor_what", changed(STEP, "  - { id: first }"));
}

#[test]
fn a_field_in_the_wrong_map_is_sent_where_it_belongs() {
    assert_snapshot!(
        "wrong_nesting",
        changed(STEP, "  - { at: 0s, show-qr: { wallet: wechat }, amount: CNY 18.50 }")
    );
    assert_snapshot!("wrong_kind", changed(STEP, "  at: 0s"));
    assert_snapshot!("verdict_without_point", changed("on: acquirer.notifies, drop", "drop"));
}

#[test]
fn bad_indentation_is_shown_where_it_is() {
    assert_snapshot!("bad_indentation", changed("  receipts:", " receipts:"));
    assert_snapshot!("one_level_too_deep", changed("  breaks:", "    breaks:"));
    assert_snapshot!("tab", changed("  receipts:", "\treceipts:"));
    assert_snapshot!(
        "unclosed",
        changed("receipts: [{ copy: customer, fate: retracted }]", "receipts: [{ copy: customer")
    );
}

#[test]
fn what_is_no_text_of_ours_is_refused_before_it_is_read() {
    let refused = |bytes: &[u8]| Scenario::parse("wrong.yaml", bytes).unwrap_err().render(false);
    assert_snapshot!("empty", refused(b""));
    assert_snapshot!("only_a_comment", refused(b"# to be written\n"));
    assert_snapshot!("binary", refused(b"\x7fELF\x02\x01\x01\x00\x00"));
    assert_snapshot!("not_utf8", refused(b"name: \xc9\xa8\xc2\xeb\n"));
    assert_snapshot!("too_large", refused(&vec![b'#'; 50 * 1024 * 1024]));
    assert_snapshot!("a_list", refused(b"- a\n- b\n"));
    assert_snapshot!("two_documents", refused(b"name: x\n---\nname: y\n"));
}

#[test]
fn an_alias_bomb_is_defused() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (outer, inner) in "bcdefghi".chars().zip("abcdefgh".chars()) {
        bomb += &format!(
            "{outer}: &{outer} [*{inner}, *{inner}, *{inner}, *{inner}, *{inner}, *{inner}, *{inner}]\n"
        );
    }
    assert_snapshot!("alias_bomb", complaints(&bomb).render(false));
    assert_snapshot!("deep", complaints(&"[".repeat(5000)).render(false));
}

#[test]
fn everything_wrong_is_said_in_one_go() {
    let text = DESIGN.replace("cause:", "reason:").replace("at: 0s", "at: 0").replace("CNY", "RMB");
    assert_eq!(complaints(&text).list().len(), 5);
    assert_eq!(complaints(&text).to_json().len(), 5);
}

const LOOPBACK: &str = "name: Loopback\nterminal: emulated\nprinter: emulated\nacquirer: emulated\nlinks:\n  printer: { pty: { baud: 115200 } }\n  acquirer: { tcp: 127.0.0.1:0 }\nscenarios: [scanned-no-receipt/power-cut.yaml]\n";

#[test]
fn faults_of_the_acquirer_stand_alone_as_they_stand_in_a_scenario() {
    let list = "- { acquirer: { loses: answer, to: sale, times: 1 }, at: 10s }\n\
                - { acquirer: { says: A0, for: 30s }, at: 1m }\n\
                - { acquirer: { down: { for: 5s } } }\n";
    let faults = scenario::acquirer_faults("faults.yaml", list.as_bytes()).unwrap();
    let [lost, says, down] = faults.as_slice() else { panic!("{faults:?}") };
    let AcquirerFault::Deed { fault, lasts: None } = &lost.fault else { panic!("{lost:?}") };
    assert_eq!((fault.aim.from, fault.aim.until), (SimTime::from_secs(10), SimTime::NEVER));
    assert_eq!((fault.aim.times, &fault.deed), (1, &Deed::LoseAnswer));
    let AcquirerFault::Deed { fault, .. } = &says.fault else { panic!("{says:?}") };
    assert_eq!((fault.aim.from, fault.aim.until), (SimTime::from_secs(60), SimTime::from_secs(90)));
    assert_eq!((says.place.line, down.at), (2, SimTime::ZERO));
    assert_eq!(down.fault, AcquirerFault::Down { lasts: Some(Duration::from_secs(5)) });
}

#[test]
fn one_fault_of_the_acquirer_may_come_as_json() {
    let json = br#"{"acquirer": {"holds": {"between": "1s", "and": "9s"}, "to": "sale"}}"#;
    let faults = scenario::acquirer_faults("side door", json).unwrap();
    let [one] = faults.as_slice() else { panic!("{faults:?}") };
    let AcquirerFault::Deed { fault, .. } = &one.fault else { panic!("{one:?}") };
    assert_eq!(fault.deed, Deed::Hold(Latency::between(Duration::from_secs(1), Duration::from_secs(9))));
}

#[test]
fn wrong_faults_of_the_acquirer_are_explained_like_a_wrong_scenario() {
    let text = "- { acquirer: { looses: answer } }\n\
                - { acquirer: { loses: answer, says: 96 } }\n\
                - { acquirer: { down: { for: 5s }, to: sale } }\n\
                - { acquirer: { holds: { between: 1s } } }\n\
                - { acquirer: { answers-with: rong-mac }, when: acquirer.commits }\n\
                - { acquirer: { rush: { arrives: 150, serves: 100/m, queue: 0 } } }\n\
                - { acquirer: { says: '96 busy' } }\n";
    let wrong = scenario::acquirer_faults("faults.yaml", text.as_bytes()).unwrap_err();
    assert_snapshot!("wrong_host_faults", wrong.render(false));
    let text = "- { acquirer: { holds: { percentiles: [{ share: 0%, within: 2s }, { share: 90%, within: 1s }] } } }\n\
                - { acquirer: { loses: answer, to: notification } }\n\
                - { acquirer: { loses: answer, to: sale, desk: wallet } }\n";
    let wrong = scenario::acquirer_faults("faults.yaml", text.as_bytes()).unwrap_err();
    assert_snapshot!("host_faults_that_never_happen", wrong.render(false));
}

#[test]
fn a_rush_that_makes_nobody_wait_is_refused() {
    let rush = |arrives, serves| {
        format!("{{ acquirer: {{ rush: {{ arrives: {arrives}, serves: {serves}, queue: 9 }} }} }}")
    };
    let in_a_scenario = with(CARD, &format!("  - {}\n", rush("100/s", "100/s")));
    assert_snapshot!("rush_that_never_happens", in_a_scenario);
    let alone = |arrives, serves| scenario::acquirer_faults("faults.yaml", rush(arrives, serves).as_bytes());
    let wrong = alone("99/s", "100/s").unwrap_err();
    assert_eq!(wrong.list().len(), 1);
    assert!(wrong.render(false).contains("99 come in a second, and all of them are served"));
    assert!(alone("101/s", "100/s").is_ok());
}

#[test]
fn faults_of_notifications_that_no_scenario_can_have_stand_alone() {
    let list = "- { acquirer: { notifies: after-a-refund } }\n\
                - { acquirer: { notifies-backdated: 24h, amount: { cents: 69 } }, at: 5s }\n";
    let faults = scenario::acquirer_faults("faults.yaml", list.as_bytes()).unwrap();
    let deeds = faults.iter().map(|fault| match &fault.fault {
        AcquirerFault::Deed { fault, .. } => fault.deed.clone(),
        _ => panic!("{fault:?}"),
    });
    let day = NoticeFault::Stale { by: Duration::from_secs(86_400) };
    assert!(deeds.eq([NoticeFault::AfterRefund, day].map(Deed::Notice)));
}

#[test]
fn wrong_faults_of_notifications_are_explained() {
    let text = "- { acquirer: { notifies: never } }\n\
                - { acquirer: { notifies-late: { between: 1s, and: 9s } } }\n\
                - { acquirer: { notifies-late: 90s, to: notification } }\n\
                - { acquirer: { notifies-twice: 1s } }\n\
                - { acquirer: { notifies-with: wrong-mac } }\n\
                - { acquirer: { notifies-falsely: { order: 12345678W000003 } } }\n\
                - { acquirer: { notifies-falsely: { order: '12345678 3', signed: by-a-stranger } } }\n\
                - { acquirer: { notifies-falsely: { more: 1.00, less: CNY 1.00, signed: rightly } } }\n\
                - { acquirer: { notifies-backdated: 24 } }\n\
                - { acquirer: { loses: notifications } }\n";
    let wrong = scenario::acquirer_faults("faults.yaml", text.as_bytes()).unwrap_err();
    assert_snapshot!("wrong_notice_faults", wrong.render(false));
    let text = "- { acquirer: { loses: notification, to: query } }\n\
                - { acquirer: { loses: notification, field: { name: out_trade_no } } }\n\
                - { acquirer: { notifies-backdated: 999ms } }\n\
                - { acquirer: { notifies-falsely: { signed: rightly } } }\n\
                - { acquirer: { notifies-falsely: { less: CNY 0.00, signed: not-at-all } } }\n";
    let wrong = scenario::acquirer_faults("faults.yaml", text.as_bytes()).unwrap_err();
    assert_snapshot!("notice_faults_that_do_nothing", wrong.render(false));
}

#[test]
fn faults_of_notifications_need_a_notification() {
    let lost = "  - { acquirer: { loses: notification } }\n";
    let false_order = "  - { acquirer: { notifies-falsely: { order: 1, signed: not-at-all } } }\n";
    let on_the_way = "  - { on: acquirer.notifies, drop: always }\n";
    let without_code = with(CARD, &format!("{lost}{false_order}{on_the_way}"));
    assert_eq!(without_code.matches("no step shows a QR code, so nothing is ever notified").count(), 3);
    let unpaid = STEP.replace("CNY 18.50", "CNY 18.50, customer-pays: never");
    let unpaid = with(&format!("{unpaid}\n"), &format!("{lost}{false_order}{on_the_way}"));
    assert_eq!(unpaid.matches("no customer pays a QR code, so nothing is ever notified").count(), 3);
    let not_here =
        "  - { acquirer: { notifies: after-a-refund } }\n  - { acquirer: { notifies-backdated: 24h } }\n";
    assert_snapshot!("notice_faults_of_no_scenario", with(&format!("{STEP}\n"), not_here));
}

#[test]
fn what_the_terminal_never_asks_a_wallet_for_is_no_aim_in_a_scenario() {
    for kind in ["pay", "reverse", "refund-order", "refund-query", "bill", "keys"] {
        let line = format!("{{ acquirer: {{ loses: answer, to: {kind} }} }}");
        let wrong = with(&format!("{STEP}\n"), &format!("  - {line}\n"));
        assert!(wrong.contains(&format!("no step makes the terminal ask for `{kind}`")), "{wrong}");
        let link = format!("  - {{ on: terminal.asks, message: {kind}, drop: always }}\n");
        let wrong = with(&format!("{STEP}\n"), &link);
        assert!(wrong.contains(&format!("no step makes the terminal ask for `{kind}`")), "{wrong}");
        assert!(scenario::acquirer_faults("alone.yaml", format!("- {line}\n").as_bytes()).is_ok());
        let at_the_card_desk = format!("- {{ acquirer: {{ loses: answer, to: {kind}, desk: card }} }}\n");
        assert!(scenario::acquirer_faults("alone.yaml", at_the_card_desk.as_bytes()).is_err());
    }
}

#[test]
fn a_rig_is_read() {
    let rig = Rig::parse("loopback.yaml", LOOPBACK.as_bytes()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(rig.printer_link, PrinterConnection::Pty { baud_bps: 115_200 });
    assert_eq!(rig.acquirer_link, AcquirerConnection::Tcp { address: "127.0.0.1:0".parse().unwrap() });
    assert_eq!(rig.scenarios, ["scanned-no-receipt/power-cut.yaml"]);
    let memory = Rig::parse("m.yaml", b"name: In memory\nlinks: { printer: memory }\n").unwrap();
    assert_eq!(memory.printer_link, PrinterConnection::Memory);
}

#[test]
fn a_wrong_rig_is_explained_like_a_wrong_scenario() {
    let text = LOOPBACK
        .replace("115200", "fast")
        .replace("scanned-no-receipt/", "../")
        .replace("printer: em", "printer: m");
    assert_snapshot!("rig", Rig::parse("rig.yaml", text.as_bytes()).unwrap_err().render(false));
}

/// Faults in both spellings.
const HOST_LINES: [&str; 3] = [
    "- { acquirer: { holds: { percentiles: [{ share: 0%, within: 1s }, { share: 100%, within: 2s }] }, to: sale }, at: 1s }",
    "- { acquirer: { notifies-falsely: { order: 12345678W000003, more: CNY 1.00, signed: rightly }, chance: 1/2 } }",
    r#"{"acquirer": {"cuts-answer": {"after-bytes": 3}, "field": {"name": 2, "ends": "0128"}, "amount": {"cents": 5}}}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in any::<Vec<u8>>()) {
        let _ = Scenario::parse("x.yaml", &bytes).map_err(|wrong| (wrong.render(true), wrong.to_json()));
        let _ = Rig::parse("x.yaml", &bytes).map_err(|wrong| wrong.render(false));
        let _ = scenario::acquirer_faults("x.yaml", &bytes).map_err(|wrong| wrong.render(false));
    }

    #[test]
    fn no_damage_to_a_fault_of_the_acquirer_makes_the_reader_panic(which in 0_usize..HOST_LINES.len(), at in any::<proptest::sample::Index>(), by in ".{0,3}", cut in 0_usize..6) {
        let chars: Vec<char> = HOST_LINES[which].chars().collect();
        let at = at.index(chars.len());
        let before: String = chars[..at].iter().collect();
        let after: String = chars[(at + cut).min(chars.len())..].iter().collect();
        let text = format!("{before}{by}{after}");
        let _ = scenario::acquirer_faults("x.yaml", text.as_bytes()).map_err(|wrong| (wrong.render(true), wrong.to_json()));
    }

    #[test]
    fn no_damage_to_a_right_file_makes_the_reader_panic(at in any::<proptest::sample::Index>(), by in ".{0,3}", cut in 0_usize..6) {
        let chars: Vec<char> = EVERYTHING.chars().collect();
        let at = at.index(chars.len());
        let before: String = chars[..at].iter().collect();
        let after: String = chars[(at + cut).min(chars.len())..].iter().collect();
        let text = format!("{before}{by}{after}");
        let _ = Scenario::parse("x.yaml", text.as_bytes()).map_err(|wrong| (wrong.render(true), wrong.to_json()));
    }
}

/// A file with a card sale, these further lines, and these faults.
fn with_back_office(head: &str, steps: &str, faults: &str, expect: &str) -> String {
    format!(
        "name: x\nsymptom: voucher-unusable\ncause: none\n{head}steps:\n{CARD}{steps}faults:{faults}\n\
        expect: {{ captured: CNY 25.00{expect} }}\n"
    )
}

#[test]
fn a_back_office_takes_part_where_a_file_speaks_of_it_and_nowhere_else() {
    let part =
        |head, steps, faults, expect| right(&with_back_office(head, steps, faults, expect)).back_office;
    assert_eq!(part("", "", " []", ""), None);
    assert_eq!(part("backoffice: redeems-again\n", "", " []", ""), Some("redeems-again"));
    let reference = Some("reference");
    assert_eq!(part("", "  - { at: 9s, redeem: { of: first } }\n", " []", ""), reference);
    assert_eq!(part("", "  - { when: backoffice.accepts, press: reprint }\n", " []", ""), reference);
    assert_eq!(part("", "", " [{ on: terminal.uploads, drop: always }]", ""), reference);
    assert_eq!(part("", "", " [{ backoffice: { upgrade: until-healed } }]", ""), reference);
    assert_eq!(part("", "", " []", ", redeemed: nothing"), reference);
}

#[test]
fn what_happens_at_the_back_office_is_read_as_it_is_written() {
    let steps = "  - { at: 60s, query-voucher: { of: first } }\n  - { at: 61s, redeem: { of: first, by: amount-and-time } }\n";
    let faults = "
  - { backoffice: { close-queries: { for: 60s } } }
  - { backoffice: { close-redemptions: until-healed } }
  - { backoffice: { rate-limit: { of: uploads, times: 2, within: 30s, for: 90s } } }
  - { backoffice: { upgrade: { for: 5m } } }
  - { backoffice: { rule-from: 30s } }
  - { backoffice: { power-cut: { for: 20s } } }
  - { backoffice: { forges: { amount: CNY 1.00 } } }";
    let scenario = right(&with_back_office("", steps, faults, ", redeemed: CNY 25.00"));
    let visit = |redeems, known_by| Action::Visit(Visit { redeems, of: 0, known_by });
    assert_eq!(scenario.steps[1].action, visit(false, KnownBy::Number));
    assert_eq!(scenario.steps[2].action, visit(true, KnownBy::AmountAndTime));
    let s = Duration::from_secs;
    let expected = [
        BackOfficeFault::Closed { service: Service::Queries, lasts: Some(s(60)) },
        BackOfficeFault::Closed { service: Service::Redemptions, lasts: None },
        BackOfficeFault::Limited { service: Service::Uploads, times: 2, within: s(30), lasts: Some(s(90)) },
        BackOfficeFault::Upgraded { lasts: Some(s(300)) },
        BackOfficeFault::RuleFrom(SimTime::from_secs(30)),
        BackOfficeFault::PowerCut { lasts: Some(s(20)) },
        BackOfficeFault::Forged { amount: Fen(100) },
    ];
    let effects: Vec<Effect> = scenario.faults.into_iter().map(|fault| fault.effect).collect();
    assert_eq!(effects, expected.map(Effect::BackOffice));
    assert_eq!(scenario.expect.redeemed.unwrap().value, Fen(2500));
}

#[test]
fn only_a_payment_has_a_voucher_to_redeem() {
    let steps = "  - { at: 30s, id: on, log-on: 2 }\n  - { at: 60s, redeem: { of: on } }\n";
    let rendered = complaints(&with_back_office("", steps, " []", "")).render(false);
    assert!(rendered.contains("it cannot be about that step"), "{rendered}");
    let unknown = "  - { at: 60s, redeem: { of: firsd } }\n";
    let rendered = complaints(&with_back_office("", unknown, " []", "")).render(false);
    assert!(rendered.contains("`first`"), "{rendered}");
}

//! A terminal that asks whether a receipt is wanted, and is in the middle of things: the next customer, a hang, a reprint.

use crate::driver::{outcome, plan};
use crate::weather::{SCAN_AIMS, prompted, queue, scenario};
use core::time::Duration;
use sim::{Entry, LaneId, Seed, SimTime};
use terminal::{Copy, Event, Face, NoSlip};
use tillrig_runner::device::{ACKNOWLEDGES, CARD_ASKS, PRINTS, UPLOADS, WALLET_ASKS};
use tillrig_runner::{Evidence, Fact, Outcome, Run, VirtualTestbed, judge};

/// Days by chance. Every message of one of the two wallets is signed by RSA, which takes its time here.
const DAYS: u64 = 100;

/// CNY 18.50 by WeChat Pay, asked about from the fourth second on; then whatever else is done.
fn asked(profile: &str, more: &str) -> Outcome {
    outcome(&format!(
        "terminal: {{ profile: {profile}, receipt-prompt: 60s, prints: {{ show-qr: [customer] }} }}\nsteps:\n  \
         - {{ at: 0s, id: first, show-qr: {{ wallet: wechat, amount: CNY 18.50 }} }}\n{more}\
         expect: {{ captured: CNY 18.50 }}"
    ))
}

fn at(outcome: &Outcome, what: &str) -> Vec<u64> {
    outcome.timeline.iter().filter(|(_, line)| line.contains(what)).map(|(at, _)| at.as_secs()).collect()
}

#[test]
fn the_next_payment_ends_the_question_whichever_wallet_pays_it() {
    for wallet in ["wechat", "alipay"] {
        let next = format!(
            "  - {{ at: 15s, show-qr: {{ wallet: {wallet}, amount: CNY 5.00, customer-pays-after: 20s }} }}\n"
        );
        let found = asked("reference", &format!("{next}  - {{ at: 20s, press: cancel }}\n"));
        assert_eq!(found.net().0, 1850, "{wallet}: the key cancels what the display shows");
        assert!(at(&found, "not wanted").is_empty(), "{wallet}");
        assert_eq!(at(&found, "terminal  prints the customer copy of 12345678W000001"), [15], "{wallet}");
    }
}

#[test]
fn a_second_question_does_not_lose_the_first() {
    let found = asked("reference", "  - { at: 15s, show-qr: { wallet: alipay, amount: CNY 5.00 } }\n");
    assert_eq!(at(&found, "terminal  asks whether").len(), 2);
    assert_eq!(found.slips.len(), 2);
}

#[test]
fn a_terminal_that_hangs_while_it_asks_prints_what_it_owes_after_its_restart() {
    let hang = "  - { at: 16s, card-sale: { amount: CNY 5.00 } }\nfaults:\n  \
         - { at: 15s, terminal: { hang: { restarted-after: 60s } } }\n";
    for profile in ["reference", "silence-is-no-receipt"] {
        let found = asked(profile, hang);
        assert!(at(&found, "prints no customer copy").is_empty(), "{profile}: nobody is there to say so");
        let printed = at(&found, "terminal  reprints the customer copy of 12345678W000001");
        assert!(printed.len() == 1 && printed[0] > 45, "{profile}: {printed:?}");
    }
}

#[test]
fn the_number_of_a_slip_gives_that_slip_after_the_one_that_was_asked_about() {
    let second = "  - { at: 15s, id: second, scan: { wallet: wechat, amount: CNY 5.00 } }\n";
    let other = asked("reference", &format!("{second}  - {{ at: 40s, reprint: {{ of: first }} }}\n"));
    assert_eq!(at(&other, "terminal  asks whether").len(), 2);
    assert_eq!(at(&other, "terminal  prints the customer copy of 12345678W000002"), [40]);
    assert_eq!(at(&other, "terminal  reprints the customer copy of 12345678W000001").len(), 1);
    let same = asked("reference", "  - { at: 20s, reprint: { of: first } }\n");
    assert_eq!(same.slips.len(), 1, "it is the one that was asked about");
    assert_eq!(at(&same, "terminal  prints the customer copy"), [20]);
}

#[test]
fn a_kiosk_that_looks_into_its_journal_asks_like_any_other() {
    for profile in ["kiosk", "kiosk-unchecked-journal"] {
        let no = asked(profile, "  - { at: 15s, press: cancel }\n");
        assert_eq!((at(&no, "terminal  asks whether").len(), no.slips.len()), (1, 0), "{profile}");
        let yes = asked(profile, "  - { at: 15s, press: enter }\n");
        assert_eq!(at(&yes, "presented"), [16], "{profile}");
        assert_eq!(yes.slips.len(), 1, "{profile}");
    }
}

#[test]
fn no_law_breaks_and_no_question_is_lost_when_two_wallets_are_paid_close_behind_each_other() {
    let mut questions = 0;
    for case in 0..DAYS {
        let (text, run) = day(case, "");
        let evidence = Evidence::of(&run);
        let breaches = judge(&evidence, None);
        assert!(breaches.is_empty(), "case {case}: {breaches:?}\n{text}");
        questions += check_questions(&evidence, &format!("case {case}:\n{text}"));
    }
    assert!(questions > DAYS as usize, "{questions} questions");
}

#[test]
fn a_hung_terminal_sends_nothing_and_begins_no_record() {
    let mut hangs = 0;
    for case in 0..DAYS {
        let nth = 1 + case % 3;
        let hang = "terminal: { hang: { restarted-after: 60s } }";
        let (text, run) = day(case, &format!("  - {{ {hang}, when: terminal.asks-receipt, nth: {nth} }}\n"));
        hangs += check_hangs(&run, &format!("case {case}:\n{text}"));
    }
    assert!(hangs > 20, "{hangs} hangs");
}

/// A day of close customers, with these faults more; as text and run.
fn day(case: u64, faults: &str) -> (String, Run) {
    let mut dice = Seed(case).stream("prompts");
    let terminal = if case.is_multiple_of(4) { "kiosk" } else { "reference" };
    let text = prompted(&scenario(terminal, queue, SCAN_AIMS, &mut dice), terminal, &mut dice);
    let text = text.replace("expect:", &format!("{faults}expect:"));
    let run = VirtualTestbed.run(&plan(&text), Seed(case));
    (text, run)
}

/// Every question ends in a slip, a no or a dark display, and a no is about what the display asks. Says how many there were.
fn check_questions(evidence: &Evidence<'_>, story: &str) -> usize {
    let (mut open, mut face, mut questions) = (Vec::new(), Face::Idle, 0);
    for (at, event) in evidence.terminal() {
        match event {
            Event::AsksReceipt { key } => {
                questions += 1;
                open.push(*key);
            }
            Event::Shows(screen) => face = screen.face,
            Event::NoSlip { key, why: NoSlip::NotWanted, .. } => {
                assert_eq!(face, Face::WantsReceipt, "{key} at {at} of {story}");
                assert_eq!(open.last(), Some(key), "at {at} of {story}");
                open.retain(|other| other != key);
            }
            Event::Printing { key, copy: Copy::Customer, .. } => open.retain(|other| other != key),
            Event::Hung | Event::PowerLost => open.clear(),
            _ => {}
        }
    }
    assert_eq!(open, [], "{story}");
    questions
}

/// Says how often the terminal hung.
fn check_hangs(run: &Run, story: &str) -> usize {
    const SENDS: [LaneId; 5] = [PRINTS, CARD_ASKS, WALLET_ASKS, ACKNOWLEDGES, UPLOADS];
    /// The flash ends the record that it has begun.
    const RECORD: Duration = Duration::from_millis(6);
    let (mut hung, mut hangs): (Option<SimTime>, usize) = (None, 0);
    for record in run.trace.records() {
        let at = record.at;
        match (&record.entry, hung) {
            (Entry::Event { event: Fact::Terminal(event), .. }, _) => match event {
                Event::Hung => {
                    hung = Some(at);
                    hangs += 1;
                }
                Event::Restarted | Event::PowerLost => hung = None,
                Event::Durable { .. } => {
                    assert!(hung.is_none_or(|since| at <= since + RECORD), "{event} at {at} of {story}");
                }
                _ => {
                    assert!(hung.is_none() || matches!(event, Event::Amiss(_)), "{event} at {at} of {story}");
                }
            },
            (Entry::Sent { lane, tag, .. }, Some(_)) => {
                assert!(!SENDS.contains(lane), "it sends {tag:?} at {at} of {story}");
            }
            _ => {}
        }
    }
    hangs
}

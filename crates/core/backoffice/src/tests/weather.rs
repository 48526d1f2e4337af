//! A whole world in bad weather: a till, a back office and an acquirer on lanes that lose, spoil, repeat and delay. When
//! it clears up, every payment has one voucher, known to be true and redeemable once.

use super::*;
use core::time::Duration;
use proptest::prelude::*;
use sim::{Endpoint, Lane, LaneId, MachineId, Outbox, Ratio, Reason, Rule, Ruling, Seed, Selector};
use sim::{SimTime, Tag, Timing, Verdict, World};
use voucher::upload::RESEND_PAUSES_S;

const TILL: MachineId = MachineId(0);
const OFFICE: MachineId = MachineId(1);
const ACQUIRERS: MachineId = MachineId(2);
const FAULTS: u16 = 4;
/// The weather is bad for so long.
const BAD: SimTime = SimTime::from_secs(120);
/// And then there is so much time, for pauses of a minute and their answers.
const SETTLED: SimTime = SimTime::from_secs(420);

#[derive(Clone, Debug)]
enum Device {
    Till(Till),
    Office(Box<BackOffice>),
    Acquirer(Box<Acquirer>),
}

/// Keeps every voucher and sends it until it has a final answer, one at a time.
#[derive(Clone, Debug)]
struct Till {
    unsent: Vec<Sealed>,
    sends: usize,
    due: SimTime,
    answers: ResponseParser,
    outbox: Outbox<Event>,
}

/// Knows every payment of the till.
#[derive(Clone, Debug)]
struct Acquirer {
    settings: Settings,
    cards: BTreeMap<Key, Fen>,
    orders: BTreeMap<String, Fen>,
    requests: [RequestParser; 2],
    outbox: Outbox<Event>,
}

impl Till {
    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) {
        match input {
            Input::Received { bytes, .. } => self.hear(now, bytes),
            Input::Wake if self.due <= now => self.send(now),
            _ => {}
        }
    }

    fn send(&mut self, now: SimTime) {
        self.answers.reset();
        let Some(sealed) = self.unsent.first() else { return };
        self.outbox.send_with(Port(0), Tag("voucher"), |out| sealed.write_to(out));
        let last = RESEND_PAUSES_S.len() - 1;
        self.due = now + Duration::from_secs(RESEND_PAUSES_S[self.sends.min(last)]);
        self.sends += 1;
    }

    fn hear(&mut self, now: SimTime, bytes: &[u8]) {
        self.answers.push(bytes);
        while let Ok(Some(response)) = self.answers.next_response() {
            let Some(sealed) = self.unsent.first() else { return };
            if upload::decode_answer(&response, &till_key(), sealed.seal).is_ok_and(Outcome::is_final) {
                self.unsent.remove(0);
                self.sends = 0;
                self.due = now;
            }
        }
    }
}

impl Acquirer {
    fn handle(&mut self, input: Input<'_, Poke>) {
        let Input::Received { port, bytes } = input else { return };
        let requests = &mut self.requests[usize::from(port.0)];
        requests.push(bytes);
        loop {
            let mut answer = Vec::new();
            match requests.next_request() {
                Ok(None) => return,
                Err(_) => return requests.reset(),
                Ok(Some(request)) if port == WALLET => {
                    let Some(order) = gateway::queried(&request) else { continue };
                    let paid = self.orders.get(&order).copied().unwrap_or(Fen::ZERO);
                    answer = gateway::order_state(&order, TradeState::Success, paid);
                }
                Ok(Some(request)) => {
                    let key = &self.settings.acquirer_key;
                    let Ok((question, seal)) = verification::decode_question(&request, |_| Some(key)) else {
                        continue;
                    };
                    let finding = self.cards.get(&question.key).map(|amount| Finding::Stands(*amount));
                    verification::encode_finding(seal, finding.unwrap_or(Finding::Unknown), key, &mut answer);
                }
            }
            self.outbox.send(port, Tag("answer"), &answer);
        }
    }
}

impl Machine for Device {
    type Poke = Poke;
    type Event = Event;

    fn handle(&mut self, now: SimTime, input: Input<'_, Poke>) {
        match self {
            Self::Till(till) => till.handle(now, input),
            Self::Office(office) => office.handle(now, input),
            Self::Acquirer(acquirer) => acquirer.handle(input),
        }
    }

    fn poll(&mut self) -> Option<Output<'_, Event>> {
        match self {
            Self::Till(till) => till.outbox.poll(),
            Self::Office(office) => office.poll(),
            Self::Acquirer(acquirer) => acquirer.outbox.poll(),
        }
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self {
            Self::Till(till) => (!till.unsent.is_empty()).then_some((till.due, Reason("resend"))),
            Self::Office(office) => office.wake_at(),
            Self::Acquirer(_) => None,
        }
    }
}

fn vouchers() -> Vec<Voucher> {
    let cards = (1..=3).map(|stan| payment(stan, 100 + i64::from(stan)));
    cards.chain((1..=3).map(|order| order_payment(&format!("A-{order}"), 200 + order))).collect()
}

fn world(profile: &str) -> World<Device> {
    let settings = Settings::of(Profile::named(profile).unwrap());
    let vouchers = vouchers();
    let sealed = vouchers.iter().map(|voucher| Sealed::new(voucher, &till_key())).collect();
    let mut world = World::new();
    world.add(Device::Till(Till {
        unsent: sealed,
        sends: 0,
        due: SimTime::ZERO,
        answers: ResponseParser::new(LIMITS),
        outbox: Outbox::default(),
    }));
    world.add(Device::Office(Box::new(BackOffice::new(settings.clone()))));
    world.add(Device::Acquirer(Box::new(Acquirer {
        cards: vouchers.iter().map(|voucher| (voucher.key, voucher.amount)).collect(),
        orders: vouchers
            .iter()
            .filter_map(|voucher| Some((voucher.order()?.as_str().to_owned(), voucher.amount)))
            .collect(),
        settings,
        requests: [RequestParser::default(), RequestParser::default()],
        outbox: Outbox::default(),
    })));
    let end = |machine, port| Endpoint { machine, port };
    for (one, other) in [
        (end(TILL, Port(0)), end(OFFICE, uploads(0))),
        (end(OFFICE, WALLET), end(ACQUIRERS, WALLET)),
        (end(OFFICE, ACQUIRER), end(ACQUIRERS, ACQUIRER)),
    ] {
        let timing = Timing::network(Duration::from_millis(20));
        world.connect(Lane::new(one, other, timing));
        world.connect(Lane::new(other, one, timing));
    }
    world
}

fn run(profile: &str, seed: u64) -> World<Device> {
    let mut world = world(profile);
    let lanes: Vec<LaneId> = (0..6).map(LaneId).collect();
    let rulings: [(Ruling, u32); FAULTS as usize] = [
        (Verdict::Drop.into(), 4),
        (Ruling::CorruptAnyBit, 4),
        (Verdict::Duplicate(Duration::from_millis(300)).into(), 4),
        (Ruling::DelayBetween(Duration::ZERO, Duration::from_secs(15)), 3),
    ];
    for (fault, (ruling, of)) in (0..FAULTS).zip(rulings) {
        let selector = Selector { chance: Ratio { times: 1, of }, ..Selector::EVERYTHING };
        let dice = Seed(seed).stream(&format!("weather {fault}"));
        world.install(Rule { fault, selector, ruling, dice }, &lanes);
    }
    run_until(&mut world, BAD);
    (0..FAULTS).for_each(|fault| world.lift(fault));
    run_until(&mut world, SETTLED);
    world
}

fn run_until(world: &mut World<Device>, end: SimTime) {
    while world.next_at().is_some_and(|at| at <= end) {
        world.step();
    }
    world.advance_to(end);
}

fn count(world: &World<Device>, wanted: impl Fn(&Event) -> bool) -> usize {
    world.trace().events().filter(|(_, _, event)| wanted(event)).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn after_bad_weather_every_payment_has_one_true_voucher(seed in any::<u64>()) {
        let mut world = run("reference", seed);
        prop_assert_eq!(world.next_at(), None, "it comes to rest");
        for Voucher { key: about, .. } in vouchers() {
            let accepted = |event: &Event| matches!(event, Event::Accepted { key, .. } if *key == about);
            let verified = |event: &Event| matches!(event, Event::Verified { key, .. } if *key == about);
            prop_assert_eq!((count(&world, accepted), count(&world, verified)), (1, 1), "{}", about);
            for _ in 0..2 {
                world.poke(OFFICE, Poke::Redeem(Lookup::Charge(about)));
            }
        }
        run_until(&mut world, SETTLED + Duration::from_secs(1));
        prop_assert_eq!(count(&world, |event| matches!(event, Event::Redeemed { .. })), vouchers().len());
    }

    #[test]
    fn the_same_weather_gives_the_same_trace(seed in any::<u64>()) {
        let (one, other) = (run("reference", seed), run("reference", seed));
        prop_assert_eq!(one.trace(), other.trace());
    }
}

#[test]
fn bad_weather_finds_out_who_counts_repeats_and_who_takes_silence_for_no() {
    let breaks = |profile: &str, wanted: fn(&Event) -> bool, most: usize| {
        (0..20).any(|seed| count(&run(profile, seed), wanted) > most)
    };
    assert!(breaks("counts-repeats", |event| matches!(event, Event::Accepted { .. }), vouchers().len()));
    assert!(breaks("silence-is-no", |event| matches!(event, Event::VerifyFailed { .. }), 0));
    assert!(!breaks("reference", |event| matches!(event, Event::Accepted { .. }), vouchers().len()));
    assert!(!breaks("reference", |event| matches!(event, Event::VerifyFailed { .. }), 0));
}

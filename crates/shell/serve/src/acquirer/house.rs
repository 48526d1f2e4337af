//! The real acquirer behind the doors: its set-up from the keys of the folder, its views, and what people do to it.
//!
//! Terminals that nobody has set up are admitted with keys that follow from one test key and their number, which
//! `client.json` names; so any terminal can be pointed here. Who names terminals, cards and payers of his own
//! ([`Known`]) gets those instead. Time is Beijing's, as a Chinese platform's is. *Not modelled:* several merchants with
//! the wallets; other keys for a terminal that is in the ledger already.

use crate::acquirer::error::AcquirerError;
use crate::acquirer::platform::{
    AnswerFate, Course, Delivery, DeliveryOutcome, ForClients, HttpAnswer, HttpRequest, NoRequest, Page,
    Platform, View,
};
use crate::acquirer::server::Beginning;
use crate::acquirer::show;
use acquirer::card::{Admit, CardAccount, CardSetup, KeyBytes, ReplyRule, TerminalKeys, TerminalSetup};
use acquirer::fault::{Aim, Fault, FaultId, Rush};
use acquirer::payers::{Does, PayerRule, Payers, Who};
use acquirer::{
    CardRequest, Change, Civil, Code, Config, DeliveryId, Event, Kind, WalletRequest, admitted_master_key,
};
use core::time::Duration;
use iso8583::MacAlgorithm;
use serde_json::{Value, json};
use sim::{Fen, Key, Reason, Seed, SimTime, TerminalNo};
use std::collections::VecDeque;
use std::sync::Arc;

/// Every master key of a terminal follows from it and the terminal's number. A published test key, twice.
const TERMINALS_KEY: [u8; 16] = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10";
/// Working keys of terminals that never sign on: the published test key.
pub(crate) const WORKING_KEY: [u8; 8] = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF";
/// Terminals whose master key is written down for clients that cannot compute it.
const READY_TERMINALS: [&str; 4] = ["00000001", "00000002", "00000003", "12345678"];
/// How long a receiver of notifications may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The acquirer that is served.
#[derive(Debug)]
pub struct House {
    platform: acquirer::Platform,
    /// To be armed when it opens.
    from_the_start: Vec<Mishap>,
    /// Answers that leave, still to be told of.
    answered: VecDeque<Event>,
    faults_armed: u16,
    seed: Seed,
    /// What whoever configures a terminal needs.
    terminals: Value,
    notify_url: Option<String>,
    /// Reads one fault as it is sent to the side door.
    read_fault: ReadFault,
}

/// Reads faults in the words of a scenario file: what they are, or what is wrong with the words.
pub type ReadFault = fn(&Value) -> Result<Vec<Mishap>, String>;

/// Something that a user lets happen to the host. Its moments count from when it is armed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Requests are hit.
    Fault(Fault),
    /// Other terminals ask more than it can serve.
    Rush(Rush),
}

impl Mishap {
    /// Its moments are said as if it was armed at zero; the ledger's time goes on over all runs.
    fn counted_from(mut self, now: SimTime) -> Self {
        let (Self::Fault(Fault { aim: Aim { from, until, .. }, .. }) | Self::Rush(Rush { from, until, .. })) =
            &mut self;
        *from = now + from.since(SimTime::ZERO);
        *until = now + until.since(SimTime::ZERO);
        self
    }
}

/// What a user can say about it.
#[derive(Clone, Debug)]
pub struct HouseSettings {
    /// Faults that are armed from the start.
    pub faults: Vec<Mishap>,
    /// What their dice, and those of later faults, come from.
    pub seed: Seed,
    /// Notices of orders that name no address go here.
    pub notify_url: Option<String>,
    /// Reads a fault that is sent to the side door.
    pub read_fault: ReadFault,
    /// The user's own terminals, cards and payers, instead of ours.
    pub known: Option<Known>,
}

/// Terminals, cards and payers of a user's own. No other terminal is served; any other card or payer pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The terminals, in the order of their numbers.
    pub terminals: Vec<TerminalSetup>,
    /// Cards of which something is known.
    pub cards: Vec<CardAccount>,
    /// What is said to which cards.
    pub rules: Vec<ReplyRule>,
    /// Payers of whom something is known.
    pub payers: Payers,
}

impl House {
    /// The acquirer of this folder's keys.
    ///
    /// # Errors
    /// The folder's keys cannot be used.
    pub fn new(beginning: &Beginning<'_>, settings: HouseSettings) -> Result<Self, AcquirerError> {
        let HouseSettings { faults, seed, notify_url, read_fault, known } = settings;
        let terminals = known.as_ref().map_or_else(any_terminal, known_terminals);
        let config = config(beginning, notify_url.clone(), known)?;
        let mut platform = acquirer::Platform::new(&config);
        platform.keep_changes();
        let answered = VecDeque::new();
        let from_the_start = faults;
        Ok(Self {
            platform,
            from_the_start,
            answered,
            faults_armed: 0,
            seed,
            terminals,
            notify_url,
            read_fault,
        })
    }

    /// The number of the fault; a rush has none, it ends by itself.
    fn arm(&mut self, now: SimTime, mishap: Mishap) -> Option<FaultId> {
        let fault = match mishap.counted_from(now) {
            Mishap::Fault(fault) => fault,
            Mishap::Rush(rush) => {
                self.platform.rush(Some(rush));
                return None;
            }
        };
        self.faults_armed = self.faults_armed.wrapping_add(1);
        let id = FaultId(self.faults_armed);
        let dice = self.seed.stream(&format!("fault {}", id.0));
        self.platform.faults_mut().arm(id, fault, dice);
        Some(id)
    }

    /// The platform leaves it to the doors what becomes of its answers.
    fn tell_answered(&mut self, kind: Kind, key: Key, code: Code, course: &Course) {
        if !matches!(course.answer, AnswerFate::Lost | AnswerFate::IntoNext) {
            self.answered.push_back(Event::Answered { kind, key, code });
        }
    }

    fn pay(&mut self, now: SimTime, number: &str) -> Result<Value, String> {
        let orders = self.platform.books().orders();
        let named = |order: &&acquirer::orders::Order| order.number.as_str() == number;
        let Some(order) = orders.iter().find(named).map(|order| order.number) else {
            return Err(format!("there is no order {number}; /_tillrig/orders lists them"));
        };
        self.platform.customer_pays(now, order).map_err(|why| format!("the order cannot be paid: {why}"))?;
        Ok(json!({ "pays": order.as_str() }))
    }
}

impl Platform for House {
    type CardRequest = CardRequest;
    type WalletRequest = WalletRequest;

    fn apply(&mut self, change: &Change) {
        self.platform.apply(change);
    }

    fn open(&mut self, now: SimTime) {
        self.platform.open();
        for mishap in core::mem::take(&mut self.from_the_start) {
            self.arm(now, mishap);
        }
    }

    fn receive_card(
        &mut self,
        now: SimTime,
        body: &[u8],
        into: &mut CardRequest,
    ) -> Result<Course, NoRequest> {
        self.platform.receive_card(now, body, into).map_err(|error| NoRequest {
            why: error.to_string(),
            in_step: matches!(error, acquirer::NoRequest::Unserved(_)),
        })
    }

    fn commit_card(&mut self, now: SimTime, request: &CardRequest, course: &Course, out: &mut Vec<u8>) {
        let decision = self.platform.commit_card(now, request, course, out);
        self.tell_answered(request.kind(), request.key(), decision.code, course);
    }

    fn terminal(&self, request: &CardRequest) -> TerminalNo {
        match request.key() {
            Key::Card { terminal, .. } => terminal,
            Key::Order(_) => TerminalNo(u16::MAX),
        }
    }

    fn receive_call(
        &mut self,
        now: SimTime,
        request: &HttpRequest<'_>,
    ) -> Result<(WalletRequest, Course), HttpAnswer> {
        self.platform.receive_call(now, request).map_err(|turned_away| turned_away.answer)
    }

    fn commit_call(&mut self, now: SimTime, request: &WalletRequest, course: &Course) -> HttpAnswer {
        let (answer, code) = self.platform.commit_call(now, request, course);
        self.tell_answered(request.kind, request.key(), code, course);
        answer
    }

    fn for_clients(&self) -> ForClients {
        ForClients { terminals: self.terminals.clone(), notify_url: self.notify_url.clone() }
    }

    fn wake_at(&self) -> Option<(SimTime, Reason)> {
        self.platform.wake_at()
    }

    fn advance(&mut self, now: SimTime) {
        self.platform.advance(now);
    }

    fn next_delivery(&mut self, now: SimTime) -> Option<Delivery> {
        let acquirer::Delivery { id, url, content_type, headers, body, .. } =
            self.platform.next_delivery(now)?;
        let mut lines = vec![("content-type", content_type.to_owned())];
        lines.extend(headers);
        Some(Delivery { id: id.0, url, headers: lines, body, patience: PATIENCE })
    }

    fn delivered(&mut self, now: SimTime, id: u64, outcome: DeliveryOutcome<'_>) {
        self.platform.delivered(now, DeliveryId(id), outcome);
    }

    fn take_changes(&mut self, into: &mut Vec<Change>) {
        self.platform.take_changes(into);
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.platform.poll_event().or_else(|| self.answered.pop_front())
    }

    fn view(&self, view: View, page: Page) -> Value {
        show::view(&self.platform, view, page)
    }

    fn poke(&mut self, now: SimTime, what: &Value) -> Result<Value, String> {
        if let Some(fault) = what.get("arm") {
            let mishaps = (self.read_fault)(fault)?;
            let armed: Vec<Option<u16>> =
                mishaps.into_iter().map(|mishap| self.arm(now, mishap).map(|id| id.0)).collect();
            return Ok(json!({ "armed": armed }));
        }
        if let Some(number) = what.get("pay").and_then(Value::as_str) {
            return self.pay(now, number);
        }
        let id = what.get("disarm").and_then(Value::as_str).and_then(|id| id.parse().ok());
        match id {
            Some(id) if self.platform.faults_mut().disarm(FaultId(id)) => Ok(json!({ "disarmed": id })),
            Some(id) => Err(format!("no fault {id} is armed; /_tillrig/faults lists them")),
            None => Err("a fault is disarmed by its number".to_owned()),
        }
    }
}

/// What whoever configures a terminal needs: any number is admitted, and its master key can be computed.
fn any_terminal() -> Value {
    let key = KeyBytes::double(TERMINALS_KEY);
    let ready = READY_TERMINALS.map(|tid| {
        let master_key = admitted_master_key(key, tid);
        json!({
            "tid": tid,
            "master_key": master_key,
            "master_key_check_value": hex(master_key.des().check_value()),
        })
    });
    let working = KeyBytes::single(WORKING_KEY);
    json!({
        "admits": "any tid of 8 characters with any mid of 15; the first batch is 1",
        "mac_algorithm": "cup-ecb",
        "without_sign_on": { "pin_key": working, "mac_key": working },
        "master_keys_from": {
            "key": key,
            "by": "two-key 3DES of the tid's 8 ASCII bytes, then of the complement of each of them",
        },
        "ready": ready,
    })
}

/// The same of terminals that are known by name.
fn known_terminals(known: &Known) -> Value {
    let ready = known.terminals.iter().map(|terminal| {
        json!({
            "tid": terminal.terminal_id,
            "mid": terminal.merchant_id,
            "master_key": terminal.master_key,
            "master_key_check_value": hex(terminal.master_key.des().check_value()),
            "without_sign_on":
                terminal.working_keys.map(|keys| json!({ "pin_key": keys.pin, "mac_key": keys.mac })),
            "first_batch": terminal.batch,
        })
    });
    json!({ "admits": "the terminals under `ready`, and those that are in the ledger", "ready": ready.collect::<Vec<_>>() })
}

fn hex(bytes: [u8; 4]) -> String {
    format!("{:08X}", u32::from_be_bytes(bytes))
}

fn config(
    beginning: &Beginning<'_>,
    notify_url: Option<String>,
    known: Option<Known>,
) -> Result<Config, AcquirerError> {
    let start = in_beijing(beginning.origin_unix_ns);
    let mut config = Config { acknowledging: PATIENCE, start, ..Config::default() };
    config.processing = Duration::ZERO;
    config.answering = Duration::ZERO;
    let admit = if known.is_some() { Admit::Known } else { admit_any() };
    let Known { terminals, cards, rules, payers } = known.unwrap_or_else(Known::ours);
    let speech = beginning.speech;
    config.card = Arc::new(CardSetup { terminals, admit, rules, cards, speech, ..CardSetup::default() });
    config.wallets.payers = payers;
    config.wallets.notify_url = notify_url;
    let platform = beginning.credentials.platform();
    config.wallets.platform =
        Arc::new(platform.map_err(|error| AcquirerError::NoKeys { what: error.to_string() })?);
    Ok(config)
}

impl Known {
    /// What everybody finds who names nothing.
    fn ours() -> Self {
        let payers = Payers { rules: payers(), ..Payers::default() };
        Self { terminals: Vec::new(), cards: cards(), rules: declining_cards(), payers }
    }
}

fn admit_any() -> Admit {
    let working = KeyBytes::single(WORKING_KEY);
    Admit::Any {
        key: KeyBytes::double(TERMINALS_KEY),
        working_keys: Some(TerminalKeys { pin: working, mac: working, track: None }),
        mac_algorithm: MacAlgorithm::CupEcb,
    }
}

/// Cards whose number ends in 00 and a reply code are declined with it: 0051, 0055.
fn declining_cards() -> Vec<ReplyRule> {
    let codes = ["01", "04", "05", "12", "14", "30", "41", "51", "54", "57", "61", "68", "91", "96", "98"];
    codes.iter().map(|code| ReplyRule::card(&format!("00{code}"), code)).collect()
}

/// A card with a PIN and a balance, and one that is approved for a part.
fn cards() -> Vec<CardAccount> {
    let card = |pan_ends: &str, pin: Option<&str>, balance, partial| CardAccount {
        pan_ends: pan_ends.into(),
        pin: pin.map(Into::into),
        balance: Some(Fen(balance)),
        expires: None,
        partial,
    };
    vec![card("7777", Some("123456"), 1_000_000, false), card("1010", None, 5000, true)]
}

/// Payers by the end of their code.
fn payers() -> Vec<PayerRule> {
    let rules = [
        ("0003", Does::TypesPassword { after: Duration::from_secs(8) }),
        ("0004", Does::NeverConfirms),
        ("0051", Does::LacksMoney),
        ("0054", Does::ShowsOldCode),
        ("0014", Does::ShowsInvalidCode),
    ];
    let code = |ends: &str| Who::Code { begins: String::new(), ends: ends.into() };
    rules.into_iter().map(|(ends, does)| PayerRule { who: code(ends), does }).collect()
}

/// The civil time in Beijing.
fn in_beijing(unix_ns: u64) -> Civil {
    const AHEAD_S: u64 = 8 * 3600;
    let epoch = Civil { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    epoch.at(SimTime::from_secs(unix_ns / 1_000_000_000 + AHEAD_S))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{House, HouseSettings, Mishap};
    use crate::acquirer::error::AcquirerError;
    use crate::acquirer::server::Beginning;
    use acquirer::fault::{Aim, Deed, Fault};
    use serde_json::Value;
    use sim::{Seed, SimTime};

    pub(crate) fn house(beginning: &Beginning<'_>) -> Result<House, AcquirerError> {
        let nothing = |_: &Value| Ok(Vec::new());
        let settings = HouseSettings {
            faults: Vec::new(),
            seed: Seed(1),
            notify_url: None,
            read_fault: nothing,
            known: None,
        };
        House::new(beginning, settings)
    }

    #[test]
    fn moments_of_a_fault_count_from_when_it_is_armed() {
        let span = |from_s, until| {
            let aim = Aim { from: SimTime::from_secs(from_s), until, ..Aim::EVERYTHING };
            Mishap::Fault(Fault { aim, deed: Deed::LoseAnswer })
        };
        let armed_at = SimTime::from_secs(1000);
        let bounded = span(5, SimTime::from_secs(65)).counted_from(armed_at);
        assert_eq!(bounded, span(1005, SimTime::from_secs(1065)));
        assert_eq!(span(0, SimTime::NEVER).counted_from(armed_at), span(1000, SimTime::NEVER));
    }
}

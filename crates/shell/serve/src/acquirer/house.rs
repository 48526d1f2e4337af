//! The real acquirer behind the doors: its set-up from the keys of the folder, its views, and what people do to it.
//!
//! Terminals that nobody has set up are admitted with keys that follow from one test key and their number, which
//! `client.json` names; so any terminal can be pointed here. Time is Beijing's, as a Chinese platform's is.
//! *Not modelled:* several merchants; payers and cards of a user's own.

use crate::acquirer::credentials::Credentials;
use crate::acquirer::error::AcquirerError;
use crate::acquirer::platform::{
    AnswerFate, Course, Delivery, DeliveryOutcome, HttpAnswer, HttpRequest, NoRequest, Page, Platform,
    RequestFate, View,
};
use crate::acquirer::server::Beginning;
use crate::acquirer::show;
use acquirer::card::{Admit, CardAccount, CardSetup, KeyBytes, ReplyRule, TerminalKeys};
use acquirer::fault::{self, Fault, FaultId, Rush};
use acquirer::payers::{Does, PayerRule, Who};
use acquirer::{Change, Civil, Config, DeliveryId, Event, WalletRequest};
use core::time::Duration;
use iso8583::MacAlgorithm;
use serde_json::{Value, json};
use sim::{Fen, Key, Reason, Seed, SimTime, TerminalNo};
use std::sync::Arc;
use wallet::keys::{
    AlipayMerchant, ApiV3Key, Certificate, MerchantKeys, PlatformKeys, WeChatMerchant, WeChatPlatform,
};
use wallet::moment::WallTime;
use wallet::rsa_key::PrivateKey;
use wallet::sign::ApiKey;

/// Every master key of a terminal follows from it and the terminal's number. A published test key, twice.
const TERMINALS_KEY: [u8; 16] = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10";
/// Working keys of terminals that never sign on: the published test key.
const WORKING_KEY: [u8; 8] = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF";
/// How long a receiver of notifications may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The acquirer that is served.
#[derive(Debug)]
pub struct House {
    platform: acquirer::Platform,
    faults_armed: u16,
    seed: Seed,
    /// Reads one fault as it is sent to the side door.
    read_fault: ReadFault,
}

/// Reads faults in the words of a scenario file: what they are, or what is wrong with the words.
pub type ReadFault = fn(&Value) -> Result<Vec<Mishap>, String>;

/// Something that a user lets happen to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Requests are hit.
    Fault(Fault),
    /// Other terminals ask more than it can serve.
    Rush(Rush),
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
}

impl House {
    /// The acquirer of this folder's keys.
    ///
    /// # Errors
    /// The folder's keys cannot be used.
    pub fn new(beginning: &Beginning<'_>, settings: HouseSettings) -> Result<Self, AcquirerError> {
        let made = match beginning.credentials {
            Some(_) => None,
            None => Some(Credentials::make()?),
        };
        let credentials = beginning.credentials.or(made.as_ref());
        let HouseSettings { faults, seed, notify_url, read_fault } = settings;
        let config = config(credentials, beginning.origin_unix_ns, notify_url)?;
        let mut platform = acquirer::Platform::new(&config);
        platform.keep_changes();
        let mut house = Self { platform, faults_armed: 0, seed, read_fault };
        for mishap in faults {
            house.arm(mishap);
        }
        Ok(house)
    }

    /// The number of the fault; a rush has none, it ends by itself.
    fn arm(&mut self, mishap: Mishap) -> Option<FaultId> {
        let fault = match mishap {
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

/// What an exchange's course looks like from the doors.
const fn course(of: &fault::Course) -> Course {
    Course {
        hold: of.hold,
        request: match of.request {
            fault::RequestFate::Taken => RequestFate::Taken,
            fault::RequestFate::Lost => RequestFate::Lost,
        },
        answer: match of.answer {
            fault::AnswerFate::Sent => AnswerFate::Sent,
            fault::AnswerFate::Lost => AnswerFate::Lost,
            fault::AnswerFate::Late(by) => AnswerFate::Late(by),
            fault::AnswerFate::Twice(after) => AnswerFate::Twice(after),
            fault::AnswerFate::IntoNext => AnswerFate::IntoNext,
            fault::AnswerFate::Cut { after_bytes, reset } => AnswerFate::Cut { after_bytes, reset },
            fault::AnswerFate::Slow { byte_time } => AnswerFate::Slow { byte_time },
        },
    }
}

/// A card request and what the faults make of it.
#[derive(Debug)]
pub struct CardExchange {
    request: acquirer::CardRequest,
    course: fault::Course,
}

impl Default for CardExchange {
    fn default() -> Self {
        Self { request: acquirer::CardRequest::default(), course: fault::Course::CLEAR }
    }
}

/// A wallet's request and what the faults make of it.
#[derive(Debug)]
pub struct Call {
    request: WalletRequest,
    course: fault::Course,
}

impl Platform for House {
    type CardRequest = CardExchange;
    type WalletRequest = Call;

    fn apply(&mut self, change: &Change) {
        self.platform.apply(change);
    }

    fn open(&mut self) {
        self.platform.open();
    }

    fn receive_card(
        &mut self,
        now: SimTime,
        body: &[u8],
        into: &mut CardExchange,
    ) -> Result<Course, NoRequest> {
        let received = self.platform.receive_card(now, body, &mut into.request);
        into.course = received.map_err(|error| NoRequest {
            why: error.to_string(),
            in_step: matches!(error, acquirer::NoRequest::Unserved(_)),
        })?;
        Ok(course(&into.course))
    }

    fn commit_card(&mut self, now: SimTime, exchange: &CardExchange, _course: &Course, out: &mut Vec<u8>) {
        self.platform.commit_card(now, &exchange.request, &exchange.course, out);
    }

    fn terminal(&self, exchange: &CardExchange) -> TerminalNo {
        match exchange.request.key() {
            Key::Card { terminal, .. } => terminal,
            Key::Order(_) => TerminalNo(u16::MAX),
        }
    }

    fn receive_call(
        &mut self,
        now: SimTime,
        request: &HttpRequest<'_>,
    ) -> Result<(Call, Course), HttpAnswer> {
        let HttpRequest { method, target, headers, body } = *request;
        let request = wallet::exchange::HttpRequest { method, target, headers, body };
        match self.platform.receive_call(now, &request) {
            Ok((request, met)) => Ok((Call { request, course: met }, course(&met))),
            Err(turned_away) => Err(answer(turned_away.answer)),
        }
    }

    fn commit_call(&mut self, now: SimTime, call: &Call, _course: &Course) -> HttpAnswer {
        answer(self.platform.commit_call(now, &call.request, &call.course).0)
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
        let outcome = match outcome {
            DeliveryOutcome::Answered { status, body } => {
                acquirer::DeliveryOutcome::Answered { status, body }
            }
            DeliveryOutcome::NoAnswer => acquirer::DeliveryOutcome::NoAnswer,
            DeliveryOutcome::Refused => acquirer::DeliveryOutcome::Refused,
        };
        self.platform.delivered(now, DeliveryId(id), outcome);
    }

    fn take_changes(&mut self, into: &mut Vec<Change>) {
        self.platform.take_changes(into);
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.platform.poll_event()
    }

    fn view(&self, view: View, page: Page) -> Value {
        show::view(&self.platform, view, page)
    }

    fn poke(&mut self, now: SimTime, what: &Value) -> Result<Value, String> {
        if let Some(fault) = what.get("arm") {
            let mishaps = (self.read_fault)(fault)?;
            let armed: Vec<Option<u16>> =
                mishaps.into_iter().map(|mishap| self.arm(mishap).map(|id| id.0)).collect();
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

fn answer(of: wallet::exchange::HttpAnswer) -> HttpAnswer {
    let wallet::exchange::HttpAnswer { status, content_type, headers, body } = of;
    HttpAnswer { status, content_type, headers, body }
}

/// The master key of a terminal that was not set up.
pub(crate) fn terminals_key() -> KeyBytes {
    KeyBytes::double(TERMINALS_KEY)
}

fn config(
    credentials: Option<&Credentials>,
    origin_unix_ns: u64,
    notify_url: Option<String>,
) -> Result<Config, AcquirerError> {
    let mut config =
        Config { acknowledging: PATIENCE, start: in_beijing(origin_unix_ns), ..Config::default() };
    config.processing = Duration::ZERO;
    config.answering = Duration::ZERO;
    let working = KeyBytes::single(WORKING_KEY);
    let admit = Admit::Any {
        key: terminals_key(),
        working_keys: Some(TerminalKeys { pin: working, mac: working, track: None }),
        mac_algorithm: MacAlgorithm::CupEcb,
    };
    let (terminals, rules, cards) = (Vec::new(), declining_cards(), cards());
    config.card = Arc::new(CardSetup { terminals, admit, rules, cards, ..CardSetup::default() });
    config.wallets.payers.rules = payers();
    config.wallets.notify_url = notify_url;
    if let Some(credentials) = credentials {
        config.wallets.platform = Arc::new(wallets(credentials).map_err(unusable)?);
    }
    Ok(config)
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

fn wallets(credentials: &Credentials) -> Result<wallet::platform::Platform, Box<dyn core::error::Error>> {
    let Credentials { wechat, alipay, .. } = credentials;
    let certificate = Certificate {
        pem: wechat.platform.certificate_pem.clone(),
        serial: wechat.platform.serial.clone(),
        // As the authority made it.
        effective: WallTime::parse_compact("20240101000000").unwrap_or_default(),
        expires: WallTime::parse_compact("20490101000000").unwrap_or_default(),
    };
    let merchant = MerchantKeys {
        wechat: WeChatMerchant {
            mch_id: wechat.mch_id.clone(),
            app_id: wechat.app_id.clone(),
            api_key: ApiKey::new(&wechat.api_key),
            api_v3_key: ApiV3Key::new(&wechat.api_v3_key).ok_or("the APIv3 key has not 32 bytes")?,
            certificate_serial: wechat.merchant.serial.clone(),
            public_key: PrivateKey::from_pem(&wechat.merchant.key_pem)?.public_key(),
        },
        alipay: AlipayMerchant {
            app_id: alipay.app_id.clone(),
            seller_id: format!("2088{}", alipay.app_id.get(4..).unwrap_or_default()),
            public_key: PrivateKey::from_pem(&alipay.app.key_pem)?.public_key(),
        },
    };
    let keys = PlatformKeys {
        wechat: WeChatPlatform {
            private_key: PrivateKey::from_pem(&wechat.platform.key_pem)?,
            certificate,
            public_key_id: wechat.platform_public_id.clone(),
        },
        alipay: PrivateKey::from_pem(&alipay.gateway.key_pem)?,
    };
    Ok(wallet::platform::Platform { merchants: vec![merchant], keys, clock_skew_s: Some(300) })
}

fn unusable(error: Box<dyn core::error::Error>) -> AcquirerError {
    AcquirerError::NoKeys { what: error.to_string() }
}

/// The civil time in Beijing.
fn in_beijing(unix_ns: u64) -> Civil {
    const AHEAD_S: u64 = 8 * 3600;
    let epoch = Civil { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    epoch.at(SimTime::from_secs(unix_ns / 1_000_000_000 + AHEAD_S))
}

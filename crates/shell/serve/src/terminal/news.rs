//! What is told to whoever runs a terminal: one thing at a time, for people as a line and for programs as an object.
//!
//! Moments are seconds since serving began; in objects, nanoseconds (`at_ns`). *Not here:* what goes where; whoever
//! listens decides.

use serde_json::{Value, json};
use sim::{Fen, SimTime};
use terminal::{Event, Language, Screen};
use zvt::Ask;
use zvt::bcd::Amount;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct News {
    /// When, since serving began.
    pub at: SimTime,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum What {
    /// A port is open.
    Listens {
        /// `notify`, `ecr` or `control`.
        kind: &'static str,
        /// The real address or path.
        place: String,
    },
    /// Worth knowing from the start.
    Note(String),
    /// The journal of an earlier run was read.
    Recovered {
        /// How many records.
        records: usize,
        /// In how many places between them it was damaged.
        damaged: usize,
        /// Bytes at its end that were no whole record, and were left out.
        torn_bytes: usize,
    },
    /// A line to or from somebody is open.
    Connected {
        /// To whom.
        what: &'static str,
        /// Where.
        place: String,
    },
    /// It is closed.
    Disconnected {
        /// To whom.
        what: &'static str,
        /// Why.
        why: &'static str,
    },
    /// The display shows something else.
    Shows {
        /// As a value.
        screen: Screen,
        /// As it reads.
        lines: Vec<String>,
    },
    /// Something else happened to the terminal.
    Happened(Event),
    /// The cash register asks for something, or has said what became of it.
    Register(String),
    /// Somebody should look after this.
    Trouble(String),
    /// The answer to a line from standard input.
    Answer(String),
}

impl News {
    /// True for what went wrong around the terminal, which is not part of the story.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        matches!(self.what, What::Trouble(_))
    }

    /// One line for people; nothing for what only programs want to know.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        let words = self.what.words()?;
        if matches!(self.what, What::Answer(_)) {
            return Some(words);
        }
        let millis = self.at.as_nanos() / 1_000_000;
        Some(format!("{:>5}.{:03}  {words}", millis / 1000, millis % 1000))
    }

    /// One object for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut object = json!({ "at_ns": self.at.as_nanos() });
        if let (Value::Object(more), Some(fields)) = (self.what.json(), object.as_object_mut()) {
            fields.extend(more);
        }
        object
    }
}

impl What {
    pub(crate) fn of(event: Event, language: Language) -> Self {
        match event {
            Event::Shows(screen) => Self::Shows { screen, lines: screen.words(language) },
            other => Self::Happened(other),
        }
    }

    /// What a register asks, where that is worth a line.
    pub(crate) fn asked(ask: &Ask) -> Option<Self> {
        register_words(ask).map(Self::Register)
    }

    fn words(&self) -> Option<String> {
        Some(match self {
            Self::Listens { kind, place } => format!("listens at {kind} {place}"),
            Self::Recovered { records, damaged, torn_bytes } => {
                let mut said = format!("journal: {records} records");
                if *damaged > 0 {
                    said.push_str(&format!("; damaged in {damaged} places, which are left out"));
                }
                if *torn_bytes > 0 {
                    said.push_str(&format!("; {torn_bytes} bytes of a torn one are left out"));
                }
                said
            }
            Self::Connected { what, place } => format!("{what} connected, {place}"),
            Self::Disconnected { what, why } => format!("{what} disconnected: {why}"),
            Self::Shows { lines, .. } if lines.is_empty() => "display: dark".to_owned(),
            Self::Shows { lines, .. } => format!("display: {}", lines.join(" | ")),
            Self::Happened(Event::Durable { .. }) => return None,
            Self::Happened(event) => event.to_string(),
            Self::Register(what) => format!("the register {what}"),
            Self::Note(said) | Self::Trouble(said) | Self::Answer(said) => said.clone(),
        })
    }

    fn json(&self) -> Value {
        match self {
            Self::Listens { kind, place } => json!({ "news": "listens", "kind": kind, "place": place }),
            Self::Note(text) => json!({ "news": "note", "text": text }),
            Self::Recovered { records, damaged, torn_bytes } => {
                json!({ "news": "recovered", "records": records, "damaged": damaged, "torn_bytes": torn_bytes })
            }
            Self::Connected { what, place } => json!({ "news": "connected", "what": what, "place": place }),
            Self::Disconnected { what, why } => json!({ "news": "disconnected", "what": what, "why": why }),
            Self::Shows { screen, lines } => json!({
                "news": "shows",
                "text": screen.to_string(),
                "lines": lines,
                "belief": screen.verdict.map(|(_, belief)| belief.to_string()),
                "printer": screen.trouble.map(|trouble| trouble.to_string()),
                "reprint": screen.reprint.map(|key| key.to_string()),
            }),
            Self::Happened(event) => happened(event),
            Self::Register(what) => json!({ "news": "register", "text": what }),
            Self::Trouble(text) => json!({ "news": "trouble", "text": text }),
            Self::Answer(text) => json!({ "news": "answer", "text": text }),
        }
    }
}

/// An event with its kind in one word, as its variant is called, and the number of its charge where it has one.
fn happened(event: &Event) -> Value {
    let (kind, key) = match event {
        Event::Began { key, .. } => ("began", Some(key)),
        Event::Refused { .. } => ("refused", None),
        Event::Runs(_) => ("runs", None),
        Event::SignedOn { .. } => ("signed-on", None),
        Event::Failed { .. } => ("failed", None),
        Event::BatchClosed { .. } => ("batch-closed", None),
        Event::Operator(_) => ("operator", None),
        Event::Durable { key, .. } => ("durable", Some(key)),
        Event::Asked { key, .. } => ("asked", Some(key)),
        Event::Learned { key, .. } => ("learned", Some(key)),
        Event::GaveUp { key } => ("gave-up", Some(key)),
        Event::Unreached { key } => ("unreached", Some(key)),
        Event::Disbelieved { .. } => ("disbelieved", None),
        Event::Busy { .. } => ("busy", None),
        Event::CodeShown { .. } => ("code-shown", None),
        Event::WantsCode { key } => ("wants-code", Some(key)),
        Event::CodeRead { key, .. } => ("code-read", Some(key)),
        Event::CodeIgnored { .. } => ("code-ignored", None),
        Event::AsksReceipt { key } => ("asks-receipt", Some(key)),
        Event::NoSlip { key, .. } => ("no-slip", Some(key)),
        Event::VoucherSent { key, .. } => ("voucher-sent", Some(key)),
        Event::VoucherAnswered { key, .. } => ("voucher-answered", Some(key)),
        Event::VoucherDelayed { key, .. } => ("voucher-delayed", Some(key)),
        Event::Shows(_) => ("shows", None),
        Event::Printing { key, .. } => ("printing", Some(key)),
        Event::PrintingTotals { .. } => ("printing-totals", None),
        Event::Printed { key, .. } => ("printed", Some(key)),
        Event::PrinterTrouble { .. } => ("printer-trouble", None),
        Event::PullsBack { key } => ("pulls-back", Some(key)),
        Event::PowerLost => ("power-lost", None),
        Event::Hung => ("hung", None),
        Event::Restarted => ("restarted", None),
        Event::Amiss(_) => ("amiss", None),
        Event::Booted => ("booted", None),
    };
    let mut object = json!({ "news": kind, "text": event.to_string() });
    if let (Some(key), Some(fields)) = (key, object.as_object_mut()) {
        fields.insert("number".to_owned(), json!(key.to_string()));
    }
    object
}

fn register_words(ask: &Ask) -> Option<String> {
    let sum = |amount: &Amount| Fen(amount.get().cast_signed()).digits().to_string();
    Some(match ask {
        Ask::Pay { amount, .. } => format!("asks for a payment of {}", sum(amount)),
        Ask::Reserve { amount, .. } => {
            format!("asks to hold {}", amount.as_ref().map_or_else(|| "what is usual".to_owned(), sum))
        }
        Ask::ReleasePart { receipt_no, unused, .. } => {
            format!("asks to book hold {:04} without {}", receipt_no.get(), sum(unused))
        }
        Ask::Book { receipt_no, .. } => format!("asks to book hold {:04}", receipt_no.get()),
        Ask::Release { receipt_no } => format!("asks to release hold {:04}", receipt_no.get()),
        Ask::ListReservations => "asks which holds are open".to_owned(),
        Ask::Reverse { receipt_no, .. } => format!("asks to reverse receipt {:04}", receipt_no.get()),
        Ask::Refund { amount } => format!("asks for a refund of {}", sum(amount)),
        Ask::EndOfDay => "asks for the end of the day".to_owned(),
        Ask::Totals => "asks for the totals so far".to_owned(),
        Ask::RepeatReceipt { .. } => "asks for the last receipt".to_owned(),
        Ask::Diagnose { .. } => "asks for a diagnosis".to_owned(),
        Ask::Initialise => "asks for an initialisation".to_owned(),
        Ask::PrintConfiguration => "asks for a slip of the configuration".to_owned(),
        Ask::Status => "asks how the terminal is".to_owned(),
        Ask::Abort => "wants to stop".to_owned(),
        Ask::UndoLast { code } => format!("refuses the result: {code}"),
        Ask::Reduce { issued } => format!("has issued goods for {} only", sum(issued)),
        Ask::NotPrinted { code } => format!("cannot print: {code}"),
        Ask::Lost { during } => format!("is lost ({})", format!("{during:?}").to_lowercase()),
        Ask::Registered { payments, administration } => {
            let (payments, administration) = (format!("{payments:?}"), format!("{administration:?}"));
            format!(
                "has registered; receipts: {}, others: {}",
                payments.to_lowercase(),
                administration.to_lowercase()
            )
        }
        Ask::LoggedOff => "has logged off".to_owned(),
        Ask::Taken | Ask::Printed | Ask::Ended | Ask::HangUp => return None,
    })
}

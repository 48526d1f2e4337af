//! What is told to whoever runs the server: one thing at a time, for people as a line and for programs as an object.
//!
//! Moments are seconds since the server began; in objects, nanoseconds (`at_ns`). *Not here:* what goes where; whoever
//! listens decides.

use printer::Event;
use serde_json::{Value, json};
use sim::SimTime;
use std::path::PathBuf;
use std::sync::Arc;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct News {
    /// When.
    pub at: SimTime,
    /// To which printer; `None` for the server as a whole.
    pub printer: Option<Arc<str>>,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum What {
    /// A port is open; software may use it.
    Listens {
        /// `tcp`, `pty`, `serial` or `control`.
        kind: &'static str,
        /// The real address or path.
        place: String,
    },
    /// Something happened to the printer or its paper.
    Happened(Event),
    /// A host has connected.
    Connected {
        /// From where.
        peer: String,
    },
    /// A host is gone, or was let go.
    Disconnected {
        /// From where it had come.
        peer: String,
        /// Why.
        why: &'static str,
    },
    /// A receipt is on disk.
    Receipt(Box<Filed>),
    /// Somebody should look after this.
    Trouble(String),
    /// The answer to a phrase from standard input.
    Answer(String),
}

/// A receipt that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Its number, or `hanging` for what is not cut.
    pub name: String,
    /// Its picture; the other files stand beside it.
    pub picture: PathBuf,
    /// How it left the printer: `cut`, `torn out`, `hanging`.
    pub how: &'static str,
    /// Its length, in micrometres.
    pub length_um: u32,
    /// The share of its lines of text that can be read, in thousandths.
    pub legibility_permille: u16,
    /// Its text.
    pub lines: Vec<String>,
}

impl News {
    /// True for what went wrong, which is not part of the story.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        matches!(self.what, What::Trouble(_))
    }

    /// One line for people; with the printer's name where there are several.
    #[must_use]
    pub fn line(&self, with_name: bool) -> String {
        if let What::Answer(answer) = &self.what {
            return answer.clone();
        }
        let millis = self.at.as_nanos() / 1_000_000;
        let name = self.printer.as_deref().filter(|_| with_name);
        let name = name.map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{:>5}.{:03}  {name}{}", millis / 1000, millis % 1000, self.what.words())
    }

    /// One object for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut object = json!({ "at_ns": self.at.as_nanos() });
        if let (Some(name), Some(fields)) = (&self.printer, object.as_object_mut()) {
            fields.insert("printer".to_owned(), json!(&**name));
        }
        if let (Value::Object(more), Some(fields)) = (self.what.json(), object.as_object_mut()) {
            fields.extend(more);
        }
        object
    }
}

impl What {
    fn words(&self) -> String {
        match self {
            Self::Listens { kind, place } => format!("listens at {kind} {place}"),
            Self::Happened(event) => event.to_string(),
            Self::Connected { peer } => format!("connected {peer}"),
            Self::Disconnected { peer, why } => format!("disconnected {peer}: {why}"),
            Self::Receipt(filed) => filed.words(),
            Self::Trouble(what) => what.clone(),
            Self::Answer(answer) => answer.clone(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Listens { kind, place } => json!({ "news": "listens", "kind": kind, "place": place }),
            Self::Happened(event) => happened(event),
            Self::Connected { peer } => json!({ "news": "connected", "peer": peer }),
            Self::Disconnected { peer, why } => json!({ "news": "disconnected", "peer": peer, "why": why }),
            Self::Receipt(filed) => filed.json(),
            Self::Trouble(what) => json!({ "news": "trouble", "text": what }),
            Self::Answer(answer) => json!({ "news": "answer", "text": answer }),
        }
    }
}

/// An event with its kind in one word, as its variant is called, and its number of a piece where it has one.
fn happened(event: &Event) -> Value {
    let (kind, piece) = match event {
        Event::PowerLost => ("power-lost", None),
        Event::Ready => ("ready", None),
        Event::Offline { .. } => ("offline", None),
        Event::Online => ("online", None),
        Event::PaperNearEnd => ("paper-near-end", None),
        Event::PaperEnd => ("paper-end", None),
        Event::Printing { piece } => ("printing", Some(*piece)),
        Event::Cut { piece } => ("cut", Some(*piece)),
        Event::Presented { piece } => ("presented", Some(*piece)),
        Event::Retracted { piece } => ("retracted", Some(piece.id())),
        Event::Offered { piece } => ("offered", Some(*piece)),
        Event::Taken { piece } => ("taken", Some(piece.id())),
        Event::Removed { piece } => ("removed", Some(piece.id())),
        Event::Found { piece, .. } => ("found", Some(piece.id())),
        Event::BytesLost { .. } => ("bytes-lost", None),
        Event::Restarting => ("restarting", None),
        Event::LampsChanged { .. } => ("lamps-changed", None),
        Event::Pulse { .. } => ("pulse", None),
        Event::PulseRefused { .. } => ("pulse-refused", None),
        Event::DrawerOpened { .. } => ("drawer-opened", None),
        Event::HeadHot => ("head-hot", None),
        Event::HeadCool => ("head-cool", None),
        Event::CommandIgnored { .. } => ("command-ignored", None),
        _ => ("other", None),
    };
    let mut object = json!({ "news": kind, "text": event.to_string() });
    if let (Some(piece), Some(fields)) = (piece, object.as_object_mut()) {
        fields.insert("piece".to_owned(), json!(piece.0));
    }
    object
}

impl Filed {
    fn words(&self) -> String {
        let Self { picture, how, length_um, legibility_permille, .. } = self;
        let (mm, tenths) = (length_um / 1000, length_um / 100 % 10);
        let legible = match legibility_permille {
            1000 => "every line can be read".to_owned(),
            permille => format!("{}.{} % of its lines can be read", permille / 10, permille % 10),
        };
        format!("receipt {}: {how}, {mm}.{tenths} mm, {legible}", picture.display())
    }

    fn json(&self) -> Value {
        json!({
            "news": "receipt",
            "number": self.name,
            "picture": self.picture,
            "how": self.how,
            "length_um": self.length_um,
            "legibility_permille": self.legibility_permille,
            "lines": self.lines,
        })
    }
}

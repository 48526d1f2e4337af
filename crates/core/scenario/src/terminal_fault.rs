//! What goes wrong inside a terminal: its shape in a scenario file, the checked value, and how it is read.
//!
//! Source: "Scenario and rig files" of the design. *Not modelled:* a firmware that is slow but lives; damage to settings and
//! keys.

use crate::grammar::{TIME, word};
use crate::node::Node;
use crate::shape::{Choice, Field, Map, Presence, Scalar, Shape};
use crate::vocabulary::vocabulary;
use core::time::Duration;

/// Something that goes wrong inside the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalFault {
    /// Its firmware stops. Its watchdog restarts it, if it has one.
    Hang {
        /// Somebody switches it off and on after this, if it still stands still.
        restarted_after: Option<Duration>,
    },
    /// A cell of its flash loses its charge, in one of the two banks.
    FlipBit {
        /// In the newest record of this kind.
        of: JournalRecord,
        /// Which, from the record's first byte's highest.
        bit: u32,
    },
    /// A record of its journal is erased.
    Erase {
        /// The newest record of this kind.
        of: JournalRecord,
        /// From both banks of the flash, and not from one.
        from_both: bool,
    },
}

vocabulary! {
    /// What a record of a terminal's journal says of a charge.
    JournalRecord {
        Begun = "begun", "That it was begun.";
        Approved = "approved", "That it was approved.";
        Ended = "ended", "That it was declined, closed or undone.";
        Printed = "printed", "That a copy of its slip is on paper.";
    }
}

/// What happens to a terminal in a word.
pub(crate) const TERMINAL_MISHAP: Scalar = Scalar::Word {
    what: "something that happens to a terminal",
    words: &["hang"],
    says: &["Its firmware stops, until its watchdog restarts it."],
};

/// What happens to a terminal.
pub(crate) const TERMINAL: Map = Map {
    what: "`terminal`",
    example: "{ hang: { restarted-after: 60s } }",
    fields: &[],
    choices: &[Choice {
        what: "fault of the terminal",
        presence: Presence::Required,
        fields: &[
            Field::optional(
                "hang",
                Shape::Map(HANG),
                "hang: { restarted-after: 60s }",
                "its firmware stops: it hears nothing and says nothing",
            ),
            Field::optional(
                "flip-bit",
                Shape::Map(FLIP_BIT),
                "flip-bit: { of: approved, bit: 171 }",
                "a bit of a journal record changes, in one of the two banks of the flash",
            ),
            Field::optional(
                "erase-record",
                Shape::Map(ERASE),
                "erase-record: { of: approved, from: both-banks }",
                "a journal record is erased",
            ),
        ],
    }],
};

const HANG: Map = Map {
    what: "`hang`",
    example: "{ restarted-after: 60s }",
    choices: &[],
    fields: &[Field::required(
        "restarted-after",
        TIME,
        "restarted-after: 60s",
        "somebody switches it off and on then, if it still stands still",
    )],
};

const OF: Field = Field::required(
    "of",
    Shape::Scalar(word!(JournalRecord, "a kind of journal record")),
    "of: approved",
    "the newest record of this kind",
);

const FLIP_BIT: Map = Map {
    what: "`flip-bit`",
    example: "{ of: approved, bit: 171 }",
    choices: &[],
    fields: &[
        OF,
        Field::required(
            "bit",
            Shape::Scalar(Scalar::Count { least: 0, most: 1_000_000 }),
            "bit: 171",
            "which bit, from the record's first byte's highest, over and over the record",
        ),
    ],
};

const ERASE: Map = Map {
    what: "`erase-record`",
    example: "{ of: approved, from: both-banks }",
    choices: &[],
    fields: &[
        OF,
        Field::optional(
            "from",
            Shape::Scalar(Scalar::Word {
                what: "where a record is erased",
                words: &["both-banks"],
                says: &["From both banks of the flash, so that nothing is left of it."],
            }),
            "from: both-banks",
            "unless this is here, it is erased from one of the two banks",
        ),
    ],
};

/// What a `terminal` says that happens.
pub(crate) fn terminal_fault(node: &Node) -> Option<TerminalFault> {
    if node.text().is_some() {
        return Some(TerminalFault::Hang { restarted_after: None });
    }
    if let Some(hang) = node.get("hang") {
        return Some(TerminalFault::Hang { restarted_after: Some(hang.time("restarted-after")?) });
    }
    let of = |node: &Node| node.word("of", JournalRecord::from_name);
    if let Some(flip) = node.get("flip-bit") {
        return Some(TerminalFault::FlipBit { of: of(flip)?, bit: flip.count("bit")? });
    }
    let erase = node.get("erase-record")?;
    Some(TerminalFault::Erase { of: of(erase)?, from_both: erase.get("from").is_some() })
}

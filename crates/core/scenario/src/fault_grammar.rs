//! The shape of a fault in a scenario file: what is hit, when, and how.
//!
//! Source: "Scenario and rig files" of the design. The texts here are what a writer reads in messages
//! and in the editor.

use crate::acquirer_grammar::{ACQUIRER, SPAN};
use crate::back_office_grammar::BACK_OFFICE_FAULT;
use crate::grammar::{AT, MANY, NTH, TIME, WHEN, word};
use crate::printer_grammar::{AIR, PRINTER_FAULT, PRINTER_MISHAP};
use crate::scan_grammar::{SCANNER, SCANNER_MISHAP};
use crate::shape::{Choice, Field, Map, Presence, Scalar, Shape};
use crate::terminal_fault::{TERMINAL, TERMINAL_MISHAP};
use crate::{LinkPoint, MessageKind, PowerTarget};

const UNTIL_HEALED: Scalar =
    Scalar::Word { what: "how long", words: &["until-healed"], says: &["It lasts until the faults heal."] };

pub(crate) const FAULT_EXAMPLE: &str = "{ on: acquirer.notifies, drop: { times: 1 } }";
/// One fault.
pub(crate) static FAULT: Shape = Shape::Map(Map {
    what: "a fault",
    example: FAULT_EXAMPLE,
    fields: &[
        NTH,
        Field::with(
            &["on"],
            "message",
            Shape::Scalar(word!(MessageKind, "a kind of message")),
            "message: sale",
            "the only kind of message that is hit",
        ),
    ],
    choices: &[
        Choice { what: "beginning", presence: Presence::Optional, fields: &[AT, WHEN] },
        Choice {
            what: "target",
            presence: Presence::Required,
            fields: &[
                Field::optional(
                    "on",
                    Shape::Scalar(word!(LinkPoint, "a point on a link")),
                    "on: acquirer.notifies",
                    "the point on a link at which messages are hit",
                ),
                Field::optional(
                    "printer",
                    Shape::Either(PRINTER_MISHAP, PRINTER_FAULT),
                    "printer: { paper-left: 60mm }",
                    "something that happens to the printer",
                ),
                Field::optional(
                    "scanner",
                    Shape::Either(SCANNER_MISHAP, SCANNER),
                    "scanner: { window: 30% }",
                    "something that happens to the terminal's scanner",
                ),
                Field::optional(
                    "terminal",
                    Shape::Either(TERMINAL_MISHAP, TERMINAL),
                    "terminal: hang",
                    "something that goes wrong inside the terminal",
                ),
                Field::optional(
                    "air",
                    Shape::Map(AIR),
                    "air: { temperature: 45C }",
                    "the air around the printer",
                ),
                Field::optional(
                    "power",
                    Shape::Map(POWER),
                    "power: { cut: terminal, for: 10s }",
                    "the mains fail",
                ),
                Field::optional(
                    "acquirer",
                    Shape::Map(ACQUIRER),
                    "acquirer: { loses: answer, to: sale, times: 1 }",
                    "something that happens at the acquirer's host",
                ),
                BACK_OFFICE_FAULT,
            ],
        },
        Choice {
            what: "verdict",
            presence: Presence::With("on"),
            fields: &[
                Field::optional(
                    "drop",
                    Shape::Either(
                        Scalar::Word {
                            what: "a way of dropping",
                            words: &["always"],
                            says: &["Every matching message is lost."],
                        },
                        hits("`drop`"),
                    ),
                    "drop: { times: 1 }",
                    "the message is lost",
                ),
                Field::optional(
                    "delay",
                    Shape::Map(DELAY),
                    "delay: { by: 70s, times: 1 }",
                    "the message comes later",
                ),
                Field::optional(
                    "duplicate",
                    Shape::Map(DUPLICATE),
                    "duplicate: { after: 2s, times: 1 }",
                    "the message comes twice",
                ),
                Field::optional(
                    "reorder",
                    Shape::Map(hits("`reorder`")),
                    "reorder: { times: 1 }",
                    "the message waits until the next one at that point has passed",
                ),
                Field::optional(
                    "corrupt",
                    Shape::Map(CORRUPT),
                    "corrupt: { times: 1 }",
                    "one bit of the message is turned over",
                ),
                Field::optional(
                    "bandwidth",
                    Shape::Either(Scalar::LineRate, BANDWIDTH),
                    "bandwidth: 9600bps",
                    "the link carries only so many bits a second",
                ),
                Field::optional("cut", LASTS, "cut: { for: 5s }", "the link is cut at this point"),
            ],
        },
    ],
});

pub(crate) const FOR: Field =
    Field::optional("for", TIME, "for: 10s", "how long; the default is until the faults heal");
pub(crate) const LASTS: Shape = Shape::Either(
    UNTIL_HEALED,
    Map { what: "an outage", example: "{ for: 5s }", choices: &[], fields: &[FOR] },
);
const TIMES: Field =
    Field::optional("times", MANY, "times: 1", "how many messages at most; the default is all of them");
const SKIP: Field =
    Field::optional("skip", MANY, "skip: 1", "how many messages pass first; the default is none");
const CHANCE: Field = Field::optional(
    "chance",
    Shape::Scalar(Scalar::Ratio),
    "chance: 1/3",
    "how likely each message is hit, decided by the scenario's seed; the default is always",
);
/// A verdict that says nothing but which messages it hits.
const fn hits(what: &'static str) -> Map {
    Map { what, example: "{ times: 1 }", choices: &[], fields: &[TIMES, SKIP, CHANCE] }
}
const DELAY: Map = Map {
    what: "`delay`",
    example: "{ by: 70s, times: 1 }",
    choices: &[],
    fields: &[
        Field::required("by", SPAN, "by: 70s", "how much later the message comes"),
        TIMES,
        SKIP,
        CHANCE,
    ],
};
const DUPLICATE: Map = Map {
    what: "`duplicate`",
    example: "{ after: 2s, times: 1 }",
    choices: &[],
    fields: &[
        Field::required("after", TIME, "after: 2s", "how long after the first the second comes"),
        TIMES,
        SKIP,
        CHANCE,
    ],
};
const CORRUPT: Map = Map {
    what: "`corrupt`",
    example: "{ bit: 77, times: 1 }",
    choices: &[],
    fields: &[
        Field::optional(
            "bit",
            Shape::Scalar(Scalar::Count { least: 0, most: 1_000_000 }),
            "bit: 77",
            "which bit, from the first byte's highest, over and over the message; the default is any, by the seed",
        ),
        TIMES,
        SKIP,
        CHANCE,
    ],
};
const BANDWIDTH: Map = Map {
    what: "`bandwidth`",
    example: "{ rate: 9600bps, for: 60s }",
    choices: &[],
    fields: &[
        Field::required(
            "rate",
            Shape::Scalar(Scalar::LineRate),
            "rate: 9600bps",
            "bits a second, eight a byte",
        ),
        FOR,
    ],
};

const POWER: Map = Map {
    what: "`power`",
    example: "{ cut: terminal, for: 10s }",
    choices: &[],
    fields: &[
        Field::required(
            "cut",
            Shape::Scalar(word!(PowerTarget, "something that has a supply")),
            "cut: terminal",
            "whose supply fails",
        ),
        FOR,
    ],
};

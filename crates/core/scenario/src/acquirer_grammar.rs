//! The shape of what happens at the acquirer's host: faults of its own, and what they aim at.
//!
//! A deed says on which side of the commit it is: what happens to the request, or to the answer behind it. All that an
//! aim says must hold. The same shape stands under `acquirer:` in a scenario and in a file of faults alone.
//! Source: "Scenario and rig files" of the design; the deeds are those of `acquirer::fault`. *Not modelled:*
//! percentiles finer than a hundredth.

use crate::MessageKind;
use crate::fault_grammar::{FOR, LASTS};
use crate::grammar::{AT, MANY, MONEY, TIME, word};
use crate::notice_grammar::{FALSE, NOTICE_DAMAGE, NOTIFIES};
use crate::shape::{Choice, Field, List, Map, Presence, Scalar, Shape};

/// A file of faults for an acquirer that is served alone.
pub(crate) static ACQUIRER_FAULTS: Shape = Shape::List(List {
    what: "faults of the acquirer",
    may_be_empty: true,
    of: &ACQUIRER_FAULT,
    example: ALONE_EXAMPLE,
});

const ALONE_EXAMPLE: &str = "{ acquirer: { loses: answer, to: sale, times: 1 } }";
/// One of them.
pub(crate) static ACQUIRER_FAULT: Shape = Shape::Map(Map {
    what: "a fault of the acquirer",
    example: ALONE_EXAMPLE,
    choices: &[],
    fields: &[
        Field::required(
            "acquirer",
            Shape::Map(ACQUIRER),
            "acquirer: { loses: answer, to: sale, times: 1 }",
            "something that happens at the acquirer's host",
        ),
        AT,
    ],
});

/// The deeds of the host that can be aimed at certain requests, and further ones.
macro_rules! deeds {
    ($($further:literal),*) => {
        &[
            "loses",
            "holds",
            "says",
            "commits-but-says",
            "answers",
            "answers-late",
            "answers-twice",
            "answers-slowly",
            "answers-with",
            "cuts-answer",
            "totals",
            $($further,)*
        ]
    };
}
const TO_REQUESTS: &[&str] = deeds!();
const DEEDS: &[&str] = deeds!(
    "notifies",
    "notifies-late",
    "notifies-twice",
    "notifies-with",
    "notifies-falsely",
    "notifies-backdated"
);

const fn aim_at_requests(
    name: &'static str,
    shape: Shape,
    example: &'static str,
    doc: &'static str,
) -> Field {
    Field::with(TO_REQUESTS, name, shape, example, doc)
}

const fn aim(name: &'static str, shape: Shape, example: &'static str, doc: &'static str) -> Field {
    Field::with(DEEDS, name, shape, example, doc)
}

/// What happens at the acquirer.
pub(crate) const ACQUIRER: Map = Map {
    what: "something that happens at the acquirer",
    example: "{ loses: answer, to: sale, times: 1 }",
    fields: &[
        aim_at_requests(
            "to",
            Shape::Scalar(word!(MessageKind, "a kind of message")),
            "to: sale",
            "the only kind of request that is hit",
        ),
        aim_at_requests("desk", Shape::Scalar(DESK), "desk: wallet", "the only desk whose requests are hit"),
        aim("amount", AMOUNT_AIM, "amount: CNY 18.50", "only what is for such an amount is hit"),
        aim_at_requests(
            "field",
            Shape::Map(FIELD_AIM),
            "field: { name: 2, ends: 0128 }",
            "only requests with such a field",
        ),
        aim("skip", MANY, "skip: 1", "how many of them pass first; the default is none"),
        aim("times", MANY, "times: 1", "how many of them are hit at most; the default is all"),
        aim(
            "chance",
            Shape::Scalar(Scalar::Ratio),
            "chance: 1/3",
            "how likely each of them is hit, decided by the seed; the default is always",
        ),
        aim("for", TIME, "for: 30s", "how long it lasts; the default is until the faults heal"),
    ],
    choices: &[Choice {
        what: "mishap",
        presence: Presence::Required,
        fields: &[
            Field::optional("down", LASTS, "down: { for: 90s }", "the host refuses connections"),
            Field::optional(
                "slow",
                Shape::Map(SLOW),
                "slow: { by: 8s }",
                "every request takes longer to commit",
            ),
            Field::optional(
                "rush",
                Shape::Map(RUSH),
                "rush: { arrives: 150/s, serves: 100/s, queue: 1000, for: 30s }",
                "other terminals ask more than the host can serve; what waits grows, and is refused behind a full queue",
            ),
            Field::optional(
                "loses",
                Shape::Scalar(LOST),
                "loses: answer",
                "a request, its answer or a notification is lost in the host",
            ),
            Field::optional("holds", LATENCY, "holds: 60s", "the commit comes this much later"),
            Field::optional(
                "says",
                Shape::Scalar(Scalar::Code),
                "says: 96",
                "the host says this instead of deciding; nothing is committed",
            ),
            Field::optional(
                "commits-but-says",
                Shape::Scalar(Scalar::Code),
                "commits-but-says: 96",
                "the host commits as it decides, and says this instead",
            ),
            Field::optional(
                "answers",
                Shape::Scalar(ANSWERS),
                "answers: before-the-next",
                "when the answer leaves",
            ),
            Field::optional(
                "answers-late",
                LATENCY,
                "answers-late: 70s",
                "committed, and the answer leaves this much later",
            ),
            Field::optional(
                "answers-twice",
                Shape::Map(twice("`answers-twice`")),
                "answers-twice: { after: 1s }",
                "the answer comes again",
            ),
            Field::optional(
                "answers-slowly",
                Shape::Map(SLOWLY),
                "answers-slowly: { each-byte: 100ms }",
                "the answer leaves byte by byte",
            ),
            Field::optional(
                "answers-with",
                Shape::Scalar(DAMAGE),
                "answers-with: error-page",
                "committed, and the answer leaves damaged",
            ),
            Field::optional(
                "cuts-answer",
                Shape::Map(CUT),
                "cuts-answer: { after-bytes: 20 }",
                "committed, and the connection ends in the middle of the answer",
            ),
            Field::optional(
                "totals",
                Shape::Scalar(TOTALS),
                "totals: miss-the-last",
                "the totals that the host settles by are not those of its ledger",
            ),
            Field::optional(
                "notifies",
                Shape::Scalar(NOTIFIES),
                "notifies: after-the-next",
                "when a notification leaves",
            ),
            Field::optional("notifies-late", TIME, "notifies-late: 90s", "it leaves this much later"),
            Field::optional(
                "notifies-twice",
                Shape::Map(twice("`notifies-twice`")),
                "notifies-twice: { after: 1s }",
                "the same notification leaves again",
            ),
            Field::optional(
                "notifies-with",
                Shape::Scalar(NOTICE_DAMAGE),
                "notifies-with: error-page",
                "a notification leaves damaged",
            ),
            Field::optional(
                "notifies-falsely",
                Shape::Map(FALSE),
                "notifies-falsely: { order: 12345678W000002, signed: with-a-wrong-key }",
                "a notification is forged: what it says, or who signed it",
            ),
            Field::optional(
                "notifies-backdated",
                TIME,
                "notifies-backdated: 24h",
                "a notification says that it was made so long ago; WeChat Pay v2 says no time",
            ),
        ],
    }],
};

const SLOW: Map = Map {
    what: "`slow`",
    example: "{ by: 8s }",
    choices: &[],
    fields: &[Field::required("by", TIME, "by: 8s", "how much longer every request takes")],
};
const RATE: Shape = Shape::Scalar(Scalar::Rate);
const RUSH: Map = Map {
    what: "`rush`",
    example: "{ arrives: 150/s, serves: 100/s, queue: 1000, for: 30s }",
    choices: &[],
    fields: &[
        Field::required("arrives", RATE, "arrives: 150/s", "requests of others that come"),
        Field::required("serves", RATE, "serves: 100/s", "requests that the host serves"),
        Field::required(
            "queue",
            MANY,
            "queue: 1000",
            "requests that may wait; what comes behind them is refused as busy",
        ),
        FOR,
    ],
};
const LOST: Scalar = Scalar::Word {
    what: "what a host loses",
    words: &["request", "answer", "notification"],
    says: &[
        "The request is read and forgotten: nothing is committed, nothing answered.",
        "The request is committed, and its answer never leaves.",
        "The notification never leaves; it is told again when the schedule says so.",
    ],
};
const ANSWERS: Scalar = Scalar::Word {
    what: "when an answer leaves",
    words: &["before-the-next"],
    says: &["It is held back, and leaves in front of the next answer."],
};
const DAMAGE: Scalar = Scalar::Word {
    what: "damage to an answer",
    words: &[
        "wrong-mac",
        "truncated",
        "wrong-length",
        "unknown-field",
        "no-reply-code",
        "other-encoding",
        "error-page",
    ],
    says: &[
        "One bit of the MAC, or of the signed content, is turned over.",
        "The second half is missing; the length says so.",
        "The length announces more bytes than come.",
        "A field that the dialect does not have.",
        "Field 39, or the result, is missing.",
        "Digits as text where the dialect packs them; UTF-16 where it is UTF-8.",
        "A page for people, from a box in front of the host.",
    ],
};
const TOTALS: Scalar = Scalar::Word {
    what: "what is wrong with totals",
    words: &["miss-the-last", "count-the-last-twice"],
    says: &[
        "They lack the last transaction of the batch.",
        "They count the last transaction of the batch twice.",
    ],
};
const DESK: Scalar = Scalar::Word {
    what: "a desk of the acquirer",
    words: &["card", "wallet"],
    says: &["The ISO 8583 host.", "The wallet gateways."],
};
/// An answer or a notification that leaves twice.
const fn twice(what: &'static str) -> Map {
    Map { what, example: "{ after: 1s }", choices: &[], fields: AFTER }
}
const AFTER: &[Field] =
    &[Field::required("after", TIME, "after: 1s", "how long after the first the second leaves")];
const SLOWLY: Map = Map {
    what: "`answers-slowly`",
    example: "{ each-byte: 100ms }",
    choices: &[],
    fields: &[Field::required("each-byte", TIME, "each-byte: 100ms", "from one byte to the next")],
};
const CUT: Map = Map {
    what: "`cuts-answer`",
    example: "{ after-bytes: 20 }",
    choices: &[],
    fields: &[
        Field::required(
            "after-bytes",
            Shape::Scalar(Scalar::Count { least: 0, most: 65_535 }),
            "after-bytes: 20",
            "how many bytes still leave",
        ),
        Field::optional(
            "by",
            Shape::Scalar(Scalar::Word {
                what: "how a connection ends",
                words: &["closing", "reset"],
                says: &["In order.", "By a reset."],
            }),
            "by: reset",
            "how the connection ends; the default is `closing`",
        ),
    ],
};

/// How long something takes: always the same, evenly between two, or by a table of percentiles.
const LATENCY: Shape = Shape::Either(
    Scalar::Time,
    Map {
        what: "a latency",
        example: "{ between: 1s, and: 9s }",
        fields: &[],
        choices: &[
            Choice {
                what: "distribution",
                presence: Presence::Required,
                fields: &[
                    BETWEEN,
                    Field::optional(
                        "percentiles",
                        Shape::List(List {
                            what: "percentiles",
                            may_be_empty: false,
                            of: &PERCENTILE,
                            example: PERCENTILES,
                        }),
                        "percentiles: [{ share: 0%, within: 50ms }, { share: 90%, within: 1s }, { share: 100%, within: 60s }]",
                        "from 0% to 100%, how long so many of the requests take at most; straight lines between them",
                    ),
                ],
            },
            OTHER_END,
        ],
    },
);
/// The same for a link, whose rules know no table.
pub(crate) const SPAN: Shape = Shape::Either(
    Scalar::Time,
    Map {
        what: "a span",
        example: "{ between: 1s, and: 9s }",
        fields: &[],
        choices: &[
            Choice { what: "distribution", presence: Presence::Required, fields: &[BETWEEN] },
            OTHER_END,
        ],
    },
);
const PERCENTILES: &str = "[{ share: 0%, within: 50ms }, { share: 100%, within: 60s }]";
const BETWEEN: Field = Field::optional(
    "between",
    TIME,
    "between: 1s",
    "anything from here to `and`, evenly, by the scenario's seed",
);
const OTHER_END: Choice = Choice {
    what: "other end",
    presence: Presence::With("between"),
    fields: &[Field::optional("and", TIME, "and: 9s", "the most that it takes")],
};
static PERCENTILE: Shape = Shape::Map(Map {
    what: "a percentile",
    example: "{ share: 90%, within: 1s }",
    choices: &[],
    fields: &[
        Field::required("share", Shape::Scalar(Scalar::Percent), "share: 90%", "so many of all"),
        Field::required("within", TIME, "within: 1s", "take at most this long"),
    ],
});

const AMOUNT_AIM: Shape = Shape::Either(
    Scalar::Money,
    Map {
        what: "an amount to aim at",
        example: "{ at-least: CNY 100.00 }",
        fields: &[],
        choices: &[Choice {
            what: "kind of amount",
            presence: Presence::Required,
            fields: &[
                Field::optional("at-most", MONEY, "at-most: CNY 100.00", "this and less"),
                Field::optional("at-least", MONEY, "at-least: CNY 100.00", "this and more"),
                Field::optional(
                    "cents",
                    Shape::Scalar(Scalar::Count { least: 0, most: 99 }),
                    "cents: 69",
                    "amounts that end in these two digits",
                ),
            ],
        }],
    },
);
const FIELD_AIM: Map = Map {
    what: "a field to aim at",
    example: "{ name: 2, ends: 0128 }",
    choices: &[],
    fields: &[
        Field::required(
            "name",
            Shape::Scalar(Scalar::Wire),
            "name: 2",
            "the number of a field of a card message, or the name of a field of a wallet call",
        ),
        Field::optional(
            "ends",
            Shape::Scalar(Scalar::Wire),
            "ends: 0128",
            "how its value ends; left out, it only has to be there",
        ),
    ],
};

//! The shape of what happens at the back office: who comes to its counter, and what goes wrong there.
//!
//! Source: "Scenario and rig files" of the design. *Not modelled:* faults that aim at one voucher; rules on the link do.

use crate::back_office::{BACK_OFFICE_PROFILE_SENTENCES, BACK_OFFICE_PROFILES, KnownBy, Service};
use crate::fault_grammar::{FOR, LASTS};
use crate::grammar::{MANY, MONEY, NAME, TIME, word};
use crate::shape::{Choice, Field, Map, Presence, Scalar, Shape};

/// The profile of the back office.
pub(crate) const BACK_OFFICE: Field = Field::optional(
    "backoffice",
    Shape::Scalar(Scalar::Word {
        what: "a back office profile",
        words: BACK_OFFICE_PROFILES,
        says: BACK_OFFICE_PROFILE_SENTENCES,
    }),
    "backoffice: reference",
    "the back office that takes vouchers; without this line there is one where steps, faults or expectations speak of it",
);

/// Somebody at its counter looks for a voucher.
pub(crate) const QUERY_VOUCHER: Field = Field::optional(
    "query-voucher",
    Shape::Map(visit("`query-voucher`")),
    "query-voucher: { of: sale }",
    "somebody looks for the voucher of a payment in the back office",
);

/// Somebody at its counter has one redeemed.
pub(crate) const REDEEM: Field = Field::optional(
    "redeem",
    Shape::Map(visit("`redeem`")),
    "redeem: { of: sale }",
    "somebody has the voucher of a payment redeemed at the back office",
);

const fn visit(what: &'static str) -> Map {
    Map { what, example: "{ of: sale }", choices: &[], fields: VISIT }
}

const VISIT: &[Field] = &[
    Field::required("of", NAME, "of: sale", "the `id` of the payment whose voucher it is"),
    Field::optional(
        "by",
        Shape::Scalar(word!(KnownBy, "something that people know of a payment")),
        "by: amount-and-time",
        "what they know of it; the default is `number`",
    ),
];

/// Something that happens to it.
pub(crate) const BACK_OFFICE_FAULT: Field = Field::optional(
    "backoffice",
    Shape::Map(FAULT),
    "backoffice: { close-redemptions: { for: 60s } }",
    "something that happens to the back office",
);

const FAULT: Map = Map {
    what: "`backoffice`",
    example: "{ close-redemptions: { for: 60s } }",
    fields: &[],
    choices: &[Choice {
        what: "mishap",
        presence: Presence::Required,
        fields: &[
            Field::optional(
                "close-uploads",
                LASTS,
                "close-uploads: { for: 60s }",
                "it takes no vouchers: HTTP 503",
            ),
            Field::optional(
                "close-queries",
                LASTS,
                "close-queries: { for: 60s }",
                "nobody can look for a voucher",
            ),
            Field::optional(
                "close-redemptions",
                LASTS,
                "close-redemptions: { for: 60s }",
                "nobody can have a voucher redeemed",
            ),
            Field::optional(
                "rate-limit",
                Shape::Map(LIMIT),
                "rate-limit: { of: redemptions, times: 1, within: 60s }",
                "a service takes only so many in so long",
            ),
            Field::optional(
                "upgrade",
                LASTS,
                "upgrade: { for: 5m }",
                "a release that reads format 2 alone; old vouchers are migrated when it is mended",
            ),
            Field::optional(
                "rule-from",
                TIME,
                "rule-from: 30s",
                "payments from this moment of the run on need format 2",
            ),
            Field::optional("power-cut", LASTS, "power-cut: { for: 20s }", "its supply fails"),
            Field::optional(
                "forges",
                Shape::Map(FORGED),
                "forges: { amount: CNY 1.00 }",
                "somebody without the key uploads a voucher of the newest charge",
            ),
        ],
    }],
};

const LIMIT: Map = Map {
    what: "`rate-limit`",
    example: "{ of: redemptions, times: 1, within: 60s }",
    choices: &[],
    fields: &[
        Field::required("of", Shape::Scalar(word!(Service, "a service")), "of: redemptions", "which service"),
        Field::required("times", MANY, "times: 1", "how many it takes"),
        Field::required("within", TIME, "within: 60s", "in how long"),
        FOR,
    ],
};

const FORGED: Map = Map {
    what: "`forges`",
    example: "{ amount: CNY 1.00 }",
    choices: &[],
    fields: &[Field::required("amount", MONEY, "amount: CNY 1.00", "how much the forged voucher says")],
};

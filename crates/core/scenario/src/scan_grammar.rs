//! The shape of a payment by payment code, and of what goes wrong with the scanner.
//!
//! Source: "Scenario and rig files" of the design. *Not modelled:* the hands of the cashier.

use crate::grammar::{TIME, word};
use crate::shape::{Choice, Field, Map, Presence, Scalar, Shape};
use crate::step_grammar::{AGAIN, AMOUNT};
use crate::{ShownCode, Wallet};

pub(crate) const SCAN: Map = Map {
    what: "`scan`",
    example: "{ wallet: wechat, amount: CNY 18.50, customer-enters-password: 10s }",
    fields: &[
        Field::required(
            "wallet",
            Shape::Scalar(word!(Wallet, "a wallet")),
            "wallet: wechat",
            "whose payment code is wanted",
        ),
        AMOUNT,
        AGAIN,
        Field::optional(
            "code",
            Shape::Scalar(word!(ShownCode, "a payment code")),
            "code: expired",
            "what the customer shows; the default is `valid`",
        ),
    ],
    choices: &[Choice {
        what: "way of paying",
        presence: Presence::Optional,
        fields: &[
            Field::optional(
                "customer-enters-password",
                TIME,
                "customer-enters-password: 10s",
                "the customer is asked for the password, and has typed it after this; nobody asks unless this is here",
            ),
            Field::optional(
                "customer-pays",
                Shape::Scalar(Scalar::Word {
                    what: "a way of not paying",
                    words: &["never", "lacks-money"],
                    says: &[
                        "The customer is asked for the password and puts the phone away.",
                        "The customer has not enough money.",
                    ],
                }),
                "customer-pays: never",
                "the customer does not pay",
            ),
        ],
    }],
};

/// What happens to a scanner in a word.
pub(crate) const SCANNER_MISHAP: Scalar = Scalar::Word {
    what: "something that happens to a scanner",
    words: &["unplug"],
    says: &["Its plug comes out."],
};

/// What happens to a scanner.
pub(crate) const SCANNER: Map = Map {
    what: "`scanner`",
    example: "{ window: 30% }",
    fields: &[],
    choices: &[Choice {
        what: "fault of the scanner",
        presence: Presence::Required,
        fields: &[
            Field::optional(
                "window",
                Shape::Scalar(Scalar::Percent),
                "window: 30%",
                "so much of the contrast comes through its dirty window: below 45% it reads slowly, below 23% nothing",
            ),
            Field::optional(
                "scratch",
                Shape::Map(SCRATCH),
                "scratch: { digit: 7, check: ignored }",
                "a scratch on its window hides one digit",
            ),
            Field::optional(
                "sends-twice",
                Shape::Map(Map {
                    what: "`sends-twice`",
                    example: "{ after: 3s }",
                    fields: &[Field::required("after", TIME, "after: 3s", "how long after the first time")],
                    choices: &[],
                }),
                "sends-twice: { after: 3s }",
                "its cable loses the acknowledgement, and it sends what it has read once more",
            ),
        ],
    }],
};

const SCRATCH: Map = Map {
    what: "`scratch`",
    example: "{ digit: 7, check: ignored }",
    fields: &[
        Field::required(
            "digit",
            Shape::Scalar(Scalar::Count { least: 1, most: 18 }),
            "digit: 7",
            "which digit, from the first",
        ),
        Field::optional(
            "check",
            Shape::Scalar(Scalar::Word {
                what: "what it does with the check character",
                words: &["ignored"],
                says: &["Somebody has switched the check off, so that the digit is read wrongly."],
            }),
            "check: ignored",
            "unless this is here, the check character does not fit and nothing is read",
        ),
    ],
    choices: &[],
};

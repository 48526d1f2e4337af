//! The shape of a step: what people do at the counter, and how it is written.
//!
//! Source: "Scenario and rig files" of the design. *Not modelled:* passwords, signatures.

use crate::back_office_grammar::{QUERY_VOUCHER, REDEEM};
use crate::grammar::{AT, MONEY, NAME, NTH, TIME, WHEN, word};
use crate::parameters::KEY_IN;
use crate::scan_grammar::SCAN;
use crate::shape::{Choice, Field, Map, Presence, Scalar, Shape};
use crate::{CompletionWay, Key, OperatorAct, PrinterAct, Wallet};

pub(crate) const STEP_EXAMPLE: &str = "{ at: 0s, card-sale: { amount: CNY 25.00 } }";

pub(crate) static STEP: Shape = Shape::Map(Map {
    what: "a step",
    example: STEP_EXAMPLE,
    fields: &[
        NTH,
        Field::optional("id", NAME, "id: first-try", "a name by which a later step can refer to this one"),
    ],
    choices: &[
        Choice { what: "beginning", presence: Presence::Required, fields: &[AT, WHEN] },
        Choice { what: "action", presence: Presence::Required, fields: ACTIONS },
    ],
});

const ACTIONS: &[Field] = &[
    Field::optional(
        "card-sale",
        Shape::Map(CARD_SALE),
        "card-sale: { amount: CNY 25.00 }",
        "the cashier sells by card",
    ),
    Field::optional(
        "show-qr",
        Shape::Map(SHOW_QR),
        "show-qr: { wallet: wechat, amount: CNY 18.50 }",
        "the terminal shows a QR code, and the customer scans it and pays",
    ),
    Field::optional(
        "scan",
        Shape::Map(SCAN),
        "scan: { wallet: wechat, amount: CNY 18.50 }",
        "the terminal scans the code on the customer's phone",
    ),
    Field::optional(
        "pre-auth",
        Shape::Map(PRE_AUTH),
        "pre-auth: { amount: CNY 300.00 }",
        "the cashier has an amount held on a card, or in a wallet",
    ),
    Field::optional("void", Shape::Map(VOID), "void: { of: sale }", "the cashier takes a card sale back"),
    Field::optional(
        "refund",
        Shape::Map(REFUND),
        "refund: { of: sale, amount: CNY 5.00 }",
        "the cashier gives a part of a payment back, or all of it",
    ),
    Field::optional(
        "void-pre-auth",
        Shape::Map(VOID_PRE_AUTH),
        "void-pre-auth: { of: hold }",
        "the cashier lets held money go",
    ),
    Field::optional(
        "complete",
        Shape::Map(COMPLETE),
        "complete: { of: hold, amount: CNY 280.00 }",
        "the cashier takes what was held, or up to 115 % of it",
    ),
    Field::optional(
        "void-completion",
        Shape::Map(VOID_COMPLETION),
        "void-completion: { of: done }",
        "the cashier gives back what was taken of a hold; the hold is there again",
    ),
    Field::optional(
        "reprint",
        Shape::Map(REPRINT),
        "reprint: { of: sale }",
        "the cashier keys in the number of a payment and has its slip printed again",
    ),
    Field::optional(
        "operator",
        Shape::Scalar(word!(OperatorAct, "something that an operator has the terminal do")),
        "operator: settle",
        "the operator has the terminal do something for the shop",
    ),
    Field::optional(
        "log-on",
        Shape::Scalar(Scalar::Count { least: 1, most: 99 }),
        "log-on: 2",
        "the operator of this number logs on",
    ),
    Field::optional(
        "key-in",
        Shape::Map(KEY_IN),
        "key-in: { tid: 12345678 }",
        "somebody keys in parameters of the terminal, wrong ones or right ones",
    ),
    Field::optional(
        "press",
        Shape::Scalar(word!(Key, "a key")),
        "press: cancel",
        "the operator presses a key of the terminal",
    ),
    Field::optional(
        "printer",
        Shape::Scalar(word!(PrinterAct, "something a person does at the printer")),
        "printer: load-paper",
        "the operator does something at the printer",
    ),
    QUERY_VOUCHER,
    REDEEM,
];

pub(crate) const AGAIN: Field = Field::optional(
    "again",
    NAME,
    "again: first-try",
    "the `id` of an earlier step: this is another try for the same intent to pay",
);
pub(crate) const AMOUNT: Field =
    Field::required("amount", MONEY, "amount: CNY 25.00", "what is to be paid, with its currency");
const OF: Field = Field::required("of", NAME, "of: sale", "the `id` of the earlier step that it is about");

const CARD_SALE: Map =
    Map { what: "`card-sale`", example: "{ amount: CNY 25.00 }", choices: &[], fields: &[AMOUNT, AGAIN] };
const PRE_AUTH: Map = Map {
    what: "`pre-auth`",
    example: "{ amount: CNY 300.00 }",
    fields: &[
        AMOUNT,
        AGAIN,
        Field::optional(
            "wallet",
            Shape::Scalar(Scalar::Word {
                what: "a wallet that holds money",
                words: &["alipay"],
                says: &[
                    "Alipay: the customer scans the terminal's code, and the amount is frozen in the wallet.",
                ],
            }),
            "wallet: alipay",
            "whose code is shown; the default is a card",
        ),
    ],
    choices: &[Choice {
        what: "way of agreeing",
        presence: Presence::Optional,
        fields: &[
            Field::with(
                &["wallet"],
                "customer-pays-after",
                TIME,
                "customer-pays-after: 3s",
                "how long after the code is shown the customer agrees; the default is 3s",
            ),
            Field::with(
                &["wallet"],
                "customer-pays",
                Shape::Scalar(Scalar::Word {
                    what: "a way of not agreeing",
                    words: &["never"],
                    says: &["The customer walks away."],
                }),
                "customer-pays: never",
                "the customer walks away without agreeing",
            ),
        ],
    }],
};
const VOID: Map = about("`void`", "{ of: sale }");
const VOID_PRE_AUTH: Map = about("`void-pre-auth`", "{ of: hold }");
const VOID_COMPLETION: Map = about("`void-completion`", "{ of: done }");
const REPRINT: Map = about("`reprint`", "{ of: sale }");
const REFUND: Map = Map {
    what: "`refund`",
    example: "{ of: sale, amount: CNY 5.00 }",
    choices: &[],
    fields: &[
        OF,
        Field::optional(
            "amount",
            MONEY,
            "amount: CNY 5.00",
            "what goes back, with its currency; the default is all of the payment",
        ),
    ],
};
const COMPLETE: Map = Map {
    what: "`complete`",
    example: "{ of: hold, amount: CNY 280.00 }",
    choices: &[],
    fields: &[
        OF,
        AMOUNT,
        Field::optional(
            "by",
            Shape::Scalar(word!(CompletionWay, "a way of completing")),
            "by: advice",
            "whether the host is asked or told; the default is `request`",
        ),
    ],
};
const SHOW_QR: Map = Map {
    what: "`show-qr`",
    example: "{ wallet: wechat, amount: CNY 18.50, customer-pays-after: 3s }",
    fields: &[
        Field::required(
            "wallet",
            Shape::Scalar(word!(Wallet, "a wallet")),
            "wallet: wechat",
            "whose code is shown",
        ),
        AMOUNT,
        AGAIN,
    ],
    choices: &[Choice {
        what: "way of paying",
        presence: Presence::Optional,
        fields: &[
            Field::optional(
                "customer-pays-after",
                TIME,
                "customer-pays-after: 3s",
                "how long after the code is shown the customer pays; the default is 3s",
            ),
            Field::optional(
                "customer-pays",
                Shape::Scalar(Scalar::Word {
                    what: "a way of paying",
                    words: &["never"],
                    says: &["The customer never pays."],
                }),
                "customer-pays: never",
                "the customer walks away without paying",
            ),
        ],
    }],
};

const fn about(what: &'static str, example: &'static str) -> Map {
    Map { what, example, choices: &[], fields: &[OF] }
}

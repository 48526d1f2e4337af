//! The shape of a scenario file: every field, what it means, and how it is written.
//!
//! Source: "Scenario and rig files" of the design. The texts here are what a writer reads in messages
//! and in the editor.

use crate::back_office_grammar::BACK_OFFICE;
use crate::fault_grammar::{FAULT, FAULT_EXAMPLE};
use crate::matrix;
use crate::parameters::{NOTIFY_URL, PRINTER_BAUD, parameter_fields};
use crate::people::PEOPLE;
use crate::print_settings::{PRINTS_FIELD, RECEIPT_PROMPT};
use crate::shape::{Field, List, Map, Scalar, Shape};
use crate::step_grammar::{STEP, STEP_EXAMPLE};
use crate::{
    Cause, Event, Fate, Law, PRINTER_PROFILE_SENTENCES, PRINTER_PROFILES, ReceiptCopy, ScreenWord, Symptom,
    TERMINAL_PROFILE_SENTENCES, TERMINAL_PROFILES, Wallet,
};

/// The shape of the scalar that is a word of a vocabulary.
macro_rules! word {
    ($vocabulary:ident, $what:literal) => {
        Scalar::Word { what: $what, words: $vocabulary::NAMES, says: $vocabulary::SENTENCES }
    };
}
pub(crate) use word;

pub(crate) const TIME: Shape = Shape::Scalar(Scalar::Time);
pub(crate) const MONEY: Shape = Shape::Scalar(Scalar::Money);
const TEXT: Shape = Shape::Scalar(Scalar::Text);
pub(crate) const NAME: Shape = Shape::Scalar(Scalar::Name);
pub(crate) const MANY: Shape = Shape::Scalar(Scalar::Count { least: 1, most: 1_000_000 });
const TERMINAL: Scalar =
    Scalar::Word { what: "a terminal profile", words: TERMINAL_PROFILES, says: TERMINAL_PROFILE_SENTENCES };
pub(crate) const PRINTER: Scalar =
    Scalar::Word { what: "a printer profile", words: PRINTER_PROFILES, says: PRINTER_PROFILE_SENTENCES };

/// A whole scenario file.
pub(crate) static SCENARIO: Shape = Shape::Map(Map {
    what: "a scenario",
    example: "name: …, symptom: …, cause: …, steps: …, expect: …",
    choices: &[],
    fields: &[
        Field::required(
            "name",
            TEXT,
            "name: Paid, but the result never arrives",
            "one line that says what happens",
        ),
        Field::required(
            "symptom",
            Shape::Scalar(word!(Symptom, "a symptom")),
            "symptom: receipt-retracted",
            "what the merchant sees",
        ),
        Field::required(
            "cause",
            Shape::Scalar(word!(Cause, "a cause of the catalogue")),
            "cause: notification-lost",
            "why it happens: a cause of the catalogue without its letter, or `none`",
        ),
        Field::optional(matrix::MATRIX, Shape::Matrix, matrix::EXAMPLE, matrix::DOC),
        Field::optional(
            "about",
            TEXT,
            "about: The customer has paid; look for the payment before charging again.",
            "what the merchant sees and what the right handling is",
        ),
        Field::optional(
            "terminal",
            Shape::Either(TERMINAL, TERMINAL_SETUP),
            "terminal: kiosk-prints-first",
            "the emulated terminal: a profile, or a profile with its settings; the default is `reference`",
        ),
        Field::optional(
            "printer",
            Shape::Scalar(PRINTER),
            "printer: desk-80",
            "the printer's profile; the default is the terminal's own",
        ),
        BACK_OFFICE,
        Field::optional(
            "customer",
            Shape::Either(word_leaves(), CUSTOMER),
            "customer: { takes-receipt-after: 2s }",
            "what the customer does with a receipt; the default is to take it after 2s",
        ),
        PEOPLE,
        Field::required(
            "steps",
            Shape::List(List { what: "steps", may_be_empty: false, of: &STEP, example: STEP_EXAMPLE }),
            "steps: [{ at: 0s, card-sale: { amount: CNY 25.00 } }]",
            "what people do",
        ),
        Field::optional(
            "faults",
            Shape::List(List { what: "faults", may_be_empty: true, of: &FAULT, example: FAULT_EXAMPLE }),
            "faults: [{ on: acquirer.answers, drop: { times: 1 } }]",
            "what goes wrong",
        ),
        Field::optional(
            "heal",
            Shape::Map(HEAL),
            "heal: { at: 3m }",
            "when the faults are mended at the latest; the default is 10m",
        ),
        Field::optional(
            "settles-within",
            TIME,
            "settles-within: 10m",
            "how long after healing the world may take to come to rest; the default is 30m",
        ),
        Field::required(
            "expect",
            Shape::Map(EXPECT),
            "expect: { captured: CNY 25.00 }",
            "what has to come out",
        ),
    ],
});

const fn word_leaves() -> Scalar {
    Scalar::Word {
        what: "what a customer does",
        words: &["leaves-receipt"],
        says: &["The customer walks away without the receipt."],
    }
}

static WALLET: Shape = Shape::Scalar(word!(Wallet, "a wallet"));

const WALLETS: Field = Field::optional(
    "wallets",
    Shape::List(List { what: "wallets", may_be_empty: true, of: &WALLET, example: "[wechat]" }),
    "wallets: [wechat]",
    "the wallets of the terminal's table, whose codes and payments it recognises; the default is all of them",
);

const TERMINAL_SETUP: Map = Map {
    what: "the terminal's setup",
    example: "{ profile: kiosk-prints-first, language: zh, reply-timeout: 5s }",
    choices: &[],
    fields: parameter_fields!(
        [Field::optional(
            "profile",
            Shape::Scalar(TERMINAL),
            "profile: kiosk-prints-first",
            "the firmware profile; the default is `reference`",
        )],
        [NOTIFY_URL, PRINTER_BAUD, PRINTS_FIELD, RECEIPT_PROMPT, WALLETS]
    ),
};

const CUSTOMER: Map = Map {
    what: "the customer",
    example: "{ takes-receipt-after: 2s }",
    choices: &[],
    fields: &[Field::required(
        "takes-receipt-after",
        TIME,
        "takes-receipt-after: 2s",
        "how long after it is ready the customer takes a receipt",
    )],
};

const HEAL: Map = Map {
    what: "`heal`",
    example: "{ at: 3m }",
    choices: &[],
    fields: &[Field::required("at", TIME, "at: 3m", "the moment of the run")],
};

pub(crate) const AT: Field =
    Field::optional("at", TIME, "at: 10s", "the moment of the run, counted from its start");
pub(crate) const WHEN: Field = Field::optional(
    "when",
    Shape::Scalar(word!(Event, "an event")),
    "when: acquirer.commits",
    "the event that it waits for",
);
pub(crate) const NTH: Field = Field::with(
    &["when"],
    "nth",
    MANY,
    "nth: 2",
    "which occurrence of the event counts; the default is the first",
);

static RECEIPT: Shape = Shape::Map(Map {
    what: "a receipt",
    example: "{ copy: customer, fate: taken }",
    choices: &[],
    fields: &[
        Field::required(
            "copy",
            Shape::Scalar(word!(ReceiptCopy, "a copy")),
            "copy: customer",
            "whose copy it is",
        ),
        Field::required(
            "fate",
            Shape::Scalar(word!(Fate, "a fate of a receipt")),
            "fate: taken",
            "where it ends up",
        ),
        Field::optional(
            "legible",
            Shape::Scalar(Scalar::Truth),
            "legible: true",
            "whether a person can read it; left out, it is not checked",
        ),
        Field::optional(
            "reprint",
            Shape::Scalar(Scalar::Truth),
            "reprint: false",
            "whether it is marked as a reprint; left out, it is not checked",
        ),
    ],
});
static LAW: Shape = Shape::Scalar(word!(Law, "a law"));
const EXPECT: Map = Map {
    what: "`expect`",
    example: "{ captured: CNY 25.00, screen: approved }",
    choices: &[],
    fields: &[
        Field::required(
            "captured",
            Shape::Scalar(Scalar::MoneyOrNothing),
            "captured: CNY 18.50",
            "the net captured at rest, over all payments, or `nothing`",
        ),
        Field::optional(
            "screen",
            Shape::Scalar(word!(ScreenWord, "what a screen says")),
            "screen: approved",
            "what the terminal's screen says at rest",
        ),
        Field::optional(
            "receipts",
            Shape::List(List {
                what: "receipts",
                may_be_empty: true,
                of: &RECEIPT,
                example: "[{ copy: customer, fate: taken }]",
            }),
            "receipts: [{ copy: customer, fate: taken }]",
            "every receipt, in the order in which they were printed; `[]` means no paper at all",
        ),
        Field::optional(
            "redeemed",
            Shape::Scalar(Scalar::MoneyOrNothing),
            "redeemed: CNY 25.00",
            "what the back office has redeemed in all, or `nothing`; left out, it is not checked",
        ),
        Field::optional(
            "breaks",
            Shape::List(List {
                what: "laws",
                may_be_empty: true,
                of: &LAW,
                example: "[receipt-not-retracted]",
            }),
            "breaks: [receipt-not-retracted]",
            "the laws that must break, exactly these; the default is none",
        ),
    ],
};

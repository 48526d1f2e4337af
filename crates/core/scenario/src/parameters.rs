//! What is keyed in at a terminal: its words in scenario files and in profile files.
//!
//! Names, defaults and reasons are the terminal's own; here is only how each is written. *Not modelled:* what the host
//! and the wallet have of them; a terminal in which something else stands is a stranger there.

use crate::Language;
use crate::grammar::{TIME, word};
use crate::node::Node;
use crate::shape::{Field, Map, Scalar, Shape};
use iso8583::{MacKey, Tdes};
use terminal::{Keyed, Parameters};

/// The fields of the parameters that can be keyed in while a terminal runs, with others around them.
macro_rules! parameter_fields {
    ([$($first:expr),*], [$($last:expr),*]) => {
        &[
            $($first,)*
            $crate::parameters::field("reply-timeout", TIME, "reply-timeout: 5s"),
            $crate::parameters::field("result-timeout", TIME, "result-timeout: 20s"),
            $crate::parameters::field("language", $crate::parameters::LANGUAGE, "language: en"),
            $crate::parameters::field("bank-copy", Shape::Scalar(Scalar::Truth), "bank-copy: true"),
            $crate::parameters::field("batch", $crate::parameters::BATCH, "batch: 1"),
            $crate::parameters::field("operator", $crate::parameters::OPERATOR, "operator: 1"),
            $crate::parameters::field("tid", Shape::Scalar(Scalar::Characters { count: 8 }), "tid: 12345678"),
            $crate::parameters::field("mid", Shape::Scalar(Scalar::Characters { count: 15 }), "mid: 123456789012345"),
            $crate::parameters::field("currency", $crate::parameters::CURRENCY, "currency: 156"),
            $crate::parameters::field("master-key", Shape::Scalar(Scalar::DesKey), "master-key: 0123456789ABCDEFFEDCBA9876543210"),
            $crate::parameters::field("mac-key", Shape::Scalar(Scalar::DesKey), "mac-key: 0123456789ABCDEF"),
            $crate::parameters::field("api-key", Shape::Scalar(Scalar::Characters { count: 32 }), "api-key: 192006250b4c09247ec02edce69f6a2d"),
            $crate::parameters::field("mch-id", $crate::parameters::MCH_ID, "mch-id: 10000100"),
            $crate::parameters::field("app-id", Shape::Scalar(Scalar::Characters { count: 18 }), "app-id: wxd930ea5d5a258f4f"),
            $($last,)*
        ]
    };
}
pub(crate) use parameter_fields;

pub(crate) const LANGUAGE: Shape = Shape::Scalar(word!(Language, "a language"));
pub(crate) const BATCH: Shape = Shape::Scalar(Scalar::Count { least: 1, most: 999_999 });
pub(crate) const OPERATOR: Shape = Shape::Scalar(Scalar::Count { least: 1, most: 99 });
pub(crate) const CURRENCY: Shape = Shape::Scalar(Scalar::Digits { least: 3, most: 3 });
pub(crate) const MCH_ID: Shape = Shape::Scalar(Scalar::Digits { least: 8, most: 10 });

/// The block of a profile file.
pub(crate) const PARAMETERS: Map = Map {
    what: "`parameters`",
    example: "{ reply-timeout: 5s, bank-copy: true }",
    choices: &[],
    fields: parameter_fields!([], [NOTIFY_URL, PRINTER_BAUD]),
};

/// What somebody keys in at the counter.
pub(crate) const KEY_IN: Map =
    Map { what: "`key-in`", example: "{ tid: 12345678 }", choices: &[], fields: parameter_fields!([], []) };

/// Where the wallet's notifications go is settled before a run begins.
pub(crate) const NOTIFY_URL: Field =
    field("notify-url", Shape::Scalar(Scalar::Text), "notify-url: http://terminal/notify");

/// As is the line of the printer.
pub(crate) const PRINTER_BAUD: Field = field(
    "printer-baud",
    Shape::Scalar(Scalar::Count { least: 300, most: 4_000_000 }),
    "printer-baud: 115200",
);

/// A field with the terminal's own words about it.
pub(crate) const fn field(name: &'static str, shape: Shape, example: &'static str) -> Field {
    Field::optional(name, shape, example, says(name))
}

/// What the terminal says of a parameter. One that it does not have stops the compiler.
const fn says(name: &str) -> &'static str {
    let mut at = 0;
    loop {
        if same(Parameters::ALL[at].name, name) {
            return Parameters::ALL[at].says;
        }
        at += 1;
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// What a checked map has keyed in.
pub(crate) fn read(node: &Node) -> Keyed {
    let text = |name: &str| node.scalar(name).map(kept);
    Keyed {
        reply_timeout: node.time("reply-timeout"),
        result_timeout: node.time("result-timeout"),
        language: node.word("language", Language::from_name).map(|language| match language {
            Language::Chinese => terminal::Language::Chinese,
            Language::English => terminal::Language::English,
        }),
        bank_copy: node.truth("bank-copy"),
        batch: node.count("batch"),
        operator: node.scalar("operator").and_then(|number| number.parse().ok()),
        tid: text("tid"),
        mid: text("mid"),
        currency: text("currency"),
        master_key: node.scalar("master-key").and_then(master_key),
        mac_key: node.scalar("mac-key").and_then(mac_key),
        api_key: text("api-key"),
        mch_id: text("mch-id"),
        app_id: text("app-id"),
        notify_url: text("notify-url"),
        printer_baud_bps: node.count("printer-baud"),
    }
}

/// A key of single length is one whose halves are the same.
fn master_key(hex: &str) -> Option<Tdes> {
    let twice = if hex.len() == 16 { hex.repeat(2) } else { hex.to_owned() };
    bytes(&twice).map(Tdes::new)
}

fn mac_key(hex: &str) -> Option<MacKey> {
    bytes(hex).map(MacKey::new).or_else(|| bytes(hex).map(MacKey::double))
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    if hex.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A text that lives as long as the program, like the terminal's own.
pub(crate) fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

//! A file of a user's own terminals, cards and payers, for an acquirer that is served alone.
//!
//! It is all that the acquirer then knows: a terminal that is not in it is refused, a card or payer that is in it has
//! exactly what it says, and any other card or payer pays without being asked. Test keys and test cards only.
//! Source of the codes that a status stands for: UnionPay POS dialect, "Response codes"; of keys and their lengths, "Keys
//! and MAC". *Not modelled:* limits by day or terminal, payers by anything else than the end of their codes.

use crate::diagnostic::Diagnostic;
use crate::node::Node;
use crate::scalar;
use crate::shape::{Choice, Field, List, Map, Presence, Scalar, Shape};
use acquirer::{
    CardAccount, Does, Expiry, KeyBytes, MacAlgorithm, PayerAccount, PayerRule, Payers, ReplyRule,
    TerminalKeys, TerminalSetup, Who,
};

/// What a file of terminals says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalsFile {
    /// The terminals, in the order of the file. Never empty.
    pub terminals: Vec<TerminalSetup>,
    /// The cards, in the order of the file.
    pub cards: Vec<CardAccount>,
    /// What is said to cards that are not active.
    pub rules: Vec<ReplyRule>,
    /// The payers.
    pub payers: Payers,
}

/// How a terminal makes its MACs.
const MACS: Scalar = Scalar::Word {
    what: "a way of making MACs",
    words: &["cup-ecb", "x9.9", "x9.19"],
    says: &[
        "UnionPay's own: all blocks are put together first.",
        "ANSI X9.9: DES in a chain.",
        "ANSI X9.19: the same, and a key of double length at the end.",
    ],
};

fn mac_algorithm(word: &str) -> Option<MacAlgorithm> {
    Some(match word {
        "cup-ecb" => MacAlgorithm::CupEcb,
        "x9.9" => MacAlgorithm::X9_9,
        "x9.19" => MacAlgorithm::X9_19,
        _ => return None,
    })
}

/// What has become of a card.
const STATUS: Scalar = Scalar::Word {
    what: "a status of a card",
    words: &["active", "lost", "stolen", "restricted", "retained", "closed"],
    says: &[
        "It pays.",
        "Refused with 41.",
        "Refused with 43.",
        "Refused with 62.",
        "Refused with 04: the card is to be kept.",
        "Refused with 14, as a number that nobody has.",
    ],
};

/// With what a card of this status is refused, if it is.
fn refused_with(status: &str) -> Option<Option<&'static str>> {
    Some(match status {
        "active" => None,
        "lost" => Some("41"),
        "stolen" => Some("43"),
        "restricted" => Some("62"),
        "retained" => Some("04"),
        "closed" => Some("14"),
        _ => return None,
    })
}

/// A whole file.
pub(crate) static TERMINALS: Shape = Shape::Map(Map {
    what: "a file of terminals",
    example: "terminals: [{ terminal: \"10000001\", merchant: \"123456789012345\", master-key: \"0123456789ABCDEFFEDCBA9876543210\" }]",
    choices: &[],
    fields: &[
        Field::required(
            "terminals",
            Shape::List(List {
                what: "terminals",
                may_be_empty: false,
                of: &TERMINAL,
                example: TERMINAL_EXAMPLE,
            }),
            "terminals: [{ terminal: \"10000001\", merchant: \"123456789012345\", master-key: \"0123456789ABCDEFFEDCBA9876543210\" }]",
            "the terminals that are known; all others are refused",
        ),
        Field::optional(
            "cards",
            Shape::List(List { what: "cards", may_be_empty: true, of: &CARD, example: CARD_EXAMPLE }),
            "cards: [{ number: \"6222021234567890128\", balance: CNY 100.00 }]",
            "cards of which something is known; any other card pays",
        ),
        Field::optional(
            "payers",
            Shape::List(List { what: "payers", may_be_empty: true, of: &PAYER, example: PAYER_EXAMPLE }),
            "payers: [{ code-ends: \"9001\", balance: CNY 50.00 }]",
            "people who pay by wallet of whom something is known; any other pays at once",
        ),
    ],
});

const TERMINAL_EXAMPLE: &str = "{ terminal: \"10000001\", merchant: \"123456789012345\", master-key: \"0123456789ABCDEFFEDCBA9876543210\" }";
const CARD_EXAMPLE: &str = "{ number: \"6222021234567890128\", balance: CNY 100.00, pin: \"123456\" }";
const PAYER_EXAMPLE: &str = "{ code-ends: \"9001\", balance: CNY 50.00 }";

static TERMINAL: Shape = Shape::Map(Map {
    what: "a terminal",
    example: TERMINAL_EXAMPLE,
    choices: &[],
    fields: &[
        Field::required(
            "terminal",
            Shape::Scalar(Scalar::Characters { count: 8 }),
            "terminal: \"10000001\"",
            "its number, field 41",
        ),
        Field::required(
            "merchant",
            Shape::Scalar(Scalar::Characters { count: 15 }),
            "merchant: \"123456789012345\"",
            "the number of its merchant, field 42",
        ),
        Field::required(
            "master-key",
            Shape::Scalar(Scalar::DesKey),
            "master-key: \"0123456789ABCDEFFEDCBA9876543210\"",
            "the key under which it gets its working keys at sign-on; a test key",
        ),
        Field::optional(
            "working-keys",
            Shape::Map(WORKING_KEYS),
            "working-keys: { pin: \"0123456789ABCDEF\", mac: \"0123456789ABCDEF\" }",
            "keys that it has without signing on; without them it has to sign on first",
        ),
        Field::optional(
            "mac",
            Shape::Scalar(MACS),
            "mac: cup-ecb",
            "how its MACs are made; the default is `cup-ecb`",
        ),
        Field::optional(
            "batch",
            Shape::Scalar(Scalar::Count { least: 1, most: 999_999 }),
            "batch: 1",
            "its first batch; the default is 1",
        ),
    ],
});

const WORKING_KEYS: Map = Map {
    what: "`working-keys`",
    example: "{ pin: \"0123456789ABCDEF\", mac: \"0123456789ABCDEF\" }",
    choices: &[],
    fields: &[
        Field::required(
            "pin",
            Shape::Scalar(Scalar::DesKey),
            "pin: \"0123456789ABCDEF\"",
            "the key of PIN blocks",
        ),
        Field::required("mac", Shape::Scalar(Scalar::DesKey), "mac: \"0123456789ABCDEF\"", "the key of MACs"),
    ],
};

static CARD: Shape = Shape::Map(Map {
    what: "a card",
    example: CARD_EXAMPLE,
    choices: &[],
    fields: &[
        Field::required(
            "number",
            Shape::Scalar(Scalar::Digits { least: 13, most: 19 }),
            "number: \"6222021234567890128\"",
            "its whole number",
        ),
        Field::optional(
            "balance",
            Shape::Scalar(Scalar::Money),
            "balance: CNY 100.00",
            "what it has to spend when the ledger begins; without it nobody counts",
        ),
        Field::optional(
            "pin",
            Shape::Scalar(Scalar::Digits { least: 4, most: 12 }),
            "pin: \"123456\"",
            "its PIN; without it any PIN is right",
        ),
        Field::optional(
            "expires",
            Shape::Scalar(Scalar::YearAndMonth),
            "expires: \"2912\"",
            "its last month, year first; without it nobody looks",
        ),
        Field::optional(
            "status",
            Shape::Scalar(STATUS),
            "status: active",
            "what has become of it; the default is `active`",
        ),
        Field::with(
            &["balance"],
            "partial",
            Shape::Scalar(Scalar::Truth),
            "partial: true",
            "a sale beyond the balance is approved for the rest, if the terminal welcomes that; the default is false",
        ),
    ],
});

static PAYER: Shape = Shape::Map(Map {
    what: "a payer",
    example: PAYER_EXAMPLE,
    choices: &[Choice {
        what: "way of confirming",
        presence: Presence::Optional,
        fields: &[
            Field::optional(
                "asks-password",
                Shape::Scalar(Scalar::Time),
                "asks-password: 8s",
                "the wallet asks for the password, and the payer has typed it after this",
            ),
            Field::optional(
                "never-confirms",
                Shape::Scalar(Scalar::Truth),
                "never-confirms: true",
                "the wallet asks for the password, and the payer never types it",
            ),
        ],
    }],
    fields: &[
        Field::required(
            "code-ends",
            Shape::Scalar(Scalar::Digits { least: 4, most: 4 }),
            "code-ends: \"9001\"",
            "the last four digits of this payer's payment codes, by which the platform knows the payer",
        ),
        Field::optional(
            "balance",
            Shape::Scalar(Scalar::Money),
            "balance: CNY 50.00",
            "what this payer has with each wallet when the ledger begins; without it nobody counts",
        ),
    ],
});

/// What a checked tree says; nothing if check and lowering disagree.
pub(crate) fn lower(root: &Node) -> Option<TerminalsFile> {
    let items = |name| root.get(name).map_or(&[][..], Node::items);
    let payers = Payers {
        rules: items("payers")
            .iter()
            .map(payer_rule)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect(),
        accounts: items("payers")
            .iter()
            .map(payer_account)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect(),
    };
    Some(TerminalsFile {
        terminals: items("terminals").iter().map(terminal).collect::<Option<_>>()?,
        cards: items("cards").iter().map(card).collect::<Option<_>>()?,
        rules: items("cards")
            .iter()
            .map(refusal)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect(),
        payers,
    })
}

fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    node.get(name)?.text()
}

/// A value that may be left out: what stands there, or an error of ours.
fn maybe<T>(node: &Node, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    match text(node, name) {
        Some(text) => read(text).map(Some),
        None => Some(None),
    }
}

fn terminal(node: &Node) -> Option<TerminalSetup> {
    let working = node.get("working-keys");
    let working_keys = match working {
        Some(keys) => Some(TerminalKeys {
            pin: KeyBytes::from_hex(text(keys, "pin")?)?,
            mac: KeyBytes::from_hex(text(keys, "mac")?)?,
            track: None,
        }),
        None => None,
    };
    Some(TerminalSetup {
        terminal_id: text(node, "terminal")?.to_owned(),
        merchant_id: text(node, "merchant")?.to_owned(),
        master_key: KeyBytes::from_hex(text(node, "master-key")?)?,
        working_keys,
        mac_algorithm: maybe(node, "mac", mac_algorithm)?.unwrap_or_default(),
        batch: maybe(node, "batch", |text| text.parse().ok())?.unwrap_or(1),
    })
}

fn card(node: &Node) -> Option<CardAccount> {
    Some(CardAccount {
        pan_ends: text(node, "number")?.to_owned(),
        pin: text(node, "pin").map(str::to_owned),
        balance: maybe(node, "balance", |text| scalar::money(text).ok())?,
        expires: maybe(node, "expires", Expiry::from_digits)?,
        partial: text(node, "partial") == Some("true"),
    })
}

/// The reply to a card that is not active.
fn refusal(node: &Node) -> Option<Option<ReplyRule>> {
    let code = maybe(node, "status", refused_with)?.flatten();
    let number = text(node, "number")?;
    Some(code.map(|code| ReplyRule::card(number, code)))
}

fn payer_rule(node: &Node) -> Option<Option<PayerRule>> {
    let does = match maybe(node, "asks-password", |text| scalar::time(text).ok())? {
        Some(after) => Does::TypesPassword { after },
        None if text(node, "never-confirms") == Some("true") => Does::NeverConfirms,
        None => return Some(None),
    };
    let who = Who::Code { begins: String::new(), ends: text(node, "code-ends")?.to_owned() };
    Some(Some(PayerRule { who, does }))
}

fn payer_account(node: &Node) -> Option<Option<PayerAccount>> {
    let ending = text(node, "code-ends")?.to_owned();
    let balance = maybe(node, "balance", |text| scalar::money(text).ok())?;
    Some(balance.map(|balance| PayerAccount { ending, balance }))
}

/// What is there twice.
pub(crate) fn check_meaning(_: &TerminalsFile, root: &Node) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    for (list, names) in
        [("terminals", &["merchant", "terminal"][..]), ("cards", &["number"]), ("payers", &["code-ends"])]
    {
        let items = root.get(list).map_or(&[][..], Node::items);
        let key =
            |item: &Node| names.iter().map(|name| text(item, name).map(str::to_owned)).collect::<Vec<_>>();
        let mut seen = std::collections::BTreeMap::new();
        for item in items {
            let name = names.last().copied().unwrap_or_default();
            let Some(place) = item.get(name).map(|node| node.span.clone()) else { continue };
            if let Some(first) = seen.insert(key(item), place.clone()) {
                let title = format!("the same {name} stands twice under `{list}`");
                let diagnostic =
                    Diagnostic::at(place, title, "the second time").related(first, "the first time");
                wrong.push(diagnostic.expected(format!("each of the {list} once")));
            }
        }
    }
    wrong
}

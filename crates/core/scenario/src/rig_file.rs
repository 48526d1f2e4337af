//! The shape of a rig file, and the way from its tree to a [`Rig`].
//!
//! Source: "Scenario and rig files" of the design. Roles that are left out are emulated, links that are
//! left out run in memory.

use crate::node::Node;
use crate::rig::{AcquirerConnection, PrinterConnection, Rig, Role};
use crate::shape::{Choice, Field, List, Map, Presence, Scalar, Shape};

const ROLE: Shape = Shape::Scalar(Scalar::Word {
    what: "a way of playing a part",
    words: Role::NAMES,
    says: Role::SENTENCES,
});
const MEMORY: Scalar =
    Scalar::Word { what: "a connection", words: &["memory"], says: &["Inside the process."] };

/// A whole rig file.
pub(crate) static RIG: Shape = Shape::Map(Map {
    what: "a rig",
    example: "name: …, terminal: …, printer: …, acquirer: …, links: …",
    choices: &[],
    fields: &[
        Field::required("name", Shape::Scalar(Scalar::Text), "name: Loopback", "what people call this rig"),
        Field::optional(
            "terminal",
            ROLE,
            "terminal: emulated",
            "who plays the terminal; the default is `emulated`",
        ),
        Field::optional(
            "printer",
            ROLE,
            "printer: emulated",
            "who plays the printer; the default is `emulated`",
        ),
        Field::optional(
            "acquirer",
            ROLE,
            "acquirer: emulated",
            "who plays the acquirer; the default is `emulated`",
        ),
        Field::optional(
            "links",
            Shape::Map(LINKS),
            "links: { printer: { pty: { baud: 115200 } } }",
            "how the parts are joined; the default is in memory",
        ),
        Field::optional(
            "scenarios",
            Shape::List(List {
                what: "scenarios",
                may_be_empty: false,
                of: &PATH,
                example: "[scanned-no-receipt/power-cut.yaml]",
            }),
            "scenarios: [scanned-no-receipt/power-cut.yaml]",
            "what this rig runs when no scenario is named, relative to the catalogue folder",
        ),
    ],
});

static PATH: Shape = Shape::Scalar(Scalar::Path);

const LINKS: Map = Map {
    what: "`links`",
    example: "{ printer: { pty: { baud: 115200 } }, acquirer: { tcp: 127.0.0.1:0 } }",
    choices: &[],
    fields: &[
        Field::optional(
            "printer",
            Shape::Either(MEMORY, PRINTER_LINK),
            "printer: { pty: { baud: 115200 } }",
            "between terminal and printer",
        ),
        Field::optional(
            "acquirer",
            Shape::Either(MEMORY, ACQUIRER_LINK),
            "acquirer: { tcp: 127.0.0.1:0 }",
            "between terminal and acquirer",
        ),
    ],
};

const PRINTER_LINK: Map = Map {
    what: "the printer's link",
    example: "{ pty: { baud: 115200 } }",
    fields: &[],
    choices: &[Choice {
        what: "connection",
        presence: Presence::Required,
        fields: &[Field::optional(
            "pty",
            Shape::Map(PTY),
            "pty: { baud: 115200 }",
            "a pseudo-terminal that behaves like a serial line",
        )],
    }],
};

const PTY: Map = Map {
    what: "`pty`",
    example: "{ baud: 115200 }",
    choices: &[],
    fields: &[Field::required(
        "baud",
        Shape::Scalar(Scalar::Count { least: 300, most: 4_000_000 }),
        "baud: 115200",
        "the line rate in bits per second",
    )],
};

const ACQUIRER_LINK: Map = Map {
    what: "the acquirer's link",
    example: "{ tcp: 127.0.0.1:0 }",
    fields: &[],
    choices: &[Choice {
        what: "connection",
        presence: Presence::Required,
        fields: &[Field::optional(
            "tcp",
            Shape::Scalar(Scalar::Address),
            "tcp: 127.0.0.1:0",
            "where the acquirer listens; port 0 takes any free one",
        )],
    }],
};

/// The rig that a checked tree says; nothing if check and lowering disagree.
pub(crate) fn lower(root: &Node) -> Option<Rig> {
    let role = |name| root.get(name).map_or(Some(Role::Emulated), |node| Role::from_name(node.text()?));
    let link = |name| root.get("links").and_then(|links| links.get(name));
    let scenarios = root.get("scenarios").map_or(&[][..], Node::items);
    Some(Rig {
        name: root.get("name")?.text()?.to_owned(),
        terminal: role("terminal")?,
        printer: role("printer")?,
        acquirer: role("acquirer")?,
        printer_link: link("printer").map_or(Some(PrinterConnection::Memory), printer_link)?,
        acquirer_link: link("acquirer").map_or(Some(AcquirerConnection::Memory), acquirer_link)?,
        scenarios: scenarios.iter().filter_map(Node::text).map(str::to_owned).collect(),
    })
}

fn printer_link(node: &Node) -> Option<PrinterConnection> {
    if node.text().is_some() {
        return Some(PrinterConnection::Memory);
    }
    let baud_bps = node.get("pty")?.get("baud")?.text()?.parse().ok()?;
    Some(PrinterConnection::Pty { baud_bps })
}

fn acquirer_link(node: &Node) -> Option<AcquirerConnection> {
    if node.text().is_some() {
        return Some(AcquirerConnection::Memory);
    }
    Some(AcquirerConnection::Tcp { address: node.get("tcp")?.text()?.parse().ok()? })
}

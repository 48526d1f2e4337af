//! The sheets of what a host and a person meet: paper, interface, identity, drawer, cutter, outlet.
//!
//! Facts: printer sources, sections 3.1 to 3.5, 4.1, 5 and 8. *Not here:* the texts of `GS I` beyond 65 to 69.

use super::sheet::{flag, milliseconds, number, sheet};
use crate::node::Node;
use crate::shape::{Field, Map, Scalar, Shape};
use core::time::Duration;
use escpos::DrawerPin;
use printer::{
    Cutter, DrawerPort, ExitSensor, Family, Garbled, Geometry, Handshake, Identity, Interface, Outlet,
    ReceiveBuffer,
};

sheet! {
    /// Dots and paper.
    PAPER, read_paper: Geometry {
        "head-dots" head_dots [1, 576] "576", "dots across the head";
        "pitch-nm" pitch_nm [50_000, 500_000] "125000", "height of a dot line and width of a dot";
        "paper-um" paper_um [20_000, 120_000] "80000", "width of the paper";
    }
}

sheet! {
    /// Where bytes wait.
    BUFFER, read_buffer: ReceiveBuffer {
        "bytes" bytes [16, 1_048_576] "4096", "its size";
        "full-at-free" full_at_free [0, 1_048_576] "128", "full when no more bytes than that are free";
        "released-at-free" released_at_free [0, 1_048_576] "256", "taken up again when so many bytes are free";
    }
}

/// The line to the host.
pub(crate) const INTERFACE: Map = Map {
    what: "`interface`",
    example: "{ handshake: xon-xoff, busy-when-offline: true }",
    choices: &[],
    fields: &[
        Field::optional(
            "buffer",
            Shape::Map(Map { what: "`buffer`", example: "{ bytes: 4096 }", fields: BUFFER, choices: &[] }),
            "buffer: { bytes: 4096, full-at-free: 128, released-at-free: 256 }",
            "the receive buffer",
        ),
        Field::optional(
            "handshake",
            Shape::Scalar(Scalar::Word {
                what: "a handshake",
                words: &["xon-xoff", "dtr-dsr", "transport"],
                says: &[
                    "The bytes XON and XOFF.",
                    "The lines DTR and DSR.",
                    "None: USB or a network hold the host back.",
                ],
            }),
            "handshake: xon-xoff",
            "how the printer says that it takes no more",
        ),
        Field::optional(
            "busy-when-offline",
            Shape::Scalar(Scalar::Truth),
            "busy-when-offline: true",
            "whether it is busy when offline, not only when its buffer is full",
        ),
        Field::optional(
            "garbled",
            Shape::Scalar(Scalar::Word {
                what: "what becomes of a garbled byte",
                words: &["ignored", "question-mark"],
                says: &["It is dropped.", "`?` stands in its place."],
            }),
            "garbled: question-mark",
            "what becomes of a byte with a parity or framing error",
        ),
    ],
};

/// Takes over what the file says of the line.
pub(crate) fn read_interface(node: &Node, part: &mut Interface) {
    if let Some(buffer) = node.get("buffer") {
        read_buffer(buffer, &mut part.buffer);
    }
    flag(node, "busy-when-offline", &mut part.busy_when_offline);
    part.handshake = match node.scalar("handshake") {
        Some("xon-xoff") => Handshake::XonXoff,
        Some("dtr-dsr") => Handshake::DtrDsr,
        Some("transport") => Handshake::Transport,
        _ => part.handshake,
    };
    part.garbled = match node.scalar("garbled") {
        Some("ignored") => Garbled::Ignored,
        Some("question-mark") => Garbled::QuestionMark,
        _ => part.garbled,
    };
}

sheet! {
    /// Bytes that it says of itself.
    IDENTITY_NUMBERS, read_identity_numbers: Identity {
        "model-id" model_id [0, 255] "32", "the answer to `GS I 1`";
        "rom-version" rom_version [0, 255] "8", "the answer to `GS I 3`";
        "asb-at-start" asb_at_start [0, 255] "0", "what automatic status is on for at power-on";
    }
    flags {
        "asb-low-bits" asb_low_bits, "the low bits of an automatic status' last byte are set";
        "cover-recovers" cover_recovers, "opening and closing the cover clears an error";
        "feed-recovers" feed_recovers, "FEED clears an error";
    }
}

const TEXT: Shape = Shape::Scalar(Scalar::Text);
const MS: Shape = Shape::Scalar(Scalar::Count { least: 0, most: 3_600_000 });
const UM: Shape = Shape::Scalar(Scalar::Count { least: 0, most: 1_000_000 });

/// Texts that it says of itself.
pub(crate) const IDENTITY_TEXTS: &[Field] = &[
    Field::optional("maker", TEXT, "maker: EPSON", "the answer to `GS I 66`"),
    Field::optional("model", TEXT, "model: TM-T88V", "the answer to `GS I 67`"),
    Field::optional("firmware", TEXT, "firmware: 30.21 ESC/POS", "the answer to `GS I 65`"),
    Field::optional("serial-number", TEXT, "serial-number: J4VF000000", "the answer to `GS I 68`"),
    Field::optional(
        "font-language",
        TEXT,
        "font-language: CHINA GB18030",
        "the answer to `GS I 69`; `none` for an empty one",
    ),
    Field::optional(
        "family",
        Shape::Scalar(Scalar::Word {
            what: "a family of statuses",
            words: &["epson", "custom"],
            says: &["Those that all have.", "The ejector's byte, and `DLE EOT` 17 and 20."],
        }),
        "family: epson",
        "whose own statuses it has",
    ),
    Field::optional(
        "interface-status",
        Shape::Scalar(Scalar::Truth),
        "interface-status: true",
        "whether `DLE EOT 18 1` is answered",
    ),
    Field::optional(
        "recovery-wait-ms",
        MS,
        "recovery-wait-ms: 500",
        "how long it waits before it goes online with new paper",
    ),
];

/// Takes over what the file says of the printer's name.
pub(crate) fn read_identity(node: &Node, part: &mut Identity) {
    for (key, to) in [
        ("maker", &mut part.maker),
        ("model", &mut part.model),
        ("firmware", &mut part.firmware),
        ("serial-number", &mut part.serial_number),
        ("font-language", &mut part.font_language),
    ] {
        if let Some(text) = node.scalar(key) {
            *to = if text == "none" { "" } else { super::kept(text) };
        }
    }
    read_identity_numbers(node, part);
    part.family = match node.scalar("family") {
        Some("epson") => Family::Epson,
        Some("custom") => Family::Custom,
        _ => part.family,
    };
    if let Some(answers) = node.truth("interface-status") {
        part.quiet_statuses = if answers { &[(18, 1)] } else { &[] };
    }
    milliseconds(node, "recovery-wait-ms", &mut part.recovery_wait);
}

const fn none(says: &'static [&'static str]) -> Scalar {
    Scalar::Word { what: "`none`", words: &["none"], says }
}

/// The cutter, the drawer, the exit sensor and the outlet.
pub(crate) const WAY_OUT: &[Field] = &[
    Field::optional(
        "blade-um",
        UM,
        "blade-um: 15000",
        "from the head to the blade, or to the edge where paper is torn off",
    ),
    Field::optional(
        "cutter",
        Shape::Either(
            none(&["Paper is torn off by hand."]),
            Map {
                what: "`cutter`",
                example: "{ stroke-ms: 400, home-timeout-ms: 1500 }",
                choices: &[],
                fields: &[
                    Field::required("stroke-ms", MS, "stroke-ms: 400", "out and home again"),
                    Field::required("home-timeout-ms", MS, "home-timeout-ms: 1500", "home at the latest"),
                ],
            },
        ),
        "cutter: { stroke-ms: 400, home-timeout-ms: 1500 }",
        "the cutter",
    ),
    Field::optional(
        "drawer",
        Shape::Either(
            none(&["There is no connector for a drawer."]),
            Map {
                what: "`drawer`",
                example: "{ pin: \"2\", high-when-closed: true }",
                choices: &[],
                fields: &[
                    Field::required(
                        "pin",
                        Shape::Scalar(Scalar::Word {
                            what: "a pin",
                            words: &["2", "5"],
                            says: &["Pin 2.", "Pin 5."],
                        }),
                        "pin: \"2\"",
                        "the pin that drives the solenoid",
                    ),
                    Field::required(
                        "high-when-closed",
                        Shape::Scalar(Scalar::Truth),
                        "high-when-closed: true",
                        "the level of pin 3 while the drawer is shut",
                    ),
                ],
            },
        ),
        "drawer: { pin: \"2\", high-when-closed: true }",
        "the cash drawer's connector",
    ),
    Field::optional(
        "exit-sensor",
        Shape::Either(
            none(&["There is none."]),
            Map {
                what: "`exit-sensor`",
                example: "{ at-um: 60000, expected-um: 100000 }",
                choices: &[],
                fields: &[
                    Field::required("at-um", UM, "at-um: 60000", "how far beyond the head"),
                    Field::required("expected-um", UM, "expected-um: 100000", "paper must be seen by then"),
                ],
            },
        ),
        "exit-sensor: { at-um: 60000, expected-um: 100000 }",
        "the sensor in the way out",
    ),
    Field::optional(
        "presenter",
        Shape::Either(none(&["Pieces lie in the mouth."]), PRESENTER),
        "presenter: { move-ms: 600, offer-ms: 30000, step-um: 22000, default-steps: 3, bin-pieces: 20 }",
        "what holds a piece after the cut",
    ),
];

const PRESENTER: Map = Map {
    what: "`presenter`",
    example: "{ move-ms: 600, offer-ms: 30000, step-um: 22000, default-steps: 3, bin-pieces: 20 }",
    choices: &[],
    fields: &[
        Field::required("move-ms", MS, "move-ms: 600", "the time to move a piece out or in"),
        Field::required("offer-ms", MS, "offer-ms: 30000", "how long it is offered"),
        Field::required("step-um", UM, "step-um: 22000", "one step of `GS e 3`"),
        Field::required(
            "default-steps",
            Shape::Scalar(Scalar::Count { least: 1, most: 255 }),
            "default-steps: 3",
            "steps if the command does not say",
        ),
        Field::required(
            "bin-pieces",
            Shape::Scalar(Scalar::Count { least: 0, most: 1000 }),
            "bin-pieces: 20",
            "pieces that the bin takes",
        ),
    ],
};

/// Takes over what the file says of the way out.
pub(crate) fn read_way_out(node: &Node, profile: &mut printer::Profile) {
    number(node, "blade-um", &mut profile.blade_um);
    if let Some(part) = node.get("cutter") {
        profile.cutter = part.text().is_none().then(|| cutter(part));
    }
    if let Some(part) = node.get("drawer") {
        profile.drawer = part.text().is_none().then(|| drawer(part));
    }
    if let Some(part) = node.get("exit-sensor") {
        profile.sensors.exit = part.text().is_none().then(|| exit_sensor(part));
    }
    if let Some(part) = node.get("presenter") {
        profile.outlet = if part.text().is_some() { Outlet::Mouth } else { presenter(part) };
    }
}

fn cutter(node: &Node) -> Cutter {
    let mut cutter = Cutter { stroke_time: Duration::ZERO, home_timeout: Duration::ZERO };
    milliseconds(node, "stroke-ms", &mut cutter.stroke_time);
    milliseconds(node, "home-timeout-ms", &mut cutter.home_timeout);
    cutter
}

fn drawer(node: &Node) -> DrawerPort {
    let wired = if node.scalar("pin") == Some("5") { DrawerPin::Five } else { DrawerPin::Two };
    DrawerPort { wired, high_when_closed: node.truth("high-when-closed").unwrap_or(true) }
}

fn exit_sensor(node: &Node) -> ExitSensor {
    let mut sensor = ExitSensor { at_um: 0, expected_um: 0 };
    number(node, "at-um", &mut sensor.at_um);
    number(node, "expected-um", &mut sensor.expected_um);
    sensor
}

fn presenter(node: &Node) -> Outlet {
    let (mut move_time, mut offer_time) = (Duration::ZERO, Duration::ZERO);
    let (mut step_um, mut default_steps, mut bin_pieces) = (0, 0, 0);
    milliseconds(node, "move-ms", &mut move_time);
    milliseconds(node, "offer-ms", &mut offer_time);
    number(node, "step-um", &mut step_um);
    number(node, "default-steps", &mut default_steps);
    number(node, "bin-pieces", &mut bin_pieces);
    Outlet::Presenter { move_time, offer_time, step_um, default_steps, bin_pieces }
}

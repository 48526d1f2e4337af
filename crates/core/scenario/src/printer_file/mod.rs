//! Printer profiles: one file a model, with where its numbers come from.
//!
//! A file says what it is like, and what is different; every number may be given. Source: "Scenario and rig files" of
//! the design; the numbers' meaning is the printer's matter. A profile lives as long as the program, because every
//! printer of that model shares it.

mod device;
mod parts;
mod sheet;
mod text;

use crate::diagnostic::Diagnostic;
use crate::node::{Kind, Node};
use crate::shape::{Field, List, Map, Scalar, Shape};
use printer::Profile;

/// What a profile file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterFile {
    /// The model.
    pub profile: &'static Profile,
    /// What it is, in one sentence.
    pub about: String,
    /// Where the numbers come from.
    pub sources: Vec<String>,
}

const TEXT: Shape = Shape::Scalar(Scalar::Text);
static SOURCE: Shape = TEXT;

const fn part(what: &'static str, example: &'static str, fields: &'static [Field]) -> Shape {
    Shape::Map(Map { what, example, choices: &[], fields })
}

/// A whole profile file.
pub(crate) static PRINTER: Shape = Shape::Map(Map {
    what: "a printer profile",
    example: "name: …, about: …, like: desk-80, sources: […]",
    choices: &[],
    fields: &[
        Field::required(
            "name",
            Shape::Scalar(Scalar::Name),
            "name: till-58",
            "the name in rig files and commands",
        ),
        Field::required(
            "about",
            TEXT,
            "about: A 58 mm printer without a cutter",
            "what it is, in one sentence",
        ),
        Field::required(
            "like",
            Shape::Scalar(Scalar::Word {
                what: "a built-in printer profile",
                words: crate::PRINTER_PROFILES,
                says: crate::PRINTER_PROFILE_SENTENCES,
            }),
            "like: desk-80",
            "the built-in profile that gives every number which this file leaves out",
        ),
        Field::required(
            "sources",
            Shape::List(List {
                what: "sources",
                may_be_empty: false,
                of: &SOURCE,
                example: "[the maker's manual]",
            }),
            "sources: [the maker's manual]",
            "where the numbers come from",
        ),
        Field::optional(
            "boot-ms",
            Shape::Scalar(Scalar::Count { least: 0, most: 600_000 }),
            "boot-ms: 1500",
            "from power on to ready",
        ),
        Field::optional(
            "paper",
            part("`paper`", "{ head-dots: 384 }", device::PAPER),
            "paper: { head-dots: 384 }",
            "dots and paper",
        ),
        Field::optional(
            "interface",
            Shape::Map(device::INTERFACE),
            "interface: { handshake: dtr-dsr }",
            "the line to the host",
        ),
        Field::optional(
            "identity",
            part("`identity`", "{ model-id: 32 }", device::IDENTITY_NUMBERS),
            "identity: { model-id: 32 }",
            "bytes that it says of itself",
        ),
        Field::optional(
            "names",
            part("`names`", "{ maker: EPSON }", device::IDENTITY_TEXTS),
            "names: { maker: EPSON }",
            "texts that it says of itself",
        ),
        Field::optional(
            "text",
            Shape::Map(text::TEXT),
            "text: { line-spacing-dots: 30 }",
            "how it takes text",
        ),
        Field::optional(
            "dialect",
            part("`dialect`", "{ esc-z-qr: true }", text::DIALECT),
            "dialect: { esc-z-qr: true }",
            "commands beyond the usual",
        ),
        Field::optional(
            "habits",
            part("`habits`", "{ auto-line-feed: true }", text::HABITS),
            "habits: { auto-line-feed: true }",
            "where it differs from an Epson printer",
        ),
        Field::optional(
            "motor",
            part("`motor`", "{ top-steps-per-s: 3200 }", parts::MOTOR),
            "motor: { top-steps-per-s: 3200 }",
            "the feed motor",
        ),
        Field::optional(
            "gears",
            part("`gears`", "{ platen-teeth: 100 }", parts::TRAIN),
            "gears: { platen-teeth: 100 }",
            "gears and platen",
        ),
        Field::optional(
            "head",
            part("`head`", "{ dots-at-once: 64 }", parts::HEAD),
            "head: { dots-at-once: 64 }",
            "the head",
        ),
        Field::optional(
            "supply",
            part("`supply`", "{ voltage-mv: 24000 }", parts::SUPPLY),
            "supply: { voltage-mv: 24000 }",
            "the supply",
        ),
        Field::optional(
            "sensors",
            part("`sensors`", "{ coast-lines: 24 }", parts::SENSORS),
            "sensors: { coast-lines: 24 }",
            "the paper sensors",
        ),
        Field::optional(
            "roll",
            part("`roll`", "{ roll-um: 80000 }", parts::ROLL),
            "roll: { roll-um: 80000 }",
            "the roll and what holds it",
        ),
        Field::optional(
            "way-out",
            part("`way-out`", "{ blade-um: 15000 }", device::WAY_OUT),
            "way-out: { blade-um: 15000 }",
            "cutter, drawer, exit sensor and presenter",
        ),
    ],
});

/// The profile that a checked tree says; nothing if check and lowering disagree.
pub(crate) fn lower(root: &Node) -> Option<PrinterFile> {
    let like = root.scalar("like")?;
    let base = printer::BUILT_IN.into_iter().find(|profile| profile.name == like)?;
    let mut profile = base.clone();
    profile.name = kept(root.scalar("name")?);
    sheet::milliseconds(root, "boot-ms", &mut profile.boot_time);
    let empty = Node { span: 0..0, kind: Kind::Null };
    let part = |name: &str| root.get(name).unwrap_or(&empty);
    device::read_paper(part("paper"), &mut profile.geometry);
    device::read_interface(part("interface"), &mut profile.interface);
    device::read_identity_numbers(part("identity"), &mut profile.identity);
    device::read_identity(part("names"), &mut profile.identity);
    text::read_text(part("text"), &mut profile.type_face);
    text::read_dialect(part("dialect"), &mut profile.type_face.dialect);
    text::read_habits(part("habits"), &mut profile.type_face.habits);
    parts::read_motor(part("motor"), &mut profile.motor);
    parts::read_train(part("gears"), &mut profile.train);
    parts::read_head(part("head"), &mut profile.head);
    parts::read_supply(part("supply"), &mut profile.supply);
    parts::read_sensors(part("sensors"), &mut profile.sensors);
    parts::read_roll(part("roll"), &mut profile.roll_holder);
    device::read_way_out(part("way-out"), &mut profile);
    Some(PrinterFile {
        profile: Box::leak(Box::new(profile)),
        about: root.scalar("about")?.to_owned(),
        sources: root
            .get("sources")?
            .items()
            .iter()
            .filter_map(|source| Some(source.text()?.to_owned()))
            .collect(),
    })
}

/// A text that lives as long as the program, like the profile that it names.
fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Numbers that cannot stand together.
pub(crate) fn check_meaning(file: &PrinterFile, root: &Node) -> Vec<Diagnostic> {
    let profile = file.profile;
    let buffer = profile.interface.buffer;
    let roll = profile.roll_holder;
    let rules: [(bool, &str, &str, &str); 7] = [
        (
            buffer.full_at_free <= buffer.released_at_free && buffer.released_at_free <= buffer.bytes,
            "interface",
            "the buffer's thresholds are out of order",
            "`full-at-free` at most `released-at-free`, and that at most `bytes`",
        ),
        (
            profile.motor.start_steps_per_s <= profile.motor.top_steps_per_s,
            "motor",
            "the motor starts faster than it can turn",
            "`start-steps-per-s` at most `top-steps-per-s`",
        ),
        (
            profile.train.steps_per_tooth.is_multiple_of(u16::from(profile.motor.steps_per_line)),
            "gears",
            "a dot line would have two teeth in mesh",
            "`steps-per-tooth` as a multiple of the motor's `steps-per-line`",
        ),
        (
            profile.head.resume_mc < profile.head.hot_mc,
            "head",
            "the head would go on while it is too hot",
            "`resume-mc` below `hot-mc`",
        ),
        (
            profile.supply.reset_mv <= profile.supply.lowest_mv
                && profile.supply.lowest_mv <= profile.supply.highest_mv,
            "supply",
            "the supply's limits are out of order",
            "`reset-mv` at most `lowest-mv`, and that at most `highest-mv`",
        ),
        (
            roll.core_um < roll.roll_um && roll.near_end_um < roll.roll_um,
            "roll",
            "the roll is thinner than its core or its near-end",
            "`core-um` and `near-end-um` below `roll-um`",
        ),
        (
            profile.geometry.paper_dots() >= u32::from(profile.geometry.head_dots),
            "paper",
            "the head is wider than the paper",
            "`head-dots` times `pitch-nm` at most `paper-um`",
        ),
    ];
    let broken = rules.into_iter().filter(|(holds, ..)| !holds);
    let diagnostic = |(_, part, title, expected): (bool, &str, &str, &str)| {
        let span = root.get(part).unwrap_or(root).span.clone();
        Diagnostic::at(span, title, "these numbers cannot stand together").expected(expected)
    };
    broken.map(diagnostic).collect()
}

//! Terminal firmware profiles: one file a firmware, with what it does when things go wrong.
//!
//! A file says what it is like, and what is different. Knobs, their words and their reasons are the terminal's own;
//! the shape of a file is made from them. Source: "Scenario and rig files" of the design. A profile lives as long as
//! the program, because every terminal of that firmware shares it. *Not modelled:* a file that is like another file.

use crate::diagnostic::Diagnostic;
use crate::grammar::PRINTER;
use crate::node::Node;
use crate::parameters::{self, PARAMETERS, kept};
use crate::shape::{Field, Map, Scalar, Shape};
use crate::{TERMINAL_PROFILE_SENTENCES, TERMINAL_PROFILES};
use std::sync::LazyLock;
use terminal::profile::Prints;
use terminal::{Habits, Knob, Profile, Speaks};

/// What a profile file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalFile {
    /// The firmware.
    pub profile: &'static Profile,
}

const TEXT: Shape = Shape::Scalar(Scalar::Text);

/// A whole profile file. Made when it is first wanted, for its words are the terminal's.
pub(crate) static TERMINAL: LazyLock<Shape> = LazyLock::new(|| {
    let fields = vec![
        Field::required("name", Shape::Scalar(Scalar::Name), "name: till-firmware", "the name in reports"),
        Field::required(
            "about",
            TEXT,
            "about: charges again when it hears nothing",
            "what it does, in one line",
        ),
        Field::required(
            "like",
            Shape::Scalar(LIKE),
            "like: reference",
            "the built-in profile that it is like",
        ),
        Field::optional(
            "printer",
            Shape::Scalar(PRINTER),
            "printer: kiosk-80",
            "the printer that it is built with",
        ),
        Field::optional(
            "habits",
            knobs("`habits`", "{ silence: declined }", Habits::KNOBS),
            "habits: { silence: declined }",
            "what it does when things go wrong, where that is different",
        ),
        Field::optional(
            "speaks",
            knobs("`speaks`", "{ vouchers: first-format }", Speaks::KNOBS),
            "speaks: { vouchers: first-format }",
            "which releases of other people's words it knows, where that is different",
        ),
        Field::optional(
            "parameters",
            Shape::Map(PARAMETERS),
            "parameters: { reply-timeout: 5s }",
            "what is keyed in, where that is different",
        ),
    ];
    let example = "name: …, about: …, like: reference, habits: …";
    Shape::Map(Map { what: "a terminal profile", example, choices: &[], fields: fields.leak() })
});

const LIKE: Scalar = Scalar::Word {
    what: "a built-in terminal profile",
    words: TERMINAL_PROFILES,
    says: TERMINAL_PROFILE_SENTENCES,
};

/// A map in which each knob can be turned.
fn knobs(what: &'static str, example: &'static str, knobs: &'static [Knob]) -> Shape {
    let fields: Vec<Field> = knobs.iter().map(turned).collect();
    Shape::Map(Map { what, example, choices: &[], fields: fields.leak() })
}

fn turned(knob: &'static Knob) -> Field {
    let what = kept(&format!("a word for `{}`", knob.name));
    let shape = Shape::Scalar(Scalar::Word { what, words: knob.words, says: knob.says });
    let sound = knob.words.first().copied().unwrap_or_default();
    Field::optional(knob.name, shape, kept(&format!("{}: {sound}", knob.name)), knob.decides)
}

/// The profile that a checked tree says; nothing if check and lowering disagree.
pub(crate) fn lower(root: &Node) -> Option<TerminalFile> {
    let mut profile = *Profile::named(root.scalar("like")?)?;
    profile.name = kept(root.scalar("name")?);
    profile.about = kept(root.scalar("about")?);
    if let Some(name) = root.scalar("printer") {
        let printer = printer::BUILT_IN.into_iter().find(|printer| printer.name == name)?;
        profile.printer = printer.name;
        profile.presenter = matches!(printer.outlet, printer::Outlet::Presenter { .. });
    }
    for (knob, word) in words(root, "habits") {
        profile.habits.turn(knob, word?).then_some(())?;
    }
    for (knob, word) in words(root, "speaks") {
        profile.speaks.turn(knob, word?).then_some(())?;
    }
    if let Some(keyed) = root.get("parameters") {
        profile.parameters = profile.parameters.with(&parameters::read(keyed));
    }
    Some(TerminalFile { profile: Box::leak(Box::new(profile)) })
}

/// The knobs of a part, and what each is turned to.
fn words<'a>(root: &'a Node, part: &str) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
    let entries = root.get(part).map_or(&[][..], Node::entries);
    entries.iter().map(|(key, value)| (key.text.as_str(), value.text()))
}

/// What cannot stand together.
pub(crate) fn check_meaning(file: &TerminalFile, root: &Node) -> Vec<Diagnostic> {
    let profile = file.profile;
    let place = |part: &str, field: &str| {
        let inside = root.get(part).and_then(|part| part.get(field));
        inside.or_else(|| root.get("printer")).or_else(|| root.get("like")).unwrap_or(root).span.clone()
    };
    let mut wrong = Vec::new();
    if profile.habits.prints == Prints::BeforeTheResult && !profile.presenter {
        let title = "a slip that is printed before the result has to be held back somewhere";
        let label = format!("the printer {} has no presenter", profile.printer);
        let diagnostic = Diagnostic::at(place("habits", "prints"), title, label);
        wrong.push(diagnostic.expected("a printer with a presenter").example("printer: kiosk-80"));
    }
    let url = profile.parameters.notify_url;
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    if !host.is_some_and(|host| host.starts_with(|first: char| first.is_ascii_alphanumeric())) {
        let diagnostic = Diagnostic::at(
            place("parameters", "notify-url"),
            "this is no address",
            "no notification finds it",
        );
        wrong.push(
            diagnostic.expected("`http://`, a host and a path").example("notify-url: http://terminal/notify"),
        );
    }
    wrong
}

//! YAML text to a tree in which every key and value knows its bytes.
//!
//! This is the only module that knows the YAML crate. Anchors, aliases and merge keys are resolved
//! here; a value that came through an alias has the place of its use. The limits are far above any
//! scenario and far below what would hurt: 1 MiB of text, 20 000 nodes, 24 levels, 2 000 replayed aliases.
//! Source of the limits and options: "YAML" in the notes on crates. *Not modelled:* comments, tags,
//! several documents in one file.

use crate::diagnostic::{Diagnostic, Diagnostics};
use core::fmt;
use core::ops::Range;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::options::DuplicateKeyPolicy;
use serde_yaml::{Location, Spanned};
use std::collections::BTreeMap;

/// The largest file that is looked at, in bytes.
const MOST_BYTES: usize = 1024 * 1024;
/// What is underlined of a word that never ends, in characters.
const MOST_UNDERLINED: usize = 32;
const MOST_NODES: usize = 20_000;
const MOST_DEPTH: usize = 24;
const MOST_ALIAS_EVENTS: usize = 2_000;

/// A value of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Its bytes: all of a scalar, and of a map or list from its first to its last entry.
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar { text: String, reads_as: ReadsAs },
    Map(Vec<(Key, Node)>),
    List(Vec<Node>),
    Null,
}

/// What YAML itself takes an unquoted scalar for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadsAs {
    Text,
    Number,
    Bool,
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

/// A file whose form is right: the text, without its byte order mark, and its tree.
pub(crate) struct Document<'a> {
    pub(crate) source: &'a str,
    pub(crate) root: Node,
    /// What is wrong with the tree itself, such as a key that comes twice.
    pub(crate) wrong: Vec<Diagnostic>,
}

impl Node {
    /// The value of a key of a map.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, _)| key.text == name).map(|(_, value)| value)
    }

    /// The entries of a map; none of anything else.
    pub(crate) fn entries(&self) -> &[(Key, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// Reads a file into its tree, or says why it is no YAML text of ours at all.
pub(crate) fn read<'a>(file_name: &str, bytes: &'a [u8]) -> Result<Document<'a>, Diagnostics> {
    let source = text_of(bytes).map_err(|wrong| Diagnostics::new(file_name, "", vec![*wrong]))?;
    let raw: Raw = serde_yaml::from_str_with_options(source, options())
        .map_err(|error| Diagnostics::new(file_name, source, vec![refusal(source, &error)]))?;
    let mut builder = Builder { source, wrong: Vec::new() };
    let root = builder.node(raw);
    if root.kind == Kind::Null {
        return Err(Diagnostics::new(file_name, "", vec![empty()]));
    }
    Ok(Document { source, root, wrong: builder.wrong })
}

/// The bytes as text: not too long, not binary, not empty.
fn text_of(bytes: &[u8]) -> Result<&str, Box<Diagnostic>> {
    if bytes.len() > MOST_BYTES {
        let size = bytes.len().div_ceil(MOST_BYTES);
        let wrong = Diagnostic::of_file(format!("the file is too large: {size} MiB"))
            .expected("a YAML text of at most 1 MiB; a scenario usually has about 1 KiB");
        return Err(Box::new(wrong));
    }
    let binary = |at: usize, what: &str| {
        Box::new(
            Diagnostic::of_file("this is not a text file")
                .expected(format!("a YAML text in UTF-8, but byte {} is {what}", at.saturating_add(1))),
        )
    };
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(binary(at, "a NUL"));
    }
    let text = core::str::from_utf8(bytes).map_err(|error| binary(error.valid_up_to(), "not UTF-8"))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.trim().is_empty() { Err(Box::new(empty())) } else { Ok(text) }
}

fn empty() -> Diagnostic {
    Diagnostic::of_file("the file is empty").expected("fields, one a line, beginning with `name:`")
}

fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_events: MOST_NODES * 2,
            max_nodes: MOST_NODES,
            max_depth: MOST_DEPTH,
            flow_nesting_limit: MOST_DEPTH,
            max_aliases: 500,
            max_anchors: 500,
            max_merge_keys: 500,
            max_recorded_anchor_events: MOST_NODES,
            max_total_scalar_bytes: MOST_BYTES * 2,
            // One more than allowed, so that the second one is named as such.
            max_documents: 2,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: MOST_ALIAS_EVENTS,
            max_replay_stack_depth: 8,
        },
        // Both places of a key that comes twice are shown, so both have to arrive here.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

/// Says in our own words why the YAML crate refused the text.
fn refusal(source: &str, error: &serde_yaml::Error) -> Diagnostic {
    let at = error.location().map_or(0..0, |location| bytes_of(source, &location));
    // A place after the last character has nothing to underline: step back to the last line.
    let at = if at.start >= source.trim_end().len() { last_character(source) } else { at };
    use serde_yaml::Error::{AliasError, Budget, MultipleDocuments, UnknownAnchor, UnsupportedTag};
    match error {
        AliasError { error, .. } if !matches!(**error, AliasError { .. }) => refusal(source, error),
        Budget { .. } => limit(at),
        serde_yaml::Error::AliasReplayLimitExceeded { .. }
        | serde_yaml::Error::AliasExpansionLimitExceeded { .. }
        | serde_yaml::Error::AliasReplayStackDepthExceeded { .. } => limit(at),
        MultipleDocuments { .. } => {
            Diagnostic::at(at, "one file holds one document", "a second one begins here")
                .expected("no `---` after the first line")
        }
        UnknownAnchor { .. } => {
            Diagnostic::at(at, "this alias stands for nothing", "no anchor of this name above")
                .expected("an anchor `&name` before its alias `*name`")
        }
        UnsupportedTag { tag, .. } => {
            Diagnostic::at(at, format!("tags such as `{tag}` are not used here"), "remove it")
        }
        other => syntax(source, at, &other.to_string()),
    }
}

fn limit(at: Range<usize>) -> Diagnostic {
    Diagnostic::at(at, "the file unfolds into more than a scenario can hold", "the limit is reached here").expected(format!(
        "at most {MOST_NODES} values, {MOST_DEPTH} levels and {MOST_ALIAS_EVENTS} values repeated by aliases"
    ))
}

/// Puts the commonest slips into words of our own; the rest keeps the words of the YAML crate.
fn syntax(source: &str, at: Range<usize>, message: &str) -> Diagnostic {
    let first_line = message.lines().next().unwrap_or("");
    let said = first_line.rsplit_once(" at line ").map_or(first_line, |(said, _)| said);
    let diagnostic = |label: &str| Diagnostic::at(at.clone(), "this is not well-formed YAML", label);
    if said.contains("recursion limit") {
        limit(at)
    } else if said.contains(" tab") {
        // The parser names the value before the tab; the tab itself is what has to go.
        let rest = source.get(at.start..).unwrap_or("");
        let tab = rest.find('\t').map_or(at.start, |distance| at.start + distance);
        Diagnostic::at(tab..tab + 1, "this is not well-formed YAML", "here is a tab")
            .expected("spaces for indentation; YAML forbids tabs")
    } else if said.contains("expected key") {
        diagnostic("this does not fit what stands above")
            .expected("the fields of one map all indented alike, and a comma between those inside `{ }`")
    } else {
        diagnostic(said).expected("`field: value` lines, and every `{`, `[` and quote closed")
    }
}

fn last_character(source: &str) -> Range<usize> {
    let end = source.trim_end().len();
    let width = source.get(..end).and_then(|text| text.chars().next_back()).map_or(0, char::len_utf8);
    end.saturating_sub(width)..end
}

/// The bytes of a place that the YAML crate names.
fn bytes_of(source: &str, location: &Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().and_then(|start| usize::try_from(start).ok());
    let length = span.byte_len().and_then(|length| usize::try_from(length).ok());
    let (start, length) = match start {
        Some(start) => (start.min(source.len()), length.unwrap_or(1)),
        None => word_at(source, location),
    };
    start..start.saturating_add(length).min(source.len())
}

/// The start and length of the word at a place that is known by line and column only.
fn word_at(source: &str, location: &Location) -> (usize, usize) {
    let before = |count: u64| usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
    let line_start: usize = source.split_inclusive('\n').take(before(location.line())).map(str::len).sum();
    let line = source.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let indent: usize = line.chars().take(before(location.column())).map(char::len_utf8).sum();
    let word = line
        .get(indent..)
        .unwrap_or("")
        .chars()
        .take(MOST_UNDERLINED)
        .take_while(|sign| !" :,".contains(*sign));
    (line_start + indent, word.map(char::len_utf8).sum::<usize>().max(1))
}

/// What serde hands over: a value with its places.
struct Raw(Spanned<RawKind>);

enum RawKind {
    Text(String),
    Number,
    Bool,
    Null,
    List(Vec<Raw>),
    Map(Vec<(Raw, Raw)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for RawKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyKind)
    }
}

struct AnyKind;

impl<'de> Visitor<'de> for AnyKind {
    type Value = RawKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_str<E>(self, text: &str) -> Result<RawKind, E> {
        Ok(RawKind::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<RawKind, E> {
        Ok(RawKind::Text(text))
    }

    // Numbers are read again from the text of the file: a float would already have lost digits.
    fn visit_i64<E>(self, _: i64) -> Result<RawKind, E> {
        Ok(RawKind::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<RawKind, E> {
        Ok(RawKind::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<RawKind, E> {
        Ok(RawKind::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<RawKind, E> {
        Ok(RawKind::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<RawKind, E> {
        Ok(RawKind::Number)
    }

    fn visit_bool<E>(self, _: bool) -> Result<RawKind, E> {
        Ok(RawKind::Bool)
    }

    fn visit_unit<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Null)
    }

    fn visit_none<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RawKind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(RawKind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<RawKind, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(RawKind::Map(map))
    }
}

/// Turns what serde handed over into the tree, and looks at the keys.
struct Builder<'a> {
    source: &'a str,
    wrong: Vec<Diagnostic>,
}

impl Builder<'_> {
    fn node(&mut self, Raw(raw): Raw) -> Node {
        let mut span = bytes_of(self.source, &raw.referenced);
        let plain = |reads_as| {
            let defined = bytes_of(self.source, &raw.defined);
            Kind::Scalar { text: self.source.get(defined).unwrap_or("").trim().to_owned(), reads_as }
        };
        let kind = match raw.value {
            RawKind::Text(text) => Kind::Scalar { text, reads_as: ReadsAs::Text },
            RawKind::Number => plain(ReadsAs::Number),
            RawKind::Bool => plain(ReadsAs::Bool),
            RawKind::Null => Kind::Null,
            RawKind::List(items) => Kind::List(items.into_iter().map(|item| self.node(item)).collect()),
            RawKind::Map(entries) => Kind::Map(self.entries(entries)),
        };
        let last = match &kind {
            Kind::List(items) => items.last().map(|item| item.span.end),
            Kind::Map(entries) => entries.last().map(|(_, value)| value.span.end),
            Kind::Scalar { .. } | Kind::Null => None,
        };
        span.end = span.end.max(last.unwrap_or(0));
        Node { span, kind }
    }

    fn entries(&mut self, entries: Vec<(Raw, Raw)>) -> Vec<(Key, Node)> {
        let mut first: BTreeMap<String, Range<usize>> = BTreeMap::new();
        let mut kept = Vec::new();
        for (key, value) in entries {
            let (key, value) = (self.node(key), self.node(value));
            let Some(text) = key.text().map(str::to_owned) else {
                self.wrong.push(
                    Diagnostic::at(key.span, "this is not the name of a field", "a field's name is one word")
                        .expected("`field: value`"),
                );
                continue;
            };
            if let Some(before) = first.get(&text) {
                self.wrong.push(
                    Diagnostic::at(key.span, format!("`{text}` is here twice"), "here again")
                        .related(before.clone(), "first here")
                        .expected("every field at most once in its map"),
                );
                continue;
            }
            first.insert(text.clone(), key.span.clone());
            kept.push((Key { text, span: key.span }, value));
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Node, ReadsAs, read};

    fn tree(text: &str) -> Node {
        match read("t.yaml", text.as_bytes()) {
            Ok(document) => document.root,
            Err(wrong) => panic!("{wrong}"),
        }
    }

    fn slice<'a>(text: &'a str, node: &Node) -> &'a str {
        &text[node.span.clone()]
    }

    #[test]
    fn every_value_knows_its_bytes_in_chinese_text_too() {
        let text = "name: 扫码付款\nsteps:\n  - { at: 10s, amount: CNY 18.50 }\n";
        let root = tree(text);
        assert_eq!(root.get("name").map(|node| slice(text, node)), Some("扫码付款"));
        let step = &root.get("steps").unwrap().items()[0];
        assert_eq!(step.get("amount").map(|node| slice(text, node)), Some("CNY 18.50"));
        assert_eq!(root.entries()[1].0.text, "steps");
        assert_eq!(&text[root.entries()[1].0.span.clone()], "steps");
    }

    #[test]
    fn numbers_keep_the_digits_of_the_file() {
        let root = tree("amount: 18.50\nquoted: '18.50'\n");
        let kind = |name: &str| root.get(name).map(|node| node.kind.clone());
        let scalar = |reads_as| Some(Kind::Scalar { text: "18.50".to_owned(), reads_as });
        assert_eq!(kind("amount"), scalar(ReadsAs::Number));
        assert_eq!(kind("quoted"), scalar(ReadsAs::Text));
    }

    #[test]
    fn words_that_old_yaml_took_for_truth_values_stay_words() {
        let root = tree("on: no\nlegible: true\n");
        assert_eq!(root.get("on").and_then(Node::text), Some("no"));
        assert!(matches!(root.get("legible").unwrap().kind, Kind::Scalar { reads_as: ReadsAs::Bool, .. }));
    }

    #[test]
    fn an_alias_has_the_place_of_its_use_and_a_merge_gives_way_to_the_map() {
        let text = "base: &b { at: 1s, id: x }\nstep: { <<: *b, id: y }\nagain: *b\n";
        let root = tree(text);
        let step = root.get("step").unwrap();
        assert_eq!(step.get("id").and_then(Node::text), Some("y"));
        assert_eq!(step.get("at").and_then(Node::text), Some("1s"));
        assert!(root.get("again").unwrap().span.start >= text.find("*b\n").unwrap());
    }
}

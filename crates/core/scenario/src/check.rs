//! Walks a tree along its shape and says everything that is wrong, each with its place, what was
//! expected, an example, and what the writer probably meant.
//!
//! A clean check is the promise on which lowering rests. Nearness of words: Damerau-Levenshtein
//! distance, at most a third of the longer word.

use crate::diagnostic::Diagnostic;
use crate::node::{Key, Kind, Node, ReadsAs};
use crate::scalar::{self, Problem};
use crate::shape::{Choice, Field, List, Map, Presence, Scalar, Shape, quoted};
use acquirer::Expiry;
use core::net::SocketAddr;
use core::ops::Range;

/// Everything that is wrong with `root`.
pub(crate) fn check(root: &Node, shape: &'static Shape) -> Vec<Diagnostic> {
    let mut checker = Checker { wrong: Vec::new(), around: Vec::new() };
    checker.value(root, shape, &Owner { key: None, example: shape.map().map_or("", |map| map.example) });
    checker.wrong
}

/// No word, amount or time of the language is nearly as long, in bytes.
const LONGEST_WORD: usize = 64;

/// The word of `known` that was probably meant.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = word.trim().to_lowercase().replace(['_', ' '], "-");
    let distance = |other: &str| strsim::damerau_levenshtein(&plain, other);
    // An accidental page of text is no misspelt word, and comparing it would take long.
    if plain.len() > LONGEST_WORD {
        return None;
    }
    let near = |other: &&str| distance(other) * 3 <= other.chars().count().max(plain.chars().count());
    let known: Vec<&str> = known.into_iter().collect();
    let closest = known.iter().copied().filter(near).min_by_key(|other| distance(other));
    // `notification` alone is far from `notification-lost` in letters, and still what was meant.
    closest.or_else(|| {
        let mut longer = known.iter().copied().filter(|other| plain.len() >= 4 && other.starts_with(&plain));
        longer.next().filter(|_| longer.next().is_none())
    })
}

/// Whose value is looked at.
struct Owner<'a> {
    key: Option<&'a Key>,
    example: &'static str,
}

struct Checker {
    wrong: Vec<Diagnostic>,
    /// The maps around the present one, outermost first.
    around: Vec<&'static Map>,
}

impl Checker {
    fn value(&mut self, node: &Node, shape: &'static Shape, owner: &Owner<'_>) {
        match (shape, &node.kind) {
            (_, Kind::Null) => self.no_value(node, shape, owner),
            (Shape::Matrix, _) => {}
            (Shape::Scalar(scalar) | Shape::Either(scalar, _), Kind::Scalar { text, reads_as }) => {
                self.scalar(node, scalar, text, *reads_as, shape, owner);
            }
            (Shape::Map(map) | Shape::Either(_, map), Kind::Map(entries)) => {
                self.map(node, map, entries, owner);
            }
            (Shape::List(list), Kind::List(items)) => self.list(node, list, items, owner),
            _ => self.wrong_kind(node, shape, owner),
        }
    }

    fn no_value(&mut self, node: &Node, shape: &'static Shape, owner: &Owner<'_>) {
        let (span, title) = match owner.key {
            Some(key) => (key.span.clone(), format!("`{}` has no value", key.text)),
            None => (node.span.clone(), "here is nothing".to_owned()),
        };
        let diagnostic = Diagnostic::at(span, title, "nothing follows");
        self.wrong.push(diagnostic.expected(expected(shape)).example(owner.example));
    }

    fn wrong_kind(&mut self, node: &Node, shape: &'static Shape, owner: &Owner<'_>) {
        let found = match &node.kind {
            Kind::Scalar { .. } => "a single value",
            Kind::Map(_) => "a map of fields",
            Kind::List(_) => "a list",
            Kind::Null => "nothing",
        };
        let title = match owner.key {
            Some(key) => format!("`{}` cannot be {found}", key.text),
            None if self.around.is_empty() => format!("the file cannot be {found}"),
            None => format!("an item of this list cannot be {found}"),
        };
        let diagnostic = Diagnostic::at(node.span.clone(), title, format!("this is {found}"));
        self.wrong.push(diagnostic.expected(expected(shape)).example(owner.example));
    }

    fn list(&mut self, node: &Node, list: &'static List, items: &[Node], owner: &Owner<'_>) {
        if items.is_empty() && !list.may_be_empty {
            let span = owner.key.map_or_else(|| node.span.clone(), |key| key.span.clone());
            let diagnostic =
                Diagnostic::at(span, format!("there are no {}", list.what), "this list is empty");
            self.wrong.push(
                diagnostic.expected(format!("at least one of the {}", list.what)).example(list.example),
            );
        }
        for item in items {
            let example = list.of.map().map_or(list.example, |map| map.example);
            self.value(item, list.of, &Owner { key: None, example });
        }
    }

    fn map(&mut self, node: &Node, map: &'static Map, entries: &[(Key, Node)], owner: &Owner<'_>) {
        let whole = match owner.key {
            Some(key) if !self.around.is_empty() => key.span.clone(),
            _ => entries.first().map_or_else(|| node.span.clone(), |(key, _)| key.span.clone()),
        };
        for (key, value) in entries {
            match map.field(&key.text) {
                Some(field) => {
                    self.around.push(map);
                    self.value(value, &field.shape, &Owner { key: Some(key), example: field.example });
                    self.around.pop();
                    self.needs(key, field, entries);
                }
                None => self.unknown_field(map, key, entries),
            }
        }
        let missing = map.fields.iter().filter(|field| {
            let here = find(entries, field.name).is_some();
            field.required && !here && !missed_already(map, entries, &[field.name])
        });
        for field in missing {
            let diagnostic =
                Diagnostic::at(whole.clone(), format!("`{}` is missing in {}", field.name, map.what), "");
            let expected = format!("{} ({})", field.doc, expected(&field.shape));
            self.wrong.push(diagnostic.expected(expected).example(field.example));
        }
        for choice in map.choices {
            self.choice(map, choice, entries, &whole);
        }
    }

    fn needs(&mut self, key: &Key, field: &'static Field, entries: &[(Key, Node)]) {
        if field.needs.is_empty() || field.needs.iter().any(|other| find(entries, other).is_some()) {
            return;
        }
        let (title, label) = match field.needs {
            [other] => (
                format!("`{}` means nothing without `{other}`", key.text),
                format!("there is no `{other}` beside it"),
            ),
            several => (
                format!("`{}` means nothing without one of {}", key.text, quoted(several)),
                "there is none of them beside it".to_owned(),
            ),
        };
        let diagnostic = Diagnostic::at(key.span.clone(), title, label);
        self.wrong.push(diagnostic.expected(field.doc));
    }

    fn choice(
        &mut self,
        map: &'static Map,
        choice: &'static Choice,
        entries: &[(Key, Node)],
        whole: &Range<usize>,
    ) {
        let names: Vec<&str> = choice.fields.iter().map(|field| field.name).collect();
        let mut present = entries.iter().map(|(key, _)| key).filter(|key| names.contains(&&*key.text));
        let first = present.next();
        let company = match choice.presence {
            Presence::With(other) => find(entries, other),
            Presence::Required | Presence::Optional => None,
        };
        match (first, choice.presence) {
            (None, Presence::Required) if !missed_already(map, entries, &names) => {
                self.none_chosen(map, choice, &names, whole);
            }
            (None, Presence::With(_)) => {
                if let Some(other) = company {
                    self.none_chosen(map, choice, &names, &other.span);
                }
            }
            (Some(key), Presence::With(other)) if company.is_none() => {
                let title = format!("`{}` means nothing without `{other}`", key.text);
                let diagnostic =
                    Diagnostic::at(key.span.clone(), title, format!("there is no `{other}` beside it"));
                self.wrong.push(diagnostic.example(map.example));
            }
            _ => {}
        }
        let Some(first) = first else { return };
        for second in present {
            let title =
                format!("`{}` and `{}` cannot stand together in {}", first.text, second.text, map.what);
            let diagnostic = Diagnostic::at(second.span.clone(), title, format!("a second {}", choice.what))
                .related(first.span.clone(), format!("the first {}", choice.what));
            self.wrong.push(diagnostic.expected(format!("one of {}", quoted(&names))).example(map.example));
        }
    }

    fn none_chosen(&mut self, map: &'static Map, choice: &'static Choice, names: &[&str], at: &Range<usize>) {
        let (title, label, expected) = match names {
            [name] => {
                (format!("{} needs `{name}` too", map.what), "it is not here", format!("the {}", choice.what))
            }
            _ => (
                format!("{} needs one of {}", map.what, quoted(names)),
                "none of them is here",
                format!("exactly one {}", choice.what),
            ),
        };
        let diagnostic = Diagnostic::at(at.clone(), title, label);
        self.wrong.push(diagnostic.expected(expected).example(map.example));
    }

    fn unknown_field(&mut self, map: &'static Map, key: &Key, entries: &[(Key, Node)]) {
        let names: Vec<&str> = map.all_fields().map(|field| field.name).collect();
        let title = format!("`{}` is not a field of {}", key.text, map.what);
        let near = nearest(&key.text, names.iter().copied());
        let holds = |field: &&Field| field.shape.map().is_some_and(|inner| inner.field(&key.text).is_some());
        let here = |field: &&'static Field| find(entries, field.name).is_some();
        let inside = map.all_fields().filter(here).find(holds).or_else(|| map.all_fields().find(holds));
        let outside = self.around.iter().rev().find(|outer| outer.field(&key.text).is_some());
        let label = match (near, inside, outside) {
            (Some(_), ..) | (None, None, None) => "unknown field".to_owned(),
            (None, Some(field), _) => format!("this belongs inside `{}`", field.name),
            (None, None, Some(outer)) => format!("this belongs to {}, further out", outer.what),
        };
        let example = match (near, inside, outside) {
            (Some(name), ..) => map.field(name).map(|field| field.example),
            (None, Some(field), _) => Some(field.example),
            (None, None, Some(outer)) => outer.field(&key.text).map(|field| field.example),
            (None, None, None) => None,
        };
        let diagnostic = Diagnostic::at(key.span.clone(), title, label).did_you_mean(near);
        let diagnostic = diagnostic.expected(format!("one of {}", quoted(&names)));
        self.wrong.push(diagnostic.example(example.unwrap_or(map.example)));
    }

    fn scalar(
        &mut self,
        node: &Node,
        scalar: &'static Scalar,
        text: &str,
        reads_as: ReadsAs,
        shape: &'static Shape,
        owner: &Owner<'_>,
    ) {
        let Err(problem) = read(scalar, text, reads_as) else { return };
        let text: String = text.chars().take(LONGEST_WORD).collect();
        let title = match (scalar, owner.key) {
            (Scalar::Word { what, .. }, _) => format!("`{text}` is not {what}"),
            (_, Some(key)) => format!("`{}` cannot be `{text}`", key.text),
            (_, None) => format!("`{text}` cannot stand here"),
        };
        let title: String = title.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        let diagnostic = Diagnostic::at(node.span.clone(), title, problem.says).did_you_mean(problem.instead);
        self.wrong.push(diagnostic.expected(expected(shape)).example(owner.example));
    }
}

/// Whether a field that is there already asks for one of `names`, or a misspelt one was meant for it.
fn missed_already(map: &'static Map, entries: &[(Key, Node)], names: &[&str]) -> bool {
    entries.iter().any(|(key, _)| {
        let asks = |others: &[&str]| others.iter().any(|other| names.contains(other));
        let meant = || nearest(&key.text, map.all_fields().map(|field| field.name));
        match map.field(&key.text) {
            Some(field) => asks(field.needs) || asks(map.company_of(field.name).as_slice()),
            None => asks(meant().as_slice()),
        }
    })
}

fn find<'a>(entries: &'a [(Key, Node)], name: &str) -> Option<&'a Key> {
    entries.iter().map(|(key, _)| key).find(|key| key.text == name)
}

/// What a shape is, for a sentence "expected …".
fn expected(shape: &Shape) -> String {
    let fields = |map: &Map| {
        let names: Vec<&str> = map.all_fields().map(|field| field.name).collect();
        format!("a map with {}", quoted(&names))
    };
    match shape {
        Shape::Scalar(scalar) => scalar.expected(),
        Shape::Map(map) => fields(map),
        Shape::List(list) => format!("a list of {}", list.what),
        Shape::Either(scalar, map) => format!("{}, or {}", scalar.expected(), fields(map)),
        Shape::Matrix => "a list of rows".to_owned(),
    }
}

/// Whether a text is a scalar of this kind.
fn read(scalar: &Scalar, text: &str, reads_as: ReadsAs) -> Result<(), Problem> {
    if text.len() > LONGEST_WORD && !matches!(scalar, Scalar::Text | Scalar::Path) {
        return truth_of(false, "this is far too long");
    }
    match scalar {
        Scalar::Word { words, .. } if words.contains(&text) => Ok(()),
        Scalar::Word { words, .. } => Err(Problem {
            says: "unknown word".to_owned(),
            instead: nearest(text, words.iter().copied()).map(str::to_owned),
        }),
        Scalar::Text => truth_of(!text.trim().is_empty(), "there is no text in it"),
        Scalar::Name => truth_of(is_name(text), "a blank, a capital or another sign is in it"),
        Scalar::Money => scalar::money(text).map(drop),
        Scalar::MoneyOrNothing if text == "nothing" => Ok(()),
        Scalar::MoneyOrNothing => scalar::money(text).map(drop),
        Scalar::Time => scalar::time(text).map(drop),
        Scalar::Length => scalar::length_um(text).map(drop),
        Scalar::Force => scalar::force_mn(text).map(drop),
        Scalar::Percent => scalar::permille(text).map(drop),
        Scalar::Voltage => scalar::voltage_mv(text).map(drop),
        Scalar::Resistance => scalar::resistance_mohm(text).map(drop),
        Scalar::Temperature => scalar::temperature_c(text).map(drop),
        Scalar::Ratio => scalar::ratio(text).map(drop),
        Scalar::OrderNo => truth_of(sim::OrderNo::new(text).is_some(), "no order has such a number"),
        Scalar::Rate => scalar::rate_per_s(text).map(drop),
        Scalar::LineRate => scalar::line_rate_bps(text).map(drop),
        Scalar::Code => truth_of(is_code(text), "a code has 2 to 24 letters and digits"),
        Scalar::Wire => truth_of(is_wire(text), "another sign is in it"),
        Scalar::Characters { count } => truth_of(
            text.len() == *count && is_alphanumeric(text),
            "it is longer, shorter, or has another sign in it",
        ),
        Scalar::Digits { least, most } => truth_of(
            (*least..=*most).contains(&text.len()) && is_digits(text),
            "it is longer, shorter, or has another sign in it",
        ),
        Scalar::DesKey => {
            let is_key = matches!(text.len(), 16 | 32) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            truth_of(is_key, "it is longer, shorter, or has another sign in it")
        }
        Scalar::YearAndMonth => truth_of(Expiry::from_digits(text).is_some(), "this is no year and month"),
        Scalar::Count { .. } if reads_as == ReadsAs::Text && text.parse::<u32>().is_ok() => {
            Err(Problem { says: "a number stands without quotes".to_owned(), instead: Some(text.to_owned()) })
        }
        Scalar::Count { least, most } => scalar::count(text, *least, *most).map(drop),
        Scalar::Truth => match (text, reads_as) {
            ("true" | "false", ReadsAs::Bool) => Ok(()),
            _ => Err(Problem { says: "neither true nor false".to_owned(), instead: truth_meant(text) }),
        },
        Scalar::Address => truth_of(text.parse::<SocketAddr>().is_ok(), "this is not an address"),
        Scalar::Path => {
            truth_of(is_path(text), "this path is absolute, leaves the folder, or does not end in `.yaml`")
        }
    }
}

fn truth_of(holds: bool, otherwise: &str) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(Problem { says: otherwise.to_owned(), instead: None }) }
}

fn truth_meant(text: &str) -> Option<String> {
    let meant = match text.to_lowercase().as_str() {
        "yes" | "on" | "true" => "true",
        "no" | "off" | "false" => "false",
        _ => return None,
    };
    Some(meant.to_owned())
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Small letters, digits and hyphens.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Of ISO 8583 `96` or `A0`, of a wallet `SYSTEMERROR` or `ACQ.SYSTEM_ERROR`.
fn is_code(text: &str) -> bool {
    let fits = |byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.');
    (2..=24).contains(&text.len()) && text.bytes().all(fits)
}

/// What stands in a field that a fault aims at: a number, a name.
fn is_wire(text: &str) -> bool {
    let fits = |byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.');
    !text.is_empty() && text.bytes().all(fits)
}

/// Relative, below the catalogue folder, and alike on every platform.
fn is_path(text: &str) -> bool {
    let inside = text.split('/').all(|part| !matches!(part, "" | "." | ".."));
    inside && text.ends_with(".yaml") && !text.contains(['\\', ':'])
}

#[cfg(test)]
mod tests {
    use super::{is_path, nearest};

    #[test]
    fn a_near_word_is_found_and_a_far_one_is_not() {
        let words = ["kiosk", "kiosk-prints-first", "reference", "notification-lost"];
        assert_eq!(nearest("kiosk-print-first", words), Some("kiosk-prints-first"));
        assert_eq!(nearest("Kiosk_Prints_First", words), Some("kiosk-prints-first"));
        assert_eq!(nearest("A-notification-lost", words), Some("notification-lost"));
        assert_eq!(nearest("notification", words), Some("notification-lost"));
        assert_eq!(nearest("toaster", words), None);
    }

    #[test]
    fn a_path_never_leaves_the_catalogue() {
        assert!(is_path("scanned-no-receipt/power-cut.yaml"));
        for path in ["/etc/a.yaml", "../a.yaml", "a//b.yaml", "C:\\a.yaml", "a.txt"] {
            assert!(!is_path(path), "{path}");
        }
    }
}

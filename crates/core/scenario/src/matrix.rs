//! One file, several scenarios: the rows of `matrix:` and the places that they fill.
//!
//! A row is a map: `case` names it, every other field is a value that stands wherever the file says `$` and the field's
//! name: alone, as a value of any kind, or in the middle of a text. A filled file is checked as if somebody had
//! written it out, and what is wrong with a value is shown in its row. *Not modelled:* products of several matrices, defaults of
//! a row, places for names of fields.

use crate::check::{is_name, nearest};
use crate::diagnostic::Diagnostic;
use crate::node::{Key, Kind, Node, ReadsAs};
use std::collections::BTreeSet;

/// The field that holds the rows.
pub(crate) const MATRIX: &str = "matrix";
/// The field of a row that names it.
pub(crate) const CASE: &str = "case";
/// What an editor says of the field.
pub(crate) const DOC: &str = "several scenarios in one file: one for each row. `case` names it, and every other field stands where the file says `$field`";
/// How it is written.
pub(crate) const EXAMPLE: &str = "matrix: [{ case: broke, code: \"51\" }, { case: stolen, code: \"43\" }]";
/// Each row is a scenario; more would be a program.
pub(crate) const MOST_ROWS: usize = 64;

/// One scenario of a file.
#[derive(Debug)]
pub(crate) struct Filled {
    /// The name of its row; nothing in a file without a matrix.
    pub(crate) case: Option<String>,
    /// The file with the values of that row.
    pub(crate) root: Node,
}

/// The scenarios of a file, each written out; or what is wrong with the matrix and its places.
pub(crate) fn fill(root: &Node) -> Result<Vec<Filled>, Vec<Diagnostic>> {
    let Some((key, matrix)) = root.entries().iter().find(|(key, _)| key.text == MATRIX) else {
        return Ok(vec![Filled { case: None, root: root.clone() }]);
    };
    let mut wrong = Vec::new();
    rows(key, matrix, &mut wrong);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut filler = Filler { rows: matrix.items(), used: BTreeSet::new(), wrong: Vec::new() };
    let filled: Vec<Filled> = (0..matrix.items().len()).map(|row| filler.scenario(root, row)).collect();
    if filler.wrong.is_empty() {
        filler.unused(matrix);
    }
    if filler.wrong.is_empty() { Ok(filled) } else { Err(filler.wrong) }
}

/// Checks that the rows are like each other, and that each has a name of its own.
fn rows(key: &Key, matrix: &Node, wrong: &mut Vec<Diagnostic>) {
    let Some(first) = matrix.items().first().filter(|_| matrix.items().len() <= MOST_ROWS) else {
        let title = format!("`{MATRIX}` is a list of one to {MOST_ROWS} rows");
        wrong.push(Diagnostic::at(key.span.clone(), title, "these rows").example(EXAMPLE));
        return;
    };
    let mut names: Vec<(&str, &Node)> = Vec::new();
    for row in matrix.items() {
        let Some(name) = row.get(CASE) else {
            let title = "this row has no name";
            wrong.push(Diagnostic::at(row.span.clone(), title, "no `case` here").example(EXAMPLE));
            continue;
        };
        match name.text().filter(|text| is_name(text)) {
            None => wrong.push(
                Diagnostic::at(name.span.clone(), "this is no name of a case", "here")
                    .expected("small letters, digits and hyphens"),
            ),
            Some(text) => {
                if let Some((_, before)) = names.iter().find(|(other, _)| *other == text) {
                    wrong.push(
                        Diagnostic::at(name.span.clone(), format!("two rows are called `{text}`"), "again")
                            .related(before.span.clone(), "first here"),
                    );
                }
                names.push((text, name));
            }
        }
        unlike(first, row, wrong);
    }
}

/// Every row fills the same places.
fn unlike(first: &Node, row: &Node, wrong: &mut Vec<Diagnostic>) {
    for (key, _) in row.entries() {
        if !is_name(&key.text) {
            wrong.push(
                Diagnostic::at(key.span.clone(), format!("`{}` cannot name a place", key.text), "here")
                    .expected("small letters, digits and hyphens"),
            );
        } else if first.get(&key.text).is_none() && key.text != CASE {
            wrong.push(
                Diagnostic::at(key.span.clone(), format!("the first row has no `{}`", key.text), "only here")
                    .related(first.span.clone(), "the first row")
                    .expected("the same fields in every row"),
            );
        }
    }
    for (key, _) in first.entries() {
        if row.get(&key.text).is_none() && key.text != CASE {
            wrong.push(
                Diagnostic::at(
                    row.span.clone(),
                    format!("`{}` is missing in this row", key.text),
                    "this row",
                )
                .related(key.span.clone(), "the first row has it")
                .expected("the same fields in every row"),
            );
        }
    }
}

const fn is_of_name(sign: u8) -> bool {
    sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-'
}

struct Filler<'a> {
    rows: &'a [Node],
    used: BTreeSet<&'a str>,
    wrong: Vec<Diagnostic>,
}

impl<'a> Filler<'a> {
    fn scenario(&mut self, root: &Node, row: usize) -> Filled {
        let case = self.rows.get(row).and_then(|row| row.get(CASE)).and_then(Node::text);
        let entries = root.entries().iter().map(|(key, value)| {
            let value = if key.text == MATRIX { value.clone() } else { self.filled(value, row) };
            (key.clone(), value)
        });
        let kind = Kind::Map(entries.collect());
        Filled { case: case.map(str::to_owned), root: Node { span: root.span.clone(), kind } }
    }

    fn filled(&mut self, node: &Node, row: usize) -> Node {
        let kind = match &node.kind {
            Kind::Null => Kind::Null,
            Kind::List(items) => Kind::List(items.iter().map(|item| self.filled(item, row)).collect()),
            Kind::Map(entries) => {
                Kind::Map(entries.iter().map(|(key, value)| (key.clone(), self.filled(value, row))).collect())
            }
            Kind::Scalar { text, .. } if !text.contains('$') => return node.clone(),
            Kind::Scalar { text, .. } => return self.scalar(node, text, row),
        };
        Node { span: node.span.clone(), kind }
    }

    /// A place alone takes any value as it is; one inside a text takes a text.
    fn scalar(&mut self, node: &Node, text: &str, row: usize) -> Node {
        if let Some((name, "")) = place(text) {
            return self.value(name, node, row).cloned().unwrap_or_else(|| node.clone());
        }
        let (mut whole, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once('$') {
            whole.push_str(before);
            let Some((name, behind)) = place(&rest[before.len()..]) else {
                whole.push('$');
                rest = after;
                continue;
            };
            rest = behind;
            let Some(value) = self.value(name, node, row) else { continue };
            match value.text() {
                Some(value) => whole.push_str(value),
                None => self.wrong.push(
                    Diagnostic::at(value.span.clone(), format!("`{name}` stands inside a text"), "no text")
                        .related(node.span.clone(), "inside this one")
                        .expected("a single value"),
                ),
            }
        }
        whole.push_str(rest);
        Node { span: node.span.clone(), kind: Kind::Scalar { text: whole, reads_as: ReadsAs::Text } }
    }

    fn value(&mut self, name: &str, node: &Node, row: usize) -> Option<&'a Node> {
        let row = self.rows.get(row)?;
        let entry = row.entries().iter().find(|(key, _)| key.text == name);
        if let Some((key, value)) = entry {
            self.used.insert(&key.text);
            return Some(value);
        }
        let known = row.entries().iter().map(|(key, _)| key.text.as_str());
        let unknown =
            Diagnostic::at(node.span.clone(), format!("no row has a field `{name}`"), "for this place")
                .did_you_mean(nearest(name, known).map(|near| format!("${near}")));
        // Every row would say the same.
        if !self.wrong.contains(&unknown) {
            self.wrong.push(unknown);
        }
        None
    }

    /// A value that stands nowhere makes two rows the same scenario.
    fn unused(&mut self, matrix: &Node) {
        for (key, _) in matrix.items().first().map_or(&[][..], Node::entries) {
            if key.text != CASE && !self.used.contains(key.text.as_str()) {
                let title = format!("`${}` stands nowhere in the file", key.text);
                self.wrong.push(Diagnostic::at(key.span.clone(), title, "given for nothing"));
            }
        }
    }
}

/// The name of a place at the start of a text, and what stands behind it.
fn place(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('$')?;
    let end = rest.bytes().position(|sign| !is_of_name(sign)).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    // `$` before a number is money in somebody's text.
    name.starts_with(|sign: char| sign.is_ascii_lowercase()).then_some((name, behind))
}

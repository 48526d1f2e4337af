//! What is wrong with a file, for people and for programs.
//!
//! Each diagnostic names the place, what is wrong there, what was expected, and an example. Spans are
//! in bytes, lines and columns (in characters) count from 1. *Not modelled:* warnings; a file is either
//! right or it is refused.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use core::fmt;
use core::ops::Range;
use serde_json::{Value, json};

/// No file is repaired by reading more than this many complaints about it at once.
const MOST_SHOWN: usize = 50;

/// Everything that is wrong with one file, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    file_name: String,
    /// Empty where the file cannot be shown: too large, or not text.
    source: String,
    list: Vec<Diagnostic>,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostic {
    /// The offending bytes; nothing where the file as a whole is meant.
    pub span: Option<Range<usize>>,
    /// What is wrong, in one sentence without a full stop.
    pub title: String,
    /// What is to be said at the offending place itself.
    pub label: String,
    /// Another place that belongs to it, and what is to be said there.
    pub related: Option<(Range<usize>, String)>,
    /// What would be right instead.
    pub expected: Option<String>,
    /// How that is written.
    pub example: Option<String>,
    /// What the writer probably meant, as it would stand in the file.
    pub did_you_mean: Option<String>,
}

impl Diagnostic {
    /// A complaint about the bytes of `span`.
    pub(crate) fn at(span: Range<usize>, title: impl Into<String>, label: impl Into<String>) -> Self {
        Self { span: Some(span), title: title.into(), label: label.into(), ..Self::default() }
    }

    /// A complaint about the file as a whole.
    pub(crate) fn of_file(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    pub(crate) fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    pub(crate) fn example(mut self, text: impl Into<String>) -> Self {
        self.example = Some(text.into());
        self
    }

    pub(crate) fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }

    pub(crate) fn did_you_mean(mut self, word: Option<impl Into<String>>) -> Self {
        self.did_you_mean = word.map(Into::into);
        self
    }

    fn report<'a>(&'a self, file_name: &'a str, source: &'a str) -> Group<'a> {
        let group = Group::with_title(Level::ERROR.primary_title(&*self.title));
        let group = match &self.span {
            Some(span) => group.element(self.snippet(file_name, source, span)),
            None => group.element(Origin::path(file_name)),
        };
        group.elements(self.advice())
    }

    fn snippet<'a>(
        &'a self,
        file_name: &'a str,
        source: &'a str,
        span: &Range<usize>,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let label = (!self.label.is_empty()).then_some(&*self.label);
        let snippet = Snippet::source(source)
            .path(file_name)
            .annotation(AnnotationKind::Primary.span(shown(source, span)).label(label));
        match &self.related {
            Some((span, label)) => {
                snippet.annotation(AnnotationKind::Context.span(shown(source, span)).label(&**label))
            }
            None => snippet,
        }
    }

    fn advice(&self) -> Vec<Element<'_>> {
        let meant =
            self.did_you_mean.as_ref().map(|word| Level::HELP.message(format!("did you mean `{word}`?")));
        let lines = [("expected", &self.expected), ("example", &self.example)];
        let lines = lines.into_iter().filter_map(|(name, text)| {
            text.as_ref().map(|text| Level::NOTE.with_name(name).message(&**text))
        });
        meant.into_iter().chain(lines).map(Element::from).collect()
    }

    fn to_json(&self, file_name: &str, source: &str) -> Value {
        let place = |span: &Range<usize>| {
            let (line, column) = line_and_column(source, span.start);
            let (end_line, end_column) = line_and_column(source, span.end);
            json!({ "line": line, "column": column, "end_line": end_line, "end_column": end_column })
        };
        let mut object = json!({ "file": file_name });
        if let (Some(object), Some(Value::Object(place))) =
            (object.as_object_mut(), self.span.as_ref().map(place))
        {
            object.extend(place);
        }
        if let Some(object) = object.as_object_mut() {
            object.insert("title".to_owned(), json!(self.title));
            let texts = [
                ("label", Some(&self.label).filter(|label| !label.is_empty())),
                ("expected", self.expected.as_ref()),
                ("example", self.example.as_ref()),
                ("did_you_mean", self.did_you_mean.as_ref()),
            ];
            let texts = texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text?))));
            object.extend(texts);
            if let Some((span, label)) = &self.related {
                let mut related = place(span);
                if let Some(related) = related.as_object_mut() {
                    related.insert("label".to_owned(), json!(label));
                }
                object.insert("related".to_owned(), related);
            }
        }
        object
    }
}

impl Diagnostics {
    /// Puts a file's complaints in the order of the file.
    pub(crate) fn new(file_name: &str, source: &str, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| span.start));
        Self { file_name: file_name.to_owned(), source: source.to_owned(), list }
    }

    /// The complaints, in the order of the file.
    #[must_use]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// For people: every complaint with the line that it is about. `coloured` is for terminals; without
    /// it the text is plain, for pipes and snapshots.
    #[must_use]
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let shown = self.list.iter().take(MOST_SHOWN);
        let mut reports: Vec<String> = shown
            .map(|diagnostic| renderer.render(&[diagnostic.report(&self.file_name, &self.source)]))
            .collect();
        if let Some(more) = self.list.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            reports.push(format!("… and {more} more in {}", self.file_name));
        }
        reports.join("\n\n")
    }

    /// For programs: one object for each complaint, with `file`, `line`, `column`, `end_line`,
    /// `end_column`, `title`, and where they exist `label`, `expected`, `example`, `did_you_mean`,
    /// `related`.
    #[must_use]
    pub fn to_json(&self) -> Vec<Value> {
        self.list.iter().map(|diagnostic| diagnostic.to_json(&self.file_name, &self.source)).collect()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl core::error::Error for Diagnostics {}

/// The line and the column, in characters, both counted from 1, of a byte of `source`.
pub(crate) fn line_and_column(source: &str, byte: usize) -> (u32, u32) {
    let mut end = byte.min(source.len());
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let before = source.get(..end).unwrap_or("");
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    let column = before.rsplit('\n').next().unwrap_or("").chars().count();
    let counted = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    (counted(lines), counted(column))
}

/// What is underlined of a span: its first line only, never beyond the file, at least one place wide.
fn shown(source: &str, span: &Range<usize>) -> Range<usize> {
    let boundary = |mut at: usize| {
        at = at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (boundary(span.start), boundary(span.end));
    let text = source.get(start..end).unwrap_or("");
    let line = text.lines().next().unwrap_or("").trim_end();
    start..start + line.len()
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics, line_and_column};
    use serde_json::json;

    #[test]
    fn columns_count_characters_and_not_bytes() {
        assert_eq!(line_and_column("a\n扫码x", 8), (2, 3));
        assert_eq!(line_and_column("", 100), (1, 1));
    }

    #[test]
    fn programs_get_the_place_as_numbers() {
        let wrong = Diagnostic::at(3..5, "bad", "here").did_you_mean(Some("good"));
        let all = Diagnostics::new("x.yaml", "a:\nbc\n", vec![wrong]);
        let expected = json!({ "file": "x.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 3,
            "title": "bad", "label": "here", "did_you_mean": "good" });
        assert_eq!(all.to_json(), [expected]);
    }

    #[test]
    fn a_flood_of_complaints_is_cut_short() {
        let flood = vec![Diagnostic::at(0..1, "bad", ""); 60];
        let text = Diagnostics::new("x.yaml", "abc", flood).render(false);
        assert!(text.ends_with("… and 10 more in x.yaml"));
    }

    #[test]
    fn a_place_outside_the_file_is_shown_all_the_same() {
        let outside = Diagnostic::at(400..900, "bad", "here").related(7..700, "there");
        assert!(Diagnostics::new("x.yaml", "扫码", vec![outside]).render(true).contains("bad"));
    }
}

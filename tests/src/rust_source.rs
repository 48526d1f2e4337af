//! The shape of a Rust file, read off its indentation.
//!
//! This is enough because rustfmt decides where braces stand. Not understood: a multi-line string that holds a line
//! which looks like the end of the function around it; such a function seems shorter than it is.

/// A function and the lines from its `fn` to its closing brace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function<'a> {
    /// Without its path.
    pub name: &'a str,
    /// Where its `fn` stands, from 1.
    pub line: usize,
    /// How long it is, both ends included.
    pub lines: usize,
}

/// The file up to its test module, which stands last.
#[must_use]
pub fn without_tests(text: &str) -> &str {
    let inline = text.find("\n#[cfg(test)]\nmod tests");
    inline.and_then(|at| text.get(..=at)).unwrap_or(text)
}

/// All functions that have a body, in the order in which they begin.
#[must_use]
pub fn functions(text: &str) -> Vec<Function<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let starts = lines.iter().enumerate().filter_map(|(at, line)| Some((at, name_in(line)?)));
    starts
        .filter_map(|(at, name)| {
            let length = lines.get(at..).and_then(length_of)?;
            Some(Function { name, line: at + 1, lines: length })
        })
        .collect()
}

/// The name of the function that this line begins.
fn name_in(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let qualifier = |word: &str| {
        word.starts_with("pub") || ["const", "async", "unsafe", "extern", "\"C\"", "default"].contains(&word)
            // The rest of `pub(in path)`.
            || word.ends_with(')')
    };
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let name = after.get(..end).filter(|name| !name.is_empty())?;
    before.split_whitespace().all(qualifier).then_some(name)
}

/// The number of lines of the function that begins on the first one; nothing for a mere signature.
fn length_of(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?;
    let indent = first.len() - first.trim_start().len();
    let stands_at_indent = |line: &str| line.len() - line.trim_start().len() == indent;
    let mut open = false;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| stands_at_indent(line)) {
        match line.trim().chars().next_back() {
            Some('}') if !open || line.trim() == "}" => return Some(at + 1),
            Some('{') => open = true,
            Some(';') if !open => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_reaches_from_its_name_to_its_brace() {
        let text = "//! Doc.\n\npub fn long(\n    a: u8,\n) -> u8 {\n    if a > 0 {\n        1\n    } else {\n        2\n    }\n}\n";
        assert_eq!(functions(text), [Function { name: "long", line: 3, lines: 9 }]);
    }

    #[test]
    fn a_function_on_one_line_is_one_line_long() {
        let text = "    pub(crate) const fn zero() -> u8 { 0 }\n}\n";
        assert_eq!(functions(text), [Function { name: "zero", line: 1, lines: 1 }]);
    }

    #[test]
    fn a_method_ends_at_its_own_brace_and_not_at_that_of_its_block() {
        let text = "impl A {\n    fn one(&self) {\n        go();\n    }\n\n    fn two() {\n        go();\n        go();\n    }\n}\n";
        let lengths: Vec<_> =
            functions(text).iter().map(|function| (function.name, function.lines)).collect();
        assert_eq!(lengths, [("one", 3), ("two", 4)]);
    }

    #[test]
    fn a_signature_without_a_body_is_no_function() {
        let text = "trait A {\n    fn wake(\n        &self,\n    ) -> u8;\n    fn poll(&mut self);\n}\n";
        assert_eq!(functions(text), []);
    }

    #[test]
    fn words_that_contain_fn_begin_no_function() {
        assert_eq!(functions("let f: fn (u8) = g;\n// a fn here {\n}\n"), []);
    }

    #[test]
    fn tests_are_cut_off_where_their_module_begins() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n";
        assert_eq!(without_tests(text), "fn a() {}\n\n");
        assert_eq!(without_tests("fn a() {}\n"), "fn a() {}\n");
    }
}

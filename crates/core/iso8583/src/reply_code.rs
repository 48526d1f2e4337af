//! Reply codes (field 39) with their class and what a careful terminal does next.
//!
//! The table is a file, `data/cup-codes.yaml`, with its source. *Not modelled:* codes of other dialects.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_yaml::Spanned;

use crate::data_file::{DialectError, Provenance, read};

/// The class of a reply code; a code that the table does not have is [`ReplyClass::Unknown`].
pub fn reply_code(code: &[u8]) -> ReplyClass {
    reply_entry(code).map_or(ReplyClass::Unknown, |entry| entry.class)
}

/// The whole table entry of a reply code.
pub fn reply_entry(code: &[u8]) -> Option<&'static ReplyCode> {
    let code = u16::from_be_bytes(code.try_into().ok()?);
    let index = REPLY_CODES.binary_search_by_key(&code, |entry| u16::from_be_bytes(entry.code)).ok()?;
    REPLY_CODES.get(index)
}

/// What a class of reply codes means to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum ReplyClass {
    /// A: done.
    #[serde(rename = "A")]
    Approved,
    /// B: may be tried again.
    #[serde(rename = "B")]
    Retry,
    /// C: refused, trying again does not help.
    #[serde(rename = "C")]
    Refused,
    /// D: somebody has to do something.
    #[serde(rename = "D")]
    OperatorAction,
    /// E: the host or the switch is at fault; no retry.
    #[serde(rename = "E")]
    SystemFault,
    /// Not in the table: show "failed" with the code.
    #[serde(skip)]
    Unknown,
}

/// What a careful terminal does beside showing the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FollowUp {
    /// Nothing.
    #[default]
    Nothing,
    /// The result is unknown: ask.
    Query,
    /// The result is unknown: reverse.
    Reverse,
    /// Sign on again.
    SignOn,
    /// Sign on again, and reverse.
    SignOnAndReverse,
    /// Ask for the PIN again, and send a new request with a new trace number.
    EnterPin,
}

/// One reply code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyCode {
    /// The two characters of field 39.
    pub code: [u8; 2],
    /// Its class.
    pub class: ReplyClass,
    /// What comes next.
    pub follow_up: FollowUp,
    /// What it says, for people.
    pub meaning: String,
    /// What a person does.
    pub action: Option<String>,
}

/// All known codes of the UnionPay dialect, by rising code.
pub static REPLY_CODES: LazyLock<Vec<ReplyCode>> =
    LazyLock::new(|| parse_codes(CODES_FILE).expect("the files that are compiled in are sound"));

/// The file of [`REPLY_CODES`].
pub const CODES_FILE: &str = include_str!("../data/cup-codes.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "provenance")]
    _provenance: Provenance,
    codes: BTreeMap<String, Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    class: ReplyClass,
    #[serde(default, rename = "then")]
    follow_up: FollowUp,
    meaning: String,
    #[serde(default, rename = "do")]
    action: Option<String>,
}

/// Reads a file of reply codes, as [`CODES_FILE`] is one.
///
/// # Errors
/// The first thing that is wrong with it, with line and column.
pub fn parse_codes(yaml: &str) -> Result<Vec<ReplyCode>, DialectError> {
    let file: File = read(yaml)?;
    let entries = file.codes.into_iter().map(|(code, entry)| {
        let Ok(code) = <[u8; 2]>::try_from(code.as_bytes()) else {
            return Err(DialectError::at(&entry, format!("expected a code of two characters, not `{code}`")));
        };
        let Entry { class, follow_up, meaning, action } = entry.value;
        Ok(ReplyCode { code, class, follow_up, meaning, action })
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::FollowUp::{EnterPin, Nothing, Query, Reverse, SignOnAndReverse};
    use super::ReplyClass::{Approved, OperatorAction, Refused, Retry, SystemFault};
    use super::*;

    #[test]
    fn codes_have_the_class_of_the_dialect() {
        for (code, class) in [
            ("00", Approved),
            ("A6", Approved),
            ("09", Retry),
            ("A0", Retry),
            ("51", Refused),
            ("33", OperatorAction),
            ("06", SystemFault),
            ("Z9", ReplyClass::Unknown),
            ("0", ReplyClass::Unknown),
        ] {
            assert_eq!(reply_code(code.as_bytes()), class, "{code}");
        }
    }

    #[test]
    fn replies_that_leave_the_money_open_ask_for_a_query_or_a_reversal() {
        let open: Vec<_> = REPLY_CODES
            .iter()
            .filter(|entry| matches!(entry.follow_up, Query | Reverse | SignOnAndReverse))
            .map(|entry| entry.code)
            .collect();
        assert_eq!(open, [*b"09", *b"68", *b"94", *b"98", *b"A0"]);
    }

    #[test]
    fn a_wrong_pin_is_asked_for_again_and_an_approval_leaves_nothing_to_do() {
        let entry = reply_entry(b"55").unwrap();
        assert_eq!((entry.follow_up, entry.class), (EnterPin, Refused));
        assert!(entry.action.as_ref().is_some_and(|action| action.contains("new trace number")));
        let entry = reply_entry(b"00").unwrap();
        assert_eq!(
            (entry.follow_up, entry.action.as_deref(), entry.meaning.as_str()),
            (Nothing, None, "approved")
        );
    }

    #[test]
    fn the_table_rises_without_repeats() {
        assert!(REPLY_CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(REPLY_CODES.len(), 71);
    }

    #[test]
    fn a_code_of_three_characters_is_refused_with_its_place() {
        let file = CODES_FILE.replace("  \"51\":", "  \"510\":");
        let error = parse_codes(&file).unwrap_err().to_string();
        assert!(error.ends_with("column 10: expected a code of two characters, not `510`"), "{error}");
        assert!(parse_codes(&CODES_FILE.replace("class: E", "class: F")).is_err());
    }
}

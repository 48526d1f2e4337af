//! Data files in YAML: dialects, reply codes, transactions. What is wrong with one is said with its place.
//!
//! Every file begins with its provenance. *Not modelled:* several errors at once; the first one is reported.

use core::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_yaml::{Location, Spanned};

/// Where the facts of a file come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Provenance {
    /// The document, and what of it.
    pub source: String,
    /// What third-party software agrees with it.
    #[serde(default)]
    pub checked_with: Option<String>,
    /// What the source does not say and the file does.
    #[serde(default)]
    pub assumed: Vec<String>,
}

/// What is wrong with a data file, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialectError {
    /// Line, from 1; 0 when the file as a whole is wrong.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
    /// What was expected there, or what stands there instead.
    pub message: String,
}

impl DialectError {
    pub(crate) fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Self {
        Self::at_location(Some(place.referenced), message.into())
    }

    fn at_location(location: Option<Location>, message: String) -> Self {
        let (line, column) = location.map_or((0, 0), |place| (place.line(), place.column()));
        Self { line, column, message }
    }
}

/// Reads a file of this shape. Unknown names, repeated keys and wrong types are errors.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, DialectError> {
    let options = serde_yaml::options! { with_snippet: false };
    serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let said = error.to_string();
        // The place is told apart from the words; the crate puts it behind them.
        let first = said.lines().next().unwrap_or_default();
        let words = first.rsplit_once(" at line ").map_or(first, |(words, _)| words);
        DialectError::at_location(error.location(), words.to_owned())
    })
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl core::error::Error for DialectError {}

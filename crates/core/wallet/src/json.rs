//! Untrusted JSON, with bounds on size and depth before anything is built from it.
//!
//! Source: RFC 8259. A key that stands twice in an object that is read is refused by its reader. Amounts are lent out as
//! they stood, so that no number passes through a float. *Not modelled:* encodings other than UTF-8.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::amount::Amount;
use crate::exchange::MAX_BODY_BYTES;
use crate::told::Refusal;

/// How deep arrays and objects may stand in each other.
const MAX_DEPTH: usize = 16;

/// Reads a document; an empty one counts as an empty object.
pub(crate) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Refusal> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    if bytes.len() > MAX_BODY_BYTES || depth(bytes) > MAX_DEPTH {
        return Err(Refusal::WrongFormat);
    }
    serde_json::from_slice(bytes).map_err(|_| Refusal::WrongFormat)
}

/// Yuan as text or as a plain number: both are usual.
pub(crate) fn yuan(value: Option<&RawValue>, name: &'static str) -> Result<Amount, Refusal> {
    let raw = value.map_or("", RawValue::get);
    let text = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    let amount = Amount::parse_yuan(text).filter(|amount| *amount > Amount::ZERO);
    amount.ok_or(Refusal::WrongParameter(name))
}

/// Fen as a whole number.
pub(crate) fn fen(value: Option<u64>, name: &'static str) -> Result<Amount, Refusal> {
    let amount = value.and_then(Amount::from_fen).filter(|amount| *amount > Amount::ZERO);
    amount.ok_or(Refusal::WrongParameter(name))
}

/// The deepest place outside texts.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct One {
        a: Option<u64>,
    }

    fn read_one(text: &str) -> Result<One, Refusal> {
        read(text.as_bytes())
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |count: usize| format!("{{\"b\":{}{}}}", "[".repeat(count), "]".repeat(count));
        assert_eq!(read_one(&nested(MAX_DEPTH - 1)), Ok(One { a: None }));
        assert_eq!(read_one(&nested(MAX_DEPTH)), Err(Refusal::WrongFormat));
        assert_eq!(read_one(&nested(100_000)), Err(Refusal::WrongFormat));
        assert_eq!(read_one(&" ".repeat(MAX_BODY_BYTES + 1)), Err(Refusal::WrongFormat));
        let brackets_in_text = format!("{{\"b\":\"{}\\\"\"}}", "[".repeat(50));
        assert_eq!(read_one(&brackets_in_text), Ok(One { a: None }));
    }

    #[test]
    fn double_keys_and_odd_numbers_are_refused() {
        for text in [
            "{\"a\":1,\"a\":2}",
            "{\"a\":1e3}",
            "{\"a\":1.0}",
            "{\"a\":-1}",
            "{\"a\":18446744073709551616}",
            "{\"a\":\"1\"}",
        ] {
            assert_eq!(read_one(text), Err(Refusal::WrongFormat), "{text}");
        }
    }

    #[test]
    fn yuan_may_be_text_or_number_but_no_float() {
        let read_yuan = |text: &str| {
            let value: &RawValue = serde_json::from_str(text).unwrap();
            yuan(Some(value), "x").map(Amount::fen)
        };
        assert_eq!(read_yuan("\"18.50\""), Ok(1850));
        assert_eq!(read_yuan("0.01"), Ok(1));
        assert_eq!(read_yuan("12"), Ok(1200));
        for text in
            ["1e3", "1.234", "-1", "0", "\"0.00\"", "null", "true", "[1]", "\"1e3\"", "99999999999999999999"]
        {
            assert_eq!(read_yuan(text), Err(Refusal::WrongParameter("x")), "{text}");
        }
    }
}

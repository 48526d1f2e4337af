//! `k=v&k=v` as queries and forms write it.
//!
//! Source: WHATWG URL, "application/x-www-form-urlencoded". Values are bytes: their charset is a matter of the dialect.
//! *Not modelled:* semicolons between pairs, multipart forms.

/// More pairs are refused.
const MAX_PAIRS: usize = 256;

/// A name with the bytes of its value.
pub(crate) type Pair = (String, Vec<u8>);

/// Reads the pairs in order. `None` when an escape is broken, a name is no ASCII, or there are too many pairs.
pub(crate) fn read(text: &[u8]) -> Option<Vec<Pair>> {
    let pieces = text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    let mut pairs = Vec::new();
    for piece in pieces {
        if pairs.len() == MAX_PAIRS {
            return None;
        }
        let equals = piece.iter().position(|byte| *byte == b'=').unwrap_or(piece.len());
        let name = decoded(piece.get(..equals)?)?;
        let name = String::from_utf8(name).ok().filter(|name| name.is_ascii())?;
        pairs.push((name, decoded(piece.get(equals + 1..).unwrap_or_default())?));
    }
    Some(pairs)
}

/// The value of a query's name as text.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    let pairs = read(query.as_bytes())?;
    let (_, value) = pairs.into_iter().find(|(candidate, _)| candidate == name)?;
    String::from_utf8(value).ok()
}

/// One segment of a path as text.
pub(crate) fn segment(text: &str) -> Option<String> {
    // A plus sign is itself in a path.
    String::from_utf8(decoded(text.replace('+', "%2B").as_bytes())?).ok()
}

/// Appends one pair, escaped.
pub(crate) fn write(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    if !out.is_empty() {
        out.push(b'&');
    }
    escape(out, name.as_bytes());
    out.push(b'=');
    escape(out, value);
}

fn escape(out: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_' => out.push(*byte),
            b' ' => out.push(b'+'),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                out.extend([b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
        }
    }
}

fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hexadecimal(*rest.next()?)? << 4 | hexadecimal(*rest.next()?)?,
            other => *other,
        });
    }
    Some(bytes)
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_and_plus_signs_are_undone() {
        let expected = [("a", "1 2"), ("b", "é="), ("c", ""), ("d", "")]
            .map(|(name, value)| (name.to_owned(), value.into()));
        assert_eq!(read(b"a=1+2&b=%C3%a9%3D&c=&&d"), Some(expected.to_vec()));
        assert_eq!(segment("a%2Fb+c"), Some("a/b+c".to_owned()));
    }

    #[test]
    fn broken_escapes_and_floods_are_refused() {
        for text in ["a=%", "a=%2", "a=%zz", "%C3%A9=1", "%+1=2"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read("a&".repeat(MAX_PAIRS + 1).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn every_pair_comes_back_as_it_went(name in "[ -~]{1,8}", value in proptest::collection::vec(any::<u8>(), 0..30)) {
            let mut text = Vec::new();
            write(&mut text, &name, &value);
            write(&mut text, "z", b"");
            prop_assert_eq!(read(&text), Some(vec![(name, value), ("z".to_owned(), Vec::new())]));
        }

        #[test]
        fn any_bytes_are_pairs_or_none(text in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = read(&text).map(|pairs| pairs.len());
        }
    }
}

//! Short texts that are copied instead of allocated: reply codes and reasons in events.
//!
//! *Not modelled:* texts longer than their room; they are cut at a character.

use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// At most `N` bytes of UTF-8, at most 255.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Short<const N: usize> {
    /// Zero behind the text, so that derived order is the order of the texts.
    bytes: [u8; N],
    len: u8,
}

/// A reply code of any dialect: `00`, `SYSTEMERROR`, `ACQ.PAYMENT_AUTH_CODE_INVALID`.
pub type Code = Short<40>;

/// A reason for people.
pub type Why = Short<80>;

impl<const N: usize> Short<N> {
    /// As much of the text as has room.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut short = Self { bytes: [0; N], len: 0 };
        short.append(text);
        short
    }

    /// What something looks like, as much as has room.
    #[must_use]
    pub fn of(shown: impl fmt::Display) -> Self {
        let mut short = Self { bytes: [0; N], len: 0 };
        // `append` never fails, and a `Display` that fails leaves what it said before.
        let _cut = fmt::Write::write_fmt(&mut short, format_args!("{shown}"));
        short
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }

    fn append(&mut self, text: &str) {
        let used = usize::from(self.len);
        let room = N.min(usize::from(u8::MAX)).saturating_sub(used);
        let end = text.floor_char_boundary(room);
        for (to, from) in self.bytes.iter_mut().skip(used).zip(text.bytes().take(end)) {
            *to = from;
        }
        self.len = u8::try_from(used + end).unwrap_or(u8::MAX);
    }
}

impl<const N: usize> fmt::Write for Short<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.append(text);
        Ok(())
    }
}

impl<const N: usize> Serialize for Short<N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Short<N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self::new(&text))
    }
}

impl<const N: usize> From<&str> for Short<N> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<const N: usize> fmt::Display for Short<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Short<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Short;

    #[test]
    fn a_text_without_room_is_cut_at_a_character() {
        assert_eq!(Short::<4>::new("SYSTEM").as_str(), "SYST");
        assert_eq!(Short::<4>::new("二维码").as_str(), "二");
        assert_eq!(Short::<8>::of(format_args!("{}-{}", 12, 34)).as_str(), "12-34");
    }
}

//! Reading a slip back, as a person would: from the text that can still be made out on the paper.
//!
//! Lines that are too faint, squashed or overprinted to read do not count. *Not modelled:* a person's guess at a
//! half-readable line.

use printer::Piece;
use sim::{Fen, Key, SimTime};
use std::sync::Arc;
use terminal::slip::{Label, approved_words, copy_words, reprint_words, totals_words};
use terminal::{Copy, Language};

/// One piece of paper, what became of it, and what can be read on it.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The paper.
    pub piece: Arc<Piece>,
    /// When it got where it is.
    pub at: SimTime,
    /// Where it is at rest.
    pub fate: scenario::Fate,
    /// Whether it ever lay in a customer's reach.
    pub was_offered: bool,
    /// Whose copy it says that it is.
    pub copy: Option<Copy>,
    /// Whether it is the totals of a batch.
    pub is_totals: bool,
    /// Which charge it says that it is for.
    pub key: Option<Key>,
    /// The amount that it says.
    pub amount: Option<Fen>,
    /// Whether it says that the payment was approved.
    pub approved: bool,
    /// Whether it says that it is a reprint.
    pub reprint: bool,
    /// The share of its lines that can be read, in thousandths.
    pub legibility_permille: u16,
    /// Each line and how legible it is, in thousandths.
    pub lines: Vec<(String, u16)>,
}

/// A slip counts as legible when this share of its lines can be read.
pub const LEGIBLE_PERMILLE: u16 = 900;
/// A line can be read from here on; below, a person cannot tell its characters apart.
pub const READABLE_PERMILLE: u16 = 600;

impl Slip {
    /// Reads a piece of paper. `keys` are the charges that it can be about.
    pub(crate) fn read(
        piece: &Arc<Piece>,
        at: SimTime,
        fate: scenario::Fate,
        was_offered: bool,
        language: Language,
        keys: &[Key],
    ) -> Self {
        let reading = piece.reading();
        let lines: Vec<(String, u16)> =
            reading.lines.into_iter().map(|line| (line.text, line.legibility.get())).collect();
        let readable =
            || lines.iter().filter(|(_, score)| *score >= READABLE_PERMILLE).map(|(text, _)| text.trim());
        let after = |label: Label| {
            readable().find_map(|line| line.strip_prefix(label.words(language))).map(str::trim)
        };
        let says = |words: &str| readable().any(|line| line.contains(words));
        let number = after(Label::Number);
        Self {
            at,
            fate,
            was_offered,
            copy: [Copy::Merchant, Copy::Customer, Copy::Bank]
                .into_iter()
                .find(|copy| says(copy_words(*copy, language))),
            is_totals: says(totals_words(language)),
            key: keys.iter().copied().find(|key| number == Some(key.to_string().as_str())),
            amount: after(Label::Amount).and_then(|text| text.strip_prefix("RMB ")).and_then(fen),
            approved: after(Label::Outcome) == Some(approved_words(language)),
            reprint: says(reprint_words(language)),
            legibility_permille: reading.legibility.get(),
            lines,
            piece: Arc::clone(piece),
        }
    }

    /// Whether a person can read it.
    #[must_use]
    pub const fn is_legible(&self) -> bool {
        self.legibility_permille >= LEGIBLE_PERMILLE
    }
}

/// An amount as a slip prints it: yuan, a point, two digits.
fn fen(text: &str) -> Option<Fen> {
    let (yuan, cents) = text.split_once('.')?;
    let cents = cents.get(..2)?;
    Some(Fen(yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::fen;
    use sim::Fen;

    #[test]
    fn amounts_are_read_as_they_are_printed() {
        assert_eq!(fen("18.50"), Some(Fen(1850)));
        assert_eq!(fen("0.05"), Some(Fen(5)));
        assert_eq!(fen("18"), None);
        assert_eq!(fen("x.50"), None);
    }
}

//! Field 48: the totals of a settlement, and the detail of a batch.
//!
//! Source: UnionPay POS dialect, "Batch, STAN, settlement". Totals are 62 digits: for domestic cards debit amount n12,
//! debit count n3, credit amount n12, credit count n3, verdict n1; then the same for foreign cards. Detail is a count n2
//! and so many times card organisation n2, STAN n6, card number n20 on the right, amount n12.
//! *Not modelled:* details of chip transactions, which travel in field 55; card numbers that begin with 0.

use crate::digits::{Digits, Parts};
use crate::pan::Pan;

/// What a terminal says at settlement, and what the host answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SettlementTotals {
    /// Cards of the own country.
    pub domestic: CardTotals,
    /// Cards from abroad.
    pub foreign: CardTotals,
}

/// One half of the totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CardTotals {
    /// What came in: sales, completions. Fen.
    pub debit_fen: u64,
    /// How many: 0..=999.
    pub debit_count: u16,
    /// What went back: voids, refunds. Fen.
    pub credit_fen: u64,
    /// How many: 0..=999.
    pub credit_count: u16,
    /// Whether host and terminal agree; a request leaves it open.
    pub verdict: TotalsVerdict,
}

/// Whether host and terminal agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TotalsVerdict {
    /// 0: a request does not say.
    #[default]
    Open,
    /// 1: they do.
    Equal,
    /// 2: they do not, and the totals are the host's own.
    Different,
    /// 3: the host could not compare.
    Failed,
}

impl SettlementTotals {
    /// Digits of the field.
    pub const DIGITS: usize = 62;

    /// Reads 62 digits; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Parts::of(text)?;
        let totals = Self { domestic: CardTotals::read(&mut parts)?, foreign: CardTotals::read(&mut parts)? };
        parts.is_empty().then_some(totals)
    }

    /// The 62 digits.
    pub fn write(&self) -> Digits<{ Self::DIGITS }> {
        self.foreign.write(self.domestic.write(Digits::new()))
    }
}

impl CardTotals {
    fn read(parts: &mut Parts<'_>) -> Option<Self> {
        Some(Self {
            debit_fen: parts.number(12)?,
            debit_count: parts.number(3)?,
            credit_fen: parts.number(12)?,
            credit_count: parts.number(3)?,
            verdict: match parts.number::<u8>(1)? {
                0 => TotalsVerdict::Open,
                1 => TotalsVerdict::Equal,
                2 => TotalsVerdict::Different,
                3 => TotalsVerdict::Failed,
                _ => return None,
            },
        })
    }

    fn write<const N: usize>(&self, digits: Digits<N>) -> Digits<N> {
        digits
            .number(self.debit_fen, 12)
            .number(self.debit_count, 3)
            .number(self.credit_fen, 12)
            .number(self.credit_count, 3)
            .number(self.verdict as u8, 1)
    }
}

/// One transaction in the detail of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchDetail {
    /// Card organisation: 0..=99, 0 domestic.
    pub card_organisation: u8,
    /// System trace audit number: 0..=999,999.
    pub stan: u32,
    /// The card.
    pub pan: Pan,
    /// Amount in fen.
    pub amount_fen: u64,
}

impl BatchDetail {
    /// As many as field 48 has room for.
    pub const MOST: usize = 8;
    /// Digits of a full field.
    pub const MAX_DIGITS: usize = 2 + Self::MOST * Self::DIGITS;
    const DIGITS: usize = 40;

    /// Reads a whole field; `None` when the count and the digits disagree or a card number is none.
    pub fn parse(text: &str) -> Option<impl Iterator<Item = Self> + use<'_>> {
        let mut parts = Parts::of(text)?;
        let count: usize = parts.number(2)?;
        let details = text.get(2..)?;
        if count > Self::MOST || details.len() != count * Self::DIGITS {
            return None;
        }
        let each = move || (0..count).map(move |at| Self::read(details.get(at * Self::DIGITS..)?));
        each().all(|detail| detail.is_some()).then(|| each().flatten())
    }

    /// The field of these; `None` when they are more than [`BatchDetail::MOST`].
    pub fn write(details: &[Self]) -> Option<Digits<{ Self::MAX_DIGITS }>> {
        if details.len() > Self::MOST {
            return None;
        }
        let start = Digits::new().number(details.len() as u64, 2);
        Some(details.iter().fold(start, |digits, detail| {
            digits
                .number(detail.card_organisation, 2)
                .number(detail.stan, 6)
                .digits(detail.pan.digits(), 20)
                .number(detail.amount_fen, 12)
        }))
    }

    fn read(digits: &str) -> Option<Self> {
        let mut parts = Parts::of(digits)?;
        Some(Self {
            card_organisation: parts.number(2)?,
            stan: parts.number(6)?,
            pan: Pan::new(parts.digits(20)?.trim_start_matches('0')).ok()?,
            amount_fen: parts.number(12)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REQUEST: &str = "00000000185000100000000050000200000000000000000000000000000000";

    #[test]
    fn totals_are_sixty_two_digits() {
        let domestic = CardTotals {
            debit_fen: 1850,
            debit_count: 1,
            credit_fen: 500,
            credit_count: 2,
            verdict: TotalsVerdict::Open,
        };
        let totals = SettlementTotals { domestic, foreign: CardTotals::default() };
        assert_eq!(totals.write().as_str(), REQUEST);
        assert_eq!(SettlementTotals::parse(REQUEST), Some(totals));
    }

    #[test]
    fn a_host_says_whether_it_agrees() {
        for (digit, verdict) in
            [("1", TotalsVerdict::Equal), ("2", TotalsVerdict::Different), ("3", TotalsVerdict::Failed)]
        {
            let reply = format!("{}{digit}{}", &REQUEST[..30], &REQUEST[31..]);
            assert_eq!(SettlementTotals::parse(&reply).unwrap().domestic.verdict, verdict);
        }
        assert_eq!(SettlementTotals::parse(&format!("{}9{}", &REQUEST[..30], &REQUEST[31..])), None);
        assert_eq!(SettlementTotals::parse(&REQUEST[1..]), None);
        assert_eq!(SettlementTotals::parse(&format!("{REQUEST}0")), None);
    }

    #[test]
    fn a_detail_holds_the_card_number_on_the_right() {
        let detail = BatchDetail {
            card_organisation: 0,
            stan: 42,
            pan: Pan::new("6222021234567890128").unwrap(),
            amount_fen: 1850,
        };
        let text = "010000004206222021234567890128000000001850";
        assert_eq!(BatchDetail::write(&[detail]).unwrap().as_str(), text);
        assert_eq!(BatchDetail::parse(text).unwrap().collect::<Vec<_>>(), [detail]);
        assert!(!format!("{detail:?}").contains("1234567890"));
        assert!(BatchDetail::write(&[detail; 8]).unwrap().as_str().len() == 322);
        assert!(BatchDetail::write(&[detail; 9]).is_none());
    }

    #[test]
    fn a_count_that_is_wrong_makes_the_detail_unreadable() {
        let one = "0000004206222021234567890128000000001850";
        assert!(BatchDetail::parse("00").is_some_and(|mut none| none.next().is_none()));
        for text in ["", "0", "01", &format!("02{one}"), &format!("00{one}"), &format!("01{one}0")] {
            assert!(BatchDetail::parse(text).is_none(), "{text}");
        }
        assert!(BatchDetail::parse(&format!("01{}", "0".repeat(40))).is_none(), "no card number");
    }

    proptest! {
        #[test]
        fn totals_that_can_be_read_are_written_the_same(text in "[0-3]{61,63}") {
            if let Some(read) = SettlementTotals::parse(&text) {
                let written = read.write();
                prop_assert_eq!(written.as_str(), text);
            }
        }

        #[test]
        fn details_are_read_as_they_were_written(
            said in proptest::collection::vec((0_u8..100, 0_u32..1_000_000, "[1-9][0-9]{12,18}", 0_u64..1_000_000_000_000), 0..9),
        ) {
            let details: Vec<_> = said
                .iter()
                .map(|(card_organisation, stan, pan, amount_fen)| BatchDetail {
                    card_organisation: *card_organisation,
                    stan: *stan,
                    pan: Pan::new(pan).unwrap(),
                    amount_fen: *amount_fen,
                })
                .collect();
            let written = BatchDetail::write(&details).unwrap();
            let read: Vec<_> = BatchDetail::parse(written.as_str()).unwrap().collect();
            prop_assert_eq!(read, details);
        }

        #[test]
        fn any_digits_are_details_or_not(text in "0[0-2][0-9]{38,82}") {
            let _ = BatchDetail::parse(&text).map(Iterator::count);
        }
    }
}

//! When a card expires, and whether a request shows it.
//!
//! Source: ISO 8583:1987, field 14 (YYMM) and track 2 (YYMM behind the separator). A card is good to the end of its
//! month. The century is the twenty-first. *Not modelled:* the date of chip data (tag 5F24).

use super::request::CardRequest;
use crate::calendar::Civil;

/// The last month of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// `yymm`.
    digits: u16,
}

impl Expiry {
    /// Four digits, year and month as on the card's track; anything else is `None`.
    #[must_use]
    pub fn from_digits(yymm: &str) -> Option<Self> {
        let is_whole = yymm.len() == 4 && yymm.bytes().all(|byte| byte.is_ascii_digit());
        let digits = yymm.parse().ok().filter(|_| is_whole)?;
        matches!(digits % 100, 1..=12).then_some(Self { digits })
    }

    /// Whether the month is over on that day.
    pub(crate) fn is_over(self, day: u32) -> bool {
        Civil::date_digits(day) / 100 > 200_000 + u32::from(self.digits)
    }

    /// Whether the request says another month, where it says one.
    pub(crate) fn is_contradicted(self, request: &CardRequest) -> bool {
        let track = || request.message.text(35)?.split_once(['=', 'D'])?.1.get(..4);
        let stated = request.message.text(14).or_else(track);
        stated.is_some_and(|stated| Self::from_digits(stated) != Some(self))
    }
}

#[cfg(test)]
mod tests {
    use super::Expiry;
    use crate::calendar::Civil;
    use sim::SimTime;

    fn day(year: u16, month: u8, day: u8) -> u32 {
        Civil { year, month, day, hour: 0, minute: 0, second: 0 }.day_number(SimTime::ZERO)
    }

    #[test]
    fn a_card_is_good_to_the_end_of_its_month() {
        let expiry = Expiry::from_digits("2601").unwrap();
        let over = [day(2025, 12, 31), day(2026, 1, 31), day(2026, 2, 1)].map(|day| expiry.is_over(day));
        assert_eq!(over, [false, false, true]);
    }

    #[test]
    fn only_a_year_and_a_month_are_one() {
        for text in ["", "260", "2600", "2613", "26-1", "+601", "02601"] {
            assert_eq!(Expiry::from_digits(text), None, "{text}");
        }
    }
}

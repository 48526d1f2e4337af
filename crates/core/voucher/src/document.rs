//! The voucher as JSON, and back.
//!
//! | field | format 1 | format 2 |
//! |---|---|---|
//! | `is`, `format`, `number`, `merchant`, `terminal`, `kind` | always | always |
//! | `card` (`terminal`, `batch`, `stan`) or `order` (`shop`, `number`) | one of them | one of them |
//! | `amount_fen`, `reference`, `reprints` | always | always |
//! | `time` | `20260105100102`, Beijing's | `2026-01-05T10:01:02+08:00` |
//! | `names` | with completion, void, refund | the same |
//! | `operator` | never | always |
//!
//! A field that stands twice, is missing or is not in the table is an error: what a reader ignores, a forger may choose.

use crate::number::Number;
use crate::voucher::{Fault, Format, Kind, Voucher};
use serde::{Deserialize, Serialize};
use sim::{Fen, Key, OrderNo, ShopNo, TerminalNo};
use std::borrow::Cow;
use wallet::moment::WallTime;

/// What `is` says.
const VOUCHER: &str = "voucher";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    is: Cow<'a, str>,
    format: u32,
    number: Cow<'a, str>,
    merchant: Cow<'a, str>,
    terminal: Cow<'a, str>,
    kind: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderNumber<'a>>,
    amount_fen: i64,
    reference: Cow<'a, str>,
    time: Cow<'a, str>,
    reprints: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<Cow<'a, str>>,
}

/// A card charge as documents write it: the terminal's place at the acquirer, batch and trace number.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardNumber {
    terminal: u16,
    batch: u32,
    stan: u32,
}

/// A wallet order as documents write it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderNumber<'a> {
    shop: u16,
    number: Cow<'a, str>,
}

/// The two halves of a key, one of them empty.
pub(crate) fn split(key: &Key) -> (Option<CardNumber>, Option<OrderNumber<'_>>) {
    match key {
        Key::Card { terminal, batch, stan } => {
            (Some(CardNumber { terminal: terminal.0, batch: *batch, stan: *stan }), None)
        }
        Key::Order(order) => {
            (None, Some(OrderNumber { shop: order.shop().0, number: Cow::Borrowed(order.as_str()) }))
        }
    }
}

/// The key that one half says; `None` when both or neither are there.
pub(crate) fn join(card: Option<&CardNumber>, order: Option<&OrderNumber<'_>>) -> Option<Key> {
    match (card, order) {
        (Some(CardNumber { terminal, batch, stan }), None) => {
            Some(Key::Card { terminal: TerminalNo(*terminal), batch: *batch, stan: *stan })
        }
        (None, Some(order)) => Some(Key::Order(OrderNo::new(&order.number)?.at(ShopNo(order.shop)))),
        _ => None,
    }
}

/// Which format a document says that it has, whatever else it holds; `None` when it is no voucher of any format.
#[must_use]
pub fn announced_format(document: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Announced<'a> {
        is: Cow<'a, str>,
        format: u32,
    }
    let announced: Announced<'_> = serde_json::from_str(document).ok()?;
    (announced.is == VOUCHER).then_some(announced.format)
}

impl Voucher {
    /// The voucher as a JSON object, with its number.
    #[must_use]
    pub fn document(&self) -> String {
        let (card, order) = split(&self.key);
        let (time, operator) = match &self.format {
            Format::One => (self.time.compact(), None),
            Format::Two { operator } => (self.time.rfc3339(), Some(Cow::Borrowed(operator.as_str()))),
        };
        let document = Document {
            is: Cow::Borrowed(VOUCHER),
            format: self.format.version(),
            number: Cow::Owned(self.number().to_string()),
            merchant: Cow::Borrowed(&self.merchant),
            terminal: Cow::Borrowed(&self.terminal),
            kind: Cow::Borrowed(self.kind.word()),
            card,
            order,
            amount_fen: self.amount.0,
            reference: Cow::Borrowed(&self.reference),
            time: Cow::Owned(time),
            reprints: self.reprints,
            names: self.names.map(|number| Cow::Owned(number.to_string())),
            operator,
        };
        serde_json::to_string(&document).expect("texts and numbers are JSON")
    }

    /// Reads a document of a known format, strictly.
    ///
    /// # Errors
    /// [`Fault`], for whoever wrote it.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let version = announced_format(text).ok_or(Fault::Shape)?;
        if !(1..=2).contains(&version) {
            return Err(Fault::Format(version));
        }
        let document: Document<'_> = serde_json::from_str(text).map_err(|_| Fault::Shape)?;
        let (format, time) = edition(version, &document)?;
        let names = document.names.as_deref().map(|text| Number::parse(text).ok_or(Fault::Field("names")));
        let voucher = Self {
            format,
            merchant: document.merchant.into_owned(),
            terminal: document.terminal.into_owned(),
            kind: Kind::from_word(&document.kind).ok_or(Fault::Field("kind"))?,
            key: join(document.card.as_ref(), document.order.as_ref())
                .ok_or(Fault::Field("card or order"))?,
            amount: Fen(document.amount_fen),
            reference: document.reference.into_owned(),
            time,
            names: names.transpose()?,
            reprints: document.reprints,
        };
        voucher.check()?;
        let follows = Number::parse(&document.number) == Some(voucher.number());
        if follows { Ok(voucher) } else { Err(Fault::Number) }
    }
}

/// What differs between the formats.
fn edition(version: u32, document: &Document<'_>) -> Result<(Format, WallTime), Fault> {
    let (format, time) = match (version, &document.operator) {
        (1, None) => (Format::One, WallTime::parse_compact(&document.time)),
        (2, Some(operator)) => {
            (Format::Two { operator: operator.clone().into_owned() }, WallTime::parse_rfc3339(&document.time))
        }
        _ => return Err(Fault::Field("operator")),
    };
    Ok((format, time.ok_or(Fault::Field("time"))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voucher::tests::{any_voucher, payment};
    use proptest::prelude::*;

    fn format_2() -> Voucher {
        Voucher { format: Format::Two { operator: "王01".to_owned() }, ..payment() }
    }

    /// The number was worked out with Python's hashlib, apart from this code.
    const FORMAT_1: &str = concat!(
        "{\"is\":\"voucher\",\"format\":1,\"number\":\"FD53-2KH1-X2F8-NCX8\",\"merchant\":\"123456789012345\",",
        "\"terminal\":\"12345678\",\"kind\":\"payment\",\"card\":{\"terminal\":0,\"batch\":1,\"stan\":12},",
        "\"amount_fen\":1850,\"reference\":\"000000000012\",\"time\":\"20260105100102\",\"reprints\":0}"
    );

    #[test]
    fn format_1_is_written_and_read_as_its_table_says() {
        assert_eq!(payment().document(), FORMAT_1);
        assert_eq!(Voucher::read(FORMAT_1), Ok(payment()));
    }

    #[test]
    fn format_2_says_the_zone_and_the_operator_and_keeps_the_number() {
        let document = format_2().document();
        assert!(document.contains("\"time\":\"2026-01-05T10:01:02+08:00\""), "{document}");
        assert!(
            document.contains("\"operator\":\"王01\"") && document.contains("\"format\":2"),
            "{document}"
        );
        assert_eq!(format_2().number(), payment().number());
        assert_eq!(Voucher::read(&document), Ok(format_2()));
    }

    #[test]
    fn no_format_takes_the_fields_of_the_other() {
        let (one, two) = (payment().document(), format_2().document());
        let as_two = one.replace("\"format\":1", "\"format\":2");
        let as_one = two.replace("\"format\":2", "\"format\":1");
        assert_eq!(Voucher::read(&as_two), Err(Fault::Field("operator")));
        assert_eq!(Voucher::read(&as_one), Err(Fault::Field("operator")));
    }

    #[test]
    fn a_newer_format_is_told_from_nonsense() {
        let newer = "{\"is\":\"voucher\",\"format\":3,\"all\":[{\"new\":1}]}";
        assert_eq!(announced_format(newer), Some(3));
        assert_eq!(Voucher::read(newer), Err(Fault::Format(3)));
        for nonsense in
            ["", "{}", "[]", "{\"is\":\"answer\",\"format\":1}", "{\"is\":\"voucher\",\"format\":-1}"]
        {
            assert_eq!(announced_format(nonsense), None, "{nonsense}");
            assert_eq!(Voucher::read(nonsense), Err(Fault::Shape), "{nonsense}");
        }
    }

    #[test]
    fn what_is_missing_unknown_or_there_twice_is_refused() {
        for (from, to) in [
            ("\"reprints\":0", "\"reprints\":0,\"more\":1"),
            ("\"reprints\":0", "\"reprints\":0,\"reprints\":1"),
            (",\"reprints\":0", ""),
            ("\"amount_fen\":1850", "\"amount_fen\":18.5"),
            ("\"amount_fen\":1850", "\"amount_fen\":1850e0"),
        ] {
            assert_eq!(Voucher::read(&FORMAT_1.replace(from, to)), Err(Fault::Shape), "{to}");
        }
        let both =
            FORMAT_1.replace("\"amount_fen\"", "\"order\":{\"shop\":0,\"number\":\"A\"},\"amount_fen\"");
        assert_eq!(Voucher::read(&both), Err(Fault::Field("card or order")));
        let other = FORMAT_1.replace("1850", "1851");
        assert_eq!(Voucher::read(&other), Err(Fault::Number));
    }

    proptest! {
        #[test]
        fn every_voucher_is_read_as_it_was_written(voucher in any_voucher()) {
            prop_assert_eq!(voucher.check(), Ok(()));
            let document = voucher.document();
            prop_assert_eq!(Voucher::read(&document), Ok(voucher));
        }

        #[test]
        fn any_text_is_a_voucher_or_a_fault(text in "\\PC{0,60}") {
            let _ = Voucher::read(&text);
        }

        #[test]
        fn a_spoiled_document_is_no_voucher_or_another_spelling_of_it(at in any::<prop::sample::Index>(), with in " -~") {
            let mut document = FORMAT_1.to_owned();
            let at = at.index(document.len());
            document.replace_range(at..=at, &with);
            if let Ok(read) = Voucher::read(&document) {
                prop_assert_eq!(read.number(), payment().number());
            }
        }
    }
}

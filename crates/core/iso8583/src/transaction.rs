//! What a message is about: the transaction table, found by what stands on the wire.
//!
//! A message is known by its type, the first two digits of field 3, field 25, 60.1 and 60.3, and by what field 59 holds.
//! The table is a file, `data/cup-transactions.yaml`, with its source. Looking up costs no comparison of texts: rows are
//! found by 60.1, and there are a dozen of them at most. *Not modelled:* e-cash loads, instalments, reservations, and
//! the query of a sale's result that one acquirer has.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_yaml::Spanned;

use crate::data_file::{DialectError, Provenance, read};
use crate::f59::{Field59, Tag};
use crate::message::Message;
use crate::mti::Mti;

/// A transaction by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transaction {
    /// The terminal asks for working keys.
    SignOn,
    /// The terminal ends its day.
    SignOut,
    /// Is anybody there?
    Echo,
    /// The terminal asks for parameters, keys of card organisations, or lists.
    ParameterDownload,
    /// The terminal has all parameters, or asks whether there are new ones.
    ParameterNotice,
    /// The terminal asks for its master key.
    MasterKeyDownload,
    /// How much is on an account.
    Balance,
    /// A card pays.
    Sale,
    /// A sale of the same batch is undone.
    Void,
    /// Money of an earlier sale is given back.
    Refund,
    /// An amount is held.
    PreAuth,
    /// A hold is let go.
    PreAuthVoid,
    /// A hold becomes a payment.
    Completion,
    /// The same, told to the host as done.
    CompletionAdvice,
    /// A completion is undone.
    CompletionVoid,
    /// A code that the payer showed pays.
    QrSale,
    /// Such a payment of the same batch is undone.
    QrVoid,
    /// Money of such a payment is given back.
    QrRefund,
    /// A payment without a network, told afterwards.
    OfflineSale,
    /// A tip, added to an earlier sale.
    Adjustment,
    /// A request without an answer is taken back.
    Reversal,
    /// What became of a script of the issuer.
    ScriptNotice,
    /// Totals of the batch.
    Settlement,
    /// A piece of the batch, after totals that differ or for chip cards.
    BatchUpload,
    /// All pieces have been sent.
    BatchUploadEnd,
}

/// On which side of the totals a transaction counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettlementSide {
    /// On none.
    #[default]
    Neither,
    /// Money that came in.
    Debit,
    /// Money that went back.
    Credit,
}

/// What holds for a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionRow {
    /// Its name.
    pub transaction: Transaction,
    /// Whether a request without an answer is taken back by a reversal.
    pub reversible: bool,
    /// On which side of the totals it counts.
    pub side: SettlementSide,
    /// Whether it is about an earlier transaction.
    pub needs_original: bool,
    /// Whether it needs a card: field 2 or a track.
    pub needs_card: bool,
    /// Fields that a request must have, by rising number; the MAC is not among them.
    pub needs: Vec<u8>,
    /// Whether it carries a MAC.
    pub has_mac: bool,
}

impl TransactionRow {
    /// The first needed field that a request lacks; a missing card is field 2.
    pub fn missing_in(&self, request: &Message) -> Option<u8> {
        let lacks = |field: u8| request.field(field).is_none();
        let no_card = self.needs_card && [2, 35, 36].into_iter().all(lacks);
        if no_card { Some(2) } else { self.needs.iter().copied().find(|&field| lacks(field)) }
    }
}

/// What of a message decides which transaction it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionKey {
    /// Type of the request, as a number: 200 is 0200. A reply has that of its request.
    pub mti: u16,
    /// The first two digits of field 3.
    pub processing: Option<u8>,
    /// Field 25.
    pub condition: Option<u8>,
    /// 60.1.
    pub message_type: u8,
    /// 60.3.
    pub network_code: Option<u16>,
    /// Whether field 59 holds a scanned code, A3.
    pub has_code: bool,
    /// Whether field 59 holds a voucher, A4.
    pub has_voucher: bool,
}

impl TransactionKey {
    /// That of a message; `None` when field 60 or another of them cannot be read.
    pub fn of(message: &Message) -> Option<Self> {
        let two = |text: &[u8]| digits(text.get(..2)?).map(|number| number as u8);
        let field_60 = message.field(60)?;
        let tagged = message.field(59).and_then(Field59::parse);
        let has = |tag| tagged.is_some_and(|tagged| tagged.get(tag).is_some());
        Some(Self {
            mti: request_number(message.mti()),
            processing: message.field(3).map(two).map_or(Some(None), |read| read.map(Some))?,
            condition: message.field(25).map(two).map_or(Some(None), |read| read.map(Some))?,
            message_type: two(field_60)?,
            network_code: field_60.get(8..11).and_then(digits),
            has_code: has(Tag::SCANNED_CODE),
            has_voucher: has(Tag::VOUCHER),
        })
    }
}

/// The transactions of a dialect.
#[derive(Debug, Clone)]
pub struct TransactionTable {
    rows: Vec<TransactionRow>,
    /// By rising 60.1, those with a tag first.
    signs: Vec<Sign>,
    /// Where the signs of each 60.1 begin; at 100 those that take any begin, and the last entry is where they end.
    starts: [u16; 102],
}

/// The transactions of the UnionPay dialect.
pub static CUP_TRANSACTIONS: LazyLock<TransactionTable> = LazyLock::new(|| {
    TransactionTable::parse(TRANSACTIONS_FILE).expect("the files that are compiled in are sound")
});

/// The file of [`CUP_TRANSACTIONS`].
pub const TRANSACTIONS_FILE: &str = include_str!("../data/cup-transactions.yaml");

/// One way to know a row.
#[derive(Debug, Clone, Copy)]
struct Sign {
    mti: u16,
    network_first: u16,
    network_last: u16,
    processing: u8,
    condition: u8,
    tag: RequiredTag,
    row: u8,
}

/// A number that no wire can carry, for "anything".
const ANY: u8 = 100;

impl TransactionTable {
    /// The row of a message.
    pub fn of(&self, message: &Message) -> Option<&TransactionRow> {
        self.find(&TransactionKey::of(message)?)
    }

    /// The row of a key.
    #[inline]
    pub fn find(&self, key: &TransactionKey) -> Option<&TransactionRow> {
        let typed = self.signs_of(usize::from(key.message_type)).iter();
        let found = typed.chain(self.signs_of(100)).find(|sign| sign.mti == key.mti && sign.fits(key))?;
        self.rows.get(usize::from(found.row))
    }

    /// What a reversal takes back: the row of the original, whose message type the reversal does not say.
    pub fn original_of(&self, reversal: &TransactionKey) -> Option<&TransactionRow> {
        let signs = self.signs_of(usize::from(reversal.message_type)).iter();
        let mut rows =
            signs.filter(|sign| sign.fits(reversal)).filter_map(|sign| self.rows.get(usize::from(sign.row)));
        rows.find(|row| row.reversible)
    }

    /// The first row of a transaction.
    pub fn row(&self, transaction: Transaction) -> Option<&TransactionRow> {
        self.rows.iter().find(|row| row.transaction == transaction)
    }

    /// All rows, as in the file.
    pub fn rows(&self) -> &[TransactionRow] {
        &self.rows
    }

    /// Reads a file of transactions, as [`TRANSACTIONS_FILE`] is one.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with line and column.
    pub fn parse(yaml: &str) -> Result<Self, DialectError> {
        let file: File = read(yaml)?;
        if let Some(extra) = file.transactions.get(usize::from(u8::MAX)) {
            return Err(DialectError::at(extra, "expected at most 255 transactions"));
        }
        let mut signs: Vec<(u8, Sign)> = Vec::new();
        for (row, entry) in file.transactions.iter().enumerate() {
            entry.value.add_signs(row as u8, &mut signs).map_err(|why| DialectError::at(entry, why))?;
        }
        signs.sort_by_key(|(kind, sign)| (*kind, sign.tag == RequiredTag::None));
        let start = |kind: usize| signs.partition_point(|(of, _)| usize::from(*of) < kind) as u16;
        let starts = core::array::from_fn(start);
        let rows = file.transactions.into_iter().map(|entry| entry.value.into_row()).collect();
        Ok(Self { rows, signs: signs.into_iter().map(|(_, sign)| sign).collect(), starts })
    }

    fn signs_of(&self, kind: usize) -> &[Sign] {
        let bound = |kind: usize| self.starts.get(kind).copied().map_or(0, usize::from);
        self.signs.get(bound(kind)..bound(kind + 1)).unwrap_or_default()
    }
}

impl Sign {
    #[inline]
    fn fits(&self, key: &TransactionKey) -> bool {
        let network = key.network_code.unwrap_or(0);
        (self.processing == ANY || key.processing == Some(self.processing))
            && (self.condition == ANY || key.condition.unwrap_or(0) == self.condition)
            && (self.network_first..=self.network_last).contains(&network)
            && match self.tag {
                RequiredTag::None => true,
                RequiredTag::Code => key.has_code,
                RequiredTag::Voucher => key.has_voucher,
            }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "provenance")]
    _provenance: Provenance,
    transactions: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    is: Transaction,
    mti: Vec<u16>,
    processing: Option<String>,
    condition: Option<String>,
    #[serde(default)]
    types: Vec<u8>,
    #[serde(default)]
    network: Vec<String>,
    #[serde(default)]
    tag: RequiredTag,
    #[serde(default)]
    card: bool,
    needs: Vec<u8>,
    #[serde(default)]
    original: bool,
    #[serde(default)]
    reversible: bool,
    #[serde(default)]
    side: SettlementSide,
    #[serde(default = "yes")]
    mac: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
enum RequiredTag {
    #[default]
    #[serde(skip)]
    None,
    #[serde(rename = "A3")]
    Code,
    #[serde(rename = "A4")]
    Voucher,
}

impl Entry {
    fn add_signs(&self, row: u8, signs: &mut Vec<(u8, Sign)>) -> Result<(), String> {
        if !self.needs.is_sorted_by(|a, b| a < b) {
            return Err("expected the needed fields by rising number".to_owned());
        }
        let types = if self.types.is_empty() { &[ANY][..] } else { &self.types };
        if self.types.iter().any(|&kind| kind > 99) || self.mti.iter().any(|&mti| mti > 9999) {
            return Err("expected message types of at most four digits, and 60.1 of at most two".to_owned());
        }
        let everything = vec!["0-999".to_owned()];
        let network = if self.network.is_empty() { &everything } else { &self.network };
        for &kind in types {
            for &mti in &self.mti {
                for codes in network {
                    let (network_first, network_last) = range(codes)?;
                    let processing = two_digits(self.processing.as_deref())?;
                    let condition = two_digits(self.condition.as_deref())?;
                    let sign =
                        Sign { mti, network_first, network_last, processing, condition, tag: self.tag, row };
                    signs.push((kind, sign));
                }
            }
        }
        Ok(())
    }

    fn into_row(self) -> TransactionRow {
        TransactionRow {
            transaction: self.is,
            reversible: self.reversible,
            side: self.side,
            needs_original: self.original,
            needs_card: self.card,
            needs: self.needs,
            has_mac: self.mac,
        }
    }
}

fn two_digits(text: Option<&str>) -> Result<u8, String> {
    let Some(text) = text else { return Ok(ANY) };
    let number = digits(text.as_bytes()).filter(|_| text.len() == 2);
    number.map(|number| number as u8).ok_or_else(|| format!("expected two digits in quotes, not `{text}`"))
}

/// `201`, or `203-206`.
fn range(codes: &str) -> Result<(u16, u16), String> {
    let (first, last) = codes.split_once('-').unwrap_or((codes, codes));
    let code = |text: &str| digits(text.as_bytes()).filter(|_| (1..=3).contains(&text.len()));
    match (code(first), code(last)) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        _ => Err(format!("expected a network code or first-last, not `{codes}`")),
    }
}

fn digits(text: &[u8]) -> Option<u16> {
    crate::bcd::ascii_number(text)
}

/// The type of the request that this message is, or answers.
const fn request_number(mti: Mti) -> u16 {
    if mti.is_reply() { mti.number() - 10 } else { mti.number() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(mti: Mti, fields: &[(u8, &str)]) -> Message {
        let mut message = Message::new(mti);
        for (field, value) in fields {
            message.set(*field, value);
        }
        message
    }

    fn name(mti: Mti, processing: &str, condition: &str, field_60: &str) -> Option<Transaction> {
        let message = message(mti, &[(3, processing), (25, condition), (60, field_60)]);
        CUP_TRANSACTIONS.of(&message).map(|row| row.transaction)
    }

    /// The rows of the source, written down once more.
    #[test]
    fn every_row_of_the_source_is_found_by_its_signs() {
        use Transaction::*;
        for (mti, processing, condition, field_60, expected) in [
            (Mti::FINANCIAL, "310000", "00", "01000001000", Balance),
            (Mti::FINANCIAL, "000000", "00", "22000001000", Sale),
            (Mti::FINANCIAL, "200000", "00", "23000001000", Void),
            (Mti::ADVICE, "200000", "00", "25000001000", Refund),
            (Mti::AUTHORISATION, "030000", "06", "10000001000", PreAuth),
            (Mti::AUTHORISATION, "200000", "06", "11000001000", PreAuthVoid),
            (Mti::FINANCIAL, "000000", "06", "20000001000", Completion),
            (Mti::ADVICE, "000000", "06", "24000001000", CompletionAdvice),
            (Mti::FINANCIAL, "200000", "06", "21000001000", CompletionVoid),
            (Mti::ADVICE, "000000", "00", "30000001000", OfflineSale),
            (Mti::ADVICE, "000000", "00", "36000001000", OfflineSale),
            (Mti::FINANCIAL, "000000", "00", "36000001000", OfflineSale),
            (Mti::ADVICE, "000000", "00", "32000001000", Adjustment),
            (Mti::REVERSAL, "000000", "00", "22000001000", Reversal),
            (Mti::REVERSAL, "200000", "06", "21000001000", Reversal),
        ] {
            assert_eq!(
                name(mti, processing, condition, field_60),
                Some(expected),
                "{mti} {processing} {field_60}"
            );
            assert_eq!(name(mti.reply(), processing, condition, field_60), Some(expected), "the reply");
        }
    }

    #[test]
    fn management_is_told_apart_by_its_network_code() {
        use Transaction::*;
        for (mti, code, expected) in [
            (Mti::SIGN_ON, "001", Some(SignOn)),
            (Mti::SIGN_ON, "003", Some(SignOn)),
            (Mti::SIGN_ON, "004", Some(SignOn)),
            (Mti::SIGN_ON, "372", Some(ParameterDownload)),
            (Mti::SIGN_ON, "397", Some(ParameterDownload)),
            (Mti::SIGN_ON, "401", Some(MasterKeyDownload)),
            (Mti::SIGN_ON, "002", None),
            (Mti::NETWORK, "002", Some(SignOut)),
            (Mti::NETWORK, "301", Some(Echo)),
            (Mti::NETWORK, "372", Some(ParameterNotice)),
            (Mti::SETTLEMENT, "201", Some(Settlement)),
            (Mti::BATCH_UPLOAD, "201", Some(BatchUpload)),
            (Mti::BATCH_UPLOAD, "205", Some(BatchUpload)),
            (Mti::BATCH_UPLOAD, "202", Some(BatchUploadEnd)),
            (Mti::BATCH_UPLOAD, "207", Some(BatchUploadEnd)),
            (Mti::SCRIPT_RESULT, "951", Some(ScriptNotice)),
        ] {
            let message = message(mti, &[(60, &format!("00000001{code}"))]);
            assert_eq!(CUP_TRANSACTIONS.of(&message).map(|row| row.transaction), expected, "{mti} {code}");
        }
    }

    #[test]
    fn a_scanned_code_or_a_voucher_makes_it_a_qr_transaction() {
        let found = |mti, processing: &str, kind: &str, tagged: &str| {
            let message = message(mti, &[(3, processing), (25, "00"), (60, kind), (59, tagged)]);
            CUP_TRANSACTIONS.of(&message).map(|row| row.transaction)
        };
        let (code, voucher) = ("A3003123", "A4003123");
        assert_eq!(found(Mti::FINANCIAL, "000000", "22000001000", code), Some(Transaction::QrSale));
        assert_eq!(found(Mti::FINANCIAL, "200000", "23000001000", voucher), Some(Transaction::QrVoid));
        assert_eq!(found(Mti::ADVICE, "200000", "25000001000", voucher), Some(Transaction::QrRefund));
        assert_eq!(found(Mti::FINANCIAL, "000000", "22000001000", "A2003123"), Some(Transaction::Sale));
    }

    #[test]
    fn what_the_table_does_not_have_is_nothing() {
        assert_eq!(name(Mti::FINANCIAL, "000000", "00", "99000001000"), None);
        assert_eq!(name(Mti::FINANCIAL, "990000", "00", "22000001000"), None);
        assert_eq!(name(Mti::ADVICE, "000000", "00", "22000001000"), None);
        assert_eq!(name(Mti::FINANCIAL, "0", "00", "22000001000"), None);
        assert_eq!(name(Mti::FINANCIAL, "000000", "00", "x2000001000"), None);
        assert_eq!(CUP_TRANSACTIONS.of(&Message::new(Mti::FINANCIAL)), None);
    }

    #[test]
    fn a_reversal_knows_its_original() {
        let original = |processing, condition, kind| {
            let reversal = message(Mti::REVERSAL, &[(3, processing), (25, condition), (60, kind)]);
            let key = TransactionKey::of(&reversal).unwrap();
            CUP_TRANSACTIONS.original_of(&key).map(|row| row.transaction)
        };
        assert_eq!(original("000000", "00", "22000001000"), Some(Transaction::Sale));
        assert_eq!(original("030000", "06", "10000001000"), Some(Transaction::PreAuth));
        assert_eq!(original("200000", "06", "21000001000"), Some(Transaction::CompletionVoid));
        assert_eq!(original("200000", "00", "25000001000"), None, "a refund is an advice");
    }

    #[test]
    fn reversible_sides_and_macs_are_those_of_the_source() {
        use Transaction::*;
        let of = |wanted: fn(&TransactionRow) -> bool| -> Vec<Transaction> {
            CUP_TRANSACTIONS.rows().iter().filter(|row| wanted(row)).map(|row| row.transaction).collect()
        };
        assert_eq!(
            of(|row| row.reversible),
            [Sale, Void, PreAuth, PreAuthVoid, Completion, CompletionVoid, QrSale, QrVoid]
        );
        assert_eq!(
            of(|row| row.side == SettlementSide::Debit),
            [Sale, Completion, CompletionAdvice, QrSale, OfflineSale, OfflineSale, Adjustment]
        );
        assert_eq!(
            of(|row| row.side == SettlementSide::Credit),
            [Void, Refund, CompletionVoid, QrVoid, QrRefund]
        );
        assert_eq!(
            of(|row| !row.has_mac),
            [
                SignOn,
                ParameterDownload,
                MasterKeyDownload,
                SignOut,
                Echo,
                ParameterNotice,
                Settlement,
                BatchUpload,
                BatchUploadEnd
            ]
        );
        let originals = of(|row| row.needs_original);
        assert!(
            [Void, Refund, PreAuthVoid, Completion, Reversal].iter().all(|needy| originals.contains(needy))
        );
        assert!(!originals.contains(&Sale) && !originals.contains(&PreAuth));
    }

    #[test]
    fn a_request_is_told_what_it_lacks() {
        let row = CUP_TRANSACTIONS.row(Transaction::Sale).unwrap();
        let mut sale = message(
            Mti::FINANCIAL,
            &[
                (3, "000000"),
                (11, "000001"),
                (22, "021"),
                (25, "00"),
                (41, "12345678"),
                (42, "123456789012345"),
                (49, "156"),
                (60, "22000001000"),
            ],
        );
        assert_eq!(row.missing_in(&sale), Some(2));
        sale.set(35, "6222021234567890128=2912");
        assert_eq!(row.missing_in(&sale), Some(4));
        sale.set(4, "000000001850");
        assert_eq!(row.missing_in(&sale), None);
    }

    #[test]
    fn a_wrong_row_is_refused_with_its_place() {
        let refused = |from: &str, to: &str| {
            TransactionTable::parse(&TRANSACTIONS_FILE.replacen(from, to, 1)).unwrap_err().to_string()
        };
        let line = TRANSACTIONS_FILE.lines().position(|line| line.contains("is: balance")).unwrap() + 1;
        let said = refused("processing: \"31\"", "processing: \"3\"");
        assert_eq!(said, format!("line {line}, column 5: expected two digits in quotes, not `3`"));
        assert!(refused("is: balance", "is: balances").contains("unknown variant `balances`"));
        assert!(refused("[360-364", "[364-360").contains("expected a network code or first-last"));
        assert!(refused("needs: [11, 41", "needs: [41, 11").contains("by rising number"));
        assert!(refused("types: [1]", "types: [100]").contains("at most two"));
    }
}

//! The journal as bytes: what a flash, or a file that stands for one, holds.
//!
//! A header of eight bytes, then records: two bytes of length, the record, and four bytes of CRC-32 over both. Numbers
//! are big-endian. Records are only ever added: one that was cut short is at the end, and is left out. One whose check is
//! wrong and that has others behind it was damaged since; it is left out, and what is read goes on where a check is right
//! again. The key of a sign-on stands there under the
//! terminal's master key, as it came over the line.
//! *Not modelled:* pages, wear, a check over the whole.

use crate::charge::{Approval, Charge, Kind, Original};
use crate::event::{Copy, Intent};
use crate::gaps::Gap;
use crate::journal::Record;
use iso8583::{MacKey, Tdes};
use sim::{Fen, Key, OrderNo, ShopNo, SimTime, TerminalNo};

/// What a journal begins with: a name, and the version of its records.
pub const HEADER: [u8; 8] = *b"TILLRIG\x01";

/// Two order numbers, two texts of 255 bytes and some numbers fit twice. Looking for a record in bytes that are none costs so
/// much a byte at most.
const RECORD_MAX_BYTES: usize = 2_048;

/// Length, tag, intent, kind, a card's number, amount, no original, check.
const BEGUN_MIN_BYTES: usize = 2 + 1 + 2 + 1 + 11 + 8 + 1 + 4;

/// Length, tag, a card's number, check: fewer bytes were never a record that names a charge.
const NAMING_MIN_BYTES: usize = 2 + 1 + 11 + 4;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The records, oldest first.
    pub records: Vec<Record>,
    /// In how many places between them something stands that is no record.
    pub damaged: usize,
    /// Those of them that may have named a charge, and the like behind the last record.
    pub gaps: Vec<Gap>,
    /// Up to where they are whole; what is behind it is no record, and is to be cut off before more is added.
    pub whole_bytes: usize,
}

/// Bytes that do not begin as a journal of this version does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoJournal;

/// Reads a journal. Nothing at all, or the beginning of a header, is an empty one.
///
/// # Errors
/// The bytes are something else, or of another version.
pub fn read(bytes: &[u8], master_key: &Tdes) -> Result<Read, NoJournal> {
    let Some(mut rest) = bytes.strip_prefix(&HEADER[..]) else {
        let begun = HEADER.starts_with(bytes);
        return if begun { Ok(Read::default()) } else { Err(NoJournal) };
    };
    let mut read = Read::default();
    while let Some((skipped, record, behind)) = next_record(rest, master_key) {
        read.damaged += usize::from(skipped > 0);
        read.gaps.extend(gap(skipped, read.records.len()));
        read.records.push(record);
        rest = behind;
    }
    read.gaps.extend(gap(rest.len(), read.records.len()));
    Ok(Read { whole_bytes: bytes.len() - rest.len(), ..read })
}

fn gap(bytes: usize, behind: usize) -> Option<Gap> {
    let beginnings = u32::try_from(bytes.div_ceil(BEGUN_MIN_BYTES)).unwrap_or(u32::MAX);
    (bytes >= NAMING_MIN_BYTES).then_some(Gap { behind, beginnings })
}

/// The next record, how many bytes stand before it that are none, and what is behind it.
fn next_record<'a>(bytes: &'a [u8], master_key: &Tdes) -> Option<(usize, Record, &'a [u8])> {
    (0..bytes.len()).find_map(|skipped| {
        let (record, behind) = read_record(bytes.get(skipped..)?, master_key)?;
        Some((skipped, record, behind))
    })
}

/// Appends a record.
pub fn write(record: &Record, master_key: &Tdes, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    bytes.extend([0, 0]);
    let mut writer = Writer { bytes, master_key };
    writer.record(record);
    let length = u16::try_from(bytes.len() - start - 2).expect("a record is some hundred bytes long");
    if let Some(place) = bytes.get_mut(start..start + 2) {
        place.copy_from_slice(&length.to_be_bytes());
    }
    let check = crc_32(bytes.get(start..).unwrap_or_default());
    bytes.extend(check.to_be_bytes());
}

fn read_record<'a>(bytes: &'a [u8], master_key: &Tdes) -> Option<(Record, &'a [u8])> {
    let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    if length > RECORD_MAX_BYTES {
        return None;
    }
    let (checked, behind) = bytes.split_at_checked(2 + length)?;
    let (check, behind) = behind.split_first_chunk::<4>()?;
    if crc_32(checked) != u32::from_be_bytes(*check) {
        return None;
    }
    let mut reader = Reader { rest: checked.get(2..)?, master_key };
    let record = reader.record()?;
    reader.rest.is_empty().then_some((record, behind))
}

/// A record as a firmware reads it that does not look at its check, as long as it can make anything of it.
#[must_use]
pub(crate) fn read_unchecked(bytes: &[u8], master_key: &Tdes) -> Option<Record> {
    let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    let mut reader = Reader { rest: bytes.get(2..2 + length)?, master_key };
    let record = reader.record()?;
    let makes_sense = match &record {
        Record::Begun(charge) => makes_sense(charge),
        Record::Approved(approval) => {
            let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            makes_sense(&approval.charge) && is_plain(&approval.reference) && is_plain(&approval.auth_code)
        }
        Record::Ended(key) | Record::Printed(key, _) => fits(*key),
        _ => true,
    };
    (makes_sense && reader.rest.is_empty()).then_some(record)
}

/// Whether a message could be made of it: an amount has twelve digits, batch and trace number have six.
fn makes_sense(charge: &Charge) -> bool {
    let Charge { kind, key, amount, original, .. } = charge;
    let by_card = matches!(key, Key::Card { .. });
    let numbers = |original: &Original| {
        let mut bytes = original.reference.iter().chain(&original.auth_code);
        fits(original.key) && bytes.all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ')
    };
    (0..1_000_000_000_000).contains(&amount.0)
        && fits(*key)
        && kind.transaction().is_some() == by_card
        && kind.originals().is_empty() == original.is_none()
        && original.as_ref().is_none_or(numbers)
}

const fn fits(key: Key) -> bool {
    match key {
        Key::Card { batch, stan, .. } => batch <= 999_999 && stan <= 999_999,
        Key::Order(_) => true,
    }
}

const COPIES: [Copy; 3] = [Copy::Merchant, Copy::Customer, Copy::Bank];

const BEGUN: u8 = 1;
const APPROVED: u8 = 2;
const ENDED: u8 = 3;
const PRINTED: u8 = 4;
const SIGNED_ON: u8 = 5;
const SETTLING: u8 = 6;
const SETTLED: u8 = 7;
const LOGGED_ON: u8 = 8;
const LOGGED_OFF: u8 = 9;
const UNDOING: u8 = 10;
const REPRINTED: u8 = 11;
const VOUCHED: u8 = 12;
const NOT_WANTED: u8 = 20;
const LEFT_OUT: u8 = 21;

struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    master_key: &'a Tdes,
}

impl Writer<'_> {
    fn record(&mut self, record: &Record) {
        match record {
            Record::Begun(charge) => self.tag(BEGUN).charge(charge),
            Record::Approved(approval) => self.tag(APPROVED).approval(approval),
            Record::Ended(key) => self.tag(ENDED).key(*key),
            Record::Printed(key, copy) => {
                self.tag(PRINTED).key(*key);
                self.place(&COPIES, *copy);
            }
            Record::SignedOn { batch, mac_key } => {
                let wrapped = self.master_key.wrap(mac_key.as_des());
                self.tag(SIGNED_ON).put(&batch.to_be_bytes()).put(&wrapped);
            }
            Record::Settling { batch } => drop(self.tag(SETTLING).put(&batch.to_be_bytes())),
            Record::Settled { batch } => drop(self.tag(SETTLED).put(&batch.to_be_bytes())),
            Record::Operator(Some(operator)) => drop(self.tag(LOGGED_ON).put(&[*operator])),
            Record::Operator(None) => drop(self.tag(LOGGED_OFF)),
            Record::LeftOut { stan, orders } => {
                self.tag(LEFT_OUT).put(&stan.to_be_bytes()).put(&orders.to_be_bytes());
            }
            Record::Undoing(key) => self.tag(UNDOING).key(*key),
            Record::Reprinted(key) => self.tag(REPRINTED).key(*key),
            Record::NotWanted(key) => self.tag(NOT_WANTED).key(*key),
            Record::Vouched { key, reprints } => {
                self.tag(VOUCHED).key(*key);
                self.put(&reprints.to_be_bytes());
            }
        }
    }

    fn charge(&mut self, charge: &Charge) {
        self.put(&charge.intent.0.to_be_bytes());
        self.place(&Kind::ALL, charge.kind);
        self.key(charge.key);
        self.put(&charge.amount.0.to_be_bytes());
        self.put(&[u8::from(charge.original.is_some())]);
        if let Some(Original { key, reference, auth_code, date_mmdd }) = &charge.original {
            self.key(*key);
            self.put(reference).put(auth_code).put(&date_mmdd.to_be_bytes());
        }
    }

    fn approval(&mut self, approval: &Approval) {
        self.charge(&approval.charge);
        self.text(&approval.reference);
        self.text(&approval.auth_code);
        self.put(&approval.date_mmdd.to_be_bytes()).put(&approval.at.as_nanos().to_be_bytes());
    }

    fn key(&mut self, key: Key) {
        match key {
            Key::Card { terminal, batch, stan } => {
                self.tag(0).put(&terminal.0.to_be_bytes()).put(&batch.to_be_bytes()).put(&stan.to_be_bytes());
            }
            Key::Order(order) => {
                self.tag(1).put(&order.shop().0.to_be_bytes());
                self.text(order.as_str());
            }
        }
    }

    /// A text of at most 255 bytes; a longer one is cut between two characters.
    fn text(&mut self, text: &str) {
        let mut end = text.len().min(255);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end).unwrap_or_default();
        self.put(&[text.len() as u8]).put(text.as_bytes());
    }

    /// The number of one of these.
    fn place<T: PartialEq>(&mut self, all: &[T], one: T) {
        let place = all.iter().position(|known| *known == one).unwrap_or_else(|| usize::from(u8::MAX));
        self.put(&[place as u8]);
    }

    fn tag(&mut self, tag: u8) -> &mut Self {
        self.put(&[tag])
    }

    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend(bytes);
        self
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    master_key: &'a Tdes,
}

impl Reader<'_> {
    fn record(&mut self) -> Option<Record> {
        Some(match self.byte()? {
            BEGUN => Record::Begun(self.charge()?),
            APPROVED => Record::Approved(self.approval()?),
            ENDED => Record::Ended(self.key()?),
            PRINTED => Record::Printed(self.key()?, *COPIES.get(usize::from(self.byte()?))?),
            SIGNED_ON => {
                let batch = u32::from_be_bytes(self.take()?);
                Record::SignedOn { batch, mac_key: MacKey::from(self.master_key.unwrap(&self.take()?)) }
            }
            SETTLING => Record::Settling { batch: u32::from_be_bytes(self.take()?) },
            SETTLED => Record::Settled { batch: u32::from_be_bytes(self.take()?) },
            LOGGED_ON => Record::Operator(Some(self.byte()?)),
            LOGGED_OFF => Record::Operator(None),
            LEFT_OUT => Record::LeftOut {
                stan: u32::from_be_bytes(self.take()?),
                orders: u32::from_be_bytes(self.take()?),
            },
            UNDOING => Record::Undoing(self.key()?),
            REPRINTED => Record::Reprinted(self.key()?),
            NOT_WANTED => Record::NotWanted(self.key()?),
            VOUCHED => Record::Vouched { key: self.key()?, reprints: u16::from_be_bytes(self.take()?) },
            _ => return None,
        })
    }

    fn charge(&mut self) -> Option<Charge> {
        let intent = Intent(u16::from_be_bytes(self.take()?));
        let kind = *Kind::ALL.get(usize::from(self.byte()?))?;
        let key = self.key()?;
        let amount = Fen(i64::from_be_bytes(self.take()?));
        let original = match self.byte()? {
            0 => None,
            1 => Some(Original {
                key: self.key()?,
                reference: self.take()?,
                auth_code: self.take()?,
                date_mmdd: u16::from_be_bytes(self.take()?),
            }),
            _ => return None,
        };
        Some(Charge { intent, kind, key, amount, original })
    }

    fn approval(&mut self) -> Option<Approval> {
        Some(Approval {
            charge: self.charge()?,
            reference: self.text()?,
            auth_code: self.text()?,
            date_mmdd: u16::from_be_bytes(self.take()?),
            at: SimTime::from_nanos(u64::from_be_bytes(self.take()?)),
        })
    }

    fn key(&mut self) -> Option<Key> {
        match self.byte()? {
            0 => Some(Key::Card {
                terminal: TerminalNo(u16::from_be_bytes(self.take()?)),
                batch: u32::from_be_bytes(self.take()?),
                stan: u32::from_be_bytes(self.take()?),
            }),
            1 => {
                let shop = ShopNo(u16::from_be_bytes(self.take()?));
                Some(Key::Order(OrderNo::new(&self.text()?)?.at(shop)))
            }
            _ => None,
        }
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::from(self.byte()?);
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.take().map(|[byte]| byte)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }
}

/// CRC-32 as in Ethernet and ZIP: polynomial 04C11DB7, reflected, begun and ended with ones.
pub(crate) fn crc_32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _: u32| crc >> 1 ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::{HEADER, NoJournal, Read, crc_32, read, read_unchecked, write};
    use crate::charge::{Approval, Charge, Kind, Original};
    use crate::event::{Copy, Intent};
    use crate::gaps::Gap;
    use crate::journal::Record;
    use iso8583::{MacKey, Tdes};
    use proptest::prelude::*;
    use sim::{Fen, Key, OrderNo, ShopNo, SimTime, TerminalNo};

    const MASTER: Tdes = Tdes::new(*b"0123456789ABCDEF");

    fn every_record() -> Vec<Record> {
        let key = Key::Card { terminal: TerminalNo(3), batch: 7, stan: 999_999 };
        let order = Key::Order(OrderNo::new("12345678W000001").unwrap().at(ShopNo(2)));
        let original = Original { key, reference: *b"000000000012", auth_code: *b"01234 ", date_mmdd: 1231 };
        let sale =
            Charge { intent: Intent(65_535), kind: Kind::Sale, key, amount: Fen(2500), original: None };
        let refund = Charge { kind: Kind::OrderRefund, key: order, original: Some(original), ..sale };
        let (reference, auth_code) = ("微信4200".to_owned(), String::new());
        let at = SimTime::from_secs(77_000_000);
        vec![
            Record::Begun(sale),
            Record::Begun(refund),
            Record::Approved(Approval { charge: refund, reference, auth_code, date_mmdd: 105, at }),
            Record::Ended(order),
            Record::Printed(key, Copy::Bank),
            Record::SignedOn { batch: 7, mac_key: MacKey::new(*b"singleke") },
            Record::SignedOn { batch: 8, mac_key: MacKey::double(*b"a key of 16bytes") },
            Record::Settling { batch: 8 },
            Record::Settled { batch: 8 },
            Record::Operator(Some(2)),
            Record::Operator(None),
            Record::Undoing(order),
            Record::Reprinted(key),
            Record::Vouched { key, reprints: 3 },
            Record::NotWanted(key),
            Record::LeftOut { stan: 1_007, orders: 1_002 },
        ]
    }

    fn journal(records: &[Record]) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        records.iter().for_each(|record| write(record, &MASTER, &mut bytes));
        bytes
    }

    #[test]
    fn every_record_is_read_as_it_was_written() {
        let bytes = journal(&every_record());
        let expected = Read { records: every_record(), whole_bytes: bytes.len(), ..Read::default() };
        assert_eq!(read(&bytes, &MASTER), Ok(expected));
    }

    #[test]
    fn a_record_that_was_cut_short_is_left_out_and_all_before_it_are_there() {
        let bytes = journal(&every_record());
        let but_one = every_record().len() - 1;
        let whole_bytes = journal(&every_record()[..but_one]).len();
        for end in whole_bytes..bytes.len() {
            let found = read(&bytes[..end], &MASTER).unwrap();
            assert_eq!((found.records.len(), found.whole_bytes), (but_one, whole_bytes));
        }
        for end in 0..HEADER.len() {
            assert_eq!(read(&bytes[..end], &MASTER), Ok(Read::default()));
        }
    }

    #[test]
    fn unchecked_reading_reads_what_was_written_and_lets_a_wrong_check_pass() {
        for record in every_record() {
            let mut bytes = Vec::new();
            write(&record, &MASTER, &mut bytes);
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            // A reference in Chinese is nothing that a message could hold.
            let expected = (!matches!(record, Record::Approved(_))).then_some(record);
            assert_eq!(read_unchecked(&bytes, &MASTER), expected);
        }
    }

    #[test]
    fn a_damaged_record_is_left_out_and_all_behind_it_are_there() {
        let mut bytes = journal(&every_record()[..1]);
        let (start, end) = (HEADER.len(), bytes.len());
        bytes.extend(&journal(&every_record()[1..])[HEADER.len()..]);
        bytes[start..end].fill(0xFF);
        let found = read(&bytes, &MASTER).unwrap();
        assert_eq!((&found.records[..], found.damaged), (&every_record()[1..], 1));
        assert_eq!(found.whole_bytes, bytes.len());
        assert_eq!(found.gaps, [Gap { behind: 0, beginnings: 1 }]);
        let (last, _) = bytes.split_last_chunk::<9>().unwrap();
        assert_eq!(read(last, &MASTER).unwrap().gaps.len(), 1);
    }

    #[test]
    fn keys_do_not_stand_in_clear() {
        let bytes = journal(&every_record());
        assert!(!bytes.windows(8).any(|window| window == b"singleke" || window == b"a key of"));
    }

    #[test]
    fn another_file_is_no_journal() {
        assert_eq!(read(b"SQLite format 3", &MASTER), Err(NoJournal));
        assert_eq!(read(b"TILLRIG\x02", &MASTER), Err(NoJournal));
    }

    #[test]
    fn the_check_is_the_published_one() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        assert_eq!(crc_32(b"123456789"), 0xCBF4_3926);
    }

    proptest! {
        #[test]
        fn a_flipped_bit_never_changes_a_record(at in 8_usize..1_000, bit in 0_u8..8) {
            let mut bytes = journal(&every_record());
            let at = HEADER.len() + at % (bytes.len() - HEADER.len());
            bytes[at] ^= 1 << bit;
            let found = read(&bytes, &MASTER).unwrap();
            let mut expected = every_record();
            let lost = (0..expected.len()).find(|index| found.records.get(*index) != expected.get(*index));
            expected.remove(lost.unwrap());
            prop_assert_eq!(found.records, expected);
            prop_assert_eq!(found.damaged + usize::from(found.whole_bytes < bytes.len()), 1);
        }

        #[test]
        fn no_bytes_are_too_much_for_it(mut bytes in prop::collection::vec(any::<u8>(), 0..200), with in any::<bool>()) {
            if with {
                bytes.splice(0..0, HEADER);
            }
            if let Ok(found) = read(&bytes, &MASTER) {
                prop_assert!(found.whole_bytes <= bytes.len());
            }
        }
    }
}

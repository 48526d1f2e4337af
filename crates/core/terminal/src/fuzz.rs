//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.

use crate::flash::{self, HEADER};
use iso8583::Tdes;

const MASTER: Tdes = Tdes::new([0x11; 16]);

/// Reads bytes as a journal, as one behind its header, and as a record whose check is right.
///
/// # Panics
/// When a record is not written as it was read, or more is called whole than there is.
pub fn fuzz_journal(bytes: &[u8]) {
    check(bytes);
    let mut journal = HEADER.to_vec();
    journal.extend(bytes);
    check(&journal);
    journal.truncate(HEADER.len());
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    journal.extend(length.to_be_bytes());
    journal.extend(bytes.iter().take(length.into()));
    let check_value = flash::crc_32(journal.get(HEADER.len()..).unwrap_or_default());
    journal.extend(check_value.to_be_bytes());
    check(&journal);
    let _ = flash::read_unchecked(bytes, &MASTER);
    let _ = flash::read_unchecked(journal.get(HEADER.len()..).unwrap_or_default(), &MASTER);
}

fn check(bytes: &[u8]) {
    let Ok(read) = flash::read(bytes, &MASTER) else { return };
    assert!(read.whole_bytes <= bytes.len(), "no more is whole than there is");
    let mut again = HEADER.to_vec();
    read.records.iter().for_each(|record| flash::write(record, &MASTER, &mut again));
    let read_again = flash::read(&again, &MASTER).map(|read| read.records);
    assert_eq!(read_again, Ok(read.records), "a record is written as it was read");
}

#[cfg(test)]
mod tests {
    use super::fuzz_journal;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_that_look_like_records_break_nothing(
            tag in 0_u8..=12,
            rest in prop::collection::vec(prop::sample::select(vec![0_u8, 1, 2, 3, 7, 10, 12, b'0', b'A', 0xFF]), 0..120),
        ) {
            let mut bytes = vec![tag];
            bytes.extend(rest);
            fuzz_journal(&bytes);
        }
    }
}

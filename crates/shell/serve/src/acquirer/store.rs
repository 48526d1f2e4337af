//! The ledger on disk: one table of change groups in an embedded database, and what the file says about itself.
//!
//! A group is what one request changed: all of it, or nothing. Its row: number (from 1, without gaps) to the moment of the
//! commit in nanoseconds and the changes, in postcard, and an FNV-1a sum of both (64 bits, little-endian) at the end.
//! The database checks every page when it is opened, so that damage is found before anything is served.
//! *Not modelled:* reading another version's rows, making the file smaller.

use crate::acquirer::error::AcquirerError;
use acquirer::Change;
use core::time::Duration;
use redb::{Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use redb::{StorageError, TableError};
use serde::{Deserialize, Serialize};
use sim::SimTime;
use std::io;
use std::path::Path;

/// Number to bytes.
const GROUPS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("groups");
/// What the file says about itself.
const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("about");
const FORMAT_NAME: &str = "format";
const ORIGIN_NAME: &str = "origin_unix_ns";
/// The version of the rows.
const FORMAT: u64 = 1;
/// The database's own format, that of redb 3 and 4.
const DATABASE_FORMAT: u64 = 3;
/// Pages that are kept in memory; every row is read once, at the start.
const CACHE_BYTES: usize = 32 << 20;
const SUM_BYTES: usize = 8;

/// An open ledger file. Nobody else can open it meanwhile.
#[derive(Debug)]
pub(crate) struct Store {
    database: Database,
    /// Its file, for messages.
    place: String,
    /// When the first run began: nanoseconds since 1970, UTC.
    pub(crate) origin_unix_ns: u64,
}

/// What was found in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Requests that changed something.
    pub groups: u64,
    /// Changes in all.
    pub changes: u64,
    /// The moment of the last one.
    pub last: SimTime,
    /// How long that took.
    pub took: Duration,
}

#[derive(Serialize, Deserialize)]
struct Group<Changes> {
    at: SimTime,
    changes: Changes,
}

impl Store {
    /// Opens the ledger in this file, or begins one.
    pub(crate) fn open(path: &Path, now_unix_ns: u64) -> Result<Self, AcquirerError> {
        let place = path.display().to_string();
        let database = builder().create(path).map_err(|error| refused(&place, error))?;
        Self::begin(database, place, now_unix_ns)
    }

    /// A ledger on something else than a file.
    #[cfg(test)]
    pub(crate) fn on(backend: impl redb::StorageBackend, now_unix_ns: u64) -> Result<Self, AcquirerError> {
        let database =
            builder().create_with_backend(backend).map_err(|error| refused("the test's", error))?;
        Self::begin(database, "the test's".to_owned(), now_unix_ns)
    }

    fn begin(database: Database, place: String, now_unix_ns: u64) -> Result<Self, AcquirerError> {
        let about = Self::about(&database, now_unix_ns).map_err(|error| damaged(&place, error));
        let (format, origin_unix_ns) = about?;
        if format != FORMAT {
            return Err(AcquirerError::OtherVersion { place, found: format, ours: FORMAT });
        }
        Ok(Self { database, place, origin_unix_ns })
    }

    /// Format and origin; a new file gets ours.
    fn about(database: &Database, now_unix_ns: u64) -> Result<(u64, u64), redb::Error> {
        match database.begin_read()?.open_table(ABOUT) {
            Ok(about) => {
                if let (Some(format), Some(origin)) = (about.get(FORMAT_NAME)?, about.get(ORIGIN_NAME)?) {
                    return Ok((format.value(), origin.value()));
                }
            }
            Err(TableError::TableDoesNotExist(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let writing = database.begin_write()?;
        let found = {
            let mut about = writing.open_table(ABOUT)?;
            let mut get_or = |name, new| -> Result<u64, redb::Error> {
                if let Some(found) = about.get(name)? {
                    return Ok(found.value());
                }
                about.insert(name, new)?;
                Ok(new)
            };
            (get_or(FORMAT_NAME, FORMAT)?, get_or(ORIGIN_NAME, now_unix_ns)?)
        };
        writing.open_table(GROUPS)?;
        writing.commit()?;
        Ok(found)
    }

    /// Gives every change, in order.
    pub(crate) fn replay(&self, mut apply: impl FnMut(&Change)) -> Result<Recovered, AcquirerError> {
        let mut found = Recovered::default();
        let wrong = |number: u64, what: &str| damaged(&self.place, format!("group {number} {what}"));
        let storage = |error: redb::Error| damaged(&self.place, error);
        let reading = self.database.begin_read().map_err(|error| storage(error.into()))?;
        let groups = match reading.open_table(GROUPS) {
            Ok(groups) => groups,
            Err(TableError::TableDoesNotExist(_)) => return Ok(found),
            Err(error) => return Err(storage(error.into())),
        };
        for row in groups.iter().map_err(|error| storage(error.into()))? {
            let (number, bytes) = row.map_err(|error| storage(error.into()))?;
            let number = number.value();
            if number != found.groups + 1 {
                return Err(wrong(found.groups + 1, "is missing"));
            }
            let group = read(bytes.value()).ok_or_else(|| wrong(number, "cannot be read"))?;
            if group.at < found.last {
                return Err(wrong(number, "is older than the one before it"));
            }
            group.changes.iter().for_each(&mut apply);
            (found.groups, found.last) = (number, group.at);
            found.changes += group.changes.len() as u64;
        }
        Ok(found)
    }

    /// Writes groups that follow each other, and comes back when they will be there after a power cut.
    pub(crate) fn write<'a>(
        &self,
        first: u64,
        groups: impl Iterator<Item = &'a [u8]>,
    ) -> Result<(), redb::Error> {
        let writing = self.database.begin_write()?;
        {
            let mut table = writing.open_table(GROUPS)?;
            for (number, bytes) in (first..).zip(groups) {
                table.insert(number, bytes)?;
            }
        }
        writing.commit()?;
        Ok(())
    }
}

/// Appends the row of a group.
///
/// # Panics
/// Never: these are plain values, and memory has room.
pub(crate) fn write_group(at: SimTime, changes: &[Change], out: &mut Vec<u8>) {
    let begin = out.len();
    let taken = core::mem::take(out);
    *out = postcard::to_extend(&Group { at, changes }, taken).expect("plain values can be written to memory");
    let sum = fnv1a(out.get(begin..).unwrap_or_default());
    out.extend_from_slice(&sum.to_le_bytes());
}

/// A row without damage.
fn read(row: &[u8]) -> Option<Group<Vec<Change>>> {
    let (bytes, sum) = row.split_last_chunk::<SUM_BYTES>()?;
    if fnv1a(bytes) != u64::from_le_bytes(*sum) {
        return None;
    }
    match postcard::take_from_bytes(bytes) {
        Ok((group, [])) => Some(group),
        _ => None,
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    builder
}

/// Why the file was not opened.
fn refused(place: &str, error: DatabaseError) -> AcquirerError {
    let place = place.to_owned();
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            AcquirerError::Locked { place }
        }
        DatabaseError::UpgradeRequired(found) => {
            AcquirerError::OtherVersion { place, found: found.into(), ours: DATABASE_FORMAT }
        }
        DatabaseError::Storage(StorageError::Io(source)) if source.kind() != io::ErrorKind::InvalidData => {
            AcquirerError::Disk { place, source }
        }
        other => damaged(&place, other),
    }
}

fn damaged(place: &str, what: impl ToString) -> AcquirerError {
    AcquirerError::Damaged { place: place.to_owned(), what: what.to_string() }
}

#[cfg(test)]
mod tests {
    use super::{ABOUT, FORMAT_NAME, Store, write_group};
    use crate::acquirer::error::AcquirerError;
    use acquirer::{Cause, Change, Entry};
    use sim::{Fen, Key, SimTime, TerminalNo};
    use std::fs;
    use std::path::Path;

    fn change(stan: u32) -> Change {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan };
        Change::Entry(Entry::capture(SimTime::from_secs(1), key, Cause::Sale, Fen(1850)))
    }

    fn row(second: u64, changes: &[Change]) -> Vec<u8> {
        let mut row = Vec::new();
        write_group(SimTime::from_secs(second), changes, &mut row);
        row
    }

    fn opened(path: &Path) -> Store {
        Store::open(path, 7).unwrap()
    }

    #[test]
    fn what_was_written_is_there_again_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.redb");
        let groups = [row(1, &[change(1), change(2)]), row(2, &[change(3)])];
        opened(&path).write(1, groups.iter().map(Vec::as_slice)).unwrap();
        let (store, mut found) = (Store::open(&path, 8).unwrap(), Vec::new());
        let recovered = store.replay(|change| found.push(change.clone())).unwrap();
        assert_eq!(found, [change(1), change(2), change(3)]);
        assert_eq!((recovered.groups, recovered.changes), (2, 3));
        assert_eq!((recovered.last, store.origin_unix_ns), (SimTime::from_secs(2), 7));
    }

    #[test]
    fn one_folder_serves_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.redb");
        let _first = opened(&path);
        assert!(matches!(Store::open(&path, 7), Err(AcquirerError::Locked { .. })));
    }

    #[test]
    fn a_ledger_of_another_version_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.redb");
        let store = opened(&path);
        let writing = store.database.begin_write().unwrap();
        writing.open_table(ABOUT).unwrap().insert(FORMAT_NAME, 2).unwrap();
        writing.commit().unwrap();
        drop(store);
        assert!(matches!(Store::open(&path, 7), Err(AcquirerError::OtherVersion { found: 2, ours: 1, .. })));
    }

    #[test]
    fn what_is_no_ledger_and_what_was_one_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.redb");
        fs::write(&path, "a shopping list, and rather a long one as they go".repeat(200)).unwrap();
        assert!(matches!(Store::open(&path, 7), Err(AcquirerError::Damaged { .. })));
        fs::remove_file(&path).unwrap();
        let rows: Vec<Vec<u8>> = (1..500).map(|stan| row(1, &[change(stan)])).collect();
        opened(&path).write(1, rows.iter().map(Vec::as_slice)).unwrap();
        // One bit of one amount.
        let mut bytes = fs::read(&path).unwrap();
        let whole = row(1, &[change(250)]);
        let at = bytes.windows(whole.len()).position(|window| window == whole).unwrap();
        bytes[at + 8] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(matches!(Store::open(&path, 7), Err(AcquirerError::Damaged { .. })));
    }

    #[test]
    fn a_gap_a_wrong_sum_and_time_that_runs_backwards_are_damage() {
        let mut torn = row(1, &[change(1)]);
        torn[3] ^= 1;
        let cases = [(2, vec![row(1, &[change(1)])]), (1, vec![torn]), (1, vec![row(2, &[]), row(1, &[])])];
        for (first, rows) in cases {
            let folder = tempfile::tempdir().unwrap();
            let store = opened(&folder.path().join("ledger.redb"));
            store.write(first, rows.iter().map(Vec::as_slice)).unwrap();
            assert!(matches!(store.replay(|_| ()), Err(AcquirerError::Damaged { .. })));
        }
    }
}

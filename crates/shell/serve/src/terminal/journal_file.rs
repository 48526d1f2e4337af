//! The terminal's journal on the disk: `journal` in a folder, of which one terminal at a time has the use.
//!
//! A record is added and synchronised before the terminal hears that it is durable. What a crash left half written is cut
//! off at the next start; a record that was damaged since is left out, and those behind it are read. Mode 0600. *Not
//! modelled:* a second bank; a limit to its size; a day at a counter is some hundred kilobytes.

use crate::error::ServeError;
use iso8583::Tdes;
use rustix::fs::FlockOperation;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use terminal::flash;
use terminal::journal::Record;

/// An open journal, at its end.
#[derive(Debug)]
pub(crate) struct JournalFile {
    file: File,
    master_key: Tdes,
}

/// What was in it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) read: flash::Read,
    /// Bytes at its end that were no whole record.
    pub(crate) torn_bytes: usize,
}

impl JournalFile {
    /// Opens the journal of this folder, or makes it.
    pub(crate) fn open(folder: &Path, master_key: Tdes) -> Result<(Self, Kept), ServeError> {
        let place = folder.join("journal");
        let name = format!("the journal {}", place.display());
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| ServeError::NoFolder { place: folder.display().to_string(), source })?;
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&place);
        let file = file.map_err(ServeError::opening(name.clone()))?;
        if rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(ServeError::InUse { place: name });
        }
        let mut journal = Self { file, master_key };
        let mut bytes = Vec::new();
        journal.file.read_to_end(&mut bytes).map_err(ServeError::opening(name.clone()))?;
        let Ok(read) = flash::read(&bytes, &master_key) else {
            return Err(ServeError::Foreign { place: name });
        };
        let torn_bytes = bytes.len() - read.whole_bytes;
        journal.prepare(folder, read.whole_bytes).map_err(ServeError::opening(name))?;
        Ok((journal, Kept { read, torn_bytes }))
    }

    /// Cuts off what is no record, and begins a new journal.
    fn prepare(&mut self, folder: &Path, whole_bytes: usize) -> io::Result<()> {
        self.file.set_len(whole_bytes as u64)?;
        self.file.seek(SeekFrom::End(0))?;
        if whole_bytes == 0 {
            self.file.write_all(&flash::HEADER)?;
        }
        self.file.sync_all()?;
        // The name too has to last.
        File::open(folder)?.sync_all()
    }

    /// Adds records; when this comes back, they are on the disk.
    pub(crate) fn append<'a>(&mut self, records: impl Iterator<Item = &'a Record>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for record in records {
            flash::write(record, &self.master_key, &mut bytes);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        self.file.write_all(&bytes)?;
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::JournalFile;
    use crate::error::ServeError;
    use iso8583::Tdes;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use terminal::flash;
    use terminal::journal::Record;

    const KEY: Tdes = Tdes::new(*b"0123456789ABCDEF");
    const FIRST: Record = Record::Settling { batch: 1 };
    const SECOND: Record = Record::Settled { batch: 1 };

    #[test]
    fn records_are_there_the_next_time_and_a_torn_one_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, kept) = JournalFile::open(folder.path(), KEY).unwrap();
        assert!(kept.read.records.is_empty());
        journal.append([FIRST, SECOND].iter()).unwrap();
        drop(journal);
        let path = folder.path().join("journal");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let (mut journal, kept) = JournalFile::open(folder.path(), KEY).unwrap();
        assert_eq!(kept.read.records, [FIRST]);
        assert!(kept.torn_bytes > 0);
        journal.append([SECOND].iter()).unwrap();
        drop(journal);
        let (_, kept) = JournalFile::open(folder.path(), KEY).unwrap();
        assert_eq!((kept.read.records, kept.torn_bytes), (vec![FIRST, SECOND], 0));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_record_costs_none_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = JournalFile::open(folder.path(), KEY).unwrap();
        journal.append([FIRST, SECOND].iter()).unwrap();
        drop(journal);
        let path = folder.path().join("journal");
        let mut bytes = fs::read(&path).unwrap();
        bytes[flash::HEADER.len() + 3] ^= 1;
        fs::write(&path, &bytes).unwrap();
        for _ in 0..2 {
            let (_, kept) = JournalFile::open(folder.path(), KEY).unwrap();
            assert_eq!((kept.read.records, kept.read.damaged, kept.torn_bytes), (vec![SECOND], 1, 0));
        }
    }

    #[test]
    fn two_terminals_do_not_share_a_journal_and_a_foreign_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (_journal, _) = JournalFile::open(folder.path(), KEY).unwrap();
        assert!(matches!(JournalFile::open(folder.path(), KEY), Err(ServeError::InUse { .. })));
        let other = tempfile::tempdir().unwrap();
        fs::write(other.path().join("journal"), b"my diary").unwrap();
        assert!(matches!(JournalFile::open(other.path(), KEY), Err(ServeError::Foreign { .. })));
        assert_eq!(fs::read(other.path().join("journal")).unwrap(), b"my diary");
    }
}

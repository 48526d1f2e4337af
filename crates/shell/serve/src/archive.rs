//! The folder of receipts, written by a thread of its own, so that a slow disk never holds a printer up.
//!
//! A file appears whole or not at all: it is written under another name first. What cannot be written is kept in
//! memory, tried again every second and once more at the end, and said. *Not done:* syncing to the disk; a receipt
//! survives the end of this program, not that of the machine.

use crate::news::What;
use crate::receipt::Receipt;
use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc::UnboundedSender, oneshot};

/// How often a receipt that could not be written is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// Receipts that are kept in memory; then the oldest goes, and is said to be lost.
const KEPT_MAX: usize = 10_000;

/// A receipt to write.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) folder: PathBuf,
    pub(crate) receipt: Receipt,
    /// Whoever waits for it; then it is tried once.
    pub(crate) answer: Option<oneshot::Sender<Result<PathBuf, String>>>,
}

/// What the thread tells, and of which printer.
pub(crate) type Told = (Arc<str>, What);

/// Where receipts are handed in.
#[derive(Clone, Debug)]
pub(crate) struct Archive(Sender<Job>);

/// The thread behind it.
#[derive(Debug)]
pub(crate) struct Clerk(JoinHandle<usize>);

impl Archive {
    /// Starts the thread. It ends when every archive is dropped.
    pub(crate) fn open(tell: UnboundedSender<Told>) -> io::Result<(Self, Clerk)> {
        let (jobs, incoming) = channel();
        let work = move || Desk { waiting: VecDeque::new(), failing: false, lost: 0, tell }.work(&incoming);
        let thread = std::thread::Builder::new().name("receipts".to_owned()).spawn(work)?;
        Ok((Self(jobs), Clerk(thread)))
    }

    /// Hands a receipt in.
    pub(crate) fn add(&self, job: Job) {
        // The thread lives as long as anybody can hand something in.
        let _ = self.0.send(job);
    }
}

impl Clerk {
    /// Waits until all is written that can be; how many receipts are not.
    pub(crate) fn finish(self) -> usize {
        self.0.join().unwrap_or(1)
    }
}

/// The highest number of a receipt in a folder; 0 if there is none.
pub(crate) fn last_number(folder: &Path) -> u32 {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let number = |name: std::ffi::OsString| {
        let name = name.into_string().ok()?;
        let digits = name.find(|c: char| !c.is_ascii_digit()).and_then(|end| name.get(..end))?;
        digits.parse::<u32>().ok()
    };
    names.filter_map(number).max().unwrap_or(0)
}

struct Desk {
    waiting: VecDeque<Job>,
    /// The last try failed, and that was said.
    failing: bool,
    lost: usize,
    tell: UnboundedSender<Told>,
}

impl Desk {
    /// Writes what comes, until nothing more can come; how many receipts are not written.
    fn work(mut self, incoming: &Receiver<Job>) -> usize {
        loop {
            let next = if self.waiting.is_empty() {
                incoming.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                incoming.recv_timeout(RETRY)
            };
            match next {
                Ok(Job { folder, receipt, answer: Some(answer) }) => {
                    self.write_once(&folder, &receipt, answer);
                }
                Ok(job) => {
                    self.waiting.push_back(job);
                    self.write_all();
                }
                Err(RecvTimeoutError::Timeout) => self.write_all(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.write_all();
                    return self.lost + self.waiting.len();
                }
            }
        }
    }

    fn write_all(&mut self) {
        while let Some(Job { folder, receipt, .. }) = self.waiting.front() {
            let printer = Arc::clone(&receipt.printer);
            match write(folder, receipt) {
                Ok(filed) => {
                    self.failing = false;
                    self.waiting.pop_front();
                    let _ = self.tell.send((printer, filed));
                }
                Err(why) => {
                    if !self.failing {
                        let what = format!("{why}; the receipt is kept in memory, and tried again");
                        let _ = self.tell.send((printer, What::Trouble(what)));
                    }
                    self.failing = true;
                    break;
                }
            }
        }
        self.let_go_of_the_oldest();
    }

    fn let_go_of_the_oldest(&mut self) {
        while self.waiting.len() > KEPT_MAX {
            if let Some(Job { receipt, .. }) = self.waiting.pop_front() {
                self.lost += 1;
                let what =
                    format!("receipt {} is lost: more than {KEPT_MAX} wait to be written", receipt.name);
                let _ = self.tell.send((receipt.printer, What::Trouble(what)));
            }
        }
    }

    fn write_once(&self, folder: &Path, receipt: &Receipt, answer: oneshot::Sender<Result<PathBuf, String>>) {
        let written = write(folder, receipt);
        let answered = written.as_ref().map(|_| folder.join(format!("{}.png", receipt.name)));
        // Whoever asked may have gone.
        let _ = answer.send(answered.map_err(Clone::clone));
        if let Ok(filed) = written {
            let _ = self.tell.send((Arc::clone(&receipt.printer), filed));
        }
    }
}

/// Writes the files of one receipt.
fn write(folder: &Path, receipt: &Receipt) -> Result<What, String> {
    let reading = receipt.piece.reading();
    let files = receipt
        .files(&reading)
        .map_err(|error| format!("receipt {} cannot be drawn: {error}", receipt.name))?;
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
    let mut path = folder.to_owned();
    for (end, bytes) in files {
        path = folder.join(format!("{}{end}", receipt.name));
        put(&path, &bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(What::Receipt(Box::new(receipt.filed(path, reading))))
}

/// Writes a file whole or not at all.
fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    fs::write(&part, bytes).and_then(|()| fs::rename(&part, path)).inspect_err(|_| {
        // On a full disk, half a file only takes room.
        let _ = fs::remove_file(&part);
    })
}

#[cfg(test)]
mod tests {
    use super::last_number;
    use std::fs;

    #[test]
    fn numbering_goes_on_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(last_number(folder.path()), 0);
        assert_eq!(last_number(&folder.path().join("nowhere")), 0);
        for name in ["0007.png", "0007-ideal.png", "0012.txt", "hanging.png", "control.sock"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(last_number(folder.path()), 12);
    }
}

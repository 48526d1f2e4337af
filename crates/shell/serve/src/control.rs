//! Lines that people and scripts type: over a local socket, or from standard input.
//!
//! A line in, an answer out, in order. The socket of a dead run is replaced; that of a living one is in use; anything
//! else is somebody else's. *Not done:* passwords; the rights to the socket's file are the rights to the device.

use crate::error::ServeError;
use crate::phrase::Answer;
use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener as StdListener, UnixStream as StdStream};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// A line longer than this ends the conversation.
const LINE_BYTES: u64 = 4096;

/// Whoever does what the lines ask for.
pub(crate) trait Obeys: 'static {
    /// Does it, and answers.
    fn obey(&self, line: &str) -> impl Future<Output = Answer>;

    /// Serving is to end.
    fn stop(&self);
}

/// The socket, taken away again when this is dropped.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: StdListener,
    file: File,
}

#[derive(Debug)]
struct File(PathBuf);

impl Socket {
    pub(crate) fn open(path: &Path) -> Result<Self, ServeError> {
        let place = format!("the control socket {}", path.display());
        if let Ok(there) = fs::symlink_metadata(path) {
            if !there.file_type().is_socket() {
                return Err(ServeError::Foreign { place });
            }
            if StdStream::connect(path).is_ok() {
                return Err(ServeError::InUse { place });
            }
            fs::remove_file(path).map_err(ServeError::opening(place.clone()))?;
        }
        let listener = StdListener::bind(path).map_err(ServeError::opening(place.clone()))?;
        listener.set_nonblocking(true).map_err(ServeError::opening(place))?;
        Ok(Self { listener, file: File(path.to_owned()) })
    }

    /// Answers whoever connects, for ever.
    pub(crate) async fn serve(self, who: Rc<impl Obeys>) -> io::Error {
        let _file = self.file;
        let listener = match UnixListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(error) => return error,
        };
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let who = Rc::clone(&who);
                    tokio::task::spawn_local(async move { drop(converse(stream, &*who).await) });
                }
                Err(error) => return error,
            }
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // If it cannot be removed, the next run replaces it.
        let _ = fs::remove_file(&self.0);
    }
}

async fn converse(stream: UnixStream, who: &impl Obeys) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    loop {
        let mut line = Vec::new();
        (&mut reader).take(LINE_BYTES).read_until(b'\n', &mut line).await?;
        let whole = line.len() < LINE_BYTES as usize;
        let line = String::from_utf8_lossy(&line);
        if line.is_empty() {
            return Ok(());
        }
        if !whole {
            return writer
                .write_all(b"error: the line is too long, expected a phrase, for example `help`\n")
                .await;
        }
        if line.trim().is_empty() {
            continue;
        }
        let answer = who.obey(&line).await;
        writer.write_all(format!("{}\n", answer.text).as_bytes()).await?;
        if answer.quits {
            who.stop();
        }
    }
}

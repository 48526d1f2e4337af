//! The program itself, as `cargo xtask test` has built it, serving something: its news, an object a line.

use std::error::Error;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long it may be silent when something is expected of it; a receipt takes it three seconds.
const PATIENCE: Duration = Duration::from_secs(100);

/// The program, serving.
#[derive(Debug)]
pub struct Program {
    child: Child,
    news: Receiver<Value>,
}

impl Program {
    /// Starts `tillrig serve WHAT --format json` with these arguments.
    ///
    /// # Errors
    /// It has not been built, or cannot be started.
    pub fn serve<A: AsRef<OsStr>>(
        what: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(program()?)
            .args(["serve", what, "--format", "json"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
        let (tell, news) = mpsc::channel();
        thread::spawn(move || {
            let objects = lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            // Whoever has heard enough has gone.
            objects.take_while(|object| tell.send(Value::clone(object)).is_ok()).for_each(drop);
        });
        Ok(Self { child, news })
    }

    /// Its standard input, once.
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits for the next news.
    ///
    /// # Errors
    /// It has ended, or says nothing for very long.
    pub fn hear(&self) -> Result<Value, Box<dyn Error>> {
        self.hear_before(Self::deadline())
    }

    /// When something that is expected of it from now on is overdue.
    #[must_use]
    pub fn deadline() -> Instant {
        Instant::now() + PATIENCE
    }

    /// Waits for the next news, until then.
    ///
    /// # Errors
    /// It has ended, or says nothing before that.
    pub fn hear_before(&self, deadline: Instant) -> Result<Value, Box<dyn Error>> {
        Ok(self.news.recv_timeout(deadline.saturating_duration_since(Instant::now()))?)
    }

    /// Waits for news of this kind; other news do not make it wait longer.
    ///
    /// # Errors
    /// It has ended, or no such news come for very long.
    pub fn hear_until(&self, it: impl Fn(&Value) -> bool) -> Result<Value, Box<dyn Error>> {
        let deadline = Self::deadline();
        loop {
            let news = self.hear_before(deadline)?;
            if it(&news) {
                return Ok(news);
            }
        }
    }

    /// Waits for the news that it listens at a port of this kind, and gives its place.
    ///
    /// # Errors
    /// It has ended, or says nothing for very long.
    pub fn place(&self, kind: &str) -> Result<String, Box<dyn Error>> {
        let news = self.hear_until(|news| news["news"] == "listens" && news["kind"] == kind)?;
        Ok(news["place"].as_str().ok_or("no place")?.to_owned())
    }

    /// Asks it to end, and expects that it ends well.
    ///
    /// # Errors
    /// It ends with another status, or not at all.
    pub fn end(mut self) -> Result<(), Box<dyn Error>> {
        let id = i32::try_from(self.child.id())?;
        kill_process(Pid::from_raw(id).ok_or("no process")?, Signal::TERM)?;
        let deadline = Self::deadline();
        loop {
            // Behind the last news comes its end.
            match self.news.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => return Err("the program does not end".into()),
            }
        }
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the program ended with {status}").into()) }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the program `tillrig` is: tests run in the folder beside it.
fn program() -> Result<PathBuf, Box<dyn Error>> {
    let test = std::env::current_exe()?;
    let built = test.parent().and_then(Path::parent).ok_or("no folder")?;
    let program = built.join("tillrig");
    if program.exists() {
        Ok(program)
    } else {
        Err(format!("{} is missing: run `cargo xtask test`", program.display()).into())
    }
}

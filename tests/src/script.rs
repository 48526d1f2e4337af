//! A client in another language: a script of `tests/peers/` that does one thing for each line it is given.
//!
//! What it says in return is one line of JSON; some scripts tell of other things too, in lines of their own. Its stderr
//! is the test's own.

use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// A script that says nothing for so long never will; it may have to start an interpreter first.
const PATIENCE: Duration = Duration::from_secs(100);

/// A script that runs, and waits for orders.
#[derive(Debug)]
pub struct Script {
    name: String,
    child: Child,
    orders: Option<ChildStdin>,
    answers: Receiver<io::Result<String>>,
}

impl Script {
    /// Starts it.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(mut command: Command) -> Result<Self, Box<dyn Error>> {
        let name = format!("{:?}", command.get_args().next().unwrap_or_default());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().ok_or("no pipe")?).lines();
        let (tell, answers) = mpsc::channel();
        thread::spawn(move || {
            // Whoever has heard enough has gone.
            let _ = lines.into_iter().try_for_each(|line| tell.send(line));
        });
        Ok(Self { name, child, orders, answers })
    }

    /// Has one thing done, and waits for it.
    ///
    /// # Errors
    /// The script has ended instead, or what it says is no JSON.
    pub fn order(&mut self, order: &str) -> Result<Value, Box<dyn Error>> {
        let orders = self.orders.as_mut().ok_or("no pipe")?;
        // A script that has died says why by itself.
        let _ = writeln!(orders, "{order}");
        self.hear().map_err(|error| format!("{error}, instead of {order:?}").into())
    }

    /// Waits for the next thing that it says.
    ///
    /// # Errors
    /// The script has ended instead, says nothing for very long, or what it says is no JSON.
    pub fn hear(&mut self) -> Result<Value, Box<dyn Error>> {
        match self.answers.recv_timeout(PATIENCE) {
            Ok(answer) => Ok(serde_json::from_str(&answer?)?),
            Err(RecvTimeoutError::Timeout) => Err(format!("{} says nothing more", self.name).into()),
            Err(RecvTimeoutError::Disconnected) => {
                Err(format!("{} ended with {}", self.name, self.child.wait()?).into())
            }
        }
    }

    /// Lets it end, and expects that it ends well.
    ///
    /// # Errors
    /// It ends with another status, or not at all.
    pub fn end(mut self) -> Result<(), Box<dyn Error>> {
        self.orders = None;
        loop {
            // What it still says is nobody's business; behind it comes the end.
            match self.answers.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => return Err(format!("{} does not end", self.name).into()),
            }
        }
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", self.name).into()) }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A client in another language: a script of `tests/peers/` that does one thing for each line it is given.
//!
//! What it says in return is one line of JSON; some scripts tell of other things too, in lines of their own. Its stderr
//! is the test's own.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A script that runs, and waits for orders.
#[derive(Debug)]
pub struct Script {
    name: String,
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
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
        let answers = child.stdout.take().ok_or("no pipe")?;
        Ok(Self { name, child, orders, answers: BufReader::new(answers).lines() })
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
    /// The script has ended instead, or what it says is no JSON.
    pub fn hear(&mut self) -> Result<Value, Box<dyn Error>> {
        match self.answers.next() {
            Some(answer) => Ok(serde_json::from_str(&answer?)?),
            None => Err(format!("{} ended with {}", self.name, self.child.wait()?).into()),
        }
    }

    /// Lets it end, and expects that it ends well.
    ///
    /// # Errors
    /// It ends with another status.
    pub fn end(mut self) -> Result<(), Box<dyn Error>> {
        self.orders = None;
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

//! An SDK in its script: orders in, its own conclusions out, and what it makes of notifications.

use std::collections::VecDeque;
use std::error::Error;

use serde_json::{Value, json};
use tillrig_tests::peers;
use tillrig_tests::script::Script;

use crate::Checked;
use crate::served::Served;

/// A script that runs.
pub(crate) struct Client {
    script: Script,
    notified: VecDeque<Value>,
}

impl Client {
    /// An SDK of a wallet, with the files and the environment that the program has written for it.
    pub(crate) fn of_wallet(script: &str, served: &Served) -> Result<Self, Box<dyn Error>> {
        let mut command = peers::python(script)?;
        command.arg(served.client_file()).envs(served.environment()?);
        Ok(Self { script: Script::start(command)?, notified: VecDeque::new() })
    }

    /// A card terminal with this master key.
    pub(crate) fn terminal(served: &Served, tid: &str, master_key: &str) -> Result<Self, Box<dyn Error>> {
        let mut command = peers::python("iso8583_terminal.py")?;
        command.args([&served.iso8583, tid, "123456789012345", master_key]);
        Ok(Self { script: Script::start(command)?, notified: VecDeque::new() })
    }

    /// Has one thing done, and waits for what the SDK makes of the answer.
    pub(crate) fn does(&mut self, order: Value) -> Result<Value, Box<dyn Error>> {
        let mut said = self.script.order(&order.to_string())?;
        while said.get("notified").is_some() {
            self.notified.push_back(said);
            said = self.script.hear()?;
        }
        Ok(said)
    }

    /// Opens a receiver of notifications, and gives its address.
    pub(crate) fn listens(&mut self) -> Result<String, Box<dyn Error>> {
        let listening = self.does(json!({ "do": "listen" }))?;
        Ok(format!("http://127.0.0.1:{}/", listening["listening"].as_u64().ok_or("no port")?))
    }

    /// What the SDK makes of the next notification.
    pub(crate) fn notified(&mut self) -> Result<Value, Box<dyn Error>> {
        match self.notified.pop_front() {
            Some(notified) => Ok(notified),
            None => self.script.hear(),
        }
    }

    pub(crate) fn end(self) -> Checked {
        self.script.end()
    }
}

//! Starting anew, questions, and settings of the printer as a whole.
//!
//! Facts: printer sources, sections 2.1, 2.5, 3.3 and 3.5. *Not modelled yet:* memory switches, automatic status.

use super::charset::Charset;
use super::modes::Modes;
use super::{Answer, Interpreter, Outcome};
use escpos::Command;

impl Interpreter {
    /// What sets or asks for something that is not on paper.
    pub(super) fn setting_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        match *command {
            Command::Initialize => self.initialize(),
            Command::SelectPeripheral(n) => self.selected = n & 1 != 0,
            Command::TransmitStatus(kind) => return Some(Outcome::Says(Answer::Status(kind))),
            Command::ProcessId(id) => return Some(Outcome::Says(Answer::ProcessId(id))),
            Command::Realtime(_) => {}
            _ => return None,
        }
        Some(Outcome::Done)
    }

    /// `ESC @`: the line in the making and all modes; neither what is stored, nor what is on paper.
    pub(super) fn initialize(&mut self) {
        self.forget_page();
        self.charset = Charset::new(&self.modes.face);
        self.modes = Modes::new(self.modes.geometry, self.modes.face);
        self.users.clear();
        self.symbols.reset();
        self.images.reset();
    }
}

//! Starting anew, questions, and settings of the printer as a whole.
//!
//! Facts: printer sources, sections 2.1, 2.5, 3.3 and 3.5. Stored
//! settings are all modes of text and lines. *Not modelled:* character sets among the stored settings; a model's own settings.

use super::charset::Charset;
use super::drawing::Verticals;
use super::modes::Modes;
use super::{Answer, Interpreter, Outcome};
use escpos::{Command, StoredSettings};

impl Interpreter {
    /// What sets or asks for something that is not on paper.
    pub(super) fn setting_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        match *command {
            Command::Initialize => self.initialize(),
            Command::SelectPeripheral(n) => self.selected = n & 1 != 0,
            Command::TransmitStatus(kind) => return Some(Outcome::Says(Answer::Status(kind))),
            Command::ProcessId(id) => return Some(Outcome::Says(Answer::ProcessId(id))),
            Command::StoredSettings(function) => return Some(self.store(function)),
            Command::Realtime(_) => {}
            _ => return None,
        }
        Some(Outcome::Done)
    }

    /// `ESC @`: the line in the making and all modes; neither what is stored, nor what is on paper.
    pub(super) fn initialize(&mut self) {
        self.forget_page();
        self.charset = Charset::new(&self.modes.face);
        self.set_back(self.saved.at_start);
        self.users.clear();
        self.symbols.reset();
        self.images.reset();
        self.verticals = Verticals::default();
    }

    /// `GS ( M`.
    fn store(&mut self, function: StoredSettings) -> Outcome {
        match function {
            StoredSettings::Save => self.saved.modes = Some(Box::new(self.modes.clone())),
            StoredSettings::StartWith { saved } => self.saved.at_start = saved,
            StoredSettings::Load { saved } => {
                self.set_back(saved);
                return Outcome::Done;
            }
        }
        Outcome::Says(Answer::WriteMemory(size_of::<Modes>() as u32))
    }

    /// All modes as they were saved, or as they left the factory.
    fn set_back(&mut self, saved: bool) {
        self.modes = match &self.saved.modes {
            Some(modes) if saved => Modes::clone(modes),
            _ => Modes::new(self.modes.geometry, self.modes.face),
        };
    }
}

/// `GS ( M`: modes that survive power, and whether `ESC @` and power-on begin with them.
#[derive(Clone, Debug, Default)]
pub(super) struct Saved {
    modes: Option<Box<Modes>>,
    at_start: bool,
}

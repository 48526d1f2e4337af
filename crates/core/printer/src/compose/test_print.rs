//! Test prints: the hexadecimal dump, the status sheet, and the rolling pattern.
//!
//! Facts: printer sources, section 2.5 (`GS ( A`) and 7 (pattern prints are the natural self-test); what stands on the
//! sheet differs by model, and is this model's own data. The dump goes on until the power is off; a command is dumped
//! when all its bytes are there, and a line when it is full. *Not modelled:* the paper layout test of label printers.

use super::{Interpreter, Outcome};
use crate::mechanism::Mechanism;
use escpos::{Command, CutMode};

/// Lines of the rolling pattern: one for each character from 20h on that a line can begin with.
const PATTERN_LINES: u8 = 24;

impl Interpreter {
    /// `GS ( A` and the self-test of clones.
    pub(super) fn test_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::TestPrint { pattern: 1, .. } => self.dump = Some(Vec::new()),
            Command::TestPrint { pattern: 2, .. } | Command::SelfTest => self.print_sheet(to),
            Command::TestPrint { pattern: 3, .. } => self.print_pattern(to),
            Command::TestPrint { .. } => return Some(Outcome::ignored(*b"\x1D(")),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    /// True while bytes are printed as numbers.
    pub(crate) const fn is_dumping(&self) -> bool {
        self.dump.is_some()
    }

    /// Prints bytes as numbers and, where they have one, as characters.
    pub(crate) fn dump(&mut self, bytes: &[u8], to: &mut Mechanism) {
        let Some(mut waiting) = self.dump.take() else { return };
        waiting.extend_from_slice(bytes);
        // "FF " and one character for each byte, and a gap between.
        let a_line = (self.columns().saturating_sub(1) / 4).max(1);
        let mut whole = waiting.chunks_exact(a_line);
        for group in &mut whole {
            let numbers: String = group.iter().map(|byte| format!("{byte:02X} ")).collect();
            let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
            let characters: String = group.iter().map(shown).collect();
            self.print_line(&format!("{numbers} {characters}"), to);
        }
        self.dump = Some(whole.remainder().to_vec());
    }

    fn columns(&self) -> usize {
        usize::from(self.modes.width_dots() / self.modes.style().advance().max(1))
    }

    fn print_sheet(&mut self, to: &mut Mechanism) {
        let profile = self.profile;
        self.initialize();
        let identity = &profile.identity;
        let geometry = profile.geometry;
        self.print_line("*** SELF TEST ***", to);
        self.print_line(&format!("{} {}", identity.maker, identity.model), to);
        self.print_line(&format!("Firmware  {}", identity.firmware), to);
        self.print_line(&format!("Serial    {}", identity.serial_number), to);
        self.print_line(
            &format!("Head      {} dots of {} um", geometry.head_dots, geometry.pitch_nm / 1000),
            to,
        );
        self.print_line(&format!("Columns   {}", self.columns()), to);
        self.print_line(&format!("Fonts     {}", identity.font_language), to);
        self.print_pattern(to);
    }

    /// Every character in every column, one further in each line; then the paper is cut.
    fn print_pattern(&mut self, to: &mut Mechanism) {
        self.initialize();
        let columns = self.columns();
        for first in 0..PATTERN_LINES {
            let rolling = (b' '..=b'~').cycle().skip(usize::from(first)).take(columns);
            self.print_line(&rolling.map(char::from).collect::<String>(), to);
        }
        let _ = self.execute(&Command::Cut { mode: CutMode::Partial, feed: Some(0) }, to);
    }

    /// Prints one line of ASCII.
    fn print_line(&mut self, text: &str, to: &mut Mechanism) {
        let _ = self.execute(&Command::Text(text.as_bytes()), to);
        let _ = self.execute(&Command::LineFeed, to);
    }
}

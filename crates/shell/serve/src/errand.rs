//! What a host came for: to print, or only to ask.
//!
//! A host that has sent nothing but real-time commands is answered as its bytes come, and waits for no paper; so it can be
//! let go while the printer is offline and its bytes still lie in the receive buffer. NUL and what a printer
//! passes over without effect belong to it: some drivers end each question with one. Source: printer sources,
//! sections 3.1 and 10. *Not modelled:* a question that falls into another host's unfinished image; it is taken for
//! dots there, and counts as a question here.

use escpos::{Command, Parser};
use printer::Profile;

/// What one host has sent so far, as far as it matters.
#[derive(Debug)]
pub(crate) struct Errand {
    parser: Parser,
    more_than_asked: bool,
}

impl Errand {
    /// Nothing sent yet, to a printer of this model.
    pub(crate) fn new(profile: &Profile) -> Self {
        let parser = Parser::new().with_dialect(profile.type_face.dialect);
        Self { parser, more_than_asked: false }
    }

    /// The host has sent this.
    pub(crate) fn note(&mut self, bytes: &[u8]) {
        if self.more_than_asked {
            return;
        }
        self.parser.push(bytes);
        while let Some(command) = self.parser.next() {
            if !matches!(command, Command::Realtime(_) | Command::Ignored { .. }) {
                self.more_than_asked = true;
                self.parser.reset();
                return;
            }
        }
    }

    /// Whether nothing that it sent waits for paper.
    pub(crate) fn only_asked(&self) -> bool {
        !self.more_than_asked && self.parser.at_rest()
    }
}

#[cfg(test)]
mod tests {
    use super::Errand;
    use printer::DESK_80;

    fn only_asked(chunks: &[&[u8]]) -> bool {
        let mut errand = Errand::new(&DESK_80);
        chunks.iter().for_each(|chunk| errand.note(chunk));
        errand.only_asked()
    }

    #[test]
    fn questions_are_no_print_job_however_they_are_chopped_up() {
        assert!(only_asked(&[]));
        assert!(only_asked(&[b"\x10\x04\x01\x00\x10\x04\x02\x00"]));
        assert!(only_asked(&[b"\x10", b"\x04", b"\x04", b"\x10\x05\x01"]));
    }

    #[test]
    fn a_question_with_anything_else_is_a_print_job() {
        assert!(!only_asked(&[b"\x10\x04\x01", b"a\n"]));
        assert!(!only_asked(&[b"\x1b@\x10\x04\x01"]));
        // Half a command may be the beginning of anything.
        assert!(!only_asked(&[b"\x10\x04\x01\x1d"]));
    }
}

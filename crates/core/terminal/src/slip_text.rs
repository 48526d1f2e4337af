//! A slip, or the totals of a batch, as lines of text: for a cash register that prints them.
//!
//! They are read back from the bytes that the terminal's own printer would get, so both say the same. Always in English: a
//! register's printer has a code page of one byte. *Not modelled:* codes and images, of which slips have none.

use crate::charge::Approval;
use crate::desk::Closing;
use crate::event::Copy;
use crate::journal::Totals;
use crate::settings::{Language, Settings};
use crate::slip::{self, Delivery, Form, Sheet};
use escpos::{Align, Command, Parser};
use sim::SimTime;

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextLine {
    /// What it says.
    pub text: String,
    /// In the middle of the paper.
    pub centred: bool,
    /// Twice as high.
    pub tall: bool,
}

/// The lines of a copy of a slip.
#[must_use]
pub fn slip(
    approval: &Approval,
    copy: Copy,
    reprint: bool,
    operator: u8,
    settings: &Settings,
) -> Vec<TextLine> {
    let sheet = Sheet::Slip { approval: Box::new(approval.clone()), copy };
    lines(&sheet, reprint, operator, settings)
}

/// The lines of the totals of a batch; `agreed` if terminal and host amounted to the same.
#[must_use]
pub fn totals(
    batch: u32,
    totals: Totals,
    agreed: bool,
    at: SimTime,
    operator: u8,
    settings: &Settings,
) -> Vec<TextLine> {
    let sheet = Sheet::Totals { closing: Closing { batch, totals, agreed }, at };
    lines(&sheet, false, operator, settings)
}

fn lines(sheet: &Sheet, reprint: bool, operator: u8, settings: &Settings) -> Vec<TextLine> {
    let form = Form { operator, reprint, after_trouble: false, delivery: Delivery::Mouth };
    let mut bytes = Vec::new();
    slip::write(sheet, form, &Settings { language: Language::English, ..settings.clone() }, &mut bytes);
    read_back(&bytes)
}

fn read_back(bytes: &[u8]) -> Vec<TextLine> {
    let mut parser = Parser::new().with_multibyte(true);
    parser.push(bytes);
    let (mut lines, mut line) = (Vec::new(), TextLine::default());
    while let Some(command) = parser.next() {
        match command {
            Command::Text(run) => line.text.push_str(&String::from_utf8_lossy(run)),
            Command::Align(align) => line.centred = align == Align::Center,
            Command::Size { height, .. } => line.tall = height > 1,
            Command::LineFeed => {
                let next = TextLine { text: String::new(), ..line };
                lines.push(core::mem::replace(&mut line, next));
            }
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{TextLine, slip};
    use crate::charge::{Approval, Charge, Kind};
    use crate::event::{Copy, Intent};
    use crate::settings::Settings;
    use sim::{Fen, Key, SimTime, TerminalNo};

    fn lines(reprint: bool) -> Vec<TextLine> {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 12 };
        let charge = Charge { intent: Intent(0), kind: Kind::Sale, key, amount: Fen(2500), original: None };
        let (reference, auth_code) = ("000000000012".to_owned(), "012345".to_owned());
        let approval = Approval { charge, reference, auth_code, date_mmdd: 105, at: SimTime::ZERO };
        slip(&approval, Copy::Customer, reprint, 7, &Settings::default())
    }

    #[test]
    fn a_register_gets_the_slip_in_plain_letters() {
        let lines = lines(false);
        assert!(lines.iter().all(|line| line.text.is_ascii()));
        let says = |text: &str| lines.iter().any(|line| line.text == text);
        assert!(says("TRACE NO: 000001-000012") && says("AMOUNT: RMB 25.00") && says("CUSTOMER COPY"));
        assert_eq!(lines[0], TextLine { text: "SALES SLIP".into(), centred: true, tall: true });
        assert!(!says("*** REPRINT ***"));
    }

    #[test]
    fn a_reprint_says_so_there_too() {
        assert!(lines(true).iter().any(|line| line.text == "*** REPRINT ***"));
    }
}

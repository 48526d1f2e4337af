//! What a user says of his own about an acquirer: terminals, cards and payers in one file, a dialect in another.
//!
//! A dialect without path separator that does not end in `.yaml` or `.yml` is a name, as with profiles of printers. One
//! that was read lives as long as the program. *Not done:* several mistakes of a dialect file at once.

use crate::catalogue::{self, Refused};
use crate::trouble::Trouble;
use ::serve::acquirer::house::Known;
use acquirer::Speech;
use scenario::TerminalsFile;
use std::path::Path;

/// The name of UnionPay's dialect.
pub(super) const CUP: &str = "cup";
const ASCII87: &str = "ascii87";

/// The terminals, cards and payers of a file.
pub(super) fn terminals(path: &Path) -> Result<Known, Trouble> {
    let TerminalsFile { terminals, cards, rules, payers } = catalogue::read_terminals(path)?;
    Ok(Known { terminals, cards, rules, payers })
}

/// The dialect of this name, or of the file at this path.
pub(super) fn speech(words: &str) -> Result<Speech, Trouble> {
    match words {
        CUP => Ok(Speech::UnionPay),
        ASCII87 => Ok(Speech::Ascii87),
        words if catalogue::is_path(words) => own(Path::new(words)),
        words => {
            let help = "cup, ascii87, or the path of a dialect file, such as ./house.yaml";
            Err(Trouble::bad_input(format!("there is no dialect `{words}`"), format!("expected {help}")))
        }
    }
}

fn own(path: &Path) -> Result<Speech, Trouble> {
    const HELP: &str = "crates/core/iso8583/data/cup.yaml is a dialect file with a word on everything in it";
    let (name, bytes) = catalogue::bytes_of(path)?;
    let dialect = catalogue::dialect_of(&name, bytes).map_err(|what| Trouble::bad_input(what, HELP))?;
    Ok(Speech::Own(Box::leak(Box::new(dialect))))
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Wrong(wrong) => Self::BadFiles { wrong: vec![wrong], unreadable: Vec::new() },
            Refused::Unreadable(why) => Self::BadFiles { wrong: Vec::new(), unreadable: vec![why] },
        }
    }
}

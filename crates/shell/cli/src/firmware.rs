//! The firmware of a terminal: built in, by its name, or from a profile file, by its path.
//!
//! What has no path separator and does not end in `.yaml` or `.yml` is a name. *Not done:* looking for files by name.

use crate::catalogue::{self, Refused};
use crate::trouble::Trouble;
use std::path::Path;
use terminal::{PROFILES, Profile};

/// The firmware of this name, or of the file at this path.
pub(crate) fn find(words: &str) -> Result<&'static Profile, Trouble> {
    if !catalogue::is_path(words) {
        return Profile::named(words).ok_or_else(|| unknown(words));
    }
    match catalogue::read_terminal(Path::new(words)) {
        Ok(file) => Ok(file.profile),
        Err(Refused::Wrong(wrong)) => Err(Trouble::BadFiles { wrong: vec![wrong], unreadable: Vec::new() }),
        Err(Refused::Unreadable(what)) => {
            Err(Trouble::bad_input(what, "name a profile file, or a built-in firmware such as reference"))
        }
    }
}

fn unknown(name: &str) -> Trouble {
    let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
    let help =
        format!("there are {}; a file is named by its path, such as ./my-terminal.yaml", names.join(", "));
    Trouble::bad_input(format!("there is no firmware profile `{name}`"), help)
}

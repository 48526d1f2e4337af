//! The model of a served printer: built in, by its name, or from a profile file, by its path.
//!
//! What has no path separator and does not end in `.yaml` or `.yml` is a name. *Not done:* looking for files by name.

use crate::catalogue::{self, Refused};
use crate::trouble::Trouble;
use ::serve::settings;
use printer::Profile;
use std::path::Path;

pub(super) fn find(words: &str) -> Result<&'static Profile, Trouble> {
    if !catalogue::is_path(words) {
        return Ok(settings::profile(words)?);
    }
    match catalogue::read_printer(Path::new(words)) {
        Ok(file) => Ok(file.profile),
        Err(Refused::Wrong(wrong)) => Err(Trouble::BadFiles { wrong: vec![wrong], unreadable: Vec::new() }),
        Err(Refused::Unreadable(what)) => {
            Err(Trouble::bad_input(what, "name a profile file, or a built-in printer such as desk-80"))
        }
    }
}

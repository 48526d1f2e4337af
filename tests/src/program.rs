//! The program itself, as `cargo xtask test` has built it.

use std::error::Error;
use std::path::{Path, PathBuf};

/// Where the program `tillrig` is: tests run in the folder beside it.
///
/// # Errors
/// It has not been built.
pub fn program() -> Result<PathBuf, Box<dyn Error>> {
    let test = std::env::current_exe()?;
    let built = test.parent().and_then(Path::parent).ok_or("no folder")?;
    let program = built.join("tillrig");
    if program.exists() {
        Ok(program)
    } else {
        Err(format!("{} is missing: run `cargo xtask test`", program.display()).into())
    }
}

//! The project's own files: all that git tracks, and all new ones that it does not ignore.
//!
//! New files count, so that a check speaks before the commit and not after it.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

/// One file of the project.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Relative to the root, with `/` between its parts.
    pub path: String,
    /// All of it; bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map(PathBuf::from).unwrap_or(manifest)
}

/// All files of the project, by path.
///
/// # Errors
/// When git is missing, when this is no git work tree, or when a file cannot be read.
pub fn files() -> io::Result<Vec<SourceFile>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .map_err(|error| io::Error::new(error.kind(), "git is missing: apt-get install git"))?;
    if !listed.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&listed.stderr).into_owned()));
    }
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let mut paths: Vec<&str> = names.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().filter_map(|path| read(path).transpose()).collect()
}

/// Nothing for a file that is still tracked but already deleted.
fn read(path: &str) -> io::Result<Option<SourceFile>> {
    match fs::read(root().join(path)) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(Some(SourceFile { path: path.to_owned(), text }))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

//! A stable name for a pseudo-terminal: a symbolic link that software can be pointed at once and for all.
//!
//! The link of a dead run is replaced, that of a living one is in use, and anything else is somebody else's. A living
//! run holds an abstract socket named after the link, which the system takes back when the run ends, however it ends.
//! *Not there outside Linux:* the socket; there, a link whose target exists is taken to be in use.

use crate::error::ServeError;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A link that is taken away again when this is dropped.
#[derive(Debug)]
pub(crate) struct Link {
    path: PathBuf,
    target: PathBuf,
    _claim: claim::Claim,
}

impl Link {
    pub(crate) fn make(path: &Path, target: &Path) -> Result<Self, ServeError> {
        let place = format!("the link {}", path.display());
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let opening = |place: &str| ServeError::opening(place.to_owned());
        let whole =
            folder.canonicalize().map_err(opening(&place))?.join(path.file_name().unwrap_or_default());
        let claim = claim::Claim::stake(&whole).map_err(opening(&place))?;
        match fs::symlink_metadata(&whole) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(opening(&place)(error)),
            Ok(_) => remove_stale(&whole, &place)?,
        }
        symlink(target, &whole).map_err(opening(&place))?;
        Ok(Self { path: whole, target: target.to_owned(), _claim: claim })
    }
}

/// Takes the link of a dead run away.
fn remove_stale(path: &Path, place: &str) -> Result<(), ServeError> {
    let target = fs::read_link(path).unwrap_or_default();
    if !target.starts_with("/dev/pts") && !target.starts_with("/dev/ttys") {
        return Err(ServeError::Foreign { place: place.to_owned() });
    }
    if claim::NEEDS_LOOK && target.exists() {
        return Err(ServeError::InUse { place: place.to_owned() });
    }
    fs::remove_file(path).map_err(ServeError::opening(place))
}

impl Drop for Link {
    fn drop(&mut self) {
        if fs::read_link(&self.path).is_ok_and(|target| target == self.target) {
            // If it cannot be removed, the next run replaces it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(target_os = "linux")]
mod claim {
    //! An abstract socket: a name that one process holds, and that needs no file.

    use std::io;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::{SocketAddr, UnixListener};
    use std::path::Path;

    pub(super) const NEEDS_LOOK: bool = false;
    /// A socket's name has room for 107 bytes; the end of a path tells more than its beginning.
    const NAME_BYTES: usize = 90;

    #[derive(Debug)]
    pub(super) struct Claim(#[expect(dead_code, reason = "held, not used")] UnixListener);

    impl Claim {
        pub(super) fn stake(path: &Path) -> io::Result<Self> {
            let path = path.as_os_str().as_bytes();
            let end = path.get(path.len().saturating_sub(NAME_BYTES)..).unwrap_or_default();
            let address = SocketAddr::from_abstract_name([b"tillrig ", end].concat())?;
            UnixListener::bind_addr(&address).map(Self)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod claim {
    //! No claim: a link whose target exists has to be taken for a living one.

    use std::io;
    use std::path::Path;

    pub(super) const NEEDS_LOOK: bool = true;

    #[derive(Debug)]
    pub(super) struct Claim;

    impl Claim {
        pub(super) fn stake(_: &Path) -> io::Result<Self> {
            Ok(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Link;
    use crate::ServeError;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    const TARGET: &str = "/dev/pts/nothing";

    #[test]
    fn a_link_lives_as_long_as_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p1");
        let link = Link::make(&path, Path::new(TARGET)).unwrap();
        assert_eq!(fs::read_link(&path).unwrap(), Path::new(TARGET));
        assert!(matches!(Link::make(&path, Path::new(TARGET)), Err(ServeError::InUse { .. })));
        drop(link);
        assert!(fs::symlink_metadata(&path).is_err());
    }

    #[test]
    fn the_link_of_a_dead_run_is_replaced_and_what_is_foreign_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p1");
        symlink("/dev/pts/99999", &path).unwrap();
        drop(Link::make(&path, Path::new(TARGET)).unwrap());
        for foreign in ["file", "link"] {
            let path = folder.path().join(foreign);
            match foreign {
                "file" => fs::write(&path, "mine").unwrap(),
                _ => symlink("file", &path).unwrap(),
            }
            assert!(matches!(Link::make(&path, Path::new(TARGET)), Err(ServeError::Foreign { .. })));
            assert_eq!(fs::read(&path).unwrap(), b"mine");
        }
    }
}

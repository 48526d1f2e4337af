//! How a printer at a pseudo-terminal says that it takes no more: `flow=` of the port.
//!
//! | `flow=` | the printer says stop | its bytes are read |
//! |---|---|---|
//! | `auto` | as `xon-xoff` to a client that has switched IXON on, else as `none` | so too |
//! | `xon-xoff` | by the bytes 13h and 11h, to whoever listens | while it does not say stop, by a client with IXON; else always |
//! | `dtr-dsr` | by its DTR, which a pseudo-terminal does not carry | while it does not say stop: the host is held back instead |
//! | `none` | not at all | while its buffer has a free byte, also offline |
//!
//! A client that has not switched IXON on would read 13h as an answer: pyserial opens a port so, and python-escpos takes
//! the first byte that comes for its status. Source: printer sources, sections 4.1 and 10; "Serial practice",
//! section 1.2. *Not modelled:* RTS and CTS of a pseudo-terminal.

use crate::settings::BadSettings;
use rustix::termios::{InputModes, tcgetattr};
use std::os::fd::OwnedFd;
use std::rc::Rc;
use tokio::io::unix::AsyncFd;

/// How a printer at a pseudo-terminal says that it takes no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PtyFlow {
    /// As the client has set its end.
    #[default]
    Auto,
    /// By the bytes 13h and 11h.
    XonXoff,
    /// By a wire.
    DtrDsr,
    /// Not at all.
    Never,
}

impl PtyFlow {
    const WORDS: [(&str, Self); 4] =
        [("auto", Self::Auto), ("xon-xoff", Self::XonXoff), ("dtr-dsr", Self::DtrDsr), ("none", Self::Never)];

    /// Reads the word after `flow=`.
    pub(crate) fn parse(word: &str) -> Result<Self, BadSettings> {
        let known = Self::WORDS.into_iter().find(|(name, _)| *name == word);
        known.map(|(_, flow)| flow).ok_or_else(|| {
            let names = Self::WORDS.map(|(name, _)| name).join(", ");
            BadSettings::new(
                format!("`{word}` is no flow control of a pseudo-terminal"),
                format!("write one of {names}, for example /tmp/printer,flow=xon-xoff"),
            )
        })
    }
}

/// Whether a port is told XON and XOFF; asked each time, for a client may change its mind.
#[derive(Clone, Debug)]
pub(crate) enum HearsStop {
    Always,
    Never,
    /// If the client of this pseudo-terminal has switched IXON on.
    IfAsked(Rc<AsyncFd<OwnedFd>>),
}

impl HearsStop {
    pub(crate) fn now(&self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::IfAsked(near) => {
                tcgetattr(&**near).is_ok_and(|line| line.input_modes.contains(InputModes::IXON))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PtyFlow;

    #[test]
    fn every_word_is_read_and_any_other_answered_with_all_of_them() {
        for (word, flow) in PtyFlow::WORDS {
            assert_eq!(PtyFlow::parse(word), Ok(flow));
        }
        assert!(PtyFlow::parse("xonxoff").unwrap_err().help.contains("auto, xon-xoff, dtr-dsr, none"));
    }
}

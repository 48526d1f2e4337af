//! What is plugged into a served terminal, and where: the words of the command line, checked.
//!
//! *Not here:* opening anything; that a port is free is found out when it is opened.

use crate::serial_line::SerialLine;
use crate::settings::{BadSettings, PortSpec};
use std::fmt;
use std::path::PathBuf;

/// One terminal and its surroundings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who it is, with which firmware, keys and language.
    pub terminal: terminal::Settings,
    /// The card host: ISO 8583 over TCP, `host:port`.
    pub host: Option<String>,
    /// Whether each message to the host has a connection of its own.
    pub one_a_message: bool,
    /// The wallet gateway: plain HTTP, `host:port`.
    pub gateway: Option<String>,
    /// Where it listens for notifications.
    pub notify: Option<String>,
    /// Its printer.
    pub printer: Option<PrinterAt>,
    /// Its cash register's port.
    pub ecr: Option<EcrAt>,
    /// What the register's amounts are called, by ISO 4217: 156 is the yuan.
    pub ecr_currency: u16,
    /// What a register must know.
    pub ecr_password: Option<u32>,
    /// Where the journal is kept; without it, in memory only.
    pub data: Option<PathBuf>,
    /// The control socket; in `data` unless given.
    pub control: Option<PathBuf>,
}

/// Where the printer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrinterAt {
    /// At this address, `host:port`.
    Tcp(String),
    /// On a serial port or at a pseudo-terminal that is there.
    Wire(SerialLine),
}

/// Where the cash register is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EcrAt {
    /// It calls at this address.
    Tcp(String),
    /// It opens this link to a pseudo-terminal.
    Pty(PathBuf),
    /// It is on a serial port.
    Wire(SerialLine),
}

impl Settings {
    /// This terminal, with nothing plugged in.
    #[must_use]
    pub const fn new(terminal: terminal::Settings) -> Self {
        Self {
            terminal,
            host: None,
            one_a_message: false,
            gateway: None,
            notify: None,
            printer: None,
            ecr: None,
            ecr_currency: 156,
            ecr_password: None,
            data: None,
            control: None,
        }
    }
}

/// `host:port`, also after `http://` and before a path of nothing.
///
/// # Errors
/// When it is not of that form.
pub fn address(words: &str) -> Result<String, BadSettings> {
    if words.starts_with("https://") {
        let what = format!("`{words}` wants TLS");
        return Err(BadSettings::new(what, "name a plain address, for example http://127.0.0.1:8580"));
    }
    let bare = words.strip_prefix("http://").unwrap_or(words);
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    PortSpec::tcp(bare).map_err(|_| {
        let what = format!("`{words}` is no address");
        BadSettings::new(what, "write host:port, for example 127.0.0.1:8583")
    })?;
    Ok(bare.to_owned())
}

impl PrinterAt {
    /// Reads `tcp:ADDR`, `pty:PATH` or `serial:PATH[@BAUD]`; behind the path also what `serve printer` takes.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn parse(words: &str) -> Result<Self, BadSettings> {
        match words.split_once(':') {
            Some(("tcp", at)) => address(at).map(Self::Tcp),
            Some(("pty" | "serial", line)) => SerialLine::parse(&with_rate(line)).map(Self::Wire),
            _ => Err(BadSettings::new(
                format!("`{words}` is no place of a printer"),
                "write tcp:127.0.0.1:9100, pty:/tmp/printer or serial:/dev/ttyUSB0@9600",
            )),
        }
    }
}

impl EcrAt {
    /// Reads `ADDR`, `tcp:ADDR`, `pty:LINK` or `serial:PATH[@BAUD]`; a serial line has 9600,8N2 and no flow control unless
    /// it says otherwise.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn parse(words: &str) -> Result<Self, BadSettings> {
        match words.split_once(':') {
            Some(("pty", link)) if !link.is_empty() => Ok(Self::Pty(PathBuf::from(link))),
            Some(("serial", line)) => {
                let line = with_rate(line);
                let said_all = SerialLine::parse(&line)?;
                let bare = line == said_all.path.display().to_string();
                let usual = || SerialLine::parse(&format!("{line}:9600,8N2,flow=none"));
                if bare { usual().map(Self::Wire) } else { Ok(Self::Wire(said_all)) }
            }
            Some(("tcp", at)) => address(at).map(Self::Tcp),
            _ => address(words).map(Self::Tcp).map_err(|_| {
                BadSettings::new(
                    format!("`{words}` is no place of a cash register"),
                    "write 127.0.0.1:20007, pty:/tmp/ecr or serial:/dev/ttyUSB1",
                )
            }),
        }
    }
}

/// `PATH@9600` as `PATH:9600`.
fn with_rate(line: &str) -> String {
    match line.rsplit_once('@') {
        Some((path, rate)) if rate.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) => {
            format!("{path}:{rate}")
        }
        _ => line.to_owned(),
    }
}

impl fmt::Display for PrinterAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            Self::Wire(line) => line.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EcrAt, PrinterAt, address};

    fn printer(words: &str) -> String {
        PrinterAt::parse(words).map_or_else(|error| error.to_string(), |at| at.to_string())
    }

    fn register(words: &str) -> String {
        match EcrAt::parse(words) {
            Ok(EcrAt::Tcp(at)) => at,
            Ok(EcrAt::Pty(link)) => link.display().to_string(),
            Ok(EcrAt::Wire(line)) => line.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_place_is_read_as_people_write_it() {
        assert_eq!(printer("tcp:127.0.0.1:9100"), "127.0.0.1:9100");
        assert_eq!(printer("pty:/tmp/printer"), "/tmp/printer:115200,8N1,flow=xon-xoff");
        assert_eq!(printer("serial:/dev/ttyUSB0@9600"), "/dev/ttyUSB0:9600,8N1,flow=xon-xoff");
        assert_eq!(printer("serial:/dev/ttyUSB0:9600,flow=none"), "/dev/ttyUSB0:9600,8N1,flow=none");
        assert_eq!(register("127.0.0.1:20007"), "127.0.0.1:20007");
        assert_eq!(register("pty:/tmp/ecr"), "/tmp/ecr");
        assert_eq!(register("serial:/dev/ttyUSB1"), "/dev/ttyUSB1:9600,8N2,flow=none");
        assert_eq!(address("http://127.0.0.1:8580/").unwrap(), "127.0.0.1:8580");
    }

    #[test]
    fn what_is_no_place_is_answered_with_examples() {
        assert!(printer("usb:1").contains("pty:/tmp/printer"));
        assert!(register("till").contains("serial:/dev/ttyUSB1"));
        assert!(address("https://a:1").unwrap_err().to_string().contains("TLS"));
    }
}

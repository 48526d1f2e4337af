//! Which printers there are, and on which ports: the words of the command line, checked.
//!
//! `name=till1 tcp=127.0.0.1:9101 pty=/tmp/p1 profile=kiosk-80 fault=gear-worn` is one printer. Line rates in bits
//! per second. *Not here:* opening anything; that a port is free is found out when it is opened.

use crate::flow::PtyFlow;
use crate::serial_line::{Flow, SerialLine};
use printer::{BUILT_IN, DESK_80, Handshake, Interface, Poke, Profile, words};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where a printer listens when nothing is said: where software looks for a network printer.
pub const DEFAULT_TCP: &str = "127.0.0.1:9100";
/// What a printer is called when nothing is said.
pub const DEFAULT_NAME: &str = "printer";
/// After so long a silence a host gives its turn to those that wait.
const IDLE_TURN: Duration = Duration::from_secs(10);

/// All that is served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The printers, each with a name of its own.
    pub printers: Vec<PrinterSettings>,
    /// Where receipts are written.
    pub out: Option<PathBuf>,
    /// The control socket; in `out` unless given.
    pub control: Option<PathBuf>,
    /// After so long a silence a host gives its turn to those that wait.
    pub idle_turn: Duration,
}

/// One printer.
#[derive(Clone, Debug)]
pub struct PrinterSettings {
    /// What it is called.
    pub name: String,
    /// Its model.
    pub profile: &'static Profile,
    /// Where it is plugged in.
    pub ports: Vec<PortSpec>,
    /// What is wrong with it from the start.
    pub faults: Vec<Poke>,
}

/// Something that a printer is plugged into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortSpec {
    /// Listens at this address, `host:port`; port 0 takes any free one.
    Tcp(String),
    /// Opens a pseudo-terminal.
    Pty {
        /// The link that is made to it.
        link: PathBuf,
        /// How the printer says stop there.
        flow: PtyFlow,
    },
    /// Opens a serial port.
    Serial(SerialLine),
}

/// Something in the settings that is not right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSettings {
    /// What.
    pub what: String,
    /// What to write instead.
    pub help: String,
}

impl BadSettings {
    pub(crate) fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }
}

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.help)
    }
}

impl std::error::Error for BadSettings {}

impl Settings {
    /// These printers, with nothing written anywhere.
    ///
    /// # Errors
    /// When two printers have the same name, a port is named twice, or one has a fault of a part that its model lacks.
    pub fn new(printers: Vec<PrinterSettings>) -> Result<Self, BadSettings> {
        for (index, printer) in printers.iter().enumerate() {
            printer.check_parts()?;
            let others = printers.get(index + 1..).unwrap_or_default();
            if others.iter().any(|other| other.name == printer.name) {
                let what = format!("two printers are called `{}`", printer.name);
                return Err(BadSettings::new(what, "give each a name of its own, as in `name=till1`"));
            }
        }
        let ports: Vec<String> =
            printers.iter().flat_map(|printer| &printer.ports).filter_map(PortSpec::place).collect();
        for (index, place) in ports.iter().enumerate() {
            if ports.get(index + 1..).is_some_and(|others| others.contains(place)) {
                return Err(BadSettings::new(format!("{place} is named twice"), "name each port once"));
            }
        }
        Ok(Self { printers, out: None, control: None, idle_turn: IDLE_TURN })
    }
}

impl PrinterSettings {
    /// A sound counter printer of this name, plugged into nothing yet.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), profile: &DESK_80, ports: Vec::new(), faults: Vec::new() }
    }

    /// One printer from one argument of the command line. `find` finds a model by what is written.
    ///
    /// # Errors
    /// When a word of it is not known or not right.
    pub fn parse<E: From<BadSettings>>(
        words: &str,
        find: impl Fn(&str) -> Result<&'static Profile, E>,
    ) -> Result<Self, E> {
        let mut printer = Self::named(DEFAULT_NAME);
        for word in split(words) {
            let (key, value) = word.split_once('=').ok_or_else(|| unknown_key(&word))?;
            match key {
                "name" => printer.name = name(value)?,
                "profile" => printer.profile = find(value)?,
                "tcp" => printer.ports.push(PortSpec::tcp(value)?),
                "pty" => printer.ports.push(PortSpec::pty(value)?),
                "serial" => printer.ports.push(PortSpec::serial(value)?),
                "fault" => printer.faults.extend(fault(value)?),
                _ => return Err(unknown_key(&word).into()),
            }
        }
        Ok(printer)
    }
}

impl PrinterSettings {
    /// A fault of a part that is not there would change nothing, and nobody would know why.
    fn check_parts(&self) -> Result<(), BadSettings> {
        let Self { profile, faults, .. } = self;
        let missing = |fault: &Poke| Some((words::missing_part(*fault, profile)?, *fault));
        faults.iter().find_map(missing).map_or(Ok(()), |(part, fault)| {
            let has_one = |model: &&&Profile| words::missing_part(fault, model).is_none();
            let example = BUILT_IN.iter().find(has_one).map_or("kiosk-80", |model| model.name);
            let what = format!("a {} has no {part}, so `{fault}` would change nothing", profile.name);
            Err(BadSettings::new(what, format!("choose a model with a {part}, for example {example}")))
        })
    }

    /// Its model's interface, with the handshake of its ports. Which of them hears XON and XOFF is their own matter.
    pub(crate) fn interface(&self) -> Interface {
        let handshakes: Vec<Handshake> = self.ports.iter().map(PortSpec::handshake).collect();
        let wanted = [Handshake::XonXoff, Handshake::DtrDsr];
        let handshake = wanted.into_iter().find(|wanted| handshakes.contains(wanted));
        Interface { handshake: handshake.unwrap_or(Handshake::Transport), ..self.profile.interface }
    }
}

impl PortSpec {
    /// `host:port`.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn tcp(value: &str) -> Result<Self, BadSettings> {
        let right = value
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if right {
            return Ok(Self::Tcp(value.to_owned()));
        }
        let what = format!("`{value}` is no address to listen at");
        Err(BadSettings::new(
            what,
            format!("write host:port, for example {DEFAULT_TCP}; port 0 takes any free one"),
        ))
    }

    /// The path of a link, and how the printer says stop: `LINK[,flow=HOW]`.
    ///
    /// # Errors
    /// When there is no path, or no such flow control.
    pub fn pty(value: &str) -> Result<Self, BadSettings> {
        let (link, flow) = match value.rsplit_once(",flow=") {
            Some((link, word)) => (link, PtyFlow::parse(word)?),
            None => (value, PtyFlow::default()),
        };
        if link.is_empty() {
            return Err(BadSettings::new(
                "a pseudo-terminal needs a link",
                "name one, for example /tmp/printer",
            ));
        }
        Ok(Self::Pty { link: PathBuf::from(link), flow })
    }

    /// A serial port, `PATH[:BAUD[,8N1][,flow=HOW]]`.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn serial(value: &str) -> Result<Self, BadSettings> {
        SerialLine::parse(value).map(Self::Serial)
    }

    /// Where it is, if there can be one such port only.
    fn place(&self) -> Option<String> {
        match self {
            Self::Tcp(address) => (!address.ends_with(":0")).then(|| format!("TCP address {address}")),
            Self::Pty { link, .. } => Some(format!("the link {}", link.display())),
            Self::Serial(line) => Some(format!("the serial port {}", line.path.display())),
        }
    }

    /// How the printer says stop there.
    const fn handshake(&self) -> Handshake {
        match self {
            Self::Pty { flow: PtyFlow::Auto | PtyFlow::XonXoff, .. }
            | Self::Serial(SerialLine { flow: Flow::XonXoff, .. }) => Handshake::XonXoff,
            Self::Pty { flow: PtyFlow::DtrDsr, .. } => Handshake::DtrDsr,
            Self::Tcp(_) | Self::Pty { .. } | Self::Serial(_) => Handshake::Transport,
        }
    }
}

/// The built-in printer model of this name.
///
/// # Errors
/// When there is none: which there are.
pub fn profile(name: &str) -> Result<&'static Profile, BadSettings> {
    BUILT_IN.into_iter().find(|profile| profile.name == name).ok_or_else(|| {
        let names: Vec<&str> = BUILT_IN.iter().map(|profile| profile.name).collect();
        BadSettings::new(
            format!("there is no printer profile `{name}`"),
            format!(
                "there are {}; or name a profile file, for example rigs/printers/kiosk-80.yaml",
                names.join(", ")
            ),
        )
    })
}

/// What is done to a printer for a fault: by its short name, or said as a phrase.
///
/// # Errors
/// When it is neither.
pub fn fault(words: &str) -> Result<Vec<Poke>, BadSettings> {
    if let Some(preset) = words::preset(words) {
        return Ok(preset.pokes());
    }
    words::parse_poke(words).map(|poke| vec![poke]).map_err(|error| {
        let names: Vec<&str> = words::PRESETS.iter().map(|preset| preset.name).collect();
        let begun = names.iter().find(|name| !words.is_empty() && name.starts_with(words));
        let meant = begun.map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
        let all = names.join(", ");
        let help = format!("{meant}name a fault ({all}), or say what is done, for example `jam at 30 mm`");
        BadSettings::new(format!("`{words}` is no fault: {error}"), help)
    })
}

/// A printer's name is the name of a folder, and stands before a colon.
fn name(value: &str) -> Result<String, BadSettings> {
    let fine = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if value.chars().all(fine) && value.chars().any(char::is_alphanumeric) {
        return Ok(value.to_owned());
    }
    let what = format!("`{value}` is no name for a printer");
    Err(BadSettings::new(what, "use letters, digits, `-`, `_` and `.`, for example till1"))
}

/// Words are apart by white space; a value that has some stands in quotes, as in `fault="jam at 30 mm"`.
fn split(words: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut quote = None;
    for c in words.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => found.push(String::new()),
            _ => found.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

fn unknown_key(word: &str) -> BadSettings {
    let help = format!(
        "write name=, profile=, tcp=, pty=, serial= or fault= before each value, for example \
         \"name=till1 tcp={DEFAULT_TCP} pty=/tmp/till1 profile=kiosk-80 fault=gear-worn\""
    );
    BadSettings::new(format!("`{word}` says nothing about a printer"), help)
}

#[cfg(test)]
mod tests {
    use super::{PortSpec, PrinterSettings, Settings, fault, profile};
    use crate::flow::PtyFlow;
    use printer::{Micrometres, Poke};
    use std::path::PathBuf;

    #[test]
    fn a_printer_is_described_in_one_line() {
        let words =
            "name=till1 tcp=127.0.0.1:9101 pty=/tmp/p1,flow=none profile=kiosk-80 fault='jam at 30 mm'";
        let printer = PrinterSettings::parse(words, profile).unwrap();
        assert_eq!((printer.name.as_str(), printer.profile.name), ("till1", "kiosk-80"));
        let pty = PortSpec::Pty { link: PathBuf::from("/tmp/p1"), flow: PtyFlow::Never };
        assert_eq!(printer.ports, [PortSpec::Tcp("127.0.0.1:9101".to_owned()), pty]);
        assert_eq!(printer.faults, [Poke::Jam { at: Micrometres::from_mm(30) }]);
    }

    #[test]
    fn what_is_not_understood_is_named_with_an_example() {
        for (words, named) in [
            ("till1", "till1"),
            ("name=a/b", "a/b"),
            ("name=", "till1"),
            ("tcp=9100", "127.0.0.1:9100"),
            ("profile=desk", "desk-80"),
            ("pty=/tmp/p1,flow=fast", "xon-xoff"),
            ("fault=gear", "gear-worn"),
            ("colour=red", "colour=red"),
        ] {
            let error = PrinterSettings::parse(words, profile).unwrap_err().to_string();
            assert!(error.contains(named), "{words}: {error}");
        }
    }

    #[test]
    fn every_preset_is_a_fault_and_every_profile_is_found_by_its_name() {
        for preset in printer::words::PRESETS {
            assert_eq!(fault(preset.name).unwrap().len(), preset.phrases.len());
        }
        assert_eq!(profile("kiosk-80").unwrap().name, "kiosk-80");
    }

    #[test]
    fn a_fault_of_a_part_that_is_not_there_is_refused() {
        let settings = |words| Settings::new(vec![PrinterSettings::parse(words, profile).unwrap()]);
        let error = settings("fault=presenter-stuck").unwrap_err().to_string();
        assert!(error.contains("desk-80 has no presenter") && error.contains("kiosk-80"), "{error}");
        assert!(settings("fault=presenter-stuck profile=kiosk-80").is_ok());
    }

    #[test]
    fn two_printers_of_one_name_are_refused() {
        let twice = vec![PrinterSettings::named("a"), PrinterSettings::named("a")];
        assert!(Settings::new(twice).unwrap_err().what.contains("`a`"));
    }

    #[test]
    fn a_port_can_be_named_once_and_any_free_port_as_often_as_wanted() {
        let printers = |words: &[&str]| {
            Settings::new(words.iter().map(|words| PrinterSettings::parse(words, profile).unwrap()).collect())
        };
        assert!(printers(&["name=a tcp=127.0.0.1:0 tcp=127.0.0.1:0", "name=b tcp=127.0.0.1:0"]).is_ok());
        for twice in ["tcp=127.0.0.1:9100", "pty=/tmp/p1", "serial=/dev/ttyUSB0"] {
            let error = printers(&[&format!("name=a {twice}"), &format!("name=b {twice}")]).unwrap_err();
            assert!(error.what.ends_with("is named twice"), "{error}");
        }
    }
}

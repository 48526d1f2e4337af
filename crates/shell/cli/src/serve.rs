//! `tillrig serve`: an emulated device on real ports, in real time, for anybody's software, until it is told to end.
//!
//! Here are printers; acquirers and terminals have files of their own. What happens goes to stdout, a line each; what went
//! wrong, to stderr.

mod acquirer;
mod known;
mod profile;
mod slips;
mod terminal;

use crate::exit::Exit;
use crate::output::{self, Format};
use crate::trouble::Trouble;
use ::serve::settings::{self, BadSettings, DEFAULT_NAME, DEFAULT_TCP};
use ::serve::{News, PortSpec, PrinterSettings, ServeError, Server, Settings};
use clap::{Args, Subcommand};
use std::io::{self, IsTerminal};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    device: Device,
}

#[derive(Debug, Subcommand)]
enum Device {
    /// A receipt printer, on TCP, a pseudo-terminal or a serial port.
    Printer(Printer),
    /// A card host and wallet gateways with one durable ledger, on TCP and HTTP.
    Acquirer(acquirer::Acquirer),
    /// A payment terminal, with any host, printer and cash register.
    Terminal(Box<terminal::Terminal>),
}

const EXAMPLES: &str = "\
Examples:
  tillrig serve printer
      a counter printer at 127.0.0.1:9100
  tillrig serve printer --pty /tmp/printer --out receipts
      on a pseudo-terminal; every receipt as a picture in the folder receipts
  tillrig serve printer --tcp 127.0.0.1:0 --profile kiosk-80 --fault gear-worn
      a kiosk printer with worn gears, at any free port
  tillrig serve printer --profile my-printer.yaml
      a model of your own; rigs/printers shows how, `tillrig schema printer` says every word
  tillrig serve printer --printer \"name=till1 tcp=127.0.0.1:9101\" \\
                        --printer \"name=till2 pty=/tmp/till2 fault='jam at 30 mm'\"
      two printers

Flow control (HOW):
  auto      as xon-xoff to a client that has switched IXON on, as none to any other;
            pseudo-terminals only, and their default
  xon-xoff  sends the bytes 13h and 11h, also when going offline and online again;
            the default of serial ports
  dtr-dsr   holds the host back while busy or offline; pseudo-terminals only
  rts-cts   the same by the wire RTS; serial ports only
  none      sends nothing but answers, and takes bytes also offline; when the buffer is full,
            a pseudo-terminal holds the host back, and a serial port loses bytes
TCP needs none: the printer reads no more while its buffer is full.

While it runs, it takes phrases on standard input and on the control socket, such as `open cover`,
`load paper`, `jam at 30 mm`, `status`, `quit`; `help` lists them all.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct Printer {
    /// Listen at this address; port 0 takes any free one, and the real one is printed [default: 127.0.0.1:9100
    /// when no port is given].
    #[arg(long, value_name = "ADDR")]
    tcp: Vec<String>,
    /// Open a pseudo-terminal, and make this link to it; what HOW can be stands below.
    #[arg(long, value_name = "LINK[,flow=HOW]")]
    pty: Vec<String>,
    /// Open a serial port, for example /dev/ttyUSB0:9600,8N1,flow=none [default: 115200,8N1,flow=xon-xoff].
    #[arg(long, value_name = "PATH[:BAUD[,8N1][,flow=HOW]]")]
    serial: Vec<String>,
    /// The printer's model: desk-80, desk-80-180, kiosk-80, slip-58, or the path of a profile file [default: desk-80].
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// What is wrong with it from the start: the name of a fault (paper-out, cover-open, gear-worn, …), or a phrase
    /// such as "jam at 30 mm".
    #[arg(long, value_name = "FAULT")]
    fault: Vec<String>,
    /// A whole printer, said in one argument, for more than one of them.
    #[arg(long, value_name = "WORDS", conflicts_with_all = ["tcp", "pty", "serial", "profile", "fault"])]
    printer: Vec<String>,
    /// Write every receipt into this folder: pictures, text, and the bytes that made it.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Take phrases on this socket [default: DIR/control.sock with --out DIR].
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    match &arguments.device {
        Device::Printer(printer) => serve(printer),
        Device::Acquirer(acquirer) => acquirer::serve(acquirer),
        Device::Terminal(terminal) => terminal::serve(terminal),
    }
}

fn serve(arguments: &Printer) -> Result<Exit, Trouble> {
    let settings = settings(arguments)?;
    let several = settings.printers.len() > 1;
    let server = Server::open(settings).map_err(trouble)?;
    let typed = server.controller().hear_standard_input();
    typed.map_err(|error| Trouble::Outside {
        what: format!("standard input cannot be heard: {error}"),
        help: None,
    })?;
    if arguments.format == Format::Human && io::stdin().is_terminal() {
        output::note("type `help` for what can be done to the printer, `quit` or Ctrl-C to end");
    }
    let format = arguments.format;
    let summary = server.run(move |news| tell(news, format, several)).map_err(trouble)?;
    if summary.unwritten == 0 {
        return Ok(Exit::AsExpected);
    }
    let what = format!("{} receipts could not be written, and are lost", summary.unwritten);
    Err(Trouble::Outside { what, help: Some("make room, or name another folder with --out".to_owned()) })
}

fn settings(arguments: &Printer) -> Result<Settings, Trouble> {
    let printers = if arguments.printer.is_empty() {
        vec![only_printer(arguments)?]
    } else {
        arguments
            .printer
            .iter()
            .map(|words| PrinterSettings::parse(words, profile::find))
            .collect::<Result<_, _>>()?
    };
    let mut settings = Settings::new(printers)?;
    settings.out.clone_from(&arguments.out);
    settings.control.clone_from(&arguments.control);
    Ok(settings)
}

/// The printer of the simple flags.
fn only_printer(arguments: &Printer) -> Result<PrinterSettings, Trouble> {
    let mut printer = PrinterSettings::named(DEFAULT_NAME);
    if let Some(name) = &arguments.profile {
        printer.profile = profile::find(name)?;
    }
    for fault in &arguments.fault {
        printer.faults.extend(settings::fault(fault)?);
    }
    let tcp = arguments.tcp.iter().map(|address| PortSpec::tcp(address));
    let pty = arguments.pty.iter().map(|link| PortSpec::pty(link));
    let serial = arguments.serial.iter().map(|line| PortSpec::serial(line));
    printer.ports = tcp.chain(pty).chain(serial).collect::<Result<_, _>>()?;
    if printer.ports.is_empty() {
        printer.ports.push(PortSpec::tcp(DEFAULT_TCP)?);
    }
    Ok(printer)
}

fn tell(news: &News, format: Format, several: bool) -> io::Result<()> {
    match format {
        Format::Json => output::data(&format!("{}\n", news.json())),
        Format::Human if news.is_trouble() => {
            output::say(&news.line(several));
            Ok(())
        }
        Format::Human => output::data(&format!("{}\n", news.line(several))),
    }
}

impl From<BadSettings> for Trouble {
    fn from(error: BadSettings) -> Self {
        Self::bad_input(error.what, error.help)
    }
}

fn trouble(error: ServeError) -> Trouble {
    Trouble::Outside { what: error.to_string(), help: Some(error.help().to_owned()) }
}

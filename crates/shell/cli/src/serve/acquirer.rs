//! `tillrig serve acquirer`: a card host and wallet gateways on real ports, until a signal.
//!
//! News about ports and folders go to stdout, what happens to the log on stderr; with `--format json` all of it goes to
//! stdout, an object a line. *Not here:* what is served and how it ends; that is the crate `serve`.

use super::known;
use crate::catalogue::{self, Refused};
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::trouble::Trouble;
use ::serve::acquirer::house::{House, HouseSettings, Mishap};
use ::serve::acquirer::settings::{Bounds, DEFAULT_HTTP, DEFAULT_ISO8583, Pace};
use ::serve::acquirer::{AcquirerError, News, Server, Settings, What};
use acquirer::Event;
use acquirer::fault::{Aim, Deed, Fault, Latency, Rush};
use clap::Args;
use scenario::{AcquirerFault, HostFault, HostRush, acquirer_faults};
use serde_json::Value;
use sim::{Seed, SimTime};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing_subscriber::EnvFilter;

const EXAMPLES: &str = "\
Examples:
  tillrig serve acquirer
      cards at 127.0.0.1:8583, wallets at 127.0.0.1:8580, nothing kept
  tillrig serve acquirer --data till-host
      with a durable ledger; keys and client settings in till-host/client
  tillrig serve acquirer --terminals shop.yaml --dialect house.yaml
      your own terminals, cards and payers, in your own dialect
  set -a; . till-host/client/client.env
      lets software with addresses of its own come here: its proxy, and one more root

At the first Ctrl-C nothing new is taken; what is committed is on disk before it ends, and answered
to whoever takes the answer within five seconds; a second one ends at once. When the ledger cannot be written any more, it ends with exit
code 3, and no answer has left that is not in the ledger.

The log on stderr says what moves; RUST_LOG=debug says every exchange, RUST_LOG=warn only trouble.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Acquirer {
    /// Take ISO 8583 over TCP at this address; port 0 takes any free one, `none` opens no port.
    #[arg(long, value_name = "ADDR", default_value = DEFAULT_ISO8583)]
    iso8583: String,
    /// Take HTTP and HTTPS at this address, also as a proxy for the wallets' own hosts; the side door is here too.
    #[arg(long, value_name = "ADDR", default_value = DEFAULT_HTTP)]
    http: String,
    /// Keep the ledger and all keys in this folder, and go on from there the next time.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write what clients need into this folder [default: DIR/client with --data DIR].
    #[arg(long, value_name = "DIR")]
    client: Option<PathBuf>,
    /// Send notifications here where an order names no other address.
    #[arg(long, value_name = "URL")]
    notify: Option<String>,
    /// What terminals speak at the ISO 8583 port: cup (UnionPay's POS dialect: BCD, TPDU and header, MACs), ascii87
    /// (ISO 8583:1987 in ASCII: 128-bit bitmap, no MACs), or the path of a dialect file.
    #[arg(long, value_name = "NAME|FILE", default_value = known::CUP)]
    dialect: String,
    /// Serve the terminals, cards and payers of this file, and no other terminals; rigs/acquirers shows how, `tillrig
    /// schema terminals` says every word.
    #[arg(long, value_name = "FILE")]
    terminals: Option<PathBuf>,
    /// Arm the faults of this file from the start: a list as under `faults:` of a scenario, of the acquirer alone.
    #[arg(long, value_name = "FILE")]
    fault: Option<PathBuf>,
    /// What the dice of the faults come from.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Serve metrics at /metrics of this address too, beside /_tillrig/metrics.
    #[arg(long, value_name = "ADDR")]
    metrics: Option<String>,
    /// Let other machines use the side door, /_tillrig/.
    #[arg(long)]
    side_door_anywhere: bool,
    /// Refuse refunds and reverses of WeChat Pay v2 that come without the client certificate in the client folder, as the
    /// real gateway does: HTTPS alone can show one.
    #[arg(long)]
    wechat_certificate: bool,
    /// From the arrival of a request to its commit, for example 180ms.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = span)]
    processing: Duration,
    /// From the commit to the moment when the answer leaves.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = span)]
    answering: Duration,
    /// Connections to each address at most.
    #[arg(long, value_name = "NUMBER", default_value_t = Bounds::DEFAULT.connections)]
    connections: usize,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn serve(arguments: &Acquirer) -> Result<Exit, Trouble> {
    if arguments.format == Format::Human && std::env::var_os("RUST_LOG").is_none() {
        log();
    }
    let house = HouseSettings {
        faults: faults(arguments.fault.as_deref())?,
        seed: Seed(arguments.seed),
        notify_url: arguments.notify.clone(),
        read_fault,
        known: arguments.terminals.as_deref().map(known::terminals).transpose()?,
    };
    let server = Server::open(settings(arguments)?, |beginning| House::new(beginning, house));
    let server = server.map_err(trouble)?;
    if arguments.format == Format::Human && io::stdin().is_terminal() {
        output::note("Ctrl-C ends it in order");
    }
    let format = arguments.format;
    let summary = server.run(move |news| tell(news, format)).map_err(trouble)?;
    if summary.at_once {
        let what = "ended at once: what was still on its way to disk was not answered".to_owned();
        return Err(Trouble::Outside { what, help: None });
    }
    if summary.unanswered > 0 {
        output::note(format!(
            "{} answers were not taken; what they say is in the ledger",
            summary.unanswered
        ));
    }
    Ok(Exit::AsExpected)
}

/// The faults of a file.
fn faults(path: Option<&Path>) -> Result<Vec<Mishap>, Trouble> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let (name, bytes) = catalogue::bytes_of(path)?;
    let faults = acquirer_faults(&name, &bytes).map_err(Refused::Wrong)?;
    let unserved = |why| Trouble::bad_input(format!("{name}:{why}"), DOWN_HELP.to_owned());
    faults.into_iter().map(mishap).collect::<Result<_, _>>().map_err(unserved)
}

/// A fault that is sent to the side door, in JSON: the words are those of a file.
fn read_fault(said: &Value) -> Result<Vec<Mishap>, String> {
    let faults = acquirer_faults("fault", said.to_string().as_bytes());
    let faults = faults.map_err(|diagnostics| diagnostics.render(false))?;
    faults.into_iter().map(mishap).collect::<Result<_, _>>().map_err(|why| format!("{why}; {DOWN_HELP}"))
}

const DOWN_HELP: &str = "end the program, and start it again: nothing is lost with --data";

/// What a fault is to an acquirer that is served. One that is down is served by nobody: where that stands.
fn mishap(HostFault { place, at, fault }: HostFault) -> Result<Mishap, String> {
    Ok(match fault {
        AcquirerFault::Down { .. } => {
            let (line, column) = (place.line, place.column);
            return Err(format!("{line}:{column}: an acquirer that is served cannot be `down`"));
        }
        AcquirerFault::Slow { by } => {
            let aim = Aim { from: at, ..Aim::EVERYTHING };
            Mishap::Fault(Fault { aim, deed: Deed::Hold(Latency::fixed(by)) })
        }
        AcquirerFault::Rush(HostRush { arrivals_per_s, served_per_s, queue_max, lasts }) => {
            let until = lasts.map_or(SimTime::NEVER, |span| at + span);
            Mishap::Rush(Rush { from: at, until, arrivals_per_s, served_per_s, queue_max })
        }
        AcquirerFault::Deed { fault, .. } => Mishap::Fault(fault),
    })
}

fn settings(arguments: &Acquirer) -> Result<Settings, Trouble> {
    let open = |address: &str| (address != "none").then(|| address.to_owned());
    let mut settings = Settings::new();
    settings.iso8583 = open(&arguments.iso8583);
    settings.http = open(&arguments.http);
    if settings.iso8583.is_none() && settings.http.is_none() {
        let help = format!("name an address, for example --iso8583 {DEFAULT_ISO8583}");
        return Err(Trouble::bad_input("there is no port to serve", help));
    }
    for address in [&settings.iso8583, &settings.http, &arguments.metrics].into_iter().flatten() {
        // The same words are an address of a printer.
        ::serve::PortSpec::tcp(address)?;
    }
    settings.metrics.clone_from(&arguments.metrics);
    settings.data.clone_from(&arguments.data);
    settings.client.clone_from(&arguments.client);
    settings.side_door_anywhere = arguments.side_door_anywhere;
    settings.wants_certificate = arguments.wechat_certificate;
    settings.speech = known::speech(&arguments.dialect)?;
    settings.pace = Pace { processing: arguments.processing, answering: arguments.answering };
    settings.bounds.connections = arguments.connections.max(1);
    Ok(settings)
}

/// A number with `ms` or `s`.
pub(super) fn span(words: &str) -> Result<Duration, String> {
    let number = |digits: &str| digits.parse::<u32>().ok().map(u64::from);
    let millis = words.strip_suffix("ms").and_then(number);
    let seconds = || words.strip_suffix('s').and_then(number).map(|seconds| seconds * 1000);
    let millis = millis.or_else(seconds);
    millis.map(Duration::from_millis).ok_or_else(|| "expected a time such as 180ms or 2s".to_owned())
}

/// What moves is worth a line, every exchange is not.
fn log() {
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("info"))
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false);
    // With --verbose somebody listens already.
    let _ = subscriber.try_init();
}

fn tell(news: &News, format: Format) -> io::Result<()> {
    if format == Format::Json {
        return output::data(&format!("{}\n", news.json()));
    }
    match &news.what {
        What::Happened(event @ (Event::Received { .. } | Event::Answered { .. })) => {
            tracing::debug!("{event}");
        }
        What::Happened(event) => tracing::info!("{event}"),
        What::Malformed { .. } => tracing::info!("{}", news.what.line()),
        What::TurnedAway { .. } | What::Trouble(_) => tracing::warn!("{}", news.what.line()),
        _ => return output::data(&format!("{}\n", news.what.line())),
    }
    Ok(())
}

fn trouble(error: AcquirerError) -> Trouble {
    let (what, help) = (error.to_string(), error.help().to_owned());
    Trouble::Outside { what, help: Some(help) }
}

//! `tillrig serve terminal`: the emulated terminal alone, with anybody's host, printer and cash register.
//!
//! What happens goes to stdout, a line each; what went wrong around it, to stderr. Keys come from files or the command line
//! and are shown nowhere. *Not here:* what is served and how it ends; that is the crate `serve`.

use super::acquirer::span;
use super::slips::{Slips, print_settings};
use crate::exit::Exit;
use crate::firmware;
use crate::output::{self, Format};
use crate::trouble::Trouble;
use ::serve::terminal::settings::address;
use ::serve::terminal::{EcrAt, News, PrinterAt, Server, Settings};
use clap::{Args, ValueEnum};
use iso8583::{MacKey, Tdes};
use serde_json::Value;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use terminal::{AlipayAccount, Language};
use wallet::messages::AlipayShop;
use wallet::rsa_key::{PrivateKey, PublicKey};

const EXAMPLES: &str = "\
Examples:
  tillrig serve acquirer --data till-host
  tillrig serve printer --out receipts
  tillrig serve terminal --client till-host/client --printer tcp:127.0.0.1:9100 --data till
      the three of them, each in a window of its own
  tillrig serve terminal --host 192.0.2.10:7000 --tid 00000001 --mid 123456789012345 \\
                         --mac-key 0123456789ABCDEF --printer serial:/dev/ttyUSB0@9600
      your host, your printer
  tillrig serve terminal --client till-host/client --profile my-terminal.yaml
      firmware of your own; rigs/terminals shows how, `tillrig schema terminal` says every word
  tillrig serve terminal --client till-host/client --ecr 127.0.0.1:20007
      your cash register: ZVT over TCP, amounts in yuan unless --ecr-currency says otherwise
  tillrig serve terminal --client till-host/client --printer pty:/tmp/printer \
                         --prints pre-auth=merchant --prints void=none --receipt-prompt 15s
      what it prints, and what it asks first

While it runs, it takes words on standard input and on the control socket, such as `sale 25.00`,
`void 000001-000001`, `cancel`, `settle`, `power off`; `help` lists them all.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Terminal {
    /// The card host: ISO 8583 over TCP, in the UnionPay POS dialect.
    #[arg(long, value_name = "ADDR")]
    host: Option<String>,
    /// Make a connection for each message to the host, and hang up after the answer.
    #[arg(long)]
    one_call_a_message: bool,
    /// The gateway of both wallets, WeChat Pay v2 and Alipay, over plain HTTP.
    #[arg(long, value_name = "URL|ADDR")]
    gateway: Option<String>,
    /// Listen for the gateway's notifications at this address.
    #[arg(long, value_name = "ADDR")]
    notify: Option<String>,
    /// The printer: tcp:ADDR, pty:PATH or serial:PATH@BAUD; what `serve printer --serial` takes can follow the path.
    #[arg(long, value_name = "PLACE")]
    printer: Option<String>,
    /// The cash register's port: an address to listen at, pty:LINK or serial:PATH.
    #[arg(long, value_name = "PLACE")]
    ecr: Option<String>,
    /// What the register calls its amounts, by ISO 4217 (978 is the euro); the terminal's own are yuan all the same.
    #[arg(long, value_name = "NUMBER", default_value_t = 156)]
    ecr_currency: u16,
    /// The six digits that a register must know; without them every one is let in.
    #[arg(long, value_name = "DIGITS")]
    ecr_password: Option<u32>,
    /// Its firmware, sound or flawed, by its name, or the path of a profile file; docs/TERMINALS.md has a table of them.
    #[arg(long, value_name = "NAME|FILE", default_value = "reference")]
    profile: String,
    /// What `serve acquirer` wrote for its clients, a folder or client.json: addresses, keys, the wallets' numbers. What
    /// is said beside it counts more.
    #[arg(long, value_name = "DIR|FILE")]
    client: Option<PathBuf>,
    /// Terminal number, eight characters [default: 12345678].
    #[arg(long, value_name = "TID")]
    tid: Option<String>,
    /// Merchant number, fifteen characters [default: 123456789012345].
    #[arg(long, value_name = "MID")]
    mid: Option<String>,
    /// The key for MACs until the first sign-on, 16 or 32 hex digits; test keys only.
    #[arg(long, value_name = "HEX")]
    mac_key: Option<String>,
    /// The key under which a sign-on gives out others, 32 hex digits; test keys only.
    #[arg(long, value_name = "HEX")]
    master_key: Option<String>,
    /// The test card that customers tap.
    #[arg(long, value_name = "NUMBER")]
    card: Option<String>,
    /// What display and slips are written in [default: the profile's, mostly zh].
    #[arg(long, value_enum)]
    language: Option<Tongue>,
    /// Print these copies of a slip, joined by commas: merchant, customer, bank, or none. Slips are called as in scenarios:
    /// card-sale, void, refund, pre-auth, void-pre-auth, complete, void-completion, show-qr, scan. Once for each.
    #[arg(long, value_name = "SLIP=COPIES", value_parser = Slips::parse)]
    prints: Vec<Slips>,
    /// Ask so long after a wallet payment whether a receipt is wanted: `enter` is yes, `cancel` is no; a sound
    /// firmware prints it when nobody answers.
    #[arg(long, value_name = "TIME", value_parser = span)]
    receipt_prompt: Option<Duration>,
    /// Keep the journal in this folder, and take up there the next time what is open; without it, it is in memory only.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Take words on this socket [default: DIR/control.sock with --data DIR].
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tongue {
    /// Chinese.
    Chinese,
    /// English.
    English,
}

pub(super) fn serve(arguments: &Terminal) -> Result<Exit, Trouble> {
    let server = Server::open(settings(arguments)?).map_err(super::trouble)?;
    let typed = server.controller().hear_standard_input();
    typed.map_err(|error| Trouble::Outside {
        what: format!("standard input cannot be heard: {error}"),
        help: None,
    })?;
    if arguments.format == Format::Human && io::stdin().is_terminal() {
        output::note("type `help` for what can be done to the terminal, `quit` or Ctrl-C to end");
    }
    let format = arguments.format;
    match server.run(move |news| tell(news, format)).map_err(super::trouble)? {
        Ok(()) => Ok(Exit::AsExpected),
        Err(stopped) => Err(Trouble::Outside {
            what: stopped.to_string(),
            help: Some("make room, and start it again: what is open is taken up".to_owned()),
        }),
    }
}

fn tell(news: &News, format: Format) -> io::Result<()> {
    if format == Format::Json {
        return output::data(&format!("{}\n", news.json()));
    }
    let Some(line) = news.line() else { return Ok(()) };
    if news.is_trouble() {
        output::say(&line);
        return Ok(());
    }
    output::data(&format!("{line}\n"))
}

fn settings(arguments: &Terminal) -> Result<Settings, Trouble> {
    let mut terminal = terminal::Settings::of(firmware::find(&arguments.profile)?);
    if let Some(tid) = &arguments.tid {
        terminal.tid = kept(&characters(tid, 8, "--tid")?);
    }
    let mut settings = Settings::new(terminal);
    if let Some(client) = &arguments.client {
        Client::read(client)?.fill(&mut settings)?;
    }
    fill_terminal(arguments, &mut settings.terminal)?;
    let plain = |said: &Option<String>| said.as_deref().map(address).transpose();
    settings.host = plain(&arguments.host)?.or(settings.host);
    settings.gateway = plain(&arguments.gateway)?.or(settings.gateway);
    settings.notify = plain(&arguments.notify)?;
    if let Some(notify) = &settings.notify {
        settings.terminal.notify_url = kept(&format!("http://{notify}/notify"));
        let shop = settings.terminal.alipay_told_at(&format!("http://{notify}/notify/alipay"));
        settings.terminal.alipay = AlipayAccount::Own(shop);
    }
    settings.printer = arguments.printer.as_deref().map(PrinterAt::parse).transpose()?;
    if let Some(PrinterAt::Wire(line)) = &settings.printer {
        settings.terminal.printer_baud_bps = line.baud_bps;
    }
    settings.ecr = arguments.ecr.as_deref().map(EcrAt::parse).transpose()?;
    settings.ecr_currency = arguments.ecr_currency;
    settings.ecr_password = arguments.ecr_password;
    if arguments.ecr_currency > 999 || arguments.ecr_password.is_some_and(|password| password > 999_999) {
        let what = "--ecr-currency has three digits, and --ecr-password at most six";
        return Err(Trouble::bad_input(what, "for example --ecr-currency 978 --ecr-password 123456"));
    }
    settings.one_a_message = arguments.one_call_a_message;
    settings.data.clone_from(&arguments.data);
    settings.control.clone_from(&arguments.control);
    Ok(settings)
}

/// What is said of the terminal itself.
fn fill_terminal(arguments: &Terminal, terminal: &mut terminal::Settings) -> Result<(), Trouble> {
    if let Some(mid) = &arguments.mid {
        terminal.mid = kept(&characters(mid, 15, "--mid")?);
    }
    if let Some(key) = &arguments.mac_key {
        terminal.mac_key = mac_key(key).ok_or_else(|| bad_key("--mac-key", "16 or 32"))?;
    }
    if let Some(key) = &arguments.master_key {
        terminal.master_key = master_key(key).ok_or_else(|| bad_key("--master-key", "32"))?;
    }
    if let Some(card) = &arguments.card {
        let right = (13..=19).contains(&card.len()) && card.bytes().all(|byte| byte.is_ascii_digit());
        if !right {
            let what = "--card is no card number";
            return Err(Trouble::bad_input(what, "write 13 to 19 digits, for example 6222021234567890128"));
        }
        terminal.pan = kept(card);
    }
    terminal.language = match arguments.language {
        Some(Tongue::Chinese) => Language::Chinese,
        Some(Tongue::English) => Language::English,
        None => terminal.language,
    };
    terminal.prints = print_settings(&arguments.prints);
    terminal.receipt_prompt = arguments.receipt_prompt;
    Ok(())
}

/// What `serve acquirer` writes for its clients.
struct Client {
    file: PathBuf,
    value: Value,
}

impl Client {
    fn read(path: &Path) -> Result<Self, Trouble> {
        let file = if path.is_dir() { path.join("client.json") } else { path.to_owned() };
        let help = "name what `tillrig serve acquirer --data DIR` has written: DIR/client";
        let bad = |why: String| Trouble::bad_input(format!("{}: {why}", file.display()), help);
        let bytes = std::fs::read(&file).map_err(|error| bad(error.to_string()))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        Ok(Self { file, value })
    }

    /// What is there is taken; what is not stays as it was.
    fn fill(&self, settings: &mut Settings) -> Result<(), Trouble> {
        let value = &self.value;
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let port = value.pointer("/iso8583/port").and_then(Value::as_u64);
        if let (Some(host), Some(port)) = (text("/iso8583/host"), port) {
            let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
            settings.host = Some(format!("{host}:{port}"));
        }
        settings.gateway = text("/http/url").and_then(|url| address(url).ok());
        let terminal = &mut settings.terminal;
        let mac = text("/terminals/without_sign_on/mac_key").and_then(mac_key);
        terminal.mac_key = mac.unwrap_or(terminal.mac_key);
        let ready = value.pointer("/terminals/ready").and_then(Value::as_array);
        let mine = ready.into_iter().flatten().find(|ready| ready["tid"] == terminal.tid);
        let master = mine.and_then(|ready| master_key(ready["master_key"].as_str()?));
        terminal.master_key = master.unwrap_or(terminal.master_key);
        for (place, pointer) in [
            (&mut terminal.app_id, "/wechat/appid"),
            (&mut terminal.mch_id, "/wechat/mchid"),
            (&mut terminal.api_key, "/wechat/api_key"),
        ] {
            *place = text(pointer).map_or(*place, kept);
        }
        if let Some(account) = self.alipay(&terminal.alipay)? {
            terminal.alipay = AlipayAccount::Own(Arc::new(account));
        }
        Ok(())
    }

    /// The account with Alipay, if all of it is there.
    fn alipay(&self, known: &AlipayAccount) -> Result<Option<AlipayShop>, Trouble> {
        let text = |name: &str| self.value["alipay"][name].as_str();
        let said = (text("app_id"), text("app_private_key"), text("alipay_public_key"));
        let (Some(app_id), Some(private), Some(public)) = said else { return Ok(None) };
        let bad = |name: &str| {
            let what = format!("{}: alipay.{name} is no RSA key", self.file.display());
            Trouble::bad_input(what, "it is a key in PEM, as `tillrig serve acquirer` writes it")
        };
        Ok(Some(AlipayShop {
            app_id: app_id.to_owned(),
            private_key: PrivateKey::from_pem(private).map_err(|_| bad("app_private_key"))?,
            platform_key: PublicKey::from_pem(public).map_err(|_| bad("alipay_public_key"))?,
            notify_url: known.shop().notify_url.clone(),
        }))
    }
}

fn mac_key(hex: &str) -> Option<MacKey> {
    bytes(hex).map(MacKey::new).or_else(|| bytes(hex).map(MacKey::double))
}

fn master_key(hex: &str) -> Option<Tdes> {
    bytes(hex).map(Tdes::new)
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    if hex.len() != 2 * N || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The key itself is not repeated.
fn bad_key(flag: &str, digits: &str) -> Trouble {
    Trouble::bad_input(format!("{flag} is no key"), format!("write {digits} hex digits of a test key"))
}

fn characters(said: &str, count: usize, flag: &str) -> Result<String, Trouble> {
    let right = said.len() == count && said.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if right {
        return Ok(said.to_owned());
    }
    let what = format!("`{said}` is no number for {flag}");
    let example = if count == 8 { "12345678" } else { "123456789012345" };
    Err(Trouble::bad_input(what, format!("write {count} letters or digits, for example {example}")))
}

/// A terminal's settings last as long as the program.
fn kept(text: &str) -> &'static str {
    text.to_owned().leak()
}

#[cfg(test)]
mod tests {
    use super::{Terminal, settings};
    use clap::Parser;
    use std::time::Duration;
    use terminal::{Copies, Copy, Kind};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        terminal: Terminal,
    }

    fn set(words: &[&str]) -> Result<terminal::Settings, clap::Error> {
        let line = Line::try_parse_from(["tillrig"].iter().chain(words))?;
        Ok(settings(&line.terminal).unwrap_or_else(|_| panic!("{words:?} can be served")).terminal)
    }

    #[test]
    fn a_terminal_prints_what_the_command_line_says_and_asks_first() {
        let usual = set(&[]).unwrap();
        assert_eq!((usual.prints.of(Kind::PreAuth), usual.receipt_prompt), (None, None));
        let said = ["--prints", "pre-auth=merchant", "--prints", "void=none", "--receipt-prompt", "15s"];
        let settings = set(&said).unwrap();
        assert_eq!(settings.prints.of(Kind::PreAuth), Some(Copies::NONE.and(Copy::Merchant)));
        assert_eq!(settings.prints.of(Kind::Void), Some(Copies::NONE));
        assert_eq!(settings.prints.of(Kind::Sale), None);
        assert_eq!(settings.receipt_prompt, Some(Duration::from_secs(15)));
    }
}

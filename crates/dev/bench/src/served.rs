//! The acquirer on real ports as `tillrig serve acquirer` has it, on a thread of its own, and what its clients ask.
//!
//! Sales are all new and have a MAC under the working key of terminals that never sign on; calls are queries of one open
//! order, signed with HMAC-SHA256 and read to the end by the gateway. *Not here:* the load; see [`crate::load`].

use acquirer::Kind;
use acquirer::fault::{Aim, AmountAim, Deed, Fault, FieldAim};
use iso8583::{CUP, MacKey, Message, Mti, encode_with_mac};
use serde_json::Value;
use serve::acquirer::house::{House, HouseSettings, Mishap};
use serve::acquirer::{News, Server, Settings, Stopper};
use sim::{Fen, Seed, SimTime};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::JoinHandle;
use tempfile::TempDir;
use wallet::messages::{Codec, Merchant, Request, UnifiedOrder};
use wallet::sign::{ApiKey, SignType};

/// The working key of terminals that never sign on, a published test key.
const MAK: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];
const ORDER: &str = "T-1";

/// Where its ledger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ledger {
    /// In memory alone.
    Fleeting,
    /// On disk: no answer leaves before that.
    Durable,
}

/// An acquirer on a thread of its own.
pub struct Served {
    /// Where terminals connect.
    pub iso8583: SocketAddr,
    /// Where merchants call.
    pub http: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl Served {
    /// One that is told to nobody.
    ///
    /// # Errors
    /// When the system gives no port or no folder.
    pub fn start(ledger: Ledger, faults: Vec<Mishap>) -> io::Result<Self> {
        Self::start_telling(ledger, faults, |_| ())
    }

    /// One that tells its news, on its own thread.
    ///
    /// # Errors
    /// When the system gives no port or no folder.
    pub fn start_telling(
        ledger: Ledger,
        faults: Vec<Mishap>,
        mut tell: impl FnMut(&News) + Send + 'static,
    ) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut settings = Settings::new();
        settings.iso8583 = Some("127.0.0.1:0".to_owned());
        settings.http = Some("127.0.0.1:0".to_owned());
        settings.data = (ledger == Ledger::Durable).then(|| folder.path().join("data"));
        settings.client = Some(folder.path().join("client"));
        let read_fault = |_: &Value| Err("no words here".to_owned());
        let house = HouseSettings { faults, seed: Seed(1), notify_url: None, read_fault, known: None };
        let server = Server::open(settings, |beginning| House::new(beginning, house));
        let server = server.map_err(io::Error::other)?;
        let missing = || io::Error::other("a door is not open");
        let (iso8583, http) = (server.iso8583().ok_or_else(missing)?, server.http().ok_or_else(missing)?);
        let stopper = server.stopper();
        let run = move || {
            server.run(move |news| {
                tell(news);
                Ok(())
            })
        };
        // How it ends is of no interest here.
        let thread = std::thread::Builder::new().name("acquirer".to_owned()).spawn(move || drop(run()))?;
        Ok(Self { iso8583, http, stopper, thread: Some(thread), folder })
    }

    /// The value of a line of its metrics; 0 for one that is not there.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn metric(&self, line: &str) -> io::Result<u64> {
        let text = self.call(b"GET /_tillrig/metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")?;
        let value = text.lines().find_map(|found| found.strip_prefix(line)?.trim().parse().ok());
        Ok(value.unwrap_or(0))
    }

    /// Signed queries of one open order, which it makes first.
    ///
    /// # Errors
    /// When it does not make the order.
    pub fn queries(&self) -> io::Result<Queries> {
        let client = std::fs::read(self.folder.path().join("client/client.json"))?;
        let client: Value = serde_json::from_slice(&client)?;
        let text = |name: &str| client["wechat"][name].as_str().unwrap_or_default().to_owned();
        let merchant = Merchant {
            app_id: text("appid"),
            mch_id: text("mchid"),
            api_key: ApiKey::new(&text("api_key")),
            sign_type: SignType::HmacSha256,
            notify_url: "http://127.0.0.1:9/nobody".to_owned(),
        };
        let mut queries = Queries { codec: Codec::new(merchant, "gateway"), nonce: 0 };
        let order = UnifiedOrder { out_trade_no: ORDER, total_fee_fen: 1850, body: "tea" };
        let made = self.call(&queries.request(&Request::UnifiedOrder(order)))?;
        made.contains("weixin://").then_some(queries).ok_or_else(|| io::Error::other(made))
    }

    fn call(&self, request: &[u8]) -> io::Result<String> {
        let mut stream = TcpStream::connect(self.http)?;
        stream.write_all(request)?;
        stream.shutdown(Shutdown::Write)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stopper.stop();
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// Sales that nobody has seen yet.
#[derive(Debug, Default)]
pub struct Sales(u32);

impl Sales {
    /// So many of them, as frames.
    pub fn next(&mut self, count: usize) -> Vec<Vec<u8>> {
        let mak = MacKey::new(MAK);
        let sales = (self.0..).take(count).map(|number| sale(number, &mak)).collect();
        self.0 += count as u32;
        sales
    }
}

/// The frame of a sale; as many of a terminal as there are trace numbers.
fn sale(number: u32, mak: &MacKey) -> Vec<u8> {
    const TRACE_NUMBERS: u32 = 999_999;
    let mut message = Message::new(Mti::FINANCIAL);
    for (field, value) in [
        (2, "6222021234567890123"),
        (3, "000000"),
        (4, "000000001850"),
        (22, "022"),
        (25, "00"),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001"),
    ] {
        message.set(field, value);
    }
    message.set(11, format!("{:06}", 1 + number % TRACE_NUMBERS));
    message.set(41, format!("{:08}", 1 + number / TRACE_NUMBERS));
    let mut frame = Vec::new();
    // The dialect can say all of it.
    let _ = encode_with_mac(&CUP, &message, mak, &mut frame);
    frame
}

/// Signed queries.
pub struct Queries {
    codec: Codec,
    nonce: u64,
}

impl Queries {
    /// So many of them, as HTTP requests.
    pub fn next(&mut self, count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|_| self.request(&Request::OrderQuery { out_trade_no: ORDER })).collect()
    }

    fn request(&mut self, request: &Request<'_>) -> Vec<u8> {
        self.nonce += 1;
        let mut bytes = Vec::new();
        self.codec.encode_request(request, self.nonce, &mut bytes);
        bytes
    }
}

/// Five faults that never hit a sale of [`Sales`]: by kind, amount, field, time and their having hit often enough.
#[must_use]
pub fn idle_faults() -> Vec<Mishap> {
    let field = FieldAim { name: "2".to_owned(), ends: "0000".to_owned() };
    let aims = [
        Aim { kind: Some(Kind::Reversal), ..Aim::EVERYTHING },
        Aim { amount: Some(AmountAim::Exactly(Fen(1))), ..Aim::EVERYTHING },
        Aim { field: Some(field), ..Aim::EVERYTHING },
        Aim { until: SimTime::ZERO, ..Aim::EVERYTHING },
        Aim { times: 0, ..Aim::EVERYTHING },
    ];
    aims.into_iter().map(|aim| Mishap::Fault(Fault { aim, deed: Deed::LoseAnswer })).collect()
}

//! Keeps the platform's time, and sends its notifications: each on a connection of its own, within its time.
//!
//! Nothing leaves before what it tells of is on disk. What is under way when serving ends is told again by whoever
//! serves next. A receiver is trusted by the system's roots (`SSL_CERT_FILE` names
//! others) and by our own authority. *Not modelled:* connections that are used again, redirects, proxies.

use crate::acquirer::hall::{Busy, Hall};
use crate::acquirer::journal::Ticket;
use crate::acquirer::news::What;
use crate::acquirer::platform::{Delivery, DeliveryOutcome, Platform};
use core::cell::{Cell, OnceCell};
use core::future::Future;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use sim::SimTime;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// As much as is read of a receiver's answer: far more than a word of thanks.
const ANSWER_BYTES: usize = 64 << 10;

/// What sends notifications.
pub(crate) struct Keeper<P: Platform> {
    hall: Rc<Hall<P>>,
    authority: CertificateDer<'static>,
    /// Made for the first notification by TLS: reading the system's roots takes a while.
    tls: OnceCell<TlsConnector>,
    outstanding: Cell<usize>,
}

/// Why there is no answer.
enum Failure {
    /// Nothing was sent.
    Unreached,
    /// It was sent, or a part of it.
    Unanswered,
}

impl<P: Platform> Keeper<P> {
    pub(crate) const fn new(hall: Rc<Hall<P>>, authority: CertificateDer<'static>) -> Self {
        Self { hall, authority, tls: OnceCell::new(), outstanding: Cell::new(0) }
    }

    /// Does what is due when it is due, until the end begins.
    pub(crate) async fn keep(self: Rc<Self>) {
        let hall = &self.hall;
        let begun = hall.end.begun();
        tokio::pin!(begun);
        loop {
            self.send_what_is_due();
            // With as many under way as may be, the next one leaves when one of them is over.
            let at = if self.has_room() { hall.wakes_at() } else { SimTime::NEVER };
            hall.kept_at.set(at);
            let woken = async {
                match at {
                    SimTime::NEVER => core::future::pending().await,
                    at => tokio::time::sleep_until(hall.clock.instant(at)).await,
                }
            };
            tokio::select! {
                biased;
                () = &mut begun => return,
                () = hall.stirred.notified() => {}
                () = woken => {
                    hall.with_quietly(|_, _| ());
                }
            }
        }
    }

    fn send_what_is_due(self: &Rc<Self>) {
        let hall = &self.hall;
        while self.has_room() {
            let (delivery, ticket) = hall.with_quietly(Platform::next_delivery);
            let Some(delivery) = delivery else { return };
            self.outstanding.set(self.outstanding.get() + 1);
            hall.counters.notices_sent.up();
            tokio::task::spawn_local(Rc::clone(self).send(hall.busy(), delivery, ticket));
        }
    }

    fn has_room(&self) -> bool {
        self.outstanding.get() < self.hall.settings.bounds.notices
    }

    async fn send(self: Rc<Self>, _busy: Busy<P>, delivery: Delivery, ticket: Ticket) {
        let hall = &self.hall;
        hall.journal.until_durable(ticket).await;
        let (id, url) = (delivery.id, delivery.url.clone());
        let posted = tokio::select! {
            posted = self.post(delivery) => posted,
            // It is owed still; whoever serves next tells it again.
            () = hall.end.begun() => return,
        };
        let (outcome, count) = match &posted {
            Ok((status, body)) => {
                (DeliveryOutcome::Answered { status: *status, body }, &hall.counters.notices_answered)
            }
            Err(Failure::Unanswered) => (DeliveryOutcome::NoAnswer, &hall.counters.notices_unanswered),
            Err(Failure::Unreached) => {
                hall.tell(What::Trouble(format!("a notification does not reach {url}")));
                (DeliveryOutcome::Refused, &hall.counters.notices_refused)
            }
        };
        count.up();
        self.outstanding.set(self.outstanding.get() - 1);
        hall.with(|platform, now| platform.delivered(now, id, outcome));
    }

    /// Status and body of the answer, within the receiver's time.
    async fn post(&self, delivery: Delivery) -> Result<(u16, Vec<u8>), Failure> {
        let deadline = Instant::now() + delivery.patience;
        let url: Uri = delivery.url.parse().map_err(|_| Failure::Unreached)?;
        let host = url.host().ok_or(Failure::Unreached)?.trim_matches(['[', ']']).to_owned();
        let secure = match url.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(Failure::Unreached),
        };
        let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = reached(deadline, TcpStream::connect((host.as_str(), port))).await?;
        let request = request(&url, delivery).ok_or(Failure::Unreached)?;
        if !secure {
            return answered(deadline, converse(stream, request)).await;
        }
        let name = ServerName::try_from(host).map_err(|_| Failure::Unreached)?;
        let tls = self.tls().map_err(|_| Failure::Unreached)?;
        let stream = reached(deadline, tls.connect(name, stream)).await?;
        answered(deadline, converse(stream, request)).await
    }

    fn tls(&self) -> io::Result<TlsConnector> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots.add_parsable_certificates([self.authority.clone()]);
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Ok(self.tls.get_or_init(|| TlsConnector::from(Arc::new(config))).clone())
    }
}

/// Whoever is not there in time is not there.
async fn reached<T>(deadline: Instant, reach: impl Future<Output = io::Result<T>>) -> Result<T, Failure> {
    let reached = timeout_at(deadline, reach).await;
    reached.ok().and_then(Result::ok).ok_or(Failure::Unreached)
}

async fn answered<T>(
    deadline: Instant,
    answer: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout_at(deadline, answer).await.unwrap_or(Err(Failure::Unanswered))
}

fn request(url: &Uri, delivery: Delivery) -> Option<Request<Full<Bytes>>> {
    let target = url.path_and_query().map_or("/", |target| target.as_str());
    let mut request = Request::post(target).header(HOST, url.authority()?.as_str());
    request = request.header(CONTENT_LENGTH, delivery.body.len());
    for (name, value) in &delivery.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        request = request.header(name, HeaderValue::from_str(value).ok()?);
    }
    request.body(Full::new(Bytes::from(delivery.body))).ok()
}

/// One request and its answer.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(u16, Vec<u8>), Failure> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|_| Failure::Unanswered)?;
    let answered = async {
        let answer = sender.send_request(request).await.map_err(|_| Failure::Unanswered)?;
        read_answer(answer).await
    };
    tokio::pin!(connection);
    tokio::pin!(answered);
    let mut open = true;
    loop {
        tokio::select! {
            answered = &mut answered => return answered,
            _ = &mut connection, if open => open = false,
        }
    }
}

async fn read_answer(answer: Response<Incoming>) -> Result<(u16, Vec<u8>), Failure> {
    let (status, mut body, mut read) = (answer.status().as_u16(), answer.into_body(), Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failure::Unanswered)?;
        let room = ANSWER_BYTES - read.len();
        let data = frame.data_ref().map(AsRef::as_ref).unwrap_or_default();
        read.extend_from_slice(data.get(..room).unwrap_or(data));
        if read.len() == ANSWER_BYTES {
            break;
        }
    }
    Ok((status, read))
}

impl<P: Platform> core::fmt::Debug for Keeper<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Keeper").field("outstanding", &self.outstanding).finish_non_exhaustive()
    }
}

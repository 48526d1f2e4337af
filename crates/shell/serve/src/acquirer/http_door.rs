//! The HTTP door: one port for plain calls, for calls through a proxy, and for TLS, inside a tunnel or bare.
//!
//! | a client that | is served |
//! |---|---|
//! | sends `POST /path` | as the gateway itself |
//! | sends `POST http://host/path` | as by a proxy, for the hosts that it stands in for |
//! | sends `CONNECT host:443` | with a tunnel that ends here, and our certificate inside |
//! | begins with TLS | the same without a tunnel |
//!
//! So software with addresses of its own needs only its environment changed: a proxy, and one more root.
//! Source: "How a localhost fake serves them". *Not modelled:* HTTP/2, tunnels without TLS inside, being a proxy for
//! anybody else.

use crate::acquirer::client_certificate::{Shown, Tls, page};
use crate::acquirer::door::{Custom, Visit};
use crate::acquirer::hall::Busy;
use crate::acquirer::http_again::Again;
use crate::acquirer::http_call;
use crate::acquirer::http_wire::{HttpWire, Orders, Unread};
use crate::acquirer::news::What;
use crate::acquirer::platform::Platform;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::rc::Rc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// The hosts that it stands in for, in tunnels, certificates and calls through a proxy.
pub(crate) const HOSTS: [&str; 6] = [
    "api.mch.weixin.qq.com",
    "api2.mch.weixin.qq.com",
    "openapi.alipay.com",
    "localhost",
    "127.0.0.1",
    "::1",
];

pub(crate) const CUSTOM: Custom = Custom {
    counts: |counters| &counters.http,
    full: b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 26\r\nConnection: close\r\n\r\ntoo many connections open\n",
};

/// The same for the door of metrics: who crowds at one door takes no room at the other.
pub(crate) const METRICS: Custom = Custom { counts: |counters| &counters.metrics, ..CUSTOM };

/// The first byte of a TLS record with a handshake in it.
const TLS_HANDSHAKE: u8 = 0x16;

/// What calls of one connection share.
pub(crate) struct Guest<P: Platform> {
    pub(crate) visit: Visit<P>,
    pub(crate) orders: Orders,
    /// None where only metrics are served.
    tls: Option<Tls>,
    /// Only metrics are to be had here.
    pub(crate) metrics_only: bool,
    _busy: Busy<P>,
}

/// Serves a connection to its end.
pub(crate) async fn attend<P: Platform>(visit: Visit<P>, stream: TcpStream, tls: Option<Tls>) {
    // It only makes answers quicker.
    let _ = stream.set_nodelay(true);
    let bounds = visit.hall.settings.bounds;
    let orders = Orders::default();
    let busy = visit.hall.busy();
    let metrics_only = tls.is_none();
    let guest = Rc::new(Guest { visit, orders: orders.clone(), tls, metrics_only, _busy: busy });
    let mut first = [0];
    let peeked = tokio::select! {
        peeked = tokio::time::timeout(bounds.idle_http, stream.peek(&mut first)) => peeked,
        () = guest.visit.hall.end.begun() => return,
    };
    if !matches!(peeked, Ok(Ok(1))) {
        return;
    }
    let wire = HttpWire::new(stream, orders, bounds);
    if first == [TLS_HANDSHAKE] {
        secure(guest, wire).await;
    } else {
        converse(guest, wire, None).await;
    }
}

/// TLS, and calls inside.
async fn secure<P: Platform>(
    guest: Rc<Guest<P>>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) {
    let bounds = guest.visit.hall.settings.bounds;
    let Some(tls) = &guest.tls else { return malformed(&guest, "no TLS here") };
    match tokio::time::timeout(bounds.reading, tls.acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let shown = tls.judge(stream.get_ref().1.peer_certificates());
            converse(Rc::clone(&guest), stream, Some(shown)).await;
        }
        Ok(Err(error)) if error.kind() != io::ErrorKind::TimedOut => {
            malformed(&guest, &format!("no TLS: {error}"));
        }
        Ok(Err(_)) | Err(_) => broken_off(&guest, "the rest of a TLS handshake never came"),
    }
}

/// Call after call, until one side has enough or the end begins; what was shown, where it is inside TLS.
async fn converse<P: Platform>(
    guest: Rc<Guest<P>>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    shown: Option<Shown>,
) {
    let hall = &guest.visit.hall;
    let io = TokioIo::new(Again::new(stream, guest.orders.clone()));
    let bounds = hall.settings.bounds;
    let service = service_fn(|request| serve(Rc::clone(&guest), request, shown));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.idle_http)
        .max_headers(bounds.headers)
        .max_buf_size(bounds.head_bytes)
        .half_close(true)
        .serve_connection(io, service)
        .with_upgrades();
    tokio::pin!(connection);
    let begun = hall.end.begun();
    tokio::pin!(begun);
    let mut ending = false;
    let result = loop {
        tokio::select! {
            biased;
            result = connection.as_mut() => break result,
            () = &mut begun, if !ending => {
                ending = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    };
    if let Err(error) = result {
        if error.is_parse() || error.is_parse_too_large() {
            malformed(&guest, &error.to_string());
        } else if timed_out(&error, true) {
            hall.counters.undelivered.up();
            tell(&guest, "it did not read its answer");
        } else if error.is_incomplete_message() || error.is_timeout() || timed_out(&error, false) {
            broken_off(&guest, "the rest of a request never came");
        }
    }
}

/// The wire ran out of patience with a slow sender, or with one who does not read.
fn timed_out(error: &hyper::Error, reading: bool) -> bool {
    let source = core::error::Error::source(error);
    let io = source.and_then(|source| source.downcast_ref::<io::Error>());
    let is_unread = |io: &io::Error| io.get_ref().and_then(|inner| inner.downcast_ref::<Unread>()).is_some();
    io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut && is_unread(io) == reading)
}

async fn serve<P: Platform>(
    guest: Rc<Guest<P>>,
    request: Request<Incoming>,
    shown: Option<Shown>,
) -> Result<Response<Full<Bytes>>, http_call::Gone> {
    if request.method() == Method::CONNECT {
        return Ok(connect(guest, request, shown.is_some()));
    }
    let uri = request.uri();
    if uri.scheme().is_some() && !uri.host().is_some_and(stands_in_for) {
        let why = format!("this is no proxy for {}\n", uri.host().unwrap_or_default());
        return http_call::refuse(guest, request, plain(StatusCode::MISDIRECTED_REQUEST, why)).await;
    }
    let refusal = guest.tls.as_ref().and_then(|tls| tls.refusal(uri.path(), shown));
    if let Some(why) = refusal {
        malformed(&guest, why);
        return http_call::refuse(guest, request, refused(why)).await;
    }
    http_call::serve(guest, request).await
}

/// What the web server in front of a gateway says.
fn refused(why: &str) -> Response<Full<Bytes>> {
    let (status, page) = page(why);
    let mut response = Response::new(Full::new(page));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

/// Opens a tunnel that ends here.
fn connect<P: Platform>(
    guest: Rc<Guest<P>>,
    request: Request<Incoming>,
    inside: bool,
) -> Response<Full<Bytes>> {
    // It has no body, so it is whole, whatever is said to it.
    guest.orders.served();
    let host = request.uri().host().unwrap_or_default();
    if guest.metrics_only {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "only /metrics is served here\n".to_owned());
    }
    if inside {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "no tunnel in a tunnel\n".to_owned());
    }
    if !stands_in_for(host) {
        let why = format!("this is no proxy for {host}; it stands in for {}\n", HOSTS.join(", "));
        return plain(StatusCode::FORBIDDEN, why);
    }
    tokio::task::spawn_local(async move {
        // A client that goes away instead has lost nothing.
        if let Ok(stream) = hyper::upgrade::on(request).await {
            secure(guest, TokioIo::new(stream)).await;
        }
    });
    Response::new(Full::default())
}

fn stands_in_for(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    HOSTS.iter().any(|known| known.eq_ignore_ascii_case(host))
}

pub(crate) fn plain(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response
}

fn malformed<P: Platform>(guest: &Guest<P>, why: &str) {
    guest.visit.counts().malformed.up();
    tell(guest, why);
}

pub(crate) fn broken_off<P: Platform>(guest: &Guest<P>, why: &str) {
    guest.visit.counts().broken_off.up();
    tell(guest, why);
}

fn tell<P: Platform>(guest: &Guest<P>, why: &str) {
    let (peer, why) = (guest.visit.peer.to_string(), why.to_owned());
    guest.visit.hall.tell(What::Malformed { door: "http", peer, why });
}

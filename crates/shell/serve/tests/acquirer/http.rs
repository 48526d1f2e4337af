//! Calls over HTTP: plain, as by a proxy, through a tunnel with TLS; bounds, slow senders, and faults.

use crate::driver::{Bench, Client, connect};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

const MALFORMED: &str = "tillrig_acquirer_malformed_total{door=\"http\"}";
const IN_FLIGHT: &str = "tillrig_acquirer_in_flight";
const UNDELIVERED: &str = "tillrig_acquirer_undelivered_total";
const BROKEN_OFF: &str = "tillrig_acquirer_broken_off_total{door=\"http\"}";

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// TLS as a client does it that trusts the authority of the client folder and nobody else.
fn secure(bench: &Bench, stream: TcpStream, name: &str) -> Tls {
    secure_with(bench, stream, name, None)
}

/// A certificate and its key, in PEM.
type Shown = (String, String);

/// The same with a certificate of its own, which it shows when it is asked for one.
fn secure_with(bench: &Bench, stream: TcpStream, name: &str, shows: Option<Shown>) -> Tls {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(bench.client_file("ca.pem")).expect("the bench works"))
        .expect("the bench works");
    let config = ClientConfig::builder().with_root_certificates(roots);
    let config = match shows {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let certificate =
                CertificateDer::from_pem_slice(certificate.as_bytes()).expect("the bench works");
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("the bench works");
            config.with_client_auth_cert(vec![certificate], key).expect("the bench works")
        }
    };
    let name = ServerName::try_from(name.to_owned()).expect("the bench works");
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).expect("the bench works"), stream)
}

fn tunnel(bench: &Bench, host: &str) -> Client<Tls> {
    tunnel_with(bench, host, None)
}

fn tunnel_with(bench: &Bench, host: &str, shows: Option<Shown>) -> Client<Tls> {
    let mut client = bench.client();
    client.write(format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n").as_bytes());
    assert_eq!(client.hear().status, 200);
    Client(secure_with(bench, client.0, host, shows))
}

#[test]
fn one_connection_serves_call_after_call() {
    let bench = Bench::start();
    let mut client = bench.client();
    for order in ["a", "b"] {
        let answer = client.call("POST", "/pay/order?x=1", order.as_bytes());
        assert_eq!((answer.status, answer.text()), (200, format!("heard {order}")));
        assert_eq!(answer.headers["content-type"], "text/plain");
        assert_eq!(answer.headers["x-bytes"], "1");
    }
    assert_eq!(client.call("GET", "/elsewhere", b"").status, 404);
    assert_eq!(bench.ledger(), ["a", "b"]);
}

#[test]
fn calls_by_a_proxy_are_served_for_known_hosts_alone() {
    let bench = Bench::start();
    let mut client = bench.client();
    let known = client.call("POST", "http://api.mch.weixin.qq.com/pay/order", b"a");
    assert_eq!((known.status, known.text()), (200, "heard a".to_owned()));
    let foreign = client.call("POST", "http://example.com/pay/order", b"b");
    assert_eq!(foreign.status, 421);
    assert!(foreign.text().contains("no proxy for example.com"), "{}", foreign.text());
    assert_eq!(bench.ledger(), ["a"]);
}

#[test]
fn who_was_refused_may_stay_and_ask_again() {
    let bench = Bench::start_with(|settings| settings.bounds.reading = Duration::from_millis(20));
    let mut refused = [bench.client(), bench.client()];
    let [tunnel, proxied] = &mut refused;
    tunnel.write(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n");
    assert_eq!(tunnel.hear().status, 403);
    assert_eq!(proxied.call("POST", "http://example.com/pay/order", b"some").status, 421);
    // Longer than a request may take.
    bench.arm(r#"{"hold_ms": 60}"#);
    assert_eq!(bench.client().call("POST", "/pay/order", b"a").status, 200);
    for client in &mut refused {
        assert_eq!(client.call("POST", "/pay/order", b"b").status, 200);
    }
    assert_eq!(bench.metric(BROKEN_OFF), 0);
}

#[test]
fn a_tunnel_ends_here_with_a_certificate_for_each_host() {
    let bench = Bench::start();
    for host in ["api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "openapi.alipay.com", "localhost"] {
        let mut client = tunnel(&bench, host);
        assert_eq!(client.call("POST", "/pay/order", b"a").text(), "heard a");
        // No tunnel leads out of a tunnel.
        client.write(b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(client.hear().status, 405);
    }
    let mut client = bench.client();
    client.write(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n");
    assert_eq!(client.hear().status, 403);
}

#[test]
fn tls_needs_no_tunnel() {
    let bench = Bench::start();
    for name in ["localhost", "127.0.0.1"] {
        let mut client = Client(secure(&bench, connect(bench.http), name));
        assert_eq!(client.call("POST", "/pay/order", b"a").text(), "heard a");
    }
    // A name that is not ours: the client refuses, and the server lives.
    let mut stranger = secure(&bench, connect(bench.http), "example.com");
    assert!(stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").and_then(|()| stranger.flush()).is_err());
    drop(stranger);
    bench.until_line("no TLS");
    assert_eq!(bench.client().call("POST", "/pay/order", b"b").status, 200);
}

/// The certificate that the client folder holds for the merchant.
fn merchants(bench: &Bench) -> Shown {
    let read = |name| std::fs::read_to_string(bench.client_file(name)).expect("it is written at start");
    (read("wechat-merchant-cert.pem"), read("wechat-merchant-key.pem"))
}

fn somebodys() -> Shown {
    let made = rcgen::generate_simple_self_signed(vec!["somebody".to_owned()]).expect("the bench works");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

#[test]
fn a_refund_or_reverse_without_the_merchants_certificate_is_refused_in_front_of_the_gateway() {
    let bench = Bench::start_with(|settings| settings.wants_certificate = true);
    let without = "<title>400 No required SSL certificate was sent</title>";
    let mut plain = bench.client();
    let mut bare = Client(secure(&bench, connect(bench.http), "localhost"));
    let mut wrong = Client(secure_with(&bench, connect(bench.http), "localhost", Some(somebodys())));
    for call in ["refund", "reverse"] {
        let path = format!("/secapi/pay/{call}");
        for (answer, says) in [
            (plain.call("POST", &path, b"x"), without),
            (bare.call("POST", &path, b"x"), without),
            (wrong.call("POST", &path, b"x"), "<title>400 The SSL certificate error</title>"),
        ] {
            assert_eq!((answer.status, answer.headers["content-type"].as_str()), (400, "text/html"));
            assert!(answer.text().contains(says), "{}", answer.text());
        }
    }
    assert_eq!(bench.metric(MALFORMED), 6);
    assert_eq!(bench.ledger(), [""; 0], "nobody behind the door has heard of it");
    // What wants none is served on the same connections.
    assert_eq!(plain.call("POST", "/pay/micropay", b"a").text(), "heard a");
    assert_eq!(bare.call("POST", "/pay/micropay", b"b").text(), "heard b");
    assert_eq!(wrong.call("POST", "/pay/micropay", b"c").text(), "heard c");
}

#[test]
fn a_refund_with_the_merchants_certificate_is_served_bare_and_in_a_tunnel() {
    let bench = Bench::start_with(|settings| settings.wants_certificate = true);
    let shown = Some(merchants(&bench));
    let mut bare = Client(secure_with(&bench, connect(bench.http), "localhost", shown.clone()));
    assert_eq!(bare.call("POST", "/secapi/pay/refund", b"a").text(), "heard a");
    let mut tunnel = tunnel_with(&bench, "api.mch.weixin.qq.com", shown);
    assert_eq!(tunnel.call("POST", "/secapi/pay/reverse", b"b").text(), "heard b");
}

#[test]
fn nobody_is_asked_for_a_certificate_unless_the_settings_want_one() {
    let bench = Bench::start();
    assert_eq!(bench.client().call("POST", "/secapi/pay/refund", b"a").text(), "heard a");
    let mut bare = Client(secure_with(&bench, connect(bench.http), "localhost", Some(somebodys())));
    assert_eq!(bare.call("POST", "/secapi/pay/refund", b"b").text(), "heard b");
}

#[test]
fn a_body_too_large_is_refused_announced_or_not() {
    let bench = Bench::start_with(|settings| settings.bounds.body_bytes = 1000);
    let mut client = bench.client();
    client.write(b"POST /pay/order HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
    assert_eq!(client.hear().status, 413);
    client.rest();
    let mut client = bench.client();
    client.write(b"POST /pay/order HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for _ in 0..3 {
        client.write(&[b"200\r\n".as_slice(), &[b'a'; 512], b"\r\n"].concat());
    }
    assert_eq!(client.hear().status, 413);
    assert_eq!(bench.client().call("POST", "/pay/order", &[b'a'; 1000]).status, 200);
    assert_eq!(bench.metric(MALFORMED), 2);
}

#[test]
fn a_chunked_body_is_a_body() {
    let bench = Bench::start();
    let mut client = bench.client();
    client.write(b"POST /pay/order HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
    assert_eq!(client.hear().text(), "heard abc");
}

#[test]
fn floods_of_headers_are_refused() {
    let bench = Bench::start();
    let mut many = bench.client();
    let lines: String = (0..100).map(|number| format!("X-{number}: a\r\n")).collect();
    many.write(format!("GET /pay/a HTTP/1.1\r\nHost: a\r\n{lines}\r\n").as_bytes());
    assert_eq!(many.hear().status, 431);
    let mut long = bench.client();
    let value = "a".repeat(100_000);
    // It may hang up before all of it is sent.
    let _ = long.0.write_all(format!("GET /pay/a HTTP/1.1\r\nX: {value}\r\n\r\n").as_bytes());
    let said = String::from_utf8_lossy(&long.rest()).into_owned();
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 431"), "{said}");
    bench.until_line("http");
    assert_eq!(bench.ledger(), [""; 0]);
}

#[test]
fn slow_senders_are_let_go_in_head_and_body_and_handshake() {
    for begin in [
        b"POST /pay/order HTTP/1.1\r\nHo".as_slice(),
        b"POST /pay/order HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345",
        // A TLS record of a handshake.
        &[0x16, 0x03, 0x01],
    ] {
        let bench = Bench::start_with(|settings| settings.bounds.reading = Duration::from_millis(20));
        let mut client = bench.client();
        client.write(begin);
        client.rest();
        bench.until_line("never came");
        assert_eq!(bench.metric(BROKEN_OFF), 1);
        assert_eq!(bench.ledger(), [""; 0]);
    }
}

#[test]
fn a_client_that_does_not_read_its_answers_is_let_go() {
    let bench = Bench::start_with(|settings| settings.bounds.writing = Duration::from_millis(20));
    let mut client = bench.client();
    let body = vec![b'a'; 1 << 20];
    let head = format!("POST /pay/order HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
    let call = [head.as_bytes(), &body].concat();
    // Every answer is as long as its call; no socket holds a gigabyte of them.
    let ended = (0..1024).find_map(|_| client.0.write_all(&call).err()).expect("it is let go");
    assert!(matches!(ended.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{ended}");
    bench.until_line("did not read its answer");
    assert_eq!((bench.metric(BROKEN_OFF), bench.metric(UNDELIVERED)), (0, 1));
}

#[test]
fn a_held_call_is_committed_though_its_client_has_gone() {
    let bench = Bench::start();
    bench.arm(r#"{"hold_ms": 30}"#);
    let mut client = bench.client();
    client.send("POST", "/pay/order", b"a");
    client.0.shutdown(std::net::Shutdown::Both).expect("the bench works");
    drop(client);
    bench.until_line("captured");
    assert_eq!(bench.ledger(), ["a"]);
}

#[test]
fn a_call_is_in_flight_until_its_answer_leaves() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "late", "ms": 600000}"#);
    let mut client = bench.client();
    client.send("POST", "/pay/order", b"a");
    bench.until_line("captured");
    assert_eq!((bench.metric(IN_FLIGHT), bench.metric(UNDELIVERED)), (1, 0));
    assert_eq!(bench.client().call("POST", "/pay/order", b"b").status, 200);
    assert_eq!(bench.metric(IN_FLIGHT), 1);
}

#[test]
fn an_answer_is_cut_behind_so_many_bytes_of_the_wire() {
    let bench = Bench::start();
    for fate in ["cut", "reset"] {
        bench.arm(&format!(r#"{{"fate": "{fate}", "bytes": 40}}"#));
        let mut client = bench.client();
        client.send("POST", "/pay/order", b"a");
        assert_eq!(client.rest().len(), 40);
    }
    bench.arm(r#"{"fate": "slow", "ms": 1}"#);
    let mut client = bench.client();
    assert_eq!(client.call("POST", "/pay/order", b"b").text(), "heard b");
    assert_eq!(client.call("POST", "/pay/order", b"c").text(), "heard c");
    assert_eq!(bench.ledger(), ["a", "b", "c"]);
}

#[test]
fn a_lost_answer_is_silence_and_a_stray_one_answers_the_next_call() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "into-next"}"#);
    let mut first = bench.client();
    first.send("POST", "/pay/order", b"a");
    bench.until_line("captured");
    assert_eq!(bench.client().call("POST", "/pay/order", b"b").text(), "heard a");
    assert_eq!(bench.client().call("POST", "/pay/order", b"c").text(), "heard c");
    // The first client still waits, until the end.
    let (_folder, _) = bench.stop();
    assert_eq!(first.rest(), b"");
}

/// The second answer of a call comes before the answer to the next call.
fn hears_the_first_answer_twice(client: &mut Client<impl Read + Write>) {
    assert_eq!(client.call("POST", "/pay/order", b"a").text(), "heard a");
    let taken_for_its_answer = client.call("POST", "/pay/order", b"b");
    assert_eq!((taken_for_its_answer.status, taken_for_its_answer.text()), (200, "heard a".to_owned()));
    assert_eq!(client.hear().text(), "heard b");
    assert_eq!(client.call("POST", "/pay/order", b"c").text(), "heard c");
}

#[test]
fn an_answer_that_is_sent_twice_is_taken_for_that_of_the_next_call() {
    let bench = Bench::start();
    let armed = || bench.arm(r#"{"fate": "twice", "ms": 0}"#);
    armed();
    hears_the_first_answer_twice(&mut bench.client());
    armed();
    hears_the_first_answer_twice(&mut Client(secure(&bench, connect(bench.http), "localhost")));
    armed();
    hears_the_first_answer_twice(&mut tunnel(&bench, "api.mch.weixin.qq.com"));
    assert_eq!(bench.ledger(), ["a", "b", "c"], "whatever is said twice is decided once");
}

#[test]
fn a_second_answer_comes_while_the_next_call_is_being_served() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "twice", "ms": 20}"#);
    bench.arm(r#"{"fate": "lost"}"#);
    let mut client = bench.client();
    assert_eq!(client.call("POST", "/pay/order", b"a").text(), "heard a");
    // The call that is never answered seems to be.
    assert_eq!(client.call("POST", "/pay/order", b"b").text(), "heard a");
    assert_eq!(bench.ledger(), ["a", "b"]);
}

#[test]
fn a_second_answer_ends_with_its_connection() {
    let bench = Bench::start();
    bench.arm(r#"{"fate": "twice", "ms": 600000}"#);
    let mut client = bench.client();
    client.write(
        b"POST /pay/order HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
    );
    assert_eq!(client.hear().text(), "heard a");
    assert_eq!(client.rest(), b"");
}

#[test]
fn at_the_end_idle_connections_are_closed_and_late_answers_still_come() {
    let bench = Bench::start();
    let mut idle = bench.client();
    assert_eq!(idle.call("POST", "/pay/order", b"a").status, 200);
    bench.arm(r#"{"fate": "late", "ms": 20}"#);
    let mut late = bench.client();
    late.send("POST", "/pay/order", b"b");
    bench.until_line("captured");
    bench.until_line("captured");
    let (_folder, _) = bench.stop();
    assert_eq!(late.hear().text(), "heard b");
    let mut rest = Vec::new();
    idle.0.read_to_end(&mut rest).expect("the bench works");
    assert_eq!(rest, b"");
}

#[test]
fn one_connection_too_many_is_told_so() {
    let bench = Bench::start_with(|settings| settings.bounds.connections = 1);
    let mut first = bench.client();
    assert_eq!(first.call("POST", "/pay/order", b"a").status, 200);
    assert_eq!(bench.client().hear().status, 503);
    assert_eq!(first.call("POST", "/pay/order", b"b").status, 200);
}

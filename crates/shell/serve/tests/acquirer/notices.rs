//! Notifications on their way out: to a plain receiver, to one with TLS, and to nobody.

use crate::driver::{Bench, accept, folder, keys, until_some};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

const SUCCESS: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess";

fn bench(url: &str) -> Bench {
    Bench::start_notifying(folder(), url, |_| {})
}

/// Hears one notification, answers it, and gives what it heard.
fn receiver(tls: Option<ServerConfig>, answer: &'static [u8]) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the bench works");
    let port = listener.local_addr().expect("the bench works").port();
    let hear = move || {
        let stream = accept(&listener);
        match tls {
            None => converse(stream, answer),
            Some(config) => {
                let connection = ServerConnection::new(Arc::new(config)).expect("the bench works");
                converse(StreamOwned::new(connection, stream), answer)
            }
        }
    };
    (port, std::thread::spawn(hear))
}

fn converse(mut stream: impl Read + Write, answer: &[u8]) -> String {
    let mut heard = Vec::new();
    while !heard.ends_with(b"</xml>") {
        let mut piece = [0; 1024];
        let count = stream.read(&mut piece).expect("the bench works");
        assert!(count > 0, "it ended before its end");
        heard.extend_from_slice(&piece[..count]);
    }
    stream.write_all(answer).expect("the bench works");
    stream.flush().expect("the bench works");
    String::from_utf8(heard).expect("the bench works")
}

fn pay(bench: &Bench) {
    assert_eq!(bench.client().call("POST", "/_tillrig/orders/A1/pay", b"").status, 200);
}

/// What came of the only notice; asked until there is something.
fn outcome(bench: &Bench) -> Value {
    until_some(|| match bench.get("notices")["items"].as_array().expect("the bench works").as_slice() {
        [outcome] => Some(outcome.clone()),
        _ => None,
    })
}

#[test]
fn a_notification_reaches_its_receiver_and_its_answer_comes_back() {
    let (port, heard) = receiver(None, SUCCESS);
    let bench = bench(&format!("http://127.0.0.1:{port}/notify?a=1"));
    pay(&bench);
    let heard = heard.join().expect("the bench works");
    assert!(heard.starts_with("POST /notify?a=1 HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains(&format!("host: 127.0.0.1:{port}\r\n")), "{heard}");
    assert!(heard.ends_with("<xml><out_trade_no>A1</out_trade_no></xml>"), "{heard}");
    let outcome = outcome(&bench);
    assert_eq!((outcome["status"].as_u64(), outcome["body"].as_str()), (Some(200), Some("success")));
    assert_eq!(bench.metric("tillrig_acquirer_notices_total{outcome=\"answered\"}"), 1);
}

#[test]
fn a_receiver_with_tls_is_trusted_by_our_own_authority() {
    let keys: Value = serde_json::from_str(keys()).expect("the bench works");
    let pem = |name: &str| keys["server"][name].as_str().expect("the bench works").to_owned();
    let certificate =
        CertificateDer::from_pem_slice(pem("certificate_pem").as_bytes()).expect("the bench works");
    let key = PrivateKeyDer::from_pem_slice(pem("key_pem").as_bytes()).expect("the bench works");
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key);
    let (port, heard) = receiver(Some(config.expect("the bench works")), SUCCESS);
    let bench = bench(&format!("https://localhost:{port}/notify"));
    pay(&bench);
    assert!(heard.join().expect("the bench works").starts_with("POST /notify HTTP/1.1\r\n"));
    assert_eq!(outcome(&bench)["status"], 200);
}

#[test]
fn nobody_there_is_refused_and_no_http_is_no_answer() {
    let free = TcpListener::bind("127.0.0.1:0")
        .expect("the bench works")
        .local_addr()
        .expect("the bench works")
        .port();
    let unreached = bench(&format!("http://127.0.0.1:{free}/"));
    pay(&unreached);
    assert_eq!(outcome(&unreached)["outcome"], "refused");
    let (port, _heard) = receiver(None, b"what?\r\n\r\n");
    let mumbling = bench(&format!("http://127.0.0.1:{port}/"));
    pay(&mumbling);
    assert_eq!(outcome(&mumbling)["outcome"], "no answer");
    let nonsense = bench("gopher://x");
    pay(&nonsense);
    assert_eq!(outcome(&nonsense)["outcome"], "refused");
}

#[test]
fn who_never_finishes_a_handshake_is_not_reached() {
    // The system takes the connection, and nobody says anything.
    let silent = TcpListener::bind("127.0.0.1:0").expect("the bench works");
    let bench =
        bench(&format!("https://localhost:{}/", silent.local_addr().expect("the bench works").port()));
    pay(&bench);
    assert_eq!(outcome(&bench)["outcome"], "refused");
}

#[test]
fn with_as_many_under_way_as_may_be_the_next_leaves_when_one_is_over() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the bench works");
    let url = format!("http://{}/", listener.local_addr().expect("the bench works"));
    let bench = Bench::start_notifying(folder(), &url, |settings| settings.bounds.notices = 1);
    for order in ["A1", "A2"] {
        let path = format!("/_tillrig/orders/{order}/pay");
        assert_eq!(bench.client().call("POST", &path, b"").status, 200);
    }
    let first = accept(&listener);
    assert_eq!(bench.metric("tillrig_acquirer_notices_total{outcome=\"sent\"}"), 1);
    assert!(converse(first, SUCCESS).contains("A1"));
    assert!(converse(accept(&listener), SUCCESS).contains("A2"));
    until_some(|| (bench.metric("tillrig_acquirer_notices_total{outcome=\"answered\"}") == 2).then_some(()));
}

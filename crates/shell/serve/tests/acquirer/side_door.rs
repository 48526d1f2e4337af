//! What people and oracles see through the side door, and who may use it.

use crate::driver::{Bench, key};

#[test]
fn a_long_ledger_is_seen_page_by_page() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    for stan in 1..=5 {
        terminal.sell(stan);
    }
    let page = bench.get("ledger?from=2&count=2");
    assert_eq!(
        (page["all"].as_u64(), page["items"].as_array().expect("the bench works").len()),
        (Some(5), 2)
    );
    assert_eq!(page["items"][0]["key"], key(3));
    let answer = bench.client().call("GET", "/_tillrig/ledger?from=x", b"");
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("`from` is a number"), "{}", answer.text());
}

#[test]
fn web_pages_are_kept_out() {
    let bench = Bench::start();
    let mut client = bench.client();
    client.write(b"POST /_tillrig/orders/A1/pay HTTP/1.1\r\nHost: a\r\nOrigin: http://evil\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(client.hear().status, 403);
    assert_eq!(bench.ledger(), [""; 0]);
}

#[test]
fn what_is_not_there_is_told_with_a_list() {
    let bench = Bench::start();
    for (method, path) in
        [("GET", "/_tillrig/nothing"), ("PUT", "/_tillrig/ledger"), ("GET", "/_tillrig/a/b/c")]
    {
        let answer = bench.client().call(method, path, b"");
        assert_eq!(answer.status, 404);
        assert!(answer.text().contains("GET /_tillrig/ lists them"), "{}", answer.text());
    }
    assert!(bench.get("")["calls"].as_array().expect("the bench works").len() > 5);
    // What only begins like it is a merchant's call.
    assert_eq!(bench.client().call("GET", "/_tillrigged", b"").text(), "no gateway lives here\n");
    let broken = bench.client().call("POST", "/_tillrig/faults", b"{");
    assert_eq!(broken.status, 400);
}

#[test]
fn metrics_count_by_kind_and_code() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    assert_eq!([terminal.sell(1), terminal.sell(1), terminal.sell(2)], ["00", "94", "00"]);
    assert_eq!(bench.metric("tillrig_acquirer_requests_total{kind=\"sale\"}"), 3);
    assert_eq!(bench.metric("tillrig_acquirer_answers_total{kind=\"sale\",code=\"00\"}"), 2);
    assert_eq!(bench.metric("tillrig_acquirer_answers_total{kind=\"sale\",code=\"94\"}"), 1);
    assert_eq!(bench.metric("tillrig_acquirer_movements_total{movement=\"captured\"}"), 2);
    assert_eq!(bench.metric("tillrig_acquirer_groups_durable"), 2);
    assert_eq!(bench.metric("tillrig_acquirer_fsync_seconds_count"), 2);
    assert_eq!(bench.metric("tillrig_acquirer_connections{door=\"iso8583\"}"), 1);
    assert_eq!(bench.metric("tillrig_acquirer_in_flight"), 0);
}

#[test]
fn the_door_for_metrics_has_nothing_else() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("the bench works")
        .local_addr()
        .expect("the bench works");
    let bench = Bench::start_with(|settings| settings.metrics = Some(free.to_string()));
    let call = |path: &str| crate::driver::Client(crate::driver::connect(free)).call("GET", path, b"");
    assert!(call("/metrics").text().contains("tillrig_acquirer_connections"));
    assert_eq!(call("/_tillrig/ledger").status, 404);
    assert_eq!(call("/pay/order").status, 404);
    let mut tunnel = crate::driver::Client(crate::driver::connect(free));
    tunnel.write(b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answer = tunnel.hear();
    assert_eq!((answer.status, answer.text().as_str()), (405, "only /metrics is served here\n"));
    drop(bench);
}

#[test]
fn a_crowd_at_the_http_door_leaves_the_door_for_metrics_free() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("the bench works")
        .local_addr()
        .expect("the bench works");
    let bench = Bench::start_with(|settings| {
        settings.metrics = Some(free.to_string());
        settings.bounds.connections = 1;
    });
    let mut only = bench.client();
    assert_eq!(only.call("POST", "/pay/order", b"a").status, 200);
    let text = crate::driver::Client(crate::driver::connect(free)).call("GET", "/metrics", b"").text();
    for line in ["connections{door=\"http\"} 1", "connections{door=\"metrics\"} 1"] {
        assert!(text.contains(&format!("tillrig_acquirer_{line}\n")), "{line} in {text}");
    }
}

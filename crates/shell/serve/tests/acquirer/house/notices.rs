//! Notices of payments: delivered, repeated over a restart, and forged.

use crate::driver::{Bench, Client, accept, folder, until_some};
use crate::house::merchant::{Shop, pay};
use crate::house::{each, house, house_in};
use acquirer::fault::{Aim, Deed, Fault};
use acquirer::{Claim, Forgery, NoticeFault, Signing};
use serve::acquirer::house::Mishap;
use std::io::Read;
use std::net::TcpListener;
use wallet::http::RequestParser;
use wallet::messages::Acknowledgement;

/// Where a shop hears its notices.
struct Ear(TcpListener);

impl Ear {
    fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("the bench works"))
    }

    fn url(&self) -> String {
        format!("http://{}/notify", self.0.local_addr().expect("the bench works"))
    }

    /// Hears one notice and acknowledges it, or not. Whether it is the platform's own, with order and amount.
    fn hear(&self, shop: &mut Shop, acknowledgement: &Acknowledgement) -> Result<(String, u64), String> {
        let (mut client, mut parser) = (Client(accept(&self.0)), RequestParser::default());
        let heard = loop {
            let mut piece = [0; 2048];
            let count = client.0.read(&mut piece).expect("it says all of it");
            assert!(count > 0, "it ended before its end");
            parser.push(&piece[..count]);
            if let Some(request) = parser.next_request().expect("it is HTTP") {
                let notice = shop.codec.decode_notification(&request);
                let read = |notice: wallet::messages::Notification<'_>| {
                    (notice.out_trade_no.to_owned(), notice.total_fee_fen)
                };
                break notice.map(read).map_err(|error| error.to_string());
            }
        };
        let mut answer = Vec::new();
        shop.codec.encode_acknowledgement(acknowledgement, &mut answer);
        client.write(&answer);
        heard
    }
}

fn failed() -> Acknowledgement {
    Acknowledgement::Fail("not now".to_owned())
}

/// Notices that are owed, asked for until there are so many.
fn until_owed(bench: &Bench, count: usize) {
    until_some(|| (bench.get("notices")["items"].as_array()?.len() == count).then_some(()));
}

#[test]
fn a_payment_is_told_to_its_merchant_once_he_has_taken_it() {
    let (bench, ear) = (house(), Ear::new());
    let mut shop = Shop::new(&bench, &ear.url());
    assert!(shop.order("T-1").starts_with("weixin://"));
    assert_eq!(shop.query("T-1"), "NotPay None");
    pay(&bench, "T-1");
    assert_eq!(ear.hear(&mut shop, &Acknowledgement::Success), Ok(("T-1".to_owned(), 1850)));
    bench.until_line("notification acknowledged");
    until_owed(&bench, 0);
    assert_eq!(shop.query("T-1"), "Success Some(1850)");
    assert_eq!(each(&bench.get("ledger"), "key"), ["T-1"]);
}

/// It waits for fifteen seconds, which is the platform's first pause.
#[test]
fn a_notice_that_was_not_taken_is_owed_over_a_restart_and_comes_again() {
    let (bench, ear) = (house(), Ear::new());
    let mut shop = Shop::new(&bench, &ear.url());
    shop.order("T-1");
    pay(&bench, "T-1");
    assert_eq!(ear.hear(&mut shop, &failed()), Ok(("T-1".to_owned(), 1850)));
    bench.until_line("notification 1 not taken");
    until_owed(&bench, 1);
    let (folder, _) = bench.stop();
    let bench = house_in(folder, Vec::new());
    assert_eq!(each(&bench.get("notices"), "attempts"), ["1"]);
    assert_eq!(ear.hear(&mut shop, &Acknowledgement::Success), Ok(("T-1".to_owned(), 1850)));
    bench.until_line("notification 2 sent");
    until_owed(&bench, 0);
}

#[test]
fn a_notice_that_is_under_way_at_the_end_has_not_failed() {
    let (bench, ear) = (house(), Ear::new());
    let mut shop = Shop::new(&bench, &ear.url());
    shop.order("T-1");
    pay(&bench, "T-1");
    let _silent = accept(&ear.0);
    let news = bench.stop_and_hear();
    assert!(news.iter().any(|line| line.contains("notification 1 sent")), "{news:?}");
    assert!(!news.iter().any(|line| line.contains("not taken")), "{news:?}");
}

#[test]
fn a_forged_notice_is_no_good_and_is_told_of_as_forged() {
    let deed = Deed::Notice(NoticeFault::Forged(Forgery { claim: Claim::True, signing: Signing::WrongKey }));
    let forged = Mishap::Fault(Fault { aim: Aim { times: 1, ..Aim::EVERYTHING }, deed });
    let (bench, ear) = (house_in(folder(), vec![forged]), Ear::new());
    assert_eq!(each(&bench.get("faults"), "does"), ["notification signed with a wrong key"]);
    let mut shop = Shop::new(&bench, &ear.url());
    shop.order("T-1");
    pay(&bench, "T-1");
    let heard = ear.hear(&mut shop, &failed());
    assert!(heard.as_ref().is_err_and(|error| error.contains("sign")), "{heard:?}");
    bench.until_line("signed with a wrong key");
    assert_eq!(shop.query("T-1"), "Success Some(1850)");
}

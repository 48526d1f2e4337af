//! python-alipay-sdk 3.4.0 pays, waits, asks, cancels, refunds, and is told.

use serde_json::{Value, json};

use crate::Checked;
use crate::client::Client;
use crate::served::Served;

/// What payers do is known by how their codes end: these pay at once, never type their password, and have no money.
const PAYS: &str = "9001";
const PAYS_TOO: &str = "9002";
const NEVER: &str = "0004";
/// The same payer's next code.
const NEVER_TOO: &str = "10004";
const POOR: &str = "0051";

/// A payment by a scanned code, which pays once.
fn pay(order: &str, yuan: &str, ends: &str) -> Value {
    json!({ "do": "pay", "order": order, "yuan": yuan, "code": format!("28{}{ends}", "12345678901234".get(..14 - ends.len()).unwrap_or_default()) })
}

fn about(what: &str, order: &str) -> Value {
    json!({ "do": what, "order": order })
}

#[test]
fn the_alipay_sdk_pays_asks_and_refunds() -> Checked {
    let served = Served::start()?;
    let mut sdk = Client::of_wallet("alipay_sdk.py", &served)?;
    let paid = sdk.does(pay("B-1", "18.50", PAYS))?["document"].clone();
    assert_eq!((&paid["code"], &paid["total_amount"]), (&json!("10000"), &json!("18.50")));
    let asked = sdk.does(about("query", "B-1"))?["document"].clone();
    assert_eq!((&asked["trade_status"], &asked["trade_no"]), (&json!("TRADE_SUCCESS"), &paid["trade_no"]));
    let refund = json!({ "do": "refund", "order": "B-1", "refund": "R-1", "yuan": "8.50" });
    assert_eq!(sdk.does(refund.clone())?["document"]["fund_change"], "Y");
    // The same refund again moves nothing more.
    assert_eq!(sdk.does(refund)?["document"]["refund_fee"], "8.50");
    let refunded = sdk.does(json!({ "do": "query-refund", "order": "B-1", "refund": "R-1" }))?;
    assert_eq!(refunded["document"]["refund_amount"], "8.50");
    assert_eq!(served.net_fen("1/B-1")?, 1000);
    sdk.end()?;
    served.end()
}

#[test]
fn the_alipay_sdk_waits_for_the_payer_and_cancels() -> Checked {
    let served = Served::start()?;
    let mut sdk = Client::of_wallet("alipay_sdk.py", &served)?;
    assert_eq!(sdk.does(pay("C-1", "5.00", NEVER))?["document"]["code"], "10003");
    assert_eq!(sdk.does(about("query", "C-1"))?["document"]["trade_status"], "WAIT_BUYER_PAY");
    let cancelled = sdk.does(about("cancel", "C-1"))?["document"].clone();
    assert_eq!((&cancelled["action"], &cancelled["retry_flag"]), (&json!("close"), &json!("N")));
    assert_eq!(sdk.does(about("query", "C-1"))?["document"]["trade_status"], "TRADE_CLOSED");
    // One that waits can be closed too; one that nobody knows cannot.
    assert_eq!(sdk.does(pay("C-4", "5.00", NEVER_TOO))?["document"]["code"], "10003");
    assert_eq!(sdk.does(about("close", "C-4"))?["document"]["code"], "10000");
    assert_eq!(sdk.does(about("query", "C-4"))?["document"]["trade_status"], "TRADE_CLOSED");
    assert_eq!(sdk.does(about("close", "C-5"))?["document"]["sub_code"], "ACQ.TRADE_NOT_EXIST");
    // A cancel of what is paid gives the money back.
    assert_eq!(sdk.does(pay("C-2", "5.00", PAYS))?["document"]["code"], "10000");
    assert_eq!(sdk.does(about("cancel", "C-2"))?["document"]["action"], "refund");
    // And one of what nobody knows succeeds.
    assert_eq!(sdk.does(about("cancel", "C-3"))?["document"]["code"], "10000");
    assert_eq!((served.net_fen("1/C-1")?, served.net_fen("1/C-2")?), (0, 0));
    sdk.end()?;
    served.end()
}

#[test]
fn the_alipay_sdk_in_bad_weather() -> Checked {
    let served = Served::start()?;
    let mut sdk = Client::of_wallet("alipay_sdk.py", &served)?;
    assert_eq!(sdk.does(pay("D-1", "5.00", POOR))?["document"]["sub_code"], "ACQ.BUYER_BALANCE_NOT_ENOUGH");

    served
        .arm(json!({ "cuts-answer": { "after-bytes": 0, "by": "reset" }, "desk": "wallet", "times": 1 }))?;
    assert!(sdk.does(pay("D-2", "7.00", PAYS))?["error"].is_string());
    assert_eq!(served.net_fen("1/D-2")?, 700, "the money moved all the same");
    assert_eq!(sdk.does(about("query", "D-2"))?["document"]["trade_status"], "TRADE_SUCCESS");

    served.arm(json!({ "commits-but-says": "20000", "desk": "wallet", "times": 1 }))?;
    assert_eq!(sdk.does(pay("D-3", "3.00", PAYS_TOO))?["document"]["code"], "20000");
    assert_eq!(sdk.does(about("query", "D-3"))?["document"]["trade_status"], "TRADE_SUCCESS");

    for damage in ["wrong-mac", "truncated", "error-page", "other-encoding"] {
        served.arm(json!({ "answers-with": damage, "desk": "wallet", "times": 1 }))?;
        let touched = sdk.does(about("query", "D-2"))?;
        assert!(touched["error"].is_string(), "{damage}: {touched}");
    }
    sdk.end()?;
    served.end()
}

#[test]
fn the_alipay_sdk_is_told_of_a_payment_by_a_shown_code() -> Checked {
    let served = Served::start()?;
    let mut sdk = Client::of_wallet("alipay_sdk.py", &served)?;
    let address = sdk.listens()?;
    let order = json!({ "do": "make", "order": "E-1", "yuan": "18.50", "notify_url": address });
    assert!(
        sdk.does(order)?["document"]["qr_code"].as_str().is_some_and(|url| url.contains("qr.alipay.com"))
    );
    served.pay("E-1")?;
    let told = sdk.notified()?;
    assert_eq!(told["authentic"], true, "{told}");
    assert_eq!(told["notified"]["trade_status"], "TRADE_SUCCESS");
    assert_eq!(
        (&told["notified"]["out_trade_no"], &told["notified"]["total_amount"]),
        (&json!("E-1"), &json!("18.50"))
    );
    served.hear(|news| news["news"] == "acknowledged" && news["order"] == "E-1")?;
    sdk.end()?;
    served.end()
}

#[test]
fn the_alipay_sdk_disbelieves_forged_notifications_and_finds_the_payment_by_asking() -> Checked {
    let served = Served::start()?;
    let mut sdk = Client::of_wallet("alipay_sdk.py", &served)?;
    let address = sdk.listens()?;
    for (order, signed) in [("F-1", "with-a-wrong-key"), ("F-2", "not-at-all")] {
        served.arm(json!({ "notifies-falsely": { "more": "CNY 1.00", "signed": signed }, "times": 1 }))?;
        sdk.does(json!({ "do": "make", "order": order, "yuan": "18.50", "notify_url": address }))?;
        served.pay(order)?;
        let told = sdk.notified()?;
        assert_eq!(told["authentic"], false, "{signed}: {told}");
        served.hear(|news| news["news"] == "not-taken" && news["order"] == order)?;
        assert_eq!(sdk.does(about("query", order))?["document"]["total_amount"], "18.50");
        assert_eq!(served.net_fen(&format!("1/{order}"))?, 1850);
    }
    sdk.end()?;
    served.end()
}

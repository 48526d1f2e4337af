//! wechatpayv3 2.0.4 pays, waits, asks, reverses, refunds, and is told.

use serde_json::{Value, json};

use crate::Checked;
use crate::client::Client;
use crate::served::Served;

/// What payers do is known by how their codes end: these pay at once, type a password after eight seconds, never do,
/// and have no money.
const PAYS: &str = "9001";
const PAYS_TOO: &str = "9002";
const TYPES: &str = "0003";
const NEVER: &str = "0004";
const POOR: &str = "0051";

fn sdk(served: &Served, by_certificates: bool) -> Result<Client, Box<dyn std::error::Error>> {
    let mut sdk = Client::of_wallet("wechatpay_v3.py", served)?;
    let begun = sdk.does(json!({ "do": "begin", "by_certificates": by_certificates }))?;
    assert_eq!(begun, json!({ "begun": true }));
    Ok(sdk)
}

/// A payment by a scanned code, which pays once.
fn pay(order: &str, fen: u64, ends: &str) -> Value {
    json!({ "do": "pay", "order": order, "fen": fen, "code": format!("13456789012345{ends}") })
}

fn about(what: &str, order: &str) -> Value {
    json!({ "do": what, "order": order })
}

#[test]
fn wechatpayv3_pays_asks_and_refunds_by_public_key_and_by_certificates() -> Checked {
    let served = Served::start()?;
    for (by_certificates, order, payer) in [(false, "A-1", PAYS), (true, "A-2", PAYS_TOO)] {
        let mut sdk = sdk(&served, by_certificates)?;
        let paid = sdk.does(pay(order, 1850, payer))?;
        assert_eq!((&paid["status"], &paid["document"]["trade_state"]), (&json!(200), &json!("SUCCESS")));
        assert_eq!(paid["document"]["amount"]["total"], 1850);
        let asked = sdk.does(about("query", order))?;
        let transaction = &paid["document"]["transaction_id"];
        assert_eq!(&asked["document"]["transaction_id"], transaction);
        let asked = sdk.does(json!({ "do": "query-transaction", "transaction": transaction }))?;
        assert_eq!(asked["document"]["out_trade_no"], order);
        let refund = json!({ "do": "refund", "order": order, "refund": format!("R-{order}"), "fen": 850, "total": 1850 });
        assert_eq!(sdk.does(refund.clone())?["document"]["amount"]["refund"], 850);
        // The same refund again is the same refund.
        assert_eq!(sdk.does(refund)?["status"], 200);
        let refunded = sdk.does(json!({ "do": "query-refund", "refund": format!("R-{order}") }))?;
        assert_eq!(refunded["document"]["amount"]["refund"], 850, "{refunded}");
        assert_eq!(refunded["document"]["out_trade_no"], order);
        assert_eq!(sdk.does(about("query", order))?["document"]["trade_state"], "REFUND");
        assert_eq!(served.net_fen(order)?, 1000);
        sdk.end()?;
    }
    served.end()
}

#[test]
fn wechatpayv3_waits_for_a_password_and_reverses_who_never_types_it() -> Checked {
    let served = Served::start()?;
    let mut sdk = sdk(&served, false)?;
    assert_eq!(sdk.does(pay("W-1", 500, TYPES))?["document"]["trade_state"], "USERPAYING");
    assert_eq!(sdk.does(about("query", "W-1"))?["document"]["trade_state"], "USERPAYING");
    served
        .hear(|news| news["news"] == "committed" && news["key"] == "W-1" && news["movement"] == "captured")?;
    assert_eq!(sdk.does(about("query", "W-1"))?["document"]["trade_state"], "SUCCESS");
    assert_eq!(served.net_fen("W-1")?, 500);

    assert_eq!(sdk.does(pay("W-2", 500, NEVER))?["document"]["trade_state"], "USERPAYING");
    assert_eq!(sdk.does(about("reverse", "W-2"))?["status"], 200);
    assert_eq!(sdk.does(about("query", "W-2"))?["document"]["trade_state"], "REVOKED");
    // What was paid goes back whole.
    assert_eq!(sdk.does(about("reverse", "W-1"))?["status"], 200);
    assert_eq!((served.net_fen("W-1")?, served.net_fen("W-2")?), (0, 0));
    sdk.end()?;
    served.end()
}

#[test]
fn wechatpayv3_charges_a_listed_payer_no_more_than_the_payer_has() -> Checked {
    let shop = tillrig_tests::repository::root().join("rigs/acquirers/shop.yaml");
    let served = Served::start_with(&["--terminals", &shop.to_string_lossy()])?;
    let mut sdk = sdk(&served, false)?;
    // Whose codes end in 9001 has 50 yuan; every payment has a fresh code.
    let pay = |order: &str, fen: u64, begins: &str| json!({ "do": "pay", "order": order, "fen": fen, "code": format!("{begins}45678901234{PAYS}") });
    assert_eq!(sdk.does(pay("B-1", 3000, "130"))?["status"], 200);
    assert_eq!(sdk.does(pay("B-2", 3000, "131"))?["document"]["code"], "NOT_ENOUGH");
    assert_eq!(sdk.does(pay("B-3", 2000, "132"))?["status"], 200);
    // What comes back can be spent again.
    assert_eq!(sdk.does(about("reverse", "B-1"))?["status"], 200);
    assert_eq!(sdk.does(pay("B-4", 3000, "133"))?["status"], 200);
    assert_eq!(sdk.does(self::pay("B-5", 500, TYPES))?["document"]["trade_state"], "USERPAYING");
    assert_eq!(served.net_fen("B-4")?, 3000);
    sdk.end()?;
    served.end()
}

#[test]
fn wechatpayv3_closes_an_order_that_nobody_has_paid() -> Checked {
    let served = Served::start()?;
    let mut sdk = sdk(&served, false)?;
    let order = json!({ "do": "make", "order": "X-1", "fen": 1850, "notify_url": "http://127.0.0.1:9/" });
    assert_eq!(sdk.does(order)?["status"], 200);
    assert_eq!(sdk.does(about("close", "X-1"))?["status"], 204);
    assert_eq!(sdk.does(about("query", "X-1"))?["document"]["trade_state"], "CLOSED");
    assert!(served.pay("X-1").is_err(), "nobody can pay it any more");
    assert_eq!(served.net_fen("X-1")?, 0);
    sdk.end()?;
    served.end()
}

#[test]
fn wechatpayv3_is_refused_in_the_platforms_own_words() -> Checked {
    let served = Served::start()?;
    let mut sdk = sdk(&served, false)?;
    let poor = sdk.does(pay("P-1", 500, POOR))?;
    assert_eq!((&poor["status"], &poor["document"]["code"]), (&json!(403), &json!("NOT_ENOUGH")));
    let unknown = sdk.does(about("query", "P-9"))?;
    assert_eq!((&unknown["status"], &unknown["document"]["code"]), (&json!(404), &json!("ORDER_NOT_EXIST")));
    assert_eq!(sdk.does(pay("P-2", 500, PAYS))?["status"], 200);
    // The same number with another amount is another order.
    let other = sdk.does(pay("P-2", 501, PAYS))?;
    assert_ne!(other["status"], 200);
    assert_eq!(served.net_fen("P-2")?, 500);
    sdk.end()?;
    served.end()
}

#[test]
fn wechatpayv3_that_loses_an_answer_finds_the_payment_by_asking() -> Checked {
    let served = Served::start()?;
    let mut sdk = sdk(&served, false)?;
    served
        .arm(json!({ "cuts-answer": { "after-bytes": 0, "by": "reset" }, "desk": "wallet", "times": 1 }))?;
    let lost = sdk.does(pay("L-1", 1850, PAYS))?;
    assert!(lost["error"].is_string(), "{lost}");
    assert_eq!(served.net_fen("L-1")?, 1850, "the money moved all the same");
    assert_eq!(sdk.does(about("query", "L-1"))?["document"]["trade_state"], "SUCCESS");
    // Paying again under the same number charges nothing more.
    let again = sdk.does(pay("L-1", 1850, PAYS))?;
    assert_eq!(again["document"]["code"], "ORDERPAID", "{again}");
    assert_eq!(served.net_fen("L-1")?, 1850);

    // The platform says that it is at fault, and has the money.
    served.arm(json!({ "commits-but-says": "SYSTEMERROR", "desk": "wallet", "times": 1 }))?;
    let busy = sdk.does(pay("L-2", 700, PAYS_TOO))?;
    assert_eq!((&busy["status"], &busy["document"]["code"]), (&json!(500), &json!("SYSTEM_ERROR")));
    assert_eq!(served.net_fen("L-2")?, 700);
    assert_eq!(sdk.does(about("query", "L-2"))?["document"]["trade_state"], "SUCCESS");
    sdk.end()?;
    served.end()
}

#[test]
fn wechatpayv3_believes_no_answer_that_somebody_has_touched() -> Checked {
    let served = Served::start()?;
    let mut sdk = sdk(&served, false)?;
    assert_eq!(sdk.does(pay("T-1", 1850, PAYS))?["status"], 200);
    for damage in ["wrong-mac", "truncated", "error-page"] {
        served.arm(json!({ "answers-with": damage, "desk": "wallet", "times": 1 }))?;
        let touched = sdk.does(about("query", "T-1"))?;
        let believed = touched["document"]["trade_state"] == "SUCCESS" && touched["status"] == 200;
        assert!(!believed, "{damage}: {touched}");
    }
    assert_eq!(sdk.does(about("query", "T-1"))?["document"]["trade_state"], "SUCCESS");
    sdk.end()?;
    served.end()
}

#[test]
fn wechatpayv3_is_told_of_a_payment_by_a_shown_code_once_it_can_be_reached() -> Checked {
    let served = Served::start()?;
    let mut sdk = sdk(&served, false)?;
    let address = sdk.listens()?;
    let order = json!({ "do": "make", "order": "N-1", "fen": 1850, "notify_url": address });
    assert!(
        sdk.does(order)?["document"]["code_url"].as_str().is_some_and(|url| url.starts_with("weixin://"))
    );
    served.pay("N-1")?;
    let told = sdk.notified()?["notified"].clone();
    assert_eq!(told["event_type"], "TRANSACTION.SUCCESS");
    assert_eq!(told["resource"]["out_trade_no"], "N-1");
    assert_eq!(told["resource"]["amount"]["total"], 1850);
    served.hear(|news| news["news"] == "acknowledged" && news["order"] == "N-1")?;
    sdk.end()?;
    served.end()
}

#[test]
fn wechatpayv3_disbelieves_forged_notifications_and_finds_the_payment_by_asking() -> Checked {
    let served = Served::start()?;
    let mut sdk = sdk(&served, false)?;
    let address = sdk.listens()?;
    for (order, signed) in [("F-1", "with-a-wrong-key"), ("F-2", "naming-a-wrong-key"), ("F-3", "not-at-all")]
    {
        served.arm(json!({ "notifies-falsely": { "less": "CNY 1.00", "signed": signed }, "times": 1 }))?;
        sdk.does(json!({ "do": "make", "order": order, "fen": 1850, "notify_url": address }))?;
        served.pay(order)?;
        let told = sdk.notified()?;
        assert_eq!(told["notified"], Value::Null, "{signed}: {told}");
        served.hear(|news| news["news"] == "not-taken" && news["order"] == order)?;
        assert_eq!(sdk.does(about("query", order))?["document"]["amount"]["total"], 1850);
        assert_eq!(served.net_fen(order)?, 1850);
    }
    // What the platform itself has signed is authentic; only who compares the amount sees the lie.
    served.arm(json!({ "notifies-falsely": { "less": "CNY 1.00", "signed": "rightly" }, "times": 1 }))?;
    sdk.does(json!({ "do": "make", "order": "F-4", "fen": 1850, "notify_url": address }))?;
    served.pay("F-4")?;
    assert_eq!(sdk.notified()?["notified"]["resource"]["amount"]["total"], 1750);
    assert_eq!(served.net_fen("F-4")?, 1850);
    sdk.end()?;
    served.end()
}

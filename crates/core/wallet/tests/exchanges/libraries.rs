//! What unmodified client libraries send and take.
//!
//! Source: `tests/sdk`, made by `peers.py` and `alipay_node.mjs` there.

use serde_json::Value;
use tillrig_wallet::amount::Amount;
use tillrig_wallet::ask::{Ask, OrderRef, RefundRef};
use tillrig_wallet::moment::Day;
use tillrig_wallet::told::{OrderKind, Told};

use crate::driver::{hear, hear_by, json, text};
use crate::house::{self, NOW, STAMP, platform};

#[test]
fn whatever_the_libraries_send_is_understood() {
    let asked = |dialect: &str, name: &str| {
        let recorded = house::recorded()
            .into_iter()
            .find(|it| (it.dialect.as_str(), it.name.as_str()) == (dialect, name));
        hear(&recorded.unwrap().written()).unwrap_or_else(|why| panic!("{dialect} {name}: {why:?}"))
    };
    let number = |number: &str| OrderRef::OrderNo(number.to_owned());
    for dialect in ["wechat-v2", "wechat-v3"] {
        let call = if dialect == "wechat-v2" { "micropay" } else { "codepay" };
        let Ask::Pay(pay) = asked(dialect, call) else { panic!("no payment") };
        assert_eq!(
            (pay.order_no.as_str(), pay.amount.fen(), pay.subject.as_str()),
            ("A-1", 1850, "茶 & tea")
        );
        assert_eq!(pay.payment_code.as_str(), "134567890123456789");
        assert_eq!(asked(dialect, "close"), Ask::Close(number("A-1")));
        assert_eq!(asked(dialect, "reverse"), Ask::Reverse(number("A-1")));
        let Ask::Refund(refund) = asked(dialect, "refund") else { panic!("no refund") };
        assert_eq!((refund.amount.fen(), refund.total.map(Amount::fen)), (50, Some(1850)));
        assert_eq!((refund.order, refund.refund_no.as_str()), (number("A-1"), "R-1"));
    }
    assert_eq!(asked("wechat-v2", "query"), Ask::Query(number("A-1")));
    let every_refund = RefundRef { order: Some(number("A-1")), ..RefundRef::default() };
    assert_eq!(asked("wechat-v2", "refund query"), Ask::RefundQuery(every_refund));
    let one_refund = RefundRef { refund_no: Some("R-1".to_owned()), ..RefundRef::default() };
    assert_eq!(asked("wechat-v3", "refund query"), Ask::RefundQuery(one_refund));
    assert_eq!(asked("wechat-v3", "query by number"), Ask::Query(number("A-1")));
    assert_eq!(
        asked("wechat-v3", "query by id"),
        Ask::Query(OrderRef::TransactionId("4200000001".to_owned()))
    );
    assert_eq!(asked("wechat-v3", "bill file"), Ask::BillFile { token: "T-1".to_owned() });
    assert_eq!(asked("wechat-v3", "certificates"), Ask::Certificates);
    let Ask::Make(make) = asked("wechat-v3", "native") else { panic!("no order") };
    assert_eq!((make.amount.fen(), make.expires), (1850, Some(NOW)));
    assert_eq!(make.notify_url.as_deref(), Some("https://shop.example/notify"));
    let day = Day { year: 2026, month: 1, day: 2 };
    for (dialect, call) in [("wechat-v2", "bill"), ("wechat-v3", "trade bill"), ("alipay-gateway", "bill")] {
        assert_eq!(asked(dialect, call), Ask::Bill { day });
    }
}

#[test]
fn whatever_the_alipay_library_sends_is_understood() {
    let asked = |name: &str| {
        let recorded =
            house::recorded().into_iter().find(|it| it.dialect == "alipay-gateway" && it.name == name);
        hear(&recorded.unwrap().written()).unwrap_or_else(|why| panic!("{name}: {why:?}"))
    };
    // The library sends this amount as the JSON number 18.5.
    let Ask::Pay(pay) = asked("pay") else { panic!("no payment") };
    assert_eq!((pay.order_no.as_str(), pay.amount.fen(), pay.subject.as_str()), ("A_1", 1850, "茶 & tea"));
    assert_eq!(pay.expires, Some(NOW.plus_s(90 * 60)));
    let Ask::Make(make) = asked("precreate") else { panic!("no order") };
    assert_eq!((make.amount.fen(), make.notify_url.as_deref()), (1850, Some("https://shop.example/notify")));
    let order = || OrderRef::OrderNo("A_1".to_owned());
    assert_eq!(asked("query"), Ask::Query(order()));
    assert_eq!(asked("cancel"), Ask::Reverse(order()));
    assert_eq!(asked("close"), Ask::Close(OrderRef::TransactionId("2026010222001".to_owned())));
    let Ask::Refund(refund) = asked("refund") else { panic!("no refund") };
    assert_eq!((refund.order, refund.refund_no.as_str(), refund.amount.fen()), (order(), "R_1", 50));
    let refund = RefundRef { order: Some(order()), refund_no: Some("R_1".to_owned()), refund_id: None };
    assert_eq!(asked("refund query"), Ask::RefundQuery(refund));
}

#[test]
fn whatever_the_vendors_own_library_sends_is_understood() {
    let asked = |dialect: &str, name: &str| {
        let recorded = house::recorded()
            .into_iter()
            .find(|it| (it.dialect.as_str(), it.name.as_str()) == (dialect, name));
        hear(&recorded.unwrap().written()).unwrap_or_else(|why| panic!("{dialect} {name}: {why:?}"))
    };
    let order = || OrderRef::OrderNo("A_1".to_owned());
    for dialect in ["alipay-gateway", "alipay-v3"] {
        let Ask::Pay(pay) = asked(dialect, "node pay") else { panic!("no payment") };
        assert_eq!((pay.amount.fen(), pay.subject.as_str()), (1850, "茶 & tea"));
        assert_eq!(asked(dialect, "node query"), Ask::Query(order()));
    }
    let Ask::Make(make) = asked("alipay-v3", "node precreate") else { panic!("no order") };
    assert_eq!(make.notify_url.as_deref(), Some("https://shop.example/notify"));
    let Ask::Refund(refund) = asked("alipay-v3", "node refund") else { panic!("no refund") };
    assert_eq!((refund.order, refund.amount.fen()), (order(), 50));
    assert_eq!(asked("alipay-v3", "node bill"), Ask::Bill { day: Day { year: 2026, month: 1, day: 2 } });
}

#[test]
fn what_is_said_is_what_the_libraries_took() {
    let parsed = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let taken: Vec<Value> = include_str!("../sdk/taken.json").lines().map(parsed).collect();
    let said = house::said();
    assert_eq!(said.len(), taken.len());
    for (said, taken) in said.iter().zip(&taken) {
        assert_eq!(&parsed(said), taken, "let the libraries judge again, with tests/sdk/peers.py");
    }
}

#[test]
fn a_partner_is_answered_under_its_own_names() {
    let recorded = house::recorded().into_iter().find(|it| it.name == "partner query").unwrap();
    let platform = platform();
    let heard = hear_by(&platform, &recorded.written());
    let told = Told::Order(house::order(OrderKind::PaymentCode));
    let said = json(&platform.answer(&heard.manner, &told, STAMP));
    assert_eq!(
        (text(&said, "/sp_mchid"), text(&said, "/sub_mchid")),
        ("1900000109".into(), "1900000999".into())
    );
    assert_eq!((text(&said, "/payer/sp_openid"), said.get("mchid")), ("o-payer-1".into(), None));
}

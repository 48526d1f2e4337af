//! Any ask arrives as it was meant, in every dialect, and none that was changed on its way.

use proptest::prelude::*;
use tillrig_wallet::amount::Amount;
use tillrig_wallet::ask::{Ask, Hold, Make, Operation, OrderRef, Pay, PaymentCode, Refund};
use tillrig_wallet::exchange::Dialect;
use tillrig_wallet::moment::WallTime;

use crate::driver::{hear, hear_by};
use crate::house::{fen, merchant, merchant_key, platform};

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,32}"
}

fn prose() -> impl Strategy<Value = String> {
    // What XML and forms and JSON trip over, and what GBK lacks; no control characters.
    "([ -~]|[茶é😀<>&\"'\\\\]|\\]\\]>){1,20}"
}

pub(crate) fn amount() -> impl Strategy<Value = Amount> {
    (1..=Amount::MAX.fen()).prop_map(fen)
}

fn moment() -> impl Strategy<Value = WallTime> {
    (1_000_000_000..4_000_000_000_u64).prop_map(WallTime::from_unix_s)
}

fn order_ref() -> impl Strategy<Value = OrderRef> {
    prop_oneof![word().prop_map(OrderRef::OrderNo), word().prop_map(OrderRef::TransactionId)]
}

fn ask() -> impl Strategy<Value = Ask> {
    let expires = || proptest::option::of(moment());
    let words = || proptest::option::of(word());
    let pay = (word(), amount(), prose(), "[0-9]{16,24}", expires(), words(), words()).prop_map(
        |(order_no, amount, subject, code, expires, attach, device)| {
            let payment_code = PaymentCode::new(code);
            Ask::Pay(Pay {
                order_no,
                amount,
                subject,
                payment_code,
                expires,
                notify_url: None,
                attach,
                device,
            })
        },
    );
    let make = (word(), amount(), prose(), expires(), words(), words()).prop_map(
        |(order_no, amount, subject, expires, attach, device)| {
            let notify_url = Some("https://shop.example/notify?a=1&b=%20".to_owned());
            Ask::Make(Make { order_no, amount, subject, notify_url, expires, attach, device })
        },
    );
    let refund = (order_ref(), word(), amount(), proptest::option::of(prose())).prop_map(
        |(order, refund_no, amount, reason)| {
            Ask::Refund(Refund { order, refund_no, amount, total: Some(fen(1850)), reason, notify_url: None })
        },
    );
    let bill = moment().prop_map(|moment| Ask::Bill { day: moment.day() });
    prop_oneof![
        pay,
        make,
        refund,
        order_ref().prop_map(Ask::Query),
        word().prop_map(OrderRef::OrderNo).prop_map(Ask::Reverse),
        word().prop_map(OrderRef::OrderNo).prop_map(Ask::Close),
        bill,
    ]
}

/// What is asked about holds, which Alipay alone has.
fn hold() -> impl Strategy<Value = Ask> {
    let make = (word(), amount(), prose(), word()).prop_map(|(order_no, amount, subject, request_no)| {
        let (attach, notify_url) = (Some(request_no), Some("https://shop.example/notify".to_owned()));
        Hold::Make(Make { order_no, amount, subject, notify_url, expires: None, attach, device: None })
    });
    let operation = prop_oneof![word().prop_map(Operation::RequestNo), word().prop_map(Operation::Id)];
    let query = (order_ref(), operation).prop_map(|(hold, operation)| Hold::Query { hold, operation });
    let unfreeze = (word(), word(), amount()).prop_map(|(auth_no, refund_no, amount)| {
        let (order, reason) = (OrderRef::TransactionId(auth_no), Some("let go".to_owned()));
        Hold::Unfreeze(Refund { order, refund_no, amount, total: None, reason, notify_url: None })
    });
    prop_oneof![make, query, order_ref().prop_map(Hold::Cancel), unfreeze].prop_map(Ask::Hold)
}

/// Alipay does not repeat how much was paid.
fn as_alipay_has_it(ask: &Ask) -> Ask {
    match ask.clone() {
        Ask::Refund(refund) => Ask::Refund(Refund { total: None, ..refund }),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_ask_arrives_as_it_was_meant_in_every_dialect(ask in ask()) {
        let key = merchant_key();
        for dialect in Dialect::ALL {
            let meant = match dialect {
                Dialect::WeChatV2 | Dialect::WeChatV3 => ask.clone(),
                Dialect::AlipayGateway | Dialect::AlipayV3 => as_alipay_has_it(&ask),
            };
            prop_assert_eq!(hear(&merchant::write(dialect, &ask, &key)), Ok(meant), "{:?}", dialect);
        }
    }

    #[test]
    fn whatever_is_asked_about_a_hold_arrives_as_it_was_meant(ask in hold()) {
        for dialect in [Dialect::AlipayGateway, Dialect::AlipayV3] {
            prop_assert_eq!(hear(&merchant::write(dialect, &ask, &merchant_key())), Ok(ask.clone()), "{:?}", dialect);
        }
    }

    #[test]
    fn one_changed_byte_is_never_believed(ask in ask(), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let platform = platform();
        for dialect in Dialect::ALL {
            let mut written = merchant::write(dialect, &ask, &merchant_key());
            if written.body.is_empty() {
                continue;
            }
            let meant = hear_by(&platform, &written).asked;
            let place = at.index(written.body.len());
            written.body[place] ^= 1 << bit;
            let asked = hear_by(&platform, &written).asked;
            // What changes no value, as the case of an escape or a space between tags, may be believed.
            prop_assert!(asked.is_err() || asked == meant, "{dialect:?}: {asked:?}");
        }
    }
}

//! Claims about whole requests in all four dialects: who is heard, what is decided, which words it is answered in.
//!
//! The merchant's side is written here from the published rules for signatures.

use super::book::number;
use super::merchant;
use crate::books::Books;
use crate::config::{Config, RateLimit, WalletSetup};
use crate::gateway::{Decision, Forced, Gateway, TurnedAway};
use ::wallet::exchange::{Dialect, HttpAnswer, HttpRequest};
use ::wallet::moment::WallTime;
use ::wallet::rsa_key::PrivateKey;
use ::wallet::sign;
use ::wallet::told::Refusal;
use ::wallet::xml::{self, Fields};
use core::time::Duration;
use proptest::prelude::*;
use serde_json::{Value, json};
use sim::{Fen, Key, SimTime};

/// A gateway, its books, and a merchant who signs.
struct Shop {
    gateway: Gateway,
    books: Books,
    now: SimTime,
    key: PrivateKey,
    nonces: u32,
}

/// A request of its own.
#[derive(Clone, Debug)]
struct Written {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// What the merchant wants, about order T-1 of 18.50.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Pay(&'static str),
    Query,
    Reverse,
    Close,
    Refund(u64),
}

const WECHAT_CODE: &str = "130000000000000000";
const ALIPAY_CODE: &str = "280000000000000000";

/// The run starts on 2026-01-05 at 09:00:00 in Beijing.
fn wall(now: SimTime) -> WallTime {
    WallTime::parse_compact("20260105090000").unwrap().plus_s(now.as_secs())
}

impl Shop {
    fn new() -> Self {
        Self::with(WalletSetup::default())
    }

    fn with(wallets: WalletSetup) -> Self {
        let gateway = Gateway::new(&Config { wallets, ..Config::default() });
        let key = PrivateKey::from_pem(include_str!("../../keys/merchant.pem")).unwrap();
        Self { gateway, books: Books::default(), now: SimTime::ZERO, key, nonces: 0 }
    }

    fn read(&mut self, request: &Written) -> Result<crate::WalletRequest, Box<TurnedAway>> {
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (method, target, body) = (request.method, request.target.as_str(), request.body.as_slice());
        self.gateway.read(self.now, &HttpRequest { method, target, headers: &headers, body }, &self.books)
    }

    fn give(&mut self, request: &Written, forced: Forced) -> (HttpAnswer, Option<Decision>) {
        let request = match self.read(request) {
            Ok(request) => request,
            Err(away) => return (away.answer, None),
        };
        let mut changes = vec![];
        let decision = self.gateway.decide(self.now, &request, forced, &self.books, &mut changes);
        changes.iter().for_each(|change| self.books.apply(change));
        (self.gateway.answer(self.now, &request, &decision), Some(decision))
    }

    /// Asks, and gives the status, the body, and the word that counts.
    fn ask_with(&mut self, dialect: Dialect, wish: Wish, forced: Forced) -> (u16, String, String) {
        let request = self.write(dialect, wish);
        let (answer, decision) = self.give(&request, forced);
        let word = decision.map_or_else(String::new, |decision| decision.code.to_string());
        (answer.status, String::from_utf8(answer.body).unwrap(), word)
    }

    fn ask(&mut self, dialect: Dialect, wish: Wish) -> (u16, String, String) {
        self.ask_with(dialect, wish, Forced::No)
    }

    fn net(&self, dialect: Dialect) -> Fen {
        self.books.ledger().net(Key::Order(number(dialect, "T-1")))
    }

    fn write(&mut self, dialect: Dialect, wish: Wish) -> Written {
        self.nonces += 1;
        let (nonce, at) = (format!("n{}", self.nonces), wall(self.now));
        match dialect {
            Dialect::WeChatV2 => wechat_v2(wish, &nonce),
            Dialect::WeChatV3 => wechat_v3(wish, &nonce, at, &self.key),
            Dialect::AlipayGateway => alipay_gateway(wish, at, &self.key),
            Dialect::AlipayV3 => alipay_v3(wish, &nonce, at, &self.key),
        }
    }
}

fn wechat_v2(wish: Wish, nonce: &str) -> Written {
    let mut fields = Fields::default();
    let known = merchant();
    for (name, value) in [("appid", known.app_id.as_str()), ("mch_id", &known.mch_id), ("nonce_str", nonce)] {
        fields.set(name, value);
    }
    fields.set("out_trade_no", "T-1");
    let mut set = |name, value: &str| fields.set(name, value);
    let path = match wish {
        Wish::Pay(code) => {
            set("total_fee", "1850");
            set("body", "tea");
            set("auth_code", code);
            set("spbill_create_ip", "127.0.0.1");
            "/pay/micropay"
        }
        Wish::Query => "/pay/orderquery",
        Wish::Reverse => "/secapi/pay/reverse",
        Wish::Close => "/pay/closeorder",
        Wish::Refund(fen) => {
            set("out_refund_no", "R-1");
            set("refund_fee", &fen.to_string());
            set("total_fee", "1850");
            "/secapi/pay/refund"
        }
    };
    let signature = sign::sign(&fields, &known.api_key, sign::SignType::Md5);
    fields.set("sign", signature.as_str());
    let mut body = vec![];
    xml::write(&fields, &mut body);
    Written { method: "POST", target: path.into(), headers: vec![], body }
}

fn wechat_v3(wish: Wish, nonce: &str, at: WallTime, key: &PrivateKey) -> Written {
    let whose = json!({ "appid": "wxd930ea5d5a258f4f", "mchid": "10000100" });
    let order = "/v3/pay/transactions/out-trade-no/T-1";
    let (method, target, body) = match wish {
        Wish::Pay(code) => {
            let mut body = json!({
                "out_trade_no": "T-1", "description": "tea", "amount": { "total": 1850 },
                "payer": { "auth_code": code }, "scene_info": { "store_info": { "id": "1" } },
            });
            body.as_object_mut().unwrap().extend(whose.as_object().unwrap().clone());
            ("POST", "/v3/pay/transactions/codepay".to_owned(), body.to_string())
        }
        Wish::Query => ("GET", format!("{order}?mchid=10000100"), String::new()),
        Wish::Reverse => ("POST", format!("{order}/reverse"), whose.to_string()),
        Wish::Close => ("POST", format!("{order}/close"), whose.to_string()),
        Wish::Refund(fen) => {
            let amount = json!({ "refund": fen, "total": 1850, "currency": "CNY" });
            let body = json!({ "out_trade_no": "T-1", "out_refund_no": "R-1", "amount": amount });
            ("POST", "/v3/refund/domestic/refunds".to_owned(), body.to_string())
        }
    };
    let timestamp = at.unix_s();
    let signed = format!("{method}\n{target}\n{timestamp}\n{nonce}\n{body}\n");
    let authorization = format!(
        "WECHATPAY2-SHA256-RSA2048 mchid=\"10000100\",nonce_str=\"{nonce}\",signature=\"{}\",\
         timestamp=\"{timestamp}\",serial_no=\"3775B6A45ACD588826D15E583A95F5DD00000001\"",
        key.sign(signed.as_bytes())
    );
    Written { method, target, headers: vec![("Authorization", authorization)], body: body.into_bytes() }
}

fn alipay_parts(wish: Wish) -> (&'static str, Value) {
    match wish {
        Wish::Pay(code) => {
            let about = json!({
                "out_trade_no": "T-1", "subject": "tea", "total_amount": "18.50",
                "scene": "bar_code", "auth_code": code,
            });
            ("alipay.trade.pay", about)
        }
        Wish::Query => ("alipay.trade.query", json!({ "out_trade_no": "T-1" })),
        Wish::Reverse => ("alipay.trade.cancel", json!({ "out_trade_no": "T-1" })),
        Wish::Close => ("alipay.trade.close", json!({ "out_trade_no": "T-1" })),
        Wish::Refund(fen) => {
            let amount = format!("{}.{:02}", fen / 100, fen % 100);
            let about = json!({ "out_trade_no": "T-1", "out_request_no": "R-1", "refund_amount": amount });
            ("alipay.trade.refund", about)
        }
    }
}

fn alipay_gateway(wish: Wish, at: WallTime, key: &PrivateKey) -> Written {
    let (method, content) = alipay_parts(wish);
    let (content, timestamp) = (content.to_string(), at.dashed());
    let mut pairs = vec![
        ("app_id", "2021000000000001"),
        ("biz_content", content.as_str()),
        ("charset", "utf-8"),
        ("method", method),
        ("sign_type", "RSA2"),
        ("timestamp", &timestamp),
        ("version", "1.0"),
    ];
    let signed: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = key.sign(signed.join("&").as_bytes());
    pairs.push(("sign", &signature));
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let form: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let headers = vec![("Content-Type", "application/x-www-form-urlencoded;charset=utf-8".to_owned())];
    Written { method: "POST", target: "/gateway.do".into(), headers, body: form.join("&").into_bytes() }
}

fn alipay_v3(wish: Wish, nonce: &str, at: WallTime, key: &PrivateKey) -> Written {
    let (call, body) = alipay_parts(wish);
    let (target, body) = (format!("/v3/{}", call.replace('.', "/")), body.to_string());
    let named = format!("app_id=2021000000000001,nonce={nonce},timestamp={}", at.unix_s() * 1000);
    let signature = key.sign(format!("{named}\nPOST\n{target}\n{body}\n").as_bytes());
    let authorization = format!("ALIPAY-SHA256withRSA {named},sign={signature}");
    Written {
        method: "POST",
        target,
        headers: vec![("authorization", authorization)],
        body: body.into_bytes(),
    }
}

const fn code_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::WeChatV2 | Dialect::WeChatV3 => WECHAT_CODE,
        Dialect::AlipayGateway | Dialect::AlipayV3 => ALIPAY_CODE,
    }
}

/// What each dialect says: (status, a part of the body).
fn expect(told: &(u16, String, String), status: u16, part: &str) {
    assert!(told.0 == status && told.1.contains(part), "{told:?}\nwanted {status} {part}");
}

#[test]
fn a_payment_is_made_found_and_taken_back_in_every_dialect() {
    let words = [
        (
            Dialect::WeChatV2,
            ["<![CDATA[SUCCESS]]>", "<trade_state><![CDATA[SUCCESS]]>", "<recall><![CDATA[N]]>"],
        ),
        (
            Dialect::WeChatV3,
            ["\"trade_state\":\"SUCCESS\"", "\"trade_state\":\"SUCCESS\"", "\"out_trade_no\":\"T-1\""],
        ),
        (
            Dialect::AlipayGateway,
            ["\"code\":\"10000\"", "\"trade_status\":\"TRADE_SUCCESS\"", "\"action\":\"refund\""],
        ),
        (
            Dialect::AlipayV3,
            ["\"total_amount\":\"18.50\"", "\"trade_status\":\"TRADE_SUCCESS\"", "\"action\":\"refund\""],
        ),
    ];
    for (dialect, [paid, found, undone]) in words {
        let mut shop = Shop::new();
        expect(&shop.ask(dialect, Wish::Pay(code_of(dialect))), 200, paid);
        assert_eq!(shop.net(dialect), Fen(1850));
        expect(&shop.ask(dialect, Wish::Query), 200, found);
        expect(&shop.ask(dialect, Wish::Reverse), 200, undone);
        assert_eq!(shop.net(dialect), Fen::ZERO);
    }
}

#[test]
fn refusals_have_the_words_of_their_dialect() {
    let cases = [
        (Dialect::WeChatV2, Wish::Query, 200, "ORDERNOTEXIST"),
        (Dialect::WeChatV3, Wish::Query, 404, "ORDER_NOT_EXIST"),
        (Dialect::AlipayGateway, Wish::Query, 200, "ACQ.TRADE_NOT_EXIST"),
        (Dialect::WeChatV2, Wish::Pay("280000000000000000"), 200, "AUTH_CODE_INVALID"),
        (Dialect::AlipayGateway, Wish::Pay("130000000000000000"), 200, "ACQ.PAYMENT_AUTH_CODE_INVALID"),
    ];
    for (dialect, wish, status, word) in cases {
        let told = Shop::new().ask(dialect, wish);
        expect(&told, status, word);
        assert_eq!(told.2, word);
    }
    for dialect in Dialect::ALL {
        let mut shop = Shop::new();
        shop.ask(dialect, Wish::Pay(code_of(dialect)));
        let told = shop.ask(dialect, Wish::Close);
        assert!(!told.1.contains("\"10000\"") && told.2 != "SUCCESS", "{told:?}");
        assert_eq!(shop.net(dialect), Fen(1850));
    }
}

#[test]
fn a_cancel_of_nothing_succeeds_at_alipay_alone() {
    let mut shop = Shop::new();
    expect(&shop.ask(Dialect::AlipayGateway, Wish::Reverse), 200, "\"retry_flag\":\"N\"");
    expect(&shop.ask(Dialect::WeChatV2, Wish::Reverse), 200, "<result_code><![CDATA[FAIL]]>");
}

#[test]
fn a_host_that_is_busy_has_moved_nothing_or_all_of_it_and_says_the_same() {
    let words = [
        (Dialect::WeChatV2, 200, "SYSTEMERROR"),
        (Dialect::WeChatV3, 500, "SYSTEM_ERROR"),
        (Dialect::AlipayGateway, 200, "20000"),
        (Dialect::AlipayV3, 400, "aop.ACQ.SYSTEM_ERROR"),
    ];
    for (dialect, status, word) in words {
        let ambiguous =
            [(Forced::Refuse(Refusal::Busy), Fen::ZERO), (Forced::CommitAndRefuse(Refusal::Busy), Fen(1850))];
        for (forced, net) in ambiguous {
            let mut shop = Shop::new();
            let told = shop.ask_with(dialect, Wish::Pay(code_of(dialect)), forced);
            expect(&told, status, word);
            assert_eq!(shop.net(dialect), net);
            // Who asks knows.
            let known = shop.ask(dialect, Wish::Query).2;
            assert_eq!(known == "SUCCESS", net > Fen::ZERO, "{known}");
        }
    }
}

#[test]
fn a_bank_error_and_a_busy_reverse_are_unknown() {
    let mut shop = Shop::new();
    let bank = Forced::CommitAndRefuse(Refusal::BankError);
    expect(&shop.ask_with(Dialect::WeChatV2, Wish::Pay(WECHAT_CODE), bank), 200, "BANKERROR");
    let busy = Forced::Refuse(Refusal::Busy);
    expect(&shop.ask_with(Dialect::WeChatV2, Wish::Reverse, busy), 200, "<recall><![CDATA[Y]]>");
    assert_eq!(shop.net(Dialect::WeChatV2), Fen(1850));
    shop.ask(Dialect::AlipayGateway, Wish::Pay(ALIPAY_CODE));
    let told = shop.ask_with(Dialect::AlipayGateway, Wish::Reverse, busy);
    expect(&told, 200, "\"retry_flag\":\"Y\"");
    let committed = Forced::CommitAndRefuse(Refusal::Busy);
    shop.ask_with(Dialect::WeChatV2, Wish::Reverse, committed);
    assert_eq!(shop.net(Dialect::WeChatV2), Fen::ZERO);
    expect(&shop.ask(Dialect::WeChatV2, Wish::Query), 200, "REVOKED");
}

#[test]
fn refunds_move_once_in_every_dialect() {
    for dialect in Dialect::ALL {
        let mut shop = Shop::new();
        shop.ask(dialect, Wish::Pay(code_of(dialect)));
        for _ in 0..2 {
            assert_eq!(shop.ask(dialect, Wish::Refund(1000)).2, "SUCCESS");
            assert_eq!(shop.net(dialect), Fen(850));
        }
        assert_ne!(shop.ask(dialect, Wish::Refund(999)).2, "SUCCESS");
        assert_eq!(shop.net(dialect), Fen(850));
    }
}

#[test]
fn who_signs_with_another_key_is_nobody() {
    for dialect in Dialect::ALL {
        let mut shop = Shop::new();
        shop.ask(dialect, Wish::Pay(code_of(dialect)));
        shop.key = PrivateKey::from_pem(include_str!("../../keys/alipay_platform.pem")).unwrap();
        let mut forged = shop.write(dialect, Wish::Reverse);
        if dialect == Dialect::WeChatV2 {
            let text = String::from_utf8(forged.body).unwrap().replace("T-1", "T-2");
            forged.body = text.into_bytes();
        }
        let away = shop.read(&forged).unwrap_err();
        assert_eq!(away.why.as_str(), "the signature is wrong");
        assert_eq!(shop.net(dialect), Fen(1850));
        let words = ["签名", "SIGN_ERROR", "isv.invalid-signature", "invalid-signature"];
        let told = String::from_utf8(away.answer.body).unwrap();
        assert!(words.iter().any(|word| told.contains(word)), "{told}");
    }
}

#[test]
fn a_signed_time_may_be_five_minutes_off_and_no_more() {
    for dialect in [Dialect::WeChatV3, Dialect::AlipayV3] {
        for (late_s, heard) in [(300, true), (301, false)] {
            let mut shop = Shop::new();
            let request = shop.write(dialect, Wish::Query);
            shop.now = SimTime::from_secs(late_s);
            let read = shop.read(&request);
            assert_eq!(read.is_ok(), heard, "{dialect:?} {late_s} {read:?}");
        }
    }
}

#[test]
fn a_signed_request_is_heard_once() {
    for dialect in Dialect::ALL {
        let once = matches!(dialect, Dialect::WeChatV3 | Dialect::AlipayV3);
        let mut shop = Shop::new();
        shop.ask(dialect, Wish::Pay(code_of(dialect)));
        let request = shop.write(dialect, Wish::Refund(1));
        assert!(shop.read(&request).is_ok());
        assert_eq!(shop.read(&request).is_err(), once, "{dialect:?}");
        // The same wish, said anew, is another request.
        let again = shop.write(dialect, Wish::Refund(1));
        assert!(shop.read(&again).is_ok());
        let mut open = Shop::with(WalletSetup { refuse_replays: false, ..WalletSetup::default() });
        assert!(open.read(&request).is_ok() && open.read(&request).is_ok());
    }
}

#[test]
fn a_forged_request_uses_up_no_nonce() {
    let mut shop = Shop::new();
    let request = shop.write(Dialect::WeChatV3, Wish::Reverse);
    let mut forged = request.clone();
    forged.body.push(b' ');
    assert!(shop.read(&forged).is_err());
    assert!(shop.read(&request).is_ok());
}

#[test]
fn a_merchant_may_ask_only_so_often_where_that_is_set() {
    let rate_limit = Some(RateLimit { requests_max: 2, per: Duration::from_secs(1) });
    let mut shop = Shop::with(WalletSetup { rate_limit, ..WalletSetup::default() });
    let requests: Vec<Written> = (0..4).map(|_| shop.write(Dialect::WeChatV3, Wish::Query)).collect();
    assert!(shop.read(&requests[0]).is_ok() && shop.read(&requests[1]).is_ok());
    let away = shop.read(&requests[2]).unwrap_err();
    assert_eq!((away.answer.status, away.why.as_str()), (429, "too many requests"));
    shop.now = SimTime::from_secs(1);
    assert!(shop.read(&requests[3]).is_ok());
    // Nothing is limited unless it is set.
    let mut free = Shop::new();
    for _ in 0..1000 {
        assert_eq!(free.ask(Dialect::WeChatV2, Wish::Query).2, "ORDERNOTEXIST");
    }
}

#[test]
fn what_no_gateway_serves_is_not_found() {
    let mut shop = Shop::new();
    let stray = Written { method: "GET", target: "/favicon.ico".into(), headers: vec![], body: vec![] };
    assert_eq!(shop.read(&stray).unwrap_err().answer.status, 404);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A spoiled byte anywhere in a request: it is turned away, or is the same request.
    #[test]
    fn a_spoiled_request_never_moves_money(
        dialect in prop::sample::select(Dialect::ALL.to_vec()),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let mut shop = Shop::new();
        let mut request = shop.write(dialect, Wish::Pay(code_of(dialect)));
        let place = at.index(request.body.len());
        request.body[place] ^= flip;
        shop.give(&request, Forced::No);
        let paid = |order: &&crate::Order| order.payment().is_some();
        let orders: Vec<_> = shop.books.orders().iter().filter(paid).collect();
        prop_assert!(orders.iter().all(|order| order.terms.amount == Fen(1850)), "{orders:?}");
        let total = shop.books.ledger().balance(crate::Account::MerchantReceivable);
        prop_assert!(total == Fen::ZERO || total == Fen(1850));
    }

    #[test]
    fn arbitrary_requests_are_turned_away(
        target in prop::sample::select(vec![
            "/pay/micropay", "/secapi/pay/refund", "/v3/pay/transactions/codepay", "/v3/refund/domestic/refunds",
            "/gateway.do", "/v3/alipay/trade/pay", "/v3/bill/tradebill",
        ]),
        query in "\\PC{0,40}",
        authorization in "\\PC{0,120}",
        body in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut shop = Shop::new();
        let headers = vec![("Authorization", authorization)];
        let request = Written { method: "POST", target: format!("{target}?{query}"), headers, body };
        prop_assert!(shop.read(&request).is_err());
        prop_assert_eq!(&shop.books, &Books::default());
    }
}

//! A merchant of WeChat Pay v2, with the keys of `client.json`.

use crate::driver::{Bench, Client, HttpAnswer, connect};
use crate::house::client;
use std::net::SocketAddr;
use wallet::http::ResponseParser;
use wallet::messages::{Answer, Call, Codec, Merchant, Request, UnifiedOrder};
use wallet::sign::{ApiKey, SignType};

/// It asks over plain HTTP.
pub(crate) struct Shop {
    pub(crate) codec: Codec,
    http: SocketAddr,
    nonce: u64,
}

impl Shop {
    /// Its notices go to this URL.
    pub(crate) fn new(bench: &Bench, notify_url: &str) -> Self {
        let client = client(bench);
        let text = |name: &str| client["wechat"][name].as_str().expect("a text").to_owned();
        let merchant = Merchant {
            app_id: text("appid"),
            mch_id: text("mchid"),
            api_key: ApiKey::new(&text("api_key")),
            sign_type: SignType::HmacSha256,
            notify_url: notify_url.to_owned(),
        };
        Self { codec: Codec::new(merchant, "api.mch.weixin.qq.com"), http: bench.http, nonce: 0 }
    }

    /// Makes an order over CNY 18.50; the code that is shown.
    pub(crate) fn order(&mut self, number: &str) -> String {
        let order = UnifiedOrder { out_trade_no: number, total_fee_fen: 1850, body: "tea" };
        self.ask(&Request::UnifiedOrder(order))
    }

    /// Its state, and the amount if it is paid.
    pub(crate) fn query(&mut self, number: &str) -> String {
        self.ask(&Request::OrderQuery { out_trade_no: number })
    }

    fn ask(&mut self, request: &Request<'_>) -> String {
        self.nonce += 1;
        let mut bytes = Vec::new();
        self.codec.encode_request(request, self.nonce, &mut bytes);
        let mut client = Client(connect(self.http));
        client.write(&bytes);
        let answer = whole(&client.hear());
        let mut parser = ResponseParser::default();
        parser.push(&answer);
        let response = parser.next_response().expect("an answer").expect("a whole one");
        match self.codec.decode_answer(request.call(), &response).expect("it works, rightly signed") {
            Answer::CodeUrl(url) => url.to_owned(),
            Answer::Order(state) => format!("{:?} {:?}", state.trade_state, state.total_fee_fen),
            Answer::Closed => format!("{:?}", Call::CloseOrder),
            other => format!("{other:?}"),
        }
    }
}

/// The answer as bytes again, for a codec that reads them itself.
fn whole(answer: &HttpAnswer) -> Vec<u8> {
    let (status, length) = (answer.status, answer.body.len());
    let head = format!("HTTP/1.1 {status} .\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), &answer.body].concat()
}

/// A customer agrees to pay an order whose code was shown.
pub(crate) fn pay(bench: &Bench, number: &str) {
    let answer = bench.client().call("POST", &format!("/_tillrig/orders/{number}/pay"), b"");
    assert_eq!(answer.status, 200, "{}", answer.text());
}

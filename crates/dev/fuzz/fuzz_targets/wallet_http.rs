//! Arbitrary bytes at both doors of a terminal with a wallet: framing, XML and signatures never panic.
#![no_main]

use wallet::http::{RequestParser, ResponseParser};
use wallet::messages::{Call, Codec, Merchant};
use wallet::sign::{ApiKey, SignType};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let merchant = Merchant {
        app_id: "wx1".into(),
        mch_id: "1".into(),
        api_key: ApiKey::new("key"),
        sign_type: SignType::Md5,
        notify_url: "http://terminal/notify".into(),
    };
    let mut codec = Codec::new(merchant, "gateway");
    let mut requests = RequestParser::default();
    requests.push(bytes);
    while let Ok(Some(request)) = requests.next_request() {
        let _ = codec.decode_notification(&request).is_ok();
    }
    let mut responses = ResponseParser::default();
    responses.push(bytes);
    while let Ok(Some(response)) = responses.next_response() {
        for call in Call::ALL {
            let _ = codec.decode_answer(call, &response).is_ok();
        }
    }
    let _ = wallet::xml::Fields::default().parse(bytes).is_ok();
});

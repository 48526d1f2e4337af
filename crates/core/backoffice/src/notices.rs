//! What the wallet tells unasked: paid, or not.
//!
//! Source: WeChat Pay, "Notifications": check the signature and the amount, be ready for repetitions, ask when in doubt.
//! The reference goes further and books nothing from a notice: an authentic one is a reason to ask now, so a forged, late
//! or repeated one costs a question at most. *Not modelled:* notices of refunds, which v2 hides and does not sign; they
//! get FAIL. Notices of v3. One of Alipay that is not signed is believed by nobody.

use crate::NOTICES;
use crate::books::Verdict;
use crate::event::{Event, VerifyFailure};
use crate::habits::Notices;
use crate::journal::Record;
use crate::machine::BackOffice;
use sim::{Fen, Key, OrderNo, SimTime, Tag};
use voucher::Number;
use wallet::http::Request;
use wallet::messages::{Acknowledgement, RequestError};
use wallet::xml::Fields;

/// What a notice says, taken out of the buffers that it was read in.
struct Notice {
    order: OrderNo,
    amount: Fen,
    paid: bool,
}

impl BackOffice {
    pub(crate) fn on_notice_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        self.memory.notices.push(now, bytes);
        while let Some(heard) = self.next_notice() {
            let acknowledgement = match &heard {
                Ok(_) => Acknowledgement::Success,
                Err(why) => Acknowledgement::Fail((*why).to_owned()),
            };
            match heard {
                Ok(notice) => self.on_notice(now, &notice),
                Err(why) => self.report(Event::NoticeDisbelieved { why }),
            }
            let mut bytes = Vec::new();
            match &self.memory.alipay {
                Some(alipay) if self.memory.told_by_alipay => {
                    alipay.encode_acknowledgement(&acknowledgement, &mut bytes);
                }
                _ => self.memory.codec.encode_acknowledgement(&acknowledgement, &mut bytes),
            }
            self.send_when_written(NOTICES, Tag("acknowledgement"), bytes);
        }
    }

    /// The next notice, or why it is not believed.
    fn next_notice(&mut self) -> Option<Result<Notice, &'static str>> {
        let believes = self.believes_notices();
        let mut shop = self.settings.shop;
        let alipays = self.settings.alipay.as_ref().map(|(shop, _)| *shop);
        let memory = &mut self.memory;
        let request = match memory.notices.parser.next_request() {
            Ok(None) => return None,
            Ok(Some(request)) => request,
            Err(_) => {
                memory.notices.parser.reset();
                return Some(Err("it is no HTTP request"));
            }
        };
        memory.told_by_alipay = is_form(&request);
        let decoded = match (&mut memory.alipay, alipays) {
            (Some(alipay), Some(alipays)) if memory.told_by_alipay => {
                shop = alipays;
                alipay.decode_notification(&request)
            }
            _ => memory.codec.decode_notification(&request),
        };
        let read = match decoded {
            Ok(said) => Notice::new(said.out_trade_no, said.total_fee_fen, said.succeeded),
            Err(RequestError::Sign(_)) if believes => Notice::unsigned(request.body),
            Err(RequestError::Sign(_)) => return Some(Err("it is not signed, or by somebody else")),
            Err(RequestError::Field(_)) => return Some(Err("a field is missing, or foreign")),
            Err(RequestError::NoSuchCall | RequestError::Xml(_)) => return Some(Err("it is no notice")),
        };
        let notice = read.map(|notice| Notice { order: notice.order.at(shop), ..notice });
        Some(notice.ok_or("it names no order"))
    }

    fn on_notice(&mut self, now: SimTime, notice: &Notice) {
        let Notice { order, amount, paid } = *notice;
        // Alipay tells of money that went back as of its order; vouchers of refunds are asked after by themselves.
        if !paid && self.memory.told_by_alipay {
            return;
        }
        if paid && self.books.told(order) == Some(amount) {
            self.report_when_written(Event::NoticeRepeated { order });
        } else {
            self.report(Event::NoticeBelieved { order, amount, paid });
        }
        if !paid {
            return;
        }
        if self.books.told(order) != Some(amount) {
            self.write(now, Record::Told(order, amount));
        }
        let Some((number, vouched)) = self.doubted(order) else { return };
        if self.believes_notices() && vouched == amount {
            self.set_verdict(now, number, Verdict::Verified);
        } else {
            self.memory.enquiries.wallet.add(number, now);
        }
    }

    /// The payment of this order that is not known to be true, and its amount.
    fn doubted(&self, order: OrderNo) -> Option<(Number, Fen)> {
        let mut vouchers = self.books.of_charge(Key::Order(order));
        let (number, held) = vouchers.find(|(_, held)| held.voucher.kind.takes_money())?;
        let doubted = matches!(
            held.verdict,
            Verdict::Open | Verdict::Failed(VerifyFailure::NotCaptured | VerifyFailure::Silence)
        );
        doubted.then_some((number, held.voucher.amount))
    }

    pub(crate) fn believes_notices(&self) -> bool {
        self.habits().notices == Notices::Believed
    }
}

/// Alipay's notices are forms, and WeChat Pay's are XML.
fn is_form(request: &Request<'_>) -> bool {
    let kind = request.headers.get("Content-Type").unwrap_or_default();
    kind.starts_with("application/x-www-form-urlencoded")
}

impl Notice {
    fn new(order: &str, fen: u64, paid: bool) -> Option<Self> {
        Some(Self { order: OrderNo::new(order)?, amount: Fen(i64::try_from(fen).ok()?), paid })
    }

    /// What a document says without anybody having signed it.
    fn unsigned(document: &[u8]) -> Option<Self> {
        let mut fields = Fields::default();
        fields.parse(document).ok()?;
        let fen = fields.get("total_fee")?.parse().ok()?;
        Self::new(fields.get("out_trade_no")?, fen, fields.get("result_code") == Some("SUCCESS"))
    }
}

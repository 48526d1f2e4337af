//! A decision in the words of WeChat Pay v2.
//!
//! Source: WeChat Pay v2, the answers of each call. Signed as the request was. *Not modelled:* the bank that paid
//! (`OTHERS`), coupons, refunds to other accounts.

use crate::exchange::HttpAnswer;
use crate::keys::MerchantKeys;
use crate::platform::Stamp;
use crate::sign::{self, SignType};
use crate::told::{OrderKind, OrderTold, RefundState, RefundTold, Refusal, Reversed, Told};
use crate::wechat_v2::words::{self, Level};
use crate::wechat_v2::{Call, Manner, bill};
use crate::xml::{self, Fields};
use crate::{cipher, gzip};

const XML: &str = "text/xml; charset=utf-8";

/// Puts a decision into words.
pub(crate) fn answer(merchants: &[MerchantKeys], manner: &Manner, told: &Told, stamp: Stamp) -> HttpAnswer {
    let signer = manner.signer.and_then(|signer| Some((merchants.get(signer.merchant)?, signer.sign_type)));
    let Some(((merchant, sign_type), call)) = signer.zip(manner.call) else {
        return refused_unsigned(manner.call.unwrap_or(Call::OrderQuery), refusal_of(told));
    };
    let mut answer = Answer { merchant, sign_type, manner, call, fields: Fields::default() };
    answer.begin(stamp);
    match told {
        Told::Order(order) => answer.order(order),
        Told::Made { order_no, code_url } => answer.made(order_no, code_url),
        Told::Reversed(reversed) => answer.reversed(reversed),
        Told::Closed { .. } => answer.result("SUCCESS"),
        Told::Refunded(refund) => answer.refunded(refund),
        Told::Refunds(refunds) => answer.refunds(refunds),
        Told::Bill(told) => return answer.bill(told),
        Told::SandboxKey => return answer.sandbox_key(),
        Told::Certificates => return refused_unsigned(call, Refusal::NoSuchCall),
        Told::Refused { why, again } => return answer.refused(*why, *again),
    }
    answer.signed()
}

struct Answer<'a> {
    merchant: &'a MerchantKeys,
    sign_type: SignType,
    manner: &'a Manner,
    call: Call,
    fields: Fields,
}

impl Answer<'_> {
    fn begin(&mut self, stamp: Stamp) {
        let (merchant, manner) = (&self.merchant.wechat, self.manner);
        self.set("return_code", "SUCCESS");
        self.set("return_msg", "OK");
        self.set("appid", &merchant.app_id);
        self.set("mch_id", &merchant.mch_id);
        self.set_some("sub_mch_id", manner.sub_merchant.as_deref());
        self.set_some("device_info", manner.device.as_deref());
        self.set("nonce_str", &cipher::nonce_text(stamp.nonce));
    }

    /// To a payment only a paid order is a success; to a query every state is one.
    fn order(&mut self, order: &OrderTold) {
        if self.call == Call::MicroPay {
            match order.state.refusal_to_pay() {
                Some(why) => return self.fail(why),
                None => self.result("SUCCESS"),
            }
        } else {
            self.result("SUCCESS");
            self.set("trade_state", order.state.trade_state().as_str());
            self.set("trade_state_desc", words::trade_state_text(order.state));
        }
        self.set("out_trade_no", &order.order_no);
        self.set_some("attach", order.attach.as_deref());
        if self.fields.get("device_info").is_none() {
            self.set_some("device_info", order.device.as_deref());
        }
        if order.state.is_paid() {
            payment(&mut self.fields, order);
        }
    }

    fn made(&mut self, order_no: &str, code_url: &str) {
        self.result("SUCCESS");
        self.set("trade_type", "NATIVE");
        self.set("prepay_id", &format!("wx{order_no}"));
        self.set("code_url", code_url);
    }

    fn reversed(&mut self, reversed: &Reversed) {
        self.result("SUCCESS");
        self.set("recall", "N");
        self.set("out_trade_no", &reversed.order_no);
        self.set_some("transaction_id", reversed.transaction_id.as_deref());
    }

    fn refunded(&mut self, refund: &RefundTold) {
        self.result("SUCCESS");
        self.set("transaction_id", &refund.transaction_id);
        self.set("out_trade_no", &refund.order_no);
        self.set("out_refund_no", &refund.refund_no);
        self.set("refund_id", &refund.refund_id);
        self.set("refund_channel", "ORIGINAL");
        self.set("refund_fee", &refund.amount.fen().to_string());
        self.set("total_fee", &refund.total.fen().to_string());
        self.set("fee_type", "CNY");
        self.set("cash_fee", &refund.total.fen().to_string());
        self.set("cash_refund_fee", &refund.amount.fen().to_string());
    }

    fn refunds(&mut self, refunds: &[RefundTold]) {
        let Some(first) = refunds.first() else { return self.fail(Refusal::NoSuchRefund) };
        self.result("SUCCESS");
        self.set("transaction_id", &first.transaction_id);
        self.set("out_trade_no", &first.order_no);
        self.set("total_fee", &first.total.fen().to_string());
        self.set("fee_type", "CNY");
        self.set("cash_fee", &first.total.fen().to_string());
        self.set("refund_count", &refunds.len().to_string());
        for (number, refund) in refunds.iter().enumerate() {
            self.numbered_refund(number, refund);
        }
    }

    fn numbered_refund(&mut self, number: usize, refund: &RefundTold) {
        let mut set = |key, value: &str| self.fields.set_numbered(key, number, value);
        set("out_refund_no", &refund.refund_no);
        set("refund_id", &refund.refund_id);
        set("refund_channel", "ORIGINAL");
        set("refund_fee", &refund.amount.fen().to_string());
        set("refund_status", refund_status(refund.state));
        set("refund_account", "REFUND_SOURCE_UNSETTLED_FUNDS");
        set("refund_recv_accout", words::RECEIVING_ACCOUNT);
        if let Some(done_at) = refund.done_at {
            set("refund_success_time", &done_at.dashed());
        }
    }

    /// A bill is text and not signed.
    fn bill(&self, told: &crate::told::Bill) -> HttpAnswer {
        let text = bill::text(&self.merchant.wechat, told).into_bytes();
        if self.manner.packed {
            HttpAnswer::new(200, "application/x-gzip", gzip::stored(&text))
        } else {
            HttpAnswer::new(200, "text/plain; charset=utf-8", text)
        }
    }

    /// The one key stands for both: requests under the test prefix are signed with it.
    fn sandbox_key(self) -> HttpAnswer {
        let mut fields = Fields::default();
        fields.set("return_code", "SUCCESS");
        fields.set("return_msg", "ok");
        fields.set("mch_id", &self.merchant.wechat.mch_id);
        fields.set("sandbox_signkey", self.merchant.wechat.api_key.as_str());
        written(&fields)
    }

    fn refused(mut self, why: Refusal, again: bool) -> HttpAnswer {
        let word = words::word(why, self.call);
        if word.level == Level::Return || self.call == Call::DownloadBill {
            return refused_unsigned(self.call, why);
        }
        self.fail(why);
        if self.call == Call::Reverse {
            self.set("recall", if again { "Y" } else { "N" });
        }
        self.signed()
    }

    fn fail(&mut self, why: Refusal) {
        let word = words::word(why, self.call);
        self.result("FAIL");
        self.set("err_code", word.code);
        self.set("err_code_des", &words::text(why, word));
    }

    fn signed(mut self) -> HttpAnswer {
        if self.sign_type != SignType::Md5 {
            self.set("sign_type", self.sign_type.as_str());
        }
        let signature = sign::sign(&self.fields, &self.merchant.wechat.api_key, self.sign_type);
        self.set("sign", signature.as_str());
        written(&self.fields)
    }

    fn result(&mut self, code: &str) {
        self.set("result_code", code);
    }

    fn set_some(&mut self, key: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    fn set(&mut self, key: &'static str, value: &str) {
        self.fields.set(key, value);
    }
}

/// What a paid order adds, in answers and in notices.
pub(crate) fn payment(fields: &mut Fields, order: &OrderTold) {
    let fen = order.amount.fen().to_string();
    fields.set("is_subscribe", "N");
    fields.set("trade_type", trade_type(order.kind));
    fields.set("bank_type", "OTHERS");
    fields.set("total_fee", &fen);
    fields.set("fee_type", "CNY");
    fields.set("cash_fee", &fen);
    fields.set("cash_fee_type", "CNY");
    if let Some(payment) = &order.payment {
        fields.set("openid", &payment.buyer_id);
        fields.set("transaction_id", &payment.transaction_id);
        fields.set("time_end", &payment.paid_at.compact());
    }
}

pub(crate) const fn trade_type(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::PaymentCode => "MICROPAY",
        // WeChat Pay has no holds here.
        OrderKind::ShownCode | OrderKind::Hold => "NATIVE",
    }
}

/// Source: WeChat Pay v2, `refund_status`.
pub(crate) const fn refund_status(state: RefundState) -> &'static str {
    match state {
        RefundState::Done => "SUCCESS",
        RefundState::Processing => "PROCESSING",
        RefundState::Closed => "REFUNDCLOSE",
        RefundState::Abnormal => "CHANGE",
    }
}

/// The refusal of a decision that is none, for a request that nobody could read.
const fn refusal_of(told: &Told) -> Refusal {
    match told {
        Told::Refused { why, .. } => *why,
        _ => Refusal::Busy,
    }
}

/// `return_code` FAIL. Nobody signs it: perhaps there is no common key.
fn refused_unsigned(call: Call, why: Refusal) -> HttpAnswer {
    let word = words::word(why, call);
    let mut fields = Fields::default();
    fields.set("return_code", "FAIL");
    fields.set("return_msg", &words::text(why, word));
    if call == Call::DownloadBill {
        fields.set("error_code", words::bill_error(why));
    }
    written(&fields)
}

fn written(fields: &Fields) -> HttpAnswer {
    let mut body = Vec::new();
    xml::write(fields, &mut body);
    HttpAnswer::new(200, XML, body)
}

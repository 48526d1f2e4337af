//! The words of WeChat Pay v2 for refusals and states.
//!
//! Sources, by row: `P` the published lists of `err_code` that clients rely on; `O` the log of an open client; `L`
//! the platform's list of the call as WxJava (2025.01) repeats it; `K` another open client; `R` an answer as merchants have
//! published it in the developer forum or in a blog; `M` from memory, to be compared with a real platform when there is
//! one. That a row is unsigned is from memory throughout. The texts are our own, in the language of the
//! platform. *Not modelled:* codes about coupons, accounts and settlement.

use crate::told::{OrderState, Refusal};
use crate::wechat_v2::Call;

/// On which level a refusal is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// `return_code` FAIL, unsigned.
    Return,
    /// `result_code` FAIL with `err_code`, signed.
    Result,
}

/// How a refusal is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    why: Refusal,
    /// Only to this call; to all when there is none.
    call: Option<Call>,
    pub(crate) level: Level,
    pub(crate) code: &'static str,
    text: &'static str,
}

/// The first row that fits counts.
const WORDS: &[Word] = &[
    row(Refusal::AlreadyPaid, "ORDERPAID", "该订单已支付"), // P
    row(Refusal::OrderClosed, "ORDERCLOSED", "该订单已关闭"), // P
    row(Refusal::OrderReversed, "ORDERREVERSED", "该订单已被撤销"), // P
    row(Refusal::NoSuchOrder, "ORDERNOTEXIST", "订单不存在"), // P
    row(Refusal::NoSuchRefund, "REFUNDNOTEXIST", "退款订单不存在"), // L, R
    only(
        Call::Refund,
        row(Refusal::NumberUsedForOther, "REFUND_FEE_MISMATCH", "同一退款单号的退款金额须一致"),
    ), // O
    row(Refusal::NumberUsedForOther, "OUT_TRADE_NO_USED", "商户订单号重复"), // P
    row(Refusal::NotPaid, "TRADE_STATE_ERROR", "订单状态错误"), // M: listed for a close; to a refund
    row(Refusal::TooMuchRefund, "ERROR", "累计退款金额大于支付金额"), // L
    only(Call::Reverse, row(Refusal::TooLate, "REVERSE_EXPIRE", "订单超过可撤销的期限")), // K
    row(Refusal::TooLate, "TRADE_OVERDUE", "订单已超过退款期限"), // L
    row(Refusal::CodeInvalid, "AUTH_CODE_INVALID", "付款码无效"), // P
    row(Refusal::CodeExpired, "AUTHCODEEXPIRE", "付款码已过期，请刷新后再试"), // P
    row(Refusal::NotEnough, "NOTENOUGH", "余额不足"),       // P
    row(Refusal::CardUnsupported, "NOTSUPORTCARD", "不支持的卡类型"), // P
    row(Refusal::PaymentFailed, "TRADE_ERROR", "交易失败"), // R
    row(Refusal::PayerLimit, "TRADE_ERROR", "支付金额超过用户限额"), // M
    row(Refusal::AmountLimit, "TRADE_ERROR", "支付金额超过商户限额"), // M
    row(Refusal::PayerPaying, "USERPAYING", "需要用户输入支付密码"), // P
    row(Refusal::Busy, "SYSTEMERROR", "系统繁忙，请查询订单"), // P
    row(Refusal::BankError, "BANKERROR", "银行系统异常，请查询订单"), // P
    row(Refusal::RateLimited, "FREQUENCY_LIMITED", "请求过于频繁"), // L, R
    unsigned(row(Refusal::NoBill, "NO_BILL_EXIST", "No Bill Exist")), // R: the text; M: the code, which is not sent
    row(Refusal::WrongParameter(""), "PARAM_ERROR", "参数错误"),      // P
    unsigned(row(Refusal::WrongFormat, "XML_FORMAT_ERROR", "XML格式错误")), // L
    unsigned(row(Refusal::WrongSignature, "SIGNERROR", "签名错误")),  // P
    unsigned(row(Refusal::WrongTime, "SIGNERROR", "签名已过期")),     // M
    unsigned(row(Refusal::NoSuchMerchant, "MCHID_NOT_EXIST", "商户号不存在")), // L
    row(Refusal::MerchantMismatch, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配"), // L
    row(Refusal::NotAllowed, "NOAUTH", "商户无此接口权限"),           // L
    unsigned(row(Refusal::NoSuchCall, "INVALID_REQUEST", "无此接口")), // M
];

/// The account that a refund arrives at, when everything was paid from the balance.
pub(crate) const RECEIVING_ACCOUNT: &str = "支付用户零钱";

const fn row(why: Refusal, code: &'static str, text: &'static str) -> Word {
    Word { why, call: None, level: Level::Result, code, text }
}

const fn only(call: Call, word: Word) -> Word {
    Word { call: Some(call), ..word }
}

const fn unsigned(word: Word) -> Word {
    Word { level: Level::Return, ..word }
}

/// How this refusal is said to this call.
pub(crate) fn word(why: Refusal, call: Call) -> &'static Word {
    let same = |row: &&Word| core::mem::discriminant(&row.why) == core::mem::discriminant(&why);
    let found = WORDS.iter().filter(same).find(|row| row.call.is_none_or(|only| only == call));
    found.expect("every refusal has a row")
}

/// What a person reads.
pub(crate) fn text(why: Refusal, word: &Word) -> String {
    match why {
        Refusal::WrongParameter(name) => format!("{}:{name}", word.text),
        _ => word.text.to_owned(),
    }
}

/// `error_code` of a bill that is not there. Source: WeChat Pay v2, downloadbill; 20002 as merchants were answered (R),
/// the others from memory (M).
pub(crate) const fn bill_error(why: Refusal) -> &'static str {
    match why {
        Refusal::NoBill => "20002",
        Refusal::WrongParameter(_) => "20001",
        Refusal::WrongSignature => "20003",
        _ => "20100",
    }
}

/// `trade_state_desc`.
pub(crate) const fn trade_state_text(state: OrderState) -> &'static str {
    match state {
        OrderState::Open => "订单未支付",
        OrderState::Paying => "用户支付中",
        OrderState::Paid => "支付成功",
        OrderState::Refunded => "转入退款",
        OrderState::Closed => "订单已关闭",
        OrderState::Revoked => "订单已撤销",
        OrderState::Failed => "支付失败",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_word_for_every_call() {
        for why in Refusal::ALL {
            for call in [Call::MicroPay, Call::Reverse, Call::Refund, Call::DownloadBill] {
                assert!(!word(why, call).code.is_empty(), "{why:?}");
            }
        }
    }

    #[test]
    fn the_same_refusal_may_have_another_word_for_another_call() {
        assert_eq!(word(Refusal::NumberUsedForOther, Call::Refund).code, "REFUND_FEE_MISMATCH");
        assert_eq!(word(Refusal::NumberUsedForOther, Call::MicroPay).code, "OUT_TRADE_NO_USED");
    }
}

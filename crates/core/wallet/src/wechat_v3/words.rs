//! The words of WeChat Pay v3 for refusals: HTTP status and `code`.
//!
//! Sources, by row: `P` the published rules for statuses and the codes that clients rely on; `L` code and status in the
//! platform's lists for closing an order (editions 2020.05 and 2024.12), which are those of all payments, and in lists of
//! the other calls as open clients repeat them; `R` an answer as merchants have published it in the developer forum,
//! and the platform's list of questions about bills (2025.11); `M` from memory, to be compared with a real platform when
//! there is one. The editions since 2024 write `USER_PAYING` and `BANK_ERROR` where those before wrote them in one word.
//! The texts are our own. *Not modelled:* codes of other products.

use crate::told::Refusal;
use crate::wechat_v3::Call;

/// How a refusal is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    why: Refusal,
    /// Only to the calls about refunds.
    of_refunds: bool,
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
}

/// The first row that fits counts.
const WORDS: &[Word] = &[
    to_refunds(row(Refusal::NoSuchOrder, 404, "RESOURCE_NOT_EXISTS", "订单不存在")), // R
    to_refunds(row(Refusal::NoSuchMerchant, 404, "MCH_NOT_EXISTS", "商户号不存在")), // L
    row(Refusal::AlreadyPaid, 400, "ORDERPAID", "订单已支付"),                       // M
    row(Refusal::OrderClosed, 400, "ORDER_CLOSED", "订单已关闭"),                    // L
    row(Refusal::OrderReversed, 400, "ORDER_REVERSED", "订单已撤销"),                // M
    row(Refusal::NoSuchOrder, 404, "ORDER_NOT_EXIST", "订单不存在"),                 // L
    row(Refusal::NoSuchRefund, 404, "RESOURCE_NOT_EXISTS", "退款单不存在"),          // R
    row(Refusal::NumberUsedForOther, 403, "OUT_TRADE_NO_USED", "商户单号重复"),      // L
    row(Refusal::NotPaid, 400, "INVALID_REQUEST", "订单未支付"),                     // P
    row(Refusal::TooMuchRefund, 400, "INVALID_REQUEST", "退款金额大于可退金额"),     // P
    row(Refusal::TooLate, 400, "INVALID_REQUEST", "超过期限"),                       // P
    row(Refusal::CodeInvalid, 400, "AUTH_CODE_INVALID", "付款码无效"),               // M
    row(Refusal::CodeExpired, 400, "AUTH_CODE_EXPIRED", "付款码已过期"),             // M
    row(Refusal::NotEnough, 403, "NOT_ENOUGH", "余额不足"),                          // L
    row(Refusal::CardUnsupported, 403, "TRADE_ERROR", "不支持的卡类型"),             // M
    row(Refusal::PaymentFailed, 403, "TRADE_ERROR", "交易失败"),                     // L
    row(Refusal::PayerLimit, 403, "RULE_LIMIT", "业务规则限制"),                     // M
    row(Refusal::AmountLimit, 403, "RULE_LIMIT", "业务规则限制"),                    // M
    row(Refusal::PayerPaying, 202, "USER_PAYING", "用户支付中，需要输入密码"),       // L
    row(Refusal::Busy, 500, "SYSTEM_ERROR", "系统异常，请稍后重试"),                 // P
    row(Refusal::BankError, 500, "BANK_ERROR", "银行系统异常"),                      // L
    row(Refusal::RateLimited, 429, "FREQUENCY_LIMITED", "频率超限"),                 // L
    row(Refusal::NoBill, 400, "NO_STATEMENT_EXIST", "账单文件不存在"),               // R
    row(Refusal::WrongParameter(""), 400, "PARAM_ERROR", "参数错误"),                // P
    row(Refusal::WrongFormat, 400, "PARAM_ERROR", "请求报文无法解析"),               // P
    row(Refusal::WrongSignature, 401, "SIGN_ERROR", "签名错误"),                     // P
    row(Refusal::WrongTime, 401, "SIGN_ERROR", "签名时间戳已过期"),                  // P
    row(Refusal::NoSuchMerchant, 400, "MCH_NOT_EXISTS", "商户号不存在"),             // L
    row(Refusal::MerchantMismatch, 400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配"), // L
    row(Refusal::NotAllowed, 403, "NO_AUTH", "商户无权限"),                          // L
    row(Refusal::NoSuchCall, 404, "RESOURCE_NOT_EXISTS", "无此接口"),                // M
];

const fn row(why: Refusal, status: u16, code: &'static str, text: &'static str) -> Word {
    Word { why, of_refunds: false, status, code, text }
}

const fn to_refunds(word: Word) -> Word {
    Word { of_refunds: true, ..word }
}

/// How this refusal is said to this call.
pub(crate) fn word(why: Refusal, call: Option<&Call>) -> &'static Word {
    let about_refunds = matches!(call, Some(Call::Refund | Call::RefundQuery(_)));
    let same = |row: &&Word| core::mem::discriminant(&row.why) == core::mem::discriminant(&why);
    let found = WORDS.iter().filter(same).find(|row| !row.of_refunds || about_refunds);
    found.expect("every refusal has a row")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_word() {
        assert!(Refusal::ALL.iter().all(|why| (200..600).contains(&word(*why, None).status)));
    }

    #[test]
    fn an_order_that_nobody_knows_has_another_word_where_it_is_to_be_refunded() {
        let said = |call: Call| {
            let word = word(Refusal::NoSuchOrder, Some(&call));
            (word.status, word.code)
        };
        assert_eq!(said(Call::Refund), (404, "RESOURCE_NOT_EXISTS"));
        assert_eq!(said(Call::QueryByNumber("A-1".to_owned())), (404, "ORDER_NOT_EXIST"));
    }
}

//! The words of Alipay for refusals: `code` and `sub_code` at the gateway, HTTP status and `code` in v3.
//!
//! Sources, by row: `P` the published lists of codes that clients rely on, among them the lists of v3 that give 400 to
//! every `ACQ` code; `L` the lists of public and of business codes as several open clients repeat them, those of the
//! gateway in the edition of 2020.02 and since; `R` an answer of the platform as an open client or a merchant was given
//! it; `M` from memory, to be compared with a real platform when there is one. The statuses of v3 for public
//! codes are from memory throughout. The texts are our own.
//! *Not modelled:* codes of other products.

use crate::alipay::Call;
use crate::told::{OrderState, OrderTold, Refusal};

/// How a refusal is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    why: Refusal,
    /// Only to this call; to all when there is none.
    call: Option<Call>,
    pub(crate) code: &'static str,
    pub(crate) sub_code: &'static str,
    pub(crate) text: &'static str,
    /// In v3.
    pub(crate) status: u16,
}

/// The first row that fits counts.
const WORDS: &[Word] = &[
    business(Refusal::AlreadyPaid, "ACQ.TRADE_HAS_SUCCESS", "交易已被支付"), // P
    business(Refusal::OrderClosed, "ACQ.TRADE_HAS_CLOSE", "交易已经关闭"),   // P
    business(Refusal::OrderReversed, "ACQ.TRADE_HAS_CLOSE", "交易已经关闭"), // P
    business(Refusal::NoSuchOrder, "ACQ.TRADE_NOT_EXIST", "交易不存在"),     // P
    business(Refusal::NoSuchRefund, "ACQ.TRADE_NOT_EXIST", "交易不存在"),    // M
    business(Refusal::NumberUsedForOther, "ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改"), // P
    business(Refusal::NotPaid, "ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),  // L
    business(Refusal::TooMuchRefund, "ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效"), // P
    only(Call::Cancel, business(Refusal::TooLate, "ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围")), // P
    business(Refusal::TooLate, "ACQ.TRADE_HAS_FINISHED", "交易已经完结"),    // P
    business(Refusal::CodeInvalid, "ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码无效"), // P
    business(Refusal::CodeExpired, "ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码已过期"), // P
    business(Refusal::NotEnough, "ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足"), // P
    business(Refusal::CardUnsupported, "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH", "用户银行卡支付失败"), // M
    business(Refusal::PaymentFailed, "ACQ.PAYMENT_FAIL", "支付失败"),        // P
    business(Refusal::PayerLimit, "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR", "买家付款日限额超限"), // L
    business(Refusal::AmountLimit, "ACQ.TOTAL_FEE_EXCEED", "订单总金额超过限额"), // P
    Word {
        code: "10003",
        ..business(Refusal::PayerPaying, "ACQ.ORDER_SUCCESS_PAY_INPROCESS", "等待用户付款")
    }, // P
    Word { code: "20000", ..business(Refusal::Busy, "aop.ACQ.SYSTEM_ERROR", "系统异常") }, // P
    business(Refusal::BankError, "ACQ.SYSTEM_ERROR", "系统异常"),            // P
    Word {
        status: 429, ..row(Refusal::RateLimited, "40005", "isv.app-call-limited", "应用调用次数超限")
    }, // L
    business(Refusal::NoBill, "isp.bill_not_exist", "账单不存在"),           // R
    business(Refusal::WrongParameter(""), "ACQ.INVALID_PARAMETER", "参数无效"), // P
    row(Refusal::WrongFormat, "40002", "isv.invalid-format", "无效的数据格式"), // L
    Word { status: 401, ..row(Refusal::WrongSignature, "40002", "isv.invalid-signature", "无效签名") }, // P
    Word {
        status: 401, ..row(Refusal::WrongTime, "40002", "isv.invalid-timestamp", "非法的时间戳参数")
    }, // L
    Word {
        status: 401, ..row(Refusal::NoSuchMerchant, "40002", "isv.invalid-app-id", "无效的应用标识")
    }, // L
    row(Refusal::MerchantMismatch, "40002", "isv.invalid-app-id", "无效的应用标识"), // M
    Word {
        status: 403, ..row(Refusal::NotAllowed, "40006", "isv.insufficient-isv-permissions", "权限不足")
    }, // L
    Word { status: 404, ..row(Refusal::NoSuchCall, "40002", "isv.invalid-method", "不存在的方法名") }, // L
];

const fn row(why: Refusal, code: &'static str, sub_code: &'static str, text: &'static str) -> Word {
    Word { why, call: None, code, sub_code, text, status: 400 }
}

/// A failure of the business behind the gateway.
const fn business(why: Refusal, sub_code: &'static str, text: &'static str) -> Word {
    row(why, "40004", sub_code, text)
}

const fn only(call: Call, word: Word) -> Word {
    Word { call: Some(call), ..word }
}

/// Parameters of the gateway itself, before any call looks at its own. Source: Alipay, public codes (L); the
/// version (M).
const GATEWAY_PARAMETERS: &[Word] = &[
    row(Refusal::WrongParameter("charset"), "40002", "isv.invalid-charset", "字符集错误"),
    row(Refusal::WrongParameter("sign_type"), "40002", "isv.invalid-signature-type", "无效签名类型"),
    row(Refusal::WrongParameter("timestamp"), "40002", "isv.invalid-timestamp", "非法的时间戳参数"),
    row(Refusal::WrongParameter("version"), "40002", "isv.invalid-version", "不支持的版本号"),
];

/// Refusals of the fund interface that have words of their own there. Source: its published lists of codes, as open clients
/// repeat them (P), and an answer to an unfreezing (R).
const FUND_WORDS: &[Word] = &[
    business(Refusal::NoSuchOrder, "AUTH_ORDER_NOT_EXIST", "支付宝资金授权订单不存在"), // P
    business(Refusal::NoSuchRefund, "AUTH_OPERATION_NOT_EXIST", "支付宝资金操作流水不存在"), // P
    business(Refusal::OrderClosed, "ORDER_ALREADY_CLOSED", "授权订单已经关闭"),         // P
    business(Refusal::OrderReversed, "ORDER_ALREADY_CLOSED", "授权订单已经关闭"),       // P
    business(Refusal::AlreadyPaid, "ORDER_ALREADY_FINISH", "授权订单已经完结"),         // R
    business(Refusal::NotPaid, "ILLEGAL_STATUS", "订单状态非法"),                       // P
    business(Refusal::TooMuchRefund, "REQUEST_AMOUNT_EXCEED", "请求解冻金额超限"),      // P
    business(Refusal::NumberUsedForOther, "UNIQUE_VIOLATION", "请求信息被篡改"),        // P
    business(Refusal::BankError, "SYSTEM_ERROR", "系统错误"),                           // P
    business(Refusal::WrongParameter(""), "ILLEGAL_ARGUMENT", "参数异常或参数缺失"),    // P
];

/// How this refusal is said to this call.
pub(crate) fn word(why: Refusal, call: Option<Call>) -> &'static Word {
    let same = |row: &&Word| core::mem::discriminant(&row.why) == core::mem::discriminant(&why);
    let found = WORDS.iter().filter(same).find(|row| row.call.is_none() || row.call == call);
    let of_the_gateway = GATEWAY_PARAMETERS.iter().find(|row| row.why == why);
    let of_the_fund = FUND_WORDS.iter().filter(|_| call.is_some_and(Call::is_of_fund)).find(same);
    of_the_gateway.or(of_the_fund).or(found).expect("every refusal has a row")
}

/// What a person reads.
pub(crate) fn text(why: Refusal, word: &Word) -> String {
    match why {
        Refusal::WrongParameter(name) => format!("{}:{name}", word.text),
        _ => word.text.to_owned(),
    }
}

/// `msg` of a `code`. Source: Alipay, public codes.
pub(crate) fn message(code: &str) -> &'static str {
    match code {
        "10000" => "Success",
        "10003" => "order success pay inprocess",
        "20000" => "Service Currently Unavailable",
        "40002" => "Invalid Arguments",
        "40005" => "Call Limited",
        "40006" => "Insufficient Permissions",
        _ => "Business Failed",
    }
}

/// `trade_status`: a part that went back leaves an order successful, all of it closes it.
pub(crate) fn trade_status(order: &OrderTold) -> &'static str {
    match order.state {
        OrderState::Open | OrderState::Paying => "WAIT_BUYER_PAY",
        OrderState::Paid => "TRADE_SUCCESS",
        OrderState::Refunded if order.refunded < order.amount => "TRADE_SUCCESS",
        OrderState::Refunded | OrderState::Closed | OrderState::Revoked | OrderState::Failed => {
            "TRADE_CLOSED"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_word() {
        let words = Refusal::ALL.map(|why| word(why, None));
        assert!(words.iter().all(|word| word.code.len() == 5 && !word.sub_code.is_empty()));
    }

    #[test]
    fn a_cancel_that_is_too_late_has_a_word_of_its_own() {
        assert_eq!(word(Refusal::TooLate, Some(Call::Cancel)).sub_code, "ACQ.TRADE_CANCEL_TIME_OUT");
        assert_eq!(word(Refusal::TooLate, Some(Call::Refund)).sub_code, "ACQ.TRADE_HAS_FINISHED");
    }
}

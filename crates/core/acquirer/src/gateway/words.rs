//! The short words of requests and decisions, for events and for rules that aim at messages.
//!
//! Sources: the paths of WeChat Pay v2 and v3 and of Alipay v3; `err_code`, `code`, `sub_code`, `trade_state`.
//! *Not modelled:* the method of a `gateway.do` call that cannot be read; it has no kind.

use crate::event::Kind;
use crate::orders::Brand;
use crate::short::Code;
use sim::Fen;
use wallet::ask::{Ask, Hold};
use wallet::exchange::HttpRequest;
use wallet::platform::Manner;
use wallet::told::{OrderState, Refusal, Told};

/// By how a path ends, longest first where one ends like another.
const ENDINGS: [(&str, Kind); 19] = [
    ("/unifiedorder", Kind::Order),
    ("/native", Kind::Order),
    ("/precreate", Kind::Order),
    ("/micropay", Kind::Pay),
    ("/codepay", Kind::Pay),
    ("/trade/pay", Kind::Pay),
    ("/refundquery", Kind::RefundQuery),
    ("/refund/query", Kind::RefundQuery),
    ("/orderquery", Kind::Query),
    ("/query", Kind::Query),
    ("/closeorder", Kind::Close),
    ("/close", Kind::Close),
    ("/reverse", Kind::Reverse),
    ("/cancel", Kind::Reverse),
    ("/refund", Kind::RefundOrder),
    ("/refunds", Kind::RefundOrder),
    ("/downloadbill", Kind::Bill),
    ("/certificates", Kind::Keys),
    ("/getsignkey", Kind::Keys),
];

/// What a request seems to ask for, whoever sent it.
pub(super) fn kind_of(request: &HttpRequest<'_>) -> Option<Kind> {
    let path = request.path();
    ENDINGS.iter().find(|(ending, _)| path.ends_with(ending)).map(|(_, kind)| *kind)
}

pub(super) const fn kind_of_ask(ask: &Ask) -> Kind {
    match ask {
        Ask::Pay(_) => Kind::Pay,
        Ask::Make(_) => Kind::Order,
        Ask::Hold(Hold::Make(_)) => Kind::Order,
        Ask::Hold(Hold::Query { .. }) => Kind::Query,
        Ask::Hold(Hold::Cancel(_)) => Kind::Close,
        Ask::Hold(Hold::Unfreeze(_)) => Kind::RefundOrder,
        Ask::Query(_) => Kind::Query,
        Ask::Reverse(_) => Kind::Reverse,
        Ask::Close(_) => Kind::Close,
        Ask::Refund(_) => Kind::RefundOrder,
        Ask::RefundQuery(_) => Kind::RefundQuery,
        Ask::Bill { .. } | Ask::BillFile { .. } => Kind::Bill,
        Ask::Certificates | Ask::SandboxKey => Kind::Keys,
    }
}

/// Whether a request that is refused for this reason cannot be taken for anybody's.
pub(super) const fn is_nobodys(why: &Refusal) -> bool {
    matches!(
        why,
        Refusal::WrongFormat
            | Refusal::WrongSignature
            | Refusal::WrongTime
            | Refusal::NoSuchMerchant
            | Refusal::MerchantMismatch
            | Refusal::NoSuchCall
    )
}

/// What is wrong with a request that is turned away.
pub(super) const fn reason(why: Refusal) -> &'static str {
    match why {
        Refusal::WrongFormat => "the body is not what this gateway speaks",
        Refusal::WrongSignature => "the signature is wrong",
        Refusal::WrongTime => "the signature is too old, or from the future",
        Refusal::NoSuchMerchant => "no such merchant",
        Refusal::MerchantMismatch => "merchant and application do not belong together",
        Refusal::NoSuchCall => "no such call",
        Refusal::RateLimited => "too many requests",
        _ => "the request was not taken",
    }
}

/// How much a request is about.
pub(super) fn amount(ask: &Ask) -> Option<Fen> {
    let amount = match ask {
        Ask::Pay(pay) => pay.amount,
        Ask::Make(make) | Ask::Hold(Hold::Make(make)) => make.amount,
        Ask::Refund(refund) | Ask::Hold(Hold::Unfreeze(refund)) => refund.amount,
        _ => return None,
    };
    i64::try_from(amount.fen()).ok().map(Fen)
}

/// A field of a request, by its name in WeChat Pay v2.
pub(super) fn field<'a>(ask: &'a Ask, name: &str) -> Option<&'a str> {
    match (name, ask) {
        ("auth_code", Ask::Pay(pay)) => Some(pay.payment_code.as_str()),
        ("body", Ask::Pay(pay)) => Some(&pay.subject),
        ("body", Ask::Make(make) | Ask::Hold(Hold::Make(make))) => Some(&make.subject),
        ("attach", Ask::Pay(pay)) => pay.attach.as_deref(),
        ("attach", Ask::Make(make)) => make.attach.as_deref(),
        ("device_info", Ask::Pay(pay)) => pay.device.as_deref(),
        ("device_info", Ask::Make(make)) => make.device.as_deref(),
        ("out_refund_no", Ask::Refund(refund) | Ask::Hold(Hold::Unfreeze(refund))) => Some(&refund.refund_no),
        _ => None,
    }
}

/// What is meant by a word of the answer: one of this dialect's own, or WeChat Pay v2's for what every dialect has.
pub(super) fn refusal(manner: &Manner, word: &str) -> Refusal {
    let own = Refusal::ALL.into_iter().find(|why| manner.word(*why) == word);
    own.unwrap_or(match word {
        "BANKERROR" => Refusal::BankError,
        "NOTENOUGH" => Refusal::NotEnough,
        "AUTHCODEEXPIRE" => Refusal::CodeExpired,
        "AUTH_CODE_INVALID" => Refusal::CodeInvalid,
        "ORDERPAID" => Refusal::AlreadyPaid,
        "ORDERNOTEXIST" => Refusal::NoSuchOrder,
        "FREQUENCY_LIMITED" => Refusal::RateLimited,
        _ => Refusal::Busy,
    })
}

/// The word of an answer that counts.
pub(super) fn code(manner: &Manner, told: &Told) -> Code {
    match told {
        Told::Refused { why, .. } => Code::new(manner.word(*why)),
        Told::Order(order) => Code::new(match order.state {
            OrderState::Open => "NOTPAY",
            OrderState::Paying => "USERPAYING",
            OrderState::Paid => "SUCCESS",
            OrderState::Refunded => "REFUND",
            OrderState::Closed => "CLOSED",
            OrderState::Revoked => "REVOKED",
            OrderState::Failed => "PAYERROR",
        }),
        // Alipay's answer names what it has ended.
        Told::Reversed(_) if Brand::of(manner.dialect()) == Brand::Alipay => Code::new("REVOKED"),
        _ => Code::new("SUCCESS"),
    }
}

//! The trade bill of WeChat Pay as text: columns in Chinese, a backtick before each value, sums at the end.
//!
//! Source: WeChat Pay, downloadbill and tradebill with type ALL; columns, sums and how a value looks after the bill
//! that the platform prints as its example for hosted shops (2022). v3 gives out the same text behind an address. Amounts
//! in yuan. The sum of fees has five decimals in that example and two here. *Not modelled:* fees (nothing), coupons,
//! other types.

use crate::amount::Amount;
use crate::keys::WeChatMerchant;
use crate::told::{Bill, BillRow};
use crate::wechat_v2::answer::trade_type;

const HEAD: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,\
                    货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,\
                    商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";

const SUMS: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/// The whole text, lines ended by CR LF.
pub(crate) fn text(merchant: &WeChatMerchant, bill: &Bill) -> String {
    let mut text = format!("{HEAD}\r\n");
    for row in &bill.rows {
        line(&mut text, &values(merchant, row).each_ref().map(String::as_str));
    }
    text.push_str(SUMS);
    text.push_str("\r\n");
    let paid = sum(bill.rows.iter().filter(|row| row.refund.is_none()).map(|row| row.amount));
    let back = sum(bill.rows.iter().filter_map(|row| Some(row.refund.as_ref()?.amount)));
    let none = Amount::ZERO.yuan().to_string();
    let count = bill.rows.len().to_string();
    line(&mut text, &[&count, &paid, &back, &none, &none, &paid, &back].map(String::as_str));
    text
}

fn values(merchant: &WeChatMerchant, row: &BillRow) -> [String; 27] {
    let none = Amount::ZERO.yuan().to_string();
    let amount = row.amount.yuan().to_string();
    let refund = row.refund.as_ref();
    let back = refund.map_or(Amount::ZERO, |refund| refund.amount).yuan().to_string();
    let paid = if refund.is_some() { none.clone() } else { amount };
    [
        row.at.dashed(),
        merchant.app_id.clone(),
        merchant.mch_id.clone(),
        "0".to_owned(),
        row.device.clone().unwrap_or_default(),
        row.transaction_id.clone(),
        row.order_no.clone(),
        row.buyer_id.clone(),
        trade_type(row.kind).to_owned(),
        state(row).to_owned(),
        "OTHERS".to_owned(),
        "CNY".to_owned(),
        paid.clone(),
        none.clone(),
        refund.map_or("0", |refund| &refund.refund_id).to_owned(),
        refund.map_or("0", |refund| &refund.refund_no).to_owned(),
        back.clone(),
        none.clone(),
        if refund.is_some() { "ORIGINAL".to_owned() } else { String::new() },
        if refund.is_some() { "SUCCESS".to_owned() } else { String::new() },
        row.subject.clone(),
        String::new(),
        "0.00000".to_owned(),
        "0.00%".to_owned(),
        paid,
        back,
        String::new(),
    ]
}

const fn state(row: &BillRow) -> &'static str {
    match &row.refund {
        None => "SUCCESS",
        Some(refund) if refund.by_reverse => "REVOKED",
        Some(_) => "REFUND",
    }
}

fn line(text: &mut String, values: &[&str]) {
    for (at, value) in values.iter().enumerate() {
        text.push_str(if at == 0 { "`" } else { ",`" });
        text.extend(value.chars().map(harmless));
    }
    text.push_str("\r\n");
}

/// What parts values and lines cannot be escaped, and merchants write some of the values.
const fn harmless(character: char) -> char {
    if matches!(character, ',' | '`' | '\0'..='\x1f' | '\x7f') { ' ' } else { character }
}

/// Sums may be larger than any one amount.
fn sum(amounts: impl Iterator<Item = Amount>) -> String {
    let fen: u128 = amounts.map(|amount| u128::from(amount.fen())).sum();
    format!("{}.{:02}", fen / 100, fen % 100)
}

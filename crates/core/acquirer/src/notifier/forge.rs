//! Writes notices in their dialects, as they should be or as they should not.
//!
//! Source: WeChat Pay v2 and v3, Alipay, "Notifications", by way of [`wallet::notice`]. What is forged is named wrongly
//! to the honest writer; what is unsigned or malformed is spoiled after it. *Not modelled:* forged encryption of v3.

use super::{Claim, Forgery, Malformation, NoticeFault, Owed, Signing, What};
use crate::books::Books;
use crate::config::WalletSetup;
use crate::fault::body;
use crate::orders::{self, Clock};
use sim::{OrderNo, SimTime};
use wallet::amount::Amount;
use wallet::exchange::Dialect;
use wallet::keys::MerchantKeys;
use wallet::moment::WallTime;
use wallet::notice::{Notice, Post, Sender};
use wallet::sign::ApiKey;

/// What every notice is written with.
pub(super) struct Forge<'a> {
    pub(super) setup: &'a WalletSetup,
    pub(super) clock: Clock,
    pub(super) now: SimTime,
    pub(super) nonce: u128,
}

/// A serial number that no certificate of a platform has.
const FOREIGN_SERIAL: &str = "0123456789ABCDEF0123456789ABCDEF01234567";

impl Forge<'_> {
    /// A notice; `None` when what it tells of is in no book, or is nothing that its dialect tells.
    pub(super) fn write(&self, owed: &Owed, books: &Books, fault: Option<NoticeFault>) -> Option<Post> {
        let merchant = self.setup.merchant(owed.about.order.shop())?;
        let mut notice = self.notice(owed, books)?;
        if let Some(NoticeFault::Forged(forgery)) = fault {
            alter(&mut notice, forgery.claim);
        }
        let mut post = self.sign(&notice, owed, merchant, fault)?;
        match fault {
            Some(NoticeFault::Forged(Forgery { signing: Signing::Missing, .. })) => {
                unsign(&mut post, owed.about.dialect);
            }
            Some(NoticeFault::Malformed(malformation)) => malform(&mut post.body, malformation),
            _ => {}
        }
        Some(post)
    }

    fn notice(&self, owed: &Owed, books: &Books) -> Option<Notice> {
        let order = books.orders().order(owed.about.order)?;
        Some(match owed.about.what {
            What::Payment => Notice::Order(orders::paid_told(order, self.clock)),
            What::Refund { serial } => {
                Notice::Refund(orders::refund_told(order, serial, self.clock, self.now)?)
            }
        })
    }

    fn sign(
        &self,
        notice: &Notice,
        owed: &Owed,
        merchant: &MerchantKeys,
        fault: Option<NoticeFault>,
    ) -> Option<Post> {
        let keys = &self.setup.platform.keys;
        let age_s = if let Some(NoticeFault::Stale { by }) = fault { by.as_secs() } else { 0 };
        let wall = self.clock.wall(self.now);
        let said_at = WallTime::from_unix_s(wall.unix_s().saturating_sub(age_s));
        let foreign_api_key = ApiKey::new("not the key of this merchant");
        let signing =
            if let Some(NoticeFault::Forged(forgery)) = fault { forgery.signing } else { Signing::Right };
        let is_foreign = signing == Signing::WrongKey;
        let misnamed = signing == Signing::WrongKeyId;
        let name = owed.name.as_str();
        let sender = match owed.about.dialect {
            Dialect::WeChatV2 => Sender::WeChatV2 {
                app_id: &merchant.wechat.app_id,
                mch_id: &merchant.wechat.mch_id,
                api_key: if is_foreign || misnamed { &foreign_api_key } else { &merchant.wechat.api_key },
                sign_type: self.setup.v2_notices_signed,
                nonce: self.nonce,
            },
            Dialect::WeChatV3 => Sender::WeChatV3 {
                app_id: &merchant.wechat.app_id,
                mch_id: &merchant.wechat.mch_id,
                private_key: if is_foreign { &keys.alipay } else { &keys.wechat.private_key },
                serial: if misnamed { FOREIGN_SERIAL } else { self.setup.v3_notice_serial() },
                api_v3_key: &merchant.wechat.api_v3_key,
                signed_at: said_at,
                nonce: self.nonce,
                id: name,
            },
            Dialect::AlipayGateway | Dialect::AlipayV3 => Sender::Alipay {
                app_id: &merchant.alipay.app_id,
                seller_id: &merchant.alipay.seller_id,
                private_key: if is_foreign || misnamed { &keys.wechat.private_key } else { &keys.alipay },
                notify_id: name,
                sent_at: said_at,
            },
        };
        sender.write(notice)
    }
}

fn alter(notice: &mut Notice, claim: Claim) {
    let (number, amount) = match notice {
        Notice::Order(order) => (&mut order.order_no, &mut order.amount),
        Notice::Refund(refund) => (&mut refund.order_no, &mut refund.amount),
    };
    match claim {
        Claim::Amount { by_fen } => {
            let altered = Amount::from_fen(amount.fen().saturating_add_signed(by_fen));
            *amount = altered.unwrap_or(Amount::MAX);
        }
        Claim::Order(other) => *number = OrderNo::as_str(&other).to_owned(),
        Claim::True => {}
    }
}

/// Takes the signature out of a notice that has one.
fn unsign(post: &mut Post, dialect: Dialect) {
    match dialect {
        Dialect::WeChatV3 => {
            post.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Wechatpay-Signature"));
        }
        Dialect::WeChatV2 => cut_out(&mut post.body, b"<sign>", b"</sign>"),
        Dialect::AlipayGateway | Dialect::AlipayV3 => {
            let kept = post.body.split(|byte| *byte == b'&').filter(|part| !part.starts_with(b"sign="));
            post.body = kept.collect::<Vec<_>>().join(&b'&');
        }
    }
}

/// Removes what lies between these, and them.
fn cut_out(body: &mut Vec<u8>, begins: &[u8], ends: &[u8]) {
    let place = |of: &[u8]| body.windows(of.len()).position(|window| window == of);
    if let (Some(from), Some(to)) = (place(begins), place(ends)) {
        body.drain(from..(to + ends.len()).max(from));
    }
}

fn malform(body: &mut Vec<u8>, malformation: Malformation) {
    match malformation {
        Malformation::CutShort => body::cut_short(body),
        Malformation::NotADocument => body::error_page(body),
        Malformation::WrongEncoding => body::utf_16(body),
    }
}

#[cfg(test)]
mod tests {
    use super::cut_out;

    #[test]
    fn a_cut_out_leaves_the_rest() {
        let mut body = b"<xml><sign>AB</sign><a>1</a></xml>".to_vec();
        cut_out(&mut body, b"<sign>", b"</sign>");
        assert_eq!(body, b"<xml><a>1</a></xml>");
        cut_out(&mut body, b"<sign>", b"</sign>");
        assert_eq!(body, b"<xml><a>1</a></xml>");
    }
}

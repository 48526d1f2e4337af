//! One way in and one way out for every dialect: a request is heard, a decision is answered.
//!
//! [`Platform::hear`] reads and authenticates, and remembers how it was asked; somebody decides; [`Platform::answer`]
//! puts the decision into the words of that dialect and signs it. *Not modelled:* replays: the nonce is given to the
//! caller, who may remember it.

use crate::alipay::{self, gateway, rest};
use crate::ask::Ask;
use crate::exchange::{self, Dialect, HttpAnswer, HttpRequest};
use crate::keys::{MerchantKeys, PlatformKeys};
use crate::moment::{Clock, WallTime};
use crate::told::{Refusal, Told};
use crate::{wechat_v2, wechat_v3};

/// A wallet platform: whom it knows and what it signs with.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Whom it serves.
    pub merchants: Vec<MerchantKeys>,
    /// What it signs with.
    pub keys: PlatformKeys,
    /// How far the time of a signed v3 request may be from the platform's, in seconds; `None` does not look. WeChat
    /// Pay takes five minutes.
    pub clock_skew_s: Option<u64>,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What is asked, or why it must be refused.
    pub asked: Result<Ask, Refusal>,
    /// How it was asked; the answer goes back the same way.
    pub manner: Manner,
}

/// How a request was asked. Opaque: it is kept and handed back to [`Platform::answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner(Way);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    WeChatV2(wechat_v2::Manner),
    WeChatV3(wechat_v3::Manner),
    AlipayGateway(gateway::Manner),
    AlipayV3(rest::Manner),
}

impl Manner {
    /// The dialect.
    pub const fn dialect(&self) -> Dialect {
        match self.0 {
            Way::WeChatV2(_) => Dialect::WeChatV2,
            Way::WeChatV3(_) => Dialect::WeChatV3,
            Way::AlipayGateway(_) => Dialect::AlipayGateway,
            Way::AlipayV3(_) => Dialect::AlipayV3,
        }
    }

    /// Which of the platform's merchants asked, by its place in [`Platform::merchants`]; `None` unless it signed.
    pub const fn merchant(&self) -> Option<usize> {
        match &self.0 {
            Way::WeChatV2(wechat_v2::Manner { signer: Some(signer), .. }) => Some(signer.merchant),
            Way::WeChatV2(_) => None,
            Way::WeChatV3(manner) => manner.merchant,
            Way::AlipayGateway(manner) => manner.merchant,
            Way::AlipayV3(manner) => manner.merchant,
        }
    }

    /// What a signed request said that it will say only once. Alipay's gateway has none.
    pub fn nonce(&self) -> Option<&str> {
        match &self.0 {
            Way::WeChatV2(manner) => manner.nonce.as_deref(),
            Way::WeChatV3(manner) => manner.nonce.as_deref(),
            Way::AlipayGateway(_) => None,
            Way::AlipayV3(manner) => manner.nonce.as_deref(),
        }
    }

    /// The word that a refusal has in this dialect: `err_code`, `code` or `sub_code`.
    pub fn word(&self, why: Refusal) -> &'static str {
        match &self.0 {
            Way::WeChatV2(manner) => {
                wechat_v2::words::word(why, manner.call.unwrap_or(wechat_v2::Call::OrderQuery)).code
            }
            Way::WeChatV3(manner) => wechat_v3::words::word(why, manner.call.as_ref()).code,
            Way::AlipayGateway(gateway::Manner { call, .. }) | Way::AlipayV3(rest::Manner { call, .. }) => {
                alipay::words::word(why, *call).sub_code
            }
        }
    }
}

/// What every answer and notification needs from the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// When it is said.
    pub now: WallTime,
    /// Should never repeat.
    pub nonce: u128,
}

impl Platform {
    /// Reads a request; `None` when its path belongs to no dialect.
    pub fn hear(&self, request: &HttpRequest<'_>, now: WallTime) -> Option<Heard> {
        let clock = Clock { now, skew_s: self.clock_skew_s };
        let (asked, way) = match exchange::route(request)? {
            Dialect::WeChatV2 => {
                with(Way::WeChatV2, |manner| wechat_v2::read(&self.merchants, request, manner))
            }
            Dialect::WeChatV3 => {
                with(Way::WeChatV3, |manner| wechat_v3::read(&self.merchants, request, clock, manner))
            }
            Dialect::AlipayGateway => {
                with(Way::AlipayGateway, |manner| gateway::read(&self.merchants, request, now, manner))
            }
            Dialect::AlipayV3 => {
                with(Way::AlipayV3, |manner| rest::read(&self.merchants, request, clock, manner))
            }
        };
        Some(Heard { asked, manner: Manner(way) })
    }

    /// Puts a decision into the words of the dialect that was asked in, signed.
    ///
    /// A decision that does not belong to what was asked is worded as well as that dialect can.
    pub fn answer(&self, manner: &Manner, told: &Told, stamp: Stamp) -> HttpAnswer {
        match &manner.0 {
            Way::WeChatV2(manner) => wechat_v2::answer::answer(&self.merchants, manner, told, stamp),
            Way::WeChatV3(manner) => {
                wechat_v3::answer::answer(&self.merchants, &self.keys.wechat, manner, told, stamp)
            }
            Way::AlipayGateway(manner) => gateway::answer(&self.keys.alipay, manner, told),
            Way::AlipayV3(manner) => rest::answer(&self.keys.alipay, manner, told, stamp),
        }
    }
}

/// Reads into a manner that is kept also when the request is refused.
fn with<M: Default>(
    way: fn(M) -> Way,
    read: impl FnOnce(&mut M) -> Result<Ask, Refusal>,
) -> (Result<Ask, Refusal>, Way) {
    let mut manner = M::default();
    let asked = read(&mut manner);
    (asked, way(manner))
}

//! One way in and one way out for every dialect: a request is heard, a decision is answered.
//!
//! [`Platform::hear`] reads and authenticates, and remembers how it was asked; somebody decides; [`Platform::answer`]
//! puts the decision into the words of that dialect and signs it. *Not modelled:* replays: the nonce is given to the
//! caller, who may remember it.

use crate::ask::Ask;
use crate::exchange::{self, HttpAnswer, HttpRequest, Tongue};
use crate::keys::{MerchantKeys, PlatformKeys};
use crate::moment::WallTime;
use crate::told::{Refusal, Told};

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
pub struct Manner {
    tongue: Tongue,
    /// Into the platform's list, once the merchant is known and authentic.
    merchant: Option<usize>,
    /// What the request called itself by, against replays.
    nonce: Option<String>,
}

impl Manner {
    /// The dialect.
    pub const fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// Which of the platform's merchants asked, by its place in [`Platform::merchants`].
    pub const fn merchant(&self) -> Option<usize> {
        self.merchant
    }

    /// What a signed request said that it will say only once.
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
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
        let tongue = exchange::route(request)?;
        let _ = now;
        let manner = Manner { tongue, merchant: None, nonce: None };
        Some(Heard { asked: Err(Refusal::NoSuchCall), manner })
    }

    /// Puts a decision into the words of the dialect that was asked in, signed.
    pub fn answer(&self, manner: &Manner, told: &Told, stamp: Stamp) -> HttpAnswer {
        let _ = (manner, told, stamp);
        HttpAnswer::new(501, "text/plain", Vec::new())
    }
}

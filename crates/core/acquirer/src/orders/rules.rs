//! What the platforms rule differently about orders, as data.
//!
//! Sources: WeChat Pay, "Reverse" (7 days, unknown is an error), "Refund" (a year), "Query" (unpaid is revoked after 45 s,
//! global edition); Alipay, "cancel" (success also if no trade exists; abroad the same Beijing day and 15 minutes),
//! "precreate", barcode time-out (3 min). *Not modelled:* limits by merchant, by payer or by day.

use core::time::Duration;
use sim::ShopNo;
use wallet::ask::Wallet;
use wallet::exchange::Dialect;

/// How one platform rules about orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderRules {
    /// An unpaid order whose payer's code was scanned ends after this.
    pub scanned_expire: Option<Duration>,
    /// An unpaid order whose code is shown ends after this.
    pub shown_expire: Option<Duration>,
    /// What runs out while a payer's code was scanned is revoked, and not closed.
    pub scanned_expire_revokes: bool,
    /// After not enough money the order waits on, and is not failed.
    pub waits_after_failure: bool,
    /// A shown order exists only when somebody has scanned it.
    pub shown_hides: bool,
    /// A reverse of an order that nobody has made.
    pub unknown_reverse: UnknownReverse,
    /// Until when a paid order can be reversed.
    pub reverse: Deadline,
    /// Until when a paid order can be refunded.
    pub refund: Deadline,
    /// A refund's number belongs to the shop and not to its order.
    pub refund_no_is_the_shops: bool,
    /// From the taking of a refund to its arrival at the payer.
    pub refunding: Duration,
    /// The most characters of an order's number.
    pub order_no_max: usize,
}

/// What becomes of a reverse of an order that nobody has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownReverse {
    /// It is refused: there is no such order.
    Refused,
    /// It succeeds, and should the order still come, it is refused.
    Bars,
}

/// Until when something can be done with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// For ever.
    Never,
    /// For so long.
    After(Duration),
    /// Until the day of the payment ends in Beijing, and so long beyond.
    SameDay {
        /// How long beyond midnight.
        grace: Duration,
    },
}

const DAY: Duration = Duration::from_secs(86_400);

impl OrderRules {
    /// WeChat Pay's.
    pub const WECHAT: Self = Self {
        scanned_expire: None,
        shown_expire: None,
        scanned_expire_revokes: true,
        waits_after_failure: false,
        shown_hides: false,
        unknown_reverse: UnknownReverse::Refused,
        reverse: Deadline::After(DAY.saturating_mul(7)),
        refund: Deadline::After(DAY.saturating_mul(365)),
        refund_no_is_the_shops: true,
        refunding: Duration::ZERO,
        order_no_max: 32,
    };

    /// Alipay's, at home.
    pub const ALIPAY: Self = Self {
        scanned_expire: Some(Duration::from_secs(180)),
        shown_expire: None,
        scanned_expire_revokes: false,
        waits_after_failure: true,
        shown_hides: true,
        unknown_reverse: UnknownReverse::Bars,
        reverse: Deadline::Never,
        refund: Deadline::After(DAY.saturating_mul(365)),
        refund_no_is_the_shops: false,
        refunding: Duration::ZERO,
        order_no_max: 64,
    };

    /// The global edition of WeChat Pay revokes what a scanned payer has not paid after 45 s.
    #[must_use]
    pub const fn with_auto_revoke(self) -> Self {
        Self { scanned_expire: Some(Duration::from_secs(45)), ..self }
    }

    /// Alipay abroad cancels on the same Beijing day and 15 minutes of the next.
    #[must_use]
    pub const fn abroad(self) -> Self {
        Self { reverse: Deadline::SameDay { grace: Duration::from_secs(900) }, ..self }
    }
}

/// Whose platform a merchant speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brand {
    WeChat,
    Alipay,
}

impl Brand {
    pub(crate) const fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::WeChatV2 | Dialect::WeChatV3 => Self::WeChat,
            Dialect::AlipayGateway | Dialect::AlipayV3 => Self::Alipay,
        }
    }

    /// Whose payment codes it takes.
    pub(crate) const fn wallet(self) -> Wallet {
        match self {
            Self::WeChat => Wallet::WeChat,
            Self::Alipay => Wallet::Alipay,
        }
    }

    /// Which of a merchant's shops this is: every merchant has one with each.
    pub(crate) const fn shop_of(self, merchant: u16) -> ShopNo {
        ShopNo(merchant.saturating_mul(2).saturating_add(match self {
            Self::WeChat => 0,
            Self::Alipay => 1,
        }))
    }
}

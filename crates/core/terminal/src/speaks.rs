//! Which releases of other people's words a firmware knows: the knobs that grow stale while it lies on the shelf.
//!
//! Source: the two formats of `voucher::document`; UnionPay POS dialect, field 60.3, 001 and 003.
//! *Not modelled:* releases of the wallet's interfaces. What a newer one sends is a fault of the acquirer
//! (`answers-with`, `notifies-with`), and no firmware here can read it.

use crate::knobs::{habit, knobs};
use iso8583::KeyLayout;

knobs! {
    /// Which releases a firmware knows.
    pub struct Speaks {
        /// Which formats of the electronic voucher it can write.
        pub vouchers: Vouchers = "vouchers",
        /// Which working keys it asks for when it signs on.
        pub working_keys: WorkingKeys = "working-keys",
    }
}

habit! {
    /// Which formats of the electronic voucher are known.
    pub enum Vouchers {
        /// Both: the first until the back office wants the second, so that a rule that is made while it is in the field
        /// finds it ready.
        BothFormats = "both-formats",
        /// The first: what a newer rule wants it cannot write, and that voucher is lost.
        FirstFormat = "first-format",
    }
}

habit! {
    /// How long working keys are.
    pub enum WorkingKeys {
        /// Double length, asked for as 003: a single DES key can be found by trying.
        Double = "double",
        /// Single length, asked for as 001, as older releases do.
        Single = "single",
    }
}

impl WorkingKeys {
    /// How field 60.3 asks for them.
    pub(crate) const fn layout(self) -> KeyLayout {
        match self {
            Self::Double => KeyLayout::Double,
            Self::Single => KeyLayout::Single,
        }
    }
}

//! Words of the wire with a fixed meaning: order states and refusals.
//!
//! Source: WeChat Pay v2, "payment-code": `trade_state`, and `err_code` as far as its meaning is known there.
//! Not modelled: further refusals; they read as [`ErrCode::Other`].

use core::fmt;

macro_rules! wire_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads the word of the wire.
            pub fn from_wire(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

wire_words! {
    /// Where an order stands: `trade_state`.
    TradeState {
        /// Paid.
        Success = "SUCCESS",
        /// Paid, and refunded at least in part.
        Refund = "REFUND",
        /// Not paid yet.
        NotPay = "NOTPAY",
        /// Closed: can never be paid.
        Closed = "CLOSED",
        /// Taken back.
        Revoked = "REVOKED",
        /// The payer is typing the password.
        UserPaying = "USERPAYING",
        /// Paying failed.
        PayError = "PAYERROR",
        /// Accepted, waiting for the debit.
        Accept = "ACCEPT",
    }
}

wire_words! {
    /// Why the gateway refused a call: `err_code`.
    ErrCode {
        /// The gateway is at fault: the result is unknown.
        SystemError = "SYSTEMERROR",
        /// The bank is at fault: the result is unknown.
        BankError = "BANKERROR",
        /// The payer is typing the password: the result is unknown.
        UserPaying = "USERPAYING",
        /// Already paid.
        OrderPaid = "ORDERPAID",
        /// No such order.
        OrderNotExist = "ORDERNOTEXIST",
        /// Already closed.
        OrderClosed = "ORDERCLOSED",
        /// Already reversed.
        OrderReversed = "ORDERREVERSED",
        /// The merchant's number was used for another order.
        OutTradeNoUsed = "OUT_TRADE_NO_USED",
        /// Wrong signature.
        SignError = "SIGNERROR",
        /// Wrong parameters.
        ParamError = "PARAM_ERROR",
        /// Not enough money.
        NotEnough = "NOTENOUGH",
        /// The payment code is nobody's, or was used.
        AuthCodeInvalid = "AUTH_CODE_INVALID",
        /// The payment code is too old.
        AuthCodeExpired = "AUTHCODEEXPIRE",
        /// The payer's card cannot do this.
        CardUnsupported = "NOTSUPORTCARD",
        /// No such refund.
        RefundNotExist = "REFUNDNOTEXIST",
        /// The order is not paid, so that there is nothing to give back.
        TradeStateError = "TRADE_STATE_ERROR",
        /// The number belongs to a refund of another amount.
        RefundFeeMismatch = "REFUND_FEE_MISMATCH",
        /// Too late for a reverse.
        ReverseExpired = "REVERSE_EXPIRE",
        /// Too late for a refund.
        TradeOverdue = "TRADE_OVERDUE",
        /// More is to go back than is left.
        Error = "ERROR",
        /// A code that this table does not have.
        Other = "OTHER",
    }
}

impl ErrCode {
    /// Whether money may have moved all the same, so that one must ask.
    pub const fn leaves_result_unknown(self) -> bool {
        matches!(self, Self::SystemError | Self::BankError | Self::UserPaying | Self::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_what_it_was_written_for() {
        for &state in TradeState::ALL {
            assert_eq!(TradeState::from_wire(state.as_str()), Some(state));
        }
        assert_eq!(TradeState::from_wire("success"), None);
    }

    #[test]
    fn faults_of_gateway_and_bank_leave_the_result_unknown() {
        let open: Vec<_> = ErrCode::ALL.iter().filter(|code| code.leaves_result_unknown()).collect();
        assert_eq!(open, [&ErrCode::SystemError, &ErrCode::BankError, &ErrCode::UserPaying, &ErrCode::Other]);
    }
}

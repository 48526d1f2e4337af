//! What an answer of the wallet's gateway settles, taken out of the buffers that it was read in.
//!
//! Source: WeChat Pay v2: an answer counts for the order, or the refund, that it names, and for its amount.
//! Alipay says the same in other words.

use crate::charge::Charge;
use crate::wallets::{WalletTable, wallet_of};
use sim::Key;
use wallet::ask::Wallet;
use wallet::messages::{Answer, ErrCode, OrderState, Paid, RefundStatus, RefundTold, Reversed, TradeState};

/// What an answer settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The code may be shown.
    CodeUrl,
    /// Nobody can pay the order any more.
    Closed,
    /// Where the order stands, the gateway's number of its payment, and whether the wallet is one of the table.
    State { state: TradeState, reference: String, listed: bool },
    /// Paid at once, under this number of the gateway.
    Paid { reference: String },
    /// A reverse was done or refused, and whether to call it again. It names no order.
    Reversed { refused: Option<ErrCode>, recall: bool },
    /// Where the refund stands, and the gateway's number of it.
    Refund { status: RefundStatus, reference: String },
    /// It is about another order, another refund, or another amount.
    Foreign,
}

impl Settled {
    /// What `answer` settles for this charge.
    pub(crate) fn of(answer: &Answer<'_>, charge: &Charge, wallets: WalletTable) -> Self {
        match answer {
            Answer::CodeUrl(_) => Self::CodeUrl,
            Answer::Closed => Self::Closed,
            Answer::Reversed(Reversed { refused, recall }) => {
                Self::Reversed { refused: *refused, recall: *recall }
            }
            Answer::Order(OrderState {
                out_trade_no,
                trade_state,
                transaction_id,
                total_fee_fen,
                trade_type,
            }) => {
                let reference = transaction_id.unwrap_or_default().to_owned();
                let listed = wallets.knows_trade_type(gateway(charge), *trade_type);
                let state = Self::State { state: *trade_state, reference, listed };
                about(charge, out_trade_no, *total_fee_fen, state)
            }
            Answer::Paid(Paid { out_trade_no, transaction_id, total_fee_fen }) => {
                let paid = Self::Paid { reference: (*transaction_id).to_owned() };
                about(charge, out_trade_no, Some(*total_fee_fen), paid)
            }
            Answer::Refund(RefundTold { out_refund_no, refund_id, refund_fee_fen, status, .. }) => {
                let refund = Self::Refund { status: *status, reference: (*refund_id).to_owned() };
                about(charge, out_refund_no, Some(*refund_fee_fen), refund)
            }
        }
    }
}

/// Whose gateway was asked about a charge.
fn gateway(charge: &Charge) -> Wallet {
    match charge.key {
        Key::Order(number) => wallet_of(number.shop()),
        Key::Card { .. } => Wallet::WeChat,
    }
}

/// What is settled, if it is about this charge.
fn about(charge: &Charge, number: &str, amount_fen: Option<u64>, settled: Settled) -> Settled {
    let same_number = matches!(charge.key, Key::Order(own) if own.as_str() == number);
    let same_amount = amount_fen.is_none_or(|amount| amount == charge.amount.unsigned());
    if same_number && same_amount { settled } else { Settled::Foreign }
}

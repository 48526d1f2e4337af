//! The terminal's wallet table: which wallets it knows, by what their payment codes begin with, and by what their
//! platforms say in `trade_type`.
//!
//! A code on the screen belongs to the acquirer, and whose purse has paid it stands in the answer alone; so an order can
//! be paid through a wallet that the table lacks. Sources: payment codes, as `wallet::ask`; `trade_type`, WeChat Pay v2,
//! "Query" (JSAPI, NATIVE, APP, MICROPAY; FACEPAY and MWEB came later and are left out here).
//! *Not modelled:* rates and limits by wallet, logos, the download of the table.

use sim::ShopNo;
use wallet::ask::{PaymentCode, Wallet};

/// The merchant's account with Alipay; that with WeChat Pay is the first. An order's number says its shop.
pub const ALIPAY_SHOP: ShopNo = ShopNo(1);

/// The wallets of a terminal's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletTable {
    /// WeChat Pay.
    pub wechat: bool,
    /// Alipay.
    pub alipay: bool,
}

/// What WeChat Pay calls the ways to pay it.
const WECHAT_TRADE_TYPES: [&str; 4] = ["JSAPI", "NATIVE", "APP", "MICROPAY"];

impl WalletTable {
    /// Every wallet that this firmware was built with.
    pub const WHOLE: Self = Self { wechat: true, alipay: true };

    /// Whether it has this wallet.
    #[must_use]
    pub const fn has(self, wallet: Wallet) -> bool {
        match wallet {
            Wallet::WeChat => self.wechat,
            Wallet::Alipay => self.alipay,
            Wallet::UnionPay => false,
        }
    }

    /// Whose payment code this is, if the table says.
    #[must_use]
    pub fn wallet_of_code(self, code: &PaymentCode) -> Option<Wallet> {
        code.wallet().filter(|wallet| self.has(*wallet))
    }

    /// Whether a payment of this `trade_type` was made through a wallet of the table. Where none is said, it is that of
    /// the gateway that was asked.
    #[must_use]
    pub fn knows_trade_type(self, trade_type: Option<&str>) -> bool {
        let is_wechat = |word: &str| WECHAT_TRADE_TYPES.contains(&word);
        trade_type.is_none_or(|word| self.wechat && is_wechat(word))
    }
}

#[cfg(test)]
mod tests {
    use super::WalletTable;
    use wallet::ask::{PaymentCode, Wallet};

    const LACKS_WECHAT: WalletTable = WalletTable { wechat: false, ..WalletTable::WHOLE };

    #[test]
    fn a_code_is_a_wallets_only_if_the_table_has_that_wallet() {
        let wechat = PaymentCode::new("134567890123456789".to_owned());
        let alipay = PaymentCode::new("2812345678901234".to_owned());
        assert_eq!(WalletTable::WHOLE.wallet_of_code(&wechat), Some(Wallet::WeChat));
        assert_eq!(LACKS_WECHAT.wallet_of_code(&wechat), None);
        assert_eq!(LACKS_WECHAT.wallet_of_code(&alipay), Some(Wallet::Alipay));
    }

    #[test]
    fn a_way_to_pay_is_known_only_if_the_table_has_its_wallet() {
        assert!(WalletTable::WHOLE.knows_trade_type(Some("NATIVE")));
        assert!(!WalletTable::WHOLE.knows_trade_type(Some("HOLOPAY")));
        assert!(!LACKS_WECHAT.knows_trade_type(Some("NATIVE")) && LACKS_WECHAT.knows_trade_type(None));
    }
}

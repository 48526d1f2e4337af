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

/// The shop that orders of a wallet are made in.
pub(crate) const fn shop_of(wallet: Wallet) -> ShopNo {
    match wallet {
        Wallet::WeChat | Wallet::UnionPay => ShopNo(0),
        Wallet::Alipay => ALIPAY_SHOP,
    }
}

/// Whose orders are made in a shop.
pub(crate) fn wallet_of(shop: ShopNo) -> Wallet {
    if shop == ALIPAY_SHOP { Wallet::Alipay } else { Wallet::WeChat }
}

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

    /// Whether a payment of this `trade_type` was made through a wallet of the table. Alipay says none: its gateway serves
    /// its own payers alone.
    #[must_use]
    pub fn knows_trade_type(self, gateway: Wallet, trade_type: Option<&str>) -> bool {
        match (gateway, trade_type) {
            (Wallet::WeChat, Some(word)) => self.wechat && WECHAT_TRADE_TYPES.contains(&word),
            (Wallet::WeChat, None) => true,
            (other, _) => self.has(other),
        }
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
        let knows = |table: WalletTable, word| table.knows_trade_type(Wallet::WeChat, word);
        assert!(knows(WalletTable::WHOLE, Some("NATIVE")) && !knows(WalletTable::WHOLE, Some("HOLOPAY")));
        assert!(!knows(LACKS_WECHAT, Some("NATIVE")) && knows(LACKS_WECHAT, None));
        assert!(LACKS_WECHAT.knows_trade_type(Wallet::Alipay, None));
        let lacks_alipay = WalletTable { alipay: false, ..WalletTable::WHOLE };
        assert!(!lacks_alipay.knows_trade_type(Wallet::Alipay, None));
    }
}

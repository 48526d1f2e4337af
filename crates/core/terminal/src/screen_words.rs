//! What the display reads, line by line, in Chinese or English: for the cashier and the customer.
//!
//! The wording follows what acquirers ask of their terminals: an unknown result forbids a second charge in so many
//! words. *Not modelled:* the width of the display, fonts, colours.

use crate::copies::NoSlip;
use crate::event::Trouble;
use crate::screen::{Belief, Face, Screen};
use crate::settings::Language;
use crate::slip::kind_words;

impl Screen {
    /// The lines of the display, from the top. A dark display has none.
    #[must_use]
    pub fn words(&self, language: Language) -> Vec<String> {
        let pick = |chinese: &str, english: &str| match language {
            Language::Chinese => chinese.to_owned(),
            Language::English => english.to_owned(),
        };
        let mut lines = Vec::new();
        match self.face {
            Face::Off => return lines,
            Face::Idle => lines.push(pick("请输入金额", "ENTER AMOUNT")),
            Face::Working { kind, wallet, amount } => {
                lines.push(format!("{} {}", kind_words(kind, wallet, language), amount.digits()));
                lines.push(pick("正在处理, 请稍候", "PLEASE WAIT"));
            }
            Face::Code { amount } => {
                lines.push(format!("{} {}", pick("请扫码支付", "SCAN TO PAY"), amount.digits()));
            }
            Face::WantsCode { amount } => {
                lines.push(format!("{} {}", pick("请出示付款码", "SHOW PAYMENT CODE"), amount.digits()));
            }
            Face::WantsReceipt => {
                lines.push(pick(
                    "是否打印小票? [确认] 打印 [取消] 不打印",
                    "PRINT RECEIPT? [ENTER] YES [CANCEL] NO",
                ));
            }
            Face::Asking => lines.push(pick("正在查询交易结果", "CHECKING THE RESULT")),
            Face::SigningOn => lines.push(pick("正在签到, 请稍候", "SIGNING ON, PLEASE WAIT")),
            Face::Settling => lines.push(pick("正在结算, 请勿断电", "SETTLING, DO NOT SWITCH OFF")),
            Face::LoggedOff => lines.push(pick("请操作员登录", "OPERATOR, PLEASE LOG ON")),
        }
        lines.extend(self.verdict.map(|(_, belief)| match belief {
            Belief::Approved => pick("交易成功", "APPROVED"),
            Belief::Declined => pick("交易未成功, 未扣款", "NOT APPROVED, NOT CHARGED"),
            Belief::Unknown => pick("结果未知, 请勿重复收款", "RESULT UNKNOWN: DO NOT CHARGE AGAIN"),
        }));
        lines.extend(self.no_slip.map(|why| match why {
            NoSlip::SwitchedOff => {
                pick("未打印持卡人联: 已在设置中关闭", "NO CUSTOMER COPY: SWITCHED OFF IN THE SETTINGS")
            }
            NoSlip::NotWanted => pick("未打印小票: 顾客不需要", "NO RECEIPT: NOT WANTED"),
            NoSlip::NobodyAnswered => pick("未打印小票: 未选择", "NO RECEIPT: NOBODY ANSWERED"),
        }));
        lines.extend(self.trouble.map(|trouble| match trouble {
            Trouble::PaperEnd => pick("打印机缺纸, 请装纸", "PRINTER: LOAD PAPER"),
            Trouble::CoverOpen => pick("打印机盖已打开", "PRINTER: CLOSE THE COVER"),
            Trouble::Error | Trouble::Offline | Trouble::Stuck => pick("打印机故障", "PRINTER: CHECK IT"),
            Trouble::Silent => pick("打印机无响应, 请检查连线", "PRINTER: CHECK ITS CABLE AND POWER"),
        }));
        lines.extend(self.look_after.map(|key| match language {
            Language::Chinese => format!("记录丢失, 请与收单行核对: {key}"),
            Language::English => format!("RECORD LOST, CHECK WITH THE ACQUIRER: {key}"),
        }));
        if self.reprint.is_some() {
            lines.push(pick("补打凭条请按 [重打印]", "[REPRINT] PRINTS A SLIP AGAIN"));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use crate::screen::{Belief, Face, Screen};
    use crate::{Intent, Language};

    #[test]
    fn an_unknown_result_forbids_a_second_charge_in_both_languages() {
        let screen =
            Screen { face: Face::Asking, verdict: Some((Intent(0), Belief::Unknown)), ..Screen::OFF };
        assert!(screen.words(Language::Chinese).iter().any(|line| line.contains("请勿重复收款")));
        assert!(screen.words(Language::English).iter().any(|line| line.contains("DO NOT CHARGE AGAIN")));
    }

    #[test]
    fn a_dark_display_says_nothing() {
        assert!(Screen::OFF.words(Language::Chinese).is_empty());
    }
}

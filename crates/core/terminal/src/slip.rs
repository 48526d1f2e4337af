//! The slip: what a charge looks like on paper, in Chinese or English, as ESC/POS.
//!
//! The order of the lines follows the usual UnionPay sales slip. Each line that a machine may want to read
//! again is a label and a value; [`Label`] holds the words, so that whoever reads a slip back uses the same
//! ones. Text is GB18030. *Not modelled:* signature line rules, logos.

use crate::charge::{Approval, Charge, Kind};
use crate::desk::Closing;
use crate::event::Copy;
use crate::settings::{Language, Settings, wall_clock};
use encoding_rs::GB18030;
use escpos::{Align, CutMode, Presenter, Writer};
use sim::{Fen, Key, SimTime};
use wallet::ask::Wallet;

/// What is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// A copy of the slip of a charge.
    Slip { approval: Box<Approval>, copy: Copy },
    /// What a batch amounted to.
    Totals { closing: Closing, at: SimTime },
}

impl Sheet {
    /// Which charge it is about.
    pub(crate) const fn key(&self) -> Option<Key> {
        match self {
            Self::Slip { approval, .. } => Some(approval.charge.key),
            Self::Totals { .. } => None,
        }
    }
}

/// How a slip is printed and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Who is logged on.
    pub operator: u8,
    /// Whether it says that it is a reprint.
    pub reprint: bool,
    /// Whether something unfinished hangs in the printer, and is cut off first.
    pub after_trouble: bool,
    /// What the printer does with it after the cut.
    pub delivery: Delivery,
}

/// What a printer does with a slip after the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing: it lies in the mouth of the printer.
    Mouth,
    /// The presenter hands it out.
    Present,
    /// The presenter holds it back.
    Hold,
}

/// The words in front of what a slip says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// The charge's number at the terminal: batch and trace number, or the order number.
    Number,
    /// How much.
    Amount,
    /// The acquirer's reference.
    Reference,
    /// What became of it.
    Outcome,
    /// The number of the charge that it is about.
    Original,
}

impl Label {
    /// The words, in one language.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Number, Language::Chinese) => "凭证号:",
            (Self::Number, Language::English) => "TRACE NO:",
            (Self::Amount, Language::Chinese) => "金额:",
            (Self::Amount, Language::English) => "AMOUNT:",
            (Self::Reference, Language::Chinese) => "参考号:",
            (Self::Reference, Language::English) => "REF NO:",
            (Self::Outcome, Language::Chinese) => "交易结果:",
            (Self::Outcome, Language::English) => "RESULT:",
            (Self::Original, Language::Chinese) => "原凭证号:",
            (Self::Original, Language::English) => "ORIGINAL NO:",
        }
    }
}

/// What stands at the foot of a copy.
#[must_use]
pub const fn copy_words(copy: Copy, language: Language) -> &'static str {
    match (copy, language) {
        (Copy::Merchant, Language::Chinese) => "商户存根",
        (Copy::Merchant, Language::English) => "MERCHANT COPY",
        (Copy::Customer, Language::Chinese) => "持卡人存根",
        (Copy::Customer, Language::English) => "CUSTOMER COPY",
        (Copy::Bank, Language::Chinese) => "银行存根",
        (Copy::Bank, Language::English) => "BANK COPY",
    }
}

/// What slip and screen call a kind of charge, by its wallet where it is a wallet's.
#[must_use]
pub const fn kind_words(kind: Kind, wallet: Option<Wallet>, language: Language) -> &'static str {
    let (chinese, english) = match kind {
        Kind::Order if is_alipay(wallet) => ("扫码消费(支付宝)", "QR SALE (ALIPAY)"),
        Kind::Scan if is_alipay(wallet) => ("付款码消费(支付宝)", "PAYMENT CODE SALE (ALIPAY)"),
        Kind::OrderRefund if is_alipay(wallet) => ("扫码退货(支付宝)", "QR REFUND (ALIPAY)"),
        Kind::Sale => ("消费", "SALE"),
        Kind::Void => ("消费撤销", "VOID"),
        Kind::Refund => ("退货", "REFUND"),
        Kind::PreAuth => ("预授权", "PRE-AUTHORISATION"),
        Kind::PreAuthVoid => ("预授权撤销", "PRE-AUTHORISATION VOID"),
        Kind::Completion => ("预授权完成(请求)", "COMPLETION"),
        Kind::CompletionAdvice => ("预授权完成(通知)", "COMPLETION (ADVICE)"),
        Kind::CompletionVoid => ("预授权完成撤销", "COMPLETION VOID"),
        Kind::Order => ("扫码消费(微信)", "QR SALE (WECHAT)"),
        Kind::Scan => ("付款码消费(微信)", "PAYMENT CODE SALE (WECHAT)"),
        Kind::OrderRefund => ("扫码退货(微信)", "QR REFUND (WECHAT)"),
        Kind::WalletHold => ("扫码预授权(支付宝)", "QR PRE-AUTHORISATION (ALIPAY)"),
        Kind::WalletHoldVoid => ("扫码预授权撤销(支付宝)", "QR PRE-AUTHORISATION VOID (ALIPAY)"),
    };
    match language {
        Language::Chinese => chinese,
        Language::English => english,
    }
}

const fn is_alipay(wallet: Option<Wallet>) -> bool {
    matches!(wallet, Some(Wallet::Alipay))
}

/// What a slip says instead of reference and moment when the record of the approval is lost.
#[must_use]
pub const fn restored_words(language: Language) -> &'static str {
    match language {
        Language::Chinese => "原记录已丢失, 请与收单行核对",
        Language::English => "RECORD LOST, CHECK WITH THE ACQUIRER",
    }
}

/// What marks a reprint.
#[must_use]
pub const fn reprint_words(language: Language) -> &'static str {
    match language {
        Language::Chinese => "*** 重打印 ***",
        Language::English => "*** REPRINT ***",
    }
}

/// The title of the totals of a batch.
#[must_use]
pub const fn totals_words(language: Language) -> &'static str {
    match language {
        Language::Chinese => "结算总计单",
        Language::English => "SETTLEMENT TOTALS",
    }
}

/// What an approved slip says.
#[must_use]
pub const fn approved_words(language: Language) -> &'static str {
    match language {
        Language::Chinese => "交易成功",
        Language::English => "APPROVED",
    }
}

/// Line spacing of a double-height line, in dots of 1/203 inch: 48 dots of type and some air.
const TALL_LINE: u8 = 60;
/// Motion units from the last line to the blade, beyond the printer's own distance.
const FEED_BEFORE_CUT: u8 = 24;
/// Presenter steps that put a slip into the customer's hand.
const PRESENT_STEPS: u8 = 80;

/// Appends a whole slip: what must be cut off first, the text, the cut, the delivery.
pub(crate) fn write(sheet: &Sheet, form: Form, settings: &Settings, bytes: &mut Vec<u8>) {
    let mut slip = Slip { writer: Writer::new(bytes), language: settings.language };
    slip.writer.init();
    if form.after_trouble {
        slip.writer.cut(CutMode::Partial, Some(FEED_BEFORE_CUT));
        slip.deliver(if form.delivery == Delivery::Mouth { Delivery::Mouth } else { Delivery::Present });
    }
    slip.head(sheet, form, settings);
    match sheet {
        Sheet::Slip { approval, copy } => {
            slip.body(approval, settings);
            slip.foot(*copy);
        }
        Sheet::Totals { closing, at } => slip.totals(closing, *at),
    }
    slip.writer.cut(CutMode::Partial, Some(FEED_BEFORE_CUT));
    slip.deliver(form.delivery);
}

struct Slip<'a> {
    writer: Writer<'a>,
    language: Language,
}

impl Slip<'_> {
    fn head(&mut self, sheet: &Sheet, form: Form, settings: &Settings) {
        self.writer.align(Align::Center).size(2, 2).line_spacing(Some(TALL_LINE));
        self.line(match sheet {
            Sheet::Slip { .. } => self.pick("签购单", "SALES SLIP"),
            Sheet::Totals { .. } => totals_words(self.language),
        });
        self.writer.size(1, 1).line_spacing(None);
        if form.reprint {
            self.line(reprint_words(self.language));
        }
        self.writer.align(Align::Left);
        self.line(self.pick("商户名称: 晨光便利店", "MERCHANT: MORNING LIGHT STORE"));
        self.pair(self.pick("商户编号:", "MERCHANT NO:"), settings.mid);
        self.pair(self.pick("终端编号:", "TERMINAL NO:"), settings.tid);
        self.pair(self.pick("操作员号:", "OPERATOR:"), &format!("{:02}", form.operator));
        self.rule();
    }

    fn body(&mut self, approval: &Approval, settings: &Settings) {
        let language = self.language;
        let charge = &approval.charge;
        if matches!(charge.key, Key::Card { .. }) {
            self.pair(self.pick("卡号:", "CARD NO:"), &masked(settings.pan));
        }
        self.pair(self.pick("交易类型:", "TYPE:"), self.type_words(charge, settings));
        self.pair(Label::Number.words(language), &charge.key.to_string());
        if let Some(original) = &charge.original {
            self.pair(Label::Original.words(language), &original.key.to_string());
        }
        if !approval.auth_code.is_empty() {
            self.pair(self.pick("授权码:", "AUTH CODE:"), &approval.auth_code);
        }
        if approval.is_restored() {
            self.line(restored_words(language));
        } else {
            self.pair(Label::Reference.words(language), &approval.reference);
            self.time(approval.at);
        }
        self.writer.bold(true).size(1, 2).line_spacing(Some(TALL_LINE));
        self.pair(Label::Amount.words(language), &format!("RMB {}", charge.amount.digits()));
        self.writer.size(1, 1).bold(false).line_spacing(None);
        self.pair(Label::Outcome.words(language), approved_words(language));
    }

    /// What was done, and through which wallet, as far as the terminal's table has a name for it.
    fn type_words(&self, charge: &Charge, settings: &Settings) -> &'static str {
        let wallet = charge.wallet();
        let is_known = wallet.is_none_or(|wallet| settings.wallets.has(wallet));
        match (charge.kind, is_known) {
            (Kind::Order, false) => self.pick("扫码消费(其他钱包)", "QR SALE (OTHER WALLET)"),
            (Kind::Scan, false) => self.pick("付款码消费(其他钱包)", "PAYMENT CODE SALE (OTHER WALLET)"),
            (Kind::OrderRefund, false) => self.pick("扫码退货(其他钱包)", "QR REFUND (OTHER WALLET)"),
            (kind, _) => kind_words(kind, wallet, self.language),
        }
    }

    fn totals(&mut self, closing: &Closing, at: SimTime) {
        let totals = &closing.totals;
        self.pair(self.pick("批次号:", "BATCH NO:"), &format!("{:06}", closing.batch));
        self.time(at);
        let side = |count: u16, amount: Fen| format!("{count} / RMB {}", amount.digits());
        self.pair(self.pick("借记笔数/金额:", "DEBIT:"), &side(totals.debit_count, totals.debit));
        self.pair(self.pick("贷记笔数/金额:", "CREDIT:"), &side(totals.credit_count, totals.credit));
        self.line(if closing.agreed {
            self.pick("对账平", "TOTALS AGREE")
        } else {
            self.pick("对账不平, 明细已上送", "TOTALS DIFFERED, DETAILS UPLOADED")
        });
        self.rule();
    }

    fn time(&mut self, at: SimTime) {
        self.pair(self.pick("日期时间:", "DATE/TIME:"), &wall_clock(at).to_string());
    }

    fn foot(&mut self, copy: Copy) {
        self.rule();
        if copy != Copy::Customer {
            self.line(self.pick("持卡人签名:", "SIGNATURE:"));
            self.line("");
            self.line(self.pick("本人确认以上交易, 同意将其计入本卡账户", "I AGREE TO PAY THE AMOUNT ABOVE"));
        } else {
            self.line(self.pick("请妥善保管, 凭此票退换", "PLEASE KEEP FOR RETURNS"));
        }
        self.writer.align(Align::Center);
        self.line(copy_words(copy, self.language));
        self.writer.align(Align::Left);
    }

    fn deliver(&mut self, delivery: Delivery) {
        if delivery == Delivery::Present {
            self.writer.presenter(Presenter::Present { steps: PRESENT_STEPS });
        }
    }

    fn pair(&mut self, label: &str, value: &str) {
        self.text(label);
        self.text(" ");
        self.line(value);
    }

    fn rule(&mut self) {
        self.line("------------------------------------------------");
    }

    fn line(&mut self, text: &str) {
        self.text(text);
        self.writer.line_feed();
    }

    fn text(&mut self, text: &str) {
        if text.is_ascii() {
            self.writer.text(text.as_bytes());
        } else {
            self.writer.text(&GB18030.encode(text).0);
        }
    }

    const fn pick(&self, chinese: &'static str, english: &'static str) -> &'static str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

/// A card number as it may stand on paper: the first six and the last four digits.
fn masked(pan: &str) -> String {
    let digits = pan.len();
    let shown = |index: usize| index < 6 || index + 4 >= digits;
    pan.chars().enumerate().map(|(index, digit)| if shown(index) { digit } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Delivery, Form, Sheet, masked, write};
    use crate::charge::{Approval, Charge, Kind, Original};
    use crate::desk::Closing;
    use crate::event::{Copy, Intent};
    use crate::journal::Totals;
    use crate::settings::{Language, Settings};
    use encoding_rs::GB18030;
    use escpos::{Command, Parser};
    use sim::{Fen, Key, SimTime, TerminalNo};

    const KEY: Key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 12 };

    fn slip(kind: Kind, copy: Copy) -> Sheet {
        let (reference, auth_code) = ("000000000012".to_owned(), "012345".to_owned());
        let original = Original { key: KEY, reference: [b' '; 12], auth_code: [b' '; 6], date_mmdd: 105 };
        let original = Some(original).filter(|_| kind != Kind::Sale);
        let charge = Charge { intent: Intent(0), kind, key: KEY, amount: Fen(2500), original };
        let at = SimTime::from_secs(62);
        let approval = Approval { charge, reference, auth_code, date_mmdd: 105, at };
        Sheet::Slip { approval: Box::new(approval), copy }
    }

    fn text_of(language: Language, sheet: &Sheet, form: Form) -> String {
        let mut bytes = Vec::new();
        write(sheet, form, &Settings { language, ..Settings::default() }, &mut bytes);
        let mut parser = Parser::new().with_multibyte(true);
        parser.push(&bytes);
        let mut text = String::new();
        while let Some(command) = parser.next() {
            match command {
                Command::Text(run) | Command::Hanzi(run) => text.push_str(&GB18030.decode(run).0),
                Command::LineFeed => text.push('\n'),
                Command::Unknown { bytes } => panic!("unknown command {bytes:?}"),
                _ => {}
            }
        }
        text
    }

    const PLAIN: Form = Form { operator: 7, reprint: false, after_trouble: false, delivery: Delivery::Mouth };

    #[test]
    fn the_slip_says_what_was_paid_in_both_languages() {
        let chinese = text_of(Language::Chinese, &slip(Kind::Sale, Copy::Customer), PLAIN);
        assert!(
            chinese.contains("凭证号: 000001-000012\n") && chinese.contains("金额: RMB 25.00\n"),
            "{chinese}"
        );
        assert!(chinese.contains("持卡人存根") && chinese.contains("操作员号: 07"), "{chinese}");
        let english = text_of(Language::English, &slip(Kind::Sale, Copy::Merchant), PLAIN);
        assert!(english.contains("AMOUNT: RMB 25.00\n") && english.contains("MERCHANT COPY"), "{english}");
        assert!(english.contains("2026-01-05 10:01:02"), "{english}");
    }

    #[test]
    fn the_slip_of_a_void_says_so_and_names_the_sale() {
        let text = text_of(Language::English, &slip(Kind::Void, Copy::Bank), PLAIN);
        assert!(text.contains("TYPE: VOID\n") && text.contains("ORIGINAL NO: 000001-000012\n"), "{text}");
        assert!(text.contains("BANK COPY"), "{text}");
    }

    #[test]
    fn the_totals_of_a_batch_say_whether_the_host_agreed() {
        let totals = Totals { debit: Fen(3100), debit_count: 2, credit: Fen(700), credit_count: 1 };
        let sheet =
            |agreed| Sheet::Totals { closing: Closing { batch: 3, totals, agreed }, at: SimTime::ZERO };
        let equal = text_of(Language::Chinese, &sheet(true), PLAIN);
        assert!(equal.contains("借记笔数/金额: 2 / RMB 31.00\n") && equal.contains("对账平\n"), "{equal}");
        let other = text_of(Language::English, &sheet(false), PLAIN);
        assert!(other.contains("BATCH NO: 000003") && other.contains("TOTALS DIFFERED"), "{other}");
    }

    #[test]
    fn a_reprint_says_that_it_is_one() {
        let sale = slip(Kind::Sale, Copy::Customer);
        assert!(!text_of(Language::Chinese, &sale, PLAIN).contains("重打印"));
        let again = Form { reprint: true, ..PLAIN };
        assert!(text_of(Language::Chinese, &sale, again).contains("重打印"));
    }

    #[test]
    fn no_slip_shows_a_whole_card_number() {
        assert_eq!(masked("6222021234567890128"), "622202*********0128");
    }
}

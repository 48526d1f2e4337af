//! Plain words for what people do to a terminal: `sale 25.00`, `void 000001-000001`, `power off`.
//!
//! Amounts are yuan with at most two decimals; a number is the one on the slip, batch and trace number, or an order's.
//! What is done about an order is the wallets' own refund or release, by the same words as for cards.
//! *Not here:* where lines come from, and who answers; in which wallet an order is. *Not modelled:* what happens to the
//! scanner and the flash; scenarios do that.

use sim::{Fen, Key, OrderNo, ShopNo, TerminalNo};
use std::fmt::Write;
use terminal::{Barcode, Kind, Poke, Press, Shown, Wallet, Wish};

/// How much darker than its gaps the bars are that a good phone shows.
const GOOD_CONTRAST_PERCENT: u8 = 90;

/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Something to do with money.
    Wish {
        /// What.
        kind: Kind,
        /// How much; a void takes its original's.
        amount: Fen,
        /// What it is about.
        original: Option<Key>,
        /// Which wallet the cashier picks, where one is to be picked.
        wallet: Wallet,
    },
    /// Anything else that is done to the terminal.
    Poke(Poke),
    /// What the display shows.
    Screen,
    /// All these words.
    Help,
    /// The end of serving.
    Quit,
}

/// What stands behind a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing(Poke),
    Operator,
    NumberOrNothing,
    Sum(Kind),
    /// And a wallet, WeChat Pay unless it says another.
    SumBy(Kind),
    Barcode,
    About(Kind),
    SumAbout(Kind),
    Other(Typed),
}

/// Every word: an example, what it does, and what it takes.
const WORDS: [(&str, &str, Takes); 24] = [
    ("sale 25.00", "the customer taps the card", Takes::Sum(Kind::Sale)),
    ("void 000001-000001", "takes a sale of the open batch back", Takes::About(Kind::Void)),
    (
        "refund 000001-000001 5.00",
        "gives a part of a payment back, or all of it",
        Takes::SumAbout(Kind::Refund),
    ),
    ("pre-auth 300.00", "holds an amount on the card", Takes::Sum(Kind::PreAuth)),
    ("void-pre-auth 000001-000002", "lets held money go, also in a wallet", Takes::About(Kind::PreAuthVoid)),
    ("complete 000001-000002 280.00", "takes what was held", Takes::SumAbout(Kind::Completion)),
    ("void-completion 000001-000003", "gives it back into the hold", Takes::About(Kind::CompletionVoid)),
    (
        "qr 18.50",
        "shows the code of a wallet order; `qr 18.50 alipay` that of Alipay",
        Takes::SumBy(Kind::Order),
    ),
    (
        "scan 18.50",
        "waits for the customer's payment code; `scan 18.50 alipay` for one of Alipay",
        Takes::SumBy(Kind::Scan),
    ),
    ("code 134567890123456789", "the customer holds this code in front of the scanner", Takes::Barcode),
    (
        "hold 300.00",
        "shows a code by which money is frozen in a wallet of Alipay",
        Takes::Sum(Kind::WalletHold),
    ),
    (
        "enter",
        "the enter key: yes, where it asks whether a receipt is wanted",
        Takes::Nothing(Poke::Press(Press::Enter)),
    ),
    (
        "cancel",
        "the cancel key: ends what goes on; no, where it asks whether a receipt is wanted",
        Takes::Nothing(Poke::Press(Press::Cancel)),
    ),
    ("reprint 000001-000001", "prints that slip again; without a number the newest", Takes::NumberOrNothing),
    ("settle", "settles the batch", Takes::Nothing(Poke::Settle)),
    ("sign-on", "asks the host for keys", Takes::Nothing(Poke::SignOn)),
    ("log-on 2", "this operator logs on", Takes::Operator),
    ("log-off", "the operator logs off", Takes::Nothing(Poke::LogOff)),
    ("power off", "pulls the plug", Takes::Nothing(Poke::PowerOff)),
    ("power on", "puts it back", Takes::Nothing(Poke::PowerOn)),
    ("hang", "the firmware stops, until its watchdog restarts it", Takes::Nothing(Poke::Hang)),
    ("screen", "what the display shows", Takes::Other(Typed::Screen)),
    ("help", "this list", Takes::Other(Typed::Help)),
    ("quit", "ends serving; what is open goes on at the next start with --data", Takes::Other(Typed::Quit)),
];

/// Reads a line.
///
/// # Errors
/// It is not understood: what was expected, with an example.
pub fn parse(line: &str) -> Result<Typed, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (takes, example, arguments) = find(&words)?;
    let expected = |what: &str, found: &str| {
        let found = if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") };
        format!("expected {what} and found {found}, for example `{example}`")
    };
    let argument = |at: usize| arguments.get(at).copied().unwrap_or_default();
    let sum = |at| amount(argument(at)).ok_or_else(|| expected("an amount above zero", argument(at)));
    let key = |at| number(argument(at)).ok_or_else(|| expected("the number on a slip", argument(at)));
    let most = |count: usize| match arguments.get(count) {
        Some(more) => Err(expected("nothing more", more)),
        None => Ok(()),
    };
    let wish = |kind, amount| Typed::Wish { kind, amount, original: None, wallet: Wallet::WeChat };
    let about = |kind, key, amount| {
        let kind = if matches!(key, Key::Order(_)) { in_wallets(kind) } else { kind };
        Typed::Wish { kind, amount, original: Some(key), wallet: Wallet::WeChat }
    };
    let typed = match takes {
        Takes::Nothing(poke) => (Typed::Poke(poke), 0),
        Takes::Other(typed) => (typed, 0),
        Takes::Operator => {
            let operator = argument(0).parse().ok().filter(|operator| *operator <= 99);
            let operator = operator.ok_or_else(|| expected("an operator from 0 to 99", argument(0)))?;
            (Typed::Poke(Poke::LogOn { operator }), 1)
        }
        Takes::NumberOrNothing if arguments.is_empty() => (Typed::Poke(Poke::Press(Press::Reprint)), 0),
        Takes::NumberOrNothing => (Typed::Poke(Poke::Reprint(key(0)?)), 1),
        Takes::Sum(kind) => (wish(kind, sum(0)?), 1),
        Takes::SumBy(kind) if arguments.len() < 2 => (wish(kind, sum(0)?), 1),
        Takes::SumBy(kind) => {
            let wallet = wallet(argument(1)).ok_or_else(|| expected("wechat or alipay", argument(1)))?;
            (Typed::Wish { kind, amount: sum(0)?, original: None, wallet }, 2)
        }
        Takes::Barcode => {
            let code = Barcode::new(argument(0));
            let code = code.ok_or_else(|| expected("1 to 24 digits", argument(0)))?;
            (Typed::Poke(Poke::Shows(Shown { code, contrast_percent: GOOD_CONTRAST_PERCENT })), 1)
        }
        Takes::About(kind) => (about(kind, key(0)?, Fen::ZERO), 1),
        Takes::SumAbout(kind) => (about(kind, key(0)?, sum(1)?), 2),
    };
    most(typed.1)?;
    Ok(typed.0)
}

/// How a cashier keys in a wish; WeChat Pay is the wallet of the key without a name.
pub(crate) const fn charge(wish: Wish, wallet: Wallet) -> Poke {
    match wallet {
        Wallet::WeChat => Poke::Charge(wish),
        other => Poke::ChargeBy(wish, other),
    }
}

/// What is done about an order is called otherwise than about a card's charge.
const fn in_wallets(kind: Kind) -> Kind {
    match kind {
        Kind::Refund => Kind::OrderRefund,
        Kind::PreAuthVoid => Kind::WalletHoldVoid,
        other => other,
    }
}

/// All that can be typed.
#[must_use]
pub fn help() -> String {
    let mut text = String::new();
    for (example, says, _) in WORDS {
        let _ = writeln!(text, "  {example:30}  {says}");
    }
    text + "ok help"
}

/// The entry of the word or words that a line begins with, and what stands behind them.
fn find<'a, 'b>(words: &'a [&'b str]) -> Result<(Takes, &'static str, &'a [&'b str]), String> {
    for (example, _, takes) in WORDS {
        let name: Vec<&str> = match takes {
            Takes::Nothing(_) | Takes::Other(_) => example.split(' ').collect(),
            _ => example.split(' ').take(1).collect(),
        };
        let begins = words.len() >= name.len()
            && name.iter().zip(words).all(|(name, word)| name.eq_ignore_ascii_case(word));
        if begins {
            return Ok((takes, example, words.get(name.len()..).unwrap_or_default()));
        }
    }
    let said = words.join(" ");
    Err(format!("`{said}` is not understood, expected a word such as `sale 25.00`; `help` lists them all"))
}

/// Yuan with at most two decimals, above zero and within the twelve digits of field 4.
fn amount(word: &str) -> Option<Fen> {
    let (yuan, fen) = word.split_once('.').unwrap_or((word, "0"));
    let digits = |text: &str, most: usize| {
        !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(yuan, 10) || !digits(fen, 2) {
        return None;
    }
    let fen: i64 = format!("{fen:0<2}").parse().ok()?;
    let yuan: i64 = yuan.parse().ok()?;
    Some(Fen(yuan * 100 + fen)).filter(|amount| *amount > Fen::ZERO)
}

fn wallet(word: &str) -> Option<Wallet> {
    let known = [("wechat", Wallet::WeChat), ("alipay", Wallet::Alipay)];
    known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, wallet)| wallet)
}

/// `000001-000012`, or an order number, with its shop before it as the terminal tells of it: `1/12345678W000001`.
fn number(word: &str) -> Option<Key> {
    let part = |text: &str| text.parse::<u32>().ok().filter(|number| (1..=999_999).contains(number));
    if let Some((batch, stan)) = word.split_once('-')
        && let (Some(batch), Some(stan)) = (part(batch), part(stan))
    {
        return Some(Key::Card { terminal: TerminalNo::default(), batch, stan });
    }
    let (shop, order) = match word.split_once('/') {
        Some((shop, order)) => (ShopNo(shop.parse().ok()?), order),
        None => (ShopNo::default(), word),
    };
    OrderNo::new(order).map(|order| Key::Order(order.at(shop)))
}

#[cfg(test)]
mod tests {
    use super::{Typed, WORDS, help, parse};
    use sim::{Fen, Key, OrderNo, TerminalNo};
    use terminal::{Kind, Poke, Press, Wallet};

    fn wish(line: &str) -> (Kind, Fen, Option<Key>) {
        match parse(line) {
            Ok(Typed::Wish { kind, amount, original, .. }) => (kind, amount, original),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn every_example_of_the_list_is_understood() {
        for (example, ..) in WORDS {
            assert!(parse(example).is_ok(), "{example}");
            assert!(help().contains(example));
        }
    }

    #[test]
    fn amounts_never_pass_through_a_float() {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 12 };
        assert_eq!(wish("sale 25"), (Kind::Sale, Fen(2500), None));
        assert_eq!(wish("Sale 0.1"), (Kind::Sale, Fen(10), None));
        assert_eq!(wish("refund 1-12 5.05"), (Kind::Refund, Fen(505), Some(key)));
        assert_eq!(parse("reprint"), Ok(Typed::Poke(Poke::Press(Press::Reprint))));
        assert_eq!(parse("power  OFF"), Ok(Typed::Poke(Poke::PowerOff)));
    }

    #[test]
    fn the_cashier_picks_a_wallet_and_wechat_pay_without_a_word() {
        let picked = |line: &str| match parse(line) {
            Ok(Typed::Wish { kind, wallet, .. }) => (kind, wallet),
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(picked("qr 18.50"), (Kind::Order, Wallet::WeChat));
        assert_eq!(picked("qr 18.50 wechat"), (Kind::Order, Wallet::WeChat));
        assert_eq!(picked("qr 18.50 Alipay"), (Kind::Order, Wallet::Alipay));
        assert_eq!(picked("scan 18.50 alipay"), (Kind::Scan, Wallet::Alipay));
    }

    #[test]
    fn an_order_is_given_back_as_wallets_do_it() {
        let order = OrderNo::new("12345678W000001").map(Key::Order);
        assert_eq!(wish("refund 12345678W000001 5.00"), (Kind::OrderRefund, Fen(500), order));
        assert_eq!(wish("void-pre-auth 12345678W000001"), (Kind::WalletHoldVoid, Fen::ZERO, order));
        assert_eq!(wish("refund 1-12 5.00").0, Kind::Refund);
    }

    #[test]
    fn a_wrong_word_is_answered_with_what_was_expected() {
        for (line, says) in [
            ("sell 25.00", "`sell 25.00` is not understood"),
            ("sale", "expected an amount above zero and found nothing, for example `sale 25.00`"),
            ("sale 0.00", "an amount above zero"),
            ("sale 1.234", "an amount above zero"),
            ("sale -5", "an amount above zero"),
            ("sale 12345678901", "an amount above zero"),
            ("void", "the number on a slip"),
            ("void 订单", "the number on a slip"),
            ("qr 18.50 unionpay", "expected wechat or alipay and found `unionpay`, for example `qr 18.50`"),
            ("code 13x", "expected 1 to 24 digits and found `13x`"),
            ("log-on 100", "an operator from 0 to 99 and found `100`"),
            ("settle now", "expected nothing more and found `now`, for example `settle`"),
            ("power", "is not understood"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}

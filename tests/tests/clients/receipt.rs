//! The receipt that every driver is told to print, and what must come of it: bytes, text, picture.

use std::error::Error;
use std::fs;

use escpos::{Command, Parser};
use rxing::BarcodeFormat;
use tillrig_tests::repository::root;

use crate::Checked;
use crate::client::Client;
use crate::paper::{Code, Paper};
use crate::printer_at_hand::{Printed, PrinterAtHand};

/// The text of the receipt, without the blanks by which one driver moves it to the middle.
pub(crate) const LINES: [&str; 7] = [
    "CORNER SHOP",
    "欢迎光临",
    "2 x Jasmine tea                            12.00",
    "1 x Rice cake                               6.50",
    "All prices include VAT",
    "合计 ￥18.50",
    "THANK YOU",
];

/// Its codes. A driver that has no CODE128 prints CODE39.
pub(crate) const CODES: [Code; 3] = [
    (BarcodeFormat::EAN_13, "4006381333931"),
    (BarcodeFormat::CODE_128, "TILL-0042"),
    (BarcodeFormat::QR_CODE, "https://pay.example/r/0042"),
];

/// What is readable beside the bars, and not a line of its own to every printer.
pub(crate) const BESIDE_BARS: [&str; 4] = ["4006381333931", "TILL-0042", "*TILL-0042*", "{BTILL-0042"];

/// What drivers send after the cut: `ESC @`, or `GS r 1`.
const AFTER_THE_CUT: usize = 3;

/// What the drivers send is kept here; `TILLRIG_RECORD=1` writes it anew.
pub(crate) const CAPTURES: &str = "tests/peers/captures";

/// Prints one receipt and looks at it: bytes, then text, then picture.
pub(crate) fn prints(
    printer: &mut impl PrinterAtHand,
    client: &mut impl Client,
    name: &str,
    logos: usize,
    codes: &[Code],
) -> Checked {
    client.print()?;
    let Printed { paper, sent, ignored } = printer.receipt()?;
    let mut wrong = strange(&sent);
    wrong.extend(ignored);
    wrong.extend(differs_from_capture(name, &sent)?);
    expect(&mut wrong, "text", &spoken(paper.lines.iter().cloned()), &LINES.map(str::to_owned).to_vec());
    let wanted: Vec<_> = codes.iter().map(|(format, text)| (*format, (*text).to_owned())).collect();
    expect(&mut wrong, "codes", &paper.codes(), &wanted);
    expect(&mut wrong, "logos", &paper.logos()?, &logos);
    wrong.extend(styles(&paper)?);
    let seen = paper.dots.keep(name)?;
    assert!(wrong.is_empty(), "\n{}\nsee {}", wrong.join("\n"), seen.display());
    Ok(())
}

/// The lines of a receipt, without the blanks around them and without what stands beside bars.
pub(crate) fn spoken(lines: impl Iterator<Item = String>) -> Vec<String> {
    lines.map(|line| line.trim().to_owned()).filter(|line| !BESIDE_BARS.contains(&line.as_str())).collect()
}

fn expect<T: PartialEq + std::fmt::Debug>(wrong: &mut Vec<String>, what: &str, is: &T, wanted: &T) {
    if is != wanted {
        wrong.push(format!("{what}: {is:?}, and should be {wanted:?}"));
    }
}

/// The shop's name is twice as high, and in the middle; the last words are white on black.
fn styles(paper: &Paper) -> Result<Vec<String>, Box<dyn Error>> {
    let mut wrong = Vec::new();
    let name = paper.first()?;
    let (left, right) = name.margins();
    // A capital of font A is at most 24 dots high. Half a character of it is white, to the left or to the right.
    if name.rows().len() <= 24 || left.abs_diff(right) > 24 {
        wrong.push(format!("the name has {} rows, and {left} and {right} dots beside it", name.rows().len()));
    }
    let thanks = paper.last()?.black_percent();
    if thanks <= 50 {
        wrong.push(format!("the last words are {thanks} % black"));
    }
    Ok(wrong)
}

pub(crate) fn with_code_39() -> [Code; 3] {
    let [ean, _, qr] = CODES;
    [ean, (BarcodeFormat::CODE_39, "TILL-0042"), qr]
}

/// Everything that our parser does not know, or knows only the length of.
pub(crate) fn strange(bytes: &[u8]) -> Vec<String> {
    let mut parser = Parser::new().with_multibyte(true);
    parser.push(bytes);
    let mut strange = Vec::new();
    while let Some(command) = parser.next() {
        let (kind, bytes) = match command {
            Command::Known { bytes } => ("Known", bytes),
            Command::Ignored { bytes } => ("Ignored", bytes),
            Command::Unknown { bytes } => ("Unknown", bytes),
            Command::Skipped { head } => ("Skipped", head),
            _ => continue,
        };
        let bytes: Vec<String> = bytes.iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        strange.push(format!("{kind} {}", bytes.join(" ")));
    }
    if parser.buffered() > 0 {
        strange.push(format!("{} bytes are no whole command", parser.buffered()));
    }
    strange
}

fn differs_from_capture(name: &str, sent: &[u8]) -> Result<Option<String>, Box<dyn Error>> {
    let path = root().join(CAPTURES).join(name).with_extension("bin");
    if std::env::var_os("TILLRIG_RECORD").is_some() {
        fs::write(&path, sent)?;
    }
    // The end may be cut off with the receipt: what comes after it is the next one's.
    let same =
        fs::read(&path).is_ok_and(|kept| kept.starts_with(sent) && sent.len() + AFTER_THE_CUT >= kept.len());
    Ok((!same).then(|| format!("{CAPTURES}/{name}.bin is not what the driver sends; see TILLRIG_RECORD")))
}

#[cfg(test)]
mod tests {
    use super::strange;

    /// Without this, a parser that knows everything would pass.
    #[test]
    fn a_command_that_nobody_knows_is_named() {
        assert_eq!(strange(b"text\x1B\x7Fmore\n"), ["Unknown 1B 7F"]);
        assert_eq!(strange(b"text\n\x1D"), ["1 bytes are no whole command"]);
    }
}

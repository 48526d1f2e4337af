//! Two conversations of the unmodified `zvt` crate with a served terminal, written down and kept as `docs/ZVT.md`.
//!
//! Left out are states of waiting, of which there may be any number. Dates and times of a slip are those of the wall clock,
//! and stand as `#`.

use crate::register::{REGISTER_PRINTS, REPEAT, Shop, TERMINAL_PRINTS, pay, run};
use crate::talk::{Register, Said};
use core::fmt::Write;
use std::fs;
use std::path::Path;

const HEAD: &str = "\
# A cash register and the terminal

What the unmodified Rust crate `zvt` says as a cash register, and what a served terminal answers, with the real acquirer and
the real printer on its other ends. `UPDATE=1 cargo test -p tillrig-serve --test terminal transcript` writes this page anew, and
the same test compares it. Left out are states of waiting; `#` stands for the digits of dates and times.

";

struct Transcript(String);

impl Transcript {
    fn head(&mut self, title: &str) {
        let _ = write!(self.0, "## {title}\n\n```\n");
    }

    fn register(&mut self, says: &str) {
        let _ = writeln!(self.0, "register  {says}");
    }

    fn terminal(&mut self, said: &[Said]) {
        for said in said {
            let _ = match said {
                Said::Status(_) => Ok(()),
                Said::Result(result) => {
                    let fen = result.amount.unwrap_or_default();
                    let (yuan, fen) = (fen / 100, fen % 100);
                    let (code, receipt) =
                        (result.result_code.unwrap_or(0xFF), result.receipt_no.unwrap_or(0));
                    writeln!(self.0, "terminal  result {code:02X}: CNY {yuan}.{fen:02}, receipt {receipt:04}")
                }
                Said::Line(line) => writeln!(self.0, "terminal  line |{}", undated(&line.text)),
                Said::Block(_) => writeln!(self.0, "terminal  text block"),
                Said::Completion(_) => writeln!(self.0, "terminal  completion"),
                Said::Abort(abort) => writeln!(self.0, "terminal  abort {:02X}", abort.error),
            };
        }
    }

    fn state(&mut self, state: u8) {
        self.register("status enquiry");
        let _ = writeln!(self.0, "terminal  completion, state {state:02X}");
    }

    fn around(&mut self, happens: &str) {
        let _ = writeln!(self.0, "          ({happens})");
    }

    fn end(&mut self) {
        self.0.push_str("```\n\n");
    }
}

/// A line of a slip whose date and time are nobody's concern.
fn undated(line: &str) -> String {
    let is_dated = line.contains("DATE") || line.contains("REF");
    let hidden = |sign: char| if is_dated && sign.is_ascii_digit() { '#' } else { sign };
    line.trim_end().chars().map(hidden).collect()
}

#[test]
fn the_transcript_of_a_receipt_and_of_a_printer_without_paper_is_the_kept_one() {
    let mut page = Transcript(HEAD.to_owned());
    a_receipt_through_the_register(&mut page);
    no_paper_at_the_terminal(&mut page);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/ZVT.md");
    let page = format!("{}\n", page.0.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(page, fs::read_to_string(&path).unwrap(), "run with UPDATE=1, and read the difference");
}

fn a_receipt_through_the_register(page: &mut Transcript) {
    let shop = Shop::open();
    run(async {
        page.head("A receipt that the register prints");
        let mut register = Register::registered(&shop.till.ecr, REGISTER_PRINTS).await;
        page.register("registration, it prints whatever it is sent; CNY");
        page.register("authorisation, CNY 25.00");
        page.terminal(&register.talk(&pay(2500)).await);
        page.state(register.state().await);
        page.end();
    });
}

fn no_paper_at_the_terminal(page: &mut Transcript) {
    let shop = Shop::open();
    shop.printer.told("paper-out");
    run(async {
        page.head("A terminal that prints, and has no paper");
        let mut register = Register::registered(&shop.till.ecr, TERMINAL_PRINTS).await;
        page.register("registration, the terminal prints; CNY");
        page.register("authorisation, CNY 25.00");
        page.terminal(&register.talk(&pay(2500)).await);
        shop.till.until_line("PRINTER: LOAD PAPER");
        page.around("the terminal's screen: PRINTER: LOAD PAPER");
        page.state(register.state().await);
        page.register("repeat receipt");
        page.terminal(&register.talk(&REPEAT).await);
        shop.printer.told("load paper");
        page.around("somebody loads paper");
        shop.till.until_line("takes the customer copy of 000001-000001 as printed");
        let (first, second) = (shop.printer.next_receipt(), shop.printer.next_receipt());
        assert!(first.contains("MERCHANT COPY") && second.contains("CUSTOMER COPY"));
        page.around("the printer prints both slips");
        page.register("repeat receipt");
        page.terminal(&register.talk(&REPEAT).await);
        assert!(shop.printer.next_receipt().contains("*** REPRINT ***"));
        page.around("the printer prints the slip again, marked as a reprint");
        page.state(register.state().await);
        page.end();
    });
}

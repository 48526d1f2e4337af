//! The unmodified `zvt` crate as a cash register, the real acquirer and the real printer on the other ends.

use crate::driver::{Host, Printer, Till, among, settings};
use crate::serial::OnSerial;
use crate::talk::{
    ACK, Authorisation, BookTotal, NOT_ISSUED, PASSWORD, Refund, Register, RepeatReceipt, Reversal, Said,
    Stop, abort_of, letters, lines_of, result_of,
};
use serve::terminal::{EcrAt, Settings};
use std::net::TcpListener;
use zvt_peer::packets;

/// The register prints what the terminal sends it, and wants to hear what is being done.
pub(crate) const REGISTER_PRINTS: u8 = 0x8E;
/// The terminal prints.
pub(crate) const TERMINAL_PRINTS: u8 = 0x08;
/// The register prints payments by itself, from the result.
const REGISTER_KNOWS: u8 = 0x0A;

pub(crate) struct Shop {
    pub(crate) till: Till,
    pub(crate) printer: Printer,
    host: Host,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let (host, printer) = (Host::start(vec![]), Printer::start());
        let till = Till::start(with_register(among(&host, &printer)));
        Self { till, printer, host }
    }
}

fn with_register(mut settings: Settings) -> Settings {
    settings.ecr = Some(EcrAt::Tcp("127.0.0.1:0".to_owned()));
    settings.ecr_password = Some(123_456);
    settings
}

pub(crate) fn run(register: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(register);
}

pub(crate) const fn pay(fen: usize) -> Authorisation {
    Authorisation { amount: Some(fen), currency: Some(156), payment_type: Some(0x40) }
}

const fn reverse(receipt_no: usize) -> Reversal {
    Reversal { password: PASSWORD, receipt_no: Some(receipt_no) }
}

/// Its result and its print.
pub(crate) const REPEAT: RepeatReceipt = RepeatReceipt { password: PASSWORD, service_byte: Some(1) };

#[test]
fn a_register_that_prints_gets_the_result_and_both_slips_line_by_line() {
    let shop = Shop::open();
    run(async {
        let mut register = Register::registered(&shop.till.ecr, REGISTER_PRINTS).await;
        let said = register.talk(&pay(2500)).await;
        shop.host.until("captured CNY 25.00, 000001-000001");
        let result = result_of(&said);
        assert_eq!((result.result_code, result.amount, result.receipt_no), (Some(0), Some(2500), Some(1)));
        assert_eq!((result.trace_number, result.terminal_id), (Some(1), Some(12_345_678)));
        assert_eq!((result.currency, result.card_name.as_deref()), (Some(156), Some("UnionPay")));
        let lines = lines_of(&said);
        let says = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
        assert_eq!((says("AMOUNT: RMB 25.00"), says("MERCHANT COPY"), says("CUSTOMER COPY")), (2, 1, 1));
        assert!(letters(&said).starts_with("Rl") && letters(&said).ends_with("lC"));
        assert!(!lines.iter().any(|line| line.contains("6222021234567890128")));
        // The terminal's own printer has nothing to do, and still prints what is keyed in at the terminal.
        shop.till.told("sale 7.00");
        let (first, second) = (shop.printer.next_receipt(), shop.printer.next_receipt());
        assert!(first.contains("RMB 7.00") && second.contains("RMB 7.00"));
        assert_eq!(shop.printer.receipts(), 2);
    });
}

#[test]
fn a_payment_is_reversed_once_by_its_receipt_number() {
    let shop = Shop::open();
    run(async {
        let mut register = Register::registered(&shop.till.ecr, REGISTER_KNOWS).await;
        assert_eq!(letters(&register.talk(&pay(2500)).await), "RC");
        let said = register.talk(&reverse(1)).await;
        assert_eq!(letters(&said), "RC");
        let result = result_of(&said);
        assert_eq!((result.amount, result.receipt_no, result.trace_number), (Some(2500), Some(2), Some(2)));
        shop.host.until("000001-000002");
        let again = register.talk(&reverse(1)).await;
        assert_eq!((letters(&again).as_str(), abort_of(&again)), ("A", 0xB4));
        let unknown = register.talk(&reverse(99)).await;
        assert_eq!((letters(&unknown).as_str(), abort_of(&unknown)), ("A", 0xB5));
        assert_eq!(shop.printer.receipts(), 0);
    });
}

#[test]
fn a_refund_is_taken_from_a_payment_that_has_so_much_left() {
    let shop = Shop::open();
    run(async {
        let mut register = Register::registered(&shop.till.ecr, REGISTER_KNOWS).await;
        register.talk(&pay(1000)).await;
        let refund = |amount| Refund { password: PASSWORD, amount: Some(amount) };
        let said = register.talk(&refund(400)).await;
        assert_eq!((letters(&said).as_str(), result_of(&said).amount), ("RC", Some(400)));
        assert_eq!(abort_of(&register.talk(&refund(700)).await), 0x83);
        assert_eq!(letters(&register.talk(&refund(600)).await), "RC");
    });
}

#[test]
fn the_end_of_the_day_settles_and_tells_the_totals() {
    let shop = Shop::open();
    run(async {
        let mut register = Register::registered(&shop.till.ecr, REGISTER_PRINTS).await;
        register.talk(&pay(2500)).await;
        register.talk(&pay(700)).await;
        register.talk(&reverse(2)).await;
        let said = register.talk(&packets::EndOfDay { password: PASSWORD }).await;
        let result = result_of(&said);
        // Two sales of 25.00 and 7.00, and the void of the second.
        assert_eq!((result.result_code, result.amount), (Some(0), Some(2500)));
        let totals = result.single_amounts.as_ref().expect("there are totals");
        assert_eq!((totals.receipt_no_start, totals.receipt_no_end), (1, 3));
        let lines = lines_of(&said);
        assert!(
            lines.contains(&"DEBIT: 2 / RMB 32.00") && lines.contains(&"CREDIT: 1 / RMB 7.00"),
            "{lines:?}"
        );
        assert!(lines.contains(&"TOTALS AGREE"));
        assert_eq!(shop.printer.receipts(), 0);
        // The next payment is in the next batch.
        register.talk(&pay(100)).await;
        shop.host.until("captured CNY 1.00, 000002-");
    });
}

#[test]
fn a_register_that_is_lost_after_the_result_fetches_the_receipt_later() {
    let shop = Shop::open();
    run(async {
        let mut register = Register::registered(&shop.till.ecr, REGISTER_PRINTS).await;
        register.begin(&pay(2500)).await;
        loop {
            let said = register.next().await;
            register.answer(ACK).await;
            if matches!(said, Said::Line(_)) {
                break;
            }
        }
        drop(register);
        shop.till.until_line("the register is lost (receipt)");
        let mut register = Register::registered(&shop.till.ecr, REGISTER_PRINTS).await;
        let said = register.talk(&REPEAT).await;
        assert_eq!((result_of(&said).amount, result_of(&said).receipt_no), (Some(2500), Some(1)));
        let lines = lines_of(&said);
        assert!(lines.contains(&"*** REPRINT ***") && lines.contains(&"CUSTOMER COPY"), "{lines:?}");
        // The payment stands.
        assert_eq!(letters(&register.talk(&reverse(1)).await).chars().next(), Some('R'));
    });
}

#[test]
fn a_terminal_that_prints_and_has_no_paper_completes_the_payment_and_says_so_when_asked() {
    let shop = Shop::open();
    shop.printer.told("paper-out");
    run(async {
        let mut register = Register::registered(&shop.till.ecr, TERMINAL_PRINTS).await;
        assert_eq!(register.state().await, 0x00);
        assert_eq!(letters(&register.talk(&pay(2500)).await), "RC");
        shop.till.until_line("PRINTER: LOAD PAPER");
        assert_eq!(register.state().await, 0xCC);
        assert_eq!(abort_of(&register.talk(&REPEAT).await), 0xCC);
        shop.printer.told("load paper");
        shop.till.until_line("takes the customer copy of 000001-000001 as printed");
        let (first, second) = (shop.printer.next_receipt(), shop.printer.next_receipt());
        assert!(first.contains("MERCHANT COPY") && second.contains("CUSTOMER COPY"));
        assert_eq!(letters(&register.talk(&REPEAT).await), "RC");
        assert!(shop.printer.next_receipt().contains("*** REPRINT ***"));
        assert_eq!(register.state().await, 0x00);
    });
}

#[test]
fn goods_that_were_not_issued_take_the_payment_back() {
    let shop = Shop::open();
    run(async {
        let mut register = Register::registered(&shop.till.ecr, REGISTER_KNOWS).await;
        let said = register.talk_answering(&pay(2500), NOT_ISSUED).await;
        assert_eq!((letters(&said).as_str(), abort_of(&said)), ("RA", 0x66));
        assert_eq!(abort_of(&register.talk(&reverse(1)).await), 0xB4);
    });
}

#[test]
fn a_payment_that_nobody_answers_fails_and_the_next_one_waits_for_its_reversal() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = with_register(settings());
    settings.host = Some(silent.local_addr().unwrap().to_string());
    let till = Till::start(settings);
    run(async {
        let mut register = Register::registered(&till.ecr, REGISTER_KNOWS).await;
        let said = register.talk(&pay(2500)).await;
        assert_eq!((letters(&said).as_str(), abort_of(&said)), ("RA", 0xA1));
        assert_eq!(result_of(&said).result_code, Some(0xA1));
        // The reversal is still to be answered: nothing new is begun, and the register is told to wait.
        assert_eq!(abort_of(&register.talk(&pay(100)).await), 0x9C);
        assert_eq!(register.state().await, 0x9C);
    });
}

#[test]
fn a_register_can_stop_what_the_host_has_not_answered() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = with_register(settings());
    settings.host = Some(silent.local_addr().unwrap().to_string());
    let till = Till::start(settings);
    run(async {
        let mut register = Register::registered(&till.ecr, REGISTER_KNOWS).await;
        register.begin(&pay(2500)).await;
        assert!(matches!(register.next().await, Said::Status(_)));
        register.answer(ACK).await;
        till.until_line("asks: sale 000001-000001");
        let said = register.talk(&Stop {}).await;
        assert_eq!((letters(&said).as_str(), abort_of(&said)), ("RA", 0x6C));
        till.until_line("asks: reversal 000001-000001");
    });
}

#[test]
fn a_hold_is_booked_in_part_and_no_longer_open() {
    let shop = Shop::open();
    run(async {
        let mut register = Register::registered(&shop.till.ecr, REGISTER_KNOWS).await;
        let hold = packets::Reservation { amount: Some(30_000), currency: Some(156), ..Default::default() };
        let said = register.talk(&hold).await;
        assert_eq!((letters(&said).as_str(), result_of(&said).amount), ("RC", Some(30_000)));
        let all = packets::PartialReversal { receipt_no: Some(0xFFFF), ..Default::default() };
        let Some(Said::Abort(open)) = register.talk(&all).await.pop() else { panic!("no list") };
        assert_eq!((open.error, open.receipt_no), (0xB8, Some(1)));
        let said = register.talk(&BookTotal { receipt_no: Some(1), amount: Some(28_000) }).await;
        assert_eq!((letters(&said).as_str(), result_of(&said).amount), ("RC", Some(28_000)));
        shop.host.until("CNY 280.00");
        let Some(Said::Abort(open)) = register.talk(&all).await.pop() else { panic!("no list") };
        // So the protocol says that there is none.
        assert_eq!(open.receipt_no, Some(0xFFFF));
    });
}

#[test]
fn who_does_not_know_the_password_or_another_currency_is_not_let_in() {
    let till = Till::start(with_register(settings()));
    run(async {
        let mut register = Register::connect(&till.ecr).await;
        let wrong = [0x06, 0x00, 0x06, 0x11, 0x11, 0x11, 0x08, 0x01, 0x56];
        register.answer(&wrong).await;
        till.until_line("register connected");
        let euros = [0x06, 0x00, 0x06, 0x12, 0x34, 0x56, 0x08, 0x09, 0x78];
        assert_eq!(register.raw(3).await, [0x84, 0x83, 0x00]);
        register.answer(&euros).await;
        assert_eq!(register.raw(6).await, [0x84, 0x1E, 0x03, 0x6F, 0x01, 0x56]);
    });
}

#[test]
fn a_register_on_a_serial_line_registers_and_pays() {
    let (host, printer, folder) = (Host::start(vec![]), Printer::start(), tempfile::tempdir().unwrap());
    let link = folder.path().join("ecr");
    let mut settings = among(&host, &printer);
    settings.ecr = Some(EcrAt::Pty(link.clone()));
    let till = Till::start(settings);
    let mut register = OnSerial::open(&link);
    // Registration with 0A in yuan, and a payment of CNY 0.50; answers by the protocol.
    register.sends(&[0x06, 0x00, 0x06, 0, 0, 0, REGISTER_KNOWS, 0x01, 0x56]);
    assert_eq!(register.hears_until([0x06, 0x0F]), "C");
    register.sends(&[0x06, 0x01, 0x07, 0x04, 0, 0, 0, 0, 0, 0x50]);
    assert_eq!(register.hears_until([0x06, 0x0F]), "RC");
    host.until("captured CNY 0.50");
    drop(till);
}

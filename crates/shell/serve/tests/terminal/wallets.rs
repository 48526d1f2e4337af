//! What people do at the counter with wallets: both gateways of a real acquirer, its notifications, a real printer.

use crate::driver::{Host, Printer, Till, among, as_merchant};
use serve::terminal::Settings;
use std::net::TcpListener;
use std::time::Duration;
use terminal::{Copies, Copy, Kind};

/// A terminal at the wallet's counter: what it hears of an order, it hears by notification.
fn at_the_wallet(host: &Host, printer: &Printer) -> Settings {
    let door = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let door = door.expect("the bench works").to_string();
    let mut settings = among(host, printer);
    settings.gateway.clone_from(&host.http);
    settings.terminal.notify_url = format!("http://{door}/notify").leak();
    settings.notify = Some(door);
    as_merchant(&mut settings);
    settings
}

#[test]
fn a_code_that_is_paid_is_learned_by_a_notification_and_asked_after() {
    let (host, printer) = (Host::with_gateway(), Printer::start());
    let till = Till::start(at_the_wallet(&host, &printer));
    till.told("qr 18.50").until_line("shows the code of 12345678W000001");
    host.pay("12345678W000001");
    host.until("notification acknowledged, order 12345678W000001");
    till.until_line("asks: query 12345678W000001");
    till.until_line("learns that 12345678W000001 is approved");
    assert!(printer.next_receipt().contains("RMB 18.50"));
}

#[test]
fn a_receipt_is_printed_for_enter_and_left_out_for_cancel() {
    let (host, printer) = (Host::with_gateway(), Printer::start());
    let mut settings = at_the_wallet(&host, &printer);
    settings.terminal.prints.set(Kind::Order, Copies::NONE.and(Copy::Customer));
    // Nobody waits for so long here.
    settings.terminal.receipt_prompt = Some(Duration::from_secs(3_600));
    let till = Till::start(settings);
    till.told("qr 18.50").until_line("shows the code of 12345678W000001");
    host.pay("12345678W000001");
    till.until_line("PRINT RECEIPT?");
    till.told("enter");
    assert!(printer.next_receipt().contains("RMB 18.50"));
    till.until_line("takes the customer copy of 12345678W000001 as printed");
    till.told("qr 7.00").until_line("shows the code of 12345678W000002");
    host.pay("12345678W000002");
    till.until_line("PRINT RECEIPT?");
    till.told("cancel").until_line("prints no customer copy of 12345678W000002: not wanted");
    till.told("reprint");
    assert!(printer.next_receipt().contains("RMB 7.00"));
}

#[test]
fn an_order_of_alipay_is_paid_and_given_back_by_the_number_on_its_slip() {
    let (host, printer) = (Host::with_gateway(), Printer::start());
    let till = Till::start(at_the_wallet(&host, &printer));
    till.told("qr 18.50 alipay").until_line("shows the code of 1/12345678W000001");
    host.pay("12345678W000001");
    host.until("notification acknowledged, order 1/12345678W000001");
    till.until_line("learns that 1/12345678W000001 is approved");
    let slip = printer.next_receipt();
    assert!(slip.contains("RMB 18.50") && slip.contains("ALIPAY"), "{slip}");
    till.until_line("takes the customer copy of 1/12345678W000001 as printed");
    till.told("refund 12345678W000001 5.00");
    host.until("refunded CNY 5.00, 1/12345678W000001");
    till.until_line("takes the customer copy of 1/12345678W000002 as printed");
    till.told("reprint 12345678W000001")
        .until_line("takes the customer copy of 1/12345678W000001 as printed");
}

#[test]
fn a_payment_code_is_read_from_the_customers_phone_at_either_wallet() {
    let (host, printer) = (Host::with_gateway(), Printer::start());
    let till = Till::start(at_the_wallet(&host, &printer));
    let wallets = [("wechat", "134567890123456789"), ("alipay", "2812345678901234567")];
    for ((wallet, code), order) in wallets.into_iter().zip(["12345678W000001", "1/12345678W000002"]) {
        till.told(&format!("scan 7.00 {wallet}")).told(&format!("code {code}"));
        host.until(&format!("captured CNY 7.00, {order}"));
        till.until_line(&format!("takes the customer copy of {order} as printed"));
    }
}

#[test]
fn money_that_is_frozen_in_a_wallet_is_let_go_again() {
    let (host, printer) = (Host::with_gateway(), Printer::start());
    let till = Till::start(at_the_wallet(&host, &printer));
    till.told("hold 300.00").until_line("shows the code of 1/12345678W000001");
    host.pay("12345678W000001");
    host.until("held CNY 300.00, 1/12345678W000001");
    till.until_line("takes the customer copy of 1/12345678W000001 as printed");
    till.told("void-pre-auth 12345678W000001");
    host.until("released CNY 300.00, 1/12345678W000001");
    till.until_line("takes the customer copy of 1/12345678W000002 as printed");
}

#[test]
fn a_firmware_that_hangs_before_the_result_asks_for_it_when_its_watchdog_has_restarted_it() {
    let (host, printer) = (Host::with_gateway(), Printer::start());
    let mut settings = at_the_wallet(&host, &printer);
    // Nobody waits for half a minute here.
    settings.terminal.watchdog = Duration::from_millis(10);
    let till = Till::start(settings);
    till.told("qr 18.50").until_line("shows the code of 12345678W000001");
    till.told("hang");
    host.pay("12345678W000001");
    till.until_line("learns that 12345678W000001 is approved");
    till.until_line("takes the customer copy of 12345678W000001 as printed");
}

//! The unmodified Rust driver `escpos`: its network driver, and its file driver on a serial port.
//!
//! It has no bar code finer than CODE39, so this receipt has CODE39 for CODE128. It prints the logo as it is up to 512
//! dots each way, and takes a dot for black up to a light of 128.

use std::error::Error;

use escpos_peer::driver::Driver;
use escpos_peer::printer::Printer;
use escpos_peer::utils::{
    BarcodeFont, BarcodeHeight, BarcodeOption, BarcodePosition, BarcodeWidth, Encoder, Font, JustifyMode,
    Protocol, QRCodeCorrectionLevel, QRCodeModel, QRCodeOption, RealTimeStatusRequest as Request,
    RealTimeStatusResponse as Response, UnderlineMode,
};
use serde_json::{Value, json};
use tillrig_tests::repository::root;

/// Prints the receipt.
pub(crate) fn print<D: Driver + Clone>(driver: &D) -> Result<(), Box<dyn Error>> {
    let mut printer = Printer::new(driver.clone(), chinese(), None);
    let codes = BarcodeOption::new(BarcodeWidth::M, BarcodeHeight::M, BarcodeFont::A, BarcodePosition::Below);
    let qr = QRCodeOption::new(QRCodeModel::Model2, 6, QRCodeCorrectionLevel::M);
    let logo = root().join("tests/peers/logo.png");
    let logo = logo.to_str().ok_or("the logo's path is no UTF-8")?;
    printer.init()?.justify(JustifyMode::CENTER)?.bold(true)?.size(2, 2)?.writeln("CORNER SHOP")?;
    printer.reset_size()?.bold(false)?.writeln("欢迎光临")?;
    printer.bit_image(logo)?.justify(JustifyMode::LEFT)?;
    printer.writeln("2 x Jasmine tea                            12.00")?;
    printer.writeln("1 x Rice cake                               6.50")?;
    printer.font(Font::B)?.underline(UnderlineMode::Single)?.writeln("All prices include VAT")?;
    printer.font(Font::A)?.underline(UnderlineMode::None)?.bold(true)?.size(1, 2)?;
    printer.writeln("合计 ￥18.50")?.reset_size()?.bold(false)?.justify(JustifyMode::CENTER)?;
    printer.ean13_option("4006381333931", codes.clone())?.feed()?;
    printer.code39_option("TILL-0042", codes)?.feed()?;
    printer.qrcode_option("https://pay.example/r/0042", qr)?.feed()?;
    printer.reverse(true)?.writeln(" THANK YOU ")?.reverse(false)?;
    printer.feeds(2)?.print_cut()?;
    Ok(())
}

/// Asks for status, and gives the driver's conclusions.
pub(crate) fn status<D: Driver + Clone>(driver: &D) -> Result<Value, Box<dyn Error>> {
    let printer = asked(driver, Request::Printer)?;
    let offline = asked(driver, Request::OfflineCause)?;
    let paper = asked(driver, Request::RollPaperSensor)?;
    let is = |said: &std::collections::HashMap<Response, bool>, what| said.get(&what).copied();
    Ok(json!({
        "online": is(&printer, Response::Online),
        "cover closed": is(&offline, Response::CoverClosed),
        "stopped for paper": is(&offline, Response::PrintingStopsDueToPaperEnd),
        "paper": is(&paper, Response::RollPaperEndSensorPaperPresent),
        "paper adequate": is(&paper, Response::RollPaperNearEndSensorPaperAdequate),
    }))
}

fn asked<D: Driver + Clone>(
    driver: &D,
    request: Request,
) -> Result<std::collections::HashMap<Response, bool>, Box<dyn Error>> {
    Printer::new(driver.clone(), chinese(), None).real_time_status(request)?.send_status()?;
    let mut answer = [0; 1];
    if driver.read(&mut answer)? == 0 {
        return Err(format!("no answer to {request:?}").into());
    }
    Ok(Response::parse(request, answer[0])?)
}

fn chinese() -> Protocol {
    Protocol::new(Encoder::new(encoding_rs::GBK))
}

//! Saves pictures of receipts from sound and broken printers: `cargo run --example pictures -- FOLDER`.
//!
//! Each is a greyscale PNG, one pixel a dot of 0.125 mm. What it should have looked like is `ideal.png`.
#![expect(clippy::disallowed_methods, reason = "an example writes its pictures to files")]

#[path = "../tests/printer/driver.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod driver;

use driver::{Bench, receipt};
use escpos::{Align, CutMode, Font, RasterScale, Underline, Writer};
use printer::{DESK_80, GearName, Micrometres, Permille, Picture, Poke};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (name, faults, bytes) in cases() {
        let mut bench = Bench::new(&DESK_80);
        for fault in faults {
            bench.poke(fault);
        }
        bench.send(&bytes).settle();
        bench.poke(Poke::TakeReceipt).poke(Poke::LoadPaper).settle().poke(Poke::TakeReceipt);
        for (number, piece) in bench.pieces().iter().enumerate() {
            save(&folder.join(format!("{name}-{number}.png")), &piece.picture())?;
            save(&folder.join("ideal.png"), &piece.ideal())?;
            let text = format!("{piece}\n{:#?}\n", piece.reading());
            std::fs::write(folder.join(format!("{name}-{number}.txt")), text)?;
        }
    }
    Ok(())
}

fn cases() -> Vec<(&'static str, Vec<Poke>, Vec<u8>)> {
    let tooth = |gear, wear| Poke::WearGear { gear, tooth: 2, wear: Permille::new(wear) };
    let broken = vec![
        ("jam", vec![Poke::Jam { at: Micrometres::from_mm(40) }]),
        ("stall", vec![Poke::Drag { force_mn: 2000, over: None }]),
        ("binding-roll", vec![Poke::Drag { force_mn: 840, over: None }]),
        ("worn-tooth", vec![tooth(GearName::Motor, 400)]),
        ("missing-platen-tooth", vec![tooth(GearName::Platen, 1000)]),
        ("missing-motor-tooth", vec![tooth(GearName::Motor, 1000)]),
        ("paper-end", vec![Poke::PaperLeft(Micrometres::from_mm(45))]),
        ("sound", vec![]),
    ];
    let styles = [("styles", vec![], style_sheet())];
    let broken = broken.into_iter().map(|(name, faults)| (name, faults, receipt()));
    styles.into_iter().chain(broken).collect()
}

/// One line of each style.
fn style_sheet() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut host = Writer::new(&mut bytes);
    let gbk = |text| encoding_rs::GB18030.encode(text).0.into_owned();
    host.text(b"Font A: The quick brown fox 0123456789").line_feed();
    host.font(Font::B).text(b"Font B: The quick brown fox 0123456789").line_feed().font(Font::A);
    host.bold(true).text(&gbk("Bold 粗体 128.50")).line_feed().bold(false);
    host.underline(Underline::Two)
        .text(&gbk("Underlined 下划线 128.50"))
        .line_feed()
        .underline(Underline::Off);
    host.reverse(true).text(&gbk(" White on black 反白 ")).line_feed().reverse(false);
    host.size(3, 1).text(b"Wide").size(1, 3).text(b" High").size(1, 1).text(b" both on a line").line_feed();
    host.align(Align::Right).text(b"right").line_feed().align(Align::Center).text(b"centre").line_feed();
    host.align(Align::Left)
        .text(&gbk("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"))
        .line_feed();
    let ramp: Vec<u8> =
        (0..24 * 16_u8 as usize).map(|at| if at / 16 % 4 < 2 { 0xF0 } else { 0x0F }).collect();
    host.raster(RasterScale { double_width: true, double_height: false }, 16, &ramp);
    host.kanji_mode(false).code_page(0).text(b"\xDA\xC4\xC4\xBF \x82t\x82 \x9D").line_feed();
    host.cut(CutMode::Full, Some(0));
    bytes
}

fn save(path: &Path, picture: &Picture) -> Result<(), Box<dyn Error>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, picture.width, picture.height);
    encoder.set_color(png::ColorType::Grayscale);
    let light: Vec<u8> = picture.dots.iter().map(|dark| 255 - dark).collect();
    encoder.write_header()?.write_image_data(&light)?;
    std::fs::write(path, file)?;
    Ok(())
}

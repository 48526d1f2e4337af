//! Saves one receipt from printers with every fault side by side:
//! `cargo run -p tillrig-printer --example contact_sheet -- FILE.png`.
//!
//! Each paper stands at half its size, one pixel for four dots, with its name, its length and its legibility above it;
//! what did not come out is torn out by hand. Captions are printed by a printer of their own.
#![expect(clippy::disallowed_methods, reason = "an example writes its picture to a file")]

#[path = "../tests/printer/driver.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod driver;

use driver::Bench;
use escpos::{Align, CutMode, Font, QrLevel, QrModel, RasterScale, Writer};
use printer::words::PRESETS;
use printer::{DESK_80, GearName, KIOSK_80, Micrometres, Permille, Picture, Piece, Poke, Profile, Roll};
use std::error::Error;
use std::sync::Arc;

/// Papers beside each other.
const COLUMNS: usize = 6;
/// Pixels of one cell, a gap included.
const CELL: (usize, usize) = (352, 640);
/// Pixels above a paper.
const CAPTION: usize = 84;
/// Grey around the papers.
const BACKGROUND: u8 = 168;

/// One fault.
struct Case {
    name: &'static str,
    profile: &'static Profile,
    /// When it happens, after the receipt was sent.
    at_ms: u64,
    pokes: Vec<Poke>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("which file?")?;
    let cases = cases();
    let mut sheet = Sheet::new(cases.len().div_ceil(COLUMNS));
    for (number, case) in cases.iter().enumerate() {
        let pieces = printed(case);
        sheet.caption(number, &caption(case.name, &pieces));
        let mut top = CAPTION;
        for piece in &pieces {
            top += sheet.paper(number, top, &piece.picture()) + 12;
        }
    }
    std::fs::write(file, sheet.png()?)?;
    Ok(())
}

fn cases() -> Vec<Case> {
    let case = |name, pokes| {
        let kiosk = matches!(name, "presenter-stuck" | "bin-full");
        let at_ms = if matches!(name, "power-cut" | "cover-open" | "paper-pulled") { 400 } else { 0 };
        Case { name, profile: if kiosk { &KIOSK_80 } else { &DESK_80 }, at_ms, pokes }
    };
    let roll = Roll::sound(Micrometres::from_mm(73_000));
    let more = [
        ("pinion-tooth", Poke::WearGear { gear: GearName::Motor, tooth: 3, wear: Permille::new(400) }),
        ("paper-pulled", Poke::Pull { force_mn: 3000, over: Micrometres::from_mm(15) }),
        (
            "platen-spot",
            Poke::SpotPlaten {
                at: Micrometres::from_mm(5),
                length: Micrometres::from_mm(4),
                contact: Permille::new(300),
            },
        ),
        ("paper-old", Poke::LoadRoll(Roll { sensitivity: Permille::new(700), ..roll })),
        ("cable-corroded", Poke::SupplyResistance { resistance_mohm: 2500 }),
    ];
    let sound = [case("sound", vec![])];
    let faults = PRESETS.iter().map(|preset| case(preset.name, preset.pokes()));
    let more = more.into_iter().map(|(name, poke)| case(name, vec![poke]));
    sound.into_iter().chain(faults).chain(more).collect()
}

/// What came out, or was torn out afterwards.
fn printed(case: &Case) -> Vec<Arc<Piece>> {
    let mut bench = Bench::new(case.profile);
    let (before, after) =
        if case.at_ms == 0 { (case.pokes.as_slice(), &[][..]) } else { (&[][..], case.pokes.as_slice()) };
    before.iter().for_each(|poke| {
        bench.poke(*poke);
    });
    bench.send(&receipt());
    if case.profile.name == KIOSK_80.name {
        bench.send(b"\x1De\x05");
    }
    if !after.is_empty() {
        bench.pass_ms(case.at_ms);
        after.iter().for_each(|poke| {
            bench.poke(*poke);
        });
    }
    // A head that is too hot, or a motor that stalls, may take its time.
    bench
        .pass_ms(20_000)
        .poke(Poke::TakeReceipt)
        .poke(Poke::FreeBlade)
        .poke(Poke::ClearJam)
        .poke(Poke::LoadPaper);
    bench.pieces()
}

fn receipt() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut host = Writer::new(&mut bytes);
    let line = |host: &mut Writer<'_>, text: &str| {
        host.text(&encoding_rs::GB18030.encode(text).0).line_feed();
    };
    host.init().align(Align::Center).raster(RasterScale::default(), 24, &logo());
    host.size(2, 2).bold(true);
    line(&mut host, "海滨路便利店");
    host.size(1, 1).bold(false);
    line(&mut host, "TEL 010-5550100  2026-11-22 06:15");
    host.align(Align::Left);
    for text in [
        "------------------------------------------------",
        "拿铁咖啡 LATTE               2 x 18.00     36.00",
        "全麦面包 BREAD               1 x 12.50     12.50",
        "矿泉水   WATER               4 x  2.00      8.00",
        "------------------------------------------------",
    ] {
        line(&mut host, text);
    }
    host.size(1, 2).bold(true);
    line(&mut host, "合计 TOTAL RMB                             56.50");
    host.size(1, 1).bold(false).font(Font::B);
    line(&mut host, "Thank you. Goods may be returned within 14 days.");
    host.font(Font::A).align(Align::Center);
    host.barcode_height(80).raw(b"\x1Dw\x03\x1DH\x02\x1Dk\x024006381333931\0");
    host.qr(QrModel::Two, 5, QrLevel::M, b"https://pay.example/v/20261122000123");
    line(&mut host, "谢谢惠顾 THANK YOU");
    host.cut(CutMode::Full, Some(0));
    bytes
}

/// A house in a ring: 192 by 96 dots.
fn logo() -> Vec<u8> {
    let black = |x: i32, y: i32| {
        let (x, y) = (x - 96, y - 48);
        let ring = (36 * 36..44 * 44).contains(&(x * x + y * y));
        let roof = (-24..-2).contains(&y) && x.abs() <= y + 24;
        let walls = (-2..24).contains(&y) && x.abs() <= 16 && !(x.abs() < 6 && y > 6);
        ring || roof || walls
    };
    let byte = |x: i32, y: i32| (0..8).fold(0, |bits, bit| bits << 1 | u8::from(black(x * 8 + bit, y)));
    (0..96).flat_map(|y| (0..24).map(move |x| byte(x, y))).collect()
}

fn caption(name: &str, pieces: &[Arc<Piece>]) -> Picture {
    let mut lines = vec![format!("\x1BE\x01{name}\x1BE\x00")];
    for piece in pieces.iter().take(3) {
        let (long, legible) = (piece.length_um() / 1000, piece.reading().legibility.get() / 10);
        lines.push(format!("{long} mm, {legible} % of lines legible"));
    }
    if pieces.is_empty() {
        lines.push("nothing came out".to_owned());
    }
    let text = lines.join("\n");
    let mut bench = Bench::new(&DESK_80);
    bench.send(format!("\x1BM\x01\x1B3\x12{text}\n\x1DVA\0").as_bytes()).settle().poke(Poke::TakeReceipt);
    bench.pieces().pop().expect("a sound printer prints").picture()
}

/// The sheet, a byte a pixel.
struct Sheet {
    width: usize,
    grey: Vec<u8>,
}

impl Sheet {
    fn new(rows: usize) -> Self {
        let (width, height) = (COLUMNS * CELL.0, rows * CELL.1);
        Self { width, grey: vec![BACKGROUND; width * height] }
    }

    /// A pixel of a cell, if it is in the cell.
    fn dot(&mut self, cell: usize, x: usize, y: usize) -> Option<&mut u8> {
        let (left, top) = (cell % COLUMNS * CELL.0 + 16, cell / COLUMNS * CELL.1);
        let inside = x + 16 < CELL.0 && y < CELL.1;
        self.grey.get_mut((top + y) * self.width + left + x).filter(|_| inside)
    }

    /// Ink only, in the dots' own size: what stands below the piece's leading edge, 15 mm.
    fn caption(&mut self, cell: usize, picture: &Picture) {
        let rows = picture.dots.chunks(picture.width as usize).skip(120).take(CAPTION - 8);
        for (y, row) in rows.enumerate() {
            for (x, _) in row.iter().skip(32).enumerate().filter(|(_, dark)| **dark > 0) {
                if let Some(dot) = self.dot(cell, x, y + 8) {
                    *dot = 0;
                }
            }
        }
    }

    /// Lays a paper down at half its size; gives its height.
    fn paper(&mut self, cell: usize, top: usize, picture: &Picture) -> usize {
        let width = picture.width as usize;
        let at = |x: usize, y: usize| u16::from(picture.dots.get(y * width + x).copied().unwrap_or(0));
        let height = picture.height as usize / 2;
        for y in 0..height {
            for x in 0..width / 2 {
                let dark = (at(2 * x, 2 * y)
                    + at(2 * x + 1, 2 * y)
                    + at(2 * x, 2 * y + 1)
                    + at(2 * x + 1, 2 * y + 1))
                    / 4;
                if let Some(dot) = self.dot(cell, x, top + y) {
                    *dot = (250 * (255 - dark) / 255) as u8;
                }
            }
        }
        height
    }

    fn png(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut file = Vec::new();
        let height = self.grey.len() / self.width;
        let mut encoder = png::Encoder::new(&mut file, u32::try_from(self.width)?, u32::try_from(height)?);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header()?.write_image_data(&self.grey)?;
        Ok(file)
    }
}

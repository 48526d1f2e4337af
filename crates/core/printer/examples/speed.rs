//! temp
#![allow(
    clippy::all,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    missing_docs
)]
#[path = "../tests/printer/driver.rs"]
#[allow(dead_code)]
mod driver;
use driver::Bench;
use printer::*;
use std::time::Instant;

fn small() -> Vec<u8> {
    let mut b =
        b"\x1B@\x1Ba\x01\x1BE\x01TILLRIG STORE\n\x1BE\x00123 Sample Street\nTel 555-0100\n\x1Ba\x00".to_vec();
    b.extend(b"------------------------------------------------\n");
    for i in 0..28 {
        b.extend(
            format!("{:02} x Item number {:<22} {:>8}.{:02}\n", i % 5 + 1, i, i * 3 + 1, i * 7 % 100).bytes(),
        );
    }
    b.extend(b"------------------------------------------------\n\x1BE\x01");
    b.extend(b"TOTAL                                     1234.56\n\x1BE\x00\n\nThank you\n\x1DV\x00");
    b
}
fn png1(b: &Bitmap) -> Vec<u8> {
    let mut file = Vec::new();
    let mut e = png::Encoder::new(&mut file, b.width, b.height);
    e.set_color(png::ColorType::Indexed);
    e.set_depth(png::BitDepth::One);
    e.set_palette(vec![255, 255, 255, 0, 0, 0]);
    e.set_compression(png::Compression::Fast);
    e.set_filter(png::Filter::Up);
    e.write_header().unwrap().write_image_data(&b.packed()).unwrap();
    file
}
fn time<T>(name: &str, n: u32, mut f: impl FnMut() -> T) {
    for _ in 0..n / 4 + 1 {
        std::hint::black_box(f());
    }
    let mut best = f64::MAX;
    for _ in 0..7 {
        let t = Instant::now();
        for _ in 0..n {
            std::hint::black_box(f());
        }
        best = best.min(t.elapsed().as_secs_f64() / n as f64);
    }
    println!("{name:40} {:10.2} us  {:9.0}/s", best * 1e6, 1.0 / best);
}
fn piece(p: &'static Profile, pokes: &[Poke], bytes: &[u8]) -> std::sync::Arc<Piece> {
    let mut b = Bench::new(p);
    for k in pokes {
        b.poke(*k);
    }
    b.send_obediently(bytes).settle().poke(Poke::TakeReceipt).poke(Poke::LoadPaper).settle();
    b.pieces().into_iter().next().unwrap()
}
fn main() {
    let bytes = small();
    let sound = piece(&DESK_80, &[], &bytes);
    let bm = sound.bitmap();
    println!("{} bytes, {} rows, {} png", bytes.len(), bm.height, png1(&bm).len());
    let base = Bench::new(&DESK_80);
    time("print", 500, || {
        let mut b = base.clone();
        b.send(&bytes).settle();
        b.poke(Poke::TakeReceipt);
        b.events.len()
    });
    time("bitmap", 2000, || sound.bitmap());
    time("packed", 2000, || bm.packed());
    time("png", 500, || png1(&bm));
    time("all", 500, || {
        let mut b = base.clone();
        b.send(&bytes).settle();
        b.poke(Poke::TakeReceipt);
        png1(&b.pieces()[0].bitmap()).len()
    });
    time("picture", 200, || sound.picture());
    time("ideal", 200, || sound.ideal());
    time("reading sound", 2000, || sound.reading());
    let worn = piece(
        &DESK_80,
        &[Poke::WearGear { gear: GearName::Motor, tooth: 2, wear: Permille::new(400) }],
        &bytes,
    );
    time("reading worn", 200, || worn.reading());
    println!("{}", worn.reading().legibility);
    let missing = piece(
        &DESK_80,
        &[Poke::WearGear { gear: GearName::Platen, tooth: 2, wear: Permille::new(1000) }],
        &bytes,
    );
    time("reading missing tooth", 200, || missing.reading());
    let stall = piece(&DESK_80, &[Poke::Drag { force_mn: 2000, over: None }], &bytes);
    time("reading stalled", 200, || stall.reading());
    let rec = driver::receipt();
    let chin = piece(&DESK_80, &[], &rec);
    time("chinese bitmap", 500, || chin.bitmap());
    time("chinese print", 200, || {
        let mut b = base.clone();
        b.send(&rec).settle();
        b.poke(Poke::TakeReceipt);
        b.events.len()
    });
}

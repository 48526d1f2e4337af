//! Every fault of the printer: what the host is told, how long it takes, and what the paper looks like.
//!
//! Facts: printer sources, sections 4, 6, 7, 8 and 13. Worn gears, paper that ends in the middle and power cuts in
//! mid-line are in `printing`. Here stands what the claims share.

mod blade;
mod feed;
mod head;
mod presenter;
mod sensors;
mod storms;
mod supply;

pub(crate) use storms::pokes;

use crate::driver::Bench;
use escpos::{CutMode, Presenter, RasterScale};
use printer::{Event, Picture, Piece, Poke, Profile};
use std::sync::Arc;

/// No error, online; the drawer pin of a counter printer is high.
pub(super) const ALL_WELL: [u8; 4] = [0x16, 0x12, 0x12, 0x12];

pub(super) fn with(profile: &'static Profile, faults: &[Poke]) -> Bench {
    let mut bench = Bench::new(profile);
    for fault in faults {
        bench.poke(*fault);
    }
    bench
}

/// `DLE EOT` 1 to 4.
pub(super) fn statuses(bench: &mut Bench) -> [u8; 4] {
    [1, 2, 3, 4].map(|n| bench.status(n).unwrap_or(0))
}

/// Prints so many dot lines with these bytes in each, and waits.
pub(super) fn rows(bench: &mut Bench, row: &[u8], count: usize) {
    let data = row.repeat(count);
    bench.write(|host| {
        host.raster(RasterScale::default(), row.len() as u16, &data);
    });
    bench.settle();
}

pub(super) fn black(bench: &mut Bench, count: usize) {
    let width = usize::from(bench.printer.profile().geometry.head_dots) / 8;
    rows(bench, &vec![0xFF; width], count);
}

pub(super) fn cut(bench: &mut Bench) {
    bench.write(|host| {
        host.cut(CutMode::Full, Some(0));
    });
    bench.settle();
}

pub(super) fn job(bench: &mut Bench, text: &str) {
    bench.write(|host| {
        host.text(text.as_bytes()).line_feed().cut(CutMode::Full, Some(0));
    });
}

pub(super) fn moved(bench: &mut Bench, function: Presenter) {
    bench.write(|host| {
        host.presenter(function);
    });
}

/// Everything that came out or was taken out.
pub(super) fn collect(bench: &mut Bench) -> Vec<Arc<Piece>> {
    bench.poke(Poke::TakeReceipt).poke(Poke::LoadPaper).settle().poke(Poke::TakeReceipt);
    bench.pieces()
}

pub(super) fn told(bench: &Bench, words: &str) -> bool {
    bench.story().iter().any(|line| line.contains(words))
}

pub(super) fn count(bench: &Bench, is_it: impl Fn(&Event) -> bool) -> usize {
    bench.events.iter().filter(|(_, event)| is_it(event)).count()
}

/// Darkness down one column of dots.
pub(super) fn column(picture: &Picture, x: u32) -> Vec<u8> {
    picture.dots.iter().skip(x as usize).step_by(picture.width as usize).copied().collect()
}

/// Darkness of the middle of each row.
pub(super) fn middle(piece: &Piece) -> Vec<u8> {
    let picture = piece.picture();
    column(&picture, picture.width / 2)
}

/// A sound black line on white paper.
pub(super) const SOUND_BLACK: u8 = 200;

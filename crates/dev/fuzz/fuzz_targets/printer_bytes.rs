//! Arbitrary bytes at the printer's port, with the cover and the paper in the hands of the first of them: never a
//! panic, no endless feed, memory bounded by the buffer and the paper.
#![no_main]

use printer::{DATA, DESK_80, KIOSK_80, Micrometres, Poke, Printer};
use sim::{Input, Machine, SimTime};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else {
        return;
    };
    let mut device = Printer::new(if first & 1 == 0 { &DESK_80 } else { &KIOSK_80 });
    let mut now = SimTime::ZERO;
    for (index, piece) in rest.chunks(64).enumerate() {
        device.handle(now, Input::Received { port: DATA, bytes: piece });
        if index == 2 {
            let poke = match first >> 1 & 3 {
                0 => Poke::OpenCover,
                1 => Poke::PaperLeft(Micrometres(20_000)),
                2 => Poke::Jam { at: Micrometres(30_000) },
                _ => Poke::PowerOff,
            };
            device.handle(now, Input::Poke(poke));
        }
        for _ in 0..10_000 {
            while device.poll().is_some() {}
            let Some((at, _)) = device.wake_at() else {
                break;
            };
            now = now.max(at);
            device.handle(now, Input::Wake);
        }
    }
});

//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.
//!
//! | file | holds |
//! |---|---|
//! | `script` | what an input means: model, interface, things that happen, and the host's bytes |
//! | `watched` | a printer under watch, and the claims that hold after each thing that happens |
//! | `families` | which messages a printer may send |
//!
//! The claims, with the numbers that bound them:
//! - every message is a whole one of a known family; XOFF and XON alternate, and so do the levels of DTR;
//! - bytes received are handed on, waiting, or reported as lost, to the byte;
//! - `DLE EOT 1` is answered at once, with one byte, while the printer is up, whatever was sent before;
//! - [`FOOTPRINT_MAX`] bounds the memory, and the next wake-up always lies ahead: 64 of them take 1 ms at least;
//! - a byte feeds [`FEED_MAX_LINES`] at most. A macro, of 2 KB at most, multiplies this by 255 rounds for each `GS ^`, and
//!   no more: a macro starts no macro;
//! - with everything mended, and every buffer cleared, a receipt comes out as from a new printer.
//!
//! Facts: printer sources, sections 0, 2.5, 3 and 4.1. *Not modelled:* a printer whose rounds of a macro the fuzzer
//! has no patience for: it is asked to print its receipt in the middle of them.

mod families;
mod script;
mod watched;

pub use self::families::family;
pub use self::script::POKES;

use self::script::{Act, Script};
use self::watched::Watched;
use core::time::Duration;

/// What a printer takes at most: a strip of 4 MB and its burn log, a page, stored images, a command in the making.
pub const FOOTPRINT_MAX: usize = 32 << 20;

/// Dot lines that one byte feeds at most: 40 inches at 203 dpi, by `ESC d 255` or what is as long.
pub const FEED_MAX_LINES: u64 = 8128;

/// Wake-ups that are waited for between two things that happen.
const WAKES_MAX: u32 = 256;

/// Bytes to a receiver that is offline, busy or small: nothing is lost unseen, and questions are answered at once.
///
/// # Panics
/// When a claim does not hold.
pub fn fuzz_receiver(bytes: &[u8]) {
    let Some(script) = Script::receiver(bytes) else { return };
    let mut watched = Watched::new(&script);
    script.trouble().into_iter().for_each(|poke| watched.poke(poke));
    for (act, part) in script.steps() {
        act.into_iter().for_each(|act| watched.act(act));
        watched.send(part);
        watched.ask();
    }
    watched.settle(WAKES_MAX);
    watched.ask();
}

/// Bytes, pokes and time to a whole printer; afterwards it is mended, and prints a receipt.
///
/// # Panics
/// When a claim does not hold.
pub fn fuzz_printer(bytes: &[u8]) {
    let Some(script) = Script::printer(bytes) else { return };
    let mut watched = Watched::new(&script);
    let mut hands = false;
    for (act, part) in script.steps() {
        for act in act {
            hands |= matches!(act, Act::Poke(_));
            watched.act(act);
        }
        if script.is_patient() {
            watched.wait_until_ready(WAKES_MAX);
        }
        watched.send(part);
    }
    watched.settle(WAKES_MAX);
    if !hands {
        watched.check_feed(script.stream());
    }
    watched.mend();
    let mut fresh = Watched::new(&script);
    fresh.mend();
    watched.receipt().check(&fresh.receipt(), hands);
}

/// Time that lets a hot head cool down, and every wait end.
const LONG: Duration = Duration::from_secs(3600);

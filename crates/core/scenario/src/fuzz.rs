//! The body of a fuzz target, here so that the ordinary build checks it and ordinary tests run it.
//!
//! *Not modelled:* scenario and rig files, whose targets need no more than their readers.

use crate::{PrinterFile, TerminalFile};
use printer::Printer;
use sim::{Input, Machine, SimTime};

/// The longest file that is tried. A profile lives as long as the program, so every one that is read stays.
const FILE_BYTES_MAX: usize = 4096;

/// Bytes of a host that uses what profiles can change: text, a reverse feed, a code, a cut.
const RECEIPT: &[u8] = b"\x1B@Tea 3.00\tx\n\x1BK\x10\x1BM2c\x1DkA\x0c400638133393\x1DVB\x00";

/// Wake-ups that the printer of an odd profile is given.
const WAKES_MAX: u32 = 64;

/// Reads arbitrary bytes as a printer profile. What is refused is explained; what is accepted makes a printer that
/// prints.
///
/// # Panics
/// When a claim does not hold.
pub fn fuzz_printer_file(bytes: &[u8]) {
    let Some(bytes) = bytes.get(..bytes.len().min(FILE_BYTES_MAX)) else { return };
    let file = match PrinterFile::parse("fuzz.yaml", bytes) {
        Ok(file) => file,
        Err(wrong) => {
            assert!(!wrong.render(false).is_empty(), "what is wrong is explained");
            return;
        }
    };
    let mut device = Printer::new(file.profile);
    let mut now = SimTime::ZERO;
    device.handle(now, Input::Received { port: printer::DATA, bytes: RECEIPT });
    for _ in 0..WAKES_MAX {
        while device.poll().is_some() {}
        let Some((at, _)) = device.wake_at() else { break };
        assert!(at > now, "a wake-up lies ahead");
        now = at;
        device.handle(now, Input::Wake);
    }
}

/// Reads arbitrary bytes as a terminal profile. What is refused is explained; what is accepted has a printer, and a
/// presenter where it prints before the result.
///
/// # Panics
/// When a claim does not hold.
pub fn fuzz_terminal_file(bytes: &[u8]) {
    let Some(bytes) = bytes.get(..bytes.len().min(FILE_BYTES_MAX)) else { return };
    match TerminalFile::parse("fuzz.yaml", bytes) {
        Ok(TerminalFile { profile }) => {
            assert!(printer::BUILT_IN.iter().any(|printer| printer.name == profile.printer));
            let early = profile.habits.prints == terminal::profile::Prints::BeforeTheResult;
            assert!(profile.presenter || !early, "a slip that is printed early is held back");
        }
        Err(wrong) => assert!(!wrong.render(false).is_empty(), "what is wrong is explained"),
    }
}

//! What the benches of the printer do: interpreting a stream, printing a receipt, printing dot lines with a fault.
//!
//! Times are the simulation's own; nothing here measures. The host waits whenever the printer says so. *Not done:*
//! reading a receipt, and serial lines that take time for each byte.

use crate::reference::raster::Font;
use core::fmt;
use core::hint::black_box;
use core::time::Duration;
use escpos::{CutMode, Parser, RasterScale, Writer};
use printer::{
    DATA, DESK_80, Event, GearName, InterpreterAlone, Micrometres, Permille, Piece, Poke, Printer,
};
use sim::{Input, Machine, Output, SimTime};
use std::sync::Arc;

/// Dot lines of [`job`].
pub const JOB_LINES: usize = 3990;
/// Dot lines of a line of text with its space.
const LINE_DOTS: usize = 30;

/// Paper of a roll.
const ROLL: Micrometres = Micrometres(80_000_000);
/// Between two receipts.
const PAUSE: Duration = Duration::from_secs(60);

/// What is wrong with the mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    Nothing,
    /// A tooth of the platen's gear is gone.
    MissingTooth,
    /// Something holds the paper back.
    Drag,
    /// The platen presses less at one place.
    SpotOnPlaten,
    /// The supply's voltage falls under load.
    WeakSupply,
}

impl Fault {
    /// Every one, the sound mechanism first.
    pub const ALL: [Self; 5] =
        [Self::Nothing, Self::MissingTooth, Self::Drag, Self::SpotOnPlaten, Self::WeakSupply];

    fn poke(self) -> Option<Poke> {
        Some(match self {
            Self::Nothing => return None,
            Self::MissingTooth => Poke::WearGear { gear: GearName::Platen, tooth: 5, wear: Permille::WHOLE },
            Self::Drag => Poke::Drag { force_mn: 600, over: None },
            Self::SpotOnPlaten => Poke::SpotPlaten {
                at: Micrometres(5000),
                length: Micrometres(4000),
                contact: Permille::new(500),
            },
            Self::WeakSupply => Poke::SupplyResistance { resistance_mohm: 2000 },
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "sound",
            Self::MissingTooth => "missing tooth",
            Self::Drag => "drag",
            Self::SpotOnPlaten => "spot on the platen",
            Self::WeakSupply => "weak supply",
        })
    }
}

/// Parses a stream that comes in such pieces; gives the number of commands.
#[must_use]
pub fn parse(stream: &[u8], piece: usize) -> usize {
    let mut parser = Parser::new();
    let mut count = 0;
    for part in stream.chunks(piece.max(1)) {
        parser.push(part);
        while let Some(command) = parser.next() {
            black_box(&command);
            count += 1;
        }
    }
    count
}

/// Interprets a stream that comes in such pieces; gives the number of items composed.
#[must_use]
pub fn interpret(stream: &[u8], piece: usize) -> usize {
    let mut interpreter = InterpreterAlone::new(&DESK_80);
    stream.chunks(piece.max(1)).for_each(|part| interpreter.interpret(part));
    interpreter.composed()
}

/// Lines of text in one font, [`JOB_LINES`] dot lines, and a cut: what most dot lines of a shop are.
#[must_use]
pub fn job() -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..JOB_LINES / LINE_DOTS {
        Writer::new(&mut bytes).text(b"  7  ARTICLE NUMBER 00259  1 x     2.59").line_feed();
    }
    Writer::new(&mut bytes).cut(CutMode::Full, Some(0));
    bytes
}

/// An image of [`JOB_LINES`] dot lines, a tenth of it black, and a cut: each brings its 72 bytes.
#[must_use]
pub fn image_job() -> Vec<u8> {
    let row: Vec<u8> = (0..72_u8).map(|at| if at % 10 == 3 { 0xFF } else { 0 }).collect();
    let mut bytes = Vec::new();
    Writer::new(&mut bytes)
        .raster(RasterScale::default(), 72, &row.repeat(JOB_LINES))
        .cut(CutMode::Full, Some(0));
    bytes
}

/// A printer, and somebody who takes what comes out of it.
#[derive(Clone, Debug)]
pub struct Desk {
    printer: Printer,
    now: SimTime,
    /// The roll is nearly used up.
    low: bool,
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk {
    /// A new printer.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Fault::Nothing)
    }

    /// A new printer with this fault.
    #[must_use]
    pub fn with(fault: Fault) -> Self {
        let mut printer = Printer::new(&DESK_80);
        if let Some(poke) = fault.poke() {
            printer.handle(SimTime::ZERO, Input::Poke(poke));
        }
        Self { printer, now: SimTime::ZERO, low: false }
    }

    /// Sends bytes as fast as the printer takes them, and waits until it has nothing more to do.
    fn send(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            let (now_sent, later) = rest.split_at(rest.len().min(self.printer.free_bytes()));
            if !now_sent.is_empty() {
                self.printer.handle(self.now, Input::Received { port: DATA, bytes: now_sent });
                rest = later;
            }
            let Some((at, _)) = self.printer.wake_at() else { break };
            self.now = at;
            self.printer.handle(self.now, Input::Wake);
        }
    }

    /// Prints on a roll that has no end; nobody takes anything.
    pub fn print_endlessly(&mut self, bytes: &[u8]) {
        self.send(bytes);
        self.printer.handle(self.now, Input::Poke(Poke::PaperLeft(ROLL)));
        while self.printer.poll().is_some() {}
    }

    /// Prints until the printer has nothing more to do, takes the paper, and gives the last piece that came off. A new
    /// roll is put in when the old one comes to its end.
    pub fn print(&mut self, bytes: &[u8]) -> Option<Arc<Piece>> {
        // Nobody prints without a pause, and a head that had none would get hot.
        self.now += PAUSE;
        self.send(bytes);
        self.printer.handle(self.now, Input::Poke(Poke::TakeReceipt));
        let mut piece = None;
        while let Some(output) = self.printer.poll() {
            match output {
                Output::Event(Event::Taken { piece: taken }) => piece = Some(taken),
                Output::Event(Event::PaperNearEnd) => self.low = true,
                _ => {}
            }
        }
        if core::mem::take(&mut self.low) {
            self.printer.handle(self.now, Input::Poke(Poke::LoadPaper));
        }
        piece
    }

    /// Prints a receipt, and gives the bytes of its picture file.
    ///
    /// # Panics
    /// If no piece comes off.
    #[must_use]
    pub fn picture_file(&mut self, bytes: &[u8]) -> usize {
        let piece = self.print(bytes).expect("a receipt that ends with a cut comes off");
        report::picture::paper(&piece).expect("a receipt has a length").len()
    }

    /// Bytes of memory that the printer takes, as it says itself.
    #[must_use]
    pub fn footprint_bytes(&self) -> usize {
        self.printer.footprint_bytes()
    }
}

/// The reference: the same text drawn by the small raster, and its picture file.
///
/// # Panics
/// If the picture cannot be written.
#[must_use]
pub fn reference_file(font: &Font, bytes: &[u8]) -> usize {
    let dots = font.draw(bytes);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 576, u32::try_from(dots.len() / 72).unwrap_or(0));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header().expect("the size is right");
    writer.write_image_data(&dots).expect("the bytes are those of the size");
    writer.finish().expect("a vector takes everything");
    file.len()
}

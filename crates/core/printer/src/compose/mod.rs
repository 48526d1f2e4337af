//! The interpreter: takes one command after the other and gives the mechanism orders.
//!
//! Facts: printer sources, sections 1 and 2. Each subject takes the commands that are its own; what nobody takes is
//! reported as ignored.
//!
//! | file | commands |
//! |---|---|
//! | `text`, `modes`, `charset` | characters, how they look, and the state that `ESC @` sets back |
//! | `motion`, `line` | the line in the making, feeds, positions, margins |
//! | `symbols`, `qr` | bar codes and matrix codes |
//! | `graphics` | images |
//! | `page` | page mode |
//! | `delivery` | cuts and the presenter |
//! | `settings` | `ESC @`, questions, settings |
//!
//! *Not modelled yet:* bar codes, column images, page mode, rotation, fonts beyond B, automatic status, information
//! replies; they are framed, and reported as ignored if they would print.

mod charset;
mod delivery;
mod graphics;
mod line;
mod modes;
mod motion;
mod page;
mod qr;
mod settings;
mod symbols;
mod text;

use self::line::LineBuffer;
use self::modes::Modes;
use self::page::Page;
use self::qr::Symbol;
use crate::mechanism::{Mechanism, Order};
use crate::paper::content::{Content, ItemId};
use crate::{Micrometres, Profile};
use escpos::{Command, StatusKind};

/// How the commands begin that would print something, but do not yet.
const BARCODE: &[u8] = b"\x1Dk";
const COLUMN_IMAGE: &[u8] = b"\x1B*";
const PAGE_MODE: &[u8] = b"\x1BL";
const PARENTHESIS: &[u8] = b"\x1D(";

/// What the host must be answered, once the printer gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A status byte, now.
    Status(StatusKind),
    /// The ejector's byte, now.
    Ejector,
    /// These four bytes, when everything before them is on paper.
    ProcessId([u8; 4]),
    /// None: the command had no effect.
    Ignored([u8; 2]),
}

/// What a subject says of a command of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It is carried out.
    Done,
    /// It is carried out, and the host must be answered.
    Says(Answer),
}

/// Modes and the line in the making.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    modes: Modes,
    line: LineBuffer,
    symbol: Symbol,
    /// The page that is composed, in page mode.
    page: Option<Page>,
    /// From the head to the blade.
    blade_lines: u32,
}

impl Interpreter {
    pub(crate) fn new(profile: &Profile) -> Self {
        Self {
            modes: Modes::new(profile.geometry.head_dots),
            line: LineBuffer::default(),
            symbol: Symbol::default(),
            page: None,
            blade_lines: profile.geometry.lines_in(Micrometres(profile.blade_um)),
        }
    }

    /// Forgets the line in the making.
    pub(crate) fn clear_line(&mut self) {
        self.line.clear();
    }

    /// Forgets everything: the supply is gone.
    pub(crate) fn lose_power(&mut self) {
        self.line.clear();
        self.modes = Modes::new(self.modes.head_dots);
        self.symbol = Symbol::default();
    }

    /// Carries out one command. A subject gives `None` for a command that is not its own.
    pub(crate) fn execute(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Answer> {
        let outcome = self
            .text_command(command, to)
            .or_else(|| self.motion_command(command, to))
            .or_else(|| self.graphics_command(command, to))
            .or_else(|| self.code_command(command, to))
            .or_else(|| self.page_command(command, to))
            .or_else(|| self.delivery_command(command, to))
            .or_else(|| self.setting_command(command));
        match outcome {
            Some(Outcome::Done) => None,
            Some(Outcome::Says(answer)) => Some(answer),
            None => ignored(command),
        }
    }

    /// Where composed things go: onto the page in page mode, else onto the paper.
    fn content<'a>(&'a mut self, to: &'a mut Mechanism) -> &'a mut Content {
        self.page.as_mut().map_or_else(|| to.content(), Page::content)
    }

    /// Hands on what was composed, and feeds to so many dot lines in all.
    fn emit(&mut self, item: ItemId, rows: u16, lines: u32, to: &mut Mechanism) {
        match &mut self.page {
            Some(page) => page.place(item, rows, lines),
            None => to.order(Order::Print { item, rows: u32::from(rows), lines }),
        }
    }
}

/// What to report of a command without effect. Bytes that mean nothing by themselves, such as NUL, are silent.
fn ignored(command: &Command<'_>) -> Option<Answer> {
    let bytes: &[u8] = match command {
        Command::Known { bytes } | Command::Unknown { bytes } | Command::Ignored { bytes } => bytes,
        Command::Skipped { head } => head,
        Command::Barcode { .. } => BARCODE,
        Command::ColumnImage { .. } => COLUMN_IMAGE,
        Command::PageMode => PAGE_MODE,
        Command::Graphics(_)
        | Command::Pdf417(_)
        | Command::MaxiCode(_)
        | Command::Gs1DataBar2d(_)
        | Command::Composite(_)
        | Command::Aztec(_)
        | Command::DataMatrix(_) => PARENTHESIS,
        _ => return None,
    };
    match *bytes {
        [first, second, ..] if first != 0 => Some(Answer::Ignored([first, second])),
        _ => None,
    }
}

//! The interpreter: takes one command after the other and gives the mechanism orders.
//!
//! Facts: printer sources, sections 1 and 2. Each subject takes the commands that are its own; what nobody takes is
//! reported as ignored.
//!
//! | file | commands |
//! |---|---|
//! | `text`, `modes` | characters, how they look, and the state that `ESC @` sets back |
//! | `charset`, `code_pages`, `user_characters` | which characters the bytes stand for |
//! | `motion`, `line`, `tabs` | the line in the making, feeds, positions, margins |
//! | `symbols` | bar codes and matrix codes |
//! | `head_control` | density, speed, parts of a line |
//! | `graphics` | images, printed and stored |
//! | `drawing` | lines that the printer draws |
//! | `page`, `sheet` | page mode |
//! | `test_print` | `GS ( A` |
//! | `delivery` | cuts and the presenter |
//! | `settings` | `ESC @`, questions, settings |
//!
//! *Not modelled:* sounds.

mod charset;
mod code_pages;
mod delivery;
mod drawing;
mod graphics;
mod head_control;
mod line;
mod modes;
mod motion;
mod page;
mod settings;
mod sheet;
mod symbols;
mod tabs;
mod test_print;
mod text;
mod user_characters;

use self::charset::Charset;
use self::drawing::Verticals;
use self::graphics::Images;
use self::line::LineBuffer;
use self::modes::Modes;
use self::page::{Layout, Page};
use self::settings::Saved;
use self::symbols::Symbols;
use self::user_characters::UsersOwn;
use crate::mechanism::{Drive, Mechanism, Order};
use crate::paper::content::{Content, ItemId};
use crate::{Micrometres, Profile};
use escpos::{Command, Parser, StatusKind};
use sim::Tag;

/// Answers of several bytes.
const BLOCK: Tag = Tag("status");

/// What the host must be answered, once the printer gets there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A status byte, now.
    Status(StatusKind),
    /// The ejector's byte, now.
    Ejector,
    /// These four bytes, when everything before them is on paper.
    ProcessId([u8; 4]),
    /// These bytes, now; if the handshake asks for it, when the host is ready.
    Bytes(Tag, Vec<u8>),
    /// None, but the next command waits until so many bytes are written to lasting memory.
    WriteMemory(u32),
    /// None: the command had no effect.
    Ignored([u8; 2]),
}

/// What a subject says of a command of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// It is carried out.
    Done,
    /// It is carried out, and the host must be answered.
    Says(Answer),
}

impl Outcome {
    /// It is understood, but has no effect here; reported by its first two bytes.
    const fn ignored(code: [u8; 2]) -> Self {
        Self::Says(Answer::Ignored(code))
    }
}

/// Modes and the line in the making.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    modes: Modes,
    line: LineBuffer,
    charset: Charset,
    users: UsersOwn,
    symbols: Symbols,
    images: Images,
    verticals: Verticals,
    /// The page that is composed, in page mode.
    page: Option<Page>,
    layout: Layout,
    /// Bytes are printed as numbers: those that wait for their line.
    dump: Option<Vec<u8>>,
    profile: &'static Profile,
    /// From the head to the blade.
    blade_lines: u32,
    /// The last command was a raster image.
    after_raster: bool,
    /// How the host wants the head driven.
    drive: Drive,
    saved: Saved,
}

impl Interpreter {
    pub(crate) fn new(profile: &'static Profile) -> Self {
        Self {
            modes: Modes::new(profile.geometry, profile.type_face),
            line: LineBuffer::default(),
            charset: Charset::new(&profile.type_face),
            users: UsersOwn::new(profile.type_face.user_memory_bytes),
            symbols: Symbols::default(),
            images: Images::default(),
            verticals: Verticals::default(),
            page: None,
            layout: Layout::default(),
            dump: None,
            profile,
            blade_lines: profile.geometry.lines_in(Micrometres(profile.blade_um)),
            after_raster: false,
            drive: Drive::default(),
            saved: Saved::default(),
        }
    }

    /// Bytes that the line, the page, and stored symbols, images and characters take.
    pub(crate) fn footprint_bytes(&self) -> usize {
        let page = self.page.as_ref().map_or(0, Page::footprint_bytes);
        let stored = self.symbols.footprint_bytes() + self.images.footprint_bytes();
        stored + self.users.footprint_bytes() + page + self.line.footprint_bytes()
    }

    /// Forgets the line and the page in the making, and ends the lines that the printer draws.
    pub(crate) fn clear_line(&mut self) {
        self.line.clear();
        self.close_page();
        self.verticals = Verticals::default();
    }

    /// Forgets everything: the supply is gone.
    pub(crate) fn lose_power(&mut self) {
        self.line.close();
        self.initialize();
        self.dump = None;
        self.drive = Drive::default();
    }

    /// Carries out one command.
    #[inline]
    pub(crate) fn execute(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Answer> {
        match *command {
            // What goes on a line that is begun needs nothing else.
            Command::Text(bytes) if self.line.type_on(bytes) => {
                self.after_raster = false;
                None
            }
            _ => self.execute_any(command, to),
        }
    }

    /// Carries out a single byte that goes on a line that is begun, before the parser has it; `false` if nothing was
    /// done. A host on a serial line sends byte by byte.
    #[inline]
    pub(crate) fn types(&mut self, bytes: &[u8], parser: &Parser) -> bool {
        let typed = matches!(*bytes, [byte] if parser.passes(byte)) && self.line.type_on(bytes);
        self.after_raster &= !typed;
        typed
    }

    /// A subject gives `None` for a command that is not its own.
    #[inline(never)]
    fn execute_any(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Answer> {
        self.line.settle();
        match *command {
            // What receipts consist of goes the short way.
            Command::Text(bytes) => self.put_text(bytes, to),
            Command::Hanzi(bytes) => self.put_wide(bytes, to),
            Command::LineFeed if self.page.is_none() => self.line_feed(to),
            ref other => {
                self.line.close();
                return self.execute_other(other, to);
            }
        }
        self.after_raster = false;
        None
    }

    fn execute_other(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Answer> {
        let outcome = self
            .in_page(command)
            .or_else(|| self.text_command(command))
            .or_else(|| self.motion_command(command, to))
            .or_else(|| self.graphics_command(command, to))
            .or_else(|| self.draw_command(command, to))
            .or_else(|| self.code_command(command, to))
            .or_else(|| self.page_command(command, to))
            .or_else(|| self.delivery_command(command, to))
            .or_else(|| self.test_command(command, to))
            .or_else(|| self.head_command(command, to))
            .or_else(|| self.setting_command(command));
        if matches!(command, Command::Initialize) {
            self.drive_head(Drive::default(), to);
        }
        self.after_raster = matches!(command, Command::Raster { .. });
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
            Some(page) => page.place(rows, lines),
            None if !self.verticals.is_none() => self.emit_ruled(item, rows, lines, to),
            None => to.order(Order::Print { item, rows: u32::from(rows), lines }),
        }
    }
}

/// What to report of a command without effect. Bytes that mean nothing by themselves, such as NUL, are silent.
fn ignored(command: &Command<'_>) -> Option<Answer> {
    let bytes: &[u8] = match command {
        Command::Known { bytes } | Command::Unknown { bytes } | Command::Ignored { bytes } => bytes,
        Command::Skipped { head } => head,
        _ => return None,
    };
    match *bytes {
        [first, second, ..] if first != 0 => Some(Answer::Ignored([first, second])),
        _ => None,
    }
}

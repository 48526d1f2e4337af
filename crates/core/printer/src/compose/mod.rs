//! The interpreter: takes one command after the other and gives the mechanism orders.
//!
//! Facts: command research, sections 1 and 2; a printed line feeds the larger of the line spacing and its own
//! height (section 0). Where a command is valid only at the beginning of a line, an unfinished line is printed
//! first, as most clones do. *Not modelled yet:* bar codes, column images, page mode, rotation, fonts beyond B,
//! automatic status, information replies; they are framed, and reported as ignored if they would print. How far
//! a presenter moves out (`GS e 3`) makes no difference.

mod charset;
mod line;
mod page;
mod qr;

use self::line::LineBuffer;
use self::page::Page;
use self::qr::Symbol;
use crate::mechanism::{Mechanism, Order};
use crate::paper::content::{Content, ItemId, Modules};
use crate::paper::style::{Cell, Style};
use crate::{Micrometres, Profile};
use escpos::{Align, Command, Font, Presenter, PrintMode, RasterScale, StatusKind, Underline};

/// How the commands begin that would print something, but do not yet.
const BARCODE: &[u8] = b"\x1Dk";
const COLUMN_IMAGE: &[u8] = b"\x1B*";

/// One sixth of an inch at 203 dpi.
const LINE_SPACING_DOTS: u8 = 30;

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

/// Everything that `ESC @` sets back.
#[derive(Clone, Debug)]
struct Modes {
    font_b: bool,
    size: (u8, u8),
    wide_size: (u8, u8),
    bold: bool,
    underline: u8,
    reverse: bool,
    right_spacing_dots: u8,
    wide_spacing_dots: u8,
    align: Align,
    line_spacing_dots: u8,
    left_margin_dots: u16,
    area_dots: u16,
    page: u8,
    head_dots: u16,
}

impl Modes {
    /// The modes after power-on, for a head of so many dots.
    const fn new(head_dots: u16) -> Self {
        Self {
            font_b: false,
            size: (1, 1),
            wide_size: (1, 1),
            bold: false,
            underline: 0,
            reverse: false,
            right_spacing_dots: 0,
            wide_spacing_dots: 0,
            align: Align::Left,
            line_spacing_dots: LINE_SPACING_DOTS,
            left_margin_dots: 0,
            area_dots: head_dots,
            page: 0,
            head_dots,
        }
    }

    fn style(&self, wide: bool) -> Style {
        let ((width, height), spacing) = match wide {
            true => (self.wide_size, self.wide_spacing_dots),
            false => (self.size, self.right_spacing_dots),
        };
        Style {
            width,
            height,
            spacing: u16::from(spacing) * u16::from(width),
            underline: self.underline,
            bold: self.bold,
            reverse: self.reverse,
            cell: match (wide, self.font_b) {
                (true, _) => Cell::Wide,
                (false, true) => Cell::B,
                (false, false) => Cell::A,
            },
        }
    }

    fn width_dots(&self) -> u16 {
        self.area_dots.min(self.head_dots.saturating_sub(self.left_margin_dots))
    }

    /// Where something of this width begins.
    fn start_of(&self, width: u16) -> u16 {
        let spare = self.width_dots().saturating_sub(width);
        let shift = match self.align {
            Align::Left => 0,
            Align::Center => spare / 2,
            Align::Right => spare,
        };
        self.left_margin_dots + shift
    }

    fn select(&mut self, mode: PrintMode) {
        self.font_b = mode.font_b;
        self.bold = mode.bold;
        self.underline = u8::from(mode.underline);
        self.size = (1 + u8::from(mode.double_width), 1 + u8::from(mode.double_height));
    }
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

    /// Carries out one command.
    pub(crate) fn execute(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Answer> {
        match *command {
            Command::Text(bytes) => self.put_text(bytes, to),
            Command::Hanzi(bytes) => self.put_wide(bytes, to),
            Command::LineFeed => self.print(u32::from(self.modes.line_spacing_dots), to),
            Command::FeedDots(dots) => self.print(u32::from(dots), to),
            Command::FeedLines(lines) => self.feed_lines(lines, to),
            Command::Tab => self.line.tab(),
            Command::AbsoluteX(dots) => self.line.move_to(dots),
            Command::RelativeX(dots) => self.line.move_to(self.line.x().saturating_add_signed(dots)),
            Command::Initialize => self.initialize(),
            Command::Raster { scale, width_bytes, rows, data } => {
                self.print_image(scale, width_bytes, rows, data, to);
            }
            Command::Qr(function) => self.execute_qr(&function, to),
            Command::Cut { feed, .. } => self.cut(feed, to),
            Command::Presenter(Presenter::Status) => return Some(Answer::Ejector),
            Command::Presenter(function) => move_piece(function, to),
            Command::TransmitStatus(kind) => return Some(Answer::Status(kind)),
            Command::ProcessId(id) => return Some(Answer::ProcessId(id)),
            Command::CarriageReturn | Command::KanjiMode(_) | Command::Realtime(_) => {}
            ref other => return self.set_mode(other),
        }
        None
    }

    fn set_mode(&mut self, command: &Command<'_>) -> Option<Answer> {
        let modes = &mut self.modes;
        match *command {
            Command::SelectMode(mode) => modes.select(mode),
            Command::Size { width, height } => {
                modes.size = (width.clamp(1, 8), height.clamp(1, 8));
                modes.wide_size = modes.size;
            }
            Command::KanjiSize(size) => {
                modes.wide_size = (1 + u8::from(size.double_width), 1 + u8::from(size.double_height));
            }
            Command::KanjiQuad(on) => modes.wide_size = (1 + u8::from(on), 1 + u8::from(on)),
            Command::Bold(on) => modes.bold = on,
            Command::Underline(kind) | Command::KanjiUnderline(kind) => modes.underline = thickness(kind),
            Command::Reverse(on) => modes.reverse = on,
            Command::Font(font @ (Font::A | Font::B)) => modes.font_b = font == Font::B,
            Command::Align(align) => modes.align = align,
            Command::RightSpacing(dots) => modes.right_spacing_dots = dots,
            Command::KanjiSpacing { right, .. } => modes.wide_spacing_dots = right,
            Command::LineSpacing(dots) => modes.line_spacing_dots = dots.unwrap_or(LINE_SPACING_DOTS),
            Command::LeftMargin(dots) => modes.left_margin_dots = dots.min(modes.head_dots),
            Command::AreaWidth(dots) => modes.area_dots = dots.clamp(1, modes.head_dots),
            Command::CodePage(page) => modes.page = page,
            ref other => return ignored(other),
        }
        None
    }

    fn initialize(&mut self) {
        self.line.clear();
        self.modes = Modes::new(self.modes.head_dots);
    }

    fn put_text(&mut self, bytes: &[u8], to: &mut Mechanism) {
        let style = self.modes.style(false);
        for byte in bytes {
            if let Some(character) = charset::single(self.modes.page, *byte) {
                self.put(character, style, to);
            }
        }
    }

    fn put_wide(&mut self, bytes: &[u8], to: &mut Mechanism) {
        match charset::multibyte(bytes) {
            Some(character) => self.put(character, self.modes.style(true), to),
            None => self.put_text(b"??", to),
        }
    }

    fn put(&mut self, character: char, style: Style, to: &mut Mechanism) {
        if self.line.is_full_for(&style, self.modes.width_dots()) {
            self.print(u32::from(self.modes.line_spacing_dots), to);
        }
        self.line.put(character, style);
    }

    /// Prints the line and feeds so many dot lines, but at least its height.
    fn print(&mut self, feed_lines: u32, to: &mut Mechanism) {
        let lines = feed_lines.max(u32::from(self.line.rows()));
        if self.line.is_blank() {
            self.line.clear();
            feed(lines, to);
            return;
        }
        let shift = self.modes.start_of(self.line.x());
        let content = self.page.as_mut().map_or_else(|| to.content(), Page::content);
        let composed = self.line.compose(content, shift);
        self.emit(composed.item, composed.rows, lines, to);
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

    fn feed_lines(&mut self, lines: u8, to: &mut Mechanism) {
        self.print(u32::from(lines) * u32::from(self.modes.line_spacing_dots), to);
    }

    /// Prints a line that is not finished.
    fn finish_line(&mut self, to: &mut Mechanism) {
        if !self.line.is_blank() {
            self.print(u32::from(self.modes.line_spacing_dots), to);
        }
        self.line.clear();
    }

    fn print_image(
        &mut self,
        scale: RasterScale,
        width_bytes: u16,
        rows: u16,
        data: &[u8],
        to: &mut Mechanism,
    ) {
        self.finish_line(to);
        let (wide, high) = (1 + u16::from(scale.double_width), 1 + u16::from(scale.double_height));
        let x = self.modes.start_of(width_bytes.saturating_mul(8).saturating_mul(wide));
        let printed = rows.saturating_mul(high);
        let double = (scale.double_width, scale.double_height);
        let item = self.content(to).add_image(printed, x, width_bytes, double, data, "");
        self.emit(item, printed, u32::from(printed), to);
    }

    fn execute_qr(&mut self, function: &escpos::Qr<'_>, to: &mut Mechanism) {
        if !self.symbol.set(function) {
            return;
        }
        self.finish_line(to);
        if let Some((side, bits, module_dots)) = self.symbol.draw() {
            let cell = (module_dots, u16::from(module_dots));
            self.print_modules(&Modules { columns: side, rows: side, cell, bits: &bits }, to);
        }
    }

    fn print_modules(&mut self, modules: &Modules<'_>, to: &mut Mechanism) {
        let x = self.modes.start_of(modules.width_dots());
        let item = self.content(to).add_modules(x, modules);
        self.emit(item, modules.height_dots(), u32::from(modules.height_dots()), to);
    }

    fn cut(&mut self, feed_dots: Option<u8>, to: &mut Mechanism) {
        self.finish_line(to);
        if let Some(dots) = feed_dots {
            feed(self.blade_lines + u32::from(dots), to);
        }
        to.order(Order::Cut { byte: 0 });
    }
}

fn move_piece(function: Presenter, to: &mut Mechanism) {
    to.order(match function {
        Presenter::Retract => Order::Retract,
        Presenter::Eject => Order::Present { let_go: true },
        Presenter::Present { .. } | Presenter::Status => Order::Present { let_go: false },
    });
}

fn feed(lines: u32, to: &mut Mechanism) {
    if lines > 0 {
        to.order(Order::Feed { lines });
    }
}

const fn thickness(kind: Underline) -> u8 {
    match kind {
        Underline::Off => 0,
        Underline::One => 1,
        Underline::Two => 2,
    }
}

/// What to report of a command without effect. Bytes that mean nothing by themselves, such as NUL, are silent.
fn ignored(command: &Command<'_>) -> Option<Answer> {
    let bytes: &[u8] = match command {
        Command::Known { bytes } | Command::Unknown { bytes } | Command::Ignored { bytes } => bytes,
        Command::Skipped { head } => head,
        Command::Barcode { .. } => BARCODE,
        Command::ColumnImage { .. } => COLUMN_IMAGE,
        _ => return None,
    };
    match *bytes {
        [first, second, ..] if first != 0 => Some(Answer::Ignored([first, second])),
        _ => None,
    }
}

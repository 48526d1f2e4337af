//! Page mode: things are placed on a page in any of four directions, and printed together.
//!
//! The page becomes one image with its text in reading order. Facts: printer sources, section 2.5: `ESC L`, `ESC S`,
//! `FF`, `ESC FF`, `CAN`, `ESC W`, `ESC T`, `GS $`, `GS \`, `GS ( P`. The vertical position is the lower edge of what
//! is placed: characters stand on it, images and codes grow up from it; after `ESC L`, `ESC W` and `ESC T` it is where
//! the first thing just fits. Justification, margins and the width of standard mode wait until it is back; cuts and
//! the presenter have no effect. Raster images of one width that follow each other at once are one image: the parser
//! hands them out in slices. *Not modelled:* printers whose page mode also keeps character sizes apart.

use super::sheet::{Area, Sheet};
use super::{Interpreter, Outcome};
use crate::mechanism::Mechanism;
use crate::paper::content::Content;
use escpos::{Align, Command, Direction};

/// Height of the page until `GS ( P` says something else: 208 mm at 203 dpi.
pub(super) const PAGE_ROWS: u16 = 1662;
/// The highest page: 600 mm at 203 dpi. Together with the widest head, this bounds its memory.
const PAGE_ROWS_MAX: u16 = 4800;

/// Further down than this nothing is on any page.
const DOWN_MAX: i32 = 1 << 20;

/// What `ESC W`, `ESC T` and `GS ( P` have set, in page mode or before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// `None` is all of the page.
    area: Option<Area>,
    direction: Direction,
    rows_max: u16,
}

impl Default for Layout {
    fn default() -> Self {
        Self { area: None, direction: Direction::LeftToRight, rows_max: PAGE_ROWS }
    }
}

/// The page in the making.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The thing that is being placed, alone.
    content: Content,
    sheet: Sheet,
    /// Where the next thing begins, along the writing.
    along: u16,
    /// The lower edge of the next thing, down the lines; while nothing is placed yet, its upper edge.
    down: i32,
    fresh: bool,
    group: Option<Group>,
    standard: Standard,
}

/// A picture in parts that stand on top of each other: the slices of a raster image, bars and their text.
#[derive(Clone, Copy, Debug)]
struct Group {
    rows: u16,
    /// Bytes a row, if more slices of a raster image may come.
    slice_bytes: Option<u16>,
}

/// Modes that hold in standard mode only.
#[derive(Clone, Copy, Debug)]
struct Standard {
    head_dots: u16,
    align: Align,
    left_margin_dots: u16,
    area_dots: u16,
}

impl Page {
    /// Where composed things go.
    pub(crate) const fn content(&mut self) -> &mut Content {
        &mut self.content
    }

    /// What was placed so far.
    pub(super) const fn sheet(&mut self) -> &mut Sheet {
        &mut self.sheet
    }

    /// Moves so many dot lines on.
    pub(crate) fn feed(&mut self, lines: u32) {
        self.down = self.down.saturating_add(i32::try_from(lines).unwrap_or(i32::MAX)).min(DOWN_MAX);
        self.along = 0;
    }

    /// Takes what is composed: a part of a picture waits for the others, a line of text is placed, and what comes next
    /// stands so many dot lines further on.
    pub(crate) fn place(&mut self, rows: u16, lines: u32) {
        match &mut self.group {
            // What cannot be on any page is not kept.
            Some(group) if group.rows > PAGE_ROWS_MAX => self.content = Content::default(),
            Some(group) => group.rows = group.rows.saturating_add(rows),
            None => {
                // The places of characters count from the beginning of the line.
                self.along = 0;
                self.draw(rows);
                if lines > 0 {
                    self.feed(lines);
                }
            }
        }
    }

    /// Draws everything composed, one on top of the other, with its lower edge at the present position.
    fn draw(&mut self, rows: u16) {
        if core::mem::take(&mut self.fresh) {
            self.down = self.down.saturating_add(i32::from(rows));
        }
        let content = core::mem::take(&mut self.content);
        let (from, mut top) = (self.along, self.down - i32::from(rows));
        for item in content.items() {
            self.along = self.along.max(self.sheet.draw(&content, item, from, top));
            top = top.saturating_add(i32::from(item.rows));
        }
    }

    /// No more parts of a picture come.
    fn settle(&mut self) {
        if let Some(group) = self.group.take().filter(|group| group.rows > 0) {
            self.draw(group.rows);
        }
    }

    /// To the corner where writing begins.
    const fn begin(&mut self) {
        (self.along, self.down, self.fresh) = (0, 0, true);
    }

    /// Bytes of memory that it has reserved.
    pub(super) fn footprint_bytes(&self) -> usize {
        self.content.footprint_bytes() + self.sheet.footprint_bytes()
    }
}

impl Interpreter {
    /// What belongs to page mode alone.
    pub(super) fn page_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::PageMode if self.page.is_none() => self.open_page(to),
            Command::PageMode => {}
            Command::StandardMode => self.close_page(),
            Command::FormFeed if self.page.is_some() => {
                self.print_page(to);
                self.close_page();
            }
            Command::PrintPage if self.page.is_some() => self.print_page(to),
            Command::PageArea { x, y, width, height } => return Some(self.set_area(x, y, width, height)),
            Command::PageDirection(direction) => {
                self.layout.direction = direction;
                self.turn_page();
            }
            Command::PrintableArea { height, .. } => {
                let rows = self.modes.along_dots(height).clamp(1, u32::from(PAGE_ROWS_MAX));
                self.layout.rows_max = rows as u16;
                self.layout.area = None;
                self.turn_page();
            }
            ref other => return self.place_command(other),
        }
        Some(Outcome::Done)
    }

    /// What moves on the page, or clears it.
    fn place_command(&mut self, command: &Command<'_>) -> Option<Outcome> {
        let along = |units: i16| {
            let dots = self.modes.along_dots(units.unsigned_abs()).cast_signed();
            if units < 0 { -dots } else { dots }
        };
        match *command {
            Command::AbsoluteY(_) | Command::RelativeY(_) | Command::Cancel if self.page.is_none() => None,
            Command::AbsoluteY(units) => {
                let down = self.modes.along_dots(units).cast_signed();
                self.flush();
                let page = self.page.as_mut()?;
                (page.down, page.fresh) = (down.min(DOWN_MAX), false);
                Some(Outcome::Done)
            }
            Command::RelativeY(units) => {
                let distance = along(units);
                self.flush();
                let page = self.page.as_mut()?;
                page.down = page.down.saturating_add(distance).clamp(0, DOWN_MAX);
                Some(Outcome::Done)
            }
            Command::Cancel => {
                self.line.clear();
                let page = self.page.as_mut()?;
                page.sheet.clear_area();
                page.begin();
                Some(Outcome::Done)
            }
            _ => None,
        }
    }

    /// Commands that mean something else in page mode; the other subjects see the rest.
    pub(super) fn in_page(&mut self, command: &Command<'_>) -> Option<Outcome> {
        self.page.as_ref()?;
        if let Command::Raster { width_bytes, .. } = *command
            && self.continues(width_bytes)
        {
            return None;
        }
        self.settle();
        let (page, modes) = (self.page.as_mut()?, &self.modes);
        let feed = match *command {
            Command::LineFeed => modes.line_spacing_dots,
            Command::FeedDots(units) => modes.along_dots(u16::from(units)),
            Command::FeedLines(lines) => modes.line_spacing_dots.saturating_mul(u32::from(lines)),
            Command::Align(align) => {
                page.standard.align = align;
                return Some(Outcome::Done);
            }
            Command::LeftMargin(units) => {
                page.standard.left_margin_dots = dots(modes.across_dots(units), page.standard.head_dots);
                return Some(Outcome::Done);
            }
            Command::AreaWidth(units) => {
                page.standard.area_dots = dots(modes.across_dots(units), page.standard.head_dots).max(1);
                return Some(Outcome::Done);
            }
            Command::Cut { .. } | Command::ReserveCut { .. } | Command::CutAndReturn { .. } => {
                return Some(Outcome::ignored(*b"\x1DV"));
            }
            Command::Text(_) | Command::Hanzi(_) => return None,
            ref other if prints_a_picture(other) => {
                self.begin_picture(other);
                return None;
            }
            _ => return None,
        };
        self.flush();
        self.line.clear();
        if let Some(page) = &mut self.page {
            page.feed(feed);
        }
        Some(Outcome::Done)
    }

    /// Puts the line in the making on the page; what comes next follows it on the same line.
    fn flush(&mut self) {
        let width = self.modes.width_dots();
        let Some(page) = &mut self.page else { return };
        let along = self.line.x();
        if !self.line.is_blank() {
            let composed = self.line.compose(page.content(), 0, width);
            page.place(composed.rows, 0);
        }
        page.along = along;
        self.move_line();
    }

    /// The line in the making begins where the page is.
    fn move_line(&mut self) {
        self.line.clear();
        if let Some(page) = self.page.as_ref().filter(|page| page.along > 0) {
            self.line.move_to(page.along);
        }
    }

    /// A picture follows the line in the making, but for whoever composes it a line begins.
    fn begin_picture(&mut self, command: &Command<'_>) {
        self.flush();
        self.line.clear();
        let slice_bytes = match *command {
            Command::Raster { width_bytes, .. } => Some(width_bytes),
            _ => None,
        };
        if let Some(page) = &mut self.page {
            page.group = Some(Group { rows: 0, slice_bytes });
        }
    }

    /// Whether a raster image may be the next slice of the one before.
    fn continues(&self, width_bytes: u16) -> bool {
        let group = self.page.as_ref().and_then(|page| page.group);
        group.is_some_and(|group| group.slice_bytes == Some(width_bytes))
    }

    /// A picture has all its parts; characters may follow it.
    fn settle(&mut self) {
        if let Some(page) = self.page.as_mut().filter(|page| page.group.is_some()) {
            page.settle();
            self.move_line();
        }
    }

    fn open_page(&mut self, to: &mut Mechanism) {
        self.finish_line(to);
        let modes = &self.modes;
        let standard = Standard {
            head_dots: modes.geometry.head_dots,
            align: modes.align,
            left_margin_dots: modes.left_margin_dots,
            area_dots: modes.area_dots,
        };
        self.page = Some(Page {
            content: Content::default(),
            sheet: Sheet::new(standard.head_dots),
            along: 0,
            down: 0,
            fresh: true,
            group: None,
            standard,
        });
        self.turn_page();
    }

    /// Back to standard mode; what is on the page is gone.
    pub(super) fn close_page(&mut self) {
        self.line.clear();
        let Some(page) = self.page.take() else { return };
        let Standard { head_dots, align, left_margin_dots, area_dots } = page.standard;
        let modes = &mut self.modes;
        modes.geometry.head_dots = head_dots;
        (modes.align, modes.left_margin_dots, modes.area_dots) = (align, left_margin_dots, area_dots);
        self.layout = Layout { rows_max: self.layout.rows_max, ..Layout::default() };
    }

    /// Back to standard mode, and to the layout after power-on.
    pub(super) fn forget_page(&mut self) {
        self.close_page();
        self.layout = Layout::default();
    }

    /// `ESC W`; an area outside the page or of no size is refused.
    fn set_area(&mut self, x: u16, y: u16, width: u16, height: u16) -> Outcome {
        let head = self.page.as_ref().map_or(self.modes.geometry.head_dots, |page| page.standard.head_dots);
        let (x, width) = (self.modes.across_dots(x), self.modes.across_dots(width));
        let (y, height) = (self.modes.along_dots(y), self.modes.along_dots(height));
        let (head, rows) = (u32::from(head), u32::from(self.layout.rows_max));
        if width == 0 || height == 0 || x >= head || y >= rows {
            return Outcome::ignored(*b"\x1BW");
        }
        self.layout.area = Some(Area {
            x: x as u16,
            y: y as u16,
            width: width.min(head - x) as u16,
            height: height.min(rows - y) as u16,
        });
        self.turn_page();
        Outcome::Done
    }

    /// Begins anew in the area and direction of the layout, with the width that the line has there.
    fn turn_page(&mut self) {
        self.flush();
        let Some(page) = &mut self.page else { return };
        let all = Area { x: 0, y: 0, width: page.standard.head_dots, height: self.layout.rows_max };
        let across = page.sheet.turn(self.layout.area.unwrap_or(all), self.layout.direction);
        page.begin();
        self.line.clear();
        let modes = &mut self.modes;
        modes.geometry.head_dots = across;
        (modes.align, modes.left_margin_dots, modes.area_dots) = (Align::Left, 0, across);
    }

    /// Prints the page as one image, as far down as its areas reach.
    fn print_page(&mut self, to: &mut Mechanism) {
        self.flush();
        let Some(page) = self.page.take() else { return };
        let (rows, width_bytes, data) = page.sheet.picture();
        let text = page.sheet.text();
        let item = to.content().add_image(rows, 0, width_bytes, (false, false), &data, &text);
        for meaning in page.sheet.codes() {
            to.content().say(meaning);
        }
        self.emit(item, rows, u32::from(rows), to);
        self.page = Some(page);
    }
}

fn dots(dots: u32, head_dots: u16) -> u16 {
    u16::try_from(dots).unwrap_or(u16::MAX).min(head_dots)
}

/// True for what is placed on the page as a whole, and not as characters of a line.
const fn prints_a_picture(command: &Command<'_>) -> bool {
    matches!(
        command,
        Command::Raster { .. }
            | Command::Graphics(_)
            | Command::NvImagePrint { .. }
            | Command::PrintDownloadImage(_)
            | Command::VariableImage { .. }
            | Command::Qr(_)
            | Command::Pdf417(_)
            | Command::MaxiCode(_)
            | Command::Gs1DataBar2d(_)
            | Command::Composite(_)
            | Command::Aztec(_)
            | Command::DataMatrix(_)
            | Command::QrAtOnce { .. }
            | Command::Barcode { .. }
    )
}

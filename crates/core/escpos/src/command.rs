//! The commands of an ESC/POS printer, as values.
//!
//! Units are the printer's own: dots, lines of the current spacing, or motion units, as each item says.
//! Facts: printer sources, sections 1, 2 and 8; command and parameter names follow the common command reference.
//! Not modelled: what a command does. A value says only that the bytes were whole and in range; whether it
//! may act here ("only at the beginning of a line") is the interpreter's decision.

use crate::realtime::Realtime;

/// One whole command, borrowing its data from the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// Printable bytes 20h-FFh of the single-byte code page: the longest run at hand, so chunking may split it.
    Text(&'a [u8]),
    /// One multibyte character: two bytes, or four (GB18030). An invalid pair arrives here too, and prints `??`.
    Hanzi(&'a [u8]),
    /// LF: print the line and feed one line spacing.
    LineFeed,
    /// CR: ignored, or a line feed when the printer's auto-LF switch is on.
    CarriageReturn,
    /// HT: to the next tab stop.
    Tab,
    /// FF: print the page, or feed to the mark.
    FormFeed,
    /// CAN: clear the current page area (page mode).
    Cancel,
    /// `ESC @`: modes and print buffer back to their power-on state. The parser's multibyte mode goes back too.
    Initialize,
    /// `ESC !`.
    SelectMode(PrintMode),
    /// `GS !`: character magnification, each 1 to 8.
    Size {
        /// Times wider.
        width: u8,
        /// Times higher.
        height: u8,
    },
    /// `ESC E` and `ESC G` (double strike), which render alike.
    Bold(bool),
    /// `ESC -`.
    Underline(Underline),
    /// `ESC a`.
    Align(Align),
    /// `ESC M`.
    Font(Font),
    /// `GS B`: white on black.
    Reverse(bool),
    /// `ESC {`.
    UpsideDown(bool),
    /// `ESC V`.
    Rotate(Rotation),
    /// `ESC SP n`: space to the right of each character, in horizontal motion units.
    RightSpacing(u8),
    /// `ESC t n`: code page; the table of numbers belongs to the printer's profile.
    CodePage(u8),
    /// `ESC R n`: international character set.
    Charset(u8),
    /// `ESC r n`: print colour, 0 black, 1 the second colour.
    Color(u8),
    /// `ESC 3 n`, in vertical motion units; `None` is `ESC 2`, one sixth of an inch.
    LineSpacing(Option<u8>),
    /// `ESC J n`: print, then feed n vertical motion units.
    FeedDots(u8),
    /// `ESC d n`: print, then feed n lines.
    FeedLines(u8),
    /// `ESC K n`: print, then feed back n vertical motion units.
    ReverseFeedDots(u8),
    /// `ESC e n`: print, then feed back n lines.
    ReverseFeedLines(u8),
    /// `GS V` functions A and B, `ESC i` and `ESC m`.
    Cut {
        /// How much of the width.
        mode: CutMode,
        /// `None` cuts where the paper is; `Some(n)` first feeds to the cutter and n vertical motion units more.
        feed: Option<u8>,
    },
    /// `GS v 0`: a raster image, or a slice of one (see [`Parser`](crate::Parser)). Slices printed one after the
    /// other give the same paper as the whole.
    Raster {
        /// Magnification of each dot.
        scale: RasterScale,
        /// Bytes of one row; the most significant bit is the leftmost dot.
        width_bytes: u16,
        /// Rows in `data`.
        rows: u16,
        /// `width_bytes * rows` bytes, top row first.
        data: &'a [u8],
    },
    /// `ESC *`: a column image, kept in the line buffer until the line is printed.
    ColumnImage {
        /// Dot density.
        density: ColumnDensity,
        /// One byte (8 dots) or three bytes (24 dots) a column, the top dot in the most significant bit.
        data: &'a [u8],
    },
    /// `GS ( k` for QR codes.
    Qr(Qr<'a>),
    /// `GS k`, both functions.
    Barcode {
        /// Symbology.
        symbology: Symbology,
        /// Data bytes without count and NUL.
        data: &'a [u8],
    },
    /// `GS h n`: bar height in vertical motion units.
    BarcodeHeight(u8),
    /// `GS w n`: module width, 2-6 (68-76 fine).
    BarcodeWidth(u8),
    /// `GS H n`: where the readable digits stand.
    BarcodeText(HriPosition),
    /// `GS f n`: font of the readable digits.
    BarcodeTextFont(Font),
    /// `GS P x y`: motion units of 1/x and 1/y inch; 0 is the default of the model.
    MotionUnits {
        /// Horizontal units per inch.
        x: u8,
        /// Vertical units per inch.
        y: u8,
    },
    /// `GS L`: left margin in horizontal motion units.
    LeftMargin(u16),
    /// `GS W`: width of the print area in horizontal motion units.
    AreaWidth(u16),
    /// `ESC $`: position from the line's start, in horizontal motion units.
    AbsoluteX(u16),
    /// `ESC \`: position from here, in horizontal motion units.
    RelativeX(i16),
    /// `ESC D`: tab stops in columns, ascending, at most 32; empty clears them.
    TabStops(&'a [u8]),
    /// `ESC p m t1 t2`: cash drawer pulse, times in units of 2 ms.
    Drawer {
        /// Connector pin.
        pin: DrawerPin,
        /// On time, 2 ms units.
        on_2ms: u8,
        /// Off time, 2 ms units.
        off_2ms: u8,
    },
    /// `ESC = n`: bit 0 selects the printer, bit 1 the display.
    SelectPeripheral(u8),
    /// `ESC c 4 n`: the paper sensors that stop printing: bits 0, 1 near-end, bits 2, 3 end.
    StopSensors(u8),
    /// `ESC c 5 n`: true when panel buttons work.
    PanelButtons(bool),
    /// `GS r n`, `ESC v` and `ESC u`: send one status byte when this command's turn comes.
    TransmitStatus(StatusKind),
    /// `GS I n`: send printer information; the interpreter knows which n its model has.
    PrinterId(u8),
    /// `GS a n`: automatic status back; the bits are those of [`asb_enable`](crate::status::asb_enable).
    Asb(u8),
    /// `GS ( H` function 48: answer with these four bytes once everything before has been printed.
    ProcessId([u8; 4]),
    /// `FS &` and `FS .`: multibyte mode. The parser has already switched.
    KanjiMode(bool),
    /// `FS !`: multibyte character style.
    KanjiSize(KanjiSize),
    /// `FS W n`: double width and height for multibyte characters.
    KanjiQuad(bool),
    /// `FS - n`: underline of multibyte characters.
    KanjiUnderline(Underline),
    /// `FS S n1 n2`: space to the left and right of a multibyte character, in motion units.
    KanjiSpacing {
        /// Left space.
        left: u8,
        /// Right space.
        right: u8,
    },
    /// `GS e n [m]`: presenter of the Custom family.
    Presenter(Presenter),
    /// A real-time command at command position. The [`Snooper`](crate::Snooper) has already recognised it.
    Realtime(Realtime),
    /// Framed to the right length; the effect is not modelled yet.
    Known {
        /// The whole command.
        bytes: &'a [u8],
    },
    /// Consumed without effect: a parameter out of range, a control byte that means nothing, NUL.
    Ignored {
        /// What was consumed.
        bytes: &'a [u8],
    },
    /// No such command: prefix and code are dropped, and the next byte is data again.
    Unknown {
        /// Prefix and code.
        bytes: &'a [u8],
    },
    /// A command longer than [`HELD_MAX`](crate::HELD_MAX): its data are being counted down and dropped.
    Skipped {
        /// The bytes that told its length.
        head: &'a [u8],
    },
}

/// `ESC ! n`, taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintMode {
    /// Font B instead of A (bit 0).
    pub font_b: bool,
    /// Emphasised (bit 3).
    pub bold: bool,
    /// Double height (bit 4).
    pub double_height: bool,
    /// Double width (bit 5).
    pub double_width: bool,
    /// Underlined (bit 7).
    pub underline: bool,
}

impl PrintMode {
    /// From the parameter byte; unused bits are ignored.
    #[must_use]
    pub fn from_byte(n: u8) -> Self {
        Self {
            font_b: n & 0x01 != 0,
            bold: n & 0x08 != 0,
            double_height: n & 0x10 != 0,
            double_width: n & 0x20 != 0,
            underline: n & 0x80 != 0,
        }
    }

    /// The parameter byte.
    #[must_use]
    pub fn to_byte(self) -> u8 {
        u8::from(self.font_b)
            | u8::from(self.bold) << 3
            | u8::from(self.double_height) << 4
            | u8::from(self.double_width) << 5
            | u8::from(self.underline) << 7
    }
}

/// Underline thickness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Underline {
    /// None.
    #[default]
    Off,
    /// One dot.
    One,
    /// Two dots.
    Two,
}

/// Justification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Left.
    #[default]
    Left,
    /// Centre.
    Center,
    /// Right.
    Right,
}

/// Character font.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Font {
    /// Font A, 12x24.
    #[default]
    A,
    /// Font B, 9x17.
    B,
    /// Font C.
    C,
    /// Font D.
    D,
    /// Font E.
    E,
    /// Special font A.
    SpecialA,
    /// Special font B.
    SpecialB,
}

/// 90 degree rotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// None.
    #[default]
    Upright,
    /// Clockwise, one dot between characters.
    Clockwise,
    /// Clockwise, one and a half dots between characters.
    ClockwiseWide,
}

/// How much of the paper is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutMode {
    /// The whole width.
    Full,
    /// One or more points stay uncut.
    Partial,
}

/// Raster magnification, the m of `GS v 0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RasterScale {
    /// Each dot is printed twice side by side (bit 0).
    pub double_width: bool,
    /// Each row is printed twice (bit 1).
    pub double_height: bool,
}

/// Dot density of a column image, the m of `ESC *`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnDensity {
    /// m=0: 8 dots high, half horizontal density.
    Eight,
    /// m=1: 8 dots high, full horizontal density.
    EightDouble,
    /// m=32: 24 dots high, half horizontal density.
    TwentyFour,
    /// m=33: 24 dots high, full horizontal density.
    TwentyFourDouble,
}

impl ColumnDensity {
    /// Bytes of one column.
    #[must_use]
    pub fn column_bytes(self) -> usize {
        match self {
            Self::Eight | Self::EightDouble => 1,
            Self::TwentyFour | Self::TwentyFourDouble => 3,
        }
    }
}

/// The QR functions of `GS ( k` (cn = 49).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qr<'a> {
    /// Function 65.
    Model(QrModel),
    /// Function 67: dots a module, 1-16.
    Module(u8),
    /// Function 69.
    Level(QrLevel),
    /// Function 80: keep these data, 1 to 7089 bytes.
    Store(&'a [u8]),
    /// Function 81: print what is stored.
    Print,
    /// Function 82: send the size of what is stored.
    SizeInfo,
}

/// QR model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QrModel {
    /// Model 1.
    One,
    /// Model 2.
    #[default]
    Two,
    /// Micro QR.
    Micro,
}

/// QR error correction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QrLevel {
    /// About 7 %.
    #[default]
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

/// Bar code symbologies of `GS k`, with the number of function B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Symbology {
    /// UPC-A.
    UpcA = 65,
    /// UPC-E.
    UpcE,
    /// JAN13, EAN-13.
    Ean13,
    /// JAN8, EAN-8.
    Ean8,
    /// CODE39.
    Code39,
    /// Interleaved 2 of 5.
    Itf,
    /// CODABAR, NW-7.
    Codabar,
    /// CODE93.
    Code93,
    /// CODE128, code sets chosen by `{A`, `{B`, `{C`.
    Code128,
    /// GS1-128.
    Gs1128,
    /// GS1 DataBar Omnidirectional.
    DataBar,
    /// GS1 DataBar Truncated.
    DataBarTruncated,
    /// GS1 DataBar Limited.
    DataBarLimited,
    /// GS1 DataBar Expanded.
    DataBarExpanded,
    /// CODE128, code sets chosen by the printer.
    Code128Auto,
}

/// Where a bar code's readable digits stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HriPosition {
    /// Not printed.
    #[default]
    None,
    /// Above.
    Above,
    /// Below.
    Below,
    /// Both.
    Both,
}

/// Drawer connector pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawerPin {
    /// Pin 2, m = 0.
    Two,
    /// Pin 5, m = 1.
    Five,
}

/// Which byte `GS r` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusKind {
    /// n = 1: paper sensors.
    Paper,
    /// n = 2: drawer.
    Drawer,
    /// n = 4: ink.
    Ink,
}

/// `FS ! n`, taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KanjiSize {
    /// Double width (bit 2).
    pub double_width: bool,
    /// Double height (bit 3).
    pub double_height: bool,
    /// Underlined (bit 7).
    pub underline: bool,
}

/// Presenter functions of `GS e n`, numbered as on the KPM210.
///
/// n = 0, 1 and 4 differ between models of the family and arrive as [`Command::Known`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presenter {
    /// n = 2: pull the receipt back in.
    Retract,
    /// n = 3: move the receipt out by so many steps; the model says how long a step is (0.625 mm, 22 mm).
    Present {
        /// Steps.
        steps: u8,
    },
    /// n = 5: push the receipt out.
    Eject,
    /// n = 6: answer with one [`EjectorStatus`](crate::status::EjectorStatus) byte.
    Status,
}

impl KanjiSize {
    /// From the parameter byte; unused bits are ignored.
    #[must_use]
    pub fn from_byte(n: u8) -> Self {
        Self { double_width: n & 0x04 != 0, double_height: n & 0x08 != 0, underline: n & 0x80 != 0 }
    }

    /// The parameter byte.
    #[must_use]
    pub fn to_byte(self) -> u8 {
        u8::from(self.double_width) << 2 | u8::from(self.double_height) << 3 | u8::from(self.underline) << 7
    }
}

//! The commands of an ESC/POS printer, as values.
//!
//! Units are the printer's own: dots, lines of the current spacing, or motion units, as each item says.
//! Facts: printer sources, sections 1 to 3 and 8; command and parameter names follow the common command reference.
//! Not modelled: what a command does. A value says only that the bytes were whole and in range; whether it
//! may act here ("only at the beginning of a line") is the interpreter's decision.

use crate::device::{CutMode, Direction, DrawerPin, StatusKind};
use crate::graphics::{Bitmap, ColumnDensity, Drawing, Graphics, NvImages, RasterScale};
use crate::presenter::Presenter;
use crate::realtime::Realtime;
use crate::setting::{HeadControl, Label, Logo, SerialCounter, StoredSettings, UserRecord};
use crate::symbol::{
    Aztec, Composite, DataMatrix, Gs1DataBar2d, HriPosition, MaxiCode, Pdf417, Qr, QrLevel, Symbology,
};
use crate::text::{
    Align, Coloring, Encoding, Font, KanjiSize, PrintMode, Rotation, Underline, UserCharacters,
};

/// One whole command, borrowing its data from the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// Printable bytes 20h-FFh of the single-byte code page: the longest run at hand, so chunking may split it.
    Text(&'a [u8]),
    /// Multibyte characters: one of four bytes (GB18030), or the longest run at hand of characters of two bytes, so
    /// chunking may split it. [`Multibyte::characters`](crate::Multibyte::characters) parts them. An invalid pair arrives
    /// here too, and prints `??`.
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
    /// `GS V` function C: cut when the paper has been fed to the cutter and n vertical motion units more; printing
    /// goes on meanwhile.
    ReserveCut {
        /// How much of the width.
        mode: CutMode,
        /// n.
        feed: u8,
    },
    /// `GS V` function D: feed to the cutter and n vertical motion units more, cut, and feed back to where
    /// printing starts.
    CutAndReturn {
        /// How much of the width.
        mode: CutMode,
        /// n.
        feed: u8,
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
    /// `GS ( L` and `GS 8 L`: graphics that the printer keeps.
    Graphics(Graphics<'a>),
    /// `GS D`: the same from a bitmap file.
    Bitmap(Bitmap<'a>),
    /// `FS q`: all images of the old NV memory.
    NvImagesDefine(NvImages<'a>),
    /// `FS p n m`: print one of them.
    NvImagePrint {
        /// Which, from 1.
        n: u8,
        /// Magnification.
        scale: RasterScale,
    },
    /// `GS *`: the downloaded bit image, by columns.
    DownloadImage {
        /// Width in units of 8 dots.
        x: u8,
        /// Height in units of 8 dots.
        y: u8,
        /// `8 * x` columns of `y` bytes.
        data: &'a [u8],
    },
    /// `GS /`: print the downloaded bit image.
    PrintDownloadImage(RasterScale),
    /// `GS Q 0`: print an image of columns.
    VariableImage {
        /// Magnification.
        scale: RasterScale,
        /// Columns.
        columns: u16,
        /// Bytes of one column, 1-16.
        column_bytes: u16,
        /// All columns, from the left.
        data: &'a [u8],
    },
    /// `GS ( Q`: draw a line.
    Draw(Drawing),
    /// `GS ( k` for QR codes.
    Qr(Qr<'a>),
    /// `GS ( k` for PDF417.
    Pdf417(Pdf417<'a>),
    /// `GS ( k` for MaxiCode.
    MaxiCode(MaxiCode<'a>),
    /// `GS ( k` for stacked GS1 DataBar.
    Gs1DataBar2d(Gs1DataBar2d<'a>),
    /// `GS ( k` for GS1 composite symbols.
    Composite(Composite<'a>),
    /// `GS ( k` for Aztec.
    Aztec(Aztec<'a>),
    /// `GS ( k` for DataMatrix.
    DataMatrix(DataMatrix<'a>),
    /// `ESC Z`, `GS N` and `GS k 97` of clones: a QR code at once.
    QrAtOnce {
        /// Version 1-40; 0 lets the printer choose.
        version: u8,
        /// Error correction.
        level: QrLevel,
        /// Dots a module; 0 lets the printer choose.
        module_dots: u8,
        /// Data bytes.
        data: &'a [u8],
    },
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
    /// `GS T`: to the line's start; an unfinished line is printed first, or erased.
    LineStart {
        /// Print it.
        print: bool,
    },
    /// `ESC L`: page mode.
    PageMode,
    /// `ESC S`: back to standard mode; the page is erased.
    StandardMode,
    /// `ESC FF`: print the page and stay in page mode.
    PrintPage,
    /// `ESC W`: the page's area, in motion units.
    PageArea {
        /// Left edge.
        x: u16,
        /// Upper edge.
        y: u16,
        /// Width.
        width: u16,
        /// Height.
        height: u16,
    },
    /// `ESC T`: in which direction the page is written.
    PageDirection(Direction),
    /// `GS $`: vertical position in page mode, in motion units.
    AbsoluteY(u16),
    /// `GS \`: vertical position in page mode from here, in motion units.
    RelativeY(i16),
    /// `GS ( P` function 48: the largest area of page mode, in motion units.
    PrintableArea {
        /// Width; 65535 is as wide as the paper.
        width: u16,
        /// Height.
        height: u16,
        /// Left edge.
        x: u16,
    },
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
    /// `GS ( H` function 49: n = 0 no, 1 short, 2 long answer when the printer goes offline.
    OfflineResponse(u8),
    /// `GS j n`: automatic ink status; printers without ink have none.
    AsbInk(u8),
    /// `FS ( e`: automatic extended status (header 39h).
    AsbExtended(bool),
    /// `GS g 0`: set a maintenance counter to 0.
    CounterReset(u16),
    /// `GS g 2`: send a maintenance counter.
    CounterRequest(u16),
    /// `GS z 0`: how long the printer waits before it goes online again with new paper.
    RecoveryWait {
        /// First time.
        t1: u8,
        /// Second time.
        t2: u8,
    },
    /// `GS ( D`: real-time commands on or off: pairs of a function of `DLE DC4` (1, 2) and 0 or 1.
    RealtimeEnable {
        /// The pairs.
        pairs: &'a [u8],
    },
    /// `GS ( A`: print a test.
    TestPrint {
        /// 0 the default, 1 and 2 roll paper.
        paper: u8,
        /// 1 hexadecimal dump, 2 settings, 3 rolling pattern, 64 paper layout.
        pattern: u8,
    },
    /// `GS ( E`: user settings.
    UserSettings {
        /// 1 begin, 2 end, 3-16, 48-52, 99, 100.
        function: u8,
        /// What stands behind the function.
        parameters: &'a [u8],
    },
    /// `GS ( M`: settings kept as a whole.
    StoredSettings(StoredSettings),
    /// `GS ( C`: records of the user's own.
    UserRecord(UserRecord<'a>),
    /// `FS g 1`: write the user's memory.
    UserMemoryWrite {
        /// Where.
        address: u32,
        /// What.
        data: &'a [u8],
    },
    /// `FS g 2`: send the user's memory.
    UserMemoryRead {
        /// Where.
        address: u32,
        /// How many bytes.
        len: u16,
    },
    /// `GS ( K` and `GS E`: how the head prints.
    HeadControl(HeadControl),
    /// `GS |` of clones: density in steps of 12.5 %, 0 (-50 %) to 8 (+50 %).
    DensityStep(u8),
    /// `DC2 #` of clones.
    Dc2Density {
        /// Density, 0-31: 50 % and 5 % for each.
        density: u8,
        /// Pause between the parts of a line, 0-7, in units of 250 us.
        pause: u8,
    },
    /// `ESC 7` of clones.
    HeatSettings {
        /// Most dots heated at a time.
        dots: u16,
        /// Heating time, units of 10 us.
        heat_10us: u8,
        /// Time between two, units of 10 us.
        interval_10us: u8,
    },
    /// `DC2 T` of clones: print a self-test.
    SelfTest,
    /// `GS FF` of clones: feed to the mark.
    MarkFeed,
    /// `ESC 4` of clones.
    Italics(bool),
    /// `GS ( N`: colours.
    Coloring(Coloring),
    /// `GS :`: begin or end the definition of the macro.
    Macro,
    /// `GS ^`: execute the macro.
    MacroExecute {
        /// How often.
        times: u8,
        /// Wait before each, in units of 100 ms.
        wait_100ms: u8,
        /// 1: after the wait, light a LED and wait for the FEED button.
        mode: u8,
    },
    /// `GS C` and `GS c`: numbers printed by a counter.
    SerialCounter(SerialCounter),
    /// `FS ( E`: logos.
    Logo(Logo<'a>),
    /// `FS ( L`: labels and marks.
    Label(Label<'a>),
    /// `ESC &`: characters of the user's own.
    UserCharacters(UserCharacters<'a>),
    /// `ESC %`: use them.
    UserCharactersEnable(bool),
    /// `ESC ?`: forget the one with this code.
    UserCharacterCancel(u8),
    /// `FS 2`: a multibyte character of the user's own.
    KanjiUser {
        /// Its code.
        code: [u8; 2],
        /// 24 columns of 3 bytes.
        data: &'a [u8],
    },
    /// `FS ?`: forget the one with this code.
    KanjiUserCancel([u8; 2]),
    /// `FS ( A`: font of multibyte characters: 0 A, 1 B, 2 C.
    KanjiFont(u8),
    /// `FS C`: 0 JIS, 1 Shift JIS, 2 Shift JIS 2004. The parser has already switched.
    KanjiCodeSystem(u8),
    /// `FS ( C` function 48: how text bytes are read. The parser has already switched.
    Encoding(Encoding),
    /// `FS ( C` function 60: which font a UTF-8 character comes from.
    FontPriority {
        /// 0 first, 1 second.
        rank: u8,
        /// 0 ANK, 11 Japanese, 20 simplified and 30 traditional Chinese, 41 Korean.
        font: u8,
    },
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
    /// Presenters of the Custom, Citizen and Star families.
    Presenter(Presenter),
    /// A real-time command at command position. The [`Snooper`](crate::Snooper) has already recognised it.
    Realtime(Realtime),
    /// Accepted, and without effect on a thermal receipt printer: impact mechanisms (`ESC U`, `ESC <`), slips,
    /// smoothing (`GS b`), buzzers (BEL, `ESC ( A`, `ESC B`), the paper sensors of a parallel port (`ESC c 3`), and what
    /// only clones follow (`GS |`, `GS FF`).
    NoEffect {
        /// The whole command.
        bytes: &'a [u8],
    },
    /// Framed to the right length; no value of its own.
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

//! Whole commands, already framed, to values.
//!
//! Facts: printer sources, section 2 (parameters), sections 3.2 to 3.5 and section 8; each family of functions is
//! read beside its values.
//! A parameter out of its range gives [`Command::Ignored`]; a command without a value of its own, [`Command::Known`].

use crate::barcode;
use crate::bytes::{digit_or_number, lowest_bit, switch};
use crate::command::Command;
use crate::device::{CutMode, Direction, DrawerPin, StatusKind};
use crate::dialect::Dialect;
use crate::graphics::{Bitmap, ColumnDensity, Drawing, Graphics, NvImages, RasterScale};
use crate::presenter::Presenter;
use crate::realtime::Realtime;
use crate::setting::{self, HeadControl, Label, Logo, SerialCounter, StoredSettings, UserRecord};
use crate::symbol::{Aztec, Composite, DataMatrix, Gs1DataBar2d, HriPosition, MaxiCode, Pdf417, Qr, QrLevel};
use crate::text::{
    Align, Coloring, Encoding, Font, KanjiSize, PrintMode, Rotation, Underline, UserCharacters,
};

/// The value of one framed command. `bytes` has the length that the table gave.
pub(crate) fn decode<'a>(bytes: &'a [u8], dialect: &Dialect) -> Command<'a> {
    let decoded = match *bytes {
        [0x1B, code, n] => esc_one(code, n, bytes),
        [0x1B, code, ref parameters @ ..] => esc(code, parameters, bytes),
        [0x1D, code, n] => gs_one(code, n, bytes, dialect),
        [0x1D, code, ref parameters @ ..] => gs(code, parameters, bytes, dialect),
        [0x1C, code, ref parameters @ ..] => fs(code, parameters, bytes),
        [0x10, ..] => Realtime::decode(bytes).map(Command::Realtime),
        [0x12, ref rest @ ..] => dc2(rest),
        _ => None,
    };
    decoded.unwrap_or(Command::Ignored { bytes })
}

/// ESC with one parameter, which most are.
fn esc_one(code: u8, n: u8, bytes: &[u8]) -> Option<Command<'_>> {
    Some(match code {
        b'!' => Command::SelectMode(PrintMode::from_byte(n)),
        b' ' => Command::RightSpacing(n),
        b'%' => Command::UserCharactersEnable(lowest_bit(n)),
        b'-' => Command::Underline(Underline::decode(n)?),
        b'3' => Command::LineSpacing(Some(n)),
        b'4' => Command::Italics(lowest_bit(n)),
        b'=' => Command::SelectPeripheral(Some(n).filter(|n| matches!(n, 1..=3))?),
        b'?' => Command::UserCharacterCancel(Some(n).filter(|n| matches!(n, 0x20..=0x7E))?),
        b'D' => Command::TabStops(bytes.get(2..)?.strip_suffix(&[0]).unwrap_or(bytes.get(2..)?)),
        b'E' | b'G' => Command::Bold(lowest_bit(n)),
        b'J' => Command::FeedDots(n),
        b'K' => Command::ReverseFeedDots(n),
        b'M' => Command::Font(Font::decode(n)?),
        b'R' => Command::Charset(n),
        b'T' => Command::PageDirection(Direction::decode(n)?),
        b'V' => Command::Rotate(Rotation::decode(n)?),
        b'a' => Command::Align(Align::decode(n)?),
        b'd' => Command::FeedLines(n),
        b'e' => Command::ReverseFeedLines(n),
        b'r' => Command::Color(u8::from(switch(n)?)),
        b't' => Command::CodePage(n),
        b'u' => Command::TransmitStatus(Some(StatusKind::Drawer).filter(|_| matches!(n, 0 | b'0'))?),
        b'{' => Command::UpsideDown(lowest_bit(n)),
        b'C' | b'F' | b'U' => Command::NoEffect { bytes },
        0x16 => Command::Presenter(Presenter::decode_star(&[n])?),
        b'*' | b'c' => return None,
        _ => Command::Known { bytes },
    })
}

fn esc<'a>(code: u8, parameters: &'a [u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match (code, parameters) {
        (b'@', []) => Command::Initialize,
        (b'2', []) => Command::LineSpacing(None),
        (b'L', []) => Command::PageMode,
        (b'S', []) => Command::StandardMode,
        (0x0C, []) => Command::PrintPage,
        (b'i' | b'm', []) => Command::Cut { mode: CutMode::Partial, feed: None },
        (b'v', []) => Command::TransmitStatus(StatusKind::Paper),
        (b'$', &[low, high]) => Command::AbsoluteX(u16::from_le_bytes([low, high])),
        (b'\\', &[low, high]) => Command::RelativeX(i16::from_le_bytes([low, high])),
        (b'c', &[b'4', n]) => Command::StopSensors(n),
        (b'c', &[b'5', n]) => Command::PanelButtons(!lowest_bit(n)),
        (b'p', &[m, on_2ms, off_2ms]) => Command::Drawer { pin: DrawerPin::decode(m)?, on_2ms, off_2ms },
        (b'*', [m, _, _, data @ ..]) => Command::ColumnImage { density: ColumnDensity::decode(*m)?, data },
        (b'D', stops) => Command::TabStops(stops.strip_suffix(&[0]).unwrap_or(stops)),
        (b'W', _) => page_area(parameters)?,
        (b'&', _) => Command::UserCharacters(UserCharacters::decode(parameters)?),
        (b'7', &[dots, heat_10us, interval_10us]) => {
            Command::HeatSettings { dots: (u16::from(dots) + 1) * 8, heat_10us, interval_10us }
        }
        (b'Z', &[version @ 0..=40, level, module_dots, _, _, ref data @ ..]) if !data.is_empty() => {
            Command::QrAtOnce { version, level: level_of_clone(level)?, module_dots, data }
        }
        (0x16, _) => Command::Presenter(Presenter::decode_star(parameters)?),
        (b'<' | b'q' | b'f' | b'B' | b'c', _) | (b'(', [b'A', ..]) => Command::NoEffect { bytes },
        (b'*' | b'Z', _) => return None,
        _ => Command::Known { bytes },
    })
}

fn page_area(parameters: &[u8]) -> Option<Command<'static>> {
    let &[xl, xh, yl, yh, wl, wh, hl, hh] = parameters else { return None };
    let (width, height) = (u16::from_le_bytes([wl, wh]), u16::from_le_bytes([hl, hh]));
    let (x, y) = (u16::from_le_bytes([xl, xh]), u16::from_le_bytes([yl, yh]));
    (width > 0 && height > 0).then_some(Command::PageArea { x, y, width, height })
}

/// Clones take the letters of the levels, or their numbers.
fn level_of_clone(n: u8) -> Option<QrLevel> {
    match n {
        b'L' => Some(QrLevel::L),
        b'M' => Some(QrLevel::M),
        b'Q' => Some(QrLevel::Q),
        b'H' => Some(QrLevel::H),
        _ => QrLevel::decode(n),
    }
}

/// GS with one parameter.
fn gs_one<'a>(code: u8, n: u8, bytes: &'a [u8], dialect: &Dialect) -> Option<Command<'a>> {
    Some(match code {
        b'!' if n & 0x88 == 0 => Command::Size { width: (n >> 4) + 1, height: (n & 7) + 1 },
        b'/' => Command::PrintDownloadImage(RasterScale::decode(n)?),
        b'B' => Command::Reverse(lowest_bit(n)),
        b'E' => Command::HeadControl(HeadControl::Method(n)),
        b'H' => Command::BarcodeText(HriPosition::decode(n)?),
        b'I' => Command::PrinterId(n),
        b'T' => Command::LineStart { print: switch(n)? },
        b'V' => return cut(&[n]),
        b'a' => Command::Asb(n),
        b'f' => Command::BarcodeTextFont(Font::decode(n)?),
        b'h' => Command::BarcodeHeight(Some(n).filter(|&n| n > 0)?),
        b'j' => Command::AsbInk(n),
        b'r' => Command::TransmitStatus(StatusKind::decode(n)?),
        b'w' => Command::BarcodeWidth(Some(n).filter(|n| matches!(n, 2..=6 | 68..=76))?),
        b'|' if dialect.density => Command::DensityStep(Some(n).filter(|&n| n <= 8)?),
        b'|' | b'b' => Command::NoEffect { bytes },
        b'e' | b'R' | 0xE0 => Command::Presenter(Presenter::decode_gs(bytes.get(1..)?)?),
        // Functions that do not exist, and symbologies.
        _ => return None,
    })
}

fn gs<'a>(code: u8, parameters: &'a [u8], bytes: &'a [u8], dialect: &Dialect) -> Option<Command<'a>> {
    Some(match (code, parameters) {
        (b'(', [letter, _, _, rest @ ..]) => return gs_parenthesis(*letter, rest, bytes),
        (b'8', [b'L', _, _, _, _, rest @ ..]) => Command::Graphics(Graphics::decode(rest)?),
        (b'$', &[low, high]) => Command::AbsoluteY(u16::from_le_bytes([low, high])),
        (b'\\', &[low, high]) => Command::RelativeY(i16::from_le_bytes([low, high])),
        (b'L', &[low, high]) => Command::LeftMargin(u16::from_le_bytes([low, high])),
        (b'W', &[low, high]) => Command::AreaWidth(u16::from_le_bytes([low, high])),
        (b'P', &[x, y]) => Command::MotionUnits { x, y },
        (b'V', _) => return cut(parameters),
        (b'e' | b'R' | 0xE1 | 0xF6 | 0xF8, _) => Command::Presenter(Presenter::decode_gs(bytes.get(1..)?)?),
        (b'k', &[97, version, level, _, _, ref data @ ..]) if dialect.gs_k_qr => {
            Command::QrAtOnce { version, level: level_of_clone(level)?, module_dots: 0, data }
        }
        (b'k', _) => {
            let (symbology, function_a, data) = barcode::decode(bytes)?;
            Command::Barcode { symbology, function_a, data }
        }
        (b'N', &[module_dots, level, _, _, ref data @ ..]) if !data.is_empty() => {
            Command::QrAtOnce { version: 0, level: level_of_clone(level)?, module_dots, data }
        }
        (b':', []) => Command::Macro,
        (b'^', &[times @ 1..=255, wait_100ms, mode @ (0 | 1)]) => {
            Command::MacroExecute { times, wait_100ms, mode }
        }
        (b'c', []) => Command::SerialCounter(SerialCounter::Print),
        (b'C', _) => Command::SerialCounter(SerialCounter::decode(parameters)?),
        (b'D', _) => Command::Bitmap(Bitmap::decode(parameters)?),
        (b'*', &[x @ 1..=255, y @ 1..=255, ref data @ ..]) => Command::DownloadImage { x, y, data },
        (b'Q', &[b'0', m, xl, xh, yl, yh, ref data @ ..]) if !data.is_empty() => {
            let (columns, column_bytes) = (u16::from_le_bytes([xl, xh]), u16::from_le_bytes([yl, yh]));
            let column_bytes = Some(column_bytes).filter(|&bytes| bytes <= 16)?;
            Command::VariableImage { scale: RasterScale::decode(m)?, columns, column_bytes, data }
        }
        (b'g', &[b'0', 0, low, high]) => {
            counter(low, high).filter(|n| *n < 0x80).map(Command::CounterReset)?
        }
        (b'g', &[b'2', 0, low, high]) => Command::CounterRequest(counter(low, high)?),
        (b'z', &[b'0', t1, t2]) => Command::RecoveryWait { t1, t2 },
        (0x0C, []) if dialect.mark_feed => Command::MarkFeed,
        (0x0C, []) => Command::NoEffect { bytes },
        // The parser takes whole raster images itself; one that comes here has no rows, no columns or no such scale.
        _ => return None,
    })
}

fn counter(low: u8, high: u8) -> Option<u16> {
    Some(u16::from_le_bytes([low, high])).filter(|n| matches!(n, 10..=79 | 138..=207))
}

/// The families that carry their length; `rest` is what stands behind it.
fn gs_parenthesis<'a>(letter: u8, rest: &'a [u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match (letter, rest) {
        (b'k', &[cn, function, ref parameters @ ..]) => return symbol(cn, function, parameters, bytes),
        (b'L', _) => Command::Graphics(Graphics::decode(rest)?),
        (b'A', &[paper @ (0..=2 | b'0'..=b'2'), pattern @ (1..=3 | b'1'..=b'3' | 64)]) => {
            let pattern = if pattern == 64 { 64 } else { pattern & 3 };
            Command::TestPrint { paper: paper & 3, pattern }
        }
        (b'C', _) => Command::UserRecord(UserRecord::decode(rest)?),
        (b'D', [20, pairs @ ..]) => realtime_enable(pairs)?,
        (b'E', &[function, ref parameters @ ..]) => Command::UserSettings { function, parameters },
        (b'H', &[b'0', b'0', a, b, c, d]) => Command::ProcessId([a, b, c, d]),
        (b'H', &[b'1', b'0', d]) => {
            Command::OfflineResponse(u8::try_from(digit_or_number(d)?).ok().filter(|&d| d <= 2)?)
        }
        (b'K', _) => Command::HeadControl(HeadControl::decode(rest)?),
        (b'M', _) => Command::StoredSettings(StoredSettings::decode(rest)?),
        (b'N', _) => Command::Coloring(Coloring::decode(rest)?),
        (b'P', &[48, wl, wh, hl, hh, xl, xh, 1]) => Command::PrintableArea {
            width: u16::from_le_bytes([wl, wh]),
            height: Some(u16::from_le_bytes([hl, hh])).filter(|&height| height > 0)?,
            x: u16::from_le_bytes([xl, xh]),
        },
        (b'Q', _) => Command::Draw(Drawing::decode(rest)?),
        (b'k' | b'A' | b'D' | b'E' | b'H' | b'P', _) => return None,
        _ => Command::Known { bytes },
    })
}

fn realtime_enable(pairs: &[u8]) -> Option<Command<'_>> {
    let valid = |pair: &[u8]| matches!(pair, [1 | 2, n] if switch(*n).is_some());
    let all = matches!(pairs.len(), 2 | 4) && pairs.chunks(2).all(valid);
    all.then_some(Command::RealtimeEnable { pairs })
}

fn symbol<'a>(cn: u8, function: u8, parameters: &'a [u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match cn {
        48 => Command::Pdf417(Pdf417::decode(function, parameters)?),
        49 => Command::Qr(Qr::decode(function, parameters)?),
        50 => Command::MaxiCode(MaxiCode::decode(function, parameters)?),
        51 => Command::Gs1DataBar2d(Gs1DataBar2d::decode(function, parameters)?),
        52 => Command::Composite(Composite::decode(function, parameters)?),
        53 => Command::Aztec(Aztec::decode(function, parameters)?),
        54 => Command::DataMatrix(DataMatrix::decode(function, parameters)?),
        _ => Command::Known { bytes },
    })
}

fn fs<'a>(code: u8, parameters: &'a [u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match (code, parameters) {
        (b'&', []) => Command::KanjiMode(true),
        (b'.', []) => Command::KanjiMode(false),
        (b'!', &[n]) => Command::KanjiSize(KanjiSize::from_byte(n)),
        (b'-', &[n]) => Command::KanjiUnderline(Underline::decode(n)?),
        (b'C', &[n]) => Command::KanjiCodeSystem(small(n, 2)?),
        (b'W', &[n]) => Command::KanjiQuad(lowest_bit(n)),
        (b'S', &[left, right]) => Command::KanjiSpacing { left, right },
        (b'2', &[first, second, ref data @ ..]) => Command::KanjiUser { code: [first, second], data },
        (b'?', &[first, second]) => Command::KanjiUserCancel([first, second]),
        (b'p', &[n @ 1..=255, m]) => Command::NvImagePrint { n, scale: RasterScale::decode(m)? },
        (b'q', _) => Command::NvImagesDefine(NvImages::decode(parameters)?),
        (b'g', [b'1', rest @ ..]) => {
            let (address, _, data) = setting::user_memory(rest)?;
            Command::UserMemoryWrite { address, data }
        }
        (b'g', [b'2', rest @ ..]) => {
            let (address, len, _) = setting::user_memory(rest)?;
            Command::UserMemoryRead { address, len }
        }
        (b'(', [letter, _, _, rest @ ..]) => return fs_parenthesis(*letter, rest, bytes),
        (0xC0 | 0xC1, _) => Command::Presenter(Presenter::decode_fs(bytes.get(1..)?)?),
        _ => return None,
    })
}

fn fs_parenthesis<'a>(letter: u8, rest: &'a [u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match (letter, rest) {
        (b'A', &[48, n]) => Command::KanjiFont(small(n, 2)?),
        (b'C', &[48, n]) => Command::Encoding(Encoding::decode(n)?),
        (b'C', &[60, rank @ (0 | 1), font @ (0 | 11 | 20 | 30 | 41)]) => Command::FontPriority { rank, font },
        (b'E', _) => Command::Logo(Logo::decode(rest)?),
        (b'L', _) => Command::Label(Label::decode(rest)?),
        (b'e', &[51, n]) => Command::AsbExtended(n & 0x08 != 0),
        (b'A' | b'C' | b'e', _) => return None,
        _ => Command::Known { bytes },
    })
}

/// A number up to this one, or its digit.
fn small(n: u8, most: u8) -> Option<u8> {
    u8::try_from(digit_or_number(n)?).ok().filter(|&n| n <= most)
}

fn cut(parameters: &[u8]) -> Option<Command<'static>> {
    let (full, partial) = (CutMode::Full, CutMode::Partial);
    Some(match *parameters {
        [0 | b'0'] => Command::Cut { mode: full, feed: None },
        [1 | b'1'] => Command::Cut { mode: partial, feed: None },
        [b'A', n] => Command::Cut { mode: full, feed: Some(n) },
        [b'B', n] => Command::Cut { mode: partial, feed: Some(n) },
        [97, n] => Command::ReserveCut { mode: full, feed: n },
        [98, n] => Command::ReserveCut { mode: partial, feed: n },
        [103, n] => Command::CutAndReturn { mode: full, feed: n },
        [104, n] => Command::CutAndReturn { mode: partial, feed: n },
        _ => return None,
    })
}

fn dc2(rest: &[u8]) -> Option<Command<'_>> {
    match *rest {
        [b'#', n] => Some(Command::Dc2Density { density: n & 0x1F, pause: n >> 5 }),
        [b'T'] => Some(Command::SelfTest),
        _ => None,
    }
}

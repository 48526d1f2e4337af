//! Whole commands, already framed, to values.
//!
//! Facts: printer sources, section 2 (parameters), section 3.5 (`GS ( H`) and section 8 (`GS e`).
//! A parameter out of its range gives [`Command::Ignored`]; a command without a value of its own, [`Command::Known`].

use crate::barcode;
use crate::command::{
    Align, ColumnDensity, Command, CutMode, DrawerPin, Font, HriPosition, KanjiSize, Presenter, PrintMode,
    Qr, QrLevel, QrModel, RasterScale, Rotation, StatusKind, Underline,
};
use crate::realtime::Realtime;

/// The value of one framed command. `bytes` has the length that the table gave.
pub(crate) fn decode(bytes: &[u8]) -> Command<'_> {
    let decoded = match bytes {
        [0x1B, code, parameters @ ..] => esc(*code, parameters, bytes),
        [0x1D, code, parameters @ ..] => gs(*code, parameters, bytes),
        [0x1C, code, parameters @ ..] => fs(*code, parameters, bytes),
        [0x10, ..] => Realtime::decode(bytes).map(Command::Realtime),
        _ => None,
    };
    decoded.unwrap_or(Command::Ignored { bytes })
}

fn esc<'a>(code: u8, parameters: &'a [u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match (code, parameters) {
        (b'@', []) => Command::Initialize,
        (b'2', []) => Command::LineSpacing(None),
        (b'i' | b'm', []) => Command::Cut { mode: CutMode::Partial, feed: None },
        (b'v', []) => Command::TransmitStatus(StatusKind::Paper),
        (b'u', [0 | b'0']) => Command::TransmitStatus(StatusKind::Drawer),
        (b'!', &[n]) => Command::SelectMode(PrintMode::from_byte(n)),
        (b' ', &[n]) => Command::RightSpacing(n),
        (b'-', &[n]) => Command::Underline(underline(n)?),
        (b'3', &[n]) => Command::LineSpacing(Some(n)),
        (b'=', &[n @ 1..=3]) => Command::SelectPeripheral(n),
        (b'E' | b'G', &[n]) => Command::Bold(lowest_bit(n)),
        (b'J', &[n]) => Command::FeedDots(n),
        (b'K', &[n]) => Command::ReverseFeedDots(n),
        (b'M', &[n]) => Command::Font(font(n)?),
        (b'R', &[n]) => Command::Charset(n),
        (b'V', &[n]) => Command::Rotate(rotation(n)?),
        (b'a', &[n]) => Command::Align(align(n)?),
        (b'd', &[n]) => Command::FeedLines(n),
        (b'e', &[n]) => Command::ReverseFeedLines(n),
        (b'r', &[n @ (0 | 1 | b'0' | b'1')]) => Command::Color(n & 1),
        (b't', &[n]) => Command::CodePage(n),
        (b'{', &[n]) => Command::UpsideDown(lowest_bit(n)),
        (b'$', &[low, high]) => Command::AbsoluteX(u16::from_le_bytes([low, high])),
        (b'\\', &[low, high]) => Command::RelativeX(i16::from_le_bytes([low, high])),
        (b'c', &[b'4', n]) => Command::StopSensors(n),
        (b'c', &[b'5', n]) => Command::PanelButtons(!lowest_bit(n)),
        (b'p', &[m, on_2ms, off_2ms]) => Command::Drawer { pin: drawer_pin(m)?, on_2ms, off_2ms },
        (b'*', [m, _, _, data @ ..]) => Command::ColumnImage { density: column_density(*m)?, data },
        (b'D', stops) => Command::TabStops(stops.strip_suffix(&[0]).unwrap_or(stops)),
        (b'u' | b'=' | b'r' | b'*', _) => return None,
        (b'c', [function, ..]) if !b"013".contains(function) => return None,
        _ => Command::Known { bytes },
    })
}

fn gs<'a>(code: u8, parameters: &'a [u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match (code, parameters) {
        (b'!', &[n]) if n & 0x88 == 0 => Command::Size { width: (n >> 4) + 1, height: (n & 7) + 1 },
        (b'B', &[n]) => Command::Reverse(lowest_bit(n)),
        (b'H', &[n]) => Command::BarcodeText(hri_position(n)?),
        (b'I', &[n]) => Command::PrinterId(n),
        (b'a', &[n]) => Command::Asb(n),
        (b'f', &[n]) => Command::BarcodeTextFont(font(n)?),
        (b'h', &[n @ 1..=255]) => Command::BarcodeHeight(n),
        (b'r', &[n]) => Command::TransmitStatus(status_kind(n)?),
        (b'w', &[n @ (2..=6 | 68..=76)]) => Command::BarcodeWidth(n),
        (b'L', &[low, high]) => Command::LeftMargin(u16::from_le_bytes([low, high])),
        (b'W', &[low, high]) => Command::AreaWidth(u16::from_le_bytes([low, high])),
        (b'P', &[x, y]) => Command::MotionUnits { x, y },
        (b'V', _) => return cut(parameters, bytes),
        (b'e', _) => return presenter(parameters, bytes),
        (b'(', [b'k', _, _, b'1', function, rest @ ..]) => Command::Qr(qr(*function, rest)?),
        (b'(', &[b'H', 6, 0, b'0', b'0', a, b, c, d]) => Command::ProcessId([a, b, c, d]),
        (b'k', _) => {
            let (symbology, data) = barcode::decode(bytes)?;
            Command::Barcode { symbology, data }
        }
        // The parser takes whole raster images itself; one that comes here has no rows, no columns or no such scale.
        (b'v' | b'!' | b'h' | b'w', _) => return None,
        (b'z' | b'g' | b'Q' | b'C' | b'8', [_]) => return None,
        _ => Command::Known { bytes },
    })
}

fn fs<'a>(code: u8, parameters: &'a [u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match (code, parameters) {
        (b'&', []) => Command::KanjiMode(true),
        (b'.', []) => Command::KanjiMode(false),
        (b'!', &[n]) => Command::KanjiSize(KanjiSize::from_byte(n)),
        (b'-', &[n]) => Command::KanjiUnderline(underline(n)?),
        (b'W', &[n]) => Command::KanjiQuad(lowest_bit(n)),
        (b'S', &[left, right]) => Command::KanjiSpacing { left, right },
        (b'g', [_]) => return None,
        _ => Command::Known { bytes },
    })
}

fn cut<'a>(parameters: &[u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match *parameters {
        [0 | b'0'] => Command::Cut { mode: CutMode::Full, feed: None },
        [1 | b'1'] => Command::Cut { mode: CutMode::Partial, feed: None },
        [b'A', n] => Command::Cut { mode: CutMode::Full, feed: Some(n) },
        [b'B', n] => Command::Cut { mode: CutMode::Partial, feed: Some(n) },
        [_, _] => Command::Known { bytes },
        _ => return None,
    })
}

fn presenter<'a>(parameters: &[u8], bytes: &'a [u8]) -> Option<Command<'a>> {
    Some(match *parameters {
        [2] => Command::Presenter(Presenter::Retract),
        [3, steps] => Command::Presenter(Presenter::Present { steps }),
        [5] => Command::Presenter(Presenter::Eject),
        [6] => Command::Presenter(Presenter::Status),
        [0 | 1 | 4] => Command::Known { bytes },
        _ => return None,
    })
}

/// Most data bytes of a QR code.
pub(crate) const QR_DATA_MAX: usize = 7089;

fn qr(function: u8, parameters: &[u8]) -> Option<Qr<'_>> {
    Some(match (function, parameters) {
        (65, [b'1', 0]) => Qr::Model(QrModel::One),
        (65, [b'2', 0]) => Qr::Model(QrModel::Two),
        (65, [b'3', 0]) => Qr::Model(QrModel::Micro),
        (67, &[dots @ 1..=16]) => Qr::Module(dots),
        (69, [b'0']) => Qr::Level(QrLevel::L),
        (69, [b'1']) => Qr::Level(QrLevel::M),
        (69, [b'2']) => Qr::Level(QrLevel::Q),
        (69, [b'3']) => Qr::Level(QrLevel::H),
        (80, [b'0', data @ ..]) if (1..=QR_DATA_MAX).contains(&data.len()) => Qr::Store(data),
        (81, [b'0']) => Qr::Print,
        (82, [b'0']) => Qr::SizeInfo,
        _ => return None,
    })
}

/// The m of `GS v 0`.
pub(crate) fn raster_scale(m: u8) -> Option<RasterScale> {
    let n = digit_or_number(m).filter(|&n| n <= 3)?;
    Some(RasterScale { double_width: n & 1 != 0, double_height: n & 2 != 0 })
}

/// Many parameters may be given as 0, 1, 2… or as the digits '0', '1', '2'….
fn digit_or_number(n: u8) -> Option<u8> {
    match n {
        0..=9 => Some(n),
        b'0'..=b'9' => Some(n - b'0'),
        _ => None,
    }
}

fn lowest_bit(n: u8) -> bool {
    n & 1 != 0
}

fn underline(n: u8) -> Option<Underline> {
    match digit_or_number(n)? {
        0 => Some(Underline::Off),
        1 => Some(Underline::One),
        2 => Some(Underline::Two),
        _ => None,
    }
}

fn align(n: u8) -> Option<Align> {
    match digit_or_number(n)? {
        0 => Some(Align::Left),
        1 => Some(Align::Center),
        2 => Some(Align::Right),
        _ => None,
    }
}

fn font(n: u8) -> Option<Font> {
    match n {
        97 => Some(Font::SpecialA),
        98 => Some(Font::SpecialB),
        _ => [Font::A, Font::B, Font::C, Font::D, Font::E].get(usize::from(digit_or_number(n)?)).copied(),
    }
}

fn rotation(n: u8) -> Option<Rotation> {
    match digit_or_number(n)? {
        0 => Some(Rotation::Upright),
        1 => Some(Rotation::Clockwise),
        2 => Some(Rotation::ClockwiseWide),
        _ => None,
    }
}

fn hri_position(n: u8) -> Option<HriPosition> {
    match digit_or_number(n)? {
        0 => Some(HriPosition::None),
        1 => Some(HriPosition::Above),
        2 => Some(HriPosition::Below),
        3 => Some(HriPosition::Both),
        _ => None,
    }
}

/// The connector pin of `ESC p`.
fn drawer_pin(m: u8) -> Option<DrawerPin> {
    match digit_or_number(m)? {
        0 => Some(DrawerPin::Two),
        1 => Some(DrawerPin::Five),
        _ => None,
    }
}

fn status_kind(n: u8) -> Option<StatusKind> {
    match digit_or_number(n)? {
        1 => Some(StatusKind::Paper),
        2 => Some(StatusKind::Drawer),
        4 => Some(StatusKind::Ink),
        _ => None,
    }
}

fn column_density(m: u8) -> Option<ColumnDensity> {
    match m {
        0 => Some(ColumnDensity::Eight),
        1 => Some(ColumnDensity::EightDouble),
        32 => Some(ColumnDensity::TwentyFour),
        33 => Some(ColumnDensity::TwentyFourDouble),
        _ => None,
    }
}

//! The host's side: commands to bytes.
//!
//! Facts: printer sources, sections 2, 3 and 8. Every method appends one command that [`Parser`](crate::Parser)
//! reads back as the same value.
//! Not modelled: splitting of what does not fit a command; such data are cut off, as each method says.

use alloc::vec::Vec;

use crate::device::{CutMode, DrawerPin, StatusKind};
use crate::graphics::RasterScale;
use crate::presenter::Presenter;
use crate::realtime::CLEAR;
use crate::symbol::{QR_DATA_MAX, QrLevel, QrModel, Symbology};
use crate::text::{Align, Font, Underline};

/// Appends commands to a byte buffer. Methods return the writer, so that a receipt reads top-down.
#[derive(Debug)]
pub struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Appends to these bytes.
    pub fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes }
    }

    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// `ESC @`.
    pub fn init(&mut self) -> &mut Self {
        self.put(b"\x1B@")
    }

    /// Bytes as they are: text in the printer's code page, or commands that have no method here.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.put(bytes)
    }

    /// Printable bytes in the printer's code page, multibyte characters included. Control bytes are left out.
    pub fn text(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend(bytes.iter().filter(|&&byte| byte >= 0x20));
        self
    }

    /// LF.
    pub fn line_feed(&mut self) -> &mut Self {
        self.put(b"\n")
    }

    /// `ESC a`.
    pub fn align(&mut self, align: Align) -> &mut Self {
        let n = match align {
            Align::Left => 0,
            Align::Center => 1,
            Align::Right => 2,
        };
        self.put(&[0x1B, b'a', n])
    }

    /// `ESC E`.
    pub fn bold(&mut self, on: bool) -> &mut Self {
        self.put(&[0x1B, b'E', u8::from(on)])
    }

    /// `ESC -`.
    pub fn underline(&mut self, underline: Underline) -> &mut Self {
        let n = match underline {
            Underline::Off => 0,
            Underline::One => 1,
            Underline::Two => 2,
        };
        self.put(&[0x1B, b'-', n])
    }

    /// `GS B`.
    pub fn reverse(&mut self, on: bool) -> &mut Self {
        self.put(&[0x1D, b'B', u8::from(on)])
    }

    /// `ESC M`.
    pub fn font(&mut self, font: Font) -> &mut Self {
        let n = match font {
            Font::A => 0,
            Font::B => 1,
            Font::C => 2,
            Font::D => 3,
            Font::E => 4,
            Font::SpecialA => 97,
            Font::SpecialB => 98,
        };
        self.put(&[0x1B, b'M', n])
    }

    /// `GS !`; each is brought into 1 to 8.
    pub fn size(&mut self, width: u8, height: u8) -> &mut Self {
        self.put(&[0x1D, b'!', (width.clamp(1, 8) - 1) << 4 | (height.clamp(1, 8) - 1)])
    }

    /// `ESC 3 n` in vertical motion units, or `ESC 2` for the default.
    pub fn line_spacing(&mut self, units: Option<u8>) -> &mut Self {
        match units {
            Some(n) => self.put(&[0x1B, b'3', n]),
            None => self.put(b"\x1B2"),
        }
    }

    /// `ESC d`: print and feed lines.
    pub fn feed_lines(&mut self, lines: u8) -> &mut Self {
        self.put(&[0x1B, b'd', lines])
    }

    /// `ESC J`: print and feed vertical motion units.
    pub fn feed_dots(&mut self, dots: u8) -> &mut Self {
        self.put(&[0x1B, b'J', dots])
    }

    /// `GS V`: `None` cuts where the paper is, `Some(n)` feeds to the cutter and n units more.
    pub fn cut(&mut self, mode: CutMode, feed: Option<u8>) -> &mut Self {
        let partial = u8::from(mode == CutMode::Partial);
        match feed {
            None => self.put(&[0x1D, b'V', partial]),
            Some(n) => self.put(&[0x1D, b'V', b'A' + partial, n]),
        }
    }

    /// `GS v 0`. Rows are what `data` has of whole rows, at most 65535; the rest is left out. Appends nothing
    /// without a whole row.
    pub fn raster(&mut self, scale: RasterScale, width_bytes: u16, data: &[u8]) -> &mut Self {
        let row = usize::from(width_bytes);
        let rows = u16::try_from(data.len().checked_div(row).unwrap_or(0)).unwrap_or(u16::MAX);
        if rows == 0 {
            return self;
        }
        let m = u8::from(scale.double_width) | u8::from(scale.double_height) << 1;
        let ([xl, xh], [yl, yh]) = (width_bytes.to_le_bytes(), rows.to_le_bytes());
        self.put(&[0x1D, b'v', b'0', m, xl, xh, yl, yh]);
        self.put(data.get(..row * usize::from(rows)).unwrap_or_default())
    }

    /// Five `GS ( k`: model, module, level, store and print. Dots a module are brought into 1 to 16, and data
    /// beyond 7089 bytes are cut off.
    pub fn qr(&mut self, model: QrModel, module_dots: u8, level: QrLevel, data: &[u8]) -> &mut Self {
        let model = match model {
            QrModel::One => b'1',
            QrModel::Two => b'2',
            QrModel::Micro => b'3',
        };
        let level = match level {
            QrLevel::L => b'0',
            QrLevel::M => b'1',
            QrLevel::Q => b'2',
            QrLevel::H => b'3',
        };
        let data = data.get(..QR_DATA_MAX).unwrap_or(data);
        self.qr_function(65, &[model, 0], &[])
            .qr_function(67, &[module_dots.clamp(1, 16)], &[])
            .qr_function(69, &[level], &[])
            .qr_function(80, b"0", data)
            .qr_function(81, b"0", &[])
    }

    fn qr_function(&mut self, function: u8, parameters: &[u8], data: &[u8]) -> &mut Self {
        let len = u16::try_from(2 + parameters.len() + data.len()).unwrap_or(u16::MAX);
        let [low, high] = len.to_le_bytes();
        self.put(&[0x1D, b'(', b'k', low, high, b'1', function]).put(parameters).put(data)
    }

    /// `GS k` function B; data beyond 255 bytes are cut off.
    pub fn barcode(&mut self, symbology: Symbology, data: &[u8]) -> &mut Self {
        let count = u8::try_from(data.len()).unwrap_or(u8::MAX);
        self.put(&[0x1D, b'k', symbology as u8, count]);
        self.put(data.get(..usize::from(count)).unwrap_or_default())
    }

    /// `GS h`: bar height in vertical motion units.
    pub fn barcode_height(&mut self, units: u8) -> &mut Self {
        self.put(&[0x1D, b'h', units.max(1)])
    }

    /// `ESC t`.
    pub fn code_page(&mut self, page: u8) -> &mut Self {
        self.put(&[0x1B, b't', page])
    }

    /// `FS &` or `FS .`.
    pub fn kanji_mode(&mut self, on: bool) -> &mut Self {
        self.put(if on { b"\x1C&" } else { b"\x1C." })
    }

    /// `ESC p`, times in units of 2 ms.
    pub fn drawer(&mut self, pin: DrawerPin, on_2ms: u8, off_2ms: u8) -> &mut Self {
        self.put(&[0x1B, b'p', u8::from(pin == DrawerPin::Five), on_2ms, off_2ms])
    }

    /// `GS ( H` function 48: ask for an answer once everything before has been printed.
    pub fn process_id(&mut self, id: [u8; 4]) -> &mut Self {
        self.put(b"\x1D(H\x06\x0000").put(&id)
    }

    /// `GS r`.
    pub fn transmit_status(&mut self, kind: StatusKind) -> &mut Self {
        let n = match kind {
            StatusKind::Paper => 1,
            StatusKind::Drawer => 2,
            StatusKind::Ink => 4,
        };
        self.put(&[0x1D, b'r', n])
    }

    /// `GS I`.
    pub fn printer_id(&mut self, n: u8) -> &mut Self {
        self.put(&[0x1D, b'I', n])
    }

    /// `GS a`, bits as in [`asb_enable`](crate::status::asb_enable).
    pub fn asb(&mut self, enable: u8) -> &mut Self {
        self.put(&[0x1D, b'a', enable])
    }

    /// `DLE EOT n` for n = 1 to 6.
    pub fn realtime_status(&mut self, n: u8) -> &mut Self {
        self.put(&[0x10, 0x04, n.clamp(1, 6)])
    }

    /// `DLE ENQ n` for n = 0 to 2.
    pub fn realtime_request(&mut self, n: u8) -> &mut Self {
        self.put(&[0x10, 0x05, n.min(2)])
    }

    /// `DLE DC4 8`: clear every buffer.
    pub fn realtime_clear(&mut self) -> &mut Self {
        self.put(&CLEAR)
    }

    /// Presenters of the Custom, Citizen and Star families.
    pub fn presenter(&mut self, function: Presenter) -> &mut Self {
        match function {
            Presenter::Default => self.put(b"\x1De\x00"),
            Presenter::MotorOff => self.put(b"\x1De\x01"),
            Presenter::Retract => self.put(b"\x1De\x02"),
            Presenter::Present { steps } => self.put(&[0x1D, b'e', 3, steps]),
            Presenter::Catch => self.put(b"\x1De\x04"),
            Presenter::Eject => self.put(b"\x1De\x05"),
            Presenter::Status => self.put(b"\x1De\x06"),
            Presenter::AutoFull(on) => self.put(&[0x1D, 0xE0, u8::from(on)]),
            Presenter::PaperLeft => self.put(b"\x1D\xE1"),
            Presenter::NotchToPrint => self.put(b"\x1D\xF6"),
            Presenter::NotchToCut => self.put(b"\x1D\xF8"),
            Presenter::HardReset(n) => self.put(&[0x1C, 0xC0, 0x18, 0x10, 0x14, n]),
            Presenter::PullBack { mm } => self.put(&[0x1C, 0xC1, mm]),
            Presenter::CitizenRetract => self.put(b"\x1DR\x00"),
            Presenter::CitizenAutoRetract(n) => self.put(&[0x1D, b'R', 1, n]),
            Presenter::StarRecover => self.put(b"\x1B\x160\x00"),
            Presenter::StarAutoRecover(n) => self.put(&[0x1B, 0x16, b'1', n]),
            Presenter::StarCounter(n) => self.put(&[0x1B, 0x16, b'3', n]),
            Presenter::StarClearCounters => self.put(b"\x1B\x164"),
        }
    }
}

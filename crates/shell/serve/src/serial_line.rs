//! A serial port as words: `/dev/ttyUSB0:9600,8N1,flow=xon-xoff`.
//!
//! Rates in bits per second. Source: printer sources, section 4.1 for the two kinds of flow control; the defaults are
//! those of most counter printers. *Not modelled:* one and a half stop bits, mark and space parity, DTR/DSR, which
//! few adapters pass on.

use crate::settings::BadSettings;
use std::fmt;
use std::path::PathBuf;

/// What is set on a serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialLine {
    /// The device.
    pub path: PathBuf,
    /// Bits per second.
    pub baud_bps: u32,
    /// 7 or 8.
    pub data_bits: u8,
    /// The check bit.
    pub parity: Parity,
    /// 1 or 2.
    pub stop_bits: u8,
    /// How the printer says stop.
    pub flow: Flow,
}

/// The check bit of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// None.
    None,
    /// Makes the number of ones even.
    Even,
    /// Makes the number of ones odd.
    Odd,
}

/// How a printer says stop on a serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// By the bytes 13h and 11h.
    XonXoff,
    /// By the wire RTS. The printer stops reading, and the port's driver lowers the wire when its own buffer is full.
    RtsCts,
    /// Not at all: what comes too fast is lost.
    Never,
}

const EXAMPLE: &str =
    "for example /dev/ttyUSB0:9600,8N1,flow=xon-xoff; flow control is xon-xoff, rts-cts or none";

impl SerialLine {
    /// Reads `PATH[:BAUD[,8N1][,flow=HOW]]`; HOW alone does too. A path may hold colons: only what looks like a rate ends it.
    pub(crate) fn parse(words: &str) -> Result<Self, BadSettings> {
        let looks_like_a_rate =
            |tail: &str| tail.starts_with(|c: char| c.is_ascii_digit()) && !tail.contains(['/', '.']);
        let (path, tail) = match words.rsplit_once(':') {
            Some((path, tail)) if looks_like_a_rate(tail) => (path, Some(tail)),
            _ => (words, None),
        };
        let bad = |what: String| BadSettings::new(what, EXAMPLE);
        if path.is_empty() {
            return Err(bad(format!("`{words}` names no serial port")));
        }
        let mut line = Self {
            path: PathBuf::from(path),
            baud_bps: 115_200,
            data_bits: 8,
            parity: Parity::None,
            stop_bits: 1,
            flow: Flow::XonXoff,
        };
        for (index, word) in tail.into_iter().flat_map(|tail| tail.split(',')).enumerate() {
            let known = if index == 0 { line.set_rate(word) } else { line.set(word) };
            known.ok_or_else(|| bad(format!("`{word}` of `{words}` is not understood")))?;
        }
        Ok(line)
    }

    fn set_rate(&mut self, word: &str) -> Option<()> {
        self.baud_bps = word.parse().ok().filter(|baud| *baud > 0)?;
        Some(())
    }

    fn set(&mut self, word: &str) -> Option<()> {
        let word = word.to_ascii_lowercase();
        match word.strip_prefix("flow=").unwrap_or(&word) {
            "xon-xoff" | "xonxoff" => self.flow = Flow::XonXoff,
            "rts-cts" | "rtscts" => self.flow = Flow::RtsCts,
            "none" => self.flow = Flow::Never,
            _ if word.starts_with("flow=") => return None,
            frame => self.set_frame(frame.as_bytes())?,
        }
        Some(())
    }

    fn set_frame(&mut self, frame: &[u8]) -> Option<()> {
        let [bits @ (b'7' | b'8'), parity, stop @ (b'1' | b'2')] = frame else { return None };
        self.parity = match parity {
            b'n' => Parity::None,
            b'e' => Parity::Even,
            b'o' => Parity::Odd,
            _ => return None,
        };
        (self.data_bits, self.stop_bits) = (bits - b'0', stop - b'0');
        Some(())
    }
}

impl fmt::Display for SerialLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parity = match self.parity {
            Parity::None => 'N',
            Parity::Even => 'E',
            Parity::Odd => 'O',
        };
        let flow = match self.flow {
            Flow::XonXoff => "xon-xoff",
            Flow::RtsCts => "rts-cts",
            Flow::Never => "none",
        };
        let Self { path, baud_bps, data_bits, stop_bits, .. } = self;
        write!(f, "{}:{baud_bps},{data_bits}{parity}{stop_bits},flow={flow}", path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::SerialLine;

    fn understood(words: &str) -> String {
        SerialLine::parse(words).map_or_else(|error| error.to_string(), |line| line.to_string())
    }

    #[test]
    fn a_port_is_read_as_it_is_shown() {
        for words in ["/dev/ttyUSB0:9600,7E2,flow=rts-cts", "/dev/ttyS1:115200,8O1,flow=none"] {
            assert_eq!(understood(words), words);
        }
        assert_eq!(understood("/dev/ttyUSB0"), "/dev/ttyUSB0:115200,8N1,flow=xon-xoff");
        assert_eq!(understood("/dev/ttyUSB0:19200,8E1,rtscts"), "/dev/ttyUSB0:19200,8E1,flow=rts-cts");
        assert_eq!(understood("/dev/ttyUSB0:19200,8n1"), "/dev/ttyUSB0:19200,8N1,flow=xon-xoff");
    }

    #[test]
    fn a_path_by_place_keeps_its_colons() {
        let path = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0";
        assert_eq!(understood(path), format!("{path}:115200,8N1,flow=xon-xoff"));
        assert_eq!(understood(&format!("{path}:9600")), format!("{path}:9600,8N1,flow=xon-xoff"));
    }

    #[test]
    fn what_is_not_understood_is_named_with_an_example() {
        for words in [
            ":9600",
            "/dev/ttyUSB0:9600,9N1",
            "/dev/ttyUSB0:0",
            "/dev/ttyUSB0:9600,fast",
            "/dev/ttyUSB0:9600,flow=8N1",
        ] {
            assert!(understood(words).contains("for example /dev/ttyUSB0:9600"), "{}", understood(words));
        }
    }
}

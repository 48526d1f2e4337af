//! A capture as text: a line for each thing that a port received, readable, strict.
//!
//! Moments are nanoseconds since the start, bytes are hexadecimal, lanes have the names that timelines use. The first
//! line names the format and its version; lines that begin with `#` are for people. The last line counts, so
//! that a cut-off file is noticed. *Not modelled:* older versions; there are none yet.

use crate::capture::{Capture, ContentHash, Entry, LANES, Setup};
use core::fmt::{self, Write};
use core::str::Lines;
use runner::device::lane_name;
use sim::{LaneId, Seed, SimTime};

const FORMAT: &str = "tillrig-capture";
const VERSION: &str = "1";
const PREFACE: &str = "\
# What the ports received in one live run: nanoseconds since the start, lane, bytes.
# Card numbers in it are test numbers. Never keep a capture that was made with real cards.
";
/// In place of a line rate: the one in the terminal's settings.
const AS_SET: &str = "as-set";
/// In place of lanes: none.
const NONE: &str = "none";
const REST: &str = "rest";

/// What is wrong with the text of a capture, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub complaint: Complaint,
}

/// What can be wrong with a line of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// The file is no capture at all.
    NoCapture,
    /// It is of a version that this build does not read.
    Version(String),
    /// The line does not say what has to stand there.
    Expected(&'static str),
    /// It names a lane that does not exist, or that no port carried in this run.
    Lane(String),
    /// It is earlier than the line before it.
    Backwards,
    /// The last line counts other than there are.
    Count {
        /// Lines that were received or at rest.
        found: usize,
    },
    /// Something follows the last line.
    GoesOn,
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.complaint {
            Complaint::NoCapture => write!(
                f,
                "this is no capture; the first line of one is `{FORMAT} {VERSION}`, as a live run writes it"
            ),
            Complaint::Version(version) => write!(
                f,
                "this capture is of version {version}, and this build reads version {VERSION}; make it again \
                 with a live run"
            ),
            Complaint::Expected(what) => write!(f, "expected {what}"),
            Complaint::Lane(name) => {
                write!(f, "no lane called {name} was carried by a port in this run; see the line `ports`")
            }
            Complaint::Backwards => write!(f, "this is earlier than the line before it"),
            Complaint::Count { found } => {
                write!(
                    f,
                    "{found} moments stand above, and this line counts another number; some are missing"
                )
            }
            Complaint::GoesOn => write!(f, "the capture has ended on the line before, and goes on"),
        }
    }
}

impl core::error::Error for CaptureError {}

impl Capture {
    /// The capture as text, to be kept in a file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{FORMAT} {VERSION}\n{PREFACE}");
        write_setup(&self.setup, &mut out);
        for entry in &self.entries {
            write_entry(entry, &mut out);
        }
        let _ = writeln!(out, "end {}", self.entries.len());
        out
    }

    /// Reads the text of a capture.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with its line.
    pub fn from_text(text: &str) -> Result<Self, CaptureError> {
        let mut reader = Reader { lines: text.lines(), line: 0 };
        reader.read().map_err(|complaint| CaptureError { line: reader.line, complaint })
    }
}

fn write_setup(setup: &Setup, out: &mut String) {
    let rate = setup.printer_baud_bps.map_or_else(|| AS_SET.to_owned(), |baud_bps| baud_bps.to_string());
    let names: Vec<&str> = setup.lanes.iter().map(|lane| lane_name(*lane)).collect();
    let names = if names.is_empty() { NONE.to_owned() } else { names.join(" ") };
    let _ = writeln!(out, "scenario {}", on_one_line(&setup.scenario));
    let _ = writeln!(out, "content {}", setup.content);
    let _ = writeln!(out, "seed {}", setup.seed);
    let _ = writeln!(out, "printer-baud-bps {rate}");
    let _ = writeln!(out, "ports {names}");
}

fn write_entry(entry: &Entry, out: &mut String) {
    let _ = write!(out, "{} ", entry.at().as_nanos());
    match entry {
        Entry::Rest { .. } => out.push_str(REST),
        Entry::Arrival { lane, bytes, .. } => {
            let _ = write!(out, "{} ", lane_name(*lane));
            for byte in bytes {
                let _ = write!(out, "{byte:02x}");
            }
        }
    }
    out.push('\n');
}

/// A name may hold line ends; a line may not.
fn on_one_line(name: &str) -> String {
    name.replace('\\', r"\\").replace('\n', r"\n").replace('\r', r"\r")
}

fn from_one_line(line: &str) -> Option<String> {
    let mut name = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        name.push(match char {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(name)
}

struct Reader<'a> {
    lines: Lines<'a>,
    line: usize,
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Result<Capture, Complaint> {
        self.read_version()?;
        let setup = self.read_setup()?;
        let entries = self.read_entries(&setup.lanes)?;
        match self.next_line() {
            None => Ok(Capture { setup, entries }),
            Some(_) => Err(Complaint::GoesOn),
        }
    }

    /// The next line that is not for people only.
    fn next_line(&mut self) -> Option<&'a str> {
        loop {
            self.line += 1;
            let line = self.lines.next()?;
            if !line.starts_with('#') {
                return Some(line);
            }
        }
    }

    fn read_version(&mut self) -> Result<(), Complaint> {
        let words = self.next_line().and_then(|line| line.split_once(' '));
        match words {
            Some((FORMAT, VERSION)) => Ok(()),
            Some((FORMAT, version)) => Err(Complaint::Version(version.to_owned())),
            _ => Err(Complaint::NoCapture),
        }
    }

    fn read_setup(&mut self) -> Result<Setup, Complaint> {
        Ok(Setup {
            scenario: self.field("scenario", "`scenario` and its name", from_one_line)?,
            content: self.field("content", "`content` and 64 hexadecimal digits", content)?,
            seed: Seed(self.field("seed", "`seed` and a number", number)?),
            printer_baud_bps: self.field(
                "printer-baud-bps",
                "`printer-baud-bps` and a line rate, such as 115200, or `as-set`",
                line_rate,
            )?,
            lanes: self.read_lanes()?,
        })
    }

    fn field<T>(
        &mut self,
        name: &str,
        expected: &'static str,
        read: fn(&str) -> Option<T>,
    ) -> Result<T, Complaint> {
        let words = self.next_line().and_then(|line| line.split_once(' '));
        let value = words.filter(|(word, _)| *word == name).and_then(|(_, value)| read(value));
        value.ok_or(Complaint::Expected(expected))
    }

    fn read_lanes(&mut self) -> Result<Vec<LaneId>, Complaint> {
        let names = self.field("ports", "`ports` and lanes, or `none`", |names| Some(names.to_owned()))?;
        if names == NONE {
            return Ok(Vec::new());
        }
        names
            .split(' ')
            .map(|name| lane_named(name).ok_or_else(|| Complaint::Lane(name.to_owned())))
            .collect()
    }

    fn read_entries(&mut self, lanes: &[LaneId]) -> Result<Vec<Entry>, Complaint> {
        let mut entries = Vec::new();
        let mut latest = SimTime::ZERO;
        loop {
            let line = self.next_line().ok_or(Complaint::Expected("a moment, or the last line `end`"))?;
            if let Some(said) = line.strip_prefix("end ") {
                let found = entries.len();
                let agrees = number(said) == Some(found as u64);
                return if agrees { Ok(entries) } else { Err(Complaint::Count { found }) };
            }
            let entry = read_entry(line, lanes)?;
            if entry.at() < latest {
                return Err(Complaint::Backwards);
            }
            latest = entry.at();
            entries.push(entry);
        }
    }
}

fn read_entry(line: &str, lanes: &[LaneId]) -> Result<Entry, Complaint> {
    let expected = || Complaint::Expected("nanoseconds, and `rest` or a lane and its bytes");
    let (at, what) = line.split_once(' ').ok_or_else(expected)?;
    let at = SimTime::from_nanos(number(at).ok_or_else(expected)?);
    if what == REST {
        return Ok(Entry::Rest { at });
    }
    let (name, digits) = what.split_once(' ').ok_or_else(expected)?;
    let carried = lane_named(name).filter(|lane| lanes.contains(lane));
    let lane = carried.ok_or_else(|| Complaint::Lane(name.to_owned()))?;
    let bytes = hexadecimal(digits).filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or(Complaint::Expected("bytes as pairs of hexadecimal digits"))?;
    Ok(Entry::Arrival { at, lane, bytes })
}

/// The lane of a name that [`lane_name`] gives.
fn lane_named(name: &str) -> Option<LaneId> {
    LANES.into_iter().find(|lane| lane_name(*lane) == name)
}

/// Digits alone: the standard parser also takes a sign.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn line_rate(text: &str) -> Option<Option<u32>> {
    if text == AS_SET {
        return Some(None);
    }
    let baud_bps = u32::try_from(number(text)?).ok()?;
    (baud_bps > 0).then_some(Some(baud_bps))
}

fn content(text: &str) -> Option<ContentHash> {
    hexadecimal(text)?.try_into().ok().map(ContentHash)
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    digits.as_bytes().chunks(2).map(byte).collect()
}

fn byte(pair: &[u8]) -> Option<u8> {
    match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

const fn digit(char: u8) -> Option<u8> {
    match char {
        b'0'..=b'9' => Some(char - b'0'),
        b'a'..=b'f' => Some(char - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{CaptureError, Complaint};
    use crate::capture::{Capture, ContentHash, Entry, LANES, Setup};
    use proptest::prelude::{Strategy, any, prop, proptest};
    use runner::device::{PRINTS, REPLIES};
    use sim::{Seed, SimTime};

    /// When, and into which lane which bytes, or rest.
    type Moment = (u64, Option<(usize, Vec<u8>)>);

    fn capture(scenario: &str, seed: u64, moments: &[Moment]) -> Capture {
        let setup = Setup {
            scenario: scenario.to_owned(),
            content: ContentHash([0xA5; 32]),
            seed: Seed(seed),
            printer_baud_bps: Some(115_200),
            lanes: LANES.to_vec(),
        };
        let mut moments = moments.to_vec();
        moments.sort_by_key(|(at, _)| *at);
        let entry = |(at, what)| {
            let at = SimTime::from_nanos(at);
            match what {
                None => Entry::Rest { at },
                Some((lane, bytes)) => Entry::Arrival { at, lane: LANES[lane], bytes },
            }
        };
        Capture { setup, entries: moments.into_iter().map(entry).collect() }
    }

    fn two_lanes() -> Capture {
        let mut capture = capture("A sale", 7, &[(86_805, Some((0, vec![0x10, 0x04]))), (5_000_000, None)]);
        capture.setup.lanes = vec![PRINTS, REPLIES];
        capture
    }

    /// Written by hand from the description of the format.
    const TEXT: &str = "\
tillrig-capture 1
# What the ports received in one live run: nanoseconds since the start, lane, bytes.
# Card numbers in it are test numbers. Never keep a capture that was made with real cards.
scenario A sale
content a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5
seed 7
printer-baud-bps 115200
ports terminal.prints printer.replies
86805 terminal.prints 1004
5000000 rest
end 2
";

    #[test]
    fn a_capture_is_a_page_of_plain_lines() {
        assert_eq!(two_lanes().to_text(), TEXT);
        assert_eq!(Capture::from_text(TEXT), Ok(two_lanes()));
    }

    #[test]
    fn each_mistake_is_told_with_its_line() {
        let cases = [
            ("tillrig-capture 1", "tillrig-capture 2", 1, Complaint::Version("2".to_owned())),
            ("tillrig-capture 1", "a shopping list", 1, Complaint::NoCapture),
            ("seed 7", "seed seven", 6, Complaint::Expected("`seed` and a number")),
            ("seed 7", "seed +7", 6, Complaint::Expected("`seed` and a number")),
            ("content a5", "content 5", 5, Complaint::Expected("`content` and 64 hexadecimal digits")),
            (
                "ports terminal.prints",
                "ports terminal.sings",
                8,
                Complaint::Lane("terminal.sings".to_owned()),
            ),
            (
                "86805 terminal.prints",
                "86805 acquirer.notifies",
                9,
                Complaint::Lane("acquirer.notifies".to_owned()),
            ),
            (" 1004", " 104", 9, Complaint::Expected("bytes as pairs of hexadecimal digits")),
            (" 1004", " ", 9, Complaint::Expected("bytes as pairs of hexadecimal digits")),
            ("5000000 rest", "5 rest", 10, Complaint::Backwards),
            ("5000000 rest\n", "", 10, Complaint::Count { found: 1 }),
            ("end 2\n", "", 11, Complaint::Expected("a moment, or the last line `end`")),
            ("end 2\n", "end 2\nend 2\n", 12, Complaint::GoesOn),
        ];
        for (good, bad, line, complaint) in cases {
            let text = TEXT.replacen(good, bad, 1);
            assert_eq!(Capture::from_text(&text), Err(CaptureError { line, complaint }), "{bad}");
        }
    }

    #[test]
    fn a_mistake_says_what_to_do() {
        let error = Capture::from_text("tillrig-capture 9\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 1: this capture is of version 9, and this build reads version 1; make it again with a live run"
        );
    }

    fn moments() -> impl Strategy<Value = Vec<Moment>> {
        let bytes = prop::collection::vec(any::<u8>(), 1..40);
        let what = prop::option::of((0..LANES.len(), bytes));
        prop::collection::vec((any::<u64>(), what), 0..20)
    }

    proptest! {
        #[test]
        fn every_capture_reads_back_as_it_was_written(name in any::<String>(), seed: u64, moments in moments()) {
            let capture = capture(&name, seed, &moments);
            assert_eq!(Capture::from_text(&capture.to_text()), Ok(capture));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>()) {
            let _ = Capture::from_text(&text);
            let _ = Capture::from_text(&format!("tillrig-capture 1\n{text}"));
        }

        #[test]
        fn no_damage_to_a_capture_makes_the_reader_panic(at in 0..TEXT.len(), len in 0_usize..40, with in any::<String>()) {
            let mut text = TEXT.to_owned();
            let end = TEXT.len().min(at + len);
            text.replace_range(at..end, &with);
            let _ = Capture::from_text(&text);
        }
    }
}

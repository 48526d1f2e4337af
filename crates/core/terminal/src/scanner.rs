//! The terminal's scanner: reads the payment code on a customer's phone, or does not.
//!
//! A phone shows the number as a bar code, Code 128 with a check character. How long a reading takes follows from the
//! contrast that comes back through the window: grades of symbol contrast by ISO/IEC 15416, A from 70 %, B from 55 %,
//! C from 40 %, D from 20 %, below that nothing is read. The pictures that a grade costs are fitted to what such scanners
//! do at a counter; no data sheet gives them. The firmware switches the light on when it wants a code, and a customer
//! shows one only to a light. *Not modelled:* the second code that phones show (QR), glare, angles, distance.

use core::fmt;
use core::time::Duration;
use sim::SimTime;

/// The number behind a bar code: 24 digits at most. Its printed form shows the last four.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Barcode {
    digits: [u8; Self::MAX_DIGITS],
    len: u8,
}

/// What a customer holds in front of the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What stands there.
    pub code: Barcode,
    /// How much darker its bars are than its gaps: a good screen has 90, one that is broken across the code 10.
    pub contrast_percent: u8,
}

/// What is done to a scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScannerPoke {
    /// Its window is dirty or its lamps have aged: so much of the contrast is left.
    Dim {
        /// Of what a new one sees.
        left_percent: u8,
    },
    /// A scratch lies on the window, over the bars of this digit.
    Scratch {
        /// Counted from 0.
        digit: u8,
    },
    /// Somebody has switched off that it looks at the check character.
    IgnoreCheck,
    /// Its cable loses the acknowledgement, so that it sends what it has read once more.
    Repeat {
        /// How long after the first time.
        after: Duration,
    },
    /// Its plug is out.
    Unplug,
    /// It is as new again.
    Replace,
}

/// The scanner.
#[derive(Clone, Debug)]
pub(crate) struct Scanner {
    left_percent: u8,
    scratched: Option<u8>,
    checks: bool,
    repeats: Option<Duration>,
    plugged: bool,
    lit: bool,
    /// What is being read, and when that is done.
    reading: Option<(SimTime, Barcode)>,
    /// What will be sent once more.
    again: Option<(SimTime, Barcode)>,
}

impl Barcode {
    const MAX_DIGITS: usize = 24;

    /// A number; `None` when it is empty, too long, or has anything but digits.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if text.is_empty() || text.len() > Self::MAX_DIGITS || !all_digits {
            return None;
        }
        let mut code = Self { digits: [0; Self::MAX_DIGITS], len: u8::try_from(text.len()).ok()? };
        for (place, digit) in code.digits.iter_mut().zip(text.bytes()) {
            *place = digit;
        }
        Some(code)
    }

    /// The digits. Not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let digits = self.digits.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(digits).unwrap_or_default()
    }

    /// The same number with one digit taken for its neighbour.
    fn misread(mut self, digit: u8) -> Self {
        if digit < self.len
            && let Some(place) = self.digits.get_mut(usize::from(digit))
        {
            *place = b'0' + (*place - b'0' + 1) % 10;
        }
        self
    }
}

impl fmt::Debug for Barcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Barcode({self})")
    }
}

impl fmt::Display for Barcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = usize::from(self.len).saturating_sub(4);
        write!(f, "{}{}", "*".repeat(hidden), self.as_str().get(hidden..).unwrap_or_default())
    }
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            left_percent: 100,
            scratched: None,
            checks: true,
            repeats: None,
            plugged: true,
            lit: false,
            reading: None,
            again: None,
        }
    }
}

impl Scanner {
    pub(crate) fn poke(&mut self, poke: ScannerPoke) {
        match poke {
            ScannerPoke::Dim { left_percent } => self.left_percent = left_percent,
            ScannerPoke::Scratch { digit } => self.scratched = Some(digit),
            ScannerPoke::IgnoreCheck => self.checks = false,
            ScannerPoke::Repeat { after } => self.repeats = Some(after),
            ScannerPoke::Unplug => {
                self.plugged = false;
                self.lose_power();
            }
            ScannerPoke::Replace => {
                let Self { lit, reading, again, .. } = *self;
                *self = Self { lit, reading, again, ..Self::default() };
            }
        }
    }

    /// The firmware switches the light on or off. In the dark nobody goes on showing a code.
    pub(crate) const fn light(&mut self, lit: bool) {
        self.lit = lit;
        if !lit {
            self.reading = None;
        }
    }

    /// A customer holds a code in front of it.
    pub(crate) fn show(&mut self, now: SimTime, shown: Shown) {
        if !self.lit || !self.plugged {
            return;
        }
        let contrast = u32::from(shown.contrast_percent) * u32::from(self.left_percent) / 100;
        let pictures = match contrast {
            70.. => 1,
            55.. => 2,
            40.. => 8,
            20.. => 60,
            _ => return,
        };
        self.reading = match self.scratched {
            // The check character does not fit what is seen.
            Some(digit) if self.checks && digit < shown.code.len => None,
            Some(digit) => Some((now + PICTURE * pictures, shown.code.misread(digit))),
            None => Some((now + PICTURE * pictures, shown.code)),
        };
    }

    /// What has been read by now.
    pub(crate) fn take_due(&mut self, now: SimTime) -> Option<Barcode> {
        if let Some((_, code)) = self.again.take_if(|(at, _)| *at <= now) {
            return Some(code);
        }
        let (_, code) = self.reading.take_if(|(at, _)| *at <= now)?;
        self.again = self.repeats.map(|after| (now + after, code));
        Some(code)
    }

    pub(crate) fn wake_at(&self) -> Option<SimTime> {
        [self.reading, self.again].into_iter().flatten().map(|(at, _)| at).min()
    }

    pub(crate) const fn lose_power(&mut self) {
        self.lit = false;
        self.reading = None;
        self.again = None;
    }
}

/// Taking a picture and looking for bars in it.
const PICTURE: Duration = Duration::from_millis(150);

#[cfg(test)]
mod tests {
    use super::{Barcode, Scanner, ScannerPoke, Shown};
    use core::time::Duration;
    use sim::SimTime;

    fn good() -> Shown {
        Shown { code: Barcode::new("134567890123456789").unwrap(), contrast_percent: 90 }
    }

    /// What a scanner to which this was done reads within a minute, and after how long.
    fn read(pokes: &[ScannerPoke], shown: Shown) -> Option<(Duration, String)> {
        let mut scanner = Scanner::default();
        pokes.iter().for_each(|poke| scanner.poke(*poke));
        scanner.light(true);
        scanner.show(SimTime::ZERO, shown);
        let at = scanner.wake_at()?;
        Some((at.since(SimTime::ZERO), scanner.take_due(at)?.as_str().to_owned()))
    }

    #[test]
    fn a_good_code_is_read_at_once_and_a_dirty_window_takes_seconds() {
        assert_eq!(read(&[], good()), Some((Duration::from_millis(150), "134567890123456789".to_owned())));
        let slow = read(&[ScannerPoke::Dim { left_percent: 30 }], good()).unwrap();
        assert!(slow.0 > Duration::from_secs(5) && slow.1 == "134567890123456789");
        assert_eq!(read(&[ScannerPoke::Dim { left_percent: 20 }], good()), None);
        assert_eq!(read(&[], Shown { contrast_percent: 10, ..good() }), None);
        assert_eq!(read(&[ScannerPoke::Unplug], good()), None);
    }

    #[test]
    fn a_scratch_spoils_a_digit_only_where_nobody_checks() {
        let scratch = ScannerPoke::Scratch { digit: 7 };
        assert_eq!(read(&[scratch], good()), None);
        let (_, misread) = read(&[scratch, ScannerPoke::IgnoreCheck], good()).unwrap();
        // Digits are counted from 0: number 7 is a 9, and its neighbour is a 0.
        assert_eq!(misread, "134567800123456789");
    }

    #[test]
    fn a_code_that_is_shown_in_the_dark_is_not_read_and_a_lost_acknowledgement_sends_it_twice() {
        let mut scanner = Scanner::default();
        scanner.show(SimTime::ZERO, good());
        assert_eq!(scanner.wake_at(), None);
        scanner.poke(ScannerPoke::Repeat { after: Duration::from_secs(3) });
        scanner.light(true);
        scanner.show(SimTime::ZERO, good());
        let first = scanner.wake_at().unwrap();
        assert_eq!(scanner.take_due(first), Some(good().code));
        scanner.light(false);
        assert_eq!(scanner.wake_at(), Some(first + Duration::from_secs(3)));
        assert_eq!(scanner.take_due(first + Duration::from_secs(3)), Some(good().code));
        assert_eq!(scanner.wake_at(), None);
    }

    #[test]
    fn a_printed_code_shows_its_last_four_digits_alone() {
        assert_eq!(good().code.to_string(), "**************6789");
        assert_eq!(Barcode::new("12a"), None);
        assert_eq!(Barcode::new(&"1".repeat(25)), None);
    }
}

//! CODE128: the host's braces, or the printer's own choice, to symbol values.
//!
//! Facts: printer sources, section 2.4: data begin with `{A`, `{B` or `{C`; `{S` shifts one character, `{1` to `{4` are
//! FNC1 to FNC4, `{{` is a brace; in code set C each byte 0-99 is a pair of digits. Readable text shows function
//! characters and control characters as spaces. *Not modelled:* bytes from 128 on outside CODE128 auto.

/// Start values of code sets A, B and C.
const START_A: u8 = 103;
const START_B: u8 = 104;
const START_C: u8 = 105;
const SHIFT: u8 = 98;
pub(super) const FNC1: u8 = 102;

/// Values from the start on, without check and stop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) values: Vec<u8>,
    /// The readable text.
    pub(super) text: String,
    /// What a reader gives.
    pub(super) data: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    A,
    B,
    C,
}

impl Set {
    const fn start(self) -> u8 {
        match self {
            Self::A => START_A,
            Self::B => START_B,
            Self::C => START_C,
        }
    }

    /// The value that changes to this set from another.
    const fn change(self) -> u8 {
        match self {
            Self::A => 101,
            Self::B => 100,
            Self::C => 99,
        }
    }

    const fn named(letter: u8) -> Option<Self> {
        match letter {
            b'A' => Some(Self::A),
            b'B' => Some(Self::B),
            b'C' => Some(Self::C),
            _ => None,
        }
    }

    /// The value of a character below 128.
    fn value(self, byte: u8) -> Option<u8> {
        match (self, byte) {
            (Self::A, 0..=31) => Some(byte + 64),
            (Self::A, 32..=95) | (Self::B, 32..=127) => Some(byte - 32),
            (Self::C, 0..=99) => Some(byte),
            _ => None,
        }
    }

    /// The value of a function character.
    const fn function(self, digit: u8) -> Option<u8> {
        match (self, digit) {
            (_, b'1') => Some(FNC1),
            (Self::A | Self::B, b'2') => Some(97),
            (Self::A | Self::B, b'3') => Some(96),
            (Self::A, b'4') => Some(101),
            (Self::B, b'4') => Some(100),
            _ => None,
        }
    }
}

/// Reads data with braces. Where they stop making sense, the rest is the host's text: the second of the pair.
pub(super) fn braces(data: &[u8]) -> (Option<Values>, &[u8]) {
    let &[b'{', letter, ref rest @ ..] = data else { return (None, data) };
    let Some(mut set) = Set::named(letter) else { return (None, data) };
    let mut values = Values::default();
    values.values.push(set.start());
    let (mut rest, mut shifted) = (rest, false);
    while !rest.is_empty() {
        let here = match (set, shifted) {
            (Set::A, true) => Set::B,
            (Set::B, true) => Set::A,
            _ => set,
        };
        let (taken, is_shift) = match *rest {
            [b'{', b'S', ..] if set != Set::C => (values.put(SHIFT, 2), true),
            [b'{', b'{', ..] => (values.character(here, b'{', 2), false),
            [b'{', digit @ b'1'..=b'4', ..] => (values.function(here, digit), false),
            [b'{', letter, ..] => (values.change(&mut set, letter), false),
            [byte, ..] => (values.character(here, byte, 1), false),
            [] => (None, false),
        };
        let Some(taken) = taken else { return (None, rest) };
        rest = rest.get(taken..).unwrap_or_default();
        shifted = is_shift;
    }
    (Some(values), rest)
}

/// Chooses code sets for any bytes; those from 128 on take FNC4.
pub(super) fn automatic(data: &[u8]) -> Values {
    let mut values = Values::default();
    let mut set = None;
    let mut rest = data;
    while let &[byte, ref after @ ..] = rest {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let enough = digits >= 4 || (digits == 2 && data.len() == 2);
        if enough && (digits.is_multiple_of(2) || set == Some(Set::C)) {
            values.enter(&mut set, Set::C);
            let (pairs, later) = rest.split_at(digits / 2 * 2);
            for pair in pairs.chunks_exact(2) {
                let pair = pair.iter().fold(0, |pair, digit| pair * 10 + (digit - b'0'));
                values.character(Set::C, pair, 1);
            }
            rest = later;
            continue;
        }
        let (high, low) = (byte >= 128, byte & 0x7F);
        let wanted = match (set, low) {
            (_, 0..=31) => Set::A,
            (Some(Set::A), 32..=95) => Set::A,
            _ => Set::B,
        };
        values.enter(&mut set, wanted);
        if high {
            values.values.extend(wanted.function(b'4'));
        }
        values.values.extend(wanted.value(low));
        values.text.push(if high || low.is_ascii_control() { ' ' } else { char::from(low) });
        values.data.push(char::from(byte));
        rest = after;
    }
    values
}

impl Values {
    fn put(&mut self, value: u8, taken: usize) -> Option<usize> {
        self.values.push(value);
        Some(taken)
    }

    fn character(&mut self, set: Set, byte: u8, taken: usize) -> Option<usize> {
        let value = set.value(byte)?;
        match set {
            Set::C => {
                let digits = [b'0' + byte / 10, b'0' + byte % 10].map(char::from);
                self.text.extend(digits);
                self.data.extend(digits);
            }
            Set::A | Set::B => {
                self.text.push(if byte.is_ascii_control() { ' ' } else { char::from(byte) });
                self.data.push(char::from(byte));
            }
        }
        self.put(value, taken)
    }

    fn function(&mut self, set: Set, digit: u8) -> Option<usize> {
        self.text.push(' ');
        self.put(set.function(digit)?, 2)
    }

    fn change(&mut self, set: &mut Set, letter: u8) -> Option<usize> {
        let wanted = Set::named(letter)?;
        if core::mem::replace(set, wanted) != wanted {
            self.values.push(wanted.change());
        }
        Some(2)
    }

    /// Starts in a set, or changes to it.
    fn enter(&mut self, set: &mut Option<Set>, wanted: Set) {
        match set.replace(wanted) {
            None => self.values.push(wanted.start()),
            Some(before) if before != wanted => self.values.push(wanted.change()),
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{automatic, braces};

    #[test]
    fn braces_choose_sets_shift_and_functions() {
        let (values, rest) = braces(b"{BNo.{C\x0C\x22{1\x38{AX{Sy");
        let values = values.unwrap();
        // B: N o . are 46 79 14; C is 99, pairs as they are, FNC1 102; A is 101, X 56, shift 98, y in B 89.
        assert_eq!(values.values, [104, 46, 79, 14, 99, 12, 34, 102, 56, 101, 56, 98, 89]);
        assert_eq!((values.text.as_str(), values.data.as_str()), ("No.1234 56Xy", "No.123456Xy"));
        assert!(rest.is_empty());
    }

    #[test]
    fn data_without_a_code_set_or_out_of_it_are_text_from_there_on() {
        assert_eq!(braces(b"1234"), (None, &b"1234"[..]));
        assert_eq!(braces(b"{A12a4"), (None, &b"a4"[..]), "no small letters in set A");
        assert_eq!(braces(b"{Babc{9"), (None, &b"{9"[..]));
    }

    #[test]
    fn the_printer_chooses_pairs_for_long_numbers_and_function_4_for_high_bytes() {
        assert_eq!(automatic(b"ab123456").values, [104, 65, 66, 99, 12, 34, 56]);
        assert_eq!(automatic(b"a1").values, [104, 65, 17]);
        assert_eq!(automatic(b"\x01A").values, [103, 65, 33]);
        assert_eq!(automatic(b"\xE9").values, [104, 100, 73]);
        assert_eq!(automatic(b"12345").values, [104, 17, 99, 23, 45]);
    }
}

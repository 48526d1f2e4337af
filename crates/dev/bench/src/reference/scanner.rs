//! The reference for the parser: finds where commands end, in one buffer, and nothing else.
//!
//! Facts: printer sources, section 1 (length table), of which it knows the commands of the corpora.
//! *Not done:* values, other commands, streams in pieces, bounds; that is what the parser costs more for.

/// Counts the commands of a whole stream; text runs and control bytes count as well. `None` at a command that it
/// does not know, or that is not whole.
#[must_use]
pub fn commands(stream: &[u8]) -> Option<usize> {
    let (mut at, mut count) = (0, 0);
    while let Some(rest) = stream.get(at..).filter(|rest| !rest.is_empty()) {
        at += length(rest)?;
        count += 1;
    }
    (at == stream.len()).then_some(count)
}

fn length(rest: &[u8]) -> Option<usize> {
    match *rest {
        [0x20..=0xFF, ..] => Some(rest.iter().position(|&byte| byte < 0x20).unwrap_or(rest.len())),
        [0x1B, code, ..] => esc(code),
        [0x1D, code, ..] => gs(code, rest),
        [0x1C, b'&', ..] => Some(2),
        [_, ..] => Some(1),
        [] => None,
    }
}

fn esc(code: u8) -> Option<usize> {
    match code {
        b'@' | b'2' => Some(2),
        b'!' | b'-' | b'3' | b'E' | b'J' | b'M' | b'a' | b'd' | b't' => Some(3),
        b'p' => Some(5),
        _ => None,
    }
}

fn gs(code: u8, rest: &[u8]) -> Option<usize> {
    let number = |at: usize| Some(usize::from(u16::from_le_bytes([*rest.get(at)?, *rest.get(at + 1)?])));
    match code {
        b'!' | b'B' | b'H' | b'a' | b'h' | b'r' | b'w' => Some(3),
        b'V' => Some(if *rest.get(2)? < b'A' { 3 } else { 4 }),
        b'k' if *rest.get(2)? >= 65 => Some(4 + usize::from(*rest.get(3)?)),
        b'k' => Some(rest.iter().position(|&byte| byte == 0)? + 1),
        b'(' => Some(5 + number(3)?),
        b'v' => Some(8 + number(4)? * number(6)?),
        _ => None,
    }
}

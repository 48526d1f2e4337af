//! The reference for the ISO 8583 codec: cuts an ASCII message into slices by a table, and joins them again.
//!
//! It is the floor: it copies nothing, checks no character, and knows one dialect. *Not done:* BCD, errors with a place,
//! a message that outlives its bytes.

/// Digits of a length, or of a fixed field, by field number; the fields of one message only.
#[derive(Clone, Copy, Debug)]
enum Shape {
    None,
    Fixed(usize),
    Announced(usize),
}

const fn shapes() -> [Shape; 65] {
    let mut shapes = [Shape::None; 65];
    let fixed = [
        (3, 6),
        (4, 12),
        (11, 6),
        (12, 6),
        (13, 4),
        (14, 4),
        (22, 3),
        (25, 2),
        (41, 8),
        (42, 15),
        (49, 3),
        (64, 8),
    ];
    let mut at = 0;
    while at < fixed.len() {
        shapes[fixed[at].0] = Shape::Fixed(fixed[at].1);
        at += 1;
    }
    shapes[2] = Shape::Announced(2);
    shapes[35] = Shape::Announced(2);
    shapes[55] = Shape::Announced(3);
    shapes[60] = Shape::Announced(3);
    shapes[62] = Shape::Announced(3);
    shapes
}

static SHAPES: [Shape; 65] = shapes();

/// The slices of a message of type(4), bitmap(8) and fields; `None` when it is another one.
#[must_use]
pub fn cut(message: &[u8]) -> Option<[&[u8]; 65]> {
    let mut slices: [&[u8]; 65] = [&[]; 65];
    let (kind, rest) = message.split_first_chunk::<4>()?;
    let (bitmap, mut rest) = rest.split_first_chunk::<8>()?;
    slices[0] = kind;
    let mut bitmap = u64::from_be_bytes(*bitmap);
    while bitmap != 0 {
        let index = bitmap.leading_zeros();
        bitmap &= !(1 << (63 - index));
        let number = index as usize + 1;
        let count = match SHAPES[number] {
            Shape::None => return None,
            Shape::Fixed(count) => count,
            Shape::Announced(digits) => {
                let (length, behind) = rest.split_at_checked(digits)?;
                rest = behind;
                length.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit & 15))
            }
        };
        (slices[number], rest) = rest.split_at_checked(count)?;
    }
    rest.is_empty().then_some(slices)
}

/// Joins slices to a message again, in a buffer that is reused.
pub fn join(slices: &[&[u8]; 65], out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(slices[0]);
    out.extend_from_slice(&[0; 8]);
    let mut bitmap = 0_u64;
    for (number, slice) in slices.iter().enumerate().skip(1).filter(|(_, slice)| !slice.is_empty()) {
        bitmap |= 1 << (64 - number);
        if let Shape::Announced(digits) = SHAPES[number] {
            let digit = |place: usize| b'0' + (slice.len() / place % 10) as u8;
            out.extend_from_slice(&[digit(100), digit(10), digit(1)][3 - digits..]);
        }
        out.extend_from_slice(slice);
    }
    out[4..12].copy_from_slice(&bitmap.to_be_bytes());
}

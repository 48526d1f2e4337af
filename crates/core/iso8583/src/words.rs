//! Up to eight characters as one machine word: loaded, checked and packed without a loop.
//!
//! Source: UnionPay POS dialect, "Packing rules". Values come in slices of any length, behind which nothing may be read;
//! so a short one is loaded as its beginning and its end, which overlap. *Not modelled:* other characters than decimal
//! digits; [`bcd`](crate::bcd) knows them.

/// Characters of a word.
pub(crate) const WORD: usize = 8;

/// The lowest bit of every byte.
const LOW: u64 = 0x0101_0101_0101_0101;

/// All of up to eight bytes, the first one lowest, zeros behind the last.
#[inline]
pub(crate) const fn load(bytes: &[u8]) -> u64 {
    if let Some(all) = bytes.first_chunk() {
        return u64::from_le_bytes(*all);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64);
        return first | last << (8 * (bytes.len() - 4));
    }
    match *bytes {
        [a, b, c] => a as u64 | (b as u64) << 8 | (c as u64) << 16,
        [a, b] => a as u64 | (b as u64) << 8,
        [a] => a as u64,
        _ => 0,
    }
}

/// The last `count` of these bytes, 1 to 7 of them, as [`load`] gives them.
#[inline]
pub(crate) const fn load_end(bytes: &[u8], count: usize) -> u64 {
    match bytes.last_chunk() {
        Some(last) => u64::from_le_bytes(*last).wrapping_shr(64_u32.wrapping_sub(8 * count as u32)),
        None => load(bytes),
    }
}

/// The values of the first `len` characters, 1 to 8 of them: 0 to 9 each, and 0 behind them; or something of which
/// [`strays`] is not zero.
#[inline]
pub(crate) const fn digits(word: u64, len: usize) -> u64 {
    word ^ (b'0' as u64 * LOW).wrapping_shr(64_u32.wrapping_sub(8 * len as u32))
}

/// Not zero when a value is none of 0 to 9 and, in a track, not the 13 of its separator.
#[inline]
pub(crate) const fn strays<const TRACK: bool>(digits: u64) -> u64 {
    // Of the values below 16, the separator alone has bits 0, 2 and 3, and not bit 1; it is taken for 0 here.
    let separators = if TRACK { digits & digits >> 2 & digits >> 3 & !(digits >> 1) & LOW } else { 0 };
    let plain = digits ^ (separators * 13);
    // A carry comes only from a byte that is no digit itself.
    (plain | plain.wrapping_add(6 * LOW)) & (0xF0 * LOW)
}

/// Values below 16 as nibbles, the first one highest in the lowest byte.
#[inline]
pub(crate) const fn packed(digits: u64) -> u32 {
    let pairs = (digits << 4 | digits >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF;
    (fours | fours >> 16) as u32
}

/// Appends bytes if there is room for them; whether there was. It never calls what makes room, which whoever packs word by
/// word would pay for at every word.
#[inline]
pub(crate) fn put<const N: usize>(bytes: [u8; N], out: &mut Vec<u8>) -> bool {
    let has_room = out.capacity() - out.len() >= N;
    if has_room {
        out.extend_from_slice(&bytes);
    }
    has_room
}

/// A number below 1000, as lengths of fields are, in BCD.
#[inline]
pub(crate) fn bcd(number: usize) -> [u8; 2] {
    BCD[number & 1023]
}

/// A number below 1000 in ASCII.
#[inline]
pub(crate) fn ascii(number: usize) -> [u8; 3] {
    let [hundreds, rest] = bcd(number);
    [b'0' | hundreds, b'0' | rest >> 4, b'0' | rest & 15]
}

static BCD: [[u8; 2]; 1024] = {
    let mut bcd = [[0; 2]; 1024];
    let mut number = 0;
    while number < 1000 {
        let tens = number / 10 % 10;
        bcd[number] = [(number / 100) as u8, (tens * 16 + number % 10) as u8];
        number += 1;
    }
    bcd
};

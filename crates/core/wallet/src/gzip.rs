//! gzip around bytes that stay as they are.
//!
//! Source: RFC 1952 and RFC 1951, "Non-compressed blocks". Whoever asks for a packed bill must be able to unpack it; how
//! small it is matters to nobody here. *Not modelled:* compression, unpacking.

/// A gzip file that holds these bytes.
pub(crate) fn stored(bytes: &[u8]) -> Vec<u8> {
    // Magic, deflate, no flags, no time, no hint, unknown system.
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blocks = bytes.chunks(usize::from(u16::MAX));
    let count = blocks.len();
    for (at, block) in blocks.enumerate() {
        push_block(&mut file, block, at + 1 == count);
    }
    if count == 0 {
        push_block(&mut file, &[], true);
    }
    file.extend(crc32(bytes).to_le_bytes());
    file.extend((bytes.len() as u32).to_le_bytes());
    file
}

fn push_block(file: &mut Vec<u8>, block: &[u8], is_last: bool) {
    let length = block.len() as u16;
    file.push(u8::from(is_last));
    file.extend(length.to_le_bytes());
    file.extend((!length).to_le_bytes());
    file.extend(block);
}

fn crc32(bytes: &[u8]) -> u32 {
    let fold = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    };
    !bytes.iter().fold(!0, fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The usual check value of CRC-32.
    #[test]
    fn the_check_value_is_right() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn each_block_says_its_length_twice() {
        assert_eq!(stored(b"a").get(10..16), Some([1, 1, 0, 0xfe, 0xff, b'a'].as_slice()));
        assert_eq!(stored(b"").len(), 10 + 5 + 8);
        let two = stored(&[7; 65_536]);
        assert_eq!(two.get(10..15), Some([0, 0xff, 0xff, 0, 0].as_slice()));
        assert_eq!(two.len(), 10 + 5 + 65_535 + 5 + 1 + 8);
    }
}

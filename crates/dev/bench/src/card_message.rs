//! The realistic 0200 of a chip card, in our dialects and as plain text.
//!
//! Facts: performance notes, section 2: fields 2, 3, 4, 11, 12, 13, 14, 22, 25, 35, 41, 42, 49, 55 (266 hexadecimal
//! characters), 60, 62, 64; 446 bytes in ASCII with a bitmap of eight bytes. In BCD the chip data are their 133 bytes.
//! Every contender packs from the same list of numbers and values, and looks each of them up as it goes.
//! *Not here:* the MAC's key; field 64 is any bytes, as every contender copies it.

use iso8583::{ASCII87, CUP, Dialect, FrameWriter, Head, Message, Mti, decode, encode};

/// Field numbers and values, in ASCII.
#[must_use]
pub fn fields() -> Vec<(u8, Vec<u8>)> {
    let chip = b"9F2608A1B2C3D4E5F607189F2701809F101307010103A0B0010A010000000000".iter().cycle();
    let texts: [(u8, &[u8]); 15] = [
        (2, b"6222021234567890128"),
        (3, b"000000"),
        (4, b"000000001850"),
        (11, b"000042"),
        (12, b"143059"),
        (13, b"1122"),
        (14, b"2912"),
        (22, b"051"),
        (25, b"00"),
        (35, b"6222021234567890128=29122011234567890"),
        (41, b"12345678"),
        (42, b"123456789012345"),
        (49, b"156"),
        (60, b"22000001000600"),
        (62, b"12345678"),
    ];
    let mut fields: Vec<(u8, Vec<u8>)> =
        texts.iter().map(|(number, text)| (*number, text.to_vec())).collect();
    fields.push((55, chip.copied().take(266).collect()));
    fields.push((64, b"4336DC53".to_vec()));
    fields.sort_by_key(|(number, _)| *number);
    fields
}

/// A dialect to be measured, with its message.
#[derive(Debug)]
pub struct Subject {
    dialect: &'static Dialect,
    fields: Vec<(u8, Vec<u8>)>,
    frame: Vec<u8>,
    message: Message,
    packed: Vec<u8>,
}

impl Subject {
    /// UnionPay: BCD.
    ///
    /// # Panics
    /// If the dialect cannot say the message.
    #[must_use]
    pub fn cup() -> Self {
        let mut fields = fields();
        for (number, value) in &mut fields {
            if *number == 55 {
                let nibble = |c: u8| char::from(c).to_digit(16).unwrap_or(0) as u8;
                *value = value.chunks(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect();
            }
        }
        Self::new(&CUP, fields)
    }

    /// ISO 8583:1987 in ASCII.
    ///
    /// # Panics
    /// If the dialect cannot say the message.
    #[must_use]
    pub fn ascii87() -> Self {
        let mut fields = fields();
        for (number, value) in &mut fields {
            if *number == 64 {
                value.truncate(4);
            }
        }
        Self::new(&ASCII87, fields)
    }

    fn new(dialect: &'static Dialect, fields: Vec<(u8, Vec<u8>)>) -> Self {
        let message = Message::new(Mti::FINANCIAL);
        let mut subject = Self { dialect, fields, frame: Vec::new(), message, packed: Vec::new() };
        assert!(subject.pack() > 0, "the dialect can say the message");
        subject.frame = subject.packed.clone();
        assert!(subject.pack_message() > 0 && subject.packed == subject.frame, "both ways say the same");
        assert!(subject.unpack(), "what it says can be read");
        subject
    }

    /// Unpacks the frame into a message that is reused; whether it could.
    pub fn unpack(&mut self) -> bool {
        let body = self.frame.get(2..).unwrap_or_default();
        decode(self.dialect, body, &mut self.message).is_ok()
    }

    /// Writes every field into a frame in a buffer that is reused; bytes of the frame, 0 when it cannot.
    pub fn pack(&mut self) -> usize {
        self.packed.clear();
        let mut frame = FrameWriter::new(self.dialect, Head::new(Mti::FINANCIAL), &mut self.packed);
        for (number, value) in &self.fields {
            frame.field(*number, value);
        }
        match frame.finish() {
            Ok(()) => self.packed.len(),
            Err(_) => 0,
        }
    }

    /// The same by way of a message that is reused: every field set, then all encoded.
    pub fn pack_message(&mut self) -> usize {
        self.message.clear();
        for (number, value) in &self.fields {
            self.message.set(*number, value);
        }
        self.packed.clear();
        match encode(self.dialect, &self.message, &mut self.packed) {
            Ok(()) => self.packed.len(),
            Err(_) => 0,
        }
    }

    /// The frame.
    #[must_use]
    pub fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// What was unpacked last.
    #[must_use]
    pub const fn message(&self) -> &Message {
        &self.message
    }
}

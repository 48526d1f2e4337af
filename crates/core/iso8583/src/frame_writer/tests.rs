//! Claims about frames that are written field by field, beside the packing rules spelt out character by character.
//!
//! *Not claimed here:* that what is written can be read; the encoder's tests and the peers say that.

use super::*;
use crate::MacKey;
use crate::{ASCII87, CUP, Kind, Length, OddPad, decode, encode, encode_with_mac};
use proptest::prelude::*;

type Fields = Vec<(u8, Vec<u8>)>;

fn head_of(message: &Message) -> Head {
    Head { tpdu: message.tpdu(), header: message.header(), mti: message.mti() }
}

fn written(dialect: &Dialect, head: Head, fields: &Fields) -> Result<Vec<u8>, EncodeError> {
    let mut frame = b"before".to_vec();
    let mut writer = FrameWriter::new(dialect, head, &mut frame);
    for (field, value) in fields {
        writer.field(*field, value);
    }
    let result = writer.finish();
    let frame = frame.strip_prefix(b"before").unwrap().to_vec();
    assert!(result.is_ok() || frame.is_empty(), "a refused frame leaves no trace");
    result.map(|()| frame)
}

fn message_of(head: Head, fields: &Fields) -> Message {
    let mut message = Message::new(head.mti);
    message.set_tpdu(head.tpdu);
    message.set_header(head.header);
    for (field, value) in fields {
        message.set(*field, value);
    }
    message
}

fn encoded(dialect: &Dialect, message: &Message) -> Result<Vec<u8>, EncodeError> {
    let mut frame = Vec::new();
    encode(dialect, message, &mut frame).map(|()| frame)
}

/// The packing rules character by character, for a dialect with a binary length and bitmap; fields by rising number.
fn plainly(dialect: &Dialect, head: Head, fields: &Fields) -> Result<Vec<u8>, EncodeError> {
    let (mut bitmap, mut body) = ([0_u8; 16], Vec::new());
    for (field, value) in fields {
        body.extend(plain_field(dialect, *field, value)?);
        bitmap[usize::from(field - 1) / 8] |= 0x80 >> ((field - 1) % 8);
    }
    let wide = dialect.coding().bitmap_width == BitmapWidth::Always128 || bitmap[8..] != [0; 8];
    if wide {
        bitmap[0] |= 0x80;
    }
    let mut frame = vec![0, 0];
    frame.extend(head.tpdu.0.iter().filter(|_| dialect.envelope().tpdu));
    frame.extend(head.header.0.iter().filter(|_| dialect.envelope().header));
    let mti = format!("{}", head.mti);
    frame.extend(plain_digits(dialect.coding().message_type, mti.as_bytes()));
    frame.extend(&bitmap[..if wide { 16 } else { 8 }]);
    frame.extend(body);
    let bytes = frame.len() - 2;
    frame[..2].copy_from_slice(&(bytes as u16).to_be_bytes());
    Ok(frame)
}

fn plain_field(dialect: &Dialect, field: u8, value: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let spec = dialect.field(field).ok_or(EncodeError::NotInDialect { field })?;
    let (max, given) = (usize::from(spec.length.max()), value.len());
    let fixed = matches!(spec.length, Length::Fixed(_));
    let ascii = dialect.coding().digits == DigitCoding::Ascii;
    let exact = matches!(spec.kind, Kind::Binary | Kind::Signed) || spec.kind == Kind::Track && ascii;
    if given > max || fixed && exact && given < max {
        return Err(EncodeError::WrongLength { field, max, given });
    }
    let fits = |(at, byte): (usize, u8)| match spec.kind {
        Kind::Digits => byte.is_ascii_digit(),
        // In BCD, D is the separator.
        Kind::Track => byte.is_ascii_digit() || b"ABCEF=".contains(&byte) || ascii && byte == b'D',
        Kind::Signed if at == 0 => b"CD".contains(&byte),
        Kind::Signed => byte.is_ascii_digit(),
        Kind::Text | Kind::Binary => true,
    };
    if let Some(at) = value.iter().copied().enumerate().position(|place| !fits(place)) {
        return Err(EncodeError::NotADigit { field, at });
    }
    let fill = vec![if spec.kind == Kind::Text { b' ' } else { b'0' }; if fixed { max - given } else { 0 }];
    let filled = if spec.kind == Kind::Text { [value, &fill].concat() } else { [&fill, value].concat() };
    let length = match (spec.length, dialect.coding().lengths) {
        (Length::Fixed(_), _) => Vec::new(),
        (Length::Ll(_), coding) => plain_digits(coding, format!("{given:02}").as_bytes()),
        (Length::Lll(_), DigitCoding::Bcd) => {
            plain_digits(DigitCoding::Bcd, format!("{given:04}").as_bytes())
        }
        (Length::Lll(_), DigitCoding::Ascii) => format!("{given:03}").into_bytes(),
    };
    let packs = matches!(spec.kind, Kind::Digits | Kind::Track) && !ascii;
    let packed = match spec.odd_pad {
        _ if !packs => filled,
        OddPad::Left if filled.len() % 2 == 1 => plain_digits(DigitCoding::Bcd, &[b"0", &*filled].concat()),
        _ => plain_digits(DigitCoding::Bcd, &filled),
    };
    Ok([length, packed].concat())
}

fn plain_digits(coding: DigitCoding, characters: &[u8]) -> Vec<u8> {
    let nibble = |byte: u8| if byte == b'=' { 13 } else { char::from(byte).to_digit(16).unwrap() as u8 };
    let pair = |pair: &[u8]| nibble(pair[0]) << 4 | pair.get(1).map_or(0, |&low| nibble(low));
    match coding {
        DigitCoding::Ascii => characters.to_vec(),
        DigitCoding::Bcd => characters.chunks(2).map(pair).collect(),
    }
}

/// Fields of a sound message, of which some are cut, go on too long, or have another character somewhere; and fields
/// that the dialect may not have.
fn any_fields(dialect: &'static Dialect) -> impl Strategy<Value = (Head, Fields)> {
    let spoil = (any::<prop::sample::Index>(), 0..12_u8, any::<prop::sample::Index>(), any::<u8>());
    let stray = (2..=128_u8, proptest::collection::vec(any::<u8>(), 0..8));
    let spoils = proptest::collection::vec(spoil, 0..3);
    (crate::fuzz::any_message(dialect), spoils, proptest::option::weighted(0.2, stray)).prop_map(
        |(message, spoils, stray)| {
            let mut fields: Fields = message.fields().map(|(field, value)| (field, value.to_vec())).collect();
            for (which, how, at, byte) in spoils {
                let place = which.index(fields.len().max(1));
                let Some((_, value)) = fields.get_mut(place) else { continue };
                match how {
                    0..5 => value.truncate(at.index(value.len() + 1)),
                    5 => value.extend([byte; 3]),
                    6 if !value.is_empty() => {
                        let place = at.index(value.len());
                        value[place] = byte;
                    }
                    _ => {}
                }
            }
            fields.extend(stray);
            fields.sort();
            fields.dedup_by_key(|(field, _)| *field);
            (head_of(&message), fields)
        },
    )
}

fn all_ways_agree(dialect: &Dialect, head: Head, fields: &Fields, order: &[prop::sample::Index]) {
    let plain = plainly(dialect, head, fields);
    assert_eq!(written(dialect, head, fields), plain);
    assert_eq!(encoded(dialect, &message_of(head, fields)), plain);
    let mut shuffled = fields.clone();
    for (at, index) in order.iter().enumerate().take(fields.len()) {
        shuffled.swap(at, index.index(fields.len()));
    }
    // What is said first is said twice, and counts once.
    if let Some((field, _)) = shuffled.last().cloned().filter(|_| plain.is_ok()) {
        shuffled.insert(0, (field, b"1".repeat(usize::from(dialect.field(field).unwrap().length.max()))));
        if dialect.field(field).unwrap().kind == Kind::Signed {
            shuffled.remove(0);
        }
    }
    match (written(dialect, head, &shuffled), plain) {
        (Ok(frame), plain) => assert_eq!(Ok(frame), plain),
        // Of several errors, the first that is written counts.
        (Err(_), plain) => assert!(plain.is_err()),
    }
}

fn macs_agree(dialect: &Dialect, head: Head, fields: &Fields) {
    let key = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);
    let mut expected = Vec::new();
    let result = encode_with_mac(dialect, &message_of(head, fields), &key, &mut expected);
    let mut frame = Vec::new();
    let mut writer = FrameWriter::with_mac(dialect, head, &key, &mut frame);
    for (field, value) in fields {
        writer.field(*field, value);
    }
    assert_eq!((writer.finish(), &frame), (result, &expected));
    if result.is_ok() {
        let body = &frame[dialect.envelope().length.bytes()..];
        assert_eq!(crate::verify_mac(dialect, body, &key), Ok(()));
    }
}

proptest! {
    #[test]
    fn unionpay_is_written_as_the_rules_say(
        (head, fields) in any_fields(&CUP), order in any::<[prop::sample::Index; 12]>(),
    ) {
        all_ways_agree(&CUP, head, &fields, &order);
        macs_agree(&CUP, head, &fields);
    }

    #[test]
    fn ascii_is_written_as_the_rules_say(
        (head, fields) in any_fields(&ASCII87), order in any::<[prop::sample::Index; 12]>(),
    ) {
        all_ways_agree(&ASCII87, head, &fields, &order);
        macs_agree(&ASCII87, head, &fields);
    }
}

/// Field 70 is the second dialect's, as if a network had added it.
fn wide() -> Dialect {
    let text = format!("{}  70: {{ kind: n, fixed: 3, fill: left, name: network code }}\n", crate::CUP_FILE);
    Dialect::parse(&text).unwrap()
}

#[test]
fn a_field_of_either_half_finds_its_place_behind_the_second_bitmap() {
    let (dialect, head) = (wide(), Head::new(Mti::NETWORK));
    let rising: Fields = vec![(11, b"000042".into()), (41, b"12345678".into()), (70, b"301".into())];
    let expected = plainly(&dialect, head, &rising);
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for order in orders {
        let fields: Fields = order.iter().map(|&at| rising[at].clone()).collect();
        assert_eq!(written(&dialect, head, &fields), expected, "{order:?}");
    }
    let again = [&rising[..], &rising[..]].concat();
    assert_eq!(written(&dialect, head, &again), expected);
}

#[test]
fn the_first_error_counts_and_nothing_mends_it() {
    let head = Head::new(Mti::FINANCIAL);
    let fields: Fields = vec![(3, b"00000x".into()), (3, b"000000".into()), (5, b"1".into())];
    assert_eq!(written(&CUP, head, &fields), Err(EncodeError::NotADigit { field: 3, at: 5 }));
}

#[test]
fn a_field_behind_the_mac_is_refused_and_one_in_its_place_is_passed_over() {
    let key = MacKey::new([7; 8]);
    let wide = wide();
    let mut frame = Vec::new();
    let mut writer = FrameWriter::with_mac(&wide, Head::new(Mti::FINANCIAL), &key, &mut frame);
    writer.field(64, b"whatever it is").field(11, "000001");
    assert_eq!(writer.finish(), Ok(()));
    let mut message = Message::new(Mti::SIGN_ON);
    decode(&wide, &frame[2..], &mut message).unwrap();
    assert_eq!(message.fields().map(|(field, _)| field).collect::<Vec<_>>(), [11, 64]);
    frame.clear();
    let mut writer = FrameWriter::with_mac(&wide, Head::new(Mti::FINANCIAL), &key, &mut frame);
    writer.field(70, "301");
    assert_eq!(writer.finish(), Err(EncodeError::FieldAfterMac { field: 70 }));
}

#[test]
fn a_reply_goes_back_to_its_sender() {
    let mut request = Message::new(Mti::FINANCIAL);
    request.set_tpdu(Tpdu([0x60, 0, 1, 0, 2]));
    let head = Head::reply_to(&request);
    assert_eq!((head.mti, head.tpdu), (Mti::FINANCIAL_REPLY, Tpdu([0x60, 0, 2, 0, 1])));
}

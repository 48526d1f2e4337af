//! ISO 8583 frames to messages and back, with dialects as data.
//!
//! A frame on the wire is a length and a body, and a body is `TPDU(5) header(6) MTI(2) bitmap(8 or 16) fields`, as China
//! UnionPay terminals speak it, or only some of that. [`Framer`] cuts a byte stream into bodies, [`decode()`] turns a body
//! into a [`Message`], [`encode()`] turns a message into a whole frame, and a [`FrameWriter`] writes one field by field,
//! without a message. What all of them look like is data: a [`Dialect`] is read from a file, and two are built in, [`CUP`]
//! and [`ASCII87`].
//!
//! What a message says is one level up: [`Field60`] and its neighbours read and write sub-fields, [`MacKey`] and its
//! neighbours are the keys, [`CUP_TRANSACTIONS`] tells what a message is about, and [`reply_code()`] what an answer means.
//!
//! *Not modelled:* TLS, EBCDIC, chip data inside field 55, and the SM4 variant of the keys.

mod bcd;
mod data_file;
mod decode;
mod dialect;
mod dialect_file;
mod digits;
mod encode;
mod encode_error;
mod envelope;
mod f48;
mod f54;
mod f59;
mod f60;
mod f61;
mod f62;
mod field_bytes;
mod frame_writer;
mod framer;
pub mod fuzz;
mod keys;
mod mac;
mod message;
mod mti;
mod pan;
mod pin;
mod quick;
mod ready_key;
mod reply_code;
mod transaction;
mod words;

pub use data_file::{DialectError, Provenance};
pub use decode::{DecodeError, Fault, Part, decode};
pub use dialect::{
    BitmapCoding, BitmapWidth, Coding, Dialect, DigitCoding, Envelope, FieldSpec, Kind, Length, LengthPrefix,
    MacPlace, OddPad,
};
pub use dialect_file::{ASCII87, ASCII87_FILE, CUP, CUP_FILE};
pub use digits::Digits;
pub use encode::{encode, encode_with_mac};
pub use encode_error::EncodeError;
pub use envelope::{Header, Tpdu};
pub use f48::{BatchDetail, CardTotals, SettlementTotals, TotalsVerdict};
pub use f54::{Balance, Sign};
pub use f59::{Field59, Tag, TooLong};
pub use f60::Field60;
pub use f61::Field61;
pub use f62::{Field62, KeyError, KeyLayout, KeyUse, WorkingKeys};
pub use frame_writer::{FrameWriter, Head};
pub use framer::{FrameError, Framer};
pub use keys::{DesKey, MacKey, PinKey, Tdes, TrackKey};
pub use mac::{MacAlgorithm, MacError, cup_ecb, set_mac, verify_mac, x9_9, x9_19};
pub use message::Message;
pub use mti::Mti;
pub use pan::{Pan, PanError};
pub use pin::{Pin, PinError};
pub use ready_key::{AnyMacKey, ReadyMacKey};
pub use reply_code::{
    CODES_FILE, FollowUp, REPLY_CODES, ReplyClass, ReplyCode, parse_codes, reply_code, reply_entry,
};
pub use transaction::{
    CUP_TRANSACTIONS, SettlementSide, TRANSACTIONS_FILE, Transaction, TransactionKey, TransactionRow,
    TransactionTable,
};

//! ISO 8583 frames to messages and back, with dialects as data.
//!
//! A frame on the wire is `length(2) TPDU(5) header(6) MTI(2) bitmap(8 or 16) fields`, as China UnionPay
//! terminals speak it. [`Framer`] cuts a byte stream into bodies (all of a frame but its length),
//! [`decode()`] turns a body into a [`Message`], [`encode()`] turns a message into a whole frame.
//! What a field looks like is data: a [`Dialect`] is a table, and [`CUP`] is the UnionPay one.
//!
//! Not modelled: the telephone block that some hosts insert after the TPDU, the `REFRESH` keep-alive
//! (it surfaces as [`FrameError::TooLong`]), TLS, and the SM4 variant of the keys.

mod bcd;
mod cup;
mod decode;
mod dialect;
mod digits;
mod encode;
mod envelope;
mod f48;
mod f54;
mod f59;
mod f60;
mod f61;
mod f62;
mod framer;
pub mod fuzz;
mod keys;
mod mac;
mod message;
mod mti;
mod pan;
mod pin;
mod reply_code;

pub use cup::CUP;
pub use decode::{DecodeError, Fault, Part, decode};
pub use dialect::{Dialect, FieldSpec, Kind, Length, OddPad};
pub use digits::Digits;
pub use encode::{EncodeError, encode, encode_with_mac};
pub use envelope::{Header, Tpdu};
pub use f48::{BatchDetail, CardTotals, SettlementTotals, TotalsVerdict};
pub use f54::{Balance, Sign};
pub use f59::{Field59, Tag, TooLong};
pub use f60::Field60;
pub use f61::Field61;
pub use f62::{Field62, KeyError, KeyLayout, KeyUse, WorkingKeys};
pub use framer::{FrameError, Framer};
pub use keys::{DesKey, MacKey, PinKey, Tdes, TrackKey};
pub use mac::{MacAlgorithm, MacError, cup_ecb, set_mac, verify_mac, x9_9, x9_19};
pub use message::Message;
pub use mti::Mti;
pub use pan::{Pan, PanError};
pub use pin::{Pin, PinError, pin_block_iso0};
pub use reply_code::{FollowUp, REPLY_CODES, ReplyClass, ReplyCode, reply_code, reply_entry};

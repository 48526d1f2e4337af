//! The electronic voucher beside the paper: what a terminal uploads for every captured payment, and what is said about it.
//!
//! | module | holds |
//! |---|---|
//! | [`voucher`] | [`Voucher`]: what was paid, where, when and in which format |
//! | [`number`] | [`Number`]: what a voucher is known by, worked out from what it says |
//! | `document` | the voucher as JSON, format 1 and format 2, and back |
//! | [`envelope`] | [`Envelope`]: who says something, what, and the seal over its exact bytes |
//! | [`upload`] | terminal to back office and back, over HTTP |
//! | [`verification`] | back office to acquirer and back: does this charge stand? |
//! | [`fuzz`] | claims for a fuzzer |
//!
//! Terminal, back office and acquirer all speak through here, so that none needs to know the other.
//!
//! *Not modelled:* seals that only the terminal can make. The key is shared, so a back office could make a voucher
//! itself; a signature would end that and move no fault. Key exchange, TLS, pictures of the slip.

mod document;
pub mod envelope;
pub mod fuzz;
pub mod number;
pub mod upload;
pub mod verification;
pub mod voucher;

pub use document::announced_format;
pub use envelope::{Envelope, EnvelopeError, Seal, SealKey};
pub use number::Number;
pub use upload::{Answer, AnswerError, Outcome, Reason, Sealed};
pub use verification::{Finding, Question};
pub use voucher::{Fault, Format, Kind, Voucher};

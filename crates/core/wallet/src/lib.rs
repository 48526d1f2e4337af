//! What terminals and wallet gateways say to each other over HTTP: WeChat Pay v2 dialect.
//!
//! Layers, each usable alone: [`http`] frames HTTP/1.1, [`xml`] reads and writes the flat XML documents,
//! [`sign`] signs them, [`messages`] gives them meaning. Terminal and acquirer both speak through here,
//! so that neither needs to know the other.
//!
//! Amounts are whole fen. Not modelled: v3 (JSON, RSA), TLS, payment-code payments, refunds.

pub mod http;
pub mod messages;
pub mod sign;
pub mod xml;

//! What terminals and wallet gateways say to each other over HTTP: WeChat Pay v2 and v3, Alipay's gateway and its v3.
//!
//! | module | holds |
//! |---|---|
//! | [`exchange`] | a request and its answer without their transport; which dialect a path belongs to |
//! | [`platform`] | [`platform::Platform`]: one way in and one way out for every dialect |
//! | [`ask`], [`told`] | what is asked and what was decided, in no dialect's words |
//! | [`notice`] | notifications, what their receivers say to them, and when they are repeated |
//! | [`keys`], [`rsa_key`], [`sign`] | who holds which keys; RSA; MD5 and HMAC |
//! | [`amount`], [`moment`] | money to the fen, moments and days, as they are written |
//! | [`xml`], [`http`] | the flat documents of v2; HTTP/1.1 for the virtual world |
//! | [`messages`] | the terminal's side of v2: orders that it shows, whole messages to and from bytes |
//!
//! Terminal and acquirer both speak through here, so that neither needs to know the other. Nobody here knows orders or
//! balances: whoever decides stands between [`platform::Platform::hear`] and [`platform::Platform::answer`].
//!
//! *Not modelled:* TLS and its client certificates, content encryption of Alipay, payments inside apps and pages.

mod alipay;
pub mod amount;
pub mod ask;
mod cipher;
pub mod exchange;
mod form;
pub mod fuzz;
mod gzip;
pub mod http;
mod json;
pub mod keys;
pub mod messages;
pub mod moment;
pub mod notice;
pub mod platform;
pub mod rsa_key;
pub mod sign;
pub mod told;
mod wechat_v2;
mod wechat_v3;
pub mod xml;

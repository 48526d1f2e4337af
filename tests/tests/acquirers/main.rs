//! Other people's payment SDKs, unmodified, pay at `tillrig serve acquirer`, in good weather and in bad.
//!
//! - wechatpayv3: WeChat Pay v3, by the platform's public key and by its certificates
//! - python-alipay-sdk: Alipay's gateway
//! - pyiso8583 and pycryptodomex: a card terminal
//!
//! The SDKs go to the platforms' own hosts; only their environment is changed, as `client.env` says. What they conclude
//! is their own: whether a signature holds, whether an answer can be read. What happened to the money is asked at the
//! side door.
//!
//! | file | holds |
//! |---|---|
//! | `wechat`, `alipay`, `card` | the tests |
//! | `served` | the program, its news and its side door |
//! | `client` | an SDK in its script |

mod alipay;
mod card;
mod client;
mod served;
mod wechat;

use std::error::Error;

type Checked = Result<(), Box<dyn Error>>;

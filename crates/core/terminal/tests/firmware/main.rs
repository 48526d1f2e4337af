//! Claims about the firmware, with the test in the place of host, gateway and printer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alipay;
mod counter;
mod driver;
mod gateway;
mod payments;

//! Other people's printer drivers, unmodified, print a receipt on our printer and ask how it is.
//!
//! - python-escpos, over TCP, over a serial port, and over a device file
//! - node-thermal-printer, over TCP and over a device file
//! - receiptio, over TCP
//! - @point-of-sale/receipt-printer-encoder, over TCP and over a device file
//! - the Rust crate `escpos`, over TCP and over a serial port
//!
//! Each must be understood to the last byte, and each must conclude by itself that the paper is out, or the cover
//! open. A pseudo-terminal stands for a serial port, and its path for a device file.
//!
//! | file | holds |
//! |---|---|
//! | `printing`, `concluding`, `recorded` | the tests |
//! | `receipt` | what the receipt must be, as bytes, as text, and as a picture |
//! | `client`, `rust_driver` | the drivers |
//! | `printer_at_hand`, `live` | the printer at the other end of the cable |
//! | `paper` | what can be seen on a receipt |

mod client;
mod concluding;
mod live;
mod paper;
mod printer_at_hand;
mod printing;
mod receipt;
mod recorded;
mod rust_driver;
mod served;

use std::error::Error;

type Checked = Result<(), Box<dyn Error>>;

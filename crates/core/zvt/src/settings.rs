//! What is fixed about a terminal before any register comes.
//!
//! *Not modelled:* several currencies at once.

use crate::bcd::{Currency, Password, TerminalId};
use crate::timers::Timers;
use sim::Port;

/// How a terminal is set up towards its register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the register is plugged in.
    pub port: Port,
    /// What the register is plugged in by.
    pub transport: Transport,
    /// How long each side waits.
    pub timers: Timers,
    /// What the register must know; `None` lets every one in.
    pub password: Option<Password>,
    /// The terminal's number.
    pub terminal_id: TerminalId,
    /// What amounts are in.
    pub currency: Currency,
    /// The state after a registration, as bits: 01 initialisation, 02 diagnosis needed, 10 vending machine.
    pub status_byte: u8,
    /// Whether commands are refused until a register has registered. The published text lets a payment pass.
    pub needs_registration: bool,
    /// Whether receipts go out in blocks even to who did not list 06 D3, as some terminals do.
    pub always_blocks: bool,
    /// The most data of one message in either direction; at least 255.
    pub max_data_bytes: u16,
    /// What the device is called.
    pub device_name: String,
    /// Of its software.
    pub software_version: String,
    /// Of the device; eight digits.
    pub serial_no: u64,
}

/// What a register is plugged in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Bare messages, over TCP; 20007 is the usual port.
    Tcp,
    /// Frames with a check sum, over a serial line of 9600 baud and two stop bits.
    Serial,
}

impl Settings {
    /// A terminal of this number on TCP, in euros, that lets everybody in.
    #[must_use]
    pub fn tcp(port: Port, terminal_id: TerminalId) -> Self {
        Self {
            port,
            transport: Transport::Tcp,
            timers: Timers::PUBLISHED,
            password: None,
            terminal_id,
            currency: Currency::EUR,
            status_byte: 0,
            needs_registration: false,
            always_blocks: false,
            max_data_bytes: 4096,
            device_name: "Tillrig".to_owned(),
            software_version: env!("CARGO_PKG_VERSION").to_owned(),
            serial_no: 1,
        }
    }
}

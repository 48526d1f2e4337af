//! What a rig file says, as checked values: who plays each role, and how the roles are joined.
//!
//! Source: "Scenario and rig files" of the design. *Not modelled:* real and spied-on equipment, power
//! switches; the first rigs are emulated throughout, over memory, pseudo-terminals and TCP.

use crate::vocabulary::vocabulary;
use core::net::SocketAddr;

/// A rig: who plays the terminal, the printer and the acquirer, and what runs between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rig {
    /// What people call it.
    pub name: String,
    /// Who plays the terminal.
    pub terminal: Role,
    /// Who plays the printer.
    pub printer: Role,
    /// Who plays the acquirer.
    pub acquirer: Role,
    /// Between terminal and printer.
    pub printer_link: PrinterConnection,
    /// Between terminal and acquirer.
    pub acquirer_link: AcquirerConnection,
    /// The scenarios that this rig runs when none is named, relative to the catalogue folder, with `/`.
    pub scenarios: Vec<String>,
}

vocabulary! {
    /// Who plays a part.
    Role {
        Emulated = "emulated", "Tillrig's own emulation.";
    }
}

/// How terminal and printer are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterConnection {
    /// Inside the process.
    Memory,
    /// A pseudo-terminal that behaves like a serial line.
    Pty {
        /// The line rate in bits per second.
        baud_bps: u32,
    },
}

/// How terminal and acquirer are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcquirerConnection {
    /// Inside the process.
    Memory,
    /// A TCP connection to this address; port 0 takes any free one.
    Tcp {
        /// Where the acquirer listens.
        address: SocketAddr,
    },
}

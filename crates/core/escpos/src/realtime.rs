//! Real-time commands: the values, and the snooper that finds them as bytes arrive.
//!
//! A printer executes `DLE EOT`, `DLE ENQ` and `DLE DC4` when the bytes are *received*: inside image data, inside
//! another command's parameters, offline, or in error. The bytes stay in the normal stream as well.
//! Facts: printer research, section 0 row 1, section 1 (length table), sections 3.1 and 4.
//! Not modelled: that some printers ignore real-time commands while they send block data, or lose requests sent
//! back to back; both belong to the printer.

/// A whole real-time command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realtime {
    /// `DLE EOT n [a]`: send a status byte now. `a` stands only with n = 0, 7, 8 and 18.
    Status {
        /// Which status.
        n: u8,
        /// Its sub-selection.
        a: Option<u8>,
    },
    /// `DLE ENQ n`: 0 acts as the FEED button, 1 recovers and restarts the line, 2 clears and recovers.
    Request(u8),
    /// `DLE DC4 1 m t`: drawer pulse.
    Pulse {
        /// Connector pin.
        pin: crate::DrawerPin,
        /// On time and off time, units of 100 ms, 1-8.
        time_100ms: u8,
    },
    /// `DLE DC4 2 1 8`: power off.
    PowerOff,
    /// `DLE DC4 3 …`: sound the buzzer with these five parameters.
    Buzzer([u8; 5]),
    /// `DLE DC4 7 n`: send a status block now.
    Transmit(u8),
    /// `DLE DC4 8 1 3 20 1 6 2 8`: clear every buffer, and answer with [`Reply::Cleared`](crate::Reply::Cleared).
    Clear,
}

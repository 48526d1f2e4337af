//! What a printer says of itself: answers to `GS I`, and which statuses it has.
//!
//! Facts: printer sources, sections 3.1 to 3.4. *Not modelled:* user settings that change it.

/// What one model says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `GS I 66`.
    pub maker: &'static str,
    /// `GS I 67`.
    pub model: &'static str,
    /// `GS I 65`.
    pub firmware: &'static str,
    /// `GS I 68`.
    pub serial_number: &'static str,
    /// `GS I 1`.
    pub model_id: u8,
}

impl Identity {
    /// A counter printer of the T88 class.
    pub const EPSON_80: Self = Self {
        maker: "EPSON",
        model: "TM-T88V",
        firmware: "30.21 ESC/POS",
        serial_number: "J4VF000000",
        model_id: 0x20,
    };
}

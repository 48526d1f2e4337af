//! What a printer says of itself: answers to `GS I`, and which statuses and habits its family has.
//!
//! Facts: printer sources, sections 3.1 to 3.5, 4 and 8. The texts of firmware, serial number and fonts are made up
//! in the form of their family. *Not modelled:* ink, labels, and other languages than ESC/POS.

use core::time::Duration;

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
    /// `GS I 69`: the language of multibyte fonts; empty if there are none.
    pub font_language: &'static str,
    /// `GS I 1`.
    pub model_id: u8,
    /// `GS I 3`.
    pub rom_version: u8,
    /// Other `GS I` of this model, 33 apart, with their texts: 35, 36, 96 and 110 (header 3Dh), 111 and 112 (5Fh).
    pub more: &'static [(u8, &'static str)],
    /// Statuses of parts that this model has and that never have anything to say: n and a of `DLE EOT`.
    pub quiet_statuses: &'static [(u8, u8)],
    /// Whose statuses it has.
    pub family: Family,
    /// Fourth byte of an automatic status: some models fix its low four bits at 1.
    pub asb_low_bits: bool,
    /// What automatic status is on for at power-on, as `GS a n`.
    pub asb_at_start: u8,
    /// Whether opening and closing the cover clears a recoverable error.
    pub cover_recovers: bool,
    /// Whether FEED clears a recoverable error.
    pub feed_recovers: bool,
    /// How long it waits before it goes online again with new paper, until `GS z 0` says otherwise.
    pub recovery_wait: Duration,
}

/// Which maker's own statuses a printer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Those that all have.
    Epson,
    /// The ejector byte, and `DLE EOT` 17 and 20.
    Custom,
}

impl Identity {
    /// A counter printer of the T88 class.
    pub const EPSON_80: Self = Self {
        maker: "EPSON",
        model: "TM-T88V",
        firmware: "30.21 ESC/POS",
        serial_number: "J4VF000000",
        font_language: "CHINA GB18030",
        model_id: 0x20,
        rom_version: 0x08,
        more: &[],
        quiet_statuses: &[(18, 1)],
        family: Family::Epson,
        asb_low_bits: true,
        asb_at_start: 0,
        cover_recovers: false,
        feed_recovers: false,
        recovery_wait: Duration::from_millis(500),
    };

    /// A kiosk printer of the KPM class.
    pub const CUSTOM_80: Self = Self {
        maker: "CUSTOM",
        model: "KPM210H",
        firmware: "1.03",
        serial_number: "KPM0000001",
        model_id: 0x20,
        quiet_statuses: &[],
        family: Family::Custom,
        asb_low_bits: false,
        cover_recovers: true,
        recovery_wait: Duration::ZERO,
        ..Self::EPSON_80
    };

    /// A 58 mm clone.
    pub const CLONE_58: Self = Self {
        maker: "POS",
        model: "POS-5890",
        firmware: "1.0",
        serial_number: "0000000001",
        font_language: "",
        quiet_statuses: &[],
        asb_low_bits: false,
        recovery_wait: Duration::ZERO,
        ..Self::EPSON_80
    };
}

//! The status bytes that a printer sends, as sets of flags over their fixed bits.
//!
//! The families tell themselves apart by fixed bits: `0xx1xx10` answers `DLE EOT`, `0xx1xx00` starts an automatic
//! status, `0xx0xxxx` is its rest or an answer to `GS r`; XON is 11h and XOFF 13h. A value here can only be built
//! from the flags of its family, so no byte can leave it.
//! Facts: printer sources, section 0 row 3, sections 3.1 to 3.3 and 3.5; section 8 for the ejector byte.
//! Not modelled: the ink, extended and Star status formats.

/// XON: the printer takes data again.
pub const XON: u8 = 0x11;
/// XOFF: the printer's receive buffer is full.
pub const XOFF: u8 = 0x13;
/// First byte of the block replies: process id, offline response, buffer cleared.
pub const BLOCK_HEADER: u8 = 0x37;
/// First byte of printer information A.
pub const INFO_A_HEADER: u8 = 0x3D;
/// First byte of printer information B: firmware, maker, model, serial number, counters.
pub const INFO_B_HEADER: u8 = 0x5F;
/// Block id of the process id answer.
pub const BLOCK_PROCESS_ID: u8 = 0x22;
/// Block id of "every buffer is cleared".
pub const BLOCK_CLEARED: u8 = 0x25;
/// The whole answer to `DLE DC4 8`.
pub const CLEARED: [u8; 3] = [BLOCK_HEADER, BLOCK_CLEARED, 0];
/// The whole notice before a power-off.
pub const POWER_OFF_NOTICE: [u8; 3] = [0x3B, 0x30, 0];

/// The whole answer to `GS ( H` function 48.
#[must_use]
pub fn process_id_reply(id: [u8; 4]) -> [u8; 7] {
    let [a, b, c, d] = id;
    [BLOCK_HEADER, BLOCK_PROCESS_ID, a, b, c, d, 0]
}

/// Bits of `GS a n` that enable automatic status.
pub mod asb_enable {
    /// Changes of the drawer signal.
    pub const DRAWER: u8 = 0x01;
    /// Changes between online and offline.
    pub const ONLINE: u8 = 0x02;
    /// Changes of the error state.
    pub const ERROR: u8 = 0x04;
    /// Changes of the paper sensors.
    pub const PAPER: u8 = 0x08;
    /// Changes of the panel button.
    pub const PANEL: u8 = 0x40;
}

/// One status byte type: its fixed bits, and the flags over the others.
macro_rules! status_byte {
    ($(#[$doc:meta])* $name:ident = $base:literal { $($(#[$flag_doc:meta])* $flag:ident = $bits:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(u8);

        impl $name {
            $($(#[$flag_doc])* pub const $flag: Self = Self($bits);)*

            /// The bits that are the same in every byte of this type.
            const FIXED: u8 = $base;
            /// The bits that a flag may set.
            const FREE: u8 = 0 $(| $bits)*;

            /// No flag set.
            pub const NONE: Self = Self(0);

            /// The byte on the wire.
            #[must_use]
            pub const fn to_byte(self) -> u8 {
                self.0 | Self::FIXED
            }

            /// From a byte on the wire; `None` when its fixed bits are not of this type, or a reserved bit is set.
            #[must_use]
            pub const fn from_byte(byte: u8) -> Option<Self> {
                if byte & !Self::FREE == Self::FIXED { Some(Self(byte & Self::FREE)) } else { None }
            }

            /// True when all of these flags are set.
            #[must_use]
            pub const fn contains(self, flags: Self) -> bool {
                self.0 & flags.0 == flags.0
            }

            /// True when any of these flags is set.
            #[must_use]
            pub const fn intersects(self, flags: Self) -> bool {
                self.0 & flags.0 != 0
            }

            /// These flags, and the given ones too if the condition holds.
            #[must_use]
            pub const fn with(self, flags: Self, condition: bool) -> Self {
                if condition { Self(self.0 | flags.0) } else { self }
            }
        }

        impl core::ops::BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }
    };
}

status_byte! {
    /// Answer to `DLE EOT 1`.
    PrinterStatus = 0x12 {
        /// Drawer pin 3 is HIGH.
        DRAWER_HIGH = 0x04,
        /// Offline.
        OFFLINE = 0x08,
        /// Waiting for online recovery.
        WAITING_RECOVERY = 0x20,
        /// FEED is pressed.
        FEED_PRESSED = 0x40,
    }
}

status_byte! {
    /// Answer to `DLE EOT 2`: why the printer is offline.
    OfflineCause = 0x12 {
        /// The cover is open.
        COVER_OPEN = 0x04,
        /// Paper is being fed by the FEED button.
        FEEDING = 0x08,
        /// Printing stopped on paper end.
        PAPER_STOP = 0x20,
        /// An error is present: ask `DLE EOT 3`.
        ERROR = 0x40,
    }
}

status_byte! {
    /// Answer to `DLE EOT 3`: which error.
    ErrorCause = 0x12 {
        /// Recoverable mechanical error: jam, black mark.
        MECHANICAL = 0x04,
        /// Autocutter.
        CUTTER = 0x08,
        /// Unrecoverable.
        UNRECOVERABLE = 0x20,
        /// Goes away by itself: hot head, cover opened while printing.
        AUTO_RECOVERABLE = 0x40,
    }
}

status_byte! {
    /// Answer to `DLE EOT 4`: paper sensors.
    PaperStatus = 0x12 {
        /// Little paper is left (both bits).
        NEAR_END = 0x0C,
        /// No paper (both bits).
        END = 0x60,
    }
}

status_byte! {
    /// First byte of an automatic status.
    AsbPrinter = 0x10 {
        /// Drawer pin 3 is HIGH.
        DRAWER_HIGH = 0x04,
        /// Offline.
        OFFLINE = 0x08,
        /// The cover is open.
        COVER_OPEN = 0x20,
        /// Paper is being fed by the FEED button.
        FEEDING = 0x40,
    }
}

status_byte! {
    /// Second byte of an automatic status.
    AsbError = 0x00 {
        /// Waiting for online recovery.
        WAITING_RECOVERY = 0x01,
        /// FEED is pressed; on the Citizen PPU, paper jam in the presenter.
        FEED_PRESSED = 0x02,
        /// Recoverable mechanical error.
        MECHANICAL = 0x04,
        /// Autocutter.
        CUTTER = 0x08,
        /// Unrecoverable.
        UNRECOVERABLE = 0x20,
        /// Goes away by itself.
        AUTO_RECOVERABLE = 0x40,
    }
}

status_byte! {
    /// Third byte of an automatic status.
    AsbPaper = 0x00 {
        /// Little paper is left (both bits).
        NEAR_END = 0x03,
        /// No paper (both bits).
        END = 0x0C,
        /// Model's own.
        RESERVED = 0x20,
        /// Model's own: black mark.
        MARK = 0x40,
    }
}

status_byte! {
    /// Fourth byte of an automatic status.
    AsbReserved = 0x00 {
        /// Some models fix the low four bits at 1.
        LOW_BITS = 0x0F,
        /// Model's own.
        RESERVED = 0x60,
    }
}

status_byte! {
    /// Answer to `GS r 1`. A printer that is out of paper is offline and never gets to send it, so there is no
    /// "paper end" to see in practice.
    QueuedPaper = 0x00 {
        /// Little paper is left (both bits).
        NEAR_END = 0x03,
        /// No paper (both bits); on the Citizen PPU-700 bit 3 means paper at the presenter.
        END = 0x0C,
    }
}

status_byte! {
    /// Answer to `GS r 2`.
    QueuedDrawer = 0x00 {
        /// Drawer pin 3 is HIGH.
        DRAWER_HIGH = 0x01,
    }
}

status_byte! {
    /// Answer to `GS e 6` (Custom family). It has no fixed bits, so a host must know that it comes.
    EjectorStatus = 0x00 {
        /// Little paper is left.
        NEAR_END = 0x01,
        /// Paper is present at the end sensor (set means paper is there).
        PAPER_PRESENT = 0x04,
        /// A ticket stands in the output.
        TICKET_AT_OUTPUT = 0x08,
        /// The paper motor runs.
        PAPER_MOTOR = 0x10,
        /// The ejector motor runs.
        EJECTOR_MOTOR = 0x20,
        /// Error.
        ERROR = 0x40,
        /// Paper jam.
        JAM = 0x80,
    }
}

/// A whole automatic status: four bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AsbStatus {
    /// Drawer, online, cover, FEED.
    pub printer: AsbPrinter,
    /// Errors.
    pub error: AsbError,
    /// Paper sensors.
    pub paper: AsbPaper,
    /// Model's own.
    pub reserved: AsbReserved,
}

impl AsbStatus {
    /// The bytes on the wire.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 4] {
        [self.printer.to_byte(), self.error.to_byte(), self.paper.to_byte(), self.reserved.to_byte()]
    }

    /// From the wire; `None` when a byte is not of its family.
    #[must_use]
    pub fn from_bytes([first, second, third, fourth]: [u8; 4]) -> Option<Self> {
        Some(Self {
            printer: AsbPrinter::from_byte(first)?,
            error: AsbError::from_byte(second)?,
            paper: AsbPaper::from_byte(third)?,
            reserved: AsbReserved::from_byte(fourth)?,
        })
    }
}

/// True for a byte that answers `DLE EOT`: `0xx1xx10`.
#[must_use]
pub const fn is_dle_reply(byte: u8) -> bool {
    byte & 0x93 == 0x12
}

/// True for the first byte of an automatic status: `0xx1xx00`.
#[must_use]
pub const fn is_asb_start(byte: u8) -> bool {
    byte & 0x93 == 0x10
}

/// True for the rest of an automatic status, and for an answer to `GS r`: `0xx0xxxx`.
#[must_use]
pub const fn is_queued_reply(byte: u8) -> bool {
    byte & 0x90 == 0x00
}

#[cfg(test)]
mod tests {
    use super::{
        AsbError, AsbPaper, AsbPrinter, AsbReserved, AsbStatus, ErrorCause, OfflineCause, PaperStatus,
        PrinterStatus, QueuedDrawer, QueuedPaper, XOFF, XON, is_asb_start, is_dle_reply, is_queued_reply,
    };

    /// Every byte that a type accepts comes back as itself and is of its family; gives how many there are.
    fn family_count(back: impl Fn(u8) -> Option<u8>, family: impl Fn(u8) -> bool) -> usize {
        let accepted = (0..=255).filter_map(|byte| Some((byte, back(byte)?)));
        accepted
            .inspect(|&(byte, back)| assert!(byte == back && family(byte), "{byte:02X} {back:02X}"))
            .count()
    }

    #[test]
    fn no_dle_reply_leaves_its_fixed_bits() {
        // 0xx1xx10 has four free bits.
        assert_eq!(family_count(|b| Some(PrinterStatus::from_byte(b)?.to_byte()), is_dle_reply), 16);
        assert_eq!(family_count(|b| Some(OfflineCause::from_byte(b)?.to_byte()), is_dle_reply), 16);
        assert_eq!(family_count(|b| Some(ErrorCause::from_byte(b)?.to_byte()), is_dle_reply), 16);
        assert_eq!(family_count(|b| Some(PaperStatus::from_byte(b)?.to_byte()), is_dle_reply), 16);
    }

    #[test]
    fn automatic_and_queued_bytes_keep_their_fixed_bits() {
        assert_eq!(family_count(|b| Some(AsbPrinter::from_byte(b)?.to_byte()), is_asb_start), 16);
        assert_eq!(family_count(|b| Some(AsbError::from_byte(b)?.to_byte()), is_queued_reply), 64);
        assert_eq!(family_count(|b| Some(AsbPaper::from_byte(b)?.to_byte()), is_queued_reply), 64);
        assert_eq!(family_count(|b| Some(AsbReserved::from_byte(b)?.to_byte()), is_queued_reply), 64);
        assert_eq!(family_count(|b| Some(QueuedPaper::from_byte(b)?.to_byte()), is_queued_reply), 16);
        assert_eq!(family_count(|b| Some(QueuedDrawer::from_byte(b)?.to_byte()), is_queued_reply), 2);
    }

    #[test]
    fn every_byte_is_of_one_family_at_most_and_flow_control_of_none() {
        for byte in 0..=255 {
            let families = [is_dle_reply(byte), is_asb_start(byte), is_queued_reply(byte)];
            let count = families.into_iter().filter(|&is| is).count();
            assert!(count <= 1 && (count == 0 || (byte != XON && byte != XOFF)), "{byte:02X}");
        }
    }

    #[test]
    fn typical_bytes_are_those_of_real_printers() {
        assert_eq!(PrinterStatus::NONE.to_byte(), 0x12);
        assert_eq!(PrinterStatus::DRAWER_HIGH.to_byte(), 0x16);
        assert_eq!((PrinterStatus::DRAWER_HIGH | PrinterStatus::OFFLINE).to_byte(), 0x1E);
        assert_eq!(OfflineCause::COVER_OPEN.to_byte(), 0x16);
        assert_eq!(OfflineCause::PAPER_STOP.to_byte(), 0x32);
        assert_eq!(ErrorCause::CUTTER.to_byte(), 0x1A);
        assert_eq!(PaperStatus::NEAR_END.to_byte(), 0x1E);
        assert_eq!(PaperStatus::END.to_byte(), 0x72);
        assert_eq!((PaperStatus::NEAR_END | PaperStatus::END).to_byte(), 0x7E);
    }

    #[test]
    fn drivers_read_paper_as_meant() {
        // The masks of python-escpos: 114 paper out, else 30 near-end, else 18 enough.
        let read = |status: PaperStatus| match status.to_byte() {
            s if s & 114 == 114 => "out",
            s if s & 30 == 30 => "near-end",
            s if s & 18 == 18 => "enough",
            _ => "invalid",
        };
        assert_eq!(read(PaperStatus::END | PaperStatus::NEAR_END), "out");
        assert_eq!(read(PaperStatus::END), "out");
        assert_eq!(read(PaperStatus::NEAR_END), "near-end");
        assert_eq!(read(PaperStatus::NONE), "enough");
    }

    #[test]
    fn an_idle_automatic_status_is_recognised_and_four_zeros_are_not() {
        let idle = AsbStatus {
            printer: AsbPrinter::DRAWER_HIGH,
            reserved: AsbReserved::LOW_BITS,
            ..AsbStatus::default()
        };
        assert_eq!(idle.to_bytes(), [0x14, 0x00, 0x00, 0x0F]);
        assert_eq!(AsbStatus::from_bytes([0x14, 0x00, 0x00, 0x0F]), Some(idle));
        assert_eq!(AsbStatus::from_bytes([0; 4]), None);
    }

    #[test]
    fn flags_are_added_on_a_condition() {
        let status =
            PrinterStatus::NONE.with(PrinterStatus::OFFLINE, true).with(PrinterStatus::FEED_PRESSED, false);
        assert!(status.contains(PrinterStatus::OFFLINE) && !status.intersects(PrinterStatus::FEED_PRESSED));
    }
}

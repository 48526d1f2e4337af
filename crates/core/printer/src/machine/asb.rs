//! Automatic status: four bytes by themselves when something changes that the host wants to know.
//!
//! Facts: printer sources, sections 3.2 and 8. Each bit belongs to one item of `GS a`: drawer, online (with cover and
//! feeding), error, paper, panel. Nothing is said while lasting memory is written. `GS E0h` does the same for the
//! FULL status of the Custom family. *Not modelled:* ink and extended automatic status.

use escpos::status::asb_enable;

/// Which items the host wants, and what it knows of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asb {
    enabled: u8,
    told: Option<[u8; 4]>,
    /// `GS E0h`: the FULL status too.
    full_enabled: bool,
    full_told: Option<[u8; 6]>,
}

impl Asb {
    /// Off, but for what the model has on at power-on.
    pub(super) const fn new(enabled: u8) -> Self {
        Self { enabled, told: None, full_enabled: false, full_told: None }
    }

    /// `GS a n`: from now on these items, beginning with the state that they have.
    pub(super) const fn enable(&mut self, items: u8) {
        *self = Self { full_enabled: self.full_enabled, full_told: self.full_told, ..Self::new(items) };
    }

    /// `GS E0h n`.
    pub(super) const fn enable_full(&mut self, on: bool) {
        (self.full_enabled, self.full_told) = (on, None);
    }

    /// Whether the host must be told this status now.
    pub(super) fn note(&mut self, status: [u8; 4]) -> bool {
        let items = mask(self.enabled);
        let differs = |told: [u8; 4]| {
            told.iter().zip(status).zip(items).any(|((told, now), mask)| (told ^ now) & mask != 0)
        };
        let due = items != [0; 4] && self.told.is_none_or(differs);
        if due {
            self.told = Some(status);
        }
        due
    }

    /// Whether the host must be told this FULL status now.
    pub(super) fn note_full(&mut self, status: [u8; 6]) -> bool {
        let due = self.full_enabled && self.full_told != Some(status);
        if due {
            self.full_told = Some(status);
        }
        due
    }
}

/// The bits that belong to these items.
const fn mask(items: u8) -> [u8; 4] {
    const fn of(items: u8, item: u8, bits: u8) -> u8 {
        if items & item != 0 { bits } else { 0 }
    }
    let printer = of(items, asb_enable::DRAWER, 0x04) | of(items, asb_enable::ONLINE, 0x68);
    let panel = of(items, asb_enable::ONLINE, 0x01) | of(items, asb_enable::PANEL, 0x02);
    [printer, panel | of(items, asb_enable::ERROR, 0x6C), of(items, asb_enable::PAPER, 0x0F), 0]
}

//! Status bytes, derived from what the sensors see.
//!
//! Facts: status research, sections 3.1 and 3.3, and section 8 for the ejector byte. *Not modelled yet:*
//! automatic status, ink, drawer kick-out feedback.

use crate::mechanism::State;
use escpos::status::{
    EjectorStatus, ErrorCause, OfflineCause, PaperStatus, PrinterStatus, QueuedDrawer, QueuedPaper,
};

/// What sensors and firmware know at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sensed {
    pub(crate) offline: bool,
    pub(crate) drawer_high: bool,
    pub(crate) mechanism: State,
}

impl Sensed {
    /// Answer to `DLE EOT n`; nothing for an `n` that this printer does not have.
    pub(crate) fn realtime(&self, n: u8) -> Option<u8> {
        let state = &self.mechanism;
        let error = state.hot || state.interrupted;
        Some(match n {
            1 => PrinterStatus::NONE
                .with(PrinterStatus::DRAWER_HIGH, self.drawer_high)
                .with(PrinterStatus::OFFLINE, self.offline)
                .to_byte(),
            2 => OfflineCause::NONE
                .with(OfflineCause::COVER_OPEN, self.mechanism.cover_open)
                .with(OfflineCause::PAPER_STOP, self.mechanism.paper_stop)
                .with(OfflineCause::ERROR, error)
                .to_byte(),
            3 => ErrorCause::NONE.with(ErrorCause::AUTO_RECOVERABLE, error).to_byte(),
            4 => PaperStatus::NONE
                .with(PaperStatus::NEAR_END, self.mechanism.near_end)
                .with(PaperStatus::END, self.mechanism.paper_end)
                .to_byte(),
            _ => return None,
        })
    }

    /// Answer to `GS r 1`.
    pub(crate) fn queued_paper(&self) -> u8 {
        let near_end = QueuedPaper::NONE.with(QueuedPaper::NEAR_END, self.mechanism.near_end);
        near_end.with(QueuedPaper::END, self.mechanism.paper_end).to_byte()
    }

    /// Answer to `GS r 2`.
    pub(crate) fn queued_drawer(&self) -> u8 {
        QueuedDrawer::NONE.with(QueuedDrawer::DRAWER_HIGH, self.drawer_high).to_byte()
    }

    /// Answer to `GS e 6`.
    pub(crate) fn ejector(&self) -> u8 {
        EjectorStatus::NONE
            .with(EjectorStatus::NEAR_END, self.mechanism.near_end)
            .with(EjectorStatus::PAPER_PRESENT, !self.mechanism.paper_end)
            .with(EjectorStatus::TICKET_AT_OUTPUT, self.mechanism.offering)
            .with(EjectorStatus::PAPER_MOTOR, self.mechanism.feeding)
            .with(EjectorStatus::EJECTOR_MOTOR, self.mechanism.ejecting)
            .to_byte()
    }
}

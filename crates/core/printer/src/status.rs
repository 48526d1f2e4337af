//! Status bytes, derived from what the sensors see and the firmware knows.
//!
//! Facts: printer sources, sections 3.1 to 3.3, 3.5 and 13, and section 8 for the Custom family. `GS r 1` never says
//! that the paper has ended: then the printer is offline and does not come to it. *Not modelled:* ink, labels, black
//! marks; in the FULL status of the Custom family: errors of the line, of commands and of memories.

use crate::mechanism::State;
use crate::{Family, Identity};
use escpos::status::{
    AsbError, AsbPaper, AsbPrinter, AsbReserved, AsbStatus, BLOCK_HEADER, EjectorStatus, ErrorCause,
    OfflineCause, PaperStatus, PrinterStatus, QueuedDrawer, QueuedPaper,
};

/// Block id of "the printer went offline".
const BLOCK_OFFLINE: u8 = 0x23;
/// Fixed bit of a cause byte.
const CAUSE: u8 = 0x40;

/// What sensors and firmware know at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sensed {
    pub(crate) offline: bool,
    pub(crate) drawer_high: bool,
    /// The FEED button is down.
    pub(crate) feed_pressed: bool,
    /// The FEED button feeds paper.
    pub(crate) feeding_by_button: bool,
    /// There is new paper, and the printer waits before it goes online.
    pub(crate) waiting_recovery: bool,
    /// Printing stopped because the paper sensor that stops it says so.
    pub(crate) paper_stop: bool,
    /// Something is ordered and not done.
    pub(crate) spooling: bool,
    pub(crate) mechanism: State,
}

impl Sensed {
    /// An error that goes away by itself.
    const fn auto_recoverable(&self) -> bool {
        let State { hot, interrupted, supply_abnormal, unrecoverable, .. } = self.mechanism;
        hot || interrupted || supply_abnormal && !unrecoverable
    }

    /// Any error; what the printer waits for in peace is none.
    pub(crate) const fn has_error(&self) -> bool {
        let state = &self.mechanism;
        self.auto_recoverable() || state.cutter_error || state.mechanical_error || state.unrecoverable
    }

    /// Answer to `DLE EOT n a`; nothing for what this printer does not have.
    pub(crate) fn realtime(&self, identity: &Identity, n: u8, a: Option<u8>) -> Option<u8> {
        Some(match n {
            1 => self.printer().to_byte(),
            2 => self.offline_cause().to_byte(),
            3 => self.error_cause().to_byte(),
            4 => PaperStatus::NONE
                .with(PaperStatus::NEAR_END, self.mechanism.near_end)
                .with(PaperStatus::END, self.mechanism.paper_end)
                .to_byte(),
            // Bit 2 for the motor is a guess: only that there is a motor's state is known.
            17 if identity.family == Family::Custom => {
                PrinterStatus::NONE.with(PrinterStatus::DRAWER_HIGH, self.mechanism.feeding).to_byte()
            }
            _ if identity.quiet_statuses.contains(&(n, a?)) => PrinterStatus::NONE.to_byte(),
            _ => return None,
        })
    }

    const fn printer(&self) -> PrinterStatus {
        PrinterStatus::NONE
            .with(PrinterStatus::DRAWER_HIGH, self.drawer_high)
            .with(PrinterStatus::OFFLINE, self.offline)
            .with(PrinterStatus::WAITING_RECOVERY, self.waiting_recovery)
            .with(PrinterStatus::FEED_PRESSED, self.feed_pressed)
    }

    const fn offline_cause(&self) -> OfflineCause {
        OfflineCause::NONE
            .with(OfflineCause::COVER_OPEN, self.mechanism.cover_open)
            .with(OfflineCause::FEEDING, self.feeding_by_button)
            .with(OfflineCause::PAPER_STOP, self.paper_stop)
            .with(OfflineCause::ERROR, self.has_error())
    }

    const fn error_cause(&self) -> ErrorCause {
        ErrorCause::NONE
            .with(ErrorCause::MECHANICAL, self.mechanism.mechanical_error)
            .with(ErrorCause::CUTTER, self.mechanism.cutter_error)
            .with(ErrorCause::UNRECOVERABLE, self.mechanism.unrecoverable)
            .with(ErrorCause::AUTO_RECOVERABLE, self.auto_recoverable())
    }

    /// Automatic status.
    pub(crate) fn automatic(&self, identity: &Identity) -> [u8; 4] {
        let state = &self.mechanism;
        let status = AsbStatus {
            printer: AsbPrinter::NONE
                .with(AsbPrinter::DRAWER_HIGH, self.drawer_high)
                .with(AsbPrinter::OFFLINE, self.offline)
                .with(AsbPrinter::COVER_OPEN, state.cover_open)
                .with(AsbPrinter::FEEDING, self.feeding_by_button),
            error: AsbError::NONE
                .with(AsbError::WAITING_RECOVERY, self.waiting_recovery)
                .with(AsbError::FEED_PRESSED, self.feed_pressed)
                .with(AsbError::MECHANICAL, state.mechanical_error)
                .with(AsbError::CUTTER, state.cutter_error)
                .with(AsbError::UNRECOVERABLE, state.unrecoverable)
                .with(AsbError::AUTO_RECOVERABLE, self.auto_recoverable()),
            paper: AsbPaper::NONE
                .with(AsbPaper::NEAR_END, state.near_end)
                .with(AsbPaper::END, state.paper_end),
            reserved: AsbReserved::NONE.with(AsbReserved::LOW_BITS, identity.asb_low_bits),
        };
        status.to_bytes()
    }

    /// Answer to `GS r 1`.
    pub(crate) fn queued_paper(&self) -> u8 {
        QueuedPaper::NONE.with(QueuedPaper::NEAR_END, self.mechanism.near_end).to_byte()
    }

    /// Answer to `GS r 2`.
    pub(crate) fn queued_drawer(&self) -> u8 {
        QueuedDrawer::NONE.with(QueuedDrawer::DRAWER_HIGH, self.drawer_high).to_byte()
    }

    /// The block that `GS ( H` function 49 asks for, short or with its causes. What the last two bytes say is not in
    /// the sources: here recoverable errors, then what goes away by itself, the cover and the paper.
    pub(crate) fn offline_block(&self, with_causes: bool) -> Vec<u8> {
        let state = &self.mechanism;
        let mut block = vec![BLOCK_HEADER, BLOCK_OFFLINE];
        if with_causes {
            let recoverable = bits([state.mechanical_error, state.cutter_error, false, false]);
            let passing = bits([state.hot, state.interrupted, state.cover_open, self.paper_stop]);
            block.extend([
                CAUSE | bits([false, false, state.unrecoverable, false]),
                CAUSE | bits([false, state.supply_abnormal, false, false]),
                CAUSE,
                CAUSE | recoverable,
                CAUSE | passing,
            ]);
        }
        block.push(0);
        block
    }

    /// Answer to `GS e 6`.
    pub(crate) fn ejector(&self) -> u8 {
        let state = &self.mechanism;
        EjectorStatus::NONE
            .with(EjectorStatus::NEAR_END, state.near_end)
            .with(EjectorStatus::PAPER_PRESENT, !state.paper_end)
            .with(EjectorStatus::TICKET_AT_OUTPUT, state.exit_covered)
            .with(EjectorStatus::PAPER_MOTOR, state.feeding)
            .with(EjectorStatus::EJECTOR_MOTOR, state.ejecting)
            .with(EjectorStatus::ERROR, self.has_error())
            .with(EjectorStatus::JAM, state.mechanical_error)
            .to_byte()
    }

    /// The FULL status, answer to `DLE EOT 20`: header, paper, user, recoverable and unrecoverable errors.
    pub(crate) fn full(&self) -> [u8; 6] {
        let state = &self.mechanism;
        let paper = bits([state.paper_end, false, state.near_end, false]);
        let user = bits([state.cover_open, state.cover_open, self.spooling, state.feeding]);
        [
            0x10,
            0x0F,
            paper | u8::from(state.exit_covered) << 5,
            user | u8::from(self.feed_pressed) << 5,
            bits([state.hot, false, false, state.supply_abnormal]),
            bits([state.cutter_error, false, false, false]),
        ]
    }
}

/// The low four bits, the lowest first.
fn bits(set: [bool; 4]) -> u8 {
    set.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit))
}

#[cfg(test)]
mod tests {
    use super::Sensed;
    use crate::Identity;
    use crate::mechanism::State;

    /// `DLE EOT` 1 to 4, then automatic status, offline because of this state.
    fn bytes(mechanism: State) -> ([u8; 4], [u8; 4]) {
        let sensed =
            Sensed { offline: true, paper_stop: mechanism.paper_stop, mechanism, ..Sensed::default() };
        let realtime =
            [1, 2, 3, 4].map(|n| sensed.realtime(&Identity::EPSON_80, n, None).unwrap_or_default());
        (realtime, sensed.automatic(&Identity::EPSON_80))
    }

    #[test]
    fn each_class_of_error_has_the_bits_of_its_own() {
        let none = State::default();
        // Base 12h, offline 08h, error present 40h; cutter 08h, mechanical 04h, unrecoverable 20h, by itself 40h.
        let cutter = bytes(State { cutter_error: true, ..none });
        assert_eq!(cutter, ([0x1A, 0x52, 0x1A, 0x12], [0x18, 0x08, 0x00, 0x0F]));
        let mechanical = bytes(State { mechanical_error: true, ..none });
        assert_eq!(mechanical, ([0x1A, 0x52, 0x16, 0x12], [0x18, 0x04, 0x00, 0x0F]));
        let unrecoverable = bytes(State { unrecoverable: true, ..none });
        assert_eq!(unrecoverable, ([0x1A, 0x52, 0x32, 0x12], [0x18, 0x20, 0x00, 0x0F]));
        for passing in [
            State { hot: true, ..none },
            State { interrupted: true, ..none },
            State { supply_abnormal: true, ..none },
        ] {
            assert_eq!(bytes(passing), ([0x1A, 0x52, 0x52, 0x12], [0x18, 0x40, 0x00, 0x0F]));
        }
    }

    #[test]
    fn the_end_of_the_paper_without_a_near_end_sensor_is_72() {
        let state = State { paper_stop: true, paper_end: true, ..State::default() };
        assert_eq!(bytes(state), ([0x1A, 0x32, 0x12, 0x72], [0x18, 0x00, 0x0C, 0x0F]));
    }

    #[test]
    fn a_jam_in_the_presenter_is_error_and_jam_in_the_ejector_s_byte() {
        let state = State { mechanical_error: true, exit_covered: true, ..State::default() };
        // Paper present 04h, ticket at the output 08h, error 40h, jam 80h.
        assert_eq!(Sensed { mechanism: state, ..Sensed::default() }.ejector(), 0xCC);
    }

    #[test]
    fn each_cause_of_going_offline_has_a_bit_in_the_long_block() {
        let none = State::default();
        let causes = |state| Sensed { mechanism: state, ..Sensed::default() }.offline_block(true);
        let blocks = [
            none,
            State { cutter_error: true, ..none },
            State { mechanical_error: true, ..none },
            State { hot: true, ..none },
            State { cover_open: true, ..none },
            State { supply_abnormal: true, ..none },
        ]
        .map(causes);
        for (at, block) in blocks.iter().enumerate() {
            assert!(block.len() == 8 && !blocks[..at].contains(block), "{block:02X?}");
        }
    }
}

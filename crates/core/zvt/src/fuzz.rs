//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.

use crate::apdu::{Apdu, ApduReader};
use crate::ask::Tell;
use crate::bcd::TerminalId;
use crate::code::{Intermediate, ResultCode, TerminalStatus};
use crate::command::Command;
use crate::outcome::Outcome;
use crate::receipt::{Line, Receipt, ReceiptKind};
use crate::report::{Answer, Report};
use crate::session::Session;
use crate::settings::{Settings, Transport};
use core::time::Duration;
use sim::{Port, SimTime};

/// Reads bytes as a stream of messages, and each message in every way; what can be read is written and read the same.
///
/// # Panics
/// When it is not.
pub fn fuzz_messages(bytes: &[u8]) {
    let mut reader = ApduReader::new(Apdu::MAX_DATA_BYTES);
    reader.push(bytes);
    while let Ok(Some(apdu)) = reader.next_apdu() {
        assert_eq!(Apdu::parse(&apdu.bytes()), Ok(apdu.clone()), "a message is read as written");
        if let Ok(command) = Command::parse(&apdu) {
            assert_eq!(command.apdu(), apdu, "a command is written as read");
        }
        if let Ok(report) = Report::parse(&apdu) {
            assert_eq!(Report::parse(&report.apdu()), Ok(report.clone()), "a report is read as written");
            if let Report::StatusInformation(fields) = &report
                && let Ok(outcome) = Outcome::read(fields)
            {
                assert!(Outcome::read(&outcome.fields()).is_ok(), "a result can be read again");
            }
        }
        let _ = Answer::parse(&apdu);
    }
}

/// Bytes, time and an owner at a session, on both transports; whatever came before, when all is silent it comes to rest,
/// and then answers a status enquiry.
///
/// # Panics
/// When it does not.
pub fn fuzz_session(bytes: &[u8]) {
    for transport in [Transport::Tcp, Transport::Serial] {
        let id = TerminalId::new(12_345_678).expect("eight digits");
        let mut session = Session::new(Settings { transport, ..Settings::tcp(Port(0), id) });
        let mut now = SimTime::from_secs(1);
        for piece in bytes.split_inclusive(|byte| byte % 16 == 7) {
            session.receive(now, piece);
            while session.poll().is_some() {}
            let last = piece.last().copied().unwrap_or(0);
            now += Duration::from_millis(u64::from(last) * 20);
            step(&mut session, now, last);
            while session.poll().is_some() {}
        }
        session.tell(now, Tell::Failed(ResultCode::ABORTED));
        rest(&mut session, now);
        assert!(!session.is_master(), "whatever was begun is over");
    }
}

/// What an owner without sense tells, and what time does.
fn step(session: &mut Session, now: SimTime, byte: u8) {
    while let Some((at, _)) = session.wake_at().filter(|(at, _)| *at <= now) {
        session.wake(at);
    }
    let tell = match byte >> 4 {
        0 | 1 => Tell::Working { status: Intermediate(byte), minutes: Some(byte) },
        2..=4 => Tell::Result(Box::new(Outcome::of(ResultCode(byte & 0x20)))),
        5 | 6 => Tell::Receipt(Receipt { kind: ReceiptKind::Customer, lines: vec![Line::normal("1,00"); 3] }),
        7 => Tell::State(TerminalStatus::READY),
        8 => Tell::OpenReservations(Vec::new()),
        9 | 10 => Tell::Done,
        11 => Tell::Failed(ResultCode(byte)),
        12 => return session.line_lost(now),
        _ => return,
    };
    session.tell(now, tell);
}

/// Lets time pass until nothing is to come, with a bound.
fn rest(session: &mut Session, mut now: SimTime) {
    for _ in 0..10_000 {
        while session.poll().is_some() {}
        let Some((at, _)) = session.wake_at() else { return };
        assert!(at > now, "a wake-up lies ahead");
        now = at;
        session.wake(now);
    }
    assert!(session.wake_at().is_none(), "a silent session comes to rest");
}

#[cfg(test)]
mod tests {
    use super::{fuzz_messages, fuzz_session};
    use proptest::prelude::*;

    const COMMANDS: [&[u8]; 12] = [
        &[0x06, 0x00, 0x06, 0, 0, 0, 0xDE, 0x09, 0x78],
        &[0x06, 0x01, 0x07, 0x04, 0, 0, 0, 0, 0x12, 0x34],
        &[0x06, 0x30, 0x06, 0, 0, 0, 0x87, 0x02, 0x31],
        &[0x06, 0x50, 0x03, 0, 0, 0],
        &[0x06, 0xB0, 0x00],
        &[0x05, 0x01, 0x00],
        &[0x06, 0x23, 0x03, 0x87, 0xFF, 0xFF],
        &[0x80, 0x00, 0x00],
        &[0x84, 0x66, 0x00],
        &[0x84, 0x9C, 0x00],
        &[0x06, 0x02, 0x00],
        &[0x04, 0x0F, 0x02, 0x27, 0x00],
    ];

    #[test]
    fn each_command_breaks_no_claim() {
        for command in COMMANDS {
            fuzz_messages(command);
            fuzz_session(command);
        }
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            5 => prop::sample::select(COMMANDS.to_vec()).prop_map(<[u8]>::to_vec),
            3 => prop::sample::select(COMMANDS.to_vec()).prop_map(crate::serial::frame),
            3 => any::<u8>().prop_map(|high| vec![high & 0xF0 | 7]),
            1 => prop::collection::vec(any::<u8>(), 0..12),
        ]
    }

    proptest! {
        #[test]
        fn random_bytes_break_no_claim(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            fuzz_messages(&bytes);
            fuzz_session(&bytes);
        }

        #[test]
        fn random_talk_breaks_no_claim(pieces in prop::collection::vec(piece(), 0..40)) {
            fuzz_messages(&pieces.concat());
            fuzz_session(&pieces.concat());
        }
    }
}

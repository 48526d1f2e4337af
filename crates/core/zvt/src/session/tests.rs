//! What a session claims, over a register that is bytes and a terminal that is a script.

mod goods;
mod lost;
mod serial;

use super::Session;
use crate::apdu::Apdu;
use crate::ask::{Ask, Stage, Tell};
use crate::bcd::{Amount, ClockTime, Currency, Date, Password, ReceiptNo, TerminalId, TraceNo};
use crate::code::{Intermediate, ResultCode, TerminalStatus};
use crate::fields::Fields;
use crate::outcome::Outcome;
use crate::receipt::{Line, Receipt, ReceiptKind};
use crate::registration::{Printing, Sort};
use crate::report::Report;
use crate::serial::frame;
use crate::settings::{Settings, Transport};
use core::time::Duration;
use sim::{Output, Port, Reason, SimTime};

const ACK: &[u8] = &[0x80, 0x00, 0x00];
const PAY: &[u8] = &[0x06, 0x01, 0x0A, 0x04, 0, 0, 0, 0, 0x12, 0x34, 0x49, 0x09, 0x78];
const ENQUIRY: &[u8] = &[0x05, 0x01, 0x00];
const REGISTER_LINES: &[u8] = &[0x06, 0x00, 0x06, 0, 0, 0, 0x8E, 0x09, 0x78];
const REGISTER_QUIET: &[u8] = &[0x06, 0x00, 0x06, 0, 0, 0, 0x06, 0x09, 0x78];

fn settings() -> Settings {
    let id = TerminalId::new(52_523_535).unwrap();
    Settings { status_byte: 0x10, ..Settings::tcp(Port(4), id) }
}

/// A session with the time, and what it did since somebody looked.
struct Bench {
    session: Session,
    now: SimTime,
    sent: Vec<Vec<u8>>,
    asked: Vec<Ask>,
}

impl Bench {
    fn new(settings: Settings) -> Self {
        let session = Session::new(settings);
        Self { session, now: SimTime::from_secs(100), sent: Vec::new(), asked: Vec::new() }
    }

    /// With a register that has registered.
    fn with(registration: &[u8]) -> Self {
        let mut bench = Self::new(settings());
        bench.hears(registration);
        bench.hears(ACK);
        assert!(!bench.session.is_master());
        bench.look();
        bench
    }

    /// With a register that prints lines and wants to hear what is done, and a payment that was asked for.
    fn paying() -> Self {
        let mut bench = Self::with(REGISTER_LINES);
        bench.hears(PAY);
        assert_eq!(bench.look().1, [Ask::Pay { amount: Amount::new(1234).unwrap(), payment_type: None }]);
        bench
    }

    fn hears(&mut self, bytes: &[u8]) {
        self.session.receive(self.now, bytes);
        self.drain();
    }

    fn tells(&mut self, tell: Tell) {
        self.session.tell(self.now, tell);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send { bytes, .. } => self.sent.push(bytes.to_vec()),
                Output::Event(ask) => self.asked.push(ask),
            }
        }
    }

    /// Goes to the next wake-up, and says after how many milliseconds, and why.
    fn waits(&mut self) -> Option<(u128, &'static str)> {
        let (at, Reason(why)) = self.session.wake_at()?;
        let waited = at.since(self.now).as_millis();
        self.now = at;
        self.session.wake(at);
        self.drain();
        Some((waited, why))
    }

    fn look(&mut self) -> (Vec<Vec<u8>>, Vec<Ask>) {
        (core::mem::take(&mut self.sent), core::mem::take(&mut self.asked))
    }

    /// The messages that were sent, when nothing was asked.
    fn sent(&mut self) -> Vec<Vec<u8>> {
        let (sent, asked) = self.look();
        assert_eq!(asked, []);
        sent
    }

    fn asked(&mut self) -> Vec<Ask> {
        self.look().1
    }
}

fn working(status: Intermediate) -> Tell {
    Tell::Working { status, minutes: None }
}

fn approved() -> Tell {
    Tell::Result(Box::new(Outcome {
        amount: Amount::new(1234),
        currency: Some(Currency::EUR),
        receipt_no: ReceiptNo::new(231),
        ..Outcome::of(ResultCode::OK)
    }))
}

fn receipt() -> Tell {
    Tell::Receipt(Receipt { kind: ReceiptKind::Customer, lines: vec![Line::normal("a"), Line::normal("b")] })
}

const RESULT: &[u8] =
    &[0x04, 0x0F, 0x0F, 0x27, 0x00, 0x04, 0, 0, 0, 0, 0x12, 0x34, 0x49, 0x09, 0x78, 0x87, 0x02, 0x31];
const LINE_A: &[u8] = &[0x06, 0xD1, 0x02, 0x00, b'a'];
const LINE_B: &[u8] = &[0x06, 0xD1, 0x02, 0x00, b'b'];
const LINE_END: &[u8] = &[0x06, 0xD1, 0x02, 0xFF, 0x01];
const COMPLETION: &[u8] = &[0x06, 0x0F, 0x00];
const ABORT_BY_KEY: &[u8] = &[0x06, 0x1E, 0x01, 0x6C];

#[test]
fn a_registration_is_completed_as_a_real_terminal_completed_it() {
    let mut bench = Bench::new(settings());
    bench.hears(&[0x06, 0x00, 0x06, 0x12, 0x34, 0x56, 0xDE, 0x09, 0x78]);
    let (sent, asked) = bench.look();
    // The public zvt crate, data/1680761818.641601000_pt_ecr.blob.
    let completion = [0x06, 0x0F, 0x0A, 0x19, 0x10, 0x29, 0x52, 0x52, 0x35, 0x35, 0x49, 0x09, 0x78];
    assert_eq!(sent, [ACK, &completion[..]]);
    assert_eq!(asked, [Ask::Registered { payments: Printing::Lines, administration: Printing::Lines }]);
    assert!(bench.session.is_master());
    bench.hears(ACK);
    assert!(!bench.session.is_master());
    assert_eq!(bench.asked(), []);
}

#[test]
fn a_payment_goes_one_message_at_a_time() {
    let mut bench = Bench::paying();
    bench.tells(working(Intermediate::INSERT_CARD));
    bench.tells(approved());
    bench.tells(receipt());
    bench.tells(Tell::Done);
    let mut talk = Vec::new();
    for _ in 0..6 {
        talk.extend(bench.look().0);
        bench.hears(ACK);
    }
    assert_eq!(talk, [&[0x04, 0xFF, 0x01, 0x0A], RESULT, LINE_A, LINE_B, LINE_END, COMPLETION]);
    assert_eq!(bench.look(), (vec![], vec![Ask::Ended]));
    assert!(!bench.session.is_master());
}

#[test]
fn the_terminal_hears_when_its_result_and_its_receipt_have_arrived() {
    let mut bench = Bench::paying();
    bench.tells(approved());
    bench.tells(receipt());
    bench.tells(Tell::Done);
    bench.hears(ACK);
    assert_eq!(bench.asked(), [Ask::Taken]);
    bench.hears(ACK);
    bench.hears(ACK);
    assert_eq!(bench.asked(), []);
    bench.hears(ACK);
    assert_eq!(bench.asked(), [Ask::Printed]);
}

#[test]
fn a_message_that_waits_is_not_followed_by_older_states() {
    let mut bench = Bench::paying();
    for status in [Intermediate::INSERT_CARD, Intermediate::CONNECTING, Intermediate::WAITING_FOR_HOST] {
        bench.tells(working(status));
    }
    bench.hears(ACK);
    assert_eq!(bench.sent(), [[0x04, 0xFF, 0x01, 0x0A], [0x04, 0xFF, 0x01, 0x04]]);
}

#[test]
fn what_nobody_knows_is_answered_so() {
    let mut bench = Bench::with(REGISTER_LINES);
    bench.hears(&[0x08, 0x30, 0x01, 0x00]);
    bench.hears(&[0x0F, 0xA1, 0x00]);
    assert_eq!(bench.sent(), [[0x84, 0x83, 0x00], [0x84, 0x83, 0x00]]);
    bench.hears(&[0x06, 0x01, 0x02, 0x55, 0x00]);
    bench.hears(&[0x06, 0x01, 0x00]);
    bench.hears(&[0x06, 0x01, 0x07, 0x04, 0, 0, 0, 0, 0, 0xFA]);
    assert_eq!(bench.sent(), [[0x84, 0x9A, 0x00]; 3]);
    assert!(!bench.session.is_master());
}

#[test]
fn a_status_enquiry_is_answered_with_version_and_state() {
    let settings = Settings { software_version: "V1".into(), ..settings() };
    let mut bench = Bench::new(settings);
    bench.hears(ENQUIRY);
    assert_eq!(bench.look(), (vec![ACK.to_vec()], vec![Ask::Status]));
    bench.tells(Tell::State(TerminalStatus::PRINTER_NOT_READY));
    assert_eq!(bench.sent(), [[0x06, 0x0F, 0x06, 0xF0, 0xF0, 0xF2, b'V', b'1', 0xCC]]);
    bench.hears(ACK);
    bench.look();
    // Without the version, by the service byte.
    bench.hears(&[0x05, 0x01, 0x05, 0, 0, 0, 0x03, 0x02]);
    bench.tells(Tell::State(TerminalStatus::READY));
    assert_eq!(bench.look().0, [ACK, &[0x06, 0x0F, 0x01, 0x00]]);
}

#[test]
fn a_register_that_wants_to_know_more_is_told_what_the_device_is() {
    let mut bench = Bench::new(settings());
    bench.hears(&[0x05, 0x01, 0x07, 0, 0, 0, 0x03, 0x06, 0x06, 0x00]);
    bench.tells(Tell::State(TerminalStatus::READY));
    let Report::State(state) = Report::parse(&Apdu::parse(&bench.look().0[1]).unwrap()).unwrap() else {
        panic!("no state");
    };
    let objects = state.fields.objects().unwrap();
    assert_eq!(objects.find(crate::tlv::Tag(0x1F44)), Some(&[0x52, 0x52, 0x35, 0x35][..]));
    let device = crate::tlv::Objects::new(objects.find(crate::tlv::Tag(0xE4)).unwrap());
    assert_eq!(device.find(crate::tlv::Tag(0x1F40)), Some(&b"Tillrig"[..]));
}

#[test]
fn a_register_may_stop_a_payment_without_being_the_master_until_there_is_a_result() {
    let mut bench = Bench::paying();
    bench.tells(working(Intermediate::INSERT_CARD));
    bench.look();
    bench.hears(&[0x06, 0xB0, 0x00]);
    assert_eq!(bench.look(), (vec![ACK.to_vec()], vec![Ask::Abort]));
    bench.hears(ACK);
    bench.tells(Tell::Failed(ResultCode::ABORTED));
    assert_eq!(bench.sent(), [ABORT_BY_KEY]);

    let mut bench = Bench::paying();
    bench.tells(approved());
    bench.look();
    bench.hears(&[0x06, 0xB0, 0x00]);
    assert_eq!(bench.sent(), [[0x84, 0x83, 0x00]]);
    bench.hears(ACK);
    bench.hears(&[0x06, 0xB0, 0x00]);
    assert_eq!(bench.look(), (vec![vec![0x84, 0x83, 0x00]], vec![Ask::Taken]));

    // The result waits behind a state that the register has not answered.
    let mut bench = Bench::paying();
    bench.tells(working(Intermediate::WAITING_FOR_HOST));
    bench.tells(approved());
    bench.look();
    bench.hears(&[0x06, 0xB0, 0x00]);
    assert_eq!(bench.sent(), [[0x84, 0x83, 0x00]]);
}

#[test]
fn a_second_payment_waits_for_the_first() {
    let mut bench = Bench::paying();
    bench.hears(PAY);
    bench.hears(ENQUIRY);
    assert_eq!(bench.sent(), [[0x84, 0x9C, 0x00], [0x84, 0x9C, 0x00]]);
}

#[test]
fn a_log_off_takes_everything_back() {
    let mut bench = Bench::with(REGISTER_LINES);
    bench.hears(&[0x06, 0x02, 0x00]);
    assert_eq!(bench.look(), (vec![ACK.to_vec()], vec![Ask::LoggedOff]));
    assert!(bench.session.registration().is_none());
    bench.hears(PAY);
    bench.tells(working(Intermediate::INSERT_CARD));
    bench.tells(approved());
    assert_eq!(bench.look().0, [ACK, RESULT]);
}

#[test]
fn a_terminal_that_insists_on_it_lets_nobody_pay_before_registering() {
    let mut bench = Bench::new(Settings { needs_registration: true, ..settings() });
    bench.hears(PAY);
    assert_eq!(bench.sent(), [[0x84, 0x6B, 0x00]]);
    bench.hears(REGISTER_LINES);
    bench.hears(ACK);
    bench.hears(PAY);
    assert!(bench.session.is_master());
}

#[test]
fn another_currency_is_refused_with_the_right_one() {
    let mut bench = Bench::new(settings());
    bench.hears(&[0x06, 0x00, 0x06, 0, 0, 0, 0x8E, 0x07, 0x56]);
    assert_eq!(bench.sent(), [[0x84, 0x1E, 0x03, 0x6F, 0x09, 0x78]]);
    assert!(bench.session.registration().is_none());
    bench.hears(&[0x06, 0x01, 0x0A, 0x04, 0, 0, 0, 0, 0x12, 0x34, 0x49, 0x07, 0x56]);
    assert_eq!(bench.sent(), [ACK, &[0x06, 0x1E, 0x03, 0x6F, 0x09, 0x78]]);
    bench.hears(ACK);
    assert!(!bench.session.is_master());
}

#[test]
fn a_wrong_password_opens_nothing() {
    let mut bench = Bench::new(Settings { password: Password::new(123_456), ..settings() });
    bench.hears(&[0x06, 0x50, 0x03, 0x65, 0x43, 0x21]);
    assert_eq!(bench.sent(), [[0x84, 0x83, 0x00]]);
    bench.hears(&[0x06, 0x50, 0x03, 0x12, 0x34, 0x56]);
    assert_eq!(bench.look(), (vec![ACK.to_vec()], vec![Ask::EndOfDay]));
}

#[test]
fn receipts_go_to_who_prints_them() {
    let receipts = |registration: &[u8]| {
        let mut bench = Bench::with(registration);
        bench.hears(PAY);
        bench.tells(receipt());
        bench.look().0.len() - 1
    };
    assert_eq!(receipts(REGISTER_LINES), 1);
    assert_eq!(receipts(REGISTER_QUIET), 0);
    assert_eq!(receipts(&[0x06, 0x00, 0x04, 0, 0, 0, 0x84]), 0);
    let bench = Bench::with(&[0x06, 0x00, 0x04, 0, 0, 0, 0x84]);
    assert_eq!(bench.session.printing(Sort::Payment), Printing::Terminal);
    assert_eq!(bench.session.printing(Sort::Administration), Printing::Lines);
}

#[test]
fn a_register_that_lists_blocks_gets_one_no_longer_than_it_can_take() {
    // 1A: 255 bytes; 26: 06 D3.
    let registration = [
        0x06, 0x00, 0x12, 0, 0, 0, 0x8E, 0x09, 0x78, 0x06, 0x0A, 0x1A, 0x02, 0x00, 0xFF, 0x26, 0x04, 0x0A,
        0x02, 0x06, 0xD3,
    ];
    let mut bench = Bench::with(&registration);
    bench.hears(PAY);
    let lines = (0..20).map(|number| Line::normal(format!("{number:024}"))).collect();
    bench.tells(Tell::Receipt(Receipt { kind: ReceiptKind::Merchant, lines }));
    let mut blocks = Vec::new();
    for _ in 0..9 {
        let sent = bench.look().0;
        blocks.extend(sent.into_iter().filter(|bytes| bytes[0] == 6));
        bench.hears(ACK);
    }
    assert!(blocks.len() > 1 && blocks.iter().all(|block| block[1] == 0xD3 && block.len() <= 255 + 5));
}

#[test]
fn a_register_without_paper_is_not_sent_the_rest_of_the_receipt() {
    let mut bench = Bench::paying();
    bench.tells(receipt());
    bench.tells(Tell::Done);
    assert_eq!(bench.look().0, [ACK, LINE_A][1..]);
    bench.hears(&[0x84, 0xCC, 0x00]);
    assert_eq!(
        bench.look(),
        (vec![COMPLETION.to_vec()], vec![Ask::NotPrinted { code: ResultCode::PRINTER_NOT_READY }])
    );
}

#[test]
fn a_repeated_receipt_is_told_or_printed_as_wanted() {
    let repeat = |service: u8| {
        let mut bench = Bench::with(REGISTER_LINES);
        bench.hears(&[0x06, 0x20, 0x05, 0, 0, 0, 0x03, service]);
        bench.tells(approved());
        bench.tells(receipt());
        bench.tells(Tell::Done);
        let mut talk = Vec::new();
        for _ in 0..6 {
            talk.extend(bench.look().0.into_iter().map(|bytes| bytes[1]));
            bench.hears(ACK);
        }
        talk
    };
    assert_eq!(repeat(0x00), [0x00, 0xD1, 0xD1, 0xD1, 0x0F]);
    assert_eq!(repeat(0x01), [0x00, 0x0F, 0xD1, 0xD1, 0xD1, 0x0F]);
    assert_eq!(repeat(0x02), [0x00, 0x0F]);
    assert_eq!(repeat(0x03), [0x00, 0x0F, 0x0F]);
}

#[test]
fn open_holds_are_listed_and_ended_by_their_receipts() {
    let mut bench = Bench::with(REGISTER_LINES);
    bench.hears(&[0x06, 0x23, 0x03, 0x87, 0xFF, 0xFF]);
    assert_eq!(bench.asked(), [Ask::ListReservations]);
    bench.tells(Tell::OpenReservations(vec![]));
    // The public zvt crate, data/partial_reversal.blob.
    assert_eq!(bench.sent(), [[0x06, 0x1E, 0x04, 0xB8, 0x87, 0xFF, 0xFF]]);
    bench.hears(ACK);
    bench.look();

    let receipt_no = ReceiptNo::new(491).unwrap();
    let trace_no = TraceNo::new(7);
    let asked = |bytes: &[u8]| {
        let mut bench = Bench::with(REGISTER_LINES);
        bench.hears(bytes);
        bench.asked()
    };
    let unused = Amount::new(1295).unwrap();
    let fields = [0x87, 0x04, 0x91, 0x04, 0, 0, 0, 0, 0x12, 0x95, 0x0B, 0, 0, 7];
    let with = |control: u8, fields: &[u8]| [&[0x06, control, fields.len() as u8], fields].concat();
    assert_eq!(asked(&with(0x23, &fields)), [Ask::ReleasePart { receipt_no, unused, trace_no }]);
    assert_eq!(asked(&with(0x24, &fields)), [Ask::Book { receipt_no, used: Some(unused), trace_no }]);
    assert_eq!(asked(&with(0x25, &fields[..3])), [Ask::Release { receipt_no }]);
    assert_eq!(asked(&with(0x22, &[])), [Ask::Reserve { amount: None, payment_type: None }]);
    assert_eq!(asked(&with(0x23, &[])), []);
}

#[test]
fn every_other_command_is_asked_of_the_terminal() {
    let asked = |bytes: &[u8]| {
        let mut bench = Bench::with(REGISTER_LINES);
        bench.hears(bytes);
        bench.asked()
    };
    assert_eq!(
        asked(&[0x06, 0x31, 0x0A, 0, 0, 0, 0x04, 0, 0, 0, 0, 0, 1]),
        [Ask::Refund { amount: Amount::new(1).unwrap() }]
    );
    assert_eq!(asked(&[0x06, 0x10, 0x03, 0, 0, 0]), [Ask::Totals]);
    assert_eq!(asked(&[0x06, 0x93, 0x03, 0, 0, 0]), [Ask::Initialise]);
    assert_eq!(asked(&[0x06, 0x1A, 0x00]), [Ask::PrintConfiguration]);
    assert_eq!(asked(&[0x06, 0x70, 0x00]), [Ask::Diagnose { kind: None }]);
    assert_eq!(asked(&[0x06, 0x70, 0x05, 0x06, 0x03, 0x1B, 0x01, 0x02]), [Ask::Diagnose { kind: Some(2) }]);
}

#[test]
fn the_time_is_told_to_who_permits_it() {
    let clock = || Tell::Clock { date: Date::new(261_122).unwrap(), time: ClockTime::new(151_700).unwrap() };
    let mut bench = Bench::with(REGISTER_LINES);
    bench.hears(&[0x06, 0x70, 0x00]);
    bench.tells(clock());
    let set = [0x04, 0x01, 0x08, 0xAA, 0x26, 0x11, 0x22, 0x0C, 0x15, 0x17, 0x00];
    assert_eq!(bench.look().0, [ACK, &set[..]]);

    let mut bench = Bench::with(&[0x06, 0x00, 0x08, 0, 0, 0, 0x8E, 0x09, 0x78, 0x06, 0x00]);
    bench.hears(&[0x06, 0x70, 0x00]);
    bench.tells(clock());
    assert_eq!(bench.look().0, [ACK]);
}

#[test]
fn a_register_that_knows_containers_learns_what_the_terminal_can() {
    let mut bench = Bench::new(settings());
    bench.hears(&[0x06, 0x00, 0x08, 0, 0, 0, 0x8E, 0x09, 0x78, 0x06, 0x00]);
    let completion = Apdu::parse(&bench.look().0[1]).unwrap();
    let fields = Fields::parse(completion.data()).unwrap();
    let list = fields.objects().unwrap().find(crate::tlv::Tag(0x26)).unwrap();
    let commands: Vec<_> = crate::tlv::Objects::new(list).map(|object| object.unwrap().value).collect();
    assert!(commands.contains(&&[0x06, 0x01][..]) && commands.contains(&&[0x06, 0x20][..]));
}

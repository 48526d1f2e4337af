//! The unmodified `zvt` crate as the register of our terminal: its own sequences, over a stream in memory.
//!
//! It has no payment, no reversal, no repeated receipt and no log-off; those are made here with its derive macros and its
//! sequence trait, as it makes its own. Behind the session stands an owner that answers each ask from a script.

use futures_util::StreamExt;
use sim::{Output, Port, SimTime};
use tillrig_zvt::ask::{Ask, Stage, Tell};
use tillrig_zvt::bcd::{
    Amount, ClockTime, Currency, Date, Day, Expiry, Password, ReceiptNo, TerminalId, TraceNo,
};
use tillrig_zvt::card_number::CardNumber;
use tillrig_zvt::code::{Intermediate, ResultCode, TerminalStatus};
use tillrig_zvt::outcome::{CardTotal, Outcome, Totals};
use tillrig_zvt::{Line, Receipt, ReceiptKind, Session, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use zvt_peer::packets;
use zvt_peer::sequences::{self, Sequence};

/// What the crate lacks, made of what it has.
#[expect(
    clippy::disallowed_types,
    reason = "the crate's derive macro puts the tags that it needs into a HashSet"
)]
mod more {
    use zvt_peer as zvt_builder;
    use zvt_peer::packets::{
        CompletionData, IntermediateStatusInformation, PartialReversalAbort, PrintLine, PrintTextBlock,
        StatusInformation,
    };
    use zvt_peer::sequences::{read_packet_async, write_with_ack_async};
    use zvt_peer::{Zvt, ZvtEnum, ZvtParser, ZvtSerializer, encoding, length, packets};

    #[derive(Debug, Default, PartialEq, Zvt)]
    #[zvt_control_field(class = 0x06, instr = 0x01)]
    pub(super) struct Authorisation {
        #[zvt_bmp(number = 0x04, length = length::Fixed<6>, encoding = encoding::Bcd)]
        pub amount: Option<usize>,
        #[zvt_bmp(number = 0x49, length = length::Fixed<2>, encoding = encoding::Bcd)]
        pub currency: Option<usize>,
        #[zvt_bmp(number = 0x19)]
        pub payment_type: Option<u8>,
    }

    #[derive(Debug, PartialEq, Zvt)]
    #[zvt_control_field(class = 0x06, instr = 0x30)]
    pub(super) struct Reversal {
        #[zvt_bmp(length = length::Fixed<3>, encoding = encoding::Bcd)]
        pub password: usize,
        #[zvt_bmp(number = 0x87, length = length::Fixed<2>, encoding = encoding::Bcd)]
        pub receipt_no: Option<usize>,
    }

    #[derive(Debug, PartialEq, Zvt)]
    #[zvt_control_field(class = 0x06, instr = 0x31)]
    pub(super) struct Refund {
        #[zvt_bmp(length = length::Fixed<3>, encoding = encoding::Bcd)]
        pub password: usize,
        #[zvt_bmp(number = 0x04, length = length::Fixed<6>, encoding = encoding::Bcd)]
        pub amount: Option<usize>,
    }

    #[derive(Debug, PartialEq, Zvt)]
    #[zvt_control_field(class = 0x06, instr = 0x20)]
    pub(super) struct RepeatReceipt {
        #[zvt_bmp(length = length::Fixed<3>, encoding = encoding::Bcd)]
        pub password: usize,
        #[zvt_bmp(number = 0x03)]
        pub service_byte: Option<u8>,
    }

    #[derive(Debug, PartialEq, Zvt)]
    #[zvt_control_field(class = 0x06, instr = 0x10)]
    pub(super) struct Totals {
        #[zvt_bmp(length = length::Fixed<3>, encoding = encoding::Bcd)]
        pub password: usize,
    }

    #[derive(Debug, PartialEq, Zvt)]
    #[zvt_control_field(class = 0x06, instr = 0x24)]
    pub(super) struct BookTotal {
        #[zvt_bmp(number = 0x87, length = length::Fixed<2>, encoding = encoding::Bcd)]
        pub receipt_no: Option<usize>,
        #[zvt_bmp(number = 0x04, length = length::Fixed<6>, encoding = encoding::Bcd)]
        pub amount: Option<usize>,
    }

    #[derive(Debug, PartialEq, Zvt)]
    #[zvt_control_field(class = 0x06, instr = 0x02)]
    pub(super) struct LogOff {}

    #[derive(Debug, PartialEq, Zvt)]
    #[zvt_control_field(class = 0x84, instr = 0x66)]
    pub(super) struct GoodsNotIssued {}

    /// All that a terminal may answer to a payment function.
    #[derive(Debug, ZvtEnum)]
    #[expect(clippy::large_enum_variant, reason = "as the crate's own")]
    pub(super) enum Said {
        Status(IntermediateStatusInformation),
        Result(StatusInformation),
        Line(PrintLine),
        Block(PrintTextBlock),
        Completion(CompletionData),
        Abort(PartialReversalAbort),
    }

    /// The crate's own loop for a payment function, for any command, with the answer that a result gets.
    pub(super) async fn talk<T>(
        command: &T,
        stream: &mut tokio::io::DuplexStream,
        to_result: &[u8],
    ) -> Vec<Said>
    where
        T: ZvtSerializer + Sync + Send,
        encoding::Default: encoding::Encoding<T>,
    {
        use tokio::io::AsyncWriteExt;
        tokio::pin!(stream);
        write_with_ack_async(command, &mut stream).await.expect("the command is acknowledged");
        let mut said = Vec::new();
        loop {
            let bytes = read_packet_async(&mut stream).await.expect("the terminal goes on");
            let packet = Said::zvt_parse(&bytes).expect("the crate can read it");
            let answer = packets::Ack {}.zvt_serialize();
            let answer = if matches!(packet, Said::Result(_)) { to_result } else { &answer };
            stream.write_all(answer).await.expect("the terminal listens");
            let over = matches!(packet, Said::Completion(_) | Said::Abort(_));
            said.push(packet);
            if over {
                return said;
            }
        }
    }
}

const PASSWORD: usize = 123_456;
const ACK: &[u8] = &[0x80, 0x00, 0x00];

fn settings() -> Settings {
    let id = TerminalId::new(52_523_535).expect("eight digits");
    Settings {
        password: Password::new(PASSWORD as u64),
        software_version: "GER-APP-v2.0.9".into(),
        ..Settings::tcp(Port(0), id)
    }
}

/// A terminal with a session, and what it was asked.
struct Terminal {
    session: Session,
    owner: fn(&Ask) -> Vec<Tell>,
    asked: Vec<Ask>,
}

impl Terminal {
    fn new(owner: fn(&Ask) -> Vec<Tell>) -> Self {
        Self { session: Session::new(settings()), owner, asked: Vec::new() }
    }

    /// Serves one connection to its end. No time passes: nothing here may need any.
    async fn serve(&mut self, mut stream: DuplexStream) {
        let now = SimTime::from_secs(1);
        self.session.connected(now);
        let mut buffer = [0; 7];
        loop {
            let Some(bytes) = self.work(now) else { return };
            if stream.write_all(&bytes).await.is_err() {
                break;
            }
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(count) => self.session.receive(now, &buffer[..count]),
            }
        }
        self.session.line_lost(now);
        self.work(now);
    }

    /// Lets session and owner talk until both wait; gives what is to be sent, or nothing when to hang up.
    fn work(&mut self, now: SimTime) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let ask = match self.session.poll() {
                None => return Some(bytes),
                Some(Output::Send { bytes: sent, .. }) => {
                    bytes.extend_from_slice(sent);
                    continue;
                }
                Some(Output::Event(Ask::HangUp)) => return None,
                Some(Output::Event(ask)) => ask,
            };
            for tell in (self.owner)(&ask) {
                self.session.tell(now, tell);
            }
            self.asked.push(ask);
        }
    }
}

/// Runs a register against a terminal with this owner; gives what the register got, and what the terminal was asked.
fn run<T>(owner: fn(&Ask) -> Vec<Tell>, register: impl AsyncFnOnce(DuplexStream) -> T) -> (T, Vec<Ask>) {
    run_with(Terminal::new(owner), register)
}

fn run_with<T>(mut terminal: Terminal, register: impl AsyncFnOnce(DuplexStream) -> T) -> (T, Vec<Ask>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    let (ours, theirs) = tokio::io::duplex(64);
    let got = runtime.block_on(async { tokio::join!(register(theirs), terminal.serve(ours)).0 });
    assert!(!terminal.session.is_master(), "nothing is left under way");
    (got, terminal.asked)
}

/// All that one of the crate's sequences gives.
async fn sequence<S>(input: &S::Input, stream: &mut DuplexStream) -> Vec<S::Output>
where
    S: Sequence,
    zvt_peer::encoding::Default: zvt_peer::encoding::Encoding<S::Input>,
{
    let steps = S::into_stream(input, stream);
    steps.map(|step| step.expect("the crate understands the terminal")).collect().await
}

fn registration(config_byte: u8) -> packets::Registration {
    packets::Registration { password: PASSWORD, config_byte, currency: Some(978), tlv: None }
}

async fn register(config_byte: u8, stream: &mut DuplexStream) {
    sequence::<sequences::Registration>(&registration(config_byte), stream).await;
}

/// A terminal where everything goes well.
fn sound(ask: &Ask) -> Vec<Tell> {
    match ask {
        Ask::Pay { amount, .. } | Ask::Refund { amount } => paid(*amount),
        Ask::Reserve { amount, .. } => vec![result(amount.expect("an amount is sent")), Tell::Done],
        Ask::ReleasePart { unused, .. } => paid(*unused),
        Ask::Book { used, .. } => paid(used.expect("an amount is sent")),
        Ask::Reverse { amount, .. } => paid(amount.unwrap_or(Amount::new(1234).expect("four digits"))),
        Ask::Release { .. } => paid(Amount::ZERO),
        Ask::ListReservations => vec![Tell::OpenReservations(vec![number(231)])],
        Ask::EndOfDay => vec![totals(), receipt(ReceiptKind::Administration), Tell::Done],
        Ask::Totals => vec![totals(), Tell::Done],
        Ask::RepeatReceipt { .. } => paid(Amount::new(1234).expect("four digits")),
        Ask::Diagnose { .. } => {
            let date = Date::new(261_122).expect("six digits");
            let time = ClockTime::new(151_700).expect("six digits");
            vec![working(Intermediate::CONNECTING), Tell::Clock { date, time }, Tell::Done]
        }
        Ask::Initialise => vec![working(Intermediate::CONNECTING), Tell::Done],
        Ask::PrintConfiguration => vec![receipt(ReceiptKind::Administration), Tell::Done],
        Ask::Status => vec![Tell::State(TerminalStatus::READY)],
        Ask::UndoLast { .. } => vec![working(Intermediate::AUTO_REVERSAL), Tell::Failed(ResultCode::ABORTED)],
        _ => vec![],
    }
}

fn number(number: u64) -> ReceiptNo {
    ReceiptNo::new(number).expect("four digits")
}

fn working(status: Intermediate) -> Tell {
    Tell::Working { status, minutes: None }
}

fn paid(amount: Amount) -> Vec<Tell> {
    vec![
        working(Intermediate::INSERT_CARD),
        working(Intermediate::WAITING_FOR_HOST),
        result(amount),
        receipt(ReceiptKind::Customer),
        Tell::Done,
    ]
}

fn result(amount: Amount) -> Tell {
    Tell::Result(Box::new(Outcome {
        amount: Some(amount),
        trace_no: TraceNo::new(975),
        time: ClockTime::new(225_558),
        day: Day::new(405),
        expiry: Expiry::new(2405),
        payment_type: Some(0x60),
        card: Some(CardNumber::hiding("6222021234567890")),
        terminal_id: TerminalId::new(52_523_535),
        authorisation: Some("750071".into()),
        currency: Some(Currency::EUR),
        receipt_no: Some(number(231)),
        card_type: Some(198),
        operator_card_type: Some(1),
        contract_no: Some("804011926".into()),
        additional_text: Some("Größe 1".into()),
        card_name: Some("UnionPay".into()),
        ..Outcome::of(ResultCode::OK)
    }))
}

fn totals() -> Tell {
    let mut cards = [CardTotal::NONE; 7];
    cards[4] = CardTotal { count: 2, sum: Amount::new(958).expect("three digits") };
    let totals = Totals { first: number(233), last: number(234), cards };
    let amount = Amount::new(958);
    Tell::Result(Box::new(Outcome { amount, totals: Some(totals), ..Outcome::of(ResultCode::OK) }))
}

fn receipt(kind: ReceiptKind) -> Tell {
    Tell::Receipt(Receipt { kind, lines: vec![Line::normal("Käse"), Line::normal("12,34 EUR")] })
}

/// The kinds of what a terminal said, one letter each.
fn letters(said: &[more::Said]) -> String {
    let letter = |said: &more::Said| match said {
        more::Said::Status(_) => 's',
        more::Said::Result(_) => 'R',
        more::Said::Line(_) => 'l',
        more::Said::Block(_) => 'b',
        more::Said::Completion(_) => 'C',
        more::Said::Abort(_) => 'A',
    };
    said.iter().map(letter).collect()
}

fn result_of(said: &[more::Said]) -> &packets::StatusInformation {
    let result = said.iter().find_map(|said| match said {
        more::Said::Result(result) => Some(result),
        _ => None,
    });
    result.expect("there is a result")
}

#[test]
fn the_crate_registers() {
    let (got, asked) = run(sound, async |mut stream| {
        sequence::<sequences::Registration>(&registration(0xDE), &mut stream).await
    });
    let [sequences::RegistrationResponse::CompletionData(completion)] = &got[..] else { panic!("{got:?}") };
    assert_eq!((completion.terminal_id, completion.currency), (Some(52_523_535), Some(978)));
    assert!(matches!(asked[..], [Ask::Registered { .. }]));
}

#[test]
fn a_payment_of_the_crate_is_asked_told_and_printed() {
    let command =
        || more::Authorisation { amount: Some(1234), currency: Some(978), payment_type: Some(0x40) };
    let (said, asked) = run(sound, async |mut stream| {
        register(0xDE, &mut stream).await;
        more::talk(&command(), &mut stream, ACK).await
    });
    assert_eq!(letters(&said), "ssRlllC");
    let result = result_of(&said);
    assert_eq!((result.result_code, result.amount, result.receipt_no), (Some(0), Some(1234), Some(231)));
    assert_eq!((result.time, result.date, result.currency), (Some(225_558), Some(405), Some(978)));
    assert_eq!((result.trace_number, result.terminal_id), (Some(975), Some(52_523_535)));
    assert_eq!(
        (result.card_type, result.zvt_card_type, result.zvt_card_type_id),
        (Some(0x60), Some(198), Some(1))
    );
    assert_eq!(result.card_name.as_deref(), Some("UnionPay"));
    assert_eq!(result.vu_number.as_deref(), Some("804011926      "));
    assert_eq!(result.aid_authorization_attribute.as_deref(), Some("750071"));
    assert_eq!(result.additional_text.as_deref(), Some("Größe 1"));
    let more::Said::Status(status) = &said[0] else { panic!("no status") };
    // The crate reads zero minutes where there are none, as its own tests say.
    assert_eq!((status.status, status.timeout), (0x0A, Some(0)));
    let more::Said::Line(line) = &said[3] else { panic!("no line") };
    assert_eq!((line.attribute, line.text.as_str()), (0, "Käse"));
    let Some(more::Said::Completion(completion)) = said.last() else { panic!("no completion") };
    assert_eq!(*completion, packets::CompletionData::default());
    let amount = Amount::new(1234).expect("four digits");
    assert_eq!(asked[1], Ask::Pay { amount, payment_type: Some(0x40) });
    assert_eq!(asked[2..], [Ask::Taken, Ask::Printed, Ask::Ended]);
}

#[test]
fn a_register_that_prints_nothing_and_wants_to_hear_nothing_is_sent_only_the_result() {
    let (said, _) = run(sound, async |mut stream| {
        register(0x00, &mut stream).await;
        let command = more::Authorisation { amount: Some(1), ..more::Authorisation::default() };
        more::talk(&command, &mut stream, ACK).await
    });
    assert_eq!(letters(&said), "RC");
    assert_eq!(result_of(&said).currency, None);
}

#[test]
fn the_crate_reads_a_receipt_in_blocks_of_a_terminal_that_always_sends_them() {
    let session = Session::new(Settings { always_blocks: true, ..settings() });
    let (said, asked) = run_with(Terminal { session, ..Terminal::new(sound) }, async |mut stream| {
        register(0x86, &mut stream).await;
        let command = more::Authorisation { amount: Some(1), ..more::Authorisation::default() };
        more::talk(&command, &mut stream, ACK).await
    });
    assert_eq!(letters(&said), "RbC");
    let more::Said::Block(packets::PrintTextBlock { tlv: Some(block) }) = &said[1] else {
        panic!("no block")
    };
    let lines = block.lines.as_ref().expect("there are lines");
    assert_eq!((block.receipt_type, lines.eol), (Some(2), Some(0xFF)));
    assert_eq!(lines.lines, ["Käse", "12,34 EUR"]);
    assert!(asked.contains(&Ask::Printed));
}

#[test]
fn goods_that_the_crate_does_not_issue_take_the_payment_back() {
    use zvt_peer::ZvtSerializer;
    let (said, asked) = run(sound, async |mut stream| {
        register(0xDE, &mut stream).await;
        let command = more::Authorisation { amount: Some(1234), ..more::Authorisation::default() };
        more::talk(&command, &mut stream, &more::GoodsNotIssued {}.zvt_serialize()).await
    });
    assert_eq!(letters(&said), "ssRsA");
    let Some(more::Said::Abort(abort)) = said.last() else { panic!("no abort") };
    assert_eq!(abort.error, 0x6C);
    assert!(asked.contains(&Ask::UndoLast { code: ResultCode(0x66) }));
}

#[test]
fn a_reversal_of_the_crate_names_its_receipt() {
    let (said, asked) = run(sound, async |mut stream| {
        register(0x86, &mut stream).await;
        let command = more::Reversal { password: PASSWORD, receipt_no: Some(231) };
        more::talk(&command, &mut stream, ACK).await
    });
    assert_eq!(letters(&said), "RlllC");
    assert!(asked.contains(&Ask::Reverse { receipt_no: number(231), amount: None }));
}

#[test]
fn a_repeated_receipt_of_the_crate_brings_the_result_or_the_print_or_both() {
    let repeat = |service_byte| {
        run(sound, async |mut stream| {
            register(0x86, &mut stream).await;
            let command = more::RepeatReceipt { password: PASSWORD, service_byte };
            letters(&more::talk(&command, &mut stream, ACK).await)
        })
        .0
    };
    assert_eq!(repeat(None), "lllC");
    assert_eq!(repeat(Some(1)), "RlllC");
    assert_eq!(repeat(Some(3)), "RC");
}

#[test]
fn a_receipt_that_was_lost_is_fetched_on_the_next_connection() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    let mut terminal = Terminal::new(sound);
    let (ours, theirs) = tokio::io::duplex(64);
    // The register takes the result and goes.
    let register_and_go = async {
        let mut stream = theirs;
        register(0x86, &mut stream).await;
        let command = more::Authorisation { amount: Some(1234), ..more::Authorisation::default() };
        let mut pinned = core::pin::pin!(&mut stream);
        sequences::write_with_ack_async(&command, &mut pinned.as_mut()).await.expect("it is acknowledged");
        sequences::read_packet_async(&mut pinned.as_mut()).await.expect("there is a result");
        pinned.write_all(ACK).await.expect("the terminal listens");
        sequences::read_packet_async(&mut pinned.as_mut()).await.expect("there is a first line");
    };
    runtime.block_on(async { tokio::join!(register_and_go, terminal.serve(ours)) });
    assert_eq!(terminal.asked.last(), Some(&Ask::Lost { during: Stage::Receipt }));
    // It comes back, and asks.
    let (ours, mut theirs) = tokio::io::duplex(64);
    let command = more::RepeatReceipt { password: PASSWORD, service_byte: Some(1) };
    let come_back = async {
        let said = more::talk(&command, &mut theirs, ACK).await;
        drop(theirs);
        said
    };
    let (said, ()) = runtime.block_on(async { tokio::join!(come_back, terminal.serve(ours)) });
    assert_eq!(letters(&said), "RlllC");
    assert_eq!(result_of(&said).receipt_no, Some(231));
}

#[test]
fn a_reservation_of_the_crate_is_held_and_released() {
    let (got, asked) = run(sound, async |mut stream| {
        register(0xDE, &mut stream).await;
        let hold = packets::Reservation {
            amount: Some(2500),
            currency: Some(978),
            payment_type: Some(0x40),
            ..packets::Reservation::default()
        };
        let held = sequence::<sequences::Reservation>(&hold, &mut stream).await;
        let part = packets::PartialReversal {
            receipt_no: Some(231),
            amount: Some(1295),
            currency: Some(978),
            ..packets::PartialReversal::default()
        };
        let parted = sequence::<sequences::PartialReversal>(&part, &mut stream).await;
        let whole =
            packets::PreAuthReversal { payment_type: Some(0x40), currency: Some(978), receipt_no: Some(231) };
        let released = sequence::<sequences::PreAuthReversal>(&whole, &mut stream).await;
        let book = more::BookTotal { receipt_no: Some(231), amount: Some(1205) };
        let booked = letters(&more::talk(&book, &mut stream, ACK).await);
        (held, parted.len(), released.len(), booked)
    });
    let (held, parted, released, booked) = got;
    let [sequences::AuthorizationResponse::StatusInformation(result), _] = &held[..] else {
        panic!("{held:?}")
    };
    assert_eq!((result.amount, result.receipt_no), (Some(2500), Some(231)));
    assert_eq!((parted, released, booked.as_str()), (7, 7, "ssRlllC"));
    let wanted = [
        Ask::Reserve { amount: Amount::new(2500), payment_type: Some(0x40) },
        Ask::ReleasePart {
            receipt_no: number(231),
            unused: Amount::new(1295).expect("four digits"),
            trace_no: None,
        },
        Ask::Release { receipt_no: number(231) },
        Ask::Book { receipt_no: number(231), used: Amount::new(1205), trace_no: None },
    ];
    assert!(wanted.iter().all(|ask| asked.contains(ask)), "{asked:?}");
}

#[test]
fn the_crate_learns_which_holds_are_open() {
    let (got, _) = run(sound, async |mut stream| {
        let all =
            packets::PartialReversal { receipt_no: Some(0xFFFF), ..packets::PartialReversal::default() };
        sequence::<sequences::PartialReversal>(&all, &mut stream).await
    });
    let [sequences::PartialReversalResponse::PartialReversalAbort(abort)] = &got[..] else {
        panic!("{got:?}")
    };
    assert_eq!((abort.error, abort.receipt_no), (0xB8, Some(231)));
}

#[test]
fn an_end_of_day_of_the_crate_brings_totals_and_a_receipt() {
    let (got, asked) = run(sound, async |mut stream| {
        register(0xDE, &mut stream).await;
        sequence::<sequences::EndOfDay>(&packets::EndOfDay { password: PASSWORD }, &mut stream).await
    });
    let Some(sequences::EndOfDayResponse::StatusInformation(result)) = got.first() else { panic!("{got:?}") };
    let totals = result.single_amounts.as_ref().expect("there are totals");
    assert_eq!((totals.receipt_no_start, totals.receipt_no_end), (233, 234));
    assert_eq!((totals.visa.num, totals.visa.total, result.amount), (2, 958, Some(958)));
    let lines = got.iter().filter(|got| matches!(got, sequences::EndOfDayResponse::PrintLine(_))).count();
    assert_eq!((lines, got.len()), (3, 5));
    assert!(asked.contains(&Ask::EndOfDay));
}

#[test]
fn an_end_of_day_that_cannot_be_is_aborted_with_its_reason() {
    let full = |ask: &Ask| match ask {
        Ask::EndOfDay => vec![Tell::Failed(ResultCode::OPEN_BATCH)],
        _ => vec![],
    };
    let (got, _) = run(full, async |mut stream| {
        sequence::<sequences::EndOfDay>(&packets::EndOfDay { password: PASSWORD }, &mut stream).await
    });
    let [sequences::EndOfDayResponse::Abort(abort)] = &got[..] else { panic!("{got:?}") };
    assert_eq!(abort.error, 0xF0);
}

#[test]
fn totals_are_told_and_a_refund_is_made() {
    let ((totals, refund), asked) = run(sound, async |mut stream| {
        register(0x86, &mut stream).await;
        let totals = more::talk(&more::Totals { password: PASSWORD }, &mut stream, ACK).await;
        let refund = more::Refund { password: PASSWORD, amount: Some(50) };
        (letters(&totals), letters(&more::talk(&refund, &mut stream, ACK).await))
    });
    assert_eq!((totals.as_str(), refund.as_str()), ("RC", "RlllC"));
    assert!(asked.contains(&Ask::Refund { amount: Amount::new(50).expect("two digits") }));
}

#[test]
fn diagnosis_initialisation_and_configuration_run_through() {
    let ((diagnosed, initialised, printed), _) = run(sound, async |mut stream| {
        register(0xDE, &mut stream).await;
        let kind = packets::tlv::Diagnosis { diagnosis_type: Some(1) };
        let command = packets::Diagnosis { tlv: Some(kind) };
        let diagnosed = sequence::<sequences::Diagnosis>(&command, &mut stream).await;
        let command = packets::Initialization { password: PASSWORD };
        let initialised = sequence::<sequences::Initialization>(&command, &mut stream).await;
        let command = packets::PrintSystemConfiguration {};
        let printed = sequence::<sequences::PrintSystemConfiguration>(&command, &mut stream).await;
        (diagnosed, initialised.len(), printed.len())
    });
    let clock = diagnosed.iter().find_map(|got| match got {
        sequences::DiagnosisResponse::SetTimeAndDate(clock) => Some((clock.date, clock.time)),
        _ => None,
    });
    assert_eq!((clock, diagnosed.len()), (Some((261_122, 151_700)), 3));
    assert_eq!((initialised, printed), (2, 4));
}

#[test]
fn a_status_enquiry_of_the_crate_finds_the_terminal_ready() {
    let ((enquired, bytes), asked) = run(sound, async |mut stream| {
        let enquiry = packets::StatusEnquiry { password: None, service_byte: None, tlv: None };
        let enquired = sequence::<sequences::StatusEnquiry>(&enquiry, &mut stream).await;
        // Its own sequence has no version and no state; its packet has.
        let mut pinned = core::pin::pin!(&mut stream);
        let more = packets::StatusEnquiry { password: Some(PASSWORD), service_byte: Some(4), tlv: None };
        sequences::write_with_ack_async(&more, &mut pinned.as_mut()).await.expect("it is acknowledged");
        let bytes = sequences::read_packet_async(&mut pinned.as_mut()).await.expect("there is an answer");
        pinned.write_all(ACK).await.expect("the terminal listens");
        (enquired.len(), bytes)
    });
    use zvt_peer::ZvtSerializer;
    let (state, _) = packets::ReceiptPrintoutCompletion::zvt_deserialize(&bytes).expect("the crate reads it");
    assert_eq!((enquired, state.terminal_status_code, state.sw_version.as_str()), (1, 0, "GER-APP-v2.0.9"));
    assert_eq!(asked.iter().filter(|ask| **ask == Ask::Status).count(), 2);
}

#[test]
fn a_log_off_is_only_acknowledged_and_commands_that_we_lack_are_refused() {
    let (got, asked) = run(sound, async |mut stream| {
        let mut pinned = core::pin::pin!(&mut stream);
        let off = sequences::write_with_ack_async(&more::LogOff {}, &mut pinned.as_mut()).await;
        let reset = sequences::write_with_ack_async(&packets::ResetTerminal {}, &mut pinned.as_mut()).await;
        (off.is_ok(), reset.is_ok())
    });
    assert_eq!((got, asked), ((true, false), vec![Ask::LoggedOff]));
}

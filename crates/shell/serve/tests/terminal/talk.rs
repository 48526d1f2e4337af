//! The unmodified `zvt` crate as a cash register over TCP.
//!
//! It has no payment, no reversal, no refund and no repeated receipt; those are made here with its derive macros, and its
//! own way of writing and reading a packet, as it makes its own.

use crate::driver::PATIENCE;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use zvt_peer as zvt_builder;
use zvt_peer::packets::{
    self, CompletionData, IntermediateStatusInformation, PartialReversalAbort, PrintLine, PrintTextBlock,
    StatusInformation,
};
use zvt_peer::sequences::{read_packet_async, write_with_ack_async};
use zvt_peer::{Zvt, ZvtEnum, ZvtParser, ZvtSerializer, encoding, length};

pub(crate) const PASSWORD: usize = 123_456;
pub(crate) const ACK: &[u8] = &[0x80, 0x00, 0x00];
/// The goods were not issued.
pub(crate) const NOT_ISSUED: &[u8] = &[0x84, 0x66, 0x00];

#[derive(Debug, Default, PartialEq, Zvt)]
#[zvt_control_field(class = 0x06, instr = 0x01)]
pub(crate) struct Authorisation {
    #[zvt_bmp(number = 0x04, length = length::Fixed<6>, encoding = encoding::Bcd)]
    pub(crate) amount: Option<usize>,
    #[zvt_bmp(number = 0x49, length = length::Fixed<2>, encoding = encoding::Bcd)]
    pub(crate) currency: Option<usize>,
    #[zvt_bmp(number = 0x19)]
    pub(crate) payment_type: Option<u8>,
}

#[derive(Debug, PartialEq, Zvt)]
#[zvt_control_field(class = 0x06, instr = 0x30)]
pub(crate) struct Reversal {
    #[zvt_bmp(length = length::Fixed<3>, encoding = encoding::Bcd)]
    pub(crate) password: usize,
    #[zvt_bmp(number = 0x87, length = length::Fixed<2>, encoding = encoding::Bcd)]
    pub(crate) receipt_no: Option<usize>,
}

#[derive(Debug, PartialEq, Zvt)]
#[zvt_control_field(class = 0x06, instr = 0x31)]
pub(crate) struct Refund {
    #[zvt_bmp(length = length::Fixed<3>, encoding = encoding::Bcd)]
    pub(crate) password: usize,
    #[zvt_bmp(number = 0x04, length = length::Fixed<6>, encoding = encoding::Bcd)]
    pub(crate) amount: Option<usize>,
}

#[derive(Debug, PartialEq, Zvt)]
#[zvt_control_field(class = 0x06, instr = 0x20)]
pub(crate) struct RepeatReceipt {
    #[zvt_bmp(length = length::Fixed<3>, encoding = encoding::Bcd)]
    pub(crate) password: usize,
    #[zvt_bmp(number = 0x03)]
    pub(crate) service_byte: Option<u8>,
}

#[derive(Debug, PartialEq, Zvt)]
#[zvt_control_field(class = 0x06, instr = 0x24)]
pub(crate) struct BookTotal {
    #[zvt_bmp(number = 0x87, length = length::Fixed<2>, encoding = encoding::Bcd)]
    pub(crate) receipt_no: Option<usize>,
    #[zvt_bmp(number = 0x04, length = length::Fixed<6>, encoding = encoding::Bcd)]
    pub(crate) amount: Option<usize>,
}

#[derive(Debug, PartialEq, Zvt)]
#[zvt_control_field(class = 0x06, instr = 0xB0)]
pub(crate) struct Stop {}

/// All that a terminal may say to a command.
#[derive(Debug, ZvtEnum)]
#[expect(
    dead_code,
    clippy::large_enum_variant,
    reason = "the crate's parser fills it; some of it is only counted"
)]
pub(crate) enum Said {
    Status(IntermediateStatusInformation),
    Result(StatusInformation),
    Line(PrintLine),
    Block(PrintTextBlock),
    Completion(CompletionData),
    Abort(PartialReversalAbort),
}

/// A register that has connected.
pub(crate) struct Register(TcpStream);

impl Register {
    pub(crate) async fn connect(address: &str) -> Self {
        Self(TcpStream::connect(address).await.expect("the terminal listens"))
    }

    /// Connects, and registers with these bits, in yuan.
    pub(crate) async fn registered(address: &str, config_byte: u8) -> Self {
        let mut register = Self::connect(address).await;
        let registration =
            packets::Registration { password: PASSWORD, config_byte, currency: Some(156), tlv: None };
        let said = register.talk(&registration).await;
        assert_eq!(letters(&said), "C");
        register
    }

    /// Hands in a command, acknowledges all that is said, and gives it.
    pub(crate) async fn talk<T>(&mut self, command: &T) -> Vec<Said>
    where
        T: ZvtSerializer + Sync + Send,
        encoding::Default: encoding::Encoding<T>,
    {
        self.talk_answering(command, ACK).await
    }

    /// The same with this answer to a result.
    pub(crate) async fn talk_answering<T>(&mut self, command: &T, to_result: &[u8]) -> Vec<Said>
    where
        T: ZvtSerializer + Sync + Send,
        encoding::Default: encoding::Encoding<T>,
    {
        self.begin(command).await;
        let mut said = Vec::new();
        loop {
            let next = self.next().await;
            let answer = if matches!(next, Said::Result(_)) { to_result } else { ACK };
            self.answer(answer).await;
            let over = matches!(next, Said::Completion(_) | Said::Abort(_));
            said.push(next);
            if over {
                return said;
            }
        }
    }

    /// Hands in a command.
    pub(crate) async fn begin<T>(&mut self, command: &T)
    where
        T: ZvtSerializer + Sync + Send,
        encoding::Default: encoding::Encoding<T>,
    {
        let stream = &mut self.0;
        tokio::pin!(stream);
        let acknowledged = timeout(PATIENCE, write_with_ack_async(command, &mut stream)).await;
        acknowledged.expect("the terminal answers").expect("the command is acknowledged");
    }

    /// The next packet of the terminal.
    pub(crate) async fn next(&mut self) -> Said {
        let stream = &mut self.0;
        tokio::pin!(stream);
        let bytes = timeout(PATIENCE, read_packet_async(&mut stream)).await;
        let bytes = bytes.expect("the terminal goes on").expect("the terminal is there");
        Said::zvt_parse(&bytes).expect("the crate can read it")
    }

    pub(crate) async fn answer(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the terminal listens");
    }

    /// The state in the answer to a status enquiry.
    pub(crate) async fn state(&mut self) -> u8 {
        let enquiry = packets::StatusEnquiry { password: Some(PASSWORD), service_byte: Some(0), tlv: None };
        self.begin(&enquiry).await;
        let stream = &mut self.0;
        tokio::pin!(stream);
        let bytes = timeout(PATIENCE, read_packet_async(&mut stream)).await;
        let bytes = bytes.expect("the terminal goes on").expect("the terminal is there");
        self.answer(ACK).await;
        let read = packets::ReceiptPrintoutCompletion::zvt_deserialize(&bytes);
        read.expect("the crate can read it").0.terminal_status_code
    }
}

/// The kinds of what a terminal said, one letter each; states of waiting are left out, for there may be any number.
pub(crate) fn letters(said: &[Said]) -> String {
    let letter = |said: &Said| match said {
        Said::Status(_) => None,
        Said::Result(_) => Some('R'),
        Said::Line(_) => Some('l'),
        Said::Block(_) => Some('b'),
        Said::Completion(_) => Some('C'),
        Said::Abort(_) => Some('A'),
    };
    said.iter().filter_map(letter).collect()
}

pub(crate) fn result_of(said: &[Said]) -> &StatusInformation {
    let result = said.iter().find_map(|said| match said {
        Said::Result(result) => Some(result),
        _ => None,
    });
    result.expect("there is a result")
}

/// Why it was aborted.
pub(crate) fn abort_of(said: &[Said]) -> u8 {
    let abort = said.last().and_then(|said| match said {
        Said::Abort(abort) => Some(abort.error),
        _ => None,
    });
    abort.expect("it ends with an abort")
}

pub(crate) fn lines_of(said: &[Said]) -> Vec<&str> {
    let text = |said: &'_ Said| matches!(said, Said::Line(_));
    let lines = said.iter().filter(|said| text(said));
    lines.map(|said| if let Said::Line(line) = said { line.text.as_str() } else { "" }).collect()
}

impl Register {
    /// So many bytes as they come.
    pub(crate) async fn raw(&mut self, count: usize) -> Vec<u8> {
        use tokio::io::AsyncReadExt;
        let mut bytes = vec![0; count];
        let read = timeout(PATIENCE, self.0.read_exact(&mut bytes)).await;
        read.expect("the terminal answers").expect("the terminal is there");
        bytes
    }
}

//! What a terminal sends of itself while it has the master's right, and the answers that each side gives.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 2.56.5 and 3, and PA00P016 revision 04, chapter 5.2.3.
//! *Not modelled:* dial-up by the register, menus, input requests, lists of blocked cards; they are [`Report::Other`].

use crate::apdu::{Apdu, Control};
use crate::bcd::{Amount, ClockTime, Currency, Date, ReceiptNo};
use crate::code::{Intermediate, ResultCode, TerminalStatus};
use crate::fields::{Bmp, FieldError, Fields, counter};
use crate::receipt::{Line, PRINT_LINE, PRINT_TEXT_BLOCK, TextBlock};
use crate::text;
use crate::tlv::{self, Objects, Tag};

pub(crate) const INTERMEDIATE: Control = Control(0x04, 0xFF);
pub(crate) const STATUS_INFORMATION: Control = Control(0x04, 0x0F);
pub(crate) const SET_CLOCK: Control = Control(0x04, 0x01);
const COMPLETION: Control = Control(0x06, 0x0F);
const ABORT: Control = Control(0x06, 0x1E);

/// One message of a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// 04 FF: what it is doing, and for how many minutes the register shall wait for it.
    Intermediate(Intermediate, Option<u8>, Fields),
    /// 04 0F: how it ended.
    StatusInformation(Fields),
    /// 04 01: what time it is.
    SetClock(Fields),
    /// 06 D1.
    PrintLine(Line),
    /// 06 D3.
    PrintTextBlock(TextBlock),
    /// 06 0F, after anything but a status enquiry.
    Completion(Fields),
    /// 06 0F, after a status enquiry.
    State(State),
    /// 06 1E.
    Abort(Abort),
    /// Any other, and a completion that a manufacturer has filled in his own way.
    Other(Apdu),
}

/// How a terminal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Of its software, if the register wants to know.
    pub version: Option<String>,
    /// How it is.
    pub status: TerminalStatus,
    /// A container, if the register wants one.
    pub fields: Fields,
}

/// Why something did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abort {
    /// Why.
    pub code: ResultCode,
    /// What the terminal takes, when the code is [`ResultCode::WRONG_CURRENCY`].
    pub currency: Option<Currency>,
    /// The rest.
    pub fields: Fields,
}

impl Report {
    /// Reads a message.
    ///
    /// # Errors
    /// It is of a known kind, and its fields cannot be read.
    pub fn parse(apdu: &Apdu) -> Result<Self, FieldError> {
        let data = apdu.data();
        let report = match apdu.control() {
            INTERMEDIATE => intermediate(data)?,
            STATUS_INFORMATION => Some(Self::StatusInformation(Fields::parse(data)?)),
            SET_CLOCK => Some(Self::SetClock(Fields::parse(data)?)),
            PRINT_LINE => Line::parse(data).map(Self::PrintLine),
            PRINT_TEXT_BLOCK => {
                Fields::parse(data)?.objects().and_then(TextBlock::parse).map(Self::PrintTextBlock)
            }
            COMPLETION => Fields::parse(data).map(Self::Completion).ok().or_else(|| state(data)),
            ABORT => abort(data)?,
            _ => None,
        };
        Ok(report.unwrap_or_else(|| Self::Other(apdu.clone())))
    }

    /// The message.
    #[must_use]
    pub fn apdu(&self) -> Apdu {
        match self {
            Self::Intermediate(status, minutes, fields) => {
                let minutes = minutes.map(|minutes| crate::bcd::write::<1>(u64::from(minutes))[0]);
                Apdu::of(INTERMEDIATE, joined([status.0].into_iter().chain(minutes), fields))
            }
            Self::StatusInformation(fields) => Apdu::of(STATUS_INFORMATION, joined([], fields)),
            Self::SetClock(fields) => Apdu::of(SET_CLOCK, joined([], fields)),
            Self::PrintLine(line) => {
                let mut data = vec![line.attribute.0];
                text::write(&mut data, &line.text, Apdu::MAX_DATA_BYTES - 1);
                Apdu::of(PRINT_LINE, data)
            }
            Self::PrintTextBlock(block) => block.apdu(),
            Self::Completion(fields) => Apdu::of(COMPLETION, joined([], fields)),
            Self::State(state) => Apdu::of(COMPLETION, state.data()),
            Self::Abort(abort) => {
                let currency = abort.currency.iter().flat_map(|currency| currency.wire());
                Apdu::of(ABORT, joined([abort.code.0].into_iter().chain(currency), &abort.fields))
            }
            Self::Other(apdu) => apdu.clone(),
        }
    }

    /// It is this late.
    pub(crate) fn clock(date: Date, time: ClockTime) -> Self {
        let mut fields = Fields::default();
        fields.push(Bmp::DATE, &date.wire());
        fields.push(Bmp::TIME, &time.wire());
        Self::SetClock(fields)
    }

    /// It ended, and this is why.
    pub(crate) const fn abort(code: ResultCode, currency: Option<Currency>) -> Self {
        Self::Abort(Abort { code, currency, fields: Fields::NONE })
    }

    /// These holds are open: the first, or all of them in a container.
    pub(crate) fn open_reservations(open: &[ReceiptNo], container: bool) -> Self {
        let mut fields = Fields::default();
        match open {
            [] => fields.push(Bmp::RECEIPT_NO, &[0xFF, 0xFF]),
            [_, _, ..] if container => {
                let (mut list, mut objects) = (Vec::new(), Vec::new());
                for receipt_no in open.iter().take(MAX_OPEN) {
                    tlv::write_object(&mut list, Tag::RECEIPT_NO, &receipt_no.wire());
                }
                tlv::write_object(&mut objects, Tag::RESERVATIONS, &list);
                fields.push(Bmp::CONTAINER, &objects);
            }
            [first, ..] => fields.push(Bmp::RECEIPT_NO, &first.wire()),
        }
        Self::Abort(Abort { code: ResultCode::RESERVATION, currency: None, fields })
    }
}

/// Four bytes each: all of them fit into one message.
const MAX_OPEN: usize = 1000;

fn joined(head: impl IntoIterator<Item = u8>, fields: &Fields) -> Vec<u8> {
    head.into_iter().chain(fields.bytes().iter().copied()).collect()
}

fn intermediate(data: &[u8]) -> Result<Option<Report>, FieldError> {
    let Some((status, rest)) = data.split_first() else { return Ok(None) };
    let minutes = rest.split_first().and_then(|(byte, rest)| {
        let minutes = crate::bcd::read(&[*byte]).and_then(|minutes| u8::try_from(minutes).ok())?;
        Some((minutes, rest))
    });
    // A field 06 without minutes before it is not allowed, and sent all the same.
    Ok(match (Fields::parse(rest), minutes) {
        (Ok(fields), _) => Some(Report::Intermediate(Intermediate(*status), None, fields)),
        (Err(_), Some((minutes, rest))) => {
            Some(Report::Intermediate(Intermediate(*status), Some(minutes), Fields::parse(rest)?))
        }
        (Err(error), None) => return Err(error),
    })
}

fn abort(data: &[u8]) -> Result<Option<Report>, FieldError> {
    let Some((code, rest)) = data.split_first() else { return Ok(None) };
    let code = ResultCode(*code);
    let currency = rest.split_first_chunk::<2>().filter(|_| code == ResultCode::WRONG_CURRENCY);
    if let Some((currency, rest)) = currency.and_then(|(digits, rest)| Some((Currency::read(digits)?, rest)))
        && let Ok(fields) = Fields::parse(rest)
    {
        return Ok(Some(Report::Abort(Abort { code, currency: Some(currency), fields })));
    }
    Ok(Some(Report::Abort(Abort { code, currency: None, fields: Fields::parse(rest)? })))
}

fn state(data: &[u8]) -> Option<Report> {
    let counted = data.first().is_some_and(|byte| byte >> 4 == 0xF);
    let (version, rest) = match counter::<3>(data) {
        Ok((count, rest)) if counted => {
            rest.split_at_checked(count).map(|(text, rest)| (Some(text), rest))?
        }
        _ => (None, data),
    };
    let (status, rest) = rest.split_first()?;
    let fields = Fields::parse(rest).ok()?;
    Some(Report::State(State { version: version.map(text::read), status: TerminalStatus(*status), fields }))
}

impl State {
    fn data(&self) -> Vec<u8> {
        let mut data = Vec::new();
        if let Some(version) = &self.version {
            let version = text::bytes(version, 999);
            let digit = |count: usize| 0xF0 | (count % 10) as u8;
            let count = version.len();
            data.extend([digit(count / 100), digit(count / 10), digit(count)]);
            data.extend(version);
        }
        data.push(self.status.0);
        data.extend_from_slice(self.fields.bytes());
        data
    }
}

/// The answer to any message: 80 00, or 84 and a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Understood, or done.
    Positive,
    /// Not, and why; to a result it can say how much of the goods was issued.
    Negative {
        /// Why.
        code: ResultCode,
        /// The amount that came with it, if one did.
        amount: Option<Amount>,
    },
}

impl Answer {
    /// Reads a message; `None` when it is no answer. 84 00 is positive, by the published text.
    #[must_use]
    pub fn parse(apdu: &Apdu) -> Option<Self> {
        match apdu.control() {
            Control(0x80, _) | Control(0x84, 0x00) => Some(Self::Positive),
            Control(0x84, code) => {
                let amount =
                    Fields::parse(apdu.data()).ok().and_then(|fields| fields.amount().ok().flatten());
                Some(Self::Negative { code: ResultCode(code), amount })
            }
            _ => None,
        }
    }

    /// 80 00 00.
    #[must_use]
    pub fn positive() -> Apdu {
        Apdu::of(Control(0x80, 0x00), Vec::new())
    }

    /// 84, this code, and nothing more.
    #[must_use]
    pub fn negative(code: ResultCode) -> Apdu {
        Apdu::of(Control(0x84, code.0), Vec::new())
    }

    /// 84 1E: the registration is in a currency that the terminal does not take.
    #[must_use]
    pub fn wrong_currency(ours: Currency) -> Apdu {
        let [high, low] = ours.wire();
        Apdu::of(Control(0x84, 0x1E), vec![ResultCode::WRONG_CURRENCY.0, high, low])
    }
}

/// Names the terminal for a status enquiry that wants a container.
pub(crate) fn device(objects: &mut Vec<u8>, name: &str, version: &str, serial_no: u64) {
    let mut device = Vec::new();
    tlv::write_object(&mut device, Tag::DEVICE_NAME, &text::bytes(name, 100));
    tlv::write_object(&mut device, Tag::DEVICE_VERSION, &text::bytes(version, 100));
    tlv::write_object(&mut device, Tag::DEVICE_SERIAL, &crate::bcd::write::<4>(serial_no));
    tlv::write_object(&mut device, Tag::DEVICE_STATE, &[0]);
    tlv::write_object(objects, Tag::DEVICE, &device);
}

/// The lines that an intermediate status shows.
#[must_use]
pub fn shown(fields: &Fields) -> Vec<String> {
    let texts = fields.objects().and_then(|objects| objects.find(Tag::DISPLAY_TEXTS));
    let lines = texts.map(Objects::new).into_iter().flatten().map_while(Result::ok);
    lines.filter(|object| object.tag == Tag::TEXT_LINE).map(|object| text::read(object.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Abort, Answer, Report, shown};
    use crate::apdu::{Apdu, Control};
    use crate::bcd::{Amount, Currency, ReceiptNo};
    use crate::code::{Intermediate, ResultCode};
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Report {
        Report::parse(&Apdu::parse(bytes).unwrap()).unwrap()
    }

    #[test]
    fn the_published_intermediate_states_are_read() {
        // PA00P015 revision 13.08, chapter 5.1.
        let bytes = [0x04, 0xFF, 0x09, 0x17, 0x06, 0x06, 0x1F, 0x73, 0x03, 0, 0, 2];
        let Report::Intermediate(status, minutes, _) = parse(&bytes) else { panic!("no status") };
        assert_eq!((status, minutes), (Intermediate::PLEASE_WAIT, None));
        let mut bytes = vec![0x04, 0xFF, 0x19, 0x17, 0x03, 0x06, 0x15, 0x24, 0x0D, 0x07, 0x0B];
        bytes.extend(b"00 Approved");
        bytes.extend([0x1F, 0x73, 0x03, 0, 0, 8]);
        let Report::Intermediate(_, minutes, fields) = parse(&bytes) else { panic!("no status") };
        assert_eq!((minutes, shown(&fields)), (Some(3), vec!["00 Approved".to_owned()]));
        assert_eq!(parse(&bytes).apdu().bytes(), bytes);
    }

    #[test]
    fn open_holds_are_the_first_or_all_or_none() {
        let number = |number| ReceiptNo::new(number).unwrap();
        let bytes = |open: &[ReceiptNo], container| Report::open_reservations(open, container).apdu().bytes();
        // PA00P015 revision 13.08, chapter 2.10.1.
        assert_eq!(bytes(&[], true), [0x06, 0x1E, 0x04, 0xB8, 0x87, 0xFF, 0xFF]);
        assert_eq!(bytes(&[number(231), number(7)], false), [0x06, 0x1E, 0x04, 0xB8, 0x87, 0x02, 0x31]);
        assert_eq!(
            bytes(&[number(231), number(7)], true),
            [0x06, 0x1E, 13, 0xB8, 0x06, 10, 0x23, 8, 0x08, 2, 0x02, 0x31, 0x08, 2, 0x00, 0x07]
        );
    }

    #[test]
    fn a_wrong_currency_comes_with_the_right_one() {
        let abort = Report::abort(ResultCode::WRONG_CURRENCY, Some(Currency::EUR));
        assert_eq!(abort.apdu().bytes(), [0x06, 0x1E, 0x03, 0x6F, 0x09, 0x78]);
        assert_eq!(parse(&abort.apdu().bytes()), abort);
        let Report::Abort(Abort { code, currency, .. }) = parse(&[0x06, 0x1E, 0x01, 0x6C]) else {
            panic!("no abort")
        };
        assert_eq!((code, currency), (ResultCode::ABORTED, None));
    }

    #[test]
    fn answers_are_told_apart() {
        let answer = |bytes: &[u8]| Answer::parse(&Apdu::parse(bytes).unwrap());
        assert_eq!(answer(&[0x80, 0, 0]), Some(Answer::Positive));
        assert_eq!(answer(&[0x84, 0, 0]), Some(Answer::Positive));
        let partial = answer(&[0x84, 0x9D, 7, 0x04, 0, 0, 0, 0, 0x05, 0]);
        assert_eq!(
            partial,
            Some(Answer::Negative { code: ResultCode::PARTIAL_ISSUE, amount: Amount::new(500) })
        );
        assert_eq!(answer(&[0x06, 0x01, 0]), None);
        assert_eq!(Answer::negative(ResultCode::NOT_POSSIBLE).bytes(), [0x84, 0x83, 0x00]);
        assert_eq!(Answer::wrong_currency(Currency::EUR).bytes(), [0x84, 0x1E, 0x03, 0x6F, 0x09, 0x78]);
    }

    proptest! {
        #[test]
        fn what_can_be_read_means_the_same_when_written(
            control in prop::sample::select(vec![(4_u8, 0xFF_u8), (4, 0x0F), (4, 1), (6, 0xD1), (6, 0xD3), (6, 0x0F), (6, 0x1E)]),
            data in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let apdu = Apdu::of(Control(control.0, control.1), data);
            if let Ok(report) = Report::parse(&apdu) {
                prop_assert_eq!(Report::parse(&report.apdu()), Ok(report));
            }
        }
    }
}

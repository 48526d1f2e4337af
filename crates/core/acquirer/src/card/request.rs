//! A request to the card host, as it was read: what it asks, of which payment, and whether its MAC is right.
//!
//! Source: UnionPay POS dialect, "Transaction table" (what is asked),
//! "Keys and MAC" (which messages have none), "Field table". Reading changes nothing; a request is decided later, on the
//! books as they are then. *Not modelled:* encrypted tracks (53 flag): such a request has no card number here.

use super::ascii87::{self, Stated};
use super::books::{CardBooks, Terminal, TerminalIds};
use super::mac;
use super::record::{CardNumber, CardToken, hash};
use super::setup::{Admit, CardSetup, Speech};
use crate::event::Kind;
use crate::fault::{Desk, Subject, Totals};
use crate::short::{Code, Short};
use core::fmt;
use iso8583::{
    CUP_TRANSACTIONS, DecodeError, Field59, Field60, Field61, MacAlgorithm, MacError, Message, Mti, Pan,
    ReadyMacKey, Tag, Transaction, TransactionKey, decode, verify_mac,
};
use sim::{Fen, Key, TerminalNo};
use std::borrow::Cow;

/// The number of a terminal that nobody has registered: in events, and never in the books. A newcomer has it too until
/// its first request is decided, so what is told of that request's arrival, refusal and answer names it.
pub(crate) const STRANGER: TerminalNo = TerminalNo(u16::MAX);

/// A readable request, made to be reused.
#[derive(Clone, Debug)]
pub struct CardRequest {
    pub(crate) kind: Kind,
    /// What a reversal reverses; otherwise the same as `kind`. `None` when the dialect has no such transaction.
    pub(crate) transaction: Option<Kind>,
    pub(crate) number: CardNumber,
    pub(crate) ids: Option<TerminalIds>,
    /// Whether the number can be read.
    pub(crate) is_numbered: bool,
    pub(crate) mac: Mac,
    pub(crate) amount: Option<Fen>,
    pub(crate) parts: Field60,
    pub(crate) card: Option<CardToken>,
    pub(crate) fingerprint: u64,
    pub(crate) settles_by: Totals,
    pub(crate) message: Message,
    /// What it had said itself, in another dialect than UnionPay's.
    pub(crate) stated: Option<Box<Stated>>,
}

/// What is known of a request's MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mac {
    /// It is right.
    Right,
    /// It is another one than the terminal's key gives.
    Wrong,
    /// There is none.
    Absent,
    /// The terminal has no key.
    Unknown,
}

/// Why bytes in a frame are no request to this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRequest {
    /// They are no message of the dialect.
    Unreadable(DecodeError),
    /// The host does not serve this type.
    Unserved(Mti),
}

impl Default for CardRequest {
    fn default() -> Self {
        Self {
            kind: Kind::Sale,
            transaction: None,
            number: CardNumber { terminal: STRANGER, batch: 0, stan: 0 },
            ids: None,
            is_numbered: false,
            mac: Mac::Absent,
            amount: None,
            parts: Field60::default(),
            card: None,
            fingerprint: 0,
            settles_by: Totals::Right,
            message: Message::new(Mti::FINANCIAL),
            stated: None,
        }
    }
}

impl CardRequest {
    /// What is asked for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The number under which it is asked; zeros where the request does not say.
    #[must_use]
    pub const fn key(&self) -> Key {
        self.number.key()
    }

    /// The amount, where the request has one.
    #[must_use]
    pub const fn amount(&self) -> Option<Fen> {
        self.amount
    }

    /// Lets the host settle by other totals than those of its records.
    pub const fn settle_by(&mut self, totals: Totals) {
        self.settles_by = totals;
    }

    /// What a fault can aim at.
    pub fn with_subject<T>(&self, look: impl FnOnce(&Subject<'_>) -> T) -> T {
        let field = |name: &str| self.message.field(name.parse().ok()?);
        let (kind, key, amount) = (self.kind, self.key(), self.amount);
        look(&Subject { desk: Desk::Card, kind, key, amount, field: &field })
    }

    /// Reads the body of a frame.
    pub(crate) fn read(
        &mut self,
        body: &[u8],
        setup: &CardSetup,
        books: &CardBooks,
    ) -> Result<(), NoRequest> {
        self.settles_by = Totals::Right;
        decode(setup.speech.dialect(), body, &mut self.message).map_err(NoRequest::Unreadable)?;
        let stated_mti = self.message.mti();
        self.stated = match setup.speech {
            Speech::UnionPay => None,
            Speech::Own(_) if self.message.text(60).and_then(Field60::parse).is_some() => None,
            Speech::Ascii87 | Speech::Own(_) => {
                let batch = self.open_batch(books);
                Some(Box::new(ascii87::supply(&mut self.message, batch)))
            }
        };
        let mti = self.message.mti();
        let parts = self.message.text(60).and_then(Field60::parse);
        self.parts = parts.unwrap_or_default();
        (self.kind, self.transaction) = self.meaning().ok_or(NoRequest::Unserved(stated_mti))?;
        self.ids = self.terminal_ids();
        let stan = self.message.text(11).and_then(number);
        self.is_numbered = parts.is_some() && stan.is_some();
        let terminal = self.ids.and_then(|ids| books.terminal_of(ids)).unwrap_or(STRANGER);
        self.number = match (parts, stan) {
            (Some(parts), Some(stan)) => CardNumber { terminal, batch: parts.batch, stan },
            _ => CardNumber { terminal, batch: 0, stan: 0 },
        };
        self.amount = self.message.text(4).and_then(|text| text.parse().ok()).map(Fen);
        self.card = self.card_digits().map(CardToken::of);
        let is_advice = mti == Mti::ADVICE || mti == Mti::SCRIPT_RESULT;
        self.fingerprint = if is_advice { fingerprint(&self.message) } else { 0 };
        self.mac = match self.key_of(terminal, setup, books) {
            Some((algorithm, key)) => match verify_mac(mac::spoken(setup.speech, algorithm), body, &*key) {
                Ok(()) => Mac::Right,
                Err(MacError::Wrong { .. }) => Mac::Wrong,
                Err(MacError::Absent | MacError::TooShort) => Mac::Absent,
            },
            None => Mac::Unknown,
        };
        if is_trusted(setup.speech, self.mac) {
            self.mac = Mac::Right;
        }
        Ok(())
    }

    /// The batch that its terminal has open; the first one of a stranger.
    fn open_batch(&self, books: &CardBooks) -> u32 {
        let terminal = self.terminal_ids().and_then(|ids| books.terminal_of(ids));
        terminal.and_then(|number| books.terminal(number)).map_or(1, Terminal::batch)
    }

    /// The key of a terminal is ready; that of a newcomer is used once.
    fn key_of<'b>(
        &self,
        terminal: TerminalNo,
        setup: &CardSetup,
        books: &'b CardBooks,
    ) -> Option<(MacAlgorithm, Cow<'b, ReadyMacKey>)> {
        if !has_mac(self.kind) || setup.speech == Speech::Ascii87 {
            return None;
        }
        match (books.terminal(terminal), &setup.admit) {
            (Some(terminal), _) => {
                let key = terminal.mac_key.as_ref()?;
                Some((terminal.mac_algorithm, Cow::Borrowed(key)))
            }
            (None, Admit::Any { working_keys, mac_algorithm, .. }) => {
                let key = working_keys.as_ref()?.ready_mac();
                Some((*mac_algorithm, Cow::Owned(key)))
            }
            (None, Admit::Known) => None,
        }
    }

    /// What a message of this type asks for, and as which transaction; `None` for a type that is not served.
    fn meaning(&self) -> Option<(Kind, Option<Kind>)> {
        let (mti, key) = (self.message.mti(), TransactionKey::of(&self.message));
        if mti.is_reply() {
            return None;
        }
        if mti == Mti::REVERSAL {
            let original = key.and_then(|key| CUP_TRANSACTIONS.original_of(&key));
            return Some((Kind::Reversal, original.and_then(|row| kind_of(row.transaction))));
        }
        let row = key.and_then(|key| CUP_TRANSACTIONS.find(&key));
        let transaction = row.and_then(|row| kind_of(row.transaction));
        // What the table does not have is refused as what its type looks like.
        let kind = transaction.or(match mti {
            Mti::FINANCIAL => Some(Kind::Sale),
            Mti::AUTHORISATION => Some(Kind::PreAuth),
            Mti::ADVICE => Some(Kind::Refund),
            Mti::SCRIPT_RESULT => Some(Kind::Script),
            Mti::SETTLEMENT => Some(Kind::Settlement),
            Mti::BATCH_UPLOAD => Some(Kind::Upload),
            Mti::SIGN_ON => Some(Kind::Parameters),
            Mti::NETWORK => Some(Kind::Echo),
            _ => None,
        })?;
        Some((kind, transaction))
    }

    fn terminal_ids(&self) -> Option<TerminalIds> {
        let text = |field| self.message.text(field).map(str::trim_end);
        Some(TerminalIds { terminal: Short::new(text(41)?), merchant: Short::new(text(42)?) })
    }

    /// The card number, from field 2 or from track 2 of a card that was swiped; or else the scanned code.
    pub(crate) fn card_digits(&self) -> Option<&str> {
        self.card_number().or_else(|| self.scanned())
    }

    /// The card number, from field 2 or from track 2.
    pub(crate) fn card_number(&self) -> Option<&str> {
        let is_encrypted = self.message.text(53).and_then(|control| control.get(2..3)) == Some("1");
        let track = || self.message.text(35)?.split(['=', 'D']).next().filter(|_| !is_encrypted);
        self.message.text(2).or_else(track)
    }

    /// The card number, checked.
    pub(crate) fn pan(&self) -> Option<Pan> {
        Pan::new(self.card_number()?).ok()
    }

    /// The code that the terminal has scanned from the payer's phone.
    pub(crate) fn scanned(&self) -> Option<&str> {
        self.tagged(Tag::SCANNED_CODE)
    }

    /// The voucher number of the payment that is to be voided or refunded.
    pub(crate) fn voucher(&self) -> Option<&str> {
        self.tagged(Tag::VOUCHER)
    }

    fn tagged(&self, tag: Tag) -> Option<&str> {
        core::str::from_utf8(Field59::parse(self.message.field(59)?)?.get(tag)?).ok()
    }

    /// Which transaction it is about, field 61.
    pub(crate) fn original(&self) -> Option<Field61> {
        self.message.text(61).and_then(Field61::parse)
    }

    /// The retrieval reference number of the original, field 37.
    pub(crate) fn reference(&self) -> Option<u64> {
        self.message.text(37)?.trim().parse().ok()
    }

    /// The authorisation code of the original, field 38.
    pub(crate) fn authorisation(&self) -> Option<u32> {
        self.message.text(38)?.trim().parse().ok()
    }

    /// Whether an exact repetition of it is answered as before.
    pub(crate) fn is_advice(&self) -> bool {
        self.fingerprint != 0
    }

    /// A field as the terminal itself has said it.
    pub(crate) fn own(&self, field: u8) -> Option<&[u8]> {
        match &self.stated {
            Some(stated) => stated.own(field, &self.message),
            None => self.message.field(field),
        }
    }

    /// The message type, as the terminal itself has said it.
    pub(crate) fn own_mti(&self) -> Mti {
        self.stated.as_ref().map_or_else(|| self.message.mti(), |stated| stated.mti())
    }

    pub(crate) fn has(&self, field: u8) -> bool {
        self.message.field(field).is_some()
    }
}

/// What a transaction of the dialect's table is here. The host knows from the books whether a void or a refund is about
/// a payment by code, and whether a message is an advice by its type.
const fn kind_of(transaction: Transaction) -> Option<Kind> {
    Some(match transaction {
        Transaction::SignOn => Kind::SignOn,
        Transaction::SignOut => Kind::SignOut,
        Transaction::Echo => Kind::Echo,
        Transaction::ParameterDownload | Transaction::ParameterNotice | Transaction::MasterKeyDownload => {
            Kind::Parameters
        }
        Transaction::Balance => Kind::Balance,
        Transaction::Sale => Kind::Sale,
        Transaction::QrSale => Kind::QrSale,
        Transaction::OfflineSale => Kind::OfflineSale,
        Transaction::Void | Transaction::QrVoid => Kind::Void,
        Transaction::Refund | Transaction::QrRefund => Kind::Refund,
        Transaction::PreAuth => Kind::PreAuth,
        Transaction::PreAuthVoid => Kind::PreAuthVoid,
        Transaction::Completion | Transaction::CompletionAdvice => Kind::Completion,
        Transaction::CompletionVoid => Kind::CompletionVoid,
        Transaction::Reversal => Kind::Reversal,
        Transaction::ScriptNotice => Kind::Script,
        Transaction::Settlement => Kind::Settlement,
        Transaction::BatchUpload | Transaction::BatchUploadEnd => Kind::Upload,
        Transaction::Adjustment => return None,
    })
}

/// Whether messages of this kind are authenticated.
pub(crate) const fn has_mac(kind: Kind) -> bool {
    !is_management(kind)
}

/// Sign-on and off, downloads, echoes, settlement and upload: no MAC, no money.
pub(crate) const fn is_management(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::SignOn | Kind::SignOut | Kind::Echo | Kind::Parameters | Kind::Settlement | Kind::Upload
    )
}

/// What an advice says, in 64 bits: all fields but the MAC, which a fresh key changes.
fn fingerprint(message: &Message) -> u64 {
    let fields = message.fields().filter(|(field, _)| *field != 64);
    fields.fold(1_u64, |sum, (field, value)| sum.rotate_left(5) ^ hash(value).wrapping_add(field.into())) | 1
}

/// A number in plain digits.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

impl fmt::Display for NoRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Unserved(mti) => write!(f, "message type {mti} is not served"),
        }
    }
}

impl core::error::Error for NoRequest {}

/// The code that refuses a request whose terminal cannot be looked up.
pub(crate) fn refusal_of_stranger(request: &CardRequest, books: &CardBooks) -> Code {
    Code::new(match request.ids {
        None => "30",
        Some(ids) if books.is_merchant(ids.merchant) => "97",
        Some(_) => "03",
    })
}
/// Lines of dialects without MACs are trusted; and so is, in one of a user's own, who sends none.
fn is_trusted(speech: Speech, mac: Mac) -> bool {
    match speech {
        Speech::UnionPay => false,
        Speech::Ascii87 => true,
        Speech::Own(_) => matches!(mac, Mac::Absent | Mac::Unknown),
    }
}

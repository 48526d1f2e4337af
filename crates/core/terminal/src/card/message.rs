//! The fields of a card request and of its reversal.
//!
//! Source: UnionPay POS dialect, "Transaction table" (what is said for which transaction), "Field table", "F60 layout".
//! A test holds every request against the dialect's own table. *Not modelled:* chip data, PIN blocks, encrypted tracks.

use crate::charge::{Charge, Kind, Original};
use crate::settings::Settings;
use iso8583::{Field60, Field61, Message, Mti};
use sim::Key;

/// How a transaction is known on the wire: type, field 3, field 25, 60.1.
struct Face {
    mti: Mti,
    processing: &'static str,
    condition: &'static str,
    message_type: u8,
}

/// Makes `message` the request of a charge.
pub(super) fn request(message: &mut Message, charge: &Charge, settings: &Settings) {
    let face = face(charge.kind);
    message.clear();
    message.set_mti(face.mti);
    message.set(35, track2(settings.pan));
    fill(message, &face, charge, settings);
    let Some(original) = &charge.original else { return };
    if !matches!(charge.kind, Kind::PreAuthVoid | Kind::Completion | Kind::CompletionAdvice) {
        message.set(37, original.reference);
    }
    if charge.kind != Kind::Refund {
        message.set(38, original.auth_code);
    }
    set_original(message, original);
}

/// Makes `message` the reversal of a charge. Field 39 is its reason.
pub(super) fn reversal(message: &mut Message, charge: &Charge, reason: &str, settings: &Settings) {
    message.clear();
    message.set_mti(Mti::REVERSAL);
    fill(message, &face(charge.kind), charge, settings);
    message.set(39, reason);
    if let Some(original) = &charge.original {
        set_original(message, original);
    }
}

/// The fields that a request and its reversal share.
fn fill(message: &mut Message, face: &Face, charge: &Charge, settings: &Settings) {
    let Key::Card { batch, stan, .. } = charge.key else {
        return;
    };
    let mut digits = Digits::default();
    message.set(3, face.processing);
    message.set(4, digits.of(charge.amount.unsigned(), 12));
    message.set(11, digits.of(u64::from(stan), 6));
    message.set(22, "072");
    message.set(25, face.condition);
    message.set(41, settings.tid);
    message.set(42, settings.mid);
    message.set(49, settings.currency);
    message.set(60, Field60::new(face.message_type, batch, 0).write());
}

fn set_original(message: &mut Message, original: &Original) {
    if let Key::Card { batch, stan, .. } = original.key {
        message.set(61, Field61::new(batch, stan, original.date_mmdd).write());
    }
}

const fn face(kind: Kind) -> Face {
    let (mti, processing, condition, message_type) = match kind {
        Kind::Void => (Mti::FINANCIAL, "200000", "00", 23),
        Kind::Refund => (Mti::ADVICE, "200000", "00", 25),
        Kind::PreAuth => (Mti::AUTHORISATION, "030000", "06", 10),
        Kind::PreAuthVoid => (Mti::AUTHORISATION, "200000", "06", 11),
        Kind::Completion => (Mti::FINANCIAL, "000000", "06", 20),
        Kind::CompletionAdvice => (Mti::ADVICE, "000000", "06", 24),
        Kind::CompletionVoid => (Mti::FINANCIAL, "200000", "06", 21),
        // What a wallet does never comes here.
        Kind::Sale
        | Kind::Order
        | Kind::Scan
        | Kind::OrderRefund
        | Kind::WalletHold
        | Kind::WalletHoldVoid => (Mti::FINANCIAL, "000000", "00", 22),
    };
    Face { mti, processing, condition, message_type }
}

/// Track 2 of a test card: number, separator, expiry 12/30, service code 201, zeros.
fn track2(pan: &str) -> String {
    format!("{pan}=30122010000")
}

/// Decimal digits without an allocation.
#[derive(Default)]
pub(crate) struct Digits([u8; 20]);

impl Digits {
    /// `value` in exactly `width` digits, at most 20; higher digits are cut off.
    pub(crate) fn of(&mut self, value: u64, width: usize) -> &[u8] {
        let mut rest = value;
        for place in self.0[..width].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        &self.0[..width]
    }
}

#[cfg(test)]
mod tests {
    use super::{Digits, request, reversal};
    use crate::charge::{Charge, Kind, Original};
    use crate::event::Intent;
    use crate::settings::Settings;
    use iso8583::{CUP_TRANSACTIONS, Message, Mti, TransactionKey};
    use sim::{Fen, Key, TerminalNo};

    fn card_kinds() -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(|kind| kind.transaction().is_some())
    }

    fn charge(kind: Kind) -> Charge {
        let key = |stan| Key::Card { terminal: TerminalNo(0), batch: 1, stan };
        let (reference, auth_code) = (*b"000000000007", *b"000007");
        let original = Original { key: key(1), reference, auth_code, date_mmdd: 105 };
        let original = Some(original).filter(|_| !kind.originals().is_empty());
        Charge { intent: Intent(0), kind, key: key(2), amount: Fen(1850), original }
    }

    #[test]
    fn every_request_is_known_by_the_dialects_table_and_lacks_nothing_that_it_names() {
        for kind in card_kinds() {
            let mut message = Message::new(Mti::FINANCIAL);
            request(&mut message, &charge(kind), &Settings::default());
            let row = CUP_TRANSACTIONS.of(&message).unwrap();
            assert_eq!(Some(row.transaction), kind.transaction());
            assert_eq!(row.missing_in(&message), None, "{kind}");
        }
    }

    #[test]
    fn every_reversal_is_known_for_what_it_takes_back() {
        for kind in card_kinds().filter(|kind| kind.is_reversible()) {
            let mut message = Message::new(Mti::FINANCIAL);
            reversal(&mut message, &charge(kind), "98", &Settings::default());
            let key = TransactionKey::of(&message).unwrap();
            let row = CUP_TRANSACTIONS.original_of(&key).unwrap();
            assert_eq!(Some(row.transaction), kind.transaction());
        }
    }

    #[test]
    fn digits_are_filled_with_zeros_on_the_left() {
        assert_eq!(Digits::default().of(1850, 12), b"000000001850");
        assert_eq!(Digits::default().of(1_234_567, 6), b"234567");
    }
}

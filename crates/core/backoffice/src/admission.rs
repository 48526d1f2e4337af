//! Whether a voucher is taken: owner, format, rules, and what it amends. The seal has been looked at before.
//!
//! *Not modelled:* the acquirer's own limits (how much more than the hold a completion may take); it is asked whether the
//! money moved, and it has applied them.

use crate::books::Books;
use crate::habits::RuleDate;
use crate::release::Release;
use crate::settings::{Registration, Settings};
use sim::{Key, SimTime};
use voucher::{Envelope, Format, Kind, Number, Reason, Voucher, announced_format};
use wallet::moment::WallTime;

/// A terminal's clock may be ahead by so much.
const AHEAD_S: u64 = 300;

/// What becomes of a voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It is new, and taken.
    New(Box<Voucher>),
    /// It is there; it may say that its slip was printed again since.
    Same { voucher: Box<Voucher>, reprints: Option<u16> },
    /// It is in a format that this release does not read.
    Unread { format: u32 },
}

/// A voucher that is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) number: Option<Number>,
    pub(crate) key: Option<Key>,
    pub(crate) reason: Reason,
}

/// What a judge looks at.
pub(crate) struct Bench<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) release: &'a Release,
    pub(crate) books: &'a Books,
    /// When the document came.
    pub(crate) came: SimTime,
    /// Its sender has been told that it is kept, and will not send it again.
    pub(crate) is_kept: bool,
}

impl Refusal {
    pub(crate) const fn of_nobody(reason: Reason) -> Self {
        Self { number: None, key: None, reason }
    }
}

impl Bench<'_> {
    pub(crate) fn judge(&self, envelope: &Envelope<'_>, sender: &Registration) -> Result<Admission, Refusal> {
        let unreadable = Refusal::of_nobody(Reason::Unreadable);
        let format = announced_format(envelope.body).ok_or(unreadable)?;
        if !self.release.formats.read(format) {
            return Ok(Admission::Unread { format });
        }
        let voucher = Voucher::read(envelope.body).map_err(|_| unreadable)?;
        let number = voucher.number();
        let refused = |reason| Refusal { number: Some(number), key: Some(voucher.key), reason };
        self.check_owner(&voucher, sender).map_err(refused)?;
        if self.books.has(number) {
            let known = self.books.get(number).map_or(u16::MAX, |held| held.voucher.reprints);
            let reprints = (voucher.reprints > known).then_some(voucher.reprints);
            return Ok(Admission::Same { voucher: Box::new(voucher), reprints });
        }
        self.check_time(&voucher).map_err(refused)?;
        self.check_charge(&voucher).map_err(refused)?;
        self.check_amendment(&voucher).map_err(refused)?;
        Ok(Admission::New(Box::new(voucher)))
    }

    fn check_owner(&self, voucher: &Voucher, sender: &Registration) -> Result<(), Reason> {
        let owns = match voucher.key {
            Key::Card { terminal, .. } => terminal == sender.terminal,
            Key::Order(order) => order.shop() == self.settings.shop || self.settings.is_alipays(order),
        };
        let own = owns && voucher.merchant == self.settings.merchant && voucher.terminal == sender.name;
        if own { Ok(()) } else { Err(Reason::Foreign) }
    }

    fn check_time(&self, voucher: &Voucher) -> Result<(), Reason> {
        let came = self.settings.wall(self.came);
        if voucher.time > came.plus_s(AHEAD_S) {
            return Err(Reason::FromTheFuture);
        }
        let dated = match self.settings.profile.habits.rule_date {
            RuleDate::OfPayment => voucher.time,
            RuleDate::OfArrival => came,
        };
        let ruled = |from: WallTime| dated >= from && voucher.format == Format::One;
        // What was taken into keeping unread is not given up for its format: nobody would send it in another.
        if !self.is_kept && self.release.format_2_from.is_some_and(ruled) {
            Err(Reason::NewerFormatNeeded)
        } else {
            Ok(())
        }
    }

    /// One charge has one voucher of a kind. Refunds of an order share its number, and differ in their reference.
    fn check_charge(&self, voucher: &Voucher) -> Result<(), Reason> {
        let shares = voucher.kind == Kind::Refund && voucher.order().is_some();
        let rival =
            |held: &Voucher| held.kind == voucher.kind && !(shares && held.reference != voucher.reference);
        let taken = self.books.of_charge(voucher.key).any(|(_, held)| rival(&held.voucher))
            || (!shares && self.books.has_unread(voucher.key, voucher.kind));
        if taken { Err(Reason::Conflict) } else { Ok(()) }
    }

    /// What it amends may come later: a voucher can be overtaken on its way. So can a completion by the void of the hold
    /// that followed its own void; what is younger than it does not stand in its way. Another completion does only until
    /// its own void comes, or the acquirer knows nothing of it.
    fn check_amendment(&self, voucher: &Voucher) -> Result<(), Reason> {
        let Some((first, held)) = voucher.names.and_then(|first| Some((first, self.books.get(first)?)))
        else {
            return Ok(());
        };
        let remaining = self.books.remaining(first);
        let allowed = match voucher.kind {
            Kind::Completion => !self.books.voided(first, voucher.time),
            Kind::Void => voucher.amount == held.voucher.amount && remaining == held.voucher.amount,
            Kind::Refund => voucher.amount <= remaining,
            Kind::Payment | Kind::PreAuth => false,
        };
        if !allowed || !voucher.kind.can_amend(held.voucher.kind) {
            return Err(Reason::Amendment);
        }
        let rivals = voucher.kind == Kind::Completion && self.books.completed(first, voucher.time);
        if rivals { Err(Reason::HoldCompleted) } else { Ok(()) }
    }
}

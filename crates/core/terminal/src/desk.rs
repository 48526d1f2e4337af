//! What every flow of the firmware works with: the moment, the settings, the journal, the way out.
//!
//! A flow is a small state machine for one charge. It never owns what outlives it; it borrows a
//! [`Desk`] for one step, and says with [`Next`] what becomes of it.

use crate::charge::{Approval, Charge};
use crate::event::{Errand, Event, Request};
use crate::gaps::stan_after;
use crate::journal::{Journal, Record, Totals};
use crate::profile::Store;
use crate::scanner::Barcode;
use crate::screen::Belief;
use crate::settings::Settings;
use crate::speech::Codec;
use crate::{CARD, WALLET};
use iso8583::{CUP, MacKey, Message, encode, encode_with_mac};
use sim::{Outbox, SimTime, Tag};
use wallet::messages;

/// What a flow borrows for one step.
pub(crate) struct Desk<'a> {
    pub(crate) now: SimTime,
    pub(crate) settings: &'a Settings,
    pub(crate) journal: &'a mut Journal,
    pub(crate) outbox: &'a mut Outbox<Event>,
    pub(crate) numbers: &'a mut Numbers,
    /// The host has made known that keys or batch are not the terminal's: as soon as nothing is open, it signs on.
    pub(crate) sign_on_due: &'a mut bool,
    /// The payment code that a payment was last sent with. A code pays once.
    pub(crate) used_code: &'a mut Option<Barcode>,
}

impl Desk<'_> {
    /// Reports something.
    pub(crate) fn event(&mut self, event: Event) {
        self.outbox.event(event);
    }

    /// Starts to write a record.
    pub(crate) fn write(&mut self, record: Record) {
        self.journal.write(self.now, record);
    }

    /// Reports that a request about a charge leaves now, and gives the word that rules aim by.
    pub(crate) fn asks(&mut self, request: Request, charge: &Charge) -> Tag {
        self.event(Event::Asked { request, key: charge.key });
        Tag(request.word())
    }

    /// Reports that the terminal asks for something on its own behalf, and gives the word that rules aim by.
    pub(crate) fn runs(&mut self, errand: Errand) -> Tag {
        self.event(Event::Runs(errand));
        Tag(errand.word())
    }

    /// The open batch.
    pub(crate) fn batch(&self) -> u32 {
        self.journal.batch().unwrap_or(self.settings.batch)
    }

    /// Who is logged on, or was last: an errand between two shifts is the last operator's.
    pub(crate) fn operator(&self) -> u8 {
        self.journal.operator().flatten().unwrap_or(self.settings.operator)
    }

    /// The next trace number.
    pub(crate) fn next_stan(&mut self) -> u32 {
        self.numbers.stan = stan_after(self.numbers.stan, 1);
        self.numbers.stan
    }

    /// Sends a message about money to the card host.
    pub(crate) fn send_card(&mut self, tag: Tag, message: &Message) {
        let key: &MacKey = self.journal.mac_key().unwrap_or(&self.settings.mac_key);
        self.outbox.send_with(CARD, tag, |buffer| {
            encode_with_mac(&CUP, message, key, buffer)
                .expect("the fields of a request fit the dialect's table");
        });
    }

    /// Sends a call about a charge to the wallet's gateway.
    pub(crate) fn call(
        &mut self,
        request: Request,
        message: &messages::Request<'_>,
        charge: &Charge,
        codec: &mut Codec,
    ) {
        let tag = self.asks(request, charge);
        let now = self.now;
        self.outbox.send_with(WALLET, tag, |buffer| codec.encode_request(charge, message, now, buffer));
    }

    /// Starts to write that a charge at the wallet is approved, under this number of the gateway.
    pub(crate) fn store_order(&mut self, charge: Charge, reference: String) -> Box<Approval> {
        let auth_code = String::new();
        let approval = Approval { charge, reference, auth_code, date_mmdd: 0, at: self.now };
        self.write(Record::Approved(approval.clone()));
        Box::new(approval)
    }

    /// Sends a message without a MAC to the card host: sign-on, settlement, upload.
    pub(crate) fn send_errand(&mut self, tag: Tag, message: &Message) {
        self.outbox.send_with(CARD, tag, |buffer| {
            encode(&CUP, message, buffer).expect("the fields of an errand fit the dialect's table");
        });
    }
}

/// The last trace number and the last order that were given out, as memory knows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) stan: u32,
    pub(crate) orders: u32,
}

impl Numbers {
    /// As a firmware knows them that has just read its journal.
    pub(crate) fn of(settings: &Settings, journal: &Journal) -> Self {
        let in_doubt = journal.numbers_in_doubt();
        let stan = match settings.profile.habits.number_store {
            Store::Flash => stan_after(journal.last_stan(), in_doubt),
            Store::Memory => 0,
        };
        Self { stan, orders: journal.last_order().saturating_add(in_doubt) }
    }
}

/// What becomes of a flow after a step.
#[derive(Debug)]
pub(crate) enum Next {
    /// It goes on.
    Stay,
    /// People are told this while it goes on.
    Tell(Belief),
    /// It is over, and people are told this.
    Over(Belief),
    /// It is over: approved, and in flash.
    Paid(Box<Approval>),
    /// The terminal has signed on.
    SignedOn,
    /// It has not been able to.
    NotSignedOn,
    /// A batch is closed.
    BatchClosed(Closing),
    /// It is given up for another charge of the same wish.
    Instead(Charge),
    /// The receipt may be printed now, before the result.
    PrintAhead(Charge),
    /// It is over: the receipt that was printed ahead goes back into the machine.
    PullBack(Charge),
}

/// How a batch was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closing {
    pub(crate) batch: u32,
    pub(crate) totals: Totals,
    pub(crate) agreed: bool,
}

#[cfg(test)]
mod tests {
    use super::{Desk, Numbers};
    use crate::charge::{Charge, Kind};
    use crate::event::Intent;
    use crate::journal::{Journal, Record};
    use crate::settings::Settings;
    use sim::{Fen, Key, Outbox, SimTime, TerminalNo};

    #[test]
    fn the_trace_number_after_999_999_is_1() {
        let (settings, mut journal, mut outbox) =
            (Settings::default(), Journal::default(), Outbox::default());
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 999_998 };
        let charge = Charge { intent: Intent(0), kind: Kind::Sale, key, amount: Fen(100), original: None };
        journal.write(SimTime::ZERO, Record::Begun(charge));
        journal.settle(SimTime::from_secs(1));
        let numbers = &mut Numbers::of(&settings, &journal);
        let mut desk = Desk {
            now: SimTime::ZERO,
            settings: &settings,
            journal: &mut journal,
            outbox: &mut outbox,
            numbers,
            sign_on_due: &mut false,
            used_code: &mut None,
        };
        assert_eq!([desk.next_stan(), desk.next_stan(), desk.next_stan()], [999_999, 1, 2]);
    }
}

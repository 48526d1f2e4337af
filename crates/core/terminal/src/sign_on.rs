//! Sign-on: the host gives out working keys under the terminal's master key, and says which batch is open.
//!
//! ```text
//! Asking ──► Storing ──► signed on
//!   ▲ │ silence, a key whose check value is wrong
//!   └─┘ three times, then given up for now
//! ```
//!
//! Source: UnionPay POS dialect, "Keys and MAC": field 62 by 60.3, here 003, two keys of up to double length; a key with
//! a wrong check value refuses the sign-on. What rests because of wrong keys or a wrong batch waits in here and goes on
//! afterwards. *Not modelled:* download of the master key, parameters, SM4.

use crate::desk::{Desk, Next};
use crate::event::{Errand, Event};
use crate::flow::Flow;
use crate::journal::Record;
use core::time::Duration;
use iso8583::{Field60, Field62, Message, Mti};
use sim::{Reason, SimTime};

/// A sign-on under way.
#[derive(Clone, Debug)]
pub(crate) struct SignOn {
    stage: Stage,
    message: Message,
    /// What goes on afterwards.
    pub(crate) then: Option<Box<Flow>>,
}

#[derive(Clone, Debug)]
enum Stage {
    Asking { tries: u32, until: SimTime },
    Storing { batch: u32 },
    GivenUp { until: SimTime },
}

/// "Sign-on retry 3".
const TRIES: u32 = 3;
/// How long the reason for a failed sign-on is shown before the terminal goes on.
const SHOWN: Duration = Duration::from_secs(1);
const ERRAND: &str = "sign-on";

impl SignOn {
    pub(crate) fn begin(then: Option<Box<Flow>>, desk: &mut Desk<'_>) -> Self {
        let stage = Stage::GivenUp { until: desk.now };
        let mut sign_on = Self { stage, message: Message::new(Mti::SIGN_ON), then };
        sign_on.ask(0, desk);
        sign_on
    }

    pub(crate) fn on_durable(&self, desk: &mut Desk<'_>) -> Next {
        let Stage::Storing { batch } = self.stage else {
            return Next::Stay;
        };
        desk.event(Event::SignedOn { batch });
        Next::SignedOn
    }

    pub(crate) fn on_reply(&mut self, reply: &Message, desk: &mut Desk<'_>) -> Next {
        let Stage::Asking { tries, .. } = self.stage else {
            return Next::Stay;
        };
        if reply.mti() != Mti::SIGN_ON_REPLY || reply.field(11) != self.message.field(11) {
            desk.event(Event::Disbelieved { why: "it answers another kind of request" });
            return Next::Stay;
        }
        match Self::read(reply, desk) {
            Ok(record) => {
                let Record::SignedOn { batch, .. } = record else { return Next::Stay };
                desk.write(record);
                self.stage = Stage::Storing { batch };
                Next::Stay
            }
            Err(why) => self.fail(why, tries, desk),
        }
    }

    pub(crate) fn on_refused(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Asking { .. } => self.fail("nobody listens at the host", TRIES, desk),
            Stage::Storing { .. } | Stage::GivenUp { .. } => Next::Stay,
        }
    }

    pub(crate) fn on_wake(&mut self, desk: &mut Desk<'_>) -> Next {
        match self.stage {
            Stage::Asking { tries, until } if desk.now >= until => self.fail("no reply in time", tries, desk),
            Stage::GivenUp { until } if desk.now >= until => Next::NotSignedOn,
            _ => Next::Stay,
        }
    }

    pub(crate) const fn wake_at(&self) -> Option<(SimTime, Reason)> {
        match self.stage {
            Stage::Asking { until, .. } => Some((until, Reason("sign-on reply is overdue"))),
            Stage::GivenUp { until } => Some((until, Reason("failed sign-on has been shown"))),
            Stage::Storing { .. } => None,
        }
    }

    /// What the reply gives out, as the journal keeps it.
    fn read(reply: &Message, desk: &Desk<'_>) -> Result<Record, &'static str> {
        if reply.field(39) != Some(b"00") {
            return Err("the host refuses");
        }
        let keys = reply.field(62).and_then(Field62::parse).ok_or("its keys cannot be read")?;
        let keys = keys.unwrap(&desk.settings.master_key).map_err(|_| "a key's check value is wrong")?;
        let parts = reply.text(60).and_then(Field60::parse).ok_or("its batch cannot be read")?;
        Ok(Record::SignedOn { batch: parts.batch, mac_key: keys.mac })
    }

    fn fail(&mut self, why: &'static str, tries: u32, desk: &mut Desk<'_>) -> Next {
        desk.event(Event::Failed { errand: ERRAND, why });
        if tries < TRIES {
            self.ask(tries, desk);
        } else {
            self.stage = Stage::GivenUp { until: desk.now + SHOWN };
        }
        Next::Stay
    }

    fn ask(&mut self, tries: u32, desk: &mut Desk<'_>) {
        let stan = desk.next_stan();
        let keys = desk.settings.profile.speaks.working_keys.layout();
        let message = &mut self.message;
        message.clear();
        message.set_mti(Mti::SIGN_ON);
        message.set(11, format!("{stan:06}"));
        message.set(41, desk.settings.tid);
        message.set(42, desk.settings.mid);
        message.set(60, Field60::new(0, desk.batch(), keys.network_code()).write());
        message.set(63, format!("{:02} ", desk.operator()));
        let tag = desk.runs(Errand::SignOn);
        desk.send_errand(tag, &self.message);
        self.stage = Stage::Asking { tries: tries + 1, until: desk.now + desk.settings.reply_timeout };
    }
}

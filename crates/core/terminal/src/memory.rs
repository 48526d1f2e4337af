//! All that a power cut takes: what is under way, what is half read, what is on the screen.

use crate::charge::Charge;
use crate::copies::NoSlip;
use crate::desk::Numbers;
use crate::event::{Intent, Trouble};
use crate::flow::Flow;
use crate::journal::Journal;
use crate::receipt_prompt::Question;
use crate::scanner::Barcode;
use crate::screen::{Belief, Face, Screen};
use crate::settings::Settings;
use crate::speech::Codec;
use crate::spooler::Spooler;
use crate::upload::Uploads;
use core::time::Duration;
use escpos::Presenter;
use iso8583::{Framer, Message, Mti};
use sim::{Key, SimTime};
use wallet::http::{Limits, RequestParser, ResponseParser};

/// All that a power cut takes.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    pub(crate) flow: Flow,
    pub(crate) numbers: Numbers,
    pub(crate) repeats: u32,
    pub(crate) reprints: usize,
    pub(crate) recovering: bool,
    pub(crate) sign_on_due: bool,
    pub(crate) signed_on_at: Option<SimTime>,
    pub(crate) spooler: Spooler,
    pub(crate) held: Option<Held>,
    pub(crate) late: Option<Charge>,
    pub(crate) used_code: Option<Barcode>,
    /// A code that was read while a payment was open, by a firmware that takes it for another try.
    pub(crate) reread: Option<Barcode>,
    /// What a cash register prints instead: slips, totals.
    pub(crate) register_prints: (bool, bool),
    pub(crate) verdict: Option<(Intent, Belief)>,
    pub(crate) printer: Option<Trouble>,
    /// The receipt that is asked about.
    pub(crate) question: Option<Question>,
    /// Why the last charge has no customer's copy.
    pub(crate) no_slip: Option<NoSlip>,
    /// A charge whose approval is lost, and which stands all the same: somebody has to look after it.
    pub(crate) look_after: Option<Key>,
    pub(crate) screen: Screen,
    pub(crate) card_frames: Framer,
    pub(crate) card_message: Message,
    pub(crate) answers: ResponseParser,
    pub(crate) notices: RequestParser,
    pub(crate) codec: Codec,
    /// When anything came last at the ports for card replies, answers and notifications.
    pub(crate) heard: Heard,
    pub(crate) uploads: Uploads,
}

/// When bytes came last, port by port.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) card: SimTime,
    pub(crate) answers: SimTime,
    pub(crate) notices: SimTime,
}

impl Heard {
    /// What is half read after so long ends nowhere: its connection is gone, and what comes next is no part of it.
    const READING: Duration = Duration::from_secs(10);

    /// Bytes come now; whether what was read before belongs to them.
    pub(crate) fn goes_on(last: &mut SimTime, now: SimTime) -> bool {
        let pause = now.since(core::mem::replace(last, now));
        pause < Self::READING
    }
}

/// A receipt that the presenter holds until the result is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) key: Key,
    pub(crate) on_paper: bool,
    pub(crate) wanted: Option<Presenter>,
}

impl Memory {
    pub(crate) fn new(settings: &Settings, journal: &Journal) -> Self {
        Self {
            flow: Flow::Idle,
            numbers: Numbers::of(settings, journal),
            repeats: 0,
            reprints: 0,
            recovering: false,
            sign_on_due: false,
            signed_on_at: None,
            spooler: Spooler::new(journal.fresh_job()),
            held: None,
            late: None,
            used_code: None,
            reread: None,
            register_prints: (false, false),
            verdict: None,
            printer: None,
            question: None,
            no_slip: None,
            look_after: journal.last_restored(),
            screen: Screen { face: Face::Idle, ..Screen::OFF },
            card_frames: Framer::new(Framer::DEFAULT_MAX_BODY_BYTES),
            card_message: Message::new(Mti::FINANCIAL_REPLY),
            answers: ResponseParser::new(Limits::DEFAULT),
            notices: RequestParser::new(Limits::DEFAULT),
            codec: Codec::new(settings),
            heard: Heard::default(),
            uploads: Uploads::of(settings, journal),
        }
    }
}

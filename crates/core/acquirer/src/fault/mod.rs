//! What a platform does to those who rely on it: faults of the host, and what they make of one exchange.
//!
//! A [`Fault`] says what it aims at ([`Aim`]) and what happens there ([`Deed`]). Armed faults look at each request when
//! it is received, and together give its [`Course`]: what becomes of the request before the commit, of the answer
//! behind it, and of the answer's content. So every fault says on which side of the commit it is. A fault never sets
//! what the other side concludes.
//!
//! Source: payment research, "Money-safety invariants and fault matrix". *Not modelled:* a fault that forges money; the
//! ledger stays true whatever the platform says.

mod aim;
pub(crate) mod body;
mod content;
mod course;
mod latency;
mod rush;

pub use aim::{Aim, AmountAim, Desk, FieldAim, Subject};
pub use content::Content;
pub use content::damage_answer;
pub(crate) use content::damage_frame;
pub use course::{AnswerFate, Course, RequestFate, Totals};
pub use latency::{BadLatency, Latency};
pub use rush::Rush;

use crate::event::Kind;
use crate::notifier::NoticeFault;
use crate::short::Code;
use core::fmt;
use core::time::Duration;
use sim::{SimTime, Stream};

/// The number under which a fault was armed; whoever arms it chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultId(pub u16);

/// One fault of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which requests it hits.
    pub aim: Aim,
    /// What happens to them.
    pub deed: Deed,
}

/// What a fault does to an exchange that it hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The request is read and forgotten: nothing is committed, nothing answered.
    LoseRequest,
    /// The commit comes this much later.
    Hold(Latency),
    /// The platform says this instead of what it decided; whether it commits all the same is the other half.
    Says {
        /// Field 39, or the gateway's code.
        code: Code,
        /// Money moves although the answer does not say so.
        commits: bool,
    },
    /// Committed, and the answer is lost.
    LoseAnswer,
    /// The answer leaves this much later.
    LateAnswer(Latency),
    /// The answer comes again after a while.
    RepeatAnswer(Duration),
    /// The answer is held back, and leaves in front of the next answer on the connection.
    AnswerIntoNext,
    /// The connection ends behind so many bytes of the answer: in order, or by a reset.
    CutAnswer {
        /// How many bytes still leave.
        after_bytes: u16,
        /// By a reset instead of an orderly end.
        reset: bool,
    },
    /// The answer leaves byte by byte.
    SlowAnswer {
        /// From one byte to the next.
        byte_time: Duration,
    },
    /// The answer leaves damaged.
    Damage(Content),
    /// The totals that the host settles by are not those of its ledger; of a settlement alone, whatever the aim says of
    /// the kind.
    Totals(Totals),
    /// A notification is spoiled; aimed at notifications alone, whatever the aim says of the kind.
    Notice(NoticeFault),
}

impl Deed {
    /// Whether it can do anything to a message of this kind. What it cannot hit does not count as hit either.
    #[must_use]
    pub const fn is_about(&self, kind: Kind) -> bool {
        match self {
            Self::Notice(_) => matches!(kind, Kind::Notification),
            Self::Totals(_) => matches!(kind, Kind::Settlement),
            _ => !matches!(kind, Kind::Notification),
        }
    }

    /// The word for it, in events and reports.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::LoseRequest => "lose-request",
            Self::Hold(_) => "hold",
            Self::Says { commits: true, .. } => "commits-but-says",
            Self::Says { commits: false, .. } => "says",
            Self::LoseAnswer => "lose-answer",
            Self::LateAnswer(_) => "late-answer",
            Self::RepeatAnswer(_) => "repeat-answer",
            Self::AnswerIntoNext => "answer-into-next",
            Self::CutAnswer { reset: false, .. } => "cut-answer",
            Self::CutAnswer { reset: true, .. } => "reset-answer",
            Self::SlowAnswer { .. } => "slow-answer",
            Self::Damage(content) => content.word(),
            Self::Totals(totals) => totals.word(),
            Self::Notice(notice) => notice.word(),
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold(latency) | Self::LateAnswer(latency) => write!(f, "{} by {latency}", self.word()),
            Self::Says { code, .. } => write!(f, "{} {code}", self.word()),
            Self::Notice(notice) => write!(f, "notification {notice}"),
            _ => f.write_str(self.word()),
        }
    }
}

/// The faults that are armed, in the order in which they were.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    armed: Vec<Armed>,
}

#[derive(Clone, Debug)]
struct Armed {
    id: FaultId,
    fault: Fault,
    dice: Stream,
}

/// A fault has hit a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which fault.
    pub fault: FaultId,
    /// What it does: [`Deed::word`].
    pub deed: &'static str,
}

impl Faults {
    /// Arms a fault with its own dice, instead of an earlier one of the same number.
    pub fn arm(&mut self, id: FaultId, fault: Fault, dice: Stream) {
        self.disarm(id);
        self.armed.push(Armed { id, fault, dice });
    }

    /// Takes a fault back; `false` when there is none of that number.
    pub fn disarm(&mut self, id: FaultId) -> bool {
        let before = self.armed.len();
        self.armed.retain(|armed| armed.id != id);
        self.armed.len() < before
    }

    /// What is armed.
    pub fn armed(&self) -> impl Iterator<Item = (FaultId, &Fault)> {
        self.armed.iter().map(|armed| (armed.id, &armed.fault))
    }

    /// What becomes of a request that is received now. Each hit is reported.
    ///
    /// Every fault that hits adds its deed; of two that say the same thing differently, the first one armed counts.
    pub fn course(&mut self, now: SimTime, subject: &Subject<'_>, mut hit: impl FnMut(Hit)) -> Course {
        let mut course = Course::CLEAR;
        let about = |armed: &&mut Armed| armed.fault.deed.is_about(subject.kind);
        for Armed { id, fault, dice } in self.armed.iter_mut().filter(about) {
            if fault.aim.hits(now, subject, dice) {
                course.add(&fault.deed, dice);
                hit(Hit { fault: *id, deed: fault.deed.word() });
            }
        }
        course
    }

    /// What is wrong on purpose with a notification that is due now: the first fault that hits it.
    pub fn spoil(
        &mut self,
        now: SimTime,
        subject: &Subject<'_>,
        mut hit: impl FnMut(Hit),
    ) -> Option<NoticeFault> {
        self.armed.iter_mut().find_map(|Armed { id, fault, dice }| {
            let Deed::Notice(notice) = fault.deed else { return None };
            fault.aim.hits(now, subject, dice).then(|| hit(Hit { fault: *id, deed: fault.deed.word() }))?;
            Some(notice)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Aim, AnswerFate, Content, Course, Deed, Desk, Fault, FaultId, Faults, Latency, RequestFate, Subject,
        Totals,
    };
    use crate::{Code, Kind};
    use core::time::Duration;
    use sim::{Fen, Key, Seed, SimTime, TerminalNo};

    fn subject(kind: Kind, amount: i64) -> Subject<'static> {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan: 1 };
        Subject { desk: Desk::Card, kind, key, amount: Some(Fen(amount)), field: &|_| None }
    }

    fn arm(faults: &mut Faults, id: u16, aim: Aim, deed: Deed) {
        faults.arm(FaultId(id), Fault { aim, deed }, Seed(1).stream("fault"));
    }

    fn course(faults: &mut Faults, kind: Kind) -> (Course, Vec<u16>) {
        let mut hits = vec![];
        let course = faults.course(SimTime::ZERO, &subject(kind, 100), |hit| hits.push(hit.fault.0));
        (course, hits)
    }

    #[test]
    fn without_faults_everything_takes_its_course() {
        assert_eq!(course(&mut Faults::default(), Kind::Sale), (Course::CLEAR, vec![]));
    }

    #[test]
    fn faults_on_both_sides_of_the_commit_add_up() {
        let mut faults = Faults::default();
        arm(&mut faults, 1, Aim::EVERYTHING, Deed::Hold(Latency::fixed(Duration::from_secs(2))));
        arm(&mut faults, 2, Aim::EVERYTHING, Deed::LoseAnswer);
        arm(&mut faults, 3, Aim::EVERYTHING, Deed::Damage(Content::WrongMac));
        let (course, hits) = course(&mut faults, Kind::Sale);
        assert_eq!(course.hold, Duration::from_secs(2));
        assert_eq!((course.request, course.answer), (RequestFate::Taken, AnswerFate::Lost));
        assert_eq!(course.content, Content::WrongMac);
        assert_eq!(hits, [1, 2, 3]);
    }

    #[test]
    fn the_first_of_two_that_contradict_each_other_counts() {
        let mut faults = Faults::default();
        let says = |code| Deed::Says { code: Code::new(code), commits: true };
        arm(&mut faults, 1, Aim::EVERYTHING, says("96"));
        arm(&mut faults, 2, Aim::EVERYTHING, says("68"));
        arm(&mut faults, 3, Aim::EVERYTHING, Deed::Totals(Totals::MissTheLast));
        arm(&mut faults, 4, Aim::EVERYTHING, Deed::Totals(Totals::CountTheLastTwice));
        let (course, _) = course(&mut faults, Kind::Settlement);
        assert_eq!((course.says, course.totals), (Some(Code::new("96")), Totals::MissTheLast));
    }

    #[test]
    fn wrong_totals_wait_for_a_settlement() {
        let mut faults = Faults::default();
        let once = Aim { times: 1, ..Aim::EVERYTHING };
        arm(&mut faults, 1, once, Deed::Totals(Totals::MissTheLast));
        assert_eq!(course(&mut faults, Kind::Sale), (Course::CLEAR, vec![]));
        let (settlement, hits) = course(&mut faults, Kind::Settlement);
        assert_eq!((settlement.totals, hits), (Totals::MissTheLast, vec![1]));
    }

    #[test]
    fn only_the_wanted_kind_is_hit_so_often_and_a_disarmed_one_never() {
        let mut faults = Faults::default();
        let aim = Aim { kind: Some(Kind::Reversal), skip: 1, times: 1, ..Aim::EVERYTHING };
        arm(&mut faults, 7, aim, Deed::LoseRequest);
        let kinds = [Kind::Reversal, Kind::Sale, Kind::Reversal, Kind::Reversal];
        let lost = kinds.map(|kind| course(&mut faults, kind).0.request == RequestFate::Lost);
        assert_eq!(lost, [false, false, true, false]);
        arm(&mut faults, 7, Aim::EVERYTHING, Deed::LoseRequest);
        assert!(faults.disarm(FaultId(7)));
        assert!(!faults.disarm(FaultId(7)));
        assert_eq!(course(&mut faults, Kind::Sale), (Course::CLEAR, vec![]));
    }
}

//! What the laws look at: the trace of a run, sorted by wish, charge and slip.
//!
//! Everything here is taken from the trace. What the ledger holds is what the acquirer reported as committed;
//! what the terminal believes is what its screen showed; what the customer holds is what left the printer.

use crate::fact::Fact;
use crate::plan::Wanted;
use crate::session::Run;
use crate::slip::Slip;
use acquirer::{BatchTotals, Movement};
use scenario::Fate;
use sim::{Fen, Key, SimTime, TerminalNo};
use std::sync::Arc;
use terminal::{Belief, Intent, Kind, Screen};

/// The evidence of one run.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// The run.
    pub run: &'a Run,
    /// The wishes to pay, in the order of the scenario.
    pub wishes: Vec<Wish>,
    /// The charges, in the order in which they were begun or first captured.
    pub charges: Vec<Charge>,
    /// The slips, in the order in which they were printed.
    pub slips: Vec<Slip>,
    /// The settlements, in the order in which the terminals asked for them.
    pub settlements: Vec<Settlement>,
    /// What the screen shows at rest.
    pub screen: Screen,
}

/// A terminal has said what its batch amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// When.
    pub at: SimTime,
    /// Which terminal.
    pub terminal: TerminalNo,
    /// Which batch.
    pub batch: u32,
    /// What the terminal has said.
    pub theirs: BatchTotals,
    /// What the host has said to it.
    pub ours: BatchTotals,
    /// Whether the terminal has uploaded its details afterwards, and the host has compared them.
    pub uploaded: bool,
}

/// One wish to pay, and what people were told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whose, what, how much, about what.
    pub wanted: Wanted,
    /// What was last said about it, and when.
    pub told: Option<(SimTime, Belief)>,
}

/// One charge: what the terminal began and the ledger holds under one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Its number.
    pub key: Key,
    /// Whose wish it is for; `None` where the terminal never began it. A number that a firmware gives out twice is
    /// that of the wish for which it was last begun before money moved.
    pub intent: Option<Intent>,
    /// What it was begun as, how much was wanted, and about what; `None` where the terminal never began it.
    pub begun: Option<Begun>,
    /// What was captured under this number.
    pub captured: Fen,
    /// What of that was reversed: as if it had never been.
    pub reversed: Fen,
    /// What was given back of it because somebody wanted so.
    pub given_back: Fen,
    /// What of that went back by voids, which leave everything as it was before.
    pub voided: Fen,
    /// What is held under this number.
    pub held: Fen,
    /// Whether the ledger has done what it was begun for, and has not undone it by a reversal.
    pub stands: bool,
    /// When the ledger last changed.
    pub moved_at: SimTime,
}

/// What a charge was begun as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// What was to be done.
    pub kind: Kind,
    /// How much was wanted.
    pub amount: Fen,
    /// The number of the charge that it is about.
    pub original: Option<Key>,
}

impl Charge {
    /// What the ledger holds at rest.
    #[must_use]
    pub fn net(&self) -> Fen {
        self.captured - self.reversed - self.given_back
    }

    fn give_back_by_void(&mut self, amount: Fen) {
        self.given_back += amount;
        self.voided += amount;
    }

    fn move_money(&mut self, movement: Movement, amount: Fen) {
        match movement {
            Movement::Captured => self.captured += amount,
            Movement::Completed => {
                self.captured += amount;
                self.held = Fen::ZERO;
            }
            Movement::Restored => self.give_back_by_void(-amount),
            Movement::Reversed => self.reversed += amount,
            Movement::Voided => self.give_back_by_void(amount),
            Movement::Refunded => self.given_back += amount,
            Movement::Held => self.held = amount,
            Movement::Released => self.held = Fen::ZERO,
            Movement::Closed | Movement::Ordered => {}
        }
    }

    /// Whether it stands after this movement, which it or its reversal has caused.
    const fn stand(&mut self, movement: Movement) {
        let Some(begun) = self.begun else { return };
        let (done, undone) = begun.movements();
        if movement as u8 == done as u8 {
            self.stands = true;
        } else if movement as u8 == undone as u8 {
            self.stands = false;
        }
    }
}

impl Begun {
    /// How the ledger moves when it is done, and when it is undone.
    pub(crate) const fn movements(self) -> (Movement, Movement) {
        match self.kind {
            Kind::Sale | Kind::Order | Kind::Scan => (Movement::Captured, Movement::Reversed),
            Kind::Void | Kind::CompletionVoid => (Movement::Voided, Movement::Restored),
            // A refund is never reversed.
            Kind::Refund | Kind::OrderRefund => (Movement::Refunded, Movement::Restored),
            Kind::PreAuth | Kind::WalletHold => (Movement::Held, Movement::Released),
            Kind::PreAuthVoid | Kind::WalletHoldVoid => (Movement::Released, Movement::Held),
            Kind::Completion | Kind::CompletionAdvice => (Movement::Completed, Movement::Reversed),
        }
    }
}

impl<'a> Evidence<'a> {
    /// Sorts the trace of a run.
    #[must_use]
    pub fn of(run: &'a Run) -> Self {
        let wishes = run.plan.wishes().map(|wanted| Wish { wanted, told: None }).collect();
        let screen = Screen { face: terminal::Face::Idle, ..Screen::OFF };
        let mut evidence =
            Self { run, wishes, charges: Vec::new(), slips: Vec::new(), settlements: Vec::new(), screen };
        for (at, _, fact) in run.trace.events() {
            evidence.take_in(at, fact);
        }
        evidence.slips = evidence.read_slips();
        evidence
    }

    /// What the ledger holds for one wish.
    #[must_use]
    pub fn net_of(&self, intent: Intent) -> Fen {
        self.charges_of(intent).map(Charge::net).sum()
    }

    /// The charges of one wish.
    pub fn charges_of(&self, intent: Intent) -> impl Iterator<Item = &Charge> {
        self.charges.iter().filter(move |charge| charge.intent == Some(intent))
    }

    /// What the ledger holds in all.
    #[must_use]
    pub fn net(&self) -> Fen {
        self.charges.iter().map(Charge::net).sum()
    }

    /// What the ledger holds under one number.
    #[must_use]
    pub fn net_under(&self, key: Key) -> Fen {
        self.charge_of(key).map_or(Fen::ZERO, Charge::net)
    }

    /// The charge of one number.
    #[must_use]
    pub fn charge_of(&self, key: Key) -> Option<&Charge> {
        self.charges.iter().find(|charge| charge.key == key)
    }

    /// Whether the screen offers the slip of this charge again: it offers reprints, the journal still holds the
    /// approval, and this firmware has not made away with the slip.
    #[must_use]
    pub fn is_reprint_offered(&self, wanted: Key) -> bool {
        use terminal::{Amiss, Event, Noted};
        let offered = |kept: bool, event: &Event| match event {
            Event::Durable { key, noted: Noted::Approved } if *key == wanted => true,
            Event::Amiss(
                Amiss::Lost { key, noted: Noted::Approved } | Amiss::Taken { key, noted: Noted::Approved },
            ) if *key == wanted => false,
            Event::Amiss(Amiss::Formatted) => false,
            _ => kept,
        };
        let gone = |event: &Event| matches!(event, Event::NoSlip { key, kept: false, .. } if *key == wanted);
        self.screen.reprint.is_some()
            && self.terminal().fold(false, |kept, (_, event)| offered(kept, event))
            && !self.terminal().any(|(_, event)| gone(event))
    }

    /// What the terminal reported, and when.
    pub fn terminal(&self) -> impl Iterator<Item = (SimTime, &terminal::Event)> {
        self.run.trace.events().filter_map(|(at, _, fact)| match fact {
            Fact::Terminal(event) => Some((at, event)),
            _ => None,
        })
    }

    fn take_in(&mut self, at: SimTime, fact: &Fact) {
        match fact {
            Fact::Terminal(terminal::Event::Began { intent, kind, key, amount, original }) => {
                let charge = self.charge(*key);
                if charge.captured == Fen::ZERO {
                    charge.intent = Some(*intent);
                    charge.begun = Some(Begun { kind: *kind, amount: *amount, original: *original });
                }
            }
            Fact::Terminal(terminal::Event::Shows(screen)) => {
                self.screen = *screen;
                if let Some((intent, belief)) = screen.verdict
                    && let Some(wish) = self.wishes.iter_mut().find(|wish| wish.wanted.intent == intent)
                {
                    wish.told = Some((at, belief));
                }
            }
            Fact::Acquirer(acquirer::Event::Committed { key, movement, amount, by }) => {
                let charge = self.charge(*key);
                charge.move_money(*movement, *amount);
                if !matches!(movement, Movement::Closed | Movement::Ordered) {
                    charge.moved_at = at;
                }
                if let Some(by) = by {
                    self.charge(*by).stand(*movement);
                }
            }
            Fact::Acquirer(acquirer::Event::Settled { terminal, batch, theirs, ours }) => {
                let (terminal, batch, theirs, ours) = (*terminal, *batch, *theirs, *ours);
                self.settlements.push(Settlement { at, terminal, batch, theirs, ours, uploaded: false });
            }
            Fact::Acquirer(acquirer::Event::Compared { terminal, batch, .. }) => {
                let same = |other: &&mut Settlement| other.terminal == *terminal && other.batch == *batch;
                self.settlements.iter_mut().filter(same).for_each(|settlement| settlement.uploaded = true);
            }
            _ => {}
        }
    }

    fn charge(&mut self, key: Key) -> &mut Charge {
        let index = self.charges.iter().position(|charge| charge.key == key).unwrap_or_else(|| {
            self.charges.push(Charge {
                key,
                intent: None,
                begun: None,
                captured: Fen::ZERO,
                reversed: Fen::ZERO,
                given_back: Fen::ZERO,
                voided: Fen::ZERO,
                held: Fen::ZERO,
                stands: false,
                moved_at: SimTime::ZERO,
            });
            self.charges.len() - 1
        });
        &mut self.charges[index]
    }

    fn read_slips(&self) -> Vec<Slip> {
        let keys: Vec<Key> = self.charges.iter().map(|charge| charge.key).collect();
        let language = self.run.plan.settings.language;
        let mut slips: Vec<Slip> = self
            .run
            .trace
            .events()
            .filter_map(|(at, _, fact)| paper(fact).map(|(piece, fate)| (at, piece, fate)))
            .filter(|(_, piece, _)| !piece.is_blank())
            .map(|(at, piece, fate)| Slip::read(piece, at, fate, self.was_offered(piece), language, &keys))
            .collect();
        slips.sort_by_key(|slip| slip.piece.id());
        slips
    }

    fn was_offered(&self, wanted: &printer::Piece) -> bool {
        self.run.trace.events().any(|(_, _, fact)| match fact {
            Fact::Printer(printer::Event::Offered { piece }) => *piece == wanted.id(),
            _ => false,
        })
    }
}

/// The piece of paper that a fact is about, and where it is after it.
fn paper(fact: &Fact) -> Option<(&Arc<printer::Piece>, Fate)> {
    use printer::{Event, Place};
    let Fact::Printer(event) = fact else {
        return None;
    };
    Some(match event {
        Event::Taken { piece } => (piece, Fate::Taken),
        Event::Retracted { piece } => (piece, Fate::Retracted),
        Event::Removed { piece } => (piece, Fate::Torn),
        Event::Found { piece, place: Place::Mouth } => (piece, Fate::Left),
        Event::Found { piece, place: Place::Inside } => (piece, Fate::Inside),
        _ => return None,
    })
}

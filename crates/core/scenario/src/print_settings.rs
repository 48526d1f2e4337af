//! The print settings of the emulated terminal: which copies of which slips it prints, and whether it asks first. Their
//! shape, their values, and how these come from a checked tree.
//!
//! Source: "Scenario and rig files" of the design; the kinds of slips are called as the steps that they are of.
//! *Not modelled:* settings that change during a run.

use crate::Event;
use crate::diagnostic::Diagnostic;
use crate::grammar::{TIME, word};
use crate::language::{Action, LaterKind, Scenario, Trigger};
use crate::node::Node;
use crate::shape::{Field, List, Map, Scalar, Shape};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// A kind of slip: that of a step of this name.
    SlipKind {
        CardSale = "card-sale", "The slip of a card sale.";
        Void = "void", "The slip of a sale that is taken back.";
        Refund = "refund", "The slip of money that is given back.";
        PreAuth = "pre-auth", "The slip of a hold.";
        VoidPreAuth = "void-pre-auth", "The slip of a hold that is let go.";
        Complete = "complete", "The slip of a hold that is taken.";
        VoidCompletion = "void-completion", "The slip of what is given back into a hold.";
        ShowQr = "show-qr", "The slip of a payment by the code that the terminal shows.";
        Scan = "scan", "The slip of a payment by the code that the customer shows.";
    }
}

vocabulary! {
    /// A copy of a slip.
    SlipCopy {
        Merchant = "merchant", "The merchant's copy.";
        Customer = "customer", "The customer's copy.";
        Bank = "bank", "The copy for the merchant's bank.";
    }
}

/// Which copies a terminal prints, kind by kind; of a kind that is not there the usual ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintSetup([Option<[bool; SlipCopy::ALL.len()]>; SlipKind::ALL.len()]);

impl PrintSetup {
    /// As it was delivered.
    pub const USUAL: Self = Self([None; SlipKind::ALL.len()]);

    /// From now on these copies are printed of this kind, and no other.
    pub fn set(&mut self, kind: SlipKind, copies: &[SlipCopy]) {
        if let Some((_, place)) = SlipKind::ALL.iter().zip(&mut self.0).find(|(known, _)| **known == kind) {
            let mut set = [false; SlipCopy::ALL.len()];
            for (is_set, copy) in set.iter_mut().zip(SlipCopy::ALL) {
                *is_set = copies.contains(copy);
            }
            *place = Some(set);
        }
    }

    /// The kinds for which something is set, each with its copies.
    pub fn iter(&self) -> impl Iterator<Item = (SlipKind, impl Iterator<Item = SlipCopy>)> {
        let copies = |set: [bool; SlipCopy::ALL.len()]| {
            SlipCopy::ALL.iter().zip(set).filter(|(_, is_set)| *is_set).map(|(copy, _)| *copy)
        };
        SlipKind::ALL.iter().zip(self.0).filter_map(move |(kind, set)| Some((*kind, copies(set?))))
    }
}

pub(crate) const PRINTS_FIELD: Field = Field::optional(
    "prints",
    Shape::Map(PRINTS),
    "prints: { pre-auth: [merchant] }",
    "the copies that the terminal is set to print, where they are not the merchant's and the customer's",
);
pub(crate) const RECEIPT_PROMPT: Field = Field::optional(
    "receipt-prompt",
    TIME,
    "receipt-prompt: 15s",
    "so long the terminal asks after a wallet payment whether a receipt is wanted: enter is yes, cancel is no; left out, it prints without asking",
);

const PRINTS: Map = Map {
    what: "the copies that are printed",
    example: "{ pre-auth: [merchant] }",
    choices: &[],
    fields: &[
        slip("card-sale", "card-sale: [merchant, bank, customer]", "of a card sale"),
        slip("void", "void: [merchant]", "of a sale that is taken back"),
        slip("refund", "refund: [merchant]", "of money that is given back"),
        slip("pre-auth", "pre-auth: [merchant]", "of a hold"),
        slip("void-pre-auth", "void-pre-auth: []", "of a hold that is let go"),
        slip("complete", "complete: [merchant]", "of a hold that is taken"),
        slip("void-completion", "void-completion: []", "of what is given back into a hold"),
        slip("show-qr", "show-qr: []", "of a payment by the code that the terminal shows"),
        slip("scan", "scan: [customer]", "of a payment by the code that the customer shows"),
    ],
};

static COPY: Shape = Shape::Scalar(word!(SlipCopy, "a copy of a slip"));

const fn slip(name: &'static str, example: &'static str, doc: &'static str) -> Field {
    let list = List { what: "copies", may_be_empty: true, of: &COPY, example: "[merchant]" };
    Field::optional(name, Shape::List(list), example, doc)
}

/// What stands behind `prints`.
pub(crate) fn print_setup(setup: &Node) -> PrintSetup {
    let mut prints = PrintSetup::USUAL;
    let Some(node) = setup.get("prints") else { return prints };
    for kind in SlipKind::ALL {
        let Some(copies) = node.get(kind.name()) else { continue };
        let copies = copies.items().iter().filter_map(|item| SlipCopy::from_name(item.text()?));
        prints.set(*kind, &copies.collect::<Vec<_>>());
    }
    prints
}

/// Settings that nothing in the scenario is about, and steps that wait for a question that is never asked.
pub(crate) fn check_prints(scenario: &Scenario, root: &Node) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    let does = |wanted: SlipKind| scenario.steps.iter().any(|step| slip_of(&step.action) == Some(wanted));
    let setup = root.get("terminal").filter(|node| node.text().is_none());
    for (kind, _) in scenario.terminal.prints.iter() {
        let field = setup.and_then(|setup| setup.get("prints")?.get(kind.name()));
        if let Some(field) = field.filter(|_| !does(kind)) {
            let title = "this setting makes no difference";
            let diagnostic = Diagnostic::at(field.span.clone(), title, format!("no step is a `{kind}`"));
            wrong.push(diagnostic.expected("the kind of a step of this scenario"));
        }
    }
    let prompt = setup.and_then(|setup| setup.get("receipt-prompt"));
    if let Some(prompt) = prompt.filter(|_| !does(SlipKind::ShowQr) && !does(SlipKind::Scan)) {
        let title = "this setting makes no difference";
        let diagnostic = Diagnostic::at(prompt.span.clone(), title, "no step is a payment by wallet");
        wrong.push(diagnostic.expected("a `show-qr` or a `scan` step"));
    }
    let asked_for = |start| matches!(start, Trigger::When { event: Event::TerminalAsksReceipt, .. });
    let nodes = |name| root.get(name).map_or(&[][..], Node::items);
    let starts = scenario.steps.iter().map(|step| step.start).zip(nodes("steps"));
    let starts = starts.chain(scenario.faults.iter().map(|fault| fault.start).zip(nodes("faults")));
    for (_, node) in starts.filter(|(start, _)| prompt.is_none() && asked_for(*start)) {
        let span = node.get("when").map_or_else(|| node.span.clone(), |when| when.span.clone());
        let diagnostic = Diagnostic::at(span, "this never begins", "the terminal prints without asking");
        wrong.push(
            diagnostic.expected("a `receipt-prompt` in the terminal's setup").example("receipt-prompt: 15s"),
        );
    }
    wrong
}

/// Which slip comes out after an action.
const fn slip_of(action: &Action) -> Option<SlipKind> {
    Some(match action {
        Action::CardSale(_) => SlipKind::CardSale,
        Action::PreAuth(_) | Action::WalletHold(_) => SlipKind::PreAuth,
        Action::ShowQr(_) => SlipKind::ShowQr,
        Action::Scan(_) => SlipKind::Scan,
        Action::Later(later) => match later.what {
            LaterKind::Void => SlipKind::Void,
            LaterKind::Refund => SlipKind::Refund,
            LaterKind::VoidPreAuth => SlipKind::VoidPreAuth,
            LaterKind::Complete(_) => SlipKind::Complete,
            LaterKind::VoidCompletion => SlipKind::VoidCompletion,
        },
        _ => return None,
    })
}

//! A scenario made ready to run: every name resolved, every fault turned into pokes and rules. Made once,
//! run for any number of seeds.

mod harm;

pub(crate) use self::harm::Harm;
use self::harm::{harm, tell_namesakes_apart};
use crate::customers;
use crate::print_settings::print_settings;
use core::time::Duration;
use printer::{GearName, Printer};
use scenario::{
    Action, CompletionWay, Effect, Gear, KnownBy, Later, LaterKind, Law, OperatorAct, Payer, PrinterAct,
    PrinterFault, Scenario, ShownCode, Trigger,
};
use sim::Fen;
use terminal::wallets::ALIPAY_SHOP;
use terminal::{Intent, Parameters, Press, Profile, Settings, WalletTable, Wish};

/// A scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenario that it was made from.
    pub scenario: Scenario,
    pub(crate) settings: Settings,
    pub(crate) printer: &'static printer::Profile,
    /// A new one of that model, to be copied: what its tables take to make is owed once.
    pub(crate) new_printer: Printer,
    pub(crate) back_office: Option<backoffice::Settings>,
    pub(crate) steps: Vec<(Trigger, Act)>,
    pub(crate) faults: Vec<(Trigger, Harm)>,
    pub(crate) payers: acquirer::payers::Payers,
    /// Whether the file's expectations are of this firmware, or the laws alone can tell.
    pub(crate) judged_by: Judge,
}

/// What a run is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    /// The laws, and all that the scenario expects.
    Expectations,
    /// The laws: the scenario was written for another firmware.
    Laws,
}

/// What a person does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Terminal(terminal::Poke),
    ShowQr {
        poke: terminal::Poke,
        intent: Intent,
        pays_after: Option<Duration>,
    },
    /// The terminal wants a payment code, and the customer of this step shows one.
    Scan {
        poke: terminal::Poke,
        intent: Intent,
        code: ShownCode,
        wallet: scenario::Wallet,
    },
    /// Something about the payment of an earlier wish: people key in the number on its slip.
    Later {
        intent: Intent,
        kind: terminal::Kind,
        of: Intent,
        amount: Option<Fen>,
    },
    /// The slip of an earlier wish, again.
    Reprint {
        of: Intent,
    },
    Printer(printer::Poke),
    /// Somebody comes to the counter of the back office because of an earlier wish.
    Visit {
        redeems: bool,
        of: Intent,
        amount: Fen,
        known_by: KnownBy,
    },
}

/// Why a scenario cannot be run by this build: its words and the devices' tables do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// No firmware of this name.
    UnknownTerminal(&'static str),
    /// No back office of this name.
    UnknownBackOffice(&'static str),
    /// No printer of this name.
    UnknownPrinter(&'static str),
    /// A gear of the printer has fewer teeth than that.
    NoSuchTooth {
        /// The line of the file that names it.
        line: u32,
        /// Which gear.
        gear: Gear,
        /// The tooth, counted from 0.
        tooth: u16,
        /// How many it has.
        teeth: u16,
    },
}

impl core::fmt::Display for PlanError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::UnknownTerminal(name) => write!(f, "no terminal profile is called {name}"),
            Self::UnknownPrinter(name) => write!(f, "no printer profile is called {name}"),
            Self::UnknownBackOffice(name) => write!(f, "no back office profile is called {name}"),
            Self::NoSuchTooth { line, gear, tooth, teeth } => write!(
                f,
                "line {line}: the {gear} gear has no tooth {tooth}: it has {teeth}, counted from 0 to {}",
                teeth.saturating_sub(1)
            ),
        }
    }
}

impl core::error::Error for PlanError {}

impl Plan {
    /// Makes a scenario ready to run.
    ///
    /// # Errors
    /// When a profile that the scenario names is not in the devices' tables, or a tooth is not on the printer's gear.
    pub fn new(scenario: Scenario) -> Result<Self, PlanError> {
        let name = scenario.terminal.profile;
        let profile = Profile::named(name).ok_or(PlanError::UnknownTerminal(name))?;
        Self::at(scenario, profile, Judge::Expectations)
    }

    /// Makes a scenario ready to run at a terminal with this firmware, whichever one it names, and with the printer that
    /// the firmware is built with, unless it names another. The laws alone judge it: what the file expects is of the
    /// firmware that it names. Where it names a back office that is flawed, what that is expected to break may break.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn with_terminal(mut scenario: Scenario, profile: &'static Profile) -> Result<Self, PlanError> {
        let named = Profile::named(scenario.terminal.profile);
        if named.is_some_and(|named| named.printer == scenario.printer) {
            scenario.printer = profile.printer;
        }
        scenario.terminal.profile = profile.name;
        Self::at(scenario, profile, Judge::Laws)
    }

    fn at(scenario: Scenario, profile: &'static Profile, judged_by: Judge) -> Result<Self, PlanError> {
        let printer = printer_named(scenario.printer).ok_or(PlanError::UnknownPrinter(scenario.printer))?;
        check_teeth(&scenario, printer)?;
        let mut settings = Settings::keyed(profile, &profile.parameters.with(&scenario.terminal.keyed));
        settings.prints = print_settings(&scenario.terminal.prints);
        settings.receipt_prompt = scenario.terminal.receipt_prompt;
        if let Some(scenario::Wallets { wechat, alipay }) = scenario.terminal.wallets {
            settings.wallets = WalletTable { wechat, alipay };
        }
        let back_office = back_office(&scenario, &settings)?;
        settings.voucher_key = back_office.as_ref().map(|_| seal_key(Parameters::RIGHT.tid));
        let steps = (0..scenario.steps.len())
            .map(|index| (scenario.steps[index].start, act(&scenario, index)))
            .collect();
        let mut faults: Vec<(Trigger, Harm)> =
            scenario.faults.iter().map(|fault| (fault.start, harm(&fault.effect))).collect();
        tell_namesakes_apart(&mut faults);
        let payers = customers::payers(&scenario);
        let new_printer = Printer::new(printer);
        Ok(Self { scenario, settings, printer, new_printer, back_office, steps, faults, payers, judged_by })
    }

    /// Whether a law may break: the scenario expects it, and of what takes part in this run.
    #[must_use]
    pub fn may_break(&self, law: Law) -> bool {
        let expected = self.scenario.expect.breaks.iter().any(|expected| expected.value == law);
        expected && (self.judged_by == Judge::Expectations || !self.back_office_is_sound())
    }

    /// Whether there is no back office with a bad habit.
    #[must_use]
    pub fn back_office_is_sound(&self) -> bool {
        let habits = |office: &backoffice::Settings| office.profile.habits;
        self.back_office.as_ref().is_none_or(|office| habits(office) == backoffice::REFERENCE.habits)
    }

    /// Whether neither the terminal's firmware nor the back office has a bad habit.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.settings.profile.is_sound() && self.back_office_is_sound()
    }

    /// What people want in this scenario, in the order of its steps; another try for a wish is none of its own.
    pub fn wishes(&self) -> impl Iterator<Item = Wanted> {
        (0..self.scenario.steps.len()).filter(|index| self.scenario.intent_of(*index) == *index).filter_map(
            |index| {
                let action = &self.scenario.steps[index].action;
                let about = action.about().map(|of| intent(self.scenario.intent_of(of)));
                let amount = amount_of(&self.scenario, index)?;
                Some(Wanted { intent: intent(index), kind: kind_of(&self.scenario, index)?, amount, about })
            },
        )
    }
}

/// One thing that people want to have done with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whose wish it is.
    pub intent: Intent,
    /// What they want.
    pub kind: terminal::Kind,
    /// How much.
    pub amount: Fen,
    /// The earlier wish that it is about.
    pub about: Option<Intent>,
}

/// What a step asks the terminal for, if it is about money.
fn kind_of(scenario: &Scenario, index: usize) -> Option<terminal::Kind> {
    use terminal::Kind;
    let action = &scenario.steps.get(index)?.action;
    let original = action.about().and_then(|of| Some(&scenario.steps.get(of)?.action));
    Some(match action {
        Action::CardSale(_) => Kind::Sale,
        Action::PreAuth(_) => Kind::PreAuth,
        Action::ShowQr(_) => Kind::Order,
        Action::WalletHold(_) => Kind::WalletHold,
        Action::Scan(_) => Kind::Scan,
        Action::Later(later) => match later.what {
            LaterKind::Void => Kind::Void,
            LaterKind::Refund if matches!(original, Some(Action::ShowQr(_) | Action::Scan(_))) => {
                Kind::OrderRefund
            }
            LaterKind::Refund => Kind::Refund,
            LaterKind::VoidPreAuth if matches!(original, Some(Action::WalletHold(_))) => Kind::WalletHoldVoid,
            LaterKind::VoidPreAuth => Kind::PreAuthVoid,
            LaterKind::Complete(CompletionWay::Request) => Kind::Completion,
            LaterKind::Complete(CompletionWay::Advice) => Kind::CompletionAdvice,
            LaterKind::VoidCompletion => Kind::CompletionVoid,
        },
        Action::Reprint(_)
        | Action::Operator(_)
        | Action::LogOn(_)
        | Action::KeyIn(_)
        | Action::Press(_)
        | Action::Visit(_)
        | Action::Printer(_) => return None,
    })
}

/// How much a step is about: its own amount, or all of what it is about.
fn amount_of(scenario: &Scenario, index: usize) -> Option<Fen> {
    let action = &scenario.steps.get(index)?.action;
    match action {
        Action::Later(Later { amount: Some(amount), .. }) => Some(*amount),
        // A reference always points backwards, so this ends.
        Action::Later(later) => amount_of(scenario, later.of),
        _ => action.amount(),
    }
}

/// Only the printer's profile knows how many teeth its gears have.
fn check_teeth(scenario: &Scenario, printer: &printer::Profile) -> Result<(), PlanError> {
    for fault in &scenario.faults {
        let Effect::Printer(PrinterFault { harm, .. }) = &fault.effect else { continue };
        let worn = harm.iter().filter_map(|poke| match poke {
            printer::Poke::WearGear { gear, tooth, .. } => Some((*gear, *tooth)),
            _ => None,
        });
        for (gear, tooth) in worn {
            let (gear, teeth) = match gear {
                GearName::Motor => (Gear::Motor, printer.train.motor_teeth),
                GearName::Idler => (Gear::Idler, printer.train.idler_teeth),
                GearName::Platen => (Gear::Platen, printer.train.platen_teeth),
            };
            if tooth >= teeth {
                return Err(PlanError::NoSuchTooth { line: fault.place.line, gear, tooth, teeth });
            }
        }
    }
    Ok(())
}

/// The back office that takes part, if one does.
fn back_office(scenario: &Scenario, terminal: &Settings) -> Result<Option<backoffice::Settings>, PlanError> {
    let Some(name) = scenario.back_office else { return Ok(None) };
    let profile = backoffice::Profile::named(name).ok_or(PlanError::UnknownBackOffice(name))?;
    let mut settings = backoffice::Settings::of(profile);
    let shop = terminal.alipay_told_at(&settings.wallet.notify_url);
    settings.alipay = Some((ALIPAY_SHOP, shop));
    Ok(Some(settings))
}

/// What the terminal of this number seals its vouchers with. It was injected, whatever number is keyed in.
fn seal_key(tid: &str) -> voucher::SealKey {
    backoffice::Settings::test_master_key().derived(tid)
}

fn printer_named(name: &str) -> Option<&'static printer::Profile> {
    printer::BUILT_IN.into_iter().find(|profile| profile.name == name)
}

fn intent(step: usize) -> Intent {
    Intent(u16::try_from(step).unwrap_or(u16::MAX))
}

fn act(scenario: &Scenario, index: usize) -> Act {
    let own = intent(scenario.intent_of(index));
    let wish_of = |step: usize| intent(scenario.intent_of(step));
    let pay = |kind, amount| terminal::Poke::Charge(Wish::pay(own, kind, amount));
    let pay_by = |kind, amount, wallet| match wallet {
        scenario::Wallet::Wechat => pay(kind, amount),
        scenario::Wallet::Alipay => {
            terminal::Poke::ChargeBy(Wish::pay(own, kind, amount), terminal::Wallet::Alipay)
        }
    };
    match &scenario.steps[index].action {
        Action::CardSale(card) => Act::Terminal(pay(terminal::Kind::Sale, card.amount)),
        Action::PreAuth(card) => Act::Terminal(pay(terminal::Kind::PreAuth, card.amount)),
        Action::ShowQr(qr) => Act::ShowQr {
            poke: pay_by(terminal::Kind::Order, qr.amount, qr.wallet),
            intent: own,
            pays_after: pays_after(qr.customer),
        },
        Action::WalletHold(qr) => Act::ShowQr {
            poke: pay_by(terminal::Kind::WalletHold, qr.amount, qr.wallet),
            intent: own,
            pays_after: pays_after(qr.customer),
        },
        Action::Scan(scan) => {
            let poke = pay_by(terminal::Kind::Scan, scan.amount, scan.wallet);
            Act::Scan { poke, intent: own, code: scan.code, wallet: scan.wallet }
        }
        Action::Later(later) => Act::Later {
            intent: own,
            kind: kind_of(scenario, index).expect("what is done about a payment is about money"),
            of: wish_of(later.of),
            amount: later.amount.or_else(|| amount_of(scenario, index)),
        },
        Action::Reprint(of) => Act::Reprint { of: wish_of(*of) },
        Action::Operator(act) => Act::Terminal(match act {
            OperatorAct::Settle => terminal::Poke::Settle,
            OperatorAct::SignOn => terminal::Poke::SignOn,
            OperatorAct::LogOff => terminal::Poke::LogOff,
        }),
        Action::Visit(visit) => Act::Visit {
            redeems: visit.redeems,
            of: wish_of(visit.of),
            amount: amount_of(scenario, visit.of).unwrap_or_default(),
            known_by: visit.known_by,
        },
        Action::KeyIn(keyed) => Act::Terminal(terminal::Poke::KeyIn(keyed)),
        Action::LogOn(operator) => Act::Terminal(terminal::Poke::LogOn { operator: *operator }),
        Action::Press(key) => Act::Terminal(terminal::Poke::Press(match key {
            scenario::Key::Cancel => Press::Cancel,
            scenario::Key::Reprint => Press::Reprint,
            scenario::Key::Enter => Press::Enter,
        })),
        Action::Printer(act) => Act::Printer(match act {
            PrinterAct::LoadPaper => printer::Poke::LoadPaper,
            PrinterAct::CloseCover => printer::Poke::CloseCover,
            PrinterAct::OpenCover => printer::Poke::OpenCover,
            PrinterAct::ClearJam => printer::Poke::ClearJam,
            PrinterAct::TakeReceipt => printer::Poke::TakeReceipt,
        }),
    }
}

const fn pays_after(customer: Payer) -> Option<Duration> {
    match customer {
        Payer::PaysAfter(span) => Some(span),
        Payer::NeverPays => None,
    }
}

#[cfg(test)]
mod tests {
    use super::printer_named;
    use scenario::{
        PRINTER_PROFILE_SENTENCES, PRINTER_PROFILES, TERMINAL_PROFILE_SENTENCES, TERMINAL_PROFILES,
    };
    use terminal::PROFILES;

    #[test]
    fn the_language_knows_just_the_profiles_that_there_are() {
        let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
        assert_eq!(TERMINAL_PROFILES, names);
        let sentences: Vec<&str> = PROFILES.iter().map(|profile| profile.about).collect();
        assert_eq!(TERMINAL_PROFILE_SENTENCES, sentences);
        assert_eq!(PRINTER_PROFILE_SENTENCES.len(), PRINTER_PROFILES.len());
        assert!(PRINTER_PROFILES.iter().all(|name| printer_named(name).is_some()));
        assert!(PROFILES.iter().all(|profile| PRINTER_PROFILES.contains(&profile.printer)));
    }

    #[test]
    fn the_language_knows_just_the_back_offices_that_there_are() {
        let names: Vec<&str> = backoffice::PROFILES.iter().map(|profile| profile.name).collect();
        assert_eq!(scenario::BACK_OFFICE_PROFILES, names);
        let sentences: Vec<&str> = backoffice::PROFILES.iter().map(|profile| profile.about).collect();
        assert_eq!(scenario::BACK_OFFICE_PROFILE_SENTENCES, sentences);
    }

    #[test]
    fn a_terminal_that_waits_for_a_presenter_has_one() {
        let has_presenter = |name| {
            printer_named(name)
                .is_some_and(|printer| matches!(printer.outlet, printer::Outlet::Presenter { .. }))
        };
        assert!(PROFILES.iter().all(|profile| profile.presenter == has_presenter(profile.printer)));
    }
}

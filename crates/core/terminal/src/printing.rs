//! Which slips are printed: after a payment, again when asked, what was missed; and what is held in a presenter.
//!
//! *Not modelled:* e-mail and SMS receipts.

use crate::card::CardCharge;
use crate::charge::{Approval, Charge};
use crate::copies::{Copies, NoSlip};
use crate::desk::Closing;
use crate::event::{Copy, Event};
use crate::flow::Flow;
use crate::journal::Record;
use crate::machine::Terminal;
use crate::memory::Held;
use crate::profile::{HandsOut, NoAnswer, Reprint, SwitchedOff, Unprinted, WaitingSlips};
use crate::screen::Belief;
use crate::slip::{Delivery, Sheet};
use crate::spooler::{Job, Told};
use escpos::Presenter;
use sim::{Key, SimTime};

impl Terminal {
    /// A payment is approved and in flash: its slips are due, unless the journal is being read after a boot.
    pub(crate) fn print_slips_of(&mut self, now: SimTime, approval: &Approval) {
        let key = approval.charge.key;
        if self.memory.held.is_some_and(|held| held.key == key) {
            self.move_held(Presenter::Present { steps: 80 });
        } else if !self.memory.recovering && !self.memory.register_prints.0 {
            let copies = self.copies(&approval.charge);
            for copy in copies.iter().filter(|copy| *copy != Copy::Customer) {
                self.print_copy(now, approval.clone(), copy);
            }
            if self.settings.prints.leaves_customer_out(approval.charge.kind) {
                self.obey_setting(now, approval);
            } else if self.asks_about(approval.charge.kind) {
                self.ask_about_receipt(now, approval);
            } else {
                self.print_copy(now, approval.clone(), Copy::Customer);
            }
        }
    }

    /// Prints a copy for the first time. One that looks first holds the customer's until it has looked.
    pub(crate) fn print_copy(&mut self, now: SimTime, approval: Approval, copy: Copy) {
        let mut job = self.job(approval, copy, false);
        if copy == Copy::Customer && self.looks_first() {
            job.delivery = Delivery::Hold;
        }
        self.print(now, job);
    }

    /// A setting says that the customer's copy is not printed.
    fn obey_setting(&mut self, now: SimTime, approval: &Approval) {
        let key = approval.charge.key;
        let habit = self.settings.profile.habits.switched_off;
        if habit == SwitchedOff::Said {
            // So that a start knows that it was said, for there is no slip by which to tell.
            self.journal.write(now, Record::NotWanted(key));
        }
        self.say_no_slip(key, NoSlip::SwitchedOff, habit == SwitchedOff::Said);
        if habit == SwitchedOff::PulledBack {
            self.memory.held = Some(Held { key, on_paper: false, wanted: Some(Presenter::Retract) });
            let job = self.job(approval.clone(), Copy::Customer, false);
            self.print(now, Job { delivery: Delivery::Hold, counts: false, ..job });
        }
    }

    /// Reports that there is no customer's copy, and says so on the screen if it can still be had.
    pub(crate) fn say_no_slip(&mut self, key: Key, why: NoSlip, kept: bool) {
        self.outbox.event(Event::NoSlip { key, why, kept });
        self.memory.no_slip = Some(why).filter(|_| kept);
    }

    /// Whether the reprint key gives this slip.
    pub(crate) fn can_reprint(&self, approval: &Approval) -> bool {
        let habits = self.settings.profile.habits;
        let Charge { key, kind, .. } = approval.charge;
        let gone = habits.no_answer == NoAnswer::IsNo && self.journal.is_not_wanted(key)
            || habits.switched_off != SwitchedOff::Said && self.settings.prints.leaves_customer_out(kind);
        habits.reprint != Reprint::Missing && !gone
    }

    pub(crate) fn print_what_is_missing(&mut self, now: SimTime) {
        let approvals: Vec<Approval> = self.journal.approvals().cloned().collect();
        for approval in approvals {
            let key = approval.charge.key;
            for copy in self.copies(&approval.charge).iter() {
                let left_out = copy == Copy::Customer && self.journal.is_not_wanted(key);
                if !left_out && !self.journal.is_printed(key, copy) {
                    self.memory.verdict = Some((approval.charge.intent, Belief::Approved));
                    let job = self.job(approval.clone(), copy, true);
                    self.print(now, job);
                }
            }
            let is_left_out = self.settings.prints.leaves_customer_out(approval.charge.kind);
            if is_left_out
                && !self.journal.is_not_wanted(key)
                && !self.journal.is_printed(key, Copy::Customer)
            {
                self.memory.verdict = Some((approval.charge.intent, Belief::Approved));
                self.obey_setting(now, &approval);
            }
        }
    }

    /// The reprint key: the newest slip, and pressed again the one before, round and round until the next charge.
    pub(crate) fn reprint_newest(&mut self, now: SimTime) {
        let slips = || self.journal.approvals().rev().filter(|approval| self.can_reprint(approval));
        let Some(back) = self.memory.reprints.checked_rem(slips().count()) else { return };
        let newest = slips().nth(back).map(|approval| approval.charge.key);
        if let Some(key) = newest.filter(|_| self.memory.spooler.is_idle()) {
            self.memory.reprints += 1;
            self.reprint(now, key);
        }
    }

    /// The slip of this number once more, if the journal has it; after what is being printed.
    pub(crate) fn reprint(&mut self, now: SimTime, key: Key) {
        if let Some(approval) = self.journal.approval(key).filter(|slip| self.can_reprint(slip)).cloned() {
            self.memory.no_slip = None;
            let job = self.job(approval, Copy::Customer, true);
            self.print(now, job);
        }
    }

    pub(crate) fn print_totals(&mut self, now: SimTime, closing: Closing) {
        if self.memory.register_prints.1 {
            return;
        }
        let delivery = self.delivery();
        let sheet = Sheet::Totals { closing, at: now };
        let operator = self.operator();
        self.print(
            now,
            Job { sheet, operator, reprint: false, after_trouble: false, delivery, counts: false },
        );
    }

    pub(crate) fn print_ahead(&mut self, now: SimTime, charge: Charge) {
        if self.settings.prints.leaves_customer_out(charge.kind) {
            return;
        }
        self.memory.held = Some(Held { key: charge.key, on_paper: false, wanted: None });
        let (reference, auth_code) = (String::new(), String::new());
        let approval = Approval { charge, reference, auth_code, date_mmdd: 0, at: now };
        let job = self.job(approval, Copy::Customer, false);
        self.print(now, Job { delivery: Delivery::Hold, counts: false, ..job });
    }

    pub(crate) fn pull_back(&mut self, now: SimTime, charge: Charge) {
        self.outbox.event(Event::PullsBack { key: charge.key });
        self.move_held(Presenter::Retract);
        self.tell(Belief::Unknown);
        self.memory.late = Some(charge);
        self.rest(now);
    }

    /// What was printed ahead of a result goes back, for there is no payment; or so the firmware believes.
    pub(crate) fn take_back_unpaid(&mut self) {
        let over = self.memory.flow.charge().map(|charge| charge.key);
        if let Some(held) = self.memory.held.filter(|held| Some(held.key) == over && held.wanted.is_none()) {
            self.outbox.event(Event::PullsBack { key: held.key });
            self.move_held(Presenter::Retract);
        }
    }

    /// Moves the held receipt, now or as soon as it is on paper.
    fn move_held(&mut self, function: Presenter) {
        let Some(held) = &mut self.memory.held else {
            return;
        };
        held.wanted = Some(function);
        if held.on_paper {
            self.memory.held = None;
            self.memory.spooler.move_held(function, &mut self.outbox);
        }
    }

    pub(crate) fn on_told(&mut self, now: SimTime, told: Told) {
        match told {
            Told::Printed(job) => self.on_printed(now, &job),
            Told::Trouble(trouble) => {
                self.memory.printer = trouble;
                if let Some(trouble) = trouble {
                    self.outbox.event(Event::PrinterTrouble { trouble });
                    self.undo_what_cannot_be_printed(now);
                }
            }
        }
    }

    fn on_printed(&mut self, now: SimTime, job: &Job) {
        let Sheet::Slip { approval, copy } = &job.sheet else {
            return;
        };
        let (key, copy) = (approval.charge.key, *copy);
        self.outbox.event(Event::Printed { key, copy });
        if job.counts {
            self.note_printed(now, key, copy);
        }
        if job.reprint && copy == Copy::Customer && self.settings.voucher_key.is_some() {
            self.journal.write(now, Record::Reprinted(key));
        }
        // Nothing else that counts as printed is held: what was printed ahead of its result does not.
        if job.counts && job.delivery == Delivery::Hold {
            self.hand_out_if_paid(&approval.charge);
        } else if let Some(held) = &mut self.memory.held
            && held.key == key
        {
            held.on_paper = true;
            if let Some(function) = held.wanted {
                if self.settings.prints.leaves_customer_out(approval.charge.kind) {
                    self.outbox.event(Event::PullsBack { key });
                }
                self.move_held(function);
            }
        }
    }

    const fn looks_first(&self) -> bool {
        self.has_presenter()
            && matches!(self.settings.profile.habits.hands_out, HandsOut::WhatTheJournalStillSays)
    }

    /// A held receipt is on paper: it goes out if the journal says what stands on it, and back otherwise.
    fn hand_out_if_paid(&mut self, charge: &Charge) {
        let is_paid =
            self.journal.approval(charge.key).is_some_and(|approval| approval.charge.amount == charge.amount);
        let function = if is_paid { Presenter::Present { steps: 80 } } else { Presenter::Retract };
        if !is_paid {
            self.outbox.event(Event::PullsBack { key: charge.key });
        }
        self.memory.spooler.move_held(function, &mut self.outbox);
    }

    /// What lies in the presenter goes back, whosever it is.
    pub(crate) fn clear_presenter(&mut self) {
        let newest = self.journal.approvals().next_back().map(|approval| approval.charge.key);
        if self.has_presenter()
            && let Some(key) = newest
        {
            self.outbox.event(Event::PullsBack { key });
            self.memory.spooler.move_held(Presenter::Retract, &mut self.outbox);
        }
    }

    /// A copy is on paper, here or at a cash register.
    pub(crate) fn note_printed(&mut self, now: SimTime, key: Key, copy: Copy) {
        if !self.journal.is_printed(key, copy) {
            self.journal.write(now, Record::Printed(key, copy));
        }
    }

    fn undo_what_cannot_be_printed(&mut self, now: SimTime) {
        let undoes = self.settings.profile.habits.unprinted == Unprinted::Reversed;
        if !undoes || !matches!(self.memory.flow, Flow::Idle) {
            return;
        }
        let Some(charge) = self.journal.approvals().next_back().map(|approval| approval.charge) else {
            return;
        };
        if charge.kind.is_reversible() && self.memory.spooler.holds(charge.key) {
            self.memory.spooler.withdraw(charge.key);
            self.enter(now, |desk, _| Flow::Card(Box::new(CardCharge::undo(charge, desk))));
        }
    }

    fn print(&mut self, now: SimTime, job: Job) {
        if self.settings.profile.habits.waiting_slips == WaitingSlips::GiveWay {
            self.memory.spooler.keep_only(job.sheet.key());
        }
        self.memory.spooler.print(job, now, &self.settings, &mut self.outbox);
    }

    /// What is printed of a charge. A presenter hands out one slip, the customer's.
    fn copies(&self, charge: &Charge) -> Copies {
        let set = self.settings.prints.of(charge.kind).unwrap_or(match charge.key {
            Key::Card { .. } if self.settings.bank_copy => Copies::USUAL.and(Copy::Bank),
            Key::Card { .. } | Key::Order(_) => Copies::USUAL,
        });
        if self.has_presenter() { set.of(Copies::NONE.and(Copy::Customer)) } else { set }
    }

    fn job(&self, approval: Approval, copy: Copy, reprint: bool) -> Job {
        let sheet = Sheet::Slip { approval: Box::new(approval), copy };
        let (operator, delivery) = (self.operator(), self.delivery());
        let reprint = reprint && self.settings.profile.habits.reprint != Reprint::Unmarked;
        Job { sheet, operator, reprint, after_trouble: false, delivery, counts: true }
    }

    fn operator(&self) -> u8 {
        self.journal.operator().flatten().unwrap_or(self.settings.operator)
    }

    const fn delivery(&self) -> Delivery {
        if self.has_presenter() { Delivery::Present } else { Delivery::Mouth }
    }

    const fn has_presenter(&self) -> bool {
        self.settings.profile.presenter
    }
}

//! A bench: a rig made ready, on which scenarios run one after the other.
//!
//! Line rates in bits per second. Every run has fresh cables, so that no byte of one run reaches the next; the
//! addresses that the rig listens at stay the same. *Not modelled yet:* real and spied-on devices; the rig
//! file has no word for them, so its reader refuses them.

use crate::capture::{Capture, Setup};
use crate::error::RigError;
use crate::pty::printer_cable;
use crate::tcp::Listeners;
use crate::testbed::LiveTestbed;
use crate::wiring::{Clock, End, Wiring};
use core::time::Duration;
use runner::{Plan, Run};
use scenario::{AcquirerConnection, PrinterConnection, Rig};
use sim::Seed;
use std::sync::Arc;

/// A rig, ready to run scenarios on.
#[derive(Debug)]
pub struct Bench {
    /// The line rate of the printer's cable; nothing joins the two in memory.
    printer_baud_bps: Option<u32>,
    /// Where acquirer and terminal listen; nothing joins the two in memory.
    listeners: Option<Listeners>,
}

/// What a run in real time gives.
#[derive(Clone, Debug)]
pub struct LiveRun {
    /// What happened, as from any testbed.
    pub run: Run,
    /// What its ports received, to replay it from.
    pub capture: Capture,
    /// How late the machine was at worst for something that was due. Anything near a device's time-out (a second
    /// for a printer's status) makes the outcome worthless.
    pub late_max: Duration,
}

impl Bench {
    /// Makes a rig ready, and tries each of its cables once.
    ///
    /// # Errors
    /// When this machine does not give a port that the rig names.
    pub fn open(rig: &Rig) -> Result<Self, RigError> {
        let printer_baud_bps = match rig.printer_link {
            PrinterConnection::Memory => None,
            PrinterConnection::Pty { baud_bps } => Some(baud_bps),
        };
        let listeners = match rig.acquirer_link {
            AcquirerConnection::Memory => None,
            AcquirerConnection::Tcp { address } => Some(Listeners::open(address)?),
        };
        let bench = Self { printer_baud_bps, listeners };
        bench.cables()?;
        Ok(bench)
    }

    /// Runs a plan in real time, to its end.
    ///
    /// # Errors
    /// When a port cannot be opened, or breaks during the run.
    pub fn run(&mut self, plan: &Arc<Plan>, seed: Seed) -> Result<LiveRun, RigError> {
        let ends = self.cables()?;
        let lanes = ends.iter().map(|end| end.writes).collect();
        let setup = Setup::new(plan, seed, self.printer_baud_bps, lanes);
        let session = setup.session(plan);
        let clock = Clock::start();
        let wiring = Wiring::start(ends, clock)?;
        let lived = LiveTestbed::new(session, wiring, clock).run()?;
        let capture = Capture { setup, entries: lived.entries };
        Ok(LiveRun { run: lived.run, capture, late_max: lived.late_max })
    }

    fn cables(&self) -> Result<Vec<End>, RigError> {
        let mut ends = Vec::new();
        if let Some(baud_bps) = self.printer_baud_bps {
            ends.extend(printer_cable(baud_bps)?);
        }
        if let Some(listeners) = &self.listeners {
            ends.extend(listeners.cables()?);
        }
        Ok(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bench, LiveRun};
    use crate::capture::Capture;
    use crate::error::RigError;
    use crate::replay::{ReplayError, replay};
    use runner::laws::first_difference;
    use runner::outcome::text::{Timeline, write};
    use runner::{Outcome, Plan, Run, VirtualTestbed};
    use scenario::{Rig, Scenario};
    use sim::Seed;
    use std::sync::Arc;

    const SEED: Seed = Seed(11);

    const CARD_SALE: &str = "\
name: A sale by card, with two slips
symptom: paid-no-receipt
cause: none
steps:
  - { at: 0s, card-sale: { amount: CNY 12.00 } }
expect: { captured: CNY 12.00 }
";

    const WALLET_SALE: &str = "\
name: A sale by wallet, over the network alone
symptom: paid-no-receipt
cause: none
steps:
  - { at: 0s, show-qr: { wallet: wechat, amount: CNY 18.50, customer-pays-after: 400ms } }
expect: { captured: CNY 18.50 }
";

    fn plan(text: &str) -> Arc<Plan> {
        let scenario = Scenario::parse("scenario.yaml", text.as_bytes()).unwrap();
        Arc::new(Plan::new(scenario).unwrap())
    }

    fn rig(text: &str) -> Rig {
        Rig::parse("rig.yaml", text.as_bytes()).unwrap()
    }

    fn loopback() -> Rig {
        rig(include_str!("../../../../rigs/loopback.yaml"))
    }

    fn stable(run: &Run) -> String {
        write(&Outcome::of(run, None), Timeline::Without)
    }

    fn live(rig: &Rig, plan: &Arc<Plan>) -> LiveRun {
        Bench::open(rig).unwrap().run(plan, SEED).unwrap()
    }

    /// Same outcome as in virtual time, and the same trace from its capture, by way of its text.
    fn agrees_with_virtual_time(live: &LiveRun, plan: &Arc<Plan>) {
        let shown = write(&Outcome::of(&live.run, None), Timeline::With);
        let virtually = VirtualTestbed.run(plan, SEED);
        assert_eq!(stable(&live.run), stable(&virtually), "late by {:?} at worst\n{shown}", live.late_max);
        let capture = Capture::from_text(&live.capture.to_text()).unwrap();
        assert_eq!(capture, live.capture);
        let again = replay(plan, &capture).unwrap();
        assert_eq!(first_difference(&live.run.trace, &again.trace), None, "{shown}");
        assert_eq!((again.settled, again.ended_at, &again.fired), (true, live.run.ended_at, &live.run.fired));
    }

    #[test]
    fn a_card_sale_on_real_ports_comes_out_as_in_virtual_time_and_replays() {
        let plan = plan(CARD_SALE);
        let live = live(&loopback(), &plan);
        agrees_with_virtual_time(&live, &plan);
        let other = self::plan(&CARD_SALE.replace("12.00", "13.00"));
        let refused = replay(&other, &live.capture).map(|run| run.settled);
        assert_eq!(
            refused,
            Err(ReplayError::Foreign { scenario: "A sale by card, with two slips".to_owned() })
        );
    }

    #[test]
    fn a_wallet_sale_is_notified_over_a_connection_and_replays() {
        let plan = plan(WALLET_SALE);
        let rig = rig("name: Network alone\nlinks: { acquirer: { tcp: 127.0.0.1:0 } }\n");
        agrees_with_virtual_time(&live(&rig, &plan), &plan);
    }

    #[test]
    fn a_rig_at_an_address_in_use_is_refused_with_what_to_do() {
        let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = held.local_addr().unwrap();
        let rig = rig(&format!("name: Taken\nlinks: {{ acquirer: {{ tcp: \"{address}\" }} }}\n"));
        let error = Bench::open(&rig).unwrap_err();
        assert!(matches!(error, RigError::InUse { .. }), "{error}");
    }
}

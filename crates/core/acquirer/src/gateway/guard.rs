//! Keeps out what was said before, and who says too much.
//!
//! Source: WeChat Pay v3 and Alipay v3, "Signature": a nonce is used once, a timestamp is at most some minutes off.
//! Nonces are remembered for as long as their timestamps would pass. *Not modelled:* nonces of the dialects that sign no
//! time; memory beyond a restart, so that a request can be replayed to a platform that has just come up.

use crate::config::WalletSetup;
use core::time::Duration;
use sim::SimTime;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use wallet::exchange::Dialect;
use wallet::platform::Manner;
use wallet::told::Refusal;

/// So many nonces are remembered at most; the oldest go first.
const NONCES_MAX: usize = 100_000;

/// Without a bound on timestamps, nonces are remembered for this long.
const UNBOUNDED_MEMORY: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    known: BTreeSet<(usize, String)>,
    by_age: VecDeque<(SimTime, usize, String)>,
    calls: BTreeMap<usize, VecDeque<SimTime>>,
}

impl Guard {
    /// Lets a request in, and remembers it.
    ///
    /// # Errors
    /// It is one too many, or was heard before.
    pub(super) fn admit(
        &mut self,
        now: SimTime,
        manner: &Manner,
        merchant: usize,
        setup: &WalletSetup,
    ) -> Result<(), Refusal> {
        self.count(now, merchant, setup)?;
        let once = matches!(manner.dialect(), Dialect::WeChatV3 | Dialect::AlipayV3);
        match manner.nonce().filter(|_| once && setup.refuse_replays) {
            Some(nonce) => self.hear_once(now, merchant, nonce, setup.platform.clock_skew_s),
            None => Ok(()),
        }
    }

    fn hear_once(
        &mut self,
        now: SimTime,
        merchant: usize,
        nonce: &str,
        skew_s: Option<u64>,
    ) -> Result<(), Refusal> {
        // A timestamp may be as far ahead as behind.
        let memory = skew_s.map_or(UNBOUNDED_MEMORY, |skew| Duration::from_secs(skew.saturating_mul(2)));
        let too_old = |(at, ..): &(SimTime, usize, String)| *at + memory < now;
        while self.by_age.len() >= NONCES_MAX || self.by_age.front().is_some_and(too_old) {
            let Some((_, merchant, nonce)) = self.by_age.pop_front() else { break };
            self.known.remove(&(merchant, nonce));
        }
        if !self.known.insert((merchant, nonce.to_owned())) {
            return Err(Refusal::WrongSignature);
        }
        self.by_age.push_back((now, merchant, nonce.to_owned()));
        Ok(())
    }

    fn count(&mut self, now: SimTime, merchant: usize, setup: &WalletSetup) -> Result<(), Refusal> {
        let Some(limit) = setup.rate_limit else { return Ok(()) };
        let calls = self.calls.entry(merchant).or_default();
        while calls.front().is_some_and(|at| *at + limit.per <= now) {
            calls.pop_front();
        }
        if calls.len() >= limit.requests_max {
            return Err(Refusal::RateLimited);
        }
        calls.push_back(now);
        Ok(())
    }
}

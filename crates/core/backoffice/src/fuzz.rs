//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.

use crate::event::{Event, Limit, Lookup, Poke, Service};
use crate::release::Formats;
use crate::{ACQUIRER, BackOffice, NOTICES, Settings, WALLET, uploads};
use core::time::Duration;
use sim::{Fen, Input, Machine, Output, Port, SimTime};
use std::collections::BTreeSet;
use voucher::{Number, envelope};
use wallet::http::write_request;

/// Plays a script at a back office: the first byte of each line says what is done, the rest is what with. Documents get
/// a right seal, so that what lies behind it is reached.
///
/// # Panics
/// When an accepted voucher is lost by a power cut, a voucher is redeemed twice, or time stands still.
pub fn fuzz_back_office(script: &[u8]) {
    let mut play = Play {
        office: BackOffice::new(Settings::default()),
        now: SimTime::ZERO,
        accepted: BTreeSet::new(),
        redeemed: BTreeSet::new(),
    };
    for line in script.split(|byte| *byte == b'\n').take(200) {
        let Some((what, with)) = line.split_first() else { continue };
        play.line(*what, with);
        play.now += Duration::from_millis(u64::from(*what) * 10);
    }
    play.poke(Poke::Upgrade(Formats::ALL));
    play.cut_power();
}

struct Play {
    office: BackOffice,
    now: SimTime,
    accepted: BTreeSet<Number>,
    redeemed: BTreeSet<Number>,
}

impl Play {
    fn line(&mut self, what: u8, with: &[u8]) {
        let lookup =
            Lookup::AmountAndTime { amount: Fen(1850), around: self.now, within: Duration::from_secs(9_999) };
        match what {
            b'u' => self.upload(with),
            b'U' => self.receive(uploads(0), with),
            b'w' => self.receive(WALLET, with),
            b'a' => self.receive(ACQUIRER, with),
            b'n' => self.receive(NOTICES, with),
            b'x' => self.office.handle(self.now, Input::Refused { port: WALLET }),
            b'y' => self.office.handle(self.now, Input::Refused { port: ACQUIRER }),
            b'r' => self.poke(Poke::Redeem(lookup)),
            b'q' => self.poke(Poke::Query(lookup)),
            b'1' => self.poke(Poke::Upgrade(Formats::ONE)),
            b'2' => self.poke(Poke::Upgrade(Formats::TWO)),
            b'3' => self.poke(Poke::Upgrade(Formats::ALL)),
            b'f' => self.poke(Poke::RuleFrom(self.now)),
            b'c' => self.poke(Poke::Close(Service::Uploads)),
            b'o' => self.poke(Poke::Reopen(Service::Uploads)),
            b'l' => {
                let limit = Limit { times: 1, within: Duration::from_secs(1) };
                self.poke(Poke::RateLimit(Service::Redemptions, Some(limit)));
            }
            b'p' => self.cut_power(),
            _ => self.wake(),
        }
        self.drain();
    }

    fn upload(&mut self, body: &[u8]) {
        let Ok(body) = core::str::from_utf8(body) else { return };
        let (mut sealed, mut request) = (Vec::new(), Vec::new());
        let key = Settings::test_master_key().derived("12345678");
        envelope::write("12345678", body, &key, &mut sealed);
        write_request(&mut request, "POST", voucher::upload::PATH, "b", "application/json", &sealed);
        self.receive(uploads(0), &request);
    }

    fn receive(&mut self, port: Port, bytes: &[u8]) {
        self.office.handle(self.now, Input::Received { port, bytes });
    }

    fn poke(&mut self, poke: Poke) {
        self.office.handle(self.now, Input::Poke(poke));
        self.drain();
    }

    fn wake(&mut self) {
        let Some((at, reason)) = self.office.wake_at() else { return };
        self.now = self.now.max(at);
        self.office.handle(self.now, Input::Wake);
        self.drain();
        let next = self.office.wake_at();
        assert!(next.is_none_or(|(next, _)| next > self.now), "woken for {reason}, and for {next:?} at once");
    }

    fn cut_power(&mut self) {
        self.poke(Poke::PowerOff);
        self.poke(Poke::PowerOn);
        self.wake();
        let held: BTreeSet<Number> = self.office.vouchers().map(|(number, _)| number).collect();
        let lost = self.accepted.difference(&held).count();
        assert!(
            lost <= self.office.unread(),
            "{lost} vouchers are lost, {} are unread",
            self.office.unread()
        );
    }

    fn drain(&mut self) {
        while let Some(output) = self.office.poll() {
            match output {
                Output::Event(Event::Accepted { number, .. }) => {
                    assert!(self.accepted.insert(number), "{number} is accepted twice");
                }
                Output::Event(Event::Redeemed { number, .. }) => {
                    assert!(self.redeemed.insert(number), "{number} is redeemed twice");
                }
                Output::Event(_) | Output::Send { .. } => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fuzz_back_office;
    use crate::tests::{order_payment, payment};
    use proptest::prelude::*;
    use voucher::{Format, Voucher};

    fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let two = |voucher: Voucher| Voucher { format: Format::Two { operator: "01".to_owned() }, ..voucher };
        let known = [
            payment(1, 1850),
            payment(2, 1850),
            payment(1, 1851),
            two(payment(1, 1850)),
            two(payment(3, 1850)),
            order_payment("A-1", 1850),
            Voucher { reprints: 2, ..payment(1, 1850) },
        ];
        let known: Vec<String> = known.iter().map(|voucher| format!("u{}", voucher.document())).collect();
        let known = prop::sample::select(known).prop_map(String::into_bytes);
        let short = prop::sample::select("ssssrqxy123fcolp".chars().collect::<Vec<_>>())
            .prop_map(|what| vec![what as u8]);
        let noise = (prop::sample::select(b"uUwan".to_vec()), proptest::collection::vec(any::<u8>(), 0..60))
            .prop_map(|(what, with)| [vec![what], with].concat());
        proptest::collection::vec(prop_oneof![3 => known, 4 => short, 1 => noise], 0..40)
    }

    proptest! {
        #[test]
        fn no_script_breaks_a_claim(lines in lines()) {
            fuzz_back_office(&lines.join(&b'\n'));
        }

        #[test]
        fn no_bytes_break_a_claim(script in proptest::collection::vec(any::<u8>(), 0..300)) {
            fuzz_back_office(&script);
        }
    }
}

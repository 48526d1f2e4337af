//! Sign-on and what else a terminal does without a card: sign-out, echo, downloads.
//!
//! Source: UnionPay POS dialect, "Keys and MAC" (field 62 by 60.3) and "Batch, STAN, settlement" (the batch number in the
//! answer's 60.2). Each sign-on gives fresh keys, derived from the set-up's seed and a count in the books. Every list of
//! parameters, CA keys and card ranges is empty, and the answer says so: 00, and field 62 with `0`, which is from common
//! practice, not from the dialect's notes.
//! *Not modelled:* SM4 keys (60.3 = 006), download of the master key (401), electronic signatures (800 and up): 40.

use super::Decision;
use super::books::CardChange;
use super::judge::Judge;
use super::keys::TerminalKeys;
use super::reply::Extra;
use crate::books::Change;
use iso8583::{Field62, KeyLayout};

impl Judge<'_> {
    /// Gives out fresh working keys.
    pub(crate) fn sign_on(&mut self) -> Decision {
        let Some(layout) = self.request.parts.network_code.and_then(KeyLayout::of_network_code) else {
            return Decision::refused("40");
        };
        let number = self.books.key_sets();
        let keys = TerminalKeys::derived(self.setup.key_seed, number, layout, self.terminal.mac_algorithm);
        let Ok(wrapped) = Field62::wrap(&keys.working(), layout, &self.terminal.master_key.master()) else {
            return Decision::refused("96");
        };
        let terminal = self.terminal_no;
        self.changes.push(Change::Card(CardChange::SignedOn { terminal, keys }));
        let extra = Extra::Keys { wrapped, batch: self.terminal.batch };
        Decision { extra, ..Decision::approved() }
    }

    /// The terminal has nothing more to do.
    pub(crate) fn sign_out(&mut self) -> Decision {
        let terminal = self.terminal_no;
        self.changes.push(Change::Card(CardChange::SignedOut { terminal }));
        Decision::approved()
    }

    /// Lists of parameters and keys: there are none.
    pub(crate) fn download(&self) -> Decision {
        match self.request.parts.network_code {
            Some(360..=399) => Decision { extra: Extra::EmptyList, ..Decision::approved() },
            _ => Decision::refused("40"),
        }
    }

    /// Somebody is there.
    pub(crate) fn echo(&self) -> Decision {
        match self.request.parts.network_code {
            Some(301) => Decision::approved(),
            _ => Decision::refused("40"),
        }
    }
}

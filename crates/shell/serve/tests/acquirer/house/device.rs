//! A terminal with a master key, which signs on, sells, reverses and settles.

use crate::driver::{Bench, Terminal};
use crate::house::client;
use iso8583::{
    CUP, CardTotals, DesKey, Field60, Field62, MacKey, Message, Mti, SettlementTotals, Tdes, decode, encode,
    encode_with_mac, verify_mac,
};
use std::io::Read;

/// What it knows of itself.
pub(crate) struct Device {
    line: Terminal,
    tid: String,
    pub(crate) batch: u32,
    stan: u32,
    mac: MacKey,
    sold: CardTotals,
}

impl Device {
    /// One that was never signed on, with the working key that `client.json` names for those.
    pub(crate) fn new(bench: &Bench, tid: &str) -> Self {
        let client = client(bench);
        let key = bytes(client["terminals"]["without_sign_on"]["mac_key"].as_str().expect("a key"));
        let mac = MacKey::new(key.try_into().expect("a key of single length"));
        Self {
            line: bench.terminal(),
            tid: tid.to_owned(),
            batch: 1,
            stan: 0,
            mac,
            sold: CardTotals::default(),
        }
    }

    /// The same terminal on a new connection, after the acquirer has come back.
    pub(crate) fn reconnect(self, bench: &Bench) -> Self {
        Self { line: bench.terminal(), ..self }
    }

    /// Takes new working keys and the batch from the host.
    pub(crate) fn sign_on(&mut self, master_key: [u8; 16]) {
        let message = self.management(Mti::SIGN_ON, 1);
        let reply = self.ask(&message);
        assert_eq!(reply.text(39), Some("00"));
        let field = Field62::parse(reply.field(62).expect("keys")).expect("keys");
        self.mac = field.unwrap(&Tdes::new(master_key)).expect("keys for this terminal").mac;
        self.batch = Field60::parse(reply.text(60).expect("a batch")).expect("a batch").batch;
    }

    /// A sale, its message and the code of its answer.
    pub(crate) fn sell(&mut self, amount_fen: u64) -> (Message, String) {
        let message = self.sale(amount_fen);
        let code = self.code(&message);
        if code == "00" {
            self.sold.debit_fen += amount_fen;
            self.sold.debit_count += 1;
        }
        (message, code)
    }

    /// The code of the answer to the reversal of this sale.
    pub(crate) fn reverse(&mut self, sale: &Message) -> String {
        let mut message = sale.clone();
        message.set_mti(Mti::REVERSAL);
        message.set(39, "98");
        message.unset(2);
        let code = self.code(&message);
        // A reversal takes its sale out of the totals again.
        let amount_fen: u64 = sale.text(4).and_then(|amount| amount.parse().ok()).expect("an amount");
        self.sold.debit_fen -= amount_fen;
        self.sold.debit_count -= 1;
        code
    }

    /// Settles by its own totals, and begins the next batch. The code of the answer.
    pub(crate) fn settle(&mut self) -> String {
        let totals = SettlementTotals { domestic: self.sold, foreign: CardTotals::default() };
        let mut message = self.management(Mti::SETTLEMENT, 201);
        message.set(48, totals.write());
        message.set(49, "156");
        let reply = self.ask(&message);
        (self.batch, self.sold) = (self.batch + 1, CardTotals::default());
        let said = SettlementTotals::parse(reply.text(48).expect("totals")).expect("totals");
        format!("{} {:?}", reply.text(39).expect("a code"), said.domestic.verdict)
    }

    fn sale(&mut self, amount_fen: u64) -> Message {
        let mut message = self.message(Mti::FINANCIAL, 22, 0);
        for (field, value) in
            [(2, "6222021234567890123"), (3, "000000"), (22, "022"), (25, "00"), (49, "156")]
        {
            message.set(field, value);
        }
        message.set(4, format!("{amount_fen:012}"));
        message
    }

    fn management(&mut self, mti: Mti, network: u16) -> Message {
        self.message(mti, 0, network)
    }

    fn message(&mut self, mti: Mti, kind: u8, network: u16) -> Message {
        self.stan += 1;
        let mut message = Message::new(mti);
        message.set(11, format!("{:06}", self.stan));
        message.set(41, self.tid.as_str());
        message.set(42, "123456789012345");
        message.set(60, format!("{kind:02}{:06}{network:03}", self.batch));
        message
    }

    fn code(&mut self, message: &Message) -> String {
        self.ask(message).text(39).expect("a code").to_owned()
    }

    fn ask(&mut self, message: &Message) -> Message {
        let mut frame = Vec::new();
        if [Mti::SIGN_ON, Mti::SETTLEMENT].contains(&message.mti()) {
            encode(&CUP, message, &mut frame).expect("the dialect can say it");
        } else {
            encode_with_mac(&CUP, message, &self.mac, &mut frame).expect("the dialect can say it");
        }
        self.line.send(&frame);
        let mut length = [0; 2];
        self.line.0.read_exact(&mut length).expect("it answers");
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        self.line.0.read_exact(&mut body).expect("it answers");
        let mut reply = Message::new(Mti::FINANCIAL_REPLY);
        decode(&CUP, &body, &mut reply).expect("an answer of the dialect");
        if reply.field(64).is_some() {
            assert_eq!(verify_mac(&CUP, &body, &self.mac), Ok(()));
        }
        reply
    }
}

/// The master key that `client.json` has ready.
pub(crate) fn ready_master_key(bench: &Bench, tid: &str) -> [u8; 16] {
    let client = client(bench);
    let ready = client["terminals"]["ready"].as_array().expect("a list");
    let terminal = ready.iter().find(|terminal| terminal["tid"] == tid).expect("it is ready");
    let key = bytes(terminal["master_key"].as_str().expect("a key")).try_into().expect("sixteen bytes");
    let check_value = bytes(terminal["master_key_check_value"].as_str().expect("four bytes"));
    assert_eq!(Tdes::new(key).check_value(), check_value[..]);
    key
}

/// The master key of any other terminal, by the rule that `client.json` tells.
pub(crate) fn computed_master_key(bench: &Bench, tid: &str) -> [u8; 16] {
    let client = client(bench);
    let from = &client["terminals"]["master_keys_from"];
    assert!(from["by"].as_str().expect("a rule").starts_with("two-key 3DES of the tid's 8 ASCII bytes"));
    let key = bytes(from["key"].as_str().expect("a key")).try_into().expect("sixteen bytes");
    let id: [u8; 8] = tid.as_bytes().try_into().expect("eight characters");
    let halves = [id, id.map(|byte| !byte)].map(|half| DesKey::double(key).encrypt(half));
    halves.concat().try_into().expect("sixteen bytes")
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2).filter_map(|at| digits.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal digits")).collect()
}

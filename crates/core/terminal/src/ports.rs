//! What comes in at the terminal's ports: bytes to messages, messages to the flow that waits for them.

use crate::NOTIFY;
use crate::charge::Approval;
use crate::desk::Next;
use crate::event::Event;
use crate::flow::Flow;
use crate::journal::Record;
use crate::machine::Terminal;
use crate::memory::{Heard, Memory};
use crate::profile::{Notices, Unlisted};
use crate::screen::Belief;
use crate::settled::Settled;
use crate::wallets::{ALIPAY_SHOP, WalletTable, wallet_of};
use iso8583::{CUP, Message, Mti};
use sim::{Fen, Key, OrderNo, ShopNo, SimTime, Tag};
use wallet::messages::{Acknowledgement, Notification, RequestError};
use wallet::xml::Fields;

impl Terminal {
    pub(crate) fn on_printer_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        for byte in bytes {
            let told = self.memory.spooler.receive(*byte, now, &self.settings, &mut self.outbox);
            if let Some(told) = told {
                self.on_told(now, told);
            }
        }
    }

    pub(crate) fn on_card_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        if !Heard::goes_on(&mut self.memory.heard.card, now) {
            self.memory.card_frames.reset();
        }
        self.memory.card_frames.push(bytes);
        loop {
            let memory = &mut self.memory;
            let body = match memory.card_frames.next_frame() {
                Ok(Some(body)) => body,
                Ok(None) => return,
                Err(_) => {
                    memory.card_frames.reset();
                    self.outbox.event(Event::Disbelieved { why: "it is no frame" });
                    return;
                }
            };
            let key = self.journal.mac_key().unwrap_or(&self.settings.mac_key);
            let authentic = iso8583::verify_mac(&CUP, body, key).is_ok();
            if iso8583::decode(&CUP, body, &mut memory.card_message).is_err() {
                self.outbox.event(Event::Disbelieved { why: "it cannot be read" });
                continue;
            }
            let reply = core::mem::replace(&mut memory.card_message, Message::new(Mti::FINANCIAL_REPLY));
            self.step(now, |flow, desk, _| flow.on_reply(&reply, authentic, desk));
            self.memory.card_message = reply;
        }
    }

    pub(crate) fn on_answer_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        if !Heard::goes_on(&mut self.memory.heard.answers, now) {
            self.memory.answers.reset();
        }
        self.memory.answers.push(bytes);
        loop {
            let Memory { answers, codec, flow, .. } = &mut self.memory;
            let response = match answers.next_response() {
                Ok(Some(response)) => response,
                Ok(None) => return,
                Err(_) => {
                    answers.reset();
                    self.outbox.event(Event::Disbelieved { why: "it is no HTTP response" });
                    return;
                }
            };
            let Some((call, charge)) = flow.open_call().zip(flow.charge()) else { continue };
            let wallets = self.settings.wallets;
            let answer = codec.decode_answer(&charge, call, &response);
            let settled = answer.map(|answer| Settled::of(&answer, &charge, wallets));
            self.step(now, |flow, desk, codec| flow.on_answer(settled, desk, codec));
        }
    }

    pub(crate) fn on_notice_bytes(&mut self, now: SimTime, bytes: &[u8]) {
        if !Heard::goes_on(&mut self.memory.heard.notices, now) {
            self.memory.notices.reset();
        }
        self.memory.notices.push(bytes);
        loop {
            let Memory { notices, codec, .. } = &mut self.memory;
            let request = match notices.next_request() {
                Ok(Some(request)) => request,
                Ok(None) => return,
                Err(_) => {
                    notices.reset();
                    self.outbox.event(Event::Disbelieved { why: "it is no HTTP request" });
                    return;
                }
            };
            let is_alipays = codec.is_alipays(request.target);
            let shop = if is_alipays { ALIPAY_SHOP } else { ShopNo(0) };
            let believed = self.settings.profile.habits.notices == Notices::Believed;
            let wallets = self.settings.wallets;
            let notice = match codec.decode_notification(&request) {
                Ok(notice) => Some(Notice::of(&notice, shop, wallets)),
                Err(RequestError::Sign(_)) if believed && is_alipays => {
                    codec.unsigned_by_alipay(&request).map(|notice| Notice::of(&notice, shop, wallets))
                }
                Err(RequestError::Sign(_)) if believed => Notice::unsigned(request.body),
                Err(_) => None,
            };
            self.on_notice(now, is_alipays, notice);
        }
    }

    fn on_notice(&mut self, now: SimTime, is_alipays: bool, notice: Option<Notice>) {
        let acknowledgement = match &notice {
            Some(_) => Acknowledgement::Success,
            None => Acknowledgement::Fail("not believed".to_owned()),
        };
        let codec = &mut self.memory.codec;
        self.outbox.send_with(NOTIFY, Tag("acknowledgement"), |buffer| {
            codec.encode_acknowledgement(is_alipays, &acknowledgement, buffer);
        });
        let Some(notice) = notice.filter(|notice| notice.paid) else {
            if acknowledgement != Acknowledgement::Success {
                self.outbox.event(Event::Disbelieved { why: "a notification is not authentic" });
            }
            return;
        };
        if let Flow::Order(order) = &self.memory.flow
            && Some(order.number) == notice.number
        {
            self.step(now, |flow, desk, codec| match flow {
                Flow::Order(order) => order.on_notification(&notice, desk, codec),
                _ => Next::Stay,
            });
        } else {
            self.on_late_notice(now, notice);
        }
    }

    /// A firmware that printed first and pulled back still learns, too late, that it was paid.
    fn on_late_notice(&mut self, now: SimTime, notice: Notice) {
        self.book_again(now, &notice);
        let overlooks = self.settings.profile.habits.unlisted == Unlisted::IsNotPaid && !notice.listed;
        let Some(charge) = self.memory.late.filter(|_| !overlooks) else {
            return;
        };
        if notice.number.map(Key::Order) == Some(charge.key) && notice.amount == charge.amount {
            self.memory.late = None;
            self.outbox
                .event(Event::Learned { key: charge.key, result: crate::event::ChargeResult::Approved });
            let (reference, auth_code) = (notice.transaction, String::new());
            let approval = Approval { charge, reference, auth_code, date_mmdd: 0, at: now };
            self.journal.write(now, Record::Approved(approval));
            self.memory.verdict = Some((charge.intent, Belief::Approved));
        }
    }
}

impl Terminal {
    /// A firmware that books what it is told books a payment of the journal once more, whatever has become of it.
    fn book_again(&mut self, now: SimTime, notice: &Notice) {
        let books = self.settings.profile.habits.notices == Notices::BookedWheneverItComes;
        let key = notice.number.map(Key::Order).filter(|_| books);
        let Some(approval) = key.and_then(|key| self.journal.approval(key)).cloned() else { return };
        self.memory.verdict = Some((approval.charge.intent, Belief::Approved));
        self.journal.write(now, Record::Approved(approval.clone()));
        self.print_slips_of(now, &approval);
    }
}

/// What a notification says, taken out of the buffers that it was read in.
pub(crate) struct Notice {
    number: Option<OrderNo>,
    pub(crate) transaction: String,
    pub(crate) amount: Fen,
    paid: bool,
    /// Whether the wallet that was paid with is one of the table.
    pub(crate) listed: bool,
}

impl Notice {
    /// What a notification that was read says, about an order of this shop.
    fn of(notice: &Notification<'_>, shop: ShopNo, wallets: WalletTable) -> Self {
        Self {
            number: OrderNo::new(notice.out_trade_no).map(|number| number.at(shop)),
            transaction: notice.transaction_id.to_owned(),
            amount: Fen(i64::try_from(notice.total_fee_fen).unwrap_or(i64::MAX)),
            paid: notice.succeeded,
            listed: wallets.knows_trade_type(wallet_of(shop), notice.trade_type),
        }
    }

    /// What a document says without anybody having signed it.
    fn unsigned(document: &[u8]) -> Option<Self> {
        let mut fields = Fields::default();
        fields.parse(document).ok()?;
        Some(Self {
            number: OrderNo::new(fields.get("out_trade_no")?),
            transaction: fields.get("transaction_id").unwrap_or_default().to_owned(),
            amount: Fen(fields.get("total_fee")?.parse().ok()?),
            paid: fields.get("result_code") == Some("SUCCESS"),
            listed: true,
        })
    }
}

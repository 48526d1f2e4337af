//! The bill of a day: every payment and everything that went back, by time.
//!
//! Sources: WeChat Pay, `downloadbill`, bill type ALL; Alipay, trade bill. A day is one of Beijing.
//! *Not modelled:* fees, the waiting until the next morning, bills of months.

use super::tell::{amount, kind};
use super::{Clock, Desk, Order, State, Way};
use sim::{Fen, SimTime};
use wallet::moment::Day;
use wallet::told::{Bill, BillRefund, BillRow, Refusal};

impl Desk<'_> {
    /// What happened in this shop on a day; `address` is where the text can be fetched.
    pub(crate) fn bill(&self, day: Day, address: String) -> Result<Bill, Refusal> {
        let clock = self.pen.clock;
        let mut rows: Vec<(SimTime, BillRow)> = Vec::new();
        let is_paid_here = |order: &&Order| order.number.shop() == self.shop && order.terms.way != Way::Hold;
        for order in self.pen.books.orders().iter().filter(is_paid_here) {
            each_row(order, clock, |at, row| {
                if day.holds(clock.wall(at)) {
                    rows.push((at, row));
                }
            });
        }
        if rows.is_empty() {
            return Err(Refusal::NoBill);
        }
        rows.sort_by_key(|(at, _)| *at);
        Ok(Bill { day, rows: rows.into_iter().map(|(_, row)| row).collect(), address })
    }
}

fn each_row(order: &Order, clock: Clock, mut take: impl FnMut(SimTime, BillRow)) {
    let Some(payment) = order.payment() else { return };
    let row = |at, refund| BillRow {
        at: clock.wall(at),
        transaction_id: payment.transaction.as_str().to_owned(),
        order_no: order.number.as_str().to_owned(),
        buyer_id: payment.payer.as_str().to_owned(),
        kind: kind(order.terms.way),
        subject: order.terms.subject.clone(),
        device: order.terms.device.clone(),
        amount: amount(order.terms.amount),
        refund,
    };
    take(payment.at, row(payment.at, None));
    for refund in &order.refunds {
        let back = BillRefund {
            refund_id: refund.id.as_str().to_owned(),
            refund_no: refund.number.clone(),
            amount: amount(refund.amount),
            by_reverse: false,
        };
        take(refund.at, row(refund.at, Some(back)));
    }
    if let State::Revoked { at, returned, .. } = order.state
        && returned > Fen::ZERO
    {
        // A payment that came too late went back when it came, and not when the order was revoked.
        let at = at.max(payment.at);
        let number = order.number.as_str().to_owned();
        let (refund_id, amount) = (payment.transaction.as_str().to_owned(), amount(returned));
        take(at, row(at, Some(BillRefund { refund_id, refund_no: number, amount, by_reverse: true })));
    }
}

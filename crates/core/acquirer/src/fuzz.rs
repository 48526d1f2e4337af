//! What a fuzzer runs: bytes in, claims checked, no answer. A failed claim panics, which is their purpose.
//! *Not modelled:* several terminals at one fuzzed host.

pub use crate::orders::fuzz::fuzz_orders;

use crate::card::{CardDesk, CardRequest, CardSetup};
use crate::fault::Content;
use crate::{Account, Books, Civil, Kind};
use iso8583::{CUP, Framer, set_mac};
use sim::{Fen, SimTime};

/// Plays a stream of frames at a card host. Where a frame announces a MAC it gets the right one, so that what lies behind
/// the check is reached. After each frame the accounts must be what the payments are, no payment may fall below nothing,
/// and every answer must be sayable.
///
/// # Panics
/// When the host breaks one of these claims.
pub fn fuzz_card_host(stream: &[u8]) {
    let start = Civil { year: 2026, month: 1, day: 5, hour: 9, minute: 0, second: 0 };
    let mut desk = CardDesk::new(CardSetup::default(), start);
    let (mut books, mut changes, mut request) = (Books::default(), Vec::new(), CardRequest::default());
    desk.open(&books, &mut changes);
    changes.drain(..).for_each(|change| books.apply(&change));
    let key = desk.setup().first_mac_key().expect("the default terminal has a key by hand");
    let mut framer = Framer::default();
    framer.push(stream);
    let mut seconds = 0;
    while let Ok(Some(body)) = framer.next_frame() {
        let mut frame = [&[0, 0], body].concat();
        // Without a place for a MAC it stays as it is.
        let _absent = set_mac(&CUP, &mut frame, &key);
        seconds += 1;
        let (now, body) = (SimTime::from_secs(seconds), frame.get(2..).unwrap_or_default());
        if desk.read(body, &books, &mut request).is_err() {
            continue;
        }
        let decision = desk.decide(now, &request, &books, &mut changes);
        changes.drain(..).for_each(|change| books.apply(&change));
        let answered = desk.answer(now, &request, &decision, &books, Content::Whole, &mut Vec::new());
        assert_eq!(answered, Ok(()), "what was decided can be said");
        check(&books);
    }
}

fn check(books: &Books) {
    let (ledger, mut net, mut held) = (books.ledger(), Fen::ZERO, Fen::ZERO);
    for (_, standing) in ledger.standings() {
        assert!(standing.net >= Fen::ZERO && standing.held >= Fen::ZERO, "{standing:?}");
        assert!(standing.net <= standing.captured, "{standing:?}");
        (net, held) = (net + standing.net, held + standing.held);
    }
    assert_eq!(
        ledger.balance(Account::MerchantReceivable),
        net,
        "each payment has its share of what came in"
    );
    assert_eq!(ledger.balance(Account::CustomerHolds), held, "each payment has its share of what is held");
    let holds = books.card().records().iter().filter(|record| record.is_standing(&[Kind::PreAuth]));
    let holding: Fen = holds.map(|record| record.amount).sum();
    assert_eq!(held, holding, "what is held is what the standing pre-authorisations hold");
}

//! Paper, terminal, ledger and vouchers side by side, with every difference named and dated.
//!
//! The ledger is the truth; each of the others is compared with it, movement by movement. A movement is what was done
//! (payment, void, …) under one number. Several under one number, as refunds of an order are, are matched by amount.
//! Dates are those of the ledger where it has the movement, else those of the book that says it.
//! *Not modelled:* fees, currencies, cut-off times; a movement belongs to no day.

use core::fmt;
use sim::{Fen, Key, SimTime};
use std::collections::BTreeMap;
use voucher::{Kind, Number};

/// One movement of money, as a book has it. The acquirer's ledger and the terminal's journal are lists of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// When it was written down.
    pub at: SimTime,
    /// The number of the charge, void or refund.
    pub key: Key,
    /// What was done.
    pub kind: Kind,
    /// How much.
    pub amount: Fen,
}

/// One legible slip. A list has one kind of copy, the customer's or the merchant's, for each is compared by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// What it says.
    pub line: Line,
    /// Whether it says that it is a reprint. Any number of those are fine, and one is as good as the original.
    pub reprint: bool,
}

/// One voucher of the back office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoucherLine {
    /// What it says.
    pub line: Line,
    /// Its number.
    pub number: Number,
    /// How often it was redeemed.
    pub redeemed: u32,
}

/// A book that is compared with the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Book {
    /// What people hold in their hands.
    Paper,
    /// What the terminal remembers.
    Terminal,
    /// What the back office has.
    Vouchers,
}

/// One difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// When the movement was written down.
    pub at: SimTime,
    /// Its number.
    pub key: Key,
    /// What was done.
    pub kind: Kind,
    /// How much, by the ledger if it has it.
    pub amount: Fen,
    /// What is different.
    pub nature: Nature,
}

/// What is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// The ledger has it, a book does not.
    Missing(Book),
    /// A book has it, the ledger does not.
    NotCaptured(Book),
    /// A book says another amount.
    Amount {
        /// Which.
        book: Book,
        /// What it says.
        said: Fen,
    },
    /// A book has it once more.
    Again(Book),
    /// Its voucher was redeemed more than once.
    RedeemedAgain {
        /// How often in all.
        times: u32,
    },
    /// Its voucher was redeemed, and the ledger does not have it.
    RedeemedForNothing,
}

/// Compares four books. The result is ordered by time, and does not depend on the order of the lists.
#[must_use]
pub fn reconcile(
    paper: &[Slip],
    terminal: &[Line],
    ledger: &[Line],
    vouchers: &[VoucherLine],
) -> Vec<Difference> {
    let truth = movements(ledger.iter().copied());
    let mut differences = Vec::new();
    let voucher_lines = vouchers.iter().map(|voucher| voucher.line);
    compare(&truth, &movements(terminal.iter().copied()), Book::Terminal, &mut differences);
    compare(&truth, &movements(voucher_lines), Book::Vouchers, &mut differences);
    compare(&truth, &movements(on_paper(paper)), Book::Paper, &mut differences);
    redemptions(&truth, vouchers, &mut differences);
    differences.sort_unstable();
    differences
}

type Movements = BTreeMap<(Key, Kind), Vec<Line>>;

fn movements(lines: impl Iterator<Item = Line>) -> Movements {
    let mut movements = Movements::new();
    for line in lines {
        movements.entry((line.key, line.kind)).or_default().push(line);
    }
    for lines in movements.values_mut() {
        lines.sort_unstable_by_key(|line| (line.amount, line.at));
    }
    movements
}

/// The slips that count: every original, and a reprint of what has none.
fn on_paper(slips: &[Slip]) -> impl Iterator<Item = Line> {
    let same = |a: &Line, b: &Line| (a.key, a.kind, a.amount) == (b.key, b.kind, b.amount);
    slips.iter().enumerate().filter_map(move |(at, slip)| {
        let stands_in = !slips
            .iter()
            .enumerate()
            .any(|(other_at, other)| same(&other.line, &slip.line) && (!other.reprint || other_at < at));
        (!slip.reprint || stands_in).then_some(slip.line)
    })
}

fn compare(truth: &Movements, book: &Movements, which: Book, differences: &mut Vec<Difference>) {
    for (movement, captured) in truth {
        let said = book.get(movement).map(Vec::as_slice).unwrap_or_default();
        compare_movement(captured, said, which, differences);
    }
    for (_, said) in book.iter().filter(|(movement, _)| !truth.contains_key(*movement)) {
        differences.extend(said.iter().map(|line| line.differs(Nature::NotCaptured(which))));
    }
}

/// Both lists are of one movement and ordered by amount.
fn compare_movement(captured: &[Line], said: &[Line], book: Book, differences: &mut Vec<Difference>) {
    let mut unmatched_said = said.to_vec();
    let mut unmatched = Vec::new();
    for line in captured {
        match unmatched_said.iter().position(|other| other.amount == line.amount) {
            Some(at) => {
                unmatched_said.remove(at);
            }
            None => unmatched.push(*line),
        }
    }
    let pairs = unmatched.len().min(unmatched_said.len());
    for (line, other) in unmatched.iter().zip(&unmatched_said) {
        differences.push(line.differs(Nature::Amount { book, said: other.amount }));
    }
    let rest = |lines: &[Line]| lines.iter().skip(pairs).copied().collect::<Vec<_>>();
    differences.extend(rest(&unmatched).iter().map(|line| line.differs(Nature::Missing(book))));
    differences.extend(rest(&unmatched_said).iter().map(|line| line.differs(Nature::Again(book))));
}

fn redemptions(truth: &Movements, vouchers: &[VoucherLine], differences: &mut Vec<Difference>) {
    for VoucherLine { line, redeemed, .. } in vouchers {
        if *redeemed > 1 {
            differences.push(line.differs(Nature::RedeemedAgain { times: *redeemed }));
        }
        if *redeemed > 0 && !truth.contains_key(&(line.key, line.kind)) {
            differences.push(line.differs(Nature::RedeemedForNothing));
        }
    }
}

impl Line {
    const fn differs(&self, nature: Nature) -> Difference {
        let Self { at, key, kind, amount } = *self;
        Difference { at, key, kind, amount, nature }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, key, kind, amount, nature } = self;
        write!(f, "{at}: {kind} {key}, {amount}, {nature}")
    }
}

impl fmt::Display for Nature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(book) => write!(f, "is missing from {book}"),
            Self::NotCaptured(book) => write!(f, "is in {book} and was never captured"),
            Self::Amount { book, said } => write!(f, "is {said} in {book}"),
            Self::Again(book) => write!(f, "is once more in {book}"),
            Self::RedeemedAgain { times } => write!(f, "was redeemed {times} times"),
            Self::RedeemedForNothing => f.write_str("was redeemed and never captured"),
        }
    }
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paper => "the slips",
            Self::Terminal => "the terminal's journal",
            Self::Vouchers => "the vouchers",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sim::{OrderNo, TerminalNo};

    /// Four equal books of the same movements.
    #[derive(Clone, Debug)]
    struct Books {
        paper: Vec<Slip>,
        terminal: Vec<Line>,
        ledger: Vec<Line>,
        vouchers: Vec<VoucherLine>,
    }

    impl Books {
        fn of(lines: &[Line]) -> Self {
            let number = Number::parse("0000-0000-0000-0000").unwrap();
            Self {
                paper: lines.iter().map(|line| Slip { line: *line, reprint: false }).collect(),
                terminal: lines.to_vec(),
                ledger: lines.to_vec(),
                vouchers: lines.iter().map(|line| VoucherLine { line: *line, number, redeemed: 0 }).collect(),
            }
        }

        fn differences(&self) -> Vec<Difference> {
            reconcile(&self.paper, &self.terminal, &self.ledger, &self.vouchers)
        }

        fn natures(&self) -> Vec<Nature> {
            self.differences().into_iter().map(|difference| difference.nature).collect()
        }
    }

    fn card(stan: u32, kind: Kind, fen: i64) -> Line {
        let key = Key::Card { terminal: TerminalNo(0), batch: 1, stan };
        Line { at: SimTime::from_secs(u64::from(stan)), key, kind, amount: Fen(fen) }
    }

    fn refund(fen: i64) -> Line {
        let key = Key::Order(OrderNo::new("A-1").unwrap());
        Line { at: SimTime::from_secs(9), key, kind: Kind::Refund, amount: Fen(fen) }
    }

    #[test]
    fn a_difference_reads_as_a_sentence_with_its_date() {
        let mut books = Books::of(&[card(62, Kind::Payment, 1850)]);
        books.vouchers.clear();
        let said: Vec<String> = books.differences().iter().map(ToString::to_string).collect();
        assert_eq!(said, ["1m02s: payment 000001-000062, CNY 18.50, is missing from the vouchers"]);
    }

    #[test]
    fn a_payment_whose_answer_was_lost_is_missing_everywhere_but_in_the_ledger() {
        let mut books = Books::of(&[]);
        books.ledger.push(card(1, Kind::Payment, 100));
        let missing = [Book::Paper, Book::Terminal, Book::Vouchers].map(Nature::Missing);
        assert_eq!(books.natures(), missing);
    }

    #[test]
    fn a_slip_without_a_capture_is_named() {
        let mut books = Books::of(&[]);
        books.paper.push(Slip { line: card(1, Kind::Payment, 100), reprint: false });
        assert_eq!(books.natures(), [Nature::NotCaptured(Book::Paper)]);
    }

    #[test]
    fn a_reprint_stands_in_for_a_lost_slip_and_never_counts_again() {
        let line = card(1, Kind::Payment, 100);
        let mut books = Books::of(&[line]);
        books.paper.extend([Slip { line, reprint: true }; 2]);
        assert_eq!(books.natures(), []);
        books.paper.remove(0);
        assert_eq!(books.natures(), []);
        books.paper.push(Slip { line, reprint: false });
        books.paper.push(Slip { line, reprint: false });
        assert_eq!(books.natures(), [Nature::Again(Book::Paper)]);
    }

    #[test]
    fn a_void_is_not_the_payment_that_it_takes_back() {
        let mut books = Books::of(&[card(1, Kind::Payment, 100), card(2, Kind::Void, 100)]);
        assert_eq!(books.natures(), []);
        books.terminal.pop();
        assert_eq!(books.natures(), [Nature::Missing(Book::Terminal)]);
    }

    #[test]
    fn refunds_of_one_order_are_told_apart_by_amount() {
        let mut books = Books::of(&[refund(100), refund(200), refund(200)]);
        assert_eq!(books.natures(), []);
        books.vouchers.retain(|voucher| voucher.line.amount == Fen(200));
        let differences = books.differences();
        assert_eq!(differences, [refund(100).differs(Nature::Missing(Book::Vouchers))]);
    }

    #[test]
    fn a_voucher_redeemed_twice_or_for_nothing_is_named() {
        let mut books = Books::of(&[card(1, Kind::Payment, 100)]);
        books.vouchers[0].redeemed = 1;
        assert_eq!(books.natures(), []);
        books.vouchers[0].redeemed = 2;
        assert_eq!(books.natures(), [Nature::RedeemedAgain { times: 2 }]);
        books.vouchers[0].redeemed = 1;
        books.ledger.clear();
        assert!(books.natures().contains(&Nature::RedeemedForNothing), "{:?}", books.natures());
    }

    fn any_lines() -> impl Strategy<Value = Vec<Line>> {
        let kinds = prop::sample::select(Kind::ALL.to_vec());
        let some = proptest::collection::btree_map((1_u32..50, kinds), 1_i64..1_000, 1..12);
        some.prop_map(|lines| lines.into_iter().map(|((stan, kind), fen)| card(stan, kind, fen)).collect())
    }

    proptest! {
        #[test]
        fn equal_books_have_no_difference(lines in any_lines()) {
            prop_assert_eq!(Books::of(&lines).differences(), []);
        }

        #[test]
        fn what_is_taken_from_one_book_is_the_one_difference(lines in any_lines(), at in any::<prop::sample::Index>(), book in 0..3) {
            let mut books = Books::of(&lines);
            let at = at.index(lines.len());
            let which = match book {
                0 => { books.paper.remove(at); Book::Paper }
                1 => { books.terminal.remove(at); Book::Terminal }
                _ => { books.vouchers.remove(at); Book::Vouchers }
            };
            prop_assert_eq!(books.differences(), [lines[at].differs(Nature::Missing(which))]);
        }

        #[test]
        fn what_the_ledger_lacks_is_named_by_every_book_that_has_it(lines in any_lines(), at in any::<prop::sample::Index>()) {
            let mut books = Books::of(&lines);
            let line = books.ledger.remove(at.index(lines.len()));
            let named = [Book::Paper, Book::Terminal, Book::Vouchers].map(|book| line.differs(Nature::NotCaptured(book)));
            prop_assert_eq!(books.differences(), named);
        }

        #[test]
        fn another_amount_is_the_one_difference(lines in any_lines(), at in any::<prop::sample::Index>(), more in 1_i64..9) {
            let mut books = Books::of(&lines);
            let at = at.index(lines.len());
            let said = lines[at].amount + Fen(more);
            books.terminal[at].amount = said;
            prop_assert_eq!(books.differences(), [lines[at].differs(Nature::Amount { book: Book::Terminal, said })]);
        }

        #[test]
        fn the_order_of_the_lists_does_not_matter(lines in any_lines(), turn in any::<prop::sample::Index>()) {
            let mut books = Books::of(&lines);
            books.terminal.pop();
            let expected = books.differences();
            let turn = turn.index(lines.len());
            books.paper.rotate_left(turn);
            books.ledger.rotate_left(turn);
            books.vouchers.reverse();
            books.terminal.reverse();
            prop_assert_eq!(books.differences(), expected);
        }
    }
}

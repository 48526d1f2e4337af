//! Reply codes (field 39) with their class and what a careful terminal does next.
//!
//! Source: UnionPay POS dialect, "Response codes". The source gives 34, 38, 45, 59, 75 and A7 no class; here
//! the pick-up-card variants (3x) count as D and the others as C.

use FollowUp::{Query, Reverse, SignOn, SignOnAndReverse};
use ReplyClass::{Approved, OperatorAction, Refused, Retry, SystemFault};

/// The class of a reply code; a code that the table does not have is [`ReplyClass::Unknown`].
pub fn reply_code(code: &[u8]) -> ReplyClass {
    reply_entry(code).map_or(ReplyClass::Unknown, |entry| entry.class)
}

/// The whole table entry of a reply code.
pub fn reply_entry(code: &[u8]) -> Option<&'static ReplyCode> {
    REPLY_CODES.iter().find(|entry| entry.code.as_bytes() == code)
}

/// What a class of reply codes means to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReplyClass {
    /// A: done.
    Approved,
    /// B: may be tried again.
    Retry,
    /// C: refused, trying again does not help.
    Refused,
    /// D: somebody has to do something.
    OperatorAction,
    /// E: the host or the switch is at fault; no retry.
    SystemFault,
    /// Not in the table: show "failed" with the code.
    Unknown,
}

/// What a careful terminal does beside showing the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FollowUp {
    /// Nothing.
    Nothing,
    /// The result is unknown: ask.
    Query,
    /// The result is unknown: reverse.
    Reverse,
    /// Sign on again.
    SignOn,
    /// Sign on again, and reverse.
    SignOnAndReverse,
}

/// One reply code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplyCode {
    /// The two characters of field 39.
    pub code: &'static str,
    /// Its class.
    pub class: ReplyClass,
    /// What comes next.
    pub follow_up: FollowUp,
    /// What it says, for people.
    pub meaning: &'static str,
}

const fn code(code: &'static str, class: ReplyClass, meaning: &'static str) -> ReplyCode {
    ReplyCode { code, class, follow_up: FollowUp::Nothing, meaning }
}

const fn then(follow_up: FollowUp, entry: ReplyCode) -> ReplyCode {
    ReplyCode { follow_up, ..entry }
}

/// All known codes, by rising code.
pub static REPLY_CODES: &[ReplyCode] = &[
    code("00", Approved, "approved"),
    code("01", Refused, "call the issuer"),
    code("02", Refused, "call the issuer, special condition"),
    code("03", Refused, "merchant invalid"),
    code("04", OperatorAction, "retain the card"),
    code("05", Refused, "do not honour"),
    code("06", SystemFault, "error"),
    code("07", OperatorAction, "retain the card, special condition"),
    then(Query, code("09", Retry, "in progress")),
    code("10", Approved, "approved for a part of the amount"),
    code("11", Approved, "approved, VIP"),
    code("12", Refused, "invalid transaction"),
    code("13", Retry, "invalid amount"),
    code("14", Retry, "invalid card number"),
    code("15", Refused, "no such issuer"),
    code("16", Approved, "approved, update the track"),
    code("19", Refused, "enter again"),
    code("20", Refused, "invalid reply"),
    code("21", Refused, "no action taken"),
    then(SignOn, code("22", Refused, "suspected malfunction")),
    code("23", Refused, "fee not acceptable"),
    code("25", Refused, "original transaction not found"),
    code("30", Refused, "format error"),
    code("31", Refused, "issuer not supported"),
    code("33", OperatorAction, "expired card, retain it"),
    code("34", OperatorAction, "suspected fraud, retain the card"),
    code("35", OperatorAction, "call security"),
    code("36", OperatorAction, "restricted card, retain it"),
    code("37", OperatorAction, "call the security of the acquirer"),
    code("38", OperatorAction, "PIN tries exceeded, retain the card"),
    code("39", Refused, "no such account"),
    code("40", Refused, "function not supported"),
    code("41", OperatorAction, "lost card"),
    code("42", Refused, "no universal account"),
    code("43", OperatorAction, "stolen card"),
    code("44", Refused, "no investment account"),
    code("45", Refused, "use the chip"),
    code("51", Refused, "insufficient funds"),
    code("52", Refused, "no cheque account"),
    code("53", Refused, "no savings account"),
    code("54", Refused, "expired card"),
    code("55", Refused, "wrong PIN"),
    code("57", Refused, "not permitted to the card"),
    code("58", Refused, "not permitted to the terminal"),
    code("59", Refused, "suspected fraud"),
    code("61", Refused, "amount limit exceeded"),
    code("62", Refused, "restricted card"),
    code("64", Refused, "amount differs from the original"),
    code("65", Refused, "count limit exceeded"),
    code("66", Refused, "contact the acquirer"),
    code("67", OperatorAction, "retain the card at the machine"),
    then(Reverse, code("68", Refused, "no reply in time at the switch")),
    code("75", Refused, "PIN tries exceeded"),
    then(SignOn, code("77", OperatorAction, "batch differs")),
    code("79", OperatorAction, "offline batch uploaded again"),
    code("90", Refused, "cut-off in progress"),
    code("91", Refused, "issuer not reachable"),
    code("92", Refused, "no route to the issuer"),
    // The number was seen before: what became of the first message with it is not said.
    then(Reverse, code("94", Refused, "duplicate transmission")),
    code("95", Refused, "reconciliation error"),
    code("96", Refused, "system fault"),
    code("97", OperatorAction, "terminal not registered"),
    then(Reverse, code("98", SystemFault, "the switch got no reply from the issuer")),
    then(SignOn, code("99", Retry, "PIN format error")),
    then(SignOnAndReverse, code("A0", Retry, "MAC failed")),
    code("A1", Refused, "transfer currencies differ"),
    code("A2", Approved, "approved, with a defect"),
    code("A4", Approved, "approved, with a defect"),
    code("A5", Approved, "approved, with a defect"),
    code("A6", Approved, "approved, with a defect"),
    code("A7", Refused, "security failure"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_class_of_the_dialect() {
        for (code, class) in [
            ("00", Approved),
            ("A6", Approved),
            ("09", Retry),
            ("A0", Retry),
            ("51", Refused),
            ("33", OperatorAction),
            ("06", SystemFault),
            ("Z9", ReplyClass::Unknown),
            ("0", ReplyClass::Unknown),
        ] {
            assert_eq!(reply_code(code.as_bytes()), class, "{code}");
        }
    }

    #[test]
    fn replies_that_leave_the_money_open_ask_for_a_query_or_a_reversal() {
        let open: Vec<_> = REPLY_CODES
            .iter()
            .filter(|entry| matches!(entry.follow_up, Query | Reverse | SignOnAndReverse))
            .map(|entry| entry.code)
            .collect();
        assert_eq!(open, ["09", "68", "94", "98", "A0"]);
    }

    #[test]
    fn the_table_rises_without_repeats() {
        assert!(REPLY_CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}

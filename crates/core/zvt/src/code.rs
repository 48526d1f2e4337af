//! One-byte codes: results, intermediate states, and the state of a terminal.
//!
//! Source: ZVT interface PA00P015 revision 13.08, chapters 3.7, 10 and 11. Any byte is a code; those have names here that
//! a terminal of ours sends or a register must tell apart. *Not modelled:* texts in German.

use core::fmt;

macro_rules! code {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $constant:ident = $value:literal, $text:literal;)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u8);

        impl $name {
            $(#[doc = $text] $(#[$doc])* pub const $constant: Self = Self($value);)*

            /// What the published list calls it.
            #[must_use]
            pub const fn text(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:02X}", self.0)?;
                self.text().map_or(Ok(()), |text| write!(f, " {text}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

code! {
    /// How something ended: in a result, an abort, or a negative answer. 01 to 63 are the network operator's own.
    ResultCode {
        OK = 0x00, "no error";
        CARD_NOT_READABLE = 0x64, "card not readable";
        CARD_DATA_MISSING = 0x65, "card data not present";
        PROCESSING = 0x66, "processing error";
        NOT_REGISTERED = 0x6B, "function deactivated, terminal not registered";
        ABORTED = 0x6C, "abort by timeout or abort key";
        CARD_BLOCKED = 0x6E, "card in blocked list";
        WRONG_CURRENCY = 0x6F, "wrong currency";
        CREDIT_NOT_SUFFICIENT = 0x71, "credit not sufficient";
        CARD_EXPIRED = 0x78, "card expired";
        CARD_UNKNOWN = 0x7A, "card unknown";
        COMMUNICATION = 0x7D, "communication error";
        NOT_POSSIBLE = 0x83, "function not possible";
        PROTOCOL = 0x9A, "ZVT protocol error";
        DIAL_UP = 0x9B, "error from dial-up";
        WAIT = 0x9C, "please wait";
        PARTIAL_ISSUE = 0x9D, "partial issue of goods";
        RECEIVER_NOT_READY = 0xA0, "receiver not ready";
        REMOTE_SILENT = 0xA1, "remote station does not respond";
        NO_CONNECTION = 0xA3, "no connection";
        MEMORY_FULL = 0xB1, "memory full";
        JOURNAL_FULL = 0xB2, "merchant journal full";
        ALREADY_REVERSED = 0xB4, "already reversed";
        REVERSAL_NOT_POSSIBLE = 0xB5, "reversal not possible";
        RESERVATION_AMOUNT = 0xB7, "pre-authorisation incorrect or amount wrong";
        RESERVATION = 0xB8, "error pre-authorisation";
        AMOUNT_TOO_LARGE = 0xC3, "maximum amount exceeded";
        AMOUNT_TOO_SMALL = 0xC8, "amount too small";
        PRINTER_NOT_READY = 0xCC, "printer not ready";
        OPEN_BATCH = 0xF0, "open end-of-day batch present";
        CLEARING = 0xFA, "error transmitting offline transactions";
        SYSTEM = 0xFF, "system error";
    }
}

code! {
    /// What a terminal is about to do while the register waits.
    Intermediate {
        AMOUNT_CONFIRMATION = 0x00, "terminal is waiting for amount confirmation";
        WATCH_PIN_PAD = 0x01, "please watch PIN pad";
        NOT_ACCEPTED = 0x03, "not accepted";
        WAITING_FOR_HOST = 0x04, "terminal is waiting for response from host";
        AUTO_REVERSAL = 0x05, "terminal is sending auto-reversal";
        POST_BOOKINGS = 0x06, "terminal is sending post-bookings";
        INSERT_CARD = 0x0A, "insert card";
        REMOVE_CARD = 0x0B, "please remove card";
        CARD_NOT_READABLE = 0x0C, "card not readable";
        PROCESSING_ERROR = 0x0D, "processing error";
        IN_PROGRESS = 0x0E, "please wait";
        AUTOMATIC_END_OF_DAY = 0x0F, "terminal is commencing an automatic end-of-day batch";
        INCORRECT_PIN = 0x15, "incorrect PIN";
        PLEASE_WAIT = 0x17, "please wait";
        APPROVED_TAKE_GOODS = 0x1C, "approved, please take goods";
        DECLINED = 0x1D, "declined";
        CONNECTING = 0xD2, "connecting dial-up";
        CONNECTED = 0xD3, "dial-up connection made";
    }
}

code! {
    /// How a terminal is, in the answer to a status enquiry.
    TerminalStatus {
        READY = 0x00, "PT ready";
        INITIALISATION_REQUIRED = 0x51, "initialisation required";
        CLOCK_WRONG = 0x62, "date or time incorrect";
        WAIT = 0x9C, "please wait";
        MEMORY_FULL = 0xB1, "memory full";
        JOURNAL_FULL = 0xB2, "merchant journal full";
        DIAGNOSIS_REQUIRED = 0xC2, "diagnosis required";
        PRINTER_NOT_READY = 0xCC, "printer not ready";
        CARD_INSERTED = 0xDC, "card inserted";
        OUT_OF_ORDER = 0xDF, "out of order";
        RECONCILIATION_REQUIRED = 0xF0, "reconciliation required";
    }
}

impl ResultCode {
    /// Whether it went well.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == Self::OK.0
    }
}

#[cfg(test)]
mod tests {
    use super::ResultCode;

    #[test]
    fn a_code_is_shown_with_its_name_where_it_has_one() {
        assert_eq!(ResultCode::ABORTED.to_string(), "6C abort by timeout or abort key");
        assert_eq!(ResultCode(0x05).to_string(), "05");
    }
}

//! The whole trace as text, one line a record: when, who or which lane, what.
//!
//! Print data stands in hex, wallet messages as the text that they are. A card message never stands there in
//! clear: of what a device sends, the decoded fields are shown with the card number masked and secrets hidden; of
//! what arrives, only the length, because damaged bytes can carry a card number under any other field's name.
//! A hash is not shown either: beside a masked number it would give the number away.

use core::fmt::Write;
use iso8583::{CUP, Framer, Message, Mti, decode};
use runner::Fact;
use runner::device::{ACQUIRER, CARD_ANSWERS, CARD_ASKS, PRINTER, PRINTS, REPLIES, TERMINAL, lane_name};
use sim::{Entry, LaneId, MachineId, Record, Trace, Verdict};

/// The whole trace.
#[must_use]
pub fn text(trace: &Trace<Fact>) -> String {
    let mut out = String::new();
    for record in trace.records() {
        let _ = write!(out, "{:>18}  ", record.at.to_string());
        line(trace, record, &mut out);
        out.push('\n');
    }
    out
}

fn line(trace: &Trace<Fact>, record: &Record<Fact>, out: &mut String) {
    let _ = match &record.entry {
        Entry::Woke { machine, reason } => write!(out, "{:<24}woken: {reason}", machine_name(*machine)),
        Entry::Event { event, .. } | Entry::Noted(event) => fact(event, out),
        Entry::Refused { lane, tag } => write!(out, "{:<24}{tag} refused", lane_name(*lane)),
        Entry::Sent { lane, tag, bytes, verdict, fault } => {
            let _ = write!(out, "{:<24}{tag} sent", lane_name(*lane));
            if *verdict != Verdict::Pass {
                let _ = write!(out, ", {verdict:?}");
            }
            if let Some(fault) = fault {
                let _ = write!(out, " by fault {}", fault + 1);
            }
            sent_bytes(*lane, trace.bytes(*bytes), out)
        }
        Entry::Delivered { lane, tag, bytes } => {
            let _ = write!(out, "{:<24}{tag} delivered", lane_name(*lane));
            delivered_bytes(*lane, trace.bytes(*bytes), out)
        }
    };
}

/// A fact says itself whom it is about, in a column of its own.
fn fact(event: &Fact, out: &mut String) -> core::fmt::Result {
    let text = event.to_string();
    match text.split_once("  ") {
        Some((who, what)) => write!(out, "{who:<24}{}", what.trim_start()),
        None => write!(out, "{text}"),
    }
}

const fn machine_name(machine: MachineId) -> &'static str {
    match machine {
        TERMINAL => "terminal",
        PRINTER => "printer",
        ACQUIRER => "acquirer",
        _ => "unknown machine",
    }
}

fn sent_bytes(lane: LaneId, bytes: &[u8], out: &mut String) -> core::fmt::Result {
    match lane {
        CARD_ASKS | CARD_ANSWERS => {
            write!(out, ", {} bytes:", bytes.len())?;
            card_messages(bytes, out)
        }
        _ => plain(lane, bytes, out),
    }
}

fn delivered_bytes(lane: LaneId, bytes: &[u8], out: &mut String) -> core::fmt::Result {
    match lane {
        CARD_ASKS | CARD_ANSWERS => write!(out, ", {} bytes", bytes.len()),
        _ => plain(lane, bytes, out),
    }
}

fn plain(lane: LaneId, bytes: &[u8], out: &mut String) -> core::fmt::Result {
    write!(out, ", {} bytes:", bytes.len())?;
    match lane {
        PRINTS | REPLIES => bytes.iter().try_for_each(|byte| write!(out, " {byte:02x}")),
        _ => write!(out, " {:?}", String::from_utf8_lossy(bytes)),
    }
}

fn card_messages(bytes: &[u8], out: &mut String) -> core::fmt::Result {
    let mut framer = Framer::default();
    framer.push(bytes);
    let mut message = Message::new(Mti::FINANCIAL);
    loop {
        match framer.next_frame() {
            Ok(Some(body)) => match decode(&CUP, body, &mut message) {
                Ok(()) => write!(out, " {message:?}")?,
                Err(error) => write!(out, " not readable: {error}")?,
            },
            Ok(None) => break,
            Err(_) => return write!(out, " not framed"),
        }
    }
    match framer.pending_bytes() {
        0 => Ok(()),
        left => write!(out, " {left} bytes of an unfinished frame"),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use iso8583::{CUP, Message, Mti, encode};
    use runner::device::{CARD_ASKS, NOTIFIES, PRINTS};
    use runner::{Fact, Phase};
    use sim::{Entry, LaneId, SimTime, Tag, Trace, Verdict};

    const PAN: &str = "6222021234567890128";

    fn sent(lane: LaneId, bytes: &[u8]) -> String {
        let mut trace = Trace::<Fact>::empty();
        let bytes = trace.keep(bytes);
        let (tag, at) = (Tag("x"), SimTime::from_millis(1500));
        trace.record(at, Entry::Sent { lane, tag, bytes, verdict: Verdict::Pass, fault: None });
        trace.record(at, Entry::Delivered { lane, tag, bytes });
        text(&trace)
    }

    #[test]
    fn a_card_number_never_stands_there() {
        let mut message = Message::new(Mti::FINANCIAL);
        message.set(2, PAN);
        message.set(4, "000000001850");
        message.set(35, format!("{PAN}=2512"));
        let mut frame = Vec::new();
        encode(&CUP, &message, &mut frame).unwrap();
        let line = sent(CARD_ASKS, &frame);
        assert!(line.contains("000000001850"), "{line}");
        let hex: String = frame.iter().map(|byte| format!("{byte:02x}")).collect();
        for secret in [PAN, &PAN[6..15], &hex[..20]] {
            assert!(!line.contains(secret), "{line}");
        }
        let cut = sent(CARD_ASKS, &frame[..frame.len() - 3]);
        assert!(cut.contains("unfinished") && !cut.contains(&PAN[6..15]), "{cut}");
    }

    #[test]
    fn print_data_is_hex_and_wallet_messages_are_text() {
        assert!(sent(PRINTS, &[0x1b, 0x40, 0x0a]).contains("3 bytes: 1b 40 0a"));
        let line = sent(NOTIFIES, "<xml>\n<a>扫码</a>".as_bytes());
        assert!(line.contains(r#""<xml>\n<a>扫码</a>""#), "{line}");
    }

    #[test]
    fn facts_stand_in_the_same_columns() {
        let mut trace = Trace::empty();
        trace.record(SimTime::ZERO, Entry::Noted(Fact::Phase(Phase::Inject)));
        assert_eq!(text(&trace), "                0s  phase                   inject\n");
    }
}

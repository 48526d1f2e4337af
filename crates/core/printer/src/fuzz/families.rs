//! The families of messages, which hosts tell apart by bits that never change.
//!
//! Facts: printer sources, section 0 row 3, sections 3.1 to 3.5, and section 8 for the two messages of the Custom
//! family that have no fixed bits. *Not modelled:* messages of models that are not here.

/// The family of a message; `None` if it is of none. `custom` is a printer of the Custom family.
#[must_use]
pub fn family(message: &[u8], custom: bool) -> Option<&'static str> {
    let queued = |bytes: &[u8]| bytes.iter().all(|byte| byte & 0x90 == 0);
    Some(match *message {
        [0x11 | 0x13] => "flow",
        [byte] if byte & 0x93 == 0x12 => "DLE EOT",
        [byte] if byte & 0x90 == 0 => "GS r",
        // Bit 1 of the ejector's byte is not used.
        [byte] if custom && byte & 0x02 == 0 => "GS e 6",
        [first, ref rest @ ..] if rest.len() == 3 && first & 0x93 == 0x10 && queued(rest) => "ASB",
        [0x10, 0x0F, paper, user, recoverable, unrecoverable] if custom => {
            // The bits that the sources name.
            let named = paper & !0xE5 | user & !0x6F | recoverable & !0xAB | unrecoverable & !0x0F;
            if named == 0 { "FULL" } else { return None }
        }
        [header, ref data @ .., 0] if !data.contains(&0) && data.len() <= 90 => block(header, data)?,
        _ => return None,
    })
}

fn block(header: u8, data: &[u8]) -> Option<&'static str> {
    let text = |data: &[u8]| data.iter().all(|byte| *byte >= 0x20);
    Some(match (header, data) {
        (0x37, [0x20 | 0x25] | [0x23]) => "done",
        (0x37, [0x22, id @ ..]) if id.len() == 4 && text(id) => "process id",
        (0x37, [0x23, causes @ ..]) if causes.len() == 5 && causes.iter().all(|c| c & 0xC0 == 0x40) => {
            "offline"
        }
        (0x37, [0x21, switch @ ..]) if switch.len() == 8 && text(switch) => "switch",
        (0x37, [0x27 | 0x33, value @ ..]) if value.contains(&0x1F) => "setting",
        (0x37, [0x28 | 0x29, number @ ..]) if number.iter().all(u8::is_ascii_digit) => "capacity",
        (0x37, [0x70 | 0x71, 0x40, record @ ..]) if text(record) => "record",
        // Sizes of symbols and capacities of graphics.
        (0x37, [0x2F..=0x3F | 0x4F | 0x51 | 0x53, rest @ ..]) if rest.iter().all(|byte| *byte >= 0x1F) => {
            "symbol or graphics"
        }
        (0x37, [0x72..=0x7F, 0x40 | 0x41, rest @ ..]) if text(rest) => "graphics keys",
        (0x3B, [0x30 | 0x31]) => "power",
        (0x3D, [0x21..=0x6E, ..]) => "information A",
        (0x5F, data) if text(data) => "information B",
        _ => return None,
    })
}

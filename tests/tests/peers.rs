//! Other people's software reads what we write.
//!
//! - ISO 8583: pyiso8583 decodes our frames, encodes them again, and both must be equal byte for byte.
//!   Its field table is written from the UnionPay POS dialect notes ("Packing rules", "Field table"), not from ours.
//!   `card_messages.rs` has every kind of message, in both dialects and both directions.
//! - YAML and JSON Schema: PyYAML and jsonschema judge files by a schema, as an editor would.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::process::Output;

use iso8583::{CUP, MacKey, Message, Mti, Tpdu, encode, encode_with_mac};
use serde_json::Value;
use tillrig_tests::peers;

type Checked = Result<(), Box<dyn Error>>;

/// A test key.
const KEY: MacKey = MacKey::new([0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF]);

/// A message as fields of text, which the peer has to read as we mean them.
struct Said {
    mti: Mti,
    tpdu: Tpdu,
    fields: &'static [(u8, &'static str)],
    sealed: bool,
}

const TO_HOST: Tpdu = Tpdu([0x60, 0x00, 0x03, 0x00, 0x00]);
const TO_TERMINAL: Tpdu = Tpdu([0x60, 0x00, 0x00, 0x00, 0x03]);

const SALE: Said = Said {
    mti: Mti::FINANCIAL,
    tpdu: TO_HOST,
    sealed: true,
    fields: &[
        (2, "6222021234567890128"),
        (3, "000000"),
        (4, "000000001850"),
        (11, "000042"),
        (14, "2912"),
        (22, "022"),
        (25, "00"),
        (35, "6222021234567890128=29122011234567890"),
        (41, "12345678"),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001000"),
    ],
};

const SALE_REPLY: Said = Said {
    mti: Mti::FINANCIAL_REPLY,
    tpdu: TO_TERMINAL,
    sealed: true,
    fields: &[
        (3, "000000"),
        (4, "000000001850"),
        (11, "000042"),
        (12, "120102"),
        (13, "1122"),
        (15, "1122"),
        (25, "00"),
        (32, "48021000"),
        (37, "123456789012"),
        (38, "AB12  "),
        (39, "00"),
        (41, "12345678"),
        (42, "123456789012345"),
        (44, "01020000   48021000   "),
        (49, "156"),
        (60, "22000001000"),
        (63, "CUP"),
    ],
};

const REVERSAL: Said = Said {
    mti: Mti::REVERSAL,
    tpdu: TO_HOST,
    sealed: true,
    fields: &[
        (3, "000000"),
        (4, "000000001850"),
        (11, "000042"),
        (22, "022"),
        (25, "00"),
        (39, "98"),
        (41, "12345678"),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001000"),
        (61, "0000010000421122"),
    ],
};

const REVERSAL_REPLY: Said = Said {
    mti: Mti::REVERSAL_REPLY,
    tpdu: TO_TERMINAL,
    sealed: true,
    fields: &[
        (3, "000000"),
        (4, "000000001850"),
        (11, "000042"),
        (12, "120203"),
        (13, "1122"),
        (37, "123456789013"),
        (39, "00"),
        (41, "12345678"),
        (42, "123456789012345"),
        (49, "156"),
        (60, "22000001000"),
    ],
};

/// The only one without a MAC: its key is what the terminal signs on for.
const SIGN_ON: Said = Said {
    mti: Mti::SIGN_ON,
    tpdu: TO_HOST,
    sealed: false,
    fields: &[(11, "000001"), (41, "12345678"), (42, "123456789012345"), (60, "00000001001"), (63, "01 ")],
};

const CONVERSATION: [Said; 5] = [SIGN_ON, SALE, SALE_REPLY, REVERSAL, REVERSAL_REPLY];

impl Said {
    fn frame(&self) -> Result<String, Box<dyn Error>> {
        let mut message = Message::new(self.mti);
        message.set_tpdu(self.tpdu);
        for (field, value) in self.fields {
            message.set(*field, value);
        }
        let mut frame = Vec::new();
        if self.sealed {
            encode_with_mac(&CUP, &message, &KEY, &mut frame)?;
        } else {
            encode(&CUP, &message, &mut frame)?;
        }
        Ok(hex(&frame))
    }

    /// What the peer must read: our fields, and a MAC of 8 bytes on a sealed message.
    fn check(&self, read: &Value) -> Checked {
        assert_eq!(read["tpdu"], hex(&self.tpdu.0));
        assert_eq!(read["mti"], self.mti.to_string());
        let mut fields: BTreeMap<u8, String> = serde_json::from_value(read["fields"].clone())?;
        let mac = fields.remove(&64);
        assert_eq!(mac.map(|mac| mac.len()), self.sealed.then_some(2 * 8));
        let said = self.fields.iter().map(|(field, value)| (*field, (*value).to_owned()));
        // On the wire a track's separator is the nibble D.
        let said =
            said.map(|(field, value)| (field, if field == 35 { value.replace('=', "D") } else { value }));
        assert_eq!(fields, said.collect());
        Ok(())
    }
}

#[test]
fn pyiso8583_reads_a_conversation_as_we_mean_it_and_writes_the_same_bytes() -> Checked {
    let frames: Vec<String> = CONVERSATION.iter().map(Said::frame).collect::<Result<_, _>>()?;
    let output = peers::run::<&str>("iso8583_cup.py", &[], &frames.join("\n"))?;
    assert!(output.status.success(), "{}", complaint(&output));
    let read: Vec<Value> =
        String::from_utf8(output.stdout)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!(read.len(), CONVERSATION.len());
    for (said, read) in CONVERSATION.iter().zip(&read) {
        said.check(read)?;
    }
    Ok(())
}

/// Without this, a peer that agrees with everything would pass.
#[test]
fn pyiso8583_refuses_a_frame_with_a_wrong_length() -> Checked {
    // The amount's presence bit (field 4, the fourth of the bitmap) is cleared, its six bytes stay.
    let frame = SALE.frame()?;
    let bitmap = 2 * (2 + 5 + 6 + 2);
    let (before, rest) = frame.split_at(bitmap);
    let (octet, after) = rest.split_at(2);
    let cleared = u8::from_str_radix(octet, 16)? & !0x10;
    let output = peers::run::<&str>("iso8583_cup.py", &[], &format!("{before}{cleared:02X}{after}"))?;
    assert!(!output.status.success());
    assert!(complaint(&output).contains("frame 1"), "{}", complaint(&output));
    Ok(())
}

#[test]
fn the_schema_checker_names_the_wrong_file_and_passes_the_right_one() -> Checked {
    let folder = tempfile::tempdir()?;
    let schema = folder.path().join("schema.json");
    fs::write(
        &schema,
        r#"{"type": "object", "required": ["on"], "additionalProperties": false,
            "properties": {"on": {"type": "string"}, "at": {"type": "string"}}}"#,
    )?;
    // In YAML 1.1 `on` is a truth value and 12:30 a number; a scenario means them as text, as YAML 1.2 does.
    let right = folder.path().join("right.yaml");
    fs::write(&right, "on: acquirer.notifies\nat: 12:30\n")?;
    let wrong = folder.path().join("wrong.yaml");
    fs::write(&wrong, "on: acquirer.notifies\nof: nothing\n")?;
    let twice = folder.path().join("twice.yaml");
    fs::write(&twice, "on: one\non: another\n")?;

    let output = peers::run("check_schema.py", &[&schema, &right], "")?;
    assert!(output.status.success(), "{}", complaint(&output));
    for bad in [&wrong, &twice] {
        let output = peers::run("check_schema.py", &[&schema, &right, bad], "")?;
        assert!(!output.status.success());
        let name = bad.file_name().unwrap_or_default().to_string_lossy();
        assert!(complaint(&output).contains(&*name), "{}", complaint(&output));
        assert!(!complaint(&output).contains("right.yaml"), "{}", complaint(&output));
    }
    Ok(())
}

#[test]
fn the_schema_checker_refuses_to_check_nothing() -> Checked {
    let folder = tempfile::tempdir()?;
    let schema = folder.path().join("schema.json");
    fs::write(&schema, "{}")?;
    let output = peers::run("check_schema.py", &[schema.as_path(), folder.path()], "")?;
    assert!(!output.status.success());
    assert!(complaint(&output).contains("no YAML files"), "{}", complaint(&output));
    Ok(())
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

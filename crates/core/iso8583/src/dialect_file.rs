//! Dialect files, and the two that are built in.
//!
//! A file is YAML: `provenance`, `name`, `about`, `envelope`, `coding`, `mac`, `fields`; `data/cup.yaml` shows each of
//! them with a word on its meaning. *Not modelled:* a file that is like another but for a few fields.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_yaml::Spanned;

use crate::data_file::{DialectError, Provenance, read};
use crate::dialect::{Coding, Dialect, Envelope, FieldSpec, Kind, Length, MacPlace, OddPad, Steps};

/// The file of [`CUP`], also as an example for an own one.
pub const CUP_FILE: &str = include_str!("../data/cup.yaml");

/// The file of [`ASCII87`].
pub const ASCII87_FILE: &str = include_str!("../data/ascii87.yaml");

/// China UnionPay, POS subset: TPDU and header, BCD digits, MAC in field 64.
pub static CUP: LazyLock<Dialect> = LazyLock::new(|| built_in(CUP_FILE));

/// ISO 8583:1987 in ASCII, as the npm package `iso_8583` writes it.
pub static ASCII87: LazyLock<Dialect> = LazyLock::new(|| built_in(ASCII87_FILE));

fn built_in(text: &str) -> Dialect {
    Dialect::parse(text).expect("the files that are compiled in are sound")
}

impl Dialect {
    /// Reads a dialect file.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with line and column.
    pub fn parse(yaml: &str) -> Result<Self, DialectError> {
        let file: File = read(yaml)?;
        let mut fields: Vec<Option<FieldSpec>> = Vec::new();
        fields.resize_with(129, || None);
        for (number, entry) in file.fields {
            let place = fields.get_mut(usize::from(number)).filter(|_| number >= 2);
            let Some(place) = place else {
                return Err(DialectError::at(
                    &entry,
                    format!("expected a field number of 2 to 128, not {number}"),
                ));
            };
            *place = Some(spec(&entry)?);
        }
        check_mac(&file.mac, &fields)?;
        let steps = Steps::of(&fields, file.coding);
        let File { provenance, name, about, envelope, coding, mac, .. } = file;
        Ok(Self { name, about, provenance, envelope, coding, mac: mac.value, fields, steps })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provenance: Provenance,
    name: String,
    about: String,
    envelope: Envelope,
    coding: Coding,
    mac: Spanned<MacPlace>,
    fields: BTreeMap<u8, Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: Kind,
    fixed: Option<u16>,
    ll: Option<u16>,
    lll: Option<u16>,
    fill: Option<OddPad>,
    name: String,
}

fn spec(entry: &Spanned<Entry>) -> Result<FieldSpec, DialectError> {
    let Entry { kind, fixed, ll, lll, fill, name } = &entry.value;
    let (length, most) = match (*fixed, *ll, *lll) {
        (Some(length), None, None) => (Length::Fixed(length), 999),
        (None, Some(max), None) => (Length::Ll(max), 99),
        (None, None, Some(max)) => (Length::Lll(max), 999),
        _ => return Err(DialectError::at(entry, "expected one of `fixed`, `ll` and `lll`")),
    };
    if !(1..=most).contains(&length.max()) {
        let message = format!("expected a length of 1 to {most}, not {}", length.max());
        return Err(DialectError::at(entry, message));
    }
    if *kind == Kind::Signed && length.max() < 2 {
        return Err(DialectError::at(entry, "expected a length of at least 2: a sign and a digit"));
    }
    Ok(FieldSpec { name: name.clone(), kind: *kind, length, odd_pad: fill.unwrap_or_default() })
}

fn check_mac(mac: &Spanned<MacPlace>, fields: &[Option<FieldSpec>]) -> Result<(), DialectError> {
    if !matches!(mac.value.field, 64 | 128) {
        return Err(DialectError::at(
            mac,
            format!("expected the MAC in field 64 or 128, not {}", mac.value.field),
        ));
    }
    let field = fields.get(usize::from(mac.value.field)).and_then(Option::as_ref);
    match field.map(|spec| (spec.kind, spec.length)) {
        Some((Kind::Binary, Length::Fixed(4 | 8))) => Ok(()),
        _ => Err(DialectError::at(
            mac,
            format!("expected field {} to be of kind b with 4 or 8 bytes fixed", mac.value.field),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{BitmapWidth, DigitCoding, LengthPrefix};
    use crate::mac::MacAlgorithm;

    fn refused(text: &str) -> String {
        Dialect::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_files_say_what_their_dialects_are() {
        assert_eq!((CUP.name(), CUP.fields().count()), ("cup", 33));
        assert_eq!((ASCII87.name(), ASCII87.fields().count()), ("ascii87", 125));
        assert!(CUP.envelope().tpdu && CUP.envelope().keep_alive && !ASCII87.envelope().tpdu);
        assert_eq!(CUP.mac(), MacPlace { field: 64, algorithm: MacAlgorithm::CupEcb });
        assert_eq!(CUP.coding().digits, DigitCoding::Bcd);
        assert_eq!(ASCII87.coding().bitmap_width, BitmapWidth::Always128);
        assert_eq!(ASCII87.envelope().length, LengthPrefix::Binary2);
        assert!(CUP.provenance().source.starts_with("UnionPay POS dialect"));
        assert_eq!(CUP.field(23).unwrap().odd_pad, OddPad::Left);
        assert_eq!(CUP.field(4).unwrap().name, "amount, fen");
    }

    #[test]
    fn no_field_stands_where_a_bitmap_would() {
        for dialect in [&CUP, &ASCII87] {
            assert!(dialect.field(0).is_none() && dialect.field(1).is_none() && dialect.field(200).is_none());
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let broken = |from: &str, to: &str| refused(&CUP_FILE.replace(from, to));
        let line = CUP_FILE.lines().position(|line| line.starts_with("  4: ")).unwrap() + 1;
        let at = |column| format!("line {line}, column {column}: ");
        let said = broken("4: { kind: n, fixed: 12,", "4: { kind: q, fixed: 12,");
        assert!(said.starts_with(&at(14)) && said.contains("expected one of n, z, ans, b"), "{said}");
        let said = broken("4: { kind: n, fixed: 12,", "4: { kind: n, length: 12,");
        assert!(said.contains("unknown field `length`"), "{said}");
        let said = broken("4: { kind: n, fixed: 12,", "4: { kind: n,");
        assert_eq!(said, format!("{}expected one of `fixed`, `ll` and `lll`", at(6)));
        let said = broken("4: { kind: n, fixed: 12,", "4: { kind: n, ll: 120,");
        assert_eq!(said, format!("{}expected a length of 1 to 99, not 120", at(6)));
        let said = broken("  4: {", "  129: {");
        assert_eq!(said, format!("{}expected a field number of 2 to 128, not 129", at(8)));
    }

    #[test]
    fn a_mac_needs_its_field() {
        let said = refused(&CUP_FILE.replace("mac: { field: 64,", "mac: { field: 128,"));
        assert!(said.ends_with("expected field 128 to be of kind b with 4 or 8 bytes fixed"), "{said}");
        let said = refused(&CUP_FILE.replace("mac: { field: 64,", "mac: { field: 63,"));
        assert!(said.ends_with("expected the MAC in field 64 or 128, not 63"), "{said}");
    }

    #[test]
    fn a_file_that_is_no_dialect_is_refused() {
        for text in ["", "name: x", "- 1", "\t", "{", &CUP_FILE.replace("  4: {", "  3: {")] {
            assert!(Dialect::parse(text).is_err(), "{text}");
        }
        assert!(Dialect::parse(&CUP_FILE.replace("provenance:", "origin:")).is_err());
    }
}

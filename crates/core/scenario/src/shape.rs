//! The one description of what a file may hold. Tables of [`Shape`] stand in the grammar modules; the
//! checker, the JSON Schema and the advice in messages are all made from them.
//!
//! *Not modelled:* rules that look at two distant places of a file; those follow after the check.

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Shape {
    Scalar(Scalar),
    Map(Map),
    List(List),
    /// One scalar form and one map form of the same thing.
    Either(Scalar, Map),
    /// The rows of a matrix, which are looked at before anything else: see [`matrix`](crate::matrix).
    Matrix,
}

/// A map with a closed set of fields.
#[derive(Debug)]
pub(crate) struct Map {
    /// What the map is, with its article: "a step".
    pub(crate) what: &'static str,
    pub(crate) fields: &'static [Field],
    pub(crate) choices: &'static [Choice],
    /// A whole one, as it stands in a file.
    pub(crate) example: &'static str,
}

/// One field of a map.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    /// Other fields: without any of them this one means nothing. None at all: it stands by itself.
    pub(crate) needs: &'static [&'static str],
    pub(crate) doc: &'static str,
    pub(crate) shape: Shape,
    /// Field and value, as they stand in a file.
    pub(crate) example: &'static str,
}

/// Fields of which at most one may be there.
#[derive(Debug)]
pub(crate) struct Choice {
    /// What is chosen, without an article: "action".
    pub(crate) what: &'static str,
    pub(crate) presence: Presence,
    pub(crate) fields: &'static [Field],
}

/// Whether one of a choice has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
    /// Required with this field, and refused without it.
    With(&'static str),
}

/// A list of like values.
#[derive(Debug)]
pub(crate) struct List {
    /// What the list holds: "steps".
    pub(crate) what: &'static str,
    pub(crate) may_be_empty: bool,
    pub(crate) of: &'static Shape,
    pub(crate) example: &'static str,
}

/// A value without parts.
#[derive(Debug)]
pub(crate) enum Scalar {
    /// One of these words.
    Word { what: &'static str, words: &'static [&'static str], says: &'static [&'static str] },
    /// Free text.
    Text,
    /// A name that other places can refer to: small letters, digits and hyphens.
    Name,
    /// `CNY 18.50`.
    Money,
    /// `CNY 18.50`, or `nothing`.
    MoneyOrNothing,
    /// `45s`.
    Time,
    /// `30mm`.
    Length,
    /// `2400mN`.
    Force,
    /// `40%`.
    Percent,
    /// `19V`.
    Voltage,
    /// `1500mOhm`.
    Resistance,
    /// `45C`.
    Temperature,
    /// `1/3`.
    Ratio,
    /// `150/s`.
    Rate,
    /// `9600bps`.
    LineRate,
    /// A reply code as it stands in a message: `96`, `A0`, `SYSTEMERROR`.
    Code,
    /// A field's number or name, or the end of its value.
    Wire,
    /// A merchant's number of a wallet order: `12345678W000003`.
    OrderNo,
    /// A whole number between two bounds.
    Count { least: u32, most: u32 },
    /// So many letters and digits: the number of a terminal or merchant.
    Characters { count: usize },
    /// Between so many and so many digits: a card number, a PIN.
    Digits { least: usize, most: usize },
    /// A test key of DES, in hexadecimal.
    DesKey,
    /// `2912`.
    YearAndMonth,
    /// `true` or `false`.
    Truth,
    /// `127.0.0.1:9100`.
    Address,
    /// The path of a scenario file below the catalogue folder.
    Path,
}

impl Field {
    pub(crate) const fn required(
        name: &'static str,
        shape: Shape,
        example: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { name, required: true, needs: &[], doc, shape, example }
    }

    pub(crate) const fn optional(
        name: &'static str,
        shape: Shape,
        example: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { name, required: false, needs: &[], doc, shape, example }
    }

    pub(crate) const fn with(
        needs: &'static [&'static str],
        name: &'static str,
        shape: Shape,
        example: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { name, required: false, needs, doc, shape, example }
    }
}

impl Map {
    /// All fields, those of the choices too.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().chain(self.choices.iter().flat_map(|choice| choice.fields))
    }

    /// The field without which the choice of `name` means nothing.
    pub(crate) fn company_of(&self, name: &str) -> Option<&'static str> {
        let choice =
            self.choices.iter().find(|choice| choice.fields.iter().any(|field| field.name == name))?;
        match choice.presence {
            Presence::With(other) => Some(other),
            Presence::Required | Presence::Optional => None,
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.all_fields().find(|field| field.name == name)
    }
}

impl Shape {
    /// The map form, if there is one.
    pub(crate) const fn map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) | Self::Either(_, map) => Some(map),
            Self::Scalar(_) | Self::List(_) | Self::Matrix => None,
        }
    }
}

impl Scalar {
    /// What it is, for a sentence "expected …".
    pub(crate) fn expected(&self) -> String {
        match self {
            Self::Word { words, .. } if words.len() > 16 => {
                format!(
                    "one of {} words, such as `{}`; `tillrig schema scenario` lists them all",
                    words.len(),
                    words.first().unwrap_or(&"")
                )
            }
            Self::Word { words: [word], .. } => format!("`{word}`"),
            Self::Word { words, .. } => format!("one of {}", quoted(words)),
            Self::Text => "a text".to_owned(),
            Self::Name => "a name of small letters, digits and hyphens".to_owned(),
            Self::Money => "an amount: the currency, a blank, then digits".to_owned(),
            Self::MoneyOrNothing => "an amount with its currency, or `nothing`".to_owned(),
            Self::Time => "a whole number and its unit: us, ms, s, m or h".to_owned(),
            Self::Length => "a whole number and its unit: um, mm, cm or m".to_owned(),
            Self::Force => "a whole number and its unit: mN or N".to_owned(),
            Self::Percent => "a whole number from 0 to 100 and `%`".to_owned(),
            Self::Voltage => "a whole number and its unit: mV or V".to_owned(),
            Self::Resistance => "a whole number and its unit: mOhm or Ohm".to_owned(),
            Self::Temperature => "whole degrees Celsius and `C`, from -40C to 85C".to_owned(),
            Self::Ratio => "a ratio of two whole numbers, more than 0 and at most 1".to_owned(),
            Self::Rate => "a whole number and `/s`".to_owned(),
            Self::LineRate => "a whole number and its unit: bps, kbps or Mbps".to_owned(),
            Self::Code => {
                "a reply code as it stands in the message, of 2 to 24 letters and digits".to_owned()
            }
            Self::Wire => "letters, digits, `_`, `-` or `.`, as they stand in the message".to_owned(),
            Self::OrderNo => {
                "the number of a wallet order: 1 to 64 letters, digits, `_`, `-`, `|` or `*`".to_owned()
            }
            Self::Count { least, most } => format!("a whole number from {least} to {most}"),
            Self::Characters { count } => format!("exactly {count} letters and digits"),
            Self::Digits { least, most } if least == most => format!("exactly {least} digits"),
            Self::Digits { least, most } => format!("{least} to {most} digits"),
            Self::DesKey => "a key of 16 or 32 hexadecimal digits".to_owned(),
            Self::YearAndMonth => "four digits, year and month as on the card".to_owned(),
            Self::Truth => "`true` or `false`".to_owned(),
            Self::Address => "an IP address and a port; port 0 takes any free one".to_owned(),
            Self::Path => {
                "a path below the catalogue folder, `/` between its parts, ending in `.yaml`".to_owned()
            }
        }
    }
}

/// Words for a sentence: `` `a`, `b`, `c` ``.
pub(crate) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

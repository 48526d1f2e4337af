//! Bar codes: what each symbology makes of its data.
//!
//! Facts: printer sources, section 2.4 and 1. Check digits of UPC and EAN are those of the host, if it sends any; CODE39,
//! ITF and CODABAR have none; those of CODE93 and CODE128 are added. CODE39 ends at a `*` inside the data, and an odd
//! last digit of ITF is dropped. Bars come from table-driven encoders. *Not modelled:* minimum heights of DataBar.

use super::bars::Bars;
use super::upc::{self, Upc};
use super::{code128, gs1};
use anyd::codes::codabar::{CodabarEncoder, CodabarMeta};
use anyd::codes::code39::{Code39Encoder, Code39Meta};
use anyd::codes::code93::{Code93Encoder, Code93Meta};
use anyd::codes::code128::Code128Encoder;
use anyd::codes::databar::DataBarEncoder;
use anyd::codes::itf::{ItfEncoder, ItfMeta};
use anyd::output::{Encoding, LinearSink};
use anyd::symbol::Symbol;
use anyd::traits::Encode;
use escpos::Symbology;

/// One bar code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Linear {
    pub(super) bars: Bars,
    /// What stands beside the bars for people.
    pub(super) text: String,
    /// What a reader gives.
    pub(super) data: String,
}

/// The bar code, or none if the data make none; and the data that are text instead.
pub(super) fn encode(symbology: Symbology, data: &[u8]) -> (Option<Linear>, &[u8]) {
    match symbology {
        Symbology::UpcA => (upc::ean13(data, true).map(Linear::from), &[]),
        Symbology::UpcE => or_text(upc::upc_e(data).map(Linear::from), data),
        Symbology::Ean13 => (upc::ean13(data, false).map(Linear::from), &[]),
        Symbology::Ean8 => (upc::ean8(data).map(Linear::from), &[]),
        Symbology::Code39 => code39(data),
        Symbology::Itf => (itf(data), &[]),
        Symbology::Codabar => or_text(codabar(data), data),
        Symbology::Code93 => (code93(data), &[]),
        Symbology::Code128 => {
            let (values, rest) = code128::braces(data);
            (values.and_then(of_values), rest)
        }
        Symbology::Code128Auto => (of_values(code128::automatic(data)), &[]),
        Symbology::Gs1128 => {
            let (elements, rest) = gs1::read(data);
            (elements.and_then(|elements| gs1_128(&elements)), rest)
        }
        Symbology::DataBar | Symbology::DataBarTruncated | Symbology::DataBarLimited => {
            or_text(data_bar(data, symbology == Symbology::DataBarLimited), data)
        }
        Symbology::DataBarExpanded => {
            let (elements, rest) = gs1::read(data);
            (elements.and_then(|elements| expanded(&elements)), rest)
        }
    }
}

/// The bar code, or the data as text.
fn or_text(code: Option<Linear>, data: &[u8]) -> (Option<Linear>, &[u8]) {
    let rest = if code.is_some() { &[] } else { data };
    (code, rest)
}

/// The name that reports use.
pub(super) const fn name(symbology: Symbology) -> &'static str {
    match symbology {
        Symbology::UpcA => "UPC-A",
        Symbology::UpcE => "UPC-E",
        Symbology::Ean13 => "EAN-13",
        Symbology::Ean8 => "EAN-8",
        Symbology::Code39 => "CODE39",
        Symbology::Itf => "ITF",
        Symbology::Codabar => "CODABAR",
        Symbology::Code93 => "CODE93",
        Symbology::Code128 | Symbology::Code128Auto => "CODE128",
        Symbology::Gs1128 => "GS1-128",
        Symbology::DataBar => "GS1 DataBar",
        Symbology::DataBarTruncated => "GS1 DataBar Truncated",
        Symbology::DataBarLimited => "GS1 DataBar Limited",
        Symbology::DataBarExpanded => "GS1 DataBar Expanded",
    }
}

impl From<Upc> for Linear {
    fn from(code: Upc) -> Self {
        Self { bars: code.bars, text: code.text, data: code.digits }
    }
}

/// Letters of bytes below 128.
fn letters(data: &[u8]) -> String {
    data.iter().map(|byte| char::from(*byte)).collect()
}

fn code39(data: &[u8]) -> (Option<Linear>, &[u8]) {
    let inner = data.strip_prefix(b"*").unwrap_or(data);
    let (inner, rest) = match inner.iter().position(|byte| *byte == b'*') {
        Some(end) => (inner.get(..end).unwrap_or_default(), inner.get(end + 1..).unwrap_or_default()),
        None => (inner, &[][..]),
    };
    let mut bars = Bars::two_level();
    let encoded = Code39Encoder::new().encode_into(inner, &Code39Meta::default(), &mut bars);
    let data = letters(inner);
    let code = Linear { bars, text: format!("*{data}*"), data };
    (encoded.ok().filter(|()| !inner.is_empty()).map(|()| code), rest)
}

fn itf(data: &[u8]) -> Option<Linear> {
    let pairs = data.get(..data.len() / 2 * 2)?;
    let mut bars = Bars::two_level();
    ItfEncoder::new().encode_into(pairs, &ItfMeta::default(), &mut bars).ok()?;
    Some(Linear { bars, text: letters(pairs), data: letters(pairs) })
}

fn codabar(data: &[u8]) -> Option<Linear> {
    let data = data.to_ascii_uppercase();
    let &[start, ref inner @ .., stop] = data.as_slice() else { return None };
    let mut bars = Bars::two_level();
    CodabarEncoder::new().encode_into(inner, &CodabarMeta { start, stop }, &mut bars).ok()?;
    Some(Linear { bars, text: letters(&data), data: letters(&data) })
}

fn code93(data: &[u8]) -> Option<Linear> {
    let mut bars = Bars::default();
    Code93Encoder::new().encode_into(data, &Code93Meta { full_ascii: true }, &mut bars).ok()?;
    let mut text = String::from("□");
    for byte in data {
        match *byte {
            control @ 0..=0x1F => text.extend(['■', char::from(control + b'@')]),
            byte => text.push(char::from(byte)),
        }
    }
    text.push('□');
    Some(Linear { bars, text, data: letters(data) })
}

fn of_values(values: code128::Values) -> Option<Linear> {
    let mut bars = Bars::default();
    // A start without characters is no code.
    let values_only = values.values.get(1..).filter(|values| !values.is_empty());
    values_only?;
    Code128Encoder::new().encode_into(&values.values, &mut bars).ok()?;
    Some(Linear { bars, text: values.text, data: values.data })
}

fn gs1_128(elements: &gs1::Elements) -> Option<Linear> {
    let inputs = elements.inputs();
    let mut values = vec![0; Code128Encoder::max_symbols(inputs.len())];
    let encoder = Code128Encoder::new();
    let len = encoder.plan_into(&inputs, true, &mut values).ok()?;
    let mut bars = Bars::default();
    encoder.encode_into(values.get(..len)?, &mut bars).ok()?;
    Some(Linear { bars, text: elements.text.clone(), data: letters(&elements.data) })
}

fn data_bar(data: &[u8], limited: bool) -> Option<Linear> {
    let encoder = DataBarEncoder::new();
    let symbol = if limited { encoder.build_limited(data) } else { encoder.build_omni(data) };
    let mut digits = upc::values(data)?;
    digits.push(upc::check_digit(&digits));
    let digits: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    Some(Linear { bars: bars_of(&symbol.ok()?)?, text: format!("(01){digits}"), data: format!("01{digits}") })
}

fn expanded(elements: &gs1::Elements) -> Option<Linear> {
    let symbol = DataBarEncoder::new().build_expanded(&elements.data).ok()?;
    Some(Linear { bars: bars_of(&symbol)?, text: elements.text.clone(), data: letters(&elements.data) })
}

fn bars_of(symbol: &Symbol) -> Option<Bars> {
    let Encoding::Linear(pattern) = DataBarEncoder::new().encode(symbol).ok()? else { return None };
    let mut bars = Bars::default();
    for module in pattern.modules {
        bars.push(module).ok()?;
    }
    Some(bars)
}

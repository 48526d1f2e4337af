//! The flat XML of the dialect: `<xml><key><![CDATA[value]]></key>…</xml>`, one level deep.
//!
//! Source: WeChat Pay v2, message format. Document types and entities beyond the five predefined ones are
//! refused, so that no document can reach outside itself or grow while it is read.
//! Not modelled: attributes, comments, numeric entities, other encodings than UTF-8, and the ban of XML on
//! control characters.

use core::fmt;
use core::ops::Range;

/// A longer document is refused.
pub const MAX_DOCUMENT_BYTES: usize = 65_536;

/// A document with more keys is refused: each is compared with all before it.
pub const MAX_KEYS: usize = 512;

/// The first field makes room for so many, and for what they say: hardly a document has more.
const USUAL_KEYS: usize = 24;
const USUAL_BYTES: usize = 768;

const SECTION: &str = "<![CDATA[";
const SECTION_END: &str = "]]>";
/// From a field's key to its value, and to the key again.
const BEFORE_VALUE: &str = "><![CDATA[";
const BEHIND_VALUE: &str = "]]></";
/// What a field has beside its value and its key twice.
const MARKUP_BYTES: usize = "<".len() + BEFORE_VALUE.len() + BEHIND_VALUE.len() + ">".len();

/// Keys with their values in document order; made to be reused.
#[derive(Clone, Default)]
pub struct Fields {
    /// All keys and values, one after the other.
    arena: String,
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    key: Range<usize>,
    value: Range<usize>,
}

impl Fields {
    /// Forgets all fields and keeps the memory.
    pub fn clear(&mut self) {
        self.arena.clear();
        self.entries.clear();
    }

    /// Sets a field at the end, or gives a field that is there another value.
    ///
    /// The key is the caller's own word: it must be an XML name, which is why it is not taken from outside.
    pub fn set(&mut self, key: &'static str, value: &str) {
        self.put(key, value);
    }

    /// Sets one of several fields of the same kind: `key_0`, `key_1` and so on.
    pub fn set_numbered(&mut self, key: &'static str, number: usize, value: &str) {
        self.put(&format!("{key}_{number}"), value);
    }

    fn put(&mut self, key: &str, value: &str) {
        match self.place(key).and_then(|index| self.entries.get_mut(index)) {
            Some(entry) => entry.value = append(&mut self.arena, value),
            None => {
                if self.entries.is_empty() {
                    self.entries.reserve(USUAL_KEYS);
                    self.arena.reserve(USUAL_BYTES);
                }
                let key = append(&mut self.arena, key);
                let value = append(&mut self.arena, value);
                self.entries.push(Entry { key, value });
            }
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        let entry = self.entries.get(self.place(key)?)?;
        self.arena.get(entry.value.clone())
    }

    /// By bytes: whether they are text is looked at where a text is given out.
    fn place(&self, key: &str) -> Option<usize> {
        let arena = self.arena.as_bytes();
        self.entries.iter().position(|entry| arena.get(entry.key.clone()) == Some(key.as_bytes()))
    }

    /// How many fields there are.
    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// All fields in document order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().filter_map(|entry| {
            Some((self.arena.get(entry.key.clone())?, self.arena.get(entry.value.clone())?))
        })
    }

    /// Replaces everything by what `document` says.
    ///
    /// # Errors
    /// The peer wrote something outside this flat form; the fields before the fault are then here.
    pub fn parse(&mut self, document: &[u8]) -> Result<(), XmlError> {
        self.clear();
        if document.len() > MAX_DOCUMENT_BYTES {
            return Err(XmlError { offset: MAX_DOCUMENT_BYTES, fault: XmlFault::TooLong });
        }
        let text = core::str::from_utf8(document)
            .map_err(|error| XmlError { offset: error.valid_up_to(), fault: XmlFault::NotUtf8 })?;
        // Keys and values are parts of the document.
        self.arena.reserve(text.len());
        self.entries.reserve(USUAL_KEYS);
        Reader { whole: text, rest: text }.document(self)
    }
}

/// Appends the document of these fields. Values go into CDATA sections whatever they hold.
pub fn write(fields: &Fields, out: &mut Vec<u8>) {
    write_as("xml", fields, out);
}

/// Appends the document of these fields under another name: the hidden part of a refund notice is called `root`.
pub(crate) fn write_as(root: &'static str, fields: &Fields, out: &mut Vec<u8>) {
    let lengths =
        fields.entries.iter().map(|Entry { key, value }| 2 * key.len() + value.len() + MARKUP_BYTES);
    let bytes = lengths.sum::<usize>();
    out.reserve(2 * root.len() + "<></>".len() + bytes);
    let mut put = |parts: &[&str]| parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
    put(&["<", root, ">"]);
    for (key, value) in fields.iter() {
        put(&["<", key, BEFORE_VALUE]);
        let mut rest = value;
        // The end mark of a section cannot stand inside one: it is cut in two.
        while let Some((piece, behind)) =
            find(rest, SECTION_END).and_then(|place| rest.split_at_checked(place + "]]".len()))
        {
            put(&[piece, SECTION_END, SECTION]);
            rest = behind;
        }
        put(&[rest, BEHIND_VALUE, key, ">"]);
    }
    put(&["</", root, ">"]);
}

/// What is wrong, at which byte of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XmlError {
    /// Byte offset in the document.
    pub offset: usize,
    /// What was found or expected there.
    pub fault: XmlFault,
}

/// What can be wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XmlFault {
    /// Longer than [`MAX_DOCUMENT_BYTES`].
    TooLong,
    /// Not UTF-8.
    NotUtf8,
    /// `<!DOCTYPE` or `<!ENTITY`: refused for safety.
    DocumentType,
    /// An element inside a field: the form is flat.
    Nested,
    /// A key that stands twice.
    DuplicateKey,
    /// More than [`MAX_KEYS`].
    TooManyKeys,
    /// An entity other than `&lt; &gt; &amp; &apos; &quot;`.
    UnknownEntity,
    /// Something else stands where this was expected.
    Expected(&'static str),
}

fn append(arena: &mut String, text: &str) -> Range<usize> {
    let start = arena.len();
    arena.push_str(text);
    start..arena.len()
}

struct Reader<'a> {
    whole: &'a str,
    /// What is not read yet.
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn document(&mut self, fields: &mut Fields) -> Result<(), XmlError> {
        self.take("\u{FEFF}");
        self.skip_space();
        if self.take("<?xml") {
            self.until("?>")?;
            self.skip_space();
        }
        self.expect("<xml>")?;
        loop {
            self.skip_space();
            if self.take("</xml>") {
                break;
            }
            self.element(fields)?;
        }
        self.skip_space();
        if self.rest.is_empty() { Ok(()) } else { Err(self.error(XmlFault::Expected("the end"))) }
    }

    fn element(&mut self, fields: &mut Fields) -> Result<(), XmlError> {
        let start = self.error(XmlFault::DuplicateKey);
        if fields.entries.len() == MAX_KEYS {
            return Err(self.error(XmlFault::TooManyKeys));
        }
        self.expect("<")?;
        let key = self.name()?;
        if fields.place(key).is_some() {
            return Err(start);
        }
        let key_range = append(&mut fields.arena, key);
        let value_start = fields.arena.len();
        if !self.take("/>") {
            self.expect(">")?;
            self.value(&mut fields.arena)?;
            self.expect("</")?;
            self.expect_name(key)?;
            self.expect(">")?;
        }
        fields.entries.push(Entry { key: key_range, value: value_start..fields.arena.len() });
        Ok(())
    }

    /// Text, entities and CDATA sections up to the end tag.
    fn value(&mut self, into: &mut String) -> Result<(), XmlError> {
        loop {
            let plain = self.rest.bytes().position(|byte| matches!(byte, b'<' | b'&'));
            let plain = plain.ok_or_else(|| self.error(XmlFault::Expected("an end tag")))?;
            into.push_str(self.skip(plain));
            if self.rest.starts_with("</") {
                return Ok(());
            } else if self.take(SECTION) {
                into.push_str(self.until(SECTION_END)?);
            } else if self.take("&") {
                into.push(self.entity()?);
            } else {
                let fault =
                    if self.rest.starts_with("<!") { XmlFault::DocumentType } else { XmlFault::Nested };
                return Err(self.error(fault));
            }
        }
    }

    fn entity(&mut self) -> Result<char, XmlError> {
        const ENTITIES: [(&str, char); 5] =
            [("lt;", '<'), ("gt;", '>'), ("amp;", '&'), ("apos;", '\''), ("quot;", '"')];
        let found = ENTITIES.into_iter().find(|(name, _)| self.take(name));
        found.map(|(_, character)| character).ok_or_else(|| self.error(XmlFault::UnknownEntity))
    }

    fn name(&mut self) -> Result<&'a str, XmlError> {
        if self.rest.starts_with('!') {
            return Err(self.error(XmlFault::DocumentType));
        }
        if !self.rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Err(self.error(XmlFault::Expected("a key")));
        }
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let end = self.rest.bytes().position(|byte| !in_name(byte));
        Ok(self.skip(end.unwrap_or(self.rest.len())))
    }

    fn expect_name(&mut self, name: &str) -> Result<(), XmlError> {
        if self.take(name) {
            Ok(())
        } else {
            Err(self.error(XmlFault::Expected("the end tag of the same key")))
        }
    }

    fn expect(&mut self, token: &'static str) -> Result<(), XmlError> {
        if self.take(token) {
            return Ok(());
        }
        let doctype = self.rest.starts_with("<!DOCTYPE") || self.rest.starts_with("<!ENTITY");
        Err(self.error(if doctype { XmlFault::DocumentType } else { XmlFault::Expected(token) }))
    }

    /// Takes everything up to the mark, and the mark.
    fn until(&mut self, mark: &'static str) -> Result<&'a str, XmlError> {
        let place = find(self.rest, mark).ok_or_else(|| self.error(XmlFault::Expected(mark)))?;
        let before = self.skip(place);
        self.skip(mark.len());
        Ok(before)
    }

    fn take(&mut self, token: &str) -> bool {
        let behind = self.rest.strip_prefix(token);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    /// Takes so many bytes; up to an ASCII character, so that none is cut.
    fn skip(&mut self, count: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    const fn error(&self, fault: XmlFault) -> XmlError {
        XmlError { offset: self.whole.len() - self.rest.len(), fault }
    }
}

/// Where the first such mark begins. Its first character is rare and texts are short: a searcher that makes ready for
/// worse costs more than the search.
fn find(text: &str, mark: &str) -> Option<usize> {
    let mut begins = text.match_indices(mark.chars().next()?).map(|(place, _)| place);
    begins.find(|place| text.get(*place..).is_some_and(|rest| rest.starts_with(mark)))
}

/// Two field lists are equal when they say the same in the same order.
impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Fields {}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {} of the document: ", self.offset)?;
        match self.fault {
            XmlFault::TooLong => write!(f, "more than {MAX_DOCUMENT_BYTES} bytes"),
            XmlFault::NotUtf8 => f.write_str("not UTF-8"),
            XmlFault::DocumentType => f.write_str("declarations are refused"),
            XmlFault::Nested => f.write_str("an element inside a field"),
            XmlFault::DuplicateKey => f.write_str("this key stands twice"),
            XmlFault::TooManyKeys => write!(f, "more than {MAX_KEYS} keys"),
            XmlFault::UnknownEntity => f.write_str("only the five predefined entities are known"),
            XmlFault::Expected(what) => write!(f, "expected {what}"),
        }
    }
}

impl core::error::Error for XmlError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(document: &str) -> Result<Vec<(String, String)>, XmlFault> {
        let mut fields = Fields::default();
        fields.parse(document.as_bytes()).map_err(|error| error.fault)?;
        Ok(fields.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    fn pairs(expected: &[(&str, &str)]) -> Result<Vec<(String, String)>, XmlFault> {
        Ok(expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn sections_and_plain_text_are_values_alike() {
        let document = "<?xml version=\"1.0\"?>\n<xml>\n <return_code><![CDATA[SUCCESS]]></return_code>\
                        <total_fee>1</total_fee><attach/>\n</xml>\n";
        assert_eq!(
            parsed(document),
            pairs(&[("return_code", "SUCCESS"), ("total_fee", "1"), ("attach", "")])
        );
    }

    #[test]
    fn the_five_entities_are_decoded_and_no_other() {
        assert_eq!(parsed("<xml><a>&lt;&gt;&amp;&apos;&quot;</a></xml>"), pairs(&[("a", "<>&'\"")]));
        assert_eq!(parsed("<xml><a>&xxe;</a></xml>"), Err(XmlFault::UnknownEntity));
    }

    #[test]
    fn a_section_keeps_entities_as_they_are() {
        assert_eq!(parsed("<xml><a><![CDATA[&lt;<b>]]></a></xml>"), pairs(&[("a", "&lt;<b>")]));
    }

    #[test]
    fn declarations_are_refused_wherever_they_stand() {
        let entity = "<!ENTITY x SYSTEM \"file:///secret\">";
        for document in [
            format!("<!DOCTYPE xml [{entity}]><xml></xml>"),
            format!("<?xml version=\"1.0\"?><!DOCTYPE xml [{entity}]><xml></xml>"),
            format!("<xml>{entity}</xml>"),
            format!("<xml><a>{entity}</a></xml>"),
        ] {
            assert_eq!(parsed(&document), Err(XmlFault::DocumentType), "{document}");
        }
    }

    #[test]
    fn what_is_not_flat_or_not_unique_is_refused() {
        assert_eq!(parsed("<xml><a><b>1</b></a></xml>"), Err(XmlFault::Nested));
        assert_eq!(parsed("<xml><a>1</a><a>2</a></xml>"), Err(XmlFault::DuplicateKey));
        assert_eq!(parsed("<xml><a>1</b></xml>"), Err(XmlFault::Expected("the end tag of the same key")));
        assert_eq!(parsed("<xml><a>1</a></xml>x"), Err(XmlFault::Expected("the end")));
        assert_eq!(parsed("<xml><a x='1'>1</a></xml>"), Err(XmlFault::Expected(">")));
    }

    #[test]
    fn a_long_document_is_refused_before_it_is_read() {
        let long = vec![b' '; MAX_DOCUMENT_BYTES + 1];
        assert_eq!(Fields::default().parse(&long).map_err(|error| error.fault), Err(XmlFault::TooLong));
    }

    #[test]
    fn too_many_keys_are_refused() {
        let keys = |count: usize| (0..count).map(|number| format!("<k{number}/>")).collect::<String>();
        assert!(parsed(&format!("<xml>{}</xml>", keys(MAX_KEYS))).is_ok());
        assert_eq!(parsed(&format!("<xml>{}</xml>", keys(MAX_KEYS + 1))), Err(XmlFault::TooManyKeys));
    }

    #[test]
    fn setting_again_replaces_in_place() {
        let mut fields = Fields::default();
        fields.set("a", "1");
        fields.set("b", "2");
        fields.set("a", "3");
        assert_eq!(fields.iter().collect::<Vec<_>>(), [("a", "3"), ("b", "2")]);
    }

    proptest! {
        #[test]
        fn any_value_comes_back_as_it_went(values in proptest::collection::vec("\\PC*|(]|>|<|&|a)*", 3)) {
            let mut fields = Fields::default();
            for (key, value) in ["a", "b_2", "c-x"].into_iter().zip(&values) {
                fields.set(key, value);
            }
            let mut document = Vec::new();
            write(&fields, &mut document);
            let mut back = Fields::default();
            prop_assert_eq!(back.parse(&document), Ok(()));
            prop_assert_eq!(back, fields);
        }

        #[test]
        fn any_bytes_give_fields_or_an_error_within_the_document(
            pieces in proptest::collection::vec(prop_oneof![
                Just("<xml>"), Just("</xml>"), Just("<a>"), Just("</a>"), Just("<b/>"), Just("<![CDATA["), Just("]]>"),
                Just("&amp;"), Just("&"), Just("<"), Just("<!"), Just("<?xml"), Just("?>"), Just("é"), Just(" "),
            ], 0..20),
            noise in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            let mut document = pieces.concat().into_bytes();
            document.extend(noise);
            if let Err(error) = Fields::default().parse(&document) {
                prop_assert!(error.offset <= document.len());
            }
        }
    }
}

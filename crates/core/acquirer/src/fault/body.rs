//! What happens to the body of an HTTP message on its way, to an answer and to a notice alike.
//!
//! Source: payment research, fault matrix, "Malformed / unknown format". *Not modelled:* other encodings than UTF-16,
//! which is little-endian and without a mark.

/// A page for people, from a box in front of the host.
pub(crate) const ERROR_PAGE: &[u8] = b"<html><head><title>502 Bad Gateway</title></head><body>\
    <h1>502 Bad Gateway</h1><p>The upstream server did not answer in time.</p></body></html>";

/// The second half is missing.
pub(crate) fn cut_short(body: &mut Vec<u8>) {
    body.truncate(body.len() / 2);
}

/// The page instead of the document.
pub(crate) fn error_page(body: &mut Vec<u8>) {
    body.clear();
    body.extend_from_slice(ERROR_PAGE);
}

/// UTF-16 where it is UTF-8.
pub(crate) fn utf_16(body: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(body).into_owned();
    *body = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
}

#[cfg(test)]
mod tests {
    use super::utf_16;

    #[test]
    fn the_other_encoding_is_utf_16_also_for_chinese() {
        let mut body = "a元".as_bytes().to_vec();
        utf_16(&mut body);
        assert_eq!(body, [0x61, 0x00, 0x43, 0x51]);
    }
}

//! The body of the fuzz target, here so that the ordinary build checks it and ordinary tests run it.

use crate::{HELD_MAX, Parser, ReplyParser, Snooper};

/// Feeds arbitrary bytes to every reader of this crate. The first byte chooses modes, the second the chunk size.
///
/// # Panics
///
/// When the parser holds more than it may, which is a bug.
pub fn fuzz_parse(bytes: &[u8]) {
    let [modes, chunk, stream @ ..] = bytes else { return };
    let mut parser = Parser::new().with_multibyte(modes & 1 != 0);
    if modes & 2 != 0 {
        parser = parser.with_slice_max(usize::from(*modes));
    }
    for part in stream.chunks(usize::from(*chunk).max(1)) {
        parser.push(part);
        while parser.next().is_some() {}
        assert!(parser.buffered() <= HELD_MAX, "{} bytes are held", parser.buffered());
    }
    let (mut snooper, mut replies) = (Snooper::new(), ReplyParser::new());
    for &byte in stream {
        snooper.feed(byte);
        replies.feed(byte);
    }
}

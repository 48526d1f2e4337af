//! The parser and the scanner find the same commands, so that their times may be compared.
//!
//! *Not compared:* the values of the commands, which the scanner does not have.

use escpos::{Command, Parser};
use tillrig_bench::{Corpus, reference::scanner};

#[test]
fn the_parser_and_the_scanner_find_the_same_commands() {
    for corpus in Corpus::PARSED {
        let stream = corpus.bytes(200_000);
        let mut parser = Parser::new();
        parser.push(&stream);
        let mut count = 0;
        while let Some(command) = parser.next() {
            let known =
                !matches!(command, Command::Unknown { .. } | Command::Known { .. } | Command::Ignored { .. });
            assert!(known, "{command:?}");
            count += 1;
        }
        assert_eq!(parser.buffered(), 0, "{corpus}");
        assert_eq!(scanner::commands(&stream), Some(count), "{corpus}");
    }
}

#[test]
fn a_receipt_has_about_1600_bytes_and_an_image_51200() {
    let receipt = Corpus::Text.bytes(1).len();
    assert!((1500..1700).contains(&receipt), "{receipt}");
    // Eight bytes of GS v 0 stand before the image.
    assert_eq!(Corpus::Mixed.bytes(1).len(), receipt + 8 + 51_200);
}

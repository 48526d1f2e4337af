//! What is on disk: receipts, what hangs out, and what happens when the disk does not take them.

use super::driver::{Bench, RECEIPT};
use std::fs;

const DESK: &[&str] = &["tcp=127.0.0.1:0"];

#[test]
fn a_receipt_is_filed_with_its_pictures_its_text_and_its_bytes() {
    let bench = Bench::start(DESK);
    let mut host = bench.connect();
    host.send(RECEIPT).send(b"Second\n").send(b"\x1dVA\x00");
    let [first, second] = [bench.until_filed(), bench.until_filed()];
    assert_eq!((first.name.as_str(), second.name.as_str()), ("0001", "0002"));
    assert_eq!(first.lines, ["Total 12.50", "Thank you"]);
    assert_eq!((first.how, first.legibility_permille), ("cut", 1000));
    for name in ["0001.png", "0001-ideal.png", "0002.png", "0002-ideal.png"] {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(fs::read(bench.out(name)).unwrap()));
        let info = decoder.read_header_info().unwrap();
        // Paper of 80 mm at 8 dots a millimetre; two shades take one bit.
        assert_eq!((info.width, info.bit_depth), (640, png::BitDepth::One), "{name}");
    }
    assert_eq!(fs::read(bench.out("0001.bin")).unwrap(), RECEIPT);
    assert_eq!(fs::read(bench.out("0002.bin")).unwrap(), b"Second\n\x1dVA\x00");
    let text = fs::read_to_string(bench.out("0001.txt")).unwrap();
    assert!(text.starts_with("receipt 0001 of printer (desk-80), cut\n"), "{text}");
    assert!(text.contains("all 2 lines of text can be read\n"), "{text}");
    assert!(text.ends_with("\n\nTotal 12.50\nThank you\n"), "{text}");
}

#[test]
fn a_worn_gear_is_seen_on_the_paper_and_said_in_the_text() {
    let bench = Bench::start(&["tcp=127.0.0.1:0 fault=gear-worn fault='wear platen tooth 0 by 100 %'"]);
    let mut host = bench.connect();
    host.send(&b"a line of the receipt\n".repeat(12)).send(b"\x1dVA\x00");
    let filed = bench.until_filed();
    assert!(filed.legibility_permille < 1000, "{filed:?}");
    assert!(fs::read_to_string(bench.out("0001.txt")).unwrap().contains("cannot be read: "));
    assert_ne!(fs::read(bench.out("0001.png")).unwrap(), fs::read(bench.out("0001-ideal.png")).unwrap());
}

#[test]
fn what_hangs_out_uncut_is_saved_on_demand_and_at_the_end() {
    let mut bench = Bench::start(DESK);
    assert_eq!(bench.ask("save"), "ok nothing hangs out");
    bench.connect().send(b"half a receipt\n").finish();
    let path = bench.out("hanging.png");
    assert_eq!(bench.ask("save"), format!("ok saved {}", path.display()));
    fs::remove_file(&path).unwrap();
    assert_eq!(bench.quit().unwritten, 0);
    assert!(path.exists());
    assert!(fs::read_to_string(bench.out("hanging.txt")).unwrap().contains("half a receipt"));
}

#[test]
fn a_receipt_torn_out_by_hand_is_filed_too() {
    let bench = Bench::start(DESK);
    bench.connect().send(b"never cut\n").finish();
    assert_eq!(bench.ask("load paper"), "ok load paper");
    let filed = bench.until_filed();
    assert_eq!((filed.how, filed.lines.as_slice()), ("torn out", ["never cut".to_owned()].as_slice()));
}

#[test]
fn a_receipt_that_cannot_be_written_is_kept_and_tried_again() {
    let bench = Bench::start(DESK);
    let (out, aside) = (bench.out(""), bench.folder.path().join("aside"));
    fs::rename(&out, &aside).unwrap();
    fs::write(bench.folder.path().join("out"), "in the way").unwrap();
    let mut host = bench.connect();
    host.send(RECEIPT);
    bench.until_trouble("out");
    // The printer does not mind.
    assert_eq!(host.status(1), 0x16);
    fs::remove_file(bench.folder.path().join("out")).unwrap();
    assert_eq!(bench.until_filed().name, "0001");
    assert!(bench.out("0001.png").exists());
}

#[test]
fn a_receipt_that_is_never_written_is_counted_at_the_end() {
    let mut bench = Bench::start(DESK);
    fs::rename(bench.out(""), bench.folder.path().join("aside")).unwrap();
    fs::write(bench.folder.path().join("out"), "in the way").unwrap();
    bench.connect().send(RECEIPT);
    bench.until_trouble("out");
    assert_eq!(bench.quit().unwritten, 1);
}

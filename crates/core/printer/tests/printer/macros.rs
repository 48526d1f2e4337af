//! Claims about macros and test prints.

use crate::driver::Bench;
use printer::{DESK_80, Poke};

/// `GS :`, around a line of text.
const DEFINED: &[u8] = b"\x1D:A\n\x1D:";

fn lines(bench: &mut Bench) -> Vec<String> {
    bench.settle().poke(Poke::TakeReceipt).poke(Poke::LoadPaper).settle();
    let pieces = bench.pieces();
    let texts = pieces.iter().flat_map(|piece| piece.lines());
    texts.map(|line| line.text.to_owned()).collect()
}

#[test]
fn a_macro_prints_while_it_is_defined_and_as_often_as_it_is_called() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(DEFINED).send(b"B\n\x1D^\x02\x00\x00C\n");
    assert_eq!(lines(&mut bench), ["A", "B", "A", "A", "C"]);
}

#[test]
fn a_macro_waits_before_each_round() {
    // 3 rounds of 5 times 100 ms; a line of 30 dot lines takes less than 100 ms.
    let mut bench = Bench::new(&DESK_80);
    bench.send(DEFINED).settle();
    let from = bench.now;
    bench.send(b"\x1D^\x03\x05\x00").settle();
    assert!((1500..1900).contains(&bench.now.since(from).as_millis()));
    assert_eq!(lines(&mut bench), ["A"; 4]);
}

#[test]
fn a_macro_that_waits_for_the_button_is_offline_until_it_is_pressed() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(DEFINED).settle().send(b"\x1D^\x01\x00\x01after\n").settle();
    // Base 12h, offline 08h, drawer pin high 04h.
    assert_eq!(bench.status(1), Some(0x1E));
    bench.poke(Poke::PressFeed).poke(Poke::ReleaseFeed).settle();
    assert_eq!(bench.status(1), Some(0x16));
    assert_eq!(lines(&mut bench), ["A", "A", "after"]);
}

#[test]
fn a_macro_holds_two_kilobytes() {
    let mut bench = Bench::new(&DESK_80);
    // 300 lines of 8 bytes; 256 of them are 2048 bytes.
    bench.send_obediently(&[b"\x1D:".as_slice(), &b"7 bytes\n".repeat(300), b"\x1D:\n"].concat());
    bench.settle().send_obediently(b"\x1D^\x01\x00\x00");
    assert_eq!(lines(&mut bench).len(), 300 + 256);
}

#[test]
fn a_call_in_the_middle_of_a_definition_forgets_it() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1D:A\n\x1D^\x01\x00\x00\x1D^\x01\x00\x00");
    assert_eq!(lines(&mut bench), ["A"]);
}

#[test]
fn the_rolling_pattern_moves_on_by_one_character_a_line() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1D(A\x02\x00\x00\x03").settle();
    let pattern = lines(&mut bench);
    let expected = |first: u8| -> String { (first..first + 48).map(char::from).collect() };
    assert_eq!(pattern[..3], [expected(b' '), expected(b'!'), expected(b'"')]);
    assert_eq!(pattern.len(), 24);
}

#[test]
fn a_dump_prints_commands_as_numbers_and_does_nothing_of_them() {
    let mut bench = Bench::new(&DESK_80);
    bench.send(b"\x1D(A\x02\x00\x00\x01").send(b"\x1Ba\x01TOTAL\x1DV\x00").settle();
    bench.poke(Poke::LoadPaper);
    // 48 columns are 11 bytes of four columns and a gap.
    assert_eq!(lines(&mut bench), ["1B 61 01 54 4F 54 41 4C 1D 56 00  .a.TOTAL.V."]);
}

#[test]
fn feed_held_at_power_on_prints_the_self_test() {
    let mut bench = Bench::new(&DESK_80);
    bench.poke(Poke::PowerOff).poke(Poke::PressFeed).poke(Poke::PowerOn).settle();
    bench.poke(Poke::ReleaseFeed);
    let sheet = lines(&mut bench);
    assert_eq!(sheet[..2], ["*** SELF TEST ***", "EPSON TM-T88V"]);
    assert!(sheet.contains(&"Columns   48".to_owned()));
    assert_eq!(bench.status(1), Some(0x16), "online again");
}

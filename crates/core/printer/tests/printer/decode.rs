//! Claims about codes on bad paper, read by a decoder that is not ours.

use crate::driver::Bench;
use printer::{DESK_80, GearName, Micrometres, Permille, Piece, Poke, Roll};
use std::sync::Arc;

const QR: &str = "https://pay.example/v/20261122000123";
const EAN: &str = "4006381333931";

/// A QR code of 5 dots a module in the middle of the paper, with level M.
fn qr() -> Vec<u8> {
    let mut bytes = b"\x1Ba\x01\x1D(k\x03\x00\x31\x43\x05\x1D(k\x03\x00\x31\x45\x31".to_vec();
    let len = u16::try_from(QR.len() + 3).expect("short").to_le_bytes();
    bytes.extend([0x1D, b'(', b'k', len[0], len[1], 0x31, 0x50, 0x30]);
    bytes.extend(QR.bytes());
    bytes.extend(b"\x1D(k\x03\x00\x31\x51\x30");
    bytes
}

/// An EAN-13 of 3 dots a module and 80 high in the middle of the paper: dots 145 to 430.
fn ean() -> Vec<u8> {
    [b"\x1Ba\x01\x1Dh\x50\x1Dw\x03\x1Dk\x02".as_slice(), EAN.as_bytes(), b"\0"].concat()
}

fn printed(faults: &[Poke], code: &[u8]) -> Arc<Piece> {
    let mut bench = Bench::new(&DESK_80);
    for fault in faults {
        bench.poke(*fault);
    }
    // White paper around it, as a reader wants it.
    bench.send(&[b"\x1BJ\x40", code, b"\x1BJ\x40\x1DVA\x00"].concat()).settle().poke(Poke::TakeReceipt);
    bench.poke(Poke::LoadPaper);
    bench.pieces().pop().expect("something was printed")
}

/// What the decoder reads from the picture.
fn read(faults: &[Poke], code: &[u8]) -> Option<String> {
    let picture = printed(faults, code).picture();
    let light = picture.dots.iter().map(|dark| 255 - dark).collect();
    let found = rxing::helpers::detect_in_luma(light, picture.width, picture.height, None);
    found.ok().map(|found| found.getText().to_owned())
}

fn both(faults: &[Poke]) -> (bool, bool) {
    (read(faults, &qr()).as_deref() == Some(QR), read(faults, &ean()).as_deref() == Some(EAN))
}

fn old_paper(sensitivity: u16) -> Poke {
    let roll = Roll::sound(Micrometres::from_mm(50_000));
    Poke::LoadRoll(Roll { sensitivity: Permille::new(sensitivity), ..roll })
}

#[test]
fn sound_and_faint_codes_are_read_and_invisible_ones_are_not() {
    assert_eq!(both(&[]), (true, true));
    assert_eq!(both(&[old_paper(700)]), (true, true));
    assert_eq!(both(&[old_paper(430)]), (false, false));
}

#[test]
fn a_dead_dot_does_no_harm_and_a_dead_driver_does() {
    // The codes stand in the middle of 576 dots; a driver has 64 of them.
    assert_eq!(both(&[Poke::OpenDots { first: 288, count: 1 }]), (true, true));
    assert_eq!(both(&[Poke::OpenDots { first: 256, count: 64 }]), (false, false));
    assert_eq!(both(&[Poke::OpenDots { first: 512, count: 64 }]), (true, true), "beside the codes");
}

#[test]
fn bars_survive_a_worn_tooth_that_squashes_them() {
    let tooth = |gear, wear| Poke::WearGear { gear, tooth: 3, wear: Permille::new(wear) };
    assert_eq!(read(&[tooth(GearName::Motor, 1000)], &ean()).as_deref(), Some(EAN));
    // An eighth of a tooth is nothing that a matrix code would not forgive either.
    assert_eq!(read(&[tooth(GearName::Motor, 125)], &qr()).as_deref(), Some(QR));
}

#[test]
fn paper_that_stands_in_the_middle_of_a_matrix_code_spoils_it() {
    let drag = Poke::Drag { force_mn: 5000, over: None };
    let mut bench = Bench::new(&DESK_80);
    bench.send(&qr()).pass_ms(60).poke(drag).settle().poke(Poke::LoadPaper);
    let pieces = bench.pieces();
    let picture = pieces.first().expect("it was torn out").picture();
    let light = picture.dots.iter().map(|dark| 255 - dark).collect();
    assert!(rxing::helpers::detect_in_luma(light, picture.width, picture.height, None).is_err());
}

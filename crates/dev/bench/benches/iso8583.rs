//! How fast the ISO 8583 codec is, in both dialects, beside the crate `i8583` and a reference of our own that only cuts
//! slices.
//!
//! `cargo bench -p tillrig-bench --bench iso8583`, best under `taskset -c 1`. Behind divan's tables stands the table of
//! ratios, from medians of its own taken in turns in the same process. All say the same message, each in its own form:
//! `i8583` knows ASCII with a bitmap in hexadecimal, borrows slices and checks no character.
//! Goals: unpacking, with every digit checked, takes no longer than `i8583`; building and packing ten times less.
//!
//! Packing begins with the same list of field numbers and values for everyone, and ends with the bytes. For `i8583` that is
//! a new `Packer`, since one that was packed keeps its fields, `set_field` for each, and `pack` into a new buffer, as its
//! documentation shows; lengths are checked, characters are not. For us it is a `FrameWriter` with `field` for each, into a
//! buffer that is used again; lengths and every digit are checked, and in `cup` digits are packed by twos. "By message" goes
//! by way of a `Message` that is used again. Making the values is nobody's, nor is freeing ours: there is nothing to free.
//! *Not measured here:* MACs, which are a matter of DES.

use core::hint::black_box;
use divan::Bencher;
use i8583::{Packer, Unpacker, v1987};
use iso8583::{CUP_TRANSACTIONS, TransactionKey};
use std::io;
use tillrig_bench::card_message::{Subject, fields};
use tillrig_bench::{Contest, Goal, Medians, Ratios, ratios, reference::slices};

fn main() -> io::Result<()> {
    divan::main();
    ratios::print(measured)
}

#[divan::bench]
fn unpack_cup(bencher: Bencher) {
    let mut subject = Subject::cup();
    bencher.bench_local(|| black_box(&mut subject).unpack());
}

#[divan::bench]
fn unpack_ascii87(bencher: Bencher) {
    let mut subject = Subject::ascii87();
    bencher.bench_local(|| black_box(&mut subject).unpack());
}

#[divan::bench]
fn unpack_i8583(bencher: Bencher) {
    let peer = Peer::new();
    bencher.bench_local(|| black_box(&peer).unpack());
}

#[divan::bench]
fn pack_cup(bencher: Bencher) {
    let mut subject = Subject::cup();
    bencher.bench_local(|| black_box(&mut subject).pack());
}

#[divan::bench]
fn pack_ascii87(bencher: Bencher) {
    let mut subject = Subject::ascii87();
    bencher.bench_local(|| black_box(&mut subject).pack());
}

#[divan::bench]
fn pack_cup_by_message(bencher: Bencher) {
    let mut subject = Subject::cup();
    bencher.bench_local(|| black_box(&mut subject).pack_message());
}

#[divan::bench]
fn pack_ascii87_by_message(bencher: Bencher) {
    let mut subject = Subject::ascii87();
    bencher.bench_local(|| black_box(&mut subject).pack_message());
}

#[divan::bench]
fn pack_i8583(bencher: Bencher) {
    let peer = Peer::new();
    bencher.bench_local(|| black_box(&peer).pack());
}

#[divan::bench]
fn find_transaction(bencher: Bencher) {
    let key = TransactionKey::of(Subject::cup().message());
    bencher.bench_local(|| black_box(&key).as_ref().and_then(|key| CUP_TRANSACTIONS.find(key)).is_some());
}

/// The crate `i8583`, with the message in its form.
struct Peer {
    fields: Vec<(u8, Vec<u8>)>,
    text: Vec<u8>,
}

impl Peer {
    fn new() -> Self {
        let mut fields = fields();
        let mac = v1987::SPEC[64].as_ref().map(|spec| &spec.data_size);
        if let (Some(i8583::data::Size::FIXED(width)), Some((_, value))) = (mac, fields.last_mut()) {
            value.resize(usize::from(*width), b'0');
        }
        let mut peer = Self { fields, text: Vec::new() };
        peer.text = peer.pack();
        assert!(peer.unpack(), "it reads what it writes");
        peer
    }

    fn unpack(&self) -> bool {
        let mut unpacker = Unpacker::new(&self.text);
        black_box(unpacker.unpack(&v1987::SPEC)).is_ok()
    }

    fn pack(&self) -> Vec<u8> {
        let mut packer = Packer::new(&v1987::SPEC);
        let mut set = packer.set_field(0, b"0200".as_slice().into());
        for (number, value) in &self.fields {
            set = set.and_then(|()| packer.set_field(usize::from(*number), value.as_slice().into()));
        }
        assert_eq!(set, Ok(()), "it takes the fields");
        packer.pack(Vec::with_capacity(1024)).unwrap_or_default()
    }
}

/// The message in ASCII with a bitmap of eight bytes.
fn plain() -> Vec<u8> {
    let fields = fields();
    let mut values: [&[u8]; 65] = [&[]; 65];
    values[0] = b"0200";
    for (number, value) in &fields {
        values[usize::from(*number)] = value;
    }
    let mut plain = Vec::new();
    slices::join(&values, &mut plain);
    assert_eq!(plain.len(), 446, "the message of the notes");
    plain
}

fn measured() -> Ratios {
    let (mut cup, mut ascii) = (Subject::cup(), Subject::ascii87());
    let (mut cup_packing, mut ascii_packing) = (Subject::cup(), Subject::ascii87());
    let (mut cup_message, mut ascii_message) = (Subject::cup(), Subject::ascii87());
    let (peer, plain) = (Peer::new(), plain());
    let values = slices::cut(&plain);
    let (mut joined, key) = (Vec::new(), TransactionKey::of(cup.message()));
    let medians = Contest::new()
        .enter("i8583 unpack", || black_box(&peer).unpack())
        .enter("cup unpack", || black_box(&mut cup).unpack())
        .enter("ascii87 unpack", || black_box(&mut ascii).unpack())
        .enter("slices cut", || slices::cut(black_box(&plain)).is_some())
        .enter("i8583 pack", || black_box(&peer).pack())
        .enter("cup pack", || black_box(&mut cup_packing).pack())
        .enter("ascii87 pack", || black_box(&mut ascii_packing).pack())
        .enter("cup pack by message", || black_box(&mut cup_message).pack_message())
        .enter("ascii87 pack by message", || black_box(&mut ascii_message).pack_message())
        .enter("slices join", || {
            if let Some(values) = black_box(&values) {
                slices::join(values, &mut joined);
            }
        })
        .enter("transaction", || key.as_ref().and_then(|key| CUP_TRANSACTIONS.find(black_box(key))).is_some())
        .hold();
    rows(&medians)
}

fn rows(medians: &Medians) -> Ratios {
    let mut table = Ratios::new();
    for (name, nanos) in medians.iter() {
        table = table.row(&format!("{name}: ns"), nanos, Goal::Open);
    }
    for dialect in ["cup", "ascii87"] {
        let (unpack, pack) = (format!("{dialect} unpack"), format!("{dialect} pack"));
        table = table
            .row(&format!("{unpack}, times i8583"), medians.ratio(&unpack, "i8583 unpack"), Goal::AtMost(1.0))
            .row(&format!("{unpack}, times slices"), medians.ratio(&unpack, "slices cut"), Goal::Open)
            .row(
                &format!("i8583 pack, times {dialect}"),
                medians.ratio("i8583 pack", &pack),
                Goal::AtLeast(10.0),
            )
            .row(
                &format!("i8583 pack, times {dialect} by message"),
                medians.ratio("i8583 pack", &format!("{pack} by message")),
                Goal::Open,
            )
            .row(&format!("{pack}, times slices"), medians.ratio(&pack, "slices join"), Goal::Open);
    }
    table
}

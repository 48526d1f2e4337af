//! How it ends, and what it says when it cannot begin.

use crate::served::{Served, command, connect, frame, hear};
use std::io::Write;

#[test]
fn a_signal_ends_it_in_order() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().expect("a folder");
        let served = Served::start(folder.path());
        let mut stream = connect(served.iso8583);
        stream.write_all(&frame((1, 1))).expect("it reads");
        assert_eq!(hear(&mut stream), Some((1, "00".to_owned())));
        served.signal(signal);
        let (code, said) = served.end();
        assert_eq!(code, Some(0));
        assert!(said.contains("\"stops\""), "{said}");
        assert_eq!(hear(&mut stream), None);
    }
}

#[test]
fn a_folder_in_use_and_a_damaged_ledger_end_it_with_an_explanation() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(folder.path());
    let second = command(folder.path()).output().expect("the program can be driven");
    let complaint = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(3));
    assert!(
        complaint.contains("is in use by another acquirer") && complaint.contains("--data"),
        "{complaint}"
    );
    served.signal("TERM");
    assert_eq!(served.end().0, Some(0));
    std::fs::write(folder.path().join("ledger.redb"), "no ledger at all").expect("it can be written");
    let third = command(folder.path()).output().expect("the program can be driven");
    let complaint = String::from_utf8_lossy(&third.stderr).into_owned();
    assert_eq!(third.status.code(), Some(3));
    assert!(complaint.contains("ledger.redb is damaged"), "{complaint}");
}

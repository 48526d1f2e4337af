//! Bytes from a line that loses, cuts and spoils, and from people who mean harm.

use super::*;
use proptest::prelude::*;

proptest! {
    /// One byte of an upload is spoiled: it is the voucher that was sent, or none.
    #[test]
    fn a_spoiled_upload_is_never_another_voucher(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
        let (mut scene, voucher) = (Scene::new(), payment(1, 1850));
        let sealed = Sealed::new(&voucher, &till_key());
        let mut bytes = Vec::new();
        sealed.write_to(&mut bytes);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        scene.receive(uploads(0), &bytes);
        scene.pass(1);
        prop_assert!(scene.office.vouchers().all(|(number, held)| number == sealed.number && held.voucher == voucher));
        for answer in scene.answers(&sealed).into_iter().flatten() {
            prop_assert!(answer == Outcome::Accepted || !answer.is_final(), "{answer}");
        }
        // The line is mended, the half-read request forgotten, and the till sends again.
        scene.pass(11);
        prop_assert!(scene.upload_sealed(&sealed).is_ok_and(Outcome::is_taken));
    }

    /// However an upload is split, it is one.
    #[test]
    fn an_upload_may_come_in_pieces(cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let mut scene = Scene::new();
        let sealed = Sealed::new(&payment(1, 1850), &till_key());
        let mut bytes = Vec::new();
        sealed.write_to(&mut bytes);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        for piece in cuts.windows(2) {
            scene.receive(uploads(0), &bytes[piece[0]..piece[1]]);
        }
        scene.pass(1);
        prop_assert_eq!(scene.answers(&sealed), [Ok(Outcome::Accepted)]);
    }

    #[test]
    fn no_bytes_at_any_port_break_it(port in 0_u8..12, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let (mut scene, voucher) = (Scene::new(), order_payment("A-1", 1850));
        scene.capture(&voucher);
        scene.mood = Mood::Silent;
        scene.upload(&voucher).unwrap();
        scene.receive(Port(port), &bytes);
        scene.mood = Mood::Honest;
        scene.pass(120);
        let redeemed = scene.redeem(voucher.number());
        prop_assert!(matches!(redeemed, Event::Redeemed { .. }), "{}", redeemed);
    }
}

#[test]
fn two_terminals_on_two_connections_do_not_mix() {
    let mut settings = Settings::default();
    let master = Settings::test_master_key();
    settings.terminals.push(crate::Registration::of(&master, "87654321", TerminalNo(1)));
    let mut scene = Scene::with(settings);
    let key = Key::Card { terminal: TerminalNo(1), batch: 1, stan: 1 };
    let other = Voucher { terminal: "87654321".to_owned(), key, ..payment(1, 1850) };
    let sealed =
        [Sealed::new(&payment(1, 1850), &till_key()), Sealed::new(&other, &master.derived("87654321"))];
    let bytes = sealed.clone().map(|sealed| {
        let mut bytes = Vec::new();
        sealed.write_to(&mut bytes);
        bytes
    });
    let half = 50;
    scene.receive(uploads(0), &bytes[0][..half]);
    scene.receive(uploads(1), &bytes[1][..half]);
    scene.receive(uploads(0), &bytes[0][half..]);
    scene.receive(uploads(1), &bytes[1][half..]);
    scene.pass(1);
    assert_eq!(scene.office.vouchers().count(), 2);
    let answered: Vec<Port> = scene.sent.iter().map(|(port, _)| *port).collect();
    assert_eq!(answered, [uploads(0), uploads(1)]);
}

#[test]
fn another_path_and_another_method_are_not_found() {
    let mut scene = Scene::new();
    let sealed = Sealed::new(&payment(1, 1850), &till_key());
    for (method, path) in [("GET", "/vouchers"), ("POST", "/"), ("DELETE", "/vouchers/1")] {
        let mut bytes = Vec::new();
        wallet::http::write_request(&mut bytes, method, path, "b", "application/json", &sealed.bytes);
        scene.sent.clear();
        scene.receive(uploads(0), &bytes);
        scene.pass(1);
        assert_eq!(scene.answers(&sealed), [Err(AnswerError::Status(404))], "{method} {path}");
    }
    assert_eq!(scene.office.vouchers().count(), 0);
}

#[test]
fn a_full_disk_says_not_now() {
    let mut scene = Scene::with(Settings { room: 2, ..Settings::default() });
    scene.mood = Mood::Silent;
    let answers: Vec<_> = (1..=3).map(|stan| scene.upload(&payment(stan, 1))).collect();
    assert_eq!(answers, [Ok(Outcome::Accepted), Ok(Outcome::Accepted), Err(AnswerError::Status(503))]);
}

#[test]
fn no_card_number_stands_in_any_report() {
    let mut scene = Scene::new();
    let voucher = payment(1, 1850);
    scene.capture(&voucher);
    scene.upload(&voucher).unwrap();
    scene.redeem(voucher.number());
    let shown: String = scene.events.iter().map(|event| format!("{event} {event:?}\n")).collect();
    let long = shown.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    assert!(long < Some(13), "{shown}");
}

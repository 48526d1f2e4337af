//! What is the same after a restart, and folders that cannot be served.

use crate::driver::{Bench, key, settings};
use crate::stand_in::StandIn;
use serve::acquirer::{AcquirerError, Server, What};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn opened(data: &Path) -> Result<Server<StandIn>, AcquirerError> {
    Server::open(settings(data), |_| Ok(StandIn::new("")))
}

#[test]
fn a_restart_has_the_same_keys_and_the_same_ledger() {
    let bench = Bench::start();
    assert_eq!([bench.terminal().sell(1), bench.terminal().sell(2)], ["00", "00"]);
    let authority = fs::read(bench.client_file("ca.pem")).unwrap();
    let (folder, _) = bench.stop();
    fs::remove_dir_all(folder.path().join("data/client")).unwrap();
    let bench = Bench::start_in(folder, |_| {});
    let recovered = bench.until(|what| match what {
        What::Recovered(recovered) => Some(*recovered),
        _ => None,
    });
    assert_eq!((recovered.groups, recovered.changes), (2, 2));
    assert_eq!(bench.ledger(), [key(1), key(2)]);
    assert_eq!([bench.terminal().sell(2), bench.terminal().sell(3)], ["94", "00"]);
    assert_eq!(fs::read(bench.client_file("ca.pem")).unwrap(), authority);
    let (_folder, summary) = bench.stop();
    assert_eq!(summary.groups, 3);
}

#[test]
fn what_clients_need_is_written_and_keys_are_for_nobody_else() {
    let bench = Bench::start();
    bench.until(|what| matches!(what, What::ClientFolder(_)).then_some(()));
    let mode = |name: &str| fs::metadata(bench.client_file(name)).unwrap().permissions().mode() & 0o777;
    for name in ["wechat-merchant-key.pem", "alipay-app-key.pem", "client.json"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    let text = fs::read_to_string(bench.client_file("client.json")).unwrap();
    let client: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(client["http"]["proxy"], format!("http://{}", bench.http));
    assert_eq!(client["iso8583"]["port"], bench.iso8583.port());
    assert!(client["wechat"]["private_key"].as_str().unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
    for file in
        ["/wechat/private_key_file", "/wechat/cert_file", "/alipay/alipay_public_key_file", "/ca_file"]
    {
        let path = client.pointer(file).and_then(|file| file.as_str()).unwrap_or_else(|| panic!("{file}"));
        assert!(fs::read_to_string(path).unwrap().starts_with("-----BEGIN "), "{file}");
    }
    let environment = fs::read_to_string(bench.client_file("client.env")).unwrap();
    assert!(environment.contains(&format!("HTTPS_PROXY=http://{}\n", bench.http)), "{environment}");
    assert!(environment.contains("/client/ca.pem\n"), "{environment}");
}

#[test]
fn a_folder_in_use_is_refused() {
    let bench = Bench::start();
    assert!(matches!(opened(&bench.folder.path().join("data")), Err(AcquirerError::Locked { .. })));
    assert_eq!(bench.terminal().sell(1), "00");
}

#[test]
fn a_damaged_ledger_is_refused_wherever_the_damage_is() {
    let bench = Bench::start();
    let mut terminal = bench.terminal();
    for stan in 1..=200 {
        terminal.sell(stan);
    }
    let (folder, _) = bench.stop();
    let data = folder.path().join("data");
    let file = data.join("ledger.redb");
    let sound = fs::read(&file).unwrap();
    // Cut short, overwritten at the front, emptied in the middle.
    let cut = sound[..sound.len() / 3].to_vec();
    let mut overwritten = sound.clone();
    overwritten[..8].copy_from_slice(b"????????");
    for damaged in [cut, overwritten] {
        fs::write(&file, damaged).unwrap();
        let error = opened(&data).expect_err("it is damaged");
        assert!(matches!(error, AcquirerError::Damaged { .. } | AcquirerError::Disk { .. }), "{error:?}");
        assert!(error.help().contains("--data"));
    }
    fs::write(&file, sound).unwrap();
    assert!(opened(&data).is_ok());
}

#[test]
fn damaged_keys_are_refused_and_not_replaced() {
    let bench = Bench::start();
    let (folder, _) = bench.stop();
    let data = folder.path().join("data");
    fs::write(data.join("keys.json"), "{}").unwrap();
    assert!(matches!(opened(&data), Err(AcquirerError::Damaged { .. })));
    assert_eq!(fs::read(data.join("keys.json")).unwrap(), b"{}");
}

//! What the acquirer still knows when it comes back.

use crate::house::device::{Device, ready_master_key};
use crate::house::merchant::{Shop, pay};
use crate::house::{each, house, house_in};

#[test]
fn a_restart_keeps_batches_keys_and_orders() {
    let bench = house();
    let mut device = Device::new(&bench, "00000001");
    device.sign_on(ready_master_key(&bench, "00000001"));
    let (_, first) = device.sell(1850);
    assert_eq!((first.as_str(), device.settle().as_str()), ("00", "00 Equal"));
    let (kept, second) = device.sell(200);
    assert_eq!(second, "00");
    let mut shop = Shop::new(&bench, "http://127.0.0.1:9/nobody");
    let (paid, open) = (shop.order("T-1"), shop.order("T-2"));
    pay(&bench, "T-1");
    bench.until_line("captured CNY 18.50, T-1");
    let (terminals, ledger) = (bench.get("terminals"), bench.get("ledger"));
    let (folder, _) = bench.stop();

    let bench = house_in(folder, Vec::new());
    assert_eq!((bench.get("terminals"), bench.get("ledger")), (terminals, ledger));
    let mut device = device.reconnect(&bench);
    // With the keys and in the batch of before; a sale of before is known by its number.
    assert_eq!((device.sell(100).1.as_str(), device.batch), ("00", 2));
    assert_eq!(device.reverse(&kept), "00");
    assert_eq!(device.settle(), "00 Equal");
    let mut shop = Shop::new(&bench, "http://127.0.0.1:9/nobody");
    assert_eq!([shop.query("T-1"), shop.query("T-2")], ["Success Some(1850)", "NotPay None"]);
    // Asked again for the same order, it is the same one.
    assert_eq!(shop.order("T-2"), open);
    assert_ne!(paid, open);
    assert_eq!(each(&bench.get("orders"), "state"), ["paid", "open"]);
}

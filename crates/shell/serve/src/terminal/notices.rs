//! The door for notifications: whoever connects is heard, acknowledged and let go, one at a time.
//!
//! A terminal without power takes no call. *Not modelled:* several notifications at once, keep-alive.

use super::ends::Ends;
use super::hall::{Hall, Order};
use super::news::What;
use sim::Input;
use std::rc::Rc;
use std::time::Duration;
use terminal::NOTIFY;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

/// From a call to its end, at most.
const CALL: Duration = Duration::from_secs(10);
/// After an error of the system, before the next call is taken.
const NO_SOCKETS: Duration = Duration::from_secs(1);

/// Takes calls for ever.
pub(crate) async fn keep(hall: Rc<Hall>, listener: TcpListener, mut orders: UnboundedReceiver<Order>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) if hall.is_powered() => {
                while orders.try_recv().is_ok() {}
                let _ = tokio::time::timeout_at(
                    Instant::now() + CALL,
                    attend(&hall, &Ends::tcp(stream), &mut orders),
                )
                .await;
            }
            Ok(_) => {}
            Err(error) => {
                hall.tell(What::Trouble(format!("a notification cannot be taken: {error}")));
                tokio::time::sleep(NO_SOCKETS).await;
            }
        }
    }
}

/// Hears one caller until the terminal has answered.
async fn attend(hall: &Hall, ends: &Ends, orders: &mut UnboundedReceiver<Order>) {
    let mut buffer = [0; 8192];
    loop {
        tokio::select! {
            biased;
            order = orders.recv() => {
                if let Some(Order::Send { bytes, .. }) = order {
                    // Whoever does not take it asks again.
                    let _ = ends.write_all(&bytes).await;
                }
                return;
            }
            read = ends.read(&mut buffer) => match read {
                Ok(count) if count > 0 => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    hall.give(Input::Received { port: NOTIFY, bytes });
                }
                _ => return,
            },
        }
    }
}

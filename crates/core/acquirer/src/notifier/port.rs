//! The notifier on a machine's one port: HTTP bytes out and in, one delivery at a time.
//!
//! A port has no connections, so an answer counts for the delivery that is outstanding, even if it is the late answer to
//! another. *Not modelled:* receivers at several addresses; the URL gives the `Host` and the path.

use super::{Delivery, DeliveryId, DeliveryOutcome, Notifier, Scene};
use crate::event::Event;
use crate::machine::NOTIFY;
use crate::short::Why;
use wallet::http::{ResponseParser, write_request_with};

/// What has come in, and what it is the answer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct NotifyPort {
    parser: ResponseParser,
    outstanding: Option<DeliveryId>,
}

impl NotifyPort {
    /// Whether the port waits for an answer.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.outstanding.is_some()
    }

    /// Appends the request.
    pub(crate) fn send(&mut self, delivery: &Delivery, out: &mut Vec<u8>) {
        self.outstanding = Some(delivery.id);
        write(delivery, &delivery.url, out);
    }

    /// Takes bytes as they come.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.parser.push(bytes);
    }

    /// Reads the next answer; whether there was one. The changes must be made before it is asked again.
    pub(crate) fn read(&mut self, notifier: &mut Notifier, scene: &mut Scene<'_>) -> bool {
        let outcome = match self.parser.next_response() {
            Ok(None) => return false,
            Ok(Some(answer)) => DeliveryOutcome::Answered { status: answer.status, body: answer.body },
            Err(error) => {
                scene.events.push(Event::Malformed { port: NOTIFY, why: Why::of(error) });
                DeliveryOutcome::NoAnswer
            }
        };
        let is_lost = outcome == DeliveryOutcome::NoAnswer;
        if let Some(id) = self.outstanding.take() {
            notifier.delivered(id, outcome, scene);
        }
        if is_lost {
            self.parser.reset();
        }
        true
    }

    /// Nobody listens.
    pub(crate) fn fail(&mut self, notifier: &mut Notifier, scene: &mut Scene<'_>) {
        self.parser.reset();
        if let Some(id) = self.outstanding.take() {
            notifier.delivered(id, DeliveryOutcome::Refused, scene);
        }
    }

    /// The notifier has given this one up.
    pub(crate) fn forget(&mut self, id: DeliveryId) {
        if self.outstanding == Some(id) {
            self.outstanding = None;
            self.parser.reset();
        }
    }
}

/// Appends the request that delivers it to this URL.
pub(crate) fn write(delivery: &Delivery, url: &str, out: &mut Vec<u8>) {
    let (host, path) = target(url);
    let Delivery { headers, content_type, body, .. } = delivery;
    write_request_with(out, ("POST", path), host, headers, content_type, body);
}

/// Host (with port) and path of a URL.
fn target(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash))
}

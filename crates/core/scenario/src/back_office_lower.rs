//! From what a file says of the back office to typed values. The check has refused all that cannot be read here.

use crate::back_office::{BackOfficeFault, KnownBy, Service, Visit};
use crate::language::{Action, Effect, Fault, Step, Trigger};
use crate::node::Node;
use crate::{Event, LinkPoint};
use std::collections::BTreeMap;

/// Somebody comes to the counter, if that is what the step says.
pub(crate) fn visit(node: &Node, ids: &BTreeMap<String, usize>) -> Option<Visit> {
    let (map, redeems) = match node.get("redeem") {
        Some(map) => (map, true),
        None => (node.get("query-voucher")?, false),
    };
    let of = map.scalar("of").and_then(|id| ids.get(id).copied()).unwrap_or_default();
    Some(Visit { redeems, of, known_by: map.word("by", KnownBy::from_name).unwrap_or(KnownBy::Number) })
}

/// What happens to it, as it stands behind `backoffice:`.
pub(crate) fn back_office_fault(node: &Node) -> Option<BackOfficeFault> {
    for (field, service) in [
        ("close-uploads", Service::Uploads),
        ("close-queries", Service::Queries),
        ("close-redemptions", Service::Redemptions),
    ] {
        if let Some(map) = node.get(field) {
            return Some(BackOfficeFault::Closed { service, lasts: map.time("for") });
        }
    }
    if let Some(map) = node.get("rate-limit") {
        return Some(BackOfficeFault::Limited {
            service: map.word("of", Service::from_name)?,
            times: map.count("times")?,
            within: map.time("within")?,
            lasts: map.time("for"),
        });
    }
    if let Some(map) = node.get("upgrade") {
        return Some(BackOfficeFault::Upgraded { lasts: map.time("for") });
    }
    if node.get("rule-from").is_some() {
        return node.moment("rule-from").map(BackOfficeFault::RuleFrom);
    }
    if let Some(map) = node.get("power-cut") {
        return Some(BackOfficeFault::PowerCut { lasts: map.time("for") });
    }
    node.get("forges")?.money("amount").map(|amount| BackOfficeFault::Forged { amount })
}

/// Whether any step or fault speaks of the back office, so that there must be one.
pub(crate) fn is_spoken_of(steps: &[Step], faults: &[Fault]) -> bool {
    let starts = steps.iter().map(|step| step.start).chain(faults.iter().map(|fault| fault.start));
    steps.iter().any(|step| matches!(step.action, Action::Visit(_)))
        || faults.iter().any(|fault| concerns_it(&fault.effect))
        || starts.into_iter().any(waits_for_it)
}

fn concerns_it(effect: &Effect) -> bool {
    match effect {
        Effect::BackOffice(_) => true,
        Effect::Link(fault) => matches!(
            fault.on,
            LinkPoint::TerminalUploads
                | LinkPoint::BackOfficeAnswers
                | LinkPoint::BackOfficeAsks
                | LinkPoint::AcquirerFinds
                | LinkPoint::AcquirerInforms
                | LinkPoint::BackOfficeLink
        ),
        _ => false,
    }
}

const fn waits_for_it(start: Trigger) -> bool {
    matches!(
        start,
        Trigger::When {
            event: Event::TerminalUploads
                | Event::BackOfficeAccepts
                | Event::BackOfficeRefuses
                | Event::BackOfficeVerifies
                | Event::BackOfficeRedeems,
            ..
        }
    )
}

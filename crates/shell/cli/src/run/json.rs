//! The results of a run as one JSON document. What the machine's clock says stands under `wall_clock` alone, so all
//! the rest is the same in every run and with any number of jobs.

use super::case::Case;
use super::result::Replayed;
use super::summary::Summary;
use report::snapshot::Comparison;
use serde_json::{Value, json};
use sim::SimTime;
use std::time::Duration;

/// The document, scenario by scenario.
#[derive(Debug, Default)]
pub(super) struct Document {
    scenarios: Vec<Value>,
}

impl Document {
    /// One more scenario.
    pub(super) fn add(&mut self, case: &Case, replayed: &Replayed) {
        let mut object = report::json::outcome(&case.path, &case.plan.scenario, &replayed.outcome);
        if let Some(object) = object.as_object_mut() {
            object.insert("as_expected".to_owned(), json!(replayed.is_as_expected()));
            object.insert("snapshot".to_owned(), snapshot(replayed.comparison.as_ref()));
            if let Some((at, why)) = &replayed.replay_parts {
                let parts = json!({ "at": report::json::time(*at), "why": why });
                object.insert("capture_replays_differently".to_owned(), parts);
            }
        }
        self.scenarios.push(object);
    }

    /// The whole.
    pub(super) fn close(self, summary: &Summary, elapsed: Duration) -> Value {
        let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        let mut wall_clock = json!({ "elapsed_ns": nanos, "ratio": summary.ratio(elapsed) });
        if let (Some(late), Some(object)) = (summary.late_max_ns, wall_clock.as_object_mut()) {
            object.insert("late_max_ns".to_owned(), json!(late));
        }
        json!({
            "scenarios": self.scenarios,
            "summary": {
                "scenarios": summary.scenarios(),
                "as_expected": summary.as_expected,
                "wrong": summary.wrong,
                "not_settled": summary.not_settled,
                "simulated": report::json::time(SimTime::ZERO + summary.simulated),
            },
            "wall_clock": wall_clock,
        })
    }
}

fn snapshot(comparison: Option<&Comparison>) -> Value {
    match comparison {
        None => json!({ "comparison": "not-compared" }),
        Some(Comparison::Same) => json!({ "comparison": "same" }),
        Some(Comparison::Accepted) => json!({ "comparison": "accepted" }),
        Some(Comparison::Missing) => json!({ "comparison": "missing" }),
        Some(Comparison::Changed(difference)) => {
            json!({ "comparison": "changed", "difference": difference })
        }
        Some(Comparison::Corrupt(why)) => json!({ "comparison": "corrupt", "why": why }),
    }
}

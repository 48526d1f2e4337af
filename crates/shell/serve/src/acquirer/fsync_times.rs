//! How long the disk took: a histogram that one thread fills and another reads.
//!
//! Seconds, as Prometheus wants them; bounds from 50 microseconds, a quick disk, to one second, a broken one.
//! *Not modelled:* quantiles; whoever reads the buckets computes them.

use core::fmt::Write;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::time::Duration;

/// Upper bounds, in microseconds; the last bucket has none.
const BOUNDS_US: [u64; 13] =
    [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 1_000_000];

/// Writes by how long they took.
#[derive(Debug, Default)]
pub(crate) struct FsyncTimes {
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    nanos: AtomicU64,
}

impl FsyncTimes {
    /// A write has taken so long.
    pub(crate) fn add(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_US.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Relaxed);
        }
        self.nanos.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
    }

    /// How many writes there were.
    #[cfg(test)]
    pub(crate) fn writes(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// Appends them as a Prometheus histogram.
    pub(crate) fn write_to(&self, out: &mut String) {
        const NAME: &str = "tillrig_acquirer_fsync_seconds";
        let mut below = 0;
        let bounds = BOUNDS_US.map(|micros| format!("{}", micros as f64 / 1e6));
        let bounds = bounds.iter().map(String::as_str).chain(["+Inf"]);
        let mut lines =
            format!("# HELP {NAME} Time to write changes and have them on disk.\n# TYPE {NAME} histogram\n");
        for (bound, bucket) in bounds.zip(&self.buckets) {
            below += bucket.load(Relaxed);
            // Writing to memory does not fail.
            let _ = writeln!(lines, "{NAME}_bucket{{le=\"{bound}\"}} {below}");
        }
        let seconds = self.nanos.load(Relaxed) as f64 / 1e9;
        let _ = writeln!(lines, "{NAME}_sum {seconds}\n{NAME}_count {below}");
        out.push_str(&lines);
    }
}

#[cfg(test)]
mod tests {
    use super::FsyncTimes;
    use core::time::Duration;

    #[test]
    fn buckets_count_all_that_is_not_above_their_bound() {
        let times = FsyncTimes::default();
        [50, 51, 2_000_000].into_iter().for_each(|micros| times.add(Duration::from_micros(micros)));
        let mut text = String::new();
        times.write_to(&mut text);
        let has = |line: &str| assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        has("tillrig_acquirer_fsync_seconds_bucket{le=\"0.00005\"} 1");
        has("tillrig_acquirer_fsync_seconds_bucket{le=\"0.0001\"} 2");
        has("tillrig_acquirer_fsync_seconds_bucket{le=\"1\"} 2");
        has("tillrig_acquirer_fsync_seconds_bucket{le=\"+Inf\"} 3");
        has("tillrig_acquirer_fsync_seconds_count 3");
    }
}

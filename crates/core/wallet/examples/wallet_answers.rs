//! Prints answers and notices in every dialect, a line of JSON each, for client libraries to judge.
//!
//! See `tests/sdk/peers.py`. The same lines are compared with `tests/sdk/taken.json` by a test.

use std::io::Write;

#[path = "../tests/house/mod.rs"]
mod house;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in house::said() {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

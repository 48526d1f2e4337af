//! References: the same workload played by something that is not ours to improve.
//!
//! [`bare`] is the floor, [`paused`] is the usual way. Each is kept small enough to be read at once.

pub mod bare;
pub mod paused;

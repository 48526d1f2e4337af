//! The emulated payment terminal and its firmware habits.

//! Benchmarks with small references of our own beside them.

//! The world, its laws, and the outcome of a scenario.

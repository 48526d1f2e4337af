//! The live testbed, captures and replay.

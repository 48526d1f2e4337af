//! References: the same work done by something that is not ours to improve.
//!
//! [`bare`] is the floor of an engine and [`paused`] the usual way; [`composite`] is the floor of a payment, [`scanner`] that of
//! a parser, [`raster`] that of a picture, [`slices`] that of a message codec, [`echo`] that of a server. Each is kept
//! small enough to be read at once.

pub mod bare;
pub mod composite;
pub mod echo;
pub mod paused;
pub mod raster;
pub mod scanner;
pub mod slices;

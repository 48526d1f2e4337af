//! An acquirer with real sockets and files, in real time; behind the doors stands the small stand-in, and in `house` the
//! acquirer itself.
//!
//! Nothing sleeps: every test waits for bytes, an event or the end of a connection. Only a server that does not do what
//! is waited for is given up on, after a minute. Times that a fault asks for are milliseconds, and nothing is concluded
//! from how long something took.

mod cards;
mod driver;
mod faults;
mod house;
mod http;
mod notices;
mod restarts;
mod side_door;
mod stand_in;

//! A server with real sockets, pseudo-terminals and files, in real time.
//!
//! Nothing sleeps: every test waits for an answer, an event or the end of a connection. Only a server that does not
//! do what is waited for is given up on, after a minute.

mod driver;
mod files;
mod hands;
mod hosts;

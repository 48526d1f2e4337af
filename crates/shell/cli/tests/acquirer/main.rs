//! `tillrig serve acquirer` as the real program, on real sockets. Nothing sleeps.

mod ends;
mod faults;
mod kills;
mod known;
mod served;

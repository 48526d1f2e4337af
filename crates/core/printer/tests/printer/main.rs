//! What a whole printer does, seen from outside: bytes, pokes and time in; bytes, events and paper out.

mod device;
mod driver;
mod printing;
mod text;

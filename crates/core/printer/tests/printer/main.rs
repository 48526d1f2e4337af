//! What a whole printer does, seen from outside: bytes, pokes and time in; bytes, events and paper out.

mod codes;
mod commands;
mod device;
mod drawer;
mod driver;
mod families;
mod hosts;
mod images;
mod macros;
mod page;
mod printing;
mod recovery;
mod status;
mod text;
mod wire;

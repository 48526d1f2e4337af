//! What a whole printer does, seen from outside: bytes, pokes and time in; bytes, events and paper out.

mod bad_input;
mod calibration;
mod codes;
mod commands;
mod decode;
mod device;
mod drawer;
mod drawing;
mod driver;
mod families;
mod faults;
mod hosts;
mod images;
mod macros;
mod page;
mod paper;
mod presets;
mod printing;
mod recovery;
mod status;
mod text;
mod wire;

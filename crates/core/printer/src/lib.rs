//! A receipt printer with a mechanism inside.

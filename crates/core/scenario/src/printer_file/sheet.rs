//! Data sheets: one table that is the shape of a part in a file, and reads it.
//!
//! A row is the field in the file, the field of the part, its bounds, an example and what it is. Numbers carry
//! their unit in their name, as in the parts themselves.

use crate::node::Node;
use core::time::Duration;

/// Declares the sheet of one part: its fields for the checker, and a reader.
macro_rules! sheet {
    (
        $(#[$doc:meta])*
        $name:ident, $read:ident: $part:ty {
            $($key:literal $($field:ident).+ [$least:literal, $most:expr] $example:literal, $says:literal;)*
        }
        $(flags {
            $($flag:literal $($flag_field:ident).+, $flag_says:literal;)*
        })?
        $(times {
            $($time:literal $($time_field:ident).+, $time_example:literal, $time_says:literal;)*
        })?
    ) => {
        $(#[$doc])*
        pub(crate) const $name: &[Field] = &[
            $(Field::optional(
                $key,
                Shape::Scalar(Scalar::Count { least: $least, most: $most }),
                concat!($key, ": ", $example),
                $says,
            ),)*
            $($(Field::optional(
                $flag,
                Shape::Scalar(Scalar::Truth),
                concat!($flag, ": true"),
                $flag_says,
            ),)*)?
            $($(Field::optional(
                $time,
                Shape::Scalar(Scalar::Count { least: 0, most: 3_600_000 }),
                concat!($time, ": ", $time_example),
                $time_says,
            ),)*)?
        ];

        /// Takes over what the file says; what it leaves out stays.
        pub(crate) fn $read(node: &Node, part: &mut $part) {
            $($crate::printer_file::sheet::number(node, $key, &mut part.$($field).+);)*
            $($($crate::printer_file::sheet::flag(node, $flag, &mut part.$($flag_field).+);)*)?
            $($($crate::printer_file::sheet::milliseconds(node, $time, &mut part.$($time_field).+);)*)?
        }
    };
}
pub(crate) use sheet;

/// Takes over a number. The check has already kept it within its bounds.
pub(crate) fn number<T: TryFrom<u32>>(node: &Node, key: &str, to: &mut T) {
    if let Some(value) = node.count(key).and_then(|value| T::try_from(value).ok()) {
        *to = value;
    }
}

/// Takes over a truth value.
pub(crate) fn flag(node: &Node, key: &str, to: &mut bool) {
    if let Some(value) = node.truth(key) {
        *to = value;
    }
}

/// Takes over a time in milliseconds.
pub(crate) fn milliseconds(node: &Node, key: &str, to: &mut Duration) {
    if let Some(ms) = node.count(key) {
        *to = Duration::from_millis(u64::from(ms));
    }
}

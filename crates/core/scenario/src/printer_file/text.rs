//! The sheets of what a printer reads: its text, dialect and habits.
//!
//! Facts: printer sources, sections 0, 1, 2.2 and 9. *Not here:* code page tables of a file's own; a file chooses one
//! of those that there are.

use super::sheet::{number, sheet};
use crate::node::Node;
use crate::shape::{Field, Map, Scalar, Shape};
use escpos::{Dialect, Multibyte};
use printer::{CodePage, FontC, Habits, ReverseFeed, TypeFace};

/// The words for multibyte codes.
const MULTIBYTE: &[(&str, Multibyte)] = &[
    ("none", Multibyte::None),
    ("gb18030", Multibyte::Gb18030),
    ("gbk", Multibyte::Gbk),
    ("shift-jis", Multibyte::ShiftJis),
    ("jis", Multibyte::Jis),
    ("big5", Multibyte::Big5),
    ("korean", Multibyte::Korean),
];

/// How it takes text.
pub(crate) const TEXT: Map = Map {
    what: "`text`",
    example: "{ multibyte: gb18030, multibyte-at-start: true }",
    choices: &[],
    fields: &[
        Field::optional(
            "units-per-inch",
            Shape::Map(Map {
                what: "`units-per-inch`",
                example: "{ across: 180, along: 360 }",
                choices: &[],
                fields: &[
                    Field::required("across", UNITS, "across: 180", "motion units of an inch across"),
                    Field::required("along", UNITS, "along: 360", "motion units of an inch along"),
                ],
            }),
            "units-per-inch: { across: 180, along: 360 }",
            "motion units at the start",
        ),
        Field::optional(
            "line-spacing-dots",
            Shape::Scalar(Scalar::Count { least: 1, most: 255 }),
            "line-spacing-dots: 30",
            "the line spacing of `ESC 2`",
        ),
        Field::optional(
            "font-c",
            Shape::Scalar(Scalar::Word {
                what: "a box of font C",
                words: &["8x16", "9x24"],
                says: &["8 dots across, 16 down.", "9 dots across, 24 down."],
            }),
            "font-c: 8x16",
            "the box of font C",
        ),
        Field::optional(
            "code-pages",
            Shape::Scalar(Scalar::Word {
                what: "a table of code pages",
                words: &["epson", "pos-5890"],
                says: &["The numbers of Epson printers.", "The numbers of the POS-5890 and its kin."],
            }),
            "code-pages: epson",
            "the numbers of `ESC t`",
        ),
        Field::optional(
            "reverse-feed",
            Shape::Either(
                Scalar::Word { what: "no reverse feed", words: &["none"], says: &["It cannot."] },
                Map {
                    what: "`reverse-feed`",
                    example: "{ units-max: 48, lines-max: 2 }",
                    choices: &[],
                    fields: &[
                        Field::required("units-max", BYTE, "units-max: 48", "most units of `ESC K`"),
                        Field::required("lines-max", BYTE, "lines-max: 2", "most lines of `ESC e`"),
                    ],
                },
            ),
            "reverse-feed: { units-max: 48, lines-max: 2 }",
            "how far `ESC K` and `ESC e` may feed back",
        ),
        Field::optional(
            "user-memory-bytes",
            Shape::Scalar(Scalar::Count { least: 0, most: 65_535 }),
            "user-memory-bytes: 12288",
            "room for characters of the user's own",
        ),
        Field::optional(
            "multibyte",
            Shape::Scalar(Scalar::Word {
                what: "a multibyte code",
                words: &["none", "gb18030", "gbk", "shift-jis", "jis", "big5", "korean"],
                says: &[
                    "Single bytes only.",
                    "Two or four bytes.",
                    "Two bytes.",
                    "Shift JIS.",
                    "JIS.",
                    "Big5.",
                    "KS X 1001.",
                ],
            }),
            "multibyte: gb18030",
            "which characters have two bytes or more",
        ),
    ],
};

const UNITS: Shape = Shape::Scalar(Scalar::Count { least: 1, most: 1000 });
const BYTE: Shape = Shape::Scalar(Scalar::Count { least: 0, most: 255 });

sheet! {
    /// Which commands it knows beyond the usual.
    DIALECT, read_dialect: Dialect {}
    flags {
        "heat-settings" heat_settings, "`ESC 7` sets how the head is heated";
        "dc2" dc2, "`DC2 #` sets the density, `DC2 T` prints a self-test";
        "mark-feed" mark_feed, "`GS FF` feeds to the mark";
        "density" density, "`GS |` sets the density";
        "esc-z-qr" esc_z_qr, "`ESC Z` prints a QR code";
        "gs-n-qr" gs_n_qr, "`GS N` prints a QR code";
        "gs-k-qr" gs_k_qr, "`GS k 97` prints a QR code";
        "italics" italics, "`ESC 4` sets italics";
        "citizen-presenter" citizen_presenter, "`GS R` moves the presenter";
        "star-presenter" star_presenter, "`ESC SYN` moves the presenter";
        "ncr-status" ncr_status, "`DLE EM` asks for a status byte";
        "fs-dot-ignored" fs_dot_ignored, "`FS .` is not known";
        "realtime-at-command-position" realtime_at_command_position, "no real-time commands inside data";
        "multibyte-at-start" multibyte_at_start, "multibyte characters without being asked for";
    }
}

sheet! {
    /// Where it differs from an Epson printer.
    HABITS, read_habits: Habits {}
    flags {
        "auto-line-feed" auto_line_feed, "CR feeds a line";
        "ignores-feed-dots" ignores_feed_dots, "`ESC J` feeds no more than the line's own height";
        "ignores-negative-move" ignores_negative_move, "`ESC \\` never moves back";
        "ignores-absolute-after-data" ignores_absolute_after_data, "`ESC $` only before the line has data";
        "swallows-lf-after-raster" swallows_lf_after_raster, "one LF after `GS v 0` has no effect";
        "ignores-cut-feed" ignores_cut_feed, "`GS V 66 n` cuts without its feed of n units";
        "resets-barcode-settings" resets_barcode_settings, "`GS k` sets bar code settings back";
        "adjacent-8dot-rows" adjacent_8dot_rows, "rows of an 8-dot `ESC *` stand side by side";
    }
}

/// Takes over what the file says of text.
pub(crate) fn read_text(node: &Node, face: &mut TypeFace) {
    if let Some(units) = node.get("units-per-inch") {
        number(units, "across", &mut face.units_per_inch.0);
        number(units, "along", &mut face.units_per_inch.1);
    }
    number(node, "line-spacing-dots", &mut face.line_spacing_dots);
    number(node, "user-memory-bytes", &mut face.user_memory_bytes);
    match node.scalar("font-c") {
        Some("8x16") => face.font_c = FontC::EightBySixteen,
        Some("9x24") => face.font_c = FontC::NineByTwentyFour,
        _ => {}
    }
    match node.scalar("code-pages") {
        Some("epson") => face.code_pages = CodePage::EPSON,
        Some("pos-5890") => face.code_pages = CodePage::POS_5890,
        _ => {}
    }
    if let Some(limits) = node.get("reverse-feed") {
        face.reverse_feed = limits.text().is_none().then(|| {
            let mut feed = ReverseFeed { units_max: 0, lines_max: 0 };
            number(limits, "units-max", &mut feed.units_max);
            number(limits, "lines-max", &mut feed.lines_max);
            feed
        });
    }
    let word = node.scalar("multibyte");
    if let Some((_, code)) = MULTIBYTE.iter().find(|(name, _)| word == Some(*name)) {
        face.dialect.multibyte = *code;
    }
}

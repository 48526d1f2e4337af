//! Code pages, and the numbers under which `ESC t` knows them.
//!
//! Facts: printer sources, section 9. Numbers differ between makers, so a table of them belongs to a profile.
//! *Not modelled:* Hiragana and one-pass Kanji (6-8), Thai code 17 (25), the Indic pages (66-75, 82), pages of the
//! user's own (254, 255); on clones the pages of which only a number is known. They print as page 0.

/// A single-byte code page. Its lower half is ASCII, but for what `ESC R` replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePage {
    /// United States.
    Pc437,
    /// Katakana.
    Katakana,
    /// Multilingual.
    Pc850,
    /// Portuguese.
    Pc860,
    /// Canadian French.
    Pc863,
    /// Nordic.
    Pc865,
    /// Greek.
    Pc851,
    /// Turkish.
    Pc853,
    /// Turkish.
    Pc857,
    /// Greek.
    Pc737,
    /// Greek.
    Iso8859_7,
    /// Western Europe.
    Windows1252,
    /// Cyrillic.
    Pc866,
    /// Central Europe.
    Pc852,
    /// Multilingual with the euro.
    Pc858,
    /// Thai code 42.
    Thai42,
    /// Thai code 11, as CP874.
    Thai11,
    /// Thai code 13.
    Thai13,
    /// Thai code 14.
    Thai14,
    /// Thai code 16.
    Thai16,
    /// Thai code 18.
    Thai18,
    /// Vietnamese.
    Tcvn3,
    /// Vietnamese capitals.
    Tcvn3Capitals,
    /// Arabic.
    Pc720,
    /// Baltic.
    Pc775,
    /// Cyrillic.
    Pc855,
    /// Icelandic.
    Pc861,
    /// Hebrew.
    Pc862,
    /// Arabic.
    Pc864,
    /// Greek.
    Pc869,
    /// Central Europe.
    Iso8859_2,
    /// Western Europe.
    Iso8859_15,
    /// Farsi.
    Pc1098,
    /// Lithuanian.
    Pc774,
    /// Lithuanian.
    Pc772,
    /// Ukrainian.
    Pc1125,
    /// Central Europe.
    Windows1250,
    /// Cyrillic.
    Windows1251,
    /// Greek.
    Windows1253,
    /// Turkish.
    Windows1254,
    /// Hebrew.
    Windows1255,
    /// Arabic.
    Windows1256,
    /// Baltic.
    Windows1257,
    /// Vietnamese.
    Windows1258,
    /// Kazakh.
    Kz1048,
}

impl CodePage {
    /// The numbers of Epson printers.
    pub const EPSON: &[(u8, Self)] = &[
        (0, Self::Pc437),
        (1, Self::Katakana),
        (2, Self::Pc850),
        (3, Self::Pc860),
        (4, Self::Pc863),
        (5, Self::Pc865),
        (11, Self::Pc851),
        (12, Self::Pc853),
        (13, Self::Pc857),
        (14, Self::Pc737),
        (15, Self::Iso8859_7),
        (16, Self::Windows1252),
        (17, Self::Pc866),
        (18, Self::Pc852),
        (19, Self::Pc858),
        (20, Self::Thai42),
        (21, Self::Thai11),
        (22, Self::Thai13),
        (23, Self::Thai14),
        (24, Self::Thai16),
        (26, Self::Thai18),
        (30, Self::Tcvn3),
        (31, Self::Tcvn3Capitals),
        (32, Self::Pc720),
        (33, Self::Pc775),
        (34, Self::Pc855),
        (35, Self::Pc861),
        (36, Self::Pc862),
        (37, Self::Pc864),
        (38, Self::Pc869),
        (39, Self::Iso8859_2),
        (40, Self::Iso8859_15),
        (41, Self::Pc1098),
        (42, Self::Pc774),
        (43, Self::Pc772),
        (44, Self::Pc1125),
        (45, Self::Windows1250),
        (46, Self::Windows1251),
        (47, Self::Windows1253),
        (48, Self::Windows1254),
        (49, Self::Windows1255),
        (50, Self::Windows1256),
        (51, Self::Windows1257),
        (52, Self::Windows1258),
        (53, Self::Kz1048),
    ];

    /// The numbers of POS-5890 printers, many of them above 20 their own.
    pub const POS_5890: &[(u8, Self)] = &[
        (0, Self::Pc437),
        (1, Self::Katakana),
        (2, Self::Pc850),
        (3, Self::Pc860),
        (4, Self::Pc863),
        (5, Self::Pc865),
        (16, Self::Windows1252),
        (17, Self::Pc866),
        (18, Self::Pc852),
        (19, Self::Pc858),
        (25, Self::Windows1257),
        (27, Self::Windows1258),
        (28, Self::Pc864),
        (32, Self::Windows1255),
        (50, Self::Pc437),
        (52, Self::Pc437),
        (53, Self::Pc858),
        (54, Self::Pc852),
        (55, Self::Pc860),
        (56, Self::Pc861),
        (57, Self::Pc863),
        (58, Self::Pc865),
        (59, Self::Pc866),
        (60, Self::Pc855),
        (61, Self::Pc857),
        (62, Self::Pc862),
        (63, Self::Pc864),
        (64, Self::Pc737),
        (65, Self::Pc851),
        (66, Self::Pc869),
        (68, Self::Pc772),
        (69, Self::Pc774),
        (71, Self::Windows1252),
        (72, Self::Windows1250),
        (73, Self::Windows1251),
        (90, Self::Windows1253),
        (91, Self::Windows1254),
        (92, Self::Windows1256),
        (93, Self::Pc720),
        (94, Self::Windows1258),
        (95, Self::Pc775),
    ];
}

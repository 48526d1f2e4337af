//! How habits and parameters are declared: once, and every list of them is made from the declaration.
//!
//! A doc comment is the sentence that people read: of a knob what it decides, of a word what it means and, of the
//! first word, why that is sound. *Not modelled:* knobs that are numbers; what is a number is a parameter.

/// One knob of a firmware, as files and documents name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knob {
    /// As files name it.
    pub name: &'static str,
    /// What it decides.
    pub decides: &'static str,
    /// The words that it can stand at; the first is the sound one.
    pub words: &'static [&'static str],
    /// What each word means, in the same order; the first says why it is sound.
    pub says: &'static [&'static str],
}

/// One thing that is keyed in at a terminal, as files and documents name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// As files name it.
    pub name: &'static str,
    /// The default, as a file writes it.
    pub default: &'static str,
    /// What it is, and why its default is what it is.
    pub says: &'static str,
}

/// Declares one habit: an enum whose variants are words, the sound one first.
macro_rules! habit {
    (
        $(#[doc = $decides:literal])+
        pub enum $name:ident { $($(#[doc = $says:literal])+ $variant:ident = $word:literal,)+ }
    ) => {
        $(#[doc = $decides])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $says])+ $variant,)+ }

        impl $name {
            /// Every one; the first is sound.
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            const WORDS: &'static [&'static str] = &[$($word,)+];
            const SAYS: &'static [&'static str] = &[$(concat!($($says),+).trim_ascii(),)+];

            const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|habit| habit.word() == word)
            }
        }
    };
}
pub(crate) use habit;

/// Declares a set of knobs, each with the habit that it turns.
macro_rules! knobs {
    (
        $(#[doc = $what:literal])+
        pub struct $set:ident {
            $($(#[doc = $decides:literal])+ pub $field:ident: $habit:ident = $name:literal,)+
        }
    ) => {
        $(#[doc = $what])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $set { $($(#[doc = $decides])+ pub $field: $habit,)+ }

        impl $set {
            /// Every knob at its sound word.
            pub const SOUND: Self = Self { $($field: $habit::ALL[0],)+ };

            /// Every knob, in the order of the documents.
            pub const KNOBS: &'static [$crate::knobs::Knob] = &[$($crate::knobs::Knob {
                name: $name,
                decides: concat!($($decides),+).trim_ascii(),
                words: $habit::WORDS,
                says: $habit::SAYS,
            },)+];

            /// The word that a knob stands at; nothing where there is no such knob.
            #[must_use]
            pub fn word(&self, knob: &str) -> Option<&'static str> {
                match knob { $($name => Some(self.$field.word()),)+ _ => None }
            }

            /// Turns a knob; whether there is such a knob with such a word.
            pub fn turn(&mut self, knob: &str, word: &str) -> bool {
                match knob {
                    $($name => $habit::from_word(word).map(|habit| self.$field = habit).is_some(),)+
                    _ => false,
                }
            }
        }
    };
}
pub(crate) use knobs;

/// Declares what is keyed in: the values, what of them a file says, and their table.
macro_rules! parameters {
    ($($(#[doc = $says:literal])+ $field:ident: $type:ty = $default:expr, $name:literal $text:literal;)+) => {
        /// What is keyed in at a terminal before it sells.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Parameters { $($(#[doc = $says])+ pub $field: $type,)+ }

        /// What somebody has keyed in; what is left out is as it was.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Keyed { $($(#[doc = $says])+ pub $field: Option<$type>,)+ }

        impl Parameters {
            /// As they should be.
            pub const RIGHT: Self = Self { $($field: $default,)+ };

            /// Every parameter, in the order of the documents.
            pub const ALL: &'static [$crate::knobs::Parameter] = &[$($crate::knobs::Parameter {
                name: $name,
                default: $text,
                says: concat!($($says),+).trim_ascii(),
            },)+];

            /// These, but for what was keyed in.
            #[must_use]
            pub fn with(self, keyed: &Keyed) -> Self {
                Self { $($field: keyed.$field.unwrap_or(self.$field),)+ }
            }
        }
    };
}
pub(crate) use parameters;

//! Pokes as phrases that people type: `jam at 30 mm`, and faults by a short name: `gear-worn`.
//!
//! Every phrase is a row of [`PHRASES`]: reading, help and errors all follow from the table, and a poke is shown as
//! the phrase that reads back as it. Units: mm, cm, m, um; mN, N; %, ‰; V, mV; ohm, mohm; C; km; numbers are decimal
//! and exact, without floats. Source of the faults: the rows P and E of the catalogue of causes. *Not here:* faults of
//! the data cable and of the world beyond the printer; they are no pokes.

mod part;
mod preset;
mod shown;
mod table;
mod value;

pub use part::missing_part;
pub use preset::{PRESETS, Preset, preset};
pub use table::PHRASES;

use crate::Poke;
use core::fmt;
use value::{Kind, roll_options};

/// One phrase.
#[derive(Clone, Copy, Debug)]
pub struct Phrase {
    /// How it goes; a word in braces stands for a value.
    pub pattern: &'static str,
    /// One that can be typed as it is.
    pub example: &'static str,
    /// What is done.
    pub says: &'static str,
    make: fn(&[i64]) -> Option<Poke>,
}

/// A phrase that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsError {
    /// What was found: a word, or the whole phrase.
    pub found: String,
    /// What was expected in its place.
    pub expected: String,
    /// A phrase that is right.
    pub example: &'static str,
}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, expected, example } = self;
        write!(f, "`{found}` is not understood, expected {expected}, for example `{example}`")
    }
}

impl core::error::Error for WordsError {}

/// Reads a phrase.
///
/// # Errors
/// When it is none: what was found, what was expected there, and a phrase that is right.
pub fn parse_poke(phrase: &str) -> Result<Poke, WordsError> {
    let words = words_of(phrase);
    let mut nearest = None;
    for row in PHRASES {
        match row.read(&words) {
            Ok(poke) => return Ok(poke),
            Err(miss) if nearest.as_ref().is_none_or(|(far, _): &(Miss, _)| miss.far > far.far) => {
                nearest = Some((miss, row));
            }
            Err(_) => {}
        }
    }
    Err(match nearest {
        Some((miss, row)) if miss.far > 0 => WordsError {
            found: miss.found.unwrap_or_else(|| phrase.trim().to_owned()),
            expected: miss.expected,
            example: row.example,
        },
        _ => {
            let example = similar(phrase).unwrap_or("open cover");
            WordsError { found: phrase.trim().to_owned(), expected: "a phrase".to_owned(), example }
        }
    })
}

/// Where and why a phrase does not fit a row: after so many words.
struct Miss {
    far: usize,
    found: Option<String>,
    expected: String,
}

impl Phrase {
    fn read(&self, words: &[String]) -> Result<Poke, Miss> {
        let mut values = Vec::new();
        let mut rest = words;
        for part in self.pattern.split(' ') {
            let far = words.len() - rest.len();
            let miss =
                |expected: &str| Miss { far, found: rest.first().cloned(), expected: expected.to_owned() };
            match Kind::named(part) {
                Some(Kind::RollOptions) => {
                    values.extend(roll_options(&mut rest).ok_or_else(|| miss(Kind::RollOptions.expected()))?);
                }
                Some(kind) => values.push(kind.read(&mut rest).ok_or_else(|| miss(kind.expected()))?),
                None => match rest.split_first() {
                    Some((word, more)) if word == part => rest = more,
                    _ => return Err(miss(&format!("`{part}`"))),
                },
            }
        }
        let far = words.len() - rest.len();
        match rest.first() {
            Some(word) => Err(Miss { far, found: Some(word.clone()), expected: "nothing more".to_owned() }),
            None => (self.make)(&values).ok_or_else(|| {
                let expected = "numbers that fit the printer".to_owned();
                Miss { far, found: None, expected }
            }),
        }
    }
}

/// Lower case, apart by white space, a unit apart from its number.
fn words_of(phrase: &str) -> Vec<String> {
    let numeric = |c: char| c.is_ascii_digit() || "+-.".contains(c);
    let mut words = Vec::new();
    for word in phrase.to_lowercase().split_whitespace() {
        let begins = word.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit());
        match word.find(|c| !numeric(c)).filter(|_| begins) {
            Some(unit) => {
                let (number, unit) = word.split_at(unit);
                words.extend([number.to_owned(), unit.to_owned()]);
            }
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// The example that begins most like this.
fn similar(phrase: &str) -> Option<&'static str> {
    let phrase = phrase.trim().to_lowercase();
    let alike = |example: &str| phrase.chars().zip(example.chars()).take_while(|(a, b)| a == b).count();
    let best =
        PHRASES.iter().map(|row| (alike(row.example), row.example)).rev().max_by_key(|(alike, _)| *alike);
    best.filter(|(alike, _)| *alike > 0).map(|(_, example)| example)
}

#[cfg(test)]
mod tests {
    use super::{PHRASES, PRESETS, parse_poke};
    use crate::{GearName, Micrometres, Permille, Poke, Roll, Sensor, Wire};
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

    fn share() -> impl Strategy<Value = Permille> {
        (0_u16..=1000).prop_map(Permille::new)
    }

    fn length() -> impl Strategy<Value = Micrometres> {
        any::<u32>().prop_map(Micrometres)
    }

    fn wire() -> impl Strategy<Value = Wire> {
        prop_oneof![Just(Wire::Sound), Just(Wire::Open), Just(Wire::Shorted)]
    }

    fn roll() -> impl Strategy<Value = Roll> {
        (length(), any::<bool>(), share(), any::<i16>(), any::<bool>()).prop_map(
            |(length, coating_to_head, sensitivity, skew_permille, over_sensor)| Roll {
                length,
                coating_to_head,
                sensitivity,
                skew_permille,
                over_sensor,
            },
        )
    }

    /// Every poke with values, whatever they are.
    fn poke_with_values() -> impl Strategy<Value = Poke> {
        let gear = prop_oneof![Just(GearName::Motor), Just(GearName::Idler), Just(GearName::Platen)];
        let sensor = prop_oneof![Just(Sensor::PaperEnd), Just(Sensor::NearEnd), Just(Sensor::Exit)];
        let feed = prop_oneof![
            length().prop_map(Poke::PaperLeft),
            roll().prop_map(Poke::LoadRoll),
            (any::<u32>(), length()).prop_map(|(force_mn, over)| Poke::Pull { force_mn, over }),
            (gear, any::<u16>(), share()).prop_map(|(gear, tooth, wear)| Poke::WearGear {
                gear,
                tooth,
                wear
            }),
            share().prop_map(|force| Poke::WeakenMotor { force }),
            share().prop_map(|grip| Poke::GlazePlaten { grip }),
            (length(), length(), share()).prop_map(|(at, length, contact)| Poke::SpotPlaten {
                at,
                length,
                contact
            }),
            length().prop_map(|at| Poke::Jam { at }),
            (any::<u32>(), proptest::option::of(length()))
                .prop_map(|(force_mn, over)| Poke::Drag { force_mn, over }),
        ];
        let head = prop_oneof![
            (any::<u16>(), any::<u16>()).prop_map(|(first, count)| Poke::OpenDots { first, count }),
            (any::<u16>(), any::<u16>()).prop_map(|(first, count)| Poke::ShortDots { first, count }),
            (share(), share()).prop_map(|(left, right)| Poke::TiltHead { left, right }),
            wire().prop_map(Poke::Thermistor),
            any::<u32>().prop_map(|km| Poke::AgeHead { km }),
        ];
        let rest = prop_oneof![
            (sensor, any::<i16>(), 0_u16..=32_767).prop_map(|(sensor, offset_permille, noise_permille)| {
                Poke::Soil { sensor, offset_permille, noise_permille }
            }),
            any::<u32>().prop_map(|voltage_mv| Poke::Supply { voltage_mv }),
            any::<u32>().prop_map(|resistance_mohm| Poke::SupplyResistance { resistance_mohm }),
            share().prop_map(|at| Poke::BlockBlade { at }),
            wire().prop_map(Poke::HomeSwitch),
            any::<u16>().prop_map(|pieces| Poke::FillBin { pieces }),
            any::<i16>().prop_map(|temp_c| Poke::Ambient { temp_c }),
            share().prop_map(|relative| Poke::Humidity { relative }),
        ];
        prop_oneof![feed, head, rest]
    }

    proptest! {
        #[test]
        fn a_poke_is_shown_as_the_phrase_that_reads_back_as_it(poke in poke_with_values()) {
            assert_eq!(parse_poke(&poke.to_string()), Ok(poke));
        }

        #[test]
        fn whatever_is_typed_is_read_or_answered_with_an_example(phrase in "[ a-z0-9.%‰+-]{0,40}|\\PC{0,12}") {
            if let Err(error) = parse_poke(&phrase) {
                assert!(parse_poke(error.example).is_ok(), "{error}");
            }
        }
    }

    #[test]
    fn every_example_is_understood_and_its_poke_reads_back() {
        for row in PHRASES {
            let poke = parse_poke(row.example).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(parse_poke(&poke.to_string()), Ok(poke), "{}", row.example);
        }
    }

    #[test]
    fn every_preset_is_understood_and_has_a_name_of_its_own() {
        for (index, preset) in PRESETS.iter().enumerate() {
            assert_eq!(preset.pokes().len(), preset.phrases.len(), "{}", preset.name);
            assert!(PRESETS[..index].iter().all(|other| other.name != preset.name), "{}", preset.name);
        }
    }

    #[test]
    fn units_case_and_spaces_are_the_typists_choice() {
        let jam = Ok(Poke::Jam { at: Micrometres::from_mm(30) });
        for phrase in ["jam at 30 mm", "JAM at 30mm", " jam  at 3cm ", "jam at 0.03 m", "jam at 30000um"] {
            assert_eq!(parse_poke(phrase), jam, "{phrase}");
        }
        assert_eq!(parse_poke("supply 21.5V"), Ok(Poke::Supply { voltage_mv: 21_500 }));
        assert_eq!(parse_poke("humidity 12.5 %"), Ok(Poke::Humidity { relative: Permille::new(125) }));
        assert_eq!(parse_poke("ambient -5 C"), Ok(Poke::Ambient { temp_c: -5 }));
    }

    #[test]
    fn what_is_wrong_is_named_with_what_was_expected_and_an_example() {
        let said =
            |phrase| parse_poke(phrase).map_or_else(|error| error.to_string(), |poke| poke.to_string());
        assert_eq!(
            said("jam at here"),
            "`here` is not understood, expected a length such as 30 mm, up to 4 km, for example `jam at 30 mm`"
        );
        assert_eq!(
            said("wear platten tooth 4 by 50 %"),
            "`platten` is not understood, expected `motor`, `idler` or `platen`, for example \
             `wear platen tooth 40 by 100 %`"
        );
        assert_eq!(
            said("humidity 101 %"),
            "`101` is not understood, expected a share from 0 % to 100 %, for example `humidity 95 %`"
        );
        assert_eq!(
            said("opn cover"),
            "`opn cover` is not understood, expected a phrase, for example `open cover`"
        );
        assert_eq!(
            said("open cover now"),
            "`now` is not understood, expected nothing more, for example `open cover`"
        );
        assert!(said("").contains("for example"));
    }
}

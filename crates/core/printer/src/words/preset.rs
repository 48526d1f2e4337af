//! Faults by a short name, as lists of phrases.
//!
//! Source: the rows P and E of the catalogue of causes. *Not here:* the data cable and the world beyond the printer.

use super::parse_poke;
use crate::Poke;

/// A fault of the catalogue, by a short name.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What it is called.
    pub name: &'static str,
    /// What is done to the printer.
    pub phrases: &'static [&'static str],
    /// What it is, in one sentence.
    pub says: &'static str,
}

/// The preset of this name.
#[must_use]
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// What is done to the printer.
    #[must_use]
    pub fn pokes(&self) -> Vec<Poke> {
        // A test reads every phrase of every preset.
        self.phrases.iter().filter_map(|phrase| parse_poke(phrase).ok()).collect()
    }
}

/// The faults of the catalogue that can be put into a printer.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "gear-worn",
        phrases: &[
            "wear platen tooth 5 by 100 %",
            "wear platen tooth 6 by 100 %",
            "wear platen tooth 7 by 100 %",
            "wear platen tooth 8 by 100 %",
            "wear platen tooth 9 by 100 %",
            "wear platen tooth 10 by 100 %",
            "wear platen tooth 11 by 100 %",
            "wear platen tooth 12 by 100 %",
            "wear platen tooth 40 by 100 %",
            "wear platen tooth 41 by 100 %",
            "wear platen tooth 42 by 100 %",
            "wear platen tooth 43 by 100 %",
            "wear platen tooth 44 by 100 %",
            "wear platen tooth 45 by 100 %",
            "wear platen tooth 46 by 100 %",
            "wear platen tooth 47 by 100 %",
            "wear platen tooth 70 by 100 %",
            "wear platen tooth 71 by 100 %",
            "wear platen tooth 72 by 100 %",
            "wear platen tooth 73 by 100 %",
            "wear platen tooth 74 by 100 %",
            "wear platen tooth 75 by 100 %",
            "wear platen tooth 76 by 100 %",
            "wear platen tooth 77 by 100 %",
        ],
        says: "the platen's gear has lost eight teeth in three places: lines fall onto each other, three times a turn",
    },
    Preset {
        name: "jam",
        phrases: &["jam at 30 mm"],
        says: "something stands in the paper path: lines pile up before it",
    },
    Preset {
        name: "paper-wrapped",
        phrases: &["wrap paper"],
        says: "the paper sticks to the platen, and goes round with it",
    },
    Preset { name: "feed-stall", phrases: &["drag 2 N over 15 mm"], says: "the roll binds: steps are lost" },
    Preset {
        name: "dust",
        phrases: &["soil paper-end offset -60 % noise 5 %"],
        says: "dust on the paper sensor: it reports an end that is none",
    },
    Preset {
        name: "ageing",
        phrases: &["age head 300 km", "glaze platen to 30 %", "weaken motor to 80 %"],
        says: "worn by twice its life: paler print, and a platen that slips, so that lines move together",
    },
    Preset {
        name: "head-dots",
        phrases: &["burn out 64 dots from 256", "burn out 1 dots from 100"],
        says: "a driver and a dot of the head are dead: white columns",
    },
    Preset {
        name: "head-short",
        phrases: &["short 2 dots from 200"],
        says: "two dots are always heated: a black column",
    },
    Preset {
        name: "head-tilted",
        phrases: &["tilt head left 100 % right 30 %"],
        says: "the head presses on one side only: pale on the other",
    },
    Preset {
        name: "thermistor-open",
        phrases: &["thermistor open"],
        says: "the head's temperature cannot be read",
    },
    Preset {
        name: "module-dead",
        phrases: &["unplug module"],
        says: "the mechanism does not answer its controller",
    },
    Preset { name: "paper-out", phrases: &["paper left 0 mm"], says: "the roll has ended" },
    Preset {
        name: "paper-low",
        phrases: &["paper left 60 mm"],
        says: "the roll ends within the next receipt",
    },
    Preset {
        name: "paper-wrong",
        phrases: &["load roll 73 m upside down"],
        says: "the coated side faces away from the head: the right length, and blank",
    },
    Preset {
        name: "paper-skewed",
        phrases: &["load roll 73 m skew 20 ‰"],
        says: "the roll was put in askew",
    },
    Preset {
        name: "supply-weak",
        phrases: &["supply resistance 700 mohm"],
        says: "a weak power adapter: it breaks down under dense lines, and the printer stops and goes on",
    },
    Preset { name: "power-cut", phrases: &["power off"], says: "no power; say `power on` to end it" },
    Preset {
        name: "cutter-stuck",
        phrases: &["block blade at 40 %"],
        says: "the blade does not get through",
    },
    Preset {
        name: "home-switch-open",
        phrases: &["home switch open"],
        says: "the blade seems never to come home",
    },
    Preset {
        name: "presenter-stuck",
        phrases: &["block presenter"],
        says: "the presenter's rollers are stopped: a receipt that is to be offered stays inside",
    },
    Preset {
        name: "bin-full",
        phrases: &["fill bin with 30"],
        says: "the bin for retracted receipts is full: what nobody takes stays in the mouth",
    },
    Preset { name: "cover-open", phrases: &["open cover"], says: "the cover is open" },
    Preset {
        name: "heat",
        phrases: &["ambient 90 C"],
        says: "hot as an oven: within minutes the head is over its limit, until `ambient 25 C`",
    },
    Preset { name: "humidity", phrases: &["humidity 95 %"], says: "damp air: the paper sensors flicker" },
];

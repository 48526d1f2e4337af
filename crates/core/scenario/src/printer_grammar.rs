//! The shape of what happens to a printer, and to the air around it.
//!
//! Every field is something physical: hands, tools, dirt, age, supply. Source: "Scenario and rig files" of the
//! design; the catalogue's rows of printer and environment. What each does to the paper is the printer's matter.

use crate::Gear;
use crate::grammar::word;
use crate::shape::{Choice, Field, List, Map, Presence, Scalar, Shape};

/// Things that need no number.
pub(crate) const PRINTER_MISHAP: Scalar = Scalar::Word {
    what: "something that happens to a printer",
    words: &[
        "open-cover",
        "wrap-paper",
        "unplug-module",
        "block-presenter",
        "hold-feed-button",
        "unplug-drawer",
    ],
    says: &[
        "The cover is opened.",
        "The paper sticks to the platen and wraps round it.",
        "The flat cable between controller and mechanism comes off.",
        "Something stops the presenter's rollers.",
        "The FEED button is held down.",
        "The cash drawer's cable is pulled.",
    ],
};

const LENGTH: Shape = Shape::Scalar(Scalar::Length);
const FORCE: Shape = Shape::Scalar(Scalar::Force);
const PERCENT: Shape = Shape::Scalar(Scalar::Percent);
const DOT: Shape = Shape::Scalar(Scalar::Count { least: 0, most: 575 });
const DOTS: Shape = Shape::Scalar(Scalar::Count { least: 1, most: 576 });
const WIRE: Shape = Shape::Scalar(Scalar::Word {
    what: "what is wrong with a wire",
    words: &["open", "shorted"],
    says: &["It is broken.", "It is shorted."],
});
const TOOTH: Shape = Shape::Scalar(Scalar::Count { least: 0, most: 199 });
static ONE_TOOTH: Shape = TOOTH;
const TEETH: Shape =
    Shape::List(List { what: "teeth", may_be_empty: false, of: &ONE_TOOTH, example: "[3, 4]" });

/// One thing that happens to a printer.
pub(crate) const PRINTER_FAULT: Map = Map {
    what: "something that happens to a printer",
    example: "{ paper-left: 60mm }",
    fields: &[],
    choices: &[Choice {
        what: "mishap",
        presence: Presence::Required,
        fields: &[
            Field::optional(
                "wear-gear",
                Shape::Map(WEAR_GEAR),
                "wear-gear: { gear: platen, teeth: [3, 4] }",
                "teeth of a gear are worn or missing",
            ),
            Field::optional(
                "jam",
                Shape::Map(Map {
                    what: "`jam`",
                    example: "{ at: 30mm }",
                    choices: &[],
                    fields: &[Field::required("at", LENGTH, "at: 30mm", "how far beyond the head it sits")],
                }),
                "jam: { at: 30mm }",
                "an obstruction in the paper path",
            ),
            Field::optional(
                "drag",
                Shape::Map(DRAG),
                "drag: { force: 2400mN, for: 20mm }",
                "the paper pulls back",
            ),
            Field::optional(
                "pull",
                Shape::Map(PULL),
                "pull: { force: 2N, for: 20mm }",
                "somebody pulls the paper out while it is printed",
            ),
            Field::optional(
                "paper-left",
                LENGTH,
                "paper-left: 60mm",
                "the roll ends after this much more paper",
            ),
            Field::optional(
                "load-roll",
                Shape::Map(ROLL),
                "load-roll: { coating: away }",
                "a roll that is not as it should be, or put in wrongly",
            ),
            Field::optional(
                "weaken-motor",
                PERCENT,
                "weaken-motor: 40%",
                "the share of its force that the feed motor has left",
            ),
            Field::optional(
                "glaze-platen",
                PERCENT,
                "glaze-platen: 30%",
                "the share of its grip that the platen's rubber has left",
            ),
            Field::optional(
                "spot-platen",
                Shape::Map(SPOT),
                "spot-platen: { at: 10mm, length: 6mm, contact: 40% }",
                "a dirty or flat spot on the platen",
            ),
            Field::optional(
                "open-dots",
                Shape::Map(SOME_DOTS),
                "open-dots: { first: 64, count: 64 }",
                "heater dots burn out; 64 from a multiple of 64 on are one dead driver",
            ),
            Field::optional(
                "short-dots",
                Shape::Map(SOME_DOTS),
                "short-dots: { first: 100, count: 1 }",
                "driver outputs are shorted: these dots always heat",
            ),
            Field::optional(
                "tilt-head",
                Shape::Map(TILT),
                "tilt-head: { left: 100%, right: 30% }",
                "the head does not press evenly",
            ),
            Field::optional("thermistor", WIRE, "thermistor: open", "the wire of the head's thermistor"),
            Field::optional(
                "age-head",
                Shape::Map(AGE),
                "age-head: { km: 180 }",
                "the head has printed so much in its life",
            ),
            Field::optional(
                "soil",
                Shape::Map(SOIL),
                "soil: { sensor: paper-end, dims: 60% }",
                "dust on a sensor",
            ),
            Field::optional(
                "supply",
                Shape::Map(SUPPLY),
                "supply: { voltage: 19V }",
                "the printer's supply is weak",
            ),
            Field::optional(
                "block-blade",
                PERCENT,
                "block-blade: 40%",
                "something stops the blade; the share of its stroke that is free",
            ),
            Field::optional("home-switch", WIRE, "home-switch: open", "the wire of the blade's home switch"),
            Field::optional(
                "fill-bin",
                Shape::Scalar(Scalar::Count { least: 1, most: 1000 }),
                "fill-bin: 60",
                "so many pieces lie in the bin for retracted receipts",
            ),
        ],
    }],
};

/// The air around the printer.
pub(crate) const AIR: Map = Map {
    what: "`air`",
    example: "{ temperature: 45C }",
    fields: &[],
    choices: &[Choice {
        what: "property",
        presence: Presence::Required,
        fields: &[
            Field::optional(
                "temperature",
                Shape::Scalar(Scalar::Temperature),
                "temperature: 45C",
                "how warm it is",
            ),
            Field::optional("humidity", PERCENT, "humidity: 95%", "its relative humidity"),
        ],
    }],
};

const WEAR_GEAR: Map = Map {
    what: "`wear-gear`",
    example: "{ gear: platen, teeth: [3, 4] }",
    fields: &[Field::required("gear", Shape::Scalar(word!(Gear, "a gear")), "gear: platen", "which gear")],
    choices: &[Choice {
        what: "list of teeth",
        presence: Presence::Required,
        fields: &[
            Field::optional("teeth", TEETH, "teeth: [3, 4]", "the worn teeth, counted from 0"),
            Field::optional("missing", TEETH, "missing: [5]", "the missing teeth, counted from 0"),
        ],
    }],
};
const DRAG: Map = Map {
    what: "`drag`",
    example: "{ force: 2400mN, for: 20mm }",
    choices: &[],
    fields: &[
        Field::required("force", FORCE, "force: 2400mN", "how strongly the paper pulls"),
        Field::optional(
            "for",
            LENGTH,
            "for: 20mm",
            "over how much paper; the default is until the faults heal",
        ),
    ],
};
const PULL: Map = Map {
    what: "`pull`",
    example: "{ force: 2N, for: 20mm }",
    choices: &[],
    fields: &[
        Field::required("force", FORCE, "force: 2N", "how strongly somebody pulls"),
        Field::required("for", LENGTH, "for: 20mm", "over how much paper"),
    ],
};
const ROLL: Map = Map {
    what: "`load-roll`",
    example: "{ coating: away }",
    choices: &[],
    fields: &[
        Field::optional("length", LENGTH, "length: 20m", "paper on it; the default is a full roll of 70m"),
        Field::optional(
            "coating",
            Shape::Scalar(Scalar::Word {
                what: "where the coated side is",
                words: &["to-head", "away"],
                says: &["It faces the head, as it should.", "It faces away: nothing darkens."],
            }),
            "coating: away",
            "where the coated side is; the default is `to-head`",
        ),
        Field::optional(
            "sensitivity",
            PERCENT,
            "sensitivity: 40%",
            "how much of the heat it shows; old or damp paper shows less; the default is 100%",
        ),
        Field::optional(
            "skew",
            PERCENT,
            "skew: 3%",
            "how far it runs to the right for its way forward; the default is 0%",
        ),
        Field::optional(
            "over-sensor",
            Shape::Scalar(Scalar::Truth),
            "over-sensor: false",
            "whether it lies over the paper-end sensor; the default is true",
        ),
    ],
};
const SPOT: Map = Map {
    what: "`spot-platen`",
    example: "{ at: 10mm, length: 6mm, contact: 40% }",
    choices: &[],
    fields: &[
        Field::required("at", LENGTH, "at: 10mm", "where on the circumference it begins"),
        Field::required("length", LENGTH, "length: 6mm", "how long it is"),
        Field::required("contact", PERCENT, "contact: 40%", "the contact that is left there"),
    ],
};
const SOME_DOTS: Map = Map {
    what: "dots of the head",
    example: "{ first: 64, count: 64 }",
    choices: &[],
    fields: &[
        Field::required("first", DOT, "first: 64", "the first dot, from the left, counted from 0"),
        Field::required("count", DOTS, "count: 64", "how many dots"),
    ],
};
const TILT: Map = Map {
    what: "`tilt-head`",
    example: "{ left: 100%, right: 30% }",
    choices: &[],
    fields: &[
        Field::required("left", PERCENT, "left: 100%", "the contact at the left end"),
        Field::required("right", PERCENT, "right: 30%", "the contact at the right end"),
    ],
};
const AGE: Map = Map {
    what: "`age-head`",
    example: "{ km: 180 }",
    choices: &[],
    fields: &[Field::required(
        "km",
        Shape::Scalar(Scalar::Count { least: 1, most: 1000 }),
        "km: 180",
        "kilometres of paper",
    )],
};
const SOIL: Map = Map {
    what: "`soil`",
    example: "{ sensor: paper-end, dims: 60% }",
    choices: &[],
    fields: &[
        Field::required(
            "sensor",
            Shape::Scalar(Scalar::Word {
                what: "a sensor that looks at paper",
                words: &["paper-end", "near-end", "exit"],
                says: &[
                    "Under the paper, before the head.",
                    "Beside the roll.",
                    "In the mouth, behind the blade.",
                ],
            }),
            "sensor: paper-end",
            "which sensor",
        ),
        Field::optional("dims", PERCENT, "dims: 60%", "how much less light it gets; the default is 0%"),
        Field::optional(
            "brightens",
            PERCENT,
            "brightens: 60%",
            "how much more light it gets; the default is 0%",
        ),
        Field::optional(
            "flickers",
            PERCENT,
            "flickers: 20%",
            "how much its reading jumps; the default is 0%",
        ),
    ],
};
const SUPPLY: Map = Map {
    what: "`supply`",
    example: "{ voltage: 19V }",
    fields: &[],
    choices: &[Choice {
        what: "property",
        presence: Presence::Required,
        fields: &[
            Field::optional(
                "voltage",
                Shape::Scalar(Scalar::Voltage),
                "voltage: 19V",
                "its voltage without load",
            ),
            Field::optional(
                "resistance",
                Shape::Scalar(Scalar::Resistance),
                "resistance: 2Ohm",
                "its inner resistance, with that of its cable",
            ),
        ],
    }],
};

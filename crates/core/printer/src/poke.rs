//! What can be done to a printer with hands, tools, a plug, dirt and age.
//!
//! A poke is physical: it never names a status or an error. Facts: printer sources, sections 6, 7 and 13.
//! *Not modelled:* what breaks the line to the host, which is a matter of the link.

use crate::{Micrometres, Permille};

/// One physical input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Poke {
    /// The plug is pulled: whatever is in memory is lost, paper stays where it is.
    PowerOff,
    /// The plug is put in again.
    PowerOn,
    /// The cover is opened: the head leaves the platen.
    OpenCover,
    /// The cover is closed.
    CloseCover,
    /// The FEED button goes down.
    PressFeed,
    /// The FEED button comes up.
    ReleaseFeed,
    /// Opens the cover, tears out what hangs there uncut, puts in a new roll, closes the cover.
    LoadPaper,
    /// The same with a roll that is not as it should be, or put in wrongly.
    LoadRoll(Roll),
    /// So much paper is left before its end passes the end sensor.
    PaperLeft(Micrometres),
    /// The customer takes what can be reached.
    TakeReceipt,
    /// The operator looks what is there, and leaves it.
    Inspect,
    /// Somebody pulls the paper out while it is printed.
    Pull {
        /// The force, in millinewtons.
        force_mn: u32,
        /// For how long, as a length that the platen turns.
        over: Micrometres,
    },

    /// One tooth wears: it slips this share of its step, and a missing tooth slips all.
    WearGear {
        /// Which gear.
        gear: GearName,
        /// Which tooth, counted from 0; taken modulo the gear's teeth.
        tooth: u16,
        /// How much of its step it slips.
        wear: Permille,
    },
    /// New gears all through the train.
    RenewGears,
    /// The motor has only this share of its force left.
    WeakenMotor {
        /// What is left.
        force: Permille,
    },
    /// The platen's rubber has gone hard and shiny: it grips with this share of its force.
    GlazePlaten {
        /// What is left.
        grip: Permille,
    },
    /// A dirty or flat spot on the platen, which presses the paper less against the head once a turn.
    SpotPlaten {
        /// Where on its circumference the spot begins.
        at: Micrometres,
        /// How long it is.
        length: Micrometres,
        /// The contact that is left there.
        contact: Permille,
    },
    /// A new platen and a new motor.
    RenewPlaten,
    /// Something stands in the paper path.
    Jam {
        /// How far beyond the head, along the path.
        at: Micrometres,
    },
    /// The paper sticks to the platen and wraps round it instead of coming out.
    WrapPaper,
    /// Takes out the obstruction or the wrapped paper, and the crumpled paper with it.
    ClearJam,
    /// Something holds the paper back: a roll that binds, dirt in the path.
    Drag {
        /// The force, in millinewtons at the platen.
        force_mn: u32,
        /// For how long, as a length that the platen turns; `None` until the paper is freed.
        over: Option<Micrometres>,
    },
    /// Nothing holds the paper back any more.
    FreePaper,

    /// Heater dots burn out: they stay white. 64 from a multiple of 64 on are one dead driver.
    OpenDots {
        /// The first, from the left.
        first: u16,
        /// How many.
        count: u16,
    },
    /// Driver outputs are shorted: these dots are heated with every strobe and every dot line.
    ShortDots {
        /// The first, from the left.
        first: u16,
        /// How many.
        count: u16,
    },
    /// The head does not press evenly: the contact at its two ends; between them it changes evenly.
    TiltHead {
        /// At the left end.
        left: Permille,
        /// At the right end.
        right: Permille,
    },
    /// The wire of the head's thermistor.
    Thermistor(Wire),
    /// The head has printed so many kilometres in its life.
    AgeHead {
        /// Kilometres of paper.
        km: u32,
    },
    /// A new head, sound and clean.
    RenewHead,
    /// The flat cable between controller and mechanism is off.
    UnplugModule,
    /// It is on again.
    PlugModule,

    /// Dust on a sensor.
    Soil {
        /// Which.
        sensor: Sensor,
        /// How much more light it seems to get, in thousandths of its range; dust on a lens takes light away.
        offset_permille: i16,
        /// How much its reading jumps about, in thousandths of its range.
        noise_permille: u16,
    },
    /// All sensors are clean.
    CleanSensors,

    /// The supply's voltage without load.
    Supply {
        /// Millivolts.
        voltage_mv: u32,
    },
    /// The supply's inner resistance: a weak adapter, a long or corroded cable.
    SupplyResistance {
        /// Milliohms.
        resistance_mohm: u32,
    },
    /// A good supply again.
    RenewSupply,

    /// Something stops the blade on its way.
    BlockBlade {
        /// The share of the stroke that is free.
        at: Permille,
    },
    /// The blade runs free.
    FreeBlade,
    /// The wire of the blade's home switch.
    HomeSwitch(Wire),

    /// Something stops the presenter's rollers.
    BlockPresenter,
    /// They run free.
    FreePresenter,
    /// So many pieces lie in the bin for retracted receipts.
    FillBin {
        /// How many.
        pieces: u16,
    },
    /// The bin is emptied.
    EmptyBin,

    /// The air around the printer.
    Ambient {
        /// Degrees Celsius.
        temp_c: i16,
    },
    /// The moisture of the air: paper swells, contacts corrode.
    Humidity {
        /// Relative humidity.
        relative: Permille,
    },

    /// Somebody shuts the cash drawer.
    CloseDrawer,
    /// The drawer's cable is off, or on again.
    DrawerCable {
        /// Whether it is plugged in.
        plugged: bool,
    },
}

/// A gear of the feed train, in the order in which the force passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GearName {
    /// The pinion on the motor's shaft.
    Motor,
    /// The wheel between.
    Idler,
    /// The wheel on the platen's shaft.
    Platen,
}

/// A sensor that looks at paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensor {
    /// Under the paper, before the head: reflected light says that there is paper.
    PaperEnd,
    /// Beside the roll: reflected light says that the roll is still thick.
    NearEnd,
    /// In the mouth, behind the blade: paper interrupts its light.
    Exit,
}

/// The wire of a sensor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wire {
    /// As it should be.
    #[default]
    Sound,
    /// Broken.
    Open,
    /// Shorted.
    Shorted,
}

/// A roll of paper, and how it was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roll {
    /// Paper on it.
    pub length: Micrometres,
    /// The coated side faces the head. On the other side nothing darkens.
    pub coating_to_head: bool,
    /// How much of the heat's darkness it shows: old, damp or cheap paper shows less.
    pub sensitivity: Permille,
    /// How far it runs to the right for its way forward, in thousandths.
    pub skew_permille: i16,
    /// It lies over the paper-end sensor, as it should.
    pub over_sensor: bool,
}

impl Roll {
    /// A good roll of this length, put in well.
    #[must_use]
    pub const fn sound(length: Micrometres) -> Self {
        Self {
            length,
            coating_to_head: true,
            sensitivity: Permille::WHOLE,
            skew_permille: 0,
            over_sensor: true,
        }
    }
}

//! What can be done to a printer with hands, tools and a plug.
//!
//! A poke is physical: it never names a status or an error. Facts: printer
//! sources, sections 7 and 13. *Not modelled yet:* the head's dots, the cutter's blade, dust on sensors,
//! the supply voltage.

use crate::{Micrometres, Permille};

/// One physical input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poke {
    /// The plug is pulled: whatever is in memory is lost, paper stays where it is.
    PowerOff,
    /// The plug is put in again.
    PowerOn,
    /// The cover is opened: the head leaves the platen.
    OpenCover,
    /// The cover is closed.
    CloseCover,
    /// Opens the cover, tears out what hangs there uncut, puts in a new roll, closes the cover.
    LoadPaper,
    /// So much paper is left before its end passes the end sensor.
    PaperLeft(Micrometres),
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
    /// Something stands in the paper path.
    Jam {
        /// How far beyond the head, along the path.
        at: Micrometres,
    },
    /// Takes out the obstruction, and the crumpled paper with it.
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
    /// The customer takes what can be reached.
    TakeReceipt,
    /// The operator looks what is there, and leaves it.
    Inspect,
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

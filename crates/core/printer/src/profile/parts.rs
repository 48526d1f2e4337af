//! The parts of a printer, as data: motor, gears, head, supply, sensors, roll holder, cutter, outlet.
//!
//! Units stand in the names. Facts: printer sources, sections 5, 6 and 8. *Not modelled:* tolerances between
//! two units of one model; a poke makes the difference.

use core::time::Duration;

/// The feed motor and what it can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Motor {
    /// Steps for one dot line: 4 half-steps of 31.25 µm, or 2 of 62.5 µm.
    pub steps_per_line: u8,
    /// Speed of the first step, in steps a second.
    pub start_steps_per_s: u32,
    /// Acceleration, in steps a second squared.
    pub acceleration_steps_per_s2: u32,
    /// Top speed, in steps a second.
    pub top_steps_per_s: u32,
    /// Pull at the platen at the start, in millinewtons.
    pub start_force_mn: u32,
    /// Pull at the platen at top speed, in millinewtons.
    pub top_force_mn: u32,
    /// What the platen's rubber can hold on to, in millinewtons.
    pub grip_mn: u32,
    /// Drag of a sound path, in millinewtons.
    pub path_drag_mn: u32,
    /// How fast the push against an obstruction grows while paper folds up, in millinewtons a millimetre.
    pub fold_mn_per_mm: u32,
    /// What it takes from the supply while it turns, in milliwatts.
    pub power_mw: u32,
}

/// Teeth of the gears, how many motor half-steps pass one tooth, and the platen behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Train {
    /// Steps of the motor a tooth. A multiple of those of a dot line, so that a dot line has one tooth in mesh.
    pub steps_per_tooth: u16,
    /// Teeth of the motor's pinion.
    pub motor_teeth: u16,
    /// Teeth of the idler.
    pub idler_teeth: u16,
    /// Teeth of the platen's wheel.
    pub platen_teeth: u16,
    /// Diameter of the platen, in micrometres.
    pub platen_um: u32,
}

/// The head: energy, wiring, heat and limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Energy of a black dot at 25 °C that was not heated on the line before, in nanojoules.
    pub dot_nj: u32,
    /// Less of it for each degree above 25 °C, in nanojoules.
    pub dot_nj_per_k: u32,
    /// Share of it that is still there from the line before, if that line has only just begun.
    pub residual_permille: u16,
    /// Time constant with which that share cools away, in nanoseconds.
    pub residual_ns: u32,
    /// Resistance of a dot, in ohms.
    pub dot_ohm: u16,
    /// Resistance of a driver, in ohms.
    pub driver_ohm: u16,
    /// Resistance of the wires that all dots share, in milliohms.
    pub common_mohm: u16,
    /// Dots that are heated at the same time; more take another strobe.
    pub dots_at_once: u16,
    /// Time lost around each strobe, in nanoseconds.
    pub strobe_overhead_ns: u32,
    /// The firmware lengthens a strobe for a weak supply up to this share of what it is at the nominal voltage, in
    /// thousandths; beyond that it prints light.
    pub longest_strobe_permille: u16,
    /// Heat that the head stores, in microjoules for a thousandth of a degree.
    pub store_uj_per_mc: u32,
    /// The share of the heat that moving paper carries away, in thousandths.
    pub carried_permille: u16,
    /// Time constant of its cooling: 2 to this power nanoseconds.
    pub cooling_log2_ns: u8,
    /// Stops at this temperature, in thousandths of a degree Celsius.
    pub hot_mc: i32,
    /// Goes on at this temperature.
    pub resume_mc: i32,
    /// Its rated life, in kilometres of paper.
    pub rated_km: u32,
}

/// The supply that drives head and motor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// Voltage without load, in millivolts.
    pub voltage_mv: u32,
    /// Inner resistance, cable included, in milliohms.
    pub resistance_mohm: u32,
    /// What the firmware may draw on average over a dot line, in milliwatts; `u32::MAX` if it does not care.
    pub power_mw: u32,
    /// The firmware stops below this.
    pub lowest_mv: u32,
    /// It stops for good when the supply stays below that, as Epson printers do; else until there is enough again.
    pub low_is_final: bool,
    /// It stops for good above this.
    pub highest_mv: u32,
    /// The logic starts anew below this.
    pub reset_mv: u32,
}

/// The paper sensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sensors {
    /// From the paper-end sensor to the head, in micrometres.
    pub end_to_head_um: u32,
    /// Motor steps without paper until the end is believed, while the motor turns.
    pub out_steps: u16,
    /// How long paper must be seen again until it is believed.
    pub in_time: Duration,
    /// Printing stops at the latest so many dot lines after the sensor has lost the paper.
    pub coast_lines: u16,
    /// The sensor in the way out, if there is one.
    pub exit: Option<ExitSensor>,
}

/// The sensor in the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitSensor {
    /// How far beyond the head, in micrometres.
    pub at_um: u32,
    /// So much paper has been printed since the cut, and nothing is seen: a feed error.
    pub expected_um: u32,
}

/// What holds the roll, and the paper that is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollHolder {
    /// Diameter of a new roll, in micrometres.
    pub roll_um: u32,
    /// Diameter of its core, in micrometres.
    pub core_um: u32,
    /// Thickness of the paper, in micrometres.
    pub paper_um: u16,
    /// The near-end lever falls in at this diameter, in micrometres.
    pub near_end_um: u32,
    /// Friction of a full roll, in millinewtons at the platen; an empty one has none.
    pub friction_mn: u32,
    /// What a full roll's inertia adds while the motor speeds up, in millinewtons.
    pub inertia_mn: u32,
}

impl RollHolder {
    /// Paper on a roll of this diameter: `π/4 (D² - d²) / t`.
    #[must_use]
    pub const fn length_um(&self, diameter_um: u32) -> u32 {
        let (outer, core) = (diameter_um as u64, self.core_um as u64);
        let ring = (outer * outer).saturating_sub(core * core);
        let thickness = if self.paper_um == 0 { 1 } else { self.paper_um as u64 };
        let length = ring / thickness * 785_398 / 1_000_000;
        if length > u32::MAX as u64 { u32::MAX } else { length as u32 }
    }
}

/// The cutter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutter {
    /// Out and home again.
    pub stroke_time: Duration,
    /// The home switch has to say so within this time.
    pub home_timeout: Duration,
}

/// Where a piece goes after the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlet {
    /// It lies in the mouth, in reach.
    Mouth,
    /// A presenter holds it in a loop until it is told what to do.
    Presenter {
        /// The time to move it out or in.
        move_time: Duration,
        /// How long it is offered before it is pulled back; a command may change it.
        offer_time: Duration,
        /// How far one step of `GS e 3` moves it out, in micrometres.
        step_um: u32,
        /// How far it is moved out if the command does not say.
        default_steps: u8,
        /// Pieces that the bin takes.
        bin_pieces: u16,
    },
}

//! Printer models as data.
//!
//! Facts: printer sources, section 4.1 (buffer and flow control), 5 (speeds, blade distance), 6.1
//! (ramps), 6.2 (head limits), 6.3 (energies), 6.5 (roll and sensors), 8 (presenter). Gear teeth and forces
//! are typical of the class, not of one model: 96 half-steps a turn, a 12 mm platen, a grip of about 1 N.

mod identity;
mod type_face;

pub use identity::Identity;
pub use type_face::TypeFace;

use crate::Geometry;
use core::time::Duration;

/// What one model is made of. Units stand in the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The name in rig files.
    pub name: &'static str,
    /// Dots and paper.
    pub geometry: Geometry,
    /// From power on to ready.
    pub boot_time: Duration,
    /// Receive buffer, in bytes.
    pub buffer_bytes: usize,
    /// Full when no more than so many bytes are free.
    pub full_at_free_bytes: usize,
    /// No longer full when at least so many bytes are free.
    pub released_at_free_bytes: usize,
    /// Whether the printer says stop when it goes offline, not only when its buffer is full.
    pub busy_when_offline: bool,
    /// What it says of itself.
    pub identity: Identity,
    /// Its characters, and how it takes text.
    pub type_face: TypeFace,
    /// Level of drawer connector pin 3.
    pub drawer_pin_high: bool,
    /// The feed motor.
    pub motor: Motor,
    /// Teeth of the feed train.
    pub train: Train,
    /// The head.
    pub head: Head,
    /// Paper on a new roll, in micrometres.
    pub roll_um: u32,
    /// Near-end is reported when so much is left.
    pub near_end_um: u32,
    /// Printing stops at the latest so many dot lines after the sensor has lost the paper.
    pub coast_lines: u16,
    /// From the head to the blade, in micrometres.
    pub blade_um: u32,
    /// The time of one cut.
    pub cut_time: Duration,
    /// What becomes of a piece after the cut.
    pub outlet: Outlet,
}

/// The feed motor and what it can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Motor {
    /// Speed of the first step, in half-steps of 31.25 µm a second.
    pub start_steps_per_s: u32,
    /// Acceleration, in half-steps a second squared.
    pub acceleration_steps_per_s2: u32,
    /// Top speed, in half-steps a second.
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
}

/// Teeth of the gears, and how many motor half-steps pass one tooth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Train {
    /// Half-steps of the motor a tooth. A multiple of 4, so that a dot line has one tooth in mesh.
    pub steps_per_tooth: u16,
    /// Teeth of the motor's pinion.
    pub motor_teeth: u16,
    /// Teeth of the idler.
    pub idler_teeth: u16,
    /// Teeth of the platen's wheel.
    pub platen_teeth: u16,
}

/// The head: energy, time and limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Energy of a black dot, in microjoules.
    pub dot_uj: u32,
    /// Dots that are heated at the same time; more take another strobe.
    pub dots_at_once: u16,
    /// One strobe at 25 °C, in nanoseconds. It shortens by 1.5 % a degree as the head warms.
    pub strobe_ns: u32,
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
        /// How long it is offered before it is pulled back.
        offer_time: Duration,
    },
}

/// A counter printer: 80 mm paper, 150 mm/s, guillotine, no presenter.
pub static DESK_80: Profile = Profile {
    name: "desk-80",
    geometry: Geometry::WIDE_203_DPI,
    boot_time: Duration::from_millis(1500),
    buffer_bytes: 4096,
    full_at_free_bytes: 128,
    released_at_free_bytes: 256,
    busy_when_offline: true,
    identity: Identity::EPSON_80,
    type_face: TypeFace::CHINESE_80,
    drawer_pin_high: true,
    motor: Motor {
        start_steps_per_s: 672,
        acceleration_steps_per_s2: 230_000,
        top_steps_per_s: 4800,
        start_force_mn: 1500,
        top_force_mn: 1100,
        grip_mn: 980,
        path_drag_mn: 150,
        fold_mn_per_mm: 250,
    },
    train: Train { steps_per_tooth: 12, motor_teeth: 8, idler_teeth: 36, platen_teeth: 100 },
    head: Head {
        dot_uj: 300,
        dots_at_once: 288,
        strobe_ns: 380_000,
        store_uj_per_mc: 25_000,
        carried_permille: 400,
        cooling_log2_ns: 36,
        hot_mc: 80_000,
        resume_mc: 60_000,
    },
    roll_um: 73_000_000,
    near_end_um: 4_000_000,
    coast_lines: 24,
    blade_um: 15_000,
    cut_time: Duration::from_millis(400),
    outlet: Outlet::Mouth,
};

/// A kiosk printer: 80 mm paper, 100 mm/s, cutter, presenter that retracts.
pub static KIOSK_80: Profile = Profile {
    name: "kiosk-80",
    drawer_pin_high: false,
    motor: Motor {
        start_steps_per_s: 233,
        acceleration_steps_per_s2: 53_000,
        top_steps_per_s: 3200,
        ..DESK_80.motor
    },
    head: Head { dots_at_once: 144, strobe_ns: 350_000, ..DESK_80.head },
    outlet: Outlet::Presenter { move_time: Duration::from_millis(600), offer_time: Duration::from_secs(30) },
    ..DESK_80
};

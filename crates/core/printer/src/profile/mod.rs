//! Printer models as data.
//!
//! Facts: printer sources, section 4.1 (buffer and flow control), 5 (speeds, blade distance), 6.1
//! (ramps), 6.2 (head limits), 6.3 (energies), 6.5 (roll and sensors), 8 (presenter). Gear teeth and forces
//! are typical of the class, not of one model: 96 half-steps a turn, a 12 mm platen, a grip of about 1 N.

mod code_page;
mod identity;
mod interface;
mod parts;
mod type_face;

pub use code_page::CodePage;
pub use identity::{Family, Identity};
pub use interface::{DrawerPort, Garbled, Handshake, Interface, ReceiveBuffer};
pub use parts::{Cutter, ExitSensor, Head, Motor, Outlet, RollHolder, Sensors, Supply, Train};
pub use type_face::{FontC, Habits, ReverseFeed, TypeFace};

use crate::{Geometry, Micrometres};
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
    /// How it is joined to its host.
    pub interface: Interface,
    /// What it says of itself.
    pub identity: Identity,
    /// Its characters, and how it takes text.
    pub type_face: TypeFace,
    /// The cash drawer's connector, with a drawer behind it.
    pub drawer: Option<DrawerPort>,
    /// The feed motor.
    pub motor: Motor,
    /// Teeth of the feed train.
    pub train: Train,
    /// The head.
    pub head: Head,
    /// What drives head and motor.
    pub supply: Supply,
    /// The paper sensors.
    pub sensors: Sensors,
    /// The roll and what holds it.
    pub roll_holder: RollHolder,
    /// From the head to the blade, or to the edge where paper is torn off, in micrometres.
    pub blade_um: u32,
    /// The cutter, if there is one.
    pub cutter: Option<Cutter>,
    /// What becomes of a piece after the cut.
    pub outlet: Outlet,
}

impl Profile {
    /// Paper on a new roll.
    #[must_use]
    pub const fn roll_um(&self) -> Micrometres {
        Micrometres(self.roll_holder.length_um(self.roll_holder.roll_um))
    }

    /// Near-end is reported when so much is left.
    #[must_use]
    pub const fn near_end_um(&self) -> Micrometres {
        Micrometres(self.roll_holder.length_um(self.roll_holder.near_end_um))
    }
}

/// The models that need no file.
pub static BUILT_IN: [&Profile; 4] = [&DESK_80, &DESK_80_180, &KIOSK_80, &SLIP_58];

/// A counter printer: 80 mm paper, 203 dpi, 150 mm/s, guillotine, no presenter.
///
/// Ramp and forces as typical of the class; the head takes 0.2853 mJ a dot, 0.0028 mJ less a degree (TF50KS
/// paper, section 6.3); 24 V ± 10 % and 15 mm to the blade (T88 class, section 5); 0.41 A of motor (LT1320);
/// 55 W as in the small adapter of section 5; 80 mm roll of 65 µm paper, near-end at 26 mm (section 6.5).
pub static DESK_80: Profile = Profile {
    name: "desk-80",
    geometry: Geometry::WIDE_203_DPI,
    boot_time: Duration::from_millis(1500),
    interface: Interface::XON_XOFF,
    identity: Identity::EPSON_80,
    type_face: TypeFace::CHINESE_80,
    drawer: Some(DrawerPort { wired: escpos::DrawerPin::Two, high_when_closed: true }),
    motor: Motor {
        steps_per_line: 4,
        start_steps_per_s: 672,
        acceleration_steps_per_s2: 230_000,
        top_steps_per_s: 4800,
        start_force_mn: 1500,
        top_force_mn: 1100,
        grip_mn: 980,
        path_drag_mn: 100,
        fold_mn_per_mm: 250,
        power_mw: 9840,
    },
    train: Train {
        steps_per_tooth: 12,
        motor_teeth: 8,
        idler_teeth: 36,
        platen_teeth: 100,
        platen_um: 12_000,
    },
    head: Head {
        dot_nj: 285_300,
        dot_nj_per_k: 2800,
        residual_permille: 545,
        residual_ns: 1_900_000,
        dot_ohm: 800,
        driver_ohm: 9,
        common_mohm: 50,
        dots_at_once: 288,
        strobe_overhead_ns: 10_000,
        longest_strobe_permille: 1100,
        store_uj_per_mc: 10_000,
        carried_permille: 400,
        cooling_log2_ns: 36,
        hot_mc: 80_000,
        resume_mc: 60_000,
        rated_km: 150,
    },
    supply: Supply {
        voltage_mv: 24_000,
        resistance_mohm: 150,
        power_mw: 55_000,
        lowest_mv: 21_600,
        low_is_final: true,
        highest_mv: 26_400,
        reset_mv: 12_000,
    },
    sensors: Sensors {
        end_to_head_um: 10_000,
        out_steps: 40,
        in_time: Duration::from_millis(1500),
        coast_lines: 24,
        exit: None,
    },
    roll_holder: RollHolder {
        roll_um: 80_000,
        core_um: 18_000,
        paper_um: 65,
        near_end_um: 26_000,
        friction_mn: 50,
        inertia_mn: 200,
    },
    blade_um: 15_000,
    cutter: Some(Cutter {
        stroke_time: Duration::from_millis(400),
        home_timeout: Duration::from_millis(1500),
    }),
    outlet: Outlet::Mouth,
};

/// A counter printer of the T88 class: 180 dpi, 512 dots, 150 mm/s (section 5). Its lines are longer, so its
/// motor makes fewer steps a second for the same speed.
pub static DESK_80_180: Profile = Profile {
    name: "desk-80-180",
    geometry: Geometry::WIDE_180_DPI,
    type_face: TypeFace::EPSON_180_DPI,
    motor: Motor { top_steps_per_s: 4252, ..DESK_80.motor },
    head: Head { dots_at_once: 256, rated_km: 100, ..DESK_80.head },
    ..DESK_80
};

/// A kiosk printer: 80 mm paper, 100 mm/s, cutter, presenter that retracts.
///
/// The ramp is that of the LTPA245 (section 6.1); a step of `GS e 3` is 22 mm, and no paper at the exit after
/// 10 cm is a feed error (sections 7 and 8). Four strobes a line, as on weak supplies.
pub static KIOSK_80: Profile = Profile {
    name: "kiosk-80",
    identity: Identity::CUSTOM_80,
    drawer: None,
    motor: Motor {
        start_steps_per_s: 233,
        acceleration_steps_per_s2: 54_310,
        top_steps_per_s: 3200,
        ..DESK_80.motor
    },
    head: Head { dots_at_once: 144, rated_km: 100, ..DESK_80.head },
    supply: Supply { power_mw: 75_000, low_is_final: false, ..DESK_80.supply },
    sensors: Sensors { exit: Some(ExitSensor { at_um: 60_000, expected_um: 100_000 }), ..DESK_80.sensors },
    outlet: Outlet::Presenter {
        move_time: Duration::from_millis(600),
        offer_time: Duration::from_secs(30),
        step_um: 22_000,
        default_steps: 3,
        bin_pieces: 20,
    },
    ..DESK_80
};

/// The printer of a cheap 58 mm terminal: 384 dots, two lithium cells, 64 dots at once, 52 mm/s, no cutter.
///
/// 600 µs a half-step at best, 64 dots a strobe, about 105 µs around each; status "low" below 5.0 V and "over"
/// above 9.5 V; paper gone for 40 steps, back for 1500 ms (sections 6.1, 6.3, 6.5); dots of 180 Ω with 9 Ω of
/// driver and 0.279 Ω shared (LTP01-245).
pub static SLIP_58: Profile = Profile {
    name: "slip-58",
    geometry: Geometry::NARROW_203_DPI,
    type_face: TypeFace::CLONE_58,
    identity: Identity::CLONE_58,
    drawer: None,
    motor: Motor {
        start_steps_per_s: 346,
        acceleration_steps_per_s2: 119_700,
        top_steps_per_s: 1667,
        start_force_mn: 900,
        top_force_mn: 700,
        grip_mn: 600,
        path_drag_mn: 80,
        fold_mn_per_mm: 250,
        power_mw: 2500,
        steps_per_line: 4,
    },
    head: Head {
        dot_ohm: 180,
        driver_ohm: 9,
        common_mohm: 279,
        dots_at_once: 64,
        strobe_overhead_ns: 105_000,
        longest_strobe_permille: 1800,
        store_uj_per_mc: 5000,
        hot_mc: 85_000,
        resume_mc: 65_000,
        rated_km: 50,
        ..DESK_80.head
    },
    supply: Supply {
        voltage_mv: 8400,
        resistance_mohm: 150,
        power_mw: u32::MAX,
        lowest_mv: 5000,
        low_is_final: false,
        highest_mv: 9500,
        reset_mv: 3600,
    },
    sensors: Sensors { end_to_head_um: 5000, ..DESK_80.sensors },
    roll_holder: RollHolder {
        roll_um: 40_000,
        core_um: 12_000,
        near_end_um: 17_000,
        friction_mn: 20,
        inertia_mn: 40,
        ..DESK_80.roll_holder
    },
    blade_um: 8000,
    cutter: None,
    ..DESK_80
};

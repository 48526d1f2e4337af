//! The sheets of a printer's moving and electric parts.
//!
//! Bounds are generous: they keep out slips of the pen, not unusual machines. Facts: printer sources, sections 5, 6
//! and 8.

use super::sheet::sheet;
use crate::node::Node;
use crate::shape::{Field, Scalar, Shape};
use printer::{Head, Motor, RollHolder, Sensors, Supply, Train};

sheet! {
    /// The feed motor.
    MOTOR, read_motor: Motor {
        "steps-per-line" steps_per_line [1, 16] "4", "motor steps of one dot line";
        "start-steps-per-s" start_steps_per_s [1, 100_000] "672", "speed of the first step";
        "acceleration-steps-per-s2" acceleration_steps_per_s2 [1, 10_000_000] "230000", "acceleration";
        "top-steps-per-s" top_steps_per_s [1, 100_000] "4800", "top speed";
        "start-force-mn" start_force_mn [1, 100_000] "1500", "pull at the platen at the start";
        "top-force-mn" top_force_mn [1, 100_000] "1100", "pull at the platen at top speed";
        "grip-mn" grip_mn [1, 100_000] "980", "what the platen's rubber can hold on to";
        "path-drag-mn" path_drag_mn [0, 100_000] "100", "drag of a sound path";
        "fold-mn-per-mm" fold_mn_per_mm [1, 100_000] "250", "how fast the push against an obstruction grows";
        "power-mw" power_mw [0, 1_000_000] "9840", "what it takes from the supply while it turns";
    }
}

sheet! {
    /// Gears and platen.
    TRAIN, read_train: Train {
        "steps-per-tooth" steps_per_tooth [1, 1000] "12", "motor steps a tooth";
        "motor-teeth" motor_teeth [1, 200] "8", "teeth of the motor's pinion";
        "idler-teeth" idler_teeth [1, 200] "36", "teeth of the idler";
        "platen-teeth" platen_teeth [1, 200] "100", "teeth of the platen's wheel";
        "platen-um" platen_um [1000, 100_000] "12000", "diameter of the platen";
    }
}

sheet! {
    /// The head.
    HEAD, read_head: Head {
        "dot-nj" dot_nj [1, 10_000_000] "285300", "energy of a black dot at 25 °C";
        "dot-nj-per-k" dot_nj_per_k [0, 100_000] "2800", "less of it for each degree above 25 °C";
        "residual-permille" residual_permille [0, 1000] "545", "share of it that stays for the next line";
        "residual-ns" residual_ns [1, 1_000_000_000] "1900000", "time constant with which that share goes";
        "dot-ohm" dot_ohm [1, 10_000] "800", "resistance of a dot";
        "driver-ohm" driver_ohm [0, 1000] "9", "resistance of a driver";
        "common-mohm" common_mohm [0, 60_000] "50", "resistance of the wires that all dots share";
        "dots-at-once" dots_at_once [1, 576] "288", "dots that are heated at the same time";
        "strobe-overhead-ns" strobe_overhead_ns [0, 10_000_000] "10000", "time lost around each strobe";
        "longest-strobe-permille" longest_strobe_permille [1000, 10_000] "1800", "the longest strobe, of the usual";
        "store-uj-per-mc" store_uj_per_mc [1, 1_000_000] "10000", "heat that it stores";
        "carried-permille" carried_permille [0, 1000] "400", "share of the heat that moving paper takes away";
        "cooling-log2-ns" cooling_log2_ns [20, 45] "36", "time constant of its cooling: 2 to this power";
        "hot-mc" hot_mc [30_000, 150_000] "80000", "stops at this temperature";
        "resume-mc" resume_mc [20_000, 150_000] "60000", "goes on at this temperature";
        "rated-km" rated_km [1, 10_000] "150", "its rated life";
    }
}

sheet! {
    /// The supply.
    SUPPLY, read_supply: Supply {
        "voltage-mv" voltage_mv [1000, 60_000] "24000", "voltage without load";
        "resistance-mohm" resistance_mohm [0, 100_000] "150", "inner resistance, cable included";
        "power-mw" power_mw [1000, u32::MAX] "55000", "what the firmware may draw on average over a dot line";
        "lowest-mv" lowest_mv [0, 60_000] "21600", "the firmware stops below this";
        "highest-mv" highest_mv [1000, 60_000] "26400", "it stops for good above this";
        "reset-mv" reset_mv [0, 60_000] "12000", "the logic starts anew below this";
    }
    flags {
        "low-is-final" low_is_final, "below the lowest voltage it stops until it is switched off";
    }
}

sheet! {
    /// The paper sensors.
    SENSORS, read_sensors: Sensors {
        "end-to-head-um" end_to_head_um [0, 200_000] "10000", "from the paper-end sensor to the head";
        "out-steps" out_steps [0, 10_000] "40", "motor steps without paper until the end is believed";
        "coast-lines" coast_lines [0, 10_000] "24", "dot lines that are still printed after that";
    }
    times {
        "in-ms" in_time, "1500", "how long paper must be seen again until it is believed";
    }
}

sheet! {
    /// The roll and what holds it.
    ROLL, read_roll: RollHolder {
        "roll-um" roll_um [15_000, 300_000] "80000", "diameter of a new roll";
        "core-um" core_um [5000, 100_000] "18000", "diameter of its core";
        "paper-um" paper_um [30, 300] "65", "thickness of the paper";
        "near-end-um" near_end_um [0, 300_000] "26000", "the near-end lever falls in at this diameter";
        "friction-mn" friction_mn [0, 100_000] "50", "friction of a full roll";
        "inertia-mn" inertia_mn [0, 100_000] "200", "what a full roll's inertia adds while the motor speeds up";
    }
}

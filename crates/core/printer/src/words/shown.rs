//! Pokes as phrases: each is shown as the phrase that reads back as it.
//!
//! Lengths in millimetres, shares in thousandths, all else in the smallest unit. *Not here:* reading.

use super::value::{GEARS, SENSORS, WIRES};
use crate::{Permille, Poke, Roll};
use core::fmt;

/// Shown as the phrase that reads back as this poke.
impl fmt::Display for Poke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::LoadRoll(roll) => write!(f, "load roll {roll}"),
            Self::PaperLeft(left) => write!(f, "paper left {left}"),
            Self::Pull { force_mn, over } => write!(f, "pull paper {force_mn} mN over {over}"),
            Self::WearGear { gear, tooth, wear } => {
                write!(f, "wear {} tooth {tooth} by {wear}", name_of(&GEARS, &gear))
            }
            Self::WeakenMotor { force } => write!(f, "weaken motor to {force}"),
            Self::GlazePlaten { grip } => write!(f, "glaze platen to {grip}"),
            Self::SpotPlaten { at, length, contact } => {
                write!(f, "spot platen at {at} for {length} contact {contact}")
            }
            Self::Jam { at } => write!(f, "jam at {at}"),
            Self::Drag { force_mn, over: None } => write!(f, "drag {force_mn} mN"),
            Self::Drag { force_mn, over: Some(over) } => write!(f, "drag {force_mn} mN over {over}"),
            Self::OpenDots { first, count } => write!(f, "burn out {count} dots from {first}"),
            Self::ShortDots { first, count } => write!(f, "short {count} dots from {first}"),
            Self::TiltHead { left, right } => write!(f, "tilt head left {left} right {right}"),
            Self::Thermistor(wire) => write!(f, "thermistor {}", name_of(&WIRES, &wire)),
            Self::AgeHead { km } => write!(f, "age head {km} km"),
            Self::Soil { sensor, offset_permille, noise_permille } => {
                let sensor = name_of(&SENSORS, &sensor);
                write!(f, "soil {sensor} offset {offset_permille}‰ noise {noise_permille}‰")
            }
            Self::Supply { voltage_mv } => write!(f, "supply {voltage_mv} mV"),
            Self::SupplyResistance { resistance_mohm } => {
                write!(f, "supply resistance {resistance_mohm} mohm")
            }
            Self::BlockBlade { at } => write!(f, "block blade at {at}"),
            Self::HomeSwitch(wire) => write!(f, "home switch {}", name_of(&WIRES, &wire)),
            Self::FillBin { pieces } => write!(f, "fill bin with {pieces}"),
            Self::Ambient { temp_c } => write!(f, "ambient {temp_c} C"),
            Self::Humidity { relative } => write!(f, "humidity {relative}"),
            ref plain => f.write_str(plain.fixed_words()),
        }
    }
}

impl Poke {
    /// The phrase of a poke without values.
    const fn fixed_words(&self) -> &'static str {
        match self {
            Self::PowerOff => "power off",
            Self::PowerOn => "power on",
            Self::OpenCover => "open cover",
            Self::CloseCover => "close cover",
            Self::PressFeed => "press feed",
            Self::ReleaseFeed => "release feed",
            Self::LoadPaper => "load paper",
            Self::TakeReceipt => "take receipt",
            Self::Inspect => "inspect",
            Self::RenewGears => "renew gears",
            Self::RenewPlaten => "renew platen",
            Self::WrapPaper => "wrap paper",
            Self::ClearJam => "clear jam",
            Self::FreePaper => "free paper",
            Self::RenewHead => "renew head",
            Self::UnplugModule => "unplug module",
            Self::PlugModule => "plug module",
            Self::CleanSensors => "clean sensors",
            Self::RenewSupply => "renew supply",
            Self::FreeBlade => "free blade",
            Self::BlockPresenter => "block presenter",
            Self::FreePresenter => "free presenter",
            Self::EmptyBin => "empty bin",
            Self::CloseDrawer => "close drawer",
            Self::DrawerCable { plugged: false } => "unplug drawer",
            Self::DrawerCable { plugged: true } => "plug drawer",
            // These are shown with their values. Named here so that a new poke asks for its words.
            Self::LoadRoll(_)
            | Self::PaperLeft(_)
            | Self::Pull { .. }
            | Self::WearGear { .. }
            | Self::WeakenMotor { .. }
            | Self::GlazePlaten { .. }
            | Self::SpotPlaten { .. }
            | Self::Jam { .. }
            | Self::Drag { .. }
            | Self::OpenDots { .. }
            | Self::ShortDots { .. }
            | Self::TiltHead { .. }
            | Self::Thermistor(_)
            | Self::AgeHead { .. }
            | Self::Soil { .. }
            | Self::Supply { .. }
            | Self::SupplyResistance { .. }
            | Self::BlockBlade { .. }
            | Self::HomeSwitch(_)
            | Self::FillBin { .. }
            | Self::Ambient { .. }
            | Self::Humidity { .. } => "",
        }
    }
}

/// Shown by its length and by what is not as it should be.
impl fmt::Display for Roll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { length, coating_to_head, sensitivity, skew_permille, over_sensor } = self;
        write!(f, "{length}")?;
        if !coating_to_head {
            write!(f, " upside down")?;
        }
        if *sensitivity != Permille::WHOLE {
            write!(f, " sensitivity {sensitivity}")?;
        }
        if *skew_permille != 0 {
            write!(f, " skew {skew_permille}‰")?;
        }
        if !over_sensor {
            write!(f, " beside sensor")?;
        }
        Ok(())
    }
}

fn name_of<T: PartialEq>(table: &[(&'static str, T)], meant: &T) -> &'static str {
    table.iter().find(|(_, one)| one == meant).map_or("", |(name, _)| name)
}

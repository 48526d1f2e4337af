//! The table of phrases: how each goes, one that can be typed, what it says, and the poke that it makes.
//!
//! Values arrive in the smallest units, in the order of the pattern. *Not here:* what is no poke.

use super::Phrase;
use super::value::{GEARS, SENSORS, WIRES, named, permille, small, um};
use crate::{Poke, Roll};

/// A row of the table: pattern, example, what it says, and the poke from the values in order.
macro_rules! phrases {
    ($($pattern:literal, $example:literal, $says:literal, [$($value:ident),*] => $poke:expr;)+) => {
        /// Every phrase, in the order of the help.
        pub const PHRASES: &[Phrase] = &[$(Phrase {
            pattern: $pattern,
            example: $example,
            says: $says,
            make: |values| {
                let [$($value),*] = *values else { return None };
                Some($poke)
            },
        },)+];
    };
}

phrases! {
    "power off", "power off", "pull the plug", [] => Poke::PowerOff;
    "power on", "power on", "plug it in again", [] => Poke::PowerOn;
    "open cover", "open cover", "open the cover", [] => Poke::OpenCover;
    "close cover", "close cover", "close it", [] => Poke::CloseCover;
    "press feed", "press feed", "hold the FEED button", [] => Poke::PressFeed;
    "release feed", "release feed", "let it go", [] => Poke::ReleaseFeed;
    "load paper", "load paper", "tear out what hangs there, put in a new roll", [] => Poke::LoadPaper;
    "load roll {length} {options}", "load roll 73 m upside down", "put in a roll that is not as it should be",
        [length, coating, sensitivity, skew, over] => Poke::LoadRoll(Roll {
            length: um(length)?,
            coating_to_head: coating != 0,
            sensitivity: permille(sensitivity)?,
            skew_permille: small(skew)?,
            over_sensor: over != 0,
        });
    "paper left {length}", "paper left 120 mm", "so much paper is left on the roll",
        [left] => Poke::PaperLeft(um(left)?);
    "take receipt", "take receipt", "the customer takes what can be reached", [] => Poke::TakeReceipt;
    "inspect", "inspect", "look what is there, and leave it", [] => Poke::Inspect;
    "pull paper {force} over {length}", "pull paper 3 N over 20 mm", "somebody pulls at the paper while it is printed",
        [force, over] => Poke::Pull { force_mn: small(force)?, over: um(over)? };
    "wear {gear} tooth {number} by {share}", "wear platen tooth 40 by 100 %", "wear a tooth of a gear",
        [gear, tooth, wear] =>
            Poke::WearGear { gear: named(&GEARS, gear)?, tooth: small(tooth)?, wear: permille(wear)? };
    "renew gears", "renew gears", "new gears", [] => Poke::RenewGears;
    "weaken motor to {share}", "weaken motor to 60 %", "the motor has only this force left",
        [force] => Poke::WeakenMotor { force: permille(force)? };
    "glaze platen to {share}", "glaze platen to 40 %", "the platen grips with this share of its force",
        [grip] => Poke::GlazePlaten { grip: permille(grip)? };
    "spot platen at {length} for {length} contact {share}", "spot platen at 5 mm for 3 mm contact 20 %",
        "a flat or dirty spot on the platen",
        [at, length, contact] =>
            Poke::SpotPlaten { at: um(at)?, length: um(length)?, contact: permille(contact)? };
    "renew platen", "renew platen", "new platen and motor", [] => Poke::RenewPlaten;
    "jam at {length}", "jam at 30 mm", "something stands in the paper path, so far beyond the head",
        [at] => Poke::Jam { at: um(at)? };
    "wrap paper", "wrap paper", "the paper wraps round the platen", [] => Poke::WrapPaper;
    "clear jam", "clear jam", "take out what is stuck, and the crumpled paper", [] => Poke::ClearJam;
    "drag {force}", "drag 900 mN", "something holds the paper back",
        [force] => Poke::Drag { force_mn: small(force)?, over: None };
    "drag {force} over {length}", "drag 2 N over 15 mm", "something holds the paper back for a while",
        [force, over] => Poke::Drag { force_mn: small(force)?, over: Some(um(over)?) };
    "free paper", "free paper", "nothing holds it back any more", [] => Poke::FreePaper;
    "burn out {number} dots from {number}", "burn out 64 dots from 256", "dots of the head stay white",
        [count, first] => Poke::OpenDots { first: small(first)?, count: small(count)? };
    "short {number} dots from {number}", "short 1 dots from 100", "dots of the head are always heated",
        [count, first] => Poke::ShortDots { first: small(first)?, count: small(count)? };
    "tilt head left {share} right {share}", "tilt head left 100 % right 30 %", "the head does not press evenly",
        [left, right] => Poke::TiltHead { left: permille(left)?, right: permille(right)? };
    "thermistor {wire}", "thermistor open", "the wire of the head's thermistor",
        [wire] => Poke::Thermistor(named(&WIRES, wire)?);
    "age head {km}", "age head 120 km", "the head has printed so far", [km] => Poke::AgeHead { km: small(km)? };
    "renew head", "renew head", "a new head", [] => Poke::RenewHead;
    "unplug module", "unplug module", "the mechanism's flat cable is off", [] => Poke::UnplugModule;
    "plug module", "plug module", "it is on again", [] => Poke::PlugModule;
    "soil {sensor} offset {level} noise {level}", "soil paper-end offset -60 % noise 5 %", "dust on a sensor",
        [sensor, offset, noise] => Poke::Soil {
            sensor: named(&SENSORS, sensor)?,
            offset_permille: small(offset)?,
            noise_permille: small(noise)?,
        };
    "clean sensors", "clean sensors", "clean them all", [] => Poke::CleanSensors;
    "supply resistance {resistance}", "supply resistance 900 mohm", "a weak adapter, a corroded cable",
        [resistance] => Poke::SupplyResistance { resistance_mohm: small(resistance)? };
    "supply {voltage}", "supply 19.5 V", "the supply's voltage", [voltage] => Poke::Supply { voltage_mv: small(voltage)? };
    "renew supply", "renew supply", "a good supply again", [] => Poke::RenewSupply;
    "block blade at {share}", "block blade at 50 %", "something stops the blade on its way",
        [at] => Poke::BlockBlade { at: permille(at)? };
    "free blade", "free blade", "it runs free", [] => Poke::FreeBlade;
    "home switch {wire}", "home switch open", "the wire of the blade's home switch",
        [wire] => Poke::HomeSwitch(named(&WIRES, wire)?);
    "block presenter", "block presenter", "something stops the presenter", [] => Poke::BlockPresenter;
    "free presenter", "free presenter", "it runs free", [] => Poke::FreePresenter;
    "fill bin with {number}", "fill bin with 20", "so many receipts lie in the bin",
        [pieces] => Poke::FillBin { pieces: small(pieces)? };
    "empty bin", "empty bin", "empty it", [] => Poke::EmptyBin;
    "ambient {temperature}", "ambient 45 C", "the air around the printer",
        [temp] => Poke::Ambient { temp_c: small(temp)? };
    "humidity {share}", "humidity 95 %", "the moisture of the air",
        [relative] => Poke::Humidity { relative: permille(relative)? };
    "close drawer", "close drawer", "shut the cash drawer", [] => Poke::CloseDrawer;
    "unplug drawer", "unplug drawer", "the drawer's cable is off", [] => Poke::DrawerCable { plugged: false };
    "plug drawer", "plug drawer", "it is on again", [] => Poke::DrawerCable { plugged: true };
}

//! From what a file says of a printer to the pokes that do it, and those that put it right again.
//!
//! Works on a checked tree only. A worn tooth slips 700 ‰ of its step: it still drags the paper a little. A full
//! roll has 70 m; the air of a room has 25 °C and 50 % humidity.

use crate::Gear;
use crate::language::PrinterFault;
use crate::node::Node;
use crate::scalar;
use printer::{GearName, Micrometres, Permille, Poke, Roll, Sensor, Wire};

const WORN: Permille = Permille::new(700);
const FULL_ROLL: Micrometres = Micrometres::from_mm(70_000);
const ROOM_C: i16 = 25;
const ROOM_HUMIDITY: Permille = Permille::new(500);

/// What happens to a printer.
pub(crate) fn printer_fault(node: &Node) -> Option<PrinterFault> {
    if let Some(word) = node.text() {
        return mishap(word);
    }
    teeth(node)
        .or_else(|| paper(node))
        .or_else(|| platen(node))
        .or_else(|| head(node))
        .or_else(|| sensor(node))
        .or_else(|| supply(node))
        .or_else(|| cutter(node))
}

/// What happens to the air.
pub(crate) fn air_fault(node: &Node) -> Option<PrinterFault> {
    if let Some(text) = node.scalar("temperature") {
        let temp_c = scalar::temperature_c(text).ok()?;
        return one(Poke::Ambient { temp_c }, Poke::Ambient { temp_c: ROOM_C });
    }
    let relative = node.share("humidity")?;
    one(Poke::Humidity { relative }, Poke::Humidity { relative: ROOM_HUMIDITY })
}

#[expect(clippy::unnecessary_wraps, reason = "the callers chain it with what may be missing")]
fn one(harm: Poke, mend: Poke) -> Option<PrinterFault> {
    Some(PrinterFault { harm: vec![harm], mend: vec![mend] })
}

/// A repair after which somebody switches the printer off and on: its firmware has given up.
#[expect(clippy::unnecessary_wraps, reason = "the callers chain it with what may be missing")]
fn repaired(harm: Poke, mend: Poke) -> Option<PrinterFault> {
    Some(PrinterFault { harm: vec![harm], mend: vec![mend, Poke::PowerOff, Poke::PowerOn] })
}

fn mishap(word: &str) -> Option<PrinterFault> {
    match word {
        "open-cover" => one(Poke::OpenCover, Poke::CloseCover),
        "wrap-paper" => one(Poke::WrapPaper, Poke::ClearJam),
        "unplug-module" => repaired(Poke::UnplugModule, Poke::PlugModule),
        "block-presenter" => one(Poke::BlockPresenter, Poke::FreePresenter),
        // By then the whole roll may have been fed out.
        "hold-feed-button" => {
            Some(PrinterFault { harm: vec![Poke::PressFeed], mend: vec![Poke::ReleaseFeed, Poke::LoadPaper] })
        }
        "unplug-drawer" => one(Poke::DrawerCable { plugged: false }, Poke::DrawerCable { plugged: true }),
        _ => None,
    }
}

fn teeth(node: &Node) -> Option<PrinterFault> {
    let map = node.get("wear-gear")?;
    let gear = match map.word("gear", Gear::from_name)? {
        Gear::Motor => GearName::Motor,
        Gear::Idler => GearName::Idler,
        Gear::Platen => GearName::Platen,
    };
    let all = |name, wear| map.teeth(name).into_iter().map(move |tooth| Poke::WearGear { gear, tooth, wear });
    let harm = all("teeth", WORN).chain(all("missing", Permille::WHOLE)).collect();
    Some(PrinterFault { harm, mend: vec![Poke::RenewGears] })
}

fn paper(node: &Node) -> Option<PrinterFault> {
    if let Some(jam) = node.get("jam") {
        return one(Poke::Jam { at: jam.length("at")? }, Poke::ClearJam);
    }
    if let Some(drag) = node.get("drag") {
        return one(Poke::Drag { force_mn: drag.force_mn()?, over: drag.length("for") }, Poke::FreePaper);
    }
    if let Some(pull) = node.get("pull") {
        let pull = Poke::Pull { force_mn: pull.force_mn()?, over: pull.length("for")? };
        return Some(PrinterFault { harm: vec![pull], mend: Vec::new() });
    }
    if let Some(roll) = node.get("load-roll") {
        return one(Poke::LoadRoll(roll_of(roll)), Poke::LoadPaper);
    }
    one(Poke::PaperLeft(node.length("paper-left")?), Poke::LoadPaper)
}

fn roll_of(node: &Node) -> Roll {
    let skew = node.share("skew").unwrap_or(Permille::NONE);
    Roll {
        length: node.length("length").unwrap_or(FULL_ROLL),
        coating_to_head: node.scalar("coating") != Some("away"),
        sensitivity: node.share("sensitivity").unwrap_or(Permille::WHOLE),
        skew_permille: i16::try_from(skew.get()).unwrap_or(i16::MAX),
        over_sensor: node.truth("over-sensor").unwrap_or(true),
    }
}

fn platen(node: &Node) -> Option<PrinterFault> {
    if let Some(force) = node.share("weaken-motor") {
        return one(Poke::WeakenMotor { force }, Poke::RenewPlaten);
    }
    if let Some(grip) = node.share("glaze-platen") {
        return one(Poke::GlazePlaten { grip }, Poke::RenewPlaten);
    }
    let spot = node.get("spot-platen")?;
    let (at, length) = (spot.length("at")?, spot.length("length")?);
    one(Poke::SpotPlaten { at, length, contact: spot.share("contact")? }, Poke::RenewPlaten)
}

fn head(node: &Node) -> Option<PrinterFault> {
    let dots = |map: &Node| Some((map.small("first")?, map.small("count")?));
    if let Some(map) = node.get("open-dots") {
        let (first, count) = dots(map)?;
        return one(Poke::OpenDots { first, count }, Poke::RenewHead);
    }
    if let Some(map) = node.get("short-dots") {
        let (first, count) = dots(map)?;
        return one(Poke::ShortDots { first, count }, Poke::RenewHead);
    }
    if let Some(map) = node.get("tilt-head") {
        let (left, right) = (map.share("left")?, map.share("right")?);
        return one(Poke::TiltHead { left, right }, Poke::RenewHead);
    }
    if let Some(wire) = node.scalar("thermistor") {
        return repaired(Poke::Thermistor(wire_of(wire)?), Poke::RenewHead);
    }
    one(Poke::AgeHead { km: node.get("age-head")?.count("km")? }, Poke::RenewHead)
}

fn wire_of(word: &str) -> Option<Wire> {
    match word {
        "open" => Some(Wire::Open),
        "shorted" => Some(Wire::Shorted),
        _ => None,
    }
}

fn sensor(node: &Node) -> Option<PrinterFault> {
    let map = node.get("soil")?;
    let sensor = match map.scalar("sensor")? {
        "paper-end" => Sensor::PaperEnd,
        "near-end" => Sensor::NearEnd,
        _ => Sensor::Exit,
    };
    let part = |name| i16::try_from(map.share(name).unwrap_or(Permille::NONE).get()).unwrap_or(i16::MAX);
    let noise_permille = map.share("flickers").unwrap_or(Permille::NONE).get();
    let offset_permille = part("brightens") - part("dims");
    one(Poke::Soil { sensor, offset_permille, noise_permille }, Poke::CleanSensors)
}

fn supply(node: &Node) -> Option<PrinterFault> {
    let map = node.get("supply")?;
    if let Some(text) = map.scalar("voltage") {
        let voltage_mv = scalar::voltage_mv(text).ok()?;
        return repaired(Poke::Supply { voltage_mv }, Poke::RenewSupply);
    }
    let resistance_mohm = scalar::resistance_mohm(map.scalar("resistance")?).ok()?;
    repaired(Poke::SupplyResistance { resistance_mohm }, Poke::RenewSupply)
}

fn cutter(node: &Node) -> Option<PrinterFault> {
    if let Some(at) = node.share("block-blade") {
        return one(Poke::BlockBlade { at }, Poke::FreeBlade);
    }
    if let Some(wire) = node.scalar("home-switch") {
        return one(Poke::HomeSwitch(wire_of(wire)?), Poke::HomeSwitch(Wire::Sound));
    }
    one(Poke::FillBin { pieces: node.small("fill-bin")? }, Poke::EmptyBin)
}

/// What only printers are measured in.
impl Node {
    fn share(&self, name: &str) -> Option<Permille> {
        scalar::permille(self.scalar(name)?).ok().map(Permille::new)
    }

    fn length(&self, name: &str) -> Option<Micrometres> {
        self.length_um(name).map(Micrometres)
    }

    fn force_mn(&self) -> Option<u32> {
        scalar::force_mn(self.scalar("force")?).ok()
    }

    fn small(&self, name: &str) -> Option<u16> {
        u16::try_from(self.count(name)?).ok()
    }
}

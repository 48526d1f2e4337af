//! What a typed line asks for, of which printer, and the one line that answers it.
//!
//! `ok ...` or `error: ...`; lines before it begin with two spaces. *Not here:* where lines come from, and what pokes
//! are called; that is the printer's own table.

use crate::device::Device;
use printer::words;
use std::fmt::Write;
use std::rc::Rc;

/// What is not a poke: the words, and what they do.
const ORDERS: [(&str, &str); 6] = [
    ("pull cable", "no byte goes in or out; the network stays connected"),
    ("plug cable", "bytes go in and out again"),
    ("status", "one line about the printer"),
    ("save", "files a picture of what hangs out uncut, as hanging.png"),
    ("help", "this list"),
    ("quit", "ends serving; receipts are written first"),
];

/// An answer, and whether it was the last.
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) quits: bool,
}

/// Does what a line asks for.
pub(crate) async fn obey(devices: &[Rc<Device>], line: &str) -> Answer {
    let (device, words) = match addressee(devices, line) {
        Ok(found) => found,
        Err(error) => return Answer { text: error, quits: false },
    };
    let text = match words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ").as_str() {
        "quit" => return Answer { text: "ok quit".to_owned(), quits: true },
        "help" => help(),
        "status" => status(device.map_or(devices, std::slice::from_ref)),
        order => match (device, devices) {
            (Some(device), _) | (None, [device]) => tell(device, order).await,
            _ => which(devices, order),
        },
    };
    Answer { text, quits: false }
}

/// The printer that a line begins with the name of, and the rest of the line.
fn addressee<'a, 'b>(
    devices: &'a [Rc<Device>],
    line: &'b str,
) -> Result<(Option<&'a Rc<Device>>, &'b str), String> {
    let Some((name, words)) = line.split_once(':') else { return Ok((None, line.trim())) };
    match devices.iter().find(|device| *device.name == *name.trim()) {
        Some(device) => Ok((Some(device), words.trim())),
        None => {
            let name = name.trim();
            Err(format!("error: there is no printer `{name}`, expected one of {}", names(devices)))
        }
    }
}

async fn tell(device: &Device, order: &str) -> String {
    match order {
        "pull cable" => {
            device.set_plugged(false);
            "ok pull cable".to_owned()
        }
        "plug cable" => {
            device.set_plugged(true);
            "ok plug cable".to_owned()
        }
        "save" => save(device).await,
        phrase => poke(device, phrase),
    }
}

fn poke(device: &Device, phrase: &str) -> String {
    let done = |poke| {
        device.poke(poke);
        words::missing_part(poke, device.profile)
    };
    if let Some(preset) = words::preset(phrase) {
        let missing = preset.pokes().into_iter().filter_map(done).last();
        return format!("ok {}: {}{}", preset.name, preset.says, without(missing));
    }
    match words::parse_poke(phrase) {
        Ok(poke) => format!("ok {poke}{}", without(done(poke))),
        Err(error) => format!("error: {error}; `help` lists all phrases"),
    }
}

/// What to add where somebody does something to a part that is not there.
fn without(part: Option<&str>) -> String {
    part.map(|part| format!(" (this printer has no {part}: nothing changes)")).unwrap_or_default()
}

async fn save(device: &Device) -> String {
    if !device.has_folder() {
        return "error: there is no folder to save in, expected one on the command line, for example --out receipts"
            .to_owned();
    }
    let Some(answered) = device.save() else { return "ok nothing hangs out".to_owned() };
    match answered.await {
        Ok(Ok(path)) => format!("ok saved {}", path.display()),
        Ok(Err(why)) => format!("error: {why}"),
        Err(_) => "error: the folder is closed already".to_owned(),
    }
}

fn status(devices: &[Rc<Device>]) -> String {
    match devices {
        [device] => format!("ok {}", device.summary()),
        _ => {
            let mut text = String::new();
            for device in devices {
                let _ = writeln!(text, "  {}", device.summary());
            }
            text + "ok status"
        }
    }
}

/// All that can be typed.
pub(crate) fn help() -> String {
    let pokes = words::PHRASES.iter().map(|phrase| (phrase.example, phrase.says));
    let faults = words::PRESETS.iter().map(|preset| (preset.name, preset.says));
    let mut text = String::new();
    for (words, says) in pokes.chain(faults).chain(ORDERS) {
        let _ = writeln!(text, "  {words:36}  {says}");
    }
    text + "ok with several printers, the name comes first, for example `till1: open cover`"
}

fn which(devices: &[Rc<Device>], order: &str) -> String {
    let example = devices.first().map_or("", |device| &device.name);
    let names = names(devices);
    format!("error: `{order}` of which printer? expected one of {names}, for example `{example}: {order}`")
}

fn names(devices: &[Rc<Device>]) -> String {
    devices.iter().map(|device| &*device.name).collect::<Vec<&str>>().join(", ")
}

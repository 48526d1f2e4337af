//! What a fuzzer's input means.
//!
//! | bytes | say |
//! |---|---|
//! | 1 | the model |
//! | 1 | the interface: handshake, size of the buffer, when it is busy, what garbled bytes become; patience |
//! | 1 | bytes that are sent at once |
//! | 1 | how many things happen, 31 at most |
//! | 3 each | when, in 256ths of the stream; what; how much |
//! | the rest | the host's bytes, so that a captured stream is an input by itself behind four bytes |
//!
//! *Not modelled:* faults with free numbers; the pokes stand in a table.

use crate::{
    BUILT_IN, DESK_80, Garbled, GearName, Handshake, Interface, KIOSK_80, Micrometres, Permille, Poke,
    Profile, ReceiveBuffer, Roll, SLIP_58, Sensor, TypeFace, Wire,
};
use core::time::Duration;
use escpos::{Dialect, Multibyte};

/// A model that has every command that any dialect knows.
static EVERY_COMMAND: Profile = Profile {
    name: "every-command",
    type_face: TypeFace {
        dialect: Dialect {
            italics: true,
            citizen_presenter: true,
            star_presenter: true,
            ncr_status: true,
            ..Dialect::CLONE_58
        },
        ..KIOSK_80.type_face
    },
    ..KIOSK_80
};

/// A model that reads bytes in its own way.
static STUBBORN: Profile = Profile {
    name: "stubborn",
    type_face: TypeFace {
        dialect: Dialect {
            fs_dot_ignored: true,
            realtime_at_command_position: true,
            multibyte: Multibyte::ShiftJis,
            ..Dialect::CLONE_58
        },
        ..SLIP_58.type_face
    },
    ..SLIP_58
};

/// One thing that happens besides the host's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Poke(Poke),
    Lines(u8),
    Garbled(usize),
    Refused,
    Wake,
    Pass(Duration),
}

/// An input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script<'a> {
    model: u8,
    wire: u8,
    chunk: usize,
    acts: &'a [[u8; 3]],
    stream: &'a [u8],
}

impl<'a> Script<'a> {
    /// For a whole printer.
    pub(super) fn printer(bytes: &'a [u8]) -> Option<Self> {
        let &[model, wire, chunk, count, ref rest @ ..] = bytes else { return None };
        let (acts, _) = rest.as_chunks::<3>();
        let acts = acts.get(..usize::from(count & 31)).unwrap_or(acts);
        let stream = rest.get(acts.len() * 3..).unwrap_or_default();
        Some(Self { model, wire, chunk: usize::from(chunk).max(1), acts, stream })
    }

    /// For a receiver: the buffer is small unless its second bit is set, and chunks are short.
    pub(super) fn receiver(bytes: &'a [u8]) -> Option<Self> {
        let script = Self::printer(bytes)?;
        Some(Self { wire: script.wire ^ SMALL, chunk: script.chunk.min(64), ..script })
    }

    pub(super) fn profile(&self) -> &'static Profile {
        let more = [&EVERY_COMMAND, &STUBBORN];
        let model = usize::from(self.model) % (BUILT_IN.len() + more.len());
        BUILT_IN.into_iter().chain(more).nth(model).unwrap_or(&DESK_80)
    }

    pub(super) const fn interface(&self) -> Interface {
        let handshake = match self.wire & 3 {
            0 | 3 => Handshake::XonXoff,
            1 => Handshake::DtrDsr,
            _ => Handshake::Transport,
        };
        let small = self.wire & SMALL != 0;
        let garbled = self.wire & 0x10 != 0;
        Interface {
            buffer: if small { ReceiveBuffer::SMALL } else { ReceiveBuffer::LARGE },
            handshake,
            busy_when_offline: self.wire & 8 == 0,
            garbled: if garbled { Garbled::Ignored } else { Garbled::QuestionMark },
        }
    }

    /// Whether the host waits while the printer is busy.
    pub(super) const fn is_patient(&self) -> bool {
        self.wire & 0x20 != 0
    }

    /// What keeps a receiver's printer from printing.
    pub(super) fn trouble(&self) -> Option<Poke> {
        match self.wire >> 6 {
            0 => Some(Poke::OpenCover),
            1 => Some(Poke::PaperLeft(Micrometres(0))),
            2 => Some(Poke::PressFeed),
            _ => None,
        }
    }

    pub(super) const fn stream(&self) -> &'a [u8] {
        self.stream
    }

    /// The stream in parts, each with what happens before it.
    pub(super) fn steps(&self) -> impl Iterator<Item = (Vec<Act>, &'a [u8])> {
        let script = *self;
        let parts = script.stream.chunks(script.chunk);
        let count = parts.len().max(1);
        parts.chain((script.stream.is_empty()).then_some(&[] as &[u8])).enumerate().map(move |(at, part)| {
            let due = |act: &&[u8; 3]| usize::from(act[0]) * count / 256 == at;
            (script.acts.iter().filter(due).map(|[_, what, much]| act(*what, *much)).collect(), part)
        })
    }
}

/// Bit of the interface: the 45-byte buffer.
const SMALL: u8 = 4;

fn act(what: u8, much: u8) -> Act {
    let what = usize::from(what);
    if let Some(poke) = POKES.get(what) {
        return Act::Poke(*poke);
    }
    let much_ms = u64::from(much);
    match what % 7 {
        0 => Act::Lines(much & 3),
        1 => Act::Garbled(usize::from(much)),
        2 => Act::Refused,
        3 => Act::Wake,
        4 => Act::Pass(Duration::from_millis(much_ms)),
        5 => Act::Pass(Duration::from_millis(much_ms * 40)),
        _ => Act::Pass(Duration::from_secs(much_ms)),
    }
}

/// What hands, tools, dirt and age do.
pub const POKES: [Poke; 64] = [
    Poke::PowerOff,
    Poke::PowerOn,
    Poke::OpenCover,
    Poke::CloseCover,
    Poke::PressFeed,
    Poke::ReleaseFeed,
    Poke::LoadPaper,
    Poke::LoadRoll(Roll::sound(Micrometres::from_mm(700))),
    Poke::LoadRoll(Roll {
        coating_to_head: false,
        sensitivity: Permille::new(300),
        skew_permille: 30,
        over_sensor: false,
        ..Roll::sound(Micrometres::from_mm(9000))
    }),
    Poke::PaperLeft(Micrometres(0)),
    Poke::PaperLeft(Micrometres::from_mm(90)),
    Poke::TakeReceipt,
    Poke::Inspect,
    Poke::Pull { force_mn: 900, over: Micrometres::from_mm(5) },
    Poke::Pull { force_mn: 20_000, over: Micrometres::from_mm(50) },
    Poke::WearGear { gear: GearName::Idler, tooth: 3, wear: Permille::WHOLE },
    Poke::WearGear { gear: GearName::Motor, tooth: 1, wear: Permille::new(500) },
    Poke::WearGear { gear: GearName::Platen, tooth: 60_000, wear: Permille::new(100) },
    Poke::RenewGears,
    Poke::WeakenMotor { force: Permille::new(0) },
    Poke::WeakenMotor { force: Permille::new(600) },
    Poke::GlazePlaten { grip: Permille::new(0) },
    Poke::GlazePlaten { grip: Permille::new(300) },
    Poke::SpotPlaten { at: Micrometres(9000), length: Micrometres(40_000), contact: Permille::new(0) },
    Poke::RenewPlaten,
    Poke::Jam { at: Micrometres(0) },
    Poke::Jam { at: Micrometres::from_mm(30) },
    Poke::WrapPaper,
    Poke::ClearJam,
    Poke::Drag { force_mn: 2000, over: None },
    Poke::Drag { force_mn: u32::MAX, over: Some(Micrometres::from_mm(8)) },
    Poke::FreePaper,
    Poke::OpenDots { first: 64, count: 64 },
    Poke::ShortDots { first: 0, count: u16::MAX },
    Poke::TiltHead { left: Permille::new(0), right: Permille::WHOLE },
    Poke::Thermistor(Wire::Open),
    Poke::Thermistor(Wire::Shorted),
    Poke::AgeHead { km: u32::MAX },
    Poke::RenewHead,
    Poke::UnplugModule,
    Poke::PlugModule,
    Poke::Soil { sensor: Sensor::PaperEnd, offset_permille: -400, noise_permille: 200 },
    Poke::Soil { sensor: Sensor::NearEnd, offset_permille: 0, noise_permille: 1000 },
    Poke::Soil { sensor: Sensor::Exit, offset_permille: 500, noise_permille: 0 },
    Poke::CleanSensors,
    Poke::Supply { voltage_mv: 0 },
    Poke::Supply { voltage_mv: 19_000 },
    Poke::Supply { voltage_mv: u32::MAX },
    Poke::SupplyResistance { resistance_mohm: 2_000 },
    Poke::SupplyResistance { resistance_mohm: u32::MAX },
    Poke::RenewSupply,
    Poke::BlockBlade { at: Permille::new(400) },
    Poke::FreeBlade,
    Poke::HomeSwitch(Wire::Open),
    Poke::HomeSwitch(Wire::Shorted),
    Poke::BlockPresenter,
    Poke::FreePresenter,
    Poke::FillBin { pieces: 100 },
    Poke::Ambient { temp_c: 60 },
    Poke::Ambient { temp_c: 85 },
    Poke::Ambient { temp_c: -40 },
    Poke::Humidity { relative: Permille::WHOLE },
    Poke::CloseDrawer,
    Poke::DrawerCable { plugged: false },
];

/// What makes a printer whole again, whatever happened to it.
pub(super) const MENDING: [Poke; 20] = [
    Poke::ReleaseFeed,
    Poke::RenewSupply,
    Poke::PlugModule,
    Poke::RenewHead,
    Poke::Thermistor(Wire::Sound),
    Poke::RenewGears,
    Poke::RenewPlaten,
    Poke::WeakenMotor { force: Permille::WHOLE },
    Poke::FreePaper,
    Poke::ClearJam,
    Poke::CleanSensors,
    Poke::FreeBlade,
    Poke::HomeSwitch(Wire::Sound),
    Poke::FreePresenter,
    Poke::EmptyBin,
    Poke::Ambient { temp_c: 25 },
    Poke::Humidity { relative: Permille::new(500) },
    Poke::DrawerCable { plugged: true },
    Poke::LoadPaper,
    Poke::PowerOn,
];

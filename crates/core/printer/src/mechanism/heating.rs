//! Heating a dot line: how much energy it needs, how long that takes, and how dark it gets.
//!
//! A dot needs `E(T) = E25 - (T - 25) Tc`, less what is left in it from the line before. One strobe takes
//! `t = E R / V²` with `R = (RH + Ri + RC N)² / RH` for N dots at once, because all share some wires; a line with
//! more dots takes several strobes; and the supply gives no more than its power, less what the motor takes. So a
//! black line is slow. The firmware knows the voltage under load and lengthens the strobe as far as it may;
//! beyond that the line gets light. It does not know that a head has aged. Facts: printer sources, sections 5, 6.3.
//! Darkness rises evenly from 40 % of the needed energy to all of it, typical of thermal paper. *Not modelled:*
//! neighbours that warm each other, dots that are only weak, which dots of a line are the dead ones, and dots darker
//! than sound ones: energy beyond the needed one, which the host may ask for, only takes time and warms the head.

use crate::mechanism::thermal::Thermal;
use crate::paper::surface::Shade;
use crate::{Head, Profile, Supply};
use std::sync::Arc;

/// Binary places of [`Pulse::ns_per_nj`].
const PLACES: u32 = 24;
/// Time covered by one entry of the table of what is left from the line before: 2 to this power nanoseconds.
const RESIDUAL_LOG2_NS: u32 = 15;
/// Entries of that table: 8 ms.
const RESIDUAL_ENTRIES: usize = 256;
/// No more than this is ever plugged in: 230 V.
const VOLTAGE_MAX_MV: u32 = 230_000;
/// More than 1 kΩ is a broken cable.
const RESISTANCE_MAX_MOHM: u32 = 1_000_000;
/// Below this share of the needed energy nothing darkens.
const VISIBLE_PERMILLE: u32 = 400;

/// What load a line puts on the supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    Fine,
    /// The voltage falls below what the firmware accepts.
    Low,
    /// It falls below what the logic needs.
    Reset,
}

/// How the host wants the head driven. Each zero leaves it to the firmware.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drive {
    /// Energy, of the usual.
    pub(crate) energy_permille: u16,
    /// A dot line takes at least so long.
    pub(crate) line_ns: u32,
    /// Most dots at once; never more than the head may.
    pub(crate) dots_at_once: u16,
    /// Pause around each strobe, more than the usual.
    pub(crate) pause_ns: u32,
}

/// Heating one dot line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Strobe {
    pub(crate) time_ns: u32,
    pub(crate) energy_uj: u32,
    /// Share of the needed energy.
    pub(crate) share_permille: u16,
    pub(crate) load: Load,
}

/// The dot line before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    pub(crate) dots: u16,
    pub(crate) time_ns: u32,
}

/// Heating a line of so many dots.
#[derive(Clone, Copy, Debug)]
struct Pulse {
    /// Time for the energy of the whole line, with [`PLACES`] binary places.
    ns_per_nj: u32,
    overhead_ns: u32,
    strobes: u16,
    /// Energy that it really gets, of what it needs; more than the whole if the host wants more.
    given_permille: u16,
    load: Load,
}

/// Everything electrical about head and supply, as tables that change only when somebody touches them.
#[derive(Clone, Debug)]
pub(crate) struct Heating {
    head: Head,
    head_dots: u16,
    nominal: Supply,
    motor_mw: u32,
    pulses: Arc<[Pulse]>,
    /// Every dot line gets fully dark.
    sound: bool,
    /// Share that is left from the line before, in 1/65536, by the time that it took.
    residual: Arc<[u16]>,
    voltage_mv: u32,
    resistance_mohm: u32,
    /// How much more resistance the dots have than when they were new.
    drift_permille: u32,
    open_dots: u16,
    shorted_dots: u16,
    drive: Drive,
}

impl Heating {
    pub(crate) fn new(profile: &Profile) -> Self {
        let mut heating = Self {
            head: profile.head,
            head_dots: profile.geometry.head_dots,
            nominal: profile.supply,
            motor_mw: profile.motor.power_mw,
            pulses: Arc::new([]),
            sound: true,
            residual: residual(&profile.head),
            voltage_mv: profile.supply.voltage_mv,
            resistance_mohm: profile.supply.resistance_mohm,
            drift_permille: 0,
            open_dots: 0,
            shorted_dots: 0,
            drive: Drive::default(),
        };
        heating.tabulate();
        heating
    }

    /// Drives the head as the host wants it.
    pub(crate) fn set_drive(&mut self, drive: Drive) {
        if self.drive != drive {
            self.drive = drive;
            self.tabulate();
        }
    }

    /// A dot line takes at least so long, heated or not.
    #[inline]
    pub(crate) const fn least_line_ns(&self) -> u32 {
        self.drive.line_ns
    }

    /// Heats a line of so many dots after another.
    #[inline]
    pub(crate) fn strobe(&self, thermal: &Thermal, heat_uj: i64, dots: u16, before: Before) -> Strobe {
        let Some(pulse) = self.pulses.get(usize::from(dots)).filter(|_| dots > 0) else {
            return self.no_strobe();
        };
        let dot_nj = self.dot_nj(thermal.temp_mc(heat_uj));
        let left = self.residual.get((before.time_ns >> RESIDUAL_LOG2_NS) as usize).copied().unwrap_or(0);
        let warm_nj = u64::from(dots.min(before.dots)) * ((dot_nj * u64::from(left)) >> 16);
        let line_nj = u64::from(dots) * dot_nj - warm_nj;
        let time_ns = ((line_nj * u64::from(pulse.ns_per_nj)) >> PLACES) + u64::from(pulse.overhead_ns);
        let landed_nj =
            if self.is_whole() { line_nj } else { self.landed_nj(pulse.strobes, line_nj, dot_nj) };
        let energy_uj = landed_nj / 1000 * u64::from(pulse.given_permille) / 1000;
        Strobe {
            time_ns: u32::try_from(time_ns).unwrap_or(u32::MAX),
            energy_uj: u32::try_from(energy_uj).unwrap_or(u32::MAX),
            share_permille: pulse.given_permille.min(1000),
            load: pulse.load,
        }
    }

    /// Shorted dots are heated even with an empty line.
    const fn no_strobe(&self) -> Strobe {
        let energy_uj = self.shorted_dots as u32 * (self.head.dot_nj / 1000);
        Strobe { time_ns: 0, energy_uj, share_permille: 1000, load: Load::Fine }
    }

    const fn is_whole(&self) -> bool {
        self.open_dots == 0 && self.shorted_dots == 0
    }

    /// Open dots take no heat; shorted ones take it with every strobe of the line.
    fn landed_nj(&self, strobes: u16, line_nj: u64, dot_nj: u64) -> u64 {
        let whole = u64::from(self.head_dots.max(1));
        let sound = whole.saturating_sub(u64::from(self.open_dots));
        line_nj * sound / whole + u64::from(self.shorted_dots) * u64::from(strobes) * dot_nj
    }

    /// Energy of a dot at a temperature of the head.
    fn dot_nj(&self, temp_mc: i64) -> u64 {
        let Head { dot_nj, dot_nj_per_k, .. } = self.head;
        let less = (temp_mc - 25_000) * i64::from(dot_nj_per_k) / 1000;
        (i64::from(dot_nj) - less).clamp(i64::from(dot_nj) / 4, i64::from(dot_nj) * 2).unsigned_abs()
    }

    /// True when every dot line gets fully dark.
    pub(crate) const fn is_sound(&self) -> bool {
        self.sound
    }

    pub(crate) const fn voltage_mv(&self) -> u32 {
        self.voltage_mv
    }

    pub(crate) fn set_voltage(&mut self, voltage_mv: u32) {
        self.voltage_mv = voltage_mv.min(VOLTAGE_MAX_MV);
        self.tabulate();
    }

    pub(crate) fn set_resistance(&mut self, resistance_mohm: u32) {
        self.resistance_mohm = resistance_mohm.min(RESISTANCE_MAX_MOHM);
        self.tabulate();
    }

    /// A supply as the model is sold with.
    pub(crate) fn renew_supply(&mut self) {
        (self.voltage_mv, self.resistance_mohm) = (self.nominal.voltage_mv, self.nominal.resistance_mohm);
        self.tabulate();
    }

    /// The head has printed so much; beyond its rated life its dots gain 30 % of resistance each further life.
    pub(crate) fn age(&mut self, km: u32) {
        let over = u64::from(km.saturating_sub(self.head.rated_km));
        let drift = over * 300 / u64::from(self.head.rated_km.max(1));
        self.drift_permille = u32::try_from(drift).unwrap_or(u32::MAX).min(2000);
        self.tabulate();
    }

    /// So many dots are open, and so many shorted.
    pub(crate) fn set_dots(&mut self, open: u16, shorted: u16) {
        (self.open_dots, self.shorted_dots) = (open, shorted);
        self.tabulate();
    }

    fn tabulate(&mut self) {
        self.pulses = (0..=self.head_dots).map(|dots| self.pulse(dots)).collect();
        self.sound = self.pulses.iter().all(|pulse| pulse.given_permille >= 1000);
    }

    fn pulse(&self, dots: u16) -> Pulse {
        let Head { longest_strobe_permille, strobe_overhead_ns, .. } = self.head;
        let dots_at_once = match self.drive.dots_at_once {
            0 => self.head.dots_at_once,
            wanted => wanted.min(self.head.dots_at_once),
        };
        let energy = match self.drive.energy_permille {
            0 => 1000,
            wanted => u64::from(wanted),
        };
        let overhead_ns = strobe_overhead_ns.saturating_add(self.drive.pause_ns);
        let strobes = dots.div_ceil(dots_at_once.max(1)).max(1);
        let at_once = u64::from(dots.div_ceil(strobes)) + u64::from(self.shorted_dots);
        let known = self.coefficient(at_once, self.voltage_mv, self.resistance_mohm, 0);
        let Supply { voltage_mv, resistance_mohm, .. } = self.nominal;
        let is_nominal = (voltage_mv, resistance_mohm) == (self.voltage_mv, self.resistance_mohm);
        let nominal =
            if is_nominal { known } else { self.coefficient(at_once, voltage_mv, resistance_mohm, 0) };
        let needed = match self.drift_permille {
            0 => known,
            drift => self.coefficient(at_once, self.voltage_mv, self.resistance_mohm, drift),
        };
        let longest = nominal.saturating_mul(u64::from(longest_strobe_permille)) / 1000;
        let given = (known.saturating_mul(energy) / 1000).min(longest);
        let given_permille = u16::try_from(given * 1000 / needed.max(1)).unwrap_or(u16::MAX);
        let electrical = given * u64::from(strobes) / u64::from(dots.max(1));
        let by_power = self.by_power() * u64::from(given_permille) / 1000;
        Pulse {
            ns_per_nj: u32::try_from(electrical.max(by_power)).unwrap_or(u32::MAX),
            overhead_ns: u32::from(strobes).saturating_mul(overhead_ns),
            strobes,
            given_permille,
            load: self.load(at_once),
        }
    }

    /// `R/V²` in nanoseconds a nanojoule with [`PLACES`] binary places, for so many dots at once.
    fn coefficient(&self, at_once: u64, voltage_mv: u32, resistance_mohm: u32, drift_permille: u32) -> u64 {
        let dot_mohm = u64::from(self.head.dot_ohm.max(1)) * u64::from(1000 + drift_permille);
        let shared_mohm = u64::from(self.head.common_mohm) + u64::from(resistance_mohm);
        let sum = u128::from(dot_mohm + u64::from(self.head.driver_ohm) * 1000 + shared_mohm * at_once);
        let ohm_by_1000 = sum * sum / u128::from(dot_mohm);
        let voltage = u128::from(voltage_mv.max(1));
        u64::try_from(((ohm_by_1000 * 1000) << PLACES) / (voltage * voltage))
            .unwrap_or(u64::MAX / 4096)
            .min(u64::MAX / 4096)
    }

    /// The same, as far as the supply's power sets it.
    fn by_power(&self) -> u64 {
        let Supply { power_mw, .. } = self.nominal;
        if power_mw == u32::MAX {
            return 0;
        }
        (1000 << PLACES) / u64::from(power_mw.saturating_sub(self.motor_mw).max(1000))
    }

    fn load(&self, at_once: u64) -> Load {
        let shared_mohm = u64::from(self.head.common_mohm) + u64::from(self.resistance_mohm);
        let dots_mohm = (u64::from(self.head.dot_ohm) + u64::from(self.head.driver_ohm)) * 1000;
        let all = (dots_mohm + shared_mohm * at_once).max(1);
        let lost = u64::from(self.voltage_mv) * (at_once * u64::from(self.resistance_mohm)).min(all) / all;
        let left_mv = u64::from(self.voltage_mv).saturating_sub(lost);
        if left_mv < u64::from(self.nominal.reset_mv) {
            Load::Reset
        } else if left_mv < u64::from(self.nominal.lowest_mv) {
            Load::Low
        } else {
            Load::Fine
        }
    }
}

/// Darkness, as in [`Shade`], of dots that get this share of the energy that they need.
pub(crate) fn darkness(energy_permille: u32) -> u8 {
    let above = energy_permille.clamp(VISIBLE_PERMILLE, 1000) - VISIBLE_PERMILLE;
    u8::try_from(above * u32::from(Shade::FULL_DARKNESS) / (1000 - VISIBLE_PERMILLE)).unwrap_or(u8::MAX)
}

/// An exponential in small steps: `1 - x + x²/2` for each.
fn residual(head: &Head) -> Arc<[u16]> {
    let x = (65_536 << RESIDUAL_LOG2_NS) / u64::from(head.residual_ns.max(1 << RESIDUAL_LOG2_NS));
    let factor = 65_536 - x + x * x / 131_072;
    let first = u64::from(head.residual_permille.min(1000)) * 65_535 / 1000;
    let shares = core::iter::successors(Some(first << 16), |share| Some((share * factor) >> 16));
    shares.take(RESIDUAL_ENTRIES).map(|share| u16::try_from(share >> 16).unwrap_or(u16::MAX)).collect()
}

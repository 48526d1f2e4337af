//! Heat to darkness: what thermal paper makes of the energy that a dot gets.
//!
//! Below two fifths of the energy of a sound dot the coating does not melt, and nothing is seen. What is above that is
//! the dot's heat, in hundredths of a sound dot's: darkness grows evenly with it up to a sound dot's, then ever more
//! slowly, and two sound heatings are black. Heat of a place adds up over its heatings, energy does not: the paper
//! cools between them. Facts: printer sources, sections 6.3 (energy decides darkness) and 7; the numbers are typical of
//! the class, not of one paper. *Not modelled:* fading with age and light.

/// Share of a sound dot's energy below which nothing is seen, in thousandths.
const THRESHOLD_PERMILLE: u32 = 400;

/// Heat of a sound dot.
pub(crate) const FULL_HEAT: u8 = 100;

/// The heat of a dot that got this share of a sound dot's energy, in thousandths.
pub(crate) const fn heat(energy_permille: u32) -> u8 {
    let above = energy_permille.saturating_sub(THRESHOLD_PERMILLE);
    let heat = above * FULL_HEAT as u32 / (1000 - THRESHOLD_PERMILLE);
    if heat > u8::MAX as u32 { u8::MAX } else { heat as u8 }
}

/// The share of a sound dot's energy that gives this share of its darkness, both in thousandths.
pub(crate) const fn energy_permille(darkness_permille: u32) -> u32 {
    if darkness_permille == 0 {
        0
    } else {
        THRESHOLD_PERMILLE + (1000 - THRESHOLD_PERMILLE) * darkness_permille / 1000
    }
}

/// A dot at least as dark as this is seen by a person at arm's length: a quarter of the way from white to black.
pub(crate) const VISIBLE: u8 = 64;

/// Darkness for each heat, 0 white to 255 black.
pub(crate) static TONE: [u8; 256] = tones();

/// Darkness of a sound dot.
pub(crate) const BURNT: u8 = tone(FULL_HEAT as u32);

/// Where the curve bends: heat and darkness.
const BENDS: [(u32, u32); 4] = [(0, 0), (FULL_HEAT as u32, 200), (150, 240), (200, 255)];

const fn tones() -> [u8; 256] {
    let mut table = [0; 256];
    let mut heat = 0;
    while heat < table.len() {
        table[heat] = tone(heat as u32);
        heat += 1;
    }
    table
}

/// How dark a dot of this heat is: straight from bend to bend.
const fn tone(heat: u32) -> u8 {
    let mut bend = 1;
    while bend < BENDS.len() {
        let ((from, low), (to, high)) = (BENDS[bend - 1], BENDS[bend]);
        if heat <= to {
            return (low + (high - low) * (heat - from) / (to - from)) as u8;
        }
        bend += 1;
    }
    u8::MAX
}

/// How dark a dot of this heat is.
pub(crate) fn darkness(heat: u8) -> u8 {
    TONE.get(usize::from(heat)).copied().unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::{FULL_HEAT, TONE, VISIBLE, darkness, energy_permille, heat};

    #[test]
    fn more_heat_is_never_lighter_and_little_energy_is_not_seen() {
        assert!(TONE.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!([0, FULL_HEAT, 200].map(darkness), [0, 200, 255]);
        assert_eq!([0, 400, 700, 1000].map(heat), [0, 0, 50, 100]);
        // 64 of 200 is heat 32: 400 and 32 hundredths of 600 thousandths.
        assert!(darkness(heat(591)) < VISIBLE && darkness(heat(592)) >= VISIBLE);
    }

    #[test]
    fn half_the_darkness_needs_the_middle_between_threshold_and_all_energy() {
        assert_eq!([0, 500, 1000].map(energy_permille), [0, 700, 1000]);
        assert_eq!(darkness(heat(energy_permille(500))), darkness(FULL_HEAT) / 2);
    }
}

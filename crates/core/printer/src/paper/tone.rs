//! Heat to darkness: what thermal paper makes of the energy that a dot gets.
//!
//! Heat is counted in hundredths of what a sound dot gets once. Below a threshold the coating does not melt and
//! nothing is seen; above it darkness grows steeply, then slowly, and two full heatings are black. Facts: printer
//! sources, sections 6.3 (energy decides darkness) and 7; the bends are typical of the class, not of one paper.
//! *Not modelled:* that paper which has cooled between two heatings needs more than one that has not, fading with age.

/// Heat of a sound dot.
pub(crate) const FULL_HEAT: u8 = 100;

/// A dot at least as dark as this is seen by a person at arm's length: a quarter of the way from white to black.
pub(crate) const VISIBLE: u8 = 64;

/// Darkness for each heat, 0 white to 255 black.
pub(crate) static TONE: [u8; 256] = tones();

/// Where the curve bends: heat and darkness.
const BENDS: [(u32, u32); 7] = [(0, 0), (30, 0), (50, 50), (75, 140), (100, 200), (150, 240), (200, 255)];

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
    use super::{FULL_HEAT, TONE, VISIBLE, darkness};

    #[test]
    fn more_heat_is_never_lighter_and_little_heat_is_not_seen() {
        assert!(TONE.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!((darkness(0), darkness(30), darkness(FULL_HEAT), darkness(200)), (0, 0, 200, 255));
        // From 50 to 75 darkness grows by 90 in 25 steps, so 64 is reached 4 steps beyond 50.
        assert!(darkness(53) < VISIBLE && darkness(54) >= VISIBLE);
    }
}

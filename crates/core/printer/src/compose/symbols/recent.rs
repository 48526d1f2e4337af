//! The last symbol of a kind: receipts repeat themselves, and making a symbol takes longer than printing it.
//!
//! A macro that prints a symbol of 500 bytes over and over would keep a page busy for minutes. *Not modelled:* the time
//! that a printer's processor takes for a symbol.

use super::grid::Drawn;

/// What was made last, or could not be made, of which settings and in which area.
#[derive(Clone, Debug)]
pub(super) struct Recent<Store> {
    last: Option<(Store, u16, Option<Drawn>)>,
}

impl<Store> Default for Recent<Store> {
    fn default() -> Self {
        Self { last: None }
    }
}

impl<Store: Clone + PartialEq> Recent<Store> {
    /// The symbol of this store, made only if it is not the last one.
    pub(super) fn draw(
        &mut self,
        store: &Store,
        area_dots: u16,
        make: impl FnOnce() -> Option<Drawn>,
    ) -> Option<Drawn> {
        match &self.last {
            Some((known, area, drawn)) if known == store && *area == area_dots => drawn.clone(),
            _ => {
                let drawn = make();
                self.last = Some((store.clone(), area_dots, drawn.clone()));
                drawn
            }
        }
    }

    /// Bytes that the symbol takes; the store has once more as many as it has itself.
    pub(super) fn footprint_bytes(&self) -> usize {
        let drawn = self.last.as_ref().and_then(|(_, _, drawn)| drawn.as_ref());
        drawn.map_or(0, |drawn| 2 * drawn.data.len() + drawn.grid.bits.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn what_could_not_be_made_is_not_tried_again_until_something_is_different() {
        let (mut recent, mut tries) = (Recent::default(), 0);
        for (store, area_dots) in [(1, 576), (1, 576), (2, 576), (2, 512), (2, 512)] {
            recent.draw(&store, area_dots, || {
                tries += 1;
                None
            });
        }
        assert_eq!(tries, 3);
    }
}

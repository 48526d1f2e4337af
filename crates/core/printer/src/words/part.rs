//! Parts that not every model has: what is done to a missing one changes nothing, and somebody should be told.
//!
//! *Not here:* parts that every model has; sensors, for dust may lie on a place where none is.

use crate::{Outlet, Poke, Profile};

/// The part that this is done to, if a printer of this model has none.
#[must_use]
pub const fn missing_part(poke: Poke, profile: &Profile) -> Option<&'static str> {
    match poke {
        Poke::BlockPresenter | Poke::FreePresenter | Poke::FillBin { .. } | Poke::EmptyBin
            if matches!(profile.outlet, Outlet::Mouth) =>
        {
            Some("presenter")
        }
        Poke::BlockBlade { .. } | Poke::FreeBlade | Poke::HomeSwitch(_) if profile.cutter.is_none() => {
            Some("cutter")
        }
        Poke::CloseDrawer | Poke::DrawerCable { .. } if profile.drawer.is_none() => Some("cash drawer"),
        _ => None,
    }
}

//! What hands, tools, dirt and age do to the mechanism.
//!
//! Facts: printer sources, section 13. *Not modelled yet:* supply, head dots, sensors' dust, blade, presenter.

use super::Mechanism;
use crate::{Event, Micrometres, Poke};

impl Mechanism {
    /// Does to the mechanism what the poke says. Pokes that concern the controller or its plug are not for here.
    pub(crate) fn touch(&mut self, poke: Poke, report: &mut impl FnMut(Event)) {
        match poke {
            Poke::OpenCover => self.open_cover(),
            Poke::CloseCover => self.close_cover(),
            Poke::LoadPaper => {
                self.tear_out(report);
                self.set_paper_left(Micrometres(self.profile.roll_um), report);
                self.close_cover();
            }
            Poke::PaperLeft(left) => self.set_paper_left(left, report),
            Poke::WearGear { gear, tooth, wear } => self.feed.wear(gear, tooth, wear),
            Poke::RenewGears => self.feed.renew_gears(),
            Poke::Jam { at } => self.feed.obstruct(Some(at)),
            Poke::ClearJam if self.feed.is_obstructed() => {
                self.feed.obstruct(None);
                self.tear_out(report);
            }
            Poke::Drag { force_mn, over } => self.feed.hold_back(force_mn, over, self.motion.turned),
            Poke::FreePaper => self.feed.free(),
            Poke::TakeReceipt => self.exit.take(report),
            Poke::Inspect => self.inspect(report),
            _ => {}
        }
    }
}

//! Page mode: things are placed on a page in any of four directions, and printed together.
//!
//! A page has a content of its own; printing turns it into one image. Facts: printer sources, section 2.5. *Not
//! modelled yet:* everything but the content.

use super::{Interpreter, Outcome};
use crate::mechanism::Mechanism;
use crate::paper::content::{Content, ItemId};
use escpos::Command;

/// The page in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    content: Content,
}

impl Page {
    /// Where composed things go.
    pub(crate) const fn content(&mut self) -> &mut Content {
        &mut self.content
    }

    /// Places an item at the present position, and moves so many dot lines on.
    pub(crate) fn place(&mut self, _item: ItemId, _rows: u16, _lines: u32) {}
}

impl Interpreter {
    /// What belongs to page mode alone.
    #[expect(clippy::unused_self, clippy::needless_pass_by_ref_mut, reason = "page mode is still to come")]
    pub(super) const fn page_command(
        &mut self,
        _command: &Command<'_>,
        _to: &mut Mechanism,
    ) -> Option<Outcome> {
        None
    }
}

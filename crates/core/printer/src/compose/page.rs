//! Page mode: things are placed on a page in any of four directions, and printed together.
//!
//! A page has a content of its own; printing turns it into one image. Facts: printer sources, section 2.5. *Not
//! modelled yet:* everything but the content.

use crate::paper::content::{Content, ItemId};

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

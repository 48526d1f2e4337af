//! Stub.
use crate::Command;
/// Stub.
#[derive(Clone, Debug, Default)]
pub struct Parser {}
impl Parser {
    /// New.
    pub fn new() -> Self { Self {} }
    /// Multibyte.
    pub fn with_multibyte(self, _on: bool) -> Self { self }
    /// Slice.
    pub fn with_slice_max(self, _bytes: usize) -> Self { self }
    /// Push.
    pub fn push(&mut self, _bytes: &[u8]) {}
    /// Next.
    pub fn next(&mut self) -> Option<Command<'_>> { None }
    /// Reset.
    pub fn reset(&mut self) {}
    /// Buffered.
    pub fn buffered(&self) -> usize { 0 }
}
/// x
pub const HELD_MAX: usize = 65_544;

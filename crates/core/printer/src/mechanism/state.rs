//! What the controller knows of the mechanism: readings of sensors and switches, and errors that it concluded.
//!
//! Everything here is derived; nothing outside the mechanism sets it. Facts: printer sources, sections 3, 4 and 8.
//! *Not modelled:* a controller that misreads what its sensors say.

/// One moment of the mechanism, as its controller sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) cover_open: bool,
    /// The cover was opened while the mechanism was printing.
    pub(crate) interrupted: bool,
    /// Printing stopped because the paper ended.
    pub(crate) paper_stop: bool,
    pub(crate) near_end: bool,
    pub(crate) paper_end: bool,
    /// The head is too hot, and cools down.
    pub(crate) hot: bool,
    /// The blade has not come home in time.
    pub(crate) cutter_error: bool,
    /// Paper has not come where it should: presenter jam, feed error.
    pub(crate) mechanical_error: bool,
    /// Thermistor out of range, supply out of range for good, mechanism does not answer.
    pub(crate) unrecoverable: bool,
    /// The supply is out of range at the moment, and may come back.
    pub(crate) supply_abnormal: bool,
    /// A piece is offered by the presenter.
    pub(crate) offering: bool,
    /// The exit sensor sees paper.
    pub(crate) exit_covered: bool,
    pub(crate) feeding: bool,
    pub(crate) ejecting: bool,
    /// The bin for retracted pieces is full.
    pub(crate) bin_full: bool,
}

/// What has been used up since the printer was made; survives power.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Paper fed, in lines of 30 dot lines.
    pub(crate) lines_fed: u64,
    /// Dot lines for which the head was energised.
    pub(crate) head_strokes: u64,
    /// Strokes of the blade.
    pub(crate) cuts: u64,
}

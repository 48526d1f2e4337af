//! What is installed: which formats this release reads, which rules hold from which date, what is closed.
//!
//! It lies on the disk with the programs and survives a power cut. An upgrade brings a release that reads format 2
//! alone; the migration teaches it format 1. In between, the reference keeps every document as it came and says that it
//! cannot tell; "loses-old-formats" has lost them. *Not modelled:* the hours that an upgrade takes.

use crate::counter::Doors;
use crate::event::Event;
use crate::habits::UnknownFormats;
use crate::machine::BackOffice;
use sim::SimTime;
use wallet::moment::WallTime;

/// Which formats a release reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// Format 1.
    pub one: bool,
    /// Format 2.
    pub two: bool,
}

impl Formats {
    /// Both.
    pub const ALL: Self = Self { one: true, two: true };
    /// Format 1 alone: older than its terminals.
    pub const ONE: Self = Self { one: true, two: false };
    /// Format 2 alone: newer than its vouchers.
    pub const TWO: Self = Self { one: false, two: true };

    /// Whether a document that says this of itself can be read.
    #[must_use]
    pub const fn read(self, version: u32) -> bool {
        match version {
            1 => self.one,
            2 => self.two,
            _ => false,
        }
    }
}

/// What is installed.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) formats: Formats,
    /// Payments from then on need format 2.
    pub(crate) format_2_from: Option<WallTime>,
    pub(crate) doors: Doors,
}

impl Release {
    pub(crate) fn new(formats: Formats) -> Self {
        Self { formats, format_2_from: None, doors: Doors::default() }
    }
}

impl BackOffice {
    /// Installs a release that reads these formats, and has it read everything again.
    pub(crate) fn install(&mut self, now: SimTime, formats: Formats) {
        self.release.formats = formats;
        if self.habits().unknown_formats == UnknownFormats::Dropped {
            self.journal.forget_unread(formats);
            // All that was under way is on the disk, under other numbers.
            self.release_departures(usize::MAX);
        }
        self.reopen_books(now);
        let (read, unread) = (self.books.len(), self.books.unread());
        self.report(Event::Installed { read, unread });
        self.take_up_aside(now);
    }

    /// The same while nothing runs: the books are read when it starts.
    pub(crate) fn install_in_the_dark(&mut self, formats: Formats) {
        self.release.formats = formats;
        if self.habits().unknown_formats == UnknownFormats::Dropped {
            self.journal.forget_unread(formats);
        }
    }

    /// Judges what could not be read when it came, as far as it can be read now.
    pub(crate) fn take_up_aside(&mut self, now: SimTime) {
        for aside in self.books.readable_aside(self.release.formats) {
            self.take_up(now, &aside);
        }
    }
}

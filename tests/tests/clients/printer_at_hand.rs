//! A printer that hosts can reach, and that a test has its hands on: the machine on a hurried clock, or the program.

use std::error::Error;

use crate::paper::Paper;

/// Where hosts find it, what is done to it, and what came out of it.
pub(crate) trait PrinterAtHand {
    /// `HOST:PORT`, or the path of a serial port.
    fn place(&self) -> &str;

    /// Does this to it, and returns when the printer has noticed.
    fn hand(&mut self, hand: Hand) -> Result<(), Box<dyn Error>>;

    /// Waits for a receipt, and takes it.
    fn receipt(&mut self) -> Result<Printed, Box<dyn Error>>;

    /// The two halves of a TCP place.
    fn host_and_port(&self) -> Result<(&str, &str), Box<dyn Error>> {
        self.place().rsplit_once(':').ok_or_else(|| "this is no TCP cable".into())
    }
}

/// What hands do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hand {
    /// Leaves so little paper that the near-end sensor has seen it, and more than a receipt takes.
    LeaveLittlePaper,
    /// Takes the paper out.
    LeaveNoPaper,
    LoadPaper,
    OpenCover,
    CloseCover,
}

/// What the printer has noticed, as it told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Noticed {
    pub(crate) offline: bool,
    pub(crate) near_end: bool,
}

impl Noticed {
    /// Whether that is what follows from what hands did.
    pub(crate) const fn follows(self, hand: Hand) -> bool {
        match hand {
            Hand::LeaveLittlePaper => self.near_end,
            Hand::LeaveNoPaper | Hand::OpenCover => self.offline,
            Hand::LoadPaper | Hand::CloseCover => !self.offline,
        }
    }
}

/// A receipt, and how it came about.
pub(crate) struct Printed {
    pub(crate) paper: Paper,
    /// What hosts have sent for it: all of it, or all up to the cut.
    pub(crate) sent: Vec<u8>,
    /// What the printer says that it ignored so far.
    pub(crate) ignored: Vec<String>,
}

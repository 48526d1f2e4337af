//! Cutting, and handing the piece out.
//!
//! Facts: printer sources, sections 2.1 (cuts) and 8 (presenter); `GS R 1` counts seconds, as on most models.
//! *Not modelled:* pulling back after each cut (`FS C1h`).

use super::{Answer, Interpreter, Outcome};
use crate::mechanism::{Mechanism, Order};
use core::time::Duration;
use escpos::{Command, CutMode, Presenter};

impl Interpreter {
    /// What happens to the piece as a whole.
    pub(super) fn delivery_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::Cut { mode, feed } => self.cut(mode, feed, to),
            Command::ReserveCut { mode, feed } => self.reserve_cut(mode, feed, to),
            Command::CutAndReturn { mode, feed } => {
                self.cut(mode, Some(feed), to);
                to.order(Order::FeedBack { lines: self.blade_lines });
            }
            Command::Presenter(Presenter::Status) => return Some(Outcome::Says(Answer::Ejector)),
            Command::Presenter(function) => move_piece(function, to),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    fn cut(&mut self, mode: CutMode, feed_dots: Option<u8>, to: &mut Mechanism) {
        self.finish_line(to);
        if let Some(units) = feed_dots {
            let more = if self.modes.face.habits.ignores_cut_feed { 0 } else { units };
            self.feed(self.blade_lines + self.modes.along_dots(u16::from(more)), to);
        }
        to.order(Order::Cut { mode, byte: 0 });
    }

    /// Printing goes on, and the paper is cut when the place that is now under the head comes to the blade.
    fn reserve_cut(&mut self, mode: CutMode, units: u8, to: &mut Mechanism) {
        self.finish_line(to);
        to.order(Order::ReserveCut { mode, lines: self.modes.along_dots(u16::from(units)), byte: 0 });
    }
}

fn offer_time(units: u8, unit: Duration) -> Order {
    Order::OfferTime((units > 0).then(|| unit * u32::from(units)))
}

fn move_piece(function: Presenter, to: &mut Mechanism) {
    to.order(match function {
        Presenter::Retract | Presenter::Catch | Presenter::CitizenRetract | Presenter::StarRecover => {
            Order::Retract
        }
        Presenter::CitizenAutoRetract(seconds) => offer_time(seconds, Duration::from_secs(1)),
        Presenter::StarAutoRecover(halves) => offer_time(halves, Duration::from_millis(500)),
        Presenter::Eject => Order::Present { steps: None, let_go: true },
        Presenter::Default => Order::Present { steps: None, let_go: false },
        Presenter::Present { steps } => Order::Present { steps: Some(steps), let_go: false },
        _ => return,
    });
}

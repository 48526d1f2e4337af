//! Cutting, and handing the piece out.
//!
//! Facts: printer sources, sections 2.1 (cuts) and 8 (presenter). How far a presenter moves out (`GS e 3`) makes no
//! difference. *Not modelled yet:* reserved cut positions.

use super::{Answer, Interpreter, Outcome};
use crate::mechanism::{Mechanism, Order};
use escpos::{Command, Presenter};

impl Interpreter {
    /// What happens to the piece as a whole.
    pub(super) fn delivery_command(&mut self, command: &Command<'_>, to: &mut Mechanism) -> Option<Outcome> {
        match *command {
            Command::Cut { feed, .. } => self.cut(feed, to),
            Command::Presenter(Presenter::Status) => return Some(Outcome::Says(Answer::Ejector)),
            Command::Presenter(function) => move_piece(function, to),
            _ => return None,
        }
        Some(Outcome::Done)
    }

    fn cut(&mut self, feed_dots: Option<u8>, to: &mut Mechanism) {
        self.finish_line(to);
        if let Some(units) = feed_dots {
            let more = if self.modes.face.habits.ignores_cut_feed { 0 } else { units };
            self.feed(self.blade_lines + self.modes.along_dots(u16::from(more)), to);
        }
        to.order(Order::Cut { byte: 0 });
    }
}

fn move_piece(function: Presenter, to: &mut Mechanism) {
    to.order(match function {
        Presenter::Retract | Presenter::Catch => Order::Retract,
        Presenter::Eject => Order::Present { steps: None, let_go: true },
        Presenter::Default => Order::Present { steps: None, let_go: false },
        Presenter::Present { steps } => Order::Present { steps: Some(steps), let_go: false },
        _ => return,
    });
}

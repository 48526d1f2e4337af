//! The parser and the interpreter without a mechanism, so that benches can time them alone.
//!
//! Composed orders are forgotten by the hundred, as paper that is cut off takes them along receipt by receipt: how
//! often does not depend on the pieces in which the bytes come. *Not modelled:* flow control and time.

use crate::Profile;
use crate::compose::Interpreter;
use crate::mechanism::Mechanism;
use escpos::Parser;

/// A printer that composes and never prints.
#[derive(Clone, Debug)]
pub struct InterpreterAlone {
    parser: Parser,
    interpreter: Interpreter,
    mechanism: Mechanism,
    forgotten: usize,
}

/// Orders that wait before they are forgotten: about those of three receipts.
const ORDERS_KEPT: usize = 128;

impl InterpreterAlone {
    /// Of this model, with its dialect.
    #[must_use]
    pub fn new(profile: &'static Profile) -> Self {
        Self {
            parser: Parser::new().with_dialect(profile.type_face.dialect),
            interpreter: Interpreter::new(profile),
            mechanism: Mechanism::new(profile),
            forgotten: 0,
        }
    }

    /// Interprets these bytes.
    #[inline]
    pub fn interpret(&mut self, bytes: &[u8]) {
        let kept = self.parser.absorb(bytes) || self.interpreter.types(bytes, &self.parser);
        if !kept {
            self.interpret_any(bytes);
        }
    }

    #[inline(never)]
    fn interpret_any(&mut self, bytes: &[u8]) {
        self.parser.push(bytes);
        while let Some(ref command) = self.parser.next() {
            self.interpreter.execute(command, &mut self.mechanism);
            if self.mechanism.waiting() >= ORDERS_KEPT {
                self.forget();
            }
        }
    }

    #[cold]
    fn forget(&mut self) {
        self.forgotten += self.mechanism.content().items().count();
        self.mechanism.forget_orders();
    }

    /// Items that were composed so far.
    #[must_use]
    pub fn composed(&mut self) -> usize {
        self.forgotten + self.mechanism.content().items().count()
    }
}

//! The parser and the interpreter without a mechanism, so that benches can time them alone.
//!
//! *Not modelled:* flow control and time; every order is forgotten as soon as it has been composed.

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
}

impl InterpreterAlone {
    /// Of this model, with its dialect.
    #[must_use]
    pub fn new(profile: &'static Profile) -> Self {
        Self {
            parser: Parser::new().with_dialect(profile.type_face.dialect),
            interpreter: Interpreter::new(profile),
            mechanism: Mechanism::new(profile),
        }
    }

    /// Interprets these bytes, and gives the number of items that were composed.
    pub fn interpret(&mut self, bytes: &[u8]) -> usize {
        self.parser.push(bytes);
        while let Some(command) = self.parser.next() {
            self.interpreter.execute(&command, &mut self.mechanism);
        }
        let composed = self.mechanism.content().items().count();
        self.mechanism.forget_orders();
        composed
    }
}

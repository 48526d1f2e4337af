//! How answers leave: at once, late, twice, in front of the next one, in part, slowly, or never.
//!
//! *Not modelled:* connections. What is cut off never comes, and the other side sees a frame without its end, as it does
//! when a connection breaks; there is no reset to see.

use crate::fault::AnswerFate;
use crate::queue::{Answer, Queue, Work};
use core::time::Duration;
use sim::SimTime;

/// Answers that are held back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departures {
    held: Vec<Answer>,
}

/// Pieces in which a slow answer leaves; a trace of single bytes would hide everything else.
const PIECES: usize = 16;

impl Departures {
    /// Lets an answer leave as its fate says: `send` what leaves now, the rest waits in the queue.
    pub(crate) fn leave(
        &mut self,
        now: SimTime,
        mut answer: Answer,
        queue: &mut Queue,
        mut send: impl FnMut(Answer),
    ) {
        let fate = core::mem::replace(&mut answer.fate, AnswerFate::Sent);
        match fate {
            AnswerFate::Lost => return,
            AnswerFate::IntoNext => {
                self.held.retain(|held| held.port != answer.port);
                self.held.push(answer);
                return;
            }
            AnswerFate::Late(by) => {
                queue.add(now + by, Work::Answer(answer));
                return;
            }
            AnswerFate::Slow { byte_time } => {
                slowly(now, &answer, byte_time, queue);
                return;
            }
            AnswerFate::Twice(after) => queue.add(now + after, Work::Answer(answer.clone())),
            AnswerFate::Cut { after_bytes, .. } => answer.bytes.truncate(usize::from(after_bytes)),
            AnswerFate::Sent => {}
        }
        if let Some(at) = self.held.iter().position(|held| held.port == answer.port) {
            send(self.held.remove(at));
        }
        send(answer);
    }
}

/// Each piece leaves when its last byte is due.
fn slowly(now: SimTime, answer: &Answer, byte_time: Duration, queue: &mut Queue) {
    let piece = answer.bytes.len().div_ceil(PIECES).max(1);
    let len = u32::try_from(answer.bytes.len()).unwrap_or(u32::MAX);
    let mut sent = 0_u32;
    for bytes in answer.bytes.chunks(piece) {
        sent = sent.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        let goes_on = sent < len;
        let part = Answer { bytes: bytes.to_vec(), goes_on, ..answer.clone() };
        queue.add(now + byte_time * sent, Work::Answer(part));
    }
}

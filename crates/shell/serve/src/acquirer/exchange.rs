//! One exchange with a card terminal: received, committed, answered, and what its course does in between.
//!
//! Without faults and waiting it is all one step, and nothing is allocated. What has to wait becomes a task of its own,
//! so that it commits even when its terminal has gone meanwhile: money moves whether or not anybody hears of it. What is
//! refused before anybody has looked at it waits for nothing. At the end of serving, what is not committed is forgotten.
//! *Not modelled:* two strays of one terminal; the newer one stays.

use crate::acquirer::hall::Hall;
use crate::acquirer::journal::Ticket;
use crate::acquirer::outgoing::{Outgoing, Piece, Then};
use crate::acquirer::platform::{AnswerFate, Course, NoRequest, Platform, RequestFate};
use core::time::Duration;
use sim::TerminalNo;
use std::rc::Rc;

/// What becomes of a request that was read.
enum Step {
    Lost,
    Committed(Course, TerminalNo),
    Waits(Course),
}

/// Takes the body of a frame.
///
/// # Errors
/// When it is no request.
pub(crate) fn begin<P: Platform>(
    hall: &Rc<Hall<P>>,
    outgoing: &Rc<Outgoing>,
    body: &[u8],
) -> Result<(), NoRequest> {
    let mut request = hall.spare_requests.borrow_mut().pop().unwrap_or_default();
    let mut answer = hall.spare_answer.take();
    let pace = hall.settings.pace;
    let pace_is_zero = pace.processing.is_zero() && pace.answering.is_zero();
    let (step, ticket) = hall.with(|platform, now| {
        let course = platform.receive_card(now, body, &mut request)?;
        if course.request == RequestFate::Lost {
            return Ok(Step::Lost);
        }
        let waits = !pace_is_zero || !course.hold.is_zero();
        if waits && !course.is_at_once {
            return Ok(Step::Waits(course));
        }
        platform.commit_card(now, &request, &course, &mut answer);
        Ok(Step::Committed(course, platform.terminal(&request)))
    });
    if let Ok(Step::Waits(course)) = step {
        let held = Held::new(hall, outgoing);
        tokio::task::spawn_local(commit_later(held, request, course));
    } else {
        hall.spare_requests.borrow_mut().push(request);
    }
    if let Ok(Step::Committed(course, terminal)) = step {
        hall.counters.in_flight.add(1);
        leave(hall, outgoing, terminal, course.answer, &answer, ticket);
    }
    answer.clear();
    hall.spare_answer.replace(answer);
    step.map(drop)
}

/// Something of a connection that waits for its time.
struct Held<P: Platform> {
    hall: Rc<Hall<P>>,
    outgoing: Rc<Outgoing>,
}

impl<P: Platform> Held<P> {
    fn new(hall: &Rc<Hall<P>>, outgoing: &Rc<Outgoing>) -> Self {
        outgoing.hold();
        hall.counters.in_flight.add(1);
        Self { hall: Rc::clone(hall), outgoing: Rc::clone(outgoing) }
    }
}

impl<P: Platform> Drop for Held<P> {
    fn drop(&mut self) {
        self.hall.counters.in_flight.take_off(1);
        self.outgoing.let_go();
    }
}

async fn commit_later<P: Platform>(held: Held<P>, request: P::CardRequest, course: Course) {
    let Held { hall, outgoing } = &held;
    let pace = hall.settings.pace;
    tokio::select! {
        () = tokio::time::sleep(pace.processing.saturating_add(course.hold)) => {}
        () = hall.end.begun() => return,
    }
    let mut answer = Vec::new();
    let (terminal, ticket) = hall.with(|platform, now| {
        platform.commit_card(now, &request, &course, &mut answer);
        platform.terminal(&request)
    });
    hall.spare_requests.borrow_mut().push(request);
    if !pace.answering.is_zero() {
        tokio::time::sleep(pace.answering).await;
    }
    hall.counters.in_flight.add(1);
    leave(hall, outgoing, terminal, course.answer, &answer, ticket);
    outgoing.changed.ring();
}

/// Lets an answer leave, as its fate says. It counts as in flight already.
fn leave<P: Platform>(
    hall: &Rc<Hall<P>>,
    outgoing: &Rc<Outgoing>,
    terminal: TerminalNo,
    fate: AnswerFate,
    bytes: &[u8],
    ticket: Ticket,
) {
    let piece =
        |bytes: &[u8], byte_time, then| Piece { bytes: bytes.to_vec(), ticket, answers: 1, byte_time, then };
    match fate {
        AnswerFate::Lost => return hall.counters.in_flight.take_off(1),
        AnswerFate::IntoNext => {
            hall.keep_stray(terminal, bytes, ticket);
            return hall.counters.in_flight.take_off(1);
        }
        AnswerFate::Late(by) => {
            send_later(hall, outgoing, bytes, ticket, by);
            return hall.counters.in_flight.take_off(1);
        }
        AnswerFate::Sent | AnswerFate::Twice(_) | AnswerFate::Cut { .. } | AnswerFate::Slow { .. } => {}
    }
    if let Some(stray) = hall.take_stray(terminal) {
        hall.counters.in_flight.add(1);
        settle(hall, outgoing.add(&stray.bytes, stray.ticket));
    }
    let taken = match fate {
        AnswerFate::Cut { after_bytes, reset } => {
            let begin = bytes.get(..usize::from(after_bytes)).unwrap_or(bytes);
            outgoing.send_piece(piece(begin, None, if reset { Then::Reset } else { Then::Close }))
        }
        AnswerFate::Slow { byte_time } => outgoing.send_piece(piece(bytes, Some(byte_time), Then::GoOn)),
        _ => outgoing.add(bytes, ticket),
    };
    settle(hall, taken);
    if let AnswerFate::Twice(after) = fate {
        send_later(hall, outgoing, bytes, ticket, after);
    }
}

/// An answer that its connection does not take any more is in flight no longer.
fn settle<P: Platform>(hall: &Hall<P>, taken: bool) {
    if !taken {
        hall.counters.in_flight.take_off(1);
        hall.counters.undelivered.up();
    }
}

fn send_later<P: Platform>(
    hall: &Rc<Hall<P>>,
    outgoing: &Rc<Outgoing>,
    bytes: &[u8],
    ticket: Ticket,
    by: Duration,
) {
    let (held, bytes) = (Held::new(hall, outgoing), bytes.to_vec());
    tokio::task::spawn_local(async move {
        tokio::time::sleep(by).await;
        held.hall.counters.in_flight.add(1);
        settle(&held.hall, held.outgoing.send(&bytes, ticket));
    });
}

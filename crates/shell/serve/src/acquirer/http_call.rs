//! One HTTP call: read within bounds, handed to whom it is for, and answered as its course says.
//!
//! Received, committed and answered as with cards; what has to wait becomes a task of its own, so that it commits even
//! when its client has gone. An answer that is lost leaves the client waiting. *Not modelled:* a stray answer in front of
//! another: it leaves instead of it.

use crate::acquirer::hall::Hall;
use crate::acquirer::http_door::{self, Guest, plain};
use crate::acquirer::in_flight::InFlight;
use crate::acquirer::journal::Ticket;
use crate::acquirer::platform::{AnswerFate, Course, HttpAnswer, HttpRequest, Platform, RequestFate};
use crate::acquirer::side_door;
use core::time::Duration;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use std::rc::Rc;

/// A client whose answer is lost is let go after this.
const SILENCE: Duration = Duration::from_secs(600);

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer")]
pub(crate) struct Gone;

/// A call that is read; or what to answer to one that is turned away.
type Received<P> = Result<(Course, Step<<P as Platform>::WalletRequest>), HttpAnswer>;

/// How far a call has come.
enum Step<R> {
    Decided(HttpAnswer),
    /// Its time has not come, or never will. Few wait, so it lies elsewhere.
    Waits(Box<R>),
}

/// Why a body was not read.
enum NoBody {
    TooLarge,
    Broken,
}

pub(crate) async fn serve<P: Platform>(
    guest: Rc<Guest<P>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Gone> {
    let hall = &guest.visit.hall;
    let (head, body) = request.into_parts();
    let body = match whole(&guest, body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    guest.orders.serving();
    let (answer, ticket, flight) = if guest.metrics_only || side_door::is_meant(&head) {
        let (answer, ticket) = side_door::serve(&guest, &head, &body);
        (answer, ticket, None)
    } else {
        let (answer, ticket, flight) = call(&guest, &head, &body).await?;
        (answer, ticket, Some(flight))
    };
    hall.journal.until_durable(ticket).await;
    guest.orders.served();
    flight.into_iter().for_each(InFlight::over);
    Ok(response(answer))
}

/// Says this to a call, once all of it is there.
pub(crate) async fn refuse<P: Platform>(
    guest: Rc<Guest<P>>,
    request: Request<Incoming>,
    refusal: Response<Full<Bytes>>,
) -> Result<Response<Full<Bytes>>, Gone> {
    match whole(&guest, request.into_body()).await {
        Ok(_) => {
            guest.orders.served();
            Ok(refusal)
        }
        Err(refused) => refused,
    }
}

/// The body within its bounds, or what to say instead.
async fn whole<P: Platform>(
    guest: &Guest<P>,
    body: Incoming,
) -> Result<Vec<u8>, Result<Response<Full<Bytes>>, Gone>> {
    let bounds = guest.visit.hall.settings.bounds;
    match read(body, bounds.body_bytes).await {
        Ok(body) => Ok(body),
        Err(NoBody::TooLarge) => {
            guest.visit.counts().malformed.up();
            let why = format!("at most {} bytes are taken\n", bounds.body_bytes);
            let mut response = plain(StatusCode::PAYLOAD_TOO_LARGE, why);
            // What follows of the body is not read.
            response.headers_mut().insert(hyper::header::CONNECTION, HeaderValue::from_static("close"));
            Err(Ok(response))
        }
        Err(NoBody::Broken) => {
            http_door::broken_off(guest, "the rest of a body never came");
            Err(Err(Gone))
        }
    }
}

async fn read(mut body: Incoming, max_bytes: usize) -> Result<Vec<u8>, NoBody> {
    let announced = body.size_hint().upper().unwrap_or(0);
    if announced > max_bytes as u64 {
        return Err(NoBody::TooLarge);
    }
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| NoBody::Broken)?;
        let data = frame.data_ref().map(AsRef::as_ref).unwrap_or_default();
        if read.len() + data.len() > max_bytes {
            return Err(NoBody::TooLarge);
        }
        read.extend_from_slice(data);
    }
    Ok(read)
}

/// A merchant's call.
async fn call<P: Platform>(
    guest: &Guest<P>,
    head: &Parts,
    body: &[u8],
) -> Result<(HttpAnswer, Ticket, InFlight<P>), Gone> {
    let hall = &guest.visit.hall;
    let mut flight = InFlight::begin(hall);
    let (received, ticket) = receive(hall, head, body);
    let (course, step) = match received {
        Ok(received) => received,
        Err(answer) => return Ok((answer, ticket, flight)),
    };
    let (answer, ticket, flight) = match step {
        Step::Decided(answer) => {
            flight.decided();
            (answer, ticket, flight)
        }
        Step::Waits(_) if course.request == RequestFate::Lost => {
            flight.over();
            return silence(hall).await;
        }
        Step::Waits(request) => {
            let later = commit_later(Rc::clone(hall), *request, course, flight);
            tokio::task::spawn_local(later).await.ok().flatten().ok_or(Gone)?
        }
    };
    let answering = hall.settings.pace.answering;
    if !answering.is_zero() && !course.is_at_once {
        tokio::time::sleep(answering).await;
    }
    leave(guest, course.answer, (answer, ticket, flight)).await
}

/// Reads a call, and decides it at once where nothing is to be waited for.
fn receive<P: Platform>(hall: &Hall<P>, head: &Parts, body: &[u8]) -> (Received<P>, Ticket) {
    let headers: Vec<(&str, &str)> = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), core::str::from_utf8(value.as_bytes()).ok()?)))
        .collect();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let request = HttpRequest { method: head.method.as_str(), target, headers: &headers, body };
    let processing = hall.settings.pace.processing;
    let at_once = |course: &Course| course.is_at_once || (processing.is_zero() && course.hold.is_zero());
    hall.with(|platform, now| {
        let (request, course) = platform.receive_call(now, &request)?;
        let step = if course.request == RequestFate::Taken && at_once(&course) {
            Step::Decided(platform.commit_call(now, &request, &course))
        } else {
            Step::Waits(Box::new(request))
        };
        Ok((course, step))
    })
}

/// Commits when it is time; nothing, if serving ends before.
async fn commit_later<P: Platform>(
    hall: Rc<Hall<P>>,
    request: P::WalletRequest,
    course: Course,
    mut flight: InFlight<P>,
) -> Option<(HttpAnswer, Ticket, InFlight<P>)> {
    tokio::select! {
        () = tokio::time::sleep(hall.settings.pace.processing.saturating_add(course.hold)) => {
            let (answer, ticket) = hall.with(|platform, now| platform.commit_call(now, &request, &course));
            flight.decided();
            Some((answer, ticket, flight))
        }
        () = hall.end.begun() => None,
    }
}

/// The answer that leaves, when it may.
async fn leave<P: Platform>(
    guest: &Guest<P>,
    fate: AnswerFate,
    (answer, ticket, flight): (HttpAnswer, Ticket, InFlight<P>),
) -> Result<(HttpAnswer, Ticket, InFlight<P>), Gone> {
    let hall = &guest.visit.hall;
    match fate {
        AnswerFate::Sent => {}
        AnswerFate::Twice(after) => guest.orders.repeat(after),
        AnswerFate::Lost => {
            flight.over();
            return silence(hall).await;
        }
        AnswerFate::IntoNext => {
            flight.over();
            hall.stray_call.replace(Some((answer, ticket)));
            return silence(hall).await;
        }
        AnswerFate::Late(by) => tokio::time::sleep(by).await,
        AnswerFate::Cut { after_bytes, reset } => {
            hall.journal.until_durable(ticket).await;
            guest.orders.cut(usize::from(after_bytes), reset);
        }
        AnswerFate::Slow { byte_time } => guest.orders.slow(byte_time),
    }
    let (answer, ticket) = hall.stray_call.take().unwrap_or((answer, ticket));
    Ok((answer, ticket, flight))
}

/// No answer, for as long as anybody waits for one.
async fn silence<T, P: Platform>(hall: &Hall<P>) -> Result<T, Gone> {
    tokio::select! {
        () = tokio::time::sleep(SILENCE) => Err(Gone),
        () = hall.end.begun() => Err(Gone),
    }
}

fn response(answer: HttpAnswer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !answer.content_type.is_empty() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    }
    for (name, value) in answer.headers {
        // What cannot stand in a header line is left out.
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value))
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}

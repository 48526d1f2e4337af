//! Minimal HTTP/1.1 framing, incremental: what a gateway on localhost and an embedded terminal need.
//!
//! Source: RFC 9112, the part with `Content-Length`. Limits guard against peers that never stop.
//! Not modelled: chunked transfer (refused), bodies that end with the connection (refused), folded header lines
//! (refused), absolute-form targets and CONNECT (passed on as they stand), `Expect`, trailers, pipelined answers
//! to HEAD.

use core::fmt;

/// How much a peer may send for one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the first line and all header lines.
    pub head_bytes: usize,
    /// Bytes of the body.
    pub body_bytes: usize,
}

impl Limits {
    /// 8 KiB of head and 64 KiB of body.
    pub const DEFAULT: Self = Self { head_bytes: 8_192, body_bytes: 65_536 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A whole request, lent out by [`RequestParser`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// The method, as it stands.
    pub method: &'a str,
    /// The target, as it stands.
    pub target: &'a str,
    /// The header lines.
    pub headers: Headers<'a>,
    /// The body, empty when no length was announced.
    pub body: &'a [u8],
}

/// A whole response, lent out by [`ResponseParser`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response<'a> {
    /// The status, 100..=999.
    pub status: u16,
    /// The reason phrase, often empty.
    pub reason: &'a str,
    /// The header lines.
    pub headers: Headers<'a>,
    /// The body.
    pub body: &'a [u8],
}

/// The header lines of one message, checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    lines: &'a str,
}

impl<'a> Headers<'a> {
    /// The first value under this name, whatever its case.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.lines.split("\r\n").filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name, value.trim_matches([' ', '\t'])))
        })
    }
}

/// Collects the bytes of one connection and lends out one request after the other.
#[derive(Debug, Clone, Default)]
pub struct RequestParser {
    stream: Stream,
}

impl RequestParser {
    /// A parser with these limits.
    pub fn new(limits: Limits) -> Self {
        Self { stream: Stream { limits, ..Stream::default() } }
    }

    /// Takes bytes as they come, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        self.stream.push(bytes);
    }

    /// The next whole request; `None` until more bytes come.
    ///
    /// # Errors
    /// The client does not speak this HTTP. The error repeats until [`RequestParser::reset`].
    pub fn next_request(&mut self) -> Result<Option<Request<'_>>, HttpError> {
        let Some(message) = self.stream.next_message(request_body_bytes)? else { return Ok(None) };
        let (method, target) = request_line(message.first_line)?;
        Ok(Some(Request { method, target, headers: message.headers, body: message.body }))
    }

    /// Bytes that wait for the rest of their request. When a connection closes, anything but 0 means a cut request.
    pub const fn pending_bytes(&self) -> usize {
        self.stream.pending_bytes()
    }

    /// Forgets everything, for a new connection; keeps the memory.
    pub fn reset(&mut self) {
        self.stream.reset();
    }
}

/// Collects the bytes of one connection and lends out one response after the other.
#[derive(Debug, Clone, Default)]
pub struct ResponseParser {
    stream: Stream,
}

impl ResponseParser {
    /// A parser with these limits.
    pub fn new(limits: Limits) -> Self {
        Self { stream: Stream { limits, ..Stream::default() } }
    }

    /// Takes bytes as they come, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        self.stream.push(bytes);
    }

    /// The next whole response; `None` until more bytes come.
    ///
    /// # Errors
    /// The server does not speak this HTTP. The error repeats until [`ResponseParser::reset`].
    pub fn next_response(&mut self) -> Result<Option<Response<'_>>, HttpError> {
        let Some(message) = self.stream.next_message(response_body_bytes)? else { return Ok(None) };
        let (status, reason) = status_line(message.first_line)?;
        Ok(Some(Response { status, reason, headers: message.headers, body: message.body }))
    }

    /// Bytes that wait for the rest of their response. When a connection closes, anything but 0 means a cut one.
    pub const fn pending_bytes(&self) -> usize {
        self.stream.pending_bytes()
    }

    /// Forgets everything, for a new connection; keeps the memory.
    pub fn reset(&mut self) {
        self.stream.reset();
    }
}

/// Appends a whole request. Method, target, host and content type are the caller's own words.
pub fn write_request(
    out: &mut Vec<u8>,
    method: &str,
    target: &str,
    host: &str,
    content_type: &str,
    body: &[u8],
) {
    write_request_with(out, (method, target), host, &[], content_type, body);
}

/// Appends a whole request with further headers. Their values are the caller's own words, without line ends.
pub fn write_request_with(
    out: &mut Vec<u8>,
    (method, target): (&str, &str),
    host: &str,
    headers: &[(&str, String)],
    content_type: &str,
    body: &[u8],
) {
    for part in [method, " ", target, " HTTP/1.1\r\nHost: ", host, "\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    write_headers(out, headers);
    write_body(out, content_type, body);
}

/// Appends a whole response with the usual reason phrase.
pub fn write_response(out: &mut Vec<u8>, status: u16, content_type: &str, body: &[u8]) {
    write_response_with(out, status, &[], content_type, body);
}

/// Appends a whole response with further headers. Their values are the caller's own words, without line ends. A status
/// that has no body, as 204, has neither the headers of one nor the bytes.
pub fn write_response_with(
    out: &mut Vec<u8>,
    status: u16,
    headers: &[(&str, String)],
    content_type: &str,
    body: &[u8],
) {
    let mut buffer = [0; 20];
    let code = decimal(u64::from(status), &mut buffer);
    for part in ["HTTP/1.1 ", code, " ", reason_phrase(status), "\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    write_headers(out, headers);
    if is_without_body(status) {
        out.extend_from_slice(b"\r\n");
    } else {
        write_body(out, content_type, body);
    }
}

/// The peer does not speak this HTTP, or sends too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpError {
    /// The head exceeds its limit, in bytes.
    HeadTooLong(usize),
    /// The announced body exceeds its limit, in bytes.
    BodyTooLong(usize),
    /// The request line or status line cannot be read.
    FirstLine,
    /// A header line without a name, folded, or with bytes that no header has.
    HeaderLine,
    /// `Content-Length` is no number, or stands twice with different values.
    ContentLength,
    /// `Transfer-Encoding`: not spoken here.
    TransferEncoding,
    /// A response that announces no length would end with the connection: not spoken here.
    LengthRequired,
}

#[derive(Debug, Clone, Default)]
struct Stream {
    limits: Limits,
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that were already lent out.
    consumed: usize,
    /// Bytes after `consumed` that certainly hold no end of a head, so that they are not searched again.
    searched: usize,
}

struct RawMessage<'a> {
    first_line: &'a str,
    headers: Headers<'a>,
    body: &'a [u8],
}

impl Stream {
    fn push(&mut self, bytes: &[u8]) {
        if self.consumed > 0 {
            self.buffer.drain(..self.consumed);
            self.consumed = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    fn next_message(
        &mut self,
        body_bytes: fn(&str, Option<usize>) -> Result<usize, HttpError>,
    ) -> Result<Option<RawMessage<'_>>, HttpError> {
        let rest = self.buffer.get(self.consumed..).unwrap_or_default();
        let unsearched = rest.get(self.searched..).unwrap_or_default();
        let end = unsearched.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + self.searched);
        // Without an end in sight the last three bytes may be the start of one.
        if end.unwrap_or_else(|| rest.len().saturating_sub(3)) > self.limits.head_bytes {
            return Err(HttpError::HeadTooLong(self.limits.head_bytes));
        }
        let Some(end) = end else {
            self.searched = rest.len().saturating_sub(3);
            return Ok(None);
        };
        self.searched = end;
        let head = core::str::from_utf8(rest.get(..end).unwrap_or_default());
        let head = head.map_err(|_| HttpError::HeaderLine)?;
        let (first_line, lines) = head.split_once("\r\n").unwrap_or((head, ""));
        let announced = body_bytes(first_line, announced_bytes(lines)?)?;
        if announced > self.limits.body_bytes {
            return Err(HttpError::BodyTooLong(self.limits.body_bytes));
        }
        let start = end + 4;
        let Some(body) = rest.get(start..start + announced) else { return Ok(None) };
        self.consumed += start + announced;
        self.searched = 0;
        Ok(Some(RawMessage { first_line, headers: Headers { lines }, body }))
    }

    const fn pending_bytes(&self) -> usize {
        self.buffer.len() - self.consumed
    }

    fn reset(&mut self) {
        self.buffer.clear();
        self.consumed = 0;
        self.searched = 0;
    }
}

/// Checks every header line and gives the announced body length, if any.
fn announced_bytes(lines: &str) -> Result<Option<usize>, HttpError> {
    let mut announced = None;
    for line in lines.split("\r\n").filter(|_| !lines.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(HttpError::HeaderLine)?;
        if !is_token(name) || value.bytes().any(|byte| byte != b'\t' && byte.is_ascii_control()) {
            return Err(HttpError::HeaderLine);
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(HttpError::TransferEncoding);
        }
        if name.eq_ignore_ascii_case("content-length") {
            let length = digits(value.trim_matches([' ', '\t'])).ok_or(HttpError::ContentLength)?;
            if announced.is_some_and(|earlier| earlier != length) {
                return Err(HttpError::ContentLength);
            }
            announced = Some(length);
        }
    }
    Ok(announced)
}

/// A request without a length has no body.
fn request_body_bytes(first_line: &str, announced: Option<usize>) -> Result<usize, HttpError> {
    request_line(first_line)?;
    Ok(announced.unwrap_or(0))
}

/// A response without a length has no body only when its status says so.
fn response_body_bytes(first_line: &str, announced: Option<usize>) -> Result<usize, HttpError> {
    let (status, _) = status_line(first_line)?;
    if is_without_body(status) { Ok(0) } else { announced.ok_or(HttpError::LengthRequired) }
}

/// Source: RFC 9112, "Message Body Length". RFC 9110 forbids `Content-Length` with 1xx and 204.
const fn is_without_body(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}

fn request_line(line: &str) -> Result<(&str, &str), HttpError> {
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(HttpError::FirstLine);
    };
    let sound = is_token(method) && !target.is_empty() && target.bytes().all(|byte| byte.is_ascii_graphic());
    if sound { Ok((method, target)) } else { Err(HttpError::FirstLine) }
}

fn status_line(line: &str) -> Result<(u16, &str), HttpError> {
    let rest = line.strip_prefix("HTTP/1.1 ").or_else(|| line.strip_prefix("HTTP/1.0 "));
    let rest = rest.ok_or(HttpError::FirstLine)?;
    let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status =
        digits(code).filter(|status| code.len() == 3 && *status >= 100).ok_or(HttpError::FirstLine)?;
    if reason.chars().any(char::is_control) {
        return Err(HttpError::FirstLine);
    }
    Ok((u16::try_from(status).map_err(|_| HttpError::FirstLine)?, reason))
}

fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Plain decimal digits: `parse` alone would take a sign.
fn digits(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Decimal digits of a number, in a buffer that holds any `u64`.
pub(crate) fn decimal(mut number: u64, buffer: &mut [u8; 20]) -> &str {
    let mut written = 0;
    for digit in buffer.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        written += 1;
        if number == 0 {
            break;
        }
    }
    let digits = buffer.get(20 - written..).unwrap_or_default();
    core::str::from_utf8(digits).unwrap_or_default()
}

fn write_headers(out: &mut Vec<u8>, headers: &[(&str, String)]) {
    for (name, value) in headers {
        for part in [name, ": ", value, "\r\n"] {
            out.extend_from_slice(part.as_bytes());
        }
    }
}

fn write_body(out: &mut Vec<u8>, content_type: &str, body: &[u8]) {
    let mut buffer = [0; 20];
    let length = decimal(body.len() as u64, &mut buffer);
    for part in ["Content-Type: ", content_type, "\r\nContent-Length: ", length, "\r\n\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(body);
}

const fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "",
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeadTooLong(limit) => write!(f, "the head exceeds {limit} bytes"),
            Self::BodyTooLong(limit) => write!(f, "the body exceeds {limit} bytes"),
            Self::FirstLine => f.write_str("the first line is not HTTP/1.1"),
            Self::HeaderLine => f.write_str("a header line cannot be read"),
            Self::ContentLength => f.write_str("Content-Length cannot be read"),
            Self::TransferEncoding => f.write_str("Transfer-Encoding is not spoken here"),
            Self::LengthRequired => f.write_str("a response without Content-Length is not spoken here"),
        }
    }
}

impl core::error::Error for HttpError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REQUEST: &[u8] = b"POST /pay/orderquery HTTP/1.1\r\nHost: a\r\ncontent-length:  5\r\n\r\nhello";
    const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Empty:\r\n\r\nok";

    fn request_error(bytes: &[u8]) -> HttpError {
        let mut parser = RequestParser::default();
        parser.push(bytes);
        let error = parser.next_request().unwrap_err();
        assert_eq!(parser.next_request(), Err(error), "an error repeats");
        error
    }

    /// What a connection gave, in a form that outlives the parser.
    fn heard(stream: &[u8], chunk: usize) -> (Vec<(String, Vec<u8>)>, Option<HttpError>) {
        let mut parser = RequestParser::new(Limits { head_bytes: 90, body_bytes: 60 });
        let mut requests = Vec::new();
        for piece in stream.chunks(chunk) {
            parser.push(piece);
            loop {
                match parser.next_request() {
                    Ok(Some(request)) => requests.push((request.target.to_owned(), request.body.to_vec())),
                    Ok(None) => break,
                    Err(error) => return (requests, Some(error)),
                }
            }
        }
        (requests, None)
    }

    #[test]
    fn a_request_is_lent_out_whole() {
        let mut parser = RequestParser::default();
        parser.push(REQUEST);
        let request = parser.next_request().unwrap().unwrap();
        assert_eq!(
            (request.method, request.target, request.body),
            ("POST", "/pay/orderquery", &b"hello"[..])
        );
        assert_eq!(request.headers.get("HOST"), Some("a"));
        assert_eq!(request.headers.get("Accept"), None);
        assert_eq!(parser.next_request(), Ok(None));
        assert_eq!(parser.pending_bytes(), 0);
    }

    #[test]
    fn a_response_without_a_length_is_refused_unless_its_status_needs_none() {
        let mut parser = ResponseParser::default();
        parser.push(RESPONSE);
        let response = parser.next_response().unwrap().unwrap();
        assert_eq!((response.status, response.reason, response.body), (200, "OK", &b"ok"[..]));
        assert_eq!(response.headers.get("x-empty"), Some(""));
        parser.push(b"HTTP/1.1 204\r\n\r\n");
        assert_eq!(parser.next_response().unwrap().unwrap().status, 204);
        parser.push(b"HTTP/1.1 200 OK\r\n\r\n");
        assert_eq!(parser.next_response(), Err(HttpError::LengthRequired));
    }

    #[test]
    fn what_is_not_spoken_here_is_refused_by_name() {
        for (bytes, error) in [
            (&b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"[..], HttpError::TransferEncoding),
            (b"POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", HttpError::ContentLength),
            (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", HttpError::ContentLength),
            (b"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", HttpError::BodyTooLong(65_536)),
            (b"POST / HTTP/1.1\r\nHost : a\r\n\r\n", HttpError::HeaderLine),
            (b"POST / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", HttpError::HeaderLine),
            (b"POST / HTTP/1.1\r\nA: b\nB: c\r\n\r\n", HttpError::HeaderLine),
            (b"POST /\r\n\r\n", HttpError::FirstLine),
            (b"POST  / HTTP/1.1\r\n\r\n", HttpError::FirstLine),
            (&[b'a'; 8192 + 4], HttpError::HeadTooLong(8192)),
        ] {
            assert_eq!(request_error(bytes), error, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let mut bytes = Vec::new();
        write_request(&mut bytes, "POST", "/notify", "shop:8080", "text/xml", b"<xml></xml>");
        let mut parser = RequestParser::default();
        parser.push(&bytes);
        let request = parser.next_request().unwrap().unwrap();
        assert_eq!((request.target, request.body), ("/notify", &b"<xml></xml>"[..]));
        assert_eq!(request.headers.get("host"), Some("shop:8080"));

        let mut bytes = Vec::new();
        write_response(&mut bytes, 404, "text/plain", b"");
        let mut parser = ResponseParser::default();
        parser.push(&bytes);
        let response = parser.next_response().unwrap().unwrap();
        assert_eq!((response.status, response.reason, response.body), (404, "Not Found", &b""[..]));
    }

    #[test]
    fn an_answer_without_a_body_says_nothing_of_one() {
        let mut bytes = Vec::new();
        write_response_with(&mut bytes, 204, &[("Request-ID", "1".to_owned())], "application/json", b"");
        assert_eq!(bytes, b"HTTP/1.1 204 No Content\r\nRequest-ID: 1\r\n\r\n");
        bytes.clear();
        write_response(&mut bytes, 202, "application/json", b"{}");
        assert!(
            bytes.starts_with(b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"),
            "{bytes:?}"
        );
    }

    fn any_piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(REQUEST.to_vec()),
            Just(b"GET /x HTTP/1.1\r\n\r\n".to_vec()),
            Just(b"POST /long HTTP/1.1\r\nContent-Length: 61\r\n\r\n".to_vec()),
            Just(b"\r\n\r\n".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..40),
        ]
    }

    proptest! {
        #[test]
        fn requests_do_not_depend_on_how_the_bytes_were_cut(
            pieces in proptest::collection::vec(any_piece(), 0..6), chunk in 1_usize..40,
        ) {
            let stream = pieces.concat();
            prop_assert_eq!(heard(&stream, chunk), heard(&stream, 1));
        }

        #[test]
        fn any_bytes_give_responses_or_a_typed_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut parser = ResponseParser::default();
            parser.push(b"HTTP/1.1 200 OK\r\n");
            parser.push(&bytes);
            while let Ok(Some(_)) = parser.next_response() {}
        }
    }
}

//! One request and its answer without their transport, and which dialect a request is in.
//!
//! The virtual world frames them by [`crate::http`], a real server by whatever HTTP it has. Sources: WeChat Pay v2 and
//! v3 and Alipay, "Which paths a gateway serves". *Not modelled:* transfer codings, content codings, trailers and
//! absolute-form targets; the transport undoes those before it comes here.

use crate::http;

/// A longer body is refused in every dialect.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// A whole request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpRequest<'a> {
    /// The method in capitals.
    pub method: &'a str,
    /// Path and query as they stood on the wire, `/path?query`: signatures cover these very characters.
    pub target: &'a str,
    /// Names and values of the header lines, names in any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, already free of transfer codings.
    pub body: &'a [u8],
}

impl<'a> HttpRequest<'a> {
    /// The first value under this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    /// Whether the body is of this type, as `application/json`; one without a type counts as any.
    pub fn is_of_type(&self, media_type: &str) -> bool {
        let named = self.header("Content-Type").and_then(|value| value.split(';').next());
        named.is_none_or(|named| named.trim().eq_ignore_ascii_case(media_type))
    }

    /// The target up to the question mark.
    pub fn path(&self) -> &'a str {
        self.target.split_once('?').map_or(self.target, |(path, _)| path)
    }

    /// The target after the question mark, still encoded; empty when there is none.
    pub fn query(&self) -> &'a str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The `Content-Type`, empty where there is no body; not among the other headers.
    pub content_type: &'static str,
    /// Further header lines.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// An answer without further headers.
    pub const fn new(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, content_type, headers: Vec::new(), body }
    }

    /// The first further header under this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Appends the answer as HTTP/1.1.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        http::write_response_with(out, self.status, &self.headers, self.content_type, &self.body);
    }
}

/// A dialect: how the same meaning is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// WeChat Pay v2: flat XML, shared key.
    WeChatV2,
    /// WeChat Pay v3: JSON, RSA in headers.
    WeChatV3,
    /// Alipay's one address `gateway.do`: parameters in query or form, RSA2 over them sorted.
    AlipayGateway,
    /// Alipay v3: JSON, RSA in headers.
    AlipayV3,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::WeChatV2, Self::WeChatV3, Self::AlipayGateway, Self::AlipayV3];
}

/// The dialect of a request by its path; `None` when no gateway lives there.
///
/// A path of a dialect need not be a call that it has: reading the request tells.
pub fn route(request: &HttpRequest<'_>) -> Option<Dialect> {
    let path = request.path();
    let below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    if path == "/gateway.do" {
        Some(Dialect::AlipayGateway)
    } else if below("/v3/alipay") {
        Some(Dialect::AlipayV3)
    } else if below("/v3") {
        Some(Dialect::WeChatV3)
    } else if ["/pay", "/secapi/pay", "/sandboxnew/pay", "/sandboxnew/secapi/pay"].into_iter().any(below) {
        Some(Dialect::WeChatV2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect_of(target: &str) -> Option<Dialect> {
        route(&HttpRequest { method: "POST", target, headers: &[], body: b"" })
    }

    #[test]
    fn the_path_tells_the_dialect() {
        for target in [
            "/pay/micropay",
            "/secapi/pay/reverse",
            "/sandboxnew/pay/getsignkey",
            "/sandboxnew/secapi/pay/refund",
        ] {
            assert_eq!(dialect_of(target), Some(Dialect::WeChatV2), "{target}");
        }
        assert_eq!(dialect_of("/v3/pay/transactions/codepay"), Some(Dialect::WeChatV3));
        assert_eq!(dialect_of("/v3/certificates"), Some(Dialect::WeChatV3));
        assert_eq!(dialect_of("/v3/alipay/trade/pay"), Some(Dialect::AlipayV3));
        assert_eq!(dialect_of("/gateway.do?charset=utf-8"), Some(Dialect::AlipayGateway));
    }

    #[test]
    fn other_paths_belong_to_nobody() {
        for target in ["/", "/payments", "/v3", "/v30/pay", "/gateway.do/x", "/x?/pay/micropay"] {
            assert_eq!(dialect_of(target), None, "{target}");
        }
    }

    #[test]
    fn headers_are_found_whatever_their_case() {
        let headers = [("Wechatpay-Serial", "A"), ("wechatpay-serial", "B")];
        let request = HttpRequest { method: "GET", target: "/v3/x?a=1?b", headers: &headers, body: b"" };
        assert_eq!(request.header("WECHATPAY-SERIAL"), Some("A"));
        assert_eq!((request.path(), request.query()), ("/v3/x", "a=1?b"));
    }

    #[test]
    fn a_body_is_of_its_type_whatever_stands_behind_and_of_any_when_it_has_none() {
        let is_json = |headers: &[(&str, &str)]| {
            let request = HttpRequest { method: "POST", target: "/v3/x", headers, body: b"" };
            request.is_of_type("application/json")
        };
        assert!(is_json(&[("content-type", "Application/JSON; charset=utf-8")]) && is_json(&[]));
        assert!(!is_json(&[("Content-Type", "text/plain")]) && !is_json(&[("Content-Type", "")]));
    }
}

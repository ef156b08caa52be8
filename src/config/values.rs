//! How single values are read: each gives the canonical form, or nothing when
//! the value is not allowed. Which key takes which is left to `rules`.

use std::net::SocketAddr;

use ipnet::IpNet;
use toml::Value;
use url::{Host, Url};

/// Characters of a wrong value that a message repeats.
const QUOTE_CHARS: usize = 80;

/// Longest bearer token for `/metrics`, in bytes.
const TOKEN_MAX: usize = 512;

/// An IP address with a port. Names are refused: what they resolve to may
/// change, and with it whom the service listens to.
pub(super) fn socket_address(text: &str) -> Option<String> {
    text.parse::<SocketAddr>().ok().map(|it| it.to_string())
}

/// Nothing, or the address of a PostgreSQL database. What else stands in it is for the one who
/// connects to judge: it may name several hosts, which no URL can.
pub(super) fn store_url(text: &str) -> Option<String> {
    let is_address = |text: &str| {
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control()))
    };
    (text.is_empty() || is_address(text)).then(|| text.to_owned())
}

/// Nothing, or a bearer token that fits in a header.
pub(super) fn token(text: &str) -> Option<String> {
    let fits = text.len() <= TOKEN_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| text.to_owned())
}

/// Nothing, or an origin: https, or http where nobody is on the line between
/// (W3C Secure Contexts 3.1 counts the same hosts as trustworthy).
pub(super) fn public_origin(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    // The URL standard mends what it can: it drops tabs, turns `\` into `/` and
    // adds missing slashes. Whoever wrote such a thing meant something else.
    let strict = text.split_once("://").is_some() && text.chars().all(|c| c.is_ascii_graphic());
    if !strict || text.contains('\\') {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let private = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url.host()?),
        _ => false,
    };
    (bare && private).then(|| url.origin().ascii_serialization())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// A network in CIDR form, its host bits cleared. A prefix of 0 is everybody,
/// and so is the IPv4 half of the IPv6 addresses.
pub(super) fn network(text: &str) -> Option<String> {
    let net = text.parse::<IpNet>().ok()?.trunc();
    let all_ipv4_mapped = match net {
        IpNet::V4(_) => false,
        IpNet::V6(v6) => v6.prefix_len() <= 96 && v6.addr().to_ipv4_mapped().is_some(),
    };
    (net.prefix_len() > 0 && !all_ipv4_mapped).then(|| net.to_string())
}

/// A TOML value on its own.
pub(super) fn toml_value(raw: &str) -> Option<Value> {
    raw.trim().parse().ok()
}

/// Items with commas between, spaces around them dropped; nothing is no item.
pub(super) fn comma_list(raw: &str) -> Vec<Value> {
    if raw.trim().is_empty() {
        return Vec::new();
    }
    raw.split(',').map(|item| Value::String(item.trim().to_owned())).collect()
}

/// A value as a message repeats it: on one line, no longer than needed to
/// recognise it.
pub(super) fn quote(value: &Value) -> String {
    let whole = match value {
        Value::String(text) => format!("{text:?}"),
        other => other.to_string().replace(char::is_control, " "),
    };
    match whole.char_indices().nth(QUOTE_CHARS) {
        Some((end, _)) => format!("{}…", whole.get(..end).unwrap_or_default()),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_origin_is_https_or_loopback() {
        for (text, origin) in [
            ("", ""),
            ("https://comments.example.org", "https://comments.example.org"),
            ("https://Comments.Example.org:443/", "https://comments.example.org"),
            ("https://example.org:8443", "https://example.org:8443"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.4.5.6", "http://127.4.5.6"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            assert_eq!(public_origin(text).as_deref(), Some(origin), "{text}");
        }
    }

    #[test]
    fn public_origin_refuses_the_rest() {
        for text in [
            "http://comments.example.org",
            "http://localhost.example.org",
            "http://10.0.0.1",
            "http://[::2]",
            "http://0.0.0.0",
            "https://example.org/comments",
            "https://example.org/?a=b",
            "https://example.org?",
            "https://example.org/#top",
            "https://me@example.org",
            "https://:tick@example.org",
            "https:example.org",
            "https:\\\\example.org",
            "https://example.org\\",
            "https://exam\tple.org",
            " https://example.org",
            "comments.example.org",
            "//example.org",
            "ftp://example.org",
            "file:///",
            "https://",
        ] {
            assert_eq!(public_origin(text), None, "{text}");
        }
    }

    #[test]
    fn network_is_cidr_and_not_everybody() {
        assert_eq!(network("10.1.2.3/8").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(network("::1/128").as_deref(), Some("::1/128"));
        assert_eq!(network("fd00::/8").as_deref(), Some("fd00::/8"));
        for text in [
            "0.0.0.0/0",
            "10.0.0.0/0",
            "::/0",
            "fd00::/0",
            "::ffff:0:0/96",
            "10.0.0.1",
            "10.0.0.0/33",
            "localhost/8",
            "",
        ] {
            assert_eq!(network(text), None, "{text}");
        }
    }

    #[test]
    fn token_fits_in_a_header() {
        assert!(token("").is_some() && token("a-B_9~+/=").is_some());
        assert!(token("two words").is_none() && token("Äpfel").is_none());
        assert!(token("line\nfeed").is_none());
        assert!(token(&"x".repeat(512)).is_some() && token(&"x".repeat(513)).is_none());
    }

    #[test]
    fn socket_address_is_an_address_with_a_port() {
        assert_eq!(socket_address("[::1]:0").as_deref(), Some("[::1]:0"));
        for text in ["", "8080", ":8080", "localhost:8080", "127.0.0.1", "127.0.0.1:70000"] {
            assert_eq!(socket_address(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_is_one_value() {
        assert_eq!(toml_value(" 1_000 "), Some(Value::Integer(1000)));
        assert_eq!(toml_value("1\nother = 2"), None);
        assert_eq!(toml_value("off"), None);
    }

    #[test]
    fn quote_is_short_and_on_one_line() {
        let long = quote(&Value::String("é\n".repeat(100)));
        assert_eq!(long.chars().count(), QUOTE_CHARS + 1);
        assert!(!long.contains('\n') && long.ends_with('…'));
    }
}

//! From where a request comes: [`Client`], the network that limits count by.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use ipnet::IpNet;

use super::extract::app_of;
use super::problem::Problem;

/// The client's address: the peer's, or what a trusted proxy says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address, an IPv4 one never in its IPv6 form.
    pub address: IpAddr,
    /// Whether a forwarding header came from a peer that is not trusted to write one.
    pub claims_more: bool,
}

impl Client {
    /// The network that counts as one client: an IPv4 address, or an IPv6 /64, since that is what
    /// one household gets (RFC 6177).
    pub fn net(&self) -> String {
        match self.address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from(u128::from(address) >> 64 << 64)),
        }
    }

    /// Reads it from a request.
    ///
    /// # Errors
    /// A fault when the server runs without an app.
    pub fn of(req: &HttpRequest) -> Result<Client, Problem> {
        let trusted = &app_of(req)?.settings.server.trusted_proxies;
        Ok(Client::from(req.peer_addr().map(|peer| peer.ip()), req.headers(), trusted))
    }

    /// Reads it from a peer's address and its headers, given which proxies are trusted.
    pub fn from(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Client {
        // no peer is a request made in a test
        let peer = peer.unwrap_or(IpAddr::from([127, 0, 0, 1])).to_canonical();
        let forwarded = headers.get_all("x-forwarded-for").map(|value| value.to_str().unwrap_or("?"));
        let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
        let named = ["forwarded", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
        Client {
            address: walk(peer, &hops, trusted),
            claims_more: (named || !hops.is_empty()) && !is_in(peer, trusted),
        }
    }
}

impl FromRequest for Client {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Client::of(req))
    }
}

/// Goes back hop by hop while whoever names the next one is trusted: the right-most hop that is
/// not a proxy of ours is the client. What stands left of it anybody can have written.
fn walk(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut at = peer;
    for hop in hops.iter().rev() {
        match address(hop) {
            Some(next) if is_in(at, trusted) => at = next,
            _ => break,
        }
    }
    at
}

fn is_in(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// An address as proxies write it: with or without port, IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let parsed = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    parsed.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_peers_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let table: [(&str, &[&str], &str); 8] = [
            ("9.9.9.9", &["1.1.1.1"], "9.9.9.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["6.6.6.6", " 1.1.1.1"], "1.1.1.1"),
            ("10.0.0.1", &["6.6.6.6", "1.1.1.1", "10.0.0.2"], "1.1.1.1"),
            ("10.0.0.1", &["6.6.6.6", "nonsense", "10.0.0.2"], "10.0.0.2"),
            ("::1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("::1", &["1.1.1.1:80"], "1.1.1.1"),
            ("10.0.0.1", &["::ffff:1.1.1.1"], "1.1.1.1"),
        ];
        for (peer, hops, client) in table {
            assert_eq!(
                walk(peer.parse().unwrap(), hops, &trusted),
                client.parse::<IpAddr>().unwrap(),
                "{peer} {hops:?}"
            );
        }
    }

    #[test]
    fn a_household_is_one_client() {
        let net = |text: &str| Client { address: text.parse().unwrap(), claims_more: false }.net();
        assert_eq!(net("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(net("2001:db8:1:2::9"), net("2001:db8:1:2:3:4:5:6"));
        assert_eq!(net("192.0.2.7"), "192.0.2.7");
    }
}

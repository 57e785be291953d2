//! Whether the ports of a unit let us in (T5b, decisions 18): which address may
//! be asked at all, and what the answers mean.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The ports that the vendor's agents need (T5b); no others are ever asked.
pub const PORTS: [u16; 3] = [22, 80, 8081];

/// An address of the register that may be asked (TD3). There is no other way to
/// one than [`Reachable::new`], and nothing else can be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reachable(IpAddr);

impl Reachable {
    /// `units` are the private networks that the operator names: a unit may stand
    /// in them. Whatever else is no public address of one machine is refused.
    ///
    /// The documentation nets (RFC 5737, RFC 3849, RFC 9637) are not: no machine of
    /// the internet has such an address, so nobody is troubled, and every example
    /// here is made of them, as in `form::value::ip`.
    pub fn new(registered: IpAddr, units: &[Net]) -> Result<Reachable, Forbidden> {
        // RFC 4291 2.5.5.2: it is the IPv4 address, and is judged and asked as that.
        let ip = registered.to_canonical();
        match forbidden(ip) {
            Some(Forbidden::Private) if units.iter().any(|net| net.contains(ip)) => Ok(Reachable(ip)),
            Some(why) => Err(why),
            None => Ok(Reachable(ip)),
        }
    }

    pub fn ip(self) -> IpAddr {
        self.0
    }
}

/// Why an address is never asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Forbidden {
    /// RFC 1918, RFC 6598, RFC 4193, and none of the operator's own networks.
    Private,
    Loopback,
    /// "This network" (RFC 1122 3.2.1.3), and `::`.
    Unspecified,
    /// With it 169.254.169.254, where clouds give out credentials.
    LinkLocal,
    Multicast,
    Broadcast,
    /// Kept by the IANA for purposes that no unit has.
    Reserved,
    /// A form of IPv6 that leads to an IPv4 address of these classes.
    Disguised,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Forbidden::Private => "a private address that is in none of unit_networks (desk.toml)",
            Forbidden::Loopback => "an address of the desk's own machine",
            Forbidden::Unspecified => "no address of a machine",
            Forbidden::LinkLocal => "an address of the desk's own network link",
            Forbidden::Multicast => "an address of many machines (multicast)",
            Forbidden::Broadcast => "an address of many machines (broadcast)",
            Forbidden::Reserved => "an address that is reserved and that no unit can have",
            Forbidden::Disguised => "another way to write an address that is not allowed",
        })
    }
}

fn forbidden(ip: IpAddr) -> Option<Forbidden> {
    match ip {
        IpAddr::V4(ip) => forbidden_v4(ip),
        IpAddr::V6(ip) => forbidden_v6(ip),
    }
}

/// The IANA IPv4 Special-Purpose Address Registry (RFC 6890).
fn forbidden_v4(ip: Ipv4Addr) -> Option<Forbidden> {
    match ip.octets() {
        [255, 255, 255, 255] => Some(Forbidden::Broadcast),
        [0, ..] => Some(Forbidden::Unspecified),
        [127, ..] => Some(Forbidden::Loopback),
        [169, 254, ..] => Some(Forbidden::LinkLocal),
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => Some(Forbidden::Private),
        // Protocol assignments, 6to4 relays (RFC 7526), benchmarks (RFC 2544).
        [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] => Some(Forbidden::Reserved),
        [224..=239, ..] => Some(Forbidden::Multicast),
        [240..=255, ..] => Some(Forbidden::Reserved),
        _ => None,
    }
}

/// Only what is given out as global unicast (2000::/3) is left, and of it not
/// what is set aside in the IANA IPv6 Special-Purpose Address Registry.
fn forbidden_v6(ip: Ipv6Addr) -> Option<Forbidden> {
    let segments = ip.segments();
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Forbidden::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Forbidden::Loopback),
        [0xfe80..=0xfebf, ..] => Some(Forbidden::LinkLocal),
        [0xff00..=0xffff, ..] => Some(Forbidden::Multicast),
        [0xfc00..=0xfdff, ..] => Some(Forbidden::Private),
        // NAT64 (RFC 6052) and 6to4 (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => disguised(high, low),
        // Teredo (RFC 4380 4): a server, and a client with every bit turned round.
        [0x2001, 0, high, low, _, _, client_high, client_low] => {
            disguised(high, low).or_else(|| disguised(!client_high, !client_low))
        }
        // Benchmarks (RFC 5180) and ORCHID (RFC 4843, RFC 7343); other protocol
        // assignments of 2001::/23 (RFC 2928).
        [0x2001, 0..=0x1ff, ..] => Some(Forbidden::Reserved),
        [0x2000..=0x3fff, ..] => None,
        _ => Some(Forbidden::Reserved),
    }
}

/// An operator who allows a private network means its addresses, not what a
/// translator somewhere makes of another one.
fn disguised(high: u16, low: u16) -> Option<Forbidden> {
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    forbidden_v4(Ipv4Addr::new(a, b, c, d)).map(|_| Forbidden::Disguised)
}

/// What a port said when it was asked for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Answer {
    Open,
    Refused,
    /// Nothing within the time limit.
    NoAnswer,
    /// Something on the way says that nothing gets there.
    Unreachable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortSeen {
    pub port: u16,
    pub answer: Answer,
}

/// A test that is to be made: committed before anything is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// With the ticket its name: there is one a minute at most.
    pub asked: Timestamp,
    /// Of the register, canonical.
    pub address: IpAddr,
    /// Who of the staff asked for it; none: it was due.
    pub by: Option<String>,
    /// How often it was begun before and the desk ended during it.
    pub again: u32,
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub tested: Timestamp,
    /// Our address as the desk's machine has it; none: no port answered.
    pub from: Option<IpAddr>,
    pub ports: Vec<PortSeen>,
}

impl Found {
    pub fn closed(&self) -> Vec<u16> {
        self.ports.iter().filter(|seen| seen.answer != Answer::Open).map(|seen| seen.port).collect()
    }

    /// For staff: "22 open, 80 refused, 8081 no answer".
    pub fn said(&self) -> String {
        let one = |seen: &PortSeen| format!("{} {}", seen.port, <&'static str>::from(seen.answer).replace('_', " "));
        self.ports.iter().map(one).collect::<Vec<String>>().join(", ")
    }
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Found(Found),
    /// Not for the unit's fault: we have no way there, or no socket.
    Failed(String),
    /// The desk ended during it, or the register has another address by now.
    Lost,
}

/// A private network of the operator's, such as `10.20.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    address: IpAddr,
    bits: u8,
}

impl Net {
    pub fn contains(self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                net.to_bits() == ip.to_bits() & mask
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                net.to_bits() == ip.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// No network of private addresses, written by its first address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotANet;

impl FromStr for Net {
    type Err = NotANet;

    fn from_str(text: &str) -> Result<Net, NotANet> {
        let (address, bits) = text.split_once('/').ok_or(NotANet)?;
        let (address, bits): (IpAddr, u8) = (address.parse().map_err(|_| NotANet)?, bits.parse().map_err(|_| NotANet)?);
        // Nothing wider than the widest private network, so that first and last
        // address are of the same one.
        let narrow = match address {
            IpAddr::V4(_) => (8..=32).contains(&bits),
            IpAddr::V6(_) => (7..=128).contains(&bits),
        };
        let net = Net { address, bits };
        let last = net.last();
        let is_private = |ip| forbidden(ip) == Some(Forbidden::Private);
        let good = narrow && net.contains(address) && is_private(address) && is_private(last);
        if good { Ok(net) } else { Err(NotANet) }
    }
}

impl Net {
    fn last(self) -> IpAddr {
        match self.address {
            IpAddr::V4(net) => {
                let rest = u32::MAX.checked_shr(u32::from(self.bits)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(net.to_bits() | rest))
            }
            IpAddr::V6(net) => {
                let rest = u128::MAX.checked_shr(u32::from(self.bits)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(net.to_bits() | rest))
            }
        }
    }
}

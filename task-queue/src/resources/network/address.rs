//! Which addresses lie outside, where anybody may look, and which inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns whether the address is one of the public internet.
///
/// Whatever is reserved, local or special in any way is not; nor is an IPv6 address that stands
/// for an IPv4 address which is not.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0;
    let relays = a == 192 && b == 88 && c == 99;
    let benchmarks = a == 198 && (b == 18 || b == 19);
    let reserved = a == 0 || a >= 240;
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || shared
        || protocols
        || relays
        || benchmarks
        || reserved)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    if let Some(target) = nat64_target(address) {
        return is_public_v4(target);
    }
    // Of what is left, only 2000::/3 is given out; in there, 2001::/23 is for protocols (such as
    // Teredo), 2001:db8::/32 and 3fff::/20 for books, 2002::/16 for 6to4 relays, 3ffe::/16 is
    // history.
    let given_out = first & 0xe000 == 0x2000;
    let protocols = first == 0x2001 && second < 0x200;
    let books = (first == 0x2001 && second == 0xdb8) || (first == 0x3fff && second < 0x1000);
    given_out && !protocols && !books && first != 0x2002 && first != 0x3ffe
}

/// Returns the IPv4 address that a NAT64 address (`64:ff9b::/96`) really leads to.
fn nat64_target(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let prefix = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0).to_bits();
    let target = u32::try_from(bits ^ prefix).ok()?;
    Some(Ipv4Addr::from_bits(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_public_internet_is_inside() {
        for inside in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.1.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
    }

    #[test]
    fn the_public_internet_is_outside() {
        for outside in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.254",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}

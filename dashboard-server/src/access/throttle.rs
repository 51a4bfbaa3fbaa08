//! Slows guessing down: per account and per network, longer with each failure, never for ever.
//!
//! The delay is asked before a password is looked at, so that a blocked try costs nothing. The right
//! password from another network still works: an account alone is delayed by little.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Mutex;

use rules::time::Millis;

/// Failures that cost nothing: people mistype.
const FREE: u32 = 5;
/// The longest wait of an account. Short, because anybody can cause it.
const LONGEST_OF_ACCOUNT_S: i64 = 30;
/// The longest wait of a network.
const LONGEST_OF_NETWORK_S: i64 = 15 * 60;
/// After this long without a failure all is forgotten.
const FORGOTTEN_S: i64 = 60 * 60;
/// Names and networks remembered at once; beyond it the oldest are forgotten first.
const REMEMBERED: usize = 10_000;

/// Failures so far.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: Mutex<Failures>,
}

#[derive(Debug, Default)]
struct Failures {
    accounts: HashMap<String, Failed>,
    networks: HashMap<Network, Failed>,
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    last: Millis,
}

/// Who shares a delay: an IPv4 address, or a /64 of IPv6, which is one customer.
type Network = [u8; 16];

impl Throttle {
    /// Seconds to wait before `name` may be tried from `peer`; 0 when now.
    pub(crate) fn wait_s(&self, name: &str, peer: IpAddr, now: Millis) -> u64 {
        let failures = self.failures.lock().expect("nobody panics while counting");
        let account = failures.accounts.get(&account_of(name)).map_or(0, |failed| failed.wait_ms(now, LONGEST_OF_ACCOUNT_S));
        let network = failures.networks.get(&network_of(peer)).map_or(0, |failed| failed.wait_ms(now, LONGEST_OF_NETWORK_S));
        u64::try_from((account.max(network) + 999) / 1000).unwrap_or(0)
    }

    /// Notes a wrong password.
    pub(crate) fn failed(&self, name: &str, peer: IpAddr, now: Millis) {
        let mut failures = self.failures.lock().expect("nobody panics while counting");
        note(&mut failures.accounts, account_of(name), now);
        note(&mut failures.networks, network_of(peer), now);
    }

    /// Notes a right password: the account starts anew, the network keeps its record.
    pub(crate) fn succeeded(&self, name: &str) {
        let mut failures = self.failures.lock().expect("nobody panics while counting");
        failures.accounts.remove(&account_of(name));
    }
}

impl Failed {
    fn wait_ms(self, now: Millis, longest_s: i64) -> i64 {
        if self.times < FREE {
            return 0;
        }
        let doubled = 1i64 << (self.times - FREE).min(20);
        self.last + doubled.min(longest_s) * 1000 - now
    }
}

fn note<K: Hash + Eq + Clone>(remembered: &mut HashMap<K, Failed>, key: K, now: Millis) {
    if remembered.len() >= REMEMBERED && !remembered.contains_key(&key) {
        remembered.retain(|_, failed| now - failed.last < FORGOTTEN_S * 1000);
        let oldest = remembered.iter().min_by_key(|(_, failed)| failed.last).map(|(key, _)| key.clone());
        if let Some(oldest) = oldest.filter(|_| remembered.len() >= REMEMBERED) {
            remembered.remove(&oldest);
        }
    }
    let failed = remembered.entry(key).or_insert(Failed { times: 0, last: now });
    let is_old = now - failed.last >= FORGOTTEN_S * 1000;
    failed.times = if is_old { 1 } else { failed.times.saturating_add(1) };
    failed.last = now;
}

fn account_of(name: &str) -> String {
    name.trim().to_lowercase().chars().take(128).collect()
}

fn network_of(peer: IpAddr) -> Network {
    let mut bytes = match peer.to_canonical() {
        IpAddr::V4(v4) => return v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    };
    bytes[8..].fill(0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn delays_grow_and_end() {
        let throttle = Throttle::default();
        let (peer, mut now) = (ip("10.0.0.1"), 1_000_000);
        let mut waits = Vec::new();
        for _ in 0..14 {
            let wait = throttle.wait_s("budi", peer, now);
            waits.push(wait);
            now += i64::try_from(wait).unwrap() * 1000;
            throttle.failed("budi", peer, now);
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256]);
        assert_eq!(throttle.wait_s("budi", peer, now + FORGOTTEN_S * 1000), 0, "never for ever");
    }

    #[test]
    fn the_owner_gets_in_from_elsewhere_soon() {
        let throttle = Throttle::default();
        for _ in 0..1000 {
            throttle.failed("Budi", ip("10.0.0.1"), 0);
        }
        assert_eq!(throttle.wait_s("siti", ip("10.0.0.1"), 0), 900, "the network waits for any name");
        assert_eq!(throttle.wait_s("budi ", ip("10.9.9.9"), 0), 30, "the account elsewhere waits a little");
        throttle.succeeded("budi");
        assert_eq!(throttle.wait_s("budi", ip("10.9.9.9"), 0), 0);
    }

    #[test]
    fn a_customer_of_ipv6_is_one_network() {
        let throttle = Throttle::default();
        for host in 0..10 {
            throttle.failed(&format!("name{host}"), ip(&format!("2001:db8:1:2::{host}")), 0);
        }
        assert!(throttle.wait_s("other", ip("2001:db8:1:2:ffff::1"), 0) > 0);
        assert_eq!(throttle.wait_s("other", ip("2001:db8:1:3::1"), 0), 0);
        assert_eq!(network_of(ip("::ffff:10.0.0.1")), network_of(ip("10.0.0.1")));
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for name in 0..REMEMBERED + 500 {
            throttle.failed(&name.to_string(), ip("10.0.0.1"), i64::try_from(name).unwrap());
        }
        let failures = throttle.failures.lock().unwrap();
        assert_eq!(failures.accounts.len(), REMEMBERED);
        assert!(!failures.accounts.contains_key("0") && failures.accounts.contains_key("10400"));
    }
}

//! Webhooks (回调): other systems are told that something changed; where they may stand, and when telling is tried again.

use std::net::IpAddr;

use chrono::TimeDelta;

use super::invalid::shorten;
use super::{Invalid, text_enum};

text_enum! {
    /// What a webhook tells of. What changed is a [`super::ChangeKind`] of the same word.
    HookEventKind "kind" {
        /// A region.
        Region = "region",
        /// A unit.
        Unit = "unit",
        /// A contact.
        Contact = "contact",
        /// A measure.
        Measure = "measure",
        /// A campaign.
        Campaign = "campaign",
        /// A task.
        Task = "task",
        /// An indicator.
        Indicator = "indicator",
        /// A vintage of a fact.
        Observation = "observation",
        /// A recorded assessment.
        Assessment = "assessment",
        /// An episode.
        Episode = "episode",
        /// A letter.
        Letter = "letter",
        /// A delivery.
        Delivery = "delivery",
        /// A reply with its review.
        Reply = "reply",
        /// A problem with what was done about it.
        Problem = "problem",
        /// Somebody tries the webhook.
        Test = "test",
        /// The database was restored or moved: all is to be read once more.
        Restart = "restart",
    }
}

text_enum! {
    /// Where telling stands.
    HookEventState "state" {
        /// Waits for its time.
        Pending = "pending",
        /// The other side took it.
        Delivered = "delivered",
        /// Given up; a person may send it again.
        Failed = "failed",
    }
}

impl HookEventKind {
    /// Its name among events of all systems (CloudEvents `type`).
    pub fn event_type(self) -> String {
        match self {
            Self::Test => "xushi.webhook.test".to_owned(),
            Self::Restart => "xushi.changes.restarted".to_owned(),
            changed => format!("xushi.{changed}.changed"),
        }
    }
}

/// Seconds to wait after each failed attempt; the last one repeats.
const WAIT_SECONDS: [i64; 8] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400];

/// Attempts after which telling ends; with the waits above that is three days.
pub const HOOK_ATTEMPTS_MAX: i32 = 25;

/// How long to wait after the `attempts`-th attempt failed, at least `asked` seconds where the other side asks for some (a day at most);
/// `None` when trying ends. `spread` (any number, different for each attempt) lengthens the wait by up to a fifth.
pub fn hook_wait(attempts: i32, asked: Option<u64>, spread: u32) -> Option<TimeDelta> {
    if attempts >= HOOK_ATTEMPTS_MAX {
        return None;
    }
    let index = usize::try_from(attempts - 1).unwrap_or(0).min(WAIT_SECONDS.len() - 1);
    let asked = asked.map_or(0, |seconds| i64::try_from(seconds.min(86_400)).unwrap_or(0));
    let millis = WAIT_SECONDS[index].max(asked) * 1_000;
    Some(TimeDelta::milliseconds(millis + millis / 5 * i64::from(spread % 1_000) / 1_000))
}

/// Where a webhook stands: an address of HTTP, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookTarget {
    /// Whether by TLS.
    pub secure: bool,
    /// Name or IP address, without brackets, in lower case.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path and query.
    pub path: String,
}

/// Characters of an address at most.
pub const HOOK_URL: usize = 500;

impl HookTarget {
    /// Reads an address: `http` or `https`, a host, no name and password, no fragment.
    ///
    /// # Errors
    /// What is wrong with it, at `url`.
    pub fn parse(url: &str) -> Result<Self, Invalid> {
        let wrong = |why: &str| {
            Invalid::new("url", "malformed", format!("“{}”不能作为回调地址：{why}。", shorten(url)))
        };
        if url.len() > HOOK_URL || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("应为不超过500个字符的英文网址，不含空格"));
        }
        let (secure, rest) = match url.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err(wrong("应以https://或http://开头")),
        };
        if url.contains(['#', '\\', '"', '<', '>']) {
            return Err(wrong("不能含有#、\\、引号和尖括号"));
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(wrong("不能写用户名和密码"));
        }
        let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) if host.parse::<std::net::Ipv6Addr>().is_ok() => {
                (host, port.strip_prefix(':'))
            }
            Some(_) => return Err(wrong("方括号中应为IPv6地址")),
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        if host.is_empty() || !(host.bytes().all(named) || host.parse::<IpAddr>().is_ok()) {
            return Err(wrong("主机名应由英文字母、数字、连字符和点组成"));
        }
        let port = match port {
            None => Ok(if secure { 443 } else { 80 }),
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or_else(|| wrong("端口应为1至65535")),
        }?;
        let path = match path {
            "" => "/".to_owned(),
            query if query.starts_with('?') => format!("/{query}"),
            path => path.to_owned(),
        };
        Ok(Self { secure, host: host.to_ascii_lowercase(), port, path })
    }
}

/// Where webhooks may stand: names of hosts and nets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList {
    hosts: Vec<String>,
    nets: Vec<(IpAddr, u8)>,
}

impl AllowList {
    /// Reads `hook.example.gov.cn, 10.1.0.0/16, 192.0.2.7`.
    ///
    /// # Errors
    /// The entry that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut list = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (address, bits) = match entry.split_once('/') {
                Some((address, bits)) => (address, Some(bits)),
                None => (entry, None),
            };
            match (address.parse::<IpAddr>(), bits) {
                (Ok(address), bits) => {
                    let whole = if address.is_ipv4() { 32 } else { 128 };
                    let bits = match bits {
                        None => whole,
                        Some(bits) => {
                            bits.parse().ok().filter(|bits| *bits <= whole).ok_or_else(|| entry.to_owned())?
                        }
                    };
                    list.nets.push((address, bits));
                }
                (Err(_), None)
                    if HookTarget::parse(&format!("https://{entry}/"))
                        .is_ok_and(|target| target.port == 443) =>
                {
                    list.hosts.push(entry.to_ascii_lowercase());
                }
                (Err(_), _) => return Err(entry.to_owned()),
            }
        }
        Ok(list)
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.nets.is_empty()
    }

    fn covers(&self, address: IpAddr) -> bool {
        self.nets.iter().any(|(net, bits)| in_net(address, *net, *bits))
    }

    /// Whether a webhook at `host` may be reached at `address`, to which its name leads: the host is listed, or the address lies in a
    /// listed net. A host that is listed by its name alone does not lead into this machine or its neighbourhood: loopback,
    /// link-local and multicast addresses have to be listed themselves.
    pub fn admits(&self, host: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.covers(address) || (self.hosts.iter().any(|listed| listed == host) && !is_special(address))
    }

    /// Whether a webhook may stand at `host`, as far as can be said before its name is looked up.
    pub fn may_name(&self, host: &str) -> bool {
        match host.parse::<IpAddr>() {
            Ok(address) => self.admits(host, address),
            Err(_) => self.hosts.iter().any(|listed| listed == host) || !self.nets.is_empty(),
        }
    }
}

fn in_net(address: IpAddr, net: IpAddr, bits: u8) -> bool {
    match (address, net) {
        (IpAddr::V4(address), IpAddr::V4(net)) => {
            let shift = 32 - u32::from(bits);
            bits == 0 || (u32::from(address) >> shift) == (u32::from(net) >> shift)
        }
        (IpAddr::V6(address), IpAddr::V6(net)) => {
            let shift = 128 - u32::from(bits);
            bits == 0 || (u128::from(address) >> shift) == (u128::from(net) >> shift)
        }
        _ => false,
    }
}

/// Addresses that mean this machine, its neighbourhood, or nobody.
fn is_special(address: IpAddr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || match address {
            IpAddr::V4(address) => {
                address.is_link_local() || address.is_broadcast() || address.octets()[0] == 0
            }
            IpAddr::V6(address) => address.segments()[0] & 0xffc0 == 0xfe80,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChangeKind, TextEnum as _};

    #[test]
    fn whatever_changes_can_be_told() {
        for kind in ChangeKind::ALL {
            assert!(HookEventKind::parse(kind.as_str()).is_some(), "{kind}");
        }
        assert_eq!(HookEventKind::ALL.len(), ChangeKind::ALL.len() + 2);
    }

    #[test]
    fn addresses_are_taken_apart_or_refused() {
        let target = HookTarget::parse("https://Hook.example.gov.cn/x?y=1").unwrap();
        assert_eq!(
            (target.secure, &*target.host, target.port, &*target.path),
            (true, "hook.example.gov.cn", 443, "/x?y=1")
        );
        let target = HookTarget::parse("http://[2001:db8::1]:8080?a").unwrap();
        assert_eq!((&*target.host, target.port, &*target.path), ("2001:db8::1", 8080, "/?a"));
        for wrong in [
            "",
            "ftp://a/",
            "https://",
            "https://a@b/",
            "https://a b/",
            "https://a/#x",
            "https://a:0/",
            "https://a:99999/",
            "https://[::1",
            "https://甲/",
            "https://a\\@b/",
        ] {
            assert_eq!(HookTarget::parse(wrong).unwrap_err().field, "url", "{wrong}");
        }
    }

    #[test]
    fn only_what_is_listed_is_reached_and_nothing_of_this_machine_by_a_name() {
        let list = AllowList::parse("hook.example.gov.cn, 10.1.0.0/16,192.0.2.7 ,2001:db8::/32").unwrap();
        for (host, address, admitted) in [
            ("hook.example.gov.cn", "192.168.3.4", true),
            ("HOOK.example.gov.cn.", "192.168.3.4", false),
            ("hook.example.gov.cn", "127.0.0.1", false),
            ("hook.example.gov.cn", "169.254.169.254", false),
            ("hook.example.gov.cn", "::ffff:127.0.0.1", false),
            ("hook.example.gov.cn", "::1", false),
            ("hook.example.gov.cn", "fe80::1", false),
            ("hook.example.gov.cn", "0.0.0.0", false),
            ("other.example.gov.cn", "10.1.2.3", true),
            ("other.example.gov.cn", "::ffff:10.1.2.3", true),
            ("other.example.gov.cn", "10.2.0.1", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.8", "192.0.2.8", false),
            ("x", "2001:db8:1::2", true),
        ] {
            assert_eq!(list.admits(host, address.parse().unwrap()), admitted, "{host} at {address}");
        }
        assert!(AllowList::parse("127.0.0.0/8").unwrap().admits("x", "127.0.0.1".parse().unwrap()));
        assert!(AllowList::default().is_empty() && !AllowList::default().may_name("a"));
        for wrong in ["10.0.0.0/33", "a/8", "http://a", "a:80", "甲"] {
            assert!(AllowList::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn waits_grow_are_spread_and_end_after_three_days() {
        let seconds: Vec<_> =
            (1..=9).filter_map(|n| hook_wait(n, None, 0)).map(|wait| wait.num_seconds()).collect();
        assert_eq!(seconds, [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 14_400]);
        assert_eq!(hook_wait(1, None, 999).unwrap().num_milliseconds(), 5_999);
        assert_eq!(hook_wait(1, Some(90), 0).unwrap().num_seconds(), 90);
        assert_eq!(hook_wait(1, Some(u64::MAX), 0).unwrap().num_hours(), 24);
        assert_eq!(hook_wait(HOOK_ATTEMPTS_MAX, None, 0), None);
        let hours: i64 = (1..HOOK_ATTEMPTS_MAX)
            .filter_map(|n| hook_wait(n, None, 0))
            .map(|wait| wait.num_seconds())
            .sum::<i64>()
            / 3_600;
        assert_eq!(hours, 71);
    }
}

//! Publishes one message at a time, over HTTP or MQTT, from a template.
//!
//! `{stamp}` becomes microseconds since 1970 less `base`, `{at}` the same moment in RFC 3339, `{unit}` one of the units
//! in turn, `{pad}` as many `x` as bring the message to `size` bytes.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::http::{Poster, split_url};

/// How messages are made.
pub struct Template {
    text: String,
    /// Taken from the microseconds: some servers bound their numbers.
    pub base: u64,
    units: Vec<String>,
}

impl Template {
    /// Fills the pad once.
    pub fn new(text: &str, size: usize, base: u64, units: &[&str]) -> Self {
        let bare = text.replace("{stamp}", "0000000000000000").replace("{pad}", "").len();
        Self {
            text: text.replace("{pad}", &"x".repeat(size.saturating_sub(bare))),
            base,
            units: units.iter().map(|unit| (*unit).to_owned()).collect(),
        }
    }

    /// The message of a moment.
    pub fn message(&self, number: u64, stamp_us: u64) -> String {
        let text = self.text.replace("{stamp}", &(stamp_us - self.base).to_string());
        let unit = &self.units[number as usize % self.units.len()];
        text.replace("{unit}", unit).replace("{at}", &rfc3339(stamp_us))
    }
}

/// Where they go.
pub enum Publisher {
    /// Every message a POST, answered before the next.
    Http(Poster),
    /// Every message a PUBLISH of quality 0 to a topic.
    Mqtt(TcpStream, String),
}

impl Publisher {
    /// `http://…` or `mqtt://host:port/topic`.
    pub fn open(url: &str, headers: &[String]) -> std::io::Result<Self> {
        if url.starts_with("http") {
            return Ok(Self::Http(Poster::new(url, headers)?));
        }
        let (host, path) = split_url(url);
        let mut stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        let mut connect = vec![0, 4];
        connect.extend_from_slice(b"MQTT\x04\x02\x00\x3c\x00\x03pub");
        stream.write_all(&mqtt_packet(0x10, &connect))?;
        stream.read_exact(&mut [0; 4])?;
        Ok(Self::Mqtt(stream, path[1..].to_owned()))
    }

    /// Sends; whether it was taken.
    pub fn send(&mut self, body: &[u8]) -> std::io::Result<bool> {
        match self {
            Self::Http(poster) => Ok((200..300).contains(&poster.post(body)?)),
            Self::Mqtt(stream, topic) => {
                let mut message = (topic.len() as u16).to_be_bytes().to_vec();
                message.extend_from_slice(topic.as_bytes());
                message.extend_from_slice(body);
                stream.write_all(&mqtt_packet(0x30, &message)).map(|()| true)
            }
        }
    }
}

fn mqtt_packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut left = body.len();
    loop {
        let low = (left % 128) as u8;
        left /= 128;
        packet.push(if left > 0 { low | 128 } else { low });
        if left == 0 {
            break;
        }
    }
    packet.extend_from_slice(body);
    packet
}

/// Days to a date after Howard Hinnant's `civil_from_days`.
fn rfc3339(us: u64) -> String {
    let (seconds, micros) = (us / 1_000_000, us % 1_000_000);
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z", second / 3600, second / 60 % 60, second % 60, micros / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_carries_its_moment_and_its_size() {
        let template = Template::new(r#"{"ts":{stamp},"pad":"{pad}"}"#, 100, 0, &[""]);
        assert_eq!(template.message(0, 1_764_000_000_000_000).len(), 100);
        let template = Template::new("{unit} {at} {stamp}", 0, 1_764_000_000_000_000, &["a", "b"]);
        assert_eq!(template.message(13, 1_764_000_000_123_000), "b 2025-11-24T16:00:00.123Z 123000");
    }
}

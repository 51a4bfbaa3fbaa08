//! A keep-alive HTTP/1.1 client that posts bodies and reads whole answers; nothing more, so that it costs little.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// Splits `scheme://host:port/path` into host with port, and path.
pub fn split_url(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or((rest, "/"), |at| rest.split_at(at))
}

/// One connection.
pub struct Poster {
    connection: BufReader<TcpStream>,
    head: String,
    request: Vec<u8>,
}

impl Poster {
    /// Connects; `headers` are whole lines without their end.
    pub fn new(url: &str, headers: &[String]) -> std::io::Result<Self> {
        let (host, path) = split_url(url);
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{lines}");
        Ok(Self { connection: BufReader::with_capacity(16 << 10, stream), head, request: Vec::new() })
    }

    /// Posts a body; the status, once the whole answer has been read.
    pub fn post(&mut self, body: &[u8]) -> std::io::Result<u16> {
        self.request.clear();
        write!(self.request, "{}Content-Length: {}\r\n\r\n", self.head, body.len())?;
        self.request.extend_from_slice(body);
        self.connection.get_mut().write_all(&self.request)?;
        let mut line = String::new();
        self.connection.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
        let (mut length, mut is_chunked) = (0, false);
        loop {
            line.clear();
            if self.connection.read_line(&mut line)? <= 2 {
                break;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            is_chunked |= lower.starts_with("transfer-encoding:") && lower.contains("chunked");
        }
        match is_chunked {
            true => self.skip_chunks()?,
            false => self.skip(length)?,
        }
        Ok(status)
    }

    fn skip_chunks(&mut self) -> std::io::Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            self.connection.read_line(&mut line)?;
            let length = u64::from_str_radix(line.trim(), 16).unwrap_or(0);
            self.skip(length + 2)?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    fn skip(&mut self, length: u64) -> std::io::Result<()> {
        std::io::copy(&mut (&mut self.connection).take(length), &mut std::io::sink())?;
        Ok(())
    }
}

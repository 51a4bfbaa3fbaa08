//! One viewer: shakes hands, says hello, reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use futures_util::{SinkExt, StreamExt};
use load::http::split_url;
use load::now_us;
use load::options::{Options, wrong};
use memchr::memmem::Finder;
use tokio::net::TcpStream;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::count::Count;

/// How every viewer begins, and what it looks for.
pub struct Greeting {
    request: Request,
    host: String,
    hello: Vec<Message>,
    stamp: Finder<'static>,
    base: u64,
}

impl Greeting {
    /// From the command line.
    pub fn of(options: &Options) -> Self {
        let url = options.need("url");
        let mut request = url.into_client_request().unwrap_or_else(|fault| wrong(&format!("--url: {fault}")));
        if let Some(name) = options.get("subprotocol") {
            request.headers_mut().insert("sec-websocket-protocol", value(name));
        }
        for line in options.all("header") {
            let (name, text) = line.split_once(':').unwrap_or_else(|| wrong("--header: write name: value"));
            let name: HeaderName = name.trim().parse().unwrap_or_else(|_| wrong("--header: that is no name of a header"));
            request.headers_mut().insert(name, value(text.trim()));
        }
        let texts = options.all("hello").into_iter().map(|text| Message::Text(text.into()));
        let bytes = options.all("hello-hex").into_iter().map(|text| Message::Binary(bytes_of(&text).into()));
        let stamp = Finder::new(options.need("stamp").as_bytes()).into_owned();
        let base = options.number("base", 0.0) as u64;
        Self { request, host: split_url(url).0.to_owned(), hello: texts.chain(bytes).collect(), stamp, base }
    }

    /// The stamps in a message.
    fn stamps(&self, data: &[u8], into: &mut Vec<u64>) {
        into.clear();
        for at in self.stamp.find_iter(data) {
            let digits = data[at + self.stamp.needle().len()..].iter().take_while(|byte| byte.is_ascii_digit());
            into.push(self.base + digits.fold(0, |number: u64, digit| number * 10 + u64::from(digit - b'0')));
        }
    }
}

/// Looks until the socket closes.
pub async fn look(greeting: Arc<Greeting>, count: Arc<Count>, up: Arc<AtomicUsize>) {
    let stream = TcpStream::connect(&greeting.host).await.unwrap_or_else(|fault| wrong(&format!("connect: {fault}")));
    stream.set_nodelay(true).unwrap_or_else(|fault| wrong(&format!("nodelay: {fault}")));
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    let shaken = client_async_with_config(greeting.request.clone(), stream, Some(config)).await;
    let (mut socket, _) = shaken.unwrap_or_else(|fault| wrong(&format!("handshake: {fault}")));
    for hello in &greeting.hello {
        socket.send(hello.clone()).await.unwrap_or_else(|fault| wrong(&format!("hello: {fault}")));
    }
    up.fetch_add(1, Relaxed);
    let (mut stamps, mut newest) = (Vec::new(), 0);
    while let Some(Ok(message)) = socket.next().await {
        let data: Bytes = match message {
            Message::Text(text) => text.into(),
            Message::Binary(bytes) => bytes,
            Message::Close(_) => break,
            _ => continue,
        };
        let now = now_us();
        greeting.stamps(&data, &mut stamps);
        // A snapshot repeats what was seen; what is older than that is no news.
        stamps.retain(|stamp| *stamp > newest);
        newest = stamps.iter().copied().max().unwrap_or(newest);
        count.arrived(now, &stamps, data.len());
    }
    count.closed();
}

fn value(text: &str) -> HeaderValue {
    text.parse().unwrap_or_else(|_| wrong("--header: that is no value of a header"))
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let byte =
        |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap_or_else(|_| wrong("--hello-hex: write pairs of hexadecimal digits"));
    (0..hex.len()).step_by(2).map(byte).collect()
}

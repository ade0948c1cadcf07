//! A thin layer between a client and the simulator that keeps what is asked,
//! and the bare fetch that asks it again: the yardstick of the `sync` bench.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

/// One request as it was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// The bytes of each connection, in the order of connecting.
type Heard = Arc<Mutex<Vec<Arc<Mutex<Vec<u8>>>>>>;

/// Listens on loopback, passes everything on, and keeps what clients say.
pub(crate) struct Recorder {
    pub(crate) base_url: String,
    heard: Heard,
}

impl Recorder {
    pub(crate) async fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let heard = Heard::default();
        let ears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&upstream).await.unwrap();
                let bytes = Arc::default();
                ears.lock().unwrap().push(Arc::clone(&bytes));
                tokio::spawn(pass(client, server, bytes));
            }
        });
        Self { base_url, heard }
    }

    /// What was asked since the last time, and forgets it.
    pub(crate) fn take(&self) -> Vec<Request> {
        let connections = std::mem::take(&mut *self.heard.lock().unwrap());
        connections
            .iter()
            .flat_map(|bytes| requests(&bytes.lock().unwrap()))
            .collect()
    }
}

async fn pass(client: TcpStream, server: TcpStream, heard: Arc<Mutex<Vec<u8>>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    let mut buffer = vec![0; 16 << 10];
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        let chunk = buffer.get(..length).unwrap();
        heard.lock().unwrap().extend_from_slice(chunk);
        if to_server.write_all(chunk).await.is_err() {
            break;
        }
    }
    drop(to_server);
    let _ = back.await;
}

/// HTTP/1.1 requests one after another; bodies have a length.
fn requests(mut bytes: &[u8]) -> Vec<Request> {
    let mut out = Vec::new();
    while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        let (head, rest) = bytes.split_at(end + 4);
        let head = std::str::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let mut first = lines.next().unwrap().split(' ');
        let (method, target) = (first.next().unwrap(), first.next().unwrap());
        let mut length = 0;
        let mut headers = Vec::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            match name {
                "content-length" => length = value.parse().unwrap(),
                "host" => {}
                _ => headers.push((name.to_owned(), value.to_owned())),
            }
        }
        let (body, next) = rest.split_at(length);
        out.push(Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
        bytes = next;
    }
    out
}

/// Sends the requests one after another and drops what comes, piece by piece.
pub(crate) async fn fetch(base_url: &str, requests: &[Request]) {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_mins(1))
        .build()
        .unwrap();
    for Request {
        method,
        target,
        headers,
        body,
    } in requests
    {
        let mut request = client.request(method.parse().unwrap(), format!("{base_url}{target}"));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if !body.is_empty() {
            request = request.body(body.clone());
        }
        let mut answer = request.send().await.unwrap();
        while answer.chunk().await.unwrap().is_some() {}
    }
}

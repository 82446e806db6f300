//! A small HTTP server on loopback that speaks the hub's routes, and misbehaves when
//! told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// The commit of the only revision.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A request, headers in lower case.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub headers: BTreeMap<String, String>,
}

impl Request {
    pub fn is_file(&self) -> bool {
        self.path.contains("/resolve/")
    }

    pub fn range(&self) -> Option<usize> {
        let value = self.headers.get("range")?;
        value
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse()
            .ok()
    }
}

/// An answer and how it is given.
#[derive(Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The line is cut after so many bytes of the body.
    pub cut: Option<usize>,
    /// Nothing comes for so long after `cut` bytes, then the line is cut.
    pub stall: Duration,
    /// Bytes come in pieces of 1,000 with this pause between.
    pub drip: Duration,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

/// A repository `owner/name` with files.
#[derive(Clone)]
pub struct Files(pub Vec<(String, Vec<u8>)>);

impl Files {
    /// One large file, as the hub keeps it.
    pub fn one(name: &str, bytes: Vec<u8>) -> Self {
        Self(vec![(name.to_owned(), bytes)])
    }

    /// What a hub in good health answers.
    pub fn answer(&self, request: &Request) -> Reply {
        if request.path.starts_with("/api/models?") {
            let found = r#"[{"id":"owner/name","downloads":7,"tags":["license:cc0-1.0"]}]"#;
            return json(found.to_owned());
        }
        if request.path.starts_with("/api/models/owner/name/revision/") {
            return json(self.listing());
        }
        let prefix = format!("/owner/name/resolve/{COMMIT}/");
        let file = request.path.strip_prefix(&prefix);
        let Some((_, bytes)) = self.0.iter().find(|(name, _)| Some(name.as_str()) == file) else {
            return Reply::status(404);
        };
        let etag = limner::digest::sha256(bytes);
        let from = request.range();
        let reply = Reply {
            status: if from.is_some() { 206 } else { 200 },
            body: bytes[from.unwrap_or(0)..].to_vec(),
            ..Reply::default()
        };
        let reply = reply
            .with("ETag", format!("\"{etag}\""))
            .with("X-Repo-Commit", COMMIT);
        match from {
            Some(from) => {
                let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
                reply.with("Content-Range", range)
            }
            None => reply,
        }
    }

    fn listing(&self) -> String {
        let siblings: Vec<_> = self
            .0
            .iter()
            .map(|(name, bytes)| {
                serde_json::json!({
                    "rfilename": name, "size": bytes.len(), "blobId": "b".repeat(40),
                    "lfs": { "sha256": limner::digest::sha256(bytes), "size": bytes.len(), "pointerSize": 130 },
                })
            })
            .collect();
        serde_json::json!({
            "sha": COMMIT, "siblings": siblings, "gated": false,
            "cardData": { "license": "cc0-1.0" },
        })
        .to_string()
    }
}

pub fn json(text: String) -> Reply {
    Reply {
        status: 200,
        body: text.into_bytes(),
        ..Reply::default()
    }
    .with("Content-Type", "application/json")
}

/// A running server.
pub struct Server {
    pub port: u16,
    pub log: Arc<Mutex<Vec<Request>>>,
    /// Ports of those who connected, in order.
    peers: Arc<(Mutex<Vec<u16>>, Condvar)>,
}

impl Server {
    /// Serves until the test ends; `answer` is given the request and how many of its
    /// kind (file or not) came before.
    pub fn start(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (answer, seen) = (Arc::new(answer), Arc::clone(&log));
        let peers: Arc<(Mutex<Vec<u16>>, Condvar)> = Arc::default();
        let came = Arc::clone(&peers);
        named("hub-accept", move || {
            for stream in listener.incoming().flatten() {
                if let Ok(peer) = stream.peer_addr() {
                    came.0.lock().unwrap().push(peer.port());
                    came.1.notify_all();
                }
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
                named("hub-answer", move || one(stream, &*answer, &seen));
            }
        });
        Self { port, log, peers }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many connections were opened before this call. One of its own is the fence: a
    /// listener's queue is in order, so whoever came earlier is counted when it arrives.
    pub fn connections(&self) -> usize {
        let own = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let port = own.local_addr().unwrap().port();
        let mut peers = self.peers.0.lock().unwrap();
        loop {
            if let Some(before) = peers.iter().position(|peer| *peer == port) {
                return before;
            }
            peers = self.peers.1.wait(peers).unwrap();
        }
    }

    /// Requests for files so far.
    pub fn files(&self) -> Vec<Request> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|r| r.is_file()).cloned().collect()
    }
}

fn named(name: &str, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .unwrap();
}

fn one(
    stream: TcpStream,
    answer: &(dyn Fn(&Request, usize) -> Reply + Send + Sync),
    log: &Mutex<Vec<Request>>,
) {
    let Some(request) = read(&stream) else { return };
    let before = {
        let mut log = log.lock().unwrap();
        let kind = log.iter().filter(|r| r.is_file() == request.is_file());
        let before = kind.count();
        log.push(request.clone());
        before
    };
    write(stream, &answer(&request, before)).ok();
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    Some(Request { path, headers })
}

fn write(mut stream: TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", reply.status);
    head += &format!("Content-Length: {}\r\n", reply.body.len());
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    let sent = &reply.body[..reply.cut.unwrap_or(reply.body.len())];
    if reply.drip.is_zero() {
        stream.write_all(sent)?;
    } else {
        for piece in sent.chunks(1000) {
            stream.write_all(piece)?;
            std::thread::sleep(reply.drip);
        }
    }
    std::thread::sleep(reply.stall);
    Ok(())
}

//! A hub on loopback: speaks the hub's routes over plain TCP, and misbehaves when told.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use sha1::{Digest, Sha1};
use sha2::Sha256;

/// The commit that everything is at.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// The commit after a change.
pub const NEXT_COMMIT: &str = "89abcdef0123456789abcdef0123456789abcdef";

/// How the next request for a file goes wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// This status, with these header lines.
    Status(u16, String),
    /// The connection ends after so many bytes of the body.
    Cut(usize),
    /// Nothing more comes after so many bytes.
    Stall(usize),
    /// So many bytes a piece, with a pause between.
    Slow(usize, Duration),
    /// All bytes, each wrong.
    Wrong,
    /// The whole file, whatever was asked for.
    NoRange,
    /// The file and its commit change before this answer.
    Change(Vec<u8>),
    /// Sent on to this address.
    Redirect(String),
    /// More bytes than announced.
    TooMany,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub range: Option<String>,
    pub authorization: Option<String>,
}

pub struct State {
    pub commit: String,
    pub files: BTreeMap<String, Vec<u8>>,
    pub licence: Option<String>,
    /// Faults of requests for files, first come first served.
    pub faults: VecDeque<Fault>,
    /// Faults of requests for lists.
    pub list_faults: VecDeque<Fault>,
    pub seen: Vec<Seen>,
    /// Connections, also those without a request.
    pub connections: usize,
    /// Base address of the host that gives out large files.
    pub elsewhere: Option<String>,
    /// Speak no checksums.
    pub bare: bool,
}

/// A hub with one repository, `ada/flowers`.
pub struct Server {
    pub address: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start(files: &[(&str, Vec<u8>)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let files = files
            .iter()
            .map(|(n, b)| ((*n).to_owned(), b.clone()))
            .collect();
        let state = Arc::new(Mutex::new(State {
            commit: COMMIT.into(),
            files,
            licence: Some("cc-by-4.0".into()),
            faults: VecDeque::new(),
            list_faults: VecDeque::new(),
            seen: Vec::new(),
            connections: 0,
            elsewhere: None,
            bare: false,
        }));
        let shared = Arc::clone(&state);
        named("hub-accept", move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                shared.lock().unwrap().connections += 1;
                named("hub-serve", move || {
                    // A client that goes away is part of the tests.
                    serve(&stream, &shared).ok();
                });
            }
        });
        Self { address, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The next requests for files go wrong in these ways.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.extend(faults);
    }

    /// Requests for one file.
    pub fn asked_for(&self, file: &str) -> Vec<Seen> {
        let of = |s: &&Seen| s.path.ends_with(&format!("/{file}"));
        self.state().seen.iter().filter(of).cloned().collect()
    }
}

pub fn named(name: &str, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .unwrap();
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn git_name(bytes: &[u8]) -> String {
    let head = format!("blob {}\0", bytes.len());
    hex(&Sha1::new()
        .chain_update(head)
        .chain_update(bytes)
        .finalize())
}

fn is_lfs(path: &str) -> bool {
    !path.ends_with(".md") && !path.ends_with(".json")
}

fn etag(path: &str, bytes: &[u8]) -> String {
    if is_lfs(path) {
        sha256(bytes)
    } else {
        git_name(bytes)
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(());
    };
    let mut seen = Seen {
        method: method.into(),
        path: target.into(),
        range: None,
        authorization: None,
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        match name.to_lowercase().as_str() {
            "range" => seen.range = Some(value.into()),
            "authorization" => seen.authorization = Some(value.into()),
            _ => {}
        }
    }
    state.lock().unwrap().seen.push(seen.clone());
    if method == "CONNECT" {
        return tunnel(stream, reader, target);
    }
    let path = target.split('?').next().unwrap().to_owned();
    if path.starts_with("/api/") {
        list(stream, state, target)
    } else {
        file(stream, state, &seen, &path)
    }
}

/// A proxy: the tunnel leads to the loopback address in `hub.test:PORT`'s port.
fn tunnel(stream: &TcpStream, reader: BufReader<&TcpStream>, target: &str) -> std::io::Result<()> {
    let port = target.rsplit(':').next().unwrap();
    let far = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    let mut near = stream.try_clone()?;
    near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut up, mut down) = (far.try_clone()?, far);
    let early = reader.buffer().to_vec();
    up.write_all(&early)?;
    let mut from = stream.try_clone()?;
    named("hub-tunnel", move || {
        std::io::copy(&mut from, &mut up).ok();
    });
    std::io::copy(&mut down, &mut near)?;
    Ok(())
}

fn answer(mut stream: &TcpStream, status: u16, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    )?;
    stream.write_all(body)
}

fn list(stream: &TcpStream, state: &Mutex<State>, target: &str) -> std::io::Result<()> {
    let fault = state.lock().unwrap().list_faults.pop_front();
    match fault {
        Some(Fault::Status(status, headers)) => return answer(stream, status, &headers, b""),
        Some(Fault::Stall(_)) => return rest(stream),
        _ => {}
    }
    let state = state.lock().unwrap();
    let path = target.split('?').next().unwrap();
    let body = if path == "/api/models" {
        r#"[{"id":"ada/flowers","tags":["license:mit"],"downloads":7,"gated":false},
            {"id":"ada/gated","tags":[],"downloads":1,"gated":"auto"},{"id":"legacy-name"}]"#
            .to_owned()
    } else if path.starts_with("/api/models/ada/flowers/revision/") {
        info(&state)
    } else {
        let code = "X-Error-Code: RepoNotFound\r\n";
        return answer(stream, 401, code, b"{}");
    };
    answer(
        stream,
        200,
        "Content-Type: application/json\r\n",
        body.as_bytes(),
    )
}

fn info(state: &State) -> String {
    let siblings: Vec<_> = state
        .files
        .iter()
        .map(|(path, bytes)| {
            let size = bytes.len();
            let git = git_name(bytes);
            if state.bare {
                serde_json::json!({ "rfilename": path, "size": size })
            } else if is_lfs(path) {
                serde_json::json!({ "rfilename": path, "size": size, "blobId": git,
                    "lfs": { "sha256": sha256(bytes), "size": size, "pointerSize": 130 } })
            } else {
                serde_json::json!({ "rfilename": path, "size": size, "blobId": git })
            }
        })
        .collect();
    serde_json::json!({
        "id": "ada/flowers", "sha": state.commit, "siblings": siblings,
        "cardData": { "license": state.licence },
    })
    .to_string()
}

fn file(stream: &TcpStream, state: &Mutex<State>, seen: &Seen, path: &str) -> std::io::Result<()> {
    let mut state = state.lock().unwrap();
    let name = path
        .split_once("/resolve/")
        .and_then(|(_, rest)| rest.split_once('/'));
    // Large files' own host knows them by their hash.
    let by_hash = path.strip_prefix("/blob/").map(str::to_owned);
    let name = match (name, &by_hash) {
        (Some((_, name)), _) => name.replace("%20", " "),
        (None, Some(hash)) => {
            let found = state.files.iter().find(|(_, b)| sha256(b) == *hash);
            found.map_or_else(String::new, |(n, _)| n.clone())
        }
        _ => String::new(),
    };
    let fault = if is_lfs(&name) {
        state.faults.pop_front()
    } else {
        None
    };
    if let Some(Fault::Change(bytes)) = &fault {
        state.files.insert(name.clone(), bytes.clone());
        state.commit = NEXT_COMMIT.into();
    }
    let Some(bytes) = state.files.get(&name).cloned() else {
        return answer(stream, 404, "X-Error-Code: EntryNotFound\r\n", b"");
    };
    let mut headers = format!(
        "ETag: \"{}\"\r\nX-Repo-Commit: {}\r\n",
        etag(&name, &bytes),
        state.commit
    );
    if let (Some(host), None, true) = (&state.elsewhere, &by_hash, is_lfs(&name)) {
        let to = format!("{host}/blob/{}", sha256(&bytes));
        let head = format!(
            "Location: {to}\r\nETag: \"of-the-redirect\"\r\nX-Linked-Etag: \"{}\"\r\nX-Linked-Size: {}\r\n",
            sha256(&bytes),
            bytes.len()
        );
        drop(state);
        return answer(stream, 302, &head, b"");
    }
    drop(state);
    if by_hash.is_some() {
        headers = "ETag: \"d41d8cd98f00b204e9800998ecf8427e-3\"\r\n".into();
    }
    body(stream, seen, fault, &bytes, &headers)
}

fn body(
    mut stream: &TcpStream,
    seen: &Seen,
    fault: Option<Fault>,
    bytes: &[u8],
    headers: &str,
) -> std::io::Result<()> {
    let from = seen.range.as_deref().and_then(|r| {
        r.strip_prefix("bytes=")?
            .split('-')
            .next()?
            .parse::<usize>()
            .ok()
    });
    let from = match fault {
        Some(Fault::NoRange) => None,
        _ => from,
    };
    let (status, part, range) = match from {
        Some(from) if from >= bytes.len() && !bytes.is_empty() => {
            return answer(stream, 416, headers, b"");
        }
        Some(from) => {
            let range = format!(
                "Content-Range: bytes {from}-{}/{}\r\n",
                bytes.len().saturating_sub(1),
                bytes.len()
            );
            (206, &bytes[from..], range)
        }
        None => (200, bytes, String::new()),
    };
    let mut part = part.to_vec();
    let length = part.len();
    match &fault {
        Some(Fault::Status(status, headers)) => return answer(stream, *status, headers, b""),
        Some(Fault::Redirect(to)) => {
            return answer(stream, 302, &format!("Location: {to}\r\n"), b"");
        }
        Some(Fault::Wrong) => part.iter_mut().for_each(|b| *b ^= 0x55),
        _ => {}
    }
    let length = if matches!(fault, Some(Fault::TooMany)) {
        length + 5
    } else {
        length
    };
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{range}{headers}\r\n"
    )?;
    match fault {
        Some(Fault::Cut(n)) => stream.write_all(&part[..n.min(part.len())]),
        Some(Fault::Stall(n)) => {
            stream.write_all(&part[..n.min(part.len())])?;
            rest(stream)
        }
        Some(Fault::Slow(piece, pause)) => {
            for piece in part.chunks(piece) {
                stream.write_all(piece)?;
                std::thread::sleep(pause);
            }
            Ok(())
        }
        Some(Fault::TooMany) => {
            part.extend_from_slice(b"extra");
            stream.write_all(&part)
        }
        _ => stream.write_all(&part),
    }
}

/// Says nothing until the client goes away.
fn rest(mut stream: &TcpStream) -> std::io::Result<()> {
    let mut nothing = [0; 64];
    while stream.read(&mut nothing)? > 0 {}
    Ok(())
}

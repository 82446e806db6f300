//! The hub behind a proxy on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use limner::hub::ProxyConfig;

use super::server::Server;
use super::{Home, HubConfig, HubError, fetch, files, network};
use limner::hub::Hub;

/// How a proxy treats those who come.
#[derive(Clone, Copy, PartialEq)]
pub enum Manner {
    /// Leads to the hub, whatever host is asked for.
    Leads,
    /// Wants a name and a password: those of [`LOGIN`].
    Asks,
    /// Takes the call and says nothing.
    Silent,
}

/// `me:secret`, as a proxy hears it.
const LOGIN: &str = "Basic bWU6c2VjcmV0";

/// A running proxy and what it was asked for.
pub struct Proxy {
    pub port: u16,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn start(hub: &Server, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (log, hub) = (Arc::clone(&asked), hub.port);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || serve(stream, hub, manner, &log));
            }
        });
        Self { port, asked }
    }

    fn config(&self, login: &str) -> Option<ProxyConfig> {
        Some(ProxyConfig {
            url: format!("http://{login}127.0.0.1:{}", self.port),
            except: Vec::new(),
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(client: TcpStream, hub: u16, manner: Manner, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    log.lock().unwrap().push(first.trim().to_owned());
    let mut known = false;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        known |= line.trim() == format!("Proxy-Authorization: {LOGIN}");
        if line.trim().is_empty() {
            break;
        }
    }
    let mut back = client;
    match manner {
        Manner::Silent => {
            std::thread::sleep(Duration::from_secs(20));
            return None;
        }
        Manner::Asks if !known => {
            let head = "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n";
            return back.write_all(head.as_bytes()).ok();
        }
        _ => back.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?,
    }
    let mut there = TcpStream::connect(("127.0.0.1", hub)).ok()?;
    let mut from_hub = there.try_clone().ok()?;
    std::thread::spawn(move || {
        std::io::copy(&mut from_hub, &mut back).ok();
        back.shutdown(Shutdown::Both).ok();
    });
    std::io::copy(&mut reader, &mut there).ok();
    Some(())
}

fn hub_behind(home: &Home, server: &Server, proxy: Option<ProxyConfig>) -> Hub {
    Hub::new(HubConfig {
        proxy,
        // No name server knows it: only the proxy leads there.
        endpoint: "http://hub.invalid".into(),
        ..home.config(server)
    })
}

#[test]
fn everything_goes_through_the_proxy() {
    let server = Server::start(|request, _| files().answer(request));
    let proxy = Proxy::start(&server, Manner::Asks);
    let home = Home::new();
    let hub = hub_behind(&home, &server, proxy.config("me:secret@"));
    let file = fetch(&hub).unwrap();
    assert_eq!(std::fs::read(file).unwrap(), network());
    let asked = proxy.asked();
    assert!(!asked.is_empty());
    for line in &asked {
        assert_eq!(line, "CONNECT hub.invalid:80 HTTP/1.1");
    }
}

#[test]
fn a_proxy_that_refuses_is_asked_once_and_told_clearly() {
    let server = Server::start(|request, _| files().answer(request));
    let proxy = Proxy::start(&server, Manner::Asks);
    let home = Home::new();
    let hub = hub_behind(&home, &server, proxy.config("me:wrong@"));
    let error = hub.look("owner/name", "main").unwrap_err();
    let line = error.to_string();
    assert!(matches!(error, HubError::Proxy { .. }), "{line}");
    assert!(
        line.contains("a name and a password") && line.contains("HTTPS_PROXY"),
        "{line}"
    );
    assert!(
        line.contains(&format!("127.0.0.1:{}", proxy.port)),
        "{line}"
    );
    assert!(!line.contains("wrong"), "{line}");
    assert_eq!(proxy.asked().len(), 1);
}

#[test]
fn a_proxy_that_is_silent_or_gone_is_named_and_nothing_goes_around_it() {
    let server = Server::start(|request, _| files().answer(request));
    let home = Home::new();
    let silent = Proxy::start(&server, Manner::Silent);
    // A port that was free a moment ago.
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for port in [silent.port, gone] {
        let mut config = home.config(&server);
        config.retry_policy.connect = Duration::from_millis(300);
        config.retry_policy.tries = 2;
        config.proxy = Some(ProxyConfig {
            url: format!("127.0.0.1:{port}"),
            except: Vec::new(),
        });
        let start = Instant::now();
        let line = Hub::new(config)
            .look("owner/name", "main")
            .unwrap_err()
            .to_string();
        assert!(
            line.contains(&format!("through the proxy 127.0.0.1:{port}")),
            "{line}"
        );
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    assert!(server.log.lock().unwrap().is_empty());
}

//! What the speed programs share: the Python peers, interleaved measuring, tables and JSON.

#![allow(dead_code)] // each program uses a part

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use limner::nn::kernel::{self, Kernel};
use serde_json::{Value, json};

pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// What was asked for on the command line.
pub struct Options {
    /// Print JSON instead of a table.
    pub json: bool,
    /// Python with the packages of `benches/requirements.txt`.
    pub python: Option<PathBuf>,
    pub threads: usize,
    /// Rounds, each running every contender once.
    pub rounds: usize,
    /// Only ONNX Runtime beside Limner: what is tuned against, without waiting for the slower ones.
    pub quick: bool,
    /// Where Limner and PyTorch compute: `cpu` or `cuda`. On a GPU only these two compete.
    pub device: String,
    /// Only cases whose name contains one of these.
    pub only: Vec<String>,
}

impl Options {
    /// From the arguments: `[--json] [--quick] [--device cpu|cuda] [--python PATH] [--threads N] [--rounds N] [NAME…]`.
    pub fn parse() -> Outcome<Self> {
        let mut options = Self {
            json: false,
            python: None,
            threads: std::thread::available_parallelism()?.get(),
            rounds: 7,
            quick: false,
            device: "cpu".into(),
            only: Vec::new(),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--json" => options.json = true,
                "--quick" => options.quick = true,
                "--device" => options.device = value()?,
                "--python" => options.python = Some(value()?.into()),
                "--threads" => options.threads = value()?.parse()?,
                "--rounds" => options.rounds = value()?.parse::<usize>()?.max(5),
                "--bench" | "--test" => {}
                name => options.only.push(name.to_owned()),
            }
        }
        Ok(options)
    }

    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }
}

/// The Python program `benches/peers.py`, one JSON object a line in and out.
pub struct Peers {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peers {
    /// Starts it, if a Python was named.
    pub fn start(options: &Options) -> Outcome<Option<Self>> {
        let Some(python) = &options.python else {
            return Ok(None);
        };
        // Where it is started, so that a program built elsewhere finds it too.
        let script = std::env::current_dir()?.join("benches/peers.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(options.threads.to_string())
            .arg(&options.device)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().ok_or("no pipe to the peers")?;
        let output = BufReader::new(child.stdout.take().ok_or("no pipe from the peers")?);
        Ok(Some(Self {
            child,
            input,
            output,
        }))
    }

    /// Sends a request and waits for the answer.
    pub fn ask(&mut self, request: &Value) -> Outcome<Value> {
        writeln!(self.input, "{request}")?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line)?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(format!("peers: {error}").into()),
            None => Ok(answer),
        }
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One run of one contender.
#[derive(Clone, Copy, Default)]
pub struct Run {
    /// Milliseconds on the clock.
    pub wall: f64,
    /// Milliseconds of processor time of the whole process, divided by the threads.
    pub cpu: f64,
    /// Peak resident memory, MiB.
    pub peak: f64,
}

/// Runs of one case: contender to its runs, round by round.
pub type Runs = BTreeMap<String, Vec<Run>>;

/// Times `limner` on our kernels, on candle's, and on the peers that have been told
/// the same task, in turns.
pub fn interleave(
    options: &Options,
    mut peers: Option<&mut Peers>,
    limner: impl Fn() -> Outcome<()>,
) -> Outcome<Runs> {
    let once = |kernel: Option<Kernel>| {
        kernel::force(kernel);
        let run = time(options.threads, &limner);
        kernel::force(None);
        run
    };
    let mut runs = Runs::new();
    // The first round warms up: weights are packed, memory is touched.
    for round in 0..=options.rounds {
        let mut add = |who: &str, run| {
            if round > 0 {
                runs.entry(who.to_owned()).or_default().push(run);
            }
        };
        add("limner", once(None)?);
        if options.device != "cpu" {
            if let Some(peers) = peers.as_deref_mut() {
                add("torch", time_peer(peers, "torch")?);
            }
            continue;
        }
        if let Some(peers) = peers.as_deref_mut() {
            add("onnxruntime", time_peer(peers, "onnxruntime")?);
        }
        if options.quick {
            continue;
        }
        add("candle", once(Some(Kernel::Candle))?);
        if let Some(peers) = peers.as_deref_mut() {
            add("torch", time_peer(peers, "torch")?);
        }
    }
    Ok(runs)
}

/// Times `f` in this process.
fn time(threads: usize, f: impl FnOnce() -> Outcome<()>) -> Outcome<Run> {
    std::fs::write("/proc/self/clear_refs", "5").ok();
    let (cpu, start) = (processor_time(), Instant::now());
    f()?;
    Ok(Run {
        wall: start.elapsed().as_secs_f64() * 1e3,
        cpu: (processor_time() - cpu) / threads as f64,
        peak: peak_memory(),
    })
}

/// Times one peer.
fn time_peer(peers: &mut Peers, name: &str) -> Outcome<Run> {
    let answer = peers.ask(&json!({"do": "run", "peer": name}))?;
    let number = |key: &str| answer.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN);
    Ok(Run {
        wall: number("wall"),
        cpu: number("cpu"),
        peak: number("peak"),
    })
}

/// Milliseconds that this process's threads have run.
fn processor_time() -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return f64::NAN;
    };
    let of = |path: PathBuf| {
        let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    };
    threads
        .flatten()
        .filter_map(|thread| of(thread.path()))
        .sum::<f64>()
        / 1e6
}

fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Everything measured.
#[derive(Default)]
pub struct Report {
    cases: Vec<(String, Runs)>,
}

impl Report {
    pub fn add(&mut self, name: &str, runs: Runs) {
        eprintln!("{name}: done");
        self.cases.push((name.to_owned(), runs));
    }

    /// Prints the table or the JSON.
    pub fn print(&self, options: &Options) {
        if options.json {
            println!("{:#}", self.json(options));
        } else {
            self.table(options);
        }
    }

    /// Limner's time ÷ the peer's, the median over the rounds.
    fn ratio(runs: &Runs, peer: &str, of: impl Fn(&Run) -> f64) -> f64 {
        let (Some(own), Some(peer)) = (runs.get("limner"), runs.get(peer)) else {
            return f64::NAN;
        };
        median(
            own.iter()
                .zip(peer)
                .map(|(own, peer)| of(own) / of(peer))
                .collect(),
        )
    }

    fn peers(&self) -> Vec<String> {
        let known = ["candle", "onnxruntime", "torch"];
        let has = |peer: &&str| self.cases.iter().any(|(_, runs)| runs.contains_key(*peer));
        known
            .iter()
            .filter(|peer| has(peer))
            .map(|peer| (*peer).to_owned())
            .collect()
    }

    fn table(&self, options: &Options) {
        let peers = self.peers();
        println!(
            "{}, {} threads, {} rounds; medians in ms, Limner's time ÷ the peer's \
             (clock, processor time), peak MiB",
            machine(),
            options.threads,
            options.rounds
        );
        print!("| case | limner |");
        peers
            .iter()
            .for_each(|peer| print!(" {peer} | ratio | cpu ratio |"));
        println!(" peak |");
        println!("|---|---|{}---|", "---|---|---|".repeat(peers.len()));
        for (name, runs) in &self.cases {
            let of = |who: &str, f: fn(&Run) -> f64| {
                median(runs.get(who).into_iter().flatten().map(f).collect())
            };
            print!("| {name} | {:.1} |", of("limner", |run| run.wall));
            for peer in &peers {
                let wall = of(peer, |run| run.wall);
                let ratio = Self::ratio(runs, peer, |run| run.wall);
                let cpu = Self::ratio(runs, peer, |run| run.cpu);
                print!(" {wall:.1} | {ratio:.2} | {cpu:.2} |");
            }
            print!(" {:.0}", of("limner", |run| run.peak));
            peers
                .iter()
                .for_each(|peer| print!(" / {:.0}", of(peer, |run| run.peak)));
            println!(" |");
        }
    }

    fn json(&self, options: &Options) -> Value {
        let cases: Vec<Value> = self
            .cases
            .iter()
            .map(|(name, runs)| {
                let who: BTreeMap<&String, Value> = runs
                    .iter()
                    .map(|(who, runs)| {
                        let all = |f: fn(&Run) -> f64| runs.iter().map(f).collect::<Vec<_>>();
                        let value = json!({
                            "wall_ms": all(|run| run.wall),
                            "cpu_ms_per_thread": all(|run| run.cpu),
                            "peak_mib": median(all(|run| run.peak)),
                            "median_ms": median(all(|run| run.wall)),
                            "ratio": Self::ratio(self.find(name), who, |run| run.wall),
                            "cpu_ratio": Self::ratio(self.find(name), who, |run| run.cpu),
                        });
                        (who, value)
                    })
                    .collect();
                json!({"name": name, "contenders": who})
            })
            .collect();
        json!({
            "machine": machine(),
            "threads": options.threads,
            "rounds": options.rounds,
            "cases": cases,
        })
    }

    fn find(&self, name: &str) -> &Runs {
        static NONE: Runs = Runs::new();
        self.cases
            .iter()
            .find(|(n, _)| n == name)
            .map_or(&NONE, |(_, runs)| runs)
    }
}

/// The processor's name.
fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{} ({cores} cores)", name.unwrap_or(std::env::consts::ARCH))
}

//! `limner doctor`

use serde_json::json;

use super::args::Common;
use super::failure::Failure;
use super::models::describe;
use super::output::{say, say_json, text_of};
use super::session::{Session, config};
use crate::nn::kernel::Kernel;

/// Tells what the program finds on this machine.
pub(crate) fn run(common: &Common) -> Result<(), Failure> {
    let config = config(common)?;
    let session = Session::start(common)?;
    let version = env!("CARGO_PKG_VERSION");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernels: Vec<String> = Kernel::available()
        .iter()
        .map(|k| format!("{k:?}").to_lowercase())
        .collect();
    let features = cpu_features();
    let library = &session.library;
    if session.json {
        let models: Vec<_> = library.models.iter().map(describe).collect();
        let broken: Vec<_> = library
            .broken
            .iter()
            .map(|(folder, reason)| json!({ "folder": text_of(folder), "reason": reason }))
            .collect();
        let devices: Vec<_> = session
            .device
            .choices
            .iter()
            .map(|(choice, name)| json!({ "choice": choice, "name": name }))
            .collect();
        say_json(&json!({
            "version": version,
            "system": { "os": std::env::consts::OS, "arch": std::env::consts::ARCH },
            "device": {
                "name": session.device.name,
                "detail": session.device.detail,
                "note": session.device.note,
            },
            "devices": devices,
            "threads": session.device.threads,
            "cores": cores,
            "cpu_features": features,
            "kernels": kernels,
            "models": models,
            "styles": library.styles.len(),
            "broken": broken,
            "model_folders": config.model_dirs.iter().map(|d| text_of(d)).collect::<Vec<_>>(),
            "cache_folder": config.cache_dir.as_deref().map(text_of),
        }))?;
        return Ok(());
    }
    let device = &session.device;
    say(format!("Limner {version}"))?;
    say(format!("device   {} ({})", device.name, device.detail))?;
    if let Some(note) = &device.note {
        say(format!("note     {note}"))?;
    }
    for (choice, name) in &device.choices {
        say(format!("--device {choice}: {name}"))?;
    }
    say(format!("threads  {} of {cores} cores", device.threads))?;
    say(format!("features {}", features.join(" ")))?;
    say(format!("kernels  {}", kernels.join(" ")))?;
    for folder in &config.model_dirs {
        let there = if folder.is_dir() { "" } else { " (not there)" };
        say(format!("models   {}{there}", folder.display()))?;
    }
    if let Some(folder) = &config.cache_dir {
        say(format!("cache    {}", folder.display()))?;
    }
    for m in &library.models {
        say(format!("model    {} {}", m.name, m.sha256))?;
    }
    say(format!("styles   {}", library.styles.len()))?;
    for (folder, reason) in &library.broken {
        say(format!("broken   {}: {reason}", folder.display()))?;
    }
    Ok(())
}

#[cfg(target_arch = "x86_64")]
fn cpu_features() -> Vec<&'static str> {
    let all = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
    ];
    all.into_iter()
        .filter(|(_, has)| *has)
        .map(|(n, _)| n)
        .collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu_features() -> Vec<&'static str> {
    Vec::new()
}

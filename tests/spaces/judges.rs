//! Programs of others that say whether a file is right.

#[path = "../common/skip.rs"]
mod skip;

use std::path::{Path, PathBuf};
use std::process::Command;

use skip::{Lack, skip};

/// What Khronos' validator says of a glTF file: errors, warnings and its messages. Nothing
/// where it isn't there.
pub fn gltf(path: &Path) -> Option<(u64, u64, String)> {
    const SCRIPT: &str = "
        const v = require('gltf-validator'), fs = require('fs');
        v.validateBytes(new Uint8Array(fs.readFileSync(process.argv[1])))
            .then(r => console.log(JSON.stringify(r.issues)));";
    let modules = std::env::var_os("LIMNER_NODE_MODULES").map(PathBuf::from);
    let modules = modules.filter(|m| m.join("gltf-validator").is_dir());
    let Some(modules) = modules else {
        skip(Lack::GltfValidator);
        return None;
    };
    let told = Command::new("node")
        .args(["-e", SCRIPT])
        .arg(path)
        .env("NODE_PATH", modules)
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    let told = String::from_utf8(told.stdout).unwrap();
    let issues: serde_json::Value = serde_json::from_str(&told).unwrap();
    Some((
        issues["numErrors"].as_u64().unwrap(),
        issues["numWarnings"].as_u64().unwrap(),
        told,
    ))
}

/// A tag's value as exiftool reads it. Nothing where it isn't there.
pub fn exiftool(path: &Path, tag: &str) -> Option<String> {
    let told = Command::new("exiftool")
        .args(["-s3", "-n", tag])
        .arg(path)
        .output();
    let Ok(told) = told else {
        skip(Lack::Exiftool);
        return None;
    };
    Some(String::from_utf8(told.stdout).unwrap().trim().to_owned())
}

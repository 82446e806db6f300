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

/// What ffprobe says of the picture's shape around a viewer; nothing where it isn't there.
pub fn projection(path: &Path) -> Option<String> {
    let told = Command::new("ffprobe")
        .args(["-v", "error", "-show_streams", "-of", "json"])
        .arg(path)
        .output();
    let Ok(told) = told else {
        skip(Lack::Ffmpeg);
        return None;
    };
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let data = told["streams"][0]["side_data_list"].as_array().cloned();
    let sphere = data.into_iter().flatten();
    let mut sphere = sphere.filter(|data| data["side_data_type"] == "Spherical Mapping");
    let said = sphere.next().map(|data| data["projection"].clone());
    Some(said.map_or(String::new(), |said| said.as_str().unwrap().to_owned()))
}

/// What Pixar's checker says of a USD file: `errors` (names), `low` and `high` corner of the
/// whole in metres, `copyright`. Nothing where it isn't there.
pub fn usd(path: &Path) -> Option<serde_json::Value> {
    const SCRIPT: &str = "
import json, sys
from pxr import Usd, UsdGeom, UsdValidation
validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
assert len(validators) > 20
stage = Usd.Stage.Open(sys.argv[1])
errors = UsdValidation.ValidationContext(validators).Validate(stage)
box = UsdGeom.BBoxCache(0, [UsdGeom.Tokens.default_])
box = box.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange()
scale = UsdGeom.GetStageMetersPerUnit(stage)
print(json.dumps({
    'errors': [e.GetName() + ': ' + e.GetMessage() for e in errors],
    'low': [c * scale for c in box.GetMin()], 'high': [c * scale for c in box.GetMax()],
    'copyright': stage.GetRootLayer().customLayerData.get('copyright', ''),
}))";
    let Some(python) = std::env::var_os("LIMNER_USD_PYTHON") else {
        skip(Lack::UsdChecker);
        return None;
    };
    let told = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(path)
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    Some(serde_json::from_slice(&told.stdout).unwrap())
}

/// What Blender makes of a `.glb` or a USD file: `low` and `high` corner of the whole in metres (z
/// up), `images` (sizes), `linked` (what of the material's surface comes from pictures). Nothing
/// where it isn't there.
pub fn blender(path: &Path) -> Option<serde_json::Value> {
    const SCRIPT: &str = "
import bpy, json, sys
bpy.ops.wm.read_factory_settings(use_empty=True)
if sys.argv[1].endswith('.glb'):
    bpy.ops.import_scene.gltf(filepath=sys.argv[1])
else:
    bpy.ops.wm.usd_import(filepath=sys.argv[1])
meshes = [o for o in bpy.data.objects if o.type == 'MESH']
corners = [o.matrix_world @ v.co for o in meshes for v in o.data.vertices]
links = [l for m in bpy.data.materials if m.node_tree for l in m.node_tree.links]
print('FOUND' + json.dumps({
    'low': [min(c[i] for c in corners) for i in range(3)],
    'high': [max(c[i] for c in corners) for i in range(3)],
    'images': [list(i.size) for i in bpy.data.images if i.size[0]],
    'linked': sorted({l.to_socket.name for l in links if l.to_node.type == 'BSDF_PRINCIPLED'}),
}))";
    let Some(python) = std::env::var_os("LIMNER_BLENDER_PYTHON") else {
        skip(Lack::Blender);
        return None;
    };
    let told = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(path)
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let found = told
        .split("FOUND")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    Some(serde_json::from_str(found.unwrap_or_else(|| panic!("{told}"))).unwrap())
}

/// What the MaterialX library finds wrong with a document; nothing where it isn't there.
pub fn materialx(path: &Path) -> Option<String> {
    const SCRIPT: &str = "
import sys, MaterialX as mx
document = mx.createDocument()
mx.readFromXmlFile(document, sys.argv[1])
known = mx.createDocument()
mx.loadLibraries(mx.getDefaultDataLibraryFolders(), mx.getDefaultDataSearchPath(), known)
document.setDataLibrary(known)
right, told = document.validate()
assert right == (told == ''), told
assert len(document.getMaterialNodes()) == 1
print(told, end='')";
    let Some(python) = std::env::var_os("LIMNER_MATERIALX_PYTHON") else {
        skip(Lack::MaterialX);
        return None;
    };
    let told = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(path)
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    Some(String::from_utf8(told.stdout).unwrap())
}

/// What a page would load from elsewhere.
pub fn loads(page: &str) -> Vec<String> {
    let mut found: Vec<String> = page
        .split("src=\"")
        .skip(1)
        .filter(|rest| !rest.starts_with("data:"))
        .map(|rest| rest.chars().take(60).collect())
        .collect();
    for word in [
        "<link",
        "@import",
        "url(",
        "fetch(",
        "XMLHttpRequest",
        "import(",
    ] {
        found.extend(page.contains(word).then(|| word.to_owned()));
    }
    found
}

/// The colour in the middle of a page's picture after its first frame, as a browser without a
/// window draws it. Nothing where none is there.
pub fn browser(path: &Path) -> Option<[u8; 3]> {
    let home = tempfile::tempdir().unwrap();
    let told = Command::new("chromium")
        .args(["--headless=new", "--no-sandbox", "--use-gl=angle"])
        .args(["--use-angle=swiftshader", "--enable-unsafe-swiftshader"])
        .args(["--window-size=640,480", "--hide-scrollbars"])
        .arg(format!("--user-data-dir={}", home.path().display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", path.display()))
        .output();
    let Ok(told) = told else {
        skip(Lack::Chromium);
        return None;
    };
    let page = String::from_utf8_lossy(&told.stdout);
    let drawn = page.split("data-drawn=\"").nth(1);
    let drawn = drawn.and_then(|text| text.split('"').next());
    let drawn = drawn.unwrap_or_else(|| panic!("nothing drawn: {told:?}"));
    let numbers: Vec<u8> = drawn.split(',').filter_map(|n| n.parse().ok()).collect();
    Some(numbers.try_into().unwrap_or_else(|_| panic!("{drawn}")))
}

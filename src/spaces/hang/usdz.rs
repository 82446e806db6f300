//! `.usdz` for *AR Quick Look*: a zip file without compression whose files begin at multiples
//! of 64 bytes, the first one the scene (Pixar, "Usdz File Format Specification").

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::geometry::{Part, Stuff, parts};
use super::{Hanging, Texture};
use crate::spaces::{SpacesError, Tags};

/// Where each file of the package begins: at a multiple of so many bytes.
const ALIGNMENT: u16 = 64;

/// The package: scene and picture.
///
/// # Errors
/// As [`Hanging::check`], or [`SpacesError::Encode`].
pub fn usdz(hanging: &Hanging, texture: &Texture<'_>, tags: &Tags) -> Result<Vec<u8>, SpacesError> {
    hanging.check()?;
    let picture = format!("textures/picture.{}", texture.extension());
    let scene = scene(&parts(hanging), &picture, tags);
    let failed = |e: &dyn std::fmt::Display| SpacesError::Encode(e.to_string());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .with_alignment(ALIGNMENT);
    for (name, bytes) in [("scene.usda", scene.as_bytes()), (&picture, texture.bytes)] {
        zip.start_file(name, options).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))?;
    }
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}

/// A text in USD's quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The scene as text.
fn scene(parts: &[Part], picture: &str, tags: &Tags) -> String {
    let mut out = String::from("#usda 1.0\n(\n");
    let mut data = format!(
        "        string creator = {}\n",
        quoted(concat!("Limner ", env!("CARGO_PKG_VERSION")))
    );
    for (name, text) in [
        ("title", &tags.title),
        ("copyright", &tags.copyright),
        ("limner", &tags.settings),
    ] {
        if !text.is_empty() {
            // Writing into a String can't fail.
            writeln!(data, "        string {name} = {}", quoted(text)).ok();
        }
    }
    write!(
        out,
        "    customLayerData = {{\n{data}    }}\n    defaultPrim = \"Picture\"\n    metersPerUnit = 1\n    upAxis = \"Y\"\n)\n\n"
    )
    .ok();
    // On a vertical surface Quick Look lays the scene's floor onto the wall: the picture lies
    // on its back here, its upper side away from the viewer.
    out.push_str(
        "def Xform \"Picture\" (\n    prepend apiSchemas = [\"Preliminary_AnchoringAPI\"]\n    kind = \"component\"\n)\n{\n    uniform token preliminary:anchoring:type = \"plane\"\n    uniform token preliminary:planeAnchoring:alignment = \"vertical\"\n    float xformOp:rotateX = -90\n    uniform token[] xformOpOrder = [\"xformOp:rotateX\"]\n",
    );
    for part in parts {
        mesh(&mut out, part);
    }
    out.push_str("\n    def Scope \"Materials\"\n    {\n");
    for part in parts {
        material(&mut out, part, picture);
    }
    out.push_str("    }\n}\n");
    out
}

fn list<T>(values: &[T], text: impl Fn(&T) -> String) -> String {
    let all: Vec<String> = values.iter().map(text).collect();
    format!("[{}]", all.join(", "))
}

fn triple(v: &[f32; 3]) -> String {
    format!("({}, {}, {})", v[0], v[1], v[2])
}

fn mesh(out: &mut String, part: &Part) {
    let mesh = &part.mesh;
    let ends = |pick: fn(f32, f32) -> f32, first: f32| -> [f32; 3] {
        let each = mesh.positions.iter();
        each.fold([first; 3], |a, p| std::array::from_fn(|i| pick(a[i], p[i])))
    };
    let (low, high) = (ends(f32::min, f32::MAX), ends(f32::max, f32::MIN));
    let counts = vec![3; mesh.indices.len() / 3];
    let name = part.name;
    // USD counts v from the lower side.
    let places = list(&mesh.uvs, |[u, v]| format!("({u}, {})", 1.0 - v));
    write!(
        out,
        r#"
    def Mesh "{name}_mesh" (
        prepend apiSchemas = ["MaterialBindingAPI"]
    )
    {{
        uniform token subdivisionScheme = "none"
        float3[] extent = [{}, {}]
        int[] faceVertexCounts = {}
        int[] faceVertexIndices = {}
        point3f[] points = {}
        normal3f[] normals = {} (
            interpolation = "vertex"
        )
        texCoord2f[] primvars:st = {places} (
            interpolation = "vertex"
        )
        rel material:binding = </Picture/Materials/{name}>
    }}
"#,
        triple(&low),
        triple(&high),
        list(&counts, i32::to_string),
        list(&mesh.indices, u32::to_string),
        list(&mesh.positions, triple),
        list(&mesh.normals, triple),
    )
    .ok();
}

fn material(out: &mut String, part: &Part, picture: &str) {
    let name = part.name;
    let at = format!("/Picture/Materials/{name}");
    let (color, roughness, metalness) = match part.stuff {
        Stuff::Picture => (
            format!("color3f inputs:diffuseColor.connect = <{at}/image.outputs:rgb>"),
            0.75,
            0.0,
        ),
        Stuff::Plain {
            color,
            roughness,
            metalness,
        } => (
            format!("color3f inputs:diffuseColor = {}", triple(&color)),
            roughness,
            metalness,
        ),
    };
    write!(
        out,
        r#"        def Material "{name}"
        {{
            token outputs:surface.connect = <{at}/surface.outputs:surface>

            def Shader "surface"
            {{
                uniform token info:id = "UsdPreviewSurface"
                {color}
                float inputs:roughness = {roughness}
                float inputs:metallic = {metalness}
                token outputs:surface
            }}
"#
    )
    .ok();
    if part.stuff == Stuff::Picture {
        write!(
            out,
            r#"
            def Shader "place"
            {{
                uniform token info:id = "UsdPrimvarReader_float2"
                string inputs:varname = "st"
                float2 outputs:result
            }}

            def Shader "image"
            {{
                uniform token info:id = "UsdUVTexture"
                asset inputs:file = @{picture}@
                float2 inputs:st.connect = <{at}/place.outputs:result>
                token inputs:sourceColorSpace = "sRGB"
                token inputs:wrapS = "clamp"
                token inputs:wrapT = "clamp"
                float3 outputs:rgb
            }}
"#
        )
        .ok();
    }
    out.push_str("        }\n");
}

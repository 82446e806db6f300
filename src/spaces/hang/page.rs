//! A page that shows a picture in a room: one file, nothing loaded from anywhere, drawn by
//! WebGL 2, walked into by WebXR where there is a headset.

use serde_json::json;

use super::geometry::{Stuff, parts};
use super::{Hanging, Texture};
use crate::spaces::web::{self, data_url};
use crate::spaces::{SpacesError, Tags};

const TEMPLATE: &str = include_str!("../../../assets/spaces/room.html");

/// The page.
///
/// # Errors
/// As [`Hanging::check`].
pub fn page(hanging: &Hanging, texture: &Texture<'_>, tags: &Tags) -> Result<String, SpacesError> {
    hanging.check()?;
    let parts: Vec<serde_json::Value> = parts(hanging)
        .iter()
        .map(|part| {
            let mesh = &part.mesh;
            let (color, rough, metal, picture) = match part.stuff {
                Stuff::Picture => ([1.0; 3], 0.75, 0.0, true),
                Stuff::Plain {
                    color,
                    roughness,
                    metalness,
                } => (color, roughness, metalness, false),
            };
            json!({
                "p": mesh.positions.concat(), "n": mesh.normals.concat(), "t": mesh.uvs.concat(),
                "i": mesh.indices, "color": color, "rough": rough, "metal": metal,
                "picture": picture,
            })
        })
        .collect();
    let data = json!({
        "parts": parts,
        "whole": hanging.outer().map(|side| side / 100.0),
    });
    let [width, height] = hanging.size.map(|side| (side * 10.0).round() / 10.0);
    let file = format!("{}.usdz", tags.title);
    Ok(web::fill(
        TEMPLATE,
        tags,
        &data,
        &[
            ("measures", &format!("{width} × {height} cm")),
            ("usdz", &file),
            ("picture", &data_url(texture.media_type(), texture.bytes)),
        ],
    ))
}

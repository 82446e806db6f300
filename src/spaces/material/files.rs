//! The maps as files, named and packed as programs expect them.

use serde::{Deserialize, Serialize};

use super::Material;
use crate::spaces::SpacesError;
use crate::spaces::gltf::{self, Shape};
use crate::spaces::plain_png::{Kind, Tags, encode};

/// Whose names and packing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// Every map by itself, both kinds of normals.
    #[default]
    Plain,
    /// Blender: names that the Node Wrangler's *Principled Texture Setup* knows; OpenGL
    /// normals.
    Blender,
    /// Unreal Engine: `T_Name_…`, DirectX normals, occlusion, roughness and metalness in the
    /// channels of one.
    Unreal,
    /// Unity (URP and HDRP): OpenGL normals, and the mask map with metalness, occlusion, detail
    /// mask and smoothness.
    Unity,
    /// Godot: OpenGL normals, and `orm` for an `ORMMaterial3D`.
    Godot,
}

/// A file of a material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialFile {
    /// Its name, without a folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// One of the maps that can be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Map {
    Base,
    Height,
    NormalGl,
    NormalDx,
    Roughness,
    Occlusion,
    Metalness,
    /// Occlusion, roughness, metalness.
    Orm,
    /// Metalness, occlusion, no detail mask, smoothness.
    Mask,
}

impl Convention {
    /// The maps and the ends of their names.
    fn maps(self) -> &'static [(Map, &'static str)] {
        match self {
            Self::Plain => &[
                (Map::Base, "_base_color"),
                (Map::Height, "_height"),
                (Map::NormalGl, "_normal_gl"),
                (Map::NormalDx, "_normal_dx"),
                (Map::Roughness, "_roughness"),
                (Map::Occlusion, "_occlusion"),
                (Map::Metalness, "_metalness"),
            ],
            Self::Blender => &[
                (Map::Base, "_basecolor"),
                (Map::Height, "_height"),
                (Map::NormalGl, "_normal"),
                (Map::Roughness, "_roughness"),
                (Map::Occlusion, "_ao"),
                (Map::Metalness, "_metallic"),
            ],
            Self::Unreal => &[
                (Map::Base, "_BC"),
                (Map::NormalDx, "_N"),
                (Map::Orm, "_ORM"),
                (Map::Height, "_H"),
            ],
            Self::Unity => &[
                (Map::Base, "_BaseMap"),
                (Map::NormalGl, "_Normal"),
                (Map::Mask, "_MaskMap"),
                (Map::Height, "_Height"),
            ],
            Self::Godot => &[
                (Map::Base, "_albedo"),
                (Map::NormalGl, "_normal"),
                (Map::Orm, "_orm"),
                (Map::Height, "_height"),
            ],
        }
    }

    /// The beginning of names.
    fn prefix(self) -> &'static str {
        match self {
            Self::Unreal => "T_",
            _ => "",
        }
    }

    /// The maps, and the names of their files.
    pub(super) fn files(self, name: &str) -> Vec<(Map, String)> {
        let maps = self.maps().iter().map(|(map, _)| *map);
        maps.zip(self.names(name)).collect()
    }

    /// The names of the files that [`files`] gives.
    pub fn names(self, name: &str) -> Vec<String> {
        let whole = |(_, end): &(Map, &str)| format!("{}{name}{end}.png", self.prefix());
        self.maps().iter().map(whole).collect()
    }
}

/// The maps as PNG files, the height in 16 bits.
///
/// # Errors
/// [`SpacesError::Encode`] if a file can't be made.
pub fn files(
    material: &Material,
    convention: Convention,
    name: &str,
    tags: &Tags,
) -> Result<Vec<MaterialFile>, SpacesError> {
    use rayon::prelude::*;
    convention
        .maps()
        .par_iter()
        .zip(convention.names(name))
        .map(|((map, _), name)| {
            let bytes = material.png(*map, tags)?;
            Ok(MaterialFile { name, bytes })
        })
        .collect()
}

/// A `.glb` of a shape in this material.
///
/// # Errors
/// [`SpacesError::Encode`] if it can't be made.
pub fn glb(material: &Material, shape: Shape, tags: &Tags) -> Result<Vec<u8>, SpacesError> {
    let [width, height] = material.base.size();
    let mut builder = gltf::Builder::new(tags);
    let base = builder.image("base color", material.png(Map::Base, tags)?);
    let orm = builder.image(
        "occlusion roughness metalness",
        material.png(Map::Orm, tags)?,
    );
    let normal = builder.image("normal", material.png(Map::NormalGl, tags)?);
    let surface = builder.material(&gltf::Surface {
        name: tags.title.clone(),
        base: Some(base),
        orm: Some(orm),
        normal: Some(normal),
        blend: material.base.has_transparency(),
        // A plane and what lies flat on it are seen from both sides.
        double_sided: shape == Shape::Plane,
        ..gltf::Surface::default()
    });
    let mesh = shape.mesh(width as f32 / height as f32);
    builder.node(shape.name(), &mesh, surface);
    builder.finish()
}

impl Material {
    fn png(&self, map: Map, tags: &Tags) -> Result<Vec<u8>, SpacesError> {
        let (kind, bytes) = self.map(map);
        encode(self.base.size(), kind, &bytes, tags)
    }

    /// A map's numbers as PNG keeps them.
    fn map(&self, map: Map) -> (Kind, Vec<u8>) {
        let rgba = self.base.rgba();
        let orm = || self.occlusion.iter().zip(&self.roughness);
        match map {
            Map::Base if self.base.has_transparency() => (Kind::ColorAlpha, rgba.to_vec()),
            Map::Base => {
                let rgb = rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]);
                (Kind::Color, rgb.collect())
            }
            Map::Height => {
                let high = |v: &f32| ((v * 65_535.0 + 0.5) as u16).to_be_bytes();
                (Kind::Data16, self.height.iter().flat_map(high).collect())
            }
            Map::NormalGl => (Kind::Data3, self.normal.iter().flatten().copied().collect()),
            Map::NormalDx => {
                // y down. The middle is 128, so that flat stays flat.
                let down = |[x, y, z]: &[u8; 3]| [*x, (256 - u16::from(*y)).min(255) as u8, *z];
                (Kind::Data3, self.normal.iter().flat_map(down).collect())
            }
            Map::Roughness => (Kind::Data1, self.roughness.clone()),
            Map::Occlusion => (Kind::Data1, self.occlusion.clone()),
            Map::Metalness => (Kind::Data1, vec![self.metalness; self.roughness.len()]),
            Map::Orm => {
                let packed = orm().flat_map(|(o, r)| [*o, *r, self.metalness]);
                (Kind::Data3, packed.collect())
            }
            Map::Mask => {
                let packed = orm().flat_map(|(o, r)| [self.metalness, *o, 0, 255 - r]);
                (Kind::Data4, packed.collect())
            }
        }
    }
}

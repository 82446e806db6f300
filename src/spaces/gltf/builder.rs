//! Puts a scene together and writes it: a header, JSON, one block of bytes.

use serde_json::{Value, json};

use super::Mesh;
use crate::spaces::{SpacesError, Tags};

const FLOAT: u32 = 5126;
const UNSIGNED: u32 = 5125;
const VERTICES: u32 = 34_962;
const INDICES: u32 = 34_963;

/// A picture in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageIndex(usize);

/// A material in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaterialIndex(usize);

/// A material's looks; pictures take the place of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// Shown name.
    pub name: String,
    /// Base colour picture.
    pub base: Option<ImageIndex>,
    /// Base colour, linear, times the picture.
    pub color: [f32; 3],
    /// Occlusion, roughness and metalness in the channels of one picture.
    pub orm: Option<ImageIndex>,
    /// Roughness without that picture.
    pub roughness: f32,
    /// Metalness without that picture.
    pub metalness: f32,
    /// Normals, OpenGL.
    pub normal: Option<ImageIndex>,
    /// The base colour's opacity counts.
    pub blend: bool,
    /// Seen from behind, too.
    pub double_sided: bool,
}

impl Default for Surface {
    fn default() -> Self {
        Self {
            name: String::new(),
            base: None,
            color: [1.0; 3],
            orm: None,
            roughness: 0.6,
            metalness: 0.0,
            normal: None,
            blend: false,
            double_sided: false,
        }
    }
}

/// A glTF file in the making.
#[derive(Debug, Default)]
pub struct Builder {
    asset: Value,
    bytes: Vec<u8>,
    views: Vec<Value>,
    accessors: Vec<Value>,
    images: Vec<Value>,
    textures: Vec<Value>,
    materials: Vec<Value>,
    meshes: Vec<Value>,
    nodes: Vec<Value>,
}

impl Builder {
    /// An empty file with its labels.
    pub fn new(tags: &Tags) -> Self {
        let mut asset = json!({
            "version": "2.0",
            "generator": concat!("Limner ", env!("CARGO_PKG_VERSION")),
        });
        if !tags.copyright.is_empty() {
            asset["copyright"] = tags.copyright.clone().into();
        }
        let mut extras = serde_json::Map::new();
        if !tags.title.is_empty() {
            extras.insert("title".into(), tags.title.clone().into());
        }
        if let Ok(settings) = serde_json::from_str::<Value>(&tags.settings) {
            extras.insert("limner".into(), settings);
        }
        if !extras.is_empty() {
            asset["extras"] = extras.into();
        }
        Self {
            asset,
            ..Self::default()
        }
    }

    /// Adds a picture, PNG or JPEG.
    pub fn image(&mut self, name: &str, bytes: Vec<u8>) -> ImageIndex {
        let kind = match bytes.first() {
            Some(0xff) => "image/jpeg",
            _ => "image/png",
        };
        let view = self.view(&bytes, None);
        self.images
            .push(json!({ "name": name, "mimeType": kind, "bufferView": view }));
        self.textures
            .push(json!({ "sampler": 0, "source": self.images.len() - 1 }));
        ImageIndex(self.images.len() - 1)
    }

    /// Adds a material.
    pub fn material(&mut self, surface: &Surface) -> MaterialIndex {
        let [r, g, b] = surface.color;
        let (roughness, metalness) = match surface.orm {
            Some(_) => (1.0, 1.0),
            None => (surface.roughness, surface.metalness),
        };
        let mut pbr = json!({
            "baseColorFactor": [r, g, b, 1.0],
            "roughnessFactor": roughness,
            "metallicFactor": metalness,
        });
        let texture = |image: ImageIndex| json!({ "index": image.0 });
        let mut material = json!({});
        if !surface.name.is_empty() {
            material["name"] = surface.name.clone().into();
        }
        if let Some(image) = surface.base {
            pbr["baseColorTexture"] = texture(image);
        }
        if let Some(image) = surface.orm {
            pbr["metallicRoughnessTexture"] = texture(image);
            material["occlusionTexture"] = texture(image);
        }
        if let Some(image) = surface.normal {
            material["normalTexture"] = texture(image);
        }
        if surface.blend {
            material["alphaMode"] = "BLEND".into();
        }
        if surface.double_sided {
            material["doubleSided"] = true.into();
        }
        material["pbrMetallicRoughness"] = pbr;
        self.materials.push(material);
        MaterialIndex(self.materials.len() - 1)
    }

    /// Adds a part of the scene.
    pub fn node(&mut self, name: &str, mesh: &Mesh, material: MaterialIndex) {
        let floats = |rows: &mut dyn Iterator<Item = &f32>| -> Vec<u8> {
            rows.flat_map(|v| v.to_le_bytes()).collect()
        };
        let count = mesh.positions.len();
        let position = floats(&mut mesh.positions.iter().flatten());
        let position = self.accessor(&position, VERTICES, FLOAT, "VEC3", count);
        let ends = |pick: fn(f32, f32) -> f32, first: f32| {
            let each = mesh.positions.iter();
            each.fold([first; 3], |a, p| std::array::from_fn(|i| pick(a[i], p[i])))
        };
        self.accessors[position]["min"] = json!(ends(f32::min, f32::MAX));
        self.accessors[position]["max"] = json!(ends(f32::max, f32::MIN));
        let normal = floats(&mut mesh.normals.iter().flatten());
        let normal = self.accessor(&normal, VERTICES, FLOAT, "VEC3", count);
        let mut attributes = json!({ "POSITION": position, "NORMAL": normal });
        // Only what has a picture needs places in it, only what has a normal map directions.
        let look = &self.materials[material.0];
        let mapped = look.get("normalTexture").is_some();
        if look["pbrMetallicRoughness"]
            .get("baseColorTexture")
            .is_some()
        {
            let uv = floats(&mut mesh.uvs.iter().flatten());
            let uv = self.accessor(&uv, VERTICES, FLOAT, "VEC2", count);
            attributes["TEXCOORD_0"] = uv.into();
        }
        if mapped {
            let tangent = floats(&mut mesh.tangents.iter().flatten());
            let tangent = self.accessor(&tangent, VERTICES, FLOAT, "VEC4", count);
            attributes["TANGENT"] = tangent.into();
        }
        let index: Vec<u8> = mesh.indices.iter().flat_map(|i| i.to_le_bytes()).collect();
        let index = self.accessor(&index, INDICES, UNSIGNED, "SCALAR", mesh.indices.len());
        self.meshes.push(json!({
            "name": name,
            "primitives": [{ "attributes": attributes, "indices": index, "material": material.0 }],
        }));
        self.nodes
            .push(json!({ "name": name, "mesh": self.meshes.len() - 1 }));
    }

    fn accessor(
        &mut self,
        bytes: &[u8],
        target: u32,
        component: u32,
        kind: &str,
        count: usize,
    ) -> usize {
        let view = self.view(bytes, Some(target));
        self.accessors.push(json!({
            "bufferView": view, "componentType": component, "type": kind, "count": count,
        }));
        self.accessors.len() - 1
    }

    fn view(&mut self, bytes: &[u8], target: Option<u32>) -> usize {
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
        let mut view = json!({
            "buffer": 0, "byteOffset": self.bytes.len(), "byteLength": bytes.len(),
        });
        if let Some(target) = target {
            view["target"] = target.into();
        }
        self.bytes.extend_from_slice(bytes);
        self.views.push(view);
        self.views.len() - 1
    }

    /// The file.
    ///
    /// # Errors
    /// [`SpacesError::Encode`] beyond 4 GB.
    pub fn finish(mut self) -> Result<Vec<u8>, SpacesError> {
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
        let nodes: Vec<usize> = (0..self.nodes.len()).collect();
        let mut root = json!({
            "asset": self.asset,
            "scene": 0,
            "scenes": [{ "nodes": nodes }],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": self.materials,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{ "byteLength": self.bytes.len() }],
        });
        // Empty lists aren't allowed.
        if !self.images.is_empty() {
            root["images"] = self.images.into();
            root["textures"] = self.textures.into();
            root["samplers"] = json!([{
                "magFilter": 9729, "minFilter": 9987, "wrapS": 10_497, "wrapT": 10_497,
            }]);
        }
        let mut text = root.to_string().into_bytes();
        while !text.len().is_multiple_of(4) {
            text.push(b' ');
        }
        let length = 12 + 8 + text.len() + 8 + self.bytes.len();
        let length = u32::try_from(length)
            .map_err(|_| SpacesError::Encode("it would be larger than 4 GB".into()))?;
        let mut out = Vec::with_capacity(length as usize);
        out.extend(b"glTF");
        out.extend(2u32.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(b"JSON");
        out.extend(text);
        out.extend((self.bytes.len() as u32).to_le_bytes());
        out.extend(b"BIN\0");
        out.extend(self.bytes);
        Ok(out)
    }
}

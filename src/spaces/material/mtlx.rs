//! A material as `MaterialX` has it: a `standard_surface` (Georgiev and others, Autodesk Standard
//! Surface 1.0.1) whose inputs are the maps beside the file.

use super::Convention;
use super::files::Map;

/// The document, for the maps that [`files`](super::files()) gives of a material of this name.
pub fn mtlx(convention: Convention, name: &str) -> String {
    let mut nodes = Nodes {
        files: convention.files(name),
        text: String::new(),
    };
    let base = nodes.image(Map::Base, "base_color", "color3");
    let normal = nodes.normal();
    let (roughness, metalness) = match convention {
        Convention::Unreal | Convention::Godot => {
            nodes.image(Map::Orm, "orm", "vector3");
            let roughness = nodes.channel("roughness", ("orm", "vector3"), 1);
            (roughness, nodes.channel("metalness", ("orm", "vector3"), 2))
        }
        Convention::Unity => {
            nodes.image(Map::Mask, "mask", "vector4");
            let smooth = nodes.channel("smoothness", ("mask", "vector4"), 3);
            let roughness = nodes.inverted("roughness", &smooth);
            (
                roughness,
                nodes.channel("metalness", ("mask", "vector4"), 0),
            )
        }
        Convention::Plain | Convention::Blender => (
            nodes.image(Map::Roughness, "roughness", "float"),
            nodes.image(Map::Metalness, "metalness", "float"),
        ),
    };
    let id = identifier(name);
    let mut text = String::from(
        "<?xml version=\"1.0\"?>\n<materialx version=\"1.38\" colorspace=\"lin_rec709\">\n",
    );
    text += &nodes.text;
    text += &format!(
        "  <standard_surface name=\"{id}_surface\" type=\"surfaceshader\">
    <input name=\"base\" type=\"float\" value=\"1\" />
    <input name=\"base_color\" type=\"color3\" nodename=\"{base}\" />
    <input name=\"specular_roughness\" type=\"float\" nodename=\"{roughness}\" />
    <input name=\"metalness\" type=\"float\" nodename=\"{metalness}\" />
    <input name=\"normal\" type=\"vector3\" nodename=\"{normal}\" />
  </standard_surface>
  <surfacematerial name=\"{id}\" type=\"material\">
    <input name=\"surfaceshader\" type=\"surfaceshader\" nodename=\"{id}_surface\" />
  </surfacematerial>
</materialx>
"
    );
    text
}

/// Nodes as they are written.
struct Nodes {
    files: Vec<(Map, String)>,
    text: String,
}

impl Nodes {
    /// A map by itself.
    fn image(&mut self, map: Map, name: &str, kind: &str) -> String {
        let file = self.files.iter().find(|(of, _)| *of == map);
        let file = file.map_or("", |(_, file)| file);
        let space = match map {
            Map::Base => " colorspace=\"srgb_texture\"",
            _ => "",
        };
        self.text += &format!(
            "  <image name=\"{name}\" type=\"{kind}\">
    <input name=\"file\" type=\"filename\" value=\"{}\"{space} />
  </image>
",
            escaped(file)
        );
        name.to_owned()
    }

    /// One channel of a map.
    fn channel(&mut self, name: &str, (of, kind): (&str, &str), index: usize) -> String {
        self.text += &format!(
            "  <extract name=\"{name}\" type=\"float\">
    <input name=\"in\" type=\"{kind}\" nodename=\"{of}\" />
    <input name=\"index\" type=\"integer\" value=\"{index}\" />
  </extract>
"
        );
        name.to_owned()
    }

    /// One minus a number.
    fn inverted(&mut self, name: &str, of: &str) -> String {
        self.text += &format!(
            "  <invert name=\"{name}\" type=\"float\">
    <input name=\"in\" type=\"float\" nodename=\"{of}\" />
  </invert>
"
        );
        name.to_owned()
    }

    /// The normals, as OpenGL has them.
    fn normal(&mut self) -> String {
        let from = match self.files.iter().any(|(map, _)| *map == Map::NormalGl) {
            true => self.image(Map::NormalGl, "normals", "vector3"),
            false => self.flipped(),
        };
        self.text += &format!(
            "  <normalmap name=\"normal\" type=\"vector3\">
    <input name=\"in\" type=\"vector3\" nodename=\"{from}\" />
  </normalmap>
"
        );
        "normal".to_owned()
    }

    /// The same of those that DirectX has.
    fn flipped(&mut self) -> String {
        self.image(Map::NormalDx, "normals", "vector3");
        for (index, axis) in ["right", "down", "out"].into_iter().enumerate() {
            self.channel(axis, ("normals", "vector3"), index);
        }
        self.inverted("up", "down");
        self.text += "  <combine3 name=\"normals_gl\" type=\"vector3\">
    <input name=\"in1\" type=\"float\" nodename=\"right\" />
    <input name=\"in2\" type=\"float\" nodename=\"up\" />
    <input name=\"in3\" type=\"float\" nodename=\"out\" />
  </combine3>
";
        "normals_gl".to_owned()
    }
}

/// Names of nodes are of plain letters, digits and low lines, and begin with none of the digits.
fn identifier(name: &str) -> String {
    let plain = name.chars().map(|c| match c.is_ascii_alphanumeric() {
        true => c,
        false => '_',
    });
    std::iter::once('m').chain(['_']).chain(plain).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

//! A picture that hangs, drawn from the triangles that go into its files, seen from the front or in
//! perspective.

use egui::epaint::Vertex;
use egui::{Color32, Mesh, Painter, Pos2, Rgba, Shape, Stroke, TextureId};

use crate::engine::surface_job::{Hanging, Part, Stuff, hung_parts};

/// Where the light over a sofa comes from: left, above, from the room. Of length 1.
const LAMP: [f32; 3] = [-0.35, 0.62, 0.70];
/// Cells across and down that a picture is cut into, so that perspective is right within it.
const CELLS: usize = 24;

/// How it is drawn.
pub(super) struct Hung<'a> {
    /// What hangs.
    pub(super) hanging: Hanging,
    /// The picture's texture.
    pub(super) texture: TextureId,
    /// From metres to the right of and above the middle to the screen.
    pub(super) place: &'a dyn Fn([f32; 2]) -> Option<Pos2>,
    /// The light there, linear.
    pub(super) light: &'a dyn Fn([f32; 2]) -> [f32; 3],
}

/// Draws it.
pub(super) fn paint(painter: &Painter, hung: &Hung<'_>) {
    for part in hung_parts(&hung.hanging) {
        match part.stuff {
            // Behind everything.
            _ if part.name == "back" => {}
            Stuff::Picture => picture(painter, hung),
            Stuff::Plain { color, .. } => plain(painter, hung, &part, color),
        }
    }
    outline(painter, hung);
}

fn picture(painter: &Painter, hung: &Hung<'_>) {
    let half = hung.hanging.size.map(|cm| cm / 200.0);
    let mut mesh = Mesh::with_texture(hung.texture);
    let mut all = Vec::with_capacity((CELLS + 1) * (CELLS + 1));
    for row in 0..=CELLS {
        for column in 0..=CELLS {
            let [u, v] = [column, row].map(|i| i as f32 / CELLS as f32);
            let at = [(2.0 * u - 1.0) * half[0], (1.0 - 2.0 * v) * half[1]];
            let Some(pos) = (hung.place)(at) else { return };
            all.push(Vertex {
                pos,
                uv: egui::pos2(u, v),
                color: tint((hung.light)(at)),
            });
        }
    }
    mesh.vertices = all;
    for row in 0..CELLS {
        for column in 0..CELLS {
            let first = (row * (CELLS + 1) + column) as u32;
            let below = first + CELLS as u32 + 1;
            mesh.add_triangle(first, first + 1, below + 1);
            mesh.add_triangle(first, below + 1, below);
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// A part in one material: matte, a little lighter where it faces the lamp.
fn plain(painter: &Painter, hung: &Hung<'_>, part: &Part, color: [f32; 3]) {
    let mut mesh = Mesh::default();
    for (position, normal) in part.mesh.positions.iter().zip(&part.mesh.normals) {
        let at = [position[0], position[1]];
        let Some(pos) = (hung.place)(at) else { return };
        let facing: f32 = (0..3).map(|i| normal[i] * LAMP[i]).sum();
        let light = (hung.light)(at);
        let shade = 0.45 + 0.8 * facing.max(0.0);
        let lit: [f32; 3] = std::array::from_fn(|i| (color[i] * shade * light[i]).min(1.0));
        mesh.colored_vertex(pos, Rgba::from_rgb(lit[0], lit[1], lit[2]).into());
    }
    mesh.indices.clone_from(&part.mesh.indices);
    painter.add(Shape::mesh(mesh));
}

/// A thin dark line around it: softens the edges, which triangles don't.
fn outline(painter: &Painter, hung: &Hung<'_>) {
    let half = hung.hanging.outer().map(|cm| cm / 200.0);
    let corners = [[-1.0, 1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]];
    let line: Option<Vec<Pos2>> = corners
        .into_iter()
        .map(|[x, y]| (hung.place)([x * half[0], y * half[1]]))
        .collect();
    if let Some(line) = line {
        let stroke = Stroke::new(1.0, Color32::from_black_alpha(110));
        painter.add(Shape::closed_line(line, stroke));
    }
}

/// Light as a factor of a texture's values, which are encoded.
fn tint(light: [f32; 3]) -> Color32 {
    let [r, g, b] = light.map(|c| (c.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0) as u8);
    Color32::from_rgb(r, g, b)
}

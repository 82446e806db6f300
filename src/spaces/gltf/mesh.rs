//! Triangles: points, directions, places in a picture.

use std::f32::consts::{PI, TAU};

use serde::{Deserialize, Serialize};

/// A part of a thing in one material. Right-handed, y up, metres.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mesh {
    /// Where the corners are.
    pub positions: Vec<[f32; 3]>,
    /// Directions away from the surface, of length 1.
    pub normals: Vec<[f32; 3]>,
    /// Directions of the picture's x, of length 1, and the sign of its y.
    pub tangents: Vec<[f32; 4]>,
    /// Places in the picture, from its upper left corner.
    pub uvs: Vec<[f32; 2]>,
    /// Corners of triangles, anticlockwise from outside.
    pub indices: Vec<u32>,
}

/// What a material is shown on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A sheet that stands upright, of the picture's aspect, one metre high.
    Plane,
    /// A ball of one metre, the picture twice around it.
    Sphere,
    /// A cube of one metre, the picture on each side.
    Cube,
}

/// Sides and stacks of a ball.
const AROUND: u32 = 96;
const STACKS: u32 = 48;

impl Shape {
    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plane => "plane",
            Self::Sphere => "sphere",
            Self::Cube => "cube",
        }
    }

    /// Its triangles; `aspect` is the picture's width over its height.
    pub fn mesh(self, aspect: f32) -> Mesh {
        match self {
            Self::Plane => {
                let x = aspect / 2.0;
                quad(
                    [
                        [-x, -0.5, 0.0],
                        [x, -0.5, 0.0],
                        [x, 0.5, 0.0],
                        [-x, 0.5, 0.0],
                    ],
                    [0.0, 0.0, 1.0, 1.0],
                )
            }
            Self::Sphere => sphere(),
            Self::Cube => cube(),
        }
    }
}

/// Four corners anticlockwise from the lower left one, as seen from outside, and the part of
/// the picture on it: left, top, right, bottom, 0..=1.
pub fn quad(corners: [[f32; 3]; 4], [left, top, right, bottom]: [f32; 4]) -> Mesh {
    let minus = |a: [f32; 3], b: [f32; 3]| [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let [along, up] = [minus(corners[1], corners[0]), minus(corners[3], corners[0])];
    let normal = unit([
        along[1] * up[2] - along[2] * up[1],
        along[2] * up[0] - along[0] * up[2],
        along[0] * up[1] - along[1] * up[0],
    ]);
    let [x, y, z] = unit(along);
    Mesh {
        positions: corners.to_vec(),
        normals: vec![normal; 4],
        tangents: vec![[x, y, z, 1.0]; 4],
        uvs: vec![[left, bottom], [right, bottom], [right, top], [left, top]],
        indices: vec![0, 1, 2, 0, 2, 3],
    }
}

/// A vector of length 1; the null vector stays.
pub(crate) fn unit(v: [f32; 3]) -> [f32; 3] {
    let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    if length == 0.0 {
        v
    } else {
        v.map(|c| c / length)
    }
}

impl Mesh {
    /// Puts another one beside it.
    pub fn add(&mut self, other: &Self) {
        let first = self.positions.len() as u32;
        self.positions.extend_from_slice(&other.positions);
        self.normals.extend_from_slice(&other.normals);
        self.tangents.extend_from_slice(&other.tangents);
        self.uvs.extend_from_slice(&other.uvs);
        self.indices.extend(other.indices.iter().map(|i| i + first));
    }
}

fn sphere() -> Mesh {
    let mut mesh = Mesh::default();
    for stack in 0..=STACKS {
        let polar = PI * stack as f32 / STACKS as f32;
        let (ring, up) = match stack {
            0 => (0.0, 1.0),
            STACKS => (0.0, -1.0),
            _ => (polar.sin(), polar.cos()),
        };
        for side in 0..=AROUND {
            let (sin, cos) = (TAU * side as f32 / AROUND as f32).sin_cos();
            // From behind around by the right of who looks from the front.
            let normal = [-sin * ring, up, -cos * ring];
            mesh.positions.push(normal.map(|c| 0.5 * c));
            mesh.normals.push(normal);
            mesh.tangents.push([-cos, 0.0, sin, 1.0]);
            let u = 2.0 * side as f32 / AROUND as f32;
            mesh.uvs.push([u, stack as f32 / STACKS as f32]);
        }
    }
    let at = |stack: u32, side: u32| stack * (AROUND + 1) + side;
    for stack in 0..STACKS {
        for side in 0..AROUND {
            let [a, b] = [at(stack, side), at(stack, side + 1)];
            let [c, d] = [at(stack + 1, side), at(stack + 1, side + 1)];
            // At the poles one of both is a point.
            if stack > 0 {
                mesh.indices.extend([a, d, b]);
            }
            if stack + 1 < STACKS {
                mesh.indices.extend([a, c, d]);
            }
        }
    }
    mesh
}

fn cube() -> Mesh {
    let mut mesh = Mesh::default();
    let faces: [[[f32; 3]; 3]; 6] = [
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]],
        [[0.0, 0.0, -1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        [[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]],
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]],
        [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
    ];
    for [out, along, up] in faces {
        let corner = |a: f32, b: f32| -> [f32; 3] {
            std::array::from_fn(|i| 0.5 * (out[i] + a * along[i] + b * up[i]))
        };
        let corners = [
            corner(-1.0, -1.0),
            corner(1.0, -1.0),
            corner(1.0, 1.0),
            corner(-1.0, 1.0),
        ];
        mesh.add(&quad(corners, [0.0, 0.0, 1.0, 1.0]));
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_triangle_faces_outwards_and_carries_the_picture_upright() {
        for shape in [Shape::Plane, Shape::Sphere, Shape::Cube] {
            let mesh = shape.mesh(1.5);
            for t in mesh.indices.chunks_exact(3) {
                let [a, b, c] = [0, 1, 2].map(|i| mesh.positions[t[i] as usize]);
                let [p, q]: [[f32; 3]; 2] = [b, c].map(|v| std::array::from_fn(|i| v[i] - a[i]));
                let face = [
                    p[1] * q[2] - p[2] * q[1],
                    p[2] * q[0] - p[0] * q[2],
                    p[0] * q[1] - p[1] * q[0],
                ];
                let n = mesh.normals[t[0] as usize];
                let towards: f32 = (0..3).map(|i| face[i] * n[i]).sum();
                assert!(towards > 0.0, "{shape:?}");
                // The picture isn't mirrored: its x, its y down and the normal.
                let uv = [0, 1, 2].map(|i| mesh.uvs[t[i] as usize]);
                let turn = (uv[1][0] - uv[0][0]) * (uv[2][1] - uv[0][1])
                    - (uv[2][0] - uv[0][0]) * (uv[1][1] - uv[0][1]);
                assert!(turn < 0.0, "{shape:?} {uv:?}");
            }
            for (n, t) in mesh.normals.iter().zip(&mesh.tangents) {
                let dot: f32 = (0..3).map(|i| n[i] * t[i]).sum();
                assert!(dot.abs() < 1e-5);
            }
        }
    }
}

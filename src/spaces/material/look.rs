//! A look at a material without a graphics card: a ball or a sheet of it under one lamp and
//! an even sky. Microfacets by GGX (Walter and others 2007) with Schlick's Fresnel term and
//! Smith's shadowing as Karis has it ("Real shading in Unreal Engine 4", 2013).

use rayon::prelude::*;

use super::Material;
use super::light::{byte, to_linear, to_srgb};
use crate::picture::Picture;
use crate::spaces::gltf::Shape;
use crate::spaces::{SpacesError, field::inside};

/// How it is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// What it is put on; a cube is looked at as a sheet.
    pub shape: Shape,
    /// The result's side, pixels.
    pub side: u32,
    /// Where the lamp is: to the right, up, towards the eye.
    pub lamp: [f32; 3],
    /// How often the picture is repeated from left to right.
    pub tiles: f32,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            shape: Shape::Sphere,
            side: 512,
            lamp: [-0.5, 0.65, 0.6],
            tiles: 2.0,
        }
    }
}

type Vector = [f32; 3];

fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(v: Vector) -> Vector {
    let length = dot(v, v).sqrt().max(1e-9);
    v.map(|c| c / length)
}

/// A picture of the material; nothing around a ball.
///
/// # Errors
/// [`SpacesError::TooSmall`] for a side of zero.
pub fn look(material: &Material, look: &Look) -> Result<Picture, SpacesError> {
    let side = look.side as usize;
    let (linear, encoded) = (to_linear(), to_srgb());
    let mut pixels = vec![0u8; side * side * 4];
    pixels
        .par_chunks_mut((side * 4).max(1))
        .enumerate()
        .for_each(|(y, row)| {
            for (x, out) in row.chunks_exact_mut(4).enumerate() {
                // Four points a pixel against jagged edges.
                let mut sum = [0.0f32; 4];
                for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let at = |i: usize, d: f32| 2.0 * (i as f32 + d) / side as f32 - 1.0;
                    if let Some(color) = shade(material, look, at(x, dx), -at(y, dy), &linear) {
                        sum[..3].iter_mut().zip(color).for_each(|(s, c)| *s += c);
                        sum[3] += 1.0;
                    }
                }
                if sum[3] > 0.0 {
                    for i in 0..3 {
                        out[i] = byte(&encoded, sum[i] / sum[3]);
                    }
                    out[3] = (sum[3] * 63.75) as u8;
                }
            }
        });
    Picture::from_rgba(look.side, look.side, pixels)
        .map_err(|_| SpacesError::TooSmall(look.side, look.side, 1))
}

/// Linear light that comes from a place of the view, -1..=1 to the right and up.
fn shade(material: &Material, look: &Look, x: f32, y: f32, linear: &[f32; 256]) -> Option<Vector> {
    let [width, height] = material.base.size();
    let aspect = width as f32 / height as f32;
    let (normal, across, up, place) = match look.shape {
        Shape::Sphere => {
            let (x, y) = (x / 0.96, y / 0.96);
            let z = 1.0 - x * x - y * y;
            if z <= 0.0 {
                return None;
            }
            let n = [x, y, z.sqrt()];
            let across = unit([n[2], 0.0, -n[0]]);
            let up = [
                n[1] * across[2] - n[2] * across[1],
                n[2] * across[0] - n[0] * across[2],
                n[0] * across[1] - n[1] * across[0],
            ];
            let turn = n[0].atan2(n[2]) / std::f32::consts::TAU;
            let rise = n[1].asin() / std::f32::consts::PI;
            // Half of the turn is seen.
            let u = turn * look.tiles * 2.0;
            (n, across, up, [u, -rise * look.tiles * aspect])
        }
        Shape::Plane | Shape::Cube => {
            let place = [x * 0.5 * look.tiles, -y * 0.5 * look.tiles * aspect];
            ([0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], place)
        }
    };
    let at = |share: f32, side: u32| {
        let at = ((share + 0.5) * side as f32).floor() as isize;
        inside(at, side as usize, true)
    };
    let index = at(place[1], height) * width as usize + at(place[0], width);
    let bumps = material.normal[index].map(|c| (f32::from(c) - 128.0) / 127.0);
    let normal = unit(std::array::from_fn(|i| {
        bumps[0] * across[i] + bumps[1] * up[i] + bumps[2] * normal[i]
    }));
    let rgba = &material.base.rgba()[index * 4..][..3];
    let base: Vector = std::array::from_fn(|i| linear[usize::from(rgba[i])]);
    let rough = f32::from(material.roughness[index]) / 255.0;
    let open = f32::from(material.occlusion[index]) / 255.0;
    let metal = f32::from(material.metalness) / 255.0;
    Some(lit(base, normal, rough, metal, open, unit(look.lamp)))
}

fn lit(base: Vector, normal: Vector, rough: f32, metal: f32, open: f32, lamp: Vector) -> Vector {
    let eye = [0.0, 0.0, 1.0];
    let half = unit(std::array::from_fn(|i| lamp[i] + eye[i]));
    let (nl, nv) = (dot(normal, lamp).max(0.0), dot(normal, eye).max(0.05));
    let (nh, vh) = (dot(normal, half).max(0.0), dot(eye, half).max(0.0));
    let alpha2 = rough.max(0.08).powi(4);
    let spread = nh * nh * (alpha2 - 1.0) + 1.0;
    let k = (rough + 1.0) * (rough + 1.0) / 8.0;
    let shadow = |c: f32| c / (c * (1.0 - k) + k);
    let gloss = alpha2 / (4.0 * nv * spread * spread) * shadow(nl) * shadow(nv);
    let fresnel = (1.0 - vh).powi(5);
    // The sky is lighter above.
    let sky = 0.35 + 0.25 * normal[1];
    std::array::from_fn(|i| {
        let f0 = 0.04 + (base[i] - 0.04) * metal;
        let f = f0 + (1.0 - f0) * fresnel;
        let matte = base[i] * (1.0 - metal) * (1.0 - f);
        // A lamp of strength π, so that a white sheet that faces it is white.
        let direct = matte * nl + f * gloss * 2.2;
        direct * 0.95 + open * sky * (matte + f0 * (1.1 - rough))
    })
}

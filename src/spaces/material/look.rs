//! A look at a material without a graphics card: on a body under one lamp and an even sky. Microfacets by GGX (Walter and others 2007) with Schlick's Fresnel term and
//! Smith's shadowing as Karis has it ("Real shading in Unreal Engine 4", 2013).

use std::f32::consts::{PI, TAU};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Material;
use super::light::{byte, to_linear, to_srgb};
use crate::picture::Picture;
use crate::spaces::{SpacesError, field::inside};

/// What a material is put on to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A ball.
    #[default]
    Sphere,
    /// A cube, seen over one of its corners.
    Cube,
    /// A sheet that faces the eye.
    Plane,
    /// A sheet that hangs in folds.
    Cloth,
}

/// How it is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// What it is put on.
    pub body: Body,
    /// The result's side, pixels.
    pub side: u32,
    /// Where the lamp is: to the right, up, towards the eye.
    pub lamp: [f32; 3],
    /// How often the picture is repeated from left to right.
    pub tiles: f32,
    /// Points a pixel in x and in y against jagged edges; 1 is the quickest.
    pub points: u32,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            body: Body::Sphere,
            side: 512,
            lamp: [-0.5, 0.65, 0.6],
            tiles: 2.0,
            points: 2,
        }
    }
}

type Vector = [f32; 3];

fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn unit(v: Vector) -> Vector {
    let length = dot(v, v).sqrt().max(1e-9);
    v.map(|c| c / length)
}

/// A picture of the material; nothing around the body.
///
/// # Errors
/// [`SpacesError::TooSmall`] for a side of zero.
pub fn look(material: &Material, look: &Look) -> Result<Picture, SpacesError> {
    let side = look.side as usize;
    let (linear, encoded) = (to_linear(), to_srgb());
    let points = look.points.clamp(1, 4);
    let all = (points * points) as f32;
    let body = Posed::of(look.body);
    let mut pixels = vec![0u8; side * side * 4];
    pixels
        .par_chunks_mut((side * 4).max(1))
        .enumerate()
        .for_each(|(y, row)| {
            for (x, out) in row.chunks_exact_mut(4).enumerate() {
                let mut sum = [0.0f32; 4];
                for point in 0..points * points {
                    let at = |i: usize, n: u32| {
                        let within = (n as f32 + 0.5) / points as f32;
                        2.0 * (i as f32 + within) / side as f32 - 1.0
                    };
                    let (px, py) = (at(x, point % points), -at(y, point / points));
                    if let Some(spot) = body.spot(look, material, px, py) {
                        let color = shade(material, look, &spot, &linear);
                        sum[..3].iter_mut().zip(color).for_each(|(s, c)| *s += c);
                        sum[3] += 1.0;
                    }
                }
                if sum[3] > 0.0 {
                    for i in 0..3 {
                        out[i] = byte(&encoded, sum[i] / sum[3]);
                    }
                    out[3] = (sum[3] * 255.0 / all) as u8;
                }
            }
        });
    Picture::from_rgba(look.side, look.side, pixels)
        .map_err(|_| SpacesError::TooSmall(look.side, look.side, 1))
}

/// A point of the body's surface.
struct Spot {
    /// Away from it.
    normal: Vector,
    /// Where the picture's x goes.
    across: Vector,
    /// Where the picture's top is.
    up: Vector,
    /// The place in the picture, from its middle, in pictures.
    place: [f32; 2],
}

/// How far the ball's rim is from the view's.
const BALL: f32 = 0.96;
/// Half a side of the cube, in halves of the view.
const CUBE: f32 = 0.56;
/// How the cube is turned: to the side, and towards the eye.
const TURNED: [f32; 2] = [0.66, 0.5];
/// Half a side of the cloth.
const CLOTH: f32 = 0.9;
/// Folds of the cloth: how many there are, and how steep.
const FOLDS: [f32; 2] = [2.6 * PI, 0.85];

/// A body as it stands before the eye.
struct Posed {
    body: Body,
    /// The cube's own axes as the eye sees them.
    axes: [Vector; 3],
}

impl Posed {
    fn of(body: Body) -> Self {
        let [turn, tilt] = TURNED;
        let ((st, ct), (si, ci)) = (turn.sin_cos(), tilt.sin_cos());
        Self {
            body,
            axes: [
                [ct, st * si, -st * ci],
                [0.0, ci, si],
                [st, -ct * si, ct * ci],
            ],
        }
    }

    /// What is seen at a place of the view, -1..=1 to the right and up.
    fn spot(&self, look: &Look, material: &Material, x: f32, y: f32) -> Option<Spot> {
        let [width, height] = material.base.size();
        let aspect = width as f32 / height as f32;
        let placed = |u: f32, v: f32| [u * look.tiles, v * look.tiles * aspect];
        match self.body {
            Body::Sphere => ball(x / BALL, y / BALL).map(|(spot, [turn, rise])| Spot {
                // Half of the turn is seen.
                place: placed(turn * 2.0, -rise),
                ..spot
            }),
            Body::Plane => Some(Spot {
                normal: [0.0, 0.0, 1.0],
                across: [1.0, 0.0, 0.0],
                up: [0.0, 1.0, 0.0],
                place: placed(x * 0.5, -y * 0.5),
            }),
            Body::Cube => self.cube(x, y).map(|(spot, [u, v])| Spot {
                place: placed(u * 0.5, -v * 0.5),
                ..spot
            }),
            Body::Cloth => cloth(x, y).map(|(spot, [u, v])| Spot {
                place: placed(u * 0.5, -v * 0.5),
                ..spot
            }),
        }
    }

    /// The side of the cube that the ray meets first, and where: -1..=1 to the right and up.
    fn cube(&self, x: f32, y: f32) -> Option<(Spot, [f32; 2])> {
        // The ray from the eye in the cube's own axes.
        let from: Vector = self.axes.map(|axis| axis[0] * x + axis[1] * y);
        let along: Vector = self.axes.map(|axis| -axis[2]);
        let mut best: Option<(f32, usize)> = None;
        let mut leaves = f32::INFINITY;
        for i in 0..3 {
            if along[i].abs() < 1e-6 {
                if from[i].abs() > CUBE {
                    return None;
                }
                continue;
            }
            let (a, b) = ((-CUBE - from[i]) / along[i], (CUBE - from[i]) / along[i]);
            leaves = leaves.min(a.max(b));
            if best.is_none_or(|(t, _)| a.min(b) > t) {
                best = Some((a.min(b), i));
            }
        }
        let (enters, axis) = best.filter(|(enters, _)| *enters <= leaves)?;
        let hit: Vector = std::array::from_fn(|i| (from[i] + enters * along[i]) / CUBE);
        let sign = hit[axis].signum();
        // Which of the cube's axes go right and up on this side.
        let (right, upward, place) = match axis {
            0 => (
                self.axes[2].map(|c| -c * sign),
                self.axes[1],
                [-hit[2] * sign, hit[1]],
            ),
            1 => (
                self.axes[0],
                self.axes[2].map(|c| -c * sign),
                [hit[0], -hit[2] * sign],
            ),
            _ => (
                self.axes[0].map(|c| c * sign),
                self.axes[1],
                [hit[0] * sign, hit[1]],
            ),
        };
        let spot = Spot {
            normal: self.axes[axis].map(|c| c * sign),
            across: right,
            up: upward,
            place: [0.0; 2],
        };
        Some((spot, place))
    }
}

/// A point of a ball of radius 1, with its shares of a turn around and of half a turn up.
fn ball(x: f32, y: f32) -> Option<(Spot, [f32; 2])> {
    let z = 1.0 - x * x - y * y;
    if z <= 0.0 {
        return None;
    }
    let normal = [x, y, z.sqrt()];
    let across = unit([normal[2], 0.0, -normal[0]]);
    let turn = normal[0].atan2(normal[2]) / TAU;
    let rise = normal[1].asin() / PI;
    let spot = Spot {
        normal,
        across,
        up: cross(normal, across),
        place: [0.0; 2],
    };
    Some((spot, [turn, rise]))
}

/// A point of a cloth that hangs in folds, deeper towards its lower edge, and how far it is along
/// the cloth: the arc of a sine wave to the second order in its slope.
fn cloth(x: f32, y: f32) -> Option<(Spot, [f32; 2])> {
    let [often, steepest] = FOLDS;
    let phase = often * x + 0.7 * (1.9 * y).sin() + 0.5 * (2.3 * x).sin();
    let steep = steepest * (0.45 + 0.55 * (0.5 - 0.5 * y / CLOTH));
    let edge = CLOTH + 0.02 * phase.sin();
    if x.abs() > CLOTH || y > CLOTH || y < -edge {
        return None;
    }
    let slope = steep * phase.cos() * (1.0 + 1.15 / often * (2.3 * x).cos());
    let fall = steep / often * phase.cos() * 1.33 * (1.9 * y).cos();
    let across = unit([1.0, 0.0, slope]);
    let down = unit([0.0, 1.0, fall]);
    let normal = unit(cross(across, down));
    let arc = x * (1.0 + steep * steep / 4.0) + steep * steep / (8.0 * often) * (2.0 * phase).sin();
    let spot = Spot {
        normal,
        across,
        up: cross(normal, across),
        place: [0.0; 2],
    };
    Some((spot, [arc, y]))
}

/// Linear light that comes from a point.
fn shade(material: &Material, look: &Look, spot: &Spot, linear: &[f32; 256]) -> Vector {
    let [width, height] = material.base.size();
    let at = |share: f32, side: u32| {
        let at = ((share + 0.5) * side as f32).floor() as isize;
        inside(at, side as usize, true)
    };
    let index = at(spot.place[1], height) * width as usize + at(spot.place[0], width);
    let bumps = material.normal[index].map(|c| (f32::from(c) - 128.0) / 127.0);
    let normal = unit(std::array::from_fn(|i| {
        bumps[0] * spot.across[i] + bumps[1] * spot.up[i] + bumps[2] * spot.normal[i]
    }));
    let rgba = &material.base.rgba()[index * 4..][..3];
    let base: Vector = std::array::from_fn(|i| linear[usize::from(rgba[i])]);
    let rough = f32::from(material.roughness[index]) / 255.0;
    let open = f32::from(material.occlusion[index]) / 255.0;
    let metal = f32::from(material.metalness) / 255.0;
    lit(base, normal, rough, metal, open, unit(look.lamp))
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

//! Sheets, mats, mouldings and canvases as triangles: rings of four mitred sides around the
//! picture, one after the other along a profile.

use super::{Frame, Hanging};
use crate::spaces::gltf::{Mesh, quad};

/// What a part is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stuff {
    /// The picture is on it.
    Picture,
    /// One material.
    Plain {
        /// Linear light, 0..=1.
        color: [f32; 3],
        /// Perceptual roughness.
        roughness: f32,
        /// Metalness.
        metalness: f32,
    },
}

/// A part in one material. Metres; x to the right, y up, z away from the wall, which is at 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// A word for it, letters only.
    pub name: &'static str,
    /// Its triangles.
    pub mesh: Mesh,
    /// Its material.
    pub stuff: Stuff,
}

/// How far a canvas keeps from its frame, centimetres.
const SHADOW_GAP: f32 = 0.5;
/// How thick mat board is, metres.
const MAT_BOARD: f32 = 0.0016;
/// How thick a sheet with its backing is, metres.
const SHEET: f32 = 0.002;
/// How far a frame stands from the wall where there is no canvas, metres.
const FRAME_DEPTH: f32 = 0.025;
/// How far below the frame's front picture and mat lie, metres.
const REBATE: f32 = 0.009;

/// Space between picture and frame that is neither: the shadow gap around a canvas.
pub(super) fn gap(hanging: &Hanging) -> f32 {
    match hanging.frame {
        Some(_) if hanging.canvas > 0.0 => SHADOW_GAP,
        _ => 0.0,
    }
}

/// Half of a rectangle's sides, and how far it is from the wall.
#[derive(Clone, Copy)]
struct Ring {
    half: [f32; 2],
    z: f32,
}

impl Ring {
    /// Lower left, lower right, upper right, upper left.
    fn corners(&self) -> [[f32; 3]; 4] {
        let ([x, y], z) = (self.half, self.z);
        [[-x, -y, z], [x, -y, z], [x, y, z], [-x, y, z]]
    }

    fn grown(&self, by: f32, z: f32) -> Self {
        Self {
            half: self.half.map(|half| half + by),
            z,
        }
    }
}

/// Four sides between two rectangles; seen from outside, `from` is farther away.
fn sides(from: Ring, to: Ring) -> Mesh {
    let (a, b) = (from.corners(), to.corners());
    let mut mesh = Mesh::default();
    for i in 0..4 {
        let next = (i + 1) % 4;
        mesh.add(&quad([a[i], a[next], b[next], b[i]], [0.0, 0.0, 1.0, 1.0]));
    }
    mesh
}

fn front(ring: Ring) -> Mesh {
    quad(ring.corners(), [0.0, 0.0, 1.0, 1.0])
}

fn back(ring: Ring) -> Mesh {
    let [a, b, c, d] = ring.corners();
    quad([b, a, d, c], [0.0, 0.0, 1.0, 1.0])
}

/// A picture that is hung, in parts.
pub fn parts(hanging: &Hanging) -> Vec<Part> {
    let half = hanging.size.map(|side| side / 200.0);
    let mut parts = Vec::new();
    let whole = if hanging.canvas > 0.0 {
        canvas(hanging, half, &mut parts)
    } else {
        sheet(hanging, half, &mut parts)
    };
    let outer = match hanging.frame {
        Some(frame) => moulding(hanging, frame, whole, &mut parts),
        None => whole,
    };
    parts.push(Part {
        name: "back",
        mesh: back(Ring {
            half: outer.half,
            z: 0.0,
        }),
        stuff: plain([0x8a, 0x77, 0x5c], 0.9, 0.0),
    });
    parts
}

/// A picture on paper, with its mat; gives the outermost ring.
fn sheet(hanging: &Hanging, half: [f32; 2], parts: &mut Vec<Part>) -> Ring {
    let z = match hanging.frame {
        Some(_) => FRAME_DEPTH - REBATE - MAT_BOARD,
        None => SHEET,
    };
    let picture = Ring { half, z };
    parts.push(Part {
        name: "picture",
        mesh: front(picture),
        stuff: Stuff::Picture,
    });
    let mut whole = picture;
    if hanging.mat > 0.0 {
        // The window's edge is cut at 45 degrees.
        let window = picture.grown(MAT_BOARD, z + MAT_BOARD);
        whole = picture.grown(hanging.mat / 100.0, z + MAT_BOARD);
        let mut mesh = sides(whole, window);
        mesh.add(&sides(window, picture));
        parts.push(Part {
            name: "mat",
            mesh,
            stuff: plain(hanging.mat_color, 0.95, 0.0),
        });
    }
    if hanging.frame.is_none() {
        parts.push(Part {
            name: "edge",
            mesh: sides(Ring { z: 0.0, ..whole }, whole),
            stuff: plain([0xf2, 0xf0, 0xea], 0.9, 0.0),
        });
    }
    whole
}

/// A picture on canvas: its border goes on around the edge, mirrored.
fn canvas(hanging: &Hanging, half: [f32; 2], parts: &mut Vec<Part>) -> Ring {
    let depth = hanging.canvas / 100.0;
    let ring = Ring { half, z: depth };
    let mut mesh = front(ring);
    // How much of the picture lies on an edge: no more than there is.
    let share: [f32; 2] = std::array::from_fn(|i| (depth / (2.0 * half[i])).min(1.0));
    let wall = Ring { z: 0.0, ..ring };
    let (a, b) = (wall.corners(), ring.corners());
    let [u, v] = share;
    for (i, uvs) in [
        // From the wall to the front: lower, right, upper and left edge.
        [[0.0, 1.0 - v], [1.0, 1.0 - v], [1.0, 1.0], [0.0, 1.0]],
        [[1.0 - u, 1.0], [1.0 - u, 0.0], [1.0, 0.0], [1.0, 1.0]],
        [[1.0, v], [0.0, v], [0.0, 0.0], [1.0, 0.0]],
        [[u, 0.0], [u, 1.0], [0.0, 1.0], [0.0, 0.0]],
    ]
    .into_iter()
    .enumerate()
    {
        let next = (i + 1) % 4;
        let mut side = quad([a[i], a[next], b[next], b[i]], [0.0; 4]);
        side.uvs = uvs.to_vec();
        mesh.add(&side);
    }
    parts.push(Part {
        name: "picture",
        mesh,
        stuff: Stuff::Picture,
    });
    ring
}

/// The frame along its profile: up from the wall, over the front, down to the picture.
fn moulding(hanging: &Hanging, frame: Frame, inner: Ring, parts: &mut Vec<Part>) -> Ring {
    let width = hanging.frame_width / 100.0;
    let gap = gap(hanging) / 100.0;
    let depth = match hanging.canvas {
        0.0 => FRAME_DEPTH,
        // Level with the canvas, or a little above.
        canvas => canvas / 100.0 + 0.003,
    };
    let low = match hanging.canvas {
        0.0 => inner.z,
        _ => 0.001,
    };
    // (outwards from the picture, away from the wall)
    let soft = (0.15 * width).min(0.003);
    let profile = [
        (width, 0.0),
        (width, depth - soft),
        (width - soft, depth),
        (0.3 * width, depth),
        (0.0, depth - 0.5 * (depth - low).min(0.3 * width)),
        (0.0, low),
    ];
    let ring = |(out, z): (f32, f32)| inner.grown(gap + out, z);
    let mut mesh = Mesh::default();
    for pair in profile.windows(2) {
        mesh.add(&sides(ring(pair[0]), ring(pair[1])));
    }
    let (color, roughness, metalness) = match frame {
        Frame::Black => ([0x16, 0x15, 0x15], 0.35, 0.0),
        Frame::White => ([0xee, 0xec, 0xe6], 0.45, 0.0),
        Frame::Oak => ([0xb8, 0x8b, 0x57], 0.6, 0.0),
        Frame::Walnut => ([0x4f, 0x33, 0x20], 0.5, 0.0),
        Frame::Gold => ([0xd8, 0xa9, 0x4a], 0.35, 1.0),
        Frame::Aluminium => ([0xc4, 0xc6, 0xc9], 0.3, 1.0),
    };
    parts.push(Part {
        name: "frame",
        mesh,
        stuff: plain(color, roughness, metalness),
    });
    if gap > 0.0 {
        let bottom = Ring { z: low, ..inner };
        parts.push(Part {
            name: "gap",
            mesh: sides(bottom.grown(gap, low), bottom),
            stuff: plain([0x0c, 0x0c, 0x0c], 0.9, 0.0),
        });
    }
    ring(profile[0])
}

fn plain(srgb: [u8; 3], roughness: f32, metalness: f32) -> Stuff {
    let linear = |c: u8| {
        let c = f32::from(c) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    Stuff::Plain {
        color: srgb.map(linear),
        roughness,
        metalness,
    }
}

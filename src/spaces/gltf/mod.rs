//! glTF 2.0 in one binary file (`.glb`; Khronos, "glTF 2.0 Specification").

mod builder;
mod mesh;

pub use builder::{Builder, ImageIndex, MaterialIndex, Surface};
pub use mesh::{Mesh, Shape, quad};

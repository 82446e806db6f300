//! Writes PyTorch's files: zip archives with a pickle, as `torch.save` makes them.

use std::io::Write;
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A tensor of f32: name, sides, strides, numbers of its storage.
pub struct Written {
    pub name: String,
    pub sides: Vec<usize>,
    pub strides: Vec<usize>,
    pub storage: Vec<f32>,
}

impl Written {
    /// A row-major one.
    pub fn dense(name: &str, sides: &[usize], storage: Vec<f32>) -> Self {
        let mut strides = vec![1; sides.len()];
        for axis in (1..sides.len()).rev() {
            strides[axis - 1] = strides[axis] * sides[axis];
        }
        let (name, sides) = (name.to_owned(), sides.to_vec());
        Self {
            name,
            sides,
            strides,
            storage,
        }
    }
}

/// Writes a state dictionary below `keys`, the outermost first.
pub fn write(path: &Path, keys: &[&str], tensors: &[Written], method: CompressionMethod) {
    let mut archive = ZipWriter::new(std::fs::File::create(path).unwrap());
    let options = SimpleFileOptions::default().compression_method(method);
    let mut entry = |name: String, bytes: &[u8]| {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    };
    entry("archive/data.pkl".into(), &pickled(keys, tensors));
    for (i, tensor) in tensors.iter().enumerate() {
        let bytes: Vec<u8> = tensor
            .storage
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        entry(format!("archive/data/{i}"), &bytes);
    }
    archive.finish().unwrap();
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

fn numbers(out: &mut Vec<u8>, numbers: &[usize]) {
    out.push(b'(');
    for &n in numbers {
        out.push(0x8a);
        out.push(8);
        out.extend((n as u64).to_le_bytes());
    }
    out.push(b't');
}

fn pickled(keys: &[&str], tensors: &[Written]) -> Vec<u8> {
    let mut out = b"\x80\x02".to_vec();
    for key in keys {
        out.extend(b"}");
        text(&mut out, key);
    }
    out.extend(b"}(");
    for (i, tensor) in tensors.iter().enumerate() {
        text(&mut out, &tensor.name);
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut out, "storage");
        out.extend(b"ctorch\nFloatStorage\n");
        text(&mut out, &i.to_string());
        text(&mut out, "cpu");
        out.extend(b"K\x00tQK\x00");
        numbers(&mut out, &tensor.sides);
        numbers(&mut out, &tensor.strides);
        out.extend(b"\x89NtR");
    }
    out.push(b'u');
    out.extend(std::iter::repeat_n(b's', keys.len()));
    out.push(b'.');
    out
}

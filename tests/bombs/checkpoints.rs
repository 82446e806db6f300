//! Networks that claim more than they hold.

use std::io::Write;
use std::path::Path;

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::torch_writer::{Written, write};
use super::{Bomb, Way, bomb};

const IMPORT: &[Way] = &[Way::Import];

/// A safetensors file with a head of one's own.
fn head(json: &[u8], data: usize) -> Vec<u8> {
    let mut out = (json.len() as u64).to_le_bytes().to_vec();
    out.extend(json);
    out.resize(out.len() + data, 0);
    out
}

pub fn all(folder: &Path) -> Vec<Bomb> {
    let mut all = Vec::new();
    let mut torch = |name: &str, tensors: &[Written], method| {
        let file = folder.join(name);
        write(&file, &[], tensors, method);
        all.push(Bomb {
            name: name.to_owned(),
            file,
            owed: 0,
            ways: IMPORT,
        });
    };
    let name = "conv1.conv2d.weight";
    let mut still = Written::dense(name, &[1 << 29], vec![1.0]);
    still.strides = vec![0];
    torch("pt-stride-0.pt", &[still], CompressionMethod::Stored);
    let shared: Vec<Written> = (0..20_000)
        .map(|n| Written::dense(&format!("{name}.{n}"), &[1], vec![0.0]))
        .collect();
    torch("pt-20000-tensors.pt", &shared, CompressionMethod::Stored);
    let zeros = Written::dense(name, &[1 << 26], vec![0.0; 1 << 26]);
    torch("pt-zeros-packed.pt", &[zeros], CompressionMethod::Deflated);

    let mut pickled = |name: &str, pickle: &[u8]| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file("archive/data.pkl", options).unwrap();
        archive.write_all(pickle).unwrap();
        let bytes = archive.finish().unwrap().into_inner();
        all.push(bomb(folder, name, &bytes, 0, IMPORT));
    };
    let around = |inside: &[u8]| [b"\x80\x02", inside, b"."].concat();
    pickled(
        "pt-40-million-lists.pt",
        &around(&[b"(".to_vec(), vec![b']'; 40 << 20], b"l".to_vec()].concat()),
    );
    pickled(
        "pt-goes-deep.pt",
        &around(&[vec![b']'; 4 << 20], vec![b'a'; (4 << 20) - 1]].concat()),
    );
    let mut doubled = b"\x80\x02](\x8c\x01aq\x00e".to_vec();
    for n in 1..200_u8 {
        doubled.extend([b'q', n, b'0', b']', b'(', b'h', n, b'h', n, b'e']);
    }
    doubled.push(b'.');
    pickled("pt-laughs.pt", &doubled);
    pickled(
        "pt-text-of-500-megabytes.pt",
        &around(&[b"X\0\0\0\x1f".to_vec(), vec![b'a'; 0x1f00_0000]].concat()),
    );
    pickled(
        "pt-number-of-100-megabytes.pt",
        &around(&[b"\x8b\0\0\0\x06".to_vec(), vec![1; 0x0600_0000]].concat()),
    );

    let mut safe = |name: &str, bytes: &[u8]| all.push(bomb(folder, name, bytes, 0, IMPORT));
    safe("safetensors-head-of-exabytes.safetensors", &[0xff; 4096]);
    safe(
        "safetensors-head-of-spaces.safetensors",
        &head(&[&b"{"[..], &vec![b' '; 90 << 20], b"}"].concat(), 0),
    );
    safe(
        "safetensors-lists-in-lists.safetensors",
        &head(&vec![b'['; 20 << 20], 0),
    );
    let many: Vec<String> = (0..400_000)
        .map(|n| format!(r#""{n}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#))
        .collect();
    safe(
        "safetensors-400000-tensors.safetensors",
        &head(format!("{{{}}}", many.join(",")).as_bytes(), 0),
    );
    let sides = format!(
        r#"{{"w":{{"dtype":"F32","shape":[{}1],"data_offsets":[0,4]}}}}"#,
        "1,".repeat(10_000_000)
    );
    safe(
        "safetensors-10-million-sides.safetensors",
        &head(sides.as_bytes(), 4),
    );
    safe(
        "safetensors-claims-exabytes.safetensors",
        &head(
            br#"{"w":{"dtype":"F32","shape":[4294967295,4294967295],"data_offsets":[0,4]}}"#,
            4,
        ),
    );
    let notes = format!(
        r#"{{"__metadata__":{{{}"z":""}},"w":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}"#,
        (0..3_000_000)
            .map(|n| format!(r#""{n}":"","#))
            .collect::<String>()
    );
    safe(
        "safetensors-3-million-notes.safetensors",
        &head(notes.as_bytes(), 4),
    );
    all
}

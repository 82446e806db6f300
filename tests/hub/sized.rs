//! Entries of the list under their real names, routes and sizes, full of zeros: networks of the
//! published ones' shapes, byte for byte as long as those, come in and open; another content is
//! refused by its hash.

use std::collections::BTreeMap;
use std::io::Write;

use candle_core::Device;
use limner::models::Registry;
use safetensors::tensor::TensorView;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::listed::{by_name, hub_answer, hub_of, shipped};
use super::torch_writer::{self, Written};
use super::*;

/// Weight, and bias where there is one, of a 3 × 3 convolution.
fn conv(
    into: &mut Vec<(String, Vec<usize>)>,
    name: &str,
    [inputs, outputs]: [usize; 2],
    bias: bool,
) {
    into.push((format!("{name}.weight"), vec![outputs, inputs, 3, 3]));
    if bias {
        into.push((format!("{name}.bias"), vec![outputs]));
    }
}

/// TAESD as diffusers saves it.
fn taesd() -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    let blocks = |all: &mut Vec<_>, half: &str, layers: std::ops::Range<usize>| {
        for (layer, i) in layers.flat_map(|layer| [0, 2, 4].map(|i| (layer, i))) {
            conv(
                all,
                &format!("{half}.layers.{layer}.conv.{i}"),
                [64, 64],
                true,
            );
        }
    };
    conv(&mut all, "encoder.layers.0", [3, 64], true);
    blocks(&mut all, "encoder", 1..2);
    for at in [2, 6, 10] {
        conv(&mut all, &format!("encoder.layers.{at}"), [64, 64], false);
        blocks(&mut all, "encoder", at + 1..at + 4);
    }
    conv(&mut all, "encoder.layers.14", [64, 4], true);
    conv(&mut all, "decoder.layers.0", [4, 64], true);
    for at in [2, 7, 12] {
        blocks(&mut all, "decoder", at..at + 3);
        conv(
            &mut all,
            &format!("decoder.layers.{}", at + 4),
            [64, 64],
            false,
        );
    }
    blocks(&mut all, "decoder", 17..18);
    conv(&mut all, "decoder.layers.18", [64, 3], true);
    all
}

/// An `RRDBNet` of six blocks, scale 4.
fn rrdbnet() -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    conv(&mut all, "conv_first", [3, 64], true);
    for (block, dense) in (0..6).flat_map(|block| [1, 2, 3].map(|dense| (block, dense))) {
        for i in 0..5 {
            let name = format!("body.{block}.rdb{dense}.conv{}", i + 1);
            conv(
                &mut all,
                &name,
                [64 + 32 * i, if i < 4 { 32 } else { 64 }],
                true,
            );
        }
    }
    for name in ["conv_body", "conv_up1", "conv_up2", "conv_hr"] {
        conv(&mut all, name, [64, 64], true);
    }
    conv(&mut all, "conv_last", [64, 3], true);
    all
}

/// As safetensors of this size: the header may end with spaces.
fn safetensors_of(shapes: &[(String, Vec<usize>)], size: u64) -> Vec<u8> {
    let zeros = vec![0u8; 1 << 18];
    let views: BTreeMap<_, _> = shapes
        .iter()
        .map(|(name, shape)| {
            let bytes = 4 * shape.iter().product::<usize>();
            let view = TensorView::new(safetensors::Dtype::F32, shape.clone(), &zeros[..bytes]);
            (name, view.unwrap())
        })
        .collect();
    let plain = safetensors::serialize(views, None).unwrap();
    let spaces = size as usize - plain.len();
    let header = u64::from_le_bytes(*plain.first_chunk().unwrap());
    let body = 8 + header as usize;
    let length = (header + spaces as u64).to_le_bytes();
    [
        &length,
        &plain[8..body],
        &vec![b' '; spaces],
        &plain[body..],
    ]
    .concat()
}

/// As `torch.save` makes it, of this size: with one more entry in the archive.
fn torch_of(shapes: &[(String, Vec<usize>)], size: u64) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it.pth");
    let zeros = |(name, shape): &(String, Vec<usize>)| {
        Written::dense(name, shape, vec![0.0; shape.iter().product()])
    };
    let tensors: Vec<Written> = shapes.iter().map(zeros).collect();
    torch_writer::write(&path, &["params_ema"], &tensors, CompressionMethod::Stored);
    let with = |filler: usize| {
        let copy = dir.path().join("filled.pth");
        fs::copy(&path, &copy).unwrap();
        let file = fs::OpenOptions::new().read(true).write(true).open(&copy);
        let mut archive = zip::ZipWriter::new_append(file.unwrap()).unwrap();
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        archive.start_file("archive/.data/filler", stored).unwrap();
        archive.write_all(&vec![0; filler]).unwrap();
        archive.finish().unwrap();
        fs::read(copy).unwrap()
    };
    let least = with(0).len();
    with(size as usize - least)
}

#[test]
fn entries_of_their_real_sizes_come_in_and_open() {
    let models = tempfile::tempdir().unwrap();
    for name in ["taesd", "real-esrgan-anime"] {
        let mut entry = shipped(name);
        let size = entry.size.unwrap();
        let bytes = match name {
            "taesd" => safetensors_of(&taesd(), size),
            _ => torch_of(&rrdbnet(), size),
        };
        assert_eq!(bytes.len() as u64, size, "{name}");
        // Zeros have another hash than the published numbers.
        entry.sha256 = Some(limner::digest::sha256(&bytes));
        let server = hub_of(&entry, bytes);
        let pulled = by_name(&entry, &server, models.path()).unwrap();
        assert_eq!(pulled.imported.name, name);
        let route = format!(
            "/{}/resolve/{}/{}",
            entry.repo,
            entry.revision(),
            entry.file
        );
        assert_eq!(server.files().len(), 1);
        assert_eq!(server.files()[0].path, route);
    }
    let folders = vec![models.path().into()];
    let mut registry = Registry::open(folders, None, Device::Cpu);
    registry.autoencoder("taesd").unwrap();
    let enlarger = registry.upscaler("real-esrgan-anime").unwrap();
    assert_eq!(enlarger.scales(), [4]);
}

/// A hub that says the listed hash and gives something else of the listed size.
#[test]
fn another_content_under_the_listed_hash_is_refused_and_leaves_no_model() {
    let models = tempfile::tempdir().unwrap();
    let entry = shipped("taesd");
    let bytes = safetensors_of(&taesd(), entry.size.unwrap());
    let listed = entry.sha256.clone().unwrap();
    let (own, said) = (limner::digest::sha256(&bytes), listed.clone());
    let honest = hub_answer(&entry, bytes);
    let server = Server::start(move |request, _| {
        let mut reply = honest(request);
        if request.is_file() {
            for (_, value) in &mut reply.headers {
                *value = value.replace(&own, &said);
            }
        } else {
            let text = String::from_utf8(reply.body).unwrap();
            reply.body = text.replace(&own, &said).into_bytes();
            reply.headers.retain(|(name, _)| name != "Content-Length");
        }
        reply
    });
    let error = by_name(&entry, &server, models.path()).unwrap_err();
    println!("{error}");
    assert!(!server.files().is_empty(), "it is fetched, then hashed");
    let left = fs::read_dir(models.path()).map_or(0, Iterator::count);
    assert_eq!(left, 0, "{error}");
}

/// Of the entries that a hash alone fixes, another file of the same name and size.
#[test]
fn an_entry_fixed_by_its_hash_refuses_another_before_it_is_fetched() {
    let models = tempfile::tempdir().unwrap();
    let entry = shipped("nmkd-siax");
    assert_eq!(entry.revision, None);
    let server = hub_of(&entry, vec![0; entry.size.unwrap() as usize]);
    let error = by_name(&entry, &server, models.path()).unwrap_err();
    assert!(matches!(error, HubError::NotTheListed { .. }), "{error}");
    assert!(server.files().is_empty());
}

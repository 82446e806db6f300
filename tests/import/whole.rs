//! Foreign checkpoints come in whole, or not at all and with one clear line.

use std::fs;
use std::path::Path;

use candle_core::Device;
use limner::cancel::CancelToken;
use limner::import::torch::TorchFile;
use limner::import::{
    ImportError, ImportStep, Origin, Watch, from_checkpoint, import, import_watched,
};
use limner::models::Registry;
use limner::models::weights::Weights;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::skip;

use super::golden;

fn load(name: &str) -> TorchFile {
    TorchFile::parse(fs::read(golden(name)).unwrap()).unwrap()
}

/// Every tensor of the reference network, by name, must come out of `name`.
fn assert_same_as_reference(name: &str) {
    let (kwargs, tensors) = from_checkpoint(&load(name)).unwrap();
    assert_eq!(
        (
            kwargs.z_dim,
            kwargs.w_dim,
            kwargs.c_dim,
            kwargs.img_resolution
        ),
        (16, 12, 0, 16)
    );
    assert_eq!((kwargs.channel_max, kwargs.architecture), (10, "skip"));
    assert_eq!(kwargs.mapping_kwargs.num_layers, 2);

    let bytes = fs::read(golden("reference.safetensors")).unwrap();
    let reference = SafeTensors::deserialize(&bytes).unwrap();
    let mut compared = 0;
    for (key, view) in reference.tensors() {
        if key.starts_with('_') || key.ends_with("resample_filter") {
            continue;
        }
        let got = tensors
            .get(&key)
            .unwrap_or_else(|| panic!("{name} lacks {key}"));
        assert_eq!(got.shape, view.shape(), "{name}: {key}");
        let want: Vec<f32> = bytemuck::pod_collect_to_vec(view.data());
        assert_eq!(got.values().unwrap(), want, "{name}: {key}");
        compared += 1;
    }
    assert!(compared > 30, "only {compared} tensors compared");
}

#[test]
fn a_stylegan2_ada_pickle_gives_the_generators_weights() {
    assert_same_as_reference("ada.pkl");
}

#[test]
fn rosinality_files_give_the_same_weights_in_both_formats() {
    assert_same_as_reference("rosinality.pt");
    assert_same_as_reference("rosinality_legacy.pt");
}

#[test]
fn an_import_makes_a_whole_model_folder() {
    let models = tempfile::tempdir().unwrap();
    let imported = import(&golden("ada.pkl"), models.path(), Some("My Flowers")).unwrap();
    assert_eq!(imported.name, "my-flowers");
    let config: serde_json::Value =
        serde_json::from_slice(&fs::read(imported.folder.join("config.json")).unwrap()).unwrap();
    assert_eq!(config["kwargs"]["img_resolution"], 16);
    assert_eq!(config["licence"], "unknown");
    assert!(imported.folder.join("weights.safetensors").exists());
    assert!(imported.folder.join("card.md").exists());
    let again = import(&golden("ada.pkl"), models.path(), Some("My Flowers"));
    assert!(matches!(again, Err(ImportError::Exists(_))));
}

/// What ships is found first: a model of that name would never be seen.
#[test]
fn names_of_what_ships_are_taken() {
    let models = tempfile::tempdir().unwrap();
    for name in ["fruit", "Lens", "vgg19", "cppn", "learnt"] {
        let got = import(&golden("ada.pkl"), models.path(), Some(name));
        assert!(
            matches!(got, Err(ImportError::Exists(_))),
            "{name}: {got:?}"
        );
    }
    assert_eq!(fs::read_dir(models.path()).unwrap().count(), 0);
}

/// The weights of an imported model, by name.
fn weights(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(folder.join("weights.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut all: Vec<_> = file
        .tensors()
        .into_iter()
        .map(|(name, view)| (name, view.data().to_vec()))
        .collect();
    all.sort();
    all
}

#[test]
fn fast_neural_style_files_of_all_formats_are_one_network() {
    let models = tempfile::tempdir().unwrap();
    let names = [
        "fast_style.pth",
        "fast_style_legacy.pth",
        "fast_style.safetensors",
    ];
    let mut found = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let as_name = format!("style-{i}");
        let imported = import(&golden(name), models.path(), Some(&as_name)).unwrap();
        assert!(
            imported.summary.contains("one style"),
            "{}",
            imported.summary
        );
        found.push(weights(&imported.folder));
    }
    assert!(found[0].len() > 30);
    assert!(found[0] == found[1], "running statistics are left out");
    assert!(found[0] == found[2]);
    let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
    assert_eq!(registry.library().broken, []);
    let styles = registry.library().styles;
    assert!(styles.iter().any(|s| s.name == "style-1"));
    assert_eq!(registry.transfer("style-1").unwrap().code_len(), 0);
}

#[test]
fn a_stylegan2_in_safetensors_is_recognised() {
    let models = tempfile::tempdir().unwrap();
    let file = golden("reference.safetensors");
    let imported = import(&file, models.path(), Some("flowers")).unwrap();
    let from_pickle = import(&golden("ada.pkl"), models.path(), Some("pickled")).unwrap();
    assert_eq!(imported.summary, from_pickle.summary);
    let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
    registry.generator("flowers").unwrap();
}

#[test]
fn networks_of_several_files_come_in_by_folder_or_by_any_file() {
    let models = tempfile::tempdir().unwrap();
    for (name, part) in [
        ("adain", "decoder.pth"),
        ("microast", "style_encoder_iter_160000.pth.tar"),
    ] {
        let folder = golden(name);
        let by_folder = import(&folder, models.path(), None).unwrap();
        assert_eq!(by_folder.name, name);
        let again = format!("{name}-again");
        let by_file = import(&folder.join(part), models.path(), Some(&again)).unwrap();
        assert_eq!(weights(&by_folder.folder), weights(&by_file.folder));
        let file = golden(&format!("{name}.safetensors"));
        let third = import(&file, models.path(), Some(&format!("{name}-3"))).unwrap();
        assert_eq!(weights(&by_folder.folder), weights(&third.folder));
        let card = fs::read_to_string(by_folder.folder.join("card.md")).unwrap();
        let files = fs::read_dir(&folder).unwrap().count();
        assert_eq!(card.matches("SHA-256 of").count(), files);
        assert!(card.contains("Licence: unknown"));
        let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
        assert!(registry.transfer(name).unwrap().code_len() > 0);
    }
}

#[test]
fn a_part_alone_says_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let models = dir.path().join("models");
    let alone = dir.path().join("decoder.pth");
    fs::copy(golden("adain/decoder.pth"), &alone).unwrap();
    let line = import(&alone, &models, None).unwrap_err().to_string();
    assert!(line.contains("vgg_normalised.pth"), "{line}");
    let line = import(dir.path(), &models, None).unwrap_err().to_string();
    assert!(line.contains("vgg_normalised.pth"), "{line}");
    // Half of another network in the same folder doesn't help.
    let other = "microast/modulator_iter_160000.pth.tar";
    fs::copy(golden(other), dir.path().join("modulator.pth.tar")).unwrap();
    import(&alone, &models, None).unwrap_err();
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let line = import(&empty, &models, None).unwrap_err().to_string();
    assert!(line.contains("no checkpoint"), "{line}");
    assert_eq!(fs::read_dir(&models).map_or(0, Iterator::count), 0);
}

#[test]
fn an_import_tells_its_steps_and_can_be_stopped_at_each() {
    let dir = tempfile::tempdir().unwrap();
    let run = |last: usize, models: &Path| {
        let stop = CancelToken::new();
        let mut steps = Vec::new();
        let mut step = |step| {
            steps.push(step);
            if steps.len() > last {
                stop.cancel();
            }
        };
        let mut watch = Watch {
            stop: &stop,
            step: &mut step,
            check: None,
        };
        let result = import_watched(
            &golden("adain"),
            models,
            Some("new"),
            &Origin::default(),
            &mut watch,
        );
        (result, steps)
    };
    let (done, steps) = run(usize::MAX, &dir.path().join("whole"));
    done.unwrap();
    let total = fs::metadata(golden("adain/decoder.pth")).unwrap().len();
    assert!(steps.contains(&ImportStep::Reading(total, total)));
    assert!(steps.contains(&ImportStep::Checking));
    for last in 0..steps.len() - 1 {
        let models = dir.path().join("stopped");
        let (result, _) = run(last, &models);
        assert!(matches!(result, Err(ImportError::Cancelled)), "{last}");
        assert_eq!(fs::read_dir(&models).map_or(0, Iterator::count), 0);
    }
}

#[test]
fn a_network_of_another_shape_is_told_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = fs::read(golden("fast_style.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let write = |skip: &str, flat: &str| {
        let views: Vec<_> = file
            .tensors()
            .into_iter()
            .filter(|(name, _)| name != skip)
            .map(|(name, view)| {
                let shape = match name == flat {
                    true => vec![view.shape().iter().product()],
                    false => view.shape().to_vec(),
                };
                let view = TensorView::new(view.dtype(), shape, view.data()).unwrap();
                (name, view)
            })
            .collect();
        let path = dir.path().join("changed.safetensors");
        fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
        import(&path, &dir.path().join("models"), None)
            .unwrap_err()
            .to_string()
    };
    let line = write("res1.in2.bias", "");
    assert!(line.contains("res1.in2.bias"), "{line}");
    let line = write("", "res2.conv1.conv2d.weight");
    assert!(line.contains("res2.conv1.conv2d.weight"), "{line}");
    // A header that promises a hundred gigabytes.
    let huge = dir.path().join("huge.safetensors");
    let header = br#"{"conv1.conv2d.weight":{"dtype":"F32","shape":[25000000000],"data_offsets":[0,100000000000]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    fs::write(&huge, bytes).unwrap();
    let error = import(&huge, &dir.path().join("models"), None).unwrap_err();
    assert!(matches!(error, ImportError::CutShort), "{error}");
    let left = fs::read_dir(dir.path().join("models")).map(Iterator::count);
    assert_eq!(left.unwrap_or(0), 0);
}

/// A generator of zeros with these sizes, as `networks_stylegan2` names its parts.
pub fn generator_file(path: &Path, resolution: usize, base: usize, max: usize, classes: usize) {
    let (z, w, embedded) = (6, 5, if classes > 0 { 7 } else { 0 });
    let mut shapes: Vec<(String, Vec<usize>)> = Vec::new();
    let mut add = |name: String, shape: &[usize]| shapes.push((name, shape.to_vec()));
    if classes > 0 {
        add("mapping.embed.weight".into(), &[embedded, classes]);
        add("mapping.embed.bias".into(), &[embedded]);
    }
    add("mapping.w_avg".into(), &[w]);
    for (i, sides) in [[8, z + embedded], [w, 8]].into_iter().enumerate() {
        add(format!("mapping.fc{i}.weight"), &sides);
        add(format!("mapping.fc{i}.bias"), &sides[..1]);
    }
    let mut before = 0;
    let mut side = 4;
    while side <= resolution {
        let width = (base / side).min(max);
        let block = format!("synthesis.b{side}");
        if side == 4 {
            add(format!("{block}.const"), &[width, 4, 4]);
        }
        for (name, inputs) in [("conv0", before), ("conv1", width)] {
            if inputs == 0 {
                continue;
            }
            let layer = format!("{block}.{name}");
            add(format!("{layer}.weight"), &[width, inputs, 3, 3]);
            add(format!("{layer}.bias"), &[width]);
            add(format!("{layer}.affine.weight"), &[inputs, w]);
            add(format!("{layer}.affine.bias"), &[inputs]);
            add(format!("{layer}.noise_const"), &[side, side]);
            add(format!("{layer}.noise_strength"), &[]);
        }
        add(format!("{block}.torgb.weight"), &[3, width, 1, 1]);
        add(format!("{block}.torgb.bias"), &[3]);
        add(format!("{block}.torgb.affine.weight"), &[width, w]);
        add(format!("{block}.torgb.affine.bias"), &[width]);
        (before, side) = (width, side * 2);
    }
    let count = |shape: &[usize]| shape.iter().product::<usize>();
    let most = shapes.iter().map(|(_, shape)| count(shape)).max().unwrap();
    let zeros = vec![0u8; 4 * most];
    let views: Vec<_> = shapes
        .iter()
        .map(|(name, shape)| {
            let bytes = 4 * count(shape);
            let view = TensorView::new(Dtype::F32, shape.clone(), &zeros[..bytes]).unwrap();
            (name.as_str(), view)
        })
        .collect();
    fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

#[test]
fn every_size_and_channel_base_is_read_off_the_shapes() {
    let dir = tempfile::tempdir().unwrap();
    let models = dir.path().join("models");
    for (i, (resolution, base, max, classes)) in [
        (32, 96, 10, 0),
        (64, 128, 64, 4),
        (256, 512, 8, 0),
        (1024, 2048, 8, 3),
        (1024, 32768, 16, 0),
    ]
    .into_iter()
    .enumerate()
    {
        let file = dir.path().join(format!("g{i}.safetensors"));
        generator_file(&file, resolution, base, max, classes);
        let imported = import(&file, &models, None).unwrap();
        let mut registry = Registry::open(vec![models.clone()], None, Device::Cpu);
        let info = registry.info(&imported.name).unwrap();
        assert_eq!(info.size, [resolution as u32; 2]);
        assert_eq!(info.classes, classes);
        let net = registry.generator(&imported.name).unwrap();
        assert_eq!((net.spec().z_dim, net.spec().w_dim), (6, 5));
        let classed = net.map_of_class(&[vec![1.0; 6]], Some(2));
        assert_eq!(classed.is_ok(), classes > 2);
    }
}

/// The authors' own conditional network, by class.
#[test]
fn an_imported_conditional_network_makes_its_classes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = "shared/golden/stylegan2_cond_resnet_32.safetensors";
    let found = ["..", "../.."].map(|up| root.join(up).join(name));
    let Some(file) = found.iter().find(|path| path.is_file()) else {
        skip::skip(skip::Lack::Shared);
        return;
    };
    let models = tempfile::tempdir().unwrap();
    let imported = import(file, models.path(), Some("classes")).unwrap();
    assert!(imported.summary.contains("classes"), "{}", imported.summary);
    let golden = Weights::open(file, None, &Device::Cpu).unwrap();
    let rows = |name: &str| golden.any(name).unwrap().to_vec2::<f32>().unwrap();
    let (zs, classes) = (rows("_in.z"), rows("_in.c"));
    let expected = golden
        .any("_out.ws_psi1")
        .unwrap()
        .to_vec3::<f32>()
        .unwrap();
    let mut registry = Registry::open(vec![models.path().into()], None, Device::Cpu);
    let net = registry.generator("classes").unwrap();
    for (i, c) in classes.iter().enumerate() {
        let class = c.iter().position(|&v| v == 1.0).map(|class| class as u32);
        let w = net.map_of_class(&zs[i..=i], class).unwrap().remove(0);
        for (ours, theirs) in w.iter().zip(&expected[i][0]) {
            assert!((ours - theirs).abs() < 1e-4, "{i}: {ours} {theirs}");
        }
    }
    let beyond = net.map_of_class(&zs[..1], Some(classes[0].len() as u32));
    let line = beyond.unwrap_err().to_string();
    assert!(line.contains("classes"), "{line}");
}

#[test]
fn a_cut_file_is_refused_and_leaves_nothing_behind() {
    let models = tempfile::tempdir().unwrap();
    let whole = fs::read(golden("ada.pkl")).unwrap();
    let cut = models.path().join("cut.pkl");
    for length in (0..whole.len()).step_by(997) {
        fs::write(&cut, &whole[..length]).unwrap();
        let error = import(&cut, &models.path().join("models"), None).unwrap_err();
        assert!(!error.to_string().contains('\n'));
    }
    let left = fs::read_dir(models.path().join("models")).map(Iterator::count);
    assert_eq!(left.unwrap_or(0), 0);
}

#[test]
fn a_hostile_pickle_runs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let witness = dir.path().join("pwned");
    let command = format!("touch {}", witness.display());
    let mut bytes = b"cposix\nsystem\n".to_vec();
    bytes.extend(format!("(V{command}\ntR.").as_bytes());
    let file = dir.path().join("evil.pkl");
    fs::write(&file, bytes).unwrap();
    let error = import(&file, &dir.path().join("models"), None).unwrap_err();
    assert!(matches!(error, ImportError::NotACheckpoint(_)), "{error}");
    assert!(!witness.exists());
}

#[test]
fn damaged_bytes_never_panic() {
    for name in [
        "ada.pkl",
        "rosinality.pt",
        "rosinality_legacy.pt",
        "fast_style.pth",
        "fast_style_legacy.pth",
        "adain/decoder.pth",
        "microast/modulator_iter_160000.pth.tar",
    ] {
        let whole = fs::read(golden(name)).unwrap();
        for i in (0..whole.len()).step_by(61) {
            let mut bytes = whole.clone();
            bytes[i] ^= 0x5a;
            if let Ok(file) = TorchFile::parse(bytes) {
                from_checkpoint(&file).ok();
                file.state_dict(file.graph().root()).ok();
            }
        }
    }
}

#[test]
fn a_tensor_may_not_claim_more_than_its_bytes() {
    // torch._utils._rebuild_tensor_v2(storage, 0, (2**40,), (1,)) must be refused
    // before memory is asked for.
    let mut bytes = b"\x80\x02}X\x05\x00\x00\x00g_ema}X\x05\x00\x00\x00ghostctorch._utils\n_rebuild_tensor_v2\n".to_vec();
    bytes.extend(b"((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x00tQ");
    bytes.extend(b"K\x00\x8a\x06\x00\x00\x00\x00\x00\x01\x85K\x01\x85\x89tRss.");
    let file = TorchFile::parse(bytes).unwrap();
    let graph = file.graph();
    let state = graph.lookup(graph.root(), "g_ema").unwrap();
    assert!(file.state_dict(state).is_err());
}

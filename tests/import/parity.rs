//! Imported networks of every family and flavour against PyTorch: the table of
//! `docs/PARITY.md`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use limner::cancel::CancelToken;
use limner::import::import;
use limner::latent::truncate;
use limner::models::weights::Weights;
use limner::models::{Generator, Registry};
use limner::recipe::{NoiseMode, Transform};

use super::{golden, shared};

/// Most that a picture may differ by on average, of 1.
const MOST: f32 = 1.0 / 255.0;

/// Takes a row of the table.
pub(super) type RowOf<'a> = dyn FnMut(&'static str, &'static str, [f32; 2]) + 'a;

struct Row {
    family: &'static str,
    flavour: &'static str,
    mean: f32,
    worst: f32,
}

fn registry(file: &Path) -> (Registry, tempfile::TempDir) {
    let models = tempfile::tempdir().unwrap();
    import(file, models.path(), Some("it")).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let folders = vec![models.path().into()];
    (Registry::open(folders, None, Device::Cpu), models)
}

pub(super) fn open(file: &Path) -> Weights {
    Weights::open(file, None, &Device::Cpu).unwrap()
}

/// Mean and largest difference.
pub(super) fn apart(ours: &Tensor, theirs: &Tensor) -> [f32; 2] {
    assert_eq!(ours.dims(), theirs.dims());
    let d = (ours - theirs).unwrap().abs().unwrap();
    let d: Vec<f32> = d.flatten_all().unwrap().to_vec1().unwrap();
    let mean = d.iter().sum::<f32>() / d.len() as f32;
    [mean, d.into_iter().fold(0.0, f32::max)]
}

/// A generator: `z` (and `c`) to a picture with its constant noise.
/// The authors' own pictures are of w truncated at the first four layers.
fn generator(
    file: &Path,
    z: &Tensor,
    authors: Option<Option<&Tensor>>,
    image: &Tensor,
) -> [f32; 2] {
    let c = authors.flatten();
    let (mut registry, _folder) = registry(file);
    let net = registry.stylegan2("it").unwrap();
    let zs: Vec<Vec<f32>> = z.to_vec2().unwrap();
    let cs: Option<Vec<Vec<f32>>> = c.map(|c| c.to_vec2().unwrap());
    let mut found = [0.0f32; 2];
    for (i, z) in zs.iter().enumerate() {
        let c = cs.as_ref().map_or(Vec::new(), |cs| cs[i].clone());
        let w = net
            .map_class(std::slice::from_ref(z), &c)
            .unwrap()
            .remove(0);
        let count = limner::models::Generator::spec(net.as_ref()).num_ws;
        let mut ws = vec![w; count];
        if authors.is_some() {
            truncate(
                &mut ws[..4],
                limner::models::Generator::w_avg(net.as_ref()),
                0.7,
            );
        }
        let ours = net
            .tensor(&ws, NoiseMode::Fixed, &CancelToken::new())
            .unwrap();
        let [mean, worst] = apart(&ours, &image.narrow(0, i, 1).unwrap());
        // Pictures go from -1 to 1.
        found = [found[0].max(mean / 2.0), found[1].max(worst / 2.0)];
    }
    found
}

/// StyleGAN3: `z` and classes to pictures, straight, and moved by (0.3, -0.1) and turned by 25°.
fn stylegan3(row: &mut RowOf<'_>) {
    let reference = open(&golden("stylegan3/reference.safetensors"));
    let never = CancelToken::new();
    let moved = Transform {
        translate: [0.3, -0.1],
        rotate: 25.0,
    };
    for (flavour, file, of) in [
        ("authors' own, T, pickle", "t.pkl", "t"),
        ("authors' own, T, safetensors", "t.safetensors", "t"),
        ("authors' own, R with classes, pickle", "r.pkl", "r"),
    ] {
        let (mut registry, _folder) = registry(&golden("stylegan3").join(file));
        let net = registry.stylegan3("it").unwrap();
        let get = |name: &str| reference.any(&format!("{of}.{name}")).unwrap();
        let zs: Vec<Vec<f32>> = get("z").to_vec2().unwrap();
        let [plain, cut]: [Vec<Vec<Vec<f32>>>; 2] =
            ["ws", "ws_psi0.7"].map(|name| get(name).to_vec3().unwrap());
        let mut found = [0.0f32; 2];
        for (i, z) in zs.iter().enumerate() {
            let class = (of == "r").then_some(i as u32);
            let w = net.map_of_class(std::slice::from_ref(z), class).unwrap();
            let mut ws = vec![w[0].clone(); net.spec().num_ws];
            let apart_by = |a: &[Vec<f32>], b: &[Vec<f32>]| -> f32 {
                let pairs = a.iter().flatten().zip(b.iter().flatten());
                pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
            };
            assert!(apart_by(&ws, &plain[i]) < 1e-4);
            for (name, transform) in [("image", Transform::default()), ("moved", moved)] {
                let ours = net.tensor(&ws, &transform, &never).unwrap();
                let [mean, worst] = apart(&ours, &get(name).narrow(0, i, 1).unwrap());
                found = [found[0].max(mean / 2.0), found[1].max(worst / 2.0)];
            }
            truncate(&mut ws, net.w_avg(), 0.7);
            assert!(apart_by(&ws, &cut[i]) < 1e-4);
        }
        row("StyleGAN3", flavour, found);
    }
}

fn autoencoder(file: &Path, photo: &Tensor, grid: &Tensor, out: &Tensor) -> [f32; 2] {
    let (mut registry, _folder) = registry(file);
    let (net, never) = (registry.autoencoder("it").unwrap(), CancelToken::new());
    let ours = net.encode(photo, &never).unwrap();
    let [mean, worst] = apart(&ours, grid);
    let [back, back_worst] = apart(&net.decode(grid, &never).unwrap(), out);
    [mean.max(back), worst.max(back_worst)]
}

fn style(file: &Path, photo: &Tensor, style: Option<&Tensor>, out: &Tensor) -> [f32; 2] {
    let (mut registry, _folder) = registry(file);
    let (net, never) = (registry.transfer("it").unwrap(), CancelToken::new());
    let code = style.map_or(Vec::new(), |style| net.encode(style, &never).unwrap());
    let (ours, _) = net.transfer(photo, &code, None, &never).unwrap();
    apart(&ours, out)
}

fn generators(row: &mut RowOf<'_>) {
    let (family, reference) = ("StyleGAN2", open(&golden("reference.safetensors")));
    let (z, image) = (
        reference.any("_in.z").unwrap(),
        reference.any("_out.image").unwrap(),
    );
    for (flavour, file) in [
        ("StyleGAN2-ADA pickle", "ada.pkl"),
        ("rosinality, zip", "rosinality.pt"),
        ("rosinality, legacy", "rosinality_legacy.pt"),
        ("safetensors", "reference.safetensors"),
    ] {
        row(family, flavour, generator(&golden(file), &z, None, &image));
    }
    let flavours = open(&golden("flavours/flavours.safetensors"));
    let get = |name: &str| flavours.any(name).unwrap();
    let (z, image) = (get("stylegan2.z"), get("stylegan2.image"));
    let file = golden("flavours/stylegan3_repository.pkl");
    row(
        family,
        "StyleGAN3 repository's pickle, clamped",
        generator(&file, &z, None, &image),
    );
    let kin = open(&golden("stylegan2_kin/reference.safetensors"));
    for (flavour, file) in [
        ("authors' own, orig", "orig.pkl"),
        ("authors' own, resnet without noise", "no_noise.pkl"),
        ("authors' own, with alpha", "rgba.pkl"),
        ("authors' own, 5 × 5, pickle", "kernel5.pkl"),
        ("authors' own, 5 × 5, safetensors", "kernel5.safetensors"),
    ] {
        let name = file.split('.').next().unwrap();
        let [z, image] = ["z", "image"].map(|part| kin.any(&format!("{name}.{part}")).unwrap());
        let file = golden("stylegan2_kin").join(file);
        row(family, flavour, generator(&file, &z, None, &image));
    }
    let image = get("rosinality.image");
    for (flavour, file) in [
        (
            "rosinality without a mean w",
            "flavours/rosinality_no_average.pt",
        ),
        (
            "rosinality, a mean w for each layer",
            "flavours/rosinality_rows.pt",
        ),
    ] {
        row(family, flavour, generator(&golden(file), &z, None, &image));
    }
    for (flavour, name) in [
        (
            "authors' own, skip",
            "golden/stylegan2_uncond_skip_64.safetensors",
        ),
        (
            "authors' own, resnet with classes",
            "golden/stylegan2_cond_resnet_32.safetensors",
        ),
    ] {
        if let Some(file) = shared(name) {
            let theirs = open(&file);
            let (z, image) = (
                theirs.any("_in.z").unwrap(),
                theirs.any("_out.image_noise_const").unwrap(),
            );
            let c = theirs.any("_in.c").ok();
            row(
                family,
                flavour,
                generator(&file, &z, Some(c.as_ref()), &image),
            );
        }
    }
}

fn autoencoders(row: &mut RowOf<'_>) {
    let of = |file: PathBuf, golden: &Weights, name: [&str; 3]| {
        let [photo, grid, out] = name.map(|name| golden.any(name).unwrap());
        autoencoder(&file, &photo, &grid, &out)
    };
    let own = ["_in.photo", "_out.grid", "_out.photo"];
    let taesd = open(&golden("taesd_diffusers.safetensors"));
    for (flavour, file) in [
        ("author's two files", "taesd"),
        ("diffusers' safetensors", "taesd_diffusers.safetensors"),
    ] {
        row("TAESD", flavour, of(golden(file), &taesd, own));
    }
    let kl = open(&golden("kl/diffusion_pytorch_model.safetensors"));
    for (flavour, file) in [
        (
            "diffusers' safetensors",
            "kl/diffusion_pytorch_model.safetensors",
        ),
        (
            "diffusers' .bin, old names of attention",
            "kl/diffusion_pytorch_model.bin",
        ),
    ] {
        row("AutoencoderKL", flavour, of(golden(file), &kl, own));
    }
    let flavours = open(&golden("flavours/flavours.safetensors"));
    let names = ["taef2.photo", "taef2.grid", "taef2.out"];
    row(
        "TAEF2",
        "author's two files",
        of(golden("flavours/taef2"), &flavours, names),
    );
    let names = ["ldm.photo", "ldm.grid", "ldm.out"];
    let file = golden("flavours/ldm.safetensors");
    row(
        "AutoencoderKL",
        "latent diffusion's names, f16",
        of(file, &flavours, names),
    );
}

fn styles(row: &mut RowOf<'_>) {
    let one = open(&golden("fast_style.safetensors"));
    let (photo, out) = (one.any("_in.x").unwrap(), one.any("_out.y").unwrap());
    for (flavour, file) in [
        ("zip", "fast_style.pth"),
        ("legacy, with running statistics", "fast_style_legacy.pth"),
        ("safetensors", "fast_style.safetensors"),
    ] {
        row(
            "TransformerNet",
            flavour,
            style(&golden(file), &photo, None, &out),
        );
    }
    for (family, flavour, folder) in [
        ("AdaIN", "authors' two files", "adain"),
        ("MicroAST", "authors' four files", "microast"),
    ] {
        let theirs = open(&golden(&format!("{folder}.safetensors")));
        let get = |name: &str| theirs.any(name).unwrap();
        let (photo, painting, out) = (get("_in.photo"), get("_in.style"), get("_out.full"));
        row(
            family,
            flavour,
            style(&golden(folder), &photo, Some(&painting), &out),
        );
    }
}

fn upscalers(row: &mut RowOf<'_>) {
    let folder = golden("upscaler");
    let theirs = open(&folder.join("reference.safetensors"));
    let picture = theirs.any("_in.x").unwrap();
    let (rrdb, srvgg) = ("RRDBNet", "SRVGGNetCompact");
    for (family, flavour, file, out) in [
        (
            rrdb,
            "×4, first names, legacy",
            "rrdb_x4_first.pth",
            "rrdb_x4",
        ),
        (
            rrdb,
            "×4, BSRGAN's names, zip",
            "rrdb_x4_later.pth",
            "rrdb_x4",
        ),
        (rrdb, "×4, BasicSR's names, zip", "rrdb_x4.pth", "rrdb_x4"),
        (
            rrdb,
            "×4, BasicSR's names, safetensors",
            "rrdb_x4.safetensors",
            "rrdb_x4",
        ),
        (rrdb, "×1, first names", "rrdb_x1_first.pth", "rrdb_x1"),
        (rrdb, "×2, first names", "rrdb_x2_first.pth", "rrdb_x2"),
        (rrdb, "×8, first names", "rrdb_x8_first.pth", "rrdb_x8"),
        (
            rrdb,
            "×2, 12 channels in",
            "rrdb_unshuffle2.pth",
            "rrdb_unshuffle2",
        ),
        (
            rrdb,
            "×1, 48 channels in",
            "rrdb_unshuffle4.pth",
            "rrdb_unshuffle4",
        ),
        (srvgg, "×1, zip", "srvgg_x1.pth", "srvgg_x1"),
        (srvgg, "×2, legacy", "srvgg_x2.pth", "srvgg_x2"),
        (srvgg, "×3, zip", "srvgg_x3.pth", "srvgg_x3"),
        (srvgg, "×4, zip", "srvgg_x4.pth", "srvgg_x4"),
        (srvgg, "×4, safetensors", "srvgg_x4.safetensors", "srvgg_x4"),
    ] {
        let out = theirs.any(&format!("_out.{out}")).unwrap();
        let (mut registry, _folder) = registry(&folder.join(file));
        let net = registry.upscaler("it").unwrap();
        let scales = net.scales();
        assert_eq!(registry.info("it").unwrap().scales, scales);
        let ours = net
            .enlarge(&picture, scales[0], &CancelToken::new())
            .unwrap();
        row(family, flavour, apart(&ours, &out));
    }
}

#[test]
fn every_family_and_flavour_agrees_with_pytorch() {
    let mut rows = Vec::new();
    let mut row = |family, flavour, [mean, worst]: [f32; 2]| {
        rows.push(Row {
            family,
            flavour,
            mean,
            worst,
        });
    };
    generators(&mut row);
    stylegan3(&mut row);
    super::kin::rows(&mut row);
    autoencoders(&mut row);
    styles(&mut row);
    upscalers(&mut row);
    let mut table = String::new();
    for row in &rows {
        let (mean, worst) = (255.0 * row.mean, 255.0 * row.worst);
        writeln!(
            table,
            "| {} | {} | {mean:.5} | {worst:.5} |",
            row.family, row.flavour
        )
        .unwrap();
    }
    println!("{table}");
    for row in &rows {
        assert!(
            row.mean <= MOST,
            "{} {}: {}",
            row.family,
            row.flavour,
            row.mean
        );
    }
    // What is told of a family is told of all.
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PARITY.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    for row in &rows {
        let start = format!("| {} | {} |", row.family, row.flavour);
        assert!(docs.contains(&start), "docs/PARITY.md lacks {start}");
    }
}

//! Looking through model folders: what is there, what it says of itself.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::autoencoder::{kl, taesd};
use super::hashes::HashCache;
use super::manifest::{Architecture, Manifest};
use super::{
    ModelError, adain, cppn, crisp, fast_style, fastgan, lightweight_gan, microast, restyle,
    rrdbnet, span, srvgg, stylegan2, stylegan2_pytorch, stylegan3,
};
use crate::digest;
use crate::models::library::ModelInfo;

/// The coordinate network travels inside the program.
pub(crate) const CPPN_NAME: &str = "cppn";
const CPPN_CONFIG: &str = include_str!("../../models/cppn/config.json");
const CPPN_CARD: &str = include_str!("../../models/cppn/card.md");

/// A model that was found.
pub(super) struct FoundModel {
    pub(super) manifest: Manifest,
    pub(super) config_path: PathBuf,
    pub(super) info: ModelInfo,
    /// Encoder that came with a generator: its configuration, file and hash.
    pub(super) encoder: Option<(Value, PathBuf, String)>,
}

impl FoundModel {
    pub(super) fn weights_path(&self) -> PathBuf {
        self.config_path.with_file_name("weights.safetensors")
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> ModelError {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "it is missing".to_owned(),
        _ => error.to_string(),
    };
    ModelError::Unreadable {
        path: path.to_owned(),
        reason,
    }
}

/// Reads a model folder, without its weights.
pub(super) fn describe(
    name: &str,
    folder: &Path,
    hashes: &mut HashCache,
) -> Result<FoundModel, ModelError> {
    let config_path = folder.join("config.json");
    let text = std::fs::read_to_string(&config_path).map_err(|e| unreadable(&config_path, &e))?;
    let card = std::fs::read_to_string(folder.join("card.md")).unwrap_or_default();
    let manifest = Manifest::parse(&text, &config_path)?;
    let mut hash = |file: PathBuf| match hashes.sha256(&file) {
        Ok((sha256, bytes)) => Ok((file, sha256, bytes)),
        Err(error) => Err(unreadable(&file, &error)),
    };
    let (sha256, bytes) = if manifest.architecture == Architecture::Cppn {
        (definition_hash(&text), 0)
    } else {
        let (_, sha256, bytes) = hash(folder.join("weights.safetensors"))?;
        (sha256, bytes)
    };
    let encoder = match manifest.encoder.clone() {
        Some((config, file)) => {
            let (file, sha256, _) = hash(folder.join(file))?;
            Some((config, file, sha256))
        }
        None => None,
    };
    let mut entry = entry(name, manifest, config_path, card, sha256)?;
    entry.info.bytes = bytes;
    entry.encoder = encoder;
    Ok(entry)
}

fn entry(
    name: &str,
    manifest: Manifest,
    config_path: PathBuf,
    card: String,
    sha256: String,
) -> Result<FoundModel, ModelError> {
    let mut info = ModelInfo {
        name: name.to_owned(),
        title: manifest.title.clone(),
        kind: manifest.architecture.kind(),
        trained: manifest.trained,
        sketch: manifest.sketch,
        num_ws: 0,
        classes: 0,
        size: [0, 0],
        resizable: false,
        can_move: false,
        truncation: manifest.truncation_psi,
        temperature: manifest.temperature,
        can_project: manifest.architecture.can_project(),
        can_drag: manifest.architecture.can_drag(),
        family: manifest.architecture.family(),
        bytes: 0,
        sha256,
        card,
        licence: manifest.licence.clone(),
        credit: manifest.credit.clone(),
        scales: Vec::new(),
        upscaler: manifest.upscaler.clone(),
        code_len: 0,
    };
    match manifest.architecture {
        Architecture::Cppn => {
            let config: cppn::Config = manifest.config(&config_path)?;
            (info.num_ws, info.size, info.resizable) = (cppn::STYLE_INPUTS, config.size, true);
        }
        Architecture::StyleGan2 => {
            let config = stylegan2::Config::from_kwargs(&manifest.kwargs)?;
            (info.num_ws, info.size) = (config.num_ws(), config.picture_size());
            info.classes = config.c_dim;
        }
        Architecture::StyleGan3 => {
            let config = stylegan3::Config::from_kwargs(&manifest.kwargs)?;
            (info.num_ws, info.size) = (config.num_ws(), [config.img_resolution as u32; 2]);
            (info.classes, info.can_move) = (config.c_dim, true);
        }
        Architecture::StyleGan2Pytorch => {
            let config: stylegan2_pytorch::Config = manifest.config(&config_path)?;
            config.check()?;
            let side = config.image_size() as u32;
            (info.num_ws, info.size) = (config.num_layers(), [side; 2]);
        }
        Architecture::FastGan => {
            let config: fastgan::Config = manifest.config(&config_path)?;
            config.check()?;
            (info.num_ws, info.size) = (1, [config.img_resolution as u32; 2]);
            info.classes = config.c_dim;
        }
        Architecture::LightweightGan => {
            let config: lightweight_gan::Config = manifest.config(&config_path)?;
            config.check()?;
            (info.num_ws, info.size) = (1, [config.image_size() as u32; 2]);
        }
        Architecture::Restyle => sane::<restyle::Config>(&manifest, &config_path)?,
        Architecture::FastStyle => sane::<fast_style::Config>(&manifest, &config_path)?,
        Architecture::Adain => sane::<adain::Config>(&manifest, &config_path)?,
        Architecture::MicroAst => sane::<microast::Config>(&manifest, &config_path)?,
        Architecture::Taesd | Architecture::Lens => sane::<taesd::Config>(&manifest, &config_path)?,
        Architecture::Kl => sane::<kl::Config>(&manifest, &config_path)?,
        Architecture::Crisp => {
            let config: crisp::Config = manifest.config(&config_path)?;
            config.check()?;
            info.scales = config.scales;
        }
        Architecture::RrdbNet => {
            let config: rrdbnet::Config = manifest.config(&config_path)?;
            info.scales = vec![config.checked()?.scale()];
        }
        Architecture::SrvggNet => {
            let config: srvgg::Config = manifest.config(&config_path)?;
            info.scales = vec![config.upscale as u32];
        }
        Architecture::Span => {
            let config: span::Config = manifest.config(&config_path)?;
            info.scales = vec![config.upscale as u32];
        }
        Architecture::Encoder | Architecture::Vgg19 => {}
    }
    Ok(FoundModel {
        manifest,
        config_path,
        info,
        encoder: None,
    })
}

/// Whether the arguments are those of a network.
fn sane<C: serde::de::DeserializeOwned>(
    manifest: &Manifest,
    path: &Path,
) -> Result<(), ModelError> {
    manifest.config::<C>(path).map(|_| ())
}

/// The coordinate network as the program carries it.
pub(super) fn embedded_cppn() -> Result<FoundModel, ModelError> {
    let path = Path::new(CPPN_NAME).join("config.json");
    let manifest = Manifest::parse(CPPN_CONFIG, &path)?;
    let sha256 = definition_hash(CPPN_CONFIG);
    entry(CPPN_NAME, manifest, path, CPPN_CARD.to_owned(), sha256)
}

/// A network without weights is known by its definition.
fn definition_hash(config: &str) -> String {
    digest::sha256(config.replace("\r\n", "\n").as_bytes())
}

//! The names that trainers and compilers put before a network's own, and other networks
//! in the same file.

use super::tensors::Tensors;

/// Wrappers, averages before what they are averages of.
const WRAPPERS: [&str; 26] = [
    "params_ema",
    "G_ema",
    "g_ema",
    "ema_model",
    "ema",
    "state_dict",
    "model_state_dict",
    "model_state",
    "weights",
    "module",
    "_orig_mod",
    "net_g_ema",
    "net_g",
    "generator",
    "netG",
    "net",
    "network",
    "transformer",
    "transformer_net",
    "style_model",
    "model",
    "params",
    "GAN",
    "g",
    "first_stage_model",
    "vae",
];

/// Wrappers of one network among several that have nothing to do with it.
const WHOLE_CHECKPOINTS: [&str; 2] = ["first_stage_model", "vae"];

/// Wrappers within wrappers: no file has more.
const DEEPEST: usize = 6;
/// What lies beside a network and belongs to its training or to other networks, by the
/// first word of its name.
const BESIDE: [&str; 31] = [
    "loss",
    "losses",
    "criterion",
    "vgg",
    "lpips",
    "perceptual_loss",
    "discriminator",
    "net_d",
    "netD",
    "D",
    "d",
    "G",
    "g",
    "e",
    "ada_aug_p",
    "augment_pipe",
    "model_ema",
    "params",
    "params_ema",
    "model",
    "cond_stage_model",
    "conditioner",
    "text_encoders",
    "epoch",
    "global_step",
    "betas",
    "log_one_minus_alphas_cumprod",
    "denoiser",
    "logvar",
    "scale_factor",
    "latent_avg",
];

/// Numbers that lie beside a generator and belong to it.
const CARRIED: &str = "latent_avg";

/// The first network that `knows` recognises: in the tensors themselves, or below
/// wrappers. The names of what lay beside it and isn't understood come with it.
pub(super) fn unwrapped(
    tensors: &Tensors,
    knows: fn(&Tensors) -> bool,
) -> Option<(Tensors, Option<String>)> {
    below(tensors, knows, 0)
}

fn below(
    tensors: &Tensors,
    knows: fn(&Tensors) -> bool,
    depth: usize,
) -> Option<(Tensors, Option<String>)> {
    if knows(tensors) {
        return Some((tensors.clone(), None));
    }
    if depth == DEEPEST {
        return None;
    }
    WRAPPERS.iter().find_map(|wrapper| {
        let start = format!("{wrapper}.");
        let mut inner = Tensors::new();
        let mut beside = None;
        for (name, tensor) in tensors {
            match name.strip_prefix(&start) {
                Some(rest) => drop(inner.insert(rest.to_owned(), tensor.clone())),
                None if is_beside(name) => {}
                None => beside = beside.or_else(|| Some(name.clone())),
            }
        }
        if inner.is_empty() {
            return None;
        }
        if WHOLE_CHECKPOINTS.contains(wrapper) {
            beside = None;
        }
        if let Some(carried) = tensors.get(CARRIED) {
            inner
                .entry(CARRIED.to_owned())
                .or_insert_with(|| carried.clone());
        }
        let (network, deeper) = below(&inner, knows, depth + 1)?;
        Some((network, beside.or(deeper)))
    })
}

/// Whether a name is that of something beside a network. No network's own begins with
/// an underscore.
fn is_beside(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    let schedule = ["_", "alphas", "sqrt_", "posterior_", "ddim_", "lvlb_"];
    BESIDE.contains(&first)
        || WRAPPERS.contains(&first)
        || schedule.iter().any(|start| name.starts_with(start))
}

/// Leaves out what its training left beside a network without a wrapper.
pub(super) fn without_training(tensors: &mut Tensors) {
    tensors.retain(|name, _| !is_beside(name) || name == CARRIED);
}

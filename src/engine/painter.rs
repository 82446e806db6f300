//! Who paints a style: the network in use, a network that is this style, or a learnt painter.

use super::protocol::EngineError;
use super::stylize::AnyStyle;
use crate::models::registry::network_of_style;
use crate::models::{ModelError, Registry};
use crate::recipe::{LEARNT, ModelRef, StyleLayer, StyleSource};

/// The painter of one style.
pub(crate) struct StylePainter {
    /// The network.
    pub(crate) net: AnyStyle,
    /// Hash of its weights, or of the learnt style's file.
    pub(crate) sha256: String,
    /// Name of the network; for learnt styles of the *Restyle* that they belong to.
    pub(crate) model: String,
    /// A learnt style's own code, and how recipes name the style.
    pub(crate) learnt: Option<(Vec<f32>, ModelRef)>,
}

impl StylePainter {
    /// Who paints this layer of a picture that `usual` paints else. A layer that names a learnt
    /// style's file by its hash gets just that one; one that holds a code and names none is from
    /// a time when the style wasn't learnt, and is painted as it was then.
    ///
    /// # Errors
    /// When the network or the learnt style isn't here, or is another one.
    pub(crate) fn of(
        registry: &mut Registry,
        usual: &str,
        layer: &StyleLayer,
    ) -> Result<Self, EngineError> {
        if let StyleSource::Builtin(id) = &layer.style
            && (layer.learnt.is_some() || layer.code.is_none())
            && let Some(learnt) = Self::learnt(registry, id, layer.learnt.as_deref())?
        {
            return Ok(learnt);
        }
        let model = network_of(usual, &layer.style).to_owned();
        let net = match registry.is_restyle(&model) {
            true => AnyStyle::Restyle(registry.restyle(&model)?),
            false => AnyStyle::Other(registry.transfer(&model)?),
        };
        Ok(Self {
            net,
            sha256: registry.info(&model)?.sha256.clone(),
            model,
            learnt: None,
        })
    }

    /// A learnt painter; `wanted` is the hash that its file must have, or have had.
    fn learnt(
        registry: &mut Registry,
        id: &str,
        wanted: Option<&str>,
    ) -> Result<Option<Self>, EngineError> {
        let found = match wanted {
            Some(wanted) => registry.learnt_as(id, wanted)?,
            None => registry.learnt(id)?,
        };
        let painter = match (found, wanted) {
            (Some(painter), _) => painter,
            (None, Some(_)) => return Err(ModelError::NoLearnt(id.to_owned()).into()),
            (None, None) => return Ok(None),
        };
        if let Some(wanted) = wanted
            && !painter.is(wanted)
        {
            return Err(EngineError::BadModel {
                name: id.to_owned(),
                reason: another_version(wanted, &painter.sha256),
            });
        }
        Ok(Some(Self {
            net: AnyStyle::Restyle(painter.net.clone()),
            sha256: painter.sha256.clone(),
            model: painter.restyle.clone(),
            learnt: Some((
                painter.code.clone(),
                ModelRef {
                    name: format!("{LEARNT}{id}"),
                    sha256: painter.sha256.clone(),
                },
            )),
        }))
    }
}

/// The network that paints a style: its own, if it is one, else `usual`.
fn network_of<'a>(usual: &'a str, style: &'a StyleSource) -> &'a str {
    match style {
        StyleSource::Builtin(id) => network_of_style(id).unwrap_or(usual),
        StyleSource::File(_) => usual,
    }
}

/// Why a network isn't the one of a recipe.
pub(crate) fn another_version(wanted: &str, here: &str) -> String {
    let short = |sha: &str| sha.get(..8).unwrap_or(sha).to_owned();
    format!(
        "the recipe was made with another version of it ({}…, here is {}…); get that version",
        short(wanted),
        short(here)
    )
}

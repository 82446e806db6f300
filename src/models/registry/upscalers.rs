//! The networks that enlarge pictures, one behind another where that is so.

use std::sync::Arc;

use super::{FoundModel, Loaded, ModelError, ModelInfo, ModelKind, Registry};
use crate::models::cascade::{self, Cascade};
use crate::models::crisp::Crisp;
use crate::models::library::upscaler_for;
use crate::models::upscaler::Upscaler;

impl Registry {
    /// An enlarger.
    ///
    /// # Errors
    /// As [`Registry::generator`].
    pub fn crisp(&mut self, name: &str) -> Result<Arc<Crisp>, ModelError> {
        match self.load(name)? {
            Loaded::Crisp(network) => Ok(network),
            _ => Err(self.wrong_kind(name, "an enlarger")),
        }
    }

    /// A network that enlarges, with the one that goes on where its own scales end.
    ///
    /// # Errors
    /// As [`Registry::generator`].
    pub fn upscaler(&mut self, name: &str) -> Result<Arc<dyn Upscaler>, ModelError> {
        let first = self.own_upscaler(name)?;
        let Some(then) = self.then(name).map(|then| then.info.name.clone()) else {
            return Ok(first);
        };
        let then = self.own_upscaler(&then)?;
        Ok(Arc::new(Cascade::new(first, then)))
    }

    fn own_upscaler(&mut self, name: &str) -> Result<Arc<dyn Upscaler>, ModelError> {
        match self.load(name)? {
            Loaded::Crisp(network) => Ok(network),
            Loaded::Upscaler(network) => Ok(network),
            _ => Err(self.wrong_kind(name, "an enlarger")),
        }
    }

    /// The upscaler that goes on after this one; one behind which nothing stands.
    fn then(&self, name: &str) -> Option<&FoundModel> {
        let then = self.entries.get(name)?.manifest.then.as_deref()?;
        let ends =
            |e: &&FoundModel| e.info.kind == ModelKind::Upscaler && e.manifest.then.is_none();
        self.entries.get(then).filter(ends)
    }

    /// The networks that a picture goes through at this scale.
    ///
    /// # Errors
    /// As [`Registry::generator`].
    pub fn upscalers_at(&mut self, name: &str, scale: u32) -> Result<Vec<String>, ModelError> {
        let own = self.own_upscaler(name)?.scales();
        let alone = own.iter().any(|own| own.is_multiple_of(scale));
        let then = self.then(name).filter(|_| !alone);
        let then = then.map(|then| then.info.name.clone());
        Ok(std::iter::once(name.to_owned()).chain(then).collect())
    }

    /// Upscalers with one behind them have its scales, too.
    pub(super) fn join_scales(&mut self) {
        let joined: Vec<(String, Vec<u32>)> = self
            .entries
            .iter()
            .filter_map(|(name, entry)| {
                let then = self.then(name)?;
                Some((
                    name.clone(),
                    cascade::scales(&entry.info.scales, &then.info.scales),
                ))
            })
            .collect();
        for (name, scales) in joined {
            if let Some(entry) = self.entries.get_mut(&name) {
                entry.info.scales = scales;
            }
        }
    }

    /// The enlarger of a generator's pictures, or of any, for those who name none, at a scale.
    pub fn upscaler_for(&self, generator: Option<&str>, scale: u32) -> Option<&ModelInfo> {
        let all = self.entries.values().map(|entry| &entry.info);
        upscaler_for(all.clone(), None, generator, Some(scale))
            // Its failure says which scales it knows.
            .or_else(|| upscaler_for(all, None, generator, None))
    }

    /// The enlarger that a generator's pictures are drawn through.
    pub fn drawn_through(&self, generator: &str) -> Option<&ModelInfo> {
        let all = self.entries.values().map(|entry| &entry.info);
        upscaler_for(all, None, Some(generator), None)
    }
}

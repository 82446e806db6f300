//! Generators, as what is asked of them.

use std::sync::Arc;

use super::Registry;
use crate::models::loading::Loaded;
use crate::models::stylegan2::StyleGan2;
use crate::models::stylegan3::StyleGan3;
use crate::models::{Differentiable, Draggable, Generator, ModelError};

impl Registry {
    /// A generator, loaded when first asked for.
    ///
    /// # Errors
    /// [`ModelError::Unknown`], [`ModelError::WrongKind`], or what is wrong with
    /// its files.
    pub fn generator(&mut self, name: &str) -> Result<Arc<dyn Generator>, ModelError> {
        match self.load(name)? {
            Loaded::Cppn(generator) => Ok(generator),
            Loaded::StyleGan2(generator) => Ok(generator),
            Loaded::StyleGan3(generator) => Ok(generator),
            Loaded::Generator(generator) => Ok(generator),
            _ => Err(self.wrong_kind(name, "a generator")),
        }
    }

    /// A generator with gradients, for projecting; errors as [`Registry::generator`].
    pub fn differentiable(&mut self, name: &str) -> Result<Arc<dyn Differentiable>, ModelError> {
        match self.load(name)? {
            Loaded::StyleGan2(generator) => Ok(generator),
            Loaded::StyleGan3(generator) => Ok(generator),
            Loaded::Generator(generator) => Ok(generator),
            _ => Err(self.wrong_family(name, "one in which a photo can be looked for")),
        }
    }

    /// A generator whose features have gradients, for dragging; errors as [`Registry::generator`].
    pub fn draggable(&mut self, name: &str) -> Result<Arc<dyn Draggable>, ModelError> {
        match self.load(name)? {
            Loaded::StyleGan2(generator) => Ok(generator),
            Loaded::StyleGan3(generator) => Ok(generator),
            _ => Err(self.wrong_family(
                name,
                "a StyleGAN2 or StyleGAN3 generator, whose styles for each layer points are dragged by",
            )),
        }
    }

    /// A StyleGAN2 generator as such; errors as [`Registry::generator`].
    pub fn stylegan2(&mut self, name: &str) -> Result<Arc<StyleGan2>, ModelError> {
        match self.load(name)? {
            Loaded::StyleGan2(generator) => Ok(generator),
            _ => Err(self.wrong_family(name, "a StyleGAN2 generator")),
        }
    }

    /// A StyleGAN3 generator as such; errors as [`Registry::generator`].
    pub fn stylegan3(&mut self, name: &str) -> Result<Arc<StyleGan3>, ModelError> {
        match self.load(name)? {
            Loaded::StyleGan3(generator) => Ok(generator),
            _ => Err(self.wrong_family(name, "a StyleGAN3 generator")),
        }
    }

    /// A generator of another family than was wanted.
    fn wrong_family(&self, name: &str, wanted: &'static str) -> ModelError {
        match self.entry(name) {
            Ok(entry) => ModelError::WrongKind {
                name: name.to_owned(),
                is: entry.info.family.to_owned(),
                wanted,
            },
            Err(error) => error,
        }
    }
}

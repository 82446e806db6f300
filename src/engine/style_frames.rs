//! Previews of single frames: of a photo on its way through styles, of a film to be stylised.

use std::sync::Arc;

use super::photos::PhotoCache;
use super::protocol::{EngineError, StyleFilmLook, Tier};
use super::style_walk::{self, Moment};
use super::styling::Stylizer;
use crate::cancel::CancelToken;
use crate::models::Registry;
use crate::photo::film::Film;
use crate::photo::{Kind, Photo};
use crate::picture::Picture;
use crate::recipe::{SourceRef, StyleWalkParams};

impl Stylizer {
    /// A preview of one frame of a photo's way through styles.
    pub(super) fn walk_frame(
        &mut self,
        registry: &mut Registry,
        photos: &mut PhotoCache,
        (walk, frame): (&StyleWalkParams, u32),
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        match style_walk::moment(walk, frame)? {
            Moment::One(params) => self.preview(registry, photos, &params, tier, stop),
            Moment::Between(from, to, way) => {
                let from = self.preview(registry, photos, &from, tier, stop)?;
                let to = self.preview(registry, photos, &to, tier, stop)?;
                Ok(style_walk::fade(&from, &to, way))
            }
        }
    }

    /// A preview of one frame of a film, as a photo of its own.
    pub(super) fn film_frame(
        &mut self,
        registry: &mut Registry,
        photos: &mut PhotoCache,
        (look, number): (&StyleFilmLook, u32),
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let source = SourceRef {
            sha256: format!("{}#{number}", look.source.sha256),
            ..look.source.clone()
        };
        let known = self.film_frame.take().filter(|(of, _)| *of == source);
        let picture = match known {
            Some((_, picture)) => picture,
            None => Film::frame(&look.film, number)?,
        };
        self.film_frame = Some((source.clone(), picture.clone()));
        let photo = Arc::new(Photo {
            picture,
            source,
            kind: Kind::Png,
            notes: Vec::new(),
        });
        let prepared = self.prepare_for(registry, photos, &look.params, photo, stop)?;
        self.preview_of(&prepared, &look.params, tier, stop)
    }
}

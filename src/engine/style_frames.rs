//! Previews of single frames: of a photo on its way through styles, of a film to be stylised.

use std::sync::Arc;

use super::photos::PhotoCache;
use super::protocol::{EngineError, StyleFilmLook, Tier};
use super::style_walk::{self, Moment};
use super::styling::{OF_FRAMES, Stylizer};
use crate::cancel::CancelToken;
use crate::models::Registry;
use crate::photo::Photo;
use crate::photo::film::Film;
use crate::picture::Picture;
use crate::recipe::StyleWalkParams;

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
        let place = (look.film.clone(), look.source.clone(), number);
        let known = self.film_frame.take().filter(|(of, _)| *of == place);
        let photo = match known {
            Some((_, photo)) => photo,
            None => Arc::new(Photo::of_frame(
                Film::frame(&look.film, number)?,
                &look.source,
            )),
        };
        self.film_frame = Some((place, Arc::clone(&photo)));
        let prepared = self.prepare_for(registry, photos, &look.params, photo, stop)?;
        self.preview_of(&prepared, &look.params, (tier, Some(OF_FRAMES)), stop)
    }
}

//! Previews of Spaces: materials are kept for a while, so that a lamp that moves makes none anew.

use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::photos::PhotoCache;
use crate::engine::protocol::{EngineError, MaterialView, SpacesLook, SpacesShow, Tier};
use crate::engine::resample::shrink_to;
use crate::engine::surface_job::MaterialSettings;
use crate::picture::Picture;
use crate::spaces::material::{self, Look, Material};

/// Materials and smaller pictures that are kept: of a hand that is on, and of one at rest.
const KEPT: usize = 2;
/// Longer side of the maps that a lit body is made of. Its view is no larger than this, either, so
/// that the maps' pixels are about those that are seen.
const MAPS: u32 = 1024;

/// What is kept between two looks.
#[derive(Default)]
pub(crate) struct SpacesPreviews {
    small: Vec<(String, u32, Picture)>,
    made: Vec<(String, u32, MaterialSettings, Arc<Material>)>,
}

impl SpacesPreviews {
    /// A look.
    pub(crate) fn preview(
        &mut self,
        photos: &mut PhotoCache,
        look: &SpacesLook,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let most = tier.longest();
        match &look.show {
            SpacesShow::Picture => self.small(photos, look, most),
            SpacesShow::Material { settings, view } => {
                let most = most.min(MAPS);
                let material = self.material(photos, look, settings, most, stop)?;
                let view = match *view {
                    MaterialView::Map(map) => return Ok(material::shown(&material, map)?),
                    MaterialView::Lit { body, lamp, tiles } => Look {
                        body,
                        lamp,
                        tiles: tiles.clamp(0.25, 16.0),
                        side: most,
                        points: match tier {
                            Tier::Draft(_) => 1,
                            Tier::Full(_) | Tier::Crisp(_) => 2,
                        },
                    },
                };
                Ok(material::look(&material, &view)?)
            }
        }
    }

    fn small(
        &mut self,
        photos: &mut PhotoCache,
        look: &SpacesLook,
        most: u32,
    ) -> Result<Picture, EngineError> {
        let sha256 = &look.source.sha256;
        let known = self
            .small
            .iter()
            .find(|(of, side, _)| of == sha256 && *side == most);
        if let Some((.., picture)) = known {
            return Ok(picture.clone());
        }
        let (photo, _) = photos.source(&look.source)?;
        let picture = shrink_to(&photo.picture, most);
        keep(&mut self.small, (sha256.clone(), most, picture.clone()));
        Ok(picture)
    }

    fn material(
        &mut self,
        photos: &mut PhotoCache,
        look: &SpacesLook,
        settings: &MaterialSettings,
        most: u32,
        stop: &CancelToken,
    ) -> Result<Arc<Material>, EngineError> {
        let sha256 = &look.source.sha256;
        let known = self
            .made
            .iter()
            .find(|(of, side, set, _)| of == sha256 && *side == most && set == settings);
        if let Some((.., material)) = known {
            return Ok(Arc::clone(material));
        }
        let picture = self.small(photos, look, most)?;
        let material = Arc::new(material::make(&picture, settings, stop)?);
        let made = (
            sha256.clone(),
            most,
            settings.clone(),
            Arc::clone(&material),
        );
        keep(&mut self.made, made);
        Ok(material)
    }
}

/// One more; the oldest makes room.
fn keep<T>(all: &mut Vec<T>, one: T) {
    if all.len() >= KEPT {
        all.remove(0);
    }
    all.push(one);
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::engine::surface_job::Body;
    use crate::photo::KnownPhotos;
    use crate::recipe::SourceRef;

    fn look(source: &SourceRef, settings: MaterialSettings, lamp: [f32; 3]) -> SpacesLook {
        SpacesLook {
            source: source.clone(),
            show: SpacesShow::Material {
                settings,
                view: MaterialView::Lit {
                    body: Body::Sphere,
                    lamp,
                    tiles: 2.0,
                },
            },
        }
    }

    #[test]
    fn a_lamp_that_moves_makes_no_maps_anew_and_a_slider_is_quick() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stone.png");
        image::RgbImage::from_fn(700, 500, |x, y| {
            let v = ((x * x / 7 + y * 13) % 200) as u8;
            image::Rgb([v, v / 2 + 40, 90])
        })
        .save(&path)
        .unwrap();
        let mut photos = PhotoCache::new(KnownPhotos::open(None));
        let source = photos.read(&path).unwrap().source.clone();
        let mut previews = SpacesPreviews::default();
        let stop = CancelToken::new();
        let lamp = [-0.5, 0.65, 0.6];
        let tier = Tier::Draft(512);
        let mut seen = |settings: MaterialSettings, lamp| {
            let begin = Instant::now();
            let of = look(&source, settings, lamp);
            let picture = previews.preview(&mut photos, &of, tier, &stop).unwrap();
            (picture, begin.elapsed(), previews.made.len())
        };
        let (first, _, _) = seen(MaterialSettings::default(), lamp);
        assert_eq!(first.size(), [512, 512]);
        let (turned, turning, made) = seen(MaterialSettings::default(), [0.5, 0.65, 0.6]);
        assert_eq!(made, 1, "the maps are there");
        assert!(turned != first);
        let mut slowest = turning;
        for strength in [0.2, 1.5, 3.0] {
            let settings = MaterialSettings {
                height_strength: strength,
                ..MaterialSettings::default()
            };
            let (picture, took, made) = seen(settings, lamp);
            assert!(picture != first && made <= KEPT);
            slowest = slowest.max(took);
        }
        println!("a lamp took {turning:?}, the slowest slider {slowest:?}");
    }
}

//! What Spaces' document asks for: the picture that can be saved, if there is one, and what the
//! canvas shows.

use std::sync::Arc;

use crate::app::spaces::document::{Origin, SpacesDoc, SpacesMode, TileWay};
use crate::app::state::AppState;
use crate::engine::protocol::{MaterialView, OpenedPhoto, SpacesLook, SpacesShow, Work};
use crate::engine::surface_job::is_panorama;
use crate::recipe::{GrowParams, GrowTask};

/// The picture that the document describes: a tile, a panorama of *Waves* or one that is grown around
/// a strip photo. Materials and hung
/// pictures are files of other kinds, and a panorama that was opened is a picture already.
pub fn work(doc: &SpacesDoc) -> Option<Work> {
    match (doc.mode, doc.tile.origin, doc.panorama.origin) {
        (SpacesMode::Seamless, Origin::Waves, _) => {
            Some(Work::Explore(doc.tile.waves.clone().into()))
        }
        (SpacesMode::Seamless, Origin::Picture, _) => tile(doc).map(Work::Grow),
        (SpacesMode::Panorama, _, Origin::Waves) => {
            Some(Work::Explore(doc.panorama.waves.clone().into()))
        }
        (SpacesMode::Panorama, _, Origin::Picture) if doc.panorama.strip.on => {
            let params = doc.panorama.strip.params(doc.source.clone()?);
            Some(Work::Grow(params.into()))
        }
        _ => None,
    }
}

/// The picture made seamless.
fn tile(doc: &SpacesDoc) -> Option<Arc<GrowParams>> {
    let source = doc.source.clone()?;
    let tile = &doc.tile;
    if tile.sides == [false; 2] {
        return None;
    }
    let mut params = GrowParams::new(source, tile.seed);
    params.seamless = tile.sides;
    params.task = match tile.way {
        TileWay::Keep => GrowTask::Tile,
        TileWay::Grow => GrowTask::Vary,
    };
    Some(params.into())
}

/// Parameters of the picture that is made seamless or extended to a full turn, where one is.
pub fn grown_params(state: &AppState) -> Option<Arc<GrowParams>> {
    match work(&state.doc.spaces)? {
        Work::Grow(params) => Some(params),
        _ => None,
    }
}

/// The picture, once read.
pub fn photo(state: &AppState) -> Option<&OpenedPhoto> {
    state.photos.of(state.doc.spaces.source.as_ref()?)
}

/// The photo of a wall, once read.
pub fn room(state: &AppState) -> Option<&OpenedPhoto> {
    state.photos.of(state.doc.spaces.wall.room.as_ref()?)
}

/// Whether the picture can be looked around in: twice as wide as high, or extended to that.
pub fn can_surround(state: &AppState) -> bool {
    let extended = state.doc.spaces.panorama.strip.on;
    photo(state).is_some_and(|photo| extended || is_panorama(photo.size))
}

/// What the canvas shows, as the engine is asked for it; nothing where the window has all it needs.
pub fn look(state: &AppState) -> Option<Work> {
    let doc = &state.doc.spaces;
    if doc.needs_picture() {
        photo(state)?;
    }
    match doc.mode {
        SpacesMode::Seamless => work(doc),
        SpacesMode::Panorama => match doc.panorama.origin {
            Origin::Waves => work(doc),
            Origin::Picture if doc.panorama.strip.on => work(doc),
            Origin::Picture => can_surround(state)
                .then(|| picture(doc, SpacesShow::Picture))
                .flatten(),
        },
        SpacesMode::Material => picture(doc, material(state)),
        SpacesMode::Wall => None,
    }
}

fn picture(doc: &SpacesDoc, show: SpacesShow) -> Option<Work> {
    let source = doc.source.clone()?;
    Some(Work::Spaces(SpacesLook { source, show }.into()))
}

fn material(state: &AppState) -> SpacesShow {
    let view = &state.view.spaces;
    SpacesShow::Material {
        settings: state.doc.spaces.material.clone(),
        view: match view.map {
            Some(map) => MaterialView::Map(map),
            None => MaterialView::Lit {
                body: view.body,
                lamp: view.lamp_direction(),
                tiles: view.tiles,
            },
        },
    }
}

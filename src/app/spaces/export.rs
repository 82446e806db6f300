//! Files of what Spaces shows: maps, objects, faces, pages.

use std::path::{Path, PathBuf};

use crate::app::action::{Pick, Purpose};
use crate::app::full_size;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::spaces::document::{Origin, SpacesMode};
use crate::app::spaces::export_choice::{SpacesExport, SpacesFiles};
use crate::app::spaces::making;
use crate::app::state::AppState;
use crate::app::work;
use crate::engine::protocol::{Job, Rendering, StylizeOptions, SurfaceJob};
use crate::engine::surface_job::{HangSide, SurfaceKind};
use crate::recipe::SourceRef;

/// Asks where to.
pub(in crate::app) fn begin(what: SpacesExport, state: &mut AppState, services: &mut Services) {
    if has_picture(what, state) {
        let name = name(state);
        services.system.pick(Pick::Spaces { what, name });
    } else {
        state
            .toasts
            .push(Level::Info, "Open a picture in Spaces first.");
    }
}

fn has_picture(what: SpacesExport, state: &AppState) -> bool {
    let waves = is_made(what, state) && !state.doc.spaces.needs_picture();
    waves || making::photo(state).is_some()
}

/// Whether its picture is one that is made first: of *Waves*, or around a strip photo.
fn is_made(what: SpacesExport, state: &AppState) -> bool {
    let panorama = &state.doc.spaces.panorama;
    let made = panorama.origin == Origin::Waves || panorama.strip.on;
    what.mode() == SpacesMode::Panorama && made
}

/// What files are named after: letters, digits and low lines, which every program takes.
fn name(state: &AppState) -> String {
    let own = state.doc.spaces.source.as_ref();
    let own = own.filter(|_| state.doc.spaces.needs_picture());
    let stem = own.map_or_else(String::new, |source| {
        let stem = Path::new(&source.name).file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    });
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let plain: String = stem.chars().map(plain).collect();
    match plain.trim_matches('_') {
        "" => state
            .doc
            .spaces
            .mode
            .title()
            .to_lowercase()
            .replace(' ', "_"),
        name => name.to_owned(),
    }
}

/// Writes it; a picture of *Waves* is made and laid aside first.
pub(in crate::app) fn write(
    what: SpacesExport,
    to: PathBuf,
    state: &mut AppState,
    services: &mut Services,
) {
    let files = SpacesFiles {
        what,
        to,
        name: name(state),
    };
    if is_made(what, state) {
        let made = making::work(&state.doc.spaces);
        let fast = Rendering::Fast(StylizeOptions::default());
        let Some(job) = made.and_then(|made| work::job(&made, fast)) else {
            return;
        };
        full_size::make(job, Purpose::SpacesFile(files), state, services);
    } else if let Some(source) = state.doc.spaces.source.clone() {
        start(files, source, state, services);
    }
}

/// The material into the gallery: its base colour, and all settings in the recipe.
pub(in crate::app) fn keep(state: &mut AppState, services: &mut Services) {
    let source = making::photo(state).map(|photo| photo.source.clone());
    let Some(picture) = source else {
        let words = "Open a picture in Spaces first.";
        return state.toasts.push(Level::Info, words);
    };
    let kind = SurfaceKind::Base {
        settings: state.doc.spaces.material.clone(),
        name: name(state),
    };
    let job = SurfaceJob {
        picture,
        kind,
        replace: false,
        photo_credit: state.prefs.photo_credit,
    };
    jobs::start(Job::Surface(Box::new(job)), Purpose::Keep, state, services);
}

/// The picture of these files is one now.
pub(in crate::app) fn of_file(
    files: SpacesFiles,
    path: &Path,
    state: &mut AppState,
    services: &mut Services,
) {
    let source = SourceRef::of_file(path, String::new());
    start(files, source, state, services);
}

fn start(files: SpacesFiles, picture: SourceRef, state: &mut AppState, services: &mut Services) {
    let SpacesFiles { what, to, name } = files;
    let doc = &state.doc.spaces;
    let material = |convention, shapes| SurfaceKind::Material {
        settings: doc.material.clone(),
        folder: to.clone(),
        name: name.clone(),
        convention,
        shapes,
        look: true,
    };
    let (kind, replace) = match what {
        SpacesExport::Maps {
            convention,
            replace,
        } => (material(convention, Vec::new()), replace),
        SpacesExport::Shape {
            shape,
            convention,
            replace,
        } => (material(convention, vec![shape]), replace),
        SpacesExport::Faces { replace } => {
            let faces = Some((to, name));
            (SurfaceKind::Panorama { faces, page: None }, replace)
        }
        // The file dialog has asked.
        SpacesExport::PanoramaPage => {
            let page = Some(to);
            (SurfaceKind::Panorama { faces: None, page }, true)
        }
        SpacesExport::WallUsdz | SpacesExport::WallGlb | SpacesExport::WallPage => {
            let wall = &doc.wall;
            let kind = SurfaceKind::Hang {
                side: HangSide::Width(wall.width),
                hanging: wall.hanging([1, 1]),
                out: vec![to],
            };
            (kind, true)
        }
    };
    let job = SurfaceJob {
        picture,
        kind,
        replace,
        photo_credit: state.prefs.photo_credit,
    };
    jobs::start(
        Job::Surface(Box::new(job)),
        Purpose::Surface,
        state,
        services,
    );
}

//! Changes of Spaces, each noted in the history.

use crate::app::command::Command;
use crate::app::history_note;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::random;
use crate::app::sources;
use crate::app::spaces::document::{
    Origin, PERIOD, PanoramaDoc, SpacesDoc, SpacesMode, TileDoc, TileWay,
};
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::export;
use crate::app::spaces::film;
use crate::app::spaces::looks::{Gaze, TileView};
use crate::app::spaces::making;
use crate::app::spaces::wall::{CORNERS, WallDoc};
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::surface_job::MaterialSettings;
use crate::recipe::{Domain, ExploreParams, FullTurn, LatentOrigin};

/// Largest random seed: six digits can be remembered and typed.
const SEEDS: u64 = 1_000_000;

/// Changes Spaces.
pub fn edit(edit: SpacesEdit, state: &mut AppState, services: &mut Services, now: Now) {
    let label = label(&edit);
    let kind = matches!(
        edit,
        SpacesEdit::Tile(..)
            | SpacesEdit::Panorama(..)
            | SpacesEdit::Material(..)
            | SpacesEdit::Wall(..)
    );
    let before = state.doc.clone();
    apply(edit, &mut state.doc.spaces);
    history_note::note(&before, &label, kind.then_some(label.as_str()), state, now);
    sources::reopen_sources(state, services);
}

fn label(edit: &SpacesEdit) -> String {
    match edit {
        SpacesEdit::Source(source) | SpacesEdit::Room(source) if !source.name.is_empty() => {
            source.title().to_owned()
        }
        SpacesEdit::Source(_) => "Picture".to_owned(),
        SpacesEdit::Room(_) => "Photo of a wall".to_owned(),
        SpacesEdit::Mode(mode) => mode.title().to_owned(),
        SpacesEdit::Tile(_, label)
        | SpacesEdit::Panorama(_, label)
        | SpacesEdit::Material(_, label)
        | SpacesEdit::Wall(_, label)
        | SpacesEdit::Waves { label, .. } => (*label).to_owned(),
        SpacesEdit::Turn(_) | SpacesEdit::Strip(..) | SpacesEdit::MaterialOf(..) => {
            "Open recipe".to_owned()
        }
        SpacesEdit::Reset => "Reset all sliders".to_owned(),
    }
}

fn apply(edit: SpacesEdit, doc: &mut SpacesDoc) {
    match edit {
        SpacesEdit::Source(source) => {
            if doc.source.as_ref().map(|own| &own.sha256) != Some(&source.sha256) {
                // What another photo shows says nothing of this one.
                doc.panorama.strip.on = false;
                doc.panorama.strip.turn.fov = None;
            }
            doc.source = Some(source);
            // It was brought here to be seen.
            match doc.mode {
                SpacesMode::Seamless => doc.tile.origin = Origin::Picture,
                SpacesMode::Panorama => doc.panorama.origin = Origin::Picture,
                SpacesMode::Material | SpacesMode::Wall => {}
            }
        }
        SpacesEdit::Mode(mode) => doc.mode = mode,
        SpacesEdit::Tile(tile, _) => doc.tile = *tile,
        SpacesEdit::Panorama(panorama, _) => doc.panorama = *panorama,
        SpacesEdit::Material(settings, _) => doc.material = *settings,
        SpacesEdit::Wall(wall, _) => doc.wall = *wall,
        SpacesEdit::Room(room) => {
            if doc.wall.room.as_ref().map(|own| &own.sha256) != Some(&room.sha256) {
                doc.wall.corners = CORNERS;
            }
            doc.wall.room = Some(room);
        }
        SpacesEdit::Reset => reset(doc),
        SpacesEdit::Waves { params, .. } => waves(*params, doc),
        SpacesEdit::Turn(params) => film::put(*params, doc),
        SpacesEdit::Strip(picture, strip) => {
            doc.mode = SpacesMode::Panorama;
            doc.source = Some(picture);
            doc.panorama.origin = Origin::Picture;
            doc.panorama.strip = *strip;
        }
        SpacesEdit::MaterialOf(picture, settings) => {
            doc.mode = SpacesMode::Material;
            doc.source = Some(picture);
            doc.material = *settings;
        }
    }
}

/// *Waves* in the mode of its domain.
fn waves(params: ExploreParams, doc: &mut SpacesDoc) {
    if params.domain.is_sphere() {
        doc.mode = SpacesMode::Panorama;
        doc.panorama.origin = Origin::Waves;
        doc.panorama.waves = params;
    } else {
        doc.mode = SpacesMode::Seamless;
        doc.tile.origin = Origin::Waves;
        doc.tile.waves = params;
    }
}

/// Sliders go back; pictures, sizes and choices stay.
fn reset(doc: &mut SpacesDoc) {
    match doc.mode {
        SpacesMode::Seamless => {
            let fresh = TileDoc::default().waves;
            doc.tile.waves.truncation_psi = fresh.truncation_psi;
            if let Domain::Torus { period, turns, .. } = &mut doc.tile.waves.domain {
                (*period, *turns) = (PERIOD, [1, 1]);
            }
        }
        SpacesMode::Panorama => {
            let fresh = PanoramaDoc::default().waves;
            doc.panorama.waves.truncation_psi = fresh.truncation_psi;
            doc.panorama.waves.domain = fresh.domain;
            let turn = &mut doc.panorama.strip.turn;
            *turn = FullTurn {
                projection: turn.projection,
                ..FullTurn::default()
            };
        }
        SpacesMode::Material => {
            doc.material = MaterialSettings {
                seamless: doc.material.seamless,
                ..MaterialSettings::default()
            };
        }
        SpacesMode::Wall => {
            let wall = &doc.wall;
            doc.wall = WallDoc {
                frame: wall.frame,
                mat_color: wall.mat_color,
                wall_color: wall.wall_color,
                room: wall.room.clone(),
                corners: wall.corners,
                ..WallDoc::default()
            };
        }
    }
}

/// Whether a command is for Spaces while it is in front.
pub fn takes(command: Command, state: &AppState) -> bool {
    let here = state.view.workspace == Workspace::Spaces
        && !state.view.start_page
        && state.finishing().is_none();
    here && match command {
        Command::NewSeed
        | Command::NextSeed
        | Command::PreviousSeed
        | Command::ResetSliders
        | Command::ToggleTiles => true,
        Command::ZoomIn | Command::ZoomOut | Command::ZoomFit => looks_around(state),
        Command::ExportWalk => state.doc.spaces.mode == SpacesMode::Panorama,
        // Materials and hung pictures are no pictures: they have files of their own.
        Command::Keep | Command::SaveAs | Command::Export | Command::CopyPicture => {
            making::work(&state.doc.spaces).is_none()
        }
        _ => false,
    }
}

/// Whether a panorama is seen from within.
fn looks_around(state: &AppState) -> bool {
    state.doc.spaces.mode == SpacesMode::Panorama && !state.view.spaces.flat
}

/// Commands that act on Spaces when it is in front.
pub fn command(command: Command, state: &mut AppState, services: &mut Services, now: Now) {
    match command {
        Command::ToggleTiles => {
            let tile = &mut state.view.spaces.tile;
            *tile = match tile {
                TileView::Repeated => TileView::One,
                TileView::One | TileView::Offset => TileView::Repeated,
            };
        }
        Command::ZoomIn | Command::ZoomOut | Command::ZoomFit => {
            let gaze = &mut state.view.spaces.gaze;
            match command {
                Command::ZoomIn => gaze.height *= 0.8,
                Command::ZoomOut => gaze.height *= 1.25,
                _ => *gaze = Gaze::default(),
            }
            *gaze = gaze.confined();
        }
        Command::ExportWalk => film::begin(state),
        Command::ResetSliders => edit(SpacesEdit::Reset, state, services, now),
        Command::NewSeed | Command::NextSeed | Command::PreviousSeed => {
            let random = random::number(&mut state.random) % SEEDS;
            match seeded(command, random, &state.doc.spaces) {
                Some(change) => edit(change, state, services, now),
                None => state.toasts.push(Level::Info, "There is no seed here."),
            }
        }
        Command::Keep if state.doc.spaces.mode == SpacesMode::Material => {
            export::keep(state, services);
        }
        _ => {
            let words = "Spaces writes files of its own for this: use the buttons at the foot of the panel.";
            state.toasts.push(Level::Info, words);
        }
    }
}

/// Another seed for what has one.
fn seeded(command: Command, random: u64, doc: &SpacesDoc) -> Option<SpacesEdit> {
    let moved = |seed: u64| match command {
        Command::NextSeed => seed.wrapping_add(1),
        Command::PreviousSeed => seed.saturating_sub(1),
        _ => random,
    };
    let of_waves = |params: &ExploreParams| match params.origin {
        LatentOrigin::Seed(seed) => seed,
        _ => 0,
    };
    match doc.mode {
        SpacesMode::Seamless if doc.tile.origin == Origin::Waves => {
            let mut tile = doc.tile.clone();
            tile.waves.origin = LatentOrigin::Seed(moved(of_waves(&tile.waves)));
            Some(SpacesEdit::Tile(tile.into(), "Seed"))
        }
        SpacesMode::Seamless if doc.tile.way == TileWay::Grow => {
            let mut tile = doc.tile.clone();
            tile.seed = moved(tile.seed);
            Some(SpacesEdit::Tile(tile.into(), "Seed"))
        }
        SpacesMode::Panorama if doc.panorama.origin == Origin::Picture => {
            let mut panorama = doc.panorama.clone();
            panorama.strip.seed = moved(panorama.strip.seed);
            let label = panorama.strip.on.then_some("Seed")?;
            Some(SpacesEdit::Panorama(panorama.into(), label))
        }
        SpacesMode::Panorama => {
            let mut panorama = doc.panorama.clone();
            panorama.waves.origin = LatentOrigin::Seed(moved(of_waves(&panorama.waves)));
            Some(SpacesEdit::Panorama(panorama.into(), "Seed"))
        }
        _ => None,
    }
}

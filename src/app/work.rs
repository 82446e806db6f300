//! What a workspace's document describes, as the engine knows it: the picture on the
//! canvas, the job that makes it at full size, the recipe that tells of it.

use crate::app::action::Subject;
use crate::app::spaces::making as spaces;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::{Job, Rendering, Work};
use crate::recipe::Making;

/// The picture of a workspace; none in the gallery and before there is one.
pub fn of(workspace: Workspace, state: &AppState) -> Option<Work> {
    let doc = &state.doc;
    match workspace {
        Workspace::Explore => doc
            .explore
            .current()
            .cloned()
            .map(|p| Work::Explore(p.into())),
        Workspace::Style => doc.style.params().map(|p| Work::Style(p.into())),
        Workspace::Lens => doc.lens.params().map(|p| Work::Lens(p.into())),
        Workspace::Grow => doc.grow.params().map(|p| Work::Grow(p.into())),
        Workspace::Spaces => spaces::work(&doc.spaces),
        Workspace::Gallery => None,
    }
}

/// What makes it at full size; `rendering` is for stylised photos.
pub fn job(work: &Work, rendering: Rendering) -> Option<Job> {
    match work {
        Work::Explore(params) => Some(Job::Render(params.clone())),
        Work::Style(params) => Some(rendering.job(params.clone())),
        Work::Lens(params) => Some(Job::RenderLens(params.clone())),
        Work::Grow(params) => Some(Job::Grow(params.clone())),
        Work::FilmFrame(..) | Work::StyledFrame(..) | Work::Finish(_) | Work::Spaces(_) => None,
    }
}

/// What a recipe says of it.
pub fn making(work: &Work) -> Option<Making> {
    match work {
        Work::Explore(params) => Some(Making::Explore((**params).clone())),
        Work::Style(params) => Some(Making::Style((**params).clone())),
        Work::Lens(params) => Some(Making::Lens((**params).clone())),
        Work::Grow(params) => Some(Making::Grow((**params).clone())),
        Work::FilmFrame(..) | Work::StyledFrame(..) | Work::Finish(_) | Work::Spaces(_) => None,
    }
}

/// What a command about "the picture" means now.
pub fn in_front(state: &AppState) -> Option<Subject> {
    let workspace = state.view.workspace;
    if state.view.start_page {
        return None;
    }
    if state.finishing().is_some() {
        return Some(Subject::Finish);
    }
    match (workspace, of(workspace, state)) {
        (Workspace::Gallery, _) => {
            let gallery = &state.gallery;
            let chosen = gallery.open.or_else(|| gallery.selected.first().copied());
            chosen.map(Subject::Gallery)
        }
        (_, None) => None,
        (Workspace::Explore, Some(_)) => Some(Subject::Explore),
        (Workspace::Style, Some(_)) => Some(Subject::Style),
        (Workspace::Lens, Some(_)) => Some(Subject::Lens),
        (Workspace::Grow, Some(_)) => Some(Subject::Grow),
        (Workspace::Spaces, Some(_)) => Some(Subject::Spaces),
    }
}

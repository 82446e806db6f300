//! The only place that changes the state on the user's behalf: panels queue
//! [`Action`]s, this hands each to the area that carries it out.

use crate::app::action::{Action, Destination, FileRole, Pick, Subject};
use crate::app::command::Command;
use crate::app::finish::edit::FinishEdit;
use crate::app::lens::edit::LensEdit;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::prefs::Prefs;
use crate::app::queue::Sent;
use crate::app::sliders::edit::SliderEdit;
use crate::app::state::AppState;
use crate::app::style::document::Quality;
use crate::app::style::edit::StyleEdit;
use crate::app::view::{Dialog, Workspace};
use crate::app::{
    explore, export, finish, gallery, grow, hub, lens, spaces, style, timeline, view,
};
use crate::app::{jobs, open_files, recipes, send, undo, work};
use crate::engine::protocol::Request;
use crate::gallery::protocol::GalleryRequest;
use crate::hub::protocol::HubRequest;

/// What only the window itself can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Close the window.
    Close,
    /// The whole screen, or a window again.
    ToggleFullScreen,
    /// Put text on the clipboard.
    CopyText(String),
}

/// Carries out one request.
pub fn dispatch(
    sent: Sent,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) -> Option<Effect> {
    log::debug!("{sent}");
    match sent.action {
        Action::Command(command) => return run(command, state, services, now),
        Action::Explore(edit) => {
            explore::apply::edit(edit, state, now);
            jobs::ask_directions(state, services);
        }
        Action::Timeline(edit) => timeline::apply::edit(edit, state, now),
        Action::Style(edit) => style::apply::edit(edit, state, services, now),
        Action::StylePreset(edit) => style::presets::edit(edit, state, services, now),
        Action::OwnStyle(edit) => style::own_styles::edit(edit, state, services, now),
        Action::Lens(edit) => lens::apply::edit(edit, state, services, now),
        Action::Finish(edit) => finish::apply::edit(edit, state),
        Action::Grow(edit) => grow::apply::edit(edit, state, services, now),
        Action::Spaces(edit) => spaces::apply::edit(edit, state, services, now),
        Action::SpacesExport(what) => spaces::export::begin(what, state, services),
        Action::SpacesWrite { what, to } => spaces::export::write(what, to, state, services),
        Action::SpacesWhole => spaces::live::make(state, services),
        Action::View(edit) => {
            view::apply::edit(edit, state);
            arrive(state, services);
        }
        Action::SetPrefs(prefs) => set_prefs(*prefs, state, services),
        Action::GoToStep(step) => undo::go_to(step, state, services),
        Action::Previews {
            channel,
            tier,
            items,
        } => {
            if let Some(request) = state.previews.ask(channel, tier, items) {
                services.engine.send(request);
            }
        }
        Action::Start { job, purpose } => {
            jobs::start(*job, purpose, state, services);
        }
        Action::Cancel(id) => style::painting::stop_or_cancel(id, state, services),
        Action::MeasureSliders(model) => {
            state.engine.declined.remove(&model);
            jobs::ask_directions(state, services);
        }
        Action::Pause(id, paused) => jobs::pause(id, paused, state, services),
        Action::Estimate(rendering) => jobs::estimate(rendering, state, services),
        Action::Send { to, what } => send::send(to, what, state, services, now),
        Action::DropFiles(paths) => {
            let role = FileRole::here(&state.view);
            let here = Some(state.view.workspace);
            open_files::open_files(&paths, role, here, state, services);
        }
        Action::OpenFiles { paths, role } => {
            let here = Some(state.view.workspace);
            open_files::open_files(&paths, role, here, state, services);
        }
        Action::Pick(pick) => services.system.pick(pick),
        Action::Hub(edit) => hub::apply::edit(edit, state, services),
        Action::Gallery(request) => gallery::apply::request(request, state, services),
        Action::GalleryQuery(query) => {
            state.gallery.query = query;
            gallery::apply::ask_listing(state, services);
        }
        Action::Select(ids) => state.gallery.selected = ids.into_iter().collect(),
        Action::OpenPicture(id) => gallery::apply::open_picture(id, state, services),
        Action::ShowInGallery(id) => {
            state.view.go(Workspace::Gallery);
            gallery::apply::open_picture(Some(id), state, services);
        }
        Action::ShowInFolder(path) => services.system.show_in_folder(path),
        Action::ExportPictures {
            ids,
            options,
            sheet,
        } => {
            services.system.pick(Pick::Export {
                ids,
                options,
                sheet,
            });
        }
        Action::CopyText(text) => {
            state.toasts.push(Level::Info, "Copied");
            return Some(Effect::CopyText(text));
        }
        Action::CopyPicture(picture) => services.system.copy_picture(picture),
        Action::CopyFiles(paths) => services.system.copy_files(paths),
        Action::SaveTo { job, path } => send::save_to(*job, path, state, services),
        Action::StyleFilm {
            film,
            sha256,
            frames,
            fps,
        } => style::film::open(film, sha256, frames, fps, state),
        Action::StyleFolder(edit) => style::folder::edit(edit, state, services),
        Action::SetGalleryFolder(folder) => {
            // The preference follows once it is open.
            state.gallery.moving_to = Some(folder.clone());
            services.gallery.send(GalleryRequest::OpenFolder(folder));
        }
        Action::OpenRecipe(recipe) => {
            recipes::reopen_recipe(Some(&recipe), state, services, now);
        }
        Action::PasteRecipe(text) => recipes::paste_recipe(&text, state, services, now),
        Action::Notify { level, text } => state.toasts.push(level, text),
        Action::DismissToast(id) => state.toasts.dismiss(id),
        Action::OpenToast(id) => state.toasts.open(id),
        Action::CloseFolderReport => state.folder_report = None,
    }
    None
}

/// What a workspace needs once it is in front.
fn arrive(state: &mut AppState, services: &mut Services) {
    if state.view.workspace == Workspace::Gallery && !state.gallery.listed {
        gallery::apply::ask_listing(state, services);
    }
    jobs::ask_directions(state, services);
}

/// Takes over preferences and tells those whom they concern.
fn set_prefs(prefs: Prefs, state: &mut AppState, services: &mut Services) {
    if prefs.offline != state.prefs.offline {
        services.hub.send(HubRequest::Offline(prefs.offline));
        if prefs.offline {
            hub::apply::went_offline(state);
        }
    }
    let computing = |p: &Prefs| (p.device, p.precision);
    let (device, precision) = computing(&prefs);
    if computing(&prefs) != computing(&state.prefs) {
        services.engine.send(Request::Device(device, precision));
    }
    state.prefs = prefs;
    gallery::settings::send(state, services);
}

/// Carries out a command.
fn run(
    command: Command,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) -> Option<Effect> {
    use Command as C;
    if grow::apply::takes(command, state) {
        grow::apply::command(command, state, services, now);
        return None;
    }
    if spaces::apply::takes(command, state) {
        spaces::apply::command(command, state, services, now);
        return None;
    }
    let elsewhere = matches!(
        state.view.workspace,
        Workspace::Lens | Workspace::Grow | Workspace::Spaces
    );
    if elsewhere && command.is_for_generators() {
        let words = match command {
            Command::Timeline | Command::ExportWalk => {
                "Films are made in Explore and in Style: go there first."
            }
            _ => "This works with generators only: go to Explore for it.",
        };
        state.toasts.push(Level::Info, words);
        return None;
    }
    if state.view.start_page && command.needs_a_workspace() {
        let words = "There is no picture here: open one, or go to a workspace.";
        state.toasts.push(Level::Info, words);
        return None;
    }
    let subject = work::in_front(state);
    let mut send = |to, state: &mut AppState| match subject.clone() {
        Some(what) => send::send(to, what, state, services, now),
        None if state.view.workspace == Workspace::Gallery => {
            state.toasts.push(Level::Info, "Choose a picture first.");
        }
        None => state.toasts.push(Level::Info, "There is no picture yet."),
    };
    match command {
        C::Keep => send(Destination::Keep, state),
        C::SaveAs => send(Destination::SaveAs, state),
        C::Export if state.view.dialog == Dialog::Export => state.view.dialog = Dialog::None,
        C::Export => export::apply::begin(state, services),
        C::CopyPicture => send(Destination::Clipboard, state),
        C::SendToStyle => send(Destination::StylePhoto, state),
        C::UseAsStyle => send(Destination::StyleStyle, state),
        C::OpenInLens => send(Destination::LensPhoto, state),
        // Once more goes back.
        C::Finish if state.finishing().is_some() => {
            finish::apply::edit(FinishEdit::Close, state);
        }
        C::Finish => send(Destination::Finish, state),
        C::CopyFinish => finish::apply::copy(subject, state, services),
        C::PasteFinish => finish::apply::paste(state, services),
        C::SendToGrow => send(Destination::GrowSource, state),
        C::SendToSpaces => send(Destination::SpacesSource, state),
        C::GrowPicture => grow::live::grow(state, services),
        C::Upscale2 => send(Destination::Upscale(2), state),
        C::Upscale4 => send(Destination::Upscale(4), state),
        C::RenderFullSize => send::send(Destination::Full, Subject::Style, state, services, now),
        C::CopyRecipe => {
            return recipes::recipe_as_text(state).map(|text| {
                state.toasts.push(Level::Info, "Recipe copied");
                Effect::CopyText(text)
            });
        }
        C::Quit => return Some(Effect::Close),
        C::FullScreen => return Some(Effect::ToggleFullScreen),
        C::Undo => undo::undo(state, services),
        C::Redo => undo::redo(state, services),
        C::CancelJob => {
            if let Some(id) = state.engine.jobs.first().map(|j| j.id) {
                style::painting::stop_or_cancel(id, state, services);
            }
        }
        C::PauseJob => style::painting::pause_or_go_on(state, services),
        C::PaintFine => style::painting::paint(state, services),
        C::ToggleFine => {
            let edit = StyleEdit::Quality(match state.doc.style.quality {
                Quality::Fast => Quality::Fine,
                Quality::Fine => Quality::Fast,
            });
            style::apply::edit(edit, state, services, now);
        }
        C::Rescan => services.engine.send(Request::Rescan),
        C::Paste => services.system.paste(FileRole::here(&state.view)),
        C::Open | C::OpenPhoto | C::OpenStyle | C::Import | C::StyleFilm | C::ProjectPhoto => {
            pick(command, state, services)
        }
        C::ExportWalk => timeline::apply::export(state, now),
        C::RandomiseSliders | C::ResetSliders if state.view.workspace == Workspace::Lens => {
            let edit = match command {
                C::ResetSliders => SliderEdit::Reset,
                _ => SliderEdit::Randomise,
            };
            lens::apply::edit(LensEdit::Sliders(edit), state, services, now);
        }
        C::RunDrag => {
            state.view.go(Workspace::Explore);
            explore::drag::start_or_stop(state, services);
        }
        C::NewSeed
        | C::NextSeed
        | C::PreviousSeed
        | C::RandomiseSliders
        | C::ResetSliders
        | C::AddBookmark
        | C::LatentWalk => {
            explore::apply::command(command, state, now);
            jobs::ask_directions(state, services);
        }
        _ => {
            view::apply::command(command, state);
            arrive(state, services);
        }
    }
    None
}

/// Commands that ask for a file first.
fn pick(command: Command, state: &mut AppState, services: &mut Services) {
    if command == Command::ProjectPhoto
        && let Some(why) = explore::projection::why_not(state)
    {
        state.toasts.push(Level::Info, why);
        return;
    }
    let pick = match command {
        Command::OpenPhoto if state.view.workspace == Workspace::Lens => {
            Pick::Open(FileRole::LensPhoto)
        }
        Command::OpenPhoto if state.view.workspace == Workspace::Grow => {
            Pick::Open(FileRole::GrowSource)
        }
        Command::OpenPhoto if state.view.workspace == Workspace::Spaces => {
            Pick::Open(FileRole::SpacesSource)
        }
        Command::OpenPhoto => Pick::Open(FileRole::Photo),
        Command::OpenStyle => Pick::Open(FileRole::Style),
        Command::Import => Pick::Open(FileRole::Import),
        Command::ProjectPhoto => Pick::Open(FileRole::Project),
        Command::StyleFilm => Pick::StyleFilm,
        _ => Pick::Open(FileRole::Any),
    };
    services.system.pick(pick);
}

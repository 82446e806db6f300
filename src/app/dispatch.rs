//! The only place that changes the state on the user's behalf: panels queue
//! [`Action`]s, this carries them out.

use crate::app::action::{Action, Destination, FileRole, Pick, Subject, ViewEdit};
use crate::app::command::Command;
use crate::app::explore;
use crate::app::hub;
use crate::app::jobs;
use crate::app::lens;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::prefs::Prefs;
use crate::app::sources;
use crate::app::state::AppState;
use crate::app::style;
use crate::app::view::{Compare, Dialog, Workspace, Zoom};
use crate::app::{flow, recipes};
use crate::engine::protocol::Request;
use crate::gallery::protocol::GalleryRequest;
use crate::hub::protocol::HubRequest;

/// What only the window itself can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Close the window.
    Close,
    /// Put text on the clipboard.
    CopyText(String),
}

/// Carries out one action.
pub fn dispatch(
    action: Action,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) -> Option<Effect> {
    match action {
        Action::Command(command) => return run(command, state, services, now),
        Action::Explore(edit) => {
            explore::apply::explore(edit, state, now);
            jobs::ask_directions(state, services);
        }
        Action::Style(edit) => style::apply::style(edit, state, services, now),
        Action::Lens(edit) => lens::apply::edit(edit, state, services, now),
        Action::View(edit) => view(edit, state, services),
        Action::SetPrefs(prefs) => {
            if prefs.offline != state.prefs.offline {
                services.hub.send(HubRequest::Offline(prefs.offline));
            }
            let computing = |p: &Prefs| (p.device, p.precision);
            let (device, precision) = computing(&prefs);
            if computing(&prefs) != computing(&state.prefs) {
                services.engine.send(Request::Device(device, precision));
            }
            state.prefs = *prefs;
            crate::app::gallery::settings::send(state, services);
        }
        Action::GoToStep(step) => {
            state.history.commit(&state.doc);
            let doc = state.history.go_to(step);
            adopt(doc, state, services);
        }
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
        Action::Cancel(id) => jobs::cancel(id, state, services),
        Action::MeasureSliders => {
            state.engine.declined.remove(&state.doc.explore.model);
            jobs::ask_directions(state, services);
        }
        Action::Estimate(options) => {
            if let Some(params) = state.doc.style.params() {
                state.engine.estimate_seq += 1;
                services.engine.send(Request::Estimate {
                    seq: state.engine.estimate_seq,
                    params: params.into(),
                    options,
                });
            }
        }
        Action::Send { to, what } => flow::send(to, what, state, services),
        Action::OpenFiles { paths, role } => flow::open_files(&paths, role, state, services),
        Action::Pick(pick) => services.system.pick(pick),
        Action::Hub(edit) => hub::apply::edit(edit, state, services),
        Action::Gallery(request) => gallery(request, state, services),
        Action::GalleryQuery(query) => {
            state.gallery.query = query;
            crate::app::gallery::ask::ask_listing(state, services);
        }
        Action::Select(ids) => state.gallery.selected = ids.into_iter().collect(),
        Action::OpenPicture(id) => open_picture(id, state, services),
        Action::ShowInGallery(id) => {
            state.view.workspace = Workspace::Gallery;
            open_picture(Some(id), state, services);
        }
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
        Action::SaveTo { what, path } => flow::save_to(&what, path, state, services),
        Action::StyleFolder { photos, out } => flow::style_folder(photos, out, state, services),
        Action::SetGalleryFolder(folder) => {
            state.prefs.gallery_folder = Some(folder.clone());
            services.gallery.send(GalleryRequest::OpenFolder(folder));
        }
        Action::OpenRecipe(recipe) => {
            recipes::reopen_recipe(Some(&recipe), state, services);
            jobs::ask_directions(state, services);
        }
        Action::PasteRecipe(text) => recipes::paste_recipe(&text, state, services),
        Action::Notify { level, text } => state.toasts.push(level, text),
        Action::DismissToast(id) => state.toasts.dismiss(id),
        Action::CloseFolderReport => state.folder_report = None,
    }
    None
}

/// Carries out a command.
fn run(
    command: Command,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) -> Option<Effect> {
    use Command as C;
    let subject = flow::current_subject(state);
    let mut send = |to, state: &mut AppState| match subject.clone() {
        Some(what) => flow::send(to, what, state, services),
        None if state.view.workspace == Workspace::Gallery => {
            state.toasts.push(Level::Info, "Choose a picture first.");
        }
        None => state.toasts.push(Level::Info, "There is no picture yet."),
    };
    match command {
        C::Keep => send(Destination::Keep, state),
        C::SaveAs => send(Destination::SaveAs, state),
        C::Export if state.view.dialog == Dialog::Export => state.view.dialog = Dialog::None,
        C::Export => crate::app::export::flow::begin(state, services),
        C::CopyPicture => send(Destination::Clipboard, state),
        C::SendToStyle => send(Destination::StylePhoto, state),
        C::UseAsStyle => send(Destination::StyleStyle, state),
        C::OpenInLens => send(Destination::LensPhoto, state),
        C::Upscale2 => send(Destination::Upscale(2), state),
        C::Upscale4 => send(Destination::Upscale(4), state),
        C::RenderFullSize => flow::send(Destination::Keep, Subject::Style, state, services),
        C::CopyRecipe => {
            return recipes::recipe_as_text(state).map(|text| {
                state.toasts.push(Level::Info, "Recipe copied");
                Effect::CopyText(text)
            });
        }
        C::Quit => return Some(Effect::Close),
        C::Undo if crate::app::gallery::file_events::can_bring_back(state) => {
            crate::app::gallery::file_events::bring_back(state, services);
        }
        C::Undo => {
            let doc = state.history.undo(&state.doc);
            adopt(doc, state, services);
        }
        C::Redo => {
            let doc = state.history.redo(&state.doc);
            adopt(doc, state, services);
        }
        C::CancelJob => {
            if let Some(id) = state.engine.jobs.first().map(|j| j.id) {
                jobs::cancel(id, state, services);
            }
        }
        C::Rescan => services.engine.send(Request::Rescan),
        C::Paste => services.system.paste(FileRole::of(state.view.workspace)),
        C::Open
        | C::OpenPhoto
        | C::OpenStyle
        | C::Import
        | C::StyleFolder
        | C::ExportWalk
        | C::ProjectPhoto => pick(command, state, services),
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
        _ => look(command, state),
    }
    None
}

/// Commands that ask for a file first.
fn pick(command: Command, state: &mut AppState, services: &mut Services) {
    let pick = match command {
        Command::OpenPhoto if sources::lens_in_front(state) => Pick::Open(FileRole::LensPhoto),
        Command::OpenPhoto => Pick::Open(FileRole::Photo),
        Command::OpenStyle => Pick::Open(FileRole::Style),
        Command::Import => Pick::Open(FileRole::Import),
        Command::ProjectPhoto => Pick::Open(FileRole::Project),
        Command::StyleFolder => Pick::StyleFolder,
        Command::ExportWalk => {
            state.view.dialog = Dialog::ExportWalk;
            return;
        }
        _ => Pick::Open(FileRole::Any),
    };
    services.system.pick(pick);
}

/// Commands that only change what's seen.
fn look(command: Command, state: &mut AppState) {
    use crate::app::prefs::ThemeChoice;
    use Command as C;
    let workspace = state.view.workspace;
    match command {
        C::GoExplore => state.view.workspace = Workspace::Explore,
        C::GoStyle => state.view.workspace = Workspace::Style,
        C::GoGallery => state.view.workspace = Workspace::Gallery,
        C::ZoomFit => {
            let canvas = state.view.canvas_mut(workspace);
            canvas.zoom = Zoom::Fit;
            canvas.center = [0.5, 0.5];
        }
        C::ZoomOneToOne => state.view.canvas_mut(workspace).zoom = Zoom::Scale(1.0),
        C::ZoomIn => zoom_by(1.25, state),
        C::ZoomOut => zoom_by(0.8, state),
        C::ToggleSplit => toggle_compare(state, Compare::Split),
        C::ToggleDifference => toggle_compare(state, Compare::Difference),
        C::PinBefore => {
            state.view.pinned = match state.view.pinned.take() {
                Some(_) => None,
                None => state.doc.explore.current().cloned().map(Into::into),
            };
        }
        C::ToggleHistory => state.view.history_open = !state.view.history_open,
        C::ToggleVariations => state.view.variations = !state.view.variations,
        C::ThemeDark => state.prefs.theme = ThemeChoice::Dark,
        C::ThemeLight => state.prefs.theme = ThemeChoice::Light,
        C::ThemeSystem => state.prefs.theme = ThemeChoice::System,
        C::Palette => toggle_dialog(state, Dialog::Palette),
        C::Models => toggle_dialog(state, Dialog::Models(None)),
        C::Settings => toggle_dialog(state, Dialog::Settings),
        C::Shortcuts => toggle_dialog(state, Dialog::Shortcuts),
        C::About => toggle_dialog(state, Dialog::About),
        C::AboutPicture => toggle_dialog(state, Dialog::AboutPicture),
        _ => log::error!("the command {command:?} leads nowhere"),
    }
}

/// One way to compare on the front canvas, or none again.
fn toggle_compare(state: &mut AppState, way: Compare) {
    let in_grid =
        state.view.workspace == Workspace::Explore && state.doc.explore.lens_doc().is_none();
    let compare = match state.view.workspace {
        Workspace::Style => &mut state.view.style_compare,
        _ => &mut state.view.compare,
    };
    // Behind the neighbours nothing of it would be seen.
    let neighbours = in_grid && std::mem::take(&mut state.view.variations);
    *compare = if *compare == way && !neighbours {
        Compare::Off
    } else {
        way
    };
}

/// Zooms from what is on screen now; fit counts as 1:1.
fn zoom_by(factor: f32, state: &mut AppState) {
    let canvas = state.view.canvas_mut(state.view.workspace);
    let now = match canvas.zoom {
        Zoom::Fit => state.view.fit_scale,
        Zoom::Scale(s) => s,
    };
    let canvas = state.view.canvas_mut(state.view.workspace);
    canvas.zoom =
        Zoom::Scale((now * factor).clamp(crate::app::view::MIN_ZOOM, crate::app::view::MAX_ZOOM));
}

fn toggle_dialog(state: &mut AppState, dialog: Dialog) {
    state.view.dialog = if state.view.dialog == dialog {
        Dialog::None
    } else {
        dialog
    };
}

fn view(edit: ViewEdit, state: &mut AppState, services: &mut Services) {
    match edit {
        ViewEdit::Workspace(workspace) => state.view.workspace = workspace,
        ViewEdit::Canvas(workspace, canvas) => *state.view.canvas_mut(workspace) = canvas,
        ViewEdit::FitScale(scale) => state.view.fit_scale = scale,
        ViewEdit::Compare(Workspace::Style, compare) => state.view.style_compare = compare,
        ViewEdit::Compare(_, compare) => state.view.compare = compare,
        ViewEdit::StyleSide(side) => state.view.style_side = side,
        ViewEdit::Variations(on) => state.view.variations = on,
        ViewEdit::Distance(distance) => state.view.distance = distance,
        ViewEdit::Dialog(dialog) => state.view.dialog = dialog,
    }
    if state.view.workspace == Workspace::Gallery && !state.gallery.listed {
        crate::app::gallery::ask::ask_listing(state, services);
    }
}

/// Takes over a document of the history, and shows where it changed: an undo that
/// nobody sees would be one press too many.
fn adopt(
    doc: Option<std::sync::Arc<crate::app::document::Document>>,
    state: &mut AppState,
    services: &mut Services,
) {
    let Some(doc) = doc else { return };
    // The next frame of a random walk would leave that step at once.
    state.latent_walk = None;
    if let Some(workspace) = crate::app::history::differ_in(&state.doc, &doc) {
        state.view.workspace = workspace;
    }
    state.doc = (*doc).clone();
    sources::reopen_sources(state, services);
    jobs::ask_directions(state, services);
}

fn gallery(request: GalleryRequest, state: &mut AppState, services: &mut Services) {
    if let GalleryRequest::Undelete(token) = &request {
        state.gallery.deleted.retain(|t| t != token);
    }
    services.gallery.send(request);
}

fn open_picture(
    id: Option<crate::gallery::protocol::PictureId>,
    state: &mut AppState,
    services: &mut Services,
) {
    state.gallery.open = id;
    state.view.gallery = crate::app::view::CanvasView::default();
    let Some(id) = id else { return };
    if state.gallery.picture(id).is_none() {
        services.gallery.send(GalleryRequest::Load(id));
    }
    services.gallery.send(GalleryRequest::Lineage(id));
}

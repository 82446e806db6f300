//! Finished jobs: each result goes where it should.

use crate::app::action::{Action, Destination, Purpose, ViewEdit};
use crate::app::explore::edit::ExploreEdit;
use crate::app::notice::Level;
use crate::app::ports::{SavePicture, Services};
use crate::app::state::{AppState, JobEntry};
use crate::app::view::Workspace;
use crate::engine::protocol::Output;
use crate::gallery::protocol::GalleryRequest;
use crate::picture::Picture;
use crate::recipe::Recipe;

/// A job is done: its result goes where it should.
pub fn finished(
    job: JobEntry,
    output: Output,
    state: &mut AppState,
    services: &mut Services,
    follow: &mut Vec<Action>,
) {
    match output {
        Output::Picture { picture, recipe } => picture_made(job, picture, recipe, state, services),
        Output::File(path) => {
            let name = path
                .file_name()
                .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            state.toasts.push(Level::Info, format!("Saved: {name}"));
        }
        Output::Folder {
            written,
            kept,
            skipped,
        } => {
            let report = crate::app::style::folder_report::FolderReport {
                written,
                kept,
                skipped,
            };
            state.toasts.push(Level::Info, report.words());
            state.folder_report = Some(report);
        }
        Output::Directions { model, directions } => {
            state.engine.directions.insert(model, directions);
        }
        Output::Projection {
            params, likeness, ..
        } => {
            state.toasts.push(
                Level::Info,
                format!(
                    "Photo projected: {:.0} % alike",
                    likeness.clamp(0.0, 1.0) * 100.0
                ),
            );
            follow.push(Action::Explore(ExploreEdit::Replace {
                params,
                label: "Projected photo",
            }));
            follow.push(Action::View(ViewEdit::Workspace(Workspace::Explore)));
        }
    }
}

fn picture_made(
    job: JobEntry,
    picture: Picture,
    recipe: Box<Recipe>,
    state: &mut AppState,
    services: &mut Services,
) {
    match job.purpose {
        Purpose::Copy => services.system.copy_picture(picture),
        Purpose::SaveAs(path) => services.system.save_picture(SavePicture {
            path,
            picture,
            recipe,
            with_recipe: state.prefs.export_recipe,
            settings: crate::app::gallery::settings::of(state),
        }),
        Purpose::SendToStyle => keep(
            picture,
            recipe,
            Some(Destination::StylePhoto),
            state,
            services,
        ),
        Purpose::UseAsStyle => keep(
            picture,
            recipe,
            Some(Destination::StyleStyle),
            state,
            services,
        ),
        Purpose::SendToLens => keep(
            picture,
            recipe,
            Some(Destination::LensPhoto),
            state,
            services,
        ),
        Purpose::UpscaleNext(scale) => {
            keep(
                picture,
                recipe,
                Some(Destination::Upscale(scale)),
                state,
                services,
            );
        }
        Purpose::Export => keep(picture, recipe, Some(Destination::Export), state, services),
        _ => keep(picture, recipe, None, state, services),
    }
}

/// Keeps a picture in the gallery; once it's safe on disk it may go on from there.
fn keep(
    picture: Picture,
    recipe: Box<Recipe>,
    then: Option<Destination>,
    state: &mut AppState,
    services: &mut Services,
) {
    state.gallery.save_token += 1;
    let token = state.gallery.save_token;
    state.gallery.saving.push((token, then));
    services.gallery.send(GalleryRequest::Save {
        token,
        picture,
        recipe,
    });
}

//! Jobs that ended: each result goes where it should.

use crate::app::action::{Action, Purpose};
use crate::app::arrival;
use crate::app::command::Command;
use crate::app::explore::drag;
use crate::app::explore::edit::ExploreEdit;
use crate::app::export::events as export;
use crate::app::gallery::settings;
use crate::app::grow::answers;
use crate::app::notice::Level;
use crate::app::plain_words::PlainWords;
use crate::app::ports::{SavePicture, Services};
use crate::app::queue::Actions;
use crate::app::spaces;
use crate::app::state::AppState;
use crate::app::style::film as style_film;
use crate::app::style::folder_report::FolderReport;
use crate::app::style::{own_styles, painting};
use crate::app::timeline::apply as timeline;
use crate::app::view::Workspace;
use crate::engine::protocol::{EngineError, JobId, Output};
use crate::gallery::protocol::GalleryRequest;
use crate::picture::Picture;
use crate::recipe::Recipe;

/// A job ended, well or not.
pub fn ended(
    id: JobId,
    result: Result<Output, EngineError>,
    state: &mut AppState,
    services: &mut Services,
    follow: &mut Actions,
) {
    let Some(at) = state.engine.jobs.iter().position(|j| j.id == id) else {
        return;
    };
    let job = state.engine.jobs.remove(at);
    if job.purpose == Purpose::Drag {
        return drag::ended(id, result, state, follow);
    }
    let mut result = result;
    if let Ok(Output::Picture { recipe, .. }) = &mut result {
        painting::credit_now(id, recipe, state);
    }
    let made = match &result {
        Ok(Output::Picture { picture, recipe }) => Some((picture, &**recipe)),
        _ => None,
    };
    let then = painting::ended(id, made, state);
    let goes_on = own_styles::ended(&job, result.as_ref().ok(), state, services);
    if result.is_err() {
        export::given_up([&job.purpose].into_iter().chain(&job.also), state);
    }
    if job.purpose == Purpose::GrowEstimate {
        let answer = result.and_then(|output| match output {
            Output::Estimate(estimate) => Ok(estimate),
            _ => Err(EngineError::Internal("no estimate".to_owned())),
        });
        return answers::estimated(id, answer, state);
    }
    if let Purpose::FilmEstimate(film) = job.purpose {
        return timeline::estimated(film, result, state);
    }
    if let Purpose::TurnEstimate(turn) = job.purpose {
        return spaces::film::estimated(turn, result, state);
    }
    if let Purpose::StyleFilmEstimate(film) = job.purpose {
        return style_film::estimated(film, result, state);
    }
    if let (Some(of), Err(error)) = (&job.of, &result) {
        answers::ended(of, Some(error), state);
    }
    match result {
        Ok(Output::Picture { picture, recipe }) => {
            if let Some(of) = job.of {
                let made = (picture.clone(), recipe.clone());
                state.finals.put(of.clone(), made.0, made.1);
                answers::ended(&of, None, state);
            }
            for purpose in [&job.purpose].into_iter().chain(&job.also).chain(&then) {
                picture_made(purpose, picture.clone(), recipe.clone(), state, services);
            }
        }
        Ok(Output::Folder { written, .. }) if job.purpose == Purpose::Surface => {
            spaces::written::told(&written, state);
        }
        Ok(output) => finished(output, state, follow),
        // The user doesn't want them now.
        Err(EngineError::Cancelled)
            if matches!(
                job.purpose,
                Purpose::Directions(_) | Purpose::Grow | Purpose::Seamless
            ) => {}
        // The panel says so.
        Err(_) if matches!(job.purpose, Purpose::Grow | Purpose::Seamless) => {}
        Err(EngineError::Cancelled) if goes_on => state.toasts.push(
            Level::Info,
            format!("{}: stopped. It can be gone on with.", job.title),
        ),
        Err(EngineError::Cancelled) => state
            .toasts
            .push(Level::Info, format!("{}: stopped", job.title)),
        Err(error) => {
            if let Purpose::Directions(model) = &job.purpose {
                // Not again and again by itself; the panel offers it.
                state.engine.declined.insert(model.clone());
            }
            state
                .toasts
                .error(&job.title, PlainWords::of_engine(&error));
        }
    }
}

/// A job is done.
fn finished(output: Output, state: &mut AppState, follow: &mut Actions) {
    match output {
        // Goes where its job says.
        Output::Picture { .. } => {}
        // Went to whoever asked, or nothing in the window asks for one.
        Output::Estimate(_) | Output::FilmEstimate(_) | Output::Dragged { .. } => {}
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
            let report = FolderReport {
                written,
                kept,
                skipped,
            };
            let file = report.written.first().or(report.kept.first()).cloned();
            let offer = file.map(|file| {
                let open = Action::ShowInFolder(file);
                ("Open folder".to_owned(), Box::new(open))
            });
            state.toasts.offer(Level::Info, report.words(), offer);
            state.folder_report = Some(report);
        }
        Output::Directions { model, directions } => {
            state.engine.directions.insert(model, directions);
            // Pictures whose sliders weren't known yet.
            state.previews.forget_failed();
        }
        // Told where the user's own styles are.
        Output::Learnt { .. } | Output::Styles(_) => {}
        Output::Projection {
            params, likeness, ..
        } => {
            let away = state.view.workspace != Workspace::Explore;
            state.toasts.offer(
                Level::Info,
                format!(
                    "Photo projected: {:.0} % alike",
                    likeness.clamp(0.0, 1.0) * 100.0
                ),
                away.then(|| arrival::way_to(Workspace::Explore)),
            );
            follow.explore(ExploreEdit::Replace {
                params,
                label: "Projected photo",
            });
        }
    }
}

/// A picture goes where it should.
pub(in crate::app) fn picture_made(
    purpose: &Purpose,
    picture: Picture,
    recipe: Box<Recipe>,
    state: &mut AppState,
    services: &mut Services,
) {
    match purpose {
        // The canvas has it.
        Purpose::Fine | Purpose::Grow => {}
        Purpose::Seamless => spaces::shown::whole(&picture, &recipe, state),
        Purpose::Full => full_size(&picture, state),
        Purpose::Copy => services.system.copy_picture(picture),
        Purpose::SaveAs(path) => {
            services.system.save_picture(SavePicture {
                path: path.clone(),
                picture,
                recipe,
                with_recipe: state.prefs.export_recipe,
                settings: settings::of(state),
            });
        }
        _ => put_down(picture, recipe, purpose.clone(), state, services),
    }
}

/// A picture at full size is on the canvas.
fn full_size(picture: &Picture, state: &mut AppState) {
    let [w, h] = picture.size();
    let words = format!("Rendered at full size: {w} × {h}");
    let (button, action) = match state.view.workspace {
        Workspace::Style => ("Save to gallery", Action::Command(Command::Keep)),
        _ => ("Go to Style", Action::Command(Command::GoStyle)),
    };
    let offer = Some((button.to_owned(), Box::new(action)));
    state.toasts.offer(Level::Info, words, offer);
}

/// Saves a picture to the gallery, or lays it aside where it only goes on from its file;
/// once it is safe on disk it does.
fn put_down(
    picture: Picture,
    recipe: Box<Recipe>,
    purpose: Purpose,
    state: &mut AppState,
    services: &mut Services,
) {
    state.gallery.save_token += 1;
    let token = state.gallery.save_token;
    let goes_on = matches!(purpose, Purpose::Export(_) | Purpose::SpacesFile(_))
        || purpose.destination().is_some();
    state.gallery.saving.push((token, purpose));
    services.gallery.send(match goes_on {
        false => GalleryRequest::Save {
            token,
            picture,
            recipe,
        },
        true => GalleryRequest::SetAside {
            token,
            picture,
            recipe,
        },
    });
}

//! Styles of the user's own: learnt, kept, described, put aside, written and taken over.

use crate::app::action::{Action, Purpose};
use crate::app::engine_state::JobEntry;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::apply;
use crate::app::style::edit::StyleEdit;
use crate::app::style::own_styles_edit::OwnStyleEdit;
use crate::app::style::own_styles_state::{LearnForm, LearnRun, style_file};
use crate::app::view::Workspace;
use crate::engine::protocol::{Job, JobId, LearnJob, Output, Request, Stage, StyleDone, StyleTask};

/// Carries out a wish.
pub(in crate::app) fn edit(
    edit: OwnStyleEdit,
    state: &mut AppState,
    services: &mut Services,
    now: Now,
) {
    use OwnStyleEdit as E;
    let own = &mut state.own_styles;
    let form = own.form.as_mut();
    match (edit, form) {
        (E::Form(picture), _) => own.form = Some(LearnForm::of(picture.as_ref())),
        (E::AddPicture(picture), Some(form)) => form.add(&picture),
        (E::RemovePicture(at), Some(form)) if at < form.pictures.len() => {
            form.pictures.remove(at);
        }
        (E::Title(title), Some(form)) => form.title = title,
        (E::Artist(artist), Some(form)) => form.artist = artist,
        (E::Licence(licence), Some(form)) => form.licence = licence,
        (E::Minutes(minutes), Some(form)) => form.minutes = minutes,
        (E::Close, _) => own.form = None,
        (E::Learn, Some(form)) if form.is_ready() => {
            let job = form.job(state.doc.style.photo.as_ref());
            let form = own.form.take();
            learn(job, form, state, services);
        }
        (E::Finish(id), _) => finish(id, state, services),
        (E::Use(style), _) => use_style(&style, state, services, now),
        (E::GoOn(file), _) => go_on(&file, state, services),
        (E::Task(task), _) => {
            jobs::start(Job::Styles(task), Purpose::OwnStyle, state, services);
        }
        _ => {}
    }
}

fn learn(job: LearnJob, form: Option<LearnForm>, state: &mut AppState, services: &mut Services) {
    let asked = Job::Learn(Box::new(job.clone()));
    let id = jobs::start(asked, Purpose::Learn, state, services);
    state.own_styles.runs.push(LearnRun { id, job, form });
}

/// Puts one of the styles onto the photo.
fn use_style(style: &str, state: &mut AppState, services: &mut Services, now: Now) {
    let all = &state.engine.library.styles;
    let found = all.iter().find(|info| info.own.as_deref() == Some(style));
    let Some(source) = found.map(|info| info.source.clone()) else {
        let words = "This style isn't among My styles any more.";
        state.toasts.push(Level::Info, words);
        return;
    };
    state.view.go(Workspace::Style);
    apply::edit(StyleEdit::OnlyStyle(source), state, services, now);
}

/// Ends learning with what there is.
fn finish(id: JobId, state: &mut AppState, services: &mut Services) {
    let entry = state.engine.jobs.iter_mut().find(|entry| entry.id == id);
    if let Some(entry) = entry.filter(|entry| entry.stage.is_some()) {
        entry.cancelling = true;
        services.engine.send(Request::Finish(id));
    }
}

/// Goes on with learning that was interrupted.
fn go_on(file: &std::path::Path, state: &mut AppState, services: &mut Services) {
    let unfinished = &state.engine.library.unfinished;
    let Some(one) = unfinished.iter().find(|one| one.file == file) else {
        return;
    };
    let plan = one.plan.clone();
    let job = LearnJob {
        pictures: plan.pictures,
        photo: plan.photo,
        about: plan.about,
        minutes: plan.minutes,
        steps: plan.minutes.is_none().then_some(one.planned),
        out: Some(style_file(one)),
        replace: false,
    };
    learn(job, None, state, services);
}

/// A job that had to do with the user's own styles ended. Whether it is learning that can be gone on
/// with; learning that came to nothing gives its form back.
pub(in crate::app) fn ended(
    job: &JobEntry,
    output: Option<&Output>,
    state: &mut AppState,
    services: &mut Services,
) -> bool {
    let own = &mut state.own_styles;
    let at = own.runs.iter().position(|run| run.id == job.id);
    let run = at.map(|at| own.runs.remove(at));
    if run.is_some() {
        // The style is there now, or what was kept to go on with.
        services.engine.send(Request::Rescan);
    }
    match (output, run) {
        (Some(Output::Styles(done)), _) => told(done, state),
        (Some(output), _) => learnt(output, state),
        (None, Some(run)) => {
            let took_steps = job.stage == Some(Stage::Learning) && job.done > 0;
            let went_on = run.form.is_none();
            if !took_steps && own.form.is_none() {
                own.form = run.form;
            }
            return took_steps || went_on;
        }
        (None, None) => {}
    }
    false
}

/// A style was learnt, if that is what came out.
fn learnt(output: &Output, state: &mut AppState) {
    let Output::Learnt {
        file,
        steps,
        early,
        without_photo,
        ..
    } = output
    else {
        return;
    };
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut words = match early {
        true => format!(
            "The style is learnt: after {steps} steps it was good enough. It is among My styles."
        ),
        false => "The style is learnt. It is among My styles.".to_owned(),
    };
    if *without_photo {
        words += " Your photo couldn't be read and was left out.";
    }
    offer_use(words, &name, state);
}

/// What was done, in words, with what may follow.
fn told(done: &StyleDone, state: &mut AppState) {
    match done {
        StyleDone::Kept { title, .. } => {
            let words = format!("{title} is among My styles.");
            state.toasts.push(Level::Info, words);
        }
        StyleDone::Described | StyleDone::Discarded => {}
        StyleDone::Deleted { token, title } => {
            let deleted = (token.clone(), title.clone());
            state.own_styles.deleted.push(deleted);
            let restore = StyleTask::Restore {
                token: token.clone(),
            };
            let undo = Action::OwnStyle(OwnStyleEdit::Task(restore));
            let offer = Some(("Bring it back".to_owned(), Box::new(undo)));
            let words = format!("{title} was deleted.");
            state.toasts.offer(Level::Info, words, offer);
        }
        StyleDone::Restored { token, title } => {
            state.own_styles.deleted.retain(|(other, _)| other != token);
            let words = format!("{title} is back.");
            state.toasts.push(Level::Info, words);
        }
        StyleDone::Exported(file) => {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let show = Box::new(Action::ShowInFolder(file.clone()));
            let offer = Some(("Show in folder".to_owned(), show));
            state
                .toasts
                .offer(Level::Info, format!("Saved: {name}"), offer);
        }
        StyleDone::Imported {
            style,
            title,
            already,
        } => {
            let words = match already {
                true => format!("{title} was among My styles already."),
                false => format!("{title} is among My styles."),
            };
            offer_use(words, style, state);
        }
    }
}

/// Tells of a style that is there now, with a way to use it; nobody is moved anywhere.
fn offer_use(words: String, style: &str, state: &mut AppState) {
    let use_it = Action::OwnStyle(OwnStyleEdit::Use(style.to_owned()));
    let offer = Some(("Use it".to_owned(), Box::new(use_it)));
    state.toasts.offer(Level::Info, words, offer);
}

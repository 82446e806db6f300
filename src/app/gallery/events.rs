//! What the gallery answers goes into the state here.

use crate::app::action::{Action, Destination, Purpose, Subject};
use crate::app::export;
use crate::app::gallery::state::Loaded;
use crate::app::gallery::{apply, file_events, listing};
use crate::app::notice::Level;
use crate::app::plain_words::PlainWords;
use crate::app::ports::Services;
use crate::app::queue::Actions;
use crate::app::send;
use crate::app::spaces;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::gallery::protocol::{Entry, GalleryEvent, GalleryRequest, PictureId, Query};

/// Takes one answer in.
pub fn gallery_event(
    event: GalleryEvent,
    state: &mut AppState,
    services: &mut Services,
    follow: &mut Actions,
) {
    let gallery = &mut state.gallery;
    match event {
        GalleryEvent::Open(folder, count) => {
            if gallery.folder.as_ref().is_some_and(|old| *old != folder) {
                gallery.forget_folder();
                export::events::forget(state);
            }
            let gallery = &mut state.gallery;
            if gallery.moving_to.take().as_ref() == Some(&folder) {
                state.prefs.gallery_folder = Some(folder.clone());
            }
            gallery.folder = Some(folder);
            gallery.count = count;
            apply::ask_listing(state, services);
            services.gallery.send(GalleryRequest::Bin);
        }
        GalleryEvent::Saved {
            token,
            result,
            already,
        } => saved(token, result, already, state, services),
        GalleryEvent::Listing { seq, entries } => {
            if seq == gallery.seq {
                let again = listing::take(gallery, entries);
                if gallery.query == Query::default() {
                    gallery.count = gallery.entries.len();
                }
                // Looked up from the few to the many: listings can be long.
                let selected = std::mem::take(&mut gallery.selected);
                if !selected.is_empty() {
                    let listed = gallery.entries.iter().map(|e| e.id);
                    gallery.selected = listed.filter(|id| selected.contains(id)).collect();
                }
                if let Some(id) = again {
                    services.gallery.send(GalleryRequest::Load(id));
                }
            }
        }
        GalleryEvent::Thumbnail {
            id,
            state: of,
            picture,
        } => {
            if listing::is_current(gallery, id, of) {
                gallery.thumb_errors.remove(&id);
                gallery.thumbs.insert(id, of, picture);
            }
        }
        GalleryEvent::ThumbnailFailed {
            id,
            state: of,
            reason,
        } => {
            if of.is_none_or(|of| listing::is_current(gallery, id, of)) {
                gallery.thumb_errors.insert(id, reason);
            }
        }
        GalleryEvent::Picture {
            id,
            state: file,
            result,
        } => match result {
            Ok((picture, recipe)) => {
                gallery.load_errors.remove(&id);
                gallery.keep(Loaded {
                    id,
                    state: file,
                    picture,
                    recipe,
                });
                let (now, later) = std::mem::take(&mut gallery.awaited)
                    .into_iter()
                    .partition(|(i, _)| *i == id);
                gallery.awaited = later;
                let now: Vec<(_, Destination)> = now;
                for (id, to) in now {
                    awaited(id, to, state, follow);
                }
            }
            Err(reason) => {
                gallery.awaited.retain(|(i, _)| *i != id);
                if listing::leave_gone(gallery, id, file) {
                    let words = "This picture isn't in its place any more: another program has moved or deleted it.";
                    state.toasts.push(Level::Warning, words);
                    return;
                }
                let plain = PlainWords::of(&reason);
                gallery.load_errors.insert(id, plain.text.clone());
                state.toasts.error("", plain);
            }
        },
        GalleryEvent::Changed => apply::ask_listing(state, services),
        GalleryEvent::Deleted { token, count } => {
            services.gallery.send(GalleryRequest::Bin);
            gallery.selected.clear();
            gallery.open = None;
            state.toasts.offer(
                Level::Info,
                format!("{count} in the bin"),
                Some((
                    "Restore".to_owned(),
                    Box::new(Action::Gallery(GalleryRequest::Undelete(token))),
                )),
            );
            apply::deletion_ended(Some(token), state, services);
            apply::ask_listing(state, services);
        }
        GalleryEvent::NotDeleted(reason) => {
            services.gallery.send(GalleryRequest::Bin);
            state.toasts.push(Level::Error, reason);
            apply::deletion_ended(None, state, services);
        }
        GalleryEvent::Lineage { id, family } => gallery.lineage = Some((id, family)),
        GalleryEvent::Rebuilding(done, total) => {
            gallery.rebuilding = (done < total).then_some((done, total));
        }
        GalleryEvent::Failed(reason) => state.toasts.push(Level::Error, reason),
        GalleryEvent::Undeleted { token, count } => {
            gallery.coming_back.retain(|t| *t != token);
            services.gallery.send(GalleryRequest::Bin);
            file_events::restored(count, state);
        }
        GalleryEvent::NotUndeleted(token, reason) => {
            gallery.coming_back.retain(|t| *t != token);
            services.gallery.send(GalleryRequest::Bin);
            state.toasts.push(Level::Error, reason);
        }
        other => file_events::receive(other, state),
    }
}

/// A picture that was wanted for something is here. Where that leads to another
/// workspace, only a user who is still in the gallery is taken there.
fn awaited(id: PictureId, to: Destination, state: &mut AppState, follow: &mut Actions) {
    let what = Subject::Gallery(id);
    let send = Action::Send { to, what };
    if state.view.workspace == Workspace::Gallery {
        follow.push(send);
        return;
    }
    let offer = Some(("Open recipe".to_owned(), Box::new(send)));
    state
        .toasts
        .offer(Level::Info, "The picture was read", offer);
}

/// A picture is safe on disk: it may go on from its file.
fn saved(
    token: u64,
    result: Result<Entry, String>,
    already: bool,
    state: &mut AppState,
    services: &mut Services,
) {
    let saving = &mut state.gallery.saving;
    let at = saving.iter().position(|(t, _)| *t == token);
    let purpose = at.map(|at| saving.remove(at).1);
    let then = purpose.as_ref().and_then(Purpose::destination);
    match (result, purpose, then) {
        (Ok(entry), Some(Purpose::Export(number)), _) => {
            export::events::kept(number, entry, state);
        }
        (Ok(entry), Some(Purpose::SpacesFile(files)), _) => {
            spaces::export::of_file(files, &entry.path, state, services);
        }
        (Ok(entry), _, Some(to)) => send::pass_on(to, entry.path, state, services),
        (Ok(entry), _, None) => {
            let words = match already {
                true => format!("It is in the gallery already: {}", entry.title),
                false => format!("Saved to the gallery: {}", entry.title),
            };
            state.toasts.offer(
                Level::Info,
                words,
                Some(("Show".to_owned(), Box::new(Action::ShowInGallery(entry.id)))),
            );
        }
        (Err(reason), purpose, _) => {
            state.toasts.push(Level::Error, reason);
            export::events::given_up(&purpose, state);
        }
    }
}

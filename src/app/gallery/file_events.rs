//! What the gallery tells besides listings and pictures: what was brought in,
//! brought back, copied, exported, and what is known of a picture.

use crate::app::action::Action;
use crate::app::gallery::state::Exporting;
use crate::app::notice::Level;
use crate::app::plain_words::PlainWords;
use crate::app::state::AppState;
use crate::gallery::protocol::{AlbumEdit, Claims, GalleryEvent, GalleryRequest, Standing};

/// Takes one answer in.
pub fn receive(event: GalleryEvent, state: &mut AppState) {
    match event {
        GalleryEvent::Imported {
            added,
            skipped,
            claims,
        } => {
            tell_claims(&claims, state);
            let words = match added.len() {
                0 => "Nothing was imported".to_owned(),
                1 => "1 picture imported".to_owned(),
                n => format!("{n} pictures imported"),
            };
            let show = added
                .first()
                .filter(|_| added.len() == 1)
                .map(|e| ("Show".to_owned(), Box::new(Action::ShowInGallery(e.id))));
            state.toasts.offer(Level::Info, words, show);
            for (path, why) in skipped.iter().take(3) {
                let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
                let why = PlainWords::of(why).text;
                let text = format!("{}: {why}", name.unwrap_or_default());
                state.toasts.push(Level::Warning, text);
            }
            if skipped.len() > 3 {
                let text = format!("{} more files could not be imported", skipped.len() - 3);
                state.toasts.push(Level::Warning, text);
            }
        }
        GalleryEvent::Exporting(done, total) => {
            let before = state.gallery.exporting.filter(|e| e.done <= done);
            state.gallery.exporting = Some(Exporting {
                done,
                total: total.max(done),
                rows: state.gallery.exporting_one,
                since: before.map_or_else(std::time::Instant::now, |e| e.since),
            });
        }
        GalleryEvent::Exported(result) => {
            state.gallery.exporting = None;
            match result {
                Ok(paths) => state.toasts.push(Level::Info, written(paths.len())),
                Err(reason) => state.toasts.push(Level::Error, reason),
            }
        }
        GalleryEvent::ExportPreview {
            id,
            options,
            lines,
            deep,
        } => {
            state.gallery.export_preview = Some((id, options, lines));
            state.gallery.export_deep = Some((id, deep));
        }
        GalleryEvent::About { id, about } => state.gallery.about = Some((id, about)),
        GalleryEvent::Bin(batches) => {
            let gallery = &mut state.gallery;
            // What is on its way back is in this list for the last time.
            let tokens = batches.iter().rev().map(|batch| batch.token);
            gallery.deleted = tokens
                .filter(|token| !gallery.coming_back.contains(token))
                .collect();
            let there = |token| batches.iter().any(|batch| batch.token == token);
            gallery.bin_looks.retain(|(token, _), _| there(*token));
            gallery.bin = batches;
        }
        GalleryEvent::BinLook { token, at, picture } => {
            state.gallery.bin_looks.insert((token, at), picture);
        }
        GalleryEvent::Albums(albums) => state.gallery.albums = albums,
        GalleryEvent::AlbumRemoved { name, ids } => {
            let words = format!("The album {name} is gone; its pictures are still here");
            let again = GalleryRequest::Album(AlbumEdit::Add(ids, name));
            let undo = ("Bring it back".to_owned(), Box::new(Action::Gallery(again)));
            state.toasts.offer(Level::Info, words, Some(undo));
        }
        GalleryEvent::Copied(_) => state.toasts.push(Level::Info, "Copied to the clipboard"),
        other => log::debug!("an answer of the gallery that nobody waits for: {other:?}"),
    }
}

/// Deleted pictures are back.
pub fn restored(count: usize, state: &mut AppState) {
    let text = match count {
        1 => "Restored".to_owned(),
        n => format!("{n} pictures restored"),
    };
    state.toasts.push(Level::Info, text);
}

/// What brought in pictures claim about themselves; broken claims first.
fn tell_claims(claims: &[(std::path::PathBuf, Claims)], state: &mut AppState) {
    let broken = |c: &Claims| c.standing == Standing::Broken;
    let (bad, good): (Vec<_>, Vec<_>) = claims.iter().partition(|(_, c)| broken(c));
    for (path, claims) in bad.into_iter().chain(good).take(3) {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        let said = claims.lines.first().map_or("", String::as_str);
        let level = if broken(claims) {
            Level::Warning
        } else {
            Level::Info
        };
        let text = format!("{}: {said}", name.unwrap_or_default());
        state.toasts.push(level, text);
    }
}

fn written(n: usize) -> String {
    match n {
        0 => "Nothing was exported".to_owned(),
        1 => "1 picture exported".to_owned(),
        n => format!("{n} pictures exported"),
    }
}

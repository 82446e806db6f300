//! The histories beside the session file, the last steps of each workspace with their small
//! pictures: undo reaches back over a restart.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::app::document::Document;
use crate::app::histories::Histories;
use crate::app::history::{History, Part, Step};
use crate::app::view::Workspace;
use crate::export::atomic::{Existing, write_bytes};
use crate::picture::Picture;

/// Steps of each workspace that come back.
const STEPS: usize = 50;
/// A file of another version is not read: the work itself is in the session.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct HistoryFile {
    version: u32,
    explore: SavedHistory,
    style: SavedHistory,
    lens: SavedHistory,
    /// Version 0.2 had none.
    #[serde(default)]
    grow: Option<SavedHistory>,
    /// Version 0.3 had none.
    #[serde(default)]
    spaces: Option<SavedHistory>,
}

#[derive(Serialize, Deserialize)]
struct SavedHistory {
    at: usize,
    steps: Vec<SavedStep>,
}

#[derive(Serialize, Deserialize)]
struct SavedStep {
    part: Arc<Part>,
    label: String,
    /// PNG in Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thumb: Option<String>,
}

/// Writes the last steps.
///
/// # Errors
/// The failure of the disk.
pub(super) fn write(path: &Path, histories: &Histories) -> std::io::Result<()> {
    let [explore, style, lens, grow, spaces] = histories.all().map(saved);
    let file = HistoryFile {
        version: VERSION,
        explore,
        style,
        lens,
        grow: Some(grow),
        spaces: Some(spaces),
    };
    let bytes = serde_json::to_vec(&file)?;
    write_bytes(path, Existing::Replace, &bytes).map_err(std::io::Error::other)
}

/// The steps before the work as it is in a document; fresh ones where there are none.
pub(super) fn read(path: &Path, doc: &Document) -> Histories {
    let mut histories = Histories::new(doc);
    let file = match fs::read(path) {
        Ok(bytes) => serde_json::from_slice::<HistoryFile>(&bytes),
        Err(_) => return histories,
    };
    match file {
        Ok(file) if file.version == VERSION => {
            let parts = [
                (Workspace::Explore, Some(file.explore)),
                (Workspace::Style, Some(file.style)),
                (Workspace::Lens, Some(file.lens)),
                (Workspace::Grow, file.grow),
                (Workspace::Spaces, file.spaces),
            ];
            for (workspace, saved) in parts {
                if let (Some(history), Some(saved)) = (histories.of_mut(workspace), saved) {
                    let at = saved.at;
                    history.go_on(saved.steps.into_iter().map(step).collect(), at, doc);
                }
            }
        }
        Ok(file) => log::info!("steps of version {} are not read", file.version),
        Err(e) => log::warn!("{}: {e}", path.display()),
    }
    histories
}

/// The steps around the one that the work stands on, the past before the future.
fn saved(history: &History) -> SavedHistory {
    let end = history.steps().len().min(history.at() + 1 + STEPS / 4);
    let start = end.saturating_sub(STEPS);
    SavedHistory {
        at: history.at() - start,
        steps: history.steps()[start..end]
            .iter()
            .map(|step| SavedStep {
                part: Arc::clone(&step.part),
                label: step.label.clone(),
                thumb: step.thumb.as_ref().and_then(png),
            })
            .collect(),
    }
}

fn step(saved: SavedStep) -> Step {
    let thumb = saved.thumb.and_then(|text| picture(&text));
    Step::closed((*saved.part).clone(), saved.label, thumb)
}

fn png(picture: &Picture) -> Option<String> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let [w, h] = picture.size();
    let image = image::RgbaImage::from_raw(w, h, picture.rgba().to_vec())?;
    image.write_to(&mut bytes, image::ImageFormat::Png).ok()?;
    Some(BASE64.encode(bytes.get_ref()))
}

fn picture(text: &str) -> Option<Picture> {
    let bytes = BASE64.decode(text).ok()?;
    let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()?;
    let image = image.into_rgba8();
    let (w, h) = image.dimensions();
    Picture::from_rgba(w, h, image.into_raw()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::Change;

    #[test]
    fn the_last_steps_come_back_with_their_pictures() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.json");
        let mut doc = Document::default();
        let mut histories = Histories::new(&doc);
        for n in 0..STEPS + 10 {
            let before = doc.clone();
            doc.style.strength = n as f32 * 0.01 + 0.001;
            let change = Change {
                label: format!("Strength {n}"),
                kind: None,
                drag: false,
            };
            histories.touch(&before, &doc, &change, n as f64);
            histories.commit(&doc);
        }
        let thumb = Picture::from_rgba(2, 1, vec![10, 20, 30, 255, 40, 50, 60, 255]).unwrap();
        histories.set_thumb(thumb.clone(), Workspace::Style);
        write(&path, &histories).unwrap();
        let mut back = read(&path, &doc);
        let style = back.of_mut(Workspace::Style).unwrap();
        assert_eq!(style.steps().len(), STEPS);
        assert_eq!(style.steps().last().unwrap().thumb, Some(thumb));
        assert_eq!(style.undo_label(), Some("Strength 59"));
        assert!(style.undo(&doc).is_some());
        // Work that went on after the last writing is a step of its own.
        doc.style.strength = 0.9;
        let mut later = read(&path, &doc);
        let style = later.of_mut(Workspace::Style).unwrap();
        assert_eq!(style.undo_label(), Some("Later changes"));
        style.undo(&doc).unwrap().put(&mut doc);
        assert_eq!(doc.style.strength, (STEPS + 9) as f32 * 0.01 + 0.001);
    }

    #[test]
    fn a_damaged_file_is_no_history() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.json");
        fs::write(&path, b"{\"version\": 1, \"expl").unwrap();
        let histories = read(&path, &Document::default());
        assert_eq!(histories.of(Workspace::Style).unwrap().steps().len(), 1);
    }
}

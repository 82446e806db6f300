//! Pictures to files outside the gallery.

use std::path::PathBuf;
use std::thread::JoinHandle;

use crate::app::action::Action;
use crate::app::notice::Level;
use crate::app::ports::SavePicture;
use crate::export::{self, WriteOptions, Writing};
use crate::unfinished;
use crate::weighed::{self, Bounds, Weight};

/// Pictures that wait to be written.
const WAITING: Bounds = Bounds {
    count: 64,
    bytes: 256 << 20,
};

impl Weight for SavePicture {
    fn bytes(&self) -> usize {
        self.picture.rgba().len()
    }
}

/// Writes pictures on a thread of its own, so that none waits for a clipboard that doesn't answer.
/// Dropping it waits until all are whole: they were promised to the user.
pub(super) struct Saver {
    work: Option<weighed::Sender<SavePicture>>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    /// Starts the thread, which hands `told` what is to be said of each picture.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(told: impl Fn(Action) + Send + 'static) -> std::io::Result<Self> {
        let (work, jobs) = weighed::channel::<SavePicture>(WAITING);
        let thread = std::thread::Builder::new()
            .name("limner-save".to_owned())
            .spawn(move || jobs.iter().for_each(|job| told(save(&job))))?;
        Ok(Self {
            work: Some(work),
            thread: Some(thread),
        })
    }

    /// Writes a picture soon; false if too many wait already.
    pub(super) fn take(&self, job: SavePicture) -> bool {
        let work = self.work.as_ref();
        work.is_some_and(|work| work.try_send(job).is_ok())
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the thread that writes pictures ended in a panic");
        }
    }
}

/// Writes a picture; the answer is for the user.
fn save(job: &SavePicture) -> Action {
    let (level, text) = match write(job) {
        Ok(()) => {
            let name = job
                .path
                .file_name()
                .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            (Level::Info, format!("Saved as {name}"))
        }
        Err(error) => (Level::Error, error),
    };
    Action::Notify { level, text }
}

fn write(job: &SavePicture) -> Result<(), String> {
    let Some(format) = export::format_of(&job.path) else {
        return Err("Choose a file name that ends in .png, .jpg, .webp or .tif.".to_owned());
    };
    let settings = &job.settings;
    let options = WriteOptions {
        recipe: job.with_recipe,
        source_names: settings.source_names,
        photo_credit: settings.photo_credit,
        // The file dialog has asked already.
        replace: true,
        ..WriteOptions::new(format)
    };
    let writing = Writing {
        options,
        creator: settings.creator.clone(),
        rights: settings.rights.clone(),
    };
    writing
        .write(&job.path, &job.picture, &job.recipe, &settings.cards)
        .map_err(|e| e.to_string())
}

/// Puts a pasted picture into a file of the program's own folder, so that recipes
/// can name it. The same picture gives the same file.
pub fn pasted(image: &arboard::ImageData<'_>) -> Result<PathBuf, String> {
    let dir = crate::paths::data_dir().join("pasted");
    let say = |e: &dyn std::fmt::Display| {
        format!(
            "The pasted picture could not be saved ({e}): {}",
            dir.display()
        )
    };
    std::fs::create_dir_all(&dir).map_err(|e| say(&e))?;
    let name = crate::digest::sha256(&image.bytes);
    let path = dir.join(format!("pasted-{}.png", &name[..16]));
    if path.exists() {
        return Ok(path);
    }
    let (w, h) = (image.width as u32, image.height as u32);
    let rgba =
        image::RgbaImage::from_raw(w, h, image.bytes.to_vec()).ok_or_else(|| say(&"wrong size"))?;
    unfinished::sweep(&dir);
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageRgba8(rgba)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .map_err(|e| say(&e))?;
    let replace = export::atomic::Existing::Replace;
    export::atomic::write_bytes(&path, replace, bytes.get_ref()).map_err(|e| say(&e))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ports::SystemLink as _;
    use crate::picture::Picture;
    use crate::recipe::Recipe;
    use crate::window::desktop::Desktop;

    #[test]
    fn pictures_that_are_being_written_when_the_window_closes_are_whole_files() {
        let dir = tempfile::tempdir().unwrap();
        let mut desktop = Desktop::new(std::sync::Arc::new(|| {})).unwrap();
        let side = 1200;
        // Noise takes long to compress.
        let noise = |i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8;
        let pixels = (0..side * side * 4).map(|i| if i % 4 == 3 { 255 } else { noise(i) });
        let picture = Picture::from_rgba(side, side, pixels.collect()).unwrap();
        let recipe = Recipe::from_json(r#"{"model": "cppn", "seed": 1}"#).unwrap();
        let names = ["a.png", "b.png", "c.png"];
        for name in names {
            desktop.save_picture(SavePicture {
                path: dir.path().join(name),
                picture: picture.clone(),
                recipe: Box::new(recipe.clone()),
                with_recipe: true,
                settings: Default::default(),
            });
        }
        drop(desktop);
        for name in names {
            let file = crate::photo::read(&dir.path().join(name)).unwrap();
            assert!(file.picture == picture, "{name}");
        }
        let files = std::fs::read_dir(dir.path()).unwrap();
        assert_eq!(files.count(), names.len(), "nothing unfinished is left");
    }
}

//! Pictures to files outside the gallery.

use std::path::PathBuf;

use crate::app::action::Action;
use crate::app::notice::Level;
use crate::app::ports::SavePicture;
use crate::export::{self, WriteOptions, Writing};
use crate::unfinished;

/// Writes a picture; the answer is for the user.
pub fn save(job: &SavePicture) -> Action {
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

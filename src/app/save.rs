//! Pictures to files outside the gallery.

use std::path::{Path, PathBuf};

use super::action::{Action, Level};
use super::services::SavePicture;

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
    let say = |e: &dyn std::fmt::Display| {
        format!(
            "The picture could not be written ({e}): {}",
            job.path.display()
        )
    };
    let dir = job
        .path
        .parent()
        .filter(|d| !d.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(|e| say(&e))?;
    let format = image::ImageFormat::from_path(&job.path).map_err(|e| say(&e))?;
    let [w, h] = job.picture.size();
    let rgba = image::RgbaImage::from_raw(w, h, job.picture.rgba().to_vec())
        .ok_or_else(|| say(&"wrong size"))?;
    let picture = image::DynamicImage::ImageRgba8(rgba);
    let picture = if format == image::ImageFormat::Jpeg {
        picture.to_rgb8().into()
    } else {
        picture
    };
    picture.write_to(&mut file, format).map_err(|e| say(&e))?;
    file.as_file().sync_all().map_err(|e| say(&e))?;
    file.persist(&job.path).map_err(|e| say(&e.error))?;
    Ok(())
}

/// Puts a pasted picture into a file of the program's own folder, so that recipes
/// can name it. The same picture gives the same file.
pub fn pasted(image: &arboard::ImageData<'_>) -> Result<PathBuf, String> {
    use sha2::Digest as _;
    let dir = super::run::data_dir().join("pasted");
    let say = |e: &dyn std::fmt::Display| {
        format!(
            "The pasted picture could not be kept ({e}): {}",
            dir.display()
        )
    };
    std::fs::create_dir_all(&dir).map_err(|e| say(&e))?;
    let digest = sha2::Sha256::digest(&image.bytes);
    let name: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    let path = dir.join(format!("pasted-{name}.png"));
    if path.exists() {
        return Ok(path);
    }
    let (w, h) = (image.width as u32, image.height as u32);
    let rgba =
        image::RgbaImage::from_raw(w, h, image.bytes.to_vec()).ok_or_else(|| say(&"wrong size"))?;
    let mut file = tempfile::NamedTempFile::new_in(&dir).map_err(|e| say(&e))?;
    image::DynamicImage::ImageRgba8(rgba)
        .write_to(&mut file, image::ImageFormat::Png)
        .map_err(|e| say(&e))?;
    file.as_file().sync_all().map_err(|e| say(&e))?;
    file.persist(&path).map_err(|e| say(&e.error))?;
    Ok(path)
}

//! `limner learn`

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::learn_args::Learn;
use super::output::{say, say_json, text_of};
use super::save::make_folder;
use super::session::{Session, unexpected};
use crate::engine::protocol::{Job, LearnJob, LearntAbout, Output};
use crate::models;

/// Minutes where none are given.
const MINUTES: f64 = 8.0;

/// Learns a style from pictures.
pub(crate) fn run(args: &Learn, session: &mut Session) -> Result<(), Failure> {
    let out = match &args.out {
        Some(out) => out.clone(),
        None => usual_file(&args.name)?,
    };
    if out.extension().is_none_or(|end| end != "safetensors") {
        return Err(Failure::new(format!(
            "a learnt style is a file that ends in .safetensors: {}",
            out.display()
        )));
    }
    if out.exists() && !args.force {
        return Err(Failure::new(format!(
            "a file of this name is there already; choose another one or add --force: {}",
            out.display()
        )));
    }
    let job = LearnJob {
        pictures: args.pictures.clone(),
        photo: args.photo.clone(),
        about: LearntAbout {
            title: args.name.clone(),
            artist: args.artist.clone().unwrap_or_default(),
            licence: args.licence.clone().unwrap_or_default(),
            ..LearntAbout::default()
        },
        minutes: args
            .steps
            .is_none()
            .then(|| args.minutes.unwrap_or(MINUTES)),
        steps: args.steps,
        out,
        replace: args.force,
    };
    let Output::Learnt {
        file,
        steps,
        time,
        content,
        style,
    } = session.job("learn", Job::Learn(Box::new(job)))?
    else {
        return Err(unexpected());
    };
    if session.json {
        return say_json(&json!({
            "file": text_of(&file),
            "steps": steps,
            "seconds": time.as_secs_f64(),
            "content": content,
            "style": style,
        }));
    }
    say(file.display())?;
    session.say_aside(&format!(
        "{steps} steps in {:.0} s; content {content:.2}, style {style:.2} (1 is the photo's, 0 the pictures')",
        time.as_secs_f64()
    ));
    Ok(())
}

/// Where the program finds it among the user's own styles.
fn usual_file(name: &str) -> Result<PathBuf, Failure> {
    let folder = models::user_folder().ok_or_else(|| {
        Failure::new("no home folder is known; say where the style shall go with --out FILE")
    })?;
    let folder = folder.join(models::learnt::FOLDER);
    make_folder(&folder)?;
    Ok(folder.join(format!("{}.safetensors", file_name(name))))
}

/// A name as a file's: letters and digits, everything else a hyphen.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let name: String = name.to_lowercase().chars().map(plain).collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    match parts.is_empty() {
        true => "style".to_owned(),
        false => parts.join("-").chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_files_that_every_system_takes() {
        assert_eq!(file_name("Grandma's Quilt / 1962"), "grandma-s-quilt-1962");
        assert_eq!(file_name("../.."), "style");
        assert_eq!(file_name("Été"), "été");
    }
}

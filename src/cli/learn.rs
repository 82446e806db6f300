//! `limner learn`

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::learn_args::Learn;
use super::output::{say, say_json, text_of};
use super::save::make_folder;
use super::session::{Session, unexpected};
use crate::engine::protocol::{Job, LearnJob, LearntAbout, Output};
use crate::models::{self, style_note};

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
        out: Some(out),
        replace: args.force,
    };
    let Output::Learnt {
        file,
        steps,
        early,
        time,
        content,
        style,
        ..
    } = session.job("learn", Job::Learn(Box::new(job)))?
    else {
        return Err(unexpected());
    };
    if session.json {
        return say_json(&json!({
            "file": text_of(&file),
            "steps": steps,
            "early": early,
            "seconds": time.as_secs_f64(),
            "content": content,
            "style": style,
        }));
    }
    say(file.display())?;
    session.say_aside(&format!(
        "{steps} steps{} in {:.0} s; content {content:.2}, style {style:.2} (1 is the photo's, 0 the pictures')",
        if early { ", good enough before the time was over," } else { "" },
        time.as_secs_f64()
    ));
    Ok(())
}

/// Where the program finds it among the user's own styles.
fn usual_file(name: &str) -> Result<PathBuf, Failure> {
    let folder = models::user_folder().ok_or_else(|| {
        Failure::new("no home folder is known; say where the style shall go with --out FILE")
    })?;
    let folder = folder.join(style_note::FOLDER);
    make_folder(&folder)?;
    Ok(folder.join(format!("{}.safetensors", style_note::file_name(name))))
}

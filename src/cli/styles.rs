//! `limner styles`: the user's own.

use std::path::Path;

use serde_json::{Value, json};

use super::failure::Failure;
use super::models::style_id;
use super::output::{say, say_json, text_of};
use super::session::{Session, unexpected};
use super::styles_args::StylesCommand;
use super::stylize::source;
use crate::engine::protocol::{Job, Output, Painter, StyleDone, StyleInfo, StyleTask};
use crate::recipe::SourceRef;

/// Does it.
pub(crate) fn run(command: &StylesCommand, session: &mut Session) -> Result<(), Failure> {
    let task = match command {
        StylesCommand::List => return list(session),
        StylesCommand::Keep {
            picture,
            name,
            artist,
            licence,
        } => StyleTask::Keep {
            picture: SourceRef {
                artist: artist.clone(),
                licence: licence.clone(),
                ..source(picture)?
            },
            title: name.clone(),
        },
        StylesCommand::Rename { style, name, group } => {
            let found = own(session, style)?;
            StyleTask::Describe {
                style: id(found),
                title: name.clone(),
                group: group.clone().unwrap_or_else(|| found.group.clone()),
            }
        }
        StylesCommand::Delete { style } => StyleTask::Delete {
            style: id(own(session, style)?),
        },
        StylesCommand::Restore { token } => StyleTask::Restore {
            token: token.clone(),
        },
        StylesCommand::Export { style, out, force } => export(session, style, out, *force)?,
        StylesCommand::Import { file } => StyleTask::Import { from: file.clone() },
    };
    match session.job("styles", Job::Styles(task))? {
        Output::Styles(done) => tell(&done, session.json),
        _ => Err(unexpected()),
    }
}

fn export(session: &Session, style: &str, out: &Path, force: bool) -> Result<StyleTask, Failure> {
    if out.exists() && !force {
        return Err(Failure::new(format!(
            "a file of this name is there already; choose another one or add --force: {}",
            out.display()
        )));
    }
    Ok(StyleTask::Export {
        style: id(own(session, style)?),
        to: out.to_owned(),
    })
}

/// The user's own style of a name.
fn own<'a>(session: &'a Session, name: &str) -> Result<&'a StyleInfo, Failure> {
    let all = session.library.styles.iter();
    let is =
        |s: &&StyleInfo| s.own.as_deref() == Some(name) || s.name == name || style_id(s) == name;
    all.filter(|s| s.own.is_some()).find(is).ok_or_else(|| {
        Failure::new(format!(
            "there is no style of your own called '{name}'; `limner styles list` shows them"
        ))
    })
}

fn id(style: &StyleInfo) -> String {
    style.own.clone().unwrap_or_default()
}

fn list(session: &Session) -> Result<(), Failure> {
    let own = session.library.styles.iter().filter(|s| s.own.is_some());
    let unfinished = &session.library.unfinished;
    if session.json {
        let styles: Vec<Value> = own
            .map(|s| {
                json!({
                    "id": style_id(s),
                    "name": s.name,
                    "group": s.group,
                    "artist": s.artist,
                    "licence": s.licence,
                    "learnt": s.painter == Painter::Learnt,
                    "file": s.file.as_deref().map(text_of),
                })
            })
            .collect();
        let unfinished: Vec<Value> = unfinished
            .iter()
            .map(|u| {
                json!({
                    "name": u.plan.about.title,
                    "file": text_of(&u.file),
                    "steps": u.steps,
                    "planned": u.planned,
                })
            })
            .collect();
        return say_json(&json!({ "styles": styles, "interrupted": unfinished }));
    }
    for s in own {
        let kind = match s.painter {
            Painter::Learnt => "learnt",
            _ => "a kept picture",
        };
        say(format!(
            "{:<24} {} ({}, {kind})",
            style_id(s),
            s.name,
            s.group
        ))?;
    }
    for u in unfinished {
        let (title, steps, planned) = (&u.plan.about.title, u.steps, u.planned);
        say(format!(
            "{title}: learning was interrupted after {steps} of {planned} steps; the same `limner learn` goes on with it"
        ))?;
    }
    Ok(())
}

fn tell(done: &StyleDone, as_json: bool) -> Result<(), Failure> {
    let (words, value) = match done {
        StyleDone::Kept { style, title } => (
            format!("kept: {title}"),
            json!({ "kept": style, "name": title }),
        ),
        StyleDone::Described => ("done".to_owned(), json!({ "done": true })),
        StyleDone::Deleted { token, title } => (
            format!("deleted: {title}; `limner styles restore {token}` brings it back"),
            json!({ "deleted": title, "token": token }),
        ),
        StyleDone::Restored { title, .. } => {
            (format!("back: {title}"), json!({ "restored": title }))
        }
        StyleDone::Exported(file) => (file.display().to_string(), json!({ "file": text_of(file) })),
        StyleDone::Imported {
            style,
            title,
            already,
        } => (
            match already {
                true => format!("was here already: {title}"),
                false => format!("imported: {title}"),
            },
            json!({ "imported": style, "name": title, "already": already }),
        ),
        StyleDone::Discarded => ("done".to_owned(), json!({ "done": true })),
    };
    match as_json {
        true => say_json(&value),
        false => say(words),
    }
}

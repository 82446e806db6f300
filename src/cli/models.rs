//! `limner models`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::ModelsCommand;
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::session::Session;
use crate::engine::protocol::{EngineError, ModelInfo, ModelKind, Painter, StyleInfo};
use crate::recipe::StyleSource;
use crate::{import, models};

/// Lists the models, or shows one's card.
pub(crate) fn run(command: &ModelsCommand, session: &mut Session) -> Result<(), Failure> {
    match command {
        ModelsCommand::List => list(session)?,
        ModelsCommand::Show { name } => show(session, name)?,
        ModelsCommand::Import { file, name, into } => {
            import_checkpoint(session, file, name.as_deref(), into.clone())?;
        }
        // They need no engine, and are served before one starts.
        ModelsCommand::Catalog { .. } | ModelsCommand::Search(_) | ModelsCommand::Pull(_) => {}
    }
    Ok(())
}

fn import_checkpoint(
    session: &Session,
    file: &Path,
    name: Option<&str>,
    into: Option<PathBuf>,
) -> Result<(), Failure> {
    let folder = into.or_else(models::user_folder).ok_or_else(|| {
        Failure::new("no home folder is known; say where the model shall go with --into FOLDER")
    })?;
    let imported = import::import(file, &folder, name).map_err(|e| match e {
        // Of the folder that it names, not of the file.
        import::ImportError::Writing { .. } => e.into(),
        e => Failure::new(format!("{e}: {}", file.display())),
    })?;
    if session.json {
        say_json(&json!({ "name": imported.name, "folder": text_of(&imported.folder) }))?;
    } else {
        say(format!("{}: {}", imported.name, imported.summary))?;
        say(format!("in {}", imported.folder.display()))?;
    }
    Ok(())
}

fn list(session: &Session) -> Result<(), Failure> {
    let library = &session.library;
    if session.json {
        let styles: Vec<Value> = library.styles.iter().map(describe_style).collect();
        let broken: Vec<Value> = library
            .broken
            .iter()
            .map(|(folder, reason)| json!({ "folder": text_of(folder), "reason": reason }))
            .collect();
        let models: Vec<Value> = library.models.iter().map(describe).collect();
        say_json(&json!({ "models": models, "styles": styles, "broken": broken }))?;
        return Ok(());
    }
    for m in &library.models {
        let trained = if m.trained { "" } else { ", untrained" };
        let size = if m.kind == ModelKind::Generator {
            format!(", {} x {}", m.size[0], m.size[1])
        } else {
            String::new()
        };
        say(format!(
            "{:<12} {} ({}{size}{trained})",
            m.name,
            m.title,
            kind(m.kind)
        ))?;
    }
    for s in &library.styles {
        let by = match s.by() {
            by if by.is_empty() => String::new(),
            by => format!(", {by}"),
        };
        let kind = match s.painter {
            Painter::Shared if s.own.is_some() => "kept picture",
            Painter::Shared => "style",
            Painter::Learnt => "learnt style",
            Painter::Own => "style, a network of its own",
        };
        say(format!("{:<12} {}{by} ({kind})", style_id(s), s.name))?;
    }
    for (folder, reason) in &library.broken {
        say(format!("can't be used: {}: {reason}", folder.display()))?;
    }
    Ok(())
}

fn show(session: &Session, name: &str) -> Result<(), Failure> {
    let library = &session.library;
    let style = library.styles.iter().find(|s| style_id(s) == name);
    let Some(model) = library.models.iter().find(|m| m.name == name) else {
        if let Some(style) = style {
            return show_style(session, style);
        }
        return Err(crate::engine::protocol::EngineError::NoModel(name.into()).into());
    };
    if session.json {
        let mut value = describe(model);
        value["card"] = json!(model.card);
        say_json(&value)?;
    } else {
        say(format!("{} ({})", model.title, kind(model.kind)))?;
        say(format!("SHA-256 {}", model.sha256))?;
        say(&model.card)?;
    }
    Ok(())
}

/// A style: what it is of, and what a learnt one's file says of its training.
fn show_style(session: &Session, style: &StyleInfo) -> Result<(), Failure> {
    let mut value = describe_style(style);
    let learnt = match (&style.file, style.painter) {
        (Some(file), Painter::Learnt) => {
            Some(models::learnt::describe(file).map_err(EngineError::from)?)
        }
        _ => None,
    };
    if session.json {
        if let Some((sha256, restyle, about)) = &learnt {
            value["sha256"] = json!(sha256);
            value["restyle"] = json!(restyle);
            value["about"] = json!(about);
        }
        return say_json(&value);
    }
    say(style.credit_line())?;
    if !style.origin.is_empty() {
        say(&style.origin)?;
    }
    if let Some((sha256, restyle, about)) = learnt {
        say(format!("SHA-256 {sha256}"))?;
        say(format!("Belongs to the Restyle of SHA-256 {restyle}"))?;
        let what = match (about.steps, about.images) {
            (0, 0) => String::new(),
            (0, n) => format!(" from {n} photos"),
            (n, _) => format!(" and {n} steps"),
        };
        say(format!(
            "Learnt in {:.0} s{what}, seed {}",
            about.seconds, about.seed
        ))?;
        for picture in &about.pictures {
            say(format!("Style picture of SHA-256 {picture}"))?;
        }
    }
    Ok(())
}

/// A style as JSON.
fn describe_style(s: &StyleInfo) -> Value {
    json!({
        "name": s.name,
        "id": style_id(s),
        "artist": s.artist,
        "year": s.year,
        "group": s.group,
        "origin": s.origin,
        "learnt": s.painter == Painter::Learnt,
    })
}

pub(crate) fn style_id(style: &StyleInfo) -> &str {
    match &style.source {
        StyleSource::Builtin(id) => id,
        StyleSource::File(source) => style.own.as_deref().unwrap_or(&source.name),
    }
}

/// A model as JSON, without its card.
pub(crate) fn describe(m: &ModelInfo) -> Value {
    json!({
        "name": m.name,
        "title": m.title,
        "kind": kind(m.kind),
        "trained": m.trained,
        "layers": m.num_ws,
        "classes": m.classes,
        "width": m.size[0],
        "height": m.size[1],
        "any_size": m.resizable,
        "bytes": m.bytes,
        "sha256": m.sha256,
        "licence": m.licence,
        "credit": m.credit,
        "code_sliders": m.code_len,
    })
}

fn kind(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::Generator => "generator",
        ModelKind::Style => "style network",
        ModelKind::OneStyle => "style network of one style",
        ModelKind::Upscaler => "upscaler",
        ModelKind::Autoencoder => "autoencoder",
    }
}

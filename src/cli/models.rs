//! `limner models`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::ModelsCommand;
use super::failure::Failure;
use super::output::{say, say_json, text_of};
use super::session::Session;
use crate::engine::protocol::{ModelInfo, ModelKind};
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
        ModelsCommand::Search(_) | ModelsCommand::Pull(_) => {}
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
        let styles: Vec<Value> = library
            .styles
            .iter()
            .map(|s| json!({ "name": s.name, "id": style_id(s), "origin": s.origin }))
            .collect();
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
        say(format!("{:<12} {} (style)", style_id(s), s.name))?;
    }
    for (folder, reason) in &library.broken {
        say(format!("can't be used: {}: {reason}", folder.display()))?;
    }
    Ok(())
}

fn show(session: &Session, name: &str) -> Result<(), Failure> {
    let Some(model) = session.library.models.iter().find(|m| m.name == name) else {
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

fn style_id(style: &crate::engine::protocol::StyleInfo) -> &str {
    match &style.source {
        crate::recipe::StyleSource::Builtin(id) => id,
        crate::recipe::StyleSource::File(source) => &source.name,
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

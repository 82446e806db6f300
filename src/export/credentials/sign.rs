//! Signing: what was done, from what, by which network. Comes last, after every
//! label is in the file.

use std::io::Cursor;
use std::path::Path;

use c2pa::settings::Settings;
use c2pa::{Builder, Context, Ingredient, Relationship};
use serde_json::{Value, json};

use super::{CredentialError, Keys, media_type};
use crate::export::SourceType;
use crate::export::container::{self, Container};
use crate::export::provenance::{Provenance, model_names};
use crate::recipe::{Making, Recipe, SourceRef};

/// What is stated about a picture.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// How it was made.
    pub recipe: Option<&'a Recipe>,
    /// Its labels.
    pub origin: &'a Provenance,
    /// Name source files.
    pub source_names: bool,
    /// The file of which it is a copy; its Content Credentials are kept.
    pub copy_of: Option<&'a Path>,
    /// The copy has other pixels than that file.
    pub resized: bool,
}

/// Signs a finished file.
///
/// # Errors
/// [`CredentialError::Sign`].
pub fn sign(
    bytes: Vec<u8>,
    container: Container,
    statement: &Statement<'_>,
    keys: &Keys,
) -> Result<Vec<u8>, CredentialError> {
    try_sign(bytes, container, statement, keys).map_err(|e| CredentialError::Sign(e.to_string()))
}

fn try_sign(
    bytes: Vec<u8>,
    container: Container,
    statement: &Statement<'_>,
    keys: &Keys,
) -> c2pa::Result<Vec<u8>> {
    let settings = Settings::new().with_json(
        &json!({"builder": {"thumbnail": {"enabled": false}}, "verify": {"verify_trust": false}})
            .to_string(),
    )?;
    let context = Context::new().with_settings(settings)?;
    let definition = json!({
        "claim_generator_info": [{"name": "Limner", "version": env!("CARGO_PKG_VERSION")}],
        "format": media_type(container),
    });
    let mut builder = Builder::from_context(context).with_definition(definition.to_string())?;
    // A gallery's own file with credentials tells the rest of the story itself.
    let parent = statement
        .copy_of
        .filter(|p| container::scan(p).is_ok_and(|c| c.c2pa));
    match parent {
        Some(path) => copied(&mut builder, path, statement.resized)?,
        None => made(&mut builder, statement)?,
    }
    let mut out = Cursor::new(Vec::with_capacity(bytes.len() + (32 << 10)));
    let signer = keys.signer()?;
    builder.sign(
        &*signer,
        media_type(container),
        &mut Cursor::new(bytes),
        &mut out,
    )?;
    Ok(out.into_inner())
}

fn copied(builder: &mut Builder, path: &Path, resized: bool) -> c2pa::Result<()> {
    add_file(
        builder,
        path,
        "The picture in the gallery",
        "parentOf",
        "original",
    )?;
    builder.add_action(opened("original"))?;
    let action = if resized {
        "c2pa.resized"
    } else {
        "c2pa.transcoded"
    };
    builder.add_action(json!({"action": action, "softwareAgent": limner()}))?;
    Ok(())
}

/// Tells the making from the recipe.
fn made(builder: &mut Builder, s: &Statement<'_>) -> c2pa::Result<()> {
    let sources = s.recipe.map(sources).unwrap_or_default();
    let has_parent = sources.iter().any(|(_, parent)| *parent);
    for (n, (source, parent)) in sources.iter().enumerate() {
        let label = if *parent {
            "photo".to_owned()
        } else {
            format!("source{n}")
        };
        add_source(builder, source, *parent, s.source_names, &label)?;
    }
    let kind = s.origin.source_type.map(SourceType::uri);
    let agent = s.recipe.map_or_else(limner, agent);
    if has_parent {
        builder.add_action(opened("photo"))?;
        let mut edit = json!({"action": "c2pa.edited", "softwareAgent": agent});
        if let Some(kind) = kind {
            edit["digitalSourceType"] = kind.into();
        }
        builder.add_action(edit)?;
    } else {
        // Of a picture from outside nothing is known but that it was here.
        let kind = kind.unwrap_or_else(|| "http://c2pa.org/digitalsourcetype/empty".to_owned());
        builder.add_action(json!({
            "action": "c2pa.created",
            "digitalSourceType": kind,
            "softwareAgent": agent,
        }))?;
    }
    Ok(())
}

/// Everything that took part, each once; true for the picture that was worked on.
fn sources(recipe: &Recipe) -> Vec<(&SourceRef, bool)> {
    let named = recipe.making.pictures().into_iter().enumerate();
    let mut all: Vec<(&SourceRef, bool)> = named.map(|(i, s)| (s, i == 0)).collect();
    if let Making::Upscale { .. } = &recipe.making {
        all.extend(recipe.sources.iter().take(1).map(|s| (s, true)));
    }
    all.extend(recipe.sources.iter().map(|s| (s, false)));
    let mut seen = std::collections::HashSet::new();
    all.retain(|(s, _)| seen.insert(s.sha256.as_str()));
    all
}

fn opened(label: &str) -> Value {
    json!({"action": "c2pa.opened", "parameters": {"ingredientIds": [label]}})
}

fn limner() -> Value {
    json!({"name": "Limner", "version": env!("CARGO_PKG_VERSION")})
}

/// The network as the agent, with its hash as its version.
fn agent(recipe: &Recipe) -> Value {
    let Some(name) = model_names(recipe).into_iter().next() else {
        return limner();
    };
    let version = recipe.models.iter().find(|m| m.name == name);
    let version = version.map_or_else(String::new, |m| format!("sha256:{}", m.sha256));
    json!({"name": format!("{name} (network, run by Limner)"), "version": version})
}

/// With the file's own credentials where it is still there, else by hash alone.
fn add_source(
    builder: &mut Builder,
    source: &SourceRef,
    parent: bool,
    named: bool,
    label: &str,
) -> c2pa::Result<()> {
    let relationship = if parent { "parentOf" } else { "inputTo" };
    let title = if named && !source.name.is_empty() {
        source.name.as_str()
    } else {
        "A picture whose name was left out"
    };
    let path = &source.place();
    let unchanged = !source.path.is_empty()
        && crate::digest::sha256_of_file(path).is_ok_and(|sha| sha == source.sha256);
    if unchanged && add_file(builder, path, title, relationship, label).is_ok() {
        return Ok(());
    }
    let mut ingredient = Ingredient::new_v2(title, "application/octet-stream");
    ingredient
        .set_hash(source.sha256.clone())
        .set_label(label)
        .set_description(format!("SHA-256 of the file: {}", source.sha256))
        .set_relationship(if parent {
            Relationship::ParentOf
        } else {
            Relationship::InputTo
        });
    builder.add_ingredient(ingredient);
    Ok(())
}

fn add_file(
    builder: &mut Builder,
    path: &Path,
    title: &str,
    relationship: &str,
    label: &str,
) -> c2pa::Result<()> {
    let kind = container::scan(path).map_err(|e| c2pa::Error::OtherError(Box::new(e)))?;
    let hash = crate::digest::sha256_of_file(path)?;
    let about = json!({
        "title": title,
        "relationship": relationship,
        "label": label,
        "description": format!("SHA-256 of the file: {hash}"),
    });
    let mut file = crate::regular_file::open(path)?;
    builder.add_ingredient_from_stream(about.to_string(), media_type(kind.container), &mut file)?;
    Ok(())
}

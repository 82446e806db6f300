//! Checking: whether a picture is what was signed, by whom, and what it claims.

use std::path::Path;

use c2pa::settings::Settings;
use c2pa::validation_results::validation_codes::SIGNING_CREDENTIAL_TRUSTED;
use c2pa::{Context, Reader, ValidationState};
use serde_json::{Value, json};

use super::keys::{SELF_MADE, own_ca};
use super::{Claims, Standing, media_type};
use crate::export::SourceType;
use crate::export::container;

/// Reads and checks; what can't be read counts as broken.
pub(super) fn check(path: &Path, folder: Option<&Path>) -> Claims {
    match read(path, folder) {
        Ok(claims) => claims,
        Err(e) => Claims {
            standing: Standing::Broken,
            lines: vec![format!("Its Content Credentials can't be read: {e}.")],
        },
    }
}

fn read(path: &Path, folder: Option<&Path>) -> Result<Claims, Box<dyn std::error::Error>> {
    let own = folder.and_then(own_ca);
    let settings = json!({
        "trust": {"user_anchors": own},
        "verify": {"verify_trust": own.is_some()},
    });
    let settings = Settings::new().with_json(&settings.to_string())?;
    let context = Context::new().with_settings(settings)?;
    let kind = media_type(container::scan(path)?.container);
    let reader =
        Reader::from_context(context).with_stream(kind, crate::regular_file::open(path)?)?;
    // Who signed its sources doesn't matter here: the picture's own signature counts.
    let standing = match reader.validation_state() {
        ValidationState::Invalid => Standing::Broken,
        _ if own.is_some() && signer_is_trusted(&reader) => Standing::Own,
        _ => Standing::Intact,
    };
    let report: Value = serde_json::from_str(&reader.json())?;
    let active = report["active_manifest"].as_str().unwrap_or_default();
    let manifest = &report["manifests"][active];
    let mut lines = vec![verdict(standing, manifest)];
    lines.extend(actions(manifest));
    lines.extend(ingredients(manifest));
    Ok(Claims { standing, lines })
}

/// Whether the picture's own signature leads to the one anchor that was given.
fn signer_is_trusted(reader: &Reader) -> bool {
    let statuses = reader
        .validation_results()
        .and_then(|r| r.active_manifest());
    statuses.is_some_and(|s| {
        let success = s.success();
        success
            .iter()
            .any(|s| s.code() == SIGNING_CREDENTIAL_TRUSTED)
    })
}

fn verdict(standing: Standing, manifest: &Value) -> String {
    let signature = &manifest["signature_info"];
    let who = [&signature["common_name"], &signature["issuer"]]
        .into_iter()
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let self_made = who.contains(SELF_MADE);
    match standing {
        Standing::Broken => {
            "Its Content Credentials are broken: it was changed after it was signed, or the \
             signature is wrong."
                .to_owned()
        }
        Standing::Own => "Its Content Credentials are intact, signed by Limner on this computer \
                          with a certificate that it made itself."
            .to_owned(),
        _ if self_made => "Its Content Credentials are intact, signed with a self-made \
                           certificate: nothing was changed since, but nobody vouches for who \
                           signed it."
            .to_owned(),
        _ if who.is_empty() => "Its Content Credentials are intact.".to_owned(),
        _ => format!(
            "Its Content Credentials are intact, signed by {who}. Limner doesn't know whether \
             to trust them."
        ),
    }
}

/// `Created by fruit: made by a network that was trained on pictures.`
fn actions(manifest: &Value) -> Vec<String> {
    let assertions = manifest["assertions"].as_array();
    let lists = assertions.into_iter().flatten().filter(|a| {
        a["label"]
            .as_str()
            .is_some_and(|l| l.starts_with("c2pa.actions"))
    });
    lists
        .filter_map(|a| a["data"]["actions"].as_array())
        .flatten()
        .filter_map(|action| {
            let name = action["action"].as_str()?;
            let name = name.strip_prefix("c2pa.").unwrap_or(name).replace('_', " ");
            let agent = &action["softwareAgent"];
            let agent = agent["name"].as_str().or(agent.as_str());
            let by = agent.map_or_else(String::new, |a| format!(" by {a}"));
            let kind = action["digitalSourceType"].as_str();
            let kind = kind.map(|uri| {
                SourceType::from_uri(uri).map_or_else(
                    || uri.rsplit('/').next().unwrap_or(uri).to_owned(),
                    |t| t.words().to_owned(),
                )
            });
            let kind = kind.map_or_else(String::new, |k| format!(": {k}"));
            Some(format!("They say it was {name}{by}{kind}."))
        })
        .collect()
}

fn ingredients(manifest: &Value) -> Vec<String> {
    let list = manifest["ingredients"].as_array();
    list.into_iter()
        .flatten()
        .filter_map(|i| {
            let title = i["title"].as_str()?;
            let own = if i["active_manifest"].is_string() {
                ", which has Content Credentials of its own"
            } else {
                ""
            };
            Some(format!("They name a source: {title}{own}."))
        })
        .collect()
}

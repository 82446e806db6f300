//! "About this picture": what made it, from what, whether it may be sold according to
//! the cards, and what can't be known.

use std::path::Path;

use super::protocol::{About, Entry};
use crate::clock;
use crate::export::credentials;
use crate::export::metadata::FileMetadata;
use crate::export::provenance::{Cards, model_names};
use crate::export::xmp::ns;
use crate::recipe::{GrowTask, LEARNT, LatentOrigin, Making, Recipe, StyleSource};

/// Everything known about a picture, in words. `keys` is the folder of the own
/// certificate for Content Credentials.
pub fn about(
    file: &FileMetadata,
    entry: Option<&Entry>,
    parents: &[Entry],
    cards: &Cards,
    keys: Option<&Path>,
) -> About {
    let mut about = About {
        notes: file.notes.clone(),
        credentials: file
            .c2pa
            .then(|| entry.map(|e| credentials::check(&e.path, keys)))
            .flatten(),
        recipe_json: file.recipe_json.clone(),
        ..About::default()
    };
    if let Some(t) = file.source_type {
        about.made_by.push(format!("It says it is {}.", t.words()));
    }
    match &file.recipe {
        Some(recipe) => from_recipe(recipe, parents, cards, &mut about),
        None => without_recipe(file, &mut about),
    }
    if let Some(e) = entry {
        let (y, m, d) = clock::date(e.created);
        let [w, h] = e.size;
        // Of a picture from elsewhere, only the day is known on which it came here.
        let since = match &file.recipe {
            Some(_) => "Made on",
            None => "In the gallery since",
        };
        about
            .made_by
            .push(format!("{since} {y:04}-{m:02}-{d:02}, {w} x {h} pixels."));
    }
    for (label, uri, name) in [
        ("Creator", ns::DC, "creator"),
        ("Credit", ns::PHOTOSHOP, "Credit"),
        ("Rights", ns::DC, "rights"),
    ] {
        if let Some(text) = file.xmp.first(uri, name) {
            about.rights.push(format!("{label}: {text}"));
        }
    }
    about
}

fn from_recipe(recipe: &Recipe, parents: &[Entry], cards: &Cards, about: &mut About) {
    about.made_by.push(making(recipe, cards));
    if !recipe.software.is_empty() {
        let device = match recipe.device.as_str() {
            "" => String::new(),
            d => format!(" on {d}"),
        };
        about
            .made_by
            .push(format!("By {}{device}.", recipe.software));
    }
    for source in &recipe.sources {
        let known = parents
            .iter()
            .find(|p| p.sha256.as_deref() == Some(&source.sha256));
        let name = match (known, source.name.as_str()) {
            (Some(p), _) => format!("{} (in this gallery)", p.title),
            (None, "") => "a picture whose name was left out".to_owned(),
            (None, name) => name.to_owned(),
        };
        let mut line = format!("From {name}");
        if !source.artist.is_empty() {
            line += &format!(", by {}", source.artist);
        }
        if !source.licence.is_empty() {
            line += &format!(" ({})", source.licence);
        }
        let origins = recipe.origins();
        let origin = origins.iter().find(|o| o.sha256 == source.sha256);
        if let Some(o) = origin.filter(|o| !o.content_credentials.is_empty()) {
            line += &format!("; it carried {}", o.content_credentials);
        }
        about.made_from.push(line + ".");
        if source.licence.is_empty() {
            about
                .unknown
                .push(format!("Under what terms {name} may be used."));
        }
    }
    for name in model_names(recipe) {
        let Some(card) = cards.get(&name) else {
            about.unknown.push(format!(
                "From what data the network {name} was made: its card isn't here."
            ));
            continue;
        };
        let title = if card.title.is_empty() {
            &name
        } else {
            &card.title
        };
        if !card.credit.is_empty() {
            about.made_from.push(format!("{title}: {}", card.credit));
        }
        if card.licence.is_empty() {
            about
                .unknown
                .push(format!("Under what licence {title} is."));
        } else {
            about.rights.push(format!("{title}: {}", card.licence));
        }
    }
    about
        .unknown
        .push("Whether it resembles a protected work by chance.".into());
}

fn making(recipe: &Recipe, cards: &Cards) -> String {
    let title = |name: &str| match cards.get(name) {
        Some(card) if !card.title.is_empty() => card.title.clone(),
        _ => name.to_owned(),
    };
    match &recipe.making {
        Making::Explore(p) => {
            let from = match &p.origin {
                LatentOrigin::Seed(s) => format!("seed {s}"),
                LatentOrigin::W(_) | LatentOrigin::Ws(_) => "a projected photo".into(),
            };
            let moved = match p.edits.len() {
                0 => String::new(),
                1 => ", one slider moved".into(),
                n => format!(", {n} sliders moved"),
            };
            format!("Generated by {} from {from}{moved}.", title(&p.model))
        }
        Making::Style(p) => {
            let styles: Vec<String> = p
                .styles
                .iter()
                .map(|l| match &l.style {
                    StyleSource::Builtin(id) if l.learnt.is_some() => {
                        let card = cards.get(&format!("{LEARNT}{id}"));
                        card.map_or_else(|| id.clone(), |card| card.title.clone())
                    }
                    StyleSource::Builtin(id) => id.clone(),
                    StyleSource::File(s) if s.name.is_empty() => "a picture".into(),
                    StyleSource::File(s) => s.name.clone(),
                })
                .collect();
            format!(
                "A photo restyled by {} ({}).",
                title(&p.model),
                styles.join(", ")
            )
        }
        Making::Lens(p) => {
            let with = match p.other.as_ref().filter(|other| other.acts()) {
                Some(other) if !other.picture.name.is_empty() => {
                    format!(", with {}", other.picture.name)
                }
                Some(_) => ", with a second picture".into(),
                None => String::new(),
            };
            format!("A photo changed with {}{with}.", title(&p.model))
        }
        Making::Grow(p) => {
            let what = match &p.task {
                GrowTask::Vary => "A variation grown from",
                GrowTask::Tile => "Made seamless from",
                GrowTask::Extend { .. } => "Grown beyond the edges of",
                GrowTask::FullTurn(_) => "A 360° panorama grown around",
                GrowTask::Fill { .. } | GrowTask::FillPainted { .. } => "Filled with patches of",
                GrowTask::Edit { .. } => "Edited, and made whole again with patches of",
                GrowTask::Shape { .. } => "Another picture's arrangement in the material of",
            };
            let name = match p.source.name.as_str() {
                "" => "a picture",
                name => name,
            };
            let more = match p.others.len() {
                0 => String::new(),
                1 => " and another picture".into(),
                count => format!(" and {count} others"),
            };
            format!("{what} {name}{more}, seed {}, without a network.", p.seed)
        }
        Making::Upscale { scale, .. } => format!("Upscaled {scale}×."),
        Making::Material(_) => "A map of a material.".into(),
        Making::Hang(_) => "A picture for a wall.".into(),
        Making::Walk(p) => format!("A walk through {} points.", p.points.len()),
        Making::Turn(p) => format!("A turn around in a panorama, {} frames.", p.frames),
        Making::StyleWalk(p) => {
            format!("A photo on its way through {} keyframes.", p.points.len())
        }
        Making::Imported => "Imported.".into(),
    }
}

fn without_recipe(file: &FileMetadata, about: &mut About) {
    match (&file.foreign, &file.recipe_error) {
        (Some(f), _) => {
            about.made_by.push(format!("Made with {}.", f.program));
            let settings = f.settings.iter();
            let lines = settings.map(|(name, value)| format!("{name}: {value}"));
            about.notes.extend(lines);
            if f.settings.is_empty() {
                about.notes.push(f.text.clone());
            }
        }
        (None, Some(e)) => about.notes.push(e.to_string()),
        (None, None) => {}
    }
    if let Some(tool) = file.xmp.first(ns::XMP, "CreatorTool") {
        about.made_by.push(format!("Last written by {tool}."));
    }
    about
        .unknown
        .push("How it was made: the file carries no recipe of Limner's.".into());
}

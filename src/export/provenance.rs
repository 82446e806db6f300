//! Honest labels: what a picture is, from whose work, under what terms.

use std::collections::BTreeMap;
use std::path::Path;

use super::metadata::FileMetadata;
use super::origin;
use super::photo_credit::{PhotoCredit, add_line};
use super::source_type::SourceType;
use super::xmp::{Packet, Value, ns};
use crate::recipe::{GrowParams, GrowTask, LEARNT, Making, Recipe, StyleSource};

/// The lines of a model card that travel with pictures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardLines {
    /// Shown name.
    pub title: String,
    /// Whether it was trained on pictures (false for the coordinate network).
    pub trained: bool,
    /// Licence line.
    pub licence: String,
    /// Credit line and data statement.
    pub credit: String,
}

/// Model cards by model name.
pub type Cards = BTreeMap<String, CardLines>;

/// The labels of one picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// What kind of thing it is; absent for pictures of unknown origin.
    pub source_type: Option<SourceType>,
    /// The user's name; empty for none.
    pub creator: String,
    /// Who is to be named.
    pub credit: String,
    /// Rights line.
    pub rights: String,
    /// From what data the networks were made.
    pub statement: String,
    /// The networks, for `AISystemUsed`.
    pub systems: String,
    /// Program and version.
    pub software: String,
    /// RFC 3339.
    pub created: String,
    /// Who made the photos that went in, and when.
    pub photo: PhotoCredit,
}

/// The coordinate network is known by name, so that its pictures are labelled right
/// even where its card isn't at hand.
const UNTRAINED: &str = "cppn";

impl Provenance {
    /// The labels that follow from a recipe, the model cards and what the user wants
    /// said about themselves.
    pub fn of(recipe: &Recipe, cards: &Cards, creator: &str, rights: &str) -> Self {
        let names = model_names(recipe);
        let trained = |name: &str| cards.get(name).map_or(name != UNTRAINED, |c| c.trained);
        let any_trained = names.is_empty() || names.iter().any(|n| trained(n));
        let source_type = match &recipe.making {
            Making::Explore(_) | Making::Walk(_) if any_trained => {
                Some(SourceType::TrainedAlgorithmicMedia)
            }
            Making::Explore(_) | Making::Walk(_) => Some(SourceType::AlgorithmicMedia),
            Making::Turn(turn) if turn.generated().is_some() => Some(match any_trained {
                true => SourceType::TrainedAlgorithmicMedia,
                false => SourceType::AlgorithmicMedia,
            }),
            Making::Style(_) | Making::StyleWalk(_) | Making::Lens(_) => {
                Some(SourceType::CompositeWithTrainedAlgorithmicMedia)
            }
            Making::Grow(params) => Some(grown(params, recipe)),
            Making::Upscale { .. } => Some(enlarged(recipe)),
            // A photo that was finished is what its file says.
            Making::Imported | Making::Material(_) | Making::Hang(_) | Making::Turn(_) => {
                said(recipe)
            }
        };
        // Learnt styles stand among the styles.
        let titles: Vec<&str> = names
            .iter()
            .filter(|n| !n.starts_with(LEARNT))
            .map(|n| match cards.get(n.as_str()) {
                Some(c) if !c.title.is_empty() => c.title.as_str(),
                _ => n.as_str(),
            })
            .collect();
        let mut credits = vec![if titles.is_empty() {
            "Made with Limner".to_owned()
        } else {
            format!("Made with Limner ({})", titles.join(", "))
        }];
        credits.extend(source_credits(recipe, cards));
        let statement: Vec<String> = names
            .iter()
            .filter_map(|n| cards.get(n.as_str()))
            .map(card_sentence)
            .collect();
        Self {
            source_type,
            creator: creator.to_owned(),
            credit: credits.join("; "),
            rights: rights.to_owned(),
            statement: statement.join(" "),
            systems: if source_type.is_some() && recipe.making != Making::Imported {
                std::iter::once("Limner".to_owned())
                    .chain(names)
                    .collect::<Vec<_>>()
                    .join(", ")
            } else {
                String::new()
            },
            software: recipe.software.clone(),
            created: recipe.created.clone(),
            photo: PhotoCredit::of(recipe),
        }
    }

    /// The labels that a file without recipe carries, kept for copies of it.
    pub fn of_file(file: &FileMetadata) -> Self {
        let text = |ns: &str, name: &str| file.xmp.first(ns, name).unwrap_or_default().to_owned();
        // In a photo from elsewhere these lines are the photographer's.
        let mut photo = PhotoCredit::default();
        let ours = origin::made_by_limner(file);
        if !ours {
            photo.add(&origin::of_xmp(file));
        }
        let own = |lines: String| if ours { lines } else { String::new() };
        Self {
            source_type: file.source_type,
            creator: own(file.xmp.all(ns::DC, "creator").join(", ")),
            credit: text(ns::PHOTOSHOP, "Credit"),
            rights: own(text(ns::DC, "rights")),
            statement: text(ns::PHOTOSHOP, "Instructions"),
            systems: text(ns::IPTC_EXT, "AISystemUsed"),
            software: text(ns::XMP, "CreatorTool"),
            created: text(ns::XMP, "CreateDate"),
            photo,
        }
    }

    /// The labels of something that is made of a picture file and is no picture with a recipe of
    /// its own: those that the file carries.
    pub fn of_picture(path: &Path, sha256: &str) -> Self {
        let file = super::metadata::read(path).ok();
        if let Some(file) = file.as_ref().filter(|file| origin::made_by_limner(file)) {
            return Self::of_file(file);
        }
        // Photos keep these lines in more places than XMP, and in formats without any.
        let mut labels = file.as_ref().map(Self::of_file).unwrap_or_default();
        labels.photo = PhotoCredit::default();
        labels.photo.add(&origin::read(path, sha256));
        labels
    }

    /// Who made it and under what terms, in one line; empty where nobody is known.
    pub fn copyright_line(&self) -> String {
        let photo = self.with_photo();
        let (creators, rights) = match &photo {
            Some(photo) => (photo.creators.join(", "), photo.rights.join("; ")),
            None => (self.creator.clone(), self.rights.clone()),
        };
        let mut parts = vec![rights, creators, self.credit.clone()];
        parts.retain(|part| !part.is_empty());
        parts.join("; ")
    }

    /// The labels of a sheet that shows all of these.
    pub fn of_sheet(pictures: &[Self], creator: &str, rights: &str) -> Self {
        use SourceType as T;
        let mut kinds: Vec<T> = pictures.iter().filter_map(|p| p.source_type).collect();
        kinds.dedup();
        let source_type = match kinds.as_slice() {
            [] => None,
            [one] if pictures.iter().all(|p| p.source_type == Some(*one)) => Some(*one),
            several if several.iter().all(|t| *t == T::AlgorithmicMedia) => {
                Some(T::AlgorithmicMedia)
            }
            _ => Some(T::CompositeWithTrainedAlgorithmicMedia),
        };
        let all = |part: fn(&Self) -> &String, between: &str| {
            let mut seen: Vec<&str> = Vec::new();
            for piece in pictures.iter().flat_map(|p| part(p).split(between)) {
                if !piece.is_empty() && !seen.contains(&piece) {
                    seen.push(piece);
                }
            }
            seen.join(between)
        };
        let mut statements: Vec<&str> = Vec::new();
        for p in pictures {
            if !p.statement.is_empty() && !statements.contains(&p.statement.as_str()) {
                statements.push(&p.statement);
            }
        }
        Self {
            source_type,
            creator: creator.to_owned(),
            credit: all(|p| &p.credit, "; "),
            rights: rights.to_owned(),
            statement: statements.join(" "),
            systems: all(|p| &p.systems, ", "),
            software: format!("Limner {}", env!("CARGO_PKG_VERSION")),
            created: crate::clock::rfc3339(crate::clock::now()),
            photo: credit_of_all(pictures),
        }
    }

    /// The photo's lines and the user's own together, where there is a photo to credit.
    pub(super) fn with_photo(&self) -> Option<PhotoCredit> {
        if self.photo.is_empty() {
            return None;
        }
        let mut credit = self.photo.clone();
        add_line(&mut credit.creators, &self.creator);
        add_line(&mut credit.rights, &self.rights);
        Some(credit)
    }

    /// The labels as XMP, without the recipe.
    pub fn packet(&self) -> Packet {
        let mut p = Packet::default();
        let text = |s: &str| Value::Text(s.to_owned());
        if let Some(t) = self.source_type {
            p.put("Iptc4xmpExt:DigitalSourceType", Value::Text(t.uri()));
        }
        let credit = self.with_photo();
        let credit = credit.unwrap_or_else(|| PhotoCredit {
            creators: vec![self.creator.clone()],
            rights: vec![self.rights.clone()],
            ..PhotoCredit::default()
        });
        p.put("dc:creator", Value::Seq(credit.creators));
        p.put("dc:rights", Value::Alt(credit.rights.join("; ")));
        p.put("dc:title", Value::Alt(credit.title));
        p.put("photoshop:Credit", text(&self.credit));
        p.put("photoshop:Instructions", text(&self.statement));
        p.put("Iptc4xmpExt:AISystemUsed", text(&self.systems));
        p.put("xmp:CreatorTool", text(&self.software));
        p.put("xmp:CreateDate", text(&self.created));
        // By the Metadata Working Group this is the day of the photo.
        let day = match credit.captured.as_str() {
            "" => &self.created,
            captured => captured,
        };
        p.put("photoshop:DateCreated", text(day));
        p.put("exif:DateTimeOriginal", text(&credit.captured));
        p
    }
}

/// What a patch search makes of one picture is by a formula that learnt from nobody else; where
/// the picture itself stays, or a second one takes part, it is a composite. What a network has
/// made stays that.
fn grown(params: &GrowParams, recipe: &Recipe) -> SourceType {
    use SourceType as T;
    let origins = recipe.origins();
    let trained = origins.iter().any(|origin| {
        [
            T::TrainedAlgorithmicMedia,
            T::CompositeWithTrainedAlgorithmicMedia,
        ]
        .iter()
        .any(|t| t.name() == origin.source_type)
    });
    let alone = params.task == GrowTask::Vary && params.is_of_one();
    match (alone, trained) {
        (true, true) => T::TrainedAlgorithmicMedia,
        (false, true) => T::CompositeWithTrainedAlgorithmicMedia,
        (true, false) => T::AlgorithmicMedia,
        (false, false) => T::CompositeSynthetic,
    }
}

/// An enlarged photo is an enhanced one; what a network has made stays that.
fn enlarged(recipe: &Recipe) -> SourceType {
    said(recipe).unwrap_or(SourceType::AlgorithmicallyEnhanced)
}

/// What the file of a photo says of networks.
fn said(recipe: &Recipe) -> Option<SourceType> {
    recipe
        .origins()
        .iter()
        .find_map(|o| SourceType::networks().find(|t| t.name() == o.source_type))
}

/// Everyone who made one of the photos; titles and days differ.
fn credit_of_all(pictures: &[Provenance]) -> PhotoCredit {
    let mut credit = PhotoCredit::default();
    for photo in pictures.iter().map(|p| &p.photo) {
        for name in &photo.creators {
            add_line(&mut credit.creators, name);
        }
        for line in &photo.rights {
            add_line(&mut credit.rights, line);
        }
    }
    credit
}

fn card_sentence(card: &CardLines) -> String {
    let parts = [&card.title, &card.credit, &card.licence];
    let parts: Vec<&str> = parts
        .into_iter()
        .map(|s| s.trim().trim_end_matches('.'))
        .filter(|s| !s.is_empty())
        .collect();
    format!("{}.", parts.join(": "))
}

/// Networks that took part, each once, in order.
pub fn model_names(recipe: &Recipe) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !name.is_empty() && !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    };
    match &recipe.making {
        Making::Explore(p) => add(&p.model),
        Making::Style(_) | Making::StyleWalk(_) => {
            recipe.making.styled().iter().for_each(|p| add(&p.model));
        }
        Making::Lens(p) => add(&p.model),
        Making::Walk(p) => p.points.iter().for_each(|p| add(&p.model)),
        Making::Turn(p) => p.generated().into_iter().for_each(|p| add(&p.model)),
        Making::Grow(_)
        | Making::Upscale { .. }
        | Making::Material(_)
        | Making::Hang(_)
        | Making::Imported => {}
    }
    recipe.models.iter().for_each(|m| add(&m.name));
    if let Some(before) = recipe.source_recipe() {
        model_names(&before).iter().for_each(|name| add(name));
    }
    names
}

/// Styles and artists that took part, in words.
fn source_credits(recipe: &Recipe, cards: &Cards) -> Vec<String> {
    let mut credits: Vec<String> = Vec::new();
    let mut add = |line: String| {
        if !line.is_empty() && !credits.contains(&line) {
            credits.push(line);
        }
    };
    for p in recipe.making.styled() {
        for layer in &p.styles {
            match &layer.style {
                StyleSource::Builtin(id) => {
                    let card = cards.get(&format!("{LEARNT}{id}"));
                    let learnt = card.filter(|_| layer.learnt.is_some());
                    let line = learnt.map_or_else(|| id.clone(), learnt_line);
                    add(format!("style {line}"));
                }
                StyleSource::File(s) => {
                    if let Some(line) = artist_line(&s.artist, &s.licence) {
                        add(format!("style {line}"));
                    }
                }
            }
        }
    }
    for source in &recipe.sources {
        if let Some(line) = artist_line(&source.artist, &source.licence)
            && !credits.iter().any(|c| c.ends_with(&line))
        {
            credits.push(match source.artist.trim() {
                "" => format!("source {line}"),
                _ => line,
            });
        }
    }
    if let Some(before) = recipe.source_recipe() {
        for line in source_credits(&before, cards) {
            if !credits.contains(&line) {
                credits.push(line);
            }
        }
    }
    credits
}

/// "The Great Wave, Katsushika Hokusai, c. 1831, public domain".
fn learnt_line(card: &CardLines) -> String {
    let parts = [&card.title, &card.credit, &card.licence];
    let parts: Vec<&str> = parts.into_iter().map(String::as_str).collect();
    let there: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    there.join(", ")
}

fn artist_line(artist: &str, licence: &str) -> Option<String> {
    match (artist.trim(), licence.trim()) {
        ("", "") => None,
        ("", licence) => Some(format!("(licence: {licence})")),
        (artist, "") => Some(format!("by {artist}")),
        (artist, licence) => Some(format!("by {artist} ({licence})")),
    }
}

//! Whose picture a style is: asked for when the user adds one, carried into the
//! credit line of what is made with it.

use egui::{ComboBox, Grid, RichText, TextEdit, Ui};

use crate::recipe::{SourceRef, StyleSource};

/// Licences to choose from; any other can be typed.
const LICENCES: [&str; 7] = [
    "My own work",
    "Public domain",
    "CC0 1.0",
    "CC BY 4.0",
    "CC BY-SA 4.0",
    "Used with permission",
    "Not known",
];

/// The fields while they are being filled in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreditDraft {
    /// Whose style it is about, by content.
    sha256: String,
    artist: String,
    licence: String,
}

impl CreditDraft {
    /// Starts with what is known.
    pub fn of(source: &SourceRef) -> Self {
        Self {
            sha256: source.sha256.clone(),
            artist: source.artist.clone(),
            licence: source.licence.clone(),
        }
    }

    /// Whether the draft is about this picture.
    pub fn is_about(&self, source: &SourceRef) -> bool {
        self.sha256 == source.sha256
    }

    /// The style with the fields filled in.
    fn applied(&self, source: &SourceRef) -> StyleSource {
        StyleSource::File(SourceRef {
            artist: self.artist.trim().to_owned(),
            licence: self.licence.trim().to_owned(),
            ..source.clone()
        })
    }
}

/// What became of the fields.
#[derive(Debug, Clone, PartialEq)]
pub enum CreditAnswer {
    /// Filled in: the style with artist and licence.
    Filled(StyleSource),
    /// Closed without an answer.
    Later,
}

/// Whether a style still waits for an answer.
pub fn is_open(source: &StyleSource) -> bool {
    matches!(source, StyleSource::File(s) if s.artist.is_empty() && s.licence.is_empty())
}

/// The credit line under a style's name; nothing for styles that ship.
pub fn line(source: &StyleSource) -> Option<String> {
    let StyleSource::File(source) = source else {
        return None;
    };
    Some(match (source.artist.as_str(), source.licence.as_str()) {
        ("", "") => "Artist and licence not given".to_owned(),
        (artist, "") => artist.to_owned(),
        ("", licence) => licence.to_owned(),
        (artist, licence) => format!("{artist}, {licence}"),
    })
}

/// The fields. `notes` are what the file's own metadata says, such as reserved
/// rights: shown as a warning, never in the way.
pub fn credit_fields(
    ui: &mut Ui,
    draft: &mut CreditDraft,
    source: &SourceRef,
    notes: &[String],
) -> Option<CreditAnswer> {
    let mut answer = None;
    egui::Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new("Whose picture is it?").strong());
        ui.weak("Goes into the credits of what you make with it.");
        for note in notes {
            ui.colored_label(ui.visuals().warn_fg_color, note);
        }
        Grid::new("credit").num_columns(2).show(ui, |ui| {
            let label = ui.label("Artist");
            ui.add(TextEdit::singleline(&mut draft.artist).desired_width(150.0))
                .labelled_by(label.id);
            ui.end_row();
            let label = ui.label("Licence");
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                ui.add(TextEdit::singleline(&mut draft.licence).desired_width(124.0))
                    .labelled_by(label.id);
                licence_menu(ui, &mut draft.licence);
            });
            ui.end_row();
        });
        ui.horizontal(|ui| {
            let filled = !draft.artist.trim().is_empty() || !draft.licence.trim().is_empty();
            if ui
                .add_enabled(filled, egui::Button::new("Save credit"))
                .clicked()
            {
                answer = Some(CreditAnswer::Filled(draft.applied(source)));
            }
            if ui.button("Later").clicked() {
                answer = Some(CreditAnswer::Later);
            }
        });
    });
    answer
}

/// A menu of common licences.
pub fn licence_menu(ui: &mut Ui, licence: &mut String) {
    let response = ComboBox::from_id_salt("licences")
        .width(20.0)
        .selected_text("")
        .show_ui(ui, |ui| {
            for known in LICENCES {
                if ui.selectable_label(licence == known, known).clicked() {
                    known.clone_into(licence);
                }
            }
        })
        .response;
    response.accessible_name("Common licences");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(artist: &str, licence: &str) -> SourceRef {
        SourceRef {
            sha256: "ab".into(),
            name: "waves.jpg".into(),
            path: "/p/waves.jpg".into(),
            artist: artist.into(),
            licence: licence.into(),
        }
    }

    #[test]
    fn only_own_pictures_without_an_answer_are_asked_about() {
        assert!(is_open(&StyleSource::File(picture("", ""))));
        assert!(!is_open(&StyleSource::File(picture("", "Not known"))));
        assert!(!is_open(&StyleSource::Builtin("waves".into())));
        assert_eq!(
            line(&StyleSource::File(picture("Hokusai", "Public domain"))).as_deref(),
            Some("Hokusai, Public domain")
        );
    }

    #[test]
    fn the_answer_keeps_the_file() {
        let source = picture("", "");
        let mut draft = CreditDraft::of(&source);
        draft.artist = "  Ada ".into();
        let StyleSource::File(done) = draft.applied(&source) else {
            panic!("still a file");
        };
        assert_eq!(
            (done.artist.as_str(), done.path.as_str()),
            ("Ada", "/p/waves.jpg")
        );
    }
}

//! What is known of pictures from elsewhere: a style picture whose own metadata reserves
//! rights is warned of and can still be used; "About this picture" guesses nothing.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ui_doors;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use limner::app::action::{Action, FileRole, ViewEdit};
use limner::app::command::Command;
use limner::app::view::Workspace;
use limner::recipe::StyleSource;

/// A picture with usage terms, a prohibition of data mining and a TDM reservation.
fn reserved(path: &std::path::Path) {
    let xmp = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:tdm="http://www.w3.org/ns/tdmrep/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING" tdm:reservation="1"><xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Ask me first</rdf:li></rdf:Alt></xmpRights:UsageTerms></rdf:Description></rdf:RDF></x:xmpmeta>"#;
    let mut encoder = png::Encoder::new(std::fs::File::create(path).unwrap(), 8, 8);
    encoder.set_color(png::ColorType::Rgb);
    encoder
        .add_itxt_chunk("XML:com.adobe.xmp".into(), xmp.into())
        .unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[90; 8 * 8 * 3]).unwrap();
    writer.finish().unwrap();
}

#[test]
fn reserved_rights_are_a_warning_and_never_a_block() {
    let mut s = ui_doors::studio([1280.0, 800.0], egui::Theme::Dark);
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(Workspace::Style)));
    s.settle();
    s.open_photo("a.png");
    let style = s.folder.path().join("waves.png");
    reserved(&style);
    s.window.state_mut().act(Action::OpenFiles {
        paths: vec![style],
        role: FileRole::Style,
    });
    s.settle();
    s.settle();
    s.window.get_by_label("Whose picture is it?");
    for warning in [
        "Its usage terms say: Ask me first",
        "Its owner prohibits data mining for training of generative AI.",
        "Its owner reserves text and data mining (TDM reservation).",
    ] {
        // Beside the fields, and as a message in the corner.
        assert!(
            s.window.query_all_by_label_contains(warning).count() >= 1,
            "{warning}"
        );
    }
    let licence = s.window.get_by_role_and_label(Role::TextInput, "Licence");
    licence.focus();
    s.settle();
    s.window
        .get_by_role_and_label(Role::TextInput, "Licence")
        .type_text("Used with permission");
    s.settle();
    s.window
        .get_by_role_and_label(Role::Button, "Save credit")
        .click();
    s.settle();
    let styles = &s.window.state().state.doc.style.styles;
    let StyleSource::File(source) = &styles[0].style else {
        panic!("a file");
    };
    assert_eq!(source.licence, "Used with permission");
}

fn in_gallery<'a>(titles: &[&str]) -> ui_doors::Studio<'a> {
    let mut s = ui_doors::studio([1280.0, 800.0], egui::Theme::Dark);
    s.window
        .state_mut()
        .act(Action::View(ViewEdit::Workspace(Workspace::Gallery)));
    s.settle();
    s.keep(titles);
    s
}

#[test]
fn without_a_choice_the_gallery_asks_for_one() {
    let mut s = in_gallery(&["Apple", "Pear"]);
    s.window
        .state_mut()
        .act(Action::Command(Command::AboutPicture));
    s.settle();
    s.window.get_by_label("Choose a picture first.");
    assert!(s.window.query_by_label("What made it").is_none());
    s.window.key_press(egui::Key::Escape);
    s.settle();
    s.window.state_mut().act(Action::Command(Command::Upscale2));
    s.settle();
    s.window.get_by_label_contains("Choose a picture first.");
}

#[test]
fn a_picture_from_elsewhere_was_not_made_on_the_day_it_came() {
    let mut s = in_gallery(&[]);
    let path = s.folder.path().join("holiday.png");
    ui_doors::photo(&path);
    let paths = vec![path];
    let role = FileRole::Import;
    s.window.state_mut().act(Action::OpenFiles { paths, role });
    s.settle();
    s.window
        .get_by_role_and_label(Role::Button, "holiday")
        .click();
    s.settle();
    s.window
        .state_mut()
        .act(Action::Command(Command::AboutPicture));
    s.settle();
    s.window.get_by_label_contains("In the gallery since");
    assert!(s.window.query_by_label_contains("Made on").is_none());
}

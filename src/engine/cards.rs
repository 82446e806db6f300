//! The lines of cards that go into files.

use super::protocol::{Library, ModelInfo, Painter, StyleInfo};
use crate::export::{CardLines, Cards};
use crate::recipe::{LEARNT, StyleSource};

/// Those of all networks, and of learnt styles as recipes name them among the networks.
pub fn cards(library: &Library) -> Cards {
    let models = library.models.iter().map(|m| (m.name.clone(), of_model(m)));
    models
        .chain(library.styles.iter().filter_map(of_style))
        .collect()
}

fn of_model(m: &ModelInfo) -> CardLines {
    CardLines {
        title: m.title.clone(),
        trained: m.trained,
        licence: m.licence.clone(),
        credit: m.credit.clone(),
    }
}

fn of_style(style: &StyleInfo) -> Option<(String, CardLines)> {
    let StyleSource::Builtin(id) = &style.source else {
        return None;
    };
    let lines = || CardLines {
        title: style.name.clone(),
        trained: true,
        licence: style.licence.clone(),
        credit: style.by(),
    };
    (style.painter == Painter::Learnt).then(|| (format!("{LEARNT}{id}"), lines()))
}

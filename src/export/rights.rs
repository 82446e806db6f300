//! What a picture's own metadata reserves: a reason for a warning, never for a block.

use super::xmp::{Properties, ns};

/// Rights that a file reserves, each in one sentence for the user.
pub fn reservations(p: &Properties, exif_copyright: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(terms) = p.first(ns::RIGHTS, "UsageTerms") {
        notes.push(format!("Its usage terms say: {}", terms.trim()));
    }
    if let Some(value) = p.first(ns::PLUS, "DataMining")
        && let Some(words) = data_mining(value)
    {
        notes.push(words.to_owned());
    }
    for (uri, name, values) in p.iter() {
        let tdm = uri.to_ascii_lowercase().contains("tdm");
        let reserved = values.first().is_some_and(|v| v.trim() == "1");
        if tdm && name.eq_ignore_ascii_case("reservation") && reserved {
            notes.push("Its owner reserves text and data mining (TDM reservation).".into());
        }
    }
    let rights = p.first(ns::DC, "rights").unwrap_or_default().trim();
    let owner = if rights.is_empty() {
        exif_copyright.trim()
    } else {
        rights
    };
    if owner.contains('©')
        || owner.to_lowercase().contains("copyright")
        || owner.to_lowercase().contains("all rights reserved")
    {
        notes.push(format!("It is marked as someone's work: {owner}"));
    }
    if p.first(ns::RIGHTS, "Marked")
        .is_some_and(|m| m.trim().eq_ignore_ascii_case("true"))
        && notes.is_empty()
    {
        notes.push("It is marked as protected by copyright.".into());
    }
    notes
}

/// PLUS's vocabulary (ldf: DMI-…), prohibitions and constraints only.
fn data_mining(value: &str) -> Option<&'static str> {
    let code = value.trim().rsplit(['/', ':']).next()?;
    Some(match code {
        "DMI-PROHIBITED" => "Its owner prohibits data mining.",
        "DMI-PROHIBITED-AIMLTRAINING" => {
            "Its owner prohibits data mining for training of AI and machine learning."
        }
        "DMI-PROHIBITED-GENAIMLTRAINING" => {
            "Its owner prohibits data mining for training of generative AI."
        }
        "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING" => {
            "Its owner prohibits data mining except by search engines."
        }
        "DMI-PROHIBITED-SEECONSTRAINT" => "Its owner prohibits data mining, with conditions.",
        "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR" | "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR" => {
            "Its owner prohibits data mining; the file says more about it."
        }
        _ => return None,
    })
}

//! Settings that other programs leave in pictures: recognised and shown as text,
//! never interpreted.

/// Another program's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The program, e.g. `InvokeAI`.
    pub program: &'static str,
    /// Its text as it stands in the file.
    pub text: String,
}

/// Recognises settings in a file's text chunks (keyword, text; comments have no
/// keyword) and in EXIF's `UserComment`.
pub fn recognise(texts: &[(String, String)], user_comment: &str) -> Option<Foreign> {
    let text = |keyword: &str| {
        texts
            .iter()
            .find(|(k, t)| k == keyword && !t.trim().is_empty())
            .map(|(_, t)| t.clone())
    };
    let found = |program, text| Some(Foreign { program, text });
    for keyword in ["invokeai_metadata", "sd-metadata", "invokeai", "Dream"] {
        if let Some(t) = text(keyword) {
            return found("InvokeAI", t);
        }
    }
    // ComfyUI writes the graph that ran as `prompt` and the editor's as `workflow`.
    if let Some(t) = text("prompt").filter(|t| t.contains("class_type")) {
        return found("ComfyUI", t);
    }
    if let Some(t) = text("workflow").filter(|t| t.trim_start().starts_with('{')) {
        return found("ComfyUI", t);
    }
    if let Some(t) = text("parameters") {
        return found(program_of_parameters(&t), t);
    }
    let comments = texts
        .iter()
        .filter(|(k, _)| k.is_empty() || k == "Comment" || k == "UserComment")
        .map(|(_, t)| t.as_str());
    for comment in std::iter::once(user_comment).chain(comments) {
        if looks_like_parameters(comment) {
            return found(program_of_parameters(comment), comment.to_owned());
        }
        if comment.contains("class_type") && comment.contains("inputs") {
            return found("ComfyUI", comment.to_owned());
        }
    }
    None
}

/// AUTOMATIC1111's last line: `Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: …`.
fn looks_like_parameters(text: &str) -> bool {
    text.contains("Steps: ") && text.contains("Seed: ") && text.contains("Sampler: ")
}

/// Several programs write `parameters`; most of them as AUTOMATIC1111 does.
fn program_of_parameters(text: &str) -> &'static str {
    if text.contains("sui_image_params") {
        "SwarmUI"
    } else if text.contains("Version: ComfyUI") {
        "ComfyUI"
    } else if text.contains("Fooocus") {
        "Fooocus"
    } else {
        "AUTOMATIC1111"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(k: &str, t: &str) -> Vec<(String, String)> {
        vec![(k.into(), t.into())]
    }

    #[test]
    fn each_programs_text_is_recognised() {
        let a1111 = "a pear\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512";
        let f = recognise(&chunk("parameters", a1111), "").unwrap();
        assert_eq!((f.program, f.text.as_str()), ("AUTOMATIC1111", a1111));
        let f = recognise(&[], a1111).unwrap();
        assert_eq!(f.program, "AUTOMATIC1111");
        let f = recognise(&chunk("invokeai_metadata", "{\"seed\":1}"), "").unwrap();
        assert_eq!(f.program, "InvokeAI");
        let graph = r#"{"3":{"class_type":"KSampler","inputs":{"seed":1}}}"#;
        let f = recognise(&chunk("prompt", graph), "").unwrap();
        assert_eq!((f.program, f.text.as_str()), ("ComfyUI", graph));
    }

    #[test]
    fn other_texts_are_not() {
        assert_eq!(recognise(&chunk("Software", "GIMP"), ""), None);
        assert_eq!(recognise(&chunk("prompt", "what?"), "a photo"), None);
        assert_eq!(recognise(&chunk("parameters", "  "), ""), None);
    }
}

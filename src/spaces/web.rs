//! Pages in one file: a template, the styles and the code that both pages share, and data.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Tags;

const GL: &str = include_str!("../../assets/spaces/gl.js");
const CSS: &str = include_str!("../../assets/spaces/page.css");

/// Bytes as an address that holds them.
pub(crate) fn data_url(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
}

/// Text for HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Puts words, code and data at the `{{places}}` of a template. What is put in is not looked
/// through again.
pub(crate) fn fill(
    template: &str,
    tags: &Tags,
    data: &serde_json::Value,
    words: &[(&str, &str)],
) -> String {
    // A script ends at "</", whatever the language inside.
    let data = data.to_string().replace("</", "<\\/");
    let mut out = String::with_capacity(template.len() + GL.len() + data.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            rest = after;
            break;
        };
        match name {
            "gl" => out.push_str(GL),
            "css" => out.push_str(CSS),
            "data" => out.push_str(&data),
            "title" => out.push_str(&escaped(&tags.title)),
            "copyright" => out.push_str(&escaped(&tags.copyright)),
            "generator" => out.push_str(concat!("Limner ", env!("CARGO_PKG_VERSION"))),
            other => {
                let known = words.iter().find(|(word, _)| *word == other);
                out.push_str(&escaped(known.map_or("", |(_, text)| text)));
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_marks_of_html_stay_names() {
        let tags = Tags {
            title: "<b>\"{{gl}}\"&</b>".into(),
            ..Tags::default()
        };
        let page = fill(
            "<p title=\"{{title}}\">{{data}}{{nobody}}",
            &tags,
            &serde_json::json!("</script>"),
            &[],
        );
        assert_eq!(
            page,
            "<p title=\"&lt;b&gt;&quot;{{gl}}&quot;&amp;&lt;/b&gt;\">\"<\\/script>\""
        );
    }
}

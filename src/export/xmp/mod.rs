//! XMP packets (ISO 16684-1): written, read, and changed without losing what other
//! programs put there.

mod edit;
mod parse;

pub use edit::{UserLabels, edit};
pub use parse::{Properties, parse};

use std::fmt::Write;

/// Namespaces that Limner reads or writes.
pub mod ns {
    /// Dublin Core.
    pub const DC: &str = "http://purl.org/dc/elements/1.1/";
    /// XMP basics.
    pub const XMP: &str = "http://ns.adobe.com/xap/1.0/";
    /// XMP rights.
    pub const RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
    /// EXIF's fields as labels.
    pub const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
    /// Photoshop, where IPTC Core keeps the credit line.
    pub const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
    /// IPTC Extension.
    pub const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
    /// PLUS.
    pub const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
    /// Google's Photo Sphere: that a picture is a panorama, and which part of one.
    pub const GPANO: &str = "http://ns.google.com/photos/1.0/panorama/";
    /// Extended XMP in JPEG.
    pub const NOTE: &str = "http://ns.adobe.com/xmp/note/";
    /// RDF.
    pub const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    /// Text and data mining reservations.
    pub const TDM: &str = "http://www.w3.org/ns/tdmrep/";
    /// Limner's own: `Recipe` holds the recipe as JSON.
    pub const LIMNER: &str = "urn:limner:xmp:1#";
}

const PREFIXES: [(&str, &str); 9] = [
    ("dc", ns::DC),
    ("xmp", ns::XMP),
    ("xmpRights", ns::RIGHTS),
    ("photoshop", ns::PHOTOSHOP),
    ("Iptc4xmpExt", ns::IPTC_EXT),
    ("exif", ns::EXIF),
    ("GPano", ns::GPANO),
    ("xmpNote", ns::NOTE),
    ("limner", ns::LIMNER),
];

/// A property's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Plain text.
    Text(String),
    /// A list in order.
    Seq(Vec<String>),
    /// A list without order.
    Bag(Vec<String>),
    /// A text that may come in several languages; written as the default one.
    Alt(String),
}

/// A packet to be written: labels for everyone and, apart from them, the recipe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packet {
    labels: Vec<(&'static str, Value)>,
    recipe: Option<String>,
}

impl Packet {
    /// Sets a property by its prefixed name, e.g. `dc:creator`; empty values are left out.
    pub fn put(&mut self, name: &'static str, value: Value) {
        let empty = match &value {
            Value::Text(t) | Value::Alt(t) => t.is_empty(),
            Value::Seq(l) | Value::Bag(l) => l.iter().all(String::is_empty),
        };
        if !empty {
            self.labels.retain(|(known, _)| *known != name);
            self.labels.push((name, value));
        }
    }

    /// Says that the picture is a whole equirectangular panorama of this size: all fields that
    /// the Photo Sphere description requires.
    pub fn put_panorama(&mut self, [width, height]: [u32; 2]) {
        let text = |value: &dyn std::fmt::Display| Value::Text(value.to_string());
        self.put("GPano:ProjectionType", text(&"equirectangular"));
        self.put("GPano:UsePanoramaViewer", text(&"True"));
        self.put("GPano:CroppedAreaImageWidthPixels", text(&width));
        self.put("GPano:CroppedAreaImageHeightPixels", text(&height));
        self.put("GPano:FullPanoWidthPixels", text(&width));
        self.put("GPano:FullPanoHeightPixels", text(&height));
        self.put("GPano:CroppedAreaLeftPixels", text(&0));
        self.put("GPano:CroppedAreaTopPixels", text(&0));
    }

    /// Adds the recipe.
    pub fn put_recipe(&mut self, json: String) {
        self.recipe = Some(json);
    }

    /// Everything in one packet.
    pub fn whole(&self) -> String {
        let mut body = String::new();
        for (name, value) in &self.labels {
            property(&mut body, name, value);
        }
        if let Some(json) = &self.recipe {
            property(&mut body, "limner:Recipe", &Value::Text(json.clone()));
        }
        wrap(&body, true)
    }

    /// The labels alone, pointing to the extended packet.
    pub fn main(&self, guid: &str) -> String {
        let mut body = String::new();
        for (name, value) in &self.labels {
            property(&mut body, name, value);
        }
        property(
            &mut body,
            "xmpNote:HasExtendedXMP",
            &Value::Text(guid.to_owned()),
        );
        wrap(&body, true)
    }

    /// The recipe alone, as an extended packet (without the packet wrapper).
    pub fn extended(&self) -> String {
        let mut body = String::new();
        if let Some(json) = &self.recipe {
            property(&mut body, "limner:Recipe", &Value::Text(json.clone()));
        }
        wrap(&body, false)
    }

    /// What goes in, line by line, for people.
    pub fn preview(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.labels {
            let text = match value {
                Value::Text(t) | Value::Alt(t) => t.clone(),
                Value::Seq(l) | Value::Bag(l) => l.join(", "),
            };
            line(&mut out, name, &text);
        }
        if let Some(json) = &self.recipe {
            line(&mut out, "limner:Recipe", json);
        }
        out
    }
}

fn line(out: &mut String, name: &str, text: &str) {
    // Writing into a String can't fail.
    writeln!(out, "{name}: {text}").ok();
}

fn wrap(body: &str, packet: bool) -> String {
    let mut out = String::with_capacity(body.len() + 1500);
    if packet {
        out.push_str("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n");
    }
    writeln!(
        out,
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"Limner {}\">\n<rdf:RDF xmlns:rdf=\"{}\">",
        env!("CARGO_PKG_VERSION"),
        ns::RDF
    )
    .ok();
    out.push_str("<rdf:Description rdf:about=\"\"");
    for (prefix, uri) in PREFIXES {
        if body.contains(&format!("<{prefix}:")) {
            write!(out, " xmlns:{prefix}=\"{uri}\"").ok();
        }
    }
    out.push_str(">\n");
    out.push_str(body);
    out.push_str("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n");
    if packet {
        out.push_str("<?xpacket end=\"w\"?>");
    }
    out
}

fn property(out: &mut String, name: &str, value: &Value) {
    match value {
        Value::Text(t) => writeln!(out, "<{name}>{}</{name}>", escape(t)),
        Value::Alt(t) => writeln!(
            out,
            "<{name}><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt></{name}>",
            escape(t)
        ),
        Value::Seq(l) => writeln!(out, "<{name}><rdf:Seq>{}</rdf:Seq></{name}>", items(l)),
        Value::Bag(l) => writeln!(out, "<{name}><rdf:Bag>{}</rdf:Bag></{name}>", items(l)),
    }
    .ok();
}

fn items(list: &[String]) -> String {
    let mut out = String::new();
    for item in list.iter().filter(|i| !i.is_empty()) {
        write!(out, "<rdf:li>{}</rdf:li>", escape(item)).ok();
    }
    out
}

/// Escapes text for XML, without the characters that XML can't hold at all. Line
/// breaks and tabs become references, so that they survive.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

//! Stars, tags and titles in a packet that other programs may have written, too:
//! only these are replaced, all else stays.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{NsReader, Writer};

use super::parse::resolve;
use super::{Packet, Properties, Value, ns};

/// What the user says about a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserLabels {
    /// 0..=5.
    pub stars: u8,
    /// Title; empty for none.
    pub title: String,
    /// The user's words, each once.
    pub tags: Vec<String>,
}

impl UserLabels {
    /// Takes the labels out of a packet.
    pub fn from_properties(p: &Properties) -> Self {
        let mut tags: Vec<String> = Vec::new();
        for tag in p.all(ns::DC, "subject") {
            let tag = tag.trim();
            if !tag.is_empty() && !tags.iter().any(|t| t == tag) {
                tags.push(tag.to_owned());
            }
        }
        Self {
            // Other programs write -1 for rejected and sometimes fractions.
            stars: p
                .first(ns::XMP, "Rating")
                .and_then(|r| r.trim().parse::<f32>().ok())
                .map_or(0, |r| r.clamp(0.0, 5.0) as u8),
            title: p
                .first(ns::DC, "title")
                .unwrap_or_default()
                .trim()
                .to_owned(),
            tags,
        }
    }

    fn body(&self) -> String {
        let mut packet = Packet::default();
        packet.put("xmp:Rating", Value::Text(self.stars.to_string()));
        packet.put("dc:title", Value::Alt(self.title.clone()));
        packet.put("dc:subject", Value::Bag(self.tags.clone()));
        let mut body = String::new();
        for (name, value) in &packet.labels {
            super::property(&mut body, name, value);
        }
        body
    }
}

fn is_ours(uri: &str, name: &str) -> bool {
    matches!(
        (uri, name),
        (ns::XMP, "Rating") | (ns::DC, "title" | "subject")
    )
}

/// A packet with these labels: `existing` with only them replaced, or a new one.
/// `None` when `existing` isn't well-formed XMP.
pub fn edit(existing: Option<&str>, labels: &UserLabels) -> Option<String> {
    let body = labels.body();
    let Some(existing) = existing.filter(|e| !e.trim().is_empty()) else {
        return Some(super::wrap(&body, true));
    };
    let mut reader = NsReader::from_str(existing);
    let mut writer = Writer::new(Vec::with_capacity(existing.len() + body.len()));
    let mut depth = 0usize;
    let mut skip_below: Option<usize> = None;
    let mut descriptions: Vec<usize> = Vec::new();
    let mut written = false;
    loop {
        let event = reader.read_event().ok()?;
        let (uri, name) = match &event {
            Event::Start(e) | Event::Empty(e) => resolve(reader.resolver(), e.name(), true),
            Event::End(e) => resolve(reader.resolver(), e.name(), true),
            _ => Default::default(),
        };
        let in_description = descriptions.last() == Some(&depth);
        match event {
            Event::Eof => break,
            Event::Start(e) => {
                depth += 1;
                if skip_below.is_some() {
                    continue;
                }
                if in_description && is_ours(&uri, &name) {
                    skip_below = Some(depth);
                    continue;
                }
                if uri == ns::RDF && name == "Description" && descriptions.is_empty() {
                    descriptions.push(depth);
                    let e = without_ours(&reader, &e)?;
                    writer.write_event(Event::Start(e)).ok()?;
                } else {
                    writer.write_event(Event::Start(e)).ok()?;
                }
            }
            Event::Empty(e) => {
                if skip_below.is_some() || in_description && is_ours(&uri, &name) {
                    continue;
                }
                if uri == ns::RDF && name == "Description" {
                    let e = without_ours(&reader, &e)?;
                    writer.write_event(Event::Empty(e)).ok()?;
                } else if uri == ns::RDF && name == "RDF" {
                    let end = e.to_end().into_owned();
                    writer.write_event(Event::Start(e.borrow())).ok()?;
                    writer.get_mut().extend(description(&body).bytes());
                    writer.write_event(Event::End(end)).ok()?;
                    written = true;
                } else {
                    writer.write_event(Event::Empty(e)).ok()?;
                }
            }
            Event::End(e) => {
                let here = depth;
                depth = depth.checked_sub(1)?;
                match skip_below {
                    Some(d) => {
                        if d == here {
                            skip_below = None;
                        }
                        continue;
                    }
                    None if uri == ns::RDF && name == "RDF" && !written => {
                        writer.get_mut().extend(description(&body).bytes());
                        written = true;
                    }
                    None => {}
                }
                if descriptions.last() == Some(&here) {
                    descriptions.pop();
                }
                writer.write_event(Event::End(e)).ok()?;
            }
            other => {
                if skip_below.is_none() {
                    writer.write_event(other).ok()?;
                }
            }
        }
    }
    if !written || depth != 0 {
        return None;
    }
    String::from_utf8(writer.into_inner()).ok()
}

fn description(body: &str) -> String {
    format!(
        "<rdf:Description xmlns:rdf=\"{}\" rdf:about=\"\" xmlns:xmp=\"{}\" xmlns:dc=\"{}\">\n{body}</rdf:Description>\n",
        ns::RDF,
        ns::XMP,
        ns::DC
    )
}

/// The start of a description without the attributes that are replaced.
fn without_ours<'a>(reader: &NsReader<&[u8]>, e: &BytesStart<'a>) -> Option<BytesStart<'a>> {
    let mut out = BytesStart::new(String::from_utf8(e.name().into_inner().to_vec()).ok()?);
    for attribute in e.attributes() {
        let attribute = attribute.ok()?;
        let (uri, name) = resolve(reader.resolver(), attribute.key, false);
        if !is_ours(&uri, &name) {
            out.push_attribute((attribute.key.into_inner(), &*attribute.value));
        }
    }
    Some(out)
}

//! Reading XMP: RDF's ways of writing a property, flattened to names and texts.

use std::collections::HashMap;

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};

use super::ns;

/// Properties of a packet: namespace, name, and its texts in order (the fields of
/// structures count as texts of their property).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    items: Vec<(String, String, Vec<String>)>,
    places: HashMap<(String, String), usize>,
}

/// Properties of one packet that are read.
const MOST_PROPERTIES: usize = 2_000;
/// Texts of one property that are read.
const MOST_TEXTS: usize = 5_000;
/// Elements of one packet that are read; what Photoshop notes of a picture's ancestors has
/// some hundred thousand at worst.
const MOST_EVENTS: usize = 500_000;
/// Elements in elements: no label goes so deep.
const DEEPEST: usize = 256;

impl Properties {
    /// First text of a property.
    pub fn first(&self, ns: &str, name: &str) -> Option<&str> {
        self.all(ns, name).first().map(String::as_str)
    }

    /// All texts of a property.
    pub fn all(&self, ns: &str, name: &str) -> &[String] {
        let place = self.places.get(&(ns.to_owned(), name.to_owned()));
        place.map_or(&[], |&at| &self.items[at].2)
    }

    /// Every property: namespace, name, texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        self.items
            .iter()
            .map(|(n, l, v)| (n.as_str(), l.as_str(), v.as_slice()))
    }

    /// Takes over what this doesn't have yet.
    pub fn merge(&mut self, other: Properties) {
        for (ns, name, values) in other.items {
            if self.all(&ns, &name).is_empty() {
                for value in values {
                    self.push(&ns, &name, value);
                }
            }
        }
    }

    fn push(&mut self, ns: &str, name: &str, value: String) {
        let key = (ns.to_owned(), name.to_owned());
        match self.places.get(&key) {
            Some(&at) => {
                let texts = &mut self.items[at].2;
                if texts.len() < MOST_TEXTS {
                    texts.push(value);
                }
            }
            None if self.items.len() < MOST_PROPERTIES => {
                self.items.push((key.0.clone(), key.1.clone(), vec![value]));
                self.places.insert(key, self.items.len() - 1);
            }
            None => {}
        }
    }
}

/// Reads a packet. Damaged XML gives what stood before the damage: for labels, some
/// are better than none.
pub fn parse(packet: &str) -> Properties {
    let mut properties = Properties::default();
    let mut reader = NsReader::from_str(packet);
    // Depth of the elements below rdf:Description, and the property being read.
    let mut stack: Vec<bool> = Vec::new();
    let mut property: Option<(String, String, usize)> = None;
    let mut text = String::new();
    for _ in 0..MOST_EVENTS {
        let Ok(event) = reader.read_event() else {
            return properties;
        };
        if stack.len() > DEEPEST {
            return properties;
        }
        match event {
            Event::Start(e) => {
                open(&reader, &e, &mut stack, &mut property, &mut properties);
                text.clear();
            }
            Event::Empty(e) => {
                open(&reader, &e, &mut stack, &mut property, &mut properties);
                text.clear();
                close(&mut stack, &mut property, &mut text, &mut properties);
            }
            Event::Text(t) => push_text(&mut text, t.xml10_content().ok()),
            Event::CData(t) => push_text(&mut text, t.xml10_content().ok()),
            Event::GeneralRef(r) => match r.resolve_char_ref() {
                Ok(Some(c)) => text.push(c),
                _ => {
                    let name = r.decode().unwrap_or_default();
                    text.push_str(
                        quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default(),
                    );
                }
            },
            Event::End(_) => close(&mut stack, &mut property, &mut text, &mut properties),
            Event::Eof => return properties,
            _ => {}
        }
    }
    properties
}

fn push_text(text: &mut String, more: Option<std::borrow::Cow<'_, str>>) {
    if let Some(more) = more {
        text.push_str(&more);
    }
}

/// An element starts. A description's children are properties; its attributes too.
fn open(
    reader: &NsReader<&[u8]>,
    e: &BytesStart<'_>,
    stack: &mut Vec<bool>,
    property: &mut Option<(String, String, usize)>,
    properties: &mut Properties,
) {
    let (uri, name) = resolve(reader.resolver(), e.name(), true);
    let description = uri == ns::RDF && name == "Description";
    if property.is_none() && stack.last() == Some(&true) {
        *property = Some((uri, name, stack.len()));
    }
    // Looking for equal names takes a time that grows with their square.
    let mut attributes = e.attributes();
    attributes.with_checks(false);
    for attribute in attributes.flatten().take(MOST_PROPERTIES) {
        // A declaration of a prefix says nothing about the picture.
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (uri, name) = resolve(reader.resolver(), attribute.key, false);
        if uri.is_empty() || uri.starts_with("http://www.w3.org/XML") {
            continue;
        }
        let Ok(value) = attribute.normalized_value(XmlVersion::Explicit1_0) else {
            continue;
        };
        match property {
            // `rdf:resource`, and fields of structures.
            Some((ns, n, _)) if uri != ns::RDF || name == "resource" => {
                properties.push(ns, n, value.into_owned());
            }
            None if description && uri != ns::RDF => properties.push(&uri, &name, value.into()),
            _ => {}
        }
    }
    stack.push(description && property.is_none());
}

/// An element ends: what stood in it is a text of the property.
fn close(
    stack: &mut Vec<bool>,
    property: &mut Option<(String, String, usize)>,
    text: &mut String,
    properties: &mut Properties,
) {
    stack.pop();
    if let Some((ns, name, depth)) = property {
        if !text.trim().is_empty() {
            properties.push(ns, name, text.clone());
        }
        if stack.len() == *depth {
            *property = None;
        }
    }
    text.clear();
}

pub(super) fn resolve(
    resolver: &NamespaceResolver,
    name: quick_xml::name::QName<'_>,
    element: bool,
) -> (String, String) {
    let (result, local) = if element {
        resolver.resolve_element(name)
    } else {
        resolver.resolve_attribute(name)
    };
    let uri = match result {
        ResolveResult::Bound(n) => String::from_utf8_lossy(n.into_inner()).into_owned(),
        _ => String::new(),
    };
    (
        uri,
        String::from_utf8_lossy(local.into_inner()).into_owned(),
    )
}

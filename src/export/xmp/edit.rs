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
    /// Albums of the gallery that it is in, each once.
    pub albums: Vec<String>,
}

impl UserLabels {
    /// Takes the labels out of a packet.
    pub fn from_properties(p: &Properties) -> Self {
        let each_once = |uri, name| {
            let mut words: Vec<String> = Vec::new();
            for word in p.all(uri, name) {
                let word = word.trim();
                if !word.is_empty() && !words.iter().any(|w| w == word) {
                    words.push(word.to_owned());
                }
            }
            words
        };
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
            tags: each_once(ns::DC, "subject"),
            albums: each_once(ns::LIMNER, "Albums"),
        }
    }

    fn body(&self) -> String {
        let mut packet = Packet::default();
        packet.put("xmp:Rating", Value::Text(self.stars.to_string()));
        packet.put("dc:title", Value::Alt(self.title.clone()));
        packet.put("dc:subject", Value::Bag(self.tags.clone()));
        packet.put("limner:Albums", Value::Bag(self.albums.clone()));
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
        (ns::XMP, "Rating") | (ns::DC, "title" | "subject") | (ns::LIMNER, "Albums")
    )
}

/// A packet with these labels: `existing` with only them replaced, or a new one.
/// `None` when `existing` isn't well-formed XMP.
pub fn edit(existing: Option<&str>, labels: &UserLabels) -> Option<String> {
    let body = labels.body();
    let Some(existing) = existing.filter(|e| !e.trim().is_empty()) else {
        return Some(super::wrap(&body, true));
    };
    let mut editor = Editor {
        reader: NsReader::from_str(existing),
        writer: Writer::new(Vec::with_capacity(existing.len() + body.len())),
        description: description(&body),
        depth: 0,
        skip_from: None,
        inside: None,
        bare: None,
        after_dropped: false,
        written: false,
    };
    while editor.step()? {}
    let whole = editor.written && editor.depth == 0;
    String::from_utf8(editor.writer.into_inner())
        .ok()
        .filter(|_| whole)
}

/// Copies a packet event by event, leaving out what is replaced.
struct Editor<'a> {
    reader: NsReader<&'a [u8]>,
    writer: Writer<Vec<u8>>,
    /// What goes in at the end.
    description: String,
    /// Open elements.
    depth: usize,
    /// Depth of the element that is being left out.
    skip_from: Option<usize>,
    /// Depth of the outermost description, while inside one.
    inside: Option<usize>,
    /// Where that one begins and its content does, if its attributes say nothing.
    bare: Option<(usize, usize)>,
    /// A description was just left out: the space behind it goes, too.
    after_dropped: bool,
    written: bool,
}

impl Editor<'_> {
    /// One event; false at the end, `None` for damaged XML.
    fn step(&mut self) -> Option<bool> {
        let event = self.reader.read_event().ok()?;
        let (uri, name) = match &event {
            Event::Start(e) | Event::Empty(e) => resolve(self.reader.resolver(), e.name(), true),
            Event::End(e) => resolve(self.reader.resolver(), e.name(), true),
            _ => Default::default(),
        };
        let rdf = (uri == ns::RDF).then_some(name.as_str());
        let replaced = self.inside == Some(self.depth) && is_ours(&uri, &name);
        let after_dropped = std::mem::take(&mut self.after_dropped);
        match event {
            Event::Eof => return Some(false),
            Event::Start(e) => {
                self.depth += 1;
                if replaced && self.skip_from.is_none() {
                    self.skip_from = Some(self.depth);
                }
                let first = rdf == Some("Description") && self.inside.is_none();
                if first && self.skip_from.is_none() {
                    self.inside = Some(self.depth);
                    let e = without_ours(&self.reader, &e)?;
                    let bare = says_nothing(&self.reader, &e)?;
                    let begin = self.writer.get_ref().len();
                    self.write(Event::Start(e))?;
                    self.bare = bare.then_some((begin, self.writer.get_ref().len()));
                } else {
                    self.write(Event::Start(e))?;
                }
            }
            Event::Text(t) if after_dropped && t.iter().all(u8::is_ascii_whitespace) => {}
            Event::Empty(_) if replaced => {}
            Event::Empty(e) => match rdf {
                Some("Description") => {
                    let e = without_ours(&self.reader, &e)?;
                    self.write(Event::Empty(e))?;
                }
                // A packet that says nothing.
                Some("RDF") => {
                    let end = e.to_end().into_owned();
                    self.write(Event::Start(e))?;
                    self.put_description();
                    self.write(Event::End(end))?;
                }
                _ => self.write(Event::Empty(e))?,
            },
            Event::End(e) => {
                if rdf == Some("RDF") && !self.written {
                    self.put_description();
                }
                self.write(Event::End(e))?;
                if self.skip_from == Some(self.depth) {
                    self.skip_from = None;
                }
                if self.inside == Some(self.depth) {
                    self.inside = None;
                    self.drop_if_empty();
                }
                self.depth = self.depth.checked_sub(1)?;
            }
            other => self.write(other)?,
        }
        Some(true)
    }

    fn write(&mut self, event: Event<'_>) -> Option<()> {
        match self.skip_from {
            Some(_) => Some(()),
            None => self.writer.write_event(event).ok(),
        }
    }

    /// Takes the description that has just ended out where nothing is left in it: each change would leave
    /// another.
    fn drop_if_empty(&mut self) {
        let Some((begin, content)) = self.bare.take() else {
            return;
        };
        let out = self.writer.get_mut();
        let text = &out[content..];
        let end = text.iter().rposition(|b| *b == b'<').unwrap_or(0);
        if text[..end].iter().all(u8::is_ascii_whitespace) {
            out.truncate(begin);
            self.after_dropped = true;
        }
    }

    fn put_description(&mut self) {
        self.writer.get_mut().extend(self.description.bytes());
        self.written = true;
    }
}

fn description(body: &str) -> String {
    format!(
        "<rdf:Description xmlns:rdf=\"{}\" rdf:about=\"\" xmlns:xmp=\"{}\" xmlns:dc=\"{}\" xmlns:limner=\"{}\">\n{body}</rdf:Description>\n",
        ns::RDF,
        ns::XMP,
        ns::DC,
        ns::LIMNER
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

/// Whether a description's attributes only name spaces and the picture itself.
fn says_nothing(reader: &NsReader<&[u8]>, e: &BytesStart<'_>) -> Option<bool> {
    for attribute in e.attributes() {
        let attribute = attribute.ok()?;
        let key = attribute.key.into_inner();
        let (uri, name) = resolve(reader.resolver(), attribute.key, false);
        let about = uri == ns::RDF && name == "about" && attribute.value.is_empty();
        if !about && !key.starts_with(b"xmlns") {
            return Some(false);
        }
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn labels(stars: u8, title: &str, tags: &[&str]) -> UserLabels {
        UserLabels {
            stars,
            title: title.into(),
            tags: tags.iter().map(|t| (*t).to_owned()).collect(),
            albums: tags.iter().map(|t| format!("{t} album")).collect(),
        }
    }

    fn read(packet: &str) -> UserLabels {
        UserLabels::from_properties(&parse(packet))
    }

    #[test]
    fn labels_come_back_from_a_new_packet_and_after_each_change() {
        let mut packet = None;
        for l in [
            labels(3, "A <b> & \"c\"", &["x", "y z", "<&>"]),
            labels(0, "", &[]),
            labels(5, "静物 🍐", &["عمل"]),
        ] {
            let next = edit(packet.as_deref(), &l).unwrap();
            assert_eq!(read(&next), l);
            assert_eq!(next.matches("<xmp:Rating").count(), 1, "{next}");
            packet = Some(next);
        }
    }

    #[test]
    fn every_way_of_writing_a_property_is_replaced() {
        let head = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">"#;
        let ns =
            r#"xmlns:a="http://ns.adobe.com/xap/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/""#;
        for inner in [
            format!(r#"<r:Description {ns} a:Rating="1" a:Label="Red"/>"#),
            format!(
                "<r:Description {ns} a:Label=\"Red\"><a:Rating>1</a:Rating><d:subject><r:Bag><r:li>old</r:li></r:Bag></d:subject></r:Description>"
            ),
            format!(
                r#"<r:Description {ns} a:Label="Red"><d:title><r:Alt><r:li xml:lang="x-default">Old</r:li></r:Alt></d:title></r:Description><r:Description {ns} a:Rating="2"/>"#
            ),
            format!(r#"<r:Description {ns} a:Label="Red"/><r:Description {ns}/>"#),
        ] {
            let packet = format!("{head}{inner}</r:RDF></x:xmpmeta>");
            let l = labels(4, "New", &["new"]);
            let out = edit(Some(&packet), &l).unwrap();
            assert_eq!(read(&out), l, "{out}");
            assert_eq!(parse(&out).first(ns::XMP, "Label"), Some("Red"), "{out}");
            assert!(!out.contains("old") && !out.contains("Old"), "{out}");
        }
        let empty = format!("{}</x:xmpmeta>", head.replace("#\">", "#\"/>"));
        assert_eq!(
            read(&edit(Some(&empty), &labels(1, "", &[])).unwrap()).stars,
            1
        );
    }

    /// Starring a picture a thousand times must not make its sidecar larger and larger.
    #[test]
    fn changes_leave_nothing_behind() {
        let head = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">"#;
        let foreign = format!(
            "{head}<rdf:Description rdf:about=\"\" xmlns:a=\"http://ns.adobe.com/xap/1.0/\" a:Label=\"Red\">\n</rdf:Description>\n</rdf:RDF></x:xmpmeta>"
        );
        for first in [None, Some(foreign)] {
            let foreign = first.is_some();
            let mut packet = edit(first.as_deref(), &labels(0, "Title", &["x"])).unwrap();
            let lengths: Vec<usize> = (1..=5)
                .map(|stars| {
                    packet = edit(Some(&packet), &labels(stars, "Title", &["x"])).unwrap();
                    packet.len()
                })
                .collect();
            assert_eq!(lengths, [lengths[0]; 5], "{packet}");
            assert_eq!(read(&packet), labels(5, "Title", &["x"]));
            let red = parse(&packet).first(ns::XMP, "Label") == Some("Red");
            assert_eq!(red, foreign, "{packet}");
        }
    }

    #[test]
    fn damaged_packets_are_refused() {
        for bad in [
            "<x",
            "<a><b></a>",
            "hello",
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">",
        ] {
            assert_eq!(edit(Some(bad), &labels(1, "", &[])), None, "{bad}");
        }
    }
}

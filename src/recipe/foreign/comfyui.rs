//! ComfyUI: the graph that ran (`prompt`: nodes by number, links as `["number", slot]`) or
//! the editor's (`workflow`). In PNG as text chunks, in WebP as EXIF's `Model` and `Make`
//! with the name before a colon.
//!
//! A graph is a program; what is told is what its samplers take in.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::words;
use super::file_texts::{FileTexts, Found};
use super::text::object;

/// Links that are followed from a sampler on.
const DEEPEST: usize = 64;
/// Links that are followed in all: ways may part and meet again, in circles too.
const MOST_LINKS: usize = 20_000;
/// Samplers that are told of.
const MOST_SAMPLERS: usize = 4;

/// The graph, wherever it stands.
pub(super) fn read(texts: &FileTexts<'_>) -> Option<Found> {
    let places = [
        texts.model,
        texts.make,
        texts.description,
        texts.software,
        texts.comment,
    ];
    let tagged = |name: &str| {
        places.iter().find_map(|text| {
            let (tag, json) = text.split_once(':')?;
            let json = json.trim();
            (tag.trim().eq_ignore_ascii_case(name) && json.starts_with('{')).then_some(json)
        })
    };
    let ran = texts.chunk("prompt").or_else(|| tagged("prompt"));
    let ran = ran.or_else(|| texts.comments().find(|t| t.trim_start().starts_with('{')));
    if let Some(text) = ran.filter(|t| t.contains("class_type") && t.contains("inputs")) {
        let graph = object(text).map(|map| Graph::that_ran(&map));
        return Some(found(text, graph));
    }
    let drawn = texts.chunk("workflow").or_else(|| tagged("workflow"));
    let text = drawn.filter(|t| t.trim_start().starts_with('{'))?;
    let graph = object(text).map(|map| Graph::of_the_editor(&map));
    Some(found(text, graph))
}

fn found(text: &str, graph: Option<Graph>) -> Found {
    Found {
        program: "ComfyUI",
        text: text.to_owned(),
        settings: graph.map_or_else(Vec::new, |graph| graph.settings()),
    }
}

/// Nodes by number: their kind and what goes in.
struct Graph {
    nodes: BTreeMap<Number, Node>,
    /// Links that may still be followed.
    links_left: Cell<usize>,
}

/// A node's number; those that are no numbers (of groups, `12:3`) come last.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Number(u64, String);

impl Number {
    fn of(text: &str) -> Self {
        Self(text.parse().unwrap_or(u64::MAX), text.to_owned())
    }
}

struct Node {
    kind: String,
    inputs: Map<String, Value>,
}

impl Graph {
    fn that_ran(map: &Map<String, Value>) -> Self {
        let node = |(number, node): (&String, &Value)| {
            let kind = node.get("class_type")?.as_str()?.to_owned();
            let inputs = node.get("inputs")?.as_object()?.clone();
            Some((Number::of(number), Node { kind, inputs }))
        };
        Self {
            links_left: Cell::new(MOST_LINKS),
            nodes: map.iter().filter_map(node).collect(),
        }
    }

    /// The editor keeps values by their place; those of the kinds that count are known.
    fn of_the_editor(map: &Map<String, Value>) -> Self {
        let list = |key: &str| map.get(key).and_then(Value::as_array);
        // [link, from node, from slot, to node, to slot, kind]
        let links: BTreeMap<u64, Value> = list("links")
            .into_iter()
            .flatten()
            .filter_map(|link| {
                let from = words(link.get(1)?)?;
                let slot = link.get(2)?.clone();
                Some((
                    link.get(0)?.as_u64()?,
                    Value::Array(vec![from.into(), slot]),
                ))
            })
            .collect();
        let node = |node: &Value| {
            let number = words(node.get("id")?)?;
            let kind = node.get("type")?.as_str()?.to_owned();
            let mut inputs = Map::new();
            let values = node.get("widgets_values").and_then(Value::as_array);
            for (value, name) in values.into_iter().flatten().zip(widgets(&kind)) {
                inputs.insert((*name).to_owned(), value.clone());
            }
            let sockets = node.get("inputs").and_then(Value::as_array);
            for socket in sockets.into_iter().flatten() {
                let link = socket.get("link").and_then(Value::as_u64);
                if let (Some(name), Some(from)) =
                    (socket["name"].as_str(), link.and_then(|l| links.get(&l)))
                {
                    inputs.insert(name.to_owned(), from.clone());
                }
            }
            Some((Number::of(&number), Node { kind, inputs }))
        };
        Self {
            links_left: Cell::new(MOST_LINKS),
            nodes: list("nodes")
                .into_iter()
                .flatten()
                .filter_map(node)
                .collect(),
        }
    }

    /// The node that a link leads to, and the slot there.
    fn linked(&self, value: &Value) -> Option<(&Node, u64)> {
        let [number, slot] = &value.as_array()?[..] else {
            return None;
        };
        self.links_left.set(self.links_left.get().checked_sub(1)?);
        let node = self.nodes.get(&Number::of(&words(number)?))?;
        Some((node, slot.as_u64()?))
    }

    fn settings(&self) -> Vec<(String, String)> {
        let samplers = self.nodes.values().filter(|node| is_sampler(node));
        let mut out = Vec::new();
        for (n, node) in samplers.take(MOST_SAMPLERS).enumerate() {
            for (name, value) in self.of_sampler(node) {
                let known = out.iter().any(|(k, v)| *k == name && *v == value);
                match (known, n) {
                    // The same as of the first: a second pass over the picture.
                    (true, 1..) => {}
                    (_, 0) => out.push((name, value)),
                    _ => out.push((format!("{name} ({})", n + 1), value)),
                }
            }
        }
        if out.is_empty() {
            out = self.texts();
        }
        out
    }

    fn of_sampler(&self, node: &Node) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        let mut tell = |name: &str, value: Option<String>| {
            out.extend(value.map(|value| (name.to_owned(), value)));
        };
        // `SamplerCustomAdvanced` has its parts in nodes of their own.
        let part = |name: &str| {
            let linked = node.inputs.get(name).and_then(|link| self.linked(link));
            linked.map(|(node, _)| node)
        };
        let guider = part("guider").unwrap_or(node);
        let prompt = |key: &str| self.prompt(guider.inputs.get(key)?, DEEPEST);
        tell(
            "Prompt",
            prompt("positive").or_else(|| prompt("conditioning")),
        );
        tell("Negative prompt", prompt("negative"));
        let (models, loras) = self.models(guider);
        tell("Model", models);
        for lora in loras {
            tell("LoRA", Some(lora));
        }
        let value = |node: &Node, keys: &[&str]| {
            let mut found = keys.iter().filter_map(|key| node.inputs.get(*key));
            found.find_map(|value| self.plain(value, DEEPEST))
        };
        let noise = part("noise").unwrap_or(node);
        tell("Seed", value(noise, &["seed", "noise_seed"]));
        let sigmas = part("sigmas").unwrap_or(node);
        tell("Steps", value(sigmas, &["steps"]));
        let sampler = part("sampler").unwrap_or(node);
        tell("Sampler", value(sampler, &["sampler_name"]));
        tell("Scheduler", value(sigmas, &["scheduler"]));
        tell("CFG scale", value(guider, &["cfg"]));
        tell("Denoise", value(sigmas, &["denoise"]));
        let latent = node
            .inputs
            .get("latent_image")
            .or(node.inputs.get("latent"));
        tell("Size", latent.and_then(|link| self.size(link)));
        out
    }

    /// A plain value, also where a link brings it from a node that holds nothing else.
    fn plain(&self, value: &Value, left: usize) -> Option<String> {
        let Some((node, _)) = self.linked(value) else {
            return (!value.is_array() && !value.is_object())
                .then(|| words(value))
                .flatten();
        };
        let left = left.checked_sub(1)?;
        let keys = ["seed", "noise_seed", "value", "int", "float", "number", "a"];
        let mut found = keys.iter().filter_map(|key| node.inputs.get(*key));
        found.find_map(|value| self.plain(value, left))
    }

    /// The text behind a conditioning.
    fn prompt(&self, value: &Value, left: usize) -> Option<String> {
        if let Value::String(text) = value {
            return Some(text.clone());
        }
        let (node, slot) = self.linked(value)?;
        let left = left.checked_sub(1)?;
        // Nodes that change both go out as they came in.
        let both = ["positive", "negative"].map(|key| node.inputs.get(key));
        if let [Some(positive), Some(negative)] = both {
            let same = if slot == 1 { negative } else { positive };
            return self.prompt(same, left);
        }
        let texts = [
            "text", "text_g", "clip_l", "t5xxl", "prompt", "string", "value", "text_l",
        ];
        let known = texts.iter().filter_map(|key| node.inputs.get(*key));
        let joined = ["string_a", "string_b"].map(|key| node.inputs.get(key));
        let passed = node.inputs.iter().filter(|(key, value)| {
            value.is_array() && (key.contains("conditioning") || key.contains("text"))
        });
        let passed = passed.map(|(_, value)| value);
        let mut all = known.chain(joined.into_iter().flatten()).chain(passed);
        all.find_map(|value| self.prompt(value, left).filter(|t| !t.trim().is_empty()))
    }

    /// The network that a sampler runs, and what was laid over it.
    fn models(&self, sampler: &Node) -> (Option<String>, Vec<String>) {
        let mut loras = Vec::new();
        let mut node = sampler;
        for _ in 0..DEEPEST {
            let text = |keys: &[&str]| {
                let mut found = keys
                    .iter()
                    .filter_map(|key| node.inputs.get(*key)?.as_str());
                found.next().map(str::to_owned)
            };
            let file = text(&["ckpt_name", "unet_name", "model_name", "gguf_name"]);
            if file.is_some() {
                return (file, loras);
            }
            if let Some(lora) = text(&["lora_name"]) {
                let strength = node.inputs.get("strength_model").and_then(words);
                loras.push(format!("{lora} {}", strength.unwrap_or_default()));
            }
            let link = node.inputs.get("model").and_then(|link| self.linked(link));
            let Some((next, _)) = link else { break };
            node = next;
        }
        (None, loras)
    }

    fn size(&self, link: &Value) -> Option<String> {
        let (node, _) = self.linked(link)?;
        let side = |key: &str| self.plain(node.inputs.get(key)?, DEEPEST);
        Some(format!("{} x {}", side("width")?, side("height")?))
    }

    /// The texts of a graph without a sampler that is known.
    fn texts(&self) -> Vec<(String, String)> {
        let coded = self
            .nodes
            .values()
            .filter(|n| n.kind.contains("TextEncode"));
        let text = |node: &Node| {
            node.inputs
                .get("text")
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let texts = coded.filter_map(text);
        texts.map(|text| ("Text".to_owned(), text)).collect()
    }
}

/// Whether a node makes a picture out of noise.
fn is_sampler(node: &Node) -> bool {
    let has = |key: &str| node.inputs.contains_key(key);
    let steps = has("steps") || has("sigmas");
    let latent = has("latent_image") || has("latent");
    (has("positive") || has("guider")) && steps && latent
}

/// What the values of a node of the editor are, in their order.
fn widgets(kind: &str) -> &'static [&'static str] {
    match kind {
        "KSampler" => &[
            "seed",
            "control_after_generate",
            "steps",
            "cfg",
            "sampler_name",
            "scheduler",
            "denoise",
        ],
        "KSamplerAdvanced" => &[
            "add_noise",
            "noise_seed",
            "control_after_generate",
            "steps",
            "cfg",
            "sampler_name",
            "scheduler",
        ],
        "CLIPTextEncode" => &["text"],
        "CheckpointLoaderSimple" => &["ckpt_name"],
        "UNETLoader" => &["unet_name"],
        "LoraLoader" => &["lora_name", "strength_model", "strength_clip"],
        "LoraLoaderModelOnly" => &["lora_name", "strength_model"],
        "EmptyLatentImage" | "EmptySD3LatentImage" => &["width", "height"],
        "RandomNoise" => &["noise_seed"],
        "KSamplerSelect" => &["sampler_name"],
        "BasicScheduler" => &["scheduler", "steps", "denoise"],
        "CFGGuider" => &["cfg"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{in_chunks, setting};
    use super::super::{FileTexts, Foreign, recognise};

    const RAN: &str = r#"{"3":{"class_type":"KSampler","inputs":{"seed":["20",0],"steps":25,"cfg":6.5,
        "sampler_name":"dpmpp_2m","scheduler":"karras","denoise":1.0,"model":["10",0],
        "positive":["12",0],"negative":["12",1],"latent_image":["5",0]}},
      "4":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":"photon.safetensors"}},
      "5":{"class_type":"EmptyLatentImage","inputs":{"width":768,"height":512,"batch_size":1}},
      "6":{"class_type":"CLIPTextEncode","inputs":{"text":["21",0],"clip":["4",1]}},
      "7":{"class_type":"CLIPTextEncode","inputs":{"text":"blur","clip":["4",1]}},
      "10":{"class_type":"LoraLoader","inputs":{"lora_name":"ink.safetensors","strength_model":0.8,
        "model":["4",0],"clip":["4",1]}},
      "12":{"class_type":"ControlNetApplyAdvanced","inputs":{"positive":["6",0],"negative":["7",0],
        "strength":1,"is_changed":NaN}},
      "20":{"class_type":"PrimitiveInt","inputs":{"value":18446744073709551615}},
      "21":{"class_type":"PrimitiveString","inputs":{"value":"a pear"}}}"#;

    fn is_pear(found: Option<Foreign>, seed: &str) -> Foreign {
        let found = found.unwrap();
        assert_eq!(found.program, "ComfyUI");
        for (name, value) in [
            ("Prompt", "a pear"),
            ("Negative prompt", "blur"),
            ("Model", "photon.safetensors"),
            ("LoRA", "ink.safetensors 0.8"),
            ("Seed", seed),
            ("Steps", "25"),
            ("Sampler", "dpmpp_2m"),
            ("Scheduler", "karras"),
            ("CFG scale", "6.5"),
            ("Size", "768 x 512"),
        ] {
            assert_eq!(setting(&found, name), Some(value), "{name}");
        }
        found
    }

    #[test]
    fn the_graph_that_ran_in_png_and_webp() {
        let seed = "18446744073709551615";
        is_pear(in_chunks(&[("prompt", RAN), ("workflow", "{}")]), seed);
        let (model, make) = (format!("prompt:{RAN}"), "workflow:{}");
        let webp = FileTexts {
            model: &model,
            make,
            ..FileTexts::default()
        };
        is_pear(recognise(&webp), seed);
        let comment = FileTexts {
            comment: RAN,
            ..FileTexts::default()
        };
        is_pear(recognise(&comment), seed);
    }

    #[test]
    fn a_sampler_in_parts_and_a_second_pass() {
        let graph = r#"{"1":{"class_type":"SamplerCustomAdvanced","inputs":{"noise":["2",0],
            "guider":["3",0],"sampler":["4",0],"sigmas":["5",0],"latent_image":["6",0]}},
          "2":{"class_type":"RandomNoise","inputs":{"noise_seed":7}},
          "3":{"class_type":"BasicGuider","inputs":{"model":["8",0],"conditioning":["7",0]}},
          "4":{"class_type":"KSamplerSelect","inputs":{"sampler_name":"euler"}},
          "5":{"class_type":"BasicScheduler","inputs":{"scheduler":"simple","steps":20,"denoise":1.0}},
          "6":{"class_type":"EmptySD3LatentImage","inputs":{"width":64,"height":64}},
          "7":{"class_type":"FluxGuidance","inputs":{"guidance":3.5,"conditioning":["9",0]}},
          "8":{"class_type":"UNETLoader","inputs":{"unet_name":"flux.safetensors"}},
          "9":{"class_type":"CLIPTextEncode","inputs":{"text":"a pear"}},
          "11":{"class_type":"KSampler","inputs":{"seed":8,"steps":20,"positive":["9",0],
            "negative":["9",0],"model":["8",0],"latent_image":["1",0]}}}"#;
        let found = in_chunks(&[("prompt", graph)]).unwrap();
        for (name, value) in [
            ("Prompt", "a pear"),
            ("Model", "flux.safetensors"),
            ("Seed", "7"),
            ("Steps", "20"),
            ("Sampler", "euler"),
            ("Scheduler", "simple"),
            ("Seed (2)", "8"),
        ] {
            assert_eq!(setting(&found, name), Some(value), "{name}");
        }
        assert_eq!(setting(&found, "Model (2)"), None, "the same as before");
    }

    #[test]
    fn the_editors_graph_alone_and_a_graph_in_a_circle() {
        let drawn = r#"{"nodes":[
            {"id":3,"type":"KSampler","widgets_values":[7,"randomize",25,6.5,"dpmpp_2m","karras",1],
             "inputs":[{"name":"model","link":1},{"name":"positive","link":2},{"name":"negative","link":3},
                       {"name":"latent_image","link":4}]},
            {"id":4,"type":"CheckpointLoaderSimple","widgets_values":["photon.safetensors"]},
            {"id":10,"type":"LoraLoader","widgets_values":["ink.safetensors",0.8,1],"inputs":[{"name":"model","link":5}]},
            {"id":5,"type":"EmptyLatentImage","widgets_values":[768,512,1]},
            {"id":6,"type":"CLIPTextEncode","widgets_values":["a pear"]},
            {"id":7,"type":"CLIPTextEncode","widgets_values":["blur"]}],
          "links":[[1,10,0,3,0,"MODEL"],[2,6,0,3,1,"C"],[3,7,0,3,2,"C"],[4,5,0,3,3,"L"],[5,4,0,10,0,"MODEL"]]}"#;
        is_pear(in_chunks(&[("workflow", drawn)]), "7");
        let circle = r#"{"1":{"class_type":"KSampler","inputs":{"steps":1,"seed":["2",0],"model":["2",0],
            "positive":["2",0],"latent_image":["2",0]}},
          "2":{"class_type":"X","inputs":{"value":["2",0],"conditioning":["2",0],"model":["2",0]}}}"#;
        let found = in_chunks(&[("prompt", circle)]).unwrap();
        assert_eq!(setting(&found, "Steps"), Some("1"));
    }
}

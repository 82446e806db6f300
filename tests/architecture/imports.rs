//! The imports of `src`, read as text: which file names which, re-exports followed to
//! the file that defines the name. Tests (`#[cfg(test)]`) are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module: its path from the crate's root, e.g. `["app", "jobs"]`.
pub type Module = Vec<String>;

/// One file of `src`.
pub struct SourceFile {
    /// Where it lies, from the repository's root.
    pub path: PathBuf,
    /// Lines, comments included.
    pub lines: usize,
    /// First segments of paths that lead out of the crate (`egui`, `candle_core`, …).
    pub foreign: BTreeSet<String>,
    named: Vec<Vec<String>>,
    reexports: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    defines: BTreeSet<String>,
}

/// All files of `src` by module.
pub struct Source {
    /// The files.
    pub files: BTreeMap<Module, SourceFile>,
}

impl Source {
    /// Reads `src` of this repository.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths = Vec::new();
        collect(&root.join("src"), &mut paths);
        let texts: BTreeMap<Module, (PathBuf, String)> = paths
            .into_iter()
            .map(|path| {
                let text = fs::read_to_string(&path).unwrap();
                let short = path.strip_prefix(root).unwrap().to_owned();
                (module_of(&short), (short, text))
            })
            .collect();
        let modules: BTreeSet<Module> = texts.keys().cloned().collect();
        let files = texts
            .into_iter()
            .map(|(module, (path, text))| {
                let file = parse(path, &text, &module, &modules);
                (module, file)
            })
            .collect();
        Self { files }
    }

    /// The modules whose files a file names, itself left out.
    pub fn imports(&self, module: &Module) -> BTreeSet<Module> {
        let named = self.files[module].named.iter();
        let mut found: BTreeSet<Module> = named.filter_map(|path| self.definer(path, 0)).collect();
        found.remove(module);
        found
    }

    /// The rooms that a file names, as it writes them: what a room hands on counts as its own.
    pub fn rooms(&self, module: &Module) -> BTreeSet<&str> {
        let file = &self.files[module];
        let handed_on = file.reexports.values().chain(&file.globs);
        let named = file.named.iter().chain(handed_on);
        let rooms = named.filter_map(|path| path.first());
        let own = module.first();
        rooms
            .filter(|room| Some(*room) != own && self.files.keys().any(|m| m.first() == Some(room)))
            .map(String::as_str)
            .collect()
    }

    /// The module that defines what a path from the crate's root names.
    fn definer(&self, path: &[String], depth: usize) -> Option<Module> {
        let length = (0..=path.len())
            .rev()
            .find(|n| self.files.contains_key(&path[..*n]))?;
        let module = path[..length].to_vec();
        let file = &self.files[&module];
        let Some(name) = path.get(length) else {
            return Some(module);
        };
        if depth > 8 || file.defines.contains(name) {
            return Some(module);
        }
        if let Some(target) = file.reexports.get(name) {
            return self.definer(target, depth + 1);
        }
        let through = file.globs.iter().find_map(|glob| {
            let target = self.definer(glob, depth + 1)?;
            self.files[&target].defines.contains(name).then_some(target)
        });
        Some(through.unwrap_or(module))
    }

    /// Groups of files that reach one another, the largest first.
    pub fn circles(&self) -> Vec<Vec<Module>> {
        let graph: BTreeMap<&Module, BTreeSet<Module>> =
            self.files.keys().map(|m| (m, self.imports(m))).collect();
        let reach = |start: &Module| {
            let mut seen = BTreeSet::new();
            let mut todo = vec![start.clone()];
            while let Some(next) = todo.pop() {
                for other in &graph[&next] {
                    if seen.insert(other.clone()) {
                        todo.push(other.clone());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&Module, BTreeSet<Module>> =
            graph.keys().map(|m| (*m, reach(m))).collect();
        let mut circles: Vec<Vec<Module>> = Vec::new();
        for (module, seen) in &reached {
            if !seen.contains(*module) || circles.iter().any(|c| c.contains(module)) {
                continue;
            }
            let both = seen.iter().filter(|o| reached[o].contains(*module));
            circles.push(both.cloned().collect());
        }
        circles.sort_by_key(|c| std::cmp::Reverse(c.len()));
        circles
    }
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("src/main.rs") {
            into.push(path);
        }
    }
}

fn module_of(path: &Path) -> Module {
    let without = path.strip_prefix("src").unwrap().with_extension("");
    let mut parts: Module = without
        .iter()
        .map(|p| p.to_string_lossy().into_owned())
        .collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib")) {
        parts.pop();
    }
    parts
}

fn parse(path: PathBuf, text: &str, module: &Module, modules: &BTreeSet<Module>) -> SourceFile {
    let mut file = SourceFile {
        path,
        lines: text.lines().count(),
        foreign: BTreeSet::new(),
        named: Vec::new(),
        reexports: BTreeMap::new(),
        globs: Vec::new(),
        defines: BTreeSet::new(),
    };
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        module,
        modules,
        inline: Vec::new(),
        braces: 0,
        imported: BTreeMap::new(),
    };
    reader.read(&mut file);
    file
}

/// Identifiers and punctuation; comments, strings and characters are dropped.
fn tokens(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let rest = &letters[at..];
        let letter = rest[0];
        if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
        } else if rest.starts_with(&['/', '*']) {
            let end = rest.windows(2).position(|w| w == ['*', '/']);
            at += end.map_or(rest.len(), |n| n + 2);
        } else if let Some(length) = string_length(rest) {
            at += length;
        } else if letter.is_alphanumeric() || letter == '_' {
            let end = rest
                .iter()
                .position(|c| !c.is_alphanumeric() && *c != '_')
                .unwrap_or(rest.len());
            out.push(rest[..end].iter().collect());
            at += end;
        } else if rest.starts_with(&[':', ':']) {
            out.push("::".to_owned());
            at += 2;
        } else {
            if !letter.is_whitespace() {
                out.push(letter.to_string());
            }
            at += 1;
        }
    }
    out
}

/// How long the string or character at the front is, if there is one.
fn string_length(rest: &[char]) -> Option<usize> {
    match rest {
        ['b' | 'c', more @ ..] if matches!(more.first(), Some('"')) => {
            string_length(more).map(|n| n + 1)
        }
        ['b', 'r', more @ ..] | ['r', more @ ..] => {
            let hashes = more.iter().take_while(|c| **c == '#').count();
            if more.get(hashes) != Some(&'"') {
                return None;
            }
            let mut end: Vec<char> = vec!['"'];
            end.extend(std::iter::repeat_n('#', hashes));
            let body = &more[hashes + 1..];
            let length = body.windows(end.len()).position(|w| w == end)?;
            let head = rest.len() - more.len();
            Some(head + hashes + 1 + length + end.len())
        }
        ['"', ..] => {
            let mut at = 1;
            while at < rest.len() && rest[at] != '"' {
                at += if rest[at] == '\\' { 2 } else { 1 };
            }
            Some(at + 1)
        }
        ['\'', '\\', ..] => Some(3 + rest[3..].iter().position(|c| *c == '\'')?),
        ['\'', _, '\'', ..] => Some(3),
        _ => None,
    }
}

struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
    module: &'a Module,
    modules: &'a BTreeSet<Module>,
    /// How many braces were open where each inline module began.
    inline: Vec<usize>,
    braces: usize,
    /// Names that this file has imported, and where they come from.
    imported: BTreeMap<String, Vec<String>>,
}

const ITEMS: [&str; 8] = [
    "fn", "struct", "enum", "trait", "type", "const", "static", "union",
];

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", String::as_str)
    }

    fn starts(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, w)| self.peek(n) == *w)
    }

    fn read(&mut self, file: &mut SourceFile) {
        while self.at < self.tokens.len() {
            match self.peek(0) {
                "#" if self.starts(&["#", "[", "cfg", "(", "test", ")", "]"]) => {
                    self.at += 7;
                    self.skip_item();
                    continue;
                }
                "{" => self.braces += 1,
                "}" => {
                    self.braces -= 1;
                    if self.inline.last() == Some(&self.braces) {
                        self.inline.pop();
                    }
                }
                "mod" if self.peek(2) == "{" => {
                    self.inline.push(self.braces);
                    self.braces += 1;
                    self.at += 3;
                    continue;
                }
                "use" => {
                    self.at += 1;
                    let reexport = self.tokens[..self.at].iter().rev().nth(1);
                    let public = reexport.is_some_and(|t| t == "pub" || t == ")");
                    self.use_tree(&[], public, file);
                    continue;
                }
                word if ITEMS.contains(&word) && self.braces == 0 => {
                    file.defines.insert(self.peek(1).to_owned());
                }
                word if self.peek(1) == "::" && is_name(word) => {
                    let before = self.at.checked_sub(1).map(|n| &self.tokens[n]);
                    if before.is_none_or(|t| t != "::" && t != "in") {
                        let path = self.path();
                        self.name(&path, file);
                        continue;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Leaves out what follows a `#[cfg(test)]`.
    fn skip_item(&mut self) {
        let mut depth = 0usize;
        while self.at < self.tokens.len() {
            let token = self.peek(0).to_owned();
            self.at += 1;
            match token.as_str() {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                ";" if depth == 0 => return,
                _ => {}
            }
        }
    }

    /// Identifiers joined by `::`.
    fn path(&mut self) -> Vec<String> {
        let mut path = vec![self.peek(0).to_owned()];
        self.at += 1;
        while self.peek(0) == "::" && is_name(self.peek(1)) {
            path.push(self.peek(1).to_owned());
            self.at += 2;
        }
        path
    }

    fn use_tree(&mut self, before: &[String], public: bool, file: &mut SourceFile) {
        let mut path = before.to_vec();
        if self.peek(0) == "::" {
            self.at += 1;
        }
        if is_name(self.peek(0)) {
            path.extend(self.path());
        }
        if self.peek(0) == "::" {
            self.at += 1;
        }
        match self.peek(0) {
            "{" => {
                self.at += 1;
                while self.peek(0) != "}" {
                    self.use_tree(&path, public, file);
                    if self.peek(0) == "," {
                        self.at += 1;
                    }
                }
                self.at += 1;
            }
            "*" => {
                self.at += 1;
                if let (true, Some(absolute)) = (public, self.absolute(&path)) {
                    file.globs.push(absolute);
                }
                self.name(&path, file);
            }
            _ => {
                if path.last().is_some_and(|s| s == "self") && path.len() > 1 {
                    path.pop();
                }
                let mut shown = path.last().cloned().unwrap_or_default();
                if self.peek(0) == "as" {
                    shown = self.peek(1).to_owned();
                    self.at += 2;
                }
                match (public, self.absolute(&path)) {
                    // Handing a name on is no use of it.
                    (true, Some(absolute)) => {
                        file.reexports.insert(shown, absolute);
                    }
                    (false, Some(absolute)) => {
                        self.name(&path, file);
                        self.imported.insert(shown, absolute);
                    }
                    _ => self.name(&path, file),
                }
            }
        }
        if before.is_empty() && self.peek(0) == ";" {
            self.at += 1;
        }
    }

    /// Notes what a path leads to.
    fn name(&self, path: &[String], file: &mut SourceFile) {
        match self.absolute(path) {
            Some(absolute) => file.named.push(absolute),
            None => {
                file.foreign.insert(path[0].clone());
            }
        }
    }

    /// The same path from the crate's root; none if it leads elsewhere.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let first = path.first()?.as_str();
        let ups = path.iter().take_while(|s| *s == "super").count();
        if first == "crate" {
            return Some(path[1..].to_vec());
        }
        if ups > 0 {
            let outside = ups.checked_sub(self.inline.len())?;
            let keep = self.module.len().checked_sub(outside)?;
            return Some([&self.module[..keep], &path[ups..]].concat());
        }
        if let (true, Some(from)) = (path.len() > 1, self.imported.get(first)) {
            return Some([from.as_slice(), &path[1..]].concat());
        }
        let mut child = self.module.clone();
        child.push(first.to_owned());
        let here = self.inline.is_empty() && self.modules.contains(&child);
        here.then(|| [self.module.as_slice(), path].concat())
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

//! What the readers of other programs' settings are given, and what they give back.

/// The texts of a picture file in which programs leave settings; empty where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileTexts<'a> {
    /// Text chunks and comments: keyword (empty for comments), text.
    pub chunks: &'a [(String, String)],
    /// EXIF's `UserComment`.
    pub comment: &'a str,
    /// EXIF's `ImageDescription`.
    pub description: &'a str,
    /// EXIF's `Make`.
    pub make: &'a str,
    /// EXIF's `Model`.
    pub model: &'a str,
    /// EXIF's `Software`.
    pub software: &'a str,
    /// EXIF's `MakerNote`, where it is a text.
    pub maker_note: &'a str,
    /// XMP's `exif:UserComment`.
    pub xmp_comment: &'a str,
    /// XMP's `dc:description`.
    pub xmp_description: &'a str,
    /// XMP's `xmp:CreatorTool`.
    pub xmp_tool: &'a str,
}

impl<'a> FileTexts<'a> {
    /// A text chunk that says something.
    pub(super) fn chunk(&self, keyword: &str) -> Option<&'a str> {
        let named = self.chunks.iter().filter(|(k, _)| k == keyword);
        let mut texts = named.map(|(_, t)| t.as_str());
        texts.find(|t| !t.trim().is_empty())
    }

    /// Comments of every kind.
    pub(super) fn comments(&self) -> impl Iterator<Item = &'a str> {
        let chunks = self.chunks.iter();
        let chunks = chunks.filter(|(k, _)| k.is_empty() || k == "Comment" || k == "UserComment");
        let all = [self.comment, self.description, self.xmp_comment];
        all.into_iter().chain(chunks.map(|(_, t)| t.as_str()))
    }
}

/// What a reader found.
pub(super) struct Found {
    pub(super) program: &'static str,
    pub(super) text: String,
    pub(super) settings: Vec<(String, String)>,
}

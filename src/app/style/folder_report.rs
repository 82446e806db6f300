//! What became of a folder of photos.

use std::path::PathBuf;

/// The files of a finished folder job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderReport {
    /// Written now.
    pub written: Vec<PathBuf>,
    /// There already, left as they were.
    pub kept: Vec<PathBuf>,
    /// Not readable, and why.
    pub skipped: Vec<(PathBuf, String)>,
}

impl FolderReport {
    /// In one sentence.
    pub fn words(&self) -> String {
        let mut text = match self.written.len() {
            1 => "1 photo stylised".to_owned(),
            n => format!("{n} photos stylised"),
        };
        if !self.kept.is_empty() {
            text += &format!(", {} were there already", self.kept.len());
        }
        if !self.skipped.is_empty() {
            text += &format!(", {} could not be used", self.skipped.len());
        }
        text
    }

    /// All files, one a line, to paste elsewhere.
    pub fn text(&self) -> String {
        let mut text = self.words();
        for path in &self.written {
            text += &format!("\nwritten\t{}", path.display());
        }
        for path in &self.kept {
            text += &format!("\nthere\t{}", path.display());
        }
        for (path, why) in &self.skipped {
            text += &format!("\nskipped\t{}\t{why}", path.display());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_counts_and_names_everything() {
        let report = FolderReport {
            written: vec!["a.png".into()],
            kept: vec!["b.png".into(), "c.png".into()],
            skipped: vec![("d.txt".into(), "not a picture".into())],
        };
        assert_eq!(
            report.words(),
            "1 photo stylised, 2 were there already, 1 could not be used"
        );
        assert_eq!(report.text().lines().count(), 5);
        assert!(report.text().ends_with("d.txt\tnot a picture"));
    }
}

//! What kind of thing a picture is, in IPTC's vocabulary.

/// IPTC digital source type (cv.iptc.org/newscodes/digitalsourcetype).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceType {
    /// From a network trained on pictures.
    TrainedAlgorithmicMedia,
    /// From a network that was never trained.
    AlgorithmicMedia,
    /// A photo with a network's style on it.
    CompositeWithTrainedAlgorithmicMedia,
    /// A photo that was only enlarged.
    AlgorithmicallyEnhanced,
    /// A mix of several elements, one of them at least synthetic.
    CompositeSynthetic,
    /// Drawn from data.
    DataDrivenMedia,
}

impl SourceType {
    /// The name in IPTC's vocabulary.
    pub fn name(self) -> &'static str {
        match self {
            Self::TrainedAlgorithmicMedia => "trainedAlgorithmicMedia",
            Self::AlgorithmicMedia => "algorithmicMedia",
            Self::CompositeWithTrainedAlgorithmicMedia => "compositeWithTrainedAlgorithmicMedia",
            Self::AlgorithmicallyEnhanced => "algorithmicallyEnhanced",
            Self::CompositeSynthetic => "compositeSynthetic",
            Self::DataDrivenMedia => "dataDrivenMedia",
        }
    }

    /// The identifier that goes into files.
    pub fn uri(self) -> String {
        format!(
            "http://cv.iptc.org/newscodes/digitalsourcetype/{}",
            self.name()
        )
    }

    /// Reads an identifier or a bare name.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let name = uri.trim().rsplit('/').next()?;
        Self::networks()
            .chain([Self::AlgorithmicallyEnhanced])
            .find(|t| t.name() == name)
    }

    /// The kinds that say more than that a photo was enhanced: a picture that is one of
    /// them stays one when it is enlarged.
    pub(super) fn networks() -> impl Iterator<Item = Self> {
        [
            Self::TrainedAlgorithmicMedia,
            Self::CompositeWithTrainedAlgorithmicMedia,
            Self::AlgorithmicMedia,
            Self::CompositeSynthetic,
            Self::DataDrivenMedia,
        ]
        .into_iter()
    }

    /// In plain words.
    pub fn words(self) -> &'static str {
        match self {
            Self::TrainedAlgorithmicMedia => "made by a network that was trained on pictures",
            Self::AlgorithmicMedia => "made by a formula that was never trained on pictures",
            Self::CompositeWithTrainedAlgorithmicMedia => {
                "a photo or picture, restyled by a network that was trained on pictures"
            }
            Self::AlgorithmicallyEnhanced => "a photo or picture, upscaled by a network",
            Self::CompositeSynthetic => "put together of several pictures, one of them synthetic",
            Self::DataDrivenMedia => "drawn by a program from data",
        }
    }
}

//! How an engine is set up: threads, folders, device, memory.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::models::folders::{default_folders, user_folder};
use crate::models::style_note;

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// The best that is there.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An NVIDIA GPU by number.
    Cuda(usize),
    /// Apple's GPU.
    Metal,
}

/// How many digits networks compute with on a GPU; the processor always takes all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Full numbers.
    #[default]
    F32,
    /// Half numbers: less memory, quicker on most GPUs.
    F16,
}

/// A precision that isn't known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown precision '{0}': use f32 or f16")]
pub struct UnknownPrecision(String);

impl FromStr for Precision {
    type Err = UnknownPrecision;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "f32" => Ok(Self::F32),
            "f16" => Ok(Self::F16),
            _ => Err(UnknownPrecision(text.to_owned())),
        }
    }
}

/// A device name that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown device '{0}': use auto, cpu, cuda, cuda:N or metal")]
pub struct UnknownDevice(String);

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
            Self::Metal => f.write_str("metal"),
        }
    }
}

impl From<DeviceChoice> for String {
    fn from(choice: DeviceChoice) -> Self {
        choice.to_string()
    }
}

impl TryFrom<String> for DeviceChoice {
    type Error = UnknownDevice;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownDevice(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "metal" => Ok(Self::Metal),
            "cuda" => Ok(Self::Cuda(0)),
            _ => text
                .strip_prefix("cuda:")
                .and_then(|n| n.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(unknown),
        }
    }
}

/// How an engine is set up.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Threads of the inference pool; [`crate::nn::pool::default_threads`] when
    /// absent. The first engine of a process decides.
    pub threads: Option<usize>,
    /// Folders that hold one folder per model, searched in this order.
    pub model_dirs: Vec<PathBuf>,
    /// Folder of the user's own styles; none are kept when absent.
    pub own_styles: Option<PathBuf>,
    /// For what can be computed again (directions); nothing is kept when absent.
    pub cache_dir: Option<PathBuf>,
    /// Where the places of opened photos are remembered; only while the program runs
    /// when absent.
    pub known_photos: Option<PathBuf>,
    /// Where to compute.
    pub device: DeviceChoice,
    /// With how many digits; [`Precision::F32`] when absent.
    pub precision: Option<Precision>,
    /// Why a program for GPUs couldn't be used; reported where the best device was wanted.
    pub gpu_problem: Option<String>,
    /// Memory that work may use unless a request says otherwise, in bytes.
    pub memory_budget: u64,
}

impl EngineConfig {
    /// The models that ship and the user's own; the user's cache folder and
    /// index of opened photos; 1 GiB.
    pub fn of_user() -> Self {
        let dirs = directories::ProjectDirs::from("", "", "limner");
        Self {
            model_dirs: default_folders(),
            own_styles: user_folder().map(|folder| folder.join(style_note::FOLDER)),
            known_photos: dirs
                .as_ref()
                .map(|d| d.data_dir().join("known-photos.sqlite")),
            cache_dir: dirs.map(|d| d.cache_dir().to_path_buf()),
            ..Self::default()
        }
    }
}

impl Default for EngineConfig {
    /// Nothing of the user's is read or written; no models but the one that is in the
    /// program; 1 GiB.
    fn default() -> Self {
        Self {
            threads: None,
            model_dirs: Vec::new(),
            own_styles: None,
            known_photos: None,
            cache_dir: None,
            device: DeviceChoice::Auto,
            precision: None,
            gpu_problem: None,
            memory_budget: 1 << 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_asks_for_the_users_folders_gets_them() {
        let apart = EngineConfig::default();
        assert_eq!((apart.cache_dir, apart.known_photos), (None, None));
        assert!(apart.model_dirs.is_empty());
        assert!(!EngineConfig::of_user().model_dirs.is_empty());
    }

    #[test]
    fn devices_by_name() {
        assert_eq!("auto".parse(), Ok(DeviceChoice::Auto));
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
        assert_eq!("cuda:1".parse(), Ok(DeviceChoice::Cuda(1)));
        for wrong in ["gpu", "cuda:", "cuda:-1", "CPU", ""] {
            assert!(wrong.parse::<DeviceChoice>().is_err(), "{wrong}");
        }
        assert_eq!("f16".parse(), Ok(Precision::F16));
        assert!("half".parse::<Precision>().is_err());
    }
}

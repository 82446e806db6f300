//! Downloads from a hub that misbehaves: whole and right, or not at all, and never
//! from the start again without need.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod command;
mod faults;
mod server;

use std::path::{Path, PathBuf};
use std::time::Duration;

use limner::hub::{
    Catalog, Control, Hub, HubError, HubSettings, Offer, Order, Patience, Pulled, RepoId, Token,
};
use server::Server;

/// A StyleGAN2 pickle that `import` opens.
fn pickle() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/import/ada.pkl"))
        .unwrap()
}

/// A hub with a model, and a home for what is fetched.
struct Place {
    server: Server,
    home: tempfile::TempDir,
    settings: HubSettings,
}

impl Place {
    fn new() -> Self {
        Self::with(&[
            ("nets/flowers.pkl", pickle()),
            (
                "README.md",
                b"---\nlicense: cc-by-4.0\n---\nDrawn by Ada.".to_vec(),
            ),
        ])
    }

    fn with(files: &[(&str, Vec<u8>)]) -> Self {
        let server = Server::start(files);
        let home = tempfile::tempdir().unwrap();
        let settings = settings(&server.address, home.path());
        Self {
            server,
            home,
            settings,
        }
    }

    fn models(&self) -> PathBuf {
        self.home.path().join("models")
    }

    fn hub(&self) -> Hub {
        Hub {
            settings: self.settings.clone(),
            catalog: Catalog::default(),
            models_dir: self.models(),
        }
    }

    fn ask(&self) -> Result<Offer, HubError> {
        Offer::ask(
            &self.settings,
            &Control::default(),
            &order(),
            &Catalog::default(),
        )
    }

    fn pull(&self) -> Result<Pulled, HubError> {
        self.pull_under(&Control::default())
    }

    fn pull_under(&self, control: &Control) -> Result<Pulled, HubError> {
        let offer = self.ask()?;
        let licence = offer.listing.licence.clone();
        self.hub()
            .pull(control, &offer, Some(&licence), &mut |_| {})
    }

    /// Bytes asked for, range by range.
    fn ranges(&self) -> Vec<String> {
        let seen = self.server.asked_for("flowers.pkl");
        seen.into_iter()
            .map(|s| s.range.unwrap_or_default())
            .collect()
    }

    /// Nothing of a model may be visible.
    fn assert_nothing_installed(&self) {
        let left: Vec<_> = std::fs::read_dir(self.models())
            .map(|all| all.flatten().map(|e| e.path()).collect())
            .unwrap_or_default();
        assert!(left.is_empty(), "{left:?}");
    }
}

fn settings(endpoint: &str, home: &Path) -> HubSettings {
    let find = |name: &str| match name {
        "HF_ENDPOINT" => Some(endpoint.to_owned()),
        "HF_HOME" => Some(home.join("hf").to_string_lossy().into_owned()),
        _ => None,
    };
    let mut settings = HubSettings::from_variables(find, None).unwrap();
    settings.patience = Patience {
        connect: Duration::from_secs(5),
        silence: Duration::from_millis(300),
        pause: Duration::from_millis(5),
        tries: 4,
        longest_wait: Duration::from_secs(10),
        lock: Duration::from_millis(500),
    };
    settings.token = Some(Token("hf_secret".into()));
    settings
}

fn order() -> Order {
    Order::of(RepoId::parse("ada/flowers").unwrap())
}

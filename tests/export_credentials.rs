//! Content Credentials: `cargo test --features c2pa --test export_credentials`.
#![cfg(feature = "c2pa")]
// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod files;

use std::path::{Path, PathBuf};

use files::{explore, picture, style};
use limner::export::credentials::{Keys, Standing, check};
use limner::export::metadata;
use limner::gallery::protocol::*;
use limner::gallery::{Gallery, about};
use limner::recipe::{Making, Recipe};

struct Signer {
    dir: tempfile::TempDir,
    gallery: Gallery,
}

impl Signer {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut gallery = Gallery::open(dir.path().join("gallery")).unwrap();
        gallery.set_settings(GallerySettings {
            sign: true,
            credentials: Some(dir.path().join("keys")),
            ..GallerySettings::default()
        });
        Self { dir, gallery }
    }

    fn keys(&self) -> PathBuf {
        self.dir.path().join("keys")
    }

    fn export(&self, id: PictureId, name: &str, options: &ExportOptions) -> PathBuf {
        let to = self.dir.path().join(name);
        let go_on = &mut |_, _| true;
        self.gallery
            .export_copies(&[id], &to, options, go_on)
            .unwrap();
        to
    }
}

fn claims(path: &Path, keys: &Path) -> (Standing, String) {
    let claims = check(path, Some(keys));
    (claims.standing, claims.lines.join("\n"))
}

#[test]
fn kept_pictures_and_copies_in_every_format_are_signed_last() {
    let mut s = Signer::new();
    let kept = s
        .gallery
        .save(&picture(300, 200, false), &explore(1))
        .unwrap();
    let (standing, said) = claims(&kept.path, &s.keys());
    assert_eq!(standing, Standing::Own, "{said}");
    assert!(said.contains("created by fruit"), "{said}");
    assert!(said.contains("trained on pictures"), "{said}");
    assert_eq!(metadata::read(&kept.path).unwrap().recipe, Some(explore(1)));
    for (name, format) in [
        ("c.png", Format::Png),
        ("c.jpg", Format::Jpeg(85)),
        ("c.webp", Format::WebPLossy(80)),
        ("d.webp", Format::WebP),
        ("c.tif", Format::Tiff),
    ] {
        let options = ExportOptions {
            size: ExportSize::LongerSide(120),
            ..ExportOptions::new(format)
        };
        let preview = s.gallery.export_preview(kept.id, &options).unwrap();
        assert!(preview.contains("Content Credentials"), "{preview}");
        let path = s.export(kept.id, name, &options);
        let (standing, said) = claims(&path, &s.keys());
        assert_eq!(standing, Standing::Own, "{name}: {said}");
        assert!(said.contains("resized"), "{name}: {said}");
        assert!(
            said.contains("has Content Credentials of its own"),
            "the original's are kept: {said}"
        );
        let read = metadata::read(&path).unwrap();
        assert_eq!((read.size, read.recipe), ([120, 80], Some(explore(1))));
    }
}

#[test]
fn a_changed_pixel_breaks_them_and_a_stranger_vouches_for_nobody() {
    let mut s = Signer::new();
    let kept = s
        .gallery
        .save(&picture(64, 64, false), &explore(1))
        .unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (standing, said) = claims(&kept.path, elsewhere.path());
    assert_eq!(standing, Standing::Intact, "{said}");
    assert!(said.contains("nobody vouches"), "{said}");
    let jpeg = s.export(kept.id, "x.jpg", &ExportOptions::new(Format::Jpeg(90)));
    let mut bytes = std::fs::read(&jpeg).unwrap();
    let n = bytes.len();
    bytes[n - 40] ^= 1;
    std::fs::write(&jpeg, bytes).unwrap();
    let (standing, said) = claims(&jpeg, &s.keys());
    assert_eq!(standing, Standing::Broken, "{said}");
    assert!(said.contains("changed after it was signed"), "{said}");
}

/// A style recipe whose photo is this file.
fn styled(photo: &Path) -> Recipe {
    let mut recipe = style();
    let sha = limner::gallery::hash_file(photo).unwrap();
    if let Making::Style(p) = &mut recipe.making {
        p.photo.sha256.clone_from(&sha);
        p.photo.path = photo.display().to_string();
    }
    recipe.sources[0].sha256 = sha;
    recipe
}

#[test]
fn the_photo_is_an_ingredient_with_its_own_manifest_or_at_least_its_hash() {
    let mut s = Signer::new();
    let mut other = Signer::new();
    let photo = other
        .gallery
        .save(&picture(90, 60, false), &explore(7))
        .unwrap();
    let recipe = styled(&photo.path);
    let kept = s.gallery.save(&picture(90, 60, false), &recipe).unwrap();
    let (standing, said) = claims(&kept.path, &s.keys());
    assert_eq!(standing, Standing::Own, "{said}");
    assert!(said.contains("opened"), "{said}");
    assert!(said.contains("edited by restyle"), "{said}");
    let holiday = "holiday & <café>.jpg, which has Content Credentials of its own";
    assert!(said.contains(holiday), "{said}");
    assert!(said.contains("monet.png"), "{said}");
    // The photo has gone: the rest still holds, and its hash is named.
    std::fs::remove_file(&photo.path).unwrap();
    let again = s.gallery.save(&picture(90, 60, false), &recipe).unwrap();
    let (standing, said) = claims(&again.path, &s.keys());
    assert_eq!(standing, Standing::Own, "{said}");
    assert!(said.contains("holiday & <café>.jpg."), "{said}");
    let bytes = std::fs::read(&again.path).unwrap();
    let Making::Style(p) = &recipe.making else {
        panic!("a style");
    };
    let hash = p.photo.sha256.as_bytes();
    let said_twice = bytes.windows(hash.len()).filter(|w| *w == hash).count();
    assert!(said_twice >= 2, "in the recipe and in the manifest");
}

#[test]
fn names_of_sources_stay_out_on_request() {
    let mut s = Signer::new();
    s.gallery.set_settings(GallerySettings {
        source_names: false,
        ..s.gallery.settings().clone()
    });
    let kept = s.gallery.save(&picture(90, 60, false), &style()).unwrap();
    let bytes = std::fs::read(&kept.path).unwrap();
    assert!(!bytes.windows(7).any(|w| w == b"holiday"));
    assert_eq!(claims(&kept.path, &s.keys()).0, Standing::Own);
}

#[test]
fn strip_takes_them_out() {
    let mut s = Signer::new();
    let kept = s
        .gallery
        .save(&picture(64, 64, false), &explore(1))
        .unwrap();
    for (name, format) in [
        ("s.png", Format::Png),
        ("s.jpg", Format::Jpeg(85)),
        ("s.webp", Format::WebPLossy(80)),
        ("s.tif", Format::Tiff),
    ] {
        let path = s.export(kept.id, name, &ExportOptions::new(format));
        assert!(metadata::read(&path).unwrap().c2pa, "{name}");
        let out = s.dir.path().join(format!("stripped {name}"));
        metadata::strip(&path, &out).unwrap();
        assert!(!metadata::read(&out).unwrap().c2pa, "{name}");
        let bytes = std::fs::read(&out).unwrap();
        for secret in [&b"c2pa"[..], b"jumb", b"Limner"] {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret), "{name}");
        }
        let pixels = |p: &Path| limner::gallery::decode::picture(p).unwrap();
        assert!(pixels(&out) == pixels(&path), "{name}");
    }
}

#[test]
fn about_this_picture_shows_them() {
    let mut s = Signer::new();
    let kept = s
        .gallery
        .save(&picture(64, 64, false), &explore(1))
        .unwrap();
    let file = metadata::read(&kept.path).unwrap();
    let keys = s.keys();
    let about = about(&file, Some(&kept), &[], &Default::default(), Some(&keys));
    assert_eq!(about.credentials.unwrap().standing, Standing::Own);
}

#[test]
fn a_file_size_holds_with_the_signature_in_it() {
    let mut s = Signer::new();
    let kept = s
        .gallery
        .save(&picture(400, 300, false), &explore(1))
        .unwrap();
    let options = ExportOptions {
        max_bytes: Some(60_000),
        ..ExportOptions::new(Format::Jpeg(92))
    };
    // The original's manifest travels inside, so that the copy has to be small.
    let path = s.export(kept.id, "small.jpg", &options);
    assert!(std::fs::metadata(&path).unwrap().len() <= 60_000);
    assert_eq!(claims(&path, &s.keys()).0, Standing::Own);
}

#[test]
fn a_chain_of_the_users_own_is_used() {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let dir = tempfile::tempdir().unwrap();
    let params = |name: &str| {
        let mut p = CertificateParams::new(Vec::<String>::new()).unwrap();
        p.distinguished_name = rcgen::DistinguishedName::new();
        p.distinguished_name.push(rcgen::DnType::CommonName, name);
        p.distinguished_name
            .push(rcgen::DnType::OrganizationName, "Ada's Studio");
        p.use_authority_key_identifier_extension = true;
        p
    };
    let mut ca = params("Ada's CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let ca_key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let issuer = Issuer::new(ca, ca_key);
    let mut leaf = params("Ada Lovelace");
    leaf.is_ca = IsCa::ExplicitNoCa;
    leaf.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::EmailProtection];
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let leaf_pem = leaf.signed_by(&key, &issuer).unwrap().pem();
    std::fs::write(dir.path().join("certificate.pem"), leaf_pem + &ca_pem).unwrap();
    std::fs::write(dir.path().join("key.pem"), key.serialize_pem()).unwrap();
    assert!(!Keys::open(dir.path()).unwrap().self_made());
    let mut s = Signer::new();
    s.gallery.set_settings(GallerySettings {
        credentials: Some(dir.path().into()),
        ..s.gallery.settings().clone()
    });
    let kept = s
        .gallery
        .save(&picture(64, 64, false), &explore(1))
        .unwrap();
    let (standing, said) = claims(&kept.path, dir.path());
    assert_eq!(standing, Standing::Intact, "{said}");
    assert!(said.contains("Ada's Studio"), "{said}");
    // A key of someone else's: said before anything is written.
    let wrong = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    std::fs::write(dir.path().join("key.pem"), wrong.serialize_pem()).unwrap();
    let failed = s.gallery.save(&picture(64, 64, false), &explore(2));
    let words = failed.unwrap_err().to_string();
    assert!(words.contains("don't belong together"), "{words}");
    assert_eq!(s.gallery.list(&Query::default()).unwrap().len(), 1);
}

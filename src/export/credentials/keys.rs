//! Certificate chain and key: the user's own, or a CA and a leaf that Limner makes
//! itself (c2pa-rs takes no lone self-signed certificate) and that say so.

use std::io::Write;
use std::path::Path;

use c2pa::{BoxedSigner, SigningAlg, create_signer};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use super::CredentialError;
use crate::clock;
use crate::unfinished;

/// The user's own chain, leaf first, and its key.
const OWN: [&str; 2] = ["certificate.pem", "key.pem"];
/// Those made here.
const MADE: [&str; 2] = ["self-made-certificate.pem", "self-made-key.pem"];
/// The self-made CA, to recognise own pictures by.
const CA: &str = "self-made-ca.pem";
/// What the self-made certificates are called.
pub(super) const SELF_MADE: &str = "Self-made with Limner, vouched for by nobody";
/// Years that self-made certificates hold.
const YEARS: i32 = 10;

/// A chain and its key, ready for signing.
pub struct Keys {
    chain: Vec<u8>,
    key: Vec<u8>,
    algorithm: SigningAlg,
    self_made: bool,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("self_made", &self.self_made)
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// The user's chain and key in `folder` (`certificate.pem`, leaf first, and
    /// `key.pem`, PKCS #8), or self-made ones, made when first needed.
    ///
    /// # Errors
    /// [`CredentialError::Keys`].
    pub fn open(folder: &Path) -> Result<Self, CredentialError> {
        let fail = |reason: String| CredentialError::Keys {
            folder: folder.to_path_buf(),
            reason,
        };
        unfinished::sweep_own(folder);
        let self_made = !folder.join(OWN[0]).exists();
        if self_made && !MADE.iter().all(|n| folder.join(n).exists()) {
            make(folder).map_err(|e| fail(e.to_string()))?;
        }
        let names = if self_made { MADE } else { OWN };
        let read =
            |name: &str| std::fs::read(folder.join(name)).map_err(|e| fail(format!("{name}: {e}")));
        let (chain, key) = (read(names[0])?, read(names[1])?);
        let algorithm = algorithm(&chain, &key)
            .filter(|_| belong_together(&chain, &key))
            .ok_or_else(|| fail("certificate and key don't belong together".into()))?;
        Ok(Self {
            chain,
            key,
            algorithm,
            self_made,
        })
    }

    /// Whether nobody vouches for them.
    pub fn self_made(&self) -> bool {
        self.self_made
    }

    pub(super) fn signer(&self) -> c2pa::Result<BoxedSigner> {
        create_signer::from_keys(&self.chain, &self.key, self.algorithm, None)
    }
}

/// The self-made CA, if one was made.
pub(super) fn own_ca(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join(CA)).ok()
}

/// The first algorithm with which this key signs.
fn algorithm(chain: &[u8], key: &[u8]) -> Option<SigningAlg> {
    use SigningAlg as A;
    [A::Es256, A::Es384, A::Es512, A::Ps256, A::Ed25519]
        .into_iter()
        .find(|a| {
            create_signer::from_keys(chain, key, *a, None)
                .and_then(|s| c2pa::Signer::sign(&*s, b"a try"))
                .is_ok()
        })
}

/// Whether the first certificate is for this key: signing alone doesn't compare them.
fn belong_together(chain: &[u8], key: &[u8]) -> bool {
    let key = std::str::from_utf8(key)
        .ok()
        .and_then(|pem| KeyPair::from_pem(pem).ok());
    let leaf = pem::parse(chain).ok();
    let (Some(key), Some(leaf)) = (key, leaf) else {
        return false;
    };
    let public = key.public_key_raw();
    leaf.contents().windows(public.len()).any(|w| w == public)
}

fn make(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let (year, month, day) = clock::date(clock::now() - 86_400);
    let year = i32::try_from(year)?;
    // 29 February isn't there in every year.
    let day = day.min(28) as u8;
    let params = |name: &str| -> Result<CertificateParams, rcgen::Error> {
        let mut p = CertificateParams::new(Vec::<String>::new())?;
        p.distinguished_name = rcgen::DistinguishedName::new();
        p.distinguished_name.push(DnType::CommonName, name);
        p.distinguished_name
            .push(DnType::OrganizationName, SELF_MADE);
        p.not_before = rcgen::date_time_ymd(year, month as u8, day);
        p.not_after = rcgen::date_time_ymd(year + YEARS, month as u8, day);
        p.use_authority_key_identifier_extension = true;
        Ok(p)
    };
    let mut ca = params("Limner on this computer")?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca, ca_key);
    let mut leaf = params("Pictures of Limner on this computer")?;
    leaf.is_ca = IsCa::ExplicitNoCa;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    let leaf_key = KeyPair::generate()?;
    let leaf_pem = leaf.signed_by(&leaf_key, &issuer)?.pem();
    std::fs::create_dir_all(folder)?;
    // The CA's key is thrown away: it signs this one leaf and nothing else.
    write_private(folder, MADE[1], &leaf_key.serialize_pem())?;
    write_private(folder, MADE[0], &(leaf_pem + &ca_pem))?;
    write_private(folder, CA, &ca_pem)?;
    Ok(())
}

/// Readable for the user alone.
fn write_private(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    let mut file = unfinished::file_in(folder, true)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name)).map_err(|e| e.error)?;
    Ok(())
}

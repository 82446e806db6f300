//! Content Credentials as they stand in a file, without checking them: that there are some,
//! and whose name is in them.

use crate::export::SourceType;
use crate::export::container::Contents;

/// What is said of Content Credentials that nobody checked; nothing where there are none.
pub fn named(contents: &Contents) -> Option<String> {
    if !contents.c2pa {
        return None;
    }
    let signer = contents.manifest.as_deref().and_then(signer);
    Some(match signer {
        Some(name) => format!("Content Credentials, signed by {name}, not checked"),
        None => "Content Credentials, not checked".into(),
    })
}

/// What the credentials say the picture is, where a network made it.
pub fn stated_source_type(contents: &Contents) -> Option<SourceType> {
    let manifest = contents.manifest.as_deref()?;
    // The last manifest of the store is the picture's own; its text isn't packed.
    const BEFORE: &[u8] = b"/digitalsourcetype/";
    memchr::memmem::rfind_iter(manifest, BEFORE).find_map(|at| {
        let name = &manifest[at + BEFORE.len()..];
        SourceType::networks().find(|t| name.starts_with(t.name().as_bytes()))
    })
}

/// Organisation or name of the one who signed, from the certificates (X.509): the second
/// name of a certificate is the one that it was given to.
fn signer(manifest: &[u8]) -> Option<String> {
    // Object identifiers 2.5.4.10 (organisation) and 2.5.4.3 (common name).
    for oid in [b"\x06\x03\x55\x04\x0a", b"\x06\x03\x55\x04\x03"] {
        let names = memchr::memmem::find_iter(manifest, oid)
            .filter_map(|at| name(manifest.get(at + oid.len()..)?));
        if let Some(name) = names.take(2).last() {
            return Some(name);
        }
    }
    None
}

/// A text in DER: UTF8String, PrintableString, T61String or IA5String, shorter than 128 bytes.
fn name(der: &[u8]) -> Option<String> {
    let [0x0c | 0x13 | 0x14 | 0x16, length @ ..=127, rest @ ..] = der else {
        return None;
    };
    let text = std::str::from_utf8(rest.get(..usize::from(*length))?).ok()?;
    let text = text.replace(|c: char| c.is_control(), " ");
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_who_signed_is_named() {
        let mut manifest = b"jumb \x06\x03\x55\x04\x0a\x0c\x06Issuer ".to_vec();
        manifest.extend_from_slice(b"\x06\x03\x55\x04\x03\x0c\x02CN");
        manifest.extend_from_slice("\x06\x03\x55\x04\x0a\x0c\x09Zoë & Co ".as_bytes());
        assert_eq!(signer(&manifest).as_deref(), Some("Zoë & Co"));
        assert_eq!(signer(b"\x06\x03\x55\x04\x0a\x0c\x7fshort"), None);
    }
}

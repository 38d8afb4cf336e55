//! Signatures: what is signed opens, what is not doesn't, and `minisign` agrees.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rolec_bundle::sign::{self, Fault, PublicKey, SecretKey, Signature};
use rolec_bundle::{Bundle, Error};

use crate::{bundles, stock};

/// A folder with a bundle in it, signed by a key that never was in another test.
struct Signed {
    _folder: tempfile::TempDir,
    bundle: PathBuf,
    secret: SecretKey,
    key: PublicKey,
}

impl Signed {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = folder.path().join("bundle.rbundle");
        fs::copy(bundles::golden("v1.0.rbundle"), &bundle).expect("copied");
        let secret = SecretKey::generate().expect("a key");
        let signed = Self { bundle, key: secret.public_key(), secret, _folder: folder };
        fs::write(signed.signature(), signed.sign(&signed.bundle)).expect("written");
        signed
    }

    fn signature(&self) -> PathBuf {
        sign::beside(&self.bundle)
    }

    fn sign(&self, path: &Path) -> String {
        let content = fs::read(path).expect("a file");
        self.secret.sign(&content, &sign::trusted_comment(path, &content))
    }

    fn open(&self) -> Result<Bundle, Fault> {
        Bundle::open_signed(&self.bundle, &self.key).map_err(|error| match error {
            Error::Signature(fault) => fault,
            other => panic!("{other}"),
        })
    }

    /// Opens it with another text for a signature.
    fn open_with(&self, text: &str) -> Fault {
        fs::write(self.signature(), text).expect("written");
        self.open().expect_err("not signed")
    }

    /// The same with the lines of the signature changed.
    fn open_after(&self, change: impl Fn(&mut Vec<String>)) -> Fault {
        let mut lines: Vec<String> = self.sign(&self.bundle).lines().map(str::to_owned).collect();
        change(&mut lines);
        self.open_with(&lines.join("\n"))
    }
}

#[test]
fn what_is_signed_opens() {
    let signed = Signed::new();
    let bundle = signed.open().expect("signed");
    assert!(bundle.bytes() == fs::read(&signed.bundle).expect("a bundle"));
    let signature = Signature::read_beside(&signed.bundle).expect("a signature");
    bundle.check_signature(&signature, &signed.key).expect("signed");
    let mapped = Bundle::open(&signed.bundle).expect("opens");
    mapped.check_signature(&signature, &signed.key).expect("signed");
    assert_eq!(signature.key_id(), signed.key.id());
    assert!(signature.trusted_comment().starts_with("file:bundle.rbundle\tsha256:"));
}

#[test]
fn signatures_have_no_time_in_them() {
    let signed = Signed::new();
    assert_eq!(signed.sign(&signed.bundle), signed.sign(&signed.bundle));
    let again = SecretKey::parse(&signed.secret.to_text()).expect("a key");
    let content = fs::read(&signed.bundle).expect("a bundle");
    assert_eq!(again.sign(&content, "x"), signed.secret.sign(&content, "x"));
}

#[test]
fn a_changed_byte_is_refused() {
    let signed = Signed::new();
    let bytes = fs::read(&signed.bundle).expect("a bundle");
    for at in [0, 8, 30, 50, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&signed.bundle, changed).expect("written");
        assert_eq!(signed.open().expect_err("changed"), Fault::OtherContent, "byte {at}");
    }
    fs::write(&signed.bundle, &bytes[..bytes.len() - 1]).expect("written");
    assert_eq!(signed.open().expect_err("cut off"), Fault::OtherContent);
    fs::write(&signed.bundle, [&bytes[..], b"\0"].concat()).expect("written");
    assert_eq!(signed.open().expect_err("longer"), Fault::OtherContent);
}

/// The signature is looked at first: what isn't signed is not even found to be corrupt.
#[test]
fn nothing_unsigned_is_read() {
    let signed = Signed::new();
    fs::write(&signed.bundle, b"nonsense").expect("written");
    assert_eq!(signed.open().expect_err("changed"), Fault::OtherContent);
    fs::write(signed.signature(), signed.sign(&signed.bundle)).expect("written");
    let refused = Bundle::open_signed(&signed.bundle, &signed.key);
    assert!(matches!(refused, Err(Error::NotABundle)), "{refused:?}");
}

#[test]
fn another_key_is_refused() {
    let signed = Signed::new();
    let other = SecretKey::generate().expect("a key").public_key();
    let refused = Bundle::open_signed(&signed.bundle, &other).expect_err("another key").to_string();
    assert_eq!(refused, format!("the signature is by key {}, and not by {}", signed.key.id(), other.id()));
}

/// The id of a key proves nothing.
#[test]
fn a_key_that_only_has_the_id_is_refused() {
    let signed = Signed::new();
    let content = fs::read(&signed.bundle).expect("a bundle");
    let own = signed.sign(&signed.bundle).lines().nth(1).expect("a line").to_owned();
    // Thirteen characters hold the algorithm and the id but for two bits, which have to be alike by chance.
    let faults = (0..200).map(|_| {
        let other = SecretKey::generate().expect("a key");
        let forged = other.sign(&content, &sign::trusted_comment(&signed.bundle, &content));
        let line = forged.lines().nth(1).expect("a line");
        signed.open_with(&forged.replace(line, &format!("{}{}", &own[..13], &line[13..])))
    });
    assert!(faults.into_iter().any(|fault| fault == Fault::Forged));
}

#[test]
fn the_signature_of_another_file_is_refused() {
    let signed = Signed::new();
    let other = signed.bundle.with_file_name("other.rbundle");
    fs::write(&other, b"other").expect("written");
    let fault = signed.open_with(&signed.sign(&other));
    assert_eq!(fault, Fault::OtherFile { signed: "other.rbundle".to_owned() });
    // Another name of the same content does no harm.
    fs::copy(&signed.bundle, &other).expect("copied");
    fs::write(signed.signature(), signed.sign(&other)).expect("written");
    signed.open().expect("the content is what was signed");
}

#[test]
fn a_cut_off_signature_is_refused() {
    let signed = Signed::new();
    let text = signed.sign(&signed.bundle);
    for length in 0..text.trim_end().len() {
        let fault = signed.open_with(&text[..length]);
        assert!(matches!(fault, Fault::NotASignature { .. }), "{length} bytes: {fault}");
    }
}

#[test]
fn a_forged_comment_is_refused() {
    let signed = Signed::new();
    assert_eq!(signed.open_after(|lines| lines[2].push('0')), Fault::Comment);
    assert_eq!(signed.open_after(|lines| lines[2] = "trusted comment: approved".to_owned()), Fault::Comment);
    // The first line is nobody's.
    let mut lines: Vec<String> = signed.sign(&signed.bundle).lines().map(str::to_owned).collect();
    lines[0] = "untrusted comment: anything".to_owned();
    fs::write(signed.signature(), lines.join("\r\n")).expect("written");
    signed.open().expect("signed");
}

#[test]
fn what_is_no_signature_is_refused() {
    let signed = Signed::new();
    let malformed = |change: &dyn Fn(&mut Vec<String>)| {
        let fault = signed.open_after(change);
        assert!(matches!(fault, Fault::NotASignature { .. }), "{fault}");
    };
    malformed(&|lines| lines.push("more".to_owned()));
    malformed(&|lines| lines[0] = lines[0].replace("untrusted comment: ", ""));
    malformed(&|lines| lines[2] = lines[2].replace("trusted comment: ", ""));
    malformed(&|lines| lines[2].push_str("\u{1b}[2K"));
    malformed(&|lines| lines[1] = "!".repeat(100));
    malformed(&|lines| lines[1].replace_range(..1, "S"));
    assert_eq!(signed.open_after(|lines| lines[1].replace_range(1..3, "WQ")), Fault::NotPrehashed);
    assert!(matches!(signed.open_with(&"x".repeat(1 << 20)), Fault::NotASignature { .. }));
    fs::write(signed.signature(), [0xff, 0xfe]).expect("written");
    assert!(matches!(signed.open(), Err(Fault::NotASignature { .. })));
    fs::remove_file(signed.signature()).expect("removed");
    assert_eq!(signed.open().expect_err("unsigned"), Fault::Unsigned { path: signed.signature() });
}

#[test]
fn keys_are_read_as_they_were_written() {
    let secret = SecretKey::generate().expect("a key");
    let public = secret.public_key();
    assert_eq!(PublicKey::parse(&public.to_text()).expect("a key"), public);
    let line = public.to_text().lines().nth(1).expect("a line").to_owned();
    assert_eq!(PublicKey::parse(&line).expect("a key"), public);
    assert_eq!(format!("{public:?} {secret:?}"), format!("PublicKey({0}) SecretKey({0})", public.id()));
    assert!(PublicKey::parse(&secret.to_text()).is_err() && SecretKey::parse(&public.to_text()).is_err());
    assert!(PublicKey::parse(&line[..line.len() - 4]).is_err() && PublicKey::parse("").is_err());
    // The point of order one, with which anybody's signature would be right.
    let weak = "RWQAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let fault = PublicKey::parse(weak).expect_err("a weak key");
    assert_eq!(fault.to_string(), "this is no key: it is none that anybody can sign with");
}

#[test]
fn spoiled_secret_keys_are_refused() {
    let text = SecretKey::generate().expect("a key").to_text();
    let line = text.lines().nth(1).expect("a line");
    for at in [90, 120, 160, 200] {
        let other = if line.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut spoiled = line.to_owned();
        spoiled.replace_range(at..=at, other);
        let fault = SecretKey::parse(&spoiled).expect_err("spoiled");
        assert_eq!(fault.to_string(), "this is no key: its checksum is another", "character {at}");
    }
    let with_password = line.replacen("RWQAAEIy", "RWRTY0Iy", 1);
    assert_ne!(with_password, line);
    assert_eq!(SecretKey::parse(&with_password).expect_err("a password").to_string(), "this is no key: it has a password");
}

/// Runs the stock program, if it is there.
fn minisign(folder: &Path, arguments: &[&str]) -> Option<Output> {
    stock::run(Command::new("minisign").current_dir(folder).args(arguments), "nothing was compared with it")
}

fn assert_done(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn minisign_checks_what_is_signed_here() {
    let signed = Signed::new();
    let folder = signed.bundle.parent().expect("a folder");
    fs::write(folder.join("our.pub"), signed.key.to_text()).expect("written");
    let check = ["-V", "-p", "our.pub", "-m", "bundle.rbundle"];
    let Some(output) = minisign(folder, &check) else { return };
    assert_done(&output);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("Trusted comment: file:bundle.rbundle\tsha256:"), "{said}");
    let mut changed = fs::read(&signed.bundle).expect("a bundle");
    changed[100] ^= 1;
    fs::write(&signed.bundle, changed).expect("written");
    assert!(!minisign(folder, &check).expect("the program").status.success());
}

#[test]
fn what_minisign_signs_is_checked_here() {
    let signed = Signed::new();
    let folder = signed.bundle.parent().expect("a folder");
    let Some(output) = minisign(folder, &["-G", "-W", "-p", "their.pub", "-s", "their.key"]) else { return };
    assert_done(&output);
    let key = PublicKey::open(folder.join("their.pub")).expect("a key");
    assert_done(&minisign(folder, &["-S", "-s", "their.key", "-m", "bundle.rbundle"]).expect("the program"));
    Bundle::open_signed(&signed.bundle, &key).expect("signed by the program");
    // Without a digest, as versions before 0.6 signed.
    assert_done(&minisign(folder, &["-S", "-l", "-s", "their.key", "-m", "bundle.rbundle"]).expect("the program"));
    let refused = Bundle::open_signed(&signed.bundle, &key).expect_err("of the old kind");
    assert!(matches!(refused, Error::Signature(Fault::NotPrehashed)), "{refused}");
}

#[test]
fn secret_keys_go_both_ways() {
    let signed = Signed::new();
    let folder = signed.bundle.parent().expect("a folder");
    fs::write(folder.join("our.key"), signed.secret.to_text()).expect("written");
    let Some(output) = minisign(folder, &["-S", "-s", "our.key", "-m", "bundle.rbundle", "-t", "by the program"]) else { return };
    assert_done(&output);
    signed.open().expect("signed with the key made here");
    let signature = Signature::read_beside(&signed.bundle).expect("a signature");
    assert_eq!(signature.trusted_comment(), "by the program");
    assert_done(&minisign(folder, &["-G", "-W", "-p", "their.pub", "-s", "their.key"]).expect("the program"));
    let theirs = SecretKey::open(folder.join("their.key")).expect("a key");
    assert_eq!(PublicKey::open(folder.join("their.pub")).expect("a key"), theirs.public_key());
    fs::write(signed.signature(), theirs.sign(&fs::read(&signed.bundle).expect("a bundle"), "")).expect("written");
    assert_done(&minisign(folder, &["-V", "-p", "their.pub", "-m", "bundle.rbundle"]).expect("the program"));
}

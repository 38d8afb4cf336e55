//! `rolec bundle`: what it says of built bundles, and what it signs.

use std::fmt::Write as _;
use std::fs;

use crate::folder::{Folder, Outcome, snapshot};
use crate::seal::seal;

const ROLES: &str = "domain desk {
    entity seat division-aware conditions Seat.floor: number { edit view }
    entity plan division-unaware { view }
}
home division main
division east
role keeper {
    allow desk:seat:* in east
    allow desk:plan:view
}
role viewer { allow desk:seat:view where Seat.floor <= 3 }
backfill later { when desk:plan:view add desk:seat:view on 2026-03-01 region north on 2026-04-01 }
group movers
user \"ann\" member of movers
user \"eve\"
assign keeper to group movers in all
assign viewer to user \"eve\" in all
object \"plans\" guards desk:seat:view { read movers }
";

const JSON: &str = "build/bundle.json";
const MAPPED: &str = "build/mapped/bundle.rbundle";
const MAP: &str = "build/bundle.map";

/// A project that is built in both forms.
fn built() -> Folder {
    let manifest = "[project]\nname = \"office\"\nversion = \"1.2.0\"\n\n[organisation]\nregions = [\"north\", \"south\"]\n";
    let folder = Folder::with(&[("rolec.toml", manifest), ("a.role", ROLES)]);
    let outcome = folder.run(&["build", "--target", "mapped"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    folder
}

#[track_caller]
fn assert_says(outcome: &Outcome, code: i32, words: &str) {
    // Failures are broken into lines.
    let text = outcome.to_string().replace("\n  │ ", " ");
    assert!(outcome.code == code && text.contains(words), "no `{words}` in:\n{text}");
}

/// A pair of keys, `office.key` and `office.pub`.
fn keys(folder: &Folder) {
    assert_says(&folder.run(&["bundle", "keygen", "office"]), 0, "office.key: the secret key, without a password");
}

fn transcript(folder: &Folder, commands: &[&[&str]]) -> String {
    let mut text = String::new();
    for arguments in commands {
        writeln!(text, "$ rolec {}\n{}\n", arguments.join(" "), folder.run(arguments)).unwrap();
    }
    text
}

#[test]
fn bundles_are_inspected() {
    let folder = built();
    let text = transcript(
        &folder,
        &[
            &["bundle", "inspect", JSON],
            &["bundle", "inspect", JSON, "--json"],
            &["bundle", "inspect", "a.role"],
            &["bundle", "inspect", "nothing"],
            &["bundle", "inspect", JSON, "--json", "--format", "human"],
        ],
    );
    snapshot("bundles", "inspect", &text);
    let mapped = folder.run(&["bundle", "inspect", MAPPED]);
    assert_says(&mapped, 0, "mapped form, version 1.0");
    assert_says(&mapped, 0, "changes on 2026-04-01");
    let json = folder.run(&["bundle", "inspect", MAPPED, "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let parts: u64 = value["parts"].as_array().unwrap().iter().map(|part| part["bytes"].as_u64().unwrap()).sum();
    let bytes = value["bytes"].as_u64().unwrap();
    assert!(parts < bytes && parts > bytes / 4, "{parts} bytes of {bytes} are in sections");
    assert_eq!(value["counts"]["users"], 2);
    assert_eq!(value["content_digest"].as_str().unwrap().len(), "sha256:".len() + 64);
}

#[test]
fn bundles_are_verified() {
    let folder = built();
    let text = transcript(&folder, &[&["bundle", "verify", JSON], &["bundle", "verify", JSON, "--json"]]);
    snapshot("bundles", "verify", &text);
    let mapped = folder.run(&["bundle", "verify", MAPPED]);
    assert_says(&mapped, 0, "every table is what the content makes it");
    let good = fs::read(folder.path(MAPPED)).unwrap();
    for at in [0, 8, 30, 50, good.len() / 2, good.len() - 1] {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        fs::write(folder.path(MAPPED), bytes).unwrap();
        assert_says(&folder.run(&["bundle", "verify", MAPPED]), 1, "wrong");
    }
    fs::write(folder.path(MAPPED), &good[..good.len() / 2]).unwrap();
    assert_says(&folder.run(&["bundle", "verify", MAPPED]), 1, "it is not as long as it says");
    assert_says(&folder.run(&["bundle", "verify", "nothing"]), 2, "can't read `nothing`");
    // The same content, and not the same bytes.
    folder.write(JSON, &(folder.read(JSON) + "\n"));
    assert_says(&folder.run(&["bundle", "verify", JSON]), 1, "not in its canonical form");
    folder.write(JSON, "{\"format\":{\"major\":2,\"minor\":0}}");
    assert_says(&folder.run(&["bundle", "verify", JSON]), 1, "a bundle of version 2.0");
}

/// A bundle whose digests are right, but whose tables for looking things up say something else than its content.
#[test]
fn tables_that_say_something_else_are_found() {
    let folder = built();
    let mut bytes = fs::read(folder.path(MAPPED)).unwrap();
    let number = |bytes: &[u8], at: usize| usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap();
    // Section 5: where names are looked up.
    let entry = (0..38).map(|at| 72 + at * 24).find(|at| bytes[*at] == 5).unwrap();
    let (start, length) = (number(&bytes, entry + 8), number(&bytes, entry + 16));
    assert!(length > 0);
    bytes[start..start + length].fill(0xff);
    seal(&mut bytes);
    fs::write(folder.path(MAPPED), &bytes).unwrap();
    let outcome = folder.run(&["bundle", "verify", MAPPED]);
    assert_says(&outcome, 1, "what is looked up is not what the content says, in slots");
    assert_says(&outcome, 1, "the SHA-256 of the content is another");
}

#[test]
fn bundles_are_signed() {
    for file in [JSON, MAPPED] {
        let folder = built();
        keys(&folder);
        let verify = ["bundle", "verify", file, "--key", "office.pub"];
        assert_says(&folder.run(&verify), 1, "it is not signed: there is no `");
        let sign = ["bundle", "sign", file, "--secret-key", "office.key"];
        assert_says(&folder.run(&sign), 0, ".minisig: signed with `office.key`");
        let name = file.rsplit('/').next().unwrap();
        assert_says(&folder.run(&verify), 0, &format!("by the key of `office.pub`: file:{name} sha256:"));
        assert_says(&folder.run(&["bundle", "verify", file]), 0, "name the public key with `--key`");
        assert_says(&folder.run(&["bundle", "inspect", file]), 0, "by key ");
        let signature = folder.read(&format!("{file}.minisig"));
        assert_says(&folder.run(&[&sign[..], &["-o", "elsewhere"]].concat()), 0, "elsewhere: signed");
        assert_eq!(folder.read("elsewhere"), signature, "the same bundle and key give the same signature");
        assert_says(&folder.run(&["bundle", "keygen", "other"]), 0, "other.pub: the public key");
        assert_says(&folder.run(&["bundle", "verify", file, "--key", "other.pub"]), 1, "the signature is by key ");
        let mut bytes = fs::read(folder.path(file)).unwrap();
        let last = bytes.len() - 1;
        bytes[last] = b' ';
        fs::write(folder.path(file), &bytes).unwrap();
        assert_says(&folder.run(&verify), 1, "the content is not what was signed");
        assert_says(&folder.run(&sign), 2, "is not signed: ");
        assert_eq!(folder.read(&format!("{file}.minisig")), signature, "the old signature stays");
    }
}

#[test]
fn keys_are_never_overwritten() {
    let folder = built();
    keys(&folder);
    let (secret, public) = (folder.read("office.key"), folder.read("office.pub"));
    assert_says(&folder.run(&["bundle", "keygen", "office"]), 2, "`office.key` and `office.pub` are there already");
    fs::remove_file(folder.path("office.pub")).unwrap();
    assert_says(&folder.run(&["bundle", "keygen", "office"]), 2, "`office.key` is there already");
    assert!(!folder.path("office.pub").exists());
    assert_eq!(folder.read("office.key"), secret);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.path("office.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else reads the secret key");
    }
    // Halves that nobody mixes up.
    folder.write("office.pub", &public);
    let wrong = folder.run(&["bundle", "sign", JSON, "--secret-key", "office.pub"]);
    assert_says(&wrong, 2, "this is no key: it is not as long as a secret key");
    let wrong = folder.run(&["bundle", "verify", JSON, "--key", "office.key"]);
    assert_says(&wrong, 2, "this is no key: it is not as long as a public key");
    assert_says(&folder.run(&["bundle", "keygen", "no/such/folder/office"]), 2, "can't write `no/such/folder/office.key`");
}

#[test]
fn bundles_are_queried() {
    let folder = built();
    let mut text = String::new();
    let seat = "desk:seat:view";
    for file in [JSON, MAPPED] {
        let asked = [
            &["ann", seat, "--division", "east"][..],
            &["ann", seat, "--division", "main", "--as-of", "2026-02-01"],
            &["ann", seat, "--division", "main", "--as-of", "2026-03-01"],
            &["ann", seat, "--division", "main", "--as-of", "2026-03-01", "--region", "north"],
            &["ann", seat],
            &["ann", seat, "--division", "east", "--object", "plans", "--json"],
            &["eve", seat, "--attribute", "Seat.floor=2"],
            &["eve", seat, "--attribute", "Seat.floor=2", "--object", "plans"],
            &["eve", seat, "--attribute", "Seat.floor=4"],
            &["eve", seat, "--format", "json"],
            &["group movers", "desk:plan:view"],
            &["bob", seat],
            &["ann", "desk:seat:move"],
            &["ann", seat, "--division", "west"],
            &["ann", seat, "--region", "west"],
            &["ann", seat, "--as-of", "soon"],
        ];
        let mut said = String::new();
        for arguments in asked {
            let outcome = folder.run(&[&["bundle", "query", file, "--map", MAP], arguments].concat());
            writeln!(said, "$ rolec bundle query BUNDLE {}\n{outcome}\n", arguments.join(" ")).unwrap();
        }
        assert!(text.is_empty() || text == said, "both forms say the same:\n{text}\n{said}");
        text = said;
    }
    snapshot("bundles", "query", &text);
}

//! The same project gives the same bytes: wherever it lies, however its files came there, whoever builds it, with how many threads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rolec_targets::Target;

use crate::examples;
use crate::scratch::Scratch;

/// The files below a folder, by their paths.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let walk = ignore::WalkBuilder::new(root).standard_filters(false).build().filter_map(Result::ok);
    let files = walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    files.map(|entry| (entry.path().strip_prefix(root).unwrap().to_owned(), std::fs::read(entry.path()).unwrap())).collect()
}

/// Somebody who builds: where, in what surroundings, and in which order the files came.
struct Builder {
    scratch: Scratch,
    folder: &'static str,
    backwards: bool,
    umask: &'static str,
    surroundings: [(&'static str, &'static str); 5],
}

impl Builder {
    fn here() -> Self {
        let surroundings = [("TZ", "UTC"), ("LANG", "C"), ("LC_ALL", "C"), ("HOME", "/nowhere"), ("RAYON_NUM_THREADS", "1")];
        Self { scratch: Scratch::empty(), folder: "a", backwards: false, umask: "022", surroundings }
    }

    fn there() -> Self {
        let surroundings = [
            ("TZ", "Pacific/Kiritimati"),
            ("LANG", "tr_TR.UTF-8"),
            ("LC_ALL", "tr_TR.UTF-8"),
            ("HOME", "/"),
            ("RAYON_NUM_THREADS", "5"),
        ];
        let folder = "zz/deep down/in a_folder/of another name";
        Self { scratch: Scratch::empty(), folder, backwards: true, umask: "077", surroundings }
    }

    fn take(&self, project: &BTreeMap<PathBuf, Vec<u8>>) {
        let mut files: Vec<_> = project.iter().collect();
        if self.backwards {
            files.reverse();
        }
        for (path, bytes) in files {
            self.scratch.write(&format!("{}/{}", self.folder, path.display()), bytes);
        }
    }

    fn root(&self) -> PathBuf {
        self.scratch.root().join(self.folder)
    }

    fn build(&self, arguments: &[&str]) -> Output {
        let mut command = if cfg!(unix) {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("umask {}; exec \"$0\" \"$@\"", self.umask), env!("CARGO_BIN_EXE_rolec")]);
            shell
        } else {
            Command::new(env!("CARGO_BIN_EXE_rolec"))
        };
        command.arg("build").args(arguments).current_dir(self.root()).envs(self.surroundings).output().unwrap()
    }
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let (mut built, mut made) = (0, BTreeMap::new());
    for example in examples::projects() {
        let mut project = files(&example);
        project.retain(|path, _| !path.starts_with("build"));
        let builders = [Builder::here(), Builder::there()];
        for builder in &builders {
            builder.take(&project);
        }
        if !builders[0].build(&[]).status.success() {
            continue;
        }
        built += 1;
        let can_say = |kind: &&Target| builders[0].build(&["--target", kind.name(), "-o", "tried"]).status.success();
        let kinds: Vec<&str> = Target::ALL.iter().filter(can_say).map(|kind| kind.name()).collect();
        let mut all = vec!["-o", "all"];
        for kind in &kinds {
            all.extend(["--target", kind]);
            *made.entry(*kind).or_insert(0) += 1;
        }
        let outputs = builders.each_ref().map(|builder| {
            assert!(builder.build(&[]).status.success() && builder.build(&all).status.success());
            [files(&builder.root().join("build")), files(&builder.root().join("all"))]
        });
        for (here, there) in outputs[0].iter().zip(&outputs[1]) {
            assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>(), "{}", example.display());
            assert!(here.contains_key(Path::new("bundle.map")), "{}", example.display());
            for (path, bytes) in here {
                assert!(there[path] == *bytes, "{}: {}", example.display(), path.display());
            }
        }
    }
    assert!(built >= 5, "{built} examples are built");
    assert!(Target::ALL.iter().all(|kind| made.contains_key(kind.name())), "no example can be said as: {made:?}");
}

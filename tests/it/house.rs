//! The floors of `src/lib.rs`: no upward imports, no sideways ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

const FLOORS: &[(&str, u8)] = &[
    ("app", 7),
    ("tui", 6),
    ("cli", 6),
    ("engine", 5),
    ("auth", 4),
    ("sync", 4),
    ("simulator", 3),
    ("garmin", 2),
    ("central_db", 2),
    ("vault", 1),
    ("config", 1),
    ("telemetry", 1),
    ("domain", 0),
    ("clock", 0),
];

fn floor(module: &str) -> Option<u8> {
    let found = FLOORS.iter().find(|(name, _)| *name == module);
    found.map(|(_, floor)| *floor)
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The modules a file names behind `crate::`, in imports (grouped or not) and in paths.
fn named(source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut out = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            out.extend(heads_of_group(group));
        } else {
            out.push(word(rest));
        }
    }
    out
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// `domain::{a, b}, engine::x}` names `domain` and `engine`.
fn heads_of_group(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads = Vec::new();
    let mut at_head = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_head = true,
            c if at_head && c.is_alphabetic() => {
                heads.push(word(&group[at..]));
                at_head = false;
            }
            _ => {}
        }
    }
    heads
}

#[test]
fn modules_import_only_from_lower_floors() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut wrong = Vec::new();
    for file in &files {
        let below = file.strip_prefix(&src).unwrap();
        let first = below.iter().next().unwrap().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if module == "lib" || module == "main" {
            continue;
        }
        let own = floor(module).unwrap_or_else(|| panic!("{module} has no floor in this table"));
        for other in named(&fs::read_to_string(file).unwrap()) {
            let Some(theirs) = floor(&other) else {
                continue;
            };
            if other != module && theirs >= own {
                wrong.push(format!(
                    "{}: {module} must not use {other}",
                    below.display()
                ));
            }
        }
    }
    assert!(files.len() > 50, "the walk found the sources");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_groups_and_paths() {
    let source = "use crate::{\n    domain::{a, b},\n    engine::event::Event,\n};\nlet x = crate::cli::y();";
    assert_eq!(named(source), ["domain", "engine", "cli"]);
}

#[test]
fn no_source_file_has_become_a_feared_one() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= 500,
            "{} has {lines} lines: split it",
            file.display()
        );
    }
}

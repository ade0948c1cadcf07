//! `session import`, `export` and `rekey`.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use super::{
    Front, mfa,
    output::{Output, say},
    prompt,
    report::{ExportReport, RekeyReport},
};
use crate::{
    config::{
        args::{ExportArgs, ExportShape, ImportArgs, SessionCommand},
        paths::create_private,
        text_file,
    },
    domain::{
        failure::Failure,
        printable::io_reason,
        secret::{Secret, without_bom},
        sign_in::SignInOutcome,
        wording::counted,
    },
    engine::{
        command::{Command, FILE_NAMES, Files, Shape, needs_passphrase},
        event::Event,
    },
};

/// Longer than any passphrase, in bytes.
const MAX_PASSPHRASE: u64 = 4096;

pub(super) async fn run(
    front: &mut Front,
    out: &Output,
    command: SessionCommand,
) -> Result<u8, Failure> {
    match command {
        SessionCommand::Import(args) => import(front, out, args).await,
        SessionCommand::Export(args) => export(front, out, args).await,
        SessionCommand::Rekey => rekey(front, out).await,
    }
}

async fn import(front: &mut Front, out: &Output, args: ImportArgs) -> Result<u8, Failure> {
    let files = if args.source.as_os_str() == "-" {
        vec![(None, prompt::all_of_stdin().await?)]
    } else {
        from_disk(&args.source)?
    };
    let is_sealed = files
        .iter()
        .any(|(_, text)| needs_passphrase(text.expose().as_bytes()));
    let passphrase = if is_sealed {
        Some(passphrase(args.passphrase_file.as_deref()).await?)
    } else {
        None
    };
    let account = front.account();
    let command = Command::ImportSession {
        account: account.clone(),
        region: args.domain,
        files,
        passphrase,
    };
    let (outcome, remarks) = front
        .ask(command, |event| match event {
            Event::Imported { outcome, remarks } => Some((outcome, remarks)),
            _ => None,
        })
        .await?;
    if matches!(outcome, SignInOutcome::SignedIn { .. }) {
        for remark in remarks {
            say(&format!("garminsync: {remark}"));
        }
    }
    Ok(mfa::show(out, &account, &outcome))
}

async fn export(front: &mut Front, out: &Output, args: ExportArgs) -> Result<u8, Failure> {
    let shape = match args.shape {
        ExportShape::Garth => Shape::Garth,
        ExportShape::GarthDumps => Shape::GarthDumps,
        ExportShape::Garminconnect => Shape::GarminConnect,
        ExportShape::Transfer => Shape::Transfer,
    };
    let is_sealed = shape == Shape::Transfer;
    if args.to.is_none() && !is_sealed && io::stdout().is_terminal() {
        return Err(Failure::usage(
            "The session would stay readable in this terminal.",
            "Name a folder with --to, or hand it to a program.",
        ));
    }
    if args.to.is_none() && !out.is_text() {
        return Err(Failure::usage(
            "A session on standard output has the format that --as names.",
            "Leave --format away, or name a folder with --to.",
        ));
    }
    if args.to.is_none() && shape == Shape::Garth {
        return Err(Failure::usage(
            "A garth session is two files.",
            "Name their folder with --to, or use --as garth-dumps.",
        ));
    }
    let passphrase = if is_sealed {
        Some(passphrase(args.passphrase_file.as_deref()).await?)
    } else {
        None
    };
    let account = front.account();
    let command = Command::ExportSession {
        account: account.clone(),
        shape,
        passphrase,
    };
    let files = front
        .ask(command, |event| match event {
            Event::Exported { result } => Some(result),
            _ => None,
        })
        .await??;
    if !is_sealed {
        say(
            "garminsync: two programs cannot share this session: the first refresh of either ends it for the other.",
        );
    }
    let Some(folder) = args.to else {
        let mut to = io::stdout().lock();
        for (_, text) in &files {
            let _ = writeln!(to, "{}", text.expose().trim_end());
        }
        return Ok(0);
    };
    let mut names = Vec::new();
    for (name, text) in &files {
        write_private(&folder, name, text).map_err(|e| {
            Failure::usage(
                format!(
                    "{} cannot be written: {}.",
                    folder.join(name).display(),
                    io_reason(&e)
                ),
                "Choose another folder with --to.",
            )
        })?;
        names.push(folder.join(name).display().to_string());
    }
    out.result(
        &format!("Written: {}", names.join(", ")),
        &ExportReport::new(account, names),
    );
    Ok(0)
}

async fn rekey(front: &mut Front, out: &Output) -> Result<u8, Failure> {
    let (moved, unreadable) = front
        .ask(Command::Rekey, |event| match event {
            Event::Rekeyed { result } => Some(result),
            _ => None,
        })
        .await??;
    if unreadable > 0 {
        say(&format!(
            "garminsync: no key opens {unreadable} of what is sealed; sign in again on the account in question."
        ));
    }
    out.result(
        &format!(
            "A new key seals everything: {} moved to it.",
            counted(moved, "sealed item")
        ),
        &RekeyReport::new(moved, unreadable),
    );
    Ok(0)
}

/// A file, or the known files of a folder.
fn from_disk(source: &Path) -> Result<Files, Failure> {
    let read = |path: &Path| -> Result<(Option<String>, Secret), Failure> {
        let text = text_file::read(path, prompt::MAX_BYTES).map_err(|e| {
            Failure::usage(
                format!("{} cannot be read: {}.", path.display(), io_reason(&e)),
                "Name a file or folder that holds a session, or - for standard input.",
            )
        })?;
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        Ok((name, Secret::new(text)))
    };
    if !source.is_dir() {
        return Ok(vec![read(source)?]);
    }
    let found: Vec<_> = FILE_NAMES
        .iter()
        .map(|name| source.join(name))
        .filter(|path| path.is_file())
        .collect();
    if found.is_empty() {
        return Err(Failure::usage(
            format!(
                "The folder {} holds no session that is known here.",
                source.display()
            ),
            format!("Known file names: {}.", FILE_NAMES.join(", ")),
        ));
    }
    found.iter().map(|path| read(path)).collect()
}

async fn passphrase(file: Option<&Path>) -> Result<Secret, Failure> {
    if let Some(file) = file {
        let text = text_file::read(file, MAX_PASSPHRASE).map_err(|e| {
            Failure::usage(
                format!("{} cannot be read: {}.", file.display(), io_reason(&e)),
                "Name another file.",
            )
        })?;
        let text = without_bom(&text);
        return Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
    }
    if prompt::has_person() {
        return prompt::secret("Passphrase of the transfer text").await;
    }
    Err(prompt::nobody(
        "the passphrase",
        "Name a file that holds it with --passphrase-file.",
    ))
}

/// Born 0600, and never through somebody else's link.
fn write_private(folder: &Path, name: &str, text: &Secret) -> io::Result<()> {
    create_private(folder)?;
    let mut draft = tempfile::Builder::new()
        .prefix(".session-")
        .tempfile_in(folder)?;
    draft.write_all(text.expose().as_bytes())?;
    draft.as_file().sync_all()?;
    draft
        .persist(folder.join(name))
        .map(drop)
        .map_err(|e| e.error)
}

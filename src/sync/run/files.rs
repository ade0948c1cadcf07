//! Original files of the activities that have none yet.

use std::path::Path;

use jiff::civil::Date;

use super::{Halt, Run, Workshop, learn::Trouble};
use crate::{
    central_db::activity_files::{self, FileRow, KeptFile, WithoutFile},
    domain::{
        account::{Account, AccountId},
        activity::{ActivityId, FileState},
        dataset::Dataset,
        dates::DateSpan,
        failure::Failure,
        job::Goal,
        printable::excerpt,
        session::Lane,
    },
    garmin::error::GarminError,
    sync::{
        fetch::Lender,
        file::{self, FileError, MAX_BYTES, Unread},
        store,
    },
};

impl<L: Lender> Run<'_, L> {
    pub(super) async fn fetch_files(&mut self, span: DateSpan) -> Result<(), Halt> {
        let wanted = wanted(self.shop, &self.account, self.known.goal, span)
            .await
            .map_err(Halt::Broken)?;
        self.planned = self.ordinal + u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        for activity in wanted {
            if self.is_spent() {
                return Ok(());
            }
            let title = title(&activity);
            self.progress(Dataset::Activities, format!("file of {title}"));
            let Some(&lane) = self.known.lanes.first() else {
                return Ok(());
            };
            let Some((row, error)) = self.fetch_file(lane, &activity).await? else {
                continue;
            };
            let at = self.context();
            let shown = title.clone();
            self.shop
                .central_db
                .write(move |tx| store::file(tx, at, &row, &shown))
                .await?;
            self.progress(Dataset::Activities, format!("file of {title}"));
            if let Some(error) = &error {
                self.unless_silent(error)?;
            }
            if self
                .gives_up_on(store::FILE_ENDPOINT, error.as_ref())
                .await?
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The file is on disk before its row says so; a crash in between only
    /// means that it is fetched again. The second value is why Garmin's side
    /// failed; `None`: the lane gave out, and the file waits for the next run.
    async fn fetch_file(
        &mut self,
        lane: Lane,
        wanted: &WithoutFile,
    ) -> Result<Option<(FileRow, Option<GarminError>)>, Halt> {
        let row = |state, reason| FileRow {
            activity: wanted.id,
            state,
            files: Vec::new(),
            reason,
            damage: None,
        };
        let path = format!("/download-service/files/activity/{}", wanted.id.get());
        let path = path.as_str();
        let answer = match self
            .fetcher
            .send(
                lane,
                |api| async move { api.download(path, MAX_BYTES).await },
            )
            .await
        {
            Ok(answer) => answer,
            Err(error) => match self.sort_out(error) {
                Trouble::Job(halt) => return Err(halt),
                Trouble::Lane(halt) => {
                    self.lose(lane, halt, &[]).await?;
                    return Ok(None);
                }
                // Manual activities have no original (protocol.md 9.6.3).
                Trouble::Task(GarminError::Refused { status: 404, .. }) => {
                    return Ok(Some((row(FileState::NoFile, None), None)));
                }
                Trouble::Task(error) => {
                    let row = row(FileState::Failed, Some(error.to_string()));
                    return Ok(Some((row, Some(error))));
                }
            },
        };
        self.silent = 0;
        self.has_answer = true;
        let (files, account) = (self.shop.files.clone(), self.account.id);
        let (id, day) = (wanted.id, wanted.day);
        let kept =
            tokio::task::spawn_blocking(move || keep(&files, account, (id, day), &answer.body));
        let row = match kept.await {
            Ok(Ok(kept)) => kept,
            Ok(Err(error)) => row(FileState::Failed, Some(error.to_string())),
            Err(_) => row(FileState::Failed, Some("unpacking it failed".to_owned())),
        };
        Ok(Some((row, None)))
    }
}

/// The activities whose original is to be fetched: those of `span` without one,
/// and in a repair those of any day whose file is gone from the disk.
pub(super) async fn wanted(
    shop: &Workshop,
    account: &Account,
    goal: Goal,
    span: DateSpan,
) -> Result<Vec<WithoutFile>, Failure> {
    let (id, now) = (account.id, shop.clock.now());
    let (mut wanted, expected) = shop
        .central_db
        .read(move |db| {
            let expected = match goal {
                Goal::Repair => activity_files::expected(db, id)?,
                Goal::Routine | Goal::Backfill => Vec::new(),
            };
            Ok((activity_files::without_file(db, id, span, now)?, expected))
        })
        .await?;
    let files = shop.files.clone();
    let lost = tokio::task::spawn_blocking(move || file::missing(&files, expected)).await;
    for lost in lost.unwrap_or_default() {
        if wanted.iter().all(|known| known.id != lost.activity.id) {
            wanted.push(lost.activity);
        }
    }
    Ok(wanted)
}

/// Takes the originals out of a download and writes them below `files`.
fn keep(
    files: &Path,
    account: AccountId,
    (activity, day): (ActivityId, Date),
    body: &[u8],
) -> Result<FileRow, FileError> {
    let download = file::unpack(body)?;
    let mut row = FileRow {
        activity,
        state: FileState::Got,
        files: Vec::new(),
        reason: None,
        damage: None,
    };
    for (n, original) in download.originals.iter().enumerate() {
        let place = file::place(activity, day, n + 1, original.ending);
        file::write(files, account, &place, &original.bytes)?;
        let damage = file::damage(original);
        if let Some(what) = &damage {
            let of = match download.originals.len() {
                1 => String::new(),
                _ => format!("file {}: ", n + 1),
            };
            row.damage.get_or_insert_with(|| format!("{of}{what}"));
        }
        row.files.push(KeptFile {
            path: place.display().to_string(),
            size_bytes: u64::try_from(original.bytes.len()).unwrap_or(u64::MAX),
            damage,
        });
    }
    match download.unread {
        Some(Unread { is_original, why }) => {
            let what = format!("another file in the ZIP could not be read: {why}");
            if is_original {
                row.state = FileState::Failed;
                row.reason = Some(what);
            } else {
                row.damage.get_or_insert(what);
            }
        }
        None if row.files.is_empty() => row.state = FileState::NoFile,
        None => {}
    }
    Ok(row)
}

/// What a person calls the activity: its name, or its id without one.
fn title(activity: &WithoutFile) -> String {
    let name = activity.name.as_deref().map(|name| excerpt(name, 40));
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| format!("activity {}", activity.id.get()))
}

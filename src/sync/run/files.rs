//! Original files of the activities that have none yet.

use super::{Halt, Run, learn::Trouble};
use crate::{
    central_db::activity_files::{self, FileRow, WithoutFile},
    domain::{
        activity::FileState, dataset::Dataset, dates::DateSpan, printable::excerpt, session::Lane,
    },
    garmin::error::GarminError,
    sync::{
        fetch::Lender,
        file::{self, MAX_BYTES},
        store,
    },
};

impl<L: Lender> Run<'_, L> {
    pub(super) async fn fetch_files(&mut self, span: DateSpan) -> Result<(), Halt> {
        let (id, now) = (self.account.id, self.shop.clock.now());
        let wanted = self
            .shop
            .central_db
            .read(move |db| activity_files::without_file(db, id, span, now))
            .await?;
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
            if let Some(error) = error {
                self.unless_silent(&error)?;
            }
            self.progress(Dataset::Activities, format!("file of {title}"));
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
        let (activity, day) = (wanted.id, wanted.day);
        let row = |state, reason| FileRow {
            activity,
            state,
            path: None,
            size_bytes: None,
            reason,
            damage: None,
        };
        let path = format!("/download-service/files/activity/{}", activity.get());
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
        let written =
            tokio::task::spawn_blocking(move || -> Result<Option<FileRow>, file::FileError> {
                let Some(original) = file::unpack(&answer.body)? else {
                    return Ok(None);
                };
                let place = file::place(activity, day, original.ending);
                file::write(&files, account, &place, &original.bytes)?;
                Ok(Some(FileRow {
                    activity,
                    state: FileState::Got,
                    path: Some(place.display().to_string()),
                    size_bytes: i64::try_from(original.bytes.len()).ok(),
                    reason: None,
                    damage: file::damage(&original),
                }))
            });
        let row = match written.await {
            Ok(Ok(Some(got))) => got,
            Ok(Ok(None)) => row(FileState::NoFile, None),
            Ok(Err(error)) => row(FileState::Failed, Some(error.to_string())),
            Err(_) => row(FileState::Failed, Some("unpacking it failed".to_owned())),
        };
        Ok(Some((row, None)))
    }
}

/// What a person calls the activity: its name, or its id without one.
fn title(activity: &WithoutFile) -> String {
    let name = activity.name.as_deref().map(|name| excerpt(name, 40));
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| format!("activity {}", activity.id.get()))
}

//! Original files of the activities that have none yet.

use jiff::civil::Date;

use super::{Halt, Run};
use crate::{
    central_db::activities::{self, FileRow},
    domain::{
        activity::{ActivityId, FileState},
        dataset::Dataset,
        dates::DateSpan,
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
        let id = self.account.id;
        let wanted = self
            .shop
            .central_db
            .read(move |db| activities::without_file(db, id, span))
            .await?;
        self.planned = self.ordinal + u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        for (activity, day) in wanted {
            let what = format!("file of activity {}", activity.get());
            self.progress(Dataset::Activities, what.clone());
            let row = self.fetch_file(activity, day).await?;
            let at = self.context();
            self.shop
                .central_db
                .write(move |tx| store::file(tx, at, &row))
                .await?;
            self.progress(Dataset::Activities, what);
        }
        Ok(())
    }

    /// The file is on disk before its row says so; a crash in between only
    /// means that it is fetched again.
    async fn fetch_file(&mut self, activity: ActivityId, day: Date) -> Result<FileRow, Halt> {
        let row = |state, reason| FileRow {
            activity,
            state,
            path: None,
            size_bytes: None,
            reason,
        };
        let path = format!("/download-service/files/activity/{}", activity.get());
        let path = path.as_str();
        let answer = match self
            .fetcher
            .send(|api| async move { api.download(path, MAX_BYTES).await })
            .await
        {
            Ok(answer) => answer,
            Err(error) => match self.halt(error)? {
                // Manual activities have no original (protocol.md 9.6.3).
                GarminError::Refused { status: 404, .. } => {
                    return Ok(row(FileState::NoFile, None));
                }
                error => return Ok(row(FileState::Failed, Some(error.to_string()))),
            },
        };
        self.silent = 0;
        let files = self.shop.files.clone();
        let written =
            tokio::task::spawn_blocking(move || -> Result<Option<FileRow>, file::FileError> {
                let Some(original) = file::unpack(&answer.body)? else {
                    return Ok(None);
                };
                let place = file::place(activity, day, original.ending);
                file::write(&files, &place, &original.bytes)?;
                Ok(Some(FileRow {
                    activity,
                    state: FileState::Got,
                    path: Some(place.display().to_string()),
                    size_bytes: i64::try_from(original.bytes.len()).ok(),
                    reason: None,
                }))
            });
        Ok(match written.await {
            Ok(Ok(Some(got))) => got,
            Ok(Ok(None)) => row(FileState::NoFile, None),
            Ok(Err(error)) => row(FileState::Failed, Some(error.to_string())),
            Err(_) => row(FileState::Failed, Some("unpacking it failed".to_owned())),
        })
    }
}

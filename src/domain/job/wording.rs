//! A job's report in words: `--sync` prints them and the app shows them.

use std::fmt::{self, Write};

use super::{DatasetCount, JobReport, TaskFailure, Trigger};
use crate::domain::{
    dataset::Dataset,
    printable::printable,
    wording::{counted, duration},
};

/// Columns of the longest name, so that the tables of several jobs stand alike.
const NAME: usize = 16;

impl JobReport {
    /// `ada job 182  SUCCEEDED  9 requests  5 rows  3.2 s  session refreshed`
    pub fn headline(&self) -> String {
        let mut text = self.account.to_string();
        if let Some(id) = self.job_id {
            let _ = write!(text, " job {}", id.get());
        }
        text.push_str("  ");
        text.push_str(self.status.word());
        if self.job_id.is_some() {
            let took = duration(self.duration_ms);
            let requests = counted(self.requests, "request");
            let rows = counted(self.rows(), "row");
            let _ = write!(text, "  {requests}  {rows}  {took}");
        }
        if self.refreshed {
            text.push_str("  session refreshed");
        }
        text
    }

    /// One line for each dataset, in columns.
    pub fn table(&self) -> Vec<String> {
        let line = |(dataset, count): (&Dataset, &DatasetCount)| {
            format!(
                "{:<NAME$} {:>5} {:<4} {:>5} new {:>5} changed {:>5} failed",
                dataset.name(),
                count.days,
                if count.days == 1 { "day" } else { "days" },
                count.rows_new,
                count.rows_changed,
                count.failed
            )
        };
        self.datasets.iter().map(line).collect()
    }
}

/// `sleep 2026-11-19: Garmin's server has trouble of its own (HTTP 502).`
impl fmt::Display for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (span, summary) = (printable(&self.span), printable(&self.summary));
        write!(f, "{} {span}: {summary}", self.dataset)
    }
}

impl Trigger {
    /// Who asked, in a sentence: "asked for by …".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Person => "a person",
            Self::Schedule => "the schedule",
            Self::Headless => "--sync",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::{JobId, JobStatus};
    use std::collections::BTreeMap;

    #[test]
    fn a_report_is_a_headline_and_a_table() {
        let count = DatasetCount {
            days: 28,
            rows_new: 1,
            rows_changed: 2,
            failed: 0,
        };
        let report = JobReport {
            job_id: Some(JobId::new(7)),
            account: "ada".parse().unwrap(),
            status: JobStatus::Succeeded,
            requests: 9,
            refreshed: true,
            duration_ms: 3249,
            datasets: BTreeMap::from([(Dataset::Daily, count)]),
            failures: Vec::new(),
            owed: Vec::new(),
            older_days: None,
            warnings: Vec::new(),
            failure: None,
        };
        assert_eq!(
            report.headline(),
            "ada job 7  SUCCEEDED  9 requests  3 rows  3.2 s  session refreshed"
        );
        assert_eq!(
            report.table(),
            ["daily               28 days     1 new     2 changed     0 failed"]
        );
        let one = DatasetCount { days: 1, ..count };
        let report = JobReport {
            datasets: BTreeMap::from([(Dataset::Daily, one)]),
            duration_ms: 83_000,
            ..report
        };
        assert_eq!(
            report.table(),
            ["daily                1 day      1 new     2 changed     0 failed"]
        );
        assert!(report.headline().contains("3 rows  1:23 min"));
    }
}

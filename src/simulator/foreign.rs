//! Originals that no Garmin watch wrote: activities imported on the web as GPX or TCX.

use std::fmt::Write as _;

use super::athlete::{Activity, float, round};
use super::wire::{gmt, iso, plus_seconds};

/// Seconds between two points, at least.
const INTERVAL: i64 = 15;

/// Where imported tracks start: degrees north and east.
const START: (f64, f64) = (52.4897, 13.3906);

/// One point of a track: ISO time, degrees, metres so far.
fn points(activity: &Activity) -> impl Iterator<Item = (String, f64, f64, f64)> {
    let seconds = round(activity.duration);
    let step = usize::try_from(INTERVAL.max(seconds / 500)).unwrap_or(1);
    let speed = activity.speed().unwrap_or(0.0);
    (0..=seconds).step_by(step).map(move |second| {
        let metres = speed * float(second);
        let time = iso(gmt(plus_seconds(activity.start, second)));
        let (north, east) = START;
        // A degree of latitude has 111 km.
        (format!("{time}Z"), north + metres / 111_000.0, east, metres)
    })
}

pub(super) fn gpx(activity: &Activity) -> Vec<u8> {
    let mut track = String::new();
    for (time, north, east, _) in points(activity) {
        // Writing into a text does not fail.
        let _ = write!(
            track,
            "<trkpt lat=\"{north:.6}\" lon=\"{east:.6}\"><time>{time}</time></trkpt>"
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <gpx version=\"1.1\" creator=\"Elsewhere\" xmlns=\"http://www.topografix.com/GPX/1/1\">\
         <trk><type>{}</type><trkseg>{track}</trkseg></trk></gpx>",
        activity.sport.facts().type_key
    )
    .into_bytes()
}

pub(super) fn tcx(activity: &Activity) -> Vec<u8> {
    let mut track = String::new();
    for (time, _, _, metres) in points(activity) {
        let _ = write!(
            track,
            "<Trackpoint><Time>{time}</Time><DistanceMeters>{metres:.1}</DistanceMeters></Trackpoint>"
        );
    }
    let start = iso(gmt(activity.start));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <TrainingCenterDatabase xmlns=\"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2\">\
         <Activities><Activity Sport=\"Other\"><Id>{start}Z</Id><Lap StartTime=\"{start}Z\">\
         <TotalTimeSeconds>{:.1}</TotalTimeSeconds><Track>{track}</Track></Lap></Activity></Activities>\
         </TrainingCenterDatabase>",
        activity.duration
    )
    .into_bytes()
}

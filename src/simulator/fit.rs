//! The original file of an activity: a FIT file, small but whole.
//!
//! A FIT file is a header, definition and data messages, and a CRC. Times are seconds since
//! 1989-12-31 UTC; an all-ones value means "no value".

use jiff::Timestamp;

use super::athlete::{Activity, float, round};
use super::wire::plus_seconds;

/// 1989-12-31T00:00:00Z as a Unix time.
const FIT_EPOCH: i64 = 631_065_600;

/// Seconds between two records, and how many there are at most.
const RECORD_INTERVAL: i64 = 10;
const MAX_RECORDS: i64 = 2000;

/// A field of a definition message: number and base type.
type Field = (u8, Base);

/// Base types, as the profile numbers them.
#[derive(Clone, Copy)]
enum Base {
    Enum = 0x00,
    U8 = 0x02,
    U16 = 0x84,
    U32 = 0x86,
    /// A serial number, with zero for "none".
    U32z = 0x8c,
}

impl Base {
    const fn size(self) -> u8 {
        match self {
            Self::Enum | Self::U8 => 1,
            Self::U16 => 2,
            Self::U32 | Self::U32z => 4,
        }
    }
}

const TIMESTAMP: u8 = 253;

/// Local type, global number and fields of each message used.
struct Message {
    local: u8,
    global: u16,
    fields: &'static [Field],
}

const FILE_ID: Message = Message {
    local: 0,
    global: 0,
    // type, manufacturer, product, serial_number, time_created
    fields: &[
        (0, Base::Enum),
        (1, Base::U16),
        (2, Base::U16),
        (3, Base::U32z),
        (4, Base::U32),
    ],
};
const RECORD: Message = Message {
    local: 1,
    global: 20,
    // timestamp, distance (cm), speed (mm/s), heart_rate, cadence
    fields: &[
        (TIMESTAMP, Base::U32),
        (5, Base::U32),
        (6, Base::U16),
        (3, Base::U8),
        (4, Base::U8),
    ],
};
/// Laps and sessions begin alike, see [`file()`].
const LAP: Message = Message {
    local: 2,
    global: 19,
    // timestamp, start_time, total_elapsed_time and total_timer_time (ms), total_distance (cm),
    // total_calories, avg_heart_rate, max_heart_rate, event, event_type, sport
    fields: &[
        (TIMESTAMP, Base::U32),
        (2, Base::U32),
        (7, Base::U32),
        (8, Base::U32),
        (9, Base::U32),
        (11, Base::U16),
        (15, Base::U8),
        (16, Base::U8),
        (0, Base::Enum),
        (1, Base::Enum),
        (25, Base::Enum),
    ],
};
const SESSION: Message = Message {
    local: 3,
    global: 18,
    // as a lap with sport at 5, then sub_sport, total_ascent (m), num_laps
    fields: &[
        (TIMESTAMP, Base::U32),
        (2, Base::U32),
        (7, Base::U32),
        (8, Base::U32),
        (9, Base::U32),
        (11, Base::U16),
        (16, Base::U8),
        (17, Base::U8),
        (0, Base::Enum),
        (1, Base::Enum),
        (5, Base::Enum),
        (6, Base::Enum),
        (22, Base::U16),
        (26, Base::U16),
    ],
};
const ACTIVITY: Message = Message {
    local: 4,
    global: 34,
    // timestamp, total_timer_time (ms), num_sessions, type, event, event_type
    fields: &[
        (TIMESTAMP, Base::U32),
        (0, Base::U32),
        (1, Base::U16),
        (2, Base::Enum),
        (3, Base::Enum),
        (4, Base::Enum),
    ],
};

/// The complete file of an activity, written by a watch.
pub(super) fn file(activity: &Activity, device_id: i64) -> Vec<u8> {
    let mut writer = Writer::default();
    let start = fit_time(activity.start);
    writer.define(&FILE_ID);
    // An activity file by Garmin (1).
    writer.message(&FILE_ID, &[4, 1, 4315, device_id, start]);
    writer.define(&RECORD);
    records(activity, &mut writer);
    let end = fit_time(activity.end());
    let (elapsed, timer) = (
        round(activity.elapsed * 1000.0),
        round(activity.duration * 1000.0),
    );
    let distance = activity
        .distance
        .map_or(0xffff_ffff, |metres| round(metres * 100.0));
    let (sport, sub_sport) = activity.sport.facts().fit;
    let (sport, sub_sport) = (i64::from(sport), i64::from(sub_sport));
    let common = [
        end,
        start,
        elapsed,
        timer,
        distance,
        activity.calories,
        activity.average_hr,
        activity.max_hr,
    ];
    writer.define(&LAP);
    // Event lap (9), stopped (1).
    writer.message(&LAP, &[common.as_slice(), &[9, 1, sport]].concat());
    writer.define(&SESSION);
    // Event session (8), stopped (1).
    let session = [8, 1, sport, sub_sport, round(activity.climb), 1];
    writer.message(&SESSION, &[common.as_slice(), &session].concat());
    writer.define(&ACTIVITY);
    // One session, manual type (0), event activity (26), stopped (1).
    writer.message(&ACTIVITY, &[end, timer, 1, 0, 26, 1]);
    writer.finish()
}

/// Evenly spaced samples; the heart warms up over the first minutes and then swings a little.
fn records(activity: &Activity, writer: &mut Writer) {
    let seconds = round(activity.duration);
    let interval = RECORD_INTERVAL.max(seconds / MAX_RECORDS);
    for second in (0..=seconds).step_by(usize::try_from(interval).unwrap_or(1)) {
        let at = fit_time(plus_seconds(activity.start, second));
        let warm_up = (float(second) / 300.0).min(1.0);
        let swing = (float(second) / 97.0).sin() * 4.0;
        let heart = round(float(activity.average_hr) - 25.0 * (1.0 - warm_up) + swing);
        let pace = activity.speed();
        let distance = pace.map_or(0xffff_ffff, |speed| round(speed * float(second) * 100.0));
        let speed = pace.map_or(0xffff, |speed| round(speed * 1000.0));
        let cadence = activity.cadence.map_or(0xff, |cadence| cadence / 2);
        writer.message(&RECORD, &[at, distance, speed, heart, cadence]);
    }
}

fn fit_time(at: Timestamp) -> i64 {
    at.as_second() - FIT_EPOCH
}

/// Collects messages; the header needs their total length and so comes last.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn define(&mut self, message: &Message) {
        // Bit 6 marks a definition; then a reserved byte and 0 for little-endian.
        self.0.extend([0x40 | message.local, 0, 0]);
        self.0.extend(message.global.to_le_bytes());
        self.0.extend(message.fields.len().to_le_bytes().first());
        for (number, base) in message.fields {
            self.0.extend([*number, base.size(), *base as u8]);
        }
    }

    /// One value per field, little-endian, cut to the field's size.
    fn message(&mut self, message: &Message, values: &[i64]) {
        self.0.push(message.local);
        for ((_, base), value) in message.fields.iter().zip(values) {
            self.0
                .extend(value.to_le_bytes().iter().take(usize::from(base.size())));
        }
    }

    /// Header with its own CRC, messages, CRC of everything before.
    fn finish(self) -> Vec<u8> {
        let length = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        // Header length, protocol 2.0, profile 21.115.
        let mut file = vec![14, 0x20];
        file.extend(21_115_u16.to_le_bytes());
        file.extend(length.to_le_bytes());
        file.extend(b".FIT");
        file.extend(crc(&file).to_le_bytes());
        file.extend(self.0);
        file.extend(crc(&file).to_le_bytes());
        file
    }
}

/// The CRC-16 of the FIT protocol: polynomial 0x8005, reflected, starting at zero.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xa001
            } else {
                crc >> 1
            }
        })
    })
}

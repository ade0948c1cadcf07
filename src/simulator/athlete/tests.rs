//! Plausible for every seed: nobody has a pulse of seven.

use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::{Athlete, Now, Origin, Sense, days, plus_days};

const END: Date = date(2026, 11, 20);

fn lives() -> impl Iterator<Item = Athlete> {
    (0..12).map(|seed| Athlete::new(seed * 7919, None))
}

fn years(count: i64) -> impl Iterator<Item = Date> {
    days(plus_days(END, -365 * count)..=END)
}

#[test]
fn bodies_stay_within_their_bounds() {
    for ada in lives() {
        let now = ada.now(Some(END), 4000);
        for day in years(2) {
            if let Some(night) = ada.night(day, &now) {
                assert!((3 * 3600..11 * 3600).contains(&night.asleep()), "{day}");
                let hrv = ada.hrv(&night).unwrap();
                assert!((30..90).contains(&hrv.last_night) && hrv.highest > hrv.last_night);
            }
            for entry in ada.weigh_ins(day, Timestamp::MAX) {
                assert!((57_000..66_000).contains(&entry.grams), "{day} {entry:?}");
                assert!((19.0..24.0).contains(&entry.bmi()));
            }
            for look in ada.readiness(day, Timestamp::MAX) {
                assert!((1..=100).contains(&look.score()), "{day} {look:?}");
                assert!((0..=4320).contains(&look.recovery), "{day} {look:?}");
            }
            assert!((44.0..54.0).contains(&ada.vo2max(day)), "{day}");
            if let Some(times) = ada.predictions(day) {
                assert!(times.is_sorted() && times[0] > 1_200, "{day} {times:?}");
            }
            if let Some(score) = ada.endurance(day) {
                assert!((3_500..8_000).contains(&score), "{day} {score}");
            }
            if let Some(hill) = ada.hill(day) {
                assert!((1..=100).contains(&hill.overall), "{day} {hill:?}");
            }
            if let Some(known) = ada.fitness_age(day) {
                assert!((20.0..60.0).contains(&known.age), "{day} {known:?}");
                assert!(known.achievable < known.age && known.chronological >= 33);
            }
        }
    }
}

#[test]
fn every_year_has_its_races_its_trip_and_its_imports() {
    for ada in lives() {
        for year in 2016..2026 {
            let all: Vec<_> = days(date(year, 1, 1)..=date(year, 12, 31)).collect();
            let races = all.iter().filter(|day| ada.is_race(**day)).count();
            assert!((1..=2).contains(&races), "{year}: {races}");
            assert!(
                all.iter()
                    .all(|day| !ada.is_race(*day) || ada.is_worn(*day))
            );
            let home = super::HOME_ZONE;
            let away = all
                .iter()
                .filter(|day| ada.zone_name(**day) != home)
                .count();
            assert!((7..=14).contains(&away), "{year}: {away}");
            let comes_from = |origin| {
                let mut activities = all.iter().flat_map(|day| ada.activities_of(*day).to_vec());
                activities.any(|activity| activity.origin == origin)
            };
            assert!(comes_from(Origin::Hand) && comes_from(Origin::Gpx) && comes_from(Origin::Tcx));
        }
    }
}

#[test]
fn a_memo_changes_nothing() {
    let fresh = || Athlete::new(3, None);
    let ada = fresh();
    let now: Now = ada.now(Some(END), 4000);
    for day in years(1).step_by(17) {
        for _ in 0..2 {
            let told =
                |ada: &Athlete| format!("{:?} {:?}", ada.activities_of(day), ada.night(day, &now));
            assert_eq!(told(&ada), told(&fresh()), "{day}");
        }
    }
}

#[test]
fn senses_come_with_their_watch() {
    let since = date(2026, 3, 1);
    let ada = Athlete::new(1, Some(since));
    assert_eq!(ada.sensed_since(Sense::Hrv), since);
    assert!(!ada.senses(Sense::Hrv, plus_days(since, -1)));
    assert!(ada.senses(Sense::Stress, plus_days(since, -1)));
    assert!(!ada.senses(Sense::Stress, plus_days(since, -1500)));
    let names: Vec<_> = ada.watches().map(|(_, watch)| watch.name).collect();
    assert_eq!(ada.watch(since).name, *names.last().unwrap());
    assert_eq!(ada.watch(plus_days(since, -1)).name, names[1]);
    assert_eq!(ada.watch(Date::MIN).name, names[0]);
}

//! Stages of a figure: which of them a verdict rests on.

use proptest::prelude::*;

use super::super::disagreement;
use super::*;
use crate::Stage;

const JUNE: &str = "2025-06-30";

fn at(stage: Stage, value: &str, published_on: &str, vintage: i32) -> Observation {
    Observation {
        id: Uuid::from_u128(vintage.unsigned_abs().into()),
        stage: Some(stage),
        published_on: day(published_on),
        vintage,
        ..amount(JUNE, value)
    }
}

fn total() -> Given {
    Given::new(Kind::Total, Comparator::AtLeast, "20", "亿元")
}

fn by_standard(given: &Given, as_of: &str) -> Assessment {
    given.assess_on(as_of, &RulePack::standard(), &given.known())
}

#[test]
fn a_lower_stage_never_displaces_a_higher_one() {
    use Stage::{PubliclyReviewed, SelfChecked, SelfReported, Verified};
    let own = at(SelfReported, "10.2", "2025-07-05", 1);
    let city = at(Verified, "9.8", "2025-07-20", 2);
    let again = Observation { status: Status::Final, ..at(SelfReported, "10.4", "2025-08-01", 3) };
    let county = at(SelfChecked, "10.1", "2025-08-02", 4);
    let agreed = at(SelfReported, "9.8", "2025-08-10", 5);
    let mended = at(Verified, "9.9", "2025-08-12", 6);
    let public = at(PubliclyReviewed, "9.7", "2025-08-20", 7);
    let unstaged =
        Observation { status: Status::Final, stage: None, ..at(SelfReported, "11", "2025-07-06", 8) };
    for (facts, as_of, actual, said) in [
        (vec![&own], "2025-07-19", "10.2", None),
        // Before the city verified, its value was not known.
        (vec![&own, &city, &again], "2025-07-19", "10.2", None),
        (vec![&own, &city], "2025-07-20", "9.8", Some("自报10.2，核查9.8，以核查数为准。")),
        // A later report of a lower stage stays beside, final or not, in whatever order it is read.
        (vec![&own, &city, &again], "2025-08-01", "9.8", Some("自报10.4，核查9.8，以核查数为准。")),
        (vec![&again, &city, &own], "2025-08-01", "9.8", Some("自报10.4，核查9.8，以核查数为准。")),
        (
            vec![&own, &city, &again, &county],
            "2025-08-02",
            "9.8",
            Some("自报10.4，自查10.1，核查9.8，以核查数为准。"),
        ),
        // Who comes round to the higher value agrees with it.
        (vec![&own, &city, &agreed], "2025-08-10", "9.8", None),
        (vec![&own, &city, &agreed, &mended], "2025-08-12", "9.9", Some("自报9.8，核查9.9，以核查数为准。")),
        (
            vec![&city, &agreed, &public],
            "2025-08-20",
            "9.7",
            Some("自报9.8，核查9.8，评议9.7，以评议数为准。"),
        ),
        // What was published before there were stages weighs as the lowest.
        (vec![&own, &unstaged], "2025-07-19", "11", None),
        (vec![&unstaged, &city], "2025-07-20", "9.8", None),
    ] {
        let given = facts.iter().fold(total(), |given, fact| given.value((*fact).clone()));
        let told = by_standard(&given, as_of);
        assert_eq!(told.actual, maybe(actual), "{facts:?}");
        assert_eq!(told.doubts.contains(Doubt::StagesDiffer), said.is_some(), "{facts:?}");
        let standing = given.own.iter().find(|one| Some(one.id) == told.observation).unwrap();
        let sentence = disagreement(&given.own, standing, day(as_of), |value| value.to_string());
        assert_eq!(sentence.as_deref(), said, "{facts:?}");
    }
}

#[test]
fn the_working_names_the_stage_and_who_says_otherwise() {
    let given = total().value(at(Stage::SelfReported, "10.2", "2025-07-05", 1)).value(at(
        Stage::Verified,
        "9.8",
        "2025-07-20",
        2,
    ));
    let pack = RulePack::standard();
    let (_, steps) = assess_with_working(&given.subject(), &given.known(), &pack, day("2025-07-31"));
    let inputs: Vec<&(String, String)> = steps.iter().flat_map(|step| &step.inputs).collect();
    let of = |name: &str| inputs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(of("所依据的环节"), Some("核查"));
    assert_eq!(of("自报数（不取代）"), Some("10.2（2025-07-05）"));
}

fn stages() -> impl Strategy<Value = Option<Stage>> {
    use crate::TextEnum as _;
    prop::option::of(prop::sample::select(Stage::ALL.to_vec()))
}

/// Ends of periods whose figures are verified: the one judged, and those of last year that say what is due.
const ENDS: [&str; 3] = [JUNE, "2024-06-30", "2024-12-31"];

proptest! {
    /// Whatever a lower stage says, of whichever period, and whenever: once a higher one stands, the verdict is the same but for the
    /// doubt.
    #[test]
    fn a_lower_stage_changes_no_verdict(
        before in prop::collection::vec((stages(), 0..3_usize, 1_i64..400, 0_u64..90, any::<bool>()), 0..8),
        lower in prop::collection::vec((stages(), 0..3_usize, 1_i64..400, 0_u64..120, any::<bool>()), 1..8),
        last_year in any::<bool>(),
    ) {
        let fact = |index: usize, stage: Option<Stage>, (place, tenths, days, last): (usize, i64, u64, bool)| {
            let status = if last { Status::Final } else { Status::Preliminary };
            Observation {
                id: Uuid::from_u128(index as u128 + 1),
                stage,
                status,
                value: Decimal::new(tenths, 1),
                published_on: day(ENDS[place]) + chrono::Days::new(days),
                vintage: i32::try_from(index).unwrap() + 1,
                ..amount(ENDS[place], "1")
            }
        };
        let verified = [98, 90, 200].into_iter().enumerate();
        let mut all: Vec<Observation> =
            verified.map(|(place, tenths)| fact(place, Some(Stage::Verified), (place, tenths, 10, false))).collect();
        all.extend(before.iter().enumerate().map(|(index, one)| fact(index + 10, one.0, (one.1, one.2, one.3, one.4))));
        let with = |all: &[Observation]| {
            let curve = if last_year { Curve::LastYear } else { Curve::LinearMonths };
            let given = all.iter().fold(total().curve(curve), |given, one| given.value(one.clone()));
            let mut told = by_standard(&given, "2025-11-30");
            told.doubts = crate::DoubtSet::default();
            told
        };
        let stood = with(&all);
        let lower = lower.iter().filter(|one| one.0 < Some(Stage::Verified)).enumerate();
        all.extend(lower.map(|(index, one)| fact(index + 100, one.0, (one.1, one.2, one.3, one.4))));
        prop_assert_eq!(with(&all), stood);
    }
}

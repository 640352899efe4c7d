//! A stated difference in the figure's own sign: what falls faster is lower, a fall that narrows is a rise of the rate.
//!
//! A difference is always this region less the other, now less before: 下降15.6%，降幅高于全省3个百分点 is −3, 降幅收窄1.2个百分点 +1.2.

use super::observed::ReportedFigure;
use super::sayings::Saying;
use super::wording::Movement;

/// Names of a fall by its size: a larger one is a lower rate.
pub(super) const FALLS: [&str; 15] = [
    "下降幅度",
    "下跌幅度",
    "下滑幅度",
    "降低幅度",
    "减少幅度",
    "减量幅度",
    "负增长幅度",
    "下降率",
    "下降速度",
    "降幅",
    "跌幅",
    "减幅",
    "降速",
    "降势",
    "跌势",
];

/// Names of what got better by its size.
const BETTER: [&str; 3] = ["改善幅度", "改善程度", "改善率"];

/// Words that say only how the size of a movement changed: of a fall they mean the contrary of what they mean of a rise.
const SIZES: [&str; 16] = [
    "收窄",
    "缩小",
    "减小",
    "扩大",
    "加深",
    "加大",
    "增大",
    "收窄了",
    "缩小了",
    "减小了",
    "扩大了",
    "加深了",
    "加大了",
    "增大了",
    "减缓",
    "加剧",
];

/// The fall that the words before a comparison name at their end, and what stands before it.
pub(super) fn fall(subject: &str) -> Option<&str> {
    let subject = subject.trim_end_matches(['，', ',', '的']).trim_end_matches("分别");
    let ends = |names: &[&str]| names.iter().find_map(|name| subject.strip_suffix(*name));
    ends(&FALLS).map(|rest| rest.trim_end_matches(['，', ',', '其']))
}

/// A difference with the sign of the figure it is of. `before`: the words before the number; `fell`: the rate told last was a
/// fall, of which 比上月收窄 speaks where it names nothing.
/// `goes_on`: the comparison goes on with one that was of a fall.
pub(super) fn turned<'a>(said: Saying<'a>, before: &str, fell: bool, goes_on: bool) -> Saying<'a> {
    if said.figure != ReportedFigure::Difference {
        return said;
    }
    if let Some(subject) = fall(said.subject) {
        return Saying { subject, movement: said.movement.map(contrary), ..said };
    }
    let subject = said.subject.trim_end_matches(['，', ',', '的']);
    if let Some(subject) = BETTER.iter().find_map(|name| subject.strip_suffix(*name)) {
        let movement = said.movement.map(|movement| match movement {
            Movement::Down | Movement::Cut => Movement::Worse,
            _ => Movement::Better,
        });
        return Saying { subject: subject.trim_end_matches(['，', ',', '其']), movement, ..said };
    }
    let nameless = subject.trim_matches(['，', ',', '但', '且', '并', '其', '也', '又', ' ']).is_empty();
    let of_size = SIZES.iter().any(|word| before.trim_end().ends_with(word));
    if nameless && (goes_on || fell && of_size) {
        return Saying { movement: said.movement.map(contrary), ..said };
    }
    said
}

fn contrary(movement: Movement) -> Movement {
    match movement {
        Movement::Up => Movement::Down,
        Movement::Down | Movement::Cut => Movement::Up,
        // 降幅好于全省: better is told by the figure itself.
        other => other,
    }
}

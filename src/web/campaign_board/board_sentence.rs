//! What a board says in one sentence: counted, not judged. It never calls a whole good while a part of it is unknown.

use crate::domain::Grade;

/// The sentence of these grades, with how many letters are overdue.
pub(super) fn sentence(grades: &[Grade], overdue_letters: usize) -> String {
    let count = |wanted: &[Grade]| grades.iter().filter(|grade| wanted.contains(grade)).count();
    let total = grades.len();
    if total == 0 {
        return "还没有指标。".to_owned();
    }
    let (missed, critical) = (count(&[Grade::Missed]), count(&[Grade::Critical]));
    let behind = missed + critical + count(&[Grade::Behind]);
    let mut parts = Vec::new();
    if behind > 0 {
        let among: Vec<String> = [(missed, "未完成"), (critical, "严重滞后")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{word}{count}项"))
            .collect();
        let among =
            if among.is_empty() { String::new() } else { format!("（其中{}）", among.join("、")) };
        parts.push(format!("{behind}项滞后{among}"));
    }
    let rest: [(&[Grade], &str); 6] = [
        (&[Grade::Watch], "项需要关注"),
        (&[Grade::OnPace, Grade::Ahead, Grade::Achieved], "项达到序时进度"),
        (&[Grade::OverdueReport], "项逾期未报"),
        (&[Grade::NoData], "项缺数据"),
        (&[Grade::NoTarget], "项目标未下达"),
        (&[Grade::NotStarted], "项未开始"),
    ];
    for (wanted, words) in rest {
        match count(wanted) {
            0 => {}
            many => parts.push(format!("{many}{words}")),
        }
    }
    let letters = match overdue_letters {
        0 => String::new(),
        many => format!("{many}封函逾期未反馈。"),
    };
    format!("{total}项指标中，{}。{letters}", parts.join("，"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_what_there_is_and_its_numbers_add_up() {
        use Grade::{Ahead, Behind, Critical, Missed, NoData, NoTarget, OnPace, Watch};
        let all = [Missed, Critical, Critical, Behind, Watch, OnPace, Ahead, NoData, NoTarget];
        assert_eq!(
            sentence(&all, 3),
            "9项指标中，4项滞后（其中未完成1项、严重滞后2项），1项需要关注，2项达到序时进度，1项缺数据，1项目标未下达。3封函逾期未反馈。"
        );
        assert_eq!(sentence(&[OnPace, Ahead], 0), "2项指标中，2项达到序时进度。");
        assert_eq!(sentence(&[Behind], 0), "1项指标中，1项滞后。");
        assert_eq!(sentence(&[], 0), "还没有指标。");
    }
}

//! What follows a letter whose answer was returned: an answer came, so that no letter may say that none did.

use super::*;

fn returned(kind: LetterKind, issued_on: &str) -> LetterFacts {
    let follow_up_of = earlier("2025-09-11");
    LetterFacts {
        follow_up_of: follow_up_of
            .map(|earlier| EarlierLetter { returned_on: Some(day("2025-09-08")), ..earlier }),
        issued_on: day(issued_on),
        kind,
        ..reply_reminder(issued_on)
    }
}

#[test]
fn a_returned_answer_is_not_said_to_be_missing() {
    for (on, said) in
        [("2025-09-10", "截至2025年9月10日尚未收到重新反馈，现予提醒"), ("2025-09-12", "已逾期1天")]
    {
        let text = as_read(&returned(LetterKind::ReplyReminder, on));
        assert!(text.contains("你单位的反馈已于2025年9月8日退回，请于2025年9月11日前重新反馈。"), "{text}");
        assert!(text.contains(said) && text.contains("重新反馈湘攻坚函"), "{text}");
        assert!(!text.contains("尚未收到反馈"), "{text}");
    }
    let climbed = LetterFacts { level: Some(Level::Orange), ..returned(LetterKind::Warning, "2025-09-12") };
    let text = as_read(&climbed);
    assert!(
        text.contains("请于2025年9月11日前重新反馈；截至2025年9月12日尚未收到重新反馈，已逾期1天"),
        "{text}"
    );
}

#[test]
fn a_reminder_not_yet_signed_keeps_the_day_of_its_letter() {
    let kept = reply_reminder("2025-09-03");
    let reply = Some(ReplyTerms { by: day("2025-09-03"), working_days: 0, fixed: true });
    let text = as_read(&LetterFacts { number: None, reply, ..kept });
    assert!(text.contains("请于2025年9月3日前书面反馈") && !text.contains("签发后"), "{text}");
}

#[test]
fn the_unit_above_is_named_where_it_is_told() {
    let climbed = LetterFacts {
        level: Some(Level::Orange),
        handling: Some(xushi_domain::Handling::Summon),
        ..returned(LetterKind::Warning, "2025-09-12")
    };
    assert!(as_read(&climbed).contains("并函告你单位主要负责人和上级主管单位。"));
    let alone = as_read(&LetterFacts { superior_told: false, ..climbed });
    assert!(alone.contains("并函告你单位主要负责人。") && !alone.contains("上级主管单位"), "{alone}");
}

#[test]
fn a_miss_is_not_told_of_what_will_be_reached() {
    let hopeful = |p_miss: &str| {
        let share = |text: &str| q(text, "万套", 1).unwrap();
        let (value, low, high) = (share("7.3"), share("7.0"), share("7.6"));
        let forecast = LineForecast { value, low, high, p_miss: q(p_miss, "%", 0).unwrap(), decides: false };
        let line = LetterLine {
            state: LineState::Watch,
            grade: Some(Grade::Watch),
            forecast: Some(forecast),
            ..housing(1)
        };
        render(&warning(Level::Yellow, vec![line])).text
    };
    let text = hopeful("9");
    assert!(text.contains("该指标预计能够完成目标，但目前尚未达到要求，须防止差距扩大。"), "{text}");
    assert!(!text.contains("存在不能如期完成目标的风险") && text.contains("可能性约9%"), "{text}");
    let text = hopeful("45");
    assert!(text.contains("存在不能如期完成目标的风险") && !text.contains("预计能够完成"), "{text}");
}

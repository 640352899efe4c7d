//! Letters that take others back: 撤函 about a letter of every kind, and the 更正函.

use super::*;

fn taken_back(kind: LetterKind) -> WithdrawnLetter {
    WithdrawnLetter {
        kind,
        number: number(3),
        issued_on: day("2025-08-27"),
        about: "固定资产投资等2项".into(),
        reason: "所引数据口径有误，统计部门已核实更正".into(),
        replied_on: None,
        with: Vec::new(),
        left_out: None,
        again: false,
        unsent: false,
        retired: 0,
    }
}

fn withdrawal(of: WithdrawnLetter) -> LetterFacts {
    LetterFacts {
        number: Some(number(12)),
        issued_on: day("2025-09-08"),
        reply: None,
        reply_link: None,
        withdraws: Some(of),
        ..facts(LetterKind::Withdrawal, None, vec![investment(1), housing(2)])
    }
}

/// A 撤函 about a warning that was answered.
pub(super) fn of_a_warning() -> LetterFacts {
    let replied_on = Some(day("2025-09-02"));
    withdrawal(WithdrawnLetter { replied_on, ..taken_back(LetterKind::Warning) })
}

pub(super) fn correction() -> LetterFacts {
    let of = WithdrawnLetter {
        replied_on: Some(day("2025-09-02")),
        with: vec!["湘攻坚函〔2025〕7号".into()],
        left_out: Some("保障性住房新开工".into()),
        again: false,
        ..taken_back(LetterKind::Warning)
    };
    LetterFacts {
        number: Some(number(12)),
        issued_on: day("2025-09-08"),
        as_of: day("2025-09-08"),
        reply: Some(ReplyTerms { by: day("2025-09-15"), working_days: 5, fixed: false }),
        withdraws: Some(of),
        ..warning(Level::Yellow, vec![investment(1)])
    }
}

#[test]
fn a_letter_taken_back_is_named_with_the_reason_and_what_goes_with_it() {
    insta::assert_snapshot!("withdrawal", as_read(&withdrawal(taken_back(LetterKind::Warning))));
    insta::assert_snapshot!("correction", as_read(&correction()));
}

#[test]
fn each_kind_of_letter_is_taken_back_in_its_own_words() {
    for (kind, about, ends, then) in [
        (
            LetterKind::Warning,
            "指标运行情况函告",
            "整改和反馈要求不再执行",
            "今后数据达到预警标准的，另行函告。",
        ),
        (
            LetterKind::ReportReminder,
            "指标数据报送事项函告",
            "补报和反馈要求不再执行",
            "今后确有数据未按期报送的，另行函告。",
        ),
        (
            LetterKind::ReplyReminder,
            "指标反馈事项函告",
            "所提醒的函不因此改变",
            "所提醒的函仍要求反馈而逾期的，另行函告。",
        ),
        (
            LetterKind::Lifting,
            "指标解除预警事项函告",
            "解除预警的内容不再有效",
            "今后数据达到预警标准的，另行函告。",
        ),
    ] {
        let said = render(&withdrawal(taken_back(kind))).text;
        for part in [about, ends, then] {
            assert!(said.contains(part), "{kind}: {part} is not in\n{said}");
        }
        assert!(!said.contains("附件") && !said.contains("http"), "{kind}: {said}");
    }
}

#[test]
fn it_has_no_figures_in_any_form_and_no_form_to_fill_in() {
    let facts = withdrawal(taken_back(LetterKind::Warning));
    let templates = Templates::built_in().unwrap();
    let html = templates.render(&facts).unwrap().html;
    assert!(!html.contains("指标明细表") && !html.contains("class=\"act\""), "{html}");
    let document = templates.render_docx(&facts).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(document)).unwrap();
    let mut xml = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
    assert!(!xml.contains("指标明细表") && !xml.contains("反馈表") && xml.contains("予以撤销"), "{xml}");
}

#[test]
fn it_must_say_what_it_takes_back_and_no_other_letter_does() {
    let empty = LetterFacts { withdraws: None, ..withdrawal(taken_back(LetterKind::Warning)) };
    assert_eq!(empty.check().map_err(|invalid| invalid.field), Err("withdraws".to_owned()));
    let other = LetterFacts { withdraws: Some(taken_back(LetterKind::Warning)), ..report_reminder() };
    assert_eq!(other.check().map_err(|invalid| invalid.code), Err("out_of_place"));
}

#[test]
fn what_never_arrived_is_not_said_to_have_been_told() {
    let said = |kind| {
        let of = WithdrawnLetter { unsent: true, ..taken_back(kind) };
        render(&withdrawal(of)).text
    };
    let warning = said(LetterKind::Warning);
    assert!(warning.contains("2025年8月27日，签发湘攻坚函〔2025〕3号，就固定资产投资等2项指标运行情况函告你单位，该函尚未送达。因"), "{warning}");
    assert!(warning.contains("如另行收到原函，无需办理。") && !warning.contains("尚未反馈的"), "{warning}");
    assert!(!warning.contains("不便"), "nobody was put to trouble: {warning}");
    let facts = LetterFacts {
        withdraws: correction().withdraws.map(|of| WithdrawnLetter { unsent: true, replied_on: None, ..of }),
        ..correction()
    };
    let corrected = render(&facts).text;
    assert!(
        corrected.contains("签发湘攻坚函〔2025〕3号，就") && corrected.contains("该函尚未送达。因"),
        "{corrected}"
    );
}

#[test]
fn what_is_retired_is_not_said_to_be_followed_further() {
    let said = |kind, retired| render(&withdrawal(WithdrawnLetter { retired, ..taken_back(kind) })).text;
    for kind in [LetterKind::Warning, LetterKind::ReportReminder, LetterKind::Lifting] {
        let all = said(kind, 2);
        assert!(all.contains("有关指标已停用、不再列入考核，今后不再就其函告。"), "{kind}: {all}");
        assert!(!all.contains("继续按期跟踪") && !all.contains("另行函告"), "{kind}: {all}");
        let one = said(kind, 1);
        assert!(one.contains("其中已停用的指标不再列入考核") && one.contains("另行函告"), "{kind}: {one}");
    }
}

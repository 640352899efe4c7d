use super::super::asked::AskedLine;
use super::*;
use crate::domain::reply::ReplyFile;
use crate::letter::LineSaid;
use crate::office::rows::{RemedyRow, ReplyRow};
use crate::office::types::Id;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn asked(mode: Mode, names: &[&str]) -> Asked {
    let lines = (1..).zip(names).map(|(ordinal, name)| AskedLine {
        ordinal,
        name: (*name).to_owned(),
        said: LineSaid { data_of: "2025年1—7月数据".to_owned(), ..LineSaid::default() },
    });
    Asked { mode, lines: lines.collect(), count: names.len() }
}

fn typed_in(fields: &[(&str, &str)]) -> Typed {
    let mut typed = Typed::default();
    for (name, value) in fields {
        typed.set(name, (*value).to_owned());
    }
    typed
}

const DAYS: (&str, &str) = ("2025-08-27", "2025-09-01");

fn answered(typed: &Typed, asked: &Asked) -> Result<Reply, Vec<Invalid>> {
    reply(typed, asked, (date(DAYS.0), date(DAYS.1)))
}

fn wrong(typed: &Typed, asked: &Asked) -> Vec<String> {
    let mut fields: Vec<_> = answered(typed, asked).unwrap_err().into_iter().map(|one| one.field).collect();
    fields.sort_unstable();
    fields
}

/// As it is kept.
fn stored(reply: &Reply) -> WholeReply {
    let id = Id::of(uuid::Uuid::nil());
    let remedies = (1..).zip(&reply.remedies).map(|(ordinal, one)| RemedyRow {
        reply_id: id,
        ordinal,
        action: one.action.clone(),
        due_on: one.due_on,
    });
    WholeReply {
        reply: ReplyRow {
            id,
            letter_id: Id::of(uuid::Uuid::nil()),
            ordinal: 1,
            cause: reply.cause.clone(),
            person: reply.person.clone(),
            phone: reply.phone.clone(),
            api_key_id: None,
            created_at: date(DAYS.1).and_hms_opt(9, 0, 0).unwrap(),
        },
        remedies: remedies.collect(),
        files: Vec::new(),
        review: None,
    }
}

const WHO: [(&str, &str); 4] =
    [("leader", "王五"), ("leader_phone", "0731-82210001"), ("person", "李四"), ("phone", "0731-82210000")];

#[test]
fn of_one_indicator_cause_and_measures_are_kept_as_typed() {
    let asked = asked(Mode::Together, &["固定资产投资（湖南省）"]);
    let fields = [
        ("cause", "用地批复迟\n责任人：难找"),
        ("action1", "周调度"),
        ("due_on1", "2025年9月30日"),
        ("action3", "驻点"),
        ("due_on3", "２０２５－１０－３１"),
    ];
    let typed_now = typed_in(&[&fields[..], &WHO].concat());
    let reply = answered(&typed_now, &asked).unwrap();
    assert_eq!(reply.cause, "用地批复迟\n责任人：难找\n负责同志：王五，0731-82210001");
    let days: Vec<_> =
        reply.remedies.iter().map(|one| (one.action.as_str(), one.due_on.to_string())).collect();
    assert_eq!(days, [("周调度", "2025-09-30".to_owned()), ("驻点", "2025-10-31".to_owned())]);
    let again = typed(&stored(&reply), &asked);
    assert_eq!((again.get("cause"), again.get("action2")), ("用地批复迟\n责任人：难找", "驻点"));
    assert_eq!((again.get("leader"), again.get("leader_phone")), ("王五", "0731-82210001"));
    assert_eq!(answered(&again, &asked).unwrap(), reply);
    let form = filled(&stored(&reply), &asked);
    assert_eq!(form.rows[0].second, "1．周调度；2．驻点");
    assert_eq!(
        (form.rows[0].person.as_str(), form.leader.as_str()),
        ("李四 0731-82210000", "王五 0731-82210001")
    );
    // Given by the API, without the form.
    let plain = stored(&Reply { cause: "原因".to_owned(), ..reply });
    assert_eq!((typed(&plain, &asked).get("cause"), typed(&plain, &asked).get("leader")), ("原因", ""));
}

#[test]
fn what_is_wrong_is_named_as_the_form_names_it() {
    let asked = asked(Mode::Together, &["固定资产投资（湖南省）"]);
    let fields = [
        ("cause", " "),
        ("due_on1", "明天"),
        ("action3", "驻点"),
        ("due_on4", "2025-08-01"),
        ("disputed", "1"),
    ];
    let mut typed = typed_in(&[&fields[..], &WHO[2..]].concat());
    typed.files.push(ReplyFile { name: "a.exe".into(), content: vec![1] });
    let want = [
        "action1",
        "action4",
        "cause",
        "due_on1",
        "due_on3",
        "due_on4",
        "files",
        "leader",
        "leader_phone",
        "objection",
    ];
    assert_eq!(wrong(&typed, &asked), want);
    assert_eq!(
        wrong(&Typed::default(), &asked),
        ["action1", "cause", "due_on1", "leader", "leader_phone", "person", "phone"]
    );
}

#[test]
fn of_several_each_has_its_own_answer_and_is_found_again() {
    let asked = asked(Mode::Each, &["固定资产投资（湖南省）", "社零（湖南省）"]);
    let fields = [
        ("cause1", "用地批复迟\n资金慢"),
        ("action1", "周调度"),
        ("due_on1", "2025-09-30"),
        ("person1", "张三"),
        ("phone1", "0731-82210002"),
        ("disputed1", "1"),
        ("objection1", "7月数为初步数\n见附件"),
        ("cause2", "客流少"),
        ("action2", "促消费"),
        ("due_on2", "2025-10-31"),
    ];
    let typed_now = typed_in(&[&fields[..], &WHO].concat());
    let reply = answered(&typed_now, &asked).unwrap();
    assert_eq!(
        reply.cause,
        "1．固定资产投资（湖南省）：用地批复迟\n资金慢\n对数据有异议：7月数为初步数\n见附件\n责任人：张三，0731-82210002\n\
         2．社零（湖南省）：客流少\n责任人：张三，0731-82210002\n负责同志：王五，0731-82210001"
    );
    assert_eq!(reply.remedies[1].action, "社零（湖南省）：促消费");
    let again = typed(&stored(&reply), &asked);
    for (name, value) in fields.iter().chain(&WHO) {
        assert_eq!(again.get(name), *value, "{name}");
    }
    assert_eq!(again.get("person2"), "张三", "who answers for the one before is named for both");
    assert_eq!(answered(&again, &asked).unwrap(), reply);
    let form = filled(&stored(&reply), &asked);
    assert_eq!(form.rows[0].first, "用地批复迟\n资金慢（对数据有异议：7月数为初步数\n见附件）");
    assert_eq!((form.rows[1].second.as_str(), form.rows[1].by.as_str()), ("促消费", "2025年10月31日"));
    let blank = typed_in(&[&fields[..1], &WHO].concat());
    assert_eq!(
        wrong(&blank, &asked),
        ["action1", "action2", "cause2", "due_on1", "due_on2", "person1", "phone1"]
    );
}

#[test]
fn a_figure_or_why_there_is_none() {
    let asked = asked(Mode::Figures, &["城镇新增就业（湖南省）", "高新技术企业（湖南省）"]);
    let fields = [("value1", "35.2万人"), ("cause2", "企业尚未报齐"), ("due_on2", "2025-09-10")];
    let typed_now = typed_in(&[&fields[..], &WHO[2..]].concat());
    let reply = answered(&typed_now, &asked).unwrap();
    assert_eq!(
        reply.cause,
        "1．城镇新增就业（湖南省）2025年1—7月数据：35.2万人\n\
         2．高新技术企业（湖南省）2025年1—7月数据：未报，原因：企业尚未报齐"
    );
    assert_eq!(reply.remedies[0].due_on.to_string(), DAYS.1, "what came with the answer is there");
    let again = typed(&stored(&reply), &asked);
    for (name, value) in fields {
        assert_eq!(again.get(name), value, "{name}");
    }
    let form = filled(&stored(&reply), &asked);
    assert_eq!((form.rows[0].first.as_str(), form.rows[0].by.as_str()), ("35.2万人", ""));
    assert_eq!((form.rows[1].second.as_str(), form.rows[1].by.as_str()), ("企业尚未报齐", "2025年9月10日"));
    assert_eq!(wrong(&typed_in(&WHO[2..]), &asked), ["value1", "value2"]);
    let half = typed_in(&[&[("value1", "1"), ("cause2", "迟")][..], &WHO[2..]].concat());
    assert_eq!(wrong(&half, &asked), ["due_on2"]);
}

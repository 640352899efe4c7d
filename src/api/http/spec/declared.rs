//! What operations of the specification refer to: who made it, tags, keys, headers, parameters, problems.

use serde_json::{Map, Value, json};

use crate::api::http::refused::Code;

/// A subject of the API: its word in Chinese, as handlers name it, its word in English, which becomes a module in generated
/// clients, and what it is about.
pub(super) const TAGS: &[(&str, &str, &str)] = &[
    ("行政区", "regions", "行政区划（GB/T 2260）和自编代码的功能区"),
    ("责任单位", "units", "对目标负责的单位"),
    ("联络员", "contacts", "单位的联络员和负责人：邮件发给谁"),
    ("攻坚行动", "campaigns", "方案：文号、期限、专班、出函方式、序时曲线，以及结转下一年"),
    ("任务", "tasks", "方案的任务树和职责分工"),
    ("指标口径", "measures", "衡量什么：名称、别名、计量单位、口径、发布频度"),
    ("指标", "indicators", "某地区在某任务中的目标、序时曲线和基期值"),
    ("目标", "targets", "从文字中读出目标"),
    ("观测值", "observations", "报来和公布的数据；只增不改，更正为新版本"),
    ("来文", "documents", "送来的方案和报告：读成拟稿，经审核采用"),
    ("导入", "imports", "填报表收回，外来的数据表和任务分解表录入"),
    ("研判", "assessments", "截至某日的研判结果、依据和算式；人工评定和节点完成情况"),
    ("规则包", "rule-packs", "由研判得出等级的阈值，有版本"),
    ("预警事项", "episodes", "一个指标从预警到解除的一段经过"),
    ("预警运行", "warning-runs", "按研判拟函、发函；可以预演"),
    ("预警函", "letters", "编号的函：签发、撤销、下载、统计"),
    ("签收反馈", "replies", "签收、反馈、审核、办结"),
    ("投递", "deliveries", "每封邮件的去向、重发、补发和退信"),
    ("通知", "notices", "不编号的邮件：退回、审核通过、办结和早上的汇总，重发"),
    ("问题台账", "ledger", "未解除的预警事项一览，可下载"),
    ("问题", "problems", "问题的登记、交办、整改、申请销号、核销、重开，可下载"),
    ("静默", "silences", "在一段时间内不发函，写明理由和责任人"),
    ("异常", "incidents", "系统发现的须人工处理的情况"),
    ("工作日历", "calendars", "各年的放假和调休安排"),
    ("访问密钥", "api-keys", "访问密钥的发放和吊销"),
    ("操作记录", "audit-events", "谁在何时办了何事"),
    ("回调", "webhooks", "有变更时通知其他系统；签名、重发、补发"),
    ("变更", "changes", "全部变更，按先后给出，供其他系统保持同步"),
];

/// How the API is used, for whoever reads nothing else.
const HABITS: &str = include_str!("habits.md");

/// Puts in what is said of the whole, and what operations refer to.
pub(super) fn finish(document: &mut Value) {
    document["info"] = json!({
        "title": "序时 Xushi",
        "summary": "目标进度跟踪与预警服务",
        "description": HABITS,
        "version": env!("CARGO_PKG_VERSION"),
        "contact": {"name": "本机构的系统管理员"},
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    });
    document["servers"] = json!([{"url": "/", "description": "本服务"}]);
    document["tags"] = TAGS
        .iter()
        .map(|(chinese, name, about)| json!({"name": name, "x-displayName": chinese, "description": format!("{chinese}：{about}")}))
        .collect();
    document["security"] = json!([{"bearer": []}, {"api_key": []}]);
    let components = &mut document["components"];
    components["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "访问密钥，由系统管理员发放：Authorization: Bearer 密钥"},
        "api_key": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "访问密钥的另一种写法，作用相同"},
    });
    components["headers"] = headers();
    components["parameters"] = parameters();
    components["responses"] = responses();
}

fn headers() -> Value {
    let text = |about: &str, example: &str| json!({"description": about, "schema": {"type": "string"}, "example": example});
    let always = |mut header: Value| {
        header["required"] = json!(true);
        header
    };
    json!({
        "ETag": always(text("内容的标签：读取时放入If-None-Match可省去正文，修改时放入If-Match", "\"9f86d081884c7d65\"")),
        "MaybeETag": text("内容的标签；答复的是可再读取的内容时给出", "\"9f86d081884c7d65\""),
        "Location": always(text("新建内容的地址", "/api/v1/units/0198e9d2-6c00-7000-8000-000000000001")),
        "X-Request-Id": always(text("请求编号：沿用请求头中的，没有则由系统编；报修时请提供", "0198e9d26c0070008000000000000001")),
        "Idempotency-Replayed": text("为true时，这是同一幂等键先前的答复，本次没有再办理", "true"),
        "WWW-Authenticate": always(text("应如何提供访问密钥", "Bearer realm=\"xushi\"")),
        "Retry-After": {"description": "过几秒再试", "schema": {"type": "integer", "minimum": 1}, "example": 5},
        "Link": text("以CSV答复而还有下一页时给出：下一页的地址", "</api/v1/units?cursor=abc>; rel=\"next\""),
        "Content-Disposition": text("下载时的文件名", "attachment; filename*=UTF-8''%E5%87%BD.docx"),
    })
}

/// Header of an update: what it is based on.
pub(super) const IF_MATCH: &str = "IfMatch";
/// The same where it may be left out.
pub(super) const MAYBE_IF_MATCH: &str = "MaybeIfMatch";
/// Header of a read: what the caller has.
pub(super) const IF_NONE_MATCH: &str = "IfNoneMatch";
/// Header of a POST: which repeat it is of.
pub(super) const IDEMPOTENCY_KEY: &str = "IdempotencyKey";

fn parameters() -> Value {
    let header = |name: &str, required: bool, about: &str, schema: Value| json!({"name": name, "in": "header", "required": required, "description": about, "schema": schema});
    let tag = || json!({"type": "string"});
    json!({
        IF_MATCH: header("If-Match", true, "读取时返回的ETag；内容已被他人修改时答复412", tag()),
        MAYBE_IF_MATCH: header("If-Match", false, "读取时返回的ETag；给出时，内容已变化则答复412", tag()),
        IF_NONE_MATCH: header("If-None-Match", false, "上次读取时返回的ETag；内容未变则答复304", tag()),
        IDEMPOTENCY_KEY: header(
            "Idempotency-Key",
            false,
            "幂等键，建议用UUID：同一键重复提交只办理一次，答复与第一次相同；答复保存七天",
            json!({"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}),
        ),
    })
}

/// Problems that operations name by status: status, name of the component, what it means.
pub(super) const PROBLEMS: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "请求内容不是合法的JSON，或查询参数有误"),
    (401, "Unauthorized", "没有提供有效的访问密钥"),
    (403, "Forbidden", "该密钥无权进行此操作"),
    (404, "NotFound", "没有找到，或不是该密钥可以看到的"),
    (406, "NotAcceptable", "请求头Accept所要的内容类型，该地址不提供"),
    (408, "Timeout", "请求内容未在时限内收到"),
    (409, "Conflict", "与已有记录重复，或当前状态不允许"),
    (410, "Gone", "位置已失效，请从头读取"),
    (412, "PreconditionFailed", "内容在读取之后已被他人修改"),
    (413, "TooLarge", "请求内容过大"),
    (415, "UnsupportedMediaType", "请求内容类型不受支持"),
    (422, "Unprocessable", "内容不符合要求，逐项说明错在何处、怎么改"),
    (428, "PreconditionRequired", "修改须带If-Match"),
    (500, "InternalError", "系统内部错误"),
    (
        503,
        "Unavailable",
        "数据库暂不可用，请稍后重试；code为unknown时，内容是否已写入不能确定，请带同一Idempotency-Key重复提交",
    ),
];

/// The answer to a read of what the caller has already.
pub(super) const NOT_MODIFIED: &str = "NotModified";
/// Any other problem.
pub(super) const OTHER_PROBLEM: &str = "Problem";

fn responses() -> Value {
    let mut all = Map::new();
    for (status, name, about) in PROBLEMS {
        let codes: Vec<_> = Code::ALL.iter().filter(|code| code.status().as_u16() == *status).collect();
        let listed: Vec<_> =
            codes.iter().map(|code| format!("`{}`（{}）", code.as_str(), code.title())).collect();
        let mut answer = problem(&format!("{about}。code：{}", listed.join("、")));
        let header = |name: &str| json!({"$ref": format!("#/components/headers/{name}")});
        match status {
            401 => answer["headers"]["WWW-Authenticate"] = header("WWW-Authenticate"),
            409 | 503 => answer["headers"]["Retry-After"] = header("Retry-After"),
            _ => {}
        }
        all.insert((*name).to_owned(), answer);
    }
    all.insert(OTHER_PROBLEM.to_owned(), problem("其他错误"));
    all.insert(
        NOT_MODIFIED.to_owned(),
        json!({
            "description": "内容与If-None-Match所指的相同，不再给出",
            "headers": {
                "ETag": {"$ref": "#/components/headers/ETag"},
                "X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"},
            },
        }),
    );
    Value::Object(all)
}

fn problem(about: &str) -> Value {
    json!({
        "description": about,
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemView"}}},
    })
}

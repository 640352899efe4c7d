//! The forms in which a bulk of facts comes: JSON, a line of JSON each, or a table with separators.

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::api::http::extract::{self, body_unread};
use crate::api::http::refused::{Code, FieldError, Refused, RequestPart};
use crate::domain::invalid::shorten;
use crate::domain::{Stage, TextEnum as _};

/// Media type of a line of JSON each.
pub(super) const NDJSON: &str = "application/x-ndjson";
/// Media type of a table with separators.
pub(super) const CSV: &str = "text/csv";

/// A bulk that is not read yet.
pub(super) struct Bulk {
    /// Its form.
    pub(super) form: BulkForm,
    /// Its bytes.
    pub(super) bytes: Bytes,
}

/// The form of a bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BulkForm {
    /// `{"items": […]}`.
    Json,
    /// A line of JSON each.
    Lines,
    /// A table with separators; its first line names the columns.
    Table,
}

impl FromRequest for Bulk {
    type Error = Refused;
    type Future = LocalBoxFuture<'static, Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = actix_web::HttpMessage::content_type(request).to_ascii_lowercase();
        let form = match kind.split(';').next().unwrap_or_default().trim() {
            "application/json" => Some(BulkForm::Json),
            NDJSON | "application/ndjson" | "application/jsonl" => Some(BulkForm::Lines),
            CSV => Some(BulkForm::Table),
            _ => None,
        };
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let Some(form) = form else {
                let detail = format!("请把请求头Content-Type设为application/json、{NDJSON}或{CSV}。");
                return Err(Refused::new(Code::UnsupportedMediaType, detail));
            };
            let bytes = bytes.await.map_err(|error| body_unread(&error))?;
            Ok(Self { form, bytes })
        })
    }
}

/// One item that is JSON by now, or why it is none.
pub(super) type Line = Result<Value, FieldError>;

fn wrong(pointer: &str, code: &str, detail: String) -> FieldError {
    FieldError { part: RequestPart::Body, pointer: pointer.to_owned(), code: code.to_owned(), detail }
}

/// One item of JSON.
pub(super) fn json_item(text: &[u8]) -> Line {
    extract::parse::<Value>(text).map_err(|refused| {
        let column = || serde_json::from_slice::<IgnoredAny>(text).err().map_or(1, |error| error.column());
        let no_json = || wrong("", "malformed", format!("不是合法的JSON（第{}列），请检查。", column()));
        refused.errors.into_iter().next().unwrap_or_else(no_json)
    })
}

/// The items of lines of JSON, each with the number of its line.
pub(super) fn lines(bytes: &[u8]) -> Vec<(usize, Line)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let filled = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    filled.map(|(place, line)| (place + 1, json_item(line.trim_ascii()))).collect()
}

/// What a column is called, in English and Chinese, and what it fills.
const COLUMNS: [(&[&str], &str); 13] = [
    (&["measure", "指标", "指标口径", "指标名称"], "measure"),
    (&["region", "地区", "行政区", "行政区代码"], "region"),
    (&["period_start", "start", "时期起", "开始日期"], "start"),
    (&["period_end", "end", "时期止", "结束日期"], "end"),
    (&["basis", "口径", "数值口径"], "basis"),
    (&["figure", "kind", "数值类型"], "figure"),
    (&["value", "值", "数值"], "value"),
    (&["of", "参与排名地区数"], "of"),
    (&["partial", "截至某日"], "partial"),
    (&["status", "状态"], "status"),
    (&["stage", "环节"], "stage"),
    (&["source", "出处", "来源"], "source"),
    (&["published_on", "公布日期"], "published_on"),
];

/// Chinese words in cells, each with the word that it stands for.
const WORDS: [(&str, &str); 14] = [
    ("累计", "cumulative"),
    ("当期", "period"),
    ("存量", "point"),
    ("数值", "level"),
    ("绝对量", "level"),
    ("同比", "yoy"),
    ("同比增速", "yoy"),
    ("名次", "rank"),
    ("初步", "preliminary"),
    ("最终", "final"),
    ("预计", "forecast"),
    ("计划", "plan"),
    ("是", "true"),
    ("否", "false"),
];

/// The items of a table, each with the number of its line.
///
/// # Errors
/// When it is no table, or its first line does not name the columns.
pub(super) fn table(bytes: &[u8]) -> Result<Vec<(usize, Line)>, Refused> {
    let text = decoded(bytes)?;
    let first = text.lines().next().unwrap_or_default();
    let separator = if first.matches('\t').count() > first.matches(',').count() { b'\t' } else { b',' };
    closed_quotes(&text, separator)?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| unreadable())?.clone();
    let fields = headings.iter().map(field).collect::<Result<Vec<_>, Refused>>()?;
    for (place, field) in fields.iter().enumerate() {
        if let Some(first) = fields[..place].iter().position(|one| one == field) {
            let (first, second) = (shorten(&headings[first]), shorten(&headings[place]));
            let detail = format!("首行的“{first}”和“{second}”是同一列，请只保留一列。");
            return Err(Refused::at(Code::Invalid, "", "duplicate", detail));
        }
    }
    for needed in ["measure", "region", "start", "end", "figure", "value", "source", "published_on"] {
        if !fields.contains(&needed) {
            let names =
                COLUMNS.iter().find(|(_, field)| *field == needed).map_or(&[][..], |(names, _)| names);
            let detail = format!("首行缺少“{}”列。", names.join("”或“"));
            return Err(Refused::at(Code::Invalid, "", "required", detail));
        }
    }
    let mut items = Vec::new();
    for (place, row) in reader.records().enumerate() {
        let line = row
            .as_ref()
            .ok()
            .and_then(csv::StringRecord::position)
            .map_or(place + 2, |at| usize::try_from(at.line()).unwrap_or(place + 2));
        let item = match row {
            Ok(row) if row.iter().all(|cell| cell.trim().is_empty()) => continue,
            Ok(row) if row.len() > fields.len() => {
                Err(wrong("", "malformed", format!("有{}格，首行只有{}列。", row.len(), fields.len())))
            }
            Ok(row) => Ok(item(&fields, &row)),
            Err(_) => Err(wrong("", "malformed", "不能读作表格的一行，请检查引号。".to_owned())),
        };
        items.push((line, item));
    }
    Ok(items)
}

/// Refuses a table with a quote that does not end its cell: it would swallow the lines that follow, and nobody would count them.
fn closed_quotes(text: &str, separator: u8) -> Result<(), Refused> {
    enum At {
        CellStart,
        Plain,
        Quoted(usize),
        /// After a quote in a quoted cell that began on this line.
        Quote(usize),
    }
    let refused = |line: usize, why: &str| {
        let detail =
            format!("第{line}行的引号{why}，其后的行不能分清，没有写入；请补上引号，格内的引号写两个。");
        Err(Refused::at(Code::Invalid, "", "unclosed_quote", detail))
    };
    let (mut at, mut line) = (At::CellStart, 1);
    for byte in text.bytes() {
        at = match (at, byte) {
            (At::Quoted(begun), b'"') => At::Quote(begun),
            (At::Quoted(begun), _) => At::Quoted(begun),
            (At::Quote(begun), b'"') => At::Quoted(begun),
            (At::CellStart, b'"') => At::Quoted(line),
            (_, b'\n' | b'\r') => At::CellStart,
            (_, other) if other == separator => At::CellStart,
            (At::Quote(begun), _) => return refused(begun, "之后还有文字"),
            _ => At::Plain,
        };
        line += usize::from(byte == b'\n');
    }
    match at {
        At::Quoted(begun) => refused(begun, "没有结束"),
        At::CellStart | At::Plain | At::Quote(_) => Ok(()),
    }
}

fn unreadable() -> Refused {
    Refused::new(Code::MalformedBody, "请求内容不能读作CSV，请用UTF-8或GB18030编码，首行写列名。")
}

/// UTF-8, with a mark at its beginning or without, else GB18030, as spreadsheets here write it.
fn decoded(bytes: &[u8]) -> Result<String, Refused> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, _, broken) = encoding_rs::GB18030.decode(bytes);
    if broken { Err(unreadable()) } else { Ok(text.into_owned()) }
}

fn field(heading: &str) -> Result<&'static str, Refused> {
    let heading = heading.trim();
    let known = COLUMNS.iter().find(|(names, _)| names.iter().any(|name| name.eq_ignore_ascii_case(heading)));
    known.map(|(_, field)| *field).ok_or_else(|| {
        let all: Vec<&str> = COLUMNS.iter().map(|(names, _)| names[0]).collect();
        let detail = format!("首行的“{}”不是可用的列名，可用：{}。", shorten(heading), all.join("、"));
        Refused::at(Code::Invalid, "", "unknown_field", detail)
    })
}

/// A row of a table as an item: an empty cell says nothing.
fn item(fields: &[&'static str], row: &csv::StringRecord) -> Value {
    let (mut item, mut period) = (Map::new(), Map::new());
    for (field, cell) in fields.iter().zip(row) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        let word = WORDS.iter().find(|(chinese, _)| *chinese == cell).map_or(cell, |(_, word)| word);
        match *field {
            "start" | "end" => {
                period.insert((*field).to_owned(), json!(cell));
            }
            "partial" => {
                let said = word.parse::<bool>().map_or_else(|_| json!(cell), |said| json!(said));
                item.insert("partial".to_owned(), said);
            }
            "of" => {
                let said = cell.parse::<u32>().map_or_else(|_| json!(cell), |said| json!(said));
                item.insert("of".to_owned(), said);
            }
            "stage" => {
                let said = Stage::of_chinese(cell).map_or(cell, |stage| stage.as_str());
                item.insert("stage".to_owned(), json!(said));
            }
            "basis" | "figure" | "status" => {
                item.insert((*field).to_owned(), json!(word));
            }
            _ => {
                item.insert((*field).to_owned(), json!(cell));
            }
        }
    }
    item.insert("period".to_owned(), Value::Object(period));
    Value::Object(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_names_its_columns_in_either_language() {
        let text = "指标,地区,开始日期,结束日期,数值类型,数值,来源,公布日期,截至某日\n社零,430000,2025-01-01,2025-07-31,同比,3%,月报,2025-08-15,否\n\n社零,,,,,,,,\n";
        let (gbk, _, _) = encoding_rs::GB18030.encode(text);
        for bytes in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), gbk.into_owned()]
        {
            let items = table(&bytes).unwrap();
            let (line, first) = &items[0];
            assert_eq!(*line, 2);
            let item = first.as_ref().unwrap();
            assert_eq!((&item["figure"], &item["partial"]), (&json!("yoy"), &json!(false)));
            assert_eq!(item["period"], json!({"start": "2025-01-01", "end": "2025-07-31"}));
            assert_eq!(items[1].1.as_ref().unwrap(), &json!({"measure": "社零", "period": {}}));
        }
    }

    #[test]
    fn a_column_or_a_field_that_stands_twice_is_refused() {
        let head = "指标,地区,开始日期,结束日期,数值类型,来源,公布日期";
        for more in ["值,数值", "value,值", "value,value", "数值,出处"] {
            let told = table(format!("{head},{more}\n").as_bytes()).unwrap_err();
            assert_eq!(told.errors[0].code, "duplicate", "{more}");
        }
        let read = lines(b"{\"value\":1,\"value\":2}\n{\"a\":{\"b\":1,\"b\":1}}\n{\"value\":1}");
        let told: Vec<_> =
            read.into_iter().map(|(_, item)| item.err().map(|e| (e.pointer, e.code))).collect();
        let twice = |place: &str| Some((place.to_owned(), "duplicate".to_owned()));
        assert_eq!(told, [twice("/value"), twice("/a/b"), None]);
    }

    #[test]
    fn a_quote_that_does_not_end_its_cell_is_told_with_its_line() {
        let head = "measure,region,period_start,period_end,figure,value,source,published_on\n";
        let row = |value: &str| {
            format!("社零,430000,2025-01-01,2025-07-31,yoy,{value},\"月\"\"报\n八\"\"月\",2025-08-15\r\n")
        };
        assert_eq!(table(format!("{head}{}{}", row("\"3\""), row("4\"5")).as_bytes()).unwrap().len(), 2);
        for (text, line) in [
            (format!("{head}{}社零,430000,2025-01-01,2025-08-31,yoy,\"5,源,2025-09-20\n社零\n", row("3")), 4),
            (format!("{head}社零,430000,2025-01-01,2025-08-31,yoy,\"5,源\n社零,430000,x,y,yoy,\"6,源\n"), 2),
            ("measure,\"region\n".to_owned(), 1),
        ] {
            let told = table(text.as_bytes()).unwrap_err();
            assert_eq!(told.errors[0].code, "unclosed_quote", "{text}");
            assert!(
                told.errors[0].detail.starts_with(&format!("第{line}行")),
                "{text}: {}",
                told.errors[0].detail
            );
        }
    }

    #[test]
    fn a_table_without_its_columns_is_refused() {
        for text in ["", "指标,地区\n", "指标,地区,颜色\n", "\u{0}"] {
            assert!(table(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(table(b"\xff\xff\xff").is_err());
    }

    #[test]
    fn a_line_that_is_no_json_is_told_and_the_others_are_read() {
        let read = lines(b"\xef\xbb\xbf{\"a\":1}\r\n\n{\n[1]");
        let told: Vec<(usize, bool)> = read.iter().map(|(line, item)| (*line, item.is_ok())).collect();
        assert_eq!(told, [(1, true), (3, false), (4, true)]);
    }
}

//! Lists as tables with separators (RFC 4180), for whoever asks for `text/csv`: a row an item, fields of what an item holds by their
//! path (`task.name`).

use std::collections::HashMap;

use actix_web::HttpRequest;
use serde::de::{self, Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::api::http::negotiate;

/// Media type of a table.
pub(in crate::api) const CSV: &str = "text/csv";

/// Whether the caller takes a table no less than JSON, and says so by name.
pub(in crate::api) fn is_asked(request: &HttpRequest) -> bool {
    negotiate::asks_for(request, CSV)
}

/// The columns of a table of these views: what their schema has, in its order, by path, whatever an item says of it. A list, and an
/// object whose fields are not known beforehand, have one.
pub(in crate::api) fn columns<T: ToSchema>() -> Vec<String> {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let mut columns = Vec::new();
    fields(&T::schema(), &parts, "", &mut columns);
    columns
}

/// Adds the columns of what stands at a path; gives whether it has fields of its own.
fn fields(
    schema: &RefOr<Schema>,
    parts: &[(String, RefOr<Schema>)],
    path: &str,
    columns: &mut Vec<String>,
) -> bool {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            for (name, field) in &object.properties {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if !fields(field, parts, &path, columns) && !columns.contains(&path) {
                    columns.push(path);
                }
            }
            !object.properties.is_empty()
        }
        RefOr::T(Schema::AllOf(all)) => {
            // What is written into a view stands behind its own.
            let (own, shared): (Vec<_>, Vec<_>) =
                all.items.iter().partition(|one| matches!(one, RefOr::T(_)));
            own.into_iter().chain(shared).filter(|one| fields(one, parts, path, columns)).count() > 0
        }
        RefOr::T(Schema::OneOf(one_of)) => {
            one_of.items.iter().filter(|one| fields(one, parts, path, columns)).count() > 0
        }
        RefOr::T(_) => false,
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
            let part = parts.iter().find(|(known, _)| known == name);
            part.is_some_and(|(_, part)| fields(part, parts, path, columns))
        }
    }
}

/// The table of these items, each in JSON. The mark at its beginning tells spreadsheets that it is UTF-8.
///
/// # Errors
/// When an item is no JSON.
pub(in crate::api) fn table(items: &[Vec<u8>], columns: &[&str]) -> serde_json::Result<Vec<u8>> {
    let mut text = String::from("\u{feff}");
    line(&mut text, columns.iter().copied());
    for item in items {
        let mut cells = HashMap::new();
        flatten(serde_json::from_slice(item)?, "", columns, &mut cells);
        line(&mut text, columns.iter().map(|column| cells.get(*column).map_or("", String::as_str)));
    }
    Ok(text.into_bytes())
}

fn line<'c>(text: &mut String, cells: impl Iterator<Item = &'c str>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&quoted(cell));
    }
    text.push_str("\r\n");
}

/// JSON with its fields in their order.
enum Node {
    Cell(String),
    Object(Vec<(String, Node)>),
    List(Vec<Node>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Node;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Cell(String::new()))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
                Ok(Node::Cell(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
                Ok(Node::Cell(value.to_string()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
                Ok(Node::Cell(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
                Ok(Node::Cell(value.to_string()))
            }
            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Cell(text.to_owned()))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut nodes = Vec::new();
                while let Some(node) = list.next_element()? {
                    nodes.push(node);
                }
                Ok(Node::List(nodes))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Node::Object(fields))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The cells of an item, by path.
fn flatten(node: Node, path: &str, columns: &[&str], cells: &mut HashMap<String, String>) {
    match node {
        Node::Object(fields) if !columns.contains(&path) => {
            for (name, node) in fields {
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                flatten(node, &path, columns, cells);
            }
        }
        node => {
            cells.insert(path.to_owned(), said(node));
        }
    }
}

/// A node in one cell: the members of a list one after the other, the fields of an object with their names.
fn said(node: Node) -> String {
    match node {
        Node::Cell(text) => text,
        Node::List(nodes) => nodes.into_iter().map(said).collect::<Vec<_>>().join("；"),
        Node::Object(fields) => {
            let field = |(name, node): (String, Node)| format!("{name}={}", said(node));
            fields.into_iter().map(field).collect::<Vec<_>>().join("，")
        }
    }
}

/// One cell; what a spreadsheet would take for a formula is made text, in either width.
pub(in crate::api) fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
        && cell.parse::<rust_decimal::Decimal>().is_err();
    let safe = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn cells_stay_cells_and_text_stays_text() {
        for (cell, want) in [
            ("固定资产投资", "固定资产投资"),
            ("a,b", "\"a,b\""),
            ("他说\"好\"", "\"他说\"\"好\"\"\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("＝1+1", "'＝1+1"),
            ("@x,y", "\"'@x,y\""),
            ("a\nb", "\"a\nb\""),
            ("-3.5", "-3.5"),
            ("-3.5+A1", "'-3.5+A1"),
        ] {
            assert_eq!(quoted(cell), want);
        }
    }

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct Task {
        no: Option<i32>,
        name: String,
    }

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct Item {
        id: String,
        task: Task,
        aliases: Vec<String>,
        parts: Vec<Task>,
        lead: Option<Task>,
        counts: HashMap<String, i32>,
        #[schema(inline)]
        last: Option<Task>,
    }

    #[test]
    fn columns_are_those_of_the_view_whatever_its_items_say() {
        let columns = columns::<Item>();
        assert_eq!(
            columns.join(","),
            "id,task.no,task.name,aliases,parts,lead.no,lead.name,counts,last.no,last.name"
        );
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let items = [
            br#"{"id":"1","task":{"name":"a","no":2},"aliases":["b","c"],"parts":[{"no":1,"name":"x"}],"lead":null,"counts":{"a":1,"b":2}}"#.to_vec(),
            br#"{"id":"2","task":{"name":"=d","no":null},"aliases":[],"parts":[],"lead":{"name":"e"},"counts":{}}"#.to_vec(),
        ];
        let text = |items: &[Vec<u8>]| String::from_utf8(table(items, &columns).unwrap()).unwrap();
        let head = text(&[]);
        assert_eq!(head, format!("\u{feff}{}\r\n", columns.join(",")));
        assert_eq!(text(&items), format!("{head}1,2,a,b；c,no=1，name=x,,,a=1，b=2,,\r\n2,,'=d,,,,e,,,\r\n"));
    }
}

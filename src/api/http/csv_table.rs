//! Lists as tables with separators (RFC 4180), for whoever asks for `text/csv`: a row an item, fields of what an item holds by their
//! path (`task.name`).

use std::collections::{HashMap, HashSet};

use actix_web::HttpRequest;
use serde::de::{self, Deserialize, Deserializer};

use crate::api::http::negotiate;

/// Media type of a table.
pub(in crate::api) const CSV: &str = "text/csv";

/// Whether the caller takes a table no less than JSON, and says so by name.
pub(in crate::api) fn is_asked(request: &HttpRequest) -> bool {
    negotiate::asks_for(request, CSV)
}

/// The table of these items, each in JSON; `known` are the columns where there is no item to tell them, `shown` says of a path
/// whether it is wanted. The mark at its beginning tells spreadsheets that it is UTF-8.
///
/// # Errors
/// When an item is no JSON.
pub(in crate::api) fn table(
    items: &[Vec<u8>],
    known: &[&str],
    shown: impl Fn(&str) -> bool,
) -> serde_json::Result<Vec<u8>> {
    let mut columns: Vec<String> = Vec::new();
    let mut rows: Vec<HashMap<String, String>> = Vec::with_capacity(items.len());
    for item in items {
        let mut cells = Vec::new();
        flatten(serde_json::from_slice(item)?, "", &mut cells);
        cells.retain(|(path, _)| shown(path));
        let mut place = 0;
        for (column, _) in &cells {
            // Beside those that it stands beside, where an earlier item did not have it.
            match columns.iter().position(|known| known == column) {
                Some(at) => place = at + 1,
                None => {
                    columns.insert(place, column.clone());
                    place += 1;
                }
            }
        }
        rows.push(cells.into_iter().collect());
    }
    // What is null in one item and an object in another has the columns of its fields alone.
    let parents: HashSet<String> =
        columns.iter().filter_map(|name| Some(name.rsplit_once('.')?.0.to_owned())).collect();
    columns.retain(|name| !parents.contains(name));
    if items.is_empty() {
        columns.extend(known.iter().map(|name| (*name).to_owned()));
    }
    let mut text = String::from("\u{feff}");
    line(&mut text, columns.iter().map(String::as_str));
    for cells in rows {
        line(&mut text, columns.iter().map(|column| cells.get(column).map_or("", String::as_str)));
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
fn flatten(node: Node, path: &str, cells: &mut Vec<(String, String)>) {
    match node {
        Node::Object(fields) => {
            for (name, node) in fields {
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                flatten(node, &path, cells);
            }
        }
        node => cells.push((path.to_owned(), said(node))),
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

    #[test]
    fn what_an_item_holds_is_a_column_by_its_path() {
        let items = [
            br#"{"id":"1","task":{"name":"a","no":2},"aliases":["b","c"],"parts":[{"a":1,"b":"x"}],"lead":null}"#.to_vec(),
            br#"{"id":"2","task":{"name":"=d","no":null},"aliases":[],"parts":[],"lead":{"name":"e"},"more":true}"#.to_vec(),
        ];
        let text = String::from_utf8(table(&items, &[], |_| true).unwrap()).unwrap();
        assert_eq!(
            text,
            "\u{feff}id,task.name,task.no,aliases,parts,lead.name,more\r\n1,a,2,b；c,a=1，b=x,,\r\n2,'=d,,,,e,true\r\n"
        );
        assert_eq!(String::from_utf8(table(&[], &["id"], |_| true).unwrap()).unwrap(), "\u{feff}id\r\n");
    }
}

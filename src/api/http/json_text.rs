//! JSON looked at as text, where a value says less than what was written: the digits of a number beyond those of a double, and
//! the items of a list of which one is not to spoil the others.

/// Digits that a number keeps on its way through a double.
const DIGITS: usize = 15;

/// Where one is in a text that is known to be JSON.
enum Within<'t> {
    /// An object, at the value of this name, as written.
    Object(&'t [u8]),
    /// A list, at the item of this number.
    List(usize),
}

/// The end of the text literal that begins at `at`.
fn end_of_text(json: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(byte) = json.get(end) {
        match byte {
            b'\\' => end += 2,
            b'"' => return end + 1,
            _ => end += 1,
        }
    }
    json.len()
}

/// The end of the number or word that begins at `at`.
fn end_of_word(json: &[u8], at: usize) -> usize {
    let rest = json.get(at..).unwrap_or_default();
    let long = rest.iter().position(|byte| b",]}: \t\r\n".contains(byte));
    at + long.unwrap_or(rest.len())
}

/// Whether a number says more digits than can be kept; those that say nothing do not count.
fn is_too_long(number: &[u8]) -> bool {
    let written = number.split(|byte| matches!(byte, b'e' | b'E')).next().unwrap_or_default();
    let mut digits: Vec<u8> = written.iter().copied().filter(u8::is_ascii_digit).collect();
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    digits.iter().skip_while(|digit| **digit == b'0').count() > DIGITS
}

/// The pointer of the first number with more digits than can be kept, of a text that is JSON.
pub(super) fn long_number(json: &[u8]) -> Option<String> {
    let mut path: Vec<Within> = Vec::new();
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => {
                let end = end_of_text(json, at);
                // What stands before a colon is a name; what does not is read over.
                let next = json.get(end..)?.iter().find(|byte| !byte.is_ascii_whitespace());
                if next == Some(&b':')
                    && let Some(Within::Object(name)) = path.last_mut()
                {
                    *name = json.get(at..end)?;
                }
                at = end;
            }
            b'{' | b'[' => {
                path.push(if *byte == b'{' { Within::Object(b"") } else { Within::List(0) });
                at += 1;
            }
            b'}' | b']' => {
                path.pop();
                at += 1;
            }
            b',' => {
                if let Some(Within::List(place)) = path.last_mut() {
                    *place += 1;
                }
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let end = end_of_word(json, at);
                if end - at > DIGITS && is_too_long(json.get(at..end)?) {
                    return Some(path.iter().map(pointed).collect());
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

fn pointed(inside: &Within) -> String {
    match inside {
        Within::Object(name) => {
            let name: String = serde_json::from_slice(name).unwrap_or_default();
            format!("/{}", name.replace('~', "~0").replace('/', "~1"))
        }
        Within::List(place) => format!("/{place}"),
    }
}

/// The items of the list that a text which is JSON has under a name of its outermost object, each as it is written.
pub(in crate::api) fn items_of<'t>(json: &'t [u8], list: &str) -> Vec<&'t [u8]> {
    let mut items = Vec::new();
    let (mut depth, mut at, mut begun, mut ours) = (0_usize, 0, 0, false);
    while let Some(byte) = json.get(at) {
        let mut end = at + 1;
        match byte {
            b'"' => {
                end = end_of_text(json, at);
                if depth == 1 {
                    let name = json.get(at..end).and_then(|name| serde_json::from_slice::<String>(name).ok());
                    ours = name.is_some_and(|name| name == list);
                }
            }
            b'{' | b'[' => {
                depth += 1;
                if depth == 2 {
                    begun = end;
                }
            }
            b',' | b']' if depth == 2 && ours => {
                let item = json.get(begun..at).unwrap_or_default().trim_ascii();
                if !item.is_empty() {
                    items.push(item);
                }
                begun = end;
                depth -= usize::from(*byte == b']');
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at = end;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_digits_or_is_found() {
        for text in [
            "1",
            "-123456.789012345",
            "1e300",
            "100000000000000000000",
            "0.000000000000000000012",
            "0.50000000000000000000",
            r#""9007199254740993.123""#,
            r#"{"a":"\"1.0000000000000001","b":[1,2,"3"]}"#,
        ] {
            assert_eq!(long_number(text.as_bytes()), None, "{text}");
        }
        for (text, place) in [
            ("9007199254740993.123", ""),
            (r#"{"value":1.0000000000000001}"#, "/value"),
            (r#"{"a":{"x":[1,2]},"it~ems/":[{},{"b":[0,"]", -1234567890123456e2]}]}"#, "/it~0ems~1/1/b/2"),
            (r#"[ 1 , 9007199254740993 ]"#, "/1"),
        ] {
            assert_eq!(long_number(text.as_bytes()).as_deref(), Some(place), "{text}");
        }
    }

    #[test]
    fn items_are_those_of_the_list_alone() {
        let text = r#" {"a":[1,2],"items" : [ {"x":[1,{"items":[7]}],"y":"],\"}"} , 5,"items",[ ] ],"b":{"items":[8]}} "#;
        let items: Vec<&str> = items_of(text.as_bytes(), "items")
            .into_iter()
            .map(|item| std::str::from_utf8(item).unwrap())
            .collect();
        assert_eq!(items, [r#"{"x":[1,{"items":[7]}],"y":"],\"}"}"#, "5", r#""items""#, "[ ]"]);
        assert!(items_of(br#"{"items":[]}"#, "items").is_empty() && items_of(b"[1]", "items").is_empty());
    }
}

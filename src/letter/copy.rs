//! A letter as those see it who get a copy: it says so first, and offers no way to answer.

use uuid::Uuid;

/// For units copied.
pub const COPIED: &str = "抄送贵单位知悉，无需签收和反馈。";
/// For the leader of the unit that has to answer.
pub const COPIED_TO_LEADER: &str = "抄送单位主要负责人，请督促按期签收和反馈。";

/// Of a letter that asks for nothing.
pub const NOTED: &str = "抄送知悉。";

/// The subject of a copy.
pub fn copied_subject(subject: &str) -> String {
    format!("【抄送】{subject}")
}

/// The plain text with `note` as its first line and without the address where `letter` is answered.
pub fn copied_text(text: &str, letter: Option<Uuid>, note: &str) -> String {
    let address = letter.map(super::links::unsigned);
    let mut kept: Vec<&str> = Vec::new();
    for line in text.lines() {
        if address.as_ref().is_some_and(|address| line.contains(address.as_str())) {
            // The line before leads to it.
            if kept.last().is_some_and(|before| before.trim().ends_with('：') && before.contains("在线")) {
                kept.pop();
            }
            if kept.last().is_some_and(|before| before.is_empty()) {
                kept.pop();
            }
        } else {
            kept.push(line);
        }
    }
    format!("{note}\n\n{}\n", kept.join("\n"))
}

/// The HTML with `note` above the letter and without the button that leads to where `letter` is answered.
pub fn copied_html(html: &str, letter: Option<Uuid>, note: &str) -> String {
    let mut html = html.to_owned();
    if let Some(address) = letter.map(super::links::unsigned) {
        while let Some(at) = html.find(&address) {
            let (start, end) = enclosing(&html, at, address.len());
            html.replace_range(start..end, "");
        }
    }
    let note = format!(
        "<p class=\"copied\" style=\"margin:0;padding:12px 10px;text-align:center;font-size:16px;line-height:1.6;color:#1c1c1c\"><strong>{note}</strong></p>"
    );
    match html.find("<body").and_then(|body| Some(body + html.get(body..)?.find('>')? + 1)) {
        Some(at) => html.insert_str(at, &note),
        None => html.insert_str(0, &note),
    }
    html
}

/// What goes with an address: the button around it, or its link, or the address alone.
fn enclosing(html: &str, at: usize, length: usize) -> (usize, usize) {
    let (before, after) = html.split_at(at);
    let around = |open: &str, close: &str| {
        let start = before.rfind(open)?;
        let end = at + after.find(close)? + close.len();
        (!before.get(start..)?.contains(close)).then_some((start, end))
    };
    let button = around("<table role=\"presentation\" class=\"act\"", "</table>");
    button.or_else(|| around("<a ", "</a>")).unwrap_or((at, at + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::ReplyLinks;

    #[test]
    fn a_copy_says_so_and_offers_no_answer() {
        let letter = Uuid::from_u128(5);
        let address = ReplyLinks::new("https://x.example.org", [7; 32], 9).address(letter);
        let text = format!("办公室\n\n请反馈。\n\n　　在线签收、反馈：\n　　{address}\n\n特此函告。\n");
        let want = "抄送贵单位知悉，无需签收和反馈。\n\n办公室\n\n请反馈。\n\n特此函告。\n";
        assert_eq!(copied_text(&text, Some(letter), COPIED), want);
        let escaped = address.replace('/', "&#x2f;");
        let (open, close) = ("<html><body style=\"x\">", "<p>请反馈。</p></body></html>");
        let note = copied_html(&format!("{open}{close}"), None, COPIED);
        for button in [
            format!(
                "<table role=\"presentation\" class=\"act\"><tr><td><a href=\"{escaped}\">签收</a></td></tr></table>"
            ),
            format!("<a class=\"own\" href=\"{escaped}\">签收</a>"),
            escaped.rsplit("&#x2f;").next().unwrap_or_default().to_owned(),
        ] {
            let copy = copied_html(&format!("{open}{button}{close}"), Some(letter), COPIED);
            assert_eq!(copy, note, "{button}");
        }
        assert!(note.starts_with("<html><body style=\"x\"><p class=\"copied\""), "{note}");
        assert_eq!(copied_subject("【黄色预警】甲"), "【抄送】【黄色预警】甲");
    }
}

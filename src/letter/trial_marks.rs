//! A letter of a pilot (演练) says so in every form. The marks are set from outside the templates, so that none of these can
//! leave them out: what looks like a document of the office and is none must be known as such by everybody who sees a page.

/// What stands above the letter.
pub(super) const HEAD: &str = "本函是试运行中的演练函，不是正式公文，不具公文效力。";
/// What stands below each page on paper.
const FOOT: &str = "演练，非正式公文";

/// The subject with the mark before it.
pub(super) fn subject(subject: &str) -> String {
    format!("【演练】{subject}")
}

/// The plain text with the mark as its first and last line.
pub(super) fn text(text: &str) -> String {
    format!("【演练】{HEAD}\n\n{text}\n【演练】{HEAD}\n")
}

/// The HTML with the mark above and below the letter.
pub(super) fn html(html: &str) -> String {
    let mark = notice(HEAD);
    let html = above(html, &mark);
    match html.rfind("</body>") {
        Some(at) => format!("{}{mark}{}", &html[..at], &html[at..]),
        None => html + &mark,
    }
}

/// A part of the paper form with its mark: the document above the letter, each footer below the page; other parts as they are.
pub(super) fn part(path: &str, xml: &str) -> String {
    let run = |size: u32, text: &str| {
        format!(
            "<w:r><w:rPr><w:rFonts w:ascii=\"黑体\" w:hAnsi=\"黑体\" w:eastAsia=\"黑体\" w:cs=\"黑体\" w:hint=\"eastAsia\"/>\
             <w:color w:val=\"E60012\"/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr><w:t>{text}</w:t></w:r>"
        )
    };
    if path == "word/document.xml" {
        let mark = format!(
            "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr>{}</w:p>",
            run(28, &format!("【演练】{HEAD}"))
        );
        xml.replacen("<w:body>", &format!("<w:body>{mark}"), 1)
    } else if path.starts_with("word/footer_") {
        let spacing = "<w:spacing w:line=\"280\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/>";
        let mark = format!("<w:p><w:pPr>{spacing}</w:pPr>{}</w:p>", run(21, FOOT));
        xml.replacen("</w:ftr>", &format!("{mark}</w:ftr>"), 1)
    } else {
        xml.to_owned()
    }
}

/// The subject, plain text and HTML of a letter with `note` above them: to whom a mail would have gone.
pub fn redirected(text: &str, html: &str, note: &str) -> (String, String) {
    (format!("【演练】{note}\n\n{text}"), above(html, &notice(note)))
}

fn notice(said: &str) -> String {
    let said = said.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<p class=\"trial\" style=\"margin:0;padding:12px 10px;text-align:center;background:#ffffff;font-size:16px;\
         line-height:1.6;color:#b00012;overflow-wrap:anywhere\"><strong>【演练】{said}</strong></p>"
    )
}

/// `mark` as the first thing in the body.
fn above(html: &str, mark: &str) -> String {
    let body = html.find("<body").and_then(|body| Some(body + html.get(body..)?.find('>')? + 1)).unwrap_or(0);
    format!("{}{mark}{}", &html[..body], &html[body..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_first_whatever_the_form() {
        assert_eq!(subject("【黄色预警】甲"), "【演练】【黄色预警】甲");
        assert_eq!(text("甲\n"), format!("【演练】{HEAD}\n\n甲\n\n【演练】{HEAD}\n"));
        let page = html("<html><body style=\"x\"><p>甲</p></body></html>");
        assert!(page.starts_with("<html><body style=\"x\"><p class=\"trial\""), "{page}");
        assert!(page.ends_with("</p></body></html>") && page.matches(HEAD).count() == 2, "{page}");
        let alone = html("<p>甲</p>");
        assert!(alone.starts_with("<p class=\"trial\"") && alone.matches(HEAD).count() == 2, "{alone}");
        let (said, page) = redirected("甲\n", &page, "正式发函时发给：张三 <a@example.org>");
        assert!(said.starts_with("【演练】正式发函时发给：张三 <a@example.org>\n\n甲"), "{said}");
        assert!(page.contains("张三 &lt;a@example.org&gt;</strong>"), "{page}");
    }

    #[test]
    fn every_page_on_paper_is_marked() {
        let document = part("word/document.xml", "<w:document><w:body><w:p/></w:body></w:document>");
        assert!(document.contains(HEAD), "{document}");
        assert!(part("word/footer_odd.xml", "<w:ftr><w:p/></w:ftr>").contains(FOOT));
        assert_eq!(part("word/styles.xml", "<w:styles/>"), "<w:styles/>");
    }
}

//! Cutting text where no quotation and no bracket is open.

/// Longest quotation or bracket that is held together, in characters; an unclosed one is read past.
const HELD_MAX: usize = 200;

/// Deepest nesting that is followed, so that a row of opening signs is not searched from each of them.
const DEPTH_MAX: usize = 8;

/// The closing sign of an opening one.
fn closing(c: char) -> Option<&'static [char]> {
    match c {
        '（' | '(' => Some(&['）', ')']),
        '“' => Some(&['”']),
        '《' => Some(&['》']),
        '「' => Some(&['」']),
        '‘' => Some(&['’']),
        '〔' => Some(&['〕']),
        _ => None,
    }
}

/// The byte behind what opens at the start of `text`, if it closes soon.
pub(crate) fn held(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let close = closing(first)?;
    let bracket = matches!(first, '（' | '(');
    let mut depth = 0_usize;
    // Lists of offices in brackets are long.
    let most = if bracket { HELD_MAX * 5 } else { HELD_MAX };
    for (at, c) in text.char_indices().take(most) {
        if bracket && matches!(c, '（' | '(') || !bracket && c == first {
            depth += 1;
            if depth > DEPTH_MAX {
                return None;
            }
        } else if close.contains(&c) {
            depth -= 1;
            if depth == 0 {
                return Some(at + c.len_utf8());
            }
        }
    }
    None
}

/// Cuts behind every character that `stop` says, outside of quotations and brackets. Nothing is left out.
pub(crate) fn cut(text: &str, stop: impl Fn(char) -> bool) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if closing(c).is_some()
            && let Some(length) = held(&text[at..])
        {
            at += length;
            continue;
        }
        let before = text[..at].chars().next_back();
        at += c.len_utf8();
        // 11.6：39.7：48.7 is one.
        let within = matches!(c, '：' | ':' | ',')
            && before.is_some_and(|c| c.is_ascii_digit())
            && text[at..].starts_with(|c: char| c.is_ascii_digit());
        if stop(c) && !within {
            out.push(&text[start..at]);
            start = at;
        }
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}

/// Ends of sentences.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    cut(text, |c| matches!(c, '。' | '！' | '？' | '\n'))
}

/// Ends of clauses.
pub(crate) fn clauses(text: &str) -> Vec<&str> {
    cut(text, |c| matches!(c, '，' | '；' | '：' | '。' | ',' | ';' | ':' | '\n'))
}

/// Without the stops and blanks at both ends.
pub(crate) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "，；：。、！？,;:—".contains(c))
}

/// Parts of `text` in brackets, outermost ones: where they begin and end, with the brackets.
pub(crate) fn brackets(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let length = match c {
            '（' | '(' => held(&text[at..]),
            _ => None,
        };
        match length {
            Some(length) => {
                out.push((at, at + length));
                at += length;
            }
            None => at += c.len_utf8(),
        }
    }
    out
}

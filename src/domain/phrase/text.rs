//! Runs of characters: how they start and end, where one closes, how they are printed.

/// Whether `text` starts with `word`.
pub(super) fn starts_with(text: &[char], word: &str) -> bool {
    let mut chars = text.iter();
    word.chars().all(|c| chars.next() == Some(&c))
}

/// Whether `text` ends with `word`.
pub(super) fn ends_with(text: &[char], word: &str) -> bool {
    let mut chars = text.iter().rev();
    word.chars().rev().all(|c| chars.next() == Some(&c))
}

/// Whether the thing counted has been named before the counter: the clause or the member of a list ends here.
pub(super) fn closes(after: &[char]) -> bool {
    match after {
        [] | ['、' | '和' | '与' | '及' | '并' | '(' | ')' | ',', ..] => true,
        _ => ["以上", "及以上", "以下", "以内", "之内", "左右", "其中"]
            .iter()
            .any(|word| starts_with(after, word)),
    }
}

/// A name as it is printed: brackets and commas full-width.
pub(super) fn written(text: &[char]) -> String {
    text.iter()
        .map(|&c| match c {
            '(' => '（',
            ')' => '）',
            ',' => '，',
            _ => c,
        })
        .collect()
}

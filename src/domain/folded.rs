//! Names as people see them: what looks the same is one name, and what nobody sees stands in none.

use unicode_normalization::UnicodeNormalization as _;

/// The form that names, codes and the keys people type are compared in: compatibility forms made plain (NFKC, UAX 15:
/// full width, Kangxi radicals, joined accents), what nobody sees taken out, each run of blanks one blank, none at the
/// ends. Case stays. For comparing only; what was typed is kept as it was typed.
pub fn folded(text: &str) -> String {
    let plain: String = text.nfkc().filter(|c| !is_unseen(*c) && !is_selector(*c)).nfkc().collect();
    let mut out = String::with_capacity(plain.len());
    for word in plain.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A text as it is kept: canonical composition (NFC), without blanks at the ends.
pub fn kept(text: &str) -> String {
    text.nfc().collect::<String>().trim().to_owned()
}

/// A text without what nobody sees: of names kept before such were refused.
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_unseen(*c)).collect()
}

/// Whether a reader sees nothing of a text.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_unseen(c) || is_selector(c))
}

/// Characters that no reader sees and that make two names of one: those of format (Unicode's Cf: zero width, direction,
/// soft hyphen), separators of lines and paragraphs, fillers that are letters by name only, and noncharacters. Control
/// characters are apart.
pub fn is_unseen(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2 | 0x115F..=0x1160
        | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164
        | 0xFDD0..=0xFDEF | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x110BD | 0x110CD | 0x13430..=0x1343F
        | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE00FF | 0xE01F0..=0xE0FFF)
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Marks that choose between shapes of the character before them: allowed, and no difference between names.
fn is_selector(c: char) -> bool {
    matches!(u32::from(c), 0xFE00..=0xFE0F | 0xE0100..=0xE01EF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        for (one, other) in [
            ("发展（本级）局", "发展(本级)局"),
            ("ＡＢＣ局", "ABC局"),
            ("Café", "Cafe\u{301}"),
            ("固定资产投资", "固定资产投资\u{a0}"),
            ("固定资产投资", "\u{3000}固定资产投资 "),
            ("430000", " 430000 "),
            ("430000", "４３００００"),
            ("市\u{3000}发改委", "市 发改委"),
            ("市  发改委", "市\u{a0}发改委"),
            ("金融局", "⾦融局"),
            ("发改委", "发改\u{200b}委"),
            ("发改委", "\u{feff}发改委"),
            ("发改委", "发\u{202e}改委"),
            ("发改委", "发改委\u{fffe}"),
            ("葛\u{e0100}洲坝", "葛洲坝"),
            ("㎡", "m2"),
            ("１－２月", "1-2月"),
        ] {
            assert_eq!(folded(one), folded(other), "{one:?} and {other:?}");
        }
        for (one, other) in [("发改委", "发改局"), ("ABC", "abc"), ("市 发改委", "市发改委"), ("一", "二")]
        {
            assert_ne!(folded(one), folded(other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["ｅ\u{200b}\u{301}", "a\u{2028}b", "\u{fdfa}", "①②", "Å", "ﬁ \u{a8}x", "\u{1160}ᅡ"]
        {
            assert_eq!(folded(&folded(text)), folded(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_typed_is_kept() {
        assert_eq!(kept("\u{3000}发展（本级）局 "), "发展（本级）局");
        assert_eq!(kept("Cafe\u{301}"), "Caf\u{e9}");
        for (text, blank) in [
            ("", true),
            (" \u{3000}\n", true),
            ("\u{200b}\u{200b}", true),
            ("\u{3164}\u{2800}\u{ad}", true),
            ("\u{fe0f}", true),
            ("\u{2066}\u{2069}\u{e0041}", true),
            (".", false),
            ("\u{200b}无\u{200b}", false),
        ] {
            assert_eq!(is_blank(text), blank, "{text:?}");
        }
    }

    #[test]
    fn the_unseen_are_known() {
        for c in [
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2028}',
            '\u{2029}',
            '\u{fffe}',
            '\u{1ffff}',
            '\u{fdd0}',
            '\u{ad}',
            '\u{e0001}',
            '\u{feff}',
            '\u{3164}',
        ] {
            assert!(is_unseen(c), "{c:?}");
        }
        for c in ['中', 'a', ' ', '\u{3000}', '\u{a0}', '〔', '\u{fffd}', '\u{20bb7}', '\u{fe0f}', '\n', 'é']
        {
            assert!(!is_unseen(c), "{c:?}");
        }
    }
}

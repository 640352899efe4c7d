//! From what a scanner or a typesetter left to the characters the grammar reads.

/// The radicals U+2F00…U+2FD5 as ordinary (simplified) characters, in order; text copied out of PDF files has them.
const RADICALS: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈户手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾见角言谷豆豕豸贝赤走足身车辛辰辵邑酉釆里金长门阜隶隹雨青非面革韦韭音页风飞食首香马骨高髟鬥鬯鬲鬼鱼鸟卤鹿麦麻黄黍黑黹黾鼎鼓鼠鼻齐齿龙龟龠";

/// The radicals of the supplement block that occur in copied text.
const MORE_RADICALS: [(char, char); 16] = [
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻋', '车'),
    ('⻅', '见'),
    ('⻉', '贝'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻢', '马'),
    ('⻥', '鱼'),
    ('⻄', '西'),
    ('⺠', '民'),
    ('⻩', '黄'),
    ('⻬', '齐'),
    ('⻘', '青'),
    ('⺟', '母'),
];

/// LaTeX commands that stand for a character; every other one is dropped.
const LATEX: [(&str, &str); 27] = [
    ("geqslant", "≥"),
    ("leqslant", "≤"),
    ("geq", "≥"),
    ("leq", "≤"),
    ("ge", "≥"),
    ("sim", "~"),
    ("times", "×"),
    ("cdot", "·"),
    ("mu", "μ"),
    ("mathrm", ""),
    ("mathbf", ""),
    ("mathit", ""),
    ("mathsf", ""),
    ("textbf", ""),
    ("textit", ""),
    ("text", ""),
    ("quad", ""),
    ("approx", "约"),
    ("pm", "±"),
    ("%", "%"),
    ("&", "&"),
    ("#", "#"),
    ("~", ""),
    (",", ""),
    (";", ""),
    ("!", ""),
    (":", ""),
];

/// Drops blanks (also those recognition put inside words) and typesetting marks, and folds full-width letters,
/// digits, signs, dashes and tildes to one form each. Linear in the length of `phrase`.
pub(super) fn normalise(phrase: &str) -> Vec<char> {
    let visible: Vec<char> = phrase.chars().filter(|c| !invisible(*c)).map(fold).collect();
    let mut out: Vec<char> = Vec::with_capacity(visible.len());
    let mut rest = visible.as_slice();
    let mut grouped = false;
    while let Some((&c, tail)) = rest.split_first() {
        rest = tail;
        match c {
            '\\' => rest = latex(tail, &mut out),
            '$' | '{' | '}' | '_' | '^' | '*' => {}
            '-' if out.last() == Some(&'-') => {}
            ',' if separates_thousands(&out, tail, grouped) => grouped = true,
            _ => {
                grouped = grouped && c.is_ascii_digit();
                out.push(c);
            }
        }
    }
    out
}

fn invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}' | '\u{00AD}' | '\u{FE0F}')
}

fn fold(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => match char::from_u32(u32::from(c) - 0xFEE0) {
            Some('"' | '\'') | None => c,
            Some(narrow) => fold(narrow),
        },
        '—' | '–' | '―' | '−' | '‐' | '‑' | '‒' | '─' | '﹣' | '➖' => '-',
        '〜' | '∼' | '˜' | '∽' => '~',
        '﹪' | '٪' => '%',
        '∶' | '︰' | '﹕' => ':',
        '﹒' | '•' | '・' | '‧' | '∙' => '·',
        '≧' | '⩾' => '≥',
        '≦' | '⩽' => '≤',
        '\u{00B5}' => 'μ',
        '﹙' => '(',
        '﹚' => ')',
        '₀'..='₉' => char::from_u32(u32::from(c) - 0x2080 + 0x30).unwrap_or(c),
        '\u{2F00}'..='\u{2FD5}' => RADICALS.chars().nth((u32::from(c) - 0x2F00) as usize).unwrap_or(c),
        '\u{2E80}'..='\u{2EFF}' => {
            MORE_RADICALS.iter().find_map(|&(from, to)| (from == c).then_some(to)).unwrap_or(c)
        }
        _ => c,
    }
}

/// Reads the command after a backslash and returns what follows it.
fn latex<'a>(tail: &'a [char], out: &mut Vec<char>) -> &'a [char] {
    for (command, meaning) in LATEX {
        let length = command.chars().count();
        if tail.len() >= length && command.chars().eq(tail[..length].iter().copied()) {
            out.extend(meaning.chars());
            return &tail[length..];
        }
    }
    tail
}

/// Whether a comma stands between groups of three digits (5,100户) and not between two clauses.
fn separates_thousands(out: &[char], tail: &[char], grouped: bool) -> bool {
    let before = out.iter().rev().take(4).take_while(|c| c.is_ascii_digit()).count();
    let decimal = before > 0 && before < 4 && out.iter().rev().nth(before) == Some(&'.');
    let after = tail.iter().take(4).take_while(|c| c.is_ascii_digit()).count();
    after == 3 && !decimal && (grouped || (1..=3).contains(&before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_becomes_one() {
        for (written, read) in [
            ("社会消费品零售总额 增长５．５％ 以上", "社会消费品零售总额增长5.5%以上"),
            ("$PM_{2.5}$ 平均浓度", "PM2.5平均浓度"),
            ("97.3\\%", "97.3%"),
            ("$\\mathrm{PM}_{2.5}$", "PM2.5"),
            ("1 \\sim 2 个", "1~2个"),
            ("5%～6%", "5%~6%"),
            ("1——2个", "1-2个"),
            ("**新增** 1,200,500户", "新增1200500户"),
            ("增长5%，600亿", "增长5%,600亿"),
            ("3.5,120户", "3.5,120户"),
            ("⼈⼝ 5⼾", "人口5户"),
            ("PM₂.₅", "PM2.5"),
            ("\u{FEFF}零\u{200B}宽", "零宽"),
            ("", ""),
        ] {
            assert_eq!(normalise(written).into_iter().collect::<String>(), read, "{written}");
        }
    }

    #[test]
    fn the_radical_table_is_whole() {
        assert_eq!(RADICALS.chars().count(), 0x2FD5 - 0x2F00 + 1);
    }
}

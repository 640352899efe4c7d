//! Records of an old workbook (BIFF8, [MS-XLS]): numbers and strings at their places, whatever the bytes say.

/// A record: its kind and its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct OldRecord<'a> {
    pub(super) kind: u16,
    pub(super) data: &'a [u8],
}

/// The records of a stream, from `at`.
pub(super) fn records(stream: &[u8], at: usize) -> impl Iterator<Item = OldRecord<'_>> {
    let mut rest = stream.get(at..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(rest, 0)?, u16_at(rest, 2)?);
        let end = 4 + usize::from(length);
        let data = rest.get(4..end)?;
        rest = &rest[end..];
        Some(OldRecord { kind, data })
    })
}

pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

pub(super) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

pub(super) fn f64_at(data: &[u8], at: usize) -> Option<f64> {
    data.get(at..at + 8)?.try_into().ok().map(f64::from_le_bytes)
}

/// A number in 30 bits (RK).
pub(super) fn rk(bits: u32) -> f64 {
    let value = if bits & 2 == 0 {
        f64::from_bits(u64::from(bits & !3) << 32)
    } else {
        #[expect(clippy::cast_possible_wrap, reason = "the upper bits are a signed number")]
        let whole = bits as i32 >> 2;
        f64::from(whole)
    };
    if bits & 1 == 0 { value } else { value / 100.0 }
}

/// A string whose length takes `wide_length` ? 2 : 1 bytes.
pub(super) fn string(data: &[u8], wide_length: bool) -> Option<String> {
    let (count, at) = match wide_length {
        true => (usize::from(u16_at(data, 0)?), 2),
        false => (usize::from(*data.first()?), 1),
    };
    let wide = data.get(at)? & 1 == 1;
    Some(characters(data.get(at + 1..)?, count, wide).0)
}

/// So many characters, and the bytes they take; fewer where the data end.
fn characters(data: &[u8], count: usize, wide: bool) -> (String, usize) {
    if wide {
        let units: Vec<u16> =
            data.chunks_exact(2).take(count).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        (String::from_utf16_lossy(&units), units.len() * 2)
    } else {
        let data = &data[..count.min(data.len())];
        (data.iter().copied().map(char::from).collect(), data.len())
    }
}

/// The strings that cells share (SST), over as many records as they take; `parts` are their contents.
pub(super) struct SharedStrings<'a> {
    parts: Vec<&'a [u8]>,
    part: usize,
    at: usize,
}

impl<'a> SharedStrings<'a> {
    pub(super) fn new(parts: Vec<&'a [u8]>) -> Self {
        // How many there are is told twice; both are passed over.
        Self { parts, part: 0, at: 8 }
    }

    fn rest(&self) -> &'a [u8] {
        self.parts.get(self.part).and_then(|part| part.get(self.at..)).unwrap_or_default()
    }

    /// Goes on to the next part where this one is read.
    fn advance(&mut self) -> bool {
        while self.rest().is_empty() {
            if self.part + 1 >= self.parts.len() {
                return false;
            }
            (self.part, self.at) = (self.part + 1, 0);
        }
        true
    }

    fn skip(&mut self, mut bytes: usize) {
        while bytes > 0 && self.advance() {
            let taken = bytes.min(self.rest().len());
            self.at += taken;
            bytes -= taken;
        }
    }
}

impl Iterator for SharedStrings<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if !self.advance() {
            return None;
        }
        let head = self.rest();
        let mut left = usize::from(u16_at(head, 0)?);
        let flags = *head.get(2)?;
        let mut at = 3;
        let mut behind = 0;
        if flags & 8 != 0 {
            behind += 4 * usize::from(u16_at(head, at)?);
            at += 2;
        }
        if flags & 4 != 0 {
            behind += u32_at(head, at)? as usize;
            at += 4;
        }
        self.at += at;
        let mut wide = flags & 1 == 1;
        let mut text = String::new();
        while left > 0 {
            if self.rest().is_empty() {
                if !self.advance() {
                    break;
                }
                // A part that goes on with a string says anew how wide its characters are.
                wide = self.rest()[0] & 1 == 1;
                self.at += 1;
            }
            let (more, taken) = characters(self.rest(), left, wide);
            if taken == 0 {
                // Half a character at the end of a part.
                self.at += self.rest().len();
                continue;
            }
            left -= if wide { taken / 2 } else { taken };
            text.push_str(&more);
            self.at += taken;
        }
        self.skip(behind);
        Some(text)
    }
}

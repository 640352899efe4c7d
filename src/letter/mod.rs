//! A letter's frozen facts → subject, plain text, HTML, DOCX.
//!
//! Pure: the same facts and templates give the same bytes. All wording lives in `templates/`: one folder per
//! letter kind (`subject.txt`, `title.txt`, `body.txt`), phrases they share (`shared/`), and the forms a letter
//! is laid out in (`layout/`). The body is written once and laid out in every form, so the mail, its plain
//! text and the paper cannot say different things.

mod body;
mod changes;
mod chart;
mod copy;
mod docx;
mod facts;
mod format;
mod found;
mod ground;
mod in_context;
mod line;
mod line_said;
mod links;
pub mod monthly;
mod need;
mod node_line;
mod notice_mail;
mod numbers;
mod paint;
mod promise;
mod reply_sheet;
mod sample;
mod serde_text;
mod skill_chart;
mod standing;
mod summary;
mod svg;
#[cfg(test)]
mod tests;
mod trend;
mod trial_marks;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};

pub use changes::{FactChange, RestsOn, changes};
pub use copy::{COPIED, COPIED_TO_LEADER, NOTED, copied_html, copied_subject, copied_text};
pub use facts::{EarlierLetter, LINES_MAX, LetterContact, LetterFacts, ReplyTerms, WithdrawnLetter};
pub use found::Found;
pub use ground::{Ground, GroundKind, Retired};
pub use in_context::Run;
pub use line::{BenchmarkLine, LetterLine, LineForecast, LineState, Need, Quantity, RankLine, Span};
pub use line_said::LineSaid;
pub use links::{BadToken, ReplyLinks, unsigned_letter};
pub use node_line::NodeLine;
pub use notice_mail::{
    DIGEST_LINES_MAX, DecidedLetter, DigestSection, MorningDigest, NoticeText, ReturnedReply, tried_out,
};
pub use promise::promise;
pub use reply_sheet::{FilledForm, FilledRow};
pub use sample::samples;
pub use skill_chart::draw_skill;
pub use trend::{Trend, TrendPoint};
pub use trial_marks::redirected;

use summary::{EACH_MAX, Summary};
use xushi_domain::Invalid;

/// Built-in templates: name and text.
const BUILT_IN: [(&str, &str); 38] = [
    ("shared/wording.txt", include_str!("templates/shared/wording.txt")),
    ("shared/needed.txt", include_str!("templates/shared/needed.txt")),
    ("layout/mail.txt", include_str!("templates/layout/mail.txt")),
    ("layout/mail.html", include_str!("templates/layout/mail.html")),
    ("layout/monthly.txt", include_str!("templates/layout/monthly.txt")),
    ("layout/monthly.html", include_str!("templates/layout/monthly.html")),
    ("layout/notice.html", include_str!("templates/layout/notice.html")),
    ("layout/returned_subject.txt", include_str!("templates/layout/returned_subject.txt")),
    ("layout/returned.txt", include_str!("templates/layout/returned.txt")),
    ("layout/returned.html", include_str!("templates/layout/returned.html")),
    ("layout/accepted.txt", include_str!("templates/layout/accepted.txt")),
    ("layout/closed.txt", include_str!("templates/layout/closed.txt")),
    ("layout/digest_subject.txt", include_str!("templates/layout/digest_subject.txt")),
    ("layout/digest.txt", include_str!("templates/layout/digest.txt")),
    ("layout/digest.html", include_str!("templates/layout/digest.html")),
    ("docx/monthly.xml", include_str!("templates/docx/monthly.xml")),
    ("docx/parts.xml", include_str!("templates/docx/parts.xml")),
    ("docx/document.xml", include_str!("templates/docx/document.xml")),
    ("docx/annex.xml", include_str!("templates/docx/annex.xml")),
    ("docx/cover.xml", include_str!("templates/docx/cover.xml")),
    ("docx/form.xml", include_str!("templates/docx/form.xml")),
    ("docx/header_first.xml", include_str!("templates/docx/header_first.xml")),
    ("docx/core.xml", include_str!("templates/docx/core.xml")),
    ("warning/subject.txt", include_str!("templates/warning/subject.txt")),
    ("warning/title.txt", include_str!("templates/warning/title.txt")),
    ("warning/body.txt", include_str!("templates/warning/body.txt")),
    ("report_reminder/subject.txt", include_str!("templates/report_reminder/subject.txt")),
    ("report_reminder/title.txt", include_str!("templates/report_reminder/title.txt")),
    ("report_reminder/body.txt", include_str!("templates/report_reminder/body.txt")),
    ("reply_reminder/subject.txt", include_str!("templates/reply_reminder/subject.txt")),
    ("reply_reminder/title.txt", include_str!("templates/reply_reminder/title.txt")),
    ("reply_reminder/body.txt", include_str!("templates/reply_reminder/body.txt")),
    ("lifting/subject.txt", include_str!("templates/lifting/subject.txt")),
    ("lifting/title.txt", include_str!("templates/lifting/title.txt")),
    ("lifting/body.txt", include_str!("templates/lifting/body.txt")),
    ("withdrawal/subject.txt", include_str!("templates/withdrawal/subject.txt")),
    ("withdrawal/title.txt", include_str!("templates/withdrawal/title.txt")),
    ("withdrawal/body.txt", include_str!("templates/withdrawal/body.txt")),
];

/// Most charts one letter shows: each adds some ten kilobytes to every copy mailed.
pub const PICTURES_MAX: usize = 3;

/// The trend charts of a letter, at most [`PICTURES_MAX`]. The slowest part of a letter, and the only one that does not
/// depend on its number.
pub fn draw(facts: &LetterFacts) -> Vec<Picture> {
    let drawn = facts.lines.iter().filter_map(|line| {
        Some(Picture {
            cid: picture_id(line.ordinal),
            png: chart::draw(line.trend.as_ref()?, line.forecast.as_ref())?,
        })
    });
    drawn.take(PICTURES_MAX).collect()
}

/// The trend chart of one indicator as SVG, to stand in a page: its lines in figures of their own, and `name` for whoever
/// cannot see it; `None` when there is nothing to compare.
pub fn draw_svg(trend: &Trend, forecast: Option<&LineForecast>, name: &str) -> Option<String> {
    chart::draw_svg(trend, forecast, name)
}

/// Content-ID of the chart of the line with this number.
pub fn picture_id(ordinal: u32) -> String {
    format!("trend-{ordinal}@xushi")
}

fn picture_of<'p>(pictures: &'p [Picture], line: &LetterLine) -> Option<&'p Picture> {
    let cid = picture_id(line.ordinal);
    pictures.iter().find(|picture| picture.cid == cid)
}

/// Why a letter could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The facts break a rule the templates rely on.
    #[error("函件内容不完整：{0}")]
    Facts(#[from] Invalid),
    /// A template cannot be read or uses what does not exist.
    #[error("模板{template}第{line}行有误：{detail}；该行为“{source_line}”")]
    Template {
        /// Name of the template (`warning/body.txt`).
        template: String,
        /// Line, from 1; 0 when unknown.
        line: usize,
        /// The line's text, trimmed.
        source_line: String,
        /// What the engine says, naming the variable where it can.
        detail: String,
    },
    /// A replacement for a template that does not exist: most likely a misspelt file name.
    #[error("没有名为“{name}”的模板，可替换的模板有：{known}")]
    UnknownTemplate {
        /// The name given.
        name: String,
        /// All names, for the message.
        known: String,
    },
    /// Frozen facts that cannot be read back.
    #[error("函件内容无法读写：{0}")]
    Json(#[source] serde_json::Error),
    /// The document could not be packed.
    #[error("函件文档无法打包：{0}")]
    Package(String),
}

/// A letter as it is mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Mail subject, one line.
    pub subject: String,
    /// Plain text, `\n` line ends, not wrapped.
    pub text: String,
    /// A complete HTML document without external resources or scripts; it shows `pictures` by `cid:`.
    pub html: String,
    /// Trend charts, to be sent inline with the HTML (`multipart/related`); none for most letters.
    pub pictures: Vec<Picture>,
}

/// A picture inside the HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Content-ID without angle brackets; unique within the letter.
    pub cid: String,
    /// The file, `image/png`.
    pub png: Vec<u8>,
}

impl Rendered {
    /// The HTML with its pictures inside as `data:` addresses, to be shown without a mail around it.
    pub fn html_alone(&self) -> String {
        let pictures = self.pictures.iter().map(|picture| (picture.cid.as_str(), picture.png.as_slice()));
        html_alone(&self.html, pictures)
    }
}

/// HTML with its pictures (Content-ID and PNG) inside as `data:` addresses.
pub fn html_alone<'p>(html: &str, pictures: impl Iterator<Item = (&'p str, &'p [u8])>) -> String {
    pictures.fold(html.to_owned(), |html, (cid, png)| {
        html.replace(&format!("src=\"cid:{cid}\""), &format!("src=\"{}\"", html_picture(png)))
    })
}

/// A PNG as a `data:` address.
pub fn html_picture(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", BASE64.encode(png))
}

/// The templates in force, compiled.
#[derive(Debug, Clone)]
pub struct Templates {
    env: Environment<'static>,
}

impl Templates {
    /// The wording Xushi comes with.
    pub fn built_in() -> Result<Self, LetterError> {
        Self::with_replacements(std::iter::empty())
    }

    /// The built-in wording with some templates replaced, given as (name, text) with `/` in names; a name that is
    /// not a template's is an error. Call [`Templates::check`] afterwards: only rendering finds unknown variables.
    pub fn with_replacements(
        replacements: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, LetterError> {
        let mut env = Environment::new();
        env.set_debug(true);
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        // Block tags on lines of their own leave no trace in the letter.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        env.set_syntax(syntax.map_err(|error| template_error(&error, ""))?);
        env.set_auto_escape_callback(|name| {
            if name.ends_with(".html") || name.ends_with(".xml") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        env.set_formatter(format::format_value);
        format::register(&mut env);
        for (name, text) in BUILT_IN {
            env.add_template(name, text).map_err(|error| template_error(&error, text))?;
        }
        for (name, text) in replacements {
            if !BUILT_IN.iter().any(|(known, _)| *known == name) {
                let known = BUILT_IN.map(|(known, _)| known).join("、");
                return Err(LetterError::UnknownTemplate { name, known });
            }
            env.add_template_owned(name, text.clone()).map_err(|error| template_error(&error, &text))?;
        }
        Ok(Self { env })
    }

    /// Renders sample letters of every kind, sparse and full, and a monthly report, so that a broken template fails at start. Takes tens
    /// of milliseconds; the built-in templates pass it in the tests, so it is worth the time for replaced ones.
    pub fn check(&self) -> Result<(), LetterError> {
        samples().iter().try_for_each(|facts| {
            self.render(facts)?;
            self.render_form(facts, None)?;
            self.render_docx(facts).map(drop)
        })?;
        self.check_notices()?;
        self.check_monthly()
    }

    /// The letter these facts make.
    pub fn render(&self, facts: &LetterFacts) -> Result<Rendered, LetterError> {
        self.render_with(facts, draw(facts))
    }

    /// The letter these facts make, with charts that [`draw`] made of the same lines before: whoever holds a lock while
    /// the letter gets its number need not draw meanwhile.
    pub fn render_with(&self, facts: &LetterFacts, pictures: Vec<Picture>) -> Result<Rendered, LetterError> {
        let context = self.compose(facts)?;
        let mut charts = Vec::new();
        for line in &facts.lines {
            if let Some(picture) = picture_of(&pictures, line) {
                charts.push(context! { cid => picture.cid.as_str(), line => Serde(line) });
            }
        }
        let context = context! { charts, ..context };
        let rendered = Rendered {
            pictures,
            subject: self.one_line(&format!("{}/subject.txt", facts.kind), &context)?,
            text: tidy(&self.fill("layout/mail.txt", &context)?),
            html: self.fill("layout/mail.html", &context)?,
        };
        if facts.redirected_to.is_none() {
            return Ok(rendered);
        }
        Ok(Rendered {
            subject: trial_marks::subject(&rendered.subject),
            text: trial_marks::text(&rendered.text),
            html: trial_marks::html(&rendered.html),
            ..rendered
        })
    }

    /// The same letter as a DOCX in 信函格式, with the table of indicators and the reply form (反馈表) annexed; of a draft
    /// under the sheet on which it is signed (发文稿纸).
    pub fn render_docx(&self, facts: &LetterFacts) -> Result<Vec<u8>, LetterError> {
        self.render_docx_with(facts, &draw(facts))
    }

    /// The same with charts that [`draw`] made of the same lines before. They go into the document as the pictures
    /// they are: every Word and WPS shows a PNG, and its bytes are there already.
    pub fn render_docx_with(
        &self,
        facts: &LetterFacts,
        pictures: &[Picture],
    ) -> Result<Vec<u8>, LetterError> {
        let context = self.compose(facts)?;
        let shown: Vec<(&LetterLine, &Picture)> =
            facts.lines.iter().filter_map(|line| Some((line, picture_of(pictures, line)?))).collect();
        let wide = docx::LYING_WIDTH / shown.len().max(1);
        let charts: Vec<Value> = shown
            .iter()
            .enumerate()
            .map(|(index, (line, _))| {
                let part = docx::picture_part(index);
                context! { part, wide, width => chart::WIDTH, height => chart::HEIGHT, line => Serde(*line) }
            })
            .collect();
        let context = context! { charts, ..context };
        let mut parts = Vec::with_capacity(docx::FILLED.len());
        for (path, template) in docx::FILLED {
            parts.push((path, self.fill(template, &context)?));
        }
        let pictures: Vec<&Picture> = shown.into_iter().map(|(_, picture)| picture).collect();
        docx::pack(&parts, &pictures, facts.redirected_to.is_some())
    }

    /// What every form needs: the facts, the title and the body.
    fn compose(&self, facts: &LetterFacts) -> Result<Value, LetterError> {
        facts.check()?;
        let facts_value = Value::from(Serde(facts));
        // Line ends in a title are where paper may break it; elsewhere it is one line.
        let title = self.fill(&format!("{}/title.txt", facts.kind), &facts_value)?;
        let title_lines: Vec<String> =
            title.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let together = Serde(Summary::of(&facts.lines));
        let each = facts.lines.len() <= EACH_MAX;
        let context = context! { title => title_lines.concat(), title_lines, together, each, ..facts_value };
        let blocks = body::parse(&self.fill(&format!("{}/body.txt", facts.kind), &context)?);
        Ok(context! { blocks => Serde(blocks), ..context })
    }

    fn one_line(&self, name: &str, context: &Value) -> Result<String, LetterError> {
        Ok(self.fill(name, context)?.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn fill(&self, name: &str, context: &Value) -> Result<String, LetterError> {
        self.env.get_template(name).and_then(|template| template.render(context)).map_err(|error| {
            let source = error.name().and_then(|name| self.env.get_template(name).ok());
            template_error(&error, source.as_ref().map_or("", |template| template.source()))
        })
    }
}

/// Ends lines without blanks, keeps at most one empty line, ends with one newline: template layout is not
/// the reader's business.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines().map(|line| line.trim_end_matches(' ')) {
        if line.is_empty() && (out.is_empty() || out.ends_with("\n\n")) {
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Says where: the innermost cause knows the template that is wrong, the outer ones only include it.
fn template_error(error: &minijinja::Error, source: &str) -> LetterError {
    let line = error.line().unwrap_or(0);
    let source_line = source.lines().nth(line.saturating_sub(1)).unwrap_or("").trim().to_owned();
    LetterError::Template {
        template: error.name().unwrap_or("?").to_owned(),
        line,
        source_line,
        detail: error.to_string(),
    }
}

//! A letter as mail: made once from what was frozen, addressed for each mailbox.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::frozen::{DOCX, PNG, document_name};
use super::redirected::{Form, Redirected, unit_names};
use super::{Office, Refusal};
use crate::clock::office_zone;
use crate::domain::checked_email;
use crate::domain::delivery::Recipient;
use crate::letter::{
    COPIED, COPIED_TO_LEADER, LetterFacts, NOTED, Picture, ReplyLinks, copied_html, copied_subject,
    copied_text, html_alone, unsigned_letter,
};
use crate::mail::MailError;
use crate::mail::foreign::line;
use crate::mail::message::{Attachment, Content, Head, Inline, Mailbox};
use crate::store::rows::{DeliveryRow, LetterFileRow, LetterRow};
use crate::store::types::{Id, LetterId, UnitId};

/// Longest name beside a mailbox.
pub(in crate::office) const NAME_MAX: usize = 100;

/// Most earlier mails that a mail names in `References`.
const REFERENCES_MAX: usize = 20;

/// One letter, ready to be addressed: the API shows the same bytes that jobs send.
pub struct Mailing {
    /// The letter.
    pub letter: LetterRow,
    sender: Mailbox,
    reply_to: Option<Mailbox>,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    /// Its parts as the addressee gets them, written once; or why they cannot be.
    content: Result<Vec<u8>, MailError>,
    /// Its parts as copies show them: they say so, and nobody can answer by them.
    copied: Result<Vec<u8>, MailError>,
    /// Its parts as the leader of the addressed unit gets them.
    led: Result<Vec<u8>, MailError>,
    /// Mails of other letters about the same episodes.
    thread: Vec<DeliveryRow>,
    /// How its mails are redirected, of a letter of a pilot.
    redirected: Option<Redirected>,
}

impl Mailing {
    /// Makes the mails of these letters, whatever their number in a few reads.
    ///
    /// # Errors
    /// When the database fails, or a letter from before documents were kept cannot be rendered.
    pub async fn of(office: &Office, letters: &[LetterId]) -> Result<HashMap<LetterId, Arc<Self>>, Refusal> {
        let rows = office.store.find_letters(letters).await?;
        let deliveries = office.store.list_deliveries_of(letters).await?;
        let thread = office.store.list_thread_mails(letters).await?;
        let mut files: HashMap<LetterId, Vec<LetterFileRow>> = HashMap::new();
        for file in office.store.list_letter_files(letters).await? {
            files.entry(file.letter_id).or_default().push(file);
        }
        let trial: Vec<LetterId> = rows.iter().filter(|row| row.trial).map(|row| row.id).collect();
        let of_trial = deliveries.iter().filter(|row| trial.contains(&row.letter_id));
        let units: Vec<UnitId> = of_trial.map(|row| row.unit_id).collect();
        let units = unit_names(office, units).await?;
        let mut made = HashMap::with_capacity(rows.len());
        for letter in rows {
            let id = letter.id;
            let files = match files.remove(&id) {
                Some(files) => files,
                None => rendered_now(office, &letter)?,
            };
            let rows = || deliveries.iter().filter(|row| row.letter_id == id);
            // Those it was issued to: a mailbox added later changes no mail that is under way.
            let first = rows().map(|row| row.created_at).min();
            let of = |role: Recipient| {
                let chosen = rows().filter(|row| row.role == role && Some(row.created_at) == first);
                chosen.map(mailbox).collect()
            };
            let (to, cc): (Vec<Mailbox>, Vec<Mailbox>) = (of(Recipient::To), of(Recipient::Cc));
            let files = Files::of(files);
            let forms =
                [signed_letter(office, &letter), copy(&letter, COPIED), copy(&letter, COPIED_TO_LEADER)];
            let [own, copied, led] = forms.each_ref().map(|form| content(form, &files));
            let (sender, reply_to) = correspondents(office, &letter);
            let mailing = Self {
                sender,
                reply_to,
                to,
                cc,
                content: own,
                copied,
                led,
                thread: thread.iter().filter(|(of, _)| *of == id).map(|(_, row)| row.clone()).collect(),
                redirected: letter.trial.then(|| Redirected::of(office, &letter, forms, files, &units)),
                letter,
            };
            made.insert(id, Arc::new(mailing));
        }
        Ok(made)
    }

    /// The mail to one mailbox: the same bytes each time.
    ///
    /// # Errors
    /// When a name, an address or a file's name cannot stand in a mail.
    pub fn addressed(&self, row: &DeliveryRow) -> Result<Vec<u8>, MailError> {
        let addressee = row.unit_id == self.letter.unit_id;
        let form = match row.role.0 {
            Recipient::To => Form::Own,
            Recipient::Cc if addressee => Form::Led,
            Recipient::Cc => Form::Copied,
        };
        let subject = match form {
            Form::Own => self.letter.subject.clone(),
            Form::Copied | Form::Led => copied_subject(&self.letter.subject),
        };
        if let Some(redirected) = &self.redirected {
            let own = redirected.mailbox(row);
            let content = redirected.content(row, form)?;
            return self.head(row, (&own, &[], &[]), (&subject, &self.references(row))).before(&content);
        }
        let content = match form {
            Form::Own => &self.content,
            Form::Copied => &self.copied,
            Form::Led => &self.led,
        };
        let content = content.as_ref().map_err(Clone::clone)?;
        let own = mailbox(row);
        let (mut to, mut cc) = (self.to.clone(), self.cc.clone());
        if row.role == Recipient::To && !to.contains(&own) {
            // The unit's mailbox now: an answer to all must not go to the one that failed.
            to = vec![own.clone()];
        } else if row.role == Recipient::Cc && !cc.contains(&own) {
            cc.push(own.clone());
        }
        let references = self.references(row);
        self.head(row, (&own, &to, &cc), (&subject, &references)).before(content)
    }

    fn head<'h>(
        &'h self,
        row: &'h DeliveryRow,
        (to, header_to, header_cc): (&'h Mailbox, &'h [Mailbox], &'h [Mailbox]),
        (subject, references): (&'h str, &'h [String]),
    ) -> Head<'h> {
        Head {
            message_id: &row.message_id,
            from: &self.sender,
            reply_to: self.reply_to.as_ref(),
            to,
            header_to,
            header_cc,
            subject,
            references,
            // The row's own time: every try sends the same bytes.
            date: row.created_at.and_utc().with_timezone(&office_zone()),
        }
    }

    /// The address that the server is told: that of the row, but of a letter of a pilot the one mailbox.
    pub fn recipient<'r>(&'r self, row: &'r DeliveryRow) -> &'r str {
        self.redirected.as_ref().map_or(&row.email, |redirected| &redirected.address)
    }

    /// Earlier mails to the same mailbox about the same episodes, oldest first. When there are too many the first is
    /// kept, which readers hang the thread on.
    fn references(&self, row: &DeliveryRow) -> Vec<String> {
        let earlier = |mail: &&DeliveryRow| {
            mail.email.eq_ignore_ascii_case(&row.email) && mail.created_at < row.created_at
        };
        let mut mails: Vec<&DeliveryRow> = self.thread.iter().filter(earlier).collect();
        mails.sort_by_key(|mail| (mail.created_at, mail.id));
        if mails.len() > REFERENCES_MAX {
            mails.drain(1..=mails.len() - REFERENCES_MAX);
        }
        mails.iter().map(|mail| mail.message_id.clone()).collect()
    }

    /// What the letter is called among files: its number, in letters every file system knows.
    pub fn file_stem(&self) -> String {
        let LetterRow { mark, year, serial, .. } = &self.letter;
        format!("{mark}{year}-{:04}", serial.unwrap_or(0))
    }
}

/// In whose name a letter is sent and who is answered, as its frozen facts say: its issuer, from the office's mailbox, and
/// the contact that it names. An unknown program's name above a red button looks like fraud.
pub(in crate::office) fn correspondents(office: &Office, letter: &LetterRow) -> (Mailbox, Option<Mailbox>) {
    let Ok(facts) = LetterFacts::from_json(&letter.facts) else {
        return (office.letters.sender.clone(), None);
    };
    let issuer = line(&facts.issuer, NAME_MAX);
    let name = if issuer.is_empty() { office.letters.sender.name.clone() } else { issuer };
    // Facts may be older than the check of addresses; a mail must not fail for its contact.
    let address = facts.contact.email.as_deref().and_then(|email| checked_email(email).ok());
    let person = facts.contact.name.as_deref().map(|name| line(name, NAME_MAX)).unwrap_or_default();
    let reply_to = address.map(|address| Mailbox { name: person, address });
    (Mailbox { name, address: office.letters.sender.address.clone() }, reply_to)
}

fn mailbox(row: &DeliveryRow) -> Mailbox {
    Mailbox { name: line(&row.name, NAME_MAX), address: row.email.clone() }
}

/// `text`, or HTML, of a letter as its addressee sees it: the address to answer at signed; the same each time.
pub fn signed(office: &Office, letter: &LetterRow, text: &str) -> String {
    match signing(office, letter) {
        Some((links, answered, issued_on)) => links.sign(text, answered.0, issued_on),
        None => text.to_owned(),
    }
}

/// Who signs, for which letter an answer is asked (of a reminder, an earlier one), and from when on.
fn signing<'d>(office: &'d Office, letter: &LetterRow) -> Option<(&'d ReplyLinks, LetterId, NaiveDate)> {
    let links = office.letters.links.as_ref()?;
    let facts = LetterFacts::from_json(&letter.facts).ok()?;
    Some((links, Id::of(unsigned_letter(facts.reply_link.as_deref()?)?), letter.issued_on?))
}

fn signed_letter(office: &Office, letter: &LetterRow) -> LetterRow {
    let Some((links, answered, issued_on)) = signing(office, letter) else { return letter.clone() };
    LetterRow {
        body_text: links.sign(&letter.body_text, answered.0, issued_on),
        body_html: links.sign(&letter.body_html, answered.0, issued_on),
        ..letter.clone()
    }
}

/// The letter as a unit sees it that it is copied to.
pub fn copied(letter: &LetterRow) -> LetterRow {
    let copy = copy(letter, COPIED);
    LetterRow { subject: copied_subject(&copy.subject), ..copy }
}

/// The letter as those see it who get a copy; a letter that asks for nothing needs no word about answering.
fn copy(letter: &LetterRow, note: &str) -> LetterRow {
    let asks = letter.kind.0.has_deadline();
    let note = if asks { note } else { NOTED };
    let facts = LetterFacts::from_json(&letter.facts).ok();
    let answered = facts.and_then(|facts| unsigned_letter(facts.reply_link.as_deref()?));
    LetterRow {
        body_text: copied_text(&letter.body_text, answered, note),
        body_html: copied_html(&letter.body_html, answered, note),
        ..letter.clone()
    }
}

/// What goes with a letter.
pub(super) struct Files {
    inline: Vec<Inline>,
    attachments: Vec<Attachment>,
}

impl Files {
    fn of(files: Vec<LetterFileRow>) -> Self {
        let (mut inline, mut attachments) = (Vec::new(), Vec::new());
        for LetterFileRow { name, media_type, bytes, .. } in files {
            if media_type == PNG {
                inline.push(Inline { cid: name, content_type: media_type, bytes });
            } else {
                attachments.push(Attachment { file_name: name, content_type: media_type, bytes });
            }
        }
        Self { inline, attachments }
    }
}

pub(super) fn content(letter: &LetterRow, files: &Files) -> Result<Vec<u8>, MailError> {
    let content = Content {
        text: &letter.body_text,
        html: &letter.body_html,
        inline: &files.inline,
        attachments: &files.attachments,
    };
    content.write(&letter.id.0.to_string())
}

/// The files kept with a letter; those of a draft, and of a letter from before they were kept, are made now.
///
/// # Errors
/// When the database fails, the facts cannot be read or a template fails.
pub async fn files(office: &Office, letter: &LetterRow) -> Result<Vec<LetterFileRow>, Refusal> {
    let kept = office.read.list_letter_files(&[letter.id]).await?;
    if kept.is_empty() { rendered_now(office, letter) } else { Ok(kept) }
}

/// The letter as a page, its charts inside.
pub fn shown_alone(letter: &LetterRow, files: &[LetterFileRow]) -> String {
    let pictures = files.iter().filter(|file| file.media_type == PNG);
    html_alone(&letter.body_html, pictures.map(|file| (file.name.as_str(), file.bytes.as_slice())))
}

fn rendered_now(office: &Office, letter: &LetterRow) -> Result<Vec<LetterFileRow>, Refusal> {
    let facts = LetterFacts::from_json(&letter.facts)?;
    let number = facts.number.as_ref().map_or_else(|| "未编号".to_owned(), ToString::to_string);
    let file =
        |name, media_type, bytes| LetterFileRow::new(letter.id, name, media_type, bytes, letter.created_at);
    let name = document_name(&number, &letter.subject);
    let mut files = vec![file(name, DOCX, office.letters.templates.render_docx(&facts)?)];
    let shown = |picture: &Picture| letter.body_html.contains(&picture.cid);
    files.extend(crate::letter::draw(&facts).into_iter().filter(shown).map(|p| file(p.cid, PNG, p.png)));
    Ok(files)
}

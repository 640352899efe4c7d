//! The mail of a morning: to each unit what became of its replies since the one before, to the office what waits for its people. One for
//! each mailbox, none where there is nothing to tell.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime};

use super::notices::{AboutNotice, Told, row};
use super::warnings::title_of;
use super::{Office, Refusal};
use crate::clock::office_zone;
use crate::domain::notice::{NoticeKind, NoticeState};
use crate::domain::{ContactRole, LetterState};
use crate::letter::{DIGEST_LINES_MAX, DigestSection, LetterFacts, MorningDigest};
use crate::store::rows::{ContactRow, IssuingCampaignRow, LetterFilter, LetterRow, NoticeRow, Page};
use crate::store::types::{CampaignId, LetterId, NoticeId, UnitId};

/// What is to be told to one mailbox.
struct ForMailbox {
    told: Told,
    addressee: String,
    /// Who tells it: the issuer of the first letter that it is about.
    issuer: String,
    sections: BTreeMap<NoticeKind, Vec<String>>,
    held: Vec<NoticeId>,
}

/// Mailboxes by their address in small letters.
type Mailboxes = BTreeMap<String, ForMailbox>;

/// Queues the digests of today; gives how many. Safe to run twice and on several replicas: a mailbox has one a day. Nothing is told on
/// days on which offices do not work; where nobody knows yet whether they do, it is.
///
/// # Errors
/// When the database or a template fails.
pub async fn queue_digests(office: &Office) -> Result<usize, Refusal> {
    let today = office.clock.today();
    if !office.calendar.is_working_day(today).unwrap_or(true) {
        return Ok(0);
    }
    let mut mailboxes = Mailboxes::new();
    add_decided(office, &mut mailboxes).await?;
    add_waiting(office, today, &mut mailboxes).await?;
    let mut queued = 0;
    for mailbox in mailboxes.into_values() {
        queued += usize::from(queue(office, today, mailbox).await?);
    }
    Ok(queued)
}

/// What became of replies, as it was held for the morning.
async fn add_decided(office: &Office, mailboxes: &mut Mailboxes) -> Result<(), Refusal> {
    let held = office.store.list_held_notices(office.is_pilot()).await?;
    let letters: BTreeSet<LetterId> = held.iter().filter_map(|row| row.letter_id).collect();
    let letters = office.store.find_letters(&letters.into_iter().collect::<Vec<_>>()).await?;
    let letters: HashMap<LetterId, LetterFacts> = letters
        .into_iter()
        .map(|row| Ok((row.id, LetterFacts::from_json(&row.facts)?)))
        .collect::<Result<_, Refusal>>()?;
    for NoticeRow { id, kind, letter_id, unit_id, name, email, subject, .. } in held {
        let Some(facts) = letter_id.and_then(|id| letters.get(&id)) else { continue };
        let told = Told { unit_id, name, email };
        let mailbox = mailbox(mailboxes, told, &facts.addressee, &facts.issuer);
        mailbox.sections.entry(kind.0).or_default().push(subject);
        mailbox.held.push(id);
    }
    Ok(())
}

fn mailbox<'m>(
    mailboxes: &'m mut Mailboxes,
    told: Told,
    addressee: &str,
    issuer: &str,
) -> &'m mut ForMailbox {
    mailboxes.entry(told.email.to_lowercase()).or_insert_with(|| ForMailbox {
        told,
        addressee: addressee.to_owned(),
        issuer: issuer.to_owned(),
        sections: BTreeMap::new(),
        held: Vec::new(),
    })
}

/// What waits for the office: replies for who coordinates, drafts for who signs.
async fn add_waiting(office: &Office, today: NaiveDate, mailboxes: &mut Mailboxes) -> Result<(), Refusal> {
    let waiting = [
        (NoticeKind::DraftsWait, LetterState::Draft, ContactRole::Leader),
        (NoticeKind::ReplyCame, LetterState::Replied, ContactRole::Liaison),
    ];
    let mut found: Vec<(NoticeKind, ContactRole, LetterRow)> = Vec::new();
    for (kind, state, role) in waiting {
        if office.notices.sends(kind) {
            let letters = letters_in(office, state).await?;
            found.extend(letters.into_iter().map(|letter| (kind, role, letter)));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let people = People::load(office, today).await?;
    let units: BTreeSet<UnitId> = found.iter().map(|(.., letter)| letter.unit_id).collect();
    let units = office.store.list_unit_names(&units.into_iter().collect::<Vec<_>>()).await?;
    let units: HashMap<UnitId, String> = units.into_iter().map(|row| (row.id, row.name)).collect();
    for (kind, role, letter) in found {
        let unit = units.get(&letter.unit_id).map_or("", String::as_str);
        let line = line(kind, &letter, unit)?;
        for told in people.of(letter.campaign_id, role) {
            let issuer = people.campaigns.get(&letter.campaign_id).map_or("", |row| &row.issuer_name);
            let addressee = told.name.clone();
            let mailbox = mailbox(mailboxes, told, &addressee, issuer);
            mailbox.sections.entry(kind).or_default().push(line.clone());
        }
    }
    Ok(())
}

/// Letters of this state, of a pilot while one is on and real ones otherwise.
async fn letters_in(office: &Office, state: LetterState) -> Result<Vec<LetterRow>, Refusal> {
    let filter = LetterFilter { states: Some(vec![state]), ..LetterFilter::default() };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let mut rows = office.store.list_letters(&filter, Page { limit: 500, after }).await?;
        let more = rows.len() > 500;
        rows.truncate(500);
        after = rows.last().map(|row| row.id.of_any());
        all.extend(rows.into_iter().filter(|row| row.trial == office.is_pilot()));
        if !more {
            return Ok(all);
        }
    }
}

/// One thing that waits: which, to whom, since when.
fn line(kind: NoticeKind, letter: &LetterRow, unit: &str) -> Result<String, Refusal> {
    let day = |at: NaiveDateTime| {
        let day = at.and_utc().with_timezone(&office_zone()).date_naive();
        day.format("%-m月%-d日").to_string()
    };
    if kind == NoticeKind::DraftsWait {
        let title = title_of(&letter.subject, "");
        return Ok(format!("拟发{unit}：{title}（{}起待签发）", day(letter.created_at)));
    }
    let number = letter.number().map_err(crate::store::StoreError::from)?.to_string();
    let title = title_of(&letter.subject, &number);
    Ok(format!("{unit}对{number}《{title}》的反馈（{}收到，待审核）", day(letter.updated_at)))
}

/// Whom offices have: the people of each campaign's 专班 office, and its contact.
struct People {
    campaigns: HashMap<CampaignId, IssuingCampaignRow>,
    contacts: Vec<ContactRow>,
}

impl People {
    async fn load(office: &Office, today: NaiveDate) -> Result<Self, Refusal> {
        let campaigns = office.store.list_issuing_campaigns().await?;
        let offices: BTreeSet<UnitId> = campaigns.iter().filter_map(|row| row.office_unit_id).collect();
        let offices: Vec<UnitId> = offices.into_iter().collect();
        let roles = [ContactRole::Leader, ContactRole::Liaison];
        let contacts = office.store.list_mailboxes(&offices, &roles, today).await?;
        Ok(Self { campaigns: campaigns.into_iter().map(|row| (row.id, row)).collect(), contacts })
    }

    /// Those of a role; where the office has none, its others, and where it has nobody, the contact that letters print.
    fn of(&self, campaign: CampaignId, role: ContactRole) -> Vec<Told> {
        let Some(campaign) = self.campaigns.get(&campaign) else { return Vec::new() };
        let own = || self.contacts.iter().filter(|one| Some(one.unit_id) == campaign.office_unit_id);
        let chosen: Vec<&ContactRow> = own().filter(|one| one.role == role).collect();
        let chosen = if chosen.is_empty() { own().collect() } else { chosen };
        let told = chosen.into_iter().map(|one| Told {
            unit_id: Some(one.unit_id),
            name: one.name.clone(),
            email: one.email.clone(),
        });
        let told: Vec<Told> = told.collect();
        let contact = campaign.contact_email.clone().filter(|_| told.is_empty()).map(|email| Told {
            unit_id: None,
            name: campaign.contact_name.clone().unwrap_or_else(|| campaign.issuer_name.clone()),
            email,
        });
        told.into_iter().chain(contact).collect()
    }
}

/// What a section is called, and how its things are counted.
fn section(kind: NoticeKind, lines: Vec<String>) -> DigestSection {
    let (title, counter) = match kind {
        NoticeKind::DraftsWait => ("待签发函稿", "件"),
        NoticeKind::ReplyCame => ("待审核反馈", "件"),
        NoticeKind::ReplyAccepted => ("反馈审核通过", "件"),
        NoticeKind::LetterClosed => ("办结销号", "件"),
        NoticeKind::ReplyReturned | NoticeKind::Digest => ("其他", "件"),
    };
    let count = lines.len();
    let lines = lines.into_iter().take(DIGEST_LINES_MAX).collect();
    DigestSection { title: title.to_owned(), count, counter, lines }
}

async fn queue(office: &Office, today: NaiveDate, mailbox: ForMailbox) -> Result<bool, Refusal> {
    let ForMailbox { told, addressee, issuer, sections, held } = mailbox;
    let acts = |kind: &NoticeKind| matches!(kind, NoticeKind::DraftsWait | NoticeKind::ReplyCame);
    let links = office.letters.links.as_ref().filter(|_| sections.keys().any(acts));
    // What somebody has to do stands before what is only told.
    let (first, then): (Vec<_>, Vec<_>) = sections.into_iter().partition(|(kind, _)| acts(kind));
    let sections = first.into_iter().rev().chain(then).map(|(kind, lines)| section(kind, lines)).collect();
    let text = office.letters.templates.digest(&MorningDigest {
        issuer: issuer.clone(),
        addressee,
        seen_on: today,
        sections,
        desk: links.map(crate::letter::ReplyLinks::desk),
    })?;
    let about = AboutNotice {
        kind: NoticeKind::Digest,
        letter_id: None,
        reply_id: None,
        trial: office.is_pilot(),
        issuer,
    };
    let now = office.clock.timestamp();
    let digest =
        NoticeRow { digest_on: Some(today), ..row(office, &about, (&told, NoticeState::Pending), text, now) };
    Ok(office.store.gather_notices(&digest, &held).await?)
}

//! 撤函 and 更正函: a letter that was wrong is taken back by a numbered one. With it end its ladder, what waits of that, and its
//! mails that are not out yet; the letters point at each other, and numbers stay gapless.

use chrono::{Datelike as _, NaiveDate};

use super::afresh;
use super::draft::{Draft, mark};
use super::issue::{Content, Waiting};
use super::letter_context::{self, Campaigns};
use super::planned::{Finding, Key};
use super::{Actor, Office, Refusal, run, settle, taken_back};
use crate::clock::office_zone;
use crate::domain::invalid::text;
use crate::domain::lengths::{CHANGE_REASON, PERSON};
use crate::domain::{Invalid, LetterKind, LetterState};
use crate::letter::{LetterContact, LetterFacts, LetterLine, WithdrawnLetter};
use crate::store::rows::{DeliveryRow, LetterRow, NewLetter, Rendering, WithdrawalRow};
use crate::store::types::{DeliveryId, Id, LetterId};
use crate::store::{StoreError, failpoint};

/// What is kept of drafts and mails that end with a letter.
const NOTE: &str = "原函已经撤销。";

/// Takes a letter back by a 撤函, dated today and sent to every mailbox that the letter, and what its ladder brought, went to; when it
/// reached its unit, also to who is its liaison by now. What never went out is taken back without a mail.
/// The matter counts as decided until its data show a later period or a graver level; `signer` is who decides, as stated, and
/// `reason` goes on after 因.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name or reason, [`Refusal::NotFound`]; `Conflict` when it was never issued, was taken back
/// before, or takes back another one itself; `Stale` when somebody wrote about the same matter meanwhile.
pub async fn withdraw(
    office: &Office,
    actor: &Actor,
    id: LetterId,
    said: (&str, &str),
) -> Result<LetterRow, Refusal> {
    let taken = Taken::of(office, id, said).await?;
    let campaigns = letter_context::campaigns(office).await?;
    let opened = taken.open_again(office).await?;
    let facts = taken.facts(office, &campaigns, !opened.is_empty())?;
    let letter = taken.letter(office, &campaigns, &facts)?;
    let episodes = taken.episodes(office, letter.id, &opened).await?;
    let own = taken.liaisons(office, &letter).await?;
    let deliveries = taken.deliveries(office, &letter, own);
    let facts = LetterFacts { recipients: Some(mailboxes(&deliveries)), ..facts };
    let (continued, reports) = (Vec::new(), Vec::new());
    let new = NewLetter { letter, opened, continued, episodes, reports, deliveries, incident: None };
    let rendering =
        Rendering::new(|letter, serial| super::frozen::freeze(office, &facts, &[], (letter, serial)));
    taken.put_out(office, actor, (&new, &rendering)).await
}

/// Takes a warning back and warns again in the same letter, of what today's data say of the same indicators (更正函).
///
/// # Errors
/// As [`withdraw`]; `Conflict` too when it is no warning, or nothing of it calls for a warning of this unit today; a calendar error
/// when the deadline falls into an unpublished year.
pub async fn correct(
    office: &Office,
    actor: &Actor,
    id: LetterId,
    said: (&str, &str),
) -> Result<LetterRow, Refusal> {
    let taken = Taken::of(office, first(office, id).await?, said).await?;
    if taken.before.kind != LetterKind::Warning {
        return Err(refused("not_a_warning", "只有预警函可以更正；其他函请撤销，确需再发的另行办理。"));
    }
    let campaigns = letter_context::campaigns(office).await?;
    let (key, findings) = taken.findings(office, &campaigns).await?;
    if findings.is_empty() {
        let detail = "按今日数据研判，此函所涉指标已无需向该单位预警，请改为撤销。";
        return Err(refused("nothing_to_warn_of", detail));
    }
    let (today, none) = (office.clock.today(), Waiting::new());
    let mut drafts = run::drafted(office, &campaigns, today, vec![(key, findings)], &none).await?;
    let Some(mut draft) = drafts.pop() else { return Err(StoreError::Stale.into()) };
    if let Some(unpublished) = draft.blocked {
        return Err(unpublished.into());
    }
    taken.sign(&mut draft)?;
    draft.facts.copied.extend(taken.copied(&draft.facts.copied)?);
    let mut new = draft.to_issue(office);
    new.deliveries = taken.deliveries(office, &new.letter, new.deliveries);
    draft.facts.recipients = Some(mailboxes(&new.deliveries));
    let content = Content::of(std::iter::once(&draft));
    let rendering = content.rendering(office);
    taken.put_out(office, actor, (&new, &rendering)).await
}

/// A letter about to be taken back, with what goes with it.
pub(super) struct Taken {
    pub(super) before: LetterRow,
    facts: LetterFacts,
    /// It and the letters that its ladder brought.
    pub(super) letters: Vec<LetterRow>,
    /// Drafts that its ladder brought.
    drafts: Vec<LetterId>,
    replied_on: Option<NaiveDate>,
    /// Its mails and those of its ladder, the addressee's first.
    pub(super) mails: Vec<DeliveryRow>,
    /// How many of its indicators are retired by now.
    retired: usize,
    /// What its unit is called today.
    addressee: String,
    signer: String,
    reason: String,
}

impl Taken {
    async fn of(office: &Office, id: LetterId, (signer, reason): (&str, &str)) -> Result<Self, Refusal> {
        let signer = text("signer", signer, PERSON)?;
        let reason = phrase(&text("reason", reason, CHANGE_REASON)?)?;
        let before = office.store.find_letter(id).await?.ok_or(Refusal::NotFound("函"))?;
        let state = before.state.0;
        if !state.is_standing() {
            let detail = match state {
                LetterState::Withdrawn => "此函已经撤销，无需重复办理。",
                _ => "此函尚未签发；不需要的函稿请直接撤销函稿。",
            };
            return Err(refused("not_standing", detail));
        }
        if before.kind == LetterKind::Withdrawal {
            return Err(refused("is_a_withdrawal", "撤函不能再撤销；确需重新办理的，请另行发函。"));
        }
        if before.trial != office.is_pilot() {
            let detail = if before.trial {
                "此函是演练函，演练已经结束，无需撤销。"
            } else {
                "演练期间不能撤销正式的函；请在演练结束后办理。"
            };
            return Err(refused("not_in_a_pilot", detail));
        }
        let ladder = office.store.list_ladder(before.id).await?;
        let of = |draft: bool| {
            let chosen = ladder.iter().filter(move |(_, state)| match state {
                LetterState::Draft => draft,
                state => !draft && state.is_standing(),
            });
            chosen.map(|(id, _)| *id).collect::<Vec<_>>()
        };
        let mut letters = office.store.find_letters(&of(false)).await?;
        letters.sort_by_key(|row| (row.year, row.serial, row.id));
        let mut replied_on = None;
        for row in &letters {
            let last = office.store.list_replies(row.id).await?.last().map(|one| one.reply.created_at);
            replied_on = replied_on.max(last);
        }
        let unit = office.read.find_unit(before.unit_id).await?;
        let local = |at: chrono::NaiveDateTime| at.and_utc().with_timezone(&office_zone()).date_naive();
        Ok(Self {
            facts: LetterFacts::from_json(&before.facts)?,
            drafts: of(true),
            replied_on: replied_on.map(local),
            mails: taken_back::mails(office, &letters).await?,
            retired: taken_back::retired(office, before.id).await?,
            addressee: unit.ok_or(StoreError::Stale)?.name,
            before,
            letters,
            signer,
            reason,
        })
    }

    pub(super) fn ids(&self) -> Vec<LetterId> {
        self.letters.iter().map(|row| row.id).collect()
    }

    /// What the letter that takes it back says of it.
    fn withdrawn(&self, again: bool) -> Result<WithdrawnLetter, Refusal> {
        let others = self.letters.iter().filter(|row| row.id != self.before.id);
        let numbers = others.map(|row| row.number().map(|number| number.to_string()));
        Ok(WithdrawnLetter {
            kind: self.before.kind.0,
            number: self.before.number()?,
            issued_on: self.facts.issued_on,
            about: about(&self.facts.lines),
            reason: self.reason.clone(),
            replied_on: self.replied_on,
            with: numbers.collect::<Result<_, _>>()?,
            left_out: None,
            again,
            unsent: self.is_unsent(),
            retired: self.retired,
        })
    }

    /// `again`: what was lifted is warned of again.
    fn facts(&self, office: &Office, campaigns: &Campaigns, again: bool) -> Result<LetterFacts, Refusal> {
        let campaign = campaigns.get(&self.before.campaign_id).ok_or(StoreError::Stale)?;
        let today = office.clock.today();
        let mut copied = self.facts.copied.clone();
        copied.extend(self.copied(&copied)?);
        let line = |line: &LetterLine| LetterLine { trend: None, ..line.clone() };
        Ok(LetterFacts {
            kind: LetterKind::Withdrawal,
            addressee: self.addressee.clone(),
            level: None,
            handling: None,
            number: None,
            campaign: campaign.name.clone(),
            issuer: campaign.issuer_name.clone(),
            copied,
            redirected_to: office.letters.redirect_to.clone(),
            issued_on: today,
            as_of: today,
            source: None,
            reply: None,
            contact: LetterContact {
                name: campaign.contact_name.clone(),
                phone: campaign.contact_phone.clone(),
                email: campaign.contact_email.clone(),
            },
            reply_link: None,
            follow_up_of: None,
            withdraws: Some(self.withdrawn(again)?),
            lines: self.facts.lines.iter().map(line).collect(),
            ..self.facts.clone()
        })
    }

    fn letter(
        &self,
        office: &Office,
        campaigns: &Campaigns,
        facts: &LetterFacts,
    ) -> Result<LetterRow, Refusal> {
        let campaign = campaigns.get(&self.before.campaign_id).ok_or(StoreError::Stale)?;
        let now = office.clock.timestamp();
        Ok(LetterRow {
            id: Id::of(office.clock.new_id()),
            mark: mark(office, campaign),
            year: facts.issued_on.year(),
            serial: None,
            kind: facts.kind.into(),
            level: None,
            state: LetterState::Issued.into(),
            as_of: facts.as_of,
            issued_on: Some(facts.issued_on),
            reply_by: None,
            created_at: now,
            updated_at: now,
            follows_id: Some(self.before.id),
            ladder_step: None,
            decided_by: Some(self.signer.clone()),
            decided_at: Some(now),
            decision_note: None,
            waits_for: None,
            ..self.before.clone()
        })
    }

    /// What a warning about the same indicators to the same unit would say today, as if nothing had been written.
    async fn findings(&self, office: &Office, campaigns: &Campaigns) -> Result<(Key, Vec<Finding>), Refusal> {
        let LetterRow { campaign_id: campaign, unit_id: unit, .. } = self.before;
        let key = Key { campaign, unit, kind: LetterKind::Warning, follows: None, step: None };
        let told = afresh::unwritten(office, campaigns, (&self.before, key, self.ids())).await?;
        Ok((key, told))
    }

    fn sign(&self, draft: &mut Draft) -> Result<(), Refusal> {
        let there = |one: &LetterLine| {
            let same = |line: &LetterLine| (&line.indicator, &line.region) == (&one.indicator, &one.region);
            draft.facts.lines.iter().any(same)
        };
        let gone: Vec<LetterLine> = self.facts.lines.iter().filter(|one| !there(one)).cloned().collect();
        let left_out = (!gone.is_empty()).then(|| about(&gone));
        draft.facts.withdraws = Some(WithdrawnLetter { left_out, ..self.withdrawn(false)? });
        draft.facts.follow_up_of = None;
        draft.letter.follows_id = Some(self.before.id);
        draft.letter.decided_by = Some(self.signer.clone());
        draft.letter.decided_at = Some(draft.letter.updated_at);
        Ok(())
    }

    /// Issues the letter and takes back what it names, all or nothing.
    async fn put_out(
        &self,
        office: &Office,
        actor: &Actor,
        (new, rendering): (&NewLetter, &Rendering<'_>),
    ) -> Result<LetterRow, Refusal> {
        let now = office.clock.timestamp();
        let row = |letter: &LetterRow| WithdrawalRow {
            letter_id: letter.id,
            by_letter_id: new.letter.id,
            reason: self.reason.clone(),
            created_at: now,
        };
        let rows: Vec<WithdrawalRow> = self.letters.iter().map(row).collect();
        let unsent: Vec<DeliveryId> = self.unsent().map(|mail| mail.id).collect();
        let mut deed = office.begin(actor).await?;
        let tx = deed.tx();
        let written = async {
            let mut issued = tx.issue_letters(std::slice::from_ref(new), rendering).await?;
            tx.release_episodes(&self.ids(), now).await?;
            tx.withdraw_letters(&rows, (&self.drafts, &unsent), NOTE, now).await?;
            issued.pop().ok_or(StoreError::Stale)
        }
        .await;
        let letter = deed.end(written).await?;
        failpoint!("withdrawal.committed");
        settle::settle(office).await?;
        Ok(letter)
    }
}

/// The letter at which the ladder begins that brought this one.
async fn first(office: &Office, id: LetterId) -> Result<LetterId, Refusal> {
    let mut at = id;
    loop {
        let heads = office.store.list_letter_heads(&[at]).await?;
        let before = heads.first().filter(|head| head.ladder_step.is_some()).and_then(|head| head.follows_id);
        match before {
            Some(before) => at = before,
            None => return Ok(at),
        }
    }
}

/// Whom deliveries go to, as a letter lists them.
fn mailboxes(deliveries: &[DeliveryRow]) -> Vec<String> {
    deliveries.iter().map(|row| format!("{} <{}>", row.name, row.email)).collect()
}

/// What a letter is about, before the word 指标.
fn about(lines: &[LetterLine]) -> String {
    let first = lines.first().map_or("有关", |line| line.indicator.as_str());
    if lines.len() > 1 { format!("{first}等{}项", lines.len()) } else { first.to_owned() }
}

/// The reason as it goes on after 因: without a 因 and a full stop of its own. A word that only begins so (因素, 因子) stays whole.
fn phrase(reason: &str) -> Result<String, Invalid> {
    const WORDS: [char; 9] = ['事', '人', '公', '地', '子', '故', '时', '果', '素'];
    let reason = reason.trim_end_matches(['。', '；', '，', '.', ';', ',', ' ']);
    let said = |word: &str| reason.strip_prefix(word).filter(|rest| word != "因" || !rest.starts_with(WORDS));
    let own = ["因为", "由于", "因"].into_iter().find_map(said).unwrap_or(reason);
    text("reason", own, CHANGE_REASON)
}

fn refused(code: &'static str, detail: &'static str) -> Refusal {
    StoreError::Conflict(Invalid::new("state", code, detail)).into()
}

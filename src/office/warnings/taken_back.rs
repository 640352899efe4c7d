//! Whom and what a letter reaches that takes another one back.

use std::collections::HashSet;

use super::withdraw::Taken;
use super::{Office, Refusal, addressees};
use crate::domain::delivery::{DeliveryState, Recipient};
use crate::domain::episode::EpisodeState;
use crate::domain::{ContactRole, LetterKind, LetterState};
use crate::letter::LetterFacts;
use crate::store::rows::{DeliveryRow, EpisodeRow, LetterEpisodeRow, LetterRow};
use crate::store::types::{EpisodeId, Id, IndicatorId, LetterId};

impl Taken {
    /// Who was copied on any of the letters and is not among `told`.
    pub(super) fn copied(&self, told: &[String]) -> Result<Vec<String>, Refusal> {
        let mut further: Vec<String> = Vec::new();
        for row in &self.letters {
            for unit in LetterFacts::from_json(&row.facts)?.copied {
                if !told.contains(&unit) && !further.contains(&unit) {
                    further.push(unit);
                }
            }
        }
        Ok(further)
    }

    /// What a 解除函 lifted is warned of again when it is taken back, as it was before: it is under observation from today on, so
    /// that data which stay good lift it anew. What was lifted by then stays so, and what was warned of since is warned of.
    pub(super) async fn open_again(&self, office: &Office) -> Result<Vec<EpisodeRow>, Refusal> {
        if self.before.kind != LetterKind::Lifting {
            return Ok(Vec::new());
        }
        let links = office.store.list_episode_links(&[self.before.id]).await?;
        let ids: Vec<EpisodeId> = links.into_iter().map(|link| link.episode_id).collect();
        let open = office.store.list_open_episodes().await?;
        let open: HashSet<IndicatorId> = open.into_iter().map(|row| row.indicator_id).collect();
        let lifted = office.store.list_episodes_of(&ids).await?.into_iter().map(|(row, _)| row);
        let indicators: Vec<IndicatorId> = lifted.clone().map(|row| row.indicator_id).collect();
        let named = office.store.list_indicators_of(&indicators).await?;
        let retired = named.into_iter().filter(|row| row.indicator.retired_on.is_some());
        let retired: HashSet<IndicatorId> = retired.map(|row| row.indicator.id).collect();
        let (today, now) = (office.clock.today(), office.clock.timestamp());
        let again = |row: EpisodeRow| EpisodeRow {
            id: Id::of(office.clock.new_id()),
            state: EpisodeState::Observing.into(),
            opened_on: today,
            lifted_on: None,
            created_at: now,
            revision: 1,
            updated_at: now,
            observing_since: Some(today),
            observed_periods: 0,
            ..row
        };
        let over = |row: &EpisodeRow| {
            row.state == EpisodeState::Lifted
                && !open.contains(&row.indicator_id)
                && !retired.contains(&row.indicator_id)
        };
        Ok(lifted.filter(over).map(again).collect())
    }

    /// The episodes that the letter spoke of, and those that go on by its end, as those of the letter that takes it back.
    pub(super) async fn episodes(
        &self,
        office: &Office,
        letter_id: LetterId,
        opened: &[EpisodeRow],
    ) -> Result<Vec<LetterEpisodeRow>, Refusal> {
        let links = office.store.list_episode_links(&[self.before.id]).await?;
        let own = |link| LetterEpisodeRow { letter_id, level: None, period_end: None, ..link };
        let mut own: Vec<LetterEpisodeRow> = links.into_iter().map(own).collect();
        let next = own.iter().map(|link| link.ordinal).max().unwrap_or_default() + 1;
        own.extend((next..).zip(opened).map(|(ordinal, row)| LetterEpisodeRow {
            letter_id,
            episode_id: row.id,
            ordinal,
            level: None,
            period_end: None,
        }));
        Ok(own)
    }

    /// Mails that never went out.
    pub(super) fn unsent(&self) -> impl Iterator<Item = &DeliveryRow> {
        self.mails.iter().filter(|mail| !has_gone_out(mail))
    }

    /// Whether its unit cannot know of it: no mail of it went out to the unit, and nobody received it by another way.
    pub(super) fn is_unsent(&self) -> bool {
        let own = |mail: &&DeliveryRow| mail.letter_id == self.before.id && mail.role == Recipient::To;
        self.before.state == LetterState::Issued && !self.mails.iter().filter(own).any(has_gone_out)
    }

    /// A mail to each who is a liaison of its unit today; none when the unit cannot know of it.
    pub(super) async fn liaisons(
        &self,
        office: &Office,
        letter: &LetterRow,
    ) -> Result<Vec<DeliveryRow>, Refusal> {
        if self.is_unsent() {
            return Ok(Vec::new());
        }
        let (unit, today) = (self.before.unit_id, office.clock.today());
        let people = office.store.list_mailboxes(&[unit], &[ContactRole::Liaison], today).await?;
        let mut mailboxes: Vec<_> = people.into_iter().map(|one| (unit, Recipient::To, one)).collect();
        mailboxes.dedup_by(|one, other| one.2.email.eq_ignore_ascii_case(&other.2.email));
        Ok(addressees::deliveries(office, letter, &mailboxes))
    }

    /// `rows`, and one for every further mailbox that a mail of any of the letters went to, the addressee's first.
    pub(super) fn deliveries(
        &self,
        office: &Office,
        letter: &LetterRow,
        mut rows: Vec<DeliveryRow>,
    ) -> Vec<DeliveryRow> {
        let mut seen: HashSet<String> = rows.iter().map(|row| row.email.to_lowercase()).collect();
        for row in self.mails.iter().filter(|mail| has_gone_out(mail)) {
            if !seen.insert(row.email.to_lowercase()) {
                continue;
            }
            let ordinal = rows.len() + 1;
            let domain = &office.letters.message_id_domain;
            let message_id = format!("{}.{ordinal}@{domain}", letter.id.0.simple());
            let mailbox = (row.role.0, row.name.clone(), row.email.clone());
            let own = (letter.id, row.unit_id);
            let id = Id::of(office.clock.new_id());
            rows.push(DeliveryRow::queued(id, own, mailbox, message_id, letter.updated_at));
        }
        rows
    }
}

/// Whether somebody may have got it.
fn has_gone_out(mail: &DeliveryRow) -> bool {
    matches!(mail.state.0, DeliveryState::Accepted | DeliveryState::Sending) || mail.uncertain > 0
}

/// The mails of these letters, the addressee's first.
pub(super) async fn mails(office: &Office, letters: &[LetterRow]) -> Result<Vec<DeliveryRow>, Refusal> {
    let ids: Vec<LetterId> = letters.iter().map(|row| row.id).collect();
    let mut mails = office.store.list_deliveries_of(&ids).await?;
    mails.sort_by_key(|row| (row.role != Recipient::To, row.id));
    Ok(mails)
}

/// How many indicators of this letter are retired by now.
pub(super) async fn retired(office: &Office, id: LetterId) -> Result<usize, Refusal> {
    let episodes = office.store.list_episode_links(&[id]).await?;
    let episodes: Vec<EpisodeId> = episodes.into_iter().map(|link| link.episode_id).collect();
    let spoken = office.store.list_episodes_of(&episodes).await?;
    let reports = office.store.list_letter_reports(&[id]).await?;
    let spoken = spoken.into_iter().map(|(row, _)| row.indicator_id);
    let indicators: HashSet<IndicatorId> =
        spoken.chain(reports.into_iter().map(|row| row.indicator_id)).collect();
    let named = office.store.list_indicators_of(&indicators.into_iter().collect::<Vec<_>>()).await?;
    Ok(named.into_iter().filter(|row| row.indicator.retired_on.is_some()).count())
}

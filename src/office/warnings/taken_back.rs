//! Whom and what a letter reaches that takes another one back.

use std::collections::HashSet;

use super::withdraw::Taken;
use super::{Office, Refusal};
use crate::domain::LetterKind;
use crate::domain::delivery::Recipient;
use crate::domain::episode::EpisodeState;
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

    /// `rows`, and one for every further mailbox that any of the letters went to, the addressee's first.
    pub(super) async fn deliveries(
        &self,
        office: &Office,
        letter: &LetterRow,
        mut rows: Vec<DeliveryRow>,
    ) -> Result<Vec<DeliveryRow>, Refusal> {
        let mut before = office.store.list_deliveries_of(&self.ids()).await?;
        before.sort_by_key(|row| (row.role != Recipient::To, row.id));
        let mut seen: HashSet<String> = rows.iter().map(|row| row.email.to_lowercase()).collect();
        for row in before {
            if !seen.insert(row.email.to_lowercase()) {
                continue;
            }
            let ordinal = rows.len() + 1;
            let domain = &office.letters.message_id_domain;
            let message_id = format!("{}.{ordinal}@{domain}", letter.id.0.simple());
            let mailbox = (row.role.0, row.name, row.email);
            let own = (letter.id, row.unit_id);
            let id = Id::of(office.clock.new_id());
            rows.push(DeliveryRow::queued(id, own, mailbox, message_id, letter.updated_at));
        }
        Ok(rows)
    }
}

//! The queries that change something.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use xushi_domain::reply::ReviewVerdict;
use xushi_domain::{DoubtSet, IncidentKind, PlanPart, Retiree};

use super::Answer;
use crate::rows::*;
use crate::seed::SeedRegion;
use crate::transaction::{Held, Tx};
use crate::types::{
    AnyId, ApiKeyId, CampaignId, CitationId, DeliveryId, DocumentId, IndicatorId, LetterId, MeasureId,
    NoticeId, ObservationId, RegionId, SessionId, SilenceId, TaskId, UnitId, WebhookEventId, WebhookId,
};
use crate::{Store, StoreError, checkout, pg, sqlite};

queries! {
    'a, StoreError::of_write;
    api_keys {
        fn create_api_key(row: &'a ApiKeyRow) -> ();
        fn create_first_api_key(row: &'a ApiKeyRow) -> bool;
        fn ensure_api_key(row: &'a ApiKeyRow) -> bool;
        fn note_key_use(id: ApiKeyId, now: NaiveDateTime) -> ();
        fn replace_api_key(row: &'a ApiKeyRow, former: ApiKeyId, former_ends: NaiveDateTime) -> ();
        fn revoke_api_key(id: ApiKeyId, now: NaiveDateTime) -> bool;
    }
    audit {
        fn record_audit(row: &'a AuditRow) -> ();
        fn seal_audit(limit: i64, now: NaiveDateTime) -> usize;
    }
    campaigns {
        fn continue_campaign(id: CampaignId, before: CampaignId) -> ();
        fn create_campaign(row: &'a CampaignRow, members: &'a [CampaignMemberRow]) -> ();
        fn replace_campaign_curves(campaign: CampaignId, seen: &'a [CampaignCurveRow], rows: &'a [CampaignCurveRow]) -> ();
        fn update_campaign(
            changed: &'a CampaignRow,
            members: Option<&'a [CampaignMemberRow]>,
            kept: Option<&'a RevisionRow>,
            below: &'a [(CampaignRow, Option<RevisionRow>)],
            handover: &'a Handover,
        ) -> CampaignRow;
    }
    change_feed {
        fn renumber_changes(epoch: i32) -> bool;
    }
    contacts {
        fn create_contact(row: &'a ContactRow) -> ();
        fn update_contact(changed: &'a ContactRow) -> ContactRow;
    }
    deliveries {
        fn add_delivery(row: &'a DeliveryRow, instead_of: Option<DeliveryId>) -> ();
        fn bounce_delivery(delivery: DeliveryId, diagnostic: &'a str, incident: &'a IncidentRow) -> bool;
        fn claim_deliveries(lease: &'a Lease<'a>, limit: i64, trial: bool) -> Vec<DeliveryRow>;
        fn release_deliveries(ids: &'a [DeliveryId], lease: &'a Lease<'a>, next: NaiveDateTime) -> ();
        fn retry_delivery(id: DeliveryId, now: NaiveDateTime, trial: bool) -> DeliveryRow;
        fn write_attempts(
            begins: &'a [AttemptBegin],
            ends: &'a [AttemptEnd],
            lease: &'a Lease<'a>,
        ) -> HashMap<DeliveryId, i32>;
    }
    documents {
        fn adopt_document(id: DocumentId, by: Option<ApiKeyId>, now: NaiveDateTime) -> ();
        fn create_document(row: &'a DocumentRow, content: &'a [u8], pages: Option<&'a str>) -> ();
        fn empty_documents(before: NaiveDateTime, now: NaiveDateTime) -> usize;
        fn retire_document(id: DocumentId, why: (NaiveDate, &'a str), now: NaiveDateTime) -> ();
    }
    evaluation {
        fn write_assessments(writes: AssessmentWrites) -> Vec<IndicatorId>;
    }
    external_ids {
        fn set_external_id(part: PlanPart, owner: AnyId, key: Option<&'a str>) -> ();
    }
    idempotency {
        fn claim_key(row: &'a IdempotencyRow, abandoned: NaiveDateTime) -> Claim;
        fn keep_answer(row: &'a IdempotencyRow) -> ();
        fn note_done(claim: (ApiKeyId, &'a str), made: Option<&'a str>, now: NaiveDateTime) -> ();
        fn release_key(row: &'a IdempotencyRow) -> ();
    }
    indicators {
        fn cite_indicator(id: CitationId, indicator: IndicatorId, task: TaskId) -> ();
        fn create_indicator(
            measure_region: (MeasureId, RegionId),
            row: &'a IndicatorRow,
            parts: &'a [ResponsibilityRow],
        ) -> ();
        fn update_indicator(
            change: &'a IndicatorChange,
            kept: Option<&'a RevisionRow>,
            parts: Option<&'a [ResponsibilityRow]>,
            handover: &'a Handover,
        ) -> ();
    }
    issuing {
        fn change_episodes(opened: &'a [EpisodeRow], changed: &'a [EpisodeChange]) -> ();
        fn discard_draft(
            id: LetterId,
            by: Option<&'a str>,
            note: &'a str,
            episodes: Vec<EpisodeChange>,
            now: NaiveDateTime,
        ) -> ();
        fn issue_draft(before: &'a LetterRow, new: &'a NewLetter, render: &'a Rendering<'a>) -> LetterRow;
        fn issue_letters(new: &'a [NewLetter], render: &'a Rendering<'a>) -> Vec<LetterRow>;
        fn write_drafts(drafts: &'a [DraftWrite]) -> ();
    }
    mail_pace {
        fn pace_deliveries(claimed: Vec<DeliveryRow>, pace: &'a Pace, now: NaiveDateTime) -> Vec<DeliveryRow>;
        fn pace_notices(claimed: Vec<NoticeRow>, mailbox: Option<&'a str>, pace: &'a Pace, now: NaiveDateTime) -> Vec<NoticeRow>;
    }
    measures {
        fn create_measure(row: &'a MeasureRow, aliases: &'a [String]) -> ();
        fn update_measure(
            changed: &'a MeasureRow,
            aliases: &'a [String],
            kept: Option<&'a RevisionRow>,
            handover: &'a Handover,
        ) -> MeasureRow;
    }
    names {
        fn fill_names() -> usize;
    }
    notice_outbox {
        fn begin_notice(id: NoticeId, lease: &'a Lease<'a>) -> Option<i32>;
        fn claim_notices(lease: &'a Lease<'a>, limit: i64, trial: bool) -> Vec<NoticeRow>;
        fn end_notice(end: &'a NoticeEnd) -> bool;
        fn release_notices(ids: &'a [NoticeId], lease: &'a Lease<'a>, next: NaiveDateTime) -> ();
    }
    notices {
        fn bounce_notice(id: NoticeId, diagnostic: &'a str, incident: &'a IncidentRow) -> bool;
        fn gather_notices(digest: &'a NoticeRow, held: &'a [NoticeId]) -> bool;
        fn queue_notices(rows: &'a [NoticeRow]) -> ();
        fn retry_notice(id: NoticeId, now: NaiveDateTime, trial: bool) -> NoticeRow;
    }
    problem_deeds {
        fn create_problem(row: &'a ProblemRow, supports: &'a [UnitId], entry: &'a ProblemEntryRow) -> ();
        fn update_problem(changed: &'a ProblemRow, supports: Option<&'a [UnitId]>, entry: &'a ProblemEntryRow) -> ();
    }
    persons {
        fn insert_node_report(row: &'a NodeReportRow) -> ();
        fn insert_person_verdict(row: &'a PersonVerdictRow) -> ();
    }
    incidents {
        fn close_incident(kind: IncidentKind, subject_id: &'a str, now: NaiveDateTime) -> bool;
        fn count_incident(row: &'a IncidentRow, detail: &'a (dyn Fn(i32) -> String + Send + Sync)) -> i32;
        fn open_incident(row: &'a IncidentRow) -> bool;
    }
    reassessments {
        fn claim_marks(now: NaiveDateTime, until: NaiveDateTime, limit: i64) -> Vec<Mark>;
        fn clear_marks(ids: &'a [i64]) -> ();
        fn mark_changed_after(instant: NaiveDateTime, at: NaiveDateTime) -> ();
        fn mark_indicators(ids: &'a [IndicatorId], at: NaiveDateTime) -> ();
        fn renew_marks(ids: &'a [i64], until: NaiveDateTime) -> ();
    }
    rechecks {
        fn write_stored_doubts(doubted: &'a [(ObservationId, i64, DoubtSet)], at: NaiveDateTime) -> ();
    }
    recording {
        fn write_observations(batch: &'a [FactWrite], plan: &'a FactPlan) -> ();
    }
    regions {
        fn create_region(row: &'a RegionRow, aliases: &'a [RegionAliasRow]) -> ();
        fn seed_regions(seeds: &'a [SeedRegion]) -> usize;
        fn update_region(changed: &'a RegionRow, added: &'a [RegionAliasRow], handover: &'a Handover) -> RegionRow;
    }
    replies {
        fn close_letter(row: &'a ClosureRow) -> ();
        fn receive_letter(row: &'a ReceiptRow) -> (ReceiptRow, bool);
        fn reply_to_letter(new: &'a NewReply) -> i32;
        fn review_reply(letter: LetterId, row: &'a ReviewRow, verdict: ReviewVerdict) -> ();
    }
    restorations {
        fn begin_restoration(copy: &'a str, epoch: i32, now: NaiveDateTime) -> ();
        fn end_restoration(used: &'a [UsedNumber]) -> bool;
    }
    retirements {
        fn end_references() -> ();
        fn queue_plan() -> ();
        fn refer() -> ();
        fn retire(what: (Retiree, AnyId), why: (NaiveDate, &'a str), now: NaiveDateTime) -> bool;
        fn withdraw_observation(id: ObservationId, why: (NaiveDate, &'a str), now: NaiveDateTime) -> Option<ObservationRow>;
    }
    rule_packs {
        fn create_rule_pack(row: &'a RulePackRow) -> RulePackRow;
        fn seed_rule_packs(rows: &'a [RulePackRow]) -> usize;
    }
    runs {
        fn create_run(row: &'a WarningRunRow) -> ();
        fn create_silence(row: &'a SilenceRow) -> ();
        fn end_silence(id: SilenceId, by: &'a str, now: NaiveDateTime) -> ();
    }
    pilots {
        fn end_pilot(name: &'a str, reason: &'a str, now: NaiveDateTime) -> Option<EndedPilot>;
    }
    secrets {
        fn find_or_create_secret(name: &'a str, fresh: &'a str, now: NaiveDateTime) -> String;
    }
    sessions {
        fn begin_session(row: &'a SessionRow) -> ();
        fn end_session(id: SessionId, now: NaiveDateTime) -> ();
    }
    settings {
        fn find_or_set(name: &'a str, value: &'a str, now: NaiveDateTime) -> (String, NaiveDateTime);
        fn forget(name: &'a str) -> ();
        fn set(name: &'a str, value: &'a str, now: NaiveDateTime) -> ();
    }
    settlements {
        fn settle_letter(row: &'a SettlementRow) -> bool;
    }
    slots {
        fn claim_slot(claim: &'a SlotClaim<'a>) -> bool;
        fn finish_slot(claim: &'a SlotClaim<'a>, outcome: &'a str) -> bool;
        fn forget_slots(before: NaiveDateTime) -> usize;
        fn release_slot(claim: &'a SlotClaim<'a>, outcome: &'a str) -> ();
        fn renew_slot(claim: &'a SlotClaim<'a>) -> bool;
        fn settle_slot(claim: &'a SlotClaim<'a>, outcome: &'a str) -> ();
    }
    tasks {
        fn create_task(row: &'a TaskRow, list: &'a [ResponsibilityRow]) -> ();
        fn update_task(
            changed: &'a TaskRow,
            list: Option<&'a [ResponsibilityRow]>,
            handover: &'a Handover,
        ) -> TaskRow;
    }
    units {
        fn create_unit(row: &'a UnitRow, aliases: &'a [String]) -> ();
        fn update_unit(change: &'a UnitChange, aliases: Option<&'a [String]>, handover: &'a Handover) -> UnitRow;
    }
    maintenance {
        fn call_back_from_future(now: NaiveDateTime) -> usize;
        fn forget_answers(before: NaiveDateTime) -> usize;
        fn tell_published(after: NaiveDate, until: NaiveDate) -> usize;
    }
    mergers {
        fn merge_units(merger: &'a MergerRow) -> Merged;
    }
    withdrawals {
        fn release_episodes(taken: &'a [LetterId], now: NaiveDateTime) -> ();
        fn withdraw_letters(rows: &'a [WithdrawalRow], ended: (&'a [LetterId], &'a [DeliveryId]), note: &'a str, now: NaiveDateTime) -> ();
    }
    webhooks {
        fn add_webhook_event(row: &'a WebhookEventRow) -> ();
        fn claim_webhook_events(webhook: WebhookId, lease: &'a Lease<'a>, limit: i64) -> Vec<WebhookEventRow>;
        fn create_webhook(row: &'a WebhookRow) -> ();
        fn end_webhook_event(end: &'a WebhookEventEnd) -> bool;
        fn forget_webhook_events(before: NaiveDateTime) -> usize;
        fn pump_webhook(id: WebhookId, pump: WebhookPump) -> usize;
        fn release_webhook_events(ids: &'a [WebhookEventId], holder: &'a str, next: NaiveDateTime) -> ();
        fn replay_webhook_events(webhook: WebhookId, since: NaiveDateTime, now: NaiveDateTime) -> usize;
        fn update_webhook(changed: &'a WebhookRow) -> ();
    }
}

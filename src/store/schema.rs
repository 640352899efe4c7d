//! The tables, as migrations/ makes them; a test compares this file with both databases.

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    regions (id) {
        id -> Key,
        code -> Text,
        name -> Text,
        short_name -> Text,
        level -> Text,
        parent_code -> Nullable<Text>,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    region_aliases (id) {
        id -> Key,
        region_id -> Key,
        name -> Text,
        code -> Nullable<Text>,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    units (id) {
        id -> Key,
        name -> Text,
        region_id -> Key,
        parent_id -> Nullable<Key>,
        credit_code -> Nullable<Text>,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        retired_on -> Nullable<Date>,
        retired_reason -> Nullable<Text>,
        retired_at -> Nullable<Timestamp>,
        merged_into_id -> Nullable<Key>,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    contacts (id) {
        id -> Key,
        unit_id -> Key,
        name -> Text,
        email -> Text,
        phone -> Nullable<Text>,
        role -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    rule_packs (id) {
        id -> Key,
        name -> Text,
        version -> Integer,
        family -> Text,
        rules -> Text,
        reason -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    campaigns (id) {
        id -> Key,
        name -> Text,
        doc_no -> Nullable<Text>,
        region_id -> Key,
        starts_on -> Date,
        ends_on -> Date,
        parent_id -> Nullable<Key>,
        ordinal -> Integer,
        office_unit_id -> Nullable<Key>,
        workforce -> Nullable<Text>,
        convener -> Nullable<Text>,
        members_open -> Bool,
        rule_pack_id -> Key,
        issuing -> Text,
        issuer_name -> Text,
        letter_mark -> Text,
        reply_working_days -> Integer,
        contact_name -> Nullable<Text>,
        contact_phone -> Nullable<Text>,
        contact_email -> Nullable<Text>,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        inherits -> Nullable<Text>,
        retired_on -> Nullable<Date>,
        retired_reason -> Nullable<Text>,
        retired_at -> Nullable<Timestamp>,
        signed -> Text,
        continues_id -> Nullable<Key>,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    campaign_members (id) {
        id -> Key,
        campaign_id -> Key,
        unit_id -> Key,
        role -> Text,
        ordinal -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    tasks (id) {
        id -> Key,
        campaign_id -> Key,
        parent_id -> Nullable<Key>,
        ordinal -> Integer,
        name -> Text,
        units_open -> Bool,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        retired_on -> Nullable<Date>,
        retired_reason -> Nullable<Text>,
        retired_at -> Nullable<Timestamp>,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    measures (id) {
        id -> Key,
        name -> Text,
        unit -> Text,
        basis -> Text,
        better -> Text,
        frequency -> Text,
        release_day -> Nullable<Integer>,
        precision -> Integer,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        retired_on -> Nullable<Date>,
        retired_reason -> Nullable<Text>,
        retired_at -> Nullable<Timestamp>,
        changed_in -> BigInt,
        sources -> Text,
        stages -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    unit_aliases (unit_id, name) {
        unit_id -> Key,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    change_feed (id) {
        id -> Integer,
        epoch -> Integer,
        seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    external_ids (part, external_id) {
        part -> Text,
        external_id -> Text,
        owner_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    former_names (id) {
        id -> BigInt,
        owner_id -> Key,
        name -> Text,
        superseded_on -> Date,
        reason -> Nullable<Text>,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    handovers (id) {
        id -> BigInt,
        indicator_id -> Key,
        task_id -> Key,
        lead_unit_id -> Nullable<Key>,
        superseded_on -> Date,
        reason -> Nullable<Text>,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    measure_aliases (name) {
        name -> Text,
        measure_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    series (id) {
        id -> BigInt,
        measure_id -> Key,
        region_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    indicators (id) {
        id -> Key,
        campaign_id -> Key,
        task_id -> Key,
        series_id -> BigInt,
        lead_unit_id -> Nullable<Key>,
        kind -> Nullable<Text>,
        comparator -> Nullable<Text>,
        target_value -> Nullable<Exact>,
        target_value_hi -> Nullable<Exact>,
        target_unit -> Nullable<Text>,
        hedge -> Nullable<Text>,
        phrase -> Nullable<Text>,
        benchmark -> Nullable<Text>,
        curve -> Text,
        baseline -> Nullable<Exact>,
        window_start -> Date,
        window_end -> Date,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        retired_on -> Nullable<Date>,
        retired_reason -> Nullable<Text>,
        retired_at -> Nullable<Timestamp>,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    citations (id) {
        id -> Key,
        indicator_id -> Key,
        task_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    responsibilities (id) {
        id -> Key,
        task_id -> Nullable<Key>,
        indicator_id -> Nullable<Key>,
        unit_id -> Key,
        role -> Text,
        ordinal -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    observations (id) {
        id -> Key,
        series_id -> BigInt,
        period_start -> Date,
        period_end -> Date,
        basis -> Text,
        figure -> Text,
        vintage -> Integer,
        value -> Exact,
        status -> Text,
        source -> Text,
        published_on -> Date,
        recorded_at -> Timestamp,
        of -> Nullable<Integer>,
        partial -> Bool,
        doubts -> Text,
        withdrawn_on -> Nullable<Date>,
        withdrawn_reason -> Nullable<Text>,
        withdrawn_at -> Nullable<Timestamp>,
        changed_in -> BigInt,
        stage -> Nullable<Text>,
        vouched_by -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    assessments (id) {
        id -> Key,
        indicator_id -> Key,
        as_of -> Date,
        grade -> Text,
        data_start -> Nullable<Date>,
        data_end -> Nullable<Date>,
        figure -> Nullable<Text>,
        actual_unit -> Nullable<Text>,
        actual -> Nullable<Exact>,
        expected -> Nullable<Exact>,
        expected_hi -> Nullable<Exact>,
        gap -> Nullable<Exact>,
        gap_points -> Nullable<Exact>,
        completion -> Nullable<Exact>,
        due_fraction -> Nullable<Exact>,
        needed_per_month -> Nullable<Exact>,
        needed_growth -> Nullable<Exact>,
        forecast -> Nullable<Exact>,
        p_miss -> Nullable<Exact>,
        rule -> Nullable<Text>,
        rules_version -> Integer,
        doubts -> Text,
        rule_pack_id -> Key,
        recorded_at -> Timestamp,
        changed_in -> BigInt,
        forecast_low -> Nullable<Exact>,
        forecast_high -> Nullable<Exact>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    current_assessments (indicator_id) {
        indicator_id -> Key,
        assessment_id -> Nullable<Key>,
        digest -> Nullable<BigInt>,
        grade -> Text,
        grade_rank -> Integer,
        revision -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    reassessments (id) {
        id -> BigInt,
        series_id -> Nullable<BigInt>,
        indicator_id -> Nullable<Key>,
        marked_at -> Timestamp,
        claimed_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    episodes (id) {
        id -> Key,
        indicator_id -> Key,
        campaign_id -> Key,
        unit_id -> Nullable<Key>,
        state -> Text,
        grade -> Text,
        level -> Text,
        opened_on -> Date,
        opened_period_end -> Nullable<Date>,
        lifted_on -> Nullable<Date>,
        lettered_level -> Nullable<Text>,
        lettered_period_end -> Nullable<Date>,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        letter_id -> Nullable<Key>,
        observing_since -> Nullable<Date>,
        observed_periods -> Integer,
        observed_period_end -> Nullable<Date>,
        handling -> Nullable<Text>,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    letter_serials (mark, year) {
        mark -> Text,
        year -> Integer,
        last_serial -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    letters (id) {
        id -> Key,
        mark -> Text,
        year -> Integer,
        serial -> Nullable<Integer>,
        kind -> Text,
        level -> Nullable<Text>,
        state -> Text,
        campaign_id -> Key,
        unit_id -> Key,
        as_of -> Date,
        issued_on -> Nullable<Date>,
        reply_by -> Nullable<Date>,
        facts -> Text,
        subject -> Text,
        body_text -> Text,
        body_html -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        follows_id -> Nullable<Key>,
        ladder_step -> Nullable<Integer>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decision_note -> Nullable<Text>,
        trial -> Bool,
        waits_for -> Nullable<Text>,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    letter_episodes (letter_id, episode_id) {
        letter_id -> Key,
        episode_id -> Key,
        ordinal -> Integer,
        level -> Nullable<Text>,
        period_end -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    deliveries (id) {
        id -> Key,
        letter_id -> Key,
        unit_id -> Key,
        role -> Text,
        name -> Text,
        email -> Text,
        message_id -> Text,
        state -> Text,
        attempts -> Integer,
        uncertain -> Integer,
        next_attempt_at -> Timestamp,
        lease_until -> Nullable<Timestamp>,
        lease_holder -> Nullable<Text>,
        accepted_at -> Nullable<Timestamp>,
        last_reply -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        paced_at -> Nullable<Timestamp>,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    delivery_attempts (id) {
        id -> Key,
        delivery_id -> Key,
        number -> Integer,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        outcome -> Text,
        reply -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    slots (job, due_at) {
        job -> Text,
        due_at -> Timestamp,
        holder -> Text,
        lease_until -> Timestamp,
        attempts -> Integer,
        finished_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    api_keys (id) {
        id -> Key,
        name -> Text,
        key_hash -> Text,
        role -> Text,
        created_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        unit_id -> Nullable<Key>,
        prefix -> Nullable<Text>,
        expires_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        replaces_id -> Nullable<Key>,
        stage -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    sessions (id) {
        id -> Key,
        secret_hash -> Text,
        api_key_id -> Key,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    idempotency_keys (api_key_id, key) {
        api_key_id -> Key,
        key -> Text,
        request_hash -> Text,
        status -> Nullable<Integer>,
        body -> Nullable<Text>,
        location -> Nullable<Text>,
        created_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
        made -> Nullable<Text>,
        etag -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    warning_runs (id) {
        id -> Key,
        as_of -> Date,
        letters -> Integer,
        assessed -> Integer,
        report -> Text,
        created_at -> Timestamp,
        started_by -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    letter_reports (letter_id, indicator_id) {
        letter_id -> Key,
        indicator_id -> Key,
        period_end -> Date,
        ordinal -> Integer,
        repeated -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    silences (id) {
        id -> Key,
        campaign_id -> Nullable<Key>,
        indicator_id -> Nullable<Key>,
        unit_id -> Nullable<Key>,
        reason -> Text,
        owner -> Text,
        starts_on -> Date,
        ends_on -> Date,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    letter_files (letter_id, name) {
        letter_id -> Key,
        name -> Text,
        media_type -> Text,
        bytes -> Binary,
        sha256 -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    incidents (id) {
        id -> Key,
        kind -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        detail -> Text,
        opened_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
        repeats -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    name_keys (kind, scope, name_key) {
        kind -> Text,
        scope -> Text,
        name_key -> Text,
        owner -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    mail_pace (domain) {
        domain -> Text,
        free_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    secrets (name) {
        name -> Text,
        value -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    receipts (id) {
        id -> Key,
        letter_id -> Key,
        person -> Text,
        api_key_id -> Nullable<Key>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    replies (id) {
        id -> Key,
        letter_id -> Key,
        ordinal -> Integer,
        cause -> Text,
        person -> Text,
        phone -> Text,
        api_key_id -> Nullable<Key>,
        created_at -> Timestamp,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    remedies (reply_id, ordinal) {
        reply_id -> Key,
        ordinal -> Integer,
        action -> Text,
        due_on -> Date,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    reply_files (reply_id, ordinal) {
        reply_id -> Key,
        ordinal -> Integer,
        name -> Text,
        media_type -> Text,
        size -> Integer,
        sha256 -> Text,
        content -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    reviews (id) {
        id -> Key,
        reply_id -> Key,
        verdict -> Text,
        reason -> Nullable<Text>,
        api_key_id -> Key,
        created_at -> Timestamp,
        reply_by -> Nullable<Date>,
        former_reply_by -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    closures (id) {
        id -> Key,
        letter_id -> Key,
        note -> Nullable<Text>,
        api_key_id -> Key,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    audit_events (id) {
        id -> Key,
        api_key_id -> Nullable<Key>,
        letter_id -> Nullable<Key>,
        verb -> Text,
        path -> Text,
        status -> Integer,
        request_id -> Text,
        created_at -> Timestamp,
        actor -> Nullable<Text>,
        address -> Nullable<Text>,
        subject -> Nullable<Text>,
        state_before -> Nullable<Text>,
        state_after -> Nullable<Text>,
        items -> Nullable<Integer>,
        digest -> Nullable<Text>,
        code -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    audit_seals (seq) {
        seq -> BigInt,
        event_id -> Key,
        hash -> Binary,
        sealed_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    audit_unsealed (event_id) {
        event_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    revisions (id) {
        id -> Key,
        subject -> Text,
        subject_id -> Key,
        revision -> Integer,
        state -> Text,
        superseded_on -> Date,
        reason -> Nullable<Text>,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    person_verdicts (id) {
        id -> Key,
        indicator_id -> Key,
        grade -> Text,
        given_on -> Date,
        evidence -> Text,
        person -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    node_reports (id) {
        id -> Key,
        indicator_id -> Key,
        node_on -> Date,
        done -> Bool,
        reported_on -> Date,
        evidence -> Text,
        person -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    campaign_curves (campaign_id, kind) {
        campaign_id -> Key,
        kind -> Text,
        curve -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    stated_differences (id) {
        id -> Key,
        series_id -> BigInt,
        period_start -> Date,
        period_end -> Date,
        figure -> Text,
        against -> Text,
        difference -> Exact,
        source -> Text,
        published_on -> Date,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    settlements (letter_id) {
        letter_id -> Key,
        successor_id -> Nullable<Key>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    withdrawals (letter_id) {
        letter_id -> Key,
        by_letter_id -> Key,
        reason -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    settings (name) {
        name -> Text,
        value -> Text,
        updated_at -> Timestamp,
    }
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(indicators::campaign_id, current_assessments::grade,);
diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Key;

    documents (id) {
        id -> Key,
        file_name -> Text,
        kind -> Text,
        title -> Nullable<Text>,
        region_id -> Key,
        size -> Integer,
        sha256 -> Text,
        content -> Nullable<Binary>,
        pages -> Nullable<Text>,
        received_at -> Timestamp,
        received_by -> Nullable<Key>,
        adopted_at -> Nullable<Timestamp>,
        adopted_by -> Nullable<Key>,
        retired_on -> Nullable<Date>,
        retired_reason -> Nullable<Text>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Key;

    problems (id) {
        id -> Key,
        title -> Text,
        detail -> Nullable<Text>,
        source -> Text,
        level -> Text,
        unit_id -> Key,
        campaign_id -> Nullable<Key>,
        task_id -> Nullable<Key>,
        indicator_id -> Nullable<Key>,
        episode_id -> Nullable<Key>,
        found_on -> Date,
        due_on -> Date,
        state -> Text,
        repeats -> Integer,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        changed_in -> BigInt,
    }
}

diesel::table! {
    use crate::types::Key;

    problem_supports (problem_id, unit_id) {
        problem_id -> Key,
        unit_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Key;

    problem_entries (id) {
        id -> Key,
        problem_id -> Key,
        ordinal -> Integer,
        kind -> Text,
        state -> Text,
        unit_id -> Key,
        due_on -> Date,
        repeats -> Integer,
        person -> Nullable<Text>,
        phone -> Nullable<Text>,
        text -> Nullable<Text>,
        cause -> Nullable<Text>,
        evidence -> Nullable<Text>,
        api_key_id -> Nullable<Key>,
        created_at -> Timestamp,
        superseded_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(region_aliases -> regions (region_id));
diesel::joinable!(units -> regions (region_id));
diesel::joinable!(contacts -> units (unit_id));
diesel::joinable!(campaigns -> regions (region_id));
diesel::joinable!(campaigns -> units (office_unit_id));
diesel::joinable!(campaigns -> rule_packs (rule_pack_id));
diesel::joinable!(campaign_members -> campaigns (campaign_id));
diesel::joinable!(campaign_members -> units (unit_id));
diesel::joinable!(tasks -> campaigns (campaign_id));
diesel::joinable!(measure_aliases -> measures (measure_id));
diesel::joinable!(series -> measures (measure_id));
diesel::joinable!(series -> regions (region_id));
diesel::joinable!(indicators -> campaigns (campaign_id));
diesel::joinable!(indicators -> tasks (task_id));
diesel::joinable!(indicators -> series (series_id));
diesel::joinable!(indicators -> units (lead_unit_id));
diesel::joinable!(citations -> indicators (indicator_id));
diesel::joinable!(citations -> tasks (task_id));
diesel::joinable!(responsibilities -> tasks (task_id));
diesel::joinable!(responsibilities -> indicators (indicator_id));
diesel::joinable!(responsibilities -> units (unit_id));
diesel::joinable!(observations -> series (series_id));
diesel::joinable!(assessments -> indicators (indicator_id));
diesel::joinable!(assessments -> rule_packs (rule_pack_id));
diesel::joinable!(current_assessments -> indicators (indicator_id));
diesel::joinable!(episodes -> indicators (indicator_id));
diesel::joinable!(episodes -> campaigns (campaign_id));
diesel::joinable!(episodes -> units (unit_id));
diesel::joinable!(letters -> campaigns (campaign_id));
diesel::joinable!(letters -> units (unit_id));
diesel::joinable!(letter_episodes -> letters (letter_id));
diesel::joinable!(letter_episodes -> episodes (episode_id));
diesel::joinable!(deliveries -> letters (letter_id));
diesel::joinable!(deliveries -> units (unit_id));
diesel::joinable!(delivery_attempts -> deliveries (delivery_id));
diesel::joinable!(idempotency_keys -> api_keys (api_key_id));
diesel::joinable!(sessions -> api_keys (api_key_id));
diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    webhooks (id) {
        id -> Key,
        name -> Text,
        url -> Text,
        kinds -> Text,
        role -> Text,
        secret -> Binary,
        former_secret -> Nullable<Binary>,
        former_until -> Nullable<Timestamp>,
        epoch -> Integer,
        seq -> BigInt,
        place_kind -> Integer,
        place_id -> Key,
        created_at -> Timestamp,
        revision -> Integer,
        updated_at -> Timestamp,
        retired_on -> Nullable<Date>,
        retired_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    webhook_events (id) {
        id -> Key,
        webhook_id -> Key,
        kind -> Text,
        subject_id -> Nullable<Key>,
        created_at -> Timestamp,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        holder -> Nullable<Text>,
        status -> Nullable<Integer>,
        outcome -> Nullable<Text>,
        delivered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Exact, Key};

    notices (id) {
        id -> Key,
        kind -> Text,
        letter_id -> Nullable<Key>,
        reply_id -> Nullable<Key>,
        unit_id -> Nullable<Key>,
        name -> Text,
        email -> Text,
        message_id -> Text,
        trial -> Bool,
        issuer -> Text,
        subject -> Text,
        body_text -> Text,
        body_html -> Text,
        digest_id -> Nullable<Key>,
        digest_on -> Nullable<Date>,
        state -> Text,
        attempts -> Integer,
        uncertain -> Integer,
        begun_at -> Nullable<Timestamp>,
        next_attempt_at -> Timestamp,
        paced_at -> Nullable<Timestamp>,
        lease_until -> Nullable<Timestamp>,
        lease_holder -> Nullable<Text>,
        accepted_at -> Nullable<Timestamp>,
        last_reply -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::joinable!(webhook_events -> webhooks (webhook_id));
diesel::joinable!(notices -> letters (letter_id));
diesel::joinable!(letter_reports -> letters (letter_id));
diesel::joinable!(letter_reports -> indicators (indicator_id));
diesel::joinable!(documents -> regions (region_id));
diesel::joinable!(silences -> campaigns (campaign_id));
diesel::joinable!(silences -> indicators (indicator_id));
diesel::joinable!(silences -> units (unit_id));
diesel::joinable!(letter_files -> letters (letter_id));
diesel::joinable!(api_keys -> units (unit_id));
diesel::joinable!(receipts -> letters (letter_id));
diesel::joinable!(receipts -> api_keys (api_key_id));
diesel::joinable!(replies -> letters (letter_id));
diesel::joinable!(replies -> api_keys (api_key_id));
diesel::joinable!(remedies -> replies (reply_id));
diesel::joinable!(reply_files -> replies (reply_id));
diesel::joinable!(reviews -> replies (reply_id));
diesel::joinable!(reviews -> api_keys (api_key_id));
diesel::joinable!(closures -> letters (letter_id));
diesel::joinable!(closures -> api_keys (api_key_id));
diesel::joinable!(audit_events -> api_keys (api_key_id));
diesel::joinable!(person_verdicts -> indicators (indicator_id));
diesel::joinable!(node_reports -> indicators (indicator_id));
diesel::joinable!(campaign_curves -> campaigns (campaign_id));
diesel::joinable!(stated_differences -> series (series_id));
diesel::joinable!(settlements -> letters (letter_id));
diesel::joinable!(unit_aliases -> units (unit_id));
diesel::joinable!(handovers -> indicators (indicator_id));
diesel::joinable!(handovers -> tasks (task_id));
diesel::joinable!(handovers -> units (lead_unit_id));
diesel::joinable!(problems -> units (unit_id));
diesel::joinable!(problems -> campaigns (campaign_id));
diesel::joinable!(problems -> indicators (indicator_id));
diesel::joinable!(problem_supports -> problems (problem_id));
diesel::joinable!(problem_supports -> units (unit_id));
diesel::joinable!(problem_entries -> problems (problem_id));
diesel::joinable!(problem_entries -> api_keys (api_key_id));
diesel::joinable!(withdrawals -> letters (letter_id));
diesel::allow_tables_to_appear_in_same_query!(
    problems,
    problem_supports,
    problem_entries,
    name_keys,
    regions,
    region_aliases,
    units,
    contacts,
    rule_packs,
    campaigns,
    campaign_members,
    tasks,
    measures,
    measure_aliases,
    series,
    indicators,
    citations,
    responsibilities,
    observations,
    assessments,
    current_assessments,
    reassessments,
    episodes,
    letter_serials,
    letters,
    letter_episodes,
    deliveries,
    delivery_attempts,
    slots,
    api_keys,
    idempotency_keys,
    warning_runs,
    letter_reports,
    silences,
    letter_files,
    incidents,
    mail_pace,
    secrets,
    receipts,
    replies,
    remedies,
    reply_files,
    reviews,
    closures,
    audit_events,
    audit_seals,
    audit_unsealed,
    revisions,
    person_verdicts,
    node_reports,
    campaign_curves,
    stated_differences,
    settlements,
    settings,
    withdrawals,
    unit_aliases,
    handovers,
    former_names,
    external_ids,
    change_feed,
    documents,
    sessions,
    webhooks,
    webhook_events,
    notices,
);

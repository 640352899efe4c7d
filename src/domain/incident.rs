//! What a person must look at: kinds of incidents and what they are about.

use super::text_enum;

text_enum! {
    /// What is wrong.
    IncidentKind "kind" {
        /// A delivery was given up: refused for good, or tried too often.
        DeliveryFailed = "delivery_failed",
        /// A mail was accepted and came back.
        DeliveryBounced = "delivery_bounced",
        /// A delivery has waited for too long.
        DeliveryLate = "delivery_late",
        /// An issued letter that no mail server has accepted for its addressee.
        LetterUndelivered = "letter_undelivered",
        /// The addressee of a letter has no mailbox.
        NoMailbox = "no_mailbox",
        /// A letter went out, and somebody whom its step of the ladder calls for has no mailbox.
        AddresseeLacking = "addressee_lacking",
        /// A letter that nobody answered though its ladder has no step left.
        LetterUnanswered = "letter_unanswered",
        /// A draft that has waited for days for somebody to sign or discard it.
        DraftUnsigned = "draft_unsigned",
        /// An open episode that needs a letter and has none.
        EpisodeWithoutLetter = "episode_without_letter",
        /// A lagging indicator that nobody answers for.
        Unaddressed = "unaddressed",
        /// A deadline falls into a year whose calendar has not been published.
        CalendarUnpublished = "calendar_unpublished",
        /// A job has not done its work.
        JobStuck = "job_stuck",
        /// Bounces that fit no delivery; one incident counts them.
        StrayBounce = "stray_bounce",
        /// Mails in the folder of bounces that nobody could read; one incident counts them.
        BounceUnread = "bounce_unread",
        /// A notice was given up or came back, or there was nobody to send it to.
        NoticeUndelivered = "notice_undelivered",
        /// The mail server takes no letter at all: wrong password, name, sender, certificate.
        TransportRefused = "transport_refused",
    }
}

impl IncidentKind {
    /// The words officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::DeliveryFailed => "投递失败",
            Self::DeliveryBounced => "邮件被退回",
            Self::DeliveryLate => "投递逾时",
            Self::LetterUndelivered => "函未送达主送单位",
            Self::NoMailbox => "主送单位没有可用邮箱",
            Self::AddresseeLacking => "应发的负责人或单位没有邮箱",
            Self::LetterUnanswered => "多次函告仍未反馈",
            Self::DraftUnsigned => "函稿久未签发",
            Self::EpisodeWithoutLetter => "应发函而未发",
            Self::Unaddressed => "滞后指标没有责任单位",
            Self::CalendarUnpublished => "年度工作日历未公布",
            Self::JobStuck => "后台任务未按时完成",
            Self::StrayBounce => "退信无法对应",
            Self::BounceUnread => "退信无法识别",
            Self::NoticeUndelivered => "通知未送达",
            Self::TransportRefused => "邮件通道不可用",
        }
    }
}

text_enum! {
    /// What an incident is about.
    SubjectKind "subject_kind" {
        /// A delivery.
        Delivery = "delivery",
        /// A letter.
        Letter = "letter",
        /// An episode.
        Episode = "episode",
        /// An indicator.
        Indicator = "indicator",
        /// A year's calendar.
        Calendar = "calendar",
        /// A job.
        Job = "job",
        /// A mail that came in.
        Mail = "mail",
        /// A notice.
        Notice = "notice",
    }
}

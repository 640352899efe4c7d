"""The demo's story told by the generated Python client: campaign, indicator, facts, verdict, run, letter, receipt, reply.

Run as `python story.py ADDRESS KEY`. Types are checked by mypy before it runs.
"""

import sys
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from xushi_client import AuthenticatedClient
from xushi_client.api.assessments import find_assessment
from xushi_client.api.campaigns import create_campaign, find_campaign, update_campaign
from xushi_client.api.indicators import create_indicator, list_indicators
from xushi_client.api.letters import download_letter, find_letter, list_letters
from xushi_client.api.measures import create_measure
from xushi_client.api.observations import record_observations
from xushi_client.api.replies import close_letter, create_reply, receive_letter, review_reply
from xushi_client.api.tasks import create_task
from xushi_client.api.warning_runs import create_warning_run
from xushi_client.models import (
    Basis,
    Better,
    CampaignView,
    Comparator,
    CreateCampaign,
    CreateClosure,
    CreateIndicator,
    CreateMeasure,
    CreateReceipt,
    CreateReply,
    CreateReview,
    CreateTask,
    CreateWarningRun,
    Figure,
    Frequency,
    Grade,
    IndicatorView,
    Issuing,
    Kind,
    LetterState,
    MeasureView,
    ObservationBody,
    PartBody,
    PeriodView,
    ProblemView,
    RecordObservations,
    RemedyView,
    ResponsibilityRole,
    ReviewVerdict,
    StatedTarget,
    TaskView,
    UpdateCampaign,
)
from xushi_client.types import File

T = TypeVar("T")
DAY = date(2025, 8, 27)


def good(answer: T | ProblemView | None) -> T:
    """The answer, unless it is a problem or there is none."""
    if isinstance(answer, ProblemView):
        raise SystemExit(f"{answer.code}: {answer.detail} {[error.to_dict() for error in answer.errors]}")
    if answer is None:
        raise SystemExit("no answer of the kind that the specification tells")
    return answer


def plan(client: AuthenticatedClient) -> tuple[CampaignView, IndicatorView]:
    """A campaign with one indicator."""
    wanted = CreateCampaign(
        name="网络零售提升行动",
        region="430000",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 12, 31),
        issuer_name="综合协调组",
        letter_mark="湘网零函",
        issuing=Issuing.AUTOMATIC,
    )
    campaign = good(create_campaign.sync(client=client, body=wanted, idempotency_key="story-py"))
    again = good(create_campaign.sync(client=client, body=wanted, idempotency_key="story-py"))
    assert again.id == campaign.id, "a repeat is done once"
    read = find_campaign.sync_detailed(campaign.id, client=client)
    change = UpdateCampaign(reply_working_days=7, reason="延长反馈期限")
    campaign = good(update_campaign.sync(campaign.id, client=client, body=change, if_match=read.headers["ETag"]))
    assert campaign.reply_working_days == 7
    measure: MeasureView = good(
        create_measure.sync(
            client=client,
            body=CreateMeasure(
                name="网络零售额",
                unit="亿元",
                basis=Basis.CUMULATIVE,
                better=Better.HIGHER,
                frequency=Frequency.MONTHLY,
            ),
        )
    )
    lead = PartBody(unit="省商务厅", role=ResponsibilityRole.LEAD)
    task: TaskView = good(
        create_task.sync(
            client=client,
            body=CreateTask(campaign=str(campaign.id), name="发展网络零售", responsibilities=[lead]),
        )
    )
    target = StatedTarget(kind=Kind.GROWTH, comparator=Comparator.VALUE_0, value="8", unit="%")
    indicator = good(
        create_indicator.sync(
            client=client,
            body=CreateIndicator(task=task.id, measure=str(measure.id), region="430000", target=target),
        )
    )
    assert indicator.target is not None and indicator.target.kind is Kind.GROWTH
    return campaign, indicator


def facts(client: AuthenticatedClient) -> None:
    """One month's report."""
    fact = ObservationBody(
        measure="网络零售额",
        region="430000",
        period=PeriodView(start=date(2025, 1, 1), end=date(2025, 7, 31)),
        figure=Figure.YOY,
        value="3.1",
        source="商务大数据月报",
        published_on=date(2025, 8, 20),
    )
    report = good(record_observations.sync(client=client, body=RecordObservations(items=[fact])))
    assert (report.created, report.refused) == (1, 0), report.to_dict()


def answer(client: AuthenticatedClient, letter: UUID) -> None:
    """Receipt, reply, review, closure."""
    receipt = good(receive_letter.sync(letter, client=client, body=CreateReceipt(person="李四")))
    assert receipt.letter_id == letter
    remedy = RemedyView(action="建立周调度机制", due_on=date.today() + timedelta(days=60))
    reply = good(
        create_reply.sync(
            letter,
            client=client,
            body=CreateReply(cause="平台迁移", remedies=[remedy], person="李四", phone="0731-82210000"),
        )
    )
    review = good(
        review_reply.sync(letter, reply.id, client=client, body=CreateReview(verdict=ReviewVerdict.ACCEPTED))
    )
    assert review.verdict is ReviewVerdict.ACCEPTED
    good(close_letter.sync(letter, client=client, body=CreateClosure(note="已整改到位")))
    assert good(find_letter.sync(letter, client=client)).state is LetterState.CLOSED


def tell(address: str, key: str) -> None:
    """The whole story."""
    client = AuthenticatedClient(base_url=address, token=key)
    campaign, indicator = plan(client)
    facts(client)
    verdict = good(find_assessment.sync(indicator.id, client=client, as_of=DAY))
    assert verdict.grade in (Grade.BEHIND, Grade.CRITICAL), verdict.grade
    assert verdict.actual == "3.1" and verdict.working, verdict.actual
    listed = good(list_indicators.sync(client=client, campaign=str(campaign.id)))
    assert [one.id for one in listed.items] == [indicator.id] and listed.next_cursor is None
    run = good(create_warning_run.sync(client=client, body=CreateWarningRun(as_of=DAY)))
    assert any(letter.campaign_id == campaign.id for letter in run.letters), run.to_dict()
    letters = good(list_letters.sync(client=client, campaign=str(campaign.id)))
    letter = good(find_letter.sync(letters.items[0].id, client=client))
    assert letter.number is not None and letter.facts.lines[0].indicator == "网络零售额"
    document = good(download_letter.sync(letter.id, client=client))
    assert isinstance(document, File) and document.payload.read(2) == b"PK"
    answer(client, letter.id)
    print(f"told in Python: {letter.number}")


if __name__ == "__main__":
    tell(sys.argv[1], sys.argv[2])

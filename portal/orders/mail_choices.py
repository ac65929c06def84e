"""What a person wants to be told of by mail. Without a choice of the person's own every topic is on."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.upsert import insert_for
from portal.orders.models import MailChoice, MailTopic


def wants_mail(session: Session, user_id: int, topic: MailTopic) -> bool:
    """Whether the person wants mail about ``topic``; one statement."""
    wanted = session.scalar(
        select(MailChoice.wanted).where(MailChoice.user_id == user_id, MailChoice.topic == topic)
    )
    return wanted is not False


def mail_choices(session: Session, user_id: int) -> dict[MailTopic, bool]:
    """Every topic, and whether the person wants it; one statement."""
    rows = session.execute(select(MailChoice.topic, MailChoice.wanted).where(MailChoice.user_id == user_id))
    chosen: dict[MailTopic, bool] = {row.topic: row.wanted for row in rows}
    return {topic: chosen.get(topic, True) for topic in MailTopic}


def choose_mail(
    session: Session, user_id: int, asked: Collection[MailTopic], wanted: Collection[MailTopic]
) -> None:
    """Keep the person's choice about the topics ``asked`` for: those in ``wanted`` are on, the others off."""
    if not asked:
        return
    statement = insert_for(session, MailChoice)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "topic"], set_={"wanted": statement.excluded.wanted}
        ),
        [{"user_id": user_id, "topic": topic, "wanted": topic in wanted} for topic in sorted(asked)],
    )

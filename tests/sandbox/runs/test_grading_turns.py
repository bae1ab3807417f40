"""Whose grading comes next, and how many one person may wait for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from sandbox.accounts.models import User
from sandbox.runs import queries, services
from sandbox.runs.models import Run, State
from tests.sandbox.base import SandboxTest


class GradingTurnsTest(SandboxTest):
    """One revision, several people who want it graded."""

    def setUp(self) -> None:
        super().setUp()
        self.revision = self.head(self.scenario())

    def wait(self, who: User, many: bool = True) -> Run:
        return services.start_grading(who, self.revision, {}, many=many, tell=False)

    def test_nothing_is_queued(self) -> None:
        assert queries.next_grading() is None

    def test_who_waits_for_many_does_not_hold_up_who_waits_for_one(self) -> None:
        many = [self.wait(self.owner) for _ in range(3)]
        one = self.wait(self.mate)
        turns = []
        for _ in range(4):
            turn = queries.next_grading()
            turns.append(turn)
            moment = now() + timedelta(seconds=len(turns))
            Run.objects.filter(pk=turn).update(state=State.SUCCEEDED, started=moment)
        assert turns == [many[0].pk, one.pk, many[1].pk, many[2].pk]

    def test_who_has_one_in_work_comes_after_who_has_none(self) -> None:
        first, _ = self.wait(self.owner), self.wait(self.owner)
        other = self.wait(self.mate)
        Run.objects.filter(pk=first.pk).update(state=State.RUNNING, started=now())
        assert queries.next_grading() == other.pk

    def test_a_person_waits_for_so_many_at_most(self) -> None:
        for _ in range(services.OPEN_GRADINGS_PER_PERSON):
            self.wait(self.mate, many=False)
        with pytest.raises(services.TooManyRuns):
            self.wait(self.mate, many=False)
        assert self.wait(self.mate).state == State.QUEUED  # who grades a class has no limit
        assert self.wait(self.owner, many=False).state == State.QUEUED
        assert not queries.open_runs(self.mate)  # and gradings keep nobody from running

    def test_an_account_goes_with_what_others_graded_of_it(self) -> None:
        run = self.wait(self.mate)
        services.delete_person(self.owner)
        assert not Run.objects.filter(pk=run.pk).exists()

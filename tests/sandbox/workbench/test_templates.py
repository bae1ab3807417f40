"""The templates: /templates/."""

from __future__ import annotations

from sandbox.scenarios.models import Scenario
from sandbox.scenarios.templates import SEEDS, templates
from tests.sandbox.base import SandboxTest


class TemplatesTest(SandboxTest):
    """Anybody may look; who is signed in may begin with one."""

    def test_every_file_is_shown_with_its_picture(self) -> None:
        assert {path.stem for path in SEEDS.glob("*.json")} == set(templates())
        response = self.client.get("/templates/")
        assert sum(len(group["templates"]) for group in response.context["groups"]) == len(templates())
        for name in templates():
            self.assertContains(response, f"/templates/{name}/picture.svg")
        picture = self.client.get("/templates/first-packet/picture.svg")
        assert picture["Content-Type"].startswith("image/svg+xml")
        again = self.client.get(
            "/templates/first-packet/picture.svg", headers={"If-None-Match": picture["ETag"]}
        )
        assert again.status_code == 304

    def test_a_copy_opens_and_the_template_stays(self) -> None:
        response = self.owner_client.post("/templates/first-packet/use/")
        made = Scenario.objects.get(owner=self.owner)
        self.assertRedirects(response, made.get_absolute_url(), fetch_redirect_response=False)
        assert made.name == templates()["first-packet"].name

    def test_strangers_sign_in_first_and_nobody_uses_what_is_not_there(self) -> None:
        assert self.client.post("/templates/first-packet/use/").status_code == 302
        assert not Scenario.objects.exists()
        assert self.owner_client.post("/templates/no-such/use/").status_code == 404
        assert self.client.get("/templates/no-such/picture.svg").status_code == 404
        assert self.owner_client.get("/templates/first-packet/use/").status_code == 405

    def test_no_query_for_strangers(self) -> None:
        self.client.get("/templates/")
        with self.assertNumQueries(0):
            self.client.get("/templates/")

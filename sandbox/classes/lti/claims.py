"""What a launch says, read as strictly as anything that comes from outside."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from sandbox.classes.models import Role

_LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
SCORE_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"

Text = Annotated[str, Field(max_length=1000)]
Id = Annotated[str, Field(min_length=1, max_length=255)]


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Context(_Claims):
    """The course on the platform."""

    id: Id
    title: str = Field(default="", max_length=500)


class Endpoint(_Claims):
    """Where scores of this link go."""

    lineitem: Text = ""
    scope: tuple[Text, ...] = Field(default=(), max_length=50)


class NamesAndRoles(_Claims):
    """Where the members of the course are listed."""

    context_memberships_url: Text


class Launch(_Claims):
    """The claims of one launch that we use."""

    sub: Id
    name: str = Field(default="", max_length=500)
    given_name: str = Field(default="", max_length=500)
    family_name: str = Field(default="", max_length=500)
    roles: tuple[Text, ...] = Field(default=(), max_length=100, alias=f"{_LTI}roles")
    deployment_id: Id = Field(alias=f"{_LTI}deployment_id")
    context: Context | None = Field(default=None, alias=f"{_LTI}context")
    custom: dict[str, Any] = Field(default_factory=dict, max_length=100, alias=f"{_LTI}custom")
    endpoint: Endpoint | None = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
    )
    members: NamesAndRoles | None = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
    )
    deep_linking: dict[str, Any] | None = Field(
        default=None, alias="https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
    )

    @property
    def called(self) -> str:
        """What the person is called there; "" where the platform keeps it to itself."""
        return (self.name or f"{self.given_name} {self.family_name}".strip())[:120]

    @property
    def role(self) -> Role:
        """The role in our course."""
        return role_of(self.roles)


_ROLES: Final = (
    ("TeachingAssistant", Role.ASSISTANT),  # an assistant is called an instructor too
    ("Instructor", Role.INSTRUCTOR),
    ("Administrator", Role.INSTRUCTOR),
    ("ContentDeveloper", Role.INSTRUCTOR),
    ("Learner", Role.LEARNER),
    ("Mentor", Role.OBSERVER),
)


def role_of(roles: tuple[str, ...] | list[str]) -> Role:
    """Return our role for those of a platform; who has none of the known ones learns.

    Only roles in the course count. An administrator of the whole platform is nobody in particular here,
    unless the platform says so: institution and system roles are ignored.
    """
    own = [one for one in roles if "/institution/" not in one and "/system/" not in one]
    names = {name for one in own for name in (one.rsplit("#", 1)[-1], one.rsplit("/", 1)[-1].split("#")[0])}
    return next((role for name, role in _ROLES if name in names), Role.LEARNER)

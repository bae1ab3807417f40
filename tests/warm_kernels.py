"""Compiles the kernels of the engine before tests run: each has a time limit, and passes run side by side."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings.local")
django.setup()

import netcore  # noqa: E402 - after Django
from sandbox.runs import reaching  # noqa: E402 - after Django
from sandbox.scenarios.templates import templates  # noqa: E402 - after Django

reaching.warm()
document = netcore.load(templates()["two-firewalls"].document)
designs = [design for design in netcore.all_designs() if design.id in ("balancer", "address-move")]
list(netcore.trials(document, designs, next(iter(document.faults)), 600))

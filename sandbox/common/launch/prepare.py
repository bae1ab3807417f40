"""Database and demo data, in a process of its own: `python -m sandbox.common.launch.prepare`.

Its settings come from the environment that the demo made, which the demo's own settings did not know.
"""

from __future__ import annotations

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seed")

"""`python -m web`."""

import sys

from bot.loading import load

sys.exit(load("web.server")())

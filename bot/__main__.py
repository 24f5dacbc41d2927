"""`python -m bot`."""

import sys

from bot.loading import load

sys.exit(load("bot.cli")())

"""`python -m workers worker`, `clock` or `rehearsal`."""

import argparse
import sys

from bot.loading import load

parser = argparse.ArgumentParser(prog="python -m workers")
parser.add_argument("program", choices=["worker", "clock", "rehearsal"])
sys.exit(load(f"workers.{parser.parse_args().program}")())

"""Timing, as ratios within one run: a slow machine gives slow seconds, not other ratios."""

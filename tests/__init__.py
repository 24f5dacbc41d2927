"""The tests are loaded with the collector at rest, as every program of Muster is; tests/conftest.py wakes it."""

import gc

gc.disable()

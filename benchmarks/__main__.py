"""`make bench`, or `python -m benchmarks room burst idle`."""

import sys

from benchmarks import burst, idle, room

ALL = {"room": room.run, "burst": burst.run, "idle": idle.run}

for name in sys.argv[1:] or ALL:
    ALL[name]()

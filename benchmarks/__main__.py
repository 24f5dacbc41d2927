"""`make bench`, or `python -m benchmarks room burst idle crowd`."""

import sys

from benchmarks import burst, crowd, idle, room

ALL = {"room": room.run, "burst": burst.run, "idle": idle.run, "crowd": crowd.run}

for name in sys.argv[1:] or ALL:
    ALL[name]()

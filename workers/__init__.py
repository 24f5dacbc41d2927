"""TIME: the clock that fires what is owed, and the job that delivers what must leave."""

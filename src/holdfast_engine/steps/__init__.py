"""The steps, mostly one a file: when it is due, its sentence, what it does, and how it is done again after a crash.

A pipeline (`operations.pipelines`) is a tuple of these; it is what is planned, shown, run, timed, journalled and
recovered from. May import `pruning`, `guarding` and everything below.
"""

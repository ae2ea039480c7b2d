"""What is published: `make dist` builds it into `dist/`, the same bytes from the same sources.

`wheels` has our own wheel and those of the locked libraries, `program` is all of it in one file, for newer Pythons and
for older ones: `one_file` writes the archive, `start` is the first thing that runs in it. `debian` is what the package
holds, `deb` the format, `readme` the first page as an index shows it.
"""

"""What is published: `make dist` builds it into `dist/`, the same bytes from the same sources.

`wheels` has our own wheel and those of the locked libraries, `program` is all of it in one file,
`debian` what its package holds, `deb` the format, `readme` the first page as an index shows it.
The engine in one file is `holdfast.bundle`.
"""

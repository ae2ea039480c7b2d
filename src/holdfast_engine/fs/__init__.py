"""The only room that changes a disk.

Every path is relative to an open directory and no link is followed on the way (G9). Nothing
is overwritten or unlinked here but by `discard`, and each public function ends in the fsync
that its name promises. May import `model`.
"""

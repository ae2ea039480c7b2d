"""Write-ahead: what an operation is about to do is on disk before it is done. May import `model` and `fs`."""

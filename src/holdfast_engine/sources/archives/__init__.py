"""Reading archives: a reader for each format, one gate for what may come in. Only `fs.extract` writes."""

"""What tests share: a site with an application in it, precious files, and a census by content."""

"""The applications, each with the way in which its users write and read."""

"""Where applications run: roots of Debian, made once, and a place of its own for each run."""

"""The checklist: named checks, each pass, warn or refuse, with the way to mend it. May import `site` and below."""

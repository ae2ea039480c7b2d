"""The sibling rooms composed: what is shared, what came since, how it comes home, what is missing. Below the steps."""

"""Pure: from a listing and settings to what each path is. Imports `model` alone."""

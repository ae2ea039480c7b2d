"""One site as it stands on disk: site file, records, lock, history, survey, links. Imports `model`, `fs`, `journal`."""

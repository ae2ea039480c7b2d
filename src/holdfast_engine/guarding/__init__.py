"""Users' own commands, between two counts of the data that they could reach. May import `persistence`."""

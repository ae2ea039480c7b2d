"""What runs inside a root: an application at work while Holdfast adopts, deploys and rolls back; and its judge."""

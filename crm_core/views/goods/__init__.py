"""Products: what sells, what goes together, who may want what, and why."""

"""How likely two records are one person: blocks, agreement, weights."""

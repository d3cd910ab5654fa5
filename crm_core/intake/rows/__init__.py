"""Orders, lines, contacts, products: known, changed, gone, without a customer."""

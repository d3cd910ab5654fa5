"""The Customers and the Customer page."""

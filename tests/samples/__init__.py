"""The sample invoices of the demo, and what makes them."""

"""What an invoice, a document, a recipient are. Pure: no I/O, no clock, no Textual, no httpx."""

"""The document store: TinyDB tables over SQLite rows."""

"""Documents that become files, and files that are looked into."""

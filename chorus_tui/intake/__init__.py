"""Files become documents: watched folders, filing rules, PDF and Factur-X reading."""

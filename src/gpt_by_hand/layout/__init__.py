"""Between numbers and pages: how a number is written, what a table has, and what a document is."""

"""Worksheets and exercises as a page that checks what is typed: its data, its codes, and the file."""

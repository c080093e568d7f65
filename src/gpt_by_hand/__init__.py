"""GPT-by-Hand."""

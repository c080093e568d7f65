"""The GPT in the language of formulas: its sizes, its forward pass, its loss and its update. No loops, no arrays."""

"""Documents as something to look at: for a terminal, a browser, a paper, another program."""

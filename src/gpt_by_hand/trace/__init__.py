"""Every number of a forward pass or an iteration, under its address: whose it is, what it means, where it began."""

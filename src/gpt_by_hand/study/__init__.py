"""What a learner touches: every number of an iteration by its address, and the report that walks through them."""

"""Training: its configuration, the start weights, the loop, checkpoints, and text from a trained model."""
